//! Ways to sign in. What is in one is `identity`'s; here it is kept, found, and changed by one at a time.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    CredentialId, Error, Moment, Store, UserId,
    bounds::{fits, fits_and_says},
    db::{Lock, Row, Tx, args, missing, taken},
    words::words,
};

/// The longest key, in characters. An index of PostgreSQL takes no more than some 2700 bytes.
const KEY_MAX: usize = 2048;
/// The most that can be in a credential, in bytes of its text.
const DATA_MAX: usize = 64 * 1024;

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

words!(CredentialKind { Password = "password", Totp = "totp", Passkey = "passkey", Oidc = "oidc" });

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
        let mut tx = self.db.begin().await?;
        let credential = insert(&mut tx, user, new, now).await?;
        tx.commit().await?;
        Ok(credential)
    }

    /// Puts it in the place of the user's one of this kind (password or TOTP), whether there is one or not.
    ///
    /// # Errors
    /// As [`Self::add_credential`]; [`Error::Invalid`] for a kind of which one may have several.
    pub async fn replace_credential(
        &self,
        user: UserId,
        new: &NewCredential,
        now: Moment,
    ) -> Result<Credential, Error> {
        if !matches!(new.kind, CredentialKind::Password | CredentialKind::Totp) {
            return Err(Error::Invalid { field: "what is replaced", rule: "is a password or TOTP" });
        }
        let mut tx = self.db.begin().await?;
        tx.lock(Lock::Credentials(user)).await?;
        remove_kind(&mut tx, user, new.kind).await?;
        let credential = insert(&mut tx, user, new, now).await?;
        tx.commit().await?;
        Ok(credential)
    }

    /// All of a user, the oldest first.
    pub async fn credentials(&self, user: UserId) -> Result<Vec<Credential>, Error> {
        let sql = "SELECT * FROM credentials WHERE user_id = $1 ORDER BY created, id";
        self.db.rows(sql, args![user]).await?.iter().map(read).collect()
    }

    /// The one that is found by this.
    pub async fn credential_by_key(&self, kind: CredentialKind, key: &str) -> Result<Option<Credential>, Error> {
        if fits_and_says("a key", key, KEY_MAX).is_err() {
            return Ok(None);
        }
        let sql = "SELECT * FROM credentials WHERE kind = $1 AND key = $2";
        self.db.row(sql, args![kind, key]).await?.map(|row| read(&row)).transpose()
    }

    /// Changes what is in it, and that it was used now, if nobody else did since `seen` was read: of two who show the same
    /// one-time code or counter, one loses here.
    ///
    /// # Errors
    /// [`Error::Stale`] if somebody else was faster or it is gone; whoever gets this is refused.
    pub async fn use_credential(&self, seen: &Credential, data: &Value, now: Moment) -> Result<Credential, Error> {
        let text = data_text(data)?;
        let changed = self
            .db
            .run(
                "UPDATE credentials SET data = $3, used = $4, revision = revision + 1 WHERE id = $1 AND revision = $2",
                args![seen.id, seen.revision, text, now],
            )
            .await?;
        if changed == 0 {
            return Err(Error::Stale("this way to sign in"));
        }
        Ok(Credential { data: data.clone(), used: Some(now), revision: seen.revision + 1, ..seen.clone() })
    }

    /// Names one of a user's.
    ///
    /// # Errors
    /// [`Error::Missing`] if it is not this user's.
    pub async fn rename_credential(&self, user: UserId, id: CredentialId, label: &str) -> Result<(), Error> {
        fits("a label", label, 128)?;
        let sql = "UPDATE credentials SET label = $3 WHERE id = $1 AND user_id = $2";
        match self.db.run(sql, args![id, user, label]).await? {
            0 => Err(Error::Missing("way to sign in")),
            _ => Ok(()),
        }
    }

    /// Takes one away from a user.
    ///
    /// # Errors
    /// [`Error::Missing`] if it is not this user's, [`Error::LastCredential`] if none that signs in would be left.
    pub async fn remove_credential(&self, user: UserId, id: CredentialId) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        // Two that are removed at once would each see the other.
        tx.lock(Lock::Credentials(user)).await?;
        let sql = "SELECT * FROM credentials WHERE user_id = $1";
        let all: Vec<Credential> = tx.rows(sql, args![user]).await?.iter().map(read).collect::<Result<_, _>>()?;
        let Some(this) = all.iter().find(|credential| credential.id == id) else {
            return Err(Error::Missing("way to sign in"));
        };
        let signs_in = |credential: &&Credential| credential.kind != CredentialKind::Totp;
        if signs_in(&this) && all.iter().filter(signs_in).count() == 1 {
            return Err(Error::LastCredential);
        }
        tx.run("DELETE FROM credentials WHERE id = $1", args![id]).await?;
        tx.commit().await
    }
}

/// Adds a way to sign in.
pub(crate) async fn insert(tx: &mut Tx, user: UserId, new: &NewCredential, now: Moment) -> Result<Credential, Error> {
    fits("a label", &new.label, 128)?;
    let has_key = matches!(new.kind, CredentialKind::Passkey | CredentialKind::Oidc);
    match &new.key {
        Some(key) if has_key => fits_and_says("a key", key, KEY_MAX)?,
        None if !has_key => {}
        _ => return Err(Error::Invalid { field: "a key", rule: "belongs to passkeys and accounts of providers" }),
    }
    let credential = Credential {
        id: CredentialId::new(),
        user,
        kind: new.kind,
        key: new.key.clone(),
        label: new.label.clone(),
        data: new.data.clone(),
        revision: 0,
        created: now,
        used: None,
    };
    let sql = "INSERT INTO credentials (id, user_id, kind, key, label, data, revision, created) \
               VALUES ($1, $2, $3, $4, $5, $6, 0, $7)";
    let values = args![credential.id, user, new.kind, new.key.as_deref(), &new.label, data_text(&new.data)?, now];
    tx.run(sql, values).await.map_err(taken("this way to sign in")).map_err(missing("user"))?;
    Ok(credential)
}

/// Takes all of a kind away from a user.
pub(crate) async fn remove_kind(tx: &mut Tx, user: UserId, kind: CredentialKind) -> Result<u64, Error> {
    tx.run("DELETE FROM credentials WHERE user_id = $1 AND kind = $2", args![user, kind]).await
}

fn data_text(data: &Value) -> Result<String, Error> {
    let text = data.to_string();
    if text.len() > DATA_MAX {
        return Err(Error::Invalid { field: "what is in a credential", rule: "has at most 64 KiB" });
    }
    Ok(text)
}

fn read(row: &Row) -> Result<Credential, Error> {
    Ok(Credential {
        id: row.parse("id")?,
        user: row.parse("user_id")?,
        kind: row.parse("kind")?,
        key: row.get("key")?,
        label: row.get("label")?,
        data: row.parse("data")?,
        revision: row.get("revision")?,
        created: row.moment("created")?,
        used: row.moment_optional("used")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_accounts_have_the_same_key() {
        assert_ne!(oidc_key("https://a", "b\",\"c"), oidc_key("https://a\",\"b", "c"));
        assert_ne!(oidc_key("https://a", "b"), oidc_key("https://ab", ""));
    }
}
