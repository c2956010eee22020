//! Links that work once: the first administrator, invitations, new passwords.

use serde::{Deserialize, Serialize};

use crate::{Error, Hash, LinkId, Moment, NewCredential, NewUser, Role, Store, User, UserId};

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "for")]
pub enum Purpose {
    /// Somebody becomes the first administrator. Void as soon as there is one.
    FirstAdmin,
    /// Somebody may join.
    Invitation {
        /// As what.
        role: Role,
        /// With which plan.
        plan: String,
    },
    /// Somebody gets a new way to sign in.
    Reset {
        /// Who.
        user: UserId,
    },
}

/// A link that works once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Shown in lists; no secret.
    pub id: LinkId,
    /// What for.
    pub purpose: Purpose,
    /// Who made it; nobody did if the console did.
    pub made_by: Option<UserId>,
    /// Since when.
    pub created: Moment,
    /// Until when.
    pub expires: Moment,
}

impl Store {
    /// Makes a link by the hash of its secret. A new one for the first administrator voids the one before.
    pub async fn add_link(
        &self,
        secret: &Hash,
        purpose: &Purpose,
        made_by: Option<UserId>,
        expires: Moment,
        now: Moment,
    ) -> Result<Link, Error> {
        todo!()
    }

    /// A link that would still work. Does not use it up.
    pub async fn link(&self, secret: &Hash, now: Moment) -> Result<Option<Link>, Error> {
        todo!()
    }

    /// Links that would still work, the newest first.
    pub async fn links(&self, now: Moment) -> Result<Vec<Link>, Error> {
        todo!()
    }

    /// Voids a link. `false` if there was none.
    pub async fn remove_link(&self, id: LinkId) -> Result<bool, Error> {
        todo!()
    }

    /// Uses a link up to join: the user and their first credentials, or nothing at all. Role and plan are the link's
    /// (an administrator's has the plan that `new` says); those of `new` are not looked at.
    ///
    /// # Errors
    /// [`Error::Missing`] if the link does not work (any more) or is for something else; [`Error::Taken`], which leaves the
    /// link as it is.
    pub async fn join(
        &self,
        secret: &Hash,
        new: &NewUser,
        credentials: &[NewCredential],
        now: Moment,
    ) -> Result<User, Error> {
        todo!()
    }

    /// Uses a link up to give its user a new way to sign in: a password takes the place of the old one, and TOTP goes (whoever
    /// lost one lost the other); anything else is added. Signs them out everywhere.
    ///
    /// # Errors
    /// As [`Self::join`].
    pub async fn reset(&self, secret: &Hash, credential: &NewCredential, now: Moment) -> Result<User, Error> {
        todo!()
    }
}
