//! Desktops over a real store, real gates and, as root, real mounts; the containers are in memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

#[path = "../common/disk.rs"]
mod disk;
mod fake;
mod faults;
#[path = "../../../store/tests/databases/servers.rs"]
#[allow(dead_code, reason = "the store's own tests use all of it")]
mod servers;
mod settings;

use std::{collections::HashSet, path::PathBuf, sync::Arc, time::Duration};

use fake::{Fake, Fate};
use identity::grant::Keys;
use parking_lot::RwLock;
use runtime::{Name, Runtime, State};
use store::{Moment, NewUser, Role, Store, UserId};
use tosd::{
    config::{Bind, Config, Kind, Period, Ports},
    desktops::{Act, ActError, Desktops, OpenError, Parts, Phase},
    plans::Plans,
    volumes::{Volumes, mount},
};

struct Host {
    place: Option<tempfile::TempDir>,
    config: Arc<Config>,
    store: Store,
    fake: Arc<Fake>,
    plans: Plans,
}

impl Drop for Host {
    fn drop(&mut self) {
        self.fake.world.lock().containers.clear();
        for slot in std::fs::read_dir(self.config.run.join("slots")).into_iter().flatten().flatten() {
            for below in ["home", "state"] {
                for user in std::fs::read_dir(slot.path().join(below)).into_iter().flatten().flatten() {
                    let _ = mount::take_away(&user.path());
                }
            }
        }
        let _ = mount::take_away(&self.config.run.join("slots"));
        drop(self.place.take());
    }
}

impl Host {
    async fn new(most: u32, pool: u32) -> Self {
        Self::with(most, pool, |_| ()).await
    }

    async fn with(most: u32, pool: u32, change: impl FnOnce(&mut Config)) -> Self {
        let place = tempfile::tempdir().unwrap();
        let mut config = Config { instance: "test".into(), ..Config::default() };
        config.data = place.path().join("data");
        config.run = place.path().join("run");
        config.runtime.most = most;
        config.media.ports = Ports { first: 40_000, last: 40_999 };
        config.lifecycle.back_off = Period(Duration::from_millis(10));
        config.lifecycle.give_up = 2;
        if !nix::unistd::geteuid().is_root() {
            eprintln!("NOT ROOT: homes are not mounted");
            config.volumes.bind = Bind::Direct;
        }
        change(&mut config);
        let config = Arc::new(config);
        std::fs::create_dir_all(&config.data).unwrap();
        let store = Store::open(&config.database()).await.unwrap();
        let fake = Fake::new(config.states());
        let text = format!("plans: {{standard: {{pool: {pool}}}}}");
        let plans = Plans::parse(&text, &PathBuf::from("plans.yaml")).unwrap();
        Self { place: Some(place), config, store, fake, plans }
    }

    async fn user(&self, name: &str) -> UserId {
        let id = UserId::new();
        let new = NewUser { id, name: name.into(), display: name.into(), role: Role::User, plan: "standard".into() };
        self.store.add_user(&new, Moment::now()).await.unwrap();
        id
    }

    async fn start(&self) -> Desktops {
        let parts = Parts {
            config: self.config.clone(),
            plans: self.plans.clone(),
            store: self.store.clone(),
            runtime: self.fake.clone(),
            kind: Kind::Podman,
            keys: Arc::new(RwLock::new(Keys::generate().unwrap())),
            volumes: Volumes::prepare(self.config.clone()).unwrap(),
        };
        Desktops::start(parts).await.unwrap()
    }

    /// What a user does in the desktop.
    fn work(&self, name: &Name, content: &str) {
        self.fake.world.lock().containers.get_mut(name).unwrap().content = content.into();
    }

    fn content(&self, name: &Name) -> String {
        self.fake.world.lock().containers.get(name).unwrap().content.clone()
    }
}

async fn until(what: &str, mut check: impl AsyncFnMut() -> bool) {
    for _ in 0..2000 {
        if check().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("in vain: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_ask_there_is_one_container_for_each() {
    let host = Host::new(50, 0).await;
    for user in 0..10 {
        host.user(&format!("user{user}")).await;
    }
    let desktops = host.start().await;
    let asked = (0..200).map(|n| {
        let desktops = desktops.clone();
        tokio::spawn(async move { desktops.open(&format!("user{}", n % 10)).await.unwrap() })
    });
    let desks = futures::future::join_all(asked).await;
    let names: HashSet<Name> = desks.iter().map(|desk| desk.as_ref().unwrap().name.clone()).collect();
    let ports: HashSet<u16> = desks.iter().map(|desk| desk.as_ref().unwrap().ports.first).collect();
    assert_eq!((names.len(), ports.len(), host.fake.world.lock().created), (10, 10, 10));
    let ids: HashSet<u32> = host.fake.world.lock().containers.values().map(|it| it.spec.ids.first).collect();
    assert_eq!(ids.len(), 10, "each has ids of its own");
    desktops.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_freezes_thaws_is_put_away_and_comes_back() {
    let host = Host::new(50, 0).await;
    let alice = host.user("alice").await;
    let desktops = host.start().await;
    let first = desktops.open("alice").await.unwrap();
    host.work(&first.name, r#"{"work":1}"#);
    desktops.act("alice", Act::Freeze).await.unwrap();
    assert_eq!(host.fake.world.lock().containers[&first.name].state, State::Frozen);
    assert_eq!(*desktops.watch("alice").await.unwrap().borrow(), Phase::Frozen);
    assert_eq!(desktops.open("alice").await.unwrap(), first_again(&first, &desktops).await);
    desktops.act("alice", Act::Hibernate).await.unwrap();
    assert!(host.fake.world.lock().containers.is_empty());
    assert_eq!(*desktops.watch("alice").await.unwrap().borrow(), Phase::Hibernated);
    let second = desktops.open("alice").await.unwrap();
    assert_ne!(second.name, first.name);
    assert_ne!(second.generation, first.generation);
    assert_eq!(host.content(&second.name), r#"{"work":1}"#);
    // An older one can be had back, and what was there instead is kept.
    host.work(&second.name, r#"{"work":2}"#);
    let older = host.store.newest_snapshot(alice).await.unwrap().unwrap();
    desktops.act("alice", Act::Resume(older.id.0)).await.unwrap();
    let third = desktops.open("alice").await.unwrap();
    assert_eq!(host.content(&third.name), r#"{"work":1}"#);
    assert_eq!(host.store.snapshots(alice).await.unwrap().len(), 2);
    let nothing = desktops.act("alice", Act::Resume(uuid::Uuid::new_v4())).await;
    assert_eq!(nothing, Err(ActError::NoSnapshot));
    desktops.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_that_nobody_looks_at_leaves_the_processor_to_others() {
    let soon = |config: &mut Config| config.lifecycle.stand_back_after = Period(Duration::from_millis(20));
    let host = Host::with(50, 0, soon).await;
    host.user("alice").await;
    let desktops = host.start().await;
    let desk = desktops.open("alice").await.unwrap();
    let weight = || host.fake.world.lock().containers[&desk.name].weight;
    until("it stands back", async || weight() == Some(10)).await;
    let viewer = desktops.viewer("alice").await.unwrap();
    until("it comes forward", async || weight() == Some(100)).await;
    drop(viewer);
    until("it stands back again", async || weight() == Some(10)).await;
    desktops.act("alice", Act::Freeze).await.unwrap();
    assert_eq!(weight(), Some(100), "whoever thaws it waits for it");
    desktops.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_are_kept_through_hibernation_and_go_on_once() {
    let host = Host::with(50, 0, |config| {
        config.lifecycle.checkpoint = true;
        config.volumes.bind = Bind::Direct;
    })
    .await;
    if !nix::unistd::geteuid().is_root() {
        return eprintln!("NOT TESTED: only root gives homes to a container's ids");
    }
    let alice = host.user("alice").await;
    let desktops = host.start().await;
    let first = desktops.open("alice").await.unwrap();
    host.work(&first.name, r#"{"work":1}"#);
    desktops.act("alice", Act::Hibernate).await.unwrap();
    assert!(host.fake.world.lock().containers.is_empty());
    assert_eq!(host.store.snapshots(alice).await.unwrap().len(), 1, "the snapshot comes first");
    let archive = host.config.data.join("checkpoints").join(format!("{}.tar", first.name));
    assert!(archive.is_file());
    // The next tosd finds it so.
    desktops.stop();
    let desktops = host.start().await;
    let mut phase = desktops.watch("alice").await.unwrap();
    tokio::time::timeout(Duration::from_secs(60), phase.wait_for(|phase| *phase == Phase::Hibernated))
        .await
        .unwrap()
        .unwrap();
    let again = desktops.open("alice").await.unwrap();
    assert_eq!((&again.name, again.ports), (&first.name, first.ports), "its processes know them");
    assert_eq!(host.content(&again.name), r#"{"work":1}"#);
    let counts = |host: &Host| {
        let world = host.fake.world.lock();
        (world.created, world.restored)
    };
    assert_eq!((counts(&host), archive.exists()), ((1, 1), false));

    // An archive that is damaged: the snapshot counts, and the user is told.
    host.work(&again.name, r#"{"work":2}"#);
    desktops.act("alice", Act::Hibernate).await.unwrap();
    std::fs::write(&archive, "half of i").unwrap();
    let other = desktops.open("alice").await.unwrap();
    assert_ne!(other.name, first.name);
    assert_eq!((host.content(&other.name).as_str(), counts(&host)), (r#"{"work":2}"#, (2, 1)));
    until("the user is told", async || desktops.overview().await[0].notice.is_some()).await;

    // Who wants an earlier snapshot gets that.
    let oldest = host.store.snapshots(alice).await.unwrap().pop().unwrap();
    desktops.act("alice", Act::Hibernate).await.unwrap();
    desktops.act("alice", Act::Resume(oldest.id.0)).await.unwrap();
    let earlier = desktops.open("alice").await.unwrap();
    assert_eq!((host.content(&earlier.name).as_str(), counts(&host)), (r#"{"work":1}"#, (3, 1)));
    assert_eq!(std::fs::read_dir(archive.parent().unwrap()).unwrap().count(), 0);
    desktops.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_homes_holds_or_is_refused_unless_the_plan_does_without() {
    let mut host = Host::new(50, 0).await;
    host.user("alice").await;
    let possible = tosd::volumes::quota::possible(host.place.as_ref().unwrap().path());
    let parse = |text: &str| Plans::parse(text, &PathBuf::from("plans.yaml")).unwrap();
    host.plans = parse("plans: {standard: {home: 1GiB}}");
    let desktops = host.start().await;
    match (desktops.open("alice").await, possible) {
        (Err(OpenError::Failed(why)), Err(_)) => assert!(why.contains("a limit of homes cannot be had here"), "{why}"),
        (opened, possible) => assert!(opened.is_ok() && possible.is_ok(), "{opened:?} {possible:?}"),
    }
    desktops.set_plans(parse("plans: {standard: {home: 1GiB, may_lack: [home]}}"));
    desktops.open("alice").await.unwrap();
    desktops.stop();
}

async fn first_again(first: &tosd::desktops::Desk, desktops: &Desktops) -> tosd::desktops::Desk {
    let again = desktops.open("alice").await.unwrap();
    assert_eq!(again.name, first.name, "the same container");
    again
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_that_ends_is_started_again_and_one_that_always_does_is_given_up() {
    let host = Host::new(50, 0).await;
    host.user("alice").await;
    let desktops = host.start().await;
    let first = desktops.open("alice").await.unwrap();
    host.fake.crash(&first.name);
    until("another one runs", async || desktops.open("alice").await.is_ok_and(|desk| desk.name != first.name)).await;
    // Nothing comes up any more.
    host.fake.world.lock().poison = Some("{}".into());
    let now = desktops.open("alice").await.unwrap();
    host.fake.crash(&now.name);
    until("it is given up", async || matches!(*desktops.watch("alice").await.unwrap().borrow(), Phase::Failed { .. }))
        .await;
    let row = host.store.desktops().await.unwrap().remove(0);
    assert_eq!((row.state, row.container), (store::DesktopState::Failed, None));
    assert!(matches!(desktops.open("alice").await, Err(OpenError::Failed(_))));
    host.fake.world.lock().poison = None;
    desktops.open("alice").await.unwrap();
    desktops.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_does_not_restore_is_kept_and_marked_and_there_is_a_fresh_desktop() {
    let host = Host::new(50, 0).await;
    let alice = host.user("alice").await;
    let desktops = host.start().await;
    let desk = desktops.open("alice").await.unwrap();
    host.work(&desk.name, r#"{"bad":true}"#);
    desktops.act("alice", Act::Hibernate).await.unwrap();
    host.fake.world.lock().poison = Some(r#"{"bad":true}"#.into());
    let fresh = desktops.open("alice").await.unwrap();
    assert_eq!(host.content(&fresh.name), "{}");
    until("it is marked", async || {
        host.store.snapshots(alice).await.unwrap().iter().any(|snapshot| snapshot.failed.is_some())
    })
    .await;
    until("the user is told", async || desktops.overview().await[0].notice.is_some()).await;
    desktops.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_nobody_gets_nothing_and_a_full_host_says_so() {
    let host = Host::new(1, 0).await;
    for name in ["alice", "bob", "carol"] {
        host.user(name).await;
    }
    let desktops = host.start().await;
    assert_eq!(desktops.open("mallory").await, Err(OpenError::Nobody));
    desktops.open("alice").await.unwrap();
    assert_eq!(desktops.open("bob").await, Err(OpenError::Full));
    desktops.act("alice", Act::Kill).await.unwrap();
    desktops.open("bob").await.unwrap();
    let carol = host.store.user_named("carol").await.unwrap().unwrap();
    let change = store::UserChange { disabled: Some(true), ..Default::default() };
    host.store.change_user(carol.id, &change).await.unwrap();
    assert_eq!(desktops.open("carol").await, Err(OpenError::Nobody));
    desktops.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_away_is_waited_for() {
    let host = Host::new(50, 0).await;
    host.user("alice").await;
    let desktops = host.start().await;
    host.fake.world.lock().away = true;
    let asked = tokio::spawn({
        let desktops = desktops.clone();
        async move { desktops.open("alice").await }
    });
    until("it was tried", async || desktops.counts().jobs().any(|(name, _, failed)| name == "take" && failed > 0))
        .await;
    host.fake.world.lock().away = false;
    asked.await.unwrap().unwrap();
    assert_eq!(host.fake.begun().len(), 1);
    desktops.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_of_the_pool_becomes_somebodys_and_another_takes_its_place() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("NOT ROOT: there is no pool");
        return;
    }
    let host = Host::new(50, 2).await;
    host.user("alice").await;
    let desktops = host.start().await;
    until("the pool is full", async || desktops.pooled() == 2).await;
    let desk = desktops.open("alice").await.unwrap();
    assert_eq!(desktops.counts().warm.load(std::sync::atomic::Ordering::Relaxed), 1);
    until("it is full again", async || desktops.pooled() == 2).await;
    // The user's files are in it, and belong to who they are inside.
    let home = host.config.run.join("slots").join(desk.name.as_str()).join("home/alice");
    let ids = host.fake.world.lock().containers[&desk.name].spec.ids;
    let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(&home).unwrap());
    assert_eq!(owner, ids.first + 1000);
    // A restart finds all of it again, and makes nothing.
    desktops.stop();
    let created = host.fake.world.lock().created;
    let desktops = host.start().await;
    assert_eq!(desktops.pooled(), 2);
    assert_eq!(desktops.open("alice").await.unwrap().name, desk.name);
    assert_eq!(host.fake.world.lock().created, created);
    desktops.act("alice", Act::Kill).await.unwrap();
    assert!(!home.exists(), "nothing of it is left mounted");
    assert!(host.config.homes().join("alice").exists());
    desktops.stop();
}

/// Opens, works, freezes, opens, puts away, opens.
async fn live(host: &Host, desktops: &Desktops) -> Option<()> {
    let desk = desktops.open("alice").await.ok()?;
    host.work(&desk.name, r#"{"work":1}"#);
    // As tos-comp does from time to time.
    std::fs::write(host.config.states().join("alice/desktop.json"), r#"{"work":1}"#).ok()?;
    desktops.act("alice", Act::Freeze).await.ok()?;
    desktops.open("alice").await.ok()?;
    desktops.act("alice", Act::Hibernate).await.ok()?;
    desktops.open("alice").await.ok()?;
    Some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_call_tosd_finds_one_desktop_again_and_all_of_its_work() {
    let (mut died, mut number) = (0, 0);
    loop {
        number += 1;
        let mut ended = 0;
        for fate in [Fate::DeadBefore, Fate::DeadAfter] {
            let host = Host::new(50, 0).await;
            host.user("alice").await;
            // The first call is that of the beginning.
            host.fake.world.lock().fate = Some((number + 1, fate));
            let desktops = host.start().await;
            let killed = tokio::select! {
                lived = live(&host, &desktops) => { assert_eq!(lived, Some(())); false }
                () = host.fake.dead.notified() => true,
            };
            desktops.stop();
            if !killed {
                ended += 1;
                continue;
            }
            died += 1;
            host.fake.world.lock().fate = None;
            let worked = host.config.states().join("alice/desktop.json").exists();
            let desktops = host.start().await;
            let desk = desktops.open("alice").await.unwrap_or_else(|error| panic!("{number} {fate:?}: {error}"));
            assert_eq!(host.fake.begun(), [(desk.name.clone(), "alice".to_owned())], "{number} {fate:?}");
            assert_eq!(host.fake.list().await.unwrap().len(), 1, "{number} {fate:?}");
            if worked {
                assert_eq!(host.content(&desk.name), r#"{"work":1}"#, "{number} {fate:?}");
            }
            desktops.stop();
        }
        if ended == 2 {
            break;
        }
    }
    assert!(died >= 20, "{died} deaths are too few to have met every step");
}
