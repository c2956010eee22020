//! [`Decoder`]: messages of pages to input events.
//!
//! Messages come parsed, clamped, allowed for their viewer's role and in order; what remains to distrust is their sense,
//! and that is kept by the books of [`super::held`]. Whatever a page sends, each press that leaves here is followed by
//! one release, at the latest with [`Decoder::release_all`].

use smithay::backend::input::{Axis, AxisSource, ButtonState, InputEvent, KeyState, TouchSlot};
use streamer::ViewerId;
use streamer::protocol::{FromPage, Phase, TouchPoint, WheelSource};

use super::backend::{
    AbsoluteMotion, AxisMotion, Button, DeviceKind, GestureBegin, GestureEnd, Key, PenState, PinchUpdate, Position,
    RelativeMotion, RemoteInput, Scroll, SwipeUpdate, TouchAt, TouchFrame, TouchGone,
};
use super::emit::Emit;
use super::held::{Fingers, Holders, Numbers};
use super::keycodes::EvdevKey;
use super::pen::PenHolder;

/// Most fingers a gesture is said to have; nobody has more.
const MAX_GESTURE_FINGERS: u8 = 10;

/// DOM `MouseEvent.button` by its index: `BTN_LEFT`, `BTN_MIDDLE`, `BTN_RIGHT`, `BTN_SIDE` (back), `BTN_EXTRA` (forward).
const BUTTONS: [u32; 5] = [0x110, 0x112, 0x111, 0x113, 0x114];

/// A gesture of the pointer. The seat can be told of one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gesture {
    Pinch,
    Swipe,
}

/// Makes input events of messages, and knows what every viewer holds down. `V` names a viewer.
#[derive(Debug)]
pub struct Decoder<V = ViewerId> {
    numbers: Numbers<V>,
    keys: Holders<V, EvdevKey>,
    buttons: Holders<V, u32>,
    /// Scrolls by finger that have not been told to have ended.
    scrolls: Holders<V, Axis>,
    fingers: Fingers<V>,
    gesture: Option<(V, Gesture)>,
    pen: PenHolder<V>,
}

impl<V> Default for Decoder<V> {
    fn default() -> Self {
        Self {
            numbers: Numbers::default(),
            keys: Holders::default(),
            buttons: Holders::default(),
            scrolls: Holders::default(),
            fingers: Fingers::default(),
            gesture: None,
            pen: PenHolder::default(),
        }
    }
}

impl<V: Copy + PartialEq> Decoder<V> {
    /// The events that `message` of `viewer` means, at `time_us` (microseconds of the session's monotonic clock).
    ///
    /// Messages that are no input (size, clipboard, layout, ping) and [`FromPage::Text`], which is typed by
    /// [`super::typing`], make none.
    pub fn decode(&mut self, viewer: V, message: &FromPage, time_us: u64) -> Vec<InputEvent<RemoteInput>> {
        let mut emit = Emit::new(self.numbers.of(viewer), time_us);
        match *message {
            FromPage::Motion { x, y, .. } => motion(Position { x, y }, &mut emit),
            FromPage::Relative { dx, dy, .. } => {
                let event = emit.remote(DeviceKind::Pointer, RelativeMotion { dx, dy });
                emit.push(InputEvent::PointerMotion { event });
            }
            FromPage::Button { button, pressed, x, y, .. } => {
                let at = x.zip(y).map(|(x, y)| Position { x, y });
                self.button(viewer, button, pressed, at, &mut emit);
            }
            FromPage::Wheel { dx, dy, v120_x, v120_y, source, stop } => {
                if source == WheelSource::Wheel && (v120_x != 0 || v120_y != 0) {
                    notches(v120_x, v120_y, &mut emit);
                } else {
                    self.scroll(viewer, dx, dy, source, &mut emit);
                }
                if stop {
                    let release = |axis| self.scrolls.release(viewer, axis).then_some(axis);
                    let ended = [Axis::Horizontal, Axis::Vertical].into_iter().filter_map(release).collect();
                    stop_scrolling(ended, &mut emit);
                }
            }
            FromPage::Key { ref code, pressed, .. } => self.key(viewer, code, pressed, &mut emit),
            FromPage::Touch { ref points, .. } => self.touch(viewer, points, &mut emit),
            FromPage::Pinch { phase, fingers, dx, dy, scale, rotation } => {
                let update = emit.remote(DeviceKind::Pointer, PinchUpdate { dx, dy, scale, rotation });
                let update = InputEvent::GesturePinchUpdate { event: update };
                self.gesture(viewer, Gesture::Pinch, phase, fingers, update, &mut emit);
            }
            FromPage::Swipe { phase, fingers, dx, dy } => {
                let update = emit.remote(DeviceKind::Pointer, SwipeUpdate { dx, dy });
                let update = InputEvent::GestureSwipeUpdate { event: update };
                self.gesture(viewer, Gesture::Swipe, phase, fingers, update, &mut emit);
            }
            FromPage::Pen { phase, x, y, pressure, tilt_x, tilt_y, eraser } => {
                let now = PenState { at: Position { x, y }, pressure, tilt: (tilt_x, tilt_y), eraser };
                self.pen.handle(viewer, phase, now, &mut emit);
            }
            FromPage::Text { .. }
            | FromPage::Resize { .. }
            | FromPage::Blur
            | FromPage::LeaveLock
            | FromPage::Clipboard { .. }
            | FromPage::FileDrag { .. }
            | FromPage::FileDrop { .. }
            | FromPage::Layout { .. }
            | FromPage::Activate { .. }
            | FromPage::FocusNode { .. }
            | FromPage::Command { .. }
            | FromPage::Stage { .. }
            | FromPage::Commit { .. }
            | FromPage::Discard { .. }
            | FromPage::ReducedMotion { .. }
            | FromPage::Ping { .. } => {}
        }
        emit.events()
    }

    /// Releases everything that `viewer` holds: the page lost the focus, or is gone. Gestures and touches do not count.
    pub fn release_all(&mut self, viewer: V, time_us: u64) -> Vec<InputEvent<RemoteInput>> {
        let mut emit = Emit::new(self.numbers.of(viewer), time_us);
        let keys = self.keys.release_all(viewer);
        // They go up one by one, so the count of those still down falls with each.
        for (left, key) in (self.keys.count()..self.keys.count() + keys.len()).rev().zip(keys) {
            push_key(key, KeyState::Released, left, &mut emit);
        }
        for code in self.buttons.release_all(viewer) {
            push_button(code, ButtonState::Released, &mut emit);
        }
        stop_scrolling(self.scrolls.release_all(viewer), &mut emit);
        if self.take_away_fingers(viewer, &mut emit) {
            push_touch_frame(&mut emit);
        }
        if let Some((_, gesture)) = self.gesture.take_if(|(by, _)| *by == viewer) {
            push_gesture_end(gesture, true, &mut emit);
        }
        self.pen.release(viewer, &mut emit);
        self.numbers.forget(viewer);
        emit.events()
    }

    fn key(&mut self, viewer: V, code: &str, pressed: bool, emit: &mut Emit) {
        let Some(key) = EvdevKey::from_code(code) else { return };
        let heard = if pressed { self.keys.press(viewer, key) } else { self.keys.release(viewer, key) };
        if heard {
            let state = if pressed { KeyState::Pressed } else { KeyState::Released };
            push_key(key, state, self.keys.count(), emit);
        }
    }

    fn button(&mut self, viewer: V, button: u8, pressed: bool, at: Option<Position>, emit: &mut Emit) {
        let Some(&code) = BUTTONS.get(usize::from(button)) else { return };
        let heard = if pressed { self.buttons.press(viewer, code) } else { self.buttons.release(viewer, code) };
        if heard {
            // Motion has a channel of its own, which may be behind: the click must not land where the pointer was.
            if let Some(at) = at {
                motion(at, emit);
            }
            push_button(code, if pressed { ButtonState::Pressed } else { ButtonState::Released }, emit);
        }
    }

    fn scroll(&mut self, viewer: V, dx: f64, dy: f64, source: WheelSource, emit: &mut Emit) {
        let scroll = |pixels: f64| Scroll { pixels: (pixels != 0.0).then_some(pixels), v120: None };
        let (horizontal, vertical) = (scroll(dx), scroll(dy));
        if horizontal.pixels.is_none() && vertical.pixels.is_none() {
            return;
        }
        let source = match source {
            WheelSource::Finger => AxisSource::Finger,
            // A wheel promises 120ths; pixels without them are a continuous device's.
            WheelSource::Wheel => AxisSource::Continuous,
        };
        if source == AxisSource::Finger {
            for (axis, scroll) in [(Axis::Horizontal, horizontal), (Axis::Vertical, vertical)] {
                if scroll.pixels.is_some() {
                    self.scrolls.press(viewer, axis);
                }
            }
        }
        push_axis(AxisMotion { horizontal, vertical, source }, emit);
    }

    fn touch(&mut self, viewer: V, points: &[TouchPoint], emit: &mut Emit) {
        let mut framed = true;
        for point in points {
            let at = Position { x: point.x, y: point.y };
            match point.phase {
                Phase::Begin => {
                    let Some(slot) = self.fingers.land(viewer, point.id) else { continue };
                    let event = emit.remote(DeviceKind::Touch, TouchAt { slot: Some(slot).into(), at });
                    emit.push(InputEvent::TouchDown { event });
                    framed = false;
                }
                Phase::Update => {
                    let Some(slot) = self.fingers.slot(viewer, point.id) else { continue };
                    let event = emit.remote(DeviceKind::Touch, TouchAt { slot: Some(slot).into(), at });
                    emit.push(InputEvent::TouchMotion { event });
                    framed = false;
                }
                Phase::End => {
                    let Some(slot) = self.fingers.lift(viewer, point.id) else { continue };
                    push_touch_up(slot, emit);
                    framed = false;
                }
                Phase::Cancel => {
                    if self.fingers.slot(viewer, point.id).is_some() {
                        framed = !self.take_away_fingers(viewer, emit);
                    }
                }
            }
        }
        if !framed {
            push_touch_frame(emit);
        }
    }

    /// Takes all fingers of `viewer` off without their counting. True if the seat waits for a frame event now.
    ///
    /// Wayland can only cancel all fingers of the seat, so while another viewer touches too, they are lifted instead.
    fn take_away_fingers(&mut self, viewer: V, emit: &mut Emit) -> bool {
        let slots = self.fingers.lift_all(viewer);
        let Some(&first) = slots.first() else { return false };
        let others = self.fingers.shared_with_others(viewer);
        if others {
            slots.into_iter().for_each(|slot| push_touch_up(slot, emit));
        } else {
            let event = emit.remote(DeviceKind::Touch, TouchGone { slot: Some(first).into() });
            emit.push(InputEvent::TouchCancel { event });
        }
        others
    }

    /// One gesture at a time on the seat; those that come while another is under way are not heard.
    fn gesture(
        &mut self,
        viewer: V,
        gesture: Gesture,
        phase: Phase,
        fingers: u8,
        update: InputEvent<RemoteInput>,
        emit: &mut Emit,
    ) {
        let ours = self.gesture == Some((viewer, gesture));
        match phase {
            Phase::Begin if self.gesture.is_none() => {
                self.gesture = Some((viewer, gesture));
                let begin = GestureBegin { fingers: fingers.clamp(2, MAX_GESTURE_FINGERS).into() };
                let event = emit.remote(DeviceKind::Pointer, begin);
                emit.push(match gesture {
                    Gesture::Pinch => InputEvent::GesturePinchBegin { event },
                    Gesture::Swipe => InputEvent::GestureSwipeBegin { event },
                });
            }
            Phase::Update if ours => emit.push(update),
            Phase::End | Phase::Cancel if ours => {
                self.gesture = None;
                push_gesture_end(gesture, phase == Phase::Cancel, emit);
            }
            _ => {}
        }
    }
}

/// The number by which a page wants to hear when `message` shows in the picture.
pub fn marker(message: &FromPage) -> Option<u32> {
    match *message {
        FromPage::Button { id, .. } | FromPage::Key { id, .. } | FromPage::Touch { id, .. } => (id != 0).then_some(id),
        _ => None,
    }
}

fn motion(at: Position, emit: &mut Emit) {
    let event = emit.remote(DeviceKind::Pointer, AbsoluteMotion(at));
    emit.push(InputEvent::PointerMotionAbsolute { event });
}

fn notches(v120_x: i32, v120_y: i32, emit: &mut Emit) {
    let scroll = |v120: i32| Scroll { pixels: None, v120: (v120 != 0).then_some(f64::from(v120)) };
    let (horizontal, vertical) = (scroll(v120_x), scroll(v120_y));
    push_axis(AxisMotion { horizontal, vertical, source: AxisSource::Wheel }, emit);
}

fn stop_scrolling(axes: Vec<Axis>, emit: &mut Emit) {
    if !axes.is_empty() {
        let end = |axis| Scroll { pixels: axes.contains(&axis).then_some(0.0), v120: None };
        let (horizontal, vertical) = (end(Axis::Horizontal), end(Axis::Vertical));
        push_axis(AxisMotion { horizontal, vertical, source: AxisSource::Finger }, emit);
    }
}

fn push_axis(motion: AxisMotion, emit: &mut Emit) {
    let event = emit.remote(DeviceKind::Pointer, motion);
    emit.push(InputEvent::PointerAxis { event });
}

fn push_key(key: EvdevKey, state: KeyState, held: usize, emit: &mut Emit) {
    let held = u32::try_from(held).unwrap_or(u32::MAX);
    let event = emit.remote(DeviceKind::Keyboard, Key { code: key.keycode(), state, held });
    emit.push(InputEvent::Keyboard { event });
}

fn push_button(code: u32, state: ButtonState, emit: &mut Emit) {
    let event = emit.remote(DeviceKind::Pointer, Button { code, state });
    emit.push(InputEvent::PointerButton { event });
}

fn push_touch_up(slot: u32, emit: &mut Emit) {
    let event = emit.remote(DeviceKind::Touch, TouchGone { slot: TouchSlot::from(Some(slot)) });
    emit.push(InputEvent::TouchUp { event });
}

fn push_touch_frame(emit: &mut Emit) {
    let event = emit.remote(DeviceKind::Touch, TouchFrame);
    emit.push(InputEvent::TouchFrame { event });
}

fn push_gesture_end(gesture: Gesture, cancelled: bool, emit: &mut Emit) {
    let event = emit.remote(DeviceKind::Pointer, GestureEnd { cancelled });
    emit.push(match gesture {
        Gesture::Pinch => InputEvent::GesturePinchEnd { event },
        Gesture::Swipe => InputEvent::GestureSwipeEnd { event },
    });
}
