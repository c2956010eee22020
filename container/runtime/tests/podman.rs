//! Podman itself: every promise of a runtime, in its own language and in docker's.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

mod common;

use std::{sync::Arc, time::Duration};

use common::{
    conformance::conformance,
    podman::{Podman, why_not},
};
use futures::StreamExt as _;
use runtime::{
    Error, Runtime as _, State,
    engine::{Dialect, Engine},
    spec::Egress,
};

#[tokio::test(flavor = "multi_thread")]
async fn podman_keeps_every_promise() {
    if let Some(why) = why_not() {
        return eprintln!("NOT TESTED: containers of podman: {why}");
    }
    let podman = Podman::start().await;
    conformance(&podman.engine().await, &podman.bench()).await;
}

/// Without ids of its own: the language has no words for them.
#[tokio::test(flavor = "multi_thread")]
async fn the_docker_language_keeps_every_promise_but_ids() {
    if let Some(why) = why_not() {
        return eprintln!("NOT TESTED: containers in docker's language: {why}");
    }
    let podman = Podman::start().await;
    let mut bench = podman.bench();
    bench.may_lack = vec!["ids".into()];
    bench.own_ids = false;
    let engine = Engine::connect(podman.settings(Dialect::Docker)).await.unwrap();
    conformance(&engine, &bench).await;

    // Podman of Debian 12 takes this language's word for an interface's name and forgets it. Without the name there are
    // no rules, and without rules no network.
    let mut spec = bench.spec("open", "exec sleep 1000");
    spec.egress = Egress::Allow;
    let made = engine.create(&spec).await;
    assert!(matches!(made, Ok(()) | Err(Error::Unsupported { .. })), "{made:?}");
    engine.remove(&spec.name, Duration::ZERO).await.unwrap();
    let networks = podman.command().args(["network", "ls", "--quiet"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&networks.stdout).lines().filter(|name| name.contains("open")).count(), 0);
}

/// What a browser's sandbox and bubblewrap do goes on; what belongs to the kernel does not.
#[tokio::test(flavor = "multi_thread")]
async fn system_calls_are_those_of_the_profile() {
    if let Some(why) = why_not() {
        return eprintln!("NOT TESTED: the profile of system calls: {why}");
    }
    let podman = Podman::start().await;
    let (engine, bench) = (podman.engine().await, podman.bench());
    let script = "calls > /mnt/calls.part; mv /mnt/calls.part /mnt/calls
        unshare -U -r id -u > /mnt/namespace 2>&1
        bwrap --unshare-all --ro-bind / / --proc /proc --dev /dev --tmpfs /tmp sh -c 'ls -d /proc/[0-9]* | wc -l' \
            > /mnt/sandbox.part 2>&1; echo $? >> /mnt/sandbox.part; mv /mnt/sandbox.part /mnt/sandbox
        exec sleep 1000";
    let mut spec = bench.spec("calls", script);
    // As processes and networks of sandboxes are made.
    spec.limits.pids = Some(200);
    engine.create(&spec).await.unwrap();
    engine.start(&spec.name).await.unwrap();
    let text = bench.read("calls", "calls").await;
    let told: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(' ')).collect();
    assert_eq!(told.len(), 17, "{text}");
    for (call, errno) in told {
        let expected = match call {
            "socket-unix" | "socket-route" => "0",
            // No such call: programs go another way.
            "fsopen" | "socket-alg" | "socket-packet" | "socket-netfilter" => "38",
            _ => "1",
        };
        assert_eq!(errno, expected, "{call}");
    }
    assert_eq!(bench.read("calls", "namespace").await, "0\n");
    let sandbox = bench.read("calls", "sandbox").await;
    assert!(sandbox.ends_with("\n0\n"), "{sandbox}");
    assert!(sandbox.lines().next().unwrap().trim().parse::<u32>().unwrap() <= 4, "{sandbox}");
    engine.remove(&spec.name, Duration::ZERO).await.unwrap();
}

/// The service is killed before every single call, and comes back only after the call found nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_killed_loses_nothing() {
    if let Some(why) = why_not() {
        return eprintln!("NOT TESTED: podman's service killed: {why}");
    }
    let mut podman = Podman::start().await;
    let (engine, bench) = (podman.engine().await, podman.bench());
    let mut spec = bench.spec("kept", "echo up > /mnt/up; exec sleep 1000");
    spec.egress = Egress::Allow;
    let name = &spec.name;
    let mut events = engine.events().await.unwrap();
    for step in 0..8 {
        podman.kill();
        if step == 0 {
            let end = tokio::time::timeout(common::LONG, async { while events.next().await.is_some() {} }).await;
            assert!(end.is_ok(), "events do not end with the service");
        }
        let call = async || match step {
            0 => engine.create(&spec).await,
            1 => engine.start(name).await,
            2 => engine.freeze(name).await,
            3 => engine.thaw(name).await,
            4 => engine.stats(name).await.map(|stats| assert!(stats.pids > 0)),
            5 => engine.list().await.map(|list| assert_eq!(list[0].state, State::Running)),
            6 => engine.pid(name).await.map(|pid| assert!(pid.is_some())),
            _ => engine.remove(name, Duration::from_secs(1)).await,
        };
        let away = call().await;
        assert!(matches!(away, Err(Error::Unreachable(_))), "step {step}: {away:?}");
        podman.serve().await;
        call().await.unwrap_or_else(|error| panic!("step {step}: {error}"));
        if step == 1 {
            bench.read("kept", "up").await;
        }
    }
    assert!(engine.list().await.unwrap().is_empty());
}

/// Killed in the middle of making one: it is there or it is not, and can be made either way.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_killed_at_work_leaves_nothing_in_the_way() {
    if let Some(why) = why_not() {
        return eprintln!("NOT TESTED: podman's service killed at work: {why}");
    }
    let mut podman = Podman::start().await;
    let (engine, bench) = (Arc::new(podman.engine().await), podman.bench());
    for round in 0..8_u64 {
        let spec = bench.spec("half", "echo up > /mnt/up; exec sleep 1000");
        let making = tokio::spawn({
            let (engine, spec) = (engine.clone(), spec.clone());
            async move { engine.create(&spec).await }
        });
        tokio::time::sleep(Duration::from_millis(round * 8)).await;
        podman.kill();
        let made = making.await.unwrap();
        assert!(matches!(made, Ok(()) | Err(Error::Unreachable(_))), "round {round}: {made:?}");
        podman.serve().await;
        match engine.create(&spec).await {
            Ok(()) | Err(Error::Exists(_)) => {}
            Err(error) => panic!("round {round}: {error}"),
        }
        let _ = std::fs::remove_file(bench.out("half").join("up"));
        engine.start(&spec.name).await.unwrap();
        bench.read("half", "up").await;
        engine.remove(&spec.name, Duration::ZERO).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_make_one() {
    if let Some(why) = why_not() {
        return eprintln!("NOT TESTED: two creations at once: {why}");
    }
    let podman = Podman::start().await;
    // Two session managers, even: each with what it knows.
    let (one, other, bench) = (podman.engine().await, podman.engine().await, podman.bench());
    for _ in 0..3 {
        let mut spec = bench.spec("once", "echo up > /mnt/up; exec sleep 1000");
        spec.egress = Egress::Allow;
        let (a, b, c) = tokio::join!(one.create(&spec), one.create(&spec), other.create(&spec));
        let all = [a, b, c];
        assert_eq!(all.iter().filter(|made| made.is_ok()).count(), 1, "{all:?}");
        assert_eq!(one.list().await.unwrap().len(), 1);
        one.start(&spec.name).await.unwrap();
        bench.read("once", "up").await;
        one.remove(&spec.name, Duration::ZERO).await.unwrap();
    }
}
