//! `zwp_keyboard_shortcuts_inhibit_v1`: a program that wants the desktop's chords too.

use wayland_client::protocol::wl_keyboard::{self, WlKeyboard};
use wayland_protocols::wp::keyboard_shortcuts_inhibit::zv1::client::zwp_keyboard_shortcuts_inhibit_manager_v1::ZwpKeyboardShortcutsInhibitManagerV1;
use wayland_protocols::wp::keyboard_shortcuts_inhibit::zv1::client::zwp_keyboard_shortcuts_inhibitor_v1::{
    Event, ZwpKeyboardShortcutsInhibitorV1,
};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};
use crate::window::Window;

const KEY_W: u32 = 17;

fn inhibit(client: &mut Client, window: &Window) -> ZwpKeyboardShortcutsInhibitorV1 {
    let seat = client.seat();
    let manager = client.bind::<ZwpKeyboardShortcutsInhibitManagerV1>();
    manager.inhibit_shortcuts(&window.surface, &seat, &client.qh, ())
}

fn chord(f: &mut Fixture, code: &str) {
    for (code, pressed) in [("MetaLeft", true), (code, true), (code, false), ("MetaLeft", false)] {
        f.key(code, pressed);
    }
}

fn heard(f: &mut Fixture, client: &mut Client, keyboard: &WlKeyboard, wanted: u32) -> usize {
    f.roundtrip(client);
    let events = client.events(keyboard).into_iter();
    events.filter(|event| matches!(event, wl_keyboard::Event::Key { key, .. } if *key == wanted)).count()
}

fn alerts(f: &Fixture) -> String {
    format!("{:?}", f.state.screen().interface.alerts)
}

#[test]
fn chords_go_to_the_program_while_it_is_in_focus_but_the_way_out_does_not() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    let window = f.window(&mut client, RED);
    chord(&mut f, "KeyW");
    assert_eq!(heard(&mut f, &mut client, &keyboard, KEY_W), 0);
    assert!(window.asked_to_close(&mut client));

    let inhibitor = inhibit(&mut client, &window);
    f.roundtrip(&mut client);
    f.roundtrip(&mut client);
    assert!(matches!(client.events(&inhibitor)[..], [Event::Active]));
    assert!(alerts(&f).contains("Super+Up still zooms out"), "the user is told: {}", alerts(&f));
    chord(&mut f, "KeyW");
    assert_eq!(heard(&mut f, &mut client, &keyboard, KEY_W), 2);
    assert!(!window.asked_to_close(&mut client));

    chord(&mut f, "ArrowUp");
    assert_eq!(f.state.shell.focused(), None);
    f.roundtrip(&mut client);
    assert!(matches!(client.events(&inhibitor)[..], [Event::Inactive]));
}

#[test]
fn another_window_has_nothing_of_it_and_the_user_is_told_once() {
    let mut f = Fixture::new();
    let (mut client, mut other) = (f.client(), f.client());
    let window = f.window(&mut client, RED);
    inhibit(&mut client, &window);
    f.roundtrip(&mut client);
    let told = alerts(&f);
    let second = f.window(&mut other, GREEN);
    chord(&mut f, "KeyW");
    f.roundtrip(&mut other);
    assert!(second.asked_to_close(&mut other));
    let id = f.state.shell.windows()[0].id.unwrap();
    f.state.focus_window(id);
    f.roundtrip(&mut client);
    assert_eq!(alerts(&f), told);
}

#[test]
fn a_program_that_dies_gives_the_chords_back() {
    let mut f = Fixture::new();
    let (mut client, mut other) = (f.client(), f.client());
    let second = f.window(&mut other, GREEN);
    let window = f.window(&mut client, RED);
    inhibit(&mut client, &window);
    f.roundtrip(&mut client);
    drop(client);
    f.turn();
    let id = f.state.shell.windows()[0].id.unwrap();
    f.state.focus_window(id);
    chord(&mut f, "KeyW");
    f.roundtrip(&mut other);
    assert!(second.asked_to_close(&mut other));
}
