//! Why something is not remembered, or not found.

use std::path::PathBuf;

/// Why the store did not do as it was asked. Unless it says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database does not answer just now. It may later; the caller tries again or says so.
    #[error("the database does not answer")]
    Unavailable(#[source] sqlx::Error),
    /// The connection was lost while a change was being made final: it may have been made, or not. Whoever cares looks.
    #[error("the database went away while it wrote; look whether it did")]
    Unknown(#[source] sqlx::Error),
    /// There is no room on the disk.
    #[error("there is no room left where the database is")]
    Full(#[source] sqlx::Error),
    /// The database was written by a newer version.
    #[error("the database has version {found}, this program knows up to {known}; use a newer program")]
    Newer {
        /// Version of the database.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The address of the database is none.
    #[error("{0} is no address of a database: sqlite:PATH or postgres://…")]
    Address(String),
    /// Somebody has this already: a user's name, a passkey, an account of a provider.
    #[error("{0} is taken")]
    Taken(&'static str),
    /// There is none.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// Somebody else changed it in between. The caller reads it again and decides anew.
    #[error("{0} was changed by somebody else")]
    Stale(&'static str),
    /// It would leave nobody who administers this host.
    #[error("this is the last administrator")]
    LastAdmin,
    /// It would leave somebody without a way to sign in.
    #[error("this is the last way to sign in")]
    LastCredential,
    /// All are in use: ranges of ids, blocks of ports.
    #[error("no {0} is free")]
    Exhausted(&'static str),
    /// Something else still needs it.
    #[error("{0} is still in use")]
    InUse(&'static str),
    /// A value is not as it must be.
    #[error("{field} {rule}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// What it must be.
        rule: &'static str,
    },
    /// What was read is not what was written.
    #[error("{0} is damaged")]
    Damaged(String),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// An archive is none, or not one that can be read.
    #[error("the archive, line {line}: {reason}")]
    Archive {
        /// Counted from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// An archive is restored only where nothing is.
    #[error("the database is not empty; restore into a new one")]
    NotEmpty,
    /// The database says something that this program did not expect.
    #[error("the database: {0}")]
    Database(#[source] sqlx::Error),
}
