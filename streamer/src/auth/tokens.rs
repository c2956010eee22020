//! Static bearer tokens, one or more for each role, made at the start or read from a file.
//!
//! A token is a capability and nothing else is asked for, so it is long (256 random bits) and is compared in constant time
//! against every known one.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use subtle::{ConditionallySelectable as _, ConstantTimeEq as _};

use super::{name, secret};
use crate::protocol::Role;

/// Fewest characters of a token that somebody wrote into a file by hand.
const MIN_LENGTH: usize = 16;
const MAX_LENGTH: usize = 256;

const ROLES: [Role; 3] = [Role::View, Role::Control, Role::Admin];

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The system has no randomness to give.
    #[error("no random numbers from the system: {0}")]
    Random(getrandom::Error),
    /// The file cannot be read or written.
    #[error("token file {path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A line of the file is not `role token`.
    #[error(
        "token file {path}, line {line}: expected `view|control|admin TOKEN` with a token of at least 16 characters from A-Z a-z 0-9 - . _ ~"
    )]
    Line {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// The file names no token at all: nobody could connect.
    #[error("token file {0} holds no token")]
    Empty(PathBuf),
}

/// The tokens in force.
#[derive(Clone)]
pub struct Tokens(Vec<(Role, String)>);

// A derived one would print the secrets into the first log line that shows a configuration.
impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(role, _)| role)).finish()
    }
}

impl Tokens {
    /// One fresh token for each role.
    ///
    /// # Errors
    /// [`TokenError::Random`].
    pub fn generate() -> Result<Self, TokenError> {
        ROLES.into_iter().map(|role| Ok((role, secret()?))).collect::<Result<_, _>>().map(Self)
    }

    /// None at all, where grants are what lets in.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Reads `path`, or writes fresh tokens there (readable by the owner only) if it does not exist.
    ///
    /// The file has one `role token` a line; empty lines and `#` comments are skipped.
    ///
    /// # Errors
    /// The file cannot be read, written or understood.
    pub fn load_or_create(path: &Path) -> Result<Self, TokenError> {
        let failed = |source| TokenError::File { path: path.to_owned(), source };
        match fs::read_to_string(path) {
            Ok(text) => {
                let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
                if mode & 0o077 != 0 {
                    tracing::warn!(path = %path.display(), "the token file can be read by others: chmod 600");
                }
                Self::parse(&text, path)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let tokens = Self::generate()?;
                tokens.write(path).map_err(failed)?;
                Ok(tokens)
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn parse(text: &str, path: &Path) -> Result<Self, TokenError> {
        let mut tokens = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bad = || TokenError::Line { path: path.to_owned(), line: index + 1 };
            let (role, token) = line.split_once(char::is_whitespace).ok_or_else(bad)?;
            let role = ROLES.into_iter().find(|r| name(*r) == role).ok_or_else(bad)?;
            let token = token.trim();
            let fits = (MIN_LENGTH..=MAX_LENGTH).contains(&token.len());
            if !fits || !token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)) {
                return Err(bad());
            }
            tokens.push((role, token.to_owned()));
        }
        if tokens.is_empty() { Err(TokenError::Empty(path.to_owned())) } else { Ok(Self(tokens)) }
    }

    /// Written beside and renamed into place: a reader never sees half a file, and it is never world-readable.
    fn write(&self, path: &Path) -> io::Result<()> {
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(format!(".{}.new", std::process::id()));
        let temporary = PathBuf::from(temporary);
        let written = (|| {
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
            for (role, token) in &self.0 {
                writeln!(file, "{} {token}", name(*role))?;
            }
            file.sync_all()?;
            fs::rename(&temporary, path)
        })();
        if written.is_err() {
            // The first error is the one to report; a left-over of our own is all that this could fail on.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    /// The token of a role, if it has one.
    pub fn get(&self, role: Role) -> Option<&str> {
        self.0.iter().find(|(r, _)| *r == role).map(|(_, token)| token.as_str())
    }

    /// What somebody who shows this token may do. Takes the same time whichever token it is, and for none.
    pub fn role_of(&self, shown: &[u8]) -> Option<Role> {
        let mut found = 0u8;
        for (index, (_, token)) in (1u8..).zip(&self.0) {
            let same = token.as_bytes().ct_eq(shown);
            found.conditional_assign(&index, same);
        }
        self.0.get(usize::from(found.checked_sub(1)?)).map(|(role, _)| *role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_gives_its_role_and_nothing_else_does() {
        let tokens = Tokens::generate().unwrap();
        for role in ROLES {
            let token = tokens.get(role).unwrap();
            assert_eq!(token.len(), 64);
            assert_eq!(tokens.role_of(token.as_bytes()), Some(role));
            assert_eq!(tokens.role_of(&token.as_bytes()[1..]), None);
        }
    }

    #[test]
    fn none_lets_nobody_in() {
        assert_eq!((Tokens::none().role_of(b""), Tokens::none().get(Role::View)), (None, None));
    }

    #[test]
    fn two_sessions_do_not_share_tokens() {
        let (a, b) = (Tokens::generate().unwrap(), Tokens::generate().unwrap());
        assert_eq!(b.role_of(a.get(Role::Admin).unwrap().as_bytes()), None);
    }

    #[test]
    fn a_missing_file_is_created_for_the_owner_only_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        let made = Tokens::load_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
        let read = Tokens::load_or_create(&path).unwrap();
        assert_eq!(read.get(Role::Control), made.get(Role::Control));
    }

    #[test]
    fn a_file_of_one_role_gives_only_that_role() {
        let tokens = Tokens::parse("# mine\n\nview  abcdefghijklmnop\n", Path::new("t")).unwrap();
        assert_eq!(tokens.role_of(b"abcdefghijklmnop"), Some(Role::View));
        assert_eq!(tokens.get(Role::Admin), None);
    }

    #[test]
    fn bad_files_are_refused_with_the_line() {
        for (text, line) in [
            ("view short", 1),
            ("\nroot abcdefghijklmnop", 2),
            ("view", 1),
            ("control abcdefghijklmnop#", 1),
            ("control abcdefgh ijklmnopq", 1),
        ] {
            let error = Tokens::parse(text, Path::new("t")).unwrap_err();
            assert!(matches!(error, TokenError::Line { line: l, .. } if l == line), "{text}: {error}");
        }
        assert!(matches!(Tokens::parse("#\n", Path::new("t")), Err(TokenError::Empty(_))));
    }

    #[test]
    fn printing_them_shows_no_secret() {
        let tokens = Tokens::generate().unwrap();
        assert!(!format!("{tokens:?}").contains(tokens.get(Role::View).unwrap()));
    }
}
