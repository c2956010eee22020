//! What the seat says, as values that print as JSON: the test that reads them names the Wayland event it waits for.

use serde::Serialize;
use wayland_client::protocol::wl_keyboard::{self, WlKeyboard};
use wayland_client::protocol::wl_pointer::{self, WlPointer};
use wayland_client::protocol::wl_seat::{self, WlSeat};
use wayland_client::protocol::wl_touch::{self, WlTouch};
use wayland_client::{Connection, Dispatch, QueueHandle, WEnum};

use crate::{App, State};

/// One event of `wl_pointer`, `wl_keyboard` or `wl_touch`. Positions are in the surface, logical pixels.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the Wayland protocol names and documents every field")]
pub enum Input {
    PointerEnter { x: f64, y: f64 },
    PointerLeave,
    Motion { x: f64, y: f64, time: u32 },
    Button { button: u32, pressed: bool, time: u32 },
    Axis { horizontal: bool, value: f64, time: u32 },
    AxisSource { source: String },
    AxisStop { horizontal: bool },
    AxisDiscrete { horizontal: bool, steps: i32 },
    AxisValue120 { horizontal: bool, value: i32 },
    PointerFrame,
    Keymap { bytes: u32 },
    KeyboardEnter { pressed: usize },
    KeyboardLeave,
    Key { key: u32, pressed: bool, time: u32 },
    Modifiers { depressed: u32, latched: u32, locked: u32, group: u32 },
    RepeatInfo { rate: i32, delay: i32 },
    TouchDown { id: i32, x: f64, y: f64, time: u32 },
    TouchMotion { id: i32, x: f64, y: f64, time: u32 },
    TouchUp { id: i32, time: u32 },
    TouchFrame,
    TouchCancel,
}

impl<A: App> Dispatch<WlSeat, ()> for State<A> {
    fn event(_: &mut Self, seat: &WlSeat, event: wl_seat::Event, (): &(), _: &Connection, queue: &QueueHandle<Self>) {
        if let wl_seat::Event::Capabilities { capabilities: WEnum::Value(has) } = event {
            // A seat may announce its devices again; a second object would only repeat each event.
            if has.contains(wl_seat::Capability::Keyboard) {
                seat.get_keyboard(queue, ());
            }
            if has.contains(wl_seat::Capability::Pointer) {
                seat.get_pointer(queue, ());
            }
            if has.contains(wl_seat::Capability::Touch) {
                seat.get_touch(queue, ());
            }
        }
    }
}

fn horizontal(axis: WEnum<wl_pointer::Axis>) -> bool {
    axis == WEnum::Value(wl_pointer::Axis::HorizontalScroll)
}

impl<A: App> Dispatch<WlPointer, ()> for State<A> {
    fn event(
        state: &mut Self,
        _: &WlPointer,
        event: wl_pointer::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        use wl_pointer::Event as E;
        let input = match event {
            E::Enter { surface_x, surface_y, .. } => Input::PointerEnter { x: surface_x, y: surface_y },
            E::Leave { .. } => Input::PointerLeave,
            E::Motion { time, surface_x, surface_y } => Input::Motion { x: surface_x, y: surface_y, time },
            E::Button { time, button, state, .. } => {
                Input::Button { button, pressed: state == WEnum::Value(wl_pointer::ButtonState::Pressed), time }
            }
            E::Axis { time, axis, value } => Input::Axis { horizontal: horizontal(axis), value, time },
            E::AxisSource { axis_source } => Input::AxisSource {
                source: match axis_source {
                    WEnum::Value(source) => format!("{source:?}").to_lowercase(),
                    WEnum::Unknown(number) => number.to_string(),
                },
            },
            E::AxisStop { axis, .. } => Input::AxisStop { horizontal: horizontal(axis) },
            E::AxisDiscrete { axis, discrete } => Input::AxisDiscrete { horizontal: horizontal(axis), steps: discrete },
            E::AxisValue120 { axis, value120 } => Input::AxisValue120 { horizontal: horizontal(axis), value: value120 },
            E::Frame => Input::PointerFrame,
            _ => return,
        };
        state.tell(|app, window| app.input(window, &input));
    }
}

impl<A: App> Dispatch<WlKeyboard, ()> for State<A> {
    fn event(
        state: &mut Self,
        _: &WlKeyboard,
        event: wl_keyboard::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        use wl_keyboard::Event as E;
        let input = match event {
            E::Keymap { size, .. } => Input::Keymap { bytes: size },
            E::Enter { keys, .. } => Input::KeyboardEnter { pressed: keys.len() / 4 },
            E::Leave { .. } => Input::KeyboardLeave,
            E::Key { time, key, state, .. } => {
                Input::Key { key, pressed: state == WEnum::Value(wl_keyboard::KeyState::Pressed), time }
            }
            E::Modifiers { mods_depressed, mods_latched, mods_locked, group, .. } => {
                Input::Modifiers { depressed: mods_depressed, latched: mods_latched, locked: mods_locked, group }
            }
            E::RepeatInfo { rate, delay } => Input::RepeatInfo { rate, delay },
            _ => return,
        };
        state.tell(|app, window| app.input(window, &input));
    }
}

impl<A: App> Dispatch<WlTouch, ()> for State<A> {
    fn event(state: &mut Self, _: &WlTouch, event: wl_touch::Event, (): &(), _: &Connection, _: &QueueHandle<Self>) {
        use wl_touch::Event as E;
        let input = match event {
            E::Down { time, id, x, y, .. } => Input::TouchDown { id, x, y, time },
            E::Motion { time, id, x, y } => Input::TouchMotion { id, x, y, time },
            E::Up { time, id, .. } => Input::TouchUp { id, time },
            E::Frame => Input::TouchFrame,
            E::Cancel => Input::TouchCancel,
            _ => return,
        };
        state.tell(|app, window| app.input(window, &input));
    }
}
