//! How long things take.

use std::time::Duration;

/// Durations of the interface's own movements.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Timing {
    /// A zoom in.
    pub zoom_in: Duration,
    /// A zoom out.
    pub zoom_out: Duration,
    /// How a zoom gains and loses speed: the control points of a cubic Bézier curve, `x1 y1 x2 y2`.
    pub ease: [f64; 4],
    /// A pill that is pressed.
    pub press: Duration,
    /// Any other change of state.
    pub state: Duration,
    /// The prompt that changes its height.
    pub prompt_resize: Duration,
    /// What replaces every zoom when motion is reduced.
    pub crossfade: Duration,
    /// How long a dangerous thing is held until it is confirmed.
    pub hold: Duration,
    /// How long it takes to drain again when it is let go.
    pub hold_drain: Duration,
    /// One blink of an alert, half of it lit; 0 for none.
    pub alert_blink: Duration,
}
