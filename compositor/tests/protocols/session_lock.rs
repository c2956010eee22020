//! `ext_session_lock_v1`: nothing of the desktop is seen or reached until it is unlocked, and its owner always can.

use lcars_ui::viewport::Lock;
use wayland_client::Proxy;
use wayland_client::protocol::wl_keyboard::{self, WlKeyboard};
use wayland_client::protocol::wl_output::WlOutput;
use wayland_client::protocol::wl_pointer::{self, WlPointer};
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_protocols::ext::session_lock::v1::client::ext_session_lock_manager_v1::ExtSessionLockManagerV1;
use wayland_protocols::ext::session_lock::v1::client::ext_session_lock_surface_v1::{self, ExtSessionLockSurfaceV1};
use wayland_protocols::ext::session_lock::v1::client::ext_session_lock_v1::{self, ExtSessionLockV1};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::LEFT;
use crate::picture::{BLUE, RED};
use crate::window::show;

/// Locks the session.
pub fn lock(f: &mut Fixture, client: &mut Client) -> ExtSessionLockV1 {
    let manager: ExtSessionLockManagerV1 = client.bind();
    let lock = manager.lock(&client.qh, ());
    f.roundtrip(client);
    lock
}

fn was_locked(client: &mut Client, lock: &ExtSessionLockV1) -> Option<bool> {
    client.events(lock).last().map(|event| matches!(event, ext_session_lock_v1::Event::Locked))
}

/// Covers the output in one colour.
fn cover(
    f: &mut Fixture,
    client: &mut Client,
    lock: &ExtSessionLockV1,
    colour: u32,
) -> (WlSurface, ExtSessionLockSurfaceV1) {
    let output: WlOutput = client.bind();
    let surface = client.surface();
    let on = lock.get_lock_surface(&surface, &output, &client.qh, ());
    f.roundtrip(client);
    let told = client.events(&on).last().map(|event| match event {
        ext_session_lock_surface_v1::Event::Configure { serial, width, height } => (*serial, (*width, *height)),
        _ => panic!("it knows no other event"),
    });
    let (serial, size) = told.expect("a size");
    on.ack_configure(serial);
    show(&surface, &client.colour((size.0 as i32, size.1 as i32), colour));
    f.roundtrip(client);
    (surface, on)
}

fn lock_of(f: &Fixture) -> Lock {
    let id = f.state.screen().id;
    f.state.shell.desktop.output(id).unwrap().panels.lock
}

fn names(f: &Fixture) -> Vec<String> {
    f.state.screen().view().nodes.iter().map(|node| node.name.clone()).collect()
}

#[test]
fn what_locks_while_a_button_is_held_is_not_told_of_its_release() {
    let mut f = Fixture::new();
    let mut client = f.client();
    f.window(&mut client, RED);
    f.hold_in_the_middle(&mut client);
    let mut locker = f.client();
    let pointer = locker.seat().get_pointer(&locker.qh, ());
    let lock = lock(&mut f, &mut locker);
    cover(&mut f, &mut locker, &lock, BLUE);
    f.draw();
    f.point(401, 300);
    f.button(LEFT, false);
    f.roundtrip(&mut locker);
    let told = locker.events(&pointer);
    assert!(told.iter().any(|event| matches!(event, wl_pointer::Event::Enter { .. })), "{told:?}");
    assert!(!told.iter().any(|event| matches!(event, wl_pointer::Event::Button { .. })), "{told:?}");
}

#[test]
fn a_locked_session_shows_nothing_of_the_desktop_and_everything_is_there_afterwards() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let (area, focused) = (f.area(), f.state.shell.focused());
    window.configured(&mut client);
    let mut locker = f.client();
    let lock = lock(&mut f, &mut locker);
    assert_eq!(was_locked(&mut locker, &lock), Some(true));
    assert_eq!((f.shot().count(RED), lock_of(&f)), (0, Lock::Curtain));
    cover(&mut f, &mut locker, &lock, BLUE);
    assert_eq!(lock_of(&f), Lock::Program);
    let shot = f.shot();
    assert_eq!((shot.count(RED), shot.at(0, 0), shot.at(799, 0)), (0, BLUE, BLUE));
    assert_eq!(names(&f), ["UNLOCK"], "nothing else is announced");

    lock.unlock_and_destroy();
    f.roundtrip(&mut locker);
    assert_eq!(lock_of(&f), Lock::Open);
    assert_eq!((f.area(), f.state.shell.focused()), (area, focused));
    assert_eq!(f.shot().count(RED), area.size.w * area.size.h);
    f.roundtrip(&mut client);
    let size = window.configured(&mut client).map(|configure| configure.size);
    assert_eq!(size.unwrap_or((area.size.w, area.size.h)), (area.size.w, area.size.h), "its size stayed");
}

#[test]
fn keys_and_pointer_are_the_lock_screens_alone() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard: WlKeyboard = client.seat().get_keyboard(&client.qh, ());
    let pointer: WlPointer = client.seat().get_pointer(&client.qh, ());
    f.window(&mut client, RED);
    f.point(400, 300);
    let focused = f.state.shell.focused();
    let mut locker = f.client();
    let own_keys: WlKeyboard = locker.seat().get_keyboard(&locker.qh, ());
    let own_pointer: WlPointer = locker.seat().get_pointer(&locker.qh, ());
    let lock = lock(&mut f, &mut locker);
    let (surface, _) = cover(&mut f, &mut locker, &lock, BLUE);
    f.roundtrip(&mut client);
    client.events(&keyboard);
    client.events(&pointer);
    for code in ["MetaLeft", "ArrowUp", "KeyA"] {
        f.key(code, true);
    }
    for code in ["KeyA", "ArrowUp", "MetaLeft"] {
        f.key(code, false);
    }
    f.click(400, 300);
    f.wheel(120);
    f.roundtrip(&mut client);
    f.roundtrip(&mut locker);
    assert!(client.events(&keyboard).is_empty() && client.events(&pointer).is_empty());
    assert_eq!(f.state.shell.focused(), focused, "the desktop hears nothing either");
    let keys = locker.events(&own_keys);
    let entered =
        |event: &wl_keyboard::Event| matches!(event, wl_keyboard::Event::Enter { surface: on, .. } if *on == surface);
    assert!(keys.iter().any(entered));
    assert_eq!(keys.iter().filter(|event| matches!(event, wl_keyboard::Event::Key { .. })).count(), 6);
    let pressed =
        locker.events(&own_pointer).into_iter().filter(|event| matches!(event, wl_pointer::Event::Button { .. }));
    assert_eq!(pressed.count(), 2);
    let refused = f.state.command(serde_json::json!({ "op": "zoom_out" }));
    assert!(refused.is_err());
}

#[test]
fn a_lock_screen_that_dies_leaves_the_session_locked_and_the_owner_unlocks_it() {
    let mut f = Fixture::new();
    let mut client = f.client();
    f.window(&mut client, RED);
    let mut locker = f.client();
    let lock = lock(&mut f, &mut locker);
    cover(&mut f, &mut locker, &lock, BLUE);
    drop((locker, lock));
    f.roundtrip(&mut client);
    f.turn();
    assert_eq!(lock_of(&f), Lock::Curtain);
    let shot = f.shot();
    assert_eq!((shot.count(RED), shot.count(BLUE)), (0, 0));
    f.press("UNLOCK");
    f.roundtrip(&mut client);
    assert_eq!(lock_of(&f), Lock::Open);
    assert_ne!(f.shot().count(RED), 0);
}

#[test]
fn keys_alone_unlock_it_too() {
    let mut f = Fixture::new();
    let mut locker = f.client();
    let lock = lock(&mut f, &mut locker);
    drop((locker, lock));
    for code in ["KeyQ", "Tab", "Enter"] {
        f.key(code, true);
        f.key(code, false);
    }
    assert_eq!(lock_of(&f), Lock::Open);
}

#[test]
fn the_owner_unlocks_what_a_program_holds_and_it_is_told() {
    let mut f = Fixture::new();
    let mut locker = f.client();
    let lock = lock(&mut f, &mut locker);
    cover(&mut f, &mut locker, &lock, BLUE);
    was_locked(&mut locker, &lock);
    f.press("UNLOCK");
    f.roundtrip(&mut locker);
    assert_eq!(lock_of(&f), Lock::Open);
    let events = locker.events(&lock);
    assert!(matches!(events[..], [ext_session_lock_v1::Event::Finished]), "{events:?}");
    lock.unlock_and_destroy();
    f.roundtrip(&mut locker);
}

#[test]
fn nobody_takes_a_lock_over_or_ends_one_that_is_not_theirs() {
    let mut f = Fixture::new();
    let mut client = f.client();
    f.window(&mut client, RED);
    let mut locker = f.client();
    let held = lock(&mut f, &mut locker);
    assert_eq!(was_locked(&mut locker, &held), Some(true));

    let mut second = f.client();
    let refused = lock(&mut f, &mut second);
    assert_eq!(was_locked(&mut second, &refused), Some(false));
    cover(&mut f, &mut second, &refused, BLUE);
    assert_eq!((f.shot().count(BLUE), lock_of(&f)), (0, Lock::Curtain), "what it shows is not seen");
    refused.unlock_and_destroy();
    let error = f.protocol_error(&mut second);
    assert_eq!(error.code, ext_session_lock_v1::Error::InvalidUnlock as u32);
    assert_eq!(lock_of(&f), Lock::Curtain);

    drop((locker, held));
    f.roundtrip(&mut client);
    let mut third = f.client();
    let refused = lock(&mut f, &mut third);
    assert_eq!(was_locked(&mut third, &refused), Some(false), "nor when its program is gone");
    assert!(refused.is_alive());
    f.press("UNLOCK");
    let again = lock(&mut f, &mut third);
    assert_eq!(was_locked(&mut third, &again), Some(true), "once it is open anybody may lock it");
}

#[test]
fn what_covers_the_output_is_below_the_lock_and_a_lock_screen_follows_its_size() {
    let mut f = Fixture::new();
    let mut locker = f.client();
    let lock = lock(&mut f, &mut locker);
    let (surface, on) = cover(&mut f, &mut locker, &lock, BLUE);
    f.state.resize((640, 480).into(), 1.0);
    f.roundtrip(&mut locker);
    let told = locker.events(&on).last().map(|event| match event {
        ext_session_lock_surface_v1::Event::Configure { serial, width, height } => (*serial, *width, *height),
        _ => panic!("it knows no other event"),
    });
    let (serial, width, height) = told.expect("another size");
    assert_eq!((width, height), (640, 480));
    on.ack_configure(serial);
    show(&surface, &locker.colour((640, 480), RED));
    f.roundtrip(&mut locker);
    assert_eq!(f.shot().at(5, 5), RED);
    on.destroy();
    surface.destroy();
    f.roundtrip(&mut locker);
    f.turn();
    assert_eq!((f.shot().count(RED), lock_of(&f)), (0, Lock::Curtain));
}
