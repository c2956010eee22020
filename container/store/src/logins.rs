//! Browsers that are signed in.

use serde::{Deserialize, Serialize};

use crate::{Error, Hash, LoginId, Moment, Store, User, UserId};

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// Shown in lists; no secret.
    pub id: LoginId,
    /// Who.
    pub user: UserId,
    /// Since when.
    pub created: Moment,
    /// When it was heard of last, by [`Store::touch_login`].
    pub seen: Moment,
    /// Until when, whatever happens.
    pub expires: Moment,
    /// Address that it signed in from; at most 64 characters.
    pub address: String,
    /// What the browser says it is; cut to 256 characters.
    pub agent: String,
    /// By which means, such as `passkey`; at most 64 characters.
    pub means: String,
    /// When its user last proved to be there.
    pub stepped_up: Option<Moment>,
}

/// A browser that has just signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLogin {
    /// Who.
    pub user: UserId,
    /// Until when, whatever happens.
    pub expires: Moment,
    /// Address that it signed in from.
    pub address: String,
    /// What the browser says it is.
    pub agent: String,
    /// By which means.
    pub means: String,
    /// Signing in was itself a proof of being there (a passkey with user verification).
    pub stepped_up: bool,
}

impl Store {
    /// Signs a browser in by the hash of its new cookie.
    ///
    /// # Errors
    /// [`Error::Missing`] without the user or if they are disabled.
    pub async fn add_login(&self, cookie: &Hash, new: &NewLogin, now: Moment) -> Result<Login, Error> {
        todo!()
    }

    /// Whose cookie this is. `None` if it is nobody's, has expired, or its user is disabled.
    pub async fn login(&self, cookie: &Hash, now: Moment) -> Result<Option<(Login, User)>, Error> {
        todo!()
    }

    /// Writes down that it was heard of. Once a minute is enough.
    pub async fn touch_login(&self, id: LoginId, now: Moment) -> Result<(), Error> {
        todo!()
    }

    /// Gives the same login another cookie; the old one is nobody's from then on. When rights grow (step-up), the cookie
    /// changes.
    ///
    /// # Errors
    /// [`Error::Missing`] if the old one is nobody's (any more): of two who come with it, one gets this.
    pub async fn rotate_login(
        &self,
        old: &Hash,
        new: &Hash,
        stepped_up: Option<Moment>,
        now: Moment,
    ) -> Result<Login, Error> {
        todo!()
    }

    /// Browsers where somebody is signed in, the newest first.
    pub async fn logins(&self, user: UserId, now: Moment) -> Result<Vec<Login>, Error> {
        todo!()
    }

    /// Signs one browser of a user out. `false` if there was none.
    pub async fn end_login(&self, user: UserId, id: LoginId) -> Result<bool, Error> {
        todo!()
    }

    /// Signs all browsers of a user out, but for one. Says how many.
    pub async fn end_logins(&self, user: UserId, but: Option<LoginId>) -> Result<u64, Error> {
        todo!()
    }

    /// Forgets logins, one-time links and guest links that have expired. Says how many.
    pub async fn sweep(&self, now: Moment) -> Result<u64, Error> {
        todo!()
    }
}
