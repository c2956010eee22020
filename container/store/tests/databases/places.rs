//! Desktops, the numbers that their containers have, snapshots.

use std::collections::BTreeSet;

use store::{BlockKind, DesktopState, Error, Room, SNAPSHOT_MAX, SnapshotId, SnapshotKind, UserId};

use crate::{Place, at, on_both, user};

on_both!(
    however_many_ask_there_is_one_desktop,
    of_two_who_decide_one_decides,
    a_container_is_one_desktops,
    no_two_containers_have_the_same_numbers,
    numbers_come_back,
    snapshots_come_back_as_they_were,
    snapshots_are_of_one_user,
    snapshots_are_let_go_by_age_and_number,
);

async fn however_many_ask_there_is_one_desktop(place: Place) {
    // Several session managers over one database, as far as it can tell.
    let other = store::Store::open(&place.url).await.unwrap();
    for round in 0..6 {
        let alice = user(&place.store, &format!("alice{round}")).await.id;
        let claims = (0..24).map(|number| {
            let store = if number % 2 == 0 { place.store.clone() } else { other.clone() };
            tokio::spawn(async move { store.claim(alice, "small", at(number)).await })
        });
        let desktops: Vec<_> =
            futures::future::join_all(claims).await.into_iter().map(|claim| claim.unwrap().unwrap()).collect();
        assert!(desktops.windows(2).all(|two| two[0] == two[1]), "{desktops:?}");
        assert_eq!((desktops[0].state, desktops[0].generation), (DesktopState::New, 0));
    }
    assert_eq!(place.store.desktops().await.unwrap().len(), 6);
    assert!(matches!(place.store.claim(UserId::new(), "small", at(0)).await, Err(Error::Missing(_))));
}

async fn of_two_who_decide_one_decides(place: Place) {
    let store = place.store;
    let alice = user(&store, "alice").await.id;
    let mut desktop = store.claim(alice, "small", at(0)).await.unwrap();
    for round in 1..=8 {
        let mut frozen = desktop.clone();
        frozen.state = DesktopState::Frozen;
        let mut failed = desktop.clone();
        failed.state = DesktopState::Failed;
        let (first, second) = tokio::join!(store.change_desktop(&frozen, at(1)), store.change_desktop(&failed, at(2)));
        let now = match (first, second) {
            (Ok(now), Err(Error::Stale(_))) | (Err(Error::Stale(_)), Ok(now)) => now,
            both => panic!("{both:?}"),
        };
        desktop = store.desktop(alice).await.unwrap().unwrap();
        assert_eq!((&now, now.generation), (&desktop, round));
    }
    // Everything that is written is read.
    desktop.state = DesktopState::Running;
    desktop.instance = Some("here".to_owned());
    desktop.container = Some("tos-alice".to_owned());
    desktop.runtime = Some("podman".to_owned());
    desktop.plan = "large".to_owned();
    desktop.last_viewer = Some(at(77));
    desktop.restarts = 3;
    desktop.note = "was here".to_owned();
    let written = store.change_desktop(&desktop, at(99)).await.unwrap();
    assert_eq!(written, store::Desktop { generation: desktop.generation + 1, changed: at(99), ..desktop.clone() });
    assert_eq!(store.desktop(alice).await.unwrap(), Some(written.clone()));
    store.touch_desktop(alice, at(111)).await.unwrap();
    let touched = store.desktop(alice).await.unwrap().unwrap();
    assert_eq!((touched.last_viewer, touched.generation), (Some(at(111)), written.generation));
    // Whoever has an old one does not remove it.
    assert!(matches!(store.remove_desktop(&desktop).await, Err(Error::Stale(_))));
    store.remove_desktop(&written).await.unwrap();
    assert_eq!(store.desktop(alice).await.unwrap(), None);
}

async fn a_container_is_one_desktops(place: Place) {
    let store = place.store;
    let (alice, bob) = (user(&store, "alice").await.id, user(&store, "bob").await.id);
    let mut hers = store.claim(alice, "small", at(0)).await.unwrap();
    let mut his = store.claim(bob, "small", at(0)).await.unwrap();
    for desktop in [&mut hers, &mut his] {
        desktop.instance = Some("here".to_owned());
        desktop.container = Some("tos-1".to_owned());
    }
    store.change_desktop(&hers, at(1)).await.unwrap();
    assert!(matches!(store.change_desktop(&his, at(1)).await, Err(Error::Taken(_))));
    his.instance = Some("there".to_owned());
    store.change_desktop(&his, at(1)).await.unwrap();
}

async fn no_two_containers_have_the_same_numbers(place: Place) {
    let other = store::Store::open(&place.url).await.unwrap();
    let room = Room { first: 50_000, end: 50_000 + 4 * 20, size: 4 };
    let takers = (0..24).map(|number| {
        let store = if number % 2 == 0 { place.store.clone() } else { other.clone() };
        tokio::spawn(async move { store.take_block("here", BlockKind::Ports, &format!("c{number}"), room).await })
    });
    let results: Vec<_> = futures::future::join_all(takers).await.into_iter().map(Result::unwrap).collect();
    let firsts: BTreeSet<u32> =
        results.iter().filter_map(|result| result.as_ref().ok()).map(|block| block.first).collect();
    assert_eq!(firsts.into_iter().collect::<Vec<_>>(), (0..20).map(|n| 50_000 + 4 * n).collect::<Vec<_>>());
    let refused = results.iter().filter(|result| matches!(result, Err(Error::Exhausted(_)))).count();
    assert_eq!(refused, 4, "{results:?}");
}

async fn numbers_come_back(place: Place) {
    let store = place.store;
    let ids = Room { first: 1_000_000, end: 1_000_000 + 3 * 65_536, size: 65_536 };
    let take = async |container: &str| store.take_block("here", BlockKind::Ids, container, ids).await;
    let a = take("a").await.unwrap();
    assert_eq!(take("a").await.unwrap(), a, "whoever asks again has it");
    let b = take("b").await.unwrap();
    take("c").await.unwrap();
    assert!(matches!(take("d").await, Err(Error::Exhausted(_))));
    // Another instance is another host.
    store.take_block("there", BlockKind::Ids, "d", ids).await.unwrap();
    store.free_blocks("here", "b").await.unwrap();
    assert_eq!(take("d").await.unwrap().first, b.first);
    let blocks = store.blocks("here").await.unwrap();
    assert_eq!(blocks.iter().map(|block| block.container.as_str()).collect::<Vec<_>>(), ["a", "d", "c"]);
}

async fn snapshots_come_back_as_they_were(place: Place) {
    let store = place.store;
    let alice = user(&store, "alice").await.id;
    let keep =
        async |body: &[u8], when| store.add_snapshot(alice, SnapshotKind::Periodic, body, "note", at(when)).await;
    assert!(matches!(keep(b"x", 0).await, Err(Error::Missing(_))), "there is no desktop");
    store.claim(alice, "small", at(0)).await.unwrap();
    let all: Vec<u8> = (0..=255).collect();
    let mut kept = Vec::new();
    for (when, body) in [(1, all.as_slice()), (2, b""), (3, &vec![7; SNAPSHOT_MAX])] {
        let snapshot = keep(body, when).await.unwrap();
        assert_eq!(snapshot.size, body.len() as u64);
        assert_eq!(store.snapshot_body(alice, snapshot.id).await.unwrap(), body);
        kept.insert(0, snapshot);
    }
    assert_eq!(store.snapshots(alice).await.unwrap(), kept);
    assert!(matches!(keep(&vec![7; SNAPSHOT_MAX + 1], 4).await, Err(Error::Invalid { .. })));

    store.fail_snapshot(kept[0].id, "it is\0 not one").await.unwrap();
    assert_eq!(store.newest_snapshot(alice).await.unwrap().as_ref(), Some(&kept[1]));
    let failed = store.snapshots(alice).await.unwrap().remove(0);
    assert_eq!(failed.failed.as_deref(), Some("it is\u{fffd} not one"));
    assert_eq!(store.snapshot_body(alice, failed.id).await.unwrap().len(), SNAPSHOT_MAX, "it is kept");
    assert!(matches!(store.fail_snapshot(SnapshotId::new(), "").await, Err(Error::Missing(_))));
}

async fn snapshots_are_of_one_user(place: Place) {
    let store = place.store;
    let (alice, bob) = (user(&store, "alice").await.id, user(&store, "bob").await.id);
    let desktop = store.claim(alice, "small", at(0)).await.unwrap();
    store.claim(bob, "small", at(0)).await.unwrap();
    let snapshot = store.add_snapshot(alice, SnapshotKind::Manual, b"hers", "", at(1)).await.unwrap();
    assert!(matches!(store.snapshot_body(bob, snapshot.id).await, Err(Error::Missing(_))));
    assert!(!store.remove_snapshot(bob, snapshot.id).await.unwrap());
    assert_eq!(store.snapshots(bob).await.unwrap(), []);
    store.remove_desktop(&desktop).await.unwrap();
    assert!(matches!(store.snapshot_body(alice, snapshot.id).await, Err(Error::Missing(_))));
}

async fn snapshots_are_let_go_by_age_and_number(place: Place) {
    let store = place.store;
    let (alice, bob) = (user(&store, "alice").await.id, user(&store, "bob").await.id);
    for who in [alice, bob] {
        store.claim(who, "small", at(0)).await.unwrap();
        for when in 0..6 {
            let kind = if when == 1 { SnapshotKind::Manual } else { SnapshotKind::Periodic };
            store.add_snapshot(who, kind, b"", "", at(when)).await.unwrap();
        }
    }
    let left = async |who| {
        let snapshots = store.snapshots(who).await.unwrap();
        snapshots.into_iter().map(|snapshot| snapshot.made).collect::<Vec<_>>()
    };
    assert_eq!(store.prune_snapshots(alice, 2, at(0)).await.unwrap(), 3);
    assert_eq!(left(alice).await, [at(5), at(4), at(1)]);
    assert_eq!(store.prune_snapshots(alice, 2, at(100)).await.unwrap(), 2);
    assert_eq!(left(alice).await, [at(5)]);
    assert_eq!(left(bob).await.len(), 6);
}
