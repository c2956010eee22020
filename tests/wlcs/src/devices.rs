//! The suite's mouse and finger: both act as the devices of a page.

use std::ffi::c_int;

use compositor::input::backend::{
    AbsoluteMotion, Button, DeviceKind, Position, RelativeMotion, Remote, RemoteDevice, RemoteInput, TouchAt,
    TouchFrame, TouchGone,
};
use smithay::backend::input::{ButtonState, InputEvent, TouchSlot};
use smithay::utils::{Clock, Monotonic};

use crate::ffi::{Fixed, Pointer, Touch};
use crate::server::{Commands, SIDE};

/// What a pointer to the hooks of a device points to in truth: they are the first of it.
#[repr(C)]
struct Device<Hooks> {
    hooks: Hooks,
    commands: Commands,
}

/// A mouse.
pub fn pointer(commands: Commands) -> *mut Pointer {
    let hooks =
        Pointer { version: 1, move_absolute, move_relative, button_up, button_down, destroy: destroy::<Pointer> };
    Box::into_raw(Box::new(Device { hooks, commands })).cast()
}

/// A finger.
pub fn touch(commands: Commands) -> *mut Touch {
    let hooks = Touch { version: 1, touch_down, touch_move, touch_up, destroy: destroy::<Touch> };
    Box::into_raw(Box::new(Device { hooks, commands })).cast()
}

extern "C" fn destroy<Hooks>(device: *mut Hooks) {
    // SAFETY: made by `pointer` or `touch` with `Box::into_raw`, and wlcs forgets it now.
    drop(unsafe { Box::from_raw(device.cast::<Device<Hooks>>()) });
}

/// Lets the owner of a device do something with it.
fn send<Hooks>(device: *mut Hooks, events: impl IntoIterator<Item = InputEvent<RemoteInput>> + Send + 'static) {
    // SAFETY: made by `pointer` or `touch`, and `destroy` has not been called.
    let device = unsafe { &*device.cast::<Device<Hooks>>() };
    device.commands.run(|desk| events.into_iter().for_each(|event| desk.input(event)));
}

fn remote<T>(kind: DeviceKind, what: T) -> Remote<T> {
    let time_us = Clock::<Monotonic>::new().now().as_micros();
    Remote { time_us, device: RemoteDevice { viewer: 0, kind }, what }
}

fn float(value: Fixed) -> f64 {
    f64::from(value) / 256.0
}

fn position(x: Fixed, y: Fixed) -> Position {
    Position { x: float(x) / f64::from(SIDE), y: float(y) / f64::from(SIDE) }
}

extern "C" fn move_absolute(pointer: *mut Pointer, x: Fixed, y: Fixed) {
    let event = remote(DeviceKind::Pointer, AbsoluteMotion(position(x, y)));
    send(pointer, [InputEvent::PointerMotionAbsolute { event }]);
}

extern "C" fn move_relative(pointer: *mut Pointer, dx: Fixed, dy: Fixed) {
    let event = remote(DeviceKind::Pointer, RelativeMotion { dx: float(dx), dy: float(dy) });
    send(pointer, [InputEvent::PointerMotion { event }]);
}

extern "C" fn button_up(pointer: *mut Pointer, button: c_int) {
    press(pointer, button, ButtonState::Released);
}

extern "C" fn button_down(pointer: *mut Pointer, button: c_int) {
    press(pointer, button, ButtonState::Pressed);
}

fn press(pointer: *mut Pointer, button: c_int, state: ButtonState) {
    let event = remote(DeviceKind::Pointer, Button { code: button.unsigned_abs(), state });
    send(pointer, [InputEvent::PointerButton { event }]);
}

/// The suite tells a finger's place in whole points, whatever its header says.
fn whole(x: Fixed, y: Fixed) -> Position {
    Position { x: f64::from(x) / f64::from(SIDE), y: f64::from(y) / f64::from(SIDE) }
}

/// The suite's finger; it has one for each device.
fn slot() -> TouchSlot {
    TouchSlot::from(Some(0))
}

fn frame() -> InputEvent<RemoteInput> {
    InputEvent::TouchFrame { event: remote(DeviceKind::Touch, TouchFrame) }
}

extern "C" fn touch_down(touch: *mut Touch, x: Fixed, y: Fixed) {
    let event = remote(DeviceKind::Touch, TouchAt { slot: slot(), at: whole(x, y) });
    send(touch, [InputEvent::TouchDown { event }, frame()]);
}

extern "C" fn touch_move(touch: *mut Touch, x: Fixed, y: Fixed) {
    let event = remote(DeviceKind::Touch, TouchAt { slot: slot(), at: whole(x, y) });
    send(touch, [InputEvent::TouchMotion { event }, frame()]);
}

extern "C" fn touch_up(touch: *mut Touch) {
    let event = remote(DeviceKind::Touch, TouchGone { slot: slot() });
    send(touch, [InputEvent::TouchUp { event }, frame()]);
}
