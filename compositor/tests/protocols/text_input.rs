//! `zwp_text_input_v3`: text fields of programs, and text that no key types.

use wayland_client::protocol::wl_keyboard;
use wayland_protocols::wp::text_input::zv3::client::zwp_text_input_manager_v3::ZwpTextInputManagerV3;
use wayland_protocols::wp::text_input::zv3::client::zwp_text_input_v3::{
    ContentHint, ContentPurpose, Event, ZwpTextInputV3,
};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

/// A text input of the one seat.
pub fn text_input(client: &mut Client) -> ZwpTextInputV3 {
    let seat = client.seat();
    client.bind::<ZwpTextInputManagerV3>().get_text_input(&seat, &client.qh, ())
}

/// Says that a field takes text, with its cursor here.
pub fn enable(input: &ZwpTextInputV3, cursor: (i32, i32, i32, i32)) {
    input.enable();
    input.set_surrounding_text("before".into(), 6, 6);
    input.set_content_type(ContentHint::Completion, ContentPurpose::Name);
    let (x, y, width, height) = cursor;
    input.set_cursor_rectangle(x, y, width, height);
    input.commit();
}

/// What was committed to the field, with the serials of `done`.
fn committed(client: &mut Client, input: &ZwpTextInputV3) -> (String, Vec<u32>) {
    let (mut text, mut serials) = (String::new(), Vec::new());
    for event in client.events(input) {
        match event {
            Event::CommitString { text: Some(part) } => text += &part,
            Event::Done { serial } => serials.push(serial),
            _ => {}
        }
    }
    (text, serials)
}

fn pressed(client: &mut Client, keyboard: &wl_keyboard::WlKeyboard) -> usize {
    client.events(keyboard).into_iter().filter(|event| matches!(event, wl_keyboard::Event::Key { .. })).count()
}

#[test]
fn a_text_input_is_told_of_the_surface_with_the_keyboard() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let early = text_input(&mut client);
    let window = f.window(&mut client, RED);
    let late = text_input(&mut client);
    f.roundtrip(&mut client);
    for input in [&early, &late] {
        let events = client.events(input);
        assert!(matches!(&events[..], [Event::Enter { surface }] if *surface == window.surface), "{events:?}");
    }
    let mut other = f.client();
    f.window(&mut other, GREEN);
    f.roundtrip(&mut client);
    let events = client.events(&early);
    assert!(matches!(&events[..], [Event::Leave { surface }] if *surface == window.surface), "{events:?}");
}

#[test]
fn text_of_a_page_is_committed_to_the_field() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    let input = text_input(&mut client);
    f.window(&mut client, RED);
    enable(&input, (10, 20, 1, 18));
    input.set_cursor_rectangle(12, 20, 1, 18);
    input.commit();
    f.roundtrip(&mut client);
    f.state.type_text("日本 aé😀");
    f.roundtrip(&mut client);
    assert_eq!(committed(&mut client, &input), ("日本 aé😀".into(), vec![2]));
    assert_eq!(pressed(&mut client, &keyboard), 0, "and no key was pressed");
    // More than fits into one event comes in several, between two characters.
    let long = "ж".repeat(5000);
    f.state.type_text(&long);
    f.roundtrip(&mut client);
    assert_eq!(committed(&mut client, &input), (long, vec![2; 3]));
}

#[test]
fn where_no_field_takes_text_it_comes_as_keys() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    let input = text_input(&mut client);
    f.window(&mut client, RED);
    enable(&input, (10, 20, 1, 18));
    input.disable();
    input.commit();
    f.roundtrip(&mut client);
    f.state.type_text("ab");
    f.roundtrip(&mut client);
    assert_eq!(pressed(&mut client, &keyboard), 4);
    assert_eq!(committed(&mut client, &input).0, "");
}

#[test]
fn a_field_of_a_window_without_the_keyboard_takes_nothing() {
    let mut f = Fixture::new();
    let (mut hidden, mut shown) = (f.client(), f.client());
    let input = text_input(&mut hidden);
    f.window(&mut hidden, RED);
    f.window(&mut shown, GREEN);
    enable(&input, (10, 20, 1, 18));
    f.roundtrip(&mut hidden);
    f.state.type_text("secret");
    f.roundtrip(&mut hidden);
    assert_eq!(committed(&mut hidden, &input), (String::new(), vec![]));
}

#[test]
fn pages_are_told_where_the_cursor_is() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let input = text_input(&mut client);
    f.window(&mut client, RED);
    f.draw();
    assert_eq!(f.state.caret(), None);
    enable(&input, (10, 20, 2, 18));
    f.roundtrip(&mut client);
    f.draw();
    let (caret, area) = (f.state.caret().expect("a field with a cursor"), f.area());
    assert_eq!((caret.loc.x, caret.loc.y), (area.loc.x + 10, area.loc.y + 20));
    assert_eq!((caret.size.w, caret.size.h), (2, 18));
    input.disable();
    input.commit();
    f.roundtrip(&mut client);
    f.draw();
    assert_eq!(f.state.caret(), None);
}

#[test]
fn cursors_and_texts_that_make_no_sense_do_no_harm() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let input = text_input(&mut client);
    f.window(&mut client, RED);
    input.enable();
    input.set_surrounding_text("é".into(), 1, i32::MIN);
    input.set_cursor_rectangle(i32::MAX, i32::MIN, i32::MIN, i32::MAX);
    input.commit();
    f.roundtrip(&mut client);
    f.draw();
    f.state.type_text("äö");
    f.roundtrip(&mut client);
    assert_eq!(committed(&mut client, &input).0, "äö");
    // As many as it likes, of which some are not heard.
    let many: Vec<_> = (0..200).map(|_| text_input(&mut client)).collect();
    f.roundtrip(&mut client);
    let heard = many.iter().filter(|input| !client.events(*input).is_empty()).count();
    assert!(heard < 200 && heard > 0, "{heard}");
}
