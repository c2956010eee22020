//! Ways to sign in. What is in one is `identity`'s; here it is kept, found, and changed by one at a time.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{CredentialId, Error, Moment, Store, UserId};

/// What kind of way it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// A password's hash. One for each user.
    Password,
    /// Codes that change with time, and recovery codes. One for each user; does not sign in by itself.
    Totp,
    /// A passkey. Its [`key`](Credential::key) is [`passkey_key`].
    Passkey,
    /// An account of a provider. Its [`key`](Credential::key) is [`oidc_key`].
    Oidc,
}

/// A way to sign in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Credential {
    /// Which.
    pub id: CredentialId,
    /// Whose.
    pub user: UserId,
    /// What kind.
    pub kind: CredentialKind,
    /// What it is found by; no two of a kind have the same.
    pub key: Option<String>,
    /// What its owner calls it; at most 128 characters.
    pub label: String,
    /// Everything else; at most 64 KiB as text.
    pub data: Value,
    /// Counts changes of `data`.
    pub revision: i64,
    /// Since when.
    pub created: Moment,
    /// When somebody signed in by it last.
    pub used: Option<Moment>,
}

/// A way to sign in that is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCredential {
    /// What kind.
    pub kind: CredentialKind,
    /// What it is found by: [`passkey_key`], [`oidc_key`], nothing otherwise.
    pub key: Option<String>,
    /// What its owner calls it; at most 128 characters.
    pub label: String,
    /// Everything else; at most 64 KiB as text.
    pub data: Value,
}

/// What a passkey is found by.
pub fn passkey_key(id: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(id)
}

/// What an account of a provider is found by. Two pairs never give the same.
pub fn oidc_key(issuer: &str, subject: &str) -> String {
    Value::from(vec![issuer, subject]).to_string()
}

impl Store {
    /// Adds a way to sign in.
    ///
    /// # Errors
    /// [`Error::Taken`] if somebody has this passkey or account, or this user has a password or TOTP already;
    /// [`Error::Missing`] without the user; [`Error::Invalid`].
    pub async fn add_credential(&self, user: UserId, new: &NewCredential, now: Moment) -> Result<Credential, Error> {
        todo!()
    }

    /// Puts it in the place of the user's one of this kind (password or TOTP), whether there is one or not.
    pub async fn replace_credential(
        &self,
        user: UserId,
        new: &NewCredential,
        now: Moment,
    ) -> Result<Credential, Error> {
        todo!()
    }

    /// All of a user, the oldest first.
    pub async fn credentials(&self, user: UserId) -> Result<Vec<Credential>, Error> {
        todo!()
    }

    /// The one that is found by this.
    pub async fn credential_by_key(&self, kind: CredentialKind, key: &str) -> Result<Option<Credential>, Error> {
        todo!()
    }

    /// Changes what is in it, and that it was used now, if nobody else did since `seen` was read: of two who show the same
    /// one-time code or counter, one loses here.
    ///
    /// # Errors
    /// [`Error::Stale`] if somebody else was faster or it is gone; whoever gets this is refused.
    pub async fn use_credential(&self, seen: &Credential, data: &Value, now: Moment) -> Result<Credential, Error> {
        todo!()
    }

    /// Names one of a user's.
    ///
    /// # Errors
    /// [`Error::Missing`] if it is not this user's.
    pub async fn rename_credential(&self, user: UserId, id: CredentialId, label: &str) -> Result<(), Error> {
        todo!()
    }

    /// Takes one away from a user.
    ///
    /// # Errors
    /// [`Error::Missing`] if it is not this user's, [`Error::LastCredential`] if none that signs in would be left.
    pub async fn remove_credential(&self, user: UserId, id: CredentialId) -> Result<(), Error> {
        todo!()
    }
}
