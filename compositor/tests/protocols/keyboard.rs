//! `wl_keyboard`: focus, keys, modifiers, layouts, repeat.

use std::fs::File;
use std::io::Read;

use compositor::state::Options;
use smithay::input::keyboard::xkb;
use wayland_client::WEnum;
use wayland_client::protocol::wl_keyboard::{self, Event, KeyState, WlKeyboard};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

/// The keys that were told, as Linux numbers and whether they were pressed.
fn keys(client: &mut Client, keyboard: &WlKeyboard) -> Vec<(u32, bool)> {
    let events = client.events(keyboard).into_iter();
    let keys = events.filter_map(|event| match event {
        Event::Key { key, state: WEnum::Value(state), .. } => Some((key, state == KeyState::Pressed)),
        _ => None,
    });
    keys.collect()
}

/// The newest keymap among events, compiled as a client would.
fn keymap(events: Vec<Event>) -> Option<xkb::Keymap> {
    let (fd, size) = events.into_iter().rev().find_map(|event| match event {
        Event::Keymap { format: WEnum::Value(wl_keyboard::KeymapFormat::XkbV1), fd, size } => Some((fd, size)),
        _ => None,
    })?;
    let mut text = String::new();
    File::from(fd).take(u64::from(size)).read_to_string(&mut text).unwrap();
    let context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
    let text = text.trim_end_matches('\0').to_owned();
    xkb::Keymap::new_from_string(&context, text, xkb::KEYMAP_FORMAT_TEXT_V1, xkb::KEYMAP_COMPILE_NO_FLAGS)
}

/// What a key types, by its Linux number.
fn types(keymap: &xkb::Keymap, key: u32) -> String {
    xkb::State::new(keymap).key_get_utf8((key + 8).into())
}

const KEY_A: u32 = 30;
const KEY_Z: u32 = 44;

#[test]
fn the_shown_window_has_the_keyboard_and_another_takes_it_over() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    let first = f.window(&mut client, RED);
    let entered = |events: &[Event]| {
        events.iter().rev().find_map(|event| match event {
            Event::Enter { surface, .. } => Some(surface.clone()),
            _ => None,
        })
    };
    let events = client.events(&keyboard);
    assert_eq!(entered(&events), Some(first.surface.clone()));
    assert!(matches!(events.last(), Some(Event::Modifiers { .. })), "modifiers are told right after the focus");
    let second = f.window(&mut client, GREEN);
    let events = client.events(&keyboard);
    assert!(events.iter().any(|event| matches!(event, Event::Leave { surface, .. } if *surface == first.surface)));
    assert_eq!(entered(&events), Some(second.surface.clone()));
}

#[test]
fn keys_go_to_the_window_in_front_only() {
    let mut f = Fixture::new();
    let (mut hidden, mut shown) = (f.client(), f.client());
    let keyboards = [&mut hidden, &mut shown].map(|client| client.seat().get_keyboard(&client.qh, ()));
    f.window(&mut hidden, RED);
    f.window(&mut shown, GREEN);
    f.key("KeyA", true);
    f.key("KeyA", false);
    f.roundtrip(&mut hidden);
    f.roundtrip(&mut shown);
    assert_eq!(keys(&mut shown, &keyboards[1]), [(KEY_A, true), (KEY_A, false)]);
    assert_eq!(keys(&mut hidden, &keyboards[0]), []);
}

#[test]
fn a_held_key_is_released_when_the_page_loses_the_focus() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    f.window(&mut client, RED);
    f.key("KeyA", true);
    f.blur();
    f.roundtrip(&mut client);
    assert_eq!(keys(&mut client, &keyboard), [(KEY_A, true), (KEY_A, false)]);
}

#[test]
fn shift_is_told_as_a_modifier() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    f.window(&mut client, RED);
    let depressed = |client: &mut Client| {
        client.events(&keyboard).into_iter().rev().find_map(|event| match event {
            Event::Modifiers { mods_depressed, .. } => Some(mods_depressed),
            _ => None,
        })
    };
    depressed(&mut client);
    f.key("ShiftLeft", true);
    f.roundtrip(&mut client);
    assert_eq!(depressed(&mut client), Some(1));
    f.key("ShiftLeft", false);
    f.roundtrip(&mut client);
    assert_eq!(depressed(&mut client), Some(0));
}

#[test]
fn held_keys_repeat_on_the_clients_side() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    f.roundtrip(&mut client);
    let repeats = client
        .events(&keyboard)
        .into_iter()
        .any(|event| matches!(event, Event::RepeatInfo { rate, delay } if rate > 0 && delay > 0));
    assert!(repeats);
}

#[test]
fn the_layout_is_the_one_that_was_chosen() {
    for (layout, a, z) in [("us", "a", "z"), ("de", "a", "y"), ("ru", "ф", "я")] {
        let mut f = Fixture::with(Options {
            layout: layout.into(),
            size: (800, 600).into(),
            follow: true,
            ..Options::default()
        });
        let mut client = f.client();
        let keyboard = client.seat().get_keyboard(&client.qh, ());
        f.roundtrip(&mut client);
        let keymap = keymap(client.events(&keyboard)).unwrap();
        assert_eq!((types(&keymap, KEY_A).as_str(), types(&keymap, KEY_Z).as_str()), (a, z), "{layout}");
    }
}

#[test]
fn the_layout_can_be_changed_and_an_unknown_one_changes_nothing() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    f.window(&mut client, RED);
    client.events(&keyboard);
    f.state.set_layout("de", "").unwrap();
    f.roundtrip(&mut client);
    let told = keymap(client.events(&keyboard)).expect("a focused client is told");
    assert_eq!(types(&told, KEY_Z), "y");
    assert!(f.state.set_layout("no-such-layout", "").is_err());
    assert!(f.state.set_layout("us; rm -rf", "../../etc").is_err());
    f.roundtrip(&mut client);
    assert!(keymap(client.events(&keyboard)).is_none());
    assert_eq!(f.state.options.layout, "de");
}

#[test]
fn text_that_no_key_types_arrives_as_text() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    f.window(&mut client, RED);
    let mut current = keymap(client.events(&keyboard)).unwrap();
    f.state.type_text("aé日Z");
    // Some of it may come with later turns.
    let mut typed = String::new();
    let mut modifiers = 0;
    for _ in 0..5 {
        f.roundtrip(&mut client);
        for event in client.events(&keyboard) {
            match event {
                Event::Key { key, state: WEnum::Value(KeyState::Pressed), .. } => {
                    let mut state = xkb::State::new(&current);
                    state.update_mask(modifiers, 0, 0, 0, 0, 0);
                    typed += &state.key_get_utf8((key + 8).into());
                }
                Event::Modifiers { mods_depressed, mods_latched, mods_locked, .. } => {
                    modifiers = mods_depressed | mods_latched | mods_locked;
                }
                event @ Event::Keymap { .. } => current = keymap(vec![event]).unwrap(),
                _ => {}
            }
        }
    }
    assert_eq!(typed, "aé日Z");
    assert_eq!(types(&current, KEY_Z), "z", "the layout is as before");
}
