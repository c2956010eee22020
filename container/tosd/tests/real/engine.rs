//! The container engine's service is killed before each thing that somebody wants, and comes back: tosd waits for it, goes on
//! where it was, and never makes a second container. What runs does not notice.

use tosd::control::Wish;

use crate::{
    engines::podman::{Podman, why_not},
    host::{Host, podman, until},
};

/// How many containers there are.
fn containers(engine: &Podman) -> usize {
    let listed = engine.command().args(["ps", "--all", "--format", "{{.Names}}"]).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8(listed.stdout).unwrap().lines().count()
}

#[test]
fn an_engine_that_is_killed_before_each_step_is_waited_for() {
    if let Some(why) = why_not() {
        eprintln!("NO PODMAN, nothing is tested: {why}");
        return;
    }
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let mut engine = tokio.block_on(Podman::start());
    let socket = engine.settings(runtime::engine::Dialect::Podman).socket;
    let host = Host::new(&podman(socket.to_str().unwrap(), "localhost/tiny"), 0);
    host.say(&["user", "add", "alice"]);
    let tosd = host.run(None);
    let mut before = String::new();
    for (wish, phase, there) in [
        (Wish::Open, "running", 1),
        (Wish::Freeze, "frozen", 1),
        (Wish::Open, "running", 1),
        // What runs here leaves nothing to come back to.
        (Wish::Hibernate, "new", 0),
        (Wish::Open, "running", 1),
    ] {
        let failed = host.failed();
        engine.kill();
        std::thread::scope(|scope| {
            let asked = scope.spawn(|| host.act(wish));
            until("it was tried in vain", || host.failed() > failed);
            assert_ne!(host.desktop().0, "failed", "{wish:?}");
            tokio.block_on(engine.serve());
            assert_eq!(asked.join().unwrap(), Some(true), "{wish:?}");
        });
        let (now, container) = host.desktop();
        assert_eq!(now, phase, "{wish:?}");
        assert_eq!(containers(&engine), there, "{wish:?}");
        // Frozen and thawed it is the one that it was; put away it is another.
        assert!(before.is_empty() || container.is_empty() || container == before, "{wish:?}: {before} {container}");
        before = container;
    }
    // What runs needs no engine, and is still there for a tosd that starts when there is one again.
    engine.kill();
    assert_eq!(host.act(Wish::Open), Some(true));
    drop(tosd);
    tokio.block_on(engine.serve());
    let tosd = host.run(None);
    assert_eq!(host.act(Wish::Open), Some(true));
    assert_eq!(host.desktop(), ("running".to_owned(), before));
    assert_eq!(containers(&engine), 1);
    drop(tosd);
    drop(host);
    assert_eq!(containers(&engine), 0);
}
