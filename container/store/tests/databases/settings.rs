//! One test that all four places for settings pass, and what each does when its server goes away.

use std::{sync::Arc, time::Duration};

use futures::StreamExt as _;
use store::{
    Store,
    settings::{self, Change, Error, Expect, LIST_MAX, Setting, Settings, VALUE_MAX},
};

use crate::{in_postgres, in_sqlite, servers};

/// How long something that certainly comes may take on a busy machine.
const SURELY: Duration = Duration::from_secs(60);

async fn next(changes: &mut (impl futures::Stream<Item = Change> + Unpin)) -> Change {
    tokio::time::timeout(SURELY, changes.next()).await.expect("nothing is told").expect("it ends")
}

/// `other` is another session manager's way to the same settings.
async fn keeps_its_promises(settings: Arc<dyn Settings>, other: Arc<dyn Settings>) {
    // What is there is what was put, byte for byte.
    assert_eq!(settings.get("theme/alice").await.unwrap(), None);
    let bytes: Vec<u8> = (0..=255).collect();
    let first = settings.put("theme/alice", &bytes, Expect::Absent).await.unwrap();
    let setting = Setting { key: "theme/alice".to_owned(), value: bytes, revision: first };
    assert_eq!(other.get("theme/alice").await.unwrap(), Some(setting));
    settings.put("theme/empty", b"", Expect::Any).await.unwrap();
    assert_eq!(settings.get("theme/empty").await.unwrap().unwrap().value, b"");

    // Whoever writes over what they have not seen is refused, and nothing changes.
    assert_eq!(settings.put("theme/alice", b"x", Expect::Absent).await, Err(Error::Conflict));
    let second = other.put("theme/alice", b"two", Expect::Revision(first)).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(settings.put("theme/alice", b"x", Expect::Revision(first)).await, Err(Error::Conflict));
    assert_eq!(settings.delete("theme/alice", Expect::Revision(first)).await, Err(Error::Conflict));
    assert_eq!(settings.delete("theme/alice", Expect::Absent).await, Err(Error::Conflict));
    assert_eq!(settings.put("theme/nobody", b"x", Expect::Revision(first)).await, Err(Error::Conflict));
    assert_eq!(settings.get("theme/nobody").await.unwrap(), None);
    let now = settings.get("theme/alice").await.unwrap().unwrap();
    assert_eq!((now.value.as_slice(), now.revision), (&b"two"[..], second));

    // One that was deleted and made again is not the one from before.
    settings.delete("theme/alice", Expect::Revision(second)).await.unwrap();
    assert_eq!(settings.get("theme/alice").await.unwrap(), None);
    settings.delete("theme/alice", Expect::Any).await.unwrap();
    settings.delete("theme/alice", Expect::Absent).await.unwrap();
    assert_eq!(settings.delete("theme/alice", Expect::Revision(second)).await, Err(Error::Conflict));
    let third = settings.put("theme/alice", b"two", Expect::Absent).await.unwrap();
    assert!(third != first && third != second);

    // Of many who saw the same, one writes.
    let writers = (0..16).map(|number: u32| {
        let settings = if number.is_multiple_of(2) { settings.clone() } else { other.clone() };
        tokio::spawn(async move { settings.put("theme/alice", &number.to_be_bytes(), Expect::Revision(third)).await })
    });
    let results: Vec<_> = futures::future::join_all(writers).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(Error::Conflict))), "{results:?}");

    // Lists have what begins like this, in order, and nothing else.
    for key in ["layout/b", "layout/a", "layout/a/1", "layout", "layouts", "layout.x", "Layout/a"] {
        settings.put(key, key.as_bytes(), Expect::Any).await.unwrap();
    }
    let keys = async |prefix: &str| {
        let list = other.list(prefix).await.unwrap();
        list.into_iter().map(|setting| setting.key).collect::<Vec<_>>()
    };
    assert_eq!(keys("layout/").await, ["layout/a", "layout/a/1", "layout/b"]);
    assert_eq!(keys("layout/a/").await, ["layout/a/1"]);
    assert_eq!(keys("nothing").await, [""; 0]);
    let all = [
        "Layout/a",
        "layout",
        "layout.x",
        "layout/a",
        "layout/a/1",
        "layout/b",
        "layouts",
        "theme/alice",
        "theme/empty",
    ];
    assert_eq!(keys("").await, all);

    // What is no key or too large is refused before it is sent.
    for key in ["", "a b", "a\0b", "é", "a*", &"k".repeat(257)] {
        assert_eq!(settings.get(key).await, Err(Error::Key), "{key:?}");
        assert_eq!(settings.put(key, b"", Expect::Any).await, Err(Error::Key));
        assert_eq!(settings.delete(key, Expect::Any).await, Err(Error::Key));
    }
    assert!(matches!(settings.watch("a*").await, Err(Error::Key)));
    assert_eq!(settings.put("large", &vec![1; VALUE_MAX + 1], Expect::Any).await, Err(Error::Large));
    settings.put("large", &vec![1; VALUE_MAX], Expect::Any).await.unwrap();
    assert_eq!(settings.get("large").await.unwrap().unwrap().value, vec![1; VALUE_MAX]);

    // Whoever watches hears of what begins like this, whoever writes it.
    let mut changes = settings.watch("theme/").await.unwrap();
    other.put("layout/a", b"not this", Expect::Any).await.unwrap();
    other.put("theme/alice", b"this", Expect::Any).await.unwrap();
    assert_eq!(next(&mut changes).await, Change::Key("theme/alice".to_owned()));
    settings.delete("theme/empty", Expect::Any).await.unwrap();
    assert_eq!(next(&mut changes).await, Change::Key("theme/empty".to_owned()));

    // There is an end to lists.
    for chunk in (0..=LIST_MAX).collect::<Vec<_>>().chunks(64) {
        let puts = chunk.iter().map(|number| {
            let settings = settings.clone();
            async move { settings.put(&format!("many/{number:04}"), b"", Expect::Any).await.unwrap() }
        });
        futures::future::join_all(puts).await;
    }
    assert_eq!(settings.list("many/").await, Err(Error::Many));
    settings.delete("many/0000", Expect::Any).await.unwrap();
    assert_eq!(settings.list("many/").await.unwrap().len(), LIST_MAX);
}

async fn open(address: &str, store: &Store) -> Arc<dyn Settings> {
    settings::open(address, store).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_file() {
    let place = in_sqlite().await;
    let (one, two) = (open("store", &place.store).await, open("store", &place.store).await);
    keeps_its_promises(one, two).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_database_server() {
    let place = in_postgres().await;
    let other = Store::open(&place.url).await.unwrap();
    keeps_its_promises(open("store", &place.store).await, open("store", &other).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_redis() {
    let place = in_sqlite().await;
    let server = servers::redis();
    let address = format!("redis://127.0.0.1:{}", server.port);
    keeps_its_promises(open(&address, &place.store).await, open(&address, &place.store).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_etcd() {
    let place = in_sqlite().await;
    let server = servers::etcd();
    let address = format!("etcd://127.0.0.1:{}", server.port);
    keeps_its_promises(open(&address, &place.store).await, open(&address, &place.store).await).await;
}

/// A server dies and comes back: until then it is said that it does not answer, and who watches is told that they missed something.
async fn outlives_a_crash(settings: Arc<dyn Settings>, crash: impl FnOnce(), start: impl FnOnce()) {
    settings.put("a", b"1", Expect::Any).await.unwrap();
    let mut changes = settings.watch("").await.unwrap();
    crash();
    let refused = settings.get("a").await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    let refused = settings.put("a", b"2", Expect::Any).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    start();
    assert_eq!(next(&mut changes).await, Change::Any);
    settings.put("b", b"3", Expect::Any).await.unwrap();
    while next(&mut changes).await != Change::Key("b".to_owned()) {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_may_crash() {
    let place = in_sqlite().await;
    let server = servers::redis();
    let (port, room) = (server.port, server.room.clone());
    let settings = open(&format!("redis://127.0.0.1:{port}"), &place.store).await;
    let mut again = None;
    outlives_a_crash(
        settings,
        || server.kill(),
        || again = Some(servers::redis_at(room.with_extension("again"), port)),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn etcd_may_crash() {
    let place = in_sqlite().await;
    let server = servers::etcd();
    let (port, room) = (server.port, server.room.clone());
    let settings = open(&format!("etcd://127.0.0.1:{port}"), &place.store).await;
    let mut again = None;
    outlives_a_crash(settings, || server.kill(), || again = Some(servers::etcd_at(room.with_extension("again"), port)))
        .await;
}

#[tokio::test]
async fn an_address_that_is_none_is_told() {
    let place = in_sqlite().await;
    for address in ["", "http://127.0.0.1", "redis:", "etcd://", "etcd://a,,b", "etcd://user@host", "etcd://host/path"]
    {
        let refused = settings::open(address, &place.store).await.map(drop);
        assert_eq!(refused, Err(Error::Address), "{address}");
    }
    for address in ["redis://127.0.0.1:9", "etcd://secret:word@127.0.0.1:9"] {
        let Err(Error::Unavailable(said)) = settings::open(address, &place.store).await.map(drop) else { panic!() };
        assert!(!said.contains("word"), "{said}");
    }
}
