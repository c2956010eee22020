//! Keys and pointer reach X windows, at the right place.

use smithay::input::keyboard::Keysym;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ConnectionExt as _, Window};

use crate::picture::RED;
use crate::program::{Desktop, Program, Wanted};

/// Linux `KEY_A`, and what X adds to it.
const KEY_A: u8 = 30 + 8;
/// Left and right Shift, Caps Lock and the keys of the third and fifth level.
const MODIFIERS: [u8; 5] = [50, 62, 66, 92, 203];
/// Linux `KEY_F13`.
const KEY_F13: u8 = 183 + 8;

/// A desktop that shows the window of a program, which has the keyboard.
fn focused() -> (Desktop, Program, Window) {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.show(&Wanted::default());
    desktop.shows(RED);
    desktop.hear(&program, "the keyboard", |event| match event {
        Event::FocusIn(focus) if focus.event == window => Some(()),
        _ => None,
    });
    (desktop, program, window)
}

/// What the next `count` keys are that type something, as a program finds that looks them up only after all of them came.
fn typed(desktop: &mut Desktop, program: &Program, count: usize) -> String {
    let presses: Vec<(u8, u16)> = (0..count)
        .map(|_| {
            desktop.hear(program, "a key", |event| match event {
                // Keys of modifiers and locks are not for themselves.
                Event::KeyPress(press) if !MODIFIERS.contains(&press.detail) => {
                    Some((press.detail, u16::from(press.state)))
                }
                _ => None,
            })
        })
        .collect();
    let map = desktop.wait_for(|| program.connection.get_keyboard_mapping(8, 248).unwrap().reply().unwrap());
    let per = usize::from(map.keysyms_per_keycode);
    let keysym = |(code, state): (u8, u16)| map.keysyms[usize::from(code - 8) * per + usize::from(state & 1)];
    presses.into_iter().map(|press| Keysym::new(keysym(press)).key_char().unwrap_or('?')).collect()
}

#[test]
fn keys_go_to_the_window_with_the_keyboard() {
    let (mut desktop, program, window) = focused();
    desktop.f.key("KeyA", true);
    desktop.f.key("KeyA", false);
    let key = |event: &Event| match event {
        Event::KeyPress(press) => Some((press.event, press.detail, true)),
        Event::KeyRelease(release) => Some((release.event, release.detail, false)),
        _ => None,
    };
    assert_eq!(desktop.hear(&program, "a key", key), (window, KEY_A, true));
    assert_eq!(desktop.hear(&program, "its release", key), (window, KEY_A, false));
    let focus = desktop.wait_for(|| program.connection.get_input_focus().unwrap().reply().unwrap().focus);
    assert_eq!(focus, window);
}

#[test]
fn the_keyboard_leaves_with_the_users_eye() {
    let (mut desktop, program, window) = focused();
    desktop.f.press("ZOOM OUT");
    desktop.hear(&program, "it is gone", |event| match event {
        Event::FocusOut(focus) if focus.event == window => Some(()),
        _ => None,
    });
}

#[test]
fn the_pointer_is_where_it_is_seen() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.show(&Wanted::default());
    let area = desktop.f.area();
    desktop.shows_at(RED, (area.loc.x, area.loc.y, area.size.w, area.size.h));
    desktop.f.click(area.loc.x + 123, area.loc.y + 45);
    let press = desktop.hear(&program, "a click", |event| match event {
        Event::ButtonPress(press) => Some((press.event, press.event_x, press.event_y, press.detail)),
        _ => None,
    });
    assert_eq!(press, (window, 123, 45, 1));
    program.connection.flush().unwrap();
}

#[test]
fn what_no_key_types_is_typed() {
    let (mut desktop, program, _) = focused();
    desktop.f.state.type_text("aé€日Aß!");
    assert_eq!(typed(&mut desktop, &program, 7), "aé€日Aß!");
    // One after the other, as from a keyboard of another country.
    for c in ["ä", "é", "Ж"] {
        desktop.f.state.type_text(c);
    }
    assert_eq!(typed(&mut desktop, &program, 3), "äéЖ");
}

#[test]
fn what_is_held_does_not_change_a_text_and_is_held_after_it() {
    let (mut desktop, program, _) = focused();
    desktop.f.key("CapsLock", true);
    desktop.f.key("CapsLock", false);
    desktop.f.key("ShiftLeft", true);
    desktop.f.state.type_text("aAé");
    assert_eq!(typed(&mut desktop, &program, 3), "aAé");
    desktop.f.key("KeyA", true);
    let held = desktop.hear(&program, "a key", |event| match event {
        Event::KeyPress(press) if press.detail == KEY_A => Some(u16::from(press.state) & 0xff),
        _ => None,
    });
    assert_eq!(held, 1 | 2, "Shift and Caps Lock");
}

#[test]
fn a_key_that_typed_has_its_own_meaning_when_it_is_pressed() {
    let (mut desktop, program, _) = focused();
    desktop.f.state.type_text("é");
    assert_eq!(typed(&mut desktop, &program, 1), "é");
    desktop.f.key("F13", true);
    desktop.hear(&program, "the key", |event| match event {
        Event::KeyPress(press) if press.detail == KEY_F13 => Some(()),
        _ => None,
    });
    let map = desktop.wait_for(|| program.connection.get_keyboard_mapping(KEY_F13, 1).unwrap().reply().unwrap());
    assert!(map.keysyms.iter().all(|keysym| *keysym != 0xe9), "{:x?}", map.keysyms);
}
