//! `zwp_virtual_keyboard_v1`: a program that types.

use std::fs::File;
use std::io::Read;
use std::os::fd::AsFd;

use smithay::input::keyboard::xkb;
use wayland_client::protocol::wl_keyboard::{self, WlKeyboard};
use wayland_client::{Proxy, WEnum};
use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_manager_v1::ZwpVirtualKeyboardManagerV1;
use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_v1::ZwpVirtualKeyboardV1;

use crate::client::{Client, memory};
use crate::fixture::Fixture;
use crate::picture::RED;

const KEY_Z: u32 = 44;
const KEY_UP: u32 = 103;
const KEY_LEFTMETA: u32 = 125;

fn keymap(layout: &str) -> String {
    let context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
    let flags = xkb::KEYMAP_COMPILE_NO_FLAGS;
    let keymap = xkb::Keymap::new_from_names(&context, "", "", layout, "", None, flags).unwrap();
    keymap.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1)
}

/// A virtual keyboard.
pub struct Typist(pub ZwpVirtualKeyboardV1);

impl Typist {
    /// Without a keymap.
    fn bare(client: &mut Client) -> Self {
        let seat = client.seat();
        let manager = client.bind::<ZwpVirtualKeyboardManagerV1>();
        Self(manager.create_virtual_keyboard(&seat, &client.qh, ()))
    }

    pub fn new(f: &mut Fixture, client: &mut Client, layout: &str) -> Self {
        let typist = Self::bare(client);
        typist.use_keymap(&keymap(layout));
        f.roundtrip(client);
        typist
    }

    fn use_keymap(&self, text: &str) {
        let bytes: Vec<u8> = text.bytes().chain([0]).collect();
        let file = memory(&bytes);
        self.0.keymap(wl_keyboard::KeymapFormat::XkbV1 as u32, file.as_fd(), bytes.len() as u32);
        // The descriptor is duplicated when the request is written.
    }

    pub fn tap(&mut self, f: &mut Fixture, client: &mut Client, key: u32) {
        self.0.key(0, key, 1);
        self.0.key(0, key, 0);
        f.roundtrip(client);
    }
}

/// What a client makes of the keys that came, each by the keymap in force then.
fn typed(f: &mut Fixture, client: &mut Client, keyboard: &WlKeyboard) -> String {
    f.roundtrip(client);
    let (mut text, mut keymap) = (String::new(), None);
    let context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
    for event in client.events(keyboard) {
        match event {
            wl_keyboard::Event::Keymap { fd, size, .. } => {
                let mut told = String::new();
                File::from(fd).take(u64::from(size)).read_to_string(&mut told).unwrap();
                let told = told.trim_end_matches('\0').to_owned();
                let flags = xkb::KEYMAP_COMPILE_NO_FLAGS;
                keymap = xkb::Keymap::new_from_string(&context, told, xkb::KEYMAP_FORMAT_TEXT_V1, flags);
            }
            wl_keyboard::Event::Key { key, state: WEnum::Value(wl_keyboard::KeyState::Pressed), .. } => {
                let keymap = keymap.as_ref().expect("a keymap before the first key");
                text += &xkb::State::new(keymap).key_get_utf8((key + 8).into());
            }
            _ => {}
        }
    }
    text
}

#[test]
fn each_keyboard_types_by_its_own_keymap() {
    let mut f = Fixture::new();
    let (mut client, mut them) = (f.client(), f.trusted_client());
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    f.window(&mut client, RED);
    let mut german = Typist::new(&mut f, &mut them, "de");
    let mut russian = Typist::new(&mut f, &mut them, "ru");
    german.tap(&mut f, &mut them, KEY_Z);
    russian.tap(&mut f, &mut them, KEY_Z);
    german.tap(&mut f, &mut them, KEY_Z);
    f.key("KeyZ", true);
    f.key("KeyZ", false);
    german.tap(&mut f, &mut them, KEY_Z);
    assert_eq!(typed(&mut f, &mut client, &keyboard), "yяyzy");
}

#[test]
fn its_keys_are_bound_as_any_others_and_come_up_when_it_goes() {
    let mut f = Fixture::new();
    let (mut client, mut them) = (f.client(), f.trusted_client());
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    f.window(&mut client, RED);
    let mut typist = Typist::new(&mut f, &mut them, "us");
    typist.0.key(0, KEY_LEFTMETA, 1);
    typist.tap(&mut f, &mut them, KEY_UP);
    assert_eq!(f.state.shell.focused(), None, "zoomed out");
    let id = f.state.shell.windows()[0].id.unwrap();
    f.state.focus_window(id);
    f.roundtrip(&mut client);
    client.events(&keyboard);
    typist.0.destroy();
    f.roundtrip(&mut them);
    f.roundtrip(&mut client);
    let released = client.events(&keyboard).into_iter().any(|event| {
        let up = WEnum::Value(wl_keyboard::KeyState::Released);
        matches!(event, wl_keyboard::Event::Key { key: KEY_LEFTMETA, state, .. } if state == up)
    });
    assert!(released);
}

#[test]
fn modifiers_that_it_sets_hold_until_it_goes() {
    let mut f = Fixture::new();
    let (mut client, mut them) = (f.client(), f.trusted_client());
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    f.window(&mut client, RED);
    let typist = Typist::new(&mut f, &mut them, "us");
    let mut depressed = |f: &mut Fixture| {
        f.roundtrip(&mut client);
        client.events(&keyboard).into_iter().rev().find_map(|event| match event {
            wl_keyboard::Event::Modifiers { mods_depressed, .. } => Some(mods_depressed),
            _ => None,
        })
    };
    typist.0.modifiers(1, 0, 0, 0);
    f.roundtrip(&mut them);
    assert_eq!(depressed(&mut f), Some(1));
    drop(them);
    f.turn();
    assert_eq!(depressed(&mut f), Some(0));
}

#[test]
fn keys_without_a_keymap_are_an_error() {
    let mut f = Fixture::new();
    let mut them = f.trusted_client();
    let typist = Typist::bare(&mut them);
    typist.0.key(0, KEY_Z, 1);
    let error = f.protocol_error(&mut them);
    assert_eq!((error.object_id, error.code), (typist.0.id().protocol_id(), 0));
}

#[test]
fn keymaps_that_are_none_change_nothing() {
    let mut f = Fixture::new();
    let (mut client, mut them) = (f.client(), f.trusted_client());
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    f.window(&mut client, RED);
    let mut typist = Typist::bare(&mut them);
    typist.use_keymap("xkb_keymap { nonsense");
    let file = memory(b"short");
    // Longer than the file, and longer than any keymap.
    typist.0.keymap(1, file.as_fd(), u32::MAX);
    f.roundtrip(&mut them);
    typist.tap(&mut f, &mut them, KEY_Z);
    f.key("KeyZ", true);
    let text = typed(&mut f, &mut client, &keyboard);
    assert!(text.ends_with('z') && text.chars().all(|c| c == 'z'), "{text}");
}
