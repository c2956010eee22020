//! `zwlr_virtual_pointer_v1`: a program that moves the pointer, such as a VNC server. For trusted ones alone. What it does
//! is decided in [`crate::seat`], as for what pages do.

use std::sync::Mutex;

use smithay::backend::input::{AxisSource, ButtonState, InputEvent};
use smithay::output::Output;
use smithay::reexports::wayland_protocols_wlr::virtual_pointer::v1::server::{
    zwlr_virtual_pointer_manager_v1::{self, ZwlrVirtualPointerManagerV1},
    zwlr_virtual_pointer_v1::{self, Error, ZwlrVirtualPointerV1},
};
use smithay::reexports::wayland_server::backend::{ClientId, GlobalId};
use smithay::reexports::wayland_server::protocol::wl_output::WlOutput;
use smithay::reexports::wayland_server::protocol::wl_pointer;
use smithay::reexports::wayland_server::{
    Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, WEnum,
};

use crate::input::backend::{
    AbsoluteMotion, AxisMotion, Button, DeviceKind, Position, RelativeMotion, Remote, RemoteDevice, RemoteInput, Scroll,
};
use crate::state::State;
use crate::trust::trusted;

const VERSION: u32 = 2;
/// Most buttons that one holds down.
const MAX_HELD: usize = 32;
/// The buttons that evdev knows.
const BUTTONS: std::ops::RangeInclusive<u32> = 0x100..=0x15f;
/// Farthest that one motion goes, logical pixels.
const FARTHEST: f64 = 10_000.0;

/// One of them.
#[derive(Debug)]
pub(crate) struct Virtual {
    /// What it says of places is about this output.
    output: Option<Output>,
    held: Mutex<Vec<u32>>,
    /// The axes that move with its next frame.
    axes: Mutex<Axes>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Axes {
    source: Option<AxisSource>,
    horizontal: Option<Turn>,
    vertical: Option<Turn>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Turn {
    pixels: f64,
    v120: Option<f64>,
}

impl Axes {
    fn turn(&mut self, axis: wl_pointer::Axis) -> &mut Turn {
        let turn = if axis == wl_pointer::Axis::HorizontalScroll { &mut self.horizontal } else { &mut self.vertical };
        turn.get_or_insert_default()
    }
}

/// Announces it.
pub(crate) fn announce(display: &DisplayHandle) -> GlobalId {
    display.create_global::<State, ZwlrVirtualPointerManagerV1, ()>(VERSION, ())
}

impl GlobalDispatch<ZwlrVirtualPointerManagerV1, ()> for State {
    fn bind(
        _state: &mut Self,
        _display: &DisplayHandle,
        _client: &Client,
        manager: New<ZwlrVirtualPointerManagerV1>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        init.init(manager, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        trusted(&client)
    }
}

impl Dispatch<ZwlrVirtualPointerManagerV1, ()> for State {
    fn request(
        _state: &mut Self,
        _client: &Client,
        _manager: &ZwlrVirtualPointerManagerV1,
        request: zwlr_virtual_pointer_manager_v1::Request,
        (): &(),
        _display: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        use zwlr_virtual_pointer_manager_v1::Request;
        let mut made = |id, output: Option<WlOutput>| {
            let output = output.and_then(|output| Output::from_resource(&output));
            init.init(id, Virtual { output, held: Mutex::default(), axes: Mutex::default() });
        };
        match request {
            Request::CreateVirtualPointer { id, .. } => made(id, None),
            Request::CreateVirtualPointerWithOutput { id, output, .. } => made(id, output),
            _ => {}
        }
    }
}

impl Dispatch<ZwlrVirtualPointerV1, Virtual> for State {
    fn request(
        state: &mut Self,
        _client: &Client,
        pointer: &ZwlrVirtualPointerV1,
        request: zwlr_virtual_pointer_v1::Request,
        data: &Virtual,
        _display: &DisplayHandle,
        _init: &mut DataInit<'_, Self>,
    ) {
        use zwlr_virtual_pointer_v1::Request;
        match request {
            Request::Motion { dx, dy, .. } => {
                let (dx, dy) = (dx.clamp(-FARTHEST, FARTHEST), dy.clamp(-FARTHEST, FARTHEST));
                state.virtual_pointer(|event| InputEvent::PointerMotion { event }, RelativeMotion { dx, dy });
            }
            Request::MotionAbsolute { x, y, x_extent, y_extent, .. } if x_extent > 0 && y_extent > 0 => {
                let part = |at: u32, of: u32| (f64::from(at) / f64::from(of)).min(1.0);
                let at = Position { x: part(x, x_extent), y: part(y, y_extent) };
                state.comes_from_output(data.output.as_ref());
                state.virtual_pointer(|event| InputEvent::PointerMotionAbsolute { event }, AbsoluteMotion(at));
            }
            Request::Button { button, state: pressed, .. } if BUTTONS.contains(&button) => {
                let pressed = pressed == WEnum::Value(wl_pointer::ButtonState::Pressed);
                if data.note_button(button, pressed) {
                    state.virtual_button(button, pressed);
                }
            }
            Request::Axis { axis, value, .. } => data.on_axis(pointer, axis, |turn| turn.pixels += value),
            Request::AxisDiscrete { axis, value, discrete, .. } => data.on_axis(pointer, axis, |turn| {
                turn.pixels += value;
                turn.v120 = Some(turn.v120.unwrap_or(0.0) + f64::from(discrete.clamp(-100, 100)) * 120.0);
            }),
            Request::AxisStop { axis, .. } => data.on_axis(pointer, axis, |turn| *turn = Turn::default()),
            Request::AxisSource { axis_source } => match axis_source.into_result() {
                Ok(source) => data.set_source(source),
                Err(_) => pointer.post_error(Error::InvalidAxisSource, "no such source"),
            },
            Request::Frame => {
                if let Some(motion) = data.take_axes() {
                    state.virtual_pointer(|event| InputEvent::PointerAxis { event }, motion);
                }
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut Self, _client: ClientId, _pointer: &ZwlrVirtualPointerV1, data: &Virtual) {
        let held = data.held.lock().map(|mut held| std::mem::take(&mut *held)).unwrap_or_default();
        held.into_iter().for_each(|button| state.virtual_button(button, false));
    }
}

impl Virtual {
    /// Whether a press or release is one.
    fn note_button(&self, button: u32, pressed: bool) -> bool {
        let Ok(mut held) = self.held.lock() else { return false };
        let before = held.contains(&button);
        if pressed && !before && held.len() < MAX_HELD {
            held.push(button);
            return true;
        }
        held.retain(|held| *held != button || pressed);
        !pressed && before
    }

    fn on_axis(&self, pointer: &ZwlrVirtualPointerV1, axis: WEnum<wl_pointer::Axis>, change: impl FnOnce(&mut Turn)) {
        let Ok(axis) = axis.into_result() else {
            pointer.post_error(Error::InvalidAxis, "no such axis");
            return;
        };
        if let Ok(mut axes) = self.axes.lock() {
            change(axes.turn(axis));
        }
    }

    fn set_source(&self, source: wl_pointer::AxisSource) {
        if let Ok(mut axes) = self.axes.lock() {
            axes.source = Some(match source {
                wl_pointer::AxisSource::Finger => AxisSource::Finger,
                wl_pointer::AxisSource::Continuous => AxisSource::Continuous,
                wl_pointer::AxisSource::WheelTilt => AxisSource::WheelTilt,
                _ => AxisSource::Wheel,
            });
        }
    }

    fn take_axes(&self) -> Option<AxisMotion> {
        let axes = self.axes.lock().map(|mut axes| std::mem::take(&mut *axes)).ok()?;
        if axes.horizontal.is_none() && axes.vertical.is_none() {
            return None;
        }
        let scroll = |turn: Option<Turn>| Scroll {
            pixels: turn.map(|turn| turn.pixels.clamp(-FARTHEST, FARTHEST)),
            v120: turn.and_then(|turn| turn.v120),
        };
        let source = axes.source.unwrap_or(AxisSource::Wheel);
        Some(AxisMotion { horizontal: scroll(axes.horizontal), vertical: scroll(axes.vertical), source })
    }
}

impl State {
    /// Positions that follow are about this output; about the first one where none is named.
    fn comes_from_output(&mut self, output: Option<&Output>) {
        let screen = output.and_then(|output| self.screens.iter().find(|screen| screen.output == *output));
        let id = screen.unwrap_or_else(|| self.screens.first()).id;
        self.come_from(id);
    }

    fn virtual_pointer<T>(&mut self, event: impl FnOnce(Remote<T>) -> InputEvent<RemoteInput>, what: T) {
        // No viewer has this number.
        let device = RemoteDevice { viewer: u32::MAX, kind: DeviceKind::Pointer };
        let time_us = self.clock.now().as_micros();
        self.process_input_event(event(Remote { time_us, device, what }));
    }

    fn virtual_button(&mut self, code: u32, pressed: bool) {
        let state = if pressed { ButtonState::Pressed } else { ButtonState::Released };
        self.virtual_pointer(|event| InputEvent::PointerButton { event }, Button { code, state });
    }
}
