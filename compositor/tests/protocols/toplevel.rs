//! `xdg_toplevel`: windows, their states, and who has the keyboard.

use wayland_protocols::xdg::shell::client::xdg_toplevel::State;

use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};
use crate::window::Window;

#[test]
fn the_first_configure_comes_after_the_first_commit() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = Window::new(&mut client);
    f.roundtrip(&mut client);
    assert_eq!(window.configured(&mut client), None, "nothing was committed yet");

    window.surface.commit();
    f.roundtrip(&mut client);
    let configure = window.configured(&mut client).unwrap();
    let area = f.area().size;
    assert_eq!(configure.size, (area.w, area.h));
    assert_eq!(configure.bounds, Some((area.w, area.h)));
    assert!(configure.has(State::Maximized));
    assert!(!configure.has(State::Suspended), "a window that waits to be shown must draw");
}

#[test]
fn a_window_fills_its_area_and_nothing_else() {
    let mut f = Fixture::new();
    let mut client = f.client();
    f.window(&mut client, RED);
    let area = f.area();
    assert_eq!(f.shot().find(RED), Some((area.loc.x, area.loc.y, area.size.w, area.size.h)));
}

#[test]
fn a_second_window_takes_the_place_of_the_first_and_gives_it_back() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let first = f.window(&mut client, RED);
    first.configured(&mut client);
    let second = f.window(&mut client, GREEN);
    let shot = f.shot();
    assert_eq!(shot.count(RED), 0);
    assert_ne!(shot.count(GREEN), 0);
    let hidden = first.configured(&mut client).unwrap();
    assert!(hidden.has(State::Suspended) && !hidden.has(State::Activated));

    second.toplevel.destroy();
    second.xdg.destroy();
    second.surface.destroy();
    f.roundtrip(&mut client);
    let shot = f.shot();
    assert_eq!(shot.count(GREEN), 0);
    assert_ne!(shot.count(RED), 0);
    let shown = first.configured(&mut client).unwrap();
    assert!(!shown.has(State::Suspended) && shown.has(State::Activated));
}
