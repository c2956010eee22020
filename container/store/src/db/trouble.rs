//! What a database's refusals mean.

use sqlx::error::{DatabaseError, ErrorKind};

use crate::Error;

/// The kind of SQLite's refusals that a file is in use (`SQLITE_BUSY`).
const LOCKED: u32 = 5;

/// Whether the statement could already have taken effect when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It only reads, or is undone with its transaction.
    Undone,
    /// It is a change by itself, or a commit.
    Ending,
}

/// What a refusal means for whoever asked.
pub(super) fn classify(error: sqlx::Error, phase: Phase) -> Error {
    use sqlx::Error as E;
    let lost = |error| match phase {
        Phase::Undone => Error::Unavailable(error),
        Phase::Ending => Error::Unknown(error),
    };
    match error {
        // No connection was had: nothing was asked.
        E::PoolTimedOut | E::PoolClosed => Error::Unavailable(error),
        E::Io(_) | E::Tls(_) | E::WorkerCrashed | E::Protocol(_) => lost(error),
        E::Database(ref said) => match kind(&**said) {
            Kind::Full => Error::Full(error),
            Kind::Busy => Error::Unavailable(error),
            Kind::Lost => lost(error),
            Kind::Damaged => Error::Damaged(format!("the database ({})", said.message())),
            Kind::Unique => Error::Taken("this"),
            Kind::Reference => Error::Missing("thing that it belongs to"),
            Kind::Other => Error::Database(error),
        },
        E::ColumnDecode { .. } | E::Decode(_) | E::ColumnNotFound(_) => Error::Damaged(format!("a row ({error})")),
        _ => Error::Database(error),
    }
}

/// What went wrong while the first connection was made.
pub(super) fn opening(error: sqlx::Error) -> Error {
    match error {
        sqlx::Error::Configuration(source) => Error::Address(source.to_string()),
        other => classify(other, Phase::Undone),
    }
}

/// Whether another connection holds what was asked for, so that asking again may help.
pub(super) fn locked(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|said| said.code()?.parse::<u32>().ok());
    code.is_some_and(|number| number & 0xff == LOCKED)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Full,
    Busy,
    Lost,
    Damaged,
    Unique,
    Reference,
    Other,
}

fn kind(said: &dyn DatabaseError) -> Kind {
    match said.kind() {
        ErrorKind::UniqueViolation => return Kind::Unique,
        ErrorKind::ForeignKeyViolation => return Kind::Reference,
        _ => {}
    }
    let code = said.code().unwrap_or_default();
    match code.parse::<u32>() {
        // SQLite's are small numbers, the lowest byte of which is the kind; PostgreSQL's SQLSTATEs have five characters.
        Ok(number) if code.len() < 5 => lite(number),
        _ => pg(&code),
    }
}

/// SQLite's result codes, <https://sqlite.org/rescode.html>.
fn lite(number: u32) -> Kind {
    const IOERR_WRITE: u32 = 778;
    const IOERR_SHMSIZE: u32 = 4874;
    match (number, number & 0xff) {
        // Without room it cannot make its shared memory larger, and says so in its own way.
        (IOERR_WRITE | IOERR_SHMSIZE, _) | (_, 13) => Kind::Full,
        // Busy, locked, interrupted, cannot be opened, read-only.
        (_, LOCKED | 6 | 8 | 9 | 14) => Kind::Busy,
        (_, 10) => Kind::Lost,
        (_, 11 | 26) => Kind::Damaged,
        _ => Kind::Other,
    }
}

/// PostgreSQL's, <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn pg(code: &str) -> Kind {
    match code {
        "53100" => Kind::Full,
        // Serialization, deadlock, out of memory, too many connections, lock timeout, statement timeout, starting up.
        "40001" | "40P01" | "53200" | "53300" | "55P03" | "57014" | "57P03" => Kind::Busy,
        // Shut down or crashed while it worked; 25P03: idle in a transaction for too long.
        "57P01" | "57P02" | "25P03" => Kind::Lost,
        "XX001" | "XX002" => Kind::Damaged,
        other if other.starts_with("08") => Kind::Lost,
        _ => Kind::Other,
    }
}

/// Says what is taken.
pub(crate) fn taken(what: &'static str) -> impl Fn(Error) -> Error {
    move |error| if matches!(error, Error::Taken(_)) { Error::Taken(what) } else { error }
}

/// Says what is missing.
pub(crate) fn missing(what: &'static str) -> impl Fn(Error) -> Error {
    move |error| if matches!(error, Error::Missing(_)) { Error::Missing(what) } else { error }
}
