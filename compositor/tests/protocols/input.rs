//! What people do: messages of a page, decoded as in the product.

use lcars_ui::semantics::Node;
use streamer::protocol::{FromPage, PenPhase, Phase, TouchPoint, WheelSource};
use wayland_client::protocol::wl_pointer::{self, WlPointer};

use crate::client::Client;
use crate::fixture::Fixture;

/// The one page.
const VIEWER: u32 = 1;

/// DOM `MouseEvent.button`.
pub const LEFT: u8 = 0;
/// DOM `MouseEvent.button`.
pub const MIDDLE: u8 = 1;
/// DOM `MouseEvent.button`.
pub const RIGHT: u8 = 2;
/// Linux `BTN_LEFT`.
pub const BTN_LEFT: u32 = 0x110;

fn names(nodes: &[Node]) -> Vec<&str> {
    nodes.iter().filter(|node| node.action.is_some()).map(|node| node.name.as_str()).collect()
}

impl Fixture {
    /// A page sends a message that is input.
    pub fn page(&mut self, message: FromPage) {
        // Time stands still: no test depends on it.
        for event in self.decoder.decode(VIEWER, &message, 1_000_000) {
            self.state.process_input_event(event);
        }
        self.turn();
    }

    /// The page loses the focus.
    pub fn blur(&mut self) {
        for event in self.decoder.release_all(VIEWER, 1_000_000) {
            self.state.process_input_event(event);
        }
        self.turn();
    }

    /// A point of the picture, logical, as pages tell it.
    fn normalised(&self, x: f64, y: f64) -> (f64, f64) {
        let size = self.state.output_size();
        (x / f64::from(size.w), y / f64::from(size.h))
    }

    /// Moves the pointer to a point of the picture, logical.
    pub fn point(&mut self, x: impl Into<f64>, y: impl Into<f64>) {
        let (x, y) = self.normalised(x.into(), y.into());
        self.page(FromPage::Motion { x, y, seq: 0 });
    }

    /// Moves the locked pointer.
    pub fn push(&mut self, dx: f64, dy: f64) {
        self.page(FromPage::Relative { dx, dy, seq: 0 });
    }

    /// Presses or releases a mouse button where the pointer is.
    pub fn button(&mut self, button: u8, pressed: bool) {
        self.page(FromPage::Button { button, pressed, x: None, y: None, id: 0 });
    }

    /// Presses the left button where the pointer is, over a window of the client, and leaves it down. The serial of that.
    pub fn hold(&mut self, client: &mut Client, pointer: &WlPointer) -> u32 {
        self.button(LEFT, true);
        self.roundtrip(client);
        let serial = client.events(pointer).into_iter().rev().find_map(|event| match event {
            wl_pointer::Event::Button { serial, .. } => Some(serial),
            _ => None,
        });
        serial.expect("the press is told")
    }

    /// The same in the middle of the picture, with a pointer of its own.
    pub fn hold_in_the_middle(&mut self, client: &mut Client) -> u32 {
        let pointer = client.seat().get_pointer(&client.qh, ());
        self.roundtrip(client);
        self.point(400, 300);
        self.hold(client, &pointer)
    }

    /// Clicks on the part of the interface that is announced by this name.
    pub fn press(&mut self, name: &str) {
        let (x, y) = self.middle_of(name);
        self.click(x, y);
    }

    /// Where the part of the interface is that is announced by this name.
    pub fn middle_of(&self, name: &str) -> (f64, f64) {
        let nodes = &self.state.screen().view().nodes;
        let found = nodes.iter().rfind(|node| node.action.is_some() && node.name == name);
        let hit = found.unwrap_or_else(|| panic!("no {name}: {:?}", names(nodes))).hit;
        (hit.x + hit.w / 2.0, hit.y + hit.h / 2.0)
    }

    /// Presses and releases the left button at a point of the picture.
    pub fn click(&mut self, x: impl Into<f64>, y: impl Into<f64>) {
        self.point(x, y);
        self.button(LEFT, true);
        self.button(LEFT, false);
    }

    /// Turns the wheel down, in 120ths of a notch.
    pub fn wheel(&mut self, v120: i32) {
        let (dx, dy, source) = (0.0, 0.0, WheelSource::Wheel);
        self.page(FromPage::Wheel { dx, dy, v120_x: 0, v120_y: v120, source, stop: false });
    }

    /// Scrolls with two fingers on a touch pad.
    pub fn scroll(&mut self, dx: f64, dy: f64, stop: bool) {
        self.page(FromPage::Wheel { dx, dy, v120_x: 0, v120_y: 0, source: WheelSource::Finger, stop });
    }

    /// Presses or releases a key by its `KeyboardEvent.code`.
    pub fn key(&mut self, code: &str, pressed: bool) {
        self.page(FromPage::Key { code: code.into(), pressed, id: 0 });
    }

    /// One finger does something at a point of the picture.
    pub fn touch(&mut self, id: u8, phase: Phase, x: impl Into<f64>, y: impl Into<f64>) {
        let (x, y) = self.normalised(x.into(), y.into());
        self.page(FromPage::Touch { points: vec![TouchPoint { id, phase, x, y }], id: 0 });
    }

    /// The pen does something at a point of the picture.
    pub fn pen(&mut self, phase: PenPhase, x: impl Into<f64>, y: impl Into<f64>, pressure: f64, tilt: (f64, f64)) {
        let (x, y) = self.normalised(x.into(), y.into());
        self.page(FromPage::Pen { phase, x, y, pressure, tilt_x: tilt.0, tilt_y: tilt.1, eraser: false });
    }

    /// The other end of the pen does something at a point of the picture.
    pub fn eraser(&mut self, phase: PenPhase, x: impl Into<f64>, y: impl Into<f64>, pressure: f64) {
        let (x, y) = self.normalised(x.into(), y.into());
        self.page(FromPage::Pen { phase, x, y, pressure, tilt_x: 0.0, tilt_y: 0.0, eraser: true });
    }
}
