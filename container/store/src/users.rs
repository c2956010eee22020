//! Who may use this host.

use serde::{Deserialize, Serialize};

use crate::{Error, Moment, Store, UserId};

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Has a desktop.
    #[default]
    User,
    /// Sees which desktops there are and how they do; no pictures.
    Operator,
    /// Everything.
    Admin,
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Never changes, and is never used again.
    pub id: UserId,
    /// Part of addresses, paths and of the user's own environment: see [`name_fits`].
    pub name: String,
    /// As people call them; at most 128 characters.
    pub display: String,
    /// What they may do.
    pub role: Role,
    /// Name of a plan.
    pub plan: String,
    /// May not sign in any more.
    pub disabled: bool,
    /// Since when.
    pub created: Moment,
}

/// Somebody who is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// [`UserId::new`]; passkeys want it before there is a user.
    pub id: UserId,
    /// See [`name_fits`].
    pub name: String,
    /// At most 128 characters.
    pub display: String,
    /// What they may do.
    pub role: Role,
    /// Name of a plan.
    pub plan: String,
}

/// What is to be different. `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserChange {
    /// At most 128 characters.
    pub display: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Name of a plan.
    pub plan: Option<String>,
    /// Whether they may not sign in. Signs them out everywhere.
    pub disabled: Option<bool>,
}

/// Whether this can be a user's name: `[a-z][a-z0-9-]{0,31}`.
pub fn name_fits(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.len() <= 32
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

impl Store {
    /// Adds somebody.
    ///
    /// # Errors
    /// [`Error::Taken`] if there is one of this name, [`Error::Invalid`].
    pub async fn add_user(&self, user: &NewUser, now: Moment) -> Result<User, Error> {
        todo!()
    }

    /// Somebody by id.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, Error> {
        todo!()
    }

    /// Somebody by name.
    pub async fn user_named(&self, name: &str) -> Result<Option<User>, Error> {
        todo!()
    }

    /// At most `limit` (1000 at the most) whose names come after `after`, by name.
    pub async fn users(&self, after: Option<&str>, limit: u32) -> Result<Vec<User>, Error> {
        todo!()
    }

    /// Whether anybody administers this host.
    pub async fn has_admin(&self) -> Result<bool, Error> {
        todo!()
    }

    /// Changes somebody. Who is disabled is signed out everywhere in the same moment.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Invalid`]; [`Error::LastAdmin`] if nobody would be left who administers.
    pub async fn change_user(&self, id: UserId, change: &UserChange) -> Result<User, Error> {
        todo!()
    }

    /// Forgets somebody, their credentials, logins and links. Their desktop has to be gone before.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::InUse`] while there is a desktop, [`Error::LastAdmin`].
    pub async fn remove_user(&self, id: UserId) -> Result<(), Error> {
        todo!()
    }
}
