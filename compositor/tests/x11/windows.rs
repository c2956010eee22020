//! X windows are windows like any other.

use x11rb::connection::Connection as _;
use x11rb::properties::WmSizeHints;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, EventMask, PropMode, Window,
};
use x11rb::wrapper::ConnectionExt as _;

use crate::picture::{BLUE, GREEN, RED};
use crate::program::{Desktop, Program, Wanted};

/// Waits until a window is told that it has this size.
fn told(desktop: &mut Desktop, program: &Program, window: Window, size: (u16, u16)) {
    desktop.hear(program, "a size is told", |event| match event {
        Event::ConfigureNotify(told) if told.window == window && (told.width, told.height) == size => Some(()),
        _ => None,
    });
}

fn area(desktop: &Desktop) -> (i32, i32, i32, i32) {
    let area = desktop.f.area();
    (area.loc.x, area.loc.y, area.size.w, area.size.h)
}

fn atom(desktop: &mut Desktop, program: &Program, name: &str) -> u32 {
    desktop.wait_for(|| program.connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom)
}

fn fixed(program: &Program, window: Window, size: (i32, i32)) {
    let hints = WmSizeHints { min_size: Some(size), max_size: Some(size), ..WmSizeHints::new() };
    hints.set_normal_hints(&program.connection, window).unwrap();
}

#[test]
fn a_window_fills_its_place_and_has_a_name() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.show(&Wanted { title: "Bridge", class: "Starship", ..Wanted::default() });
    let place = area(&desktop);
    desktop.shows_at(RED, place);
    told(&mut desktop, &program, window, (place.2 as u16, place.3 as u16));
    let titles = |desktop: &Desktop| desktop.f.state.shell.windows()[0].toplevel.title();
    assert_eq!(titles(&desktop), ("Bridge".into(), "Starship".into()));
    program.text(window, AtomEnum::WM_NAME, "Engineering");
    program.connection.flush().unwrap();
    desktop.until("another title", |f| (f.state.shell.windows()[0].toplevel.title().0 == "Engineering").then_some(()));
}

#[test]
fn a_window_of_fixed_size_is_in_the_middle() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.create(&Wanted::default());
    fixed(&program, window, (300, 200));
    program.connection.map_window(window).unwrap();
    program.connection.flush().unwrap();
    let (x, y, w, h) = area(&desktop);
    desktop.shows_at(RED, (x + (w - 300) / 2, y + (h - 200) / 2, 300, 200));
}

#[test]
fn a_dialog_is_above_its_window_and_chooses_its_size() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let parent = program.show(&Wanted { class: "Starship", ..Wanted::default() });
    let (x, y, w, h) = area(&desktop);
    desktop.shows_at(RED, (x, y, w, h));
    let wanted = Wanted { colour: GREEN, place: (5, 5, 200, 100), class: "Starship", ..Wanted::default() };
    let dialog = program.create(&wanted);
    let (owner, kind) = (AtomEnum::WM_TRANSIENT_FOR, AtomEnum::WINDOW);
    program.connection.change_property32(PropMode::REPLACE, dialog, owner, kind, &[parent]).unwrap();
    program.connection.map_window(dialog).unwrap();
    program.connection.flush().unwrap();
    desktop.shows_at(GREEN, (x + (w - 200) / 2, y + (h - 100) / 2, 200, 100));
    program.connection.configure_window(dialog, &ConfigureWindowAux::new().width(300).height(150)).unwrap();
    told(&mut desktop, &program, dialog, (300, 150));
    desktop.shows_at(GREEN, (x + (w - 300) / 2, y + (h - 150) / 2, 300, 150));
}

#[test]
fn a_window_that_fills_its_place_asks_in_vain_and_is_answered() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.show(&Wanted::default());
    let place = area(&desktop);
    desktop.shows_at(RED, place);
    told(&mut desktop, &program, window, (place.2 as u16, place.3 as u16));
    program.connection.configure_window(window, &ConfigureWindowAux::new().width(100).height(100)).unwrap();
    told(&mut desktop, &program, window, (place.2 as u16, place.3 as u16));
    assert_eq!(desktop.f.shot().find(RED), Some(place));
}

#[test]
fn a_window_covers_the_picture_when_it_asks_and_gives_it_back() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.show(&Wanted::default());
    let place = area(&desktop);
    desktop.shows_at(RED, place);
    let state = atom(&mut desktop, &program, "_NET_WM_STATE");
    let fullscreen = atom(&mut desktop, &program, "_NET_WM_STATE_FULLSCREEN");
    let ask = |on: u32| {
        let message = ClientMessageEvent::new(32, window, state, [on, fullscreen, 0, 1, 0]);
        let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        program.connection.send_event(false, program.root(), mask, message).unwrap();
        program.connection.flush().unwrap();
    };
    ask(1);
    desktop.shows_at(RED, (0, 0, 800, 600));
    told(&mut desktop, &program, window, (800, 600));
    ask(0);
    desktop.shows_at(RED, place);
}

#[test]
fn a_window_without_a_frame_as_large_as_the_screen_wants_to_cover_it() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let large = Wanted { place: (0, 0, 800, 600), ..Wanted::default() };
    let window = program.create(&large);
    let hints = atom(&mut desktop, &program, "_MOTIF_WM_HINTS");
    program.connection.change_property32(PropMode::REPLACE, window, hints, hints, &[2, 0, 0, 0, 0]).unwrap();
    program.connection.map_window(window).unwrap();
    program.connection.flush().unwrap();
    desktop.shows_at(RED, (0, 0, 800, 600));
    // With a frame it does not: it fills its place.
    program.show(&Wanted { colour: GREEN, ..large });
    let (x, y, w, h) = desktop.shows(GREEN);
    assert!((x, y) != (0, 0) && w < 800 && h < 600, "{:?}", (x, y, w, h));
}

#[test]
fn closing_asks_a_program_that_can_be_asked() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.create(&Wanted::default());
    let protocols = atom(&mut desktop, &program, "WM_PROTOCOLS");
    let delete = atom(&mut desktop, &program, "WM_DELETE_WINDOW");
    program.connection.change_property32(PropMode::REPLACE, window, protocols, AtomEnum::ATOM, &[delete]).unwrap();
    program.connection.map_window(window).unwrap();
    program.connection.flush().unwrap();
    desktop.shows(RED);
    let id = desktop.f.state.shell.windows()[0].id.unwrap();
    assert!(desktop.f.state.close_window(id));
    desktop.hear(&program, "it is asked to close", |event| match event {
        Event::ClientMessage(message) if message.type_ == protocols => {
            (message.data.as_data32()[0] == delete).then_some(())
        }
        _ => None,
    });
}

#[test]
fn a_window_may_go_and_come_back() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let window = program.show(&Wanted::default());
    desktop.shows(RED);
    program.connection.unmap_window(window).unwrap();
    program.connection.flush().unwrap();
    desktop.hides(RED);
    assert!(desktop.f.state.shell.windows().is_empty());
    program.connection.map_window(window).unwrap();
    program.connection.flush().unwrap();
    let place = area(&desktop);
    desktop.shows_at(RED, place);
}

#[test]
fn hostile_names_and_sizes_harm_nobody() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let long = "x".repeat(100_000);
    let window = program.create(&Wanted { colour: BLUE, title: &long, ..Wanted::default() });
    // No two texts, no numbers, no windows.
    program.text(window, AtomEnum::WM_CLASS, "\u{ff}\u{1}");
    program.text(window, AtomEnum::WM_NORMAL_HINTS, "no hints at all");
    program.text(window, AtomEnum::WM_HINTS, "x");
    let (owner, kind) = (AtomEnum::WM_TRANSIENT_FOR, AtomEnum::WINDOW);
    program.connection.change_property32(PropMode::REPLACE, window, owner, kind, &[window]).unwrap();
    program.connection.map_window(window).unwrap();
    // What is no surface, or somebody else's.
    let surface = atom(&mut desktop, &program, "WL_SURFACE_ID");
    for number in [0, 1, 2, u32::MAX] {
        let message = ClientMessageEvent::new(32, window, surface, [number, 0, 0, 0, 0]);
        let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        program.connection.send_event(false, program.root(), mask, message).unwrap();
    }
    program.connection.flush().unwrap();
    // The desktop goes on, and so does the next program.
    let other = desktop.program();
    other.show(&Wanted { colour: GREEN, ..Wanted::default() });
    desktop.shows(GREEN);
}
