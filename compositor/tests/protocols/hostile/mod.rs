//! Clients that mean it: whatever they do, the others are served and the user gets out.
//!
//! [`holds`] hold on to something, [`floods`] send more than anybody can want.

mod floods;
mod holds;

use std::io::{ErrorKind, Write as _};
use std::os::unix::net::UnixStream;

use compositor::trust::Trust;
use lcars_ui::hierarchy::Level;
use wayland_client::protocol::wl_pointer;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::LEFT;
use crate::picture::{BLUE, GREEN, RED};
use crate::popup::{Popup, positioner};
use crate::window::Window;

/// Zooms out by the desktop's own key, from wherever the user is.
fn leave(f: &mut Fixture) {
    for (code, pressed) in [("MetaLeft", true), ("Home", true), ("Home", false), ("MetaLeft", false)] {
        f.key(code, pressed);
    }
    f.state.shell.desktop.arrive_at_once();
    f.state.relayout();
    assert_eq!(f.state.shell.focused(), None);
    assert_eq!(f.state.shell.desktop.focused_viewport().path.level(), Level::Overview);
}

#[test]
fn a_client_that_never_acknowledges_is_left() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    for turn in 0..50 {
        if turn % 2 == 0 {
            window.toplevel.set_fullscreen(None)
        } else {
            window.toplevel.unset_fullscreen()
        }
        f.roundtrip(&mut client);
    }
    leave(&mut f);
}

#[test]
fn a_client_that_never_reads_is_left_and_holds_nobody_up() {
    let mut f = Fixture::new();
    let mut other = f.client();
    f.window(&mut other, GREEN);
    let mut deaf = f.client();
    f.window(&mut deaf, RED);
    deaf.seat().get_pointer(&deaf.qh, ());
    deaf.flush();
    // Far more than its socket takes.
    for step in 0..8_000 {
        f.point(300 + step % 100, 300);
    }
    f.roundtrip(&mut other);
    leave(&mut f);
}

#[test]
fn a_hundred_thousand_requests_in_one_go_hold_nobody_up() {
    let mut f = Fixture::new();
    let mut other = f.client();
    f.window(&mut other, GREEN);
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    theirs.set_nonblocking(true).unwrap();
    f.state.insert_client(ours, Trust::Ordinary).unwrap();
    // `wl_display.sync`, each answered; nobody reads the answers.
    let request = |id: u32| [1, 12 << 16, id].map(u32::to_ne_bytes).concat();
    let requests: Vec<u8> = (2..100_002).flat_map(request).collect();
    let mut rest = requests.as_slice();
    for _ in 0..100_000 {
        match theirs.write(rest) {
            Ok(sent) => rest = rest.get(sent..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => f.turn(),
            // The compositor has had enough.
            Err(_) => rest = &[],
        }
        if rest.is_empty() {
            break;
        }
    }
    assert!(rest.is_empty(), "neither handled nor hung up");
    f.roundtrip(&mut other);
    leave(&mut f);
}

#[test]
fn a_client_that_holds_a_grab_is_left() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    let window: Window = f.window(&mut client, RED);
    f.point(400, 300);
    f.button(LEFT, true);
    f.roundtrip(&mut client);
    let pressed = client.events(&pointer).into_iter().find_map(|event| match event {
        wl_pointer::Event::Button { serial, .. } => Some(serial),
        _ => None,
    });
    let positioner = positioner(&mut client, (10, 10), (100, 50));
    let menu = Popup::new(&mut client, &window.xdg, &positioner);
    menu.popup.grab(&client.seat(), pressed.unwrap());
    menu.map(&mut f, &mut client, BLUE);
    leave(&mut f);
    let mut other: Client = f.client();
    f.window(&mut other, GREEN);
}
