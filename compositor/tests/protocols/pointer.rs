//! `wl_pointer`: focus, motion, buttons, wheel.

use lcars_ui::operation::Operation;
use wayland_client::WEnum;
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_pointer::{Axis, AxisSource, ButtonState, Event, WlPointer};
use wayland_client::protocol::wl_seat::{self, Capability};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::{BTN_LEFT, LEFT, MIDDLE, RIGHT};
use crate::picture::{GREEN, RED};
use crate::window::Window;

fn desk() -> (Fixture, Client, Window, WlPointer) {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    let window = f.window(&mut client, RED);
    client.events(&pointer);
    (f, client, window, pointer)
}

/// What came since the last call, after everything was handled.
fn events(f: &mut Fixture, client: &mut Client, pointer: &WlPointer) -> Vec<Event> {
    f.roundtrip(client);
    client.events(pointer)
}

#[test]
fn the_seat_has_keyboard_pointer_and_touch() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let seat = client.seat();
    f.roundtrip(&mut client);
    let all = Capability::Keyboard | Capability::Pointer | Capability::Touch;
    let capabilities = client
        .events(&seat)
        .into_iter()
        .any(|event| matches!(event, wl_seat::Event::Capabilities { capabilities: WEnum::Value(has) } if has == all));
    assert!(capabilities);
}

#[test]
fn motion_is_told_in_the_windows_coordinates() {
    let (mut f, mut client, window, pointer) = desk();
    let area = f.area();
    f.point(area.loc.x + 10, area.loc.y + 20);
    let entered = events(&mut f, &mut client, &pointer);
    assert!(
        matches!(&entered[..], [Event::Enter { surface, surface_x, surface_y, .. }, Event::Frame]
            if *surface == window.surface && (*surface_x, *surface_y) == (10.0, 20.0)),
        "{entered:?}"
    );
    f.point(f64::from(area.loc.x) + 30.25, f64::from(area.loc.y) + 40.5);
    let moved = events(&mut f, &mut client, &pointer);
    assert!(
        matches!(&moved[..], [Event::Motion { surface_x, surface_y, .. }, Event::Frame]
            if (*surface_x, *surface_y) == (30.25, 40.5)),
        "{moved:?}"
    );
    f.point(2, 2);
    let left = events(&mut f, &mut client, &pointer);
    assert!(matches!(&left[..], [Event::Leave { .. }, Event::Frame]), "{left:?}");
}

#[test]
fn motion_is_told_in_logical_units_on_a_scaled_output() {
    let mut f = Fixture::scaled(2.0);
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    f.window(&mut client, RED);
    client.events(&pointer);
    let area = f.area();
    f.point(area.loc.x + 10, area.loc.y + 20);
    let entered = events(&mut f, &mut client, &pointer);
    assert!(matches!(&entered[..], [Event::Enter { surface_x, surface_y, .. }, Event::Frame]
        if (*surface_x, *surface_y) == (10.0, 20.0)));
}

#[test]
fn buttons_are_told_and_a_held_one_keeps_the_pointer() {
    let (mut f, mut client, _window, pointer) = desk();
    f.point(400, 300);
    events(&mut f, &mut client, &pointer);
    f.button(LEFT, true);
    let pressed = events(&mut f, &mut client, &pointer);
    assert!(matches!(
        &pressed[..],
        [Event::Button { button: BTN_LEFT, state: WEnum::Value(ButtonState::Pressed), .. }, Event::Frame]
    ));
    f.point(2, 2);
    let dragged = events(&mut f, &mut client, &pointer);
    assert!(matches!(&dragged[..], [Event::Motion { surface_x, .. }, Event::Frame] if *surface_x < 0.0));
    f.draw();
    assert!(events(&mut f, &mut client, &pointer).is_empty(), "a picture does not take it away either");
    f.button(LEFT, false);
    let released = events(&mut f, &mut client, &pointer);
    assert!(matches!(released[0], Event::Button { state: WEnum::Value(ButtonState::Released), .. }));
    assert!(released.iter().any(|event| matches!(event, Event::Leave { .. })), "{released:?}");
}

#[test]
fn a_press_on_the_frame_is_not_the_windows() {
    let (mut f, mut client, _window, pointer) = desk();
    f.point(2, 2);
    f.button(RIGHT, true);
    f.button(RIGHT, false);
    assert!(events(&mut f, &mut client, &pointer).is_empty());
}

#[test]
fn whoever_was_not_told_of_a_press_is_not_told_of_its_release() {
    let (mut f, mut client, _window, pointer) = desk();
    let window = f.state.shell.focused().expect("the window is in focus");
    f.point(400, 300);
    for button in [LEFT, MIDDLE, RIGHT] {
        f.does(&Operation::Jump { to: None });
        f.draw();
        events(&mut f, &mut client, &pointer);
        f.button(button, true);
        // The window comes under the pointer while the button is held.
        f.does(&Operation::Jump { to: Some(window.into()) });
        f.draw();
        f.button(button, false);
        let told = events(&mut f, &mut client, &pointer);
        assert!(told.iter().any(|event| matches!(event, Event::Enter { .. })), "{button}: {told:?}");
        assert!(!told.iter().any(|event| matches!(event, Event::Button { .. })), "{button}: {told:?}");
    }
}

#[test]
fn who_comes_under_the_pointer_when_a_program_dies_is_not_told_of_the_release() {
    let (mut f, mut client, _window, pointer) = desk();
    let mut dying = f.client();
    f.window(&mut dying, GREEN);
    f.point(400, 300);
    f.button(LEFT, true);
    drop(dying);
    f.turn();
    f.draw();
    f.point(401, 300);
    let entered = events(&mut f, &mut client, &pointer);
    assert!(entered.iter().any(|event| matches!(event, Event::Enter { .. })), "{entered:?}");
    f.button(LEFT, false);
    let told = events(&mut f, &mut client, &pointer);
    assert!(!told.iter().any(|event| matches!(event, Event::Button { .. })), "{told:?}");
    // It has the pointer, and the next click is its own.
    f.button(LEFT, true);
    f.button(LEFT, false);
    let clicked = events(&mut f, &mut client, &pointer);
    let buttons = clicked.iter().filter(|event| matches!(event, Event::Button { .. }));
    assert_eq!(buttons.count(), 2, "{clicked:?}");
}

#[test]
fn close_asks_the_program_and_zoom_out_leads_to_the_tiles() {
    let (mut f, mut client, window, _pointer) = desk();
    f.press("CLOSE");
    f.roundtrip(&mut client);
    assert!(window.asked_to_close(&mut client));
    f.press("ZOOM OUT");
    assert_eq!(f.state.shell.focused(), None);
}

#[test]
fn the_wheel_tells_120ths_and_a_distance() {
    let (mut f, mut client, _window, pointer) = desk();
    f.point(400, 300);
    events(&mut f, &mut client, &pointer);
    f.wheel(120);
    let wheel = events(&mut f, &mut client, &pointer);
    let has = |wanted: &dyn Fn(&Event) -> bool| wheel.iter().any(wanted);
    let vertical = WEnum::Value(Axis::VerticalScroll);
    assert!(has(&|e| matches!(e, Event::AxisSource { axis_source: WEnum::Value(AxisSource::Wheel) })), "{wheel:?}");
    assert!(has(&|e| matches!(e, Event::AxisValue120 { axis, value120: 120 } if *axis == vertical)), "{wheel:?}");
    assert!(has(&|e| matches!(e, Event::Axis { axis, value, .. } if *axis == vertical && *value > 0.0)), "{wheel:?}");
    assert!(!has(&|e| matches!(e, Event::AxisStop { .. })), "a wheel does not stop");
    assert!(matches!(wheel.last(), Some(Event::Frame)));
    // Parts of a notch are passed on as they are.
    f.wheel(-30);
    let part = events(&mut f, &mut client, &pointer);
    assert!(part.iter().any(|e| matches!(e, Event::AxisValue120 { value120: -30, .. })), "{part:?}");
}

#[test]
fn a_touch_pad_tells_pixels_and_the_end() {
    let (mut f, mut client, _window, pointer) = desk();
    f.point(400, 300);
    events(&mut f, &mut client, &pointer);
    f.scroll(0.0, 12.5, false);
    let scroll = events(&mut f, &mut client, &pointer);
    let has = |wanted: &dyn Fn(&Event) -> bool| scroll.iter().any(wanted);
    assert!(has(&|e| matches!(e, Event::AxisSource { axis_source: WEnum::Value(AxisSource::Finger) })), "{scroll:?}");
    assert!(has(&|e| matches!(e, Event::Axis { value, .. } if *value == 12.5)), "{scroll:?}");
    assert!(!has(&|e| matches!(e, Event::AxisValue120 { .. })));
    f.scroll(0.0, 0.0, true);
    let stop = events(&mut f, &mut client, &pointer);
    assert!(
        stop.iter().any(|e| matches!(e, Event::AxisStop { axis: WEnum::Value(Axis::VerticalScroll), .. })),
        "{stop:?}"
    );
}

#[test]
fn clients_before_version_8_get_whole_notches() {
    let (mut f, mut client, ..) = desk();
    let pointer = client.bind_at::<wl_seat::WlSeat>(7).get_pointer(&client.qh, ());
    f.point(400, 300);
    events(&mut f, &mut client, &pointer);
    f.wheel(240);
    let wheel = events(&mut f, &mut client, &pointer);
    assert!(wheel.iter().any(|e| matches!(e, Event::AxisDiscrete { discrete: 2, .. })), "{wheel:?}");
}

#[test]
fn an_input_region_lets_the_pointer_through_to_what_is_below() {
    let (mut f, mut client, parent, pointer) = desk();
    let dialog = f.dialog(&mut client, &parent, (200, 100), GREEN);
    let (x, y, ..) = f.shot().find(GREEN).unwrap();
    let region = client.bind::<WlCompositor>().create_region(&client.qh, ());
    region.add(0, 0, 100, 100);
    region.subtract(20, 20, 10, 10);
    dialog.surface.set_input_region(Some(&region));
    dialog.surface.commit();
    f.roundtrip(&mut client);
    let mut under = |dx, dy| {
        f.point(1, 1);
        events(&mut f, &mut client, &pointer);
        f.point(x + dx, y + dy);
        events(&mut f, &mut client, &pointer).into_iter().find_map(|event| match event {
            Event::Enter { surface, .. } => Some(surface),
            _ => None,
        })
    };
    assert_eq!(under(5, 5), Some(dialog.surface.clone()));
    assert_eq!(under(25, 25), Some(parent.surface.clone()), "through the hole");
    assert_eq!(under(150, 50), Some(parent.surface.clone()), "beside the region");
}

#[test]
fn a_window_that_appears_under_a_still_pointer_is_entered() {
    let (mut f, mut client, first, pointer) = desk();
    f.point(400, 300);
    events(&mut f, &mut client, &pointer);
    let second = f.window(&mut client, GREEN);
    let switched = events(&mut f, &mut client, &pointer);
    assert!(switched.iter().any(|e| matches!(e, Event::Leave { surface, .. } if *surface == first.surface)));
    assert!(switched.iter().any(|e| matches!(e, Event::Enter { surface, .. } if *surface == second.surface)));
    f.draw();
    f.draw();
    assert!(events(&mut f, &mut client, &pointer).is_empty(), "a still pointer is still");
}
