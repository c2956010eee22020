//! Settings, theme overrides, sector layouts: small values under names, behind one trait.

use async_trait::async_trait;
use futures::stream::BoxStream;

use crate::Store;

/// The longest key, in bytes.
pub const KEY_MAX: usize = 256;
/// The largest value, in bytes.
pub const VALUE_MAX: usize = 256 * 1024;
/// The most entries that one prefix may have.
pub const LIST_MAX: usize = 1000;

/// Why a setting was not read or written.
#[derive(Debug, thiserror::Error)]
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
    /// More than 1000 begin alike.
    #[error("more than 1000 settings begin with this")]
    Many,
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

/// Opens the settings that an address names: `redis://…`, `etcd://HOST:PORT`, or `store` for those in the database itself.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn open(address: &str, store: &Store) -> Result<std::sync::Arc<dyn Settings>, Error> {
    todo!()
}
