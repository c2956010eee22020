//! `xdg_toplevel`: windows, their states, and who is shown.

use lcars_ui::hierarchy::WindowId;
use wayland_protocols::xdg::shell::client::xdg_toplevel::State;
use wayland_protocols::xdg::shell::client::xdg_wm_base::XdgWmBase;

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

    let configure = f.configure(&mut client, &window);
    let area = f.area().size;
    assert_eq!(configure.size, (area.w, area.h));
    assert_eq!(configure.bounds, Some((area.w, area.h)));
    assert!(configure.has(State::Maximized));
    assert!(!configure.has(State::Suspended), "a window that waits to be shown must draw");
}

#[test]
fn a_second_commit_before_the_first_picture_is_not_answered_again() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = Window::new(&mut client);
    f.configure(&mut client, &window);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(window.configured(&mut client), None);
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
fn a_window_that_draws_larger_than_told_does_not_cover_the_frame() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let buffer = client.colour((800, 600), RED);
    f.window_showing(&mut client, &buffer);
    let area = f.area();
    let (x, y, w, h) = f.shot().find(RED).unwrap();
    assert!(x >= area.loc.x && x + w <= area.loc.x + area.size.w, "{x} and {w} in {area:?}");
    assert_eq!((y, h), (area.loc.y, area.size.h));
}

#[test]
fn a_second_window_takes_the_place_of_the_first_and_gives_it_back() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let first = f.window(&mut client, RED);
    assert!(first.configured(&mut client).unwrap().has(State::Activated));
    let second = f.window(&mut client, GREEN);
    let shot = f.shot();
    assert_eq!(shot.count(RED), 0);
    assert_ne!(shot.count(GREEN), 0);
    let hidden = first.configured(&mut client).unwrap();
    assert!(hidden.has(State::Suspended) && !hidden.has(State::Activated));

    second.destroy();
    f.roundtrip(&mut client);
    let shot = f.shot();
    assert_eq!(shot.count(GREEN), 0);
    assert_ne!(shot.count(RED), 0);
    let shown = first.configured(&mut client).unwrap();
    assert!(!shown.has(State::Suspended) && shown.has(State::Activated));
}

#[test]
fn fullscreen_covers_the_frame_and_gives_it_back() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    window.configured(&mut client);
    window.toplevel.set_fullscreen(None);
    f.roundtrip(&mut client);
    let full = window.configured(&mut client).unwrap();
    assert_eq!(full.size, (800, 600));
    assert!(full.has(State::Fullscreen));
    window.show(&client.colour(full.size, GREEN));
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(GREEN), Some((0, 0, 800, 600)));
    let behind =
        lcars_ui::semantics::hit(&f.state.screen().view().nodes, lcars_ui::geometry::Point { x: 10.0, y: 10.0 });
    assert_eq!(behind, None, "the frame cannot be pressed through the window");

    window.toplevel.unset_fullscreen();
    f.roundtrip(&mut client);
    let back = window.configured(&mut client).unwrap();
    let area = f.area();
    assert_eq!(back.size, (area.size.w, area.size.h));
    assert!(!back.has(State::Fullscreen) && back.has(State::Maximized));
    window.show(&client.colour(back.size, GREEN));
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(GREEN), Some((area.loc.x, area.loc.y, area.size.w, area.size.h)));
}

#[test]
fn fullscreen_may_be_asked_for_before_the_first_commit() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = Window::new(&mut client);
    window.toplevel.set_fullscreen(None);
    let configure = f.configure(&mut client, &window);
    assert_eq!(configure.size, (800, 600));
    assert!(configure.has(State::Fullscreen));
}

#[test]
fn requests_about_the_size_are_always_answered() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    window.configured(&mut client);
    for request in [
        |w: &Window| w.toplevel.set_maximized(),
        |w: &Window| w.toplevel.unset_maximized(),
        |w: &Window| w.toplevel.set_fullscreen(None),
        |w: &Window| w.toplevel.unset_fullscreen(),
    ] {
        request(&window);
        f.roundtrip(&mut client);
        assert!(window.configured(&mut client).is_some());
    }
}

#[test]
fn a_window_can_be_hidden_and_shown_again() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    window.configured(&mut client);
    window.hide();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(RED), 0);
    assert_eq!(f.state.shell.focused(), None);
    assert_eq!(window.configured(&mut client), None, "it is configured when it wants to come back, not before");

    let again = f.configure(&mut client, &window);
    window.show(&client.colour(again.size, GREEN));
    f.roundtrip(&mut client);
    let area = f.area();
    assert_eq!(f.shot().find(GREEN), Some((area.loc.x, area.loc.y, area.size.w, area.size.h)));
    assert!(f.state.shell.focused().is_some());
}

#[test]
fn a_resize_of_the_picture_configures_hidden_windows_too() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let windows = [f.window(&mut client, RED), f.window(&mut client, GREEN)];
    windows.iter().for_each(|window| drop(window.configured(&mut client)));
    assert!(f.state.resize((1000, 700).into(), 1.0));
    f.roundtrip(&mut client);
    let area = f.area().size;
    for window in &windows {
        assert_eq!(window.configured(&mut client).unwrap().size, (area.w, area.h));
    }
}

#[test]
fn close_is_asked_of_the_program() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let id = f.state.shell.focused().unwrap();
    assert!(f.state.close_window(id));
    f.roundtrip(&mut client);
    assert!(window.asked_to_close(&mut client));
    assert_ne!(f.shot().count(RED), 0, "the program decides");
    assert!(!f.state.close_window(WindowId::from_raw(u64::MAX)), "there is no such window");
}

#[test]
fn hostile_titles_harm_nobody() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let titles = [
        "\u{1b}]0;x\u{7}\r\n\t\u{0}".replace('\0', ""),
        "\u{202e}\u{2066}\u{feff}".into(),
        "W".repeat(4000),
        "🖖🏽".repeat(200),
    ];
    for title in titles {
        window.toplevel.set_title(title.clone());
        window.toplevel.set_app_id(title);
        f.roundtrip(&mut client);
        let area = f.area();
        assert_eq!(f.shot().find(RED), Some((area.loc.x, area.loc.y, area.size.w, area.size.h)));
    }
}

#[test]
fn a_title_changes_the_frame() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let before = f.shot();
    window.toplevel.set_title("hangar".into());
    f.roundtrip(&mut client);
    assert_ne!(before.0.rgba, f.shot().0.rgba);
}

#[test]
fn a_picture_before_the_first_configure_is_an_error() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let surface = client.surface();
    let xdg = client.bind::<XdgWmBase>().get_xdg_surface(&surface, &client.qh, ());
    let _toplevel = xdg.get_toplevel(&client.qh, ());
    crate::window::show(&surface, &client.colour((10, 10), RED));
    let error = f.protocol_error(&mut client);
    assert_eq!(error.object_interface, "xdg_surface");
    assert_eq!(f.shot().count(RED), 0);
}

#[test]
fn an_acknowledgement_of_what_was_never_said_is_an_error() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    window.xdg.ack_configure(u32::MAX);
    assert_eq!(f.protocol_error(&mut client).object_interface, "xdg_wm_base");
}
