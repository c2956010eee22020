//! What the store promises, held against real databases: SQLite in a file, and PostgreSQL, Redis and etcd from Debian.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod audit;
mod backup;
mod faults;
mod people;
mod places;
mod servers;
mod settings;
mod texts;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use store::{Hash, Moment, NewUser, Role, Store, User, UserId};

/// The one PostgreSQL of all tests that do not need one of their own.
pub fn postgres() -> &'static servers::Postgres {
    static SERVER: OnceLock<servers::Postgres> = OnceLock::new();
    SERVER.get_or_init(servers::Postgres::new)
}

/// A store in a database of its own, and whatever has to live as long.
pub struct Place {
    /// It.
    pub store: Store,
    /// Where it is.
    pub url: String,
    _room: Option<Arc<tempfile::TempDir>>,
}

/// In a file.
pub async fn in_sqlite() -> Place {
    let room = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", room.path().join("tosd.db").display());
    Place { store: Store::open(&url).await.unwrap(), url, _room: Some(Arc::new(room)) }
}

/// On a server.
pub async fn in_postgres() -> Place {
    let url = postgres().database();
    Place { store: Store::open(&url).await.unwrap(), url, _room: None }
}

/// Runs tests on both databases.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::in_sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::in_postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// A moment of tests, in milliseconds after a beginning.
pub fn at(millis: i64) -> Moment {
    Moment::from_millis(1_740_830_400_000 + millis)
}

/// The hash of a secret.
pub fn hash(byte: u8) -> Hash {
    [byte; 32]
}

/// Somebody new.
pub fn new(name: &str, role: Role) -> NewUser {
    NewUser { id: UserId::new(), name: name.to_owned(), display: format!("{name}!"), role, plan: "small".to_owned() }
}

/// Adds a user.
pub async fn user(store: &Store, name: &str) -> User {
    store.add_user(&new(name, Role::User), at(0)).await.unwrap()
}

/// A while.
pub const HOUR: Duration = Duration::from_secs(3600);
