//! What is remembered: users, logins, desktops, snapshots, the audit log, settings. SQLite, PostgreSQL, Redis, etcd.
//!
//! A [`Store`] is the one database: a file on one host, PostgreSQL past it. It knows nothing of containers, pages or
//! cryptography; it keeps what it is given, and keeps the promises that only a database can: one desktop for each user, a
//! link that works once, a log without gaps. [`settings`] is something apart, since it may be kept elsewhere.
//!
//! Time is an argument. What comes from outside is bounded by [`Error::Invalid`]; it never becomes part of a statement.
#![allow(unused_variables, reason = "bodies follow")]

pub mod audit;
pub mod backup;
mod blocks;
mod credentials;
mod desktops;
mod error;
mod guests;
mod ids;
mod links;
mod logins;
mod moment;
pub mod settings;
mod snapshots;
mod users;

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
pub struct Store;

impl Store {
    /// Opens the database at `sqlite:PATH` (or a plain path; made if it is not there, readable by its owner only) or
    /// `postgres://…`, and brings it to this program's version.
    ///
    /// # Errors
    /// [`Error::Address`], [`Error::Unavailable`], [`Error::Newer`].
    pub async fn open(url: &str) -> Result<Self, Error> {
        todo!()
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        todo!()
    }

    /// Closes all connections once what is under way is done.
    pub async fn close(&self) {
        todo!()
    }
}
