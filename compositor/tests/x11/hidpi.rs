//! X programs count in physical pixels: they are sharp at every scale.

use x11rb::protocol::Event;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};

use crate::picture::{GREEN, RED};
use crate::program::{Desktop, Wanted};

#[test]
fn at_scale_two_a_window_has_twice_the_pixels() {
    let mut desktop = Desktop::scaled(2.0);
    let program = desktop.program();
    let window = program.show(&Wanted::default());
    let area = desktop.f.area();
    let place = (area.loc.x * 2, area.loc.y * 2, area.size.w * 2, area.size.h * 2);
    // The shot is physical: what fills it was drawn so large.
    desktop.shows_at(RED, place);
    let size = desktop.wait_for(|| program.connection.get_geometry(window).unwrap().reply().unwrap());
    assert_eq!((i32::from(size.width), i32::from(size.height)), (place.2, place.3));
    let screen = &x11rb::connection::Connection::setup(&program.connection).roots[0];
    assert_eq!((screen.width_in_pixels, screen.height_in_pixels), (800, 600));

    // The pointer counts as the window does.
    desktop.f.click(area.loc.x + 60, area.loc.y + 20);
    let press = desktop.hear(&program, "a click", |event| match event {
        Event::ButtonPress(press) => Some((press.event, press.event_x, press.event_y)),
        _ => None,
    });
    assert_eq!(press, (window, 120, 40));

    // A menu is as large as its program draws it, where it wants it.
    let root = program.root();
    let at =
        desktop.wait_for(|| program.connection.translate_coordinates(window, root, 0, 0).unwrap().reply().unwrap());
    let menu = (at.dst_x + 50, at.dst_y + 70, 120, 90);
    program.show(&Wanted { colour: GREEN, place: menu, free: true, ..Wanted::default() });
    desktop.shows_at(GREEN, (place.0 + 50, place.1 + 70, 120, 90));
}

#[test]
fn programs_are_told_how_fine_the_screen_is() {
    let mut desktop = Desktop::scaled(1.5);
    let program = desktop.program();
    let (root, name) = (program.root(), AtomEnum::RESOURCE_MANAGER);
    let text = desktop.wait_for(|| {
        let cookie = program.connection.get_property(false, root, name, AtomEnum::STRING, 0, 100);
        String::from_utf8(cookie.unwrap().reply().unwrap().value).unwrap()
    });
    assert!(text.contains("Xft.dpi:\t144"), "{text}");
}

#[test]
fn a_window_stays_sharp_when_the_screen_becomes_finer() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.show(&Wanted::default());
    desktop.shows(RED);
    desktop.f.state.resize((800, 600).into(), 2.0);
    let area = desktop.f.area();
    let size = (area.size.w * 2, area.size.h * 2);
    desktop.hear(&program, "another size", |event| match event {
        Event::ConfigureNotify(told) if told.window == window => {
            ((i32::from(told.width), i32::from(told.height)) == size).then_some(())
        }
        _ => None,
    });
    desktop.shows_at(RED, (area.loc.x * 2, area.loc.y * 2, size.0, size.1));
}
