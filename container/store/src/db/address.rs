//! Where the database is.

use std::{
    fs, io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use crate::Error;

/// Where the database is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// A file of SQLite.
    File(PathBuf),
    /// A server's URL.
    Server(String),
}

/// `sqlite:PATH`, `sqlite://PATH`, a path with a `/` in it, `postgres://…` or `postgresql://…`.
pub(super) fn parse(text: &str) -> Result<Address, Error> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Ok(Address::Server(text.to_owned()));
    }
    let path = match text.strip_prefix("sqlite:") {
        Some(rest) => rest.strip_prefix("//").unwrap_or(rest),
        None if text.contains('/') && !text.contains("://") => text,
        None => "",
    };
    // In memory, every connection would have a database of its own.
    if path.is_empty() || path.contains('\0') || path.contains(":memory:") {
        return Err(Error::Address(without_password(text)));
    }
    Ok(Address::File(PathBuf::from(path)))
}

/// An address fit for a log: whatever may be a password is not in it.
pub(super) fn without_password(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        _ => text.to_owned(),
    }
}

/// Makes an empty file that nobody else can read, if there is none; SQLite gives its other files the same mode.
pub(super) fn make_private(path: &Path) -> Result<(), Error> {
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(Error::File { path: path.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_which_database() {
        let file = |path: &str| Address::File(path.into());
        assert_eq!(parse("sqlite:/var/lib/tosd/tosd.db").unwrap(), file("/var/lib/tosd/tosd.db"));
        assert_eq!(parse("sqlite:///var/lib/tosd.db").unwrap(), file("/var/lib/tosd.db"));
        assert_eq!(parse("sqlite:here.db").unwrap(), file("here.db"));
        assert_eq!(parse("./a b?c%20#d.db").unwrap(), file("./a b?c%20#d.db"));
        assert!(matches!(parse("postgres://u:p@h/d").unwrap(), Address::Server(_)));
        for none in ["", "sqlite:", "sqlite::memory:", "mysql://h/d", "tosd.db"] {
            assert!(matches!(parse(none), Err(Error::Address(_))), "{none}");
        }
    }

    #[test]
    fn an_error_does_not_tell_the_password() {
        let said = parse("mysql://tos:se@cret@host/db").unwrap_err().to_string();
        assert!(!said.contains("cret@") && !said.contains("tos:") && said.contains("host/db"), "{said}");
    }
}
