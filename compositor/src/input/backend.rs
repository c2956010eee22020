//! [`RemoteInput`]: what the pages do, as events of smithay's [`InputBackend`], the same that libinput gives.
//!
//! Whoever handles input sees no difference between a mouse on the machine and one in a browser; that is the point of
//! this module, which holds data and no policy. Positions stay normalised (0 to 1) until the handler asks for them in
//! the space of an output with [`AbsolutePositionEvent::position_transformed`]: between the message and its handling
//! the picture may have got another size.
//!
//! Hold gestures, switches and the pen's buttons have no message, so they are [`UnusedEvent`]s.

mod pen;

use std::path::PathBuf;

use smithay::backend::input::{
    AbsolutePositionEvent, Axis, AxisRelativeDirection, AxisSource, ButtonState, Device, DeviceCapability, Event,
    GestureBeginEvent, GestureEndEvent, GesturePinchBeginEvent, GesturePinchEndEvent, GesturePinchUpdateEvent,
    GestureSwipeBeginEvent, GestureSwipeEndEvent, GestureSwipeUpdateEvent, InputBackend, KeyState, KeyboardKeyEvent,
    PointerAxisEvent, PointerButtonEvent, PointerMotionAbsoluteEvent, PointerMotionEvent, ProximityState,
    TabletToolTipState, TouchCancelEvent, TouchDownEvent, TouchEvent, TouchFrameEvent, TouchMotionEvent, TouchSlot,
    TouchUpEvent, UnusedEvent,
};
use smithay::input::keyboard::Keycode;

pub use self::pen::{Pen, PenMoved, PenState, pen_tool};

/// The input of all pages. Never made: it only names the types of its events.
#[derive(Debug)]
pub enum RemoteInput {}

/// What a device of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// Keys.
    Keyboard,
    /// Mouse or touch pad, with its gestures.
    Pointer,
    /// Fingers on the screen.
    Touch,
    /// A stylus.
    Pen,
}

/// A device of one viewer. It costs nothing to make, so it is made anew for each event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RemoteDevice {
    /// Tells the viewers apart for as long as they are here; small numbers, used again after a viewer has left.
    pub viewer: u32,
    /// Which of the viewer's devices.
    pub kind: DeviceKind,
}

impl Device for RemoteDevice {
    fn id(&self) -> String {
        format!("{:?} of viewer {}", self.kind, self.viewer)
    }

    // The same for every viewer: smithay keeps a tablet for each name it has ever seen, so a name with the viewer's
    // number in it would let them pile up.
    fn name(&self) -> String {
        let name = match self.kind {
            DeviceKind::Keyboard => "TOS keyboard",
            DeviceKind::Pointer => "TOS pointer",
            DeviceKind::Touch => "TOS touch screen",
            DeviceKind::Pen => "TOS pen",
        };
        name.to_owned()
    }

    fn has_capability(&self, capability: DeviceCapability) -> bool {
        match self.kind {
            DeviceKind::Keyboard => capability == DeviceCapability::Keyboard,
            DeviceKind::Pointer => matches!(capability, DeviceCapability::Pointer | DeviceCapability::Gesture),
            DeviceKind::Touch => capability == DeviceCapability::Touch,
            DeviceKind::Pen => capability == DeviceCapability::TabletTool,
        }
    }

    fn usb_id(&self) -> Option<(u32, u32)> {
        None
    }

    fn syspath(&self) -> Option<PathBuf> {
        None
    }
}

/// An event: what happened, when, and on which device.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Remote<T> {
    /// Microseconds of the session's monotonic clock: when the message was read, as clocks of pages cannot be trusted.
    pub time_us: u64,
    /// Where.
    pub device: RemoteDevice,
    /// What.
    pub what: T,
}

impl<T> Event<RemoteInput> for Remote<T> {
    fn time(&self) -> u64 {
        self.time_us
    }

    fn device(&self) -> RemoteDevice {
        self.device
    }
}

/// A place on the picture, normalised: 0 is the left or top edge, 1 the right or bottom one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Normalised.
    pub x: f64,
    /// Normalised.
    pub y: f64,
}

/// What has a place on the picture.
pub trait Placed {
    /// Where it is.
    fn place(&self) -> Position;
}

impl<T: Placed> AbsolutePositionEvent<RemoteInput> for Remote<T> {
    fn x(&self) -> f64 {
        self.what.place().x
    }

    fn y(&self) -> f64 {
        self.what.place().y
    }

    fn x_transformed(&self, width: i32) -> f64 {
        self.x() * f64::from(width)
    }

    fn y_transformed(&self, height: i32) -> f64 {
        self.y() * f64::from(height)
    }
}

/// A key went down or up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// As XKB numbers it.
    pub code: Keycode,
    /// Down or up.
    pub state: KeyState,
    /// Keys held down now, by all viewers together.
    pub held: u32,
}

impl KeyboardKeyEvent<RemoteInput> for Remote<Key> {
    fn key_code(&self) -> Keycode {
        self.what.code
    }

    fn state(&self) -> KeyState {
        self.what.state
    }

    fn count(&self) -> u32 {
        self.what.held
    }
}

/// The locked pointer moved by this much. Browsers have accelerated it already and keep the raw distance to themselves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RelativeMotion {
    /// Logical pixels to the right.
    pub dx: f64,
    /// Logical pixels down.
    pub dy: f64,
}

impl PointerMotionEvent<RemoteInput> for Remote<RelativeMotion> {
    fn delta_x(&self) -> f64 {
        self.what.dx
    }

    fn delta_y(&self) -> f64 {
        self.what.dy
    }

    fn delta_x_unaccel(&self) -> f64 {
        self.what.dx
    }

    fn delta_y_unaccel(&self) -> f64 {
        self.what.dy
    }
}

/// The pointer is here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AbsoluteMotion(pub Position);

impl Placed for AbsoluteMotion {
    fn place(&self) -> Position {
        self.0
    }
}

impl PointerMotionAbsoluteEvent<RemoteInput> for Remote<AbsoluteMotion> {}

/// A mouse button went down or up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Button {
    /// A `BTN_` constant of Linux.
    pub code: u32,
    /// Down or up.
    pub state: ButtonState,
}

impl PointerButtonEvent<RemoteInput> for Remote<Button> {
    fn button_code(&self) -> u32 {
        self.what.code
    }

    fn state(&self) -> ButtonState {
        self.what.state
    }
}

/// How far one axis was scrolled. Both are `None` on an axis that was not.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scroll {
    /// Logical pixels; 0 says that the scrolling has ended. `None` for a wheel, whose step the handler chooses: what
    /// browsers give for a notch is a distance in a web page.
    pub pixels: Option<f64>,
    /// 120ths of a notch, for a wheel.
    pub v120: Option<f64>,
}

/// The wheel was turned, or fingers scrolled on a touch pad.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AxisMotion {
    /// To the right.
    pub horizontal: Scroll,
    /// Down.
    pub vertical: Scroll,
    /// What did it.
    pub source: AxisSource,
}

impl AxisMotion {
    fn on(&self, axis: Axis) -> Scroll {
        match axis {
            Axis::Horizontal => self.horizontal,
            Axis::Vertical => self.vertical,
        }
    }
}

impl PointerAxisEvent<RemoteInput> for Remote<AxisMotion> {
    fn amount(&self, axis: Axis) -> Option<f64> {
        self.what.on(axis).pixels
    }

    fn amount_v120(&self, axis: Axis) -> Option<f64> {
        self.what.on(axis).v120
    }

    fn source(&self) -> AxisSource {
        self.what.source
    }

    // Browsers apply "natural scrolling" before a page sees the wheel, and do not tell.
    fn relative_direction(&self, _axis: Axis) -> AxisRelativeDirection {
        AxisRelativeDirection::Identical
    }
}

/// A gesture began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GestureBegin {
    /// How many.
    pub fingers: u32,
}

impl GestureBeginEvent<RemoteInput> for Remote<GestureBegin> {
    fn fingers(&self) -> u32 {
        self.what.fingers
    }
}

impl GestureSwipeBeginEvent<RemoteInput> for Remote<GestureBegin> {}
impl GesturePinchBeginEvent<RemoteInput> for Remote<GestureBegin> {}

/// A gesture ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GestureEnd {
    /// It does not count.
    pub cancelled: bool,
}

impl GestureEndEvent<RemoteInput> for Remote<GestureEnd> {
    fn cancelled(&self) -> bool {
        self.what.cancelled
    }
}

impl GestureSwipeEndEvent<RemoteInput> for Remote<GestureEnd> {}
impl GesturePinchEndEvent<RemoteInput> for Remote<GestureEnd> {}

/// The fingers of a swipe moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SwipeUpdate {
    /// Logical pixels to the right since the last event.
    pub dx: f64,
    /// Logical pixels down since the last event.
    pub dy: f64,
}

impl GestureSwipeUpdateEvent<RemoteInput> for Remote<SwipeUpdate> {
    fn delta_x(&self) -> f64 {
        self.what.dx
    }

    fn delta_y(&self) -> f64 {
        self.what.dy
    }
}

/// The fingers of a pinch moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PinchUpdate {
    /// Logical pixels to the right since the last event, of the centre.
    pub dx: f64,
    /// Logical pixels down since the last event, of the centre.
    pub dy: f64,
    /// Spread of the fingers over that at the beginning.
    pub scale: f64,
    /// Degrees clockwise since the last event.
    pub rotation: f64,
}

impl GesturePinchUpdateEvent<RemoteInput> for Remote<PinchUpdate> {
    fn delta_x(&self) -> f64 {
        self.what.dx
    }

    fn delta_y(&self) -> f64 {
        self.what.dy
    }

    fn scale(&self) -> f64 {
        self.what.scale
    }

    fn rotation(&self) -> f64 {
        self.what.rotation
    }
}

/// A finger landed, or moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TouchAt {
    /// Names the finger among those of all viewers.
    pub slot: TouchSlot,
    /// Where.
    pub at: Position,
}

impl Placed for TouchAt {
    fn place(&self) -> Position {
        self.at
    }
}

impl TouchEvent<RemoteInput> for Remote<TouchAt> {
    fn slot(&self) -> TouchSlot {
        self.what.slot
    }
}

impl TouchDownEvent<RemoteInput> for Remote<TouchAt> {}
impl TouchMotionEvent<RemoteInput> for Remote<TouchAt> {}

/// A finger was lifted, or all of them were taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TouchGone {
    /// Names the finger among those of all viewers.
    pub slot: TouchSlot,
}

impl TouchEvent<RemoteInput> for Remote<TouchGone> {
    fn slot(&self) -> TouchSlot {
        self.what.slot
    }
}

impl TouchUpEvent<RemoteInput> for Remote<TouchGone> {}
impl TouchCancelEvent<RemoteInput> for Remote<TouchGone> {}

/// What one message said of the fingers is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TouchFrame;

impl TouchFrameEvent<RemoteInput> for Remote<TouchFrame> {}

impl InputBackend for RemoteInput {
    type Device = RemoteDevice;
    type KeyboardKeyEvent = Remote<Key>;
    type PointerAxisEvent = Remote<AxisMotion>;
    type PointerButtonEvent = Remote<Button>;
    type PointerMotionEvent = Remote<RelativeMotion>;
    type PointerMotionAbsoluteEvent = Remote<AbsoluteMotion>;
    type GestureSwipeBeginEvent = Remote<GestureBegin>;
    type GestureSwipeUpdateEvent = Remote<SwipeUpdate>;
    type GestureSwipeEndEvent = Remote<GestureEnd>;
    type GesturePinchBeginEvent = Remote<GestureBegin>;
    type GesturePinchUpdateEvent = Remote<PinchUpdate>;
    type GesturePinchEndEvent = Remote<GestureEnd>;
    type GestureHoldBeginEvent = UnusedEvent;
    type GestureHoldEndEvent = UnusedEvent;
    type TouchDownEvent = Remote<TouchAt>;
    type TouchUpEvent = Remote<TouchGone>;
    type TouchMotionEvent = Remote<TouchAt>;
    type TouchCancelEvent = Remote<TouchGone>;
    type TouchFrameEvent = Remote<TouchFrame>;
    type TabletToolAxisEvent = Remote<Pen<PenMoved>>;
    type TabletToolProximityEvent = Remote<Pen<ProximityState>>;
    type TabletToolTipEvent = Remote<Pen<TabletToolTipState>>;
    type TabletToolButtonEvent = UnusedEvent;
    type SwitchToggleEvent = UnusedEvent;
    type SpecialEvent = UnusedEvent;
}
