//! `zwlr_virtual_pointer_v1`: a program that moves the pointer.

use wayland_client::WEnum;
use wayland_client::protocol::wl_pointer::{Axis, AxisSource, ButtonState, Event, WlPointer};
use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_manager_v1::ZwlrVirtualPointerManagerV1;
use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_v1::ZwlrVirtualPointerV1;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::BTN_LEFT;
use crate::picture::RED;
use crate::window::Window;

struct Desk {
    f: Fixture,
    client: Client,
    window: Window,
    pointer: WlPointer,
    them: Client,
    hand: ZwlrVirtualPointerV1,
}

impl Desk {
    fn new() -> Self {
        let mut f = Fixture::new();
        let (mut client, mut them) = (f.client(), f.trusted_client());
        let pointer = client.seat().get_pointer(&client.qh, ());
        let window = f.window(&mut client, RED);
        let manager = them.bind::<ZwlrVirtualPointerManagerV1>();
        let hand = manager.create_virtual_pointer(None, &them.qh, ());
        f.roundtrip(&mut them);
        Self { f, client, window, pointer, them, hand }
    }

    fn heard(&mut self) -> Vec<Event> {
        self.f.roundtrip(&mut self.them);
        self.f.roundtrip(&mut self.client);
        self.client.events(&self.pointer)
    }
}

#[test]
fn it_points_presses_and_scrolls() {
    let mut desk = Desk::new();
    let area = desk.f.area();
    desk.hand.motion_absolute(0, 400, 300, 800, 600);
    let heard = desk.heard();
    let (x, y) = (f64::from(400 - area.loc.x), f64::from(300 - area.loc.y));
    let at = |event: &Event| matches!(event, Event::Enter { surface_x, surface_y, .. } if (*surface_x, *surface_y) == (x, y));
    assert!(heard.iter().any(at), "{heard:?}");
    desk.hand.motion(0, 5.0, -3.0);
    let heard = desk.heard();
    let moved = |event: &Event| matches!(event, Event::Motion { surface_x, surface_y, .. } if (*surface_x, *surface_y) == (x + 5.0, y - 3.0));
    assert!(heard.iter().any(moved), "{heard:?}");
    desk.hand.axis_source(AxisSource::Wheel);
    desk.hand.axis_discrete(0, Axis::VerticalScroll, 15.0, 2);
    assert!(desk.heard().is_empty(), "until its frame");
    desk.hand.frame();
    let heard = desk.heard();
    assert!(heard.iter().any(|event| matches!(event, Event::AxisValue120 { value120: 240, .. })), "{heard:?}");
    desk.hand.frame();
    assert!(desk.heard().is_empty());
}

#[test]
fn what_it_holds_comes_up_when_it_goes() {
    let mut desk = Desk::new();
    desk.hand.motion_absolute(0, 400, 300, 800, 600);
    for _ in 0..3 {
        desk.hand.button(0, BTN_LEFT, ButtonState::Pressed);
    }
    // No button at all.
    desk.hand.button(0, u32::MAX, ButtonState::Pressed);
    let presses = |heard: Vec<Event>| -> Vec<WEnum<ButtonState>> {
        let state = |event| match event {
            Event::Button { state, .. } => Some(state),
            _ => None,
        };
        heard.into_iter().filter_map(state).collect()
    };
    assert_eq!(presses(desk.heard()), [WEnum::Value(ButtonState::Pressed)]);
    desk.them = desk.f.client();
    desk.f.turn();
    assert_eq!(presses(desk.heard()), [WEnum::Value(ButtonState::Released)]);
}

#[test]
fn it_uses_the_interface_as_a_hand_does() {
    let mut desk = Desk::new();
    let nodes = &desk.f.state.screen().view().nodes;
    let hit = nodes.iter().find(|node| node.name == "CLOSE").expect("a pill").hit;
    desk.hand.motion_absolute(0, (hit.x + hit.w / 2.0) as u32, (hit.y + hit.h / 2.0) as u32, 800, 600);
    desk.hand.button(0, BTN_LEFT, ButtonState::Pressed);
    desk.hand.button(0, BTN_LEFT, ButtonState::Released);
    desk.heard();
    assert!(desk.window.asked_to_close(&mut desk.client));
}

#[test]
fn numbers_that_make_no_sense_do_no_harm() {
    let mut desk = Desk::new();
    desk.hand.motion_absolute(0, u32::MAX, u32::MAX, 0, 0);
    desk.hand.motion_absolute(0, u32::MAX, u32::MAX, 1, 1);
    desk.hand.motion(0, 8_000_000.0, -8_000_000.0);
    desk.hand.axis_discrete(0, Axis::HorizontalScroll, -8_000_000.0, i32::MIN);
    desk.hand.frame();
    desk.heard();
    desk.hand.motion_absolute(0, 1, 1, 2, 2);
    assert!(desk.heard().iter().any(|event| matches!(event, Event::Enter { .. })));
}
