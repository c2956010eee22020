//! Windows that are larger than their place: seen whole, and smaller, and worked where they are seen.

use streamer::protocol::{PenPhase, Phase};
use wayland_client::protocol::wl_pointer::{self, WlPointer};
use wayland_client::protocol::wl_shm::Format;
use wayland_client::protocol::wl_touch;
use wayland_protocols::wp::pointer_constraints::zv1::client::zwp_pointer_constraints_v1::{
    Lifetime, ZwpPointerConstraintsV1,
};
use wayland_protocols::wp::tablet::zv2::client::zwp_tablet_manager_v2::ZwpTabletManagerV2;
use wayland_protocols::wp::tablet::zv2::client::{zwp_tablet_seat_v2, zwp_tablet_tool_v2};
use wayland_protocols::xdg::shell::client::xdg_positioner::{ConstraintAdjustment, Gravity};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::LEFT;
use crate::picture::{BLUE, GREEN, RED, WHITE};
use crate::popup::{Popup, positioner};
use crate::text_input::{enable, text_input};
use crate::window::Window;

/// A window that is twice as large as its place on both sides, red with a green corner of 40×20 at the lower right.
fn doubled(f: &mut Fixture, client: &mut Client) -> Window {
    let window = Window::new(client);
    let (w, h) = f.configure(client, &window).size;
    let (w, h) = (2 * w, 2 * h);
    let buffer = client.picture((w, h), Format::Argb8888, |x, y| {
        let corner = x >= w - 40 && y >= h - 20;
        (if corner { GREEN } else { RED }).to_le_bytes()
    });
    window.show(&buffer);
    f.roundtrip(client);
    window
}

fn desk() -> (Fixture, Client, Window, WlPointer) {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    let window = doubled(&mut f, &mut client);
    (f, client, window, pointer)
}

/// Where the pointer was told to be on a surface since the last call.
fn told(f: &mut Fixture, client: &mut Client, pointer: &WlPointer) -> Vec<(f64, f64)> {
    f.roundtrip(client);
    let place = |event| match event {
        wl_pointer::Event::Enter { surface_x, surface_y, .. }
        // Pages tell shares of the picture, the protocol 256ths.
        | wl_pointer::Event::Motion { surface_x, surface_y, .. } => Some((surface_x.round(), surface_y.round())),
        _ => None,
    };
    client.events(pointer).into_iter().filter_map(place).collect()
}

fn heading(f: &Fixture) -> String {
    let nodes = &f.state.screen().view().nodes;
    nodes.iter().map(|node| node.name.clone()).find(|name| name.contains("SCALED")).unwrap_or_default()
}

#[test]
fn a_window_larger_than_its_place_is_seen_whole() {
    let (mut f, mut client, window, _) = desk();
    let area = f.area();
    let (right, bottom) = (area.loc.x + area.size.w, area.loc.y + area.size.h);
    let shot = f.shot();
    assert_eq!(shot.find(GREEN), Some((right - 20, bottom - 10, 20, 10)));
    assert_eq!(shot.count(RED), area.size.w * area.size.h - 200, "and nothing but it in its place");
    assert!(heading(&f).ends_with("SCALED 50%"), "{:?}", heading(&f));
    // What changes in it is drawn anew where it is seen.
    f.draw();
    let blue = client.colour((2 * area.size.w, 2 * area.size.h), BLUE);
    window.surface.attach(Some(&blue), 0, 0);
    window.surface.damage_buffer(100, 60, 40, 20);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().at(area.loc.x + 60, area.loc.y + 35), BLUE);
}

#[test]
fn one_that_fits_again_is_as_large_as_it_is() {
    let (mut f, mut client, window, _) = desk();
    let area = f.area();
    window.show(&client.colour((area.size.w, area.size.h), BLUE));
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(BLUE), Some((area.loc.x, area.loc.y, area.size.w, area.size.h)));
    assert_eq!(heading(&f), "");
}

#[test]
fn one_of_other_proportions_is_in_the_middle() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let area = f.area();
    let (w, h) = (area.size.w, area.size.h / 2 * 4);
    let tall = client.colour((w, h), RED);
    f.window_showing(&mut client, &tall);
    let width = (f64::from(w) * f64::from(area.size.h) / f64::from(h)).round() as i32;
    let (x, y, w, h) = f.shot().find(RED).unwrap();
    assert_eq!((y, w, h), (area.loc.y, width, area.size.h));
    assert_eq!(x, area.loc.x + (area.size.w - width) / 2);
}

#[test]
fn what_cannot_be_smaller_is_told_to_fill_its_place() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let area = f.area();
    let window = Window::new(&mut client);
    window.toplevel.set_min_size(2 * area.size.w, 10);
    let configure = f.configure(&mut client, &window);
    assert_eq!(configure.size, (2 * area.size.w, 2 * area.size.h));
    assert_eq!(configure.bounds, Some(configure.size));
    window.show(&client.colour(configure.size, RED));
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(RED), Some((area.loc.x, area.loc.y, area.size.w, area.size.h)));
    // It finds out that it can be smaller.
    window.toplevel.set_min_size(0, 0);
    window.surface.commit();
    f.roundtrip(&mut client);
    f.roundtrip(&mut client);
    assert_eq!(window.configured(&mut client).expect("it is told").size, (area.size.w, area.size.h));
}

#[test]
fn absurd_needs_do_no_harm() {
    let mut f = Fixture::new();
    let mut client = f.client();
    for (w, h) in [(i32::MAX, i32::MAX), (1, i32::MAX), (i32::MAX, 1)] {
        let window = Window::new(&mut client);
        window.toplevel.set_min_size(w, h);
        let (w, h) = f.configure(&mut client, &window).size;
        assert!((1..=8192).contains(&w) && (1..=8192).contains(&h), "{w}×{h}");
        window.xdg.set_window_geometry(0, 0, i32::MAX, i32::MAX);
        window.show(&client.colour((600, 400), RED));
        f.roundtrip(&mut client);
        f.draw();
        f.click(400, 300);
        f.roundtrip(&mut client);
        assert!(f.shot().count(RED) > 0);
        window.destroy();
        f.roundtrip(&mut client);
    }
}

#[test]
fn the_pointer_is_told_where_it_is_on_the_window() {
    let (mut f, mut client, _window, pointer) = desk();
    let area = f.area();
    f.point(area.loc.x + 10, area.loc.y + 20);
    f.point(area.loc.x + area.size.w - 5, area.loc.y + 30);
    let there = [(20.0, 40.0), (f64::from(2 * area.size.w - 10), 60.0)];
    assert_eq!(told(&mut f, &mut client, &pointer), there);
    f.draw();
    f.draw();
    assert_eq!(told(&mut f, &mut client, &pointer), [], "a still pointer is still");
}

#[test]
fn a_button_that_is_held_drags_by_what_is_seen() {
    let (mut f, mut client, _window, pointer) = desk();
    let area = f.area();
    f.point(area.loc.x + 10, area.loc.y + 20);
    f.button(LEFT, true);
    told(&mut f, &mut client, &pointer);
    f.point(area.loc.x + 110, area.loc.y + 70);
    f.point(area.loc.x - 10, area.loc.y - 5);
    assert_eq!(told(&mut f, &mut client, &pointer), [(220.0, 140.0), (-20.0, -10.0)]);
    f.point(area.loc.x + 15, area.loc.y + 20);
    f.button(LEFT, false);
    assert_eq!(told(&mut f, &mut client, &pointer), [(30.0, 40.0)], "letting go moves nothing");
    f.point(area.loc.x + 16, area.loc.y + 20);
    assert_eq!(told(&mut f, &mut client, &pointer), [(32.0, 40.0)]);
}

#[test]
fn fingers_and_the_pen_are_told_where_they_are_on_the_window() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let seat = client.seat();
    let touch = seat.get_touch(&client.qh, ());
    let tablets = client.bind::<ZwpTabletManagerV2>().get_tablet_seat(&seat, &client.qh, ());
    doubled(&mut f, &mut client);
    let (x, y) = (f.area().loc.x, f.area().loc.y);
    f.touch(1, Phase::Begin, x + 10, y + 20);
    f.touch(1, Phase::Update, x + 60, y + 45);
    f.roundtrip(&mut client);
    let place = |event| match event {
        wl_touch::Event::Down { x, y, .. } | wl_touch::Event::Motion { x, y, .. } => Some((x, y)),
        _ => None,
    };
    let places: Vec<_> = client.events(&touch).into_iter().filter_map(place).collect();
    assert_eq!(places, [(20.0, 40.0), (120.0, 90.0)]);
    f.touch(1, Phase::End, x + 60, y + 45);

    f.pen(PenPhase::Hover, x + 10, y + 20, 0.0, (0.0, 0.0));
    f.roundtrip(&mut client);
    let tool = client.events(&tablets).into_iter().find_map(|event| match event {
        zwp_tablet_seat_v2::Event::ToolAdded { id } => Some(id),
        _ => None,
    });
    let tool = tool.expect("the pen is announced when it is first seen");
    f.pen(PenPhase::Down, x + 10, y + 20, 0.5, (0.0, 0.0));
    f.pen(PenPhase::Move, x + 30, y + 20, 0.5, (0.0, 0.0));
    f.roundtrip(&mut client);
    let motion = |event| match event {
        zwp_tablet_tool_v2::Event::Motion { x, y } => Some((x, y)),
        _ => None,
    };
    assert_eq!(client.events(&tool).into_iter().filter_map(motion).last(), Some((60.0, 40.0)));
}

#[test]
fn menus_are_as_much_smaller_and_stay_in_the_picture() {
    let (mut f, mut client, window, pointer) = desk();
    let area = f.area();
    let there = positioner(&mut client, (60, 80), (200, 100));
    let popup = Popup::new(&mut client, &window.xdg, &there);
    assert_eq!(popup.map(&mut f, &mut client, BLUE), (60, 80, 200, 100));
    assert_eq!(f.shot().find(BLUE), Some((area.loc.x + 30, area.loc.y + 40, 100, 50)));
    told(&mut f, &mut client, &pointer);
    f.point(area.loc.x + 35, area.loc.y + 50);
    assert_eq!(told(&mut f, &mut client, &pointer), [(10.0, 20.0)]);
    popup.destroy();
    // Beside the right edge of the picture there is no room: that edge is further away than it seems.
    let edge = positioner(&mut client, (2 * area.size.w - 1, 80), (400, 100));
    edge.set_gravity(Gravity::BottomRight);
    edge.set_constraint_adjustment(ConstraintAdjustment::SlideX);
    let popup = Popup::new(&mut client, &window.xdg, &edge);
    let (x, ..) = popup.map(&mut f, &mut client, BLUE);
    assert_eq!(x, 2 * (800 - area.loc.x) - 400);
    assert_eq!(f.shot().find(BLUE), Some((600, area.loc.y + 40, 200, 50)));
}

#[test]
fn a_dialog_larger_than_the_place_is_seen_whole_and_its_window_as_it_is() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    let parent = f.window(&mut client, RED);
    let area = f.area();
    f.dialog(&mut client, &parent, (2 * area.size.w, 200), GREEN);
    let (x, y, w, h) = f.shot().find(GREEN).unwrap();
    assert_eq!((x, y, w, h), (area.loc.x, area.loc.y + (area.size.h - 100) / 2, area.size.w, 100));
    assert!(heading(&f).ends_with("SCALED 50%"), "{:?}", heading(&f));
    told(&mut f, &mut client, &pointer);
    f.point(x + 50, y + 25);
    assert_eq!(told(&mut f, &mut client, &pointer), [(100.0, 50.0)]);
    f.point(x + 50, area.loc.y + 4);
    assert_eq!(told(&mut f, &mut client, &pointer), [(50.0, 4.0)]);
}

#[test]
fn the_cursor_of_a_field_is_where_it_is_seen() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let input = text_input(&mut client);
    doubled(&mut f, &mut client);
    enable(&input, (100, 200, 4, 18));
    f.roundtrip(&mut client);
    f.draw();
    let (area, caret) = (f.area(), f.state.caret().expect("it is known"));
    assert_eq!((caret.loc.x, caret.loc.y), (area.loc.x + 50, area.loc.y + 100));
    assert_eq!((caret.size.w, caret.size.h), (2, 9));
}

#[test]
fn a_confined_pointer_goes_to_the_edge_that_is_seen() {
    let (mut f, mut client, window, pointer) = desk();
    let area = f.area();
    f.point(area.loc.x + 20, area.loc.y + 20);
    let constraints: ZwpPointerConstraintsV1 = client.bind();
    constraints.confine_pointer(&window.surface, &pointer, None, Lifetime::Persistent, &client.qh, ());
    f.roundtrip(&mut client);
    told(&mut f, &mut client, &pointer);
    f.push(-300.0, 10.0);
    f.push(30.0, 0.0);
    assert_eq!(told(&mut f, &mut client, &pointer), [(0.0, 60.0), (60.0, 60.0)]);
}

#[test]
fn on_a_fine_screen_it_is_sharp_where_it_can_be() {
    let mut f = Fixture::scaled(2.0);
    let mut client = f.client();
    let area = f.area();
    let (w, h) = (2 * area.size.w, 2 * area.size.h);
    let stripes = client.picture((w, h), Format::Argb8888, |x, _| (if x % 2 == 0 { WHITE } else { RED }).to_le_bytes());
    f.window_showing(&mut client, &stripes);
    // A logical pixel of it is a physical one there: none is mixed.
    assert_eq!(f.shot().count(WHITE), w * h / 2);
}
