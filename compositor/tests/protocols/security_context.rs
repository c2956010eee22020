//! `wp_security_context_v1`: what comes through a sandbox's door is kept from privileged protocols.

use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};

use wayland_protocols::wp::security_context::v1::client::wp_security_context_manager_v1::WpSecurityContextManagerV1;
use wayland_protocols::wp::security_context::v1::client::wp_security_context_v1::WpSecurityContextV1;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::globals::{PRIVILEGED, UNCONFINED, names};

/// A sandbox's socket, and what it closes to have no more clients let in.
struct Door {
    directory: tempfile::TempDir,
    keep_open: Option<UnixStream>,
}

impl Door {
    fn open(f: &mut Fixture, engine: &mut Client) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("socket")).unwrap();
        let (ours, theirs) = UnixStream::pair().unwrap();
        let manager: WpSecurityContextManagerV1 = engine.bind();
        let context: WpSecurityContextV1 = manager.create_listener(listener.as_fd(), theirs.as_fd(), &engine.qh, ());
        context.set_sandbox_engine("org.example.Engine".into());
        context.set_app_id("org.example.App".into());
        context.commit();
        context.destroy();
        f.roundtrip(engine);
        Self { directory, keep_open: Some(ours) }
    }

    fn connect(&self) -> std::io::Result<UnixStream> {
        UnixStream::connect(self.directory.path().join("socket"))
    }
}

#[test]
fn clients_of_a_sandbox_see_nothing_privileged_even_if_a_trusted_one_made_it() {
    let mut f = Fixture::new();
    let mut engine = f.trusted_client();
    let mut ordinary = names(&mut f.client());
    let door = Door::open(&mut f, &mut engine);
    let mut client = Client::new(door.connect().unwrap());
    f.let_in(&mut client);
    ordinary.retain(|name| !UNCONFINED.contains(&name.as_str()));
    let seen = names(&mut client);
    assert_eq!(seen, ordinary);
    assert!(PRIVILEGED.iter().all(|name| !seen.iter().any(|seen| seen == name)));
}

#[test]
fn nobody_is_let_in_after_the_sandbox_closed_the_door() {
    let mut f = Fixture::new();
    let mut engine = f.client();
    let mut door = Door::open(&mut f, &mut engine);
    let mut first = Client::new(door.connect().unwrap());
    f.let_in(&mut first);
    drop(door.keep_open.take());
    // The listener is gone with the thread that held it; there is no event of it to wait for.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while door.connect().is_ok() {
        assert!(std::time::Instant::now() < deadline, "the door stays open");
        f.wait();
    }
    f.roundtrip(&mut first);
}

#[test]
fn a_socket_that_blocks_holds_nobody_up() {
    let mut f = Fixture::new();
    let mut engine = f.client();
    let directory = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(directory.path().join("socket")).unwrap();
    let (_keep_open, theirs) = UnixStream::pair().unwrap();
    let manager: WpSecurityContextManagerV1 = engine.bind();
    let context: WpSecurityContextV1 = manager.create_listener(listener.as_fd(), theirs.as_fd(), &engine.qh, ());
    context.commit();
    f.roundtrip(&mut engine);
    // It is the same open file for both sides.
    listener.set_nonblocking(false).unwrap();
    let mut client = Client::new(UnixStream::connect(directory.path().join("socket")).unwrap());
    f.let_in(&mut client);
    f.roundtrip(&mut engine);
}

#[test]
fn descriptors_that_are_no_sockets_do_no_harm() {
    let mut f = Fixture::new();
    let mut engine = f.client();
    let manager: WpSecurityContextManagerV1 = engine.bind();
    let file = tempfile::tempfile().unwrap();
    let (one, other) = UnixStream::pair().unwrap();
    for (listen, close) in [(file.as_fd(), one.as_fd()), (one.as_fd(), file.as_fd()), (one.as_fd(), other.as_fd())] {
        let context: WpSecurityContextV1 = manager.create_listener(listen, close, &engine.qh, ());
        context.commit();
        f.roundtrip(&mut engine);
    }
    drop(other);
    f.wait();
    f.roundtrip(&mut engine);
}
