//! The database goes away, the disk fills up, a user is removed, while desktops live. What cannot be written down is not done:
//! no container goes before what was in it is kept, and none comes twice.

use store::{Store, UserChange};
use tosd::desktops::{Act, ActError, Desktops, OpenError};

use crate::{Host, disk::Disk, servers::Postgres, until};

async fn failed(desktops: &Desktops) -> u64 {
    desktops.counts().jobs().map(|(_, _, failed)| failed).sum()
}

/// Wants it put away, and waits until that was tried in vain.
async fn hibernating(desktops: &Desktops) -> tokio::task::JoinHandle<()> {
    let before = failed(desktops).await;
    let asked = tokio::spawn({
        let desktops = desktops.clone();
        async move { desktops.act("alice", Act::Hibernate).await.unwrap() }
    });
    until("it was tried", async || failed(desktops).await > before).await;
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_waited_for() {
    let mut server = Postgres::new();
    let url = server.database();
    let host = Host::with(50, 0, |config| config.database = Some(url)).await;
    for name in ["alice", "bob"] {
        host.user(name).await;
    }
    let desktops = host.start().await;
    let desk = desktops.open("alice").await.unwrap();
    host.work(&desk.name, r#"{"work":1}"#);
    server.crash();
    assert_eq!(desktops.running("alice"), Some(desk.clone()), "what runs goes on");
    let (alice, bob) = tokio::join!(desktops.open("alice"), desktops.open("bob"));
    assert_eq!((alice, bob), (Err(OpenError::Late), Err(OpenError::Late)), "who cannot be told apart is not let in");
    let asked = hibernating(&desktops).await;
    assert_eq!(host.content(&desk.name), r#"{"work":1}"#, "it is not taken away before it is kept");
    server.start();
    asked.await.unwrap();
    assert!(host.fake.begun().is_empty());
    let again = desktops.open("alice").await.unwrap();
    assert_eq!(host.content(&again.name), r#"{"work":1}"#);
    desktops.open("bob").await.unwrap();
    assert_eq!(host.fake.begun().len(), 2, "one for each");
    desktops.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_takes_no_desktop_away() {
    let Some(disk) = Disk::new() else { return };
    let data = disk.path().join("data");
    let host = Host::with(50, 0, |config| config.data = data).await;
    let alice = host.user("alice").await;
    let desktops = host.start().await;
    let desk = desktops.open("alice").await.unwrap();
    // Larger than what the database may have left.
    let work = format!(r#"{{"work":"{}"}}"#, "x".repeat(200_000));
    host.work(&desk.name, &work);
    disk.fill();
    let asked = hibernating(&desktops).await;
    assert_eq!(host.content(&desk.name), work, "it is not taken away before it is kept");
    disk.clear();
    asked.await.unwrap();
    assert_eq!(host.store.snapshots(alice).await.unwrap().len(), 1);
    let again = desktops.open("alice").await.unwrap();
    assert_eq!(host.content(&again.name), work);
    assert_eq!(host.fake.begun().len(), 1);
    desktops.stop();
    // Another one that opens the same file finds all of it too.
    let other = Store::open(&host.config.database()).await.unwrap();
    assert_eq!(other.snapshots(alice).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desktop_of_who_is_removed_goes_with_them() {
    let host = Host::new(50, 0).await;
    let alice = host.user("alice").await;
    let desktops = host.start().await;
    for frozen in [false, true] {
        desktops.open("alice").await.unwrap();
        if frozen {
            desktops.act("alice", Act::Freeze).await.unwrap();
        }
        assert!(matches!(desktops.discard("alice").await, Err(ActError::NotNow(_))), "she might open it again");
        let disabled = |disabled| UserChange { disabled: Some(disabled), ..UserChange::default() };
        host.store.change_user(alice, &disabled(true)).await.unwrap();
        assert!(host.store.remove_user(alice).await.is_err(), "there is a desktop");
        desktops.discard("alice").await.unwrap();
        assert!(host.fake.begun().is_empty());
        assert!(host.store.desktop(alice).await.unwrap().is_none() && desktops.overview().await.is_empty());
        assert_eq!(desktops.open("alice").await, Err(OpenError::Nobody));
        host.store.change_user(alice, &disabled(false)).await.unwrap();
    }
    host.store.remove_user(alice).await.unwrap();
    assert!(matches!(desktops.discard("alice").await, Err(ActError::Nobody)));
    desktops.stop();
}
