//! Links by which somebody without an account sees a desktop.

use serde::{Deserialize, Serialize};

use crate::{Error, GuestId, Hash, Moment, Store, User, UserId};

/// A guest link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// Shown in lists; no secret.
    pub id: GuestId,
    /// Whose desktop.
    pub owner: UserId,
    /// What the owner calls it; at most 128 characters.
    pub label: String,
    /// Whether the guest may only look.
    pub view_only: bool,
    /// Since when.
    pub created: Moment,
    /// Until when.
    pub expires: Moment,
    /// When somebody came by it last.
    pub used: Option<Moment>,
}

impl Store {
    /// Makes a guest link by the hash of its secret.
    pub async fn add_guest(
        &self,
        secret: &Hash,
        owner: UserId,
        label: &str,
        view_only: bool,
        expires: Moment,
        now: Moment,
    ) -> Result<Guest, Error> {
        todo!()
    }

    /// A guest link that works, and whose desktop it shows. `None` if it was revoked, has expired, or its owner is disabled.
    pub async fn guest(&self, secret: &Hash, now: Moment) -> Result<Option<(Guest, User)>, Error> {
        todo!()
    }

    /// Writes down that somebody came by it.
    pub async fn touch_guest(&self, id: GuestId, now: Moment) -> Result<(), Error> {
        todo!()
    }

    /// Guest links of an owner that work, the newest first.
    pub async fn guests(&self, owner: UserId, now: Moment) -> Result<Vec<Guest>, Error> {
        todo!()
    }

    /// Revokes one of an owner's. `false` if there was none.
    pub async fn remove_guest(&self, owner: UserId, id: GuestId) -> Result<bool, Error> {
        todo!()
    }
}
