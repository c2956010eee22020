//! What desktops looked like, so that they can look like that again.

use serde::{Deserialize, Serialize};

use crate::{Error, Moment, SnapshotId, Store, UserId};

/// The largest snapshot, in bytes.
pub const SNAPSHOT_MAX: usize = 1 << 20;

/// Why it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotKind {
    /// From time to time.
    Periodic,
    /// Before the desktop was put away.
    Hibernation,
    /// Its user wanted it.
    Manual,
}

/// What is known of a snapshot without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Which.
    pub id: SnapshotId,
    /// Whose desktop.
    pub user: UserId,
    /// When.
    pub made: Moment,
    /// Why.
    pub kind: SnapshotKind,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in hexadecimal digits.
    pub sha256: String,
    /// What its user, or whoever made it, says of it; at most 1024 characters.
    pub note: String,
    /// Why no desktop could be made from it. It is kept all the same.
    pub failed: Option<String>,
}

impl Store {
    /// Keeps a snapshot.
    ///
    /// # Errors
    /// [`Error::Invalid`] above [`SNAPSHOT_MAX`], [`Error::Missing`] without the desktop.
    pub async fn add_snapshot(
        &self,
        user: UserId,
        kind: SnapshotKind,
        body: &[u8],
        note: &str,
        now: Moment,
    ) -> Result<Snapshot, Error> {
        todo!()
    }

    /// Snapshots of a user, the newest first.
    pub async fn snapshots(&self, user: UserId) -> Result<Vec<Snapshot>, Error> {
        todo!()
    }

    /// The newest of a user that has not failed.
    pub async fn newest_snapshot(&self, user: UserId) -> Result<Option<Snapshot>, Error> {
        todo!()
    }

    /// What is in one of a user's.
    ///
    /// # Errors
    /// [`Error::Missing`] if it is not this user's; [`Error::Damaged`] if it is not what was kept.
    pub async fn snapshot_body(&self, user: UserId, id: SnapshotId) -> Result<Vec<u8>, Error> {
        todo!()
    }

    /// Writes down that no desktop could be made from it, and why (cut to 1024 characters).
    pub async fn fail_snapshot(&self, id: SnapshotId, why: &str) -> Result<(), Error> {
        todo!()
    }

    /// Forgets one of a user's. `false` if there was none.
    pub async fn remove_snapshot(&self, user: UserId, id: SnapshotId) -> Result<bool, Error> {
        todo!()
    }

    /// Forgets snapshots of a user that are older than `before` or too many, but never the newest that has not failed, and
    /// none that was made by hand unless it is too old. Says how many.
    pub async fn prune_snapshots(&self, user: UserId, keep: u32, before: Moment) -> Result<u64, Error> {
        todo!()
    }
}
