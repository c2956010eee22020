//! tosd is killed at each step of a life, and started again. Real containers: those of the runtime `local`, or with
//! `TOSD_TEST_SOCKET` and `TOSD_TEST_IMAGE` those of a podman (the image needs `tos-init` and `sleep`).

use tosd::{control::Wish, failpoint::POINTS};

use crate::host::{Host, is_root, podman, until};

/// A life that meets every point. Ends early where tosd does.
fn live(host: &Host) -> Option<()> {
    for act in [Wish::Open, Wish::Freeze, Wish::Open, Wish::Hibernate, Wish::Open] {
        host.act(act).filter(|ok| *ok)?;
    }
    Some(())
}

#[test]
fn killed_at_every_step_there_is_one_container_and_it_comes_back() {
    if !is_root() {
        return;
    }
    let engine = std::env::var("TOSD_TEST_SOCKET").ok().zip(std::env::var("TOSD_TEST_IMAGE").ok());
    let runtime = engine.map_or_else(|| "kind = \"local\"".to_owned(), |(socket, image)| podman(&socket, &image));
    let host = Host::new(&runtime, 1);
    host.say(&["user", "add", "alice"]);
    {
        let _tosd = host.run(None);
        if host.first().is_none() {
            return;
        }
        assert_eq!(host.act(Wish::Kill), Some(true));
    }
    // A snapshot is taken of what speaks the API; this command does not.
    for point in POINTS.iter().filter(|point| **point != "snapshot.kept") {
        let mut tosd = host.run(Some(point));
        let lived = live(&host);
        if lived.is_some() {
            panic!("{point} was not met");
        }
        let ended = tosd.0.wait().unwrap();
        assert!(!ended.success(), "{point}");
        drop(tosd);
        let _tosd = host.run(None);
        assert_eq!(host.act(Wish::Open), Some(true), "{point}");
        assert_eq!(host.desktop().0, "running", "{point}");
        // Alice's and one of the pool, once the pool is full again.
        until(point, || host.records() == 2);
        assert_eq!(host.act(Wish::Hibernate), Some(true), "{point}");
    }
}
