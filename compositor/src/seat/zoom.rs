//! Wheel and pinch on the interface drive the camera: in and out continuously, and on to the nearest level when let go.

use std::time::{Duration, Instant};

use calloop::timer::{TimeoutAction, Timer};
use lcars_ui::hierarchy::ViewportId;
use smithay::utils::{Logical, Point};

use crate::shell;
use crate::state::State;

/// What a wheel has to turn for one level, logical pixels: three notches.
const WHEEL_LEVEL: f64 = 360.0;
/// A wheel that rests this long has been let go.
const WHEEL_RESTS: Duration = Duration::from_millis(160);
/// Fingers that are spread to this many times their distance go one level in.
const PINCH_LEVEL: f64 = 2.0;
/// Velocity counts what happened in this last stretch of time.
const VELOCITY_OVER: Duration = Duration::from_millis(120);
/// Fastest that is believed, levels a second.
const FASTEST: f64 = 20.0;

/// A camera in hand.
#[derive(Debug)]
pub(crate) struct Hold {
    viewport: ViewportId,
    /// When and by how much it was pulled, levels; only the latest.
    pulls: Vec<(Instant, f64)>,
    /// It is the wheel's, and lets go by itself at this time.
    until: Option<Instant>,
    /// Logarithm of the pinch's scale at the last update.
    spread: f64,
}

impl Hold {
    /// Whose camera it is.
    pub(crate) fn viewport(&self) -> ViewportId {
        self.viewport
    }

    fn velocity(&self, now: Instant) -> f64 {
        let recent = self.pulls.iter().filter(|(at, _)| now.saturating_duration_since(*at) <= VELOCITY_OVER);
        let levels: f64 = recent.map(|(_, levels)| levels).sum();
        (levels / VELOCITY_OVER.as_secs_f64()).clamp(-FASTEST, FASTEST)
    }
}

impl State {
    /// Takes the camera of the pane at a point in hand, or keeps the one that is.
    fn hold_camera(&mut self, at: Point<f64, Logical>) -> bool {
        if self.hold.is_some() {
            return true;
        }
        if self.lock.is_locked() {
            return false;
        }
        let screen = self.screens.at(at);
        let at = shell::point(screen.local(at));
        let output = self.shell.desktop.output(screen.id);
        let Some(viewport) = output.and_then(|output| output.pane_at(at)) else { return false };
        let into = screen.tile_at(at);
        let now = self.shell.now();
        if let Err(refused) = self.shell.desktop.grab(viewport, into, now) {
            tracing::debug!(%refused, "the camera was not taken in hand");
            return false;
        }
        self.hold = Some(Hold { viewport, pulls: Vec::new(), until: None, spread: 0.0 });
        true
    }

    fn pull_camera(&mut self, levels: f64, at: Instant) {
        let Some(hold) = &mut self.hold else { return };
        hold.pulls.retain(|(then, _)| at.saturating_duration_since(*then) <= VELOCITY_OVER);
        hold.pulls.push((at, levels));
        let (viewport, now) = (hold.viewport, self.shell.time(at));
        if let Err(refused) = self.shell.desktop.pull(viewport, levels, now) {
            tracing::debug!(%refused, "the camera was not moved");
        }
        self.shell.outdated = true;
        self.screens.damage();
    }

    fn release_camera(&mut self) {
        let Some(hold) = self.hold.take() else { return };
        let at = Instant::now();
        let (velocity, now) = (hold.velocity(at), self.shell.time(at));
        match self.shell.desktop.release(hold.viewport, velocity, now) {
            Ok(effects) => self.carry_out(effects),
            Err(refused) => tracing::debug!(%refused, "the camera was not let go"),
        }
        self.shell.outdated = true;
        self.screens.damage();
    }

    /// The wheel turned over the interface: up goes in, down goes out.
    pub(super) fn wheel_zoom(&mut self, at: Point<f64, Logical>, amount: f64) {
        if amount == 0.0 || !self.hold_camera(at) {
            return;
        }
        let now = Instant::now();
        self.pull_camera(-amount / WHEEL_LEVEL, now);
        let armed = self.hold.as_mut().and_then(|hold| hold.until.replace(now + WHEEL_RESTS)).is_some();
        if armed {
            return;
        }
        let timer = Timer::from_duration(WHEEL_RESTS);
        let inserted = self.handle.insert_source(timer, |_, (), state: &mut State| {
            match state.hold.as_ref().and_then(|hold| hold.until) {
                Some(until) if until > Instant::now() => TimeoutAction::ToInstant(until),
                Some(_) => {
                    state.release_camera();
                    TimeoutAction::Drop
                }
                None => TimeoutAction::Drop,
            }
        });
        if let Err(error) = inserted {
            tracing::error!(%error, "no timer for the wheel");
            self.release_camera();
        }
    }

    /// Fingers begin to move apart or together. Returns whether the camera takes it.
    pub(super) fn pinch_zoom_begin(&mut self, at: Point<f64, Logical>) -> bool {
        self.hold_camera(at)
    }

    /// Fingers are this many times as far apart as they began.
    pub(super) fn pinch_zoom(&mut self, scale: f64) {
        let Some(hold) = &mut self.hold else { return };
        let spread = scale.clamp(0.01, 100.0).log(PINCH_LEVEL);
        let levels = spread - std::mem::replace(&mut hold.spread, spread);
        self.pull_camera(levels, Instant::now());
    }

    /// The fingers are off.
    pub(super) fn pinch_zoom_end(&mut self) {
        self.release_camera();
    }
}

#[cfg(test)]
mod tests {
    use lcars_ui::hierarchy::ViewportId;

    use super::*;

    fn hold(pulls: Vec<(Instant, f64)>) -> Hold {
        Hold { viewport: ViewportId::from_raw(1), pulls, until: None, spread: 0.0 }
    }

    #[test]
    fn velocity_forgets_what_was_long_ago() {
        let now = Instant::now();
        let old = now.checked_sub(Duration::from_secs(1)).unwrap();
        assert_eq!(hold(vec![(old, 5.0)]).velocity(now), 0.0);
        assert!(hold(vec![(now, 0.3)]).velocity(now) > 2.0);
    }

    #[test]
    fn velocity_is_bounded() {
        let now = Instant::now();
        assert_eq!(hold(vec![(now, 1e9)]).velocity(now), FASTEST);
    }
}
