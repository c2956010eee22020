//! `zwp_tablet_v2`: a pen with pressure and tilt.

use lcars_ui::operation::Operation;
use streamer::protocol::{PenPhase, Phase};
use wayland_client::WEnum;
use wayland_client::protocol::wl_pointer;
use wayland_protocols::wp::tablet::zv2::client::zwp_tablet_manager_v2::ZwpTabletManagerV2;
use wayland_protocols::wp::tablet::zv2::client::zwp_tablet_seat_v2;
use wayland_protocols::wp::tablet::zv2::client::zwp_tablet_tool_v2::{Event, Type, ZwpTabletToolV2};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::BTN_LEFT;
use crate::picture::{GREEN, RED};
use crate::window::Window;

/// A client that knows tablets, a window, and the pen that is near it.
fn desk() -> (Fixture, Client, Window, ZwpTabletToolV2) {
    let mut f = Fixture::new();
    let mut client = f.client();
    let seat = client.seat();
    let tablets = client.bind::<ZwpTabletManagerV2>().get_tablet_seat(&seat, &client.qh, ());
    let window = f.window(&mut client, RED);
    f.pen(PenPhase::Hover, 400, 300, 0.0, (0.0, 0.0));
    f.roundtrip(&mut client);
    let tool = client.events(&tablets).into_iter().find_map(|event| match event {
        zwp_tablet_seat_v2::Event::ToolAdded { id } => Some(id),
        _ => None,
    });
    (f, client, window, tool.expect("the pen is announced when it is first seen"))
}

fn events(f: &mut Fixture, client: &mut Client, tool: &ZwpTabletToolV2) -> Vec<Event> {
    f.roundtrip(client);
    client.events(tool)
}

#[test]
fn a_pen_comes_near_draws_and_leaves() {
    let (mut f, mut client, window, tool) = desk();
    let area = f.area();
    let near = events(&mut f, &mut client, &tool);
    assert!(near.iter().any(|e| matches!(e, Event::ProximityIn { surface, .. } if *surface == window.surface)));

    f.pen(PenPhase::Down, area.loc.x + 10, area.loc.y + 20, 0.5, (30.0, -15.0));
    let down = events(&mut f, &mut client, &tool);
    let has = |wanted: &dyn Fn(&Event) -> bool| down.iter().any(wanted);
    assert!(has(&|e| matches!(e, Event::Motion { x: 10.0, y: 20.0 })), "{down:?}");
    assert!(has(&|e| matches!(e, Event::Pressure { pressure: 32768 })), "{down:?}");
    assert!(has(&|e| matches!(e, Event::Tilt { tilt_x: 30.0, tilt_y: -15.0 })), "{down:?}");
    assert!(has(&|e| matches!(e, Event::Down { .. })), "{down:?}");
    assert!(matches!(down.last(), Some(Event::Frame { .. })));

    f.pen(PenPhase::Move, area.loc.x + 11, area.loc.y + 20, 1.0, (30.0, -15.0));
    let moved = events(&mut f, &mut client, &tool);
    assert!(moved.iter().any(|e| matches!(e, Event::Pressure { pressure: 65535 })), "{moved:?}");
    assert!(!moved.iter().any(|e| matches!(e, Event::Tilt { .. })), "it is held as before");

    f.pen(PenPhase::Up, area.loc.x + 11, area.loc.y + 20, 0.0, (30.0, -15.0));
    f.pen(PenPhase::Leave, area.loc.x + 11, area.loc.y + 20, 0.0, (0.0, 0.0));
    let gone = events(&mut f, &mut client, &tool);
    let up = gone.iter().position(|e| matches!(e, Event::Up)).expect("it was lifted");
    let out = gone.iter().position(|e| matches!(e, Event::ProximityOut)).expect("it left");
    assert!(up < out);
}

#[test]
fn a_page_that_goes_takes_its_pen_along() {
    let (mut f, mut client, _window, tool) = desk();
    f.pen(PenPhase::Down, 400, 300, 0.5, (0.0, 0.0));
    events(&mut f, &mut client, &tool);
    f.blur();
    let gone = events(&mut f, &mut client, &tool);
    assert!(gone.iter().any(|e| matches!(e, Event::Up)) && gone.iter().any(|e| matches!(e, Event::ProximityOut)));
}

#[test]
fn for_a_program_that_knows_no_pens_it_is_a_mouse() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    f.window(&mut client, RED);
    f.pen(PenPhase::Down, 400, 300, 0.5, (0.0, 0.0));
    f.pen(PenPhase::Up, 400, 300, 0.0, (0.0, 0.0));
    f.roundtrip(&mut client);
    let presses = client.events(&pointer).into_iter();
    let presses = presses.filter(|e| matches!(e, wl_pointer::Event::Button { button: BTN_LEFT, .. }));
    assert_eq!(presses.count(), 2);
}

#[test]
fn a_finger_on_the_interface_holds_no_pen_down() {
    let (mut f, mut client, _window, tool) = desk();
    let mut other = f.client();
    let pointer = other.seat().get_pointer(&other.qh, ());
    let knows_pens = f.state.shell.focused().unwrap();
    f.window(&mut other, GREEN);
    let knows_none = f.state.shell.focused().unwrap();
    for window in [knows_pens, knows_none] {
        f.does(&Operation::Jump { to: Some(window.into()) });
        f.draw();
        f.pen(PenPhase::Down, 400, 300, 0.5, (0.0, 0.0));
        let (x, y) = f.middle_of("ZOOM OUT");
        f.touch(1, Phase::Begin, x, y);
        f.pen(PenPhase::Up, 400, 300, 0.0, (0.0, 0.0));
        assert_eq!(f.state.shell.focused(), Some(window), "the finger still touches");
        f.touch(1, Phase::Cancel, x, y);
    }
    let told = events(&mut f, &mut client, &tool);
    let count = |wanted: &dyn Fn(&Event) -> bool| told.iter().filter(|event| wanted(event)).count();
    assert_eq!((count(&|e| matches!(e, Event::Down { .. })), count(&|e| matches!(e, Event::Up))), (1, 1), "{told:?}");
    f.roundtrip(&mut other);
    let presses = other.events(&pointer).into_iter();
    let presses = presses.filter(|e| matches!(e, wl_pointer::Event::Button { button: BTN_LEFT, .. }));
    assert_eq!(presses.count(), 2);
}

#[test]
fn the_other_end_of_the_pen_is_an_eraser() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let seat = client.seat();
    let tablets = client.bind::<ZwpTabletManagerV2>().get_tablet_seat(&seat, &client.qh, ());
    f.window(&mut client, RED);
    f.pen(PenPhase::Down, 400, 300, 0.5, (0.0, 0.0));
    // It is turned round without being lifted, as far as anyone saw.
    f.eraser(PenPhase::Down, 400, 300, 0.5);
    f.roundtrip(&mut client);
    let tools: Vec<ZwpTabletToolV2> = client
        .events(&tablets)
        .into_iter()
        .filter_map(|event| match event {
            zwp_tablet_seat_v2::Event::ToolAdded { id } => Some(id),
            _ => None,
        })
        .collect();
    let kinds: Vec<Vec<Event>> = tools.iter().map(|tool| client.events(tool)).collect();
    let kind = |events: &[Event]| {
        events.iter().find_map(|event| match event {
            Event::Type { tool_type: WEnum::Value(kind) } => Some(*kind),
            _ => None,
        })
    };
    assert_eq!([kind(&kinds[0]), kind(&kinds[1])], [Some(Type::Pen), Some(Type::Eraser)]);
    let (pen, eraser) = (&kinds[0], &kinds[1]);
    assert!(pen.iter().any(|e| matches!(e, Event::Up)) && pen.iter().any(|e| matches!(e, Event::ProximityOut)));
    assert!(eraser.iter().any(|e| matches!(e, Event::ProximityIn { .. })), "{eraser:?}");
    assert!(eraser.iter().any(|e| matches!(e, Event::Down { .. })), "{eraser:?}");
}
