//! Settings, theme overrides, sector layouts: small values under names, behind one trait.

mod etcd;
mod redis;
mod sql;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::stream::BoxStream;

pub(crate) use self::sql::Told;
use crate::Store;

/// The longest key, in bytes.
pub const KEY_MAX: usize = 256;
/// The largest value, in bytes.
pub const VALUE_MAX: usize = 256 * 1024;
/// The most entries that are listed at once.
pub const LIST_MAX: usize = 1000;
/// The most that they may have together, in bytes of their values.
pub const LIST_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long whoever keeps the settings has for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a setting was not read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is not as the writer thought: somebody else was faster.
    #[error("the setting was changed by somebody else")]
    Conflict,
    /// A key has 1 to 256 of `A-Z a-z 0-9 - _ . /`.
    #[error("a key has 1 to 256 of A-Z a-z 0-9 - _ . /")]
    Key,
    /// A value has at most 256 KiB.
    #[error("a setting has at most 256 KiB")]
    Large,
    /// More than 1000 begin alike, or they have more than 16 MiB together.
    #[error("too many settings begin with this")]
    Many,
    /// Nobody keeps settings at such an address.
    #[error("settings are kept in `store`, at redis://… or at etcd://HOST:PORT")]
    Address,
    /// Whoever keeps the settings does not answer just now.
    #[error("whoever keeps the settings does not answer: {0}")]
    Unavailable(String),
    /// Whoever keeps the settings says something that nobody expected.
    #[error("whoever keeps the settings says: {0}")]
    Unexpected(String),
}

/// A value, and which one it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// What it is.
    pub value: Vec<u8>,
    /// Grows with every change of this key. Another store counts otherwise; only equal or not means something.
    pub revision: i64,
}

/// What the writer thinks there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Whatever there is.
    Any,
    /// Nothing.
    Absent,
    /// The one of this revision.
    Revision(i64),
}

/// Something happened to a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// This one was written or deleted. Whoever cares reads it.
    Key(String),
    /// The connection was lost for a while: any may have changed.
    Any,
}

/// Where settings are kept.
#[async_trait]
pub trait Settings: Send + Sync {
    /// One.
    async fn get(&self, key: &str) -> Result<Option<Setting>, Error>;

    /// Writes one, and says its revision.
    ///
    /// # Errors
    /// [`Error::Conflict`] if it is not as expected.
    async fn put(&self, key: &str, value: &[u8], expect: Expect) -> Result<i64, Error>;

    /// Deletes one. One that is not there is no error, unless a revision was expected.
    ///
    /// # Errors
    /// [`Error::Conflict`] if it is not as expected.
    async fn delete(&self, key: &str, expect: Expect) -> Result<(), Error>;

    /// All that begin with this, by key. An empty prefix means all.
    async fn list(&self, prefix: &str) -> Result<Vec<Setting>, Error>;

    /// What happens to those that begin with this, from now on. Goes on through lost connections, which it tells as
    /// [`Change::Any`].
    async fn watch(&self, prefix: &str) -> Result<BoxStream<'static, Change>, Error>;
}

/// Opens the settings that an address names: `store` for those in the database itself, `redis://…`, or `etcd://HOST:PORT` and
/// `etcds://HOST:PORT` (with TLS; several are separated by commas; `USER:PASSWORD@` before the first).
///
/// # Errors
/// [`Error::Address`]; [`Error::Unavailable`] if whoever is there does not answer.
pub async fn open(address: &str, store: &Store) -> Result<Arc<dyn Settings>, Error> {
    if address == "store" {
        Ok(Arc::new(sql::InStore::new(store)))
    } else if address.starts_with("redis://") {
        Ok(Arc::new(redis::InRedis::open(address).await?))
    } else if address.starts_with("etcd://") || address.starts_with("etcds://") {
        Ok(Arc::new(etcd::InEtcd::open(address).await?))
    } else {
        Err(Error::Address)
    }
}

fn check_key(key: &str) -> Result<(), Error> {
    if key.is_empty() { Err(Error::Key) } else { check_prefix(key) }
}

fn check_prefix(prefix: &str) -> Result<(), Error> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if prefix.len() <= KEY_MAX && prefix.bytes().all(known) { Ok(()) } else { Err(Error::Key) }
}

fn check_value(value: &[u8]) -> Result<(), Error> {
    if value.len() <= VALUE_MAX { Ok(()) } else { Err(Error::Large) }
}

/// What comes after all keys that begin with a prefix, and before all others: no key has this character.
fn after(prefix: &str) -> String {
    format!("{prefix}\x7f")
}

/// How long to wait before the connection of a watch is tried again: twice as long each time, up to ten seconds.
fn pause(attempt: u32) -> Duration {
    Duration::from_millis(100 * (1 << attempt.min(7))).min(Duration::from_secs(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_bounded() {
        for key in ["a", "theme/alice", "A-Z_0.9", &"k".repeat(KEY_MAX)] {
            assert!(check_key(key).is_ok(), "{key}");
            assert!(key < after("").as_str() || key.is_empty());
        }
        for key in ["", "a b", "a\0", "é", "a*", "{a}", "a\n", &"k".repeat(KEY_MAX + 1)] {
            assert!(check_key(key).is_err(), "{key}");
        }
        assert!(check_prefix("").is_ok());
        assert!(check_value(&vec![0; VALUE_MAX]).is_ok() && check_value(&vec![0; VALUE_MAX + 1]).is_err());
    }

    #[test]
    fn a_lost_connection_is_tried_ever_more_slowly() {
        assert_eq!(pause(0), Duration::from_millis(100));
        assert_eq!(pause(u32::MAX), Duration::from_secs(10));
    }
}
