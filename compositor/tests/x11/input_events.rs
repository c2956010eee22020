//! Keys and pointer reach X windows, at the right place.

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::ConnectionExt as _;

use crate::picture::RED;
use crate::program::{Desktop, Wanted};

/// Linux `KEY_A`, and what X adds to it.
const KEY_A: u8 = 30 + 8;

#[test]
fn keys_go_to_the_window_with_the_keyboard() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.show(&Wanted::default());
    desktop.shows(RED);
    desktop.hear(&program, "the keyboard", |event| match event {
        Event::FocusIn(focus) if focus.event == window => Some(()),
        _ => None,
    });
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
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.show(&Wanted::default());
    desktop.shows(RED);
    desktop.hear(&program, "the keyboard", |event| match event {
        Event::FocusIn(focus) if focus.event == window => Some(()),
        _ => None,
    });
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
