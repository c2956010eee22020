//! `zwp_input_method_v2`: text that a program makes of keys.

use wayland_client::WEnum;
use wayland_client::protocol::wl_keyboard::{self, WlKeyboard};
use wayland_client::protocol::wl_pointer;
use wayland_protocols::wp::text_input::zv3::client::zwp_text_input_v3::{self as field, ZwpTextInputV3};
use wayland_protocols_misc::zwp_input_method_v2::client::zwp_input_method_keyboard_grab_v2::{
    self as grab, ZwpInputMethodKeyboardGrabV2,
};
use wayland_protocols_misc::zwp_input_method_v2::client::zwp_input_method_manager_v2::ZwpInputMethodManagerV2;
use wayland_protocols_misc::zwp_input_method_v2::client::zwp_input_method_v2::{Event, ZwpInputMethodV2};
use wayland_protocols_misc::zwp_input_method_v2::client::zwp_input_popup_surface_v2;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};
use crate::text_input::{enable, text_input};
use crate::virtual_keyboard::Typist;
use crate::window::{self, Window};

const KEY_A: u32 = 30;

/// A program with a field that takes text, and an input method.
struct Desk {
    f: Fixture,
    client: Client,
    keyboard: WlKeyboard,
    input: ZwpTextInputV3,
    them: Client,
    method: ZwpInputMethodV2,
}

impl Desk {
    fn new() -> Self {
        let mut f = Fixture::new();
        let (mut client, mut them) = (f.client(), f.trusted_client());
        let seat = them.seat();
        let method = them.bind::<ZwpInputMethodManagerV2>().get_input_method(&seat, &them.qh, ());
        f.roundtrip(&mut them);
        let keyboard = client.seat().get_keyboard(&client.qh, ());
        let input = text_input(&mut client);
        f.window(&mut client, RED);
        enable(&input, (10, 20, 1, 18));
        f.roundtrip(&mut client);
        client.events(&input);
        client.events(&keyboard);
        Self { f, client, keyboard, input, them, method }
    }

    fn heard(&mut self) -> Vec<Event> {
        self.f.roundtrip(&mut self.them);
        self.them.events(&self.method)
    }

    fn field(&mut self) -> Vec<field::Event> {
        self.f.roundtrip(&mut self.them);
        self.f.roundtrip(&mut self.client);
        self.client.events(&self.input)
    }

    fn grab(&mut self) -> ZwpInputMethodKeyboardGrabV2 {
        let grab = self.method.grab_keyboard(&self.them.qh, ());
        self.f.roundtrip(&mut self.them);
        grab
    }

    fn keys(&mut self) -> Vec<(u32, bool)> {
        self.f.roundtrip(&mut self.client);
        let keys = self.client.events(&self.keyboard).into_iter().filter_map(|event| match event {
            wl_keyboard::Event::Key { key, state, .. } => {
                Some((key, state == WEnum::Value(wl_keyboard::KeyState::Pressed)))
            }
            _ => None,
        });
        keys.collect()
    }

    fn grabbed(&mut self, grab: &ZwpInputMethodKeyboardGrabV2) -> Vec<(u32, bool)> {
        self.f.roundtrip(&mut self.them);
        let keys = self.them.events(grab).into_iter().filter_map(|event| match event {
            grab::Event::Key { key, state, .. } => Some((key, state == WEnum::Value(wl_keyboard::KeyState::Pressed))),
            _ => None,
        });
        keys.collect()
    }
}

#[test]
fn it_hears_of_the_field_that_takes_text() {
    let mut desk = Desk::new();
    let heard = desk.heard();
    assert!(
        matches!(
            &heard[..],
            [
                Event::Activate,
                Event::SurroundingText { text, cursor: 6, anchor: 6 },
                Event::TextChangeCause { .. },
                Event::ContentType { .. },
                Event::Done
            ] if text == "before"
        ),
        "{heard:?}"
    );
    let mut other = desk.f.client();
    desk.f.window(&mut other, GREEN);
    let heard = desk.heard();
    assert!(matches!(&heard[..], [Event::Deactivate, Event::Done]), "{heard:?}");
}

#[test]
fn what_it_commits_reaches_the_field_in_one_step() {
    let mut desk = Desk::new();
    desk.heard();
    desk.method.set_preedit_string("ni".into(), 2, 2);
    desk.method.commit(1);
    let field = desk.field();
    assert!(
        matches!(
            &field[..],
            [
                field::Event::PreeditString { text: Some(text), cursor_begin: 2, cursor_end: 2 },
                field::Event::Done { serial: 1 }
            ] if text == "ni"
        ),
        "{field:?}"
    );
    desk.method.commit_string("你".into());
    desk.method.delete_surrounding_text(3, 0);
    desk.method.commit(1);
    let field = desk.field();
    assert!(
        matches!(
            &field[..],
            [
                field::Event::DeleteSurroundingText { before_length: 3, after_length: 0 },
                field::Event::CommitString { text: Some(text) },
                field::Event::Done { .. }
            ] if text == "你"
        ),
        "{field:?}"
    );
}

#[test]
fn what_it_said_of_another_field_reaches_none() {
    let mut desk = Desk::new();
    desk.heard();
    // The program goes on to its next field; the input method has not heard of it yet.
    enable(&desk.input, (10, 80, 1, 18));
    desk.f.roundtrip(&mut desk.client);
    desk.method.commit_string("late".into());
    desk.method.commit(1);
    let committed = desk.field().into_iter().any(|event| matches!(event, field::Event::CommitString { .. }));
    assert!(!committed);
    desk.method.commit_string("now".into());
    desk.method.commit(2);
    let committed = desk.field().into_iter().any(|event| matches!(event, field::Event::CommitString { .. }));
    assert!(committed);
}

#[test]
fn there_is_one_and_it_may_be_followed_by_another() {
    let mut desk = Desk::new();
    desk.heard();
    let mut second = desk.f.trusted_client();
    let seat = second.seat();
    let manager = second.bind::<ZwpInputMethodManagerV2>();
    let refused = manager.get_input_method(&seat, &second.qh, ());
    // Whatever it does counts for nothing.
    refused.commit_string("no".into());
    refused.commit(0);
    refused.grab_keyboard(&second.qh, ());
    desk.f.roundtrip(&mut second);
    assert!(matches!(second.events(&refused)[..], [Event::Unavailable]));
    assert!(desk.field().is_empty());
    desk.method.set_preedit_string("half".into(), 0, 0);
    desk.method.commit(1);
    desk.field();
    desk.method.destroy();
    let field = desk.field();
    assert!(matches!(&field[..], [field::Event::Done { .. }]), "nothing is left of what was composed: {field:?}");
    let taken = manager.get_input_method(&seat, &second.qh, ());
    desk.f.roundtrip(&mut second);
    assert!(matches!(second.events(&taken).first(), Some(Event::Activate)));
}

#[test]
fn it_may_have_the_keys_that_the_desktop_does_not_want() {
    let mut desk = Desk::new();
    let grab = desk.grab();
    desk.f.key("KeyA", true);
    desk.f.key("KeyA", false);
    assert_eq!(desk.grabbed(&grab), [(KEY_A, true), (KEY_A, false)]);
    assert_eq!(desk.keys(), []);
    // What it does not want it types, and that goes past it.
    let mut typist = Typist::new(&mut desk.f, &mut desk.them, "us");
    typist.tap(&mut desk.f, &mut desk.them, KEY_A);
    assert_eq!(desk.keys(), [(KEY_A, true), (KEY_A, false)]);
    assert_eq!(desk.grabbed(&grab), []);
    // The desktop's own keys are never kept from the user.
    desk.f.key("MetaLeft", true);
    desk.f.key("ArrowUp", true);
    desk.f.key("ArrowUp", false);
    desk.f.key("MetaLeft", false);
    assert_eq!(desk.f.state.shell.focused(), None);
}

#[test]
fn a_key_that_is_held_when_it_takes_the_keys_is_released_where_it_was_pressed() {
    let mut desk = Desk::new();
    desk.f.key("KeyA", true);
    let grab = desk.grab();
    desk.f.key("KeyA", false);
    assert_eq!(desk.keys(), [(KEY_A, true), (KEY_A, false)]);
    assert_eq!(desk.grabbed(&grab), []);
    grab.release();
    desk.f.roundtrip(&mut desk.them);
    desk.f.key("KeyA", true);
    assert_eq!(desk.keys(), [(KEY_A, true)]);
}

#[test]
fn its_keys_go_back_to_the_program_when_it_dies() {
    let mut desk = Desk::new();
    desk.grab();
    let gone = std::mem::replace(&mut desk.them, desk.f.client());
    drop(gone);
    desk.f.turn();
    desk.f.key("KeyA", true);
    assert_eq!(desk.keys(), [(KEY_A, true)]);
}

#[test]
fn its_popup_is_beside_the_cursor_and_inside_the_picture() {
    let mut desk = Desk::new();
    desk.heard();
    let surface = desk.them.surface();
    let popup = desk.method.get_input_popup_surface(&surface, &desk.them.qh, ());
    window::show(&surface, &desk.them.colour((120, 40), GREEN));
    desk.f.roundtrip(&mut desk.them);
    desk.f.draw();
    let area = desk.f.area();
    assert_eq!(desk.f.shot().find(GREEN), Some((area.loc.x + 10, area.loc.y + 38, 120, 40)));
    desk.f.roundtrip(&mut desk.them);
    let told = desk.them.events(&popup);
    let right = |event: &zwp_input_popup_surface_v2::Event| {
        matches!(event, zwp_input_popup_surface_v2::Event::TextInputRectangle { x: 0, y: -18, width: 1, height: 18 })
    };
    assert!(told.iter().any(right), "{told:?}");
    // It takes the pointer.
    let pointer = desk.them.seat().get_pointer(&desk.them.qh, ());
    desk.f.roundtrip(&mut desk.them);
    desk.f.point(area.loc.x + 20, area.loc.y + 50);
    desk.f.roundtrip(&mut desk.them);
    let entered = desk.them.events(&pointer);
    assert!(entered.iter().any(|event| matches!(event, wl_pointer::Event::Enter { .. })), "{entered:?}");
    // In the corner it goes where there is room.
    desk.input.set_cursor_rectangle(area.size.w - 5, area.size.h - 10, 1, 10);
    desk.input.commit();
    desk.f.roundtrip(&mut desk.client);
    desk.f.draw();
    let (x, y, width, height) = desk.f.shot().find(GREEN).expect("it is seen");
    assert_eq!((width, height), (120, 40));
    assert!(x + 120 <= 800 && y + 40 <= 600, "{x} {y}");
    // Without a field there is no popup.
    desk.input.disable();
    desk.input.commit();
    desk.f.roundtrip(&mut desk.client);
    desk.f.draw();
    assert_eq!(desk.f.shot().find(GREEN), None);
}

#[test]
fn a_surface_with_another_role_is_no_popup() {
    let mut desk = Desk::new();
    let window = Window::new(&mut desk.them);
    desk.method.get_input_popup_surface(&window.surface, &desk.them.qh, ());
    let error = desk.f.protocol_error(&mut desk.them);
    assert_eq!(error.object_interface, "zwp_input_method_v2");
}

#[test]
fn it_knows_what_the_keys_of_other_keyboards_mean() {
    let mut desk = Desk::new();
    let grab = desk.grab();
    let mut other = desk.f.trusted_client();
    let mut typist = Typist::new(&mut desk.f, &mut other, "de");
    desk.f.roundtrip(&mut desk.them);
    desk.them.events(&grab);
    typist.tap(&mut desk.f, &mut other, KEY_A);
    desk.f.key("KeyA", true);
    desk.f.roundtrip(&mut desk.them);
    let told: Vec<&str> = desk
        .them
        .events(&grab)
        .iter()
        .filter_map(|event| match event {
            grab::Event::Keymap { .. } => Some("keymap"),
            grab::Event::Key { .. } => Some("key"),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["keymap", "key", "key", "keymap", "key"]);
}
