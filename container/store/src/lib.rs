//! What is remembered: users, logins, desktops, snapshots, the audit log, settings. SQLite, PostgreSQL, Redis, etcd.
//!
//! A [`Store`] is the one database: a file on one host, PostgreSQL past it. It knows nothing of containers, pages or
//! cryptography; it keeps what it is given, and keeps the promises that only a database can: one desktop for each user, a
//! link that works once, a log without gaps. [`settings`] is something apart, since it may be kept elsewhere.
//!
//! Time is an argument. What comes from outside is bounded by [`Error::Invalid`]; it never becomes part of a statement.

pub mod audit;
pub mod backup;
mod blocks;
mod bounds;
mod credentials;
mod db;
mod desktops;
mod error;
mod file;
mod guests;
mod ids;
mod links;
mod logins;
mod moment;
pub mod settings;
mod snapshots;
mod users;
mod words;

pub use crate::{
    blocks::{Block, BlockKind, Room},
    credentials::{Credential, CredentialKind, NewCredential, oidc_key, passkey_key},
    desktops::{Desktop, DesktopState},
    error::Error,
    guests::Guest,
    ids::{CredentialId, GuestId, Hash, LinkId, LoginId, SnapshotId, UserId},
    links::{Link, Purpose},
    logins::{Login, NewLogin},
    moment::Moment,
    snapshots::{SNAPSHOT_MAX, Snapshot, SnapshotKind},
    users::{NewUser, Role, User, UserChange, name_fits},
};

/// The database. Cheap to clone; all clones share its connections.
#[derive(Debug, Clone)]
pub struct Store {
    db: db::Db,
    /// Whom this process tells of changed settings.
    told: settings::Told,
}

impl Store {
    /// Opens the database at `sqlite:PATH` (or a path with a `/` in it; made if it is not there, readable by its owner only)
    /// or `postgres://…`, and brings it to this program's version.
    ///
    /// # Errors
    /// [`Error::Address`], [`Error::Unavailable`], [`Error::Newer`].
    pub async fn open(url: &str) -> Result<Self, Error> {
        Ok(Self { db: db::Db::open(url).await?, told: settings::Told::default() })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn ping(&self) -> Result<(), Error> {
        self.db.row("SELECT 1 AS one", Vec::new()).await.map(drop)
    }

    /// Closes all connections once what is under way is done.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

/// As hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever serves many waits for the store on any thread. Compiled, never run.
    #[allow(dead_code, reason = "what it says, it says to the compiler")]
    fn can_be_waited_for_on_any_thread(store: &Store, path: &std::path::Path) {
        fn any_thread(_: impl Send) {}
        any_thread(Store::open(""));
        any_thread(store.backup(path, Moment::default()));
        any_thread(store.restore(path));
        any_thread(settings::open("", store));
    }
}
