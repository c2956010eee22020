//! The pen's events. All viewers share one tool and one tablet: smithay keeps every tool it has seen for good.

use smithay::backend::input::{
    ProximityState, TabletToolAxisEvent, TabletToolCapabilities, TabletToolDescriptor, TabletToolEvent,
    TabletToolProximityEvent, TabletToolTipEvent, TabletToolTipState, TabletToolType,
};

use super::{Placed, Position, Remote, RemoteInput};

/// How a pen is held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PenState {
    /// Where its tip is, or would touch.
    pub at: Position,
    /// 0 to 1; 0 while it does not touch.
    pub pressure: f64,
    /// Degrees from upright, to the right and towards the user.
    pub tilt: (f64, f64),
    /// It is the other end, which erases.
    pub eraser: bool,
}

/// A pen did `T`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen<T> {
    /// How it is held now.
    pub now: PenState,
    /// Whether the pressure differs from that of the event before.
    pub pressure_changed: bool,
    /// Whether the tilt (to the right, towards the user) differs from that of the event before.
    pub tilt_changed: (bool, bool),
    /// What it did.
    pub did: T,
}

/// The tools that pages have, the two ends of a pen: which pen it is, browsers do not tell.
pub fn pen_tool(eraser: bool) -> TabletToolDescriptor {
    TabletToolDescriptor {
        tool_type: if eraser { TabletToolType::Eraser } else { TabletToolType::Pen },
        hardware_serial: 0,
        hardware_id_wacom: 0,
        capabilities: TabletToolCapabilities::TILT | TabletToolCapabilities::PRESSURE,
    }
}

impl<T> Placed for Pen<T> {
    fn place(&self) -> Position {
        self.now.at
    }
}

impl<T> TabletToolEvent<RemoteInput> for Remote<Pen<T>> {
    fn tool(&self) -> TabletToolDescriptor {
        pen_tool(self.what.now.eraser)
    }

    // A pen of a page is absolute; how many pixels it moved, only the handler knows, which has the output's size.
    fn delta_x(&self) -> f64 {
        0.0
    }

    fn delta_y(&self) -> f64 {
        0.0
    }

    fn pressure(&self) -> f64 {
        self.what.now.pressure
    }

    fn pressure_has_changed(&self) -> bool {
        self.what.pressure_changed
    }

    fn tilt_x(&self) -> f64 {
        self.what.now.tilt.0
    }

    fn tilt_x_has_changed(&self) -> bool {
        self.what.tilt_changed.0
    }

    fn tilt_y(&self) -> f64 {
        self.what.now.tilt.1
    }

    fn tilt_y_has_changed(&self) -> bool {
        self.what.tilt_changed.1
    }

    // What follows, browsers do not report, so the tool does not claim to have it.
    fn distance(&self) -> f64 {
        0.0
    }

    fn distance_has_changed(&self) -> bool {
        false
    }

    fn slider_position(&self) -> f64 {
        0.0
    }

    fn slider_has_changed(&self) -> bool {
        false
    }

    fn rotation(&self) -> f64 {
        0.0
    }

    fn rotation_has_changed(&self) -> bool {
        false
    }

    fn wheel_delta(&self) -> f64 {
        0.0
    }

    fn wheel_delta_discrete(&self) -> i32 {
        0
    }

    fn wheel_has_changed(&self) -> bool {
        false
    }
}

/// It moved, or is held in another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PenMoved;

impl TabletToolAxisEvent<RemoteInput> for Remote<Pen<PenMoved>> {}

impl TabletToolProximityEvent<RemoteInput> for Remote<Pen<ProximityState>> {
    fn state(&self) -> ProximityState {
        self.what.did
    }
}

impl TabletToolTipEvent<RemoteInput> for Remote<Pen<TabletToolTipState>> {
    fn tip_state(&self) -> TabletToolTipState {
        self.what.did
    }
}
