//! `xdg_activation_v1`: a program asks for the focus, and gets it for something that the user did.

use wayland_client::protocol::wl_keyboard;
use wayland_protocols::xdg::activation::v1::client::xdg_activation_token_v1;
use wayland_protocols::xdg::activation::v1::client::xdg_activation_v1::XdgActivationV1;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};
use crate::window::Window;

/// A token, whether or not it is worth something.
fn token(f: &mut Fixture, client: &mut Client, serial: Option<u32>) -> String {
    let token = client.bind::<XdgActivationV1>().get_activation_token(&client.qh, ());
    if let Some(serial) = serial {
        token.set_serial(serial, &client.seat());
    }
    token.commit();
    f.roundtrip(client);
    client
        .events(&token)
        .into_iter()
        .find_map(|event| match event {
            xdg_activation_token_v1::Event::Done { token } => Some(token),
            _ => None,
        })
        .expect("a token is always given")
}

/// A window that is hidden behind that of another client, and the serial of a key that was pressed in front.
fn desk() -> (Fixture, Client, Window, Client, u32) {
    let mut f = Fixture::new();
    let mut behind = f.client();
    let hidden = f.window(&mut behind, RED);
    let mut front = f.client();
    let keyboard = front.seat().get_keyboard(&front.qh, ());
    f.window(&mut front, GREEN);
    f.key("KeyA", true);
    f.key("KeyA", false);
    f.roundtrip(&mut front);
    let serial = front.events(&keyboard).into_iter().rev().find_map(|event| match event {
        wl_keyboard::Event::Key { serial, .. } => Some(serial),
        _ => None,
    });
    (f, behind, hidden, front, serial.unwrap())
}

/// Uses a token for the hidden window and tells whether it came to the front.
fn activates(f: &mut Fixture, client: &mut Client, window: &Window, token: String) -> bool {
    client.bind::<XdgActivationV1>().activate(token, &window.surface);
    f.roundtrip(client);
    f.shot().count(RED) > 0
}

#[test]
fn a_token_of_what_the_user_did_brings_a_window_to_the_front_once() {
    let (mut f, mut behind, hidden, mut front, serial) = desk();
    let given = token(&mut f, &mut front, Some(serial));
    let front_id = f.state.shell.focused().unwrap();
    assert!(activates(&mut f, &mut behind, &hidden, given.clone()));
    f.state.focus_window(front_id);
    assert!(!activates(&mut f, &mut behind, &hidden, given), "a token counts once");
}

#[test]
fn a_token_without_a_serial_is_worth_nothing() {
    let (mut f, mut behind, hidden, mut front, _serial) = desk();
    let given = token(&mut f, &mut front, None);
    assert!(!activates(&mut f, &mut behind, &hidden, given));
    assert!(!activates(&mut f, &mut behind, &hidden, "made up".into()));
}

#[test]
fn a_program_without_the_focus_cannot_give_it_to_itself() {
    let (mut f, mut behind, hidden, _front, serial) = desk();
    for guess in [0, 1, serial, serial + 1, serial + 1000, u32::MAX] {
        let forged = token(&mut f, &mut behind, Some(guess));
        assert!(!activates(&mut f, &mut behind, &hidden, forged), "{guess}");
    }
}

#[test]
fn a_serial_from_before_the_focus_came_is_too_old() {
    let (mut f, mut behind, hidden, mut front, serial) = desk();
    let front_id = f.state.shell.focused().unwrap();
    let hidden_id = f.state.shell.windows()[0].id.unwrap();
    f.state.focus_window(hidden_id);
    f.state.focus_window(front_id);
    let stale = token(&mut f, &mut front, Some(serial));
    assert!(!activates(&mut f, &mut behind, &hidden, stale));
}
