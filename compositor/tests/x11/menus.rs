//! Windows that mind no window manager.

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ConfigureWindowAux, ConnectionExt as _, Window};

use crate::picture::{GREEN, RED};
use crate::program::{Desktop, Program, Wanted};

/// Where a window is on the X screen.
fn on_root(desktop: &mut Desktop, program: &Program, window: Window) -> (i16, i16) {
    let root = program.root();
    let place =
        desktop.wait_for(|| program.connection.translate_coordinates(window, root, 0, 0).unwrap().reply().unwrap());
    (place.dst_x, place.dst_y)
}

#[test]
fn a_menu_is_where_its_program_wants_it_above_its_window() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.show(&Wanted::default());
    let (x, y, w, h) = desktop.shows(RED);
    let place = desktop.f.area();
    desktop.until("it is told where it is", |_| Some(()));
    desktop.shows_at(RED, (place.loc.x, place.loc.y, place.size.w, place.size.h));
    let (left, top) = on_root(&mut desktop, &program, window);
    let wanted = Wanted { colour: GREEN, place: (left + 30, top + 40, 100, 50), free: true, ..Wanted::default() };
    let menu = program.show(&wanted);
    let (x, y) = (place.loc.x.max(x), place.loc.y.max(y));
    desktop.shows_at(GREEN, (x + 30, y + 40, 100, 50));
    assert_eq!(desktop.f.state.shell.windows().len(), 1, "it is no window of the hierarchy");
    assert!(w > 100 && h > 50);

    // It moves by itself.
    let aux = ConfigureWindowAux::new().x(i32::from(left) + 60).y(i32::from(top) + 80);
    program.connection.configure_window(menu, &aux).unwrap();
    program.connection.flush().unwrap();
    desktop.shows_at(GREEN, (x + 60, y + 80, 100, 50));

    // It is hit where it is seen.
    desktop.f.click(x + 60 + 7, y + 80 + 9);
    let hit = desktop.hear(&program, "a click", |event| match event {
        Event::ButtonPress(press) => Some((press.event, press.event_x, press.event_y)),
        _ => None,
    });
    assert_eq!(hit, (menu, 7, 9));

    program.connection.unmap_window(menu).unwrap();
    program.connection.flush().unwrap();
    desktop.hides(GREEN);
}

#[test]
fn a_menu_goes_with_its_window() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.show(&Wanted::default());
    desktop.shows(RED);
    let (left, top) = on_root(&mut desktop, &program, window);
    program.show(&Wanted { colour: GREEN, place: (left + 30, top + 40, 100, 50), free: true, ..Wanted::default() });
    desktop.shows(GREEN);
    program.connection.unmap_window(window).unwrap();
    program.connection.flush().unwrap();
    desktop.hides(GREEN);
    desktop.hides(RED);
}

#[test]
fn one_that_belongs_to_nobody_is_a_window() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    program.show(&Wanted { colour: GREEN, place: (0, 0, 100, 50), free: true, ..Wanted::default() });
    let (_, _, w, h) = desktop.shows(GREEN);
    assert_eq!((w, h), (100, 50));
    assert_eq!(desktop.f.state.shell.windows().len(), 1);
}
