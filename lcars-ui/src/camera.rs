//! What part of the tree a viewport shows, as a function of time.
//!
//! 1. A camera stands at a place, or somewhere on a route of places of which each is one zoom from the next. The position
//!    on the route is one number that never jumps: a movement that is reversed or sent elsewhere starts where the last
//!    one stood.
//! 2. A movement over several places is one movement with one ease-out, never a row of small ones.
//! 3. Every movement ends after a bounded time, whatever is asked of it meanwhile.
//! 4. What has gone can only ever be the place that a zoom out leaves behind. Where more of a route goes, the camera
//!    starts anew from what is left of it.

use std::time::Duration;

use crate::hierarchy::{Level, Path, Tree};

/// No movement takes longer, whatever a theme says.
pub const LONGEST: Duration = Duration::from_secs(5);

/// The least part of its time that a movement over less than one zoom takes, so that a reversal is seen as one.
const LEAST_PART: f64 = 0.4;
/// How far ahead a released gesture is thought to go on by itself, in seconds.
const THROW: f64 = 0.15;
/// Slower than this, in levels a second, fingers that let go mean the nearest place and not the next.
const STANDSTILL: f64 = 0.25;
/// No fingers are faster, in levels a second.
const FASTEST: f64 = 100.0;

/// How much is to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Motion {
    /// Everything zooms.
    #[default]
    Full,
    /// Every change of place is one short cross-fade.
    Reduced,
}

/// How long movements take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// A zoom in, and a jump that goes in anywhere.
    pub zoom_in: Duration,
    /// A zoom out.
    pub zoom_out: Duration,
    /// A cross-fade, with reduced motion.
    pub fade: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let [zoom_in, zoom_out, fade] = [350, 250, 150].map(Duration::from_millis);
        Self { zoom_in, zoom_out, fade }
    }
}

/// What is to be drawn in a pane.
#[derive(Debug, Clone, PartialEq)]
pub enum Pose {
    /// One place, filling the pane.
    Rest(Path),
    /// Between two places. `inner` is a child of `outer` or a descendant of one; the tile of that child grows into the
    /// pane. `inner` may have gone, or moved elsewhere, when this is the way out of it: then there is no such tile.
    Zoom {
        /// The place further out.
        outer: Path,
        /// The place further in.
        inner: Path,
        /// 0 is wholly outer, 1 wholly inner; already eased.
        progress: f64,
    },
    /// A cross-fade, with reduced motion.
    Fade {
        /// What vanishes.
        from: Path,
        /// What appears.
        to: Path,
        /// 0 is wholly `from`, 1 wholly `to`; already eased.
        progress: f64,
    },
}

/// Where one viewport stands, or how it moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Camera {
    state: State,
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    Rest(Path),
    /// From a position on the route to its last stop.
    Travel {
        stops: Vec<Path>,
        from: f64,
        run: Run,
    },
    Fade {
        from: Path,
        to: Path,
        begun: f64,
        run: Run,
    },
    /// Fingers move it along the route. With reduced motion what is shown stays until they let go.
    Held {
        stops: Vec<Path>,
        position: f64,
        still: Option<Path>,
    },
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Run {
    start: Duration,
    length: Duration,
}

impl Run {
    /// How much of it has passed by then, from 0 to 1.
    fn part(&self, now: Duration) -> f64 {
        let passed = now.saturating_sub(self.start);
        if passed >= self.length { 1.0 } else { passed.as_secs_f64() / self.length.as_secs_f64() }
    }
}

/// Ease-out cubic.
fn ease(t: f64) -> f64 {
    1.0 - (1.0 - t.clamp(0.0, 1.0)).powi(3)
}

impl Camera {
    /// A camera at rest.
    pub fn at(path: &Path) -> Self {
        Self { state: State::Rest(path.clone()) }
    }

    /// What it shows then.
    pub fn pose(&self, now: Duration) -> Pose {
        match &self.state {
            State::Rest(path) => Pose::Rest(path.clone()),
            State::Held { still: Some(path), .. } => Pose::Rest(path.clone()),
            State::Held { stops, position, still: None } => pose_on(stops, *position),
            State::Travel { stops, from, run } => {
                let end = stops.len().saturating_sub(1) as f64;
                pose_on(stops, from + (end - from) * ease(run.part(now)))
            }
            State::Fade { to, run, .. } if run.part(now) >= 1.0 => Pose::Rest(to.clone()),
            State::Fade { from, to, begun, run } => {
                let progress = begun + (1.0 - begun) * ease(run.part(now));
                Pose::Fade { from: from.clone(), to: to.clone(), progress }
            }
        }
    }

    /// Whether it stands still: the passing of time alone will change nothing. One that fingers hold stands still.
    pub fn rests(&self, now: Duration) -> bool {
        match &self.state {
            State::Rest(_) | State::Held { .. } => true,
            State::Travel { run, .. } | State::Fade { run, .. } => run.part(now) >= 1.0,
        }
    }

    /// Whether a pinch or a wheel drives it.
    pub fn is_held(&self) -> bool {
        matches!(self.state, State::Held { .. })
    }

    /// Goes to a place from wherever it stands. Fingers that hold it lose it.
    pub fn travel(&mut self, to: &Path, now: Duration, motion: Motion, timing: &Timing) {
        match motion {
            Motion::Full => self.set_out(to, self.route_from_here(to, now, |_| true), now, timing),
            Motion::Reduced => self.fade(to, now, timing),
        }
    }

    /// Is at a place at once.
    pub fn cut(&mut self, to: &Path) {
        self.state = State::Rest(to.clone());
    }

    /// Follows its nodes after the tree changed, on the way to `to`. Where `leaving`, what it shows is left behind even
    /// if it lives on elsewhere.
    pub fn renew(&mut self, tree: &Tree, to: &Path, leaving: bool, now: Duration, motion: Motion, timing: &Timing) {
        if self.rests(now) && !self.is_held() {
            self.state = State::Rest(self.place(now));
        }
        if !leaving {
            self.follow(tree);
        }
        if self.is_intact(tree, to) {
            return;
        }
        match motion {
            Motion::Full => {
                let (stops, from) = self.route_from_here(to, now, |path| tree.is_valid(path));
                self.set_out(to, (stops, from), now, timing);
            }
            Motion::Reduced => {
                // A fade would need a picture of what has gone.
                let lives = match self.pose(now) {
                    Pose::Rest(path) => tree.is_valid(&path),
                    Pose::Zoom { .. } => false,
                    Pose::Fade { from, to, .. } => tree.is_valid(&from) && tree.is_valid(&to),
                };
                if lives { self.fade(to, now, timing) } else { self.cut(to) }
            }
        }
    }

    /// Takes hold of it on a route from the outermost place to the innermost, at a position on that route.
    pub(crate) fn hold(&mut self, stops: Vec<Path>, position: f64, motion: Motion, now: Duration) {
        let still = (motion == Motion::Reduced).then(|| self.place(now));
        self.state = State::Held { stops, position, still };
    }

    /// Moves it by that many zooms, inwards where positive. Whether anybody holds it.
    pub(crate) fn pull(&mut self, amount: f64) -> bool {
        let State::Held { stops, position, .. } = &mut self.state else { return false };
        *position = (*position + amount).clamp(0.0, stops.len().saturating_sub(1) as f64);
        true
    }

    /// Lets go of it at a speed in zooms a second: it runs on to the next place that way, a fast one further. The place;
    /// nothing if nobody held it.
    pub(crate) fn release(&mut self, speed: f64, now: Duration, timing: &Timing) -> Option<Path> {
        let State::Held { stops, position, still } = &self.state else { return None };
        let speed = if speed.is_finite() { speed.clamp(-FASTEST, FASTEST) } else { 0.0 };
        let thrown = (position + speed * THROW).round();
        let place = match speed {
            s if s > STANDSTILL => thrown.max(position.ceil()),
            s if s < -STANDSTILL => thrown.min(position.floor()),
            _ => position.round(),
        };
        let last = stops.len().saturating_sub(1);
        // Bounded above; a float below nought becomes nought.
        let place = (place as usize).min(last);
        let to = stops.get(place)?.clone();
        if let Some(still) = still.clone() {
            self.cut(&still);
            self.fade(&to, now, timing);
        } else if *position <= place as f64 {
            let stops = stops.iter().take(place + 1).cloned().collect();
            self.set_out(&to, (stops, *position), now, timing);
        } else {
            let (stops, from) = (stops.iter().skip(place).rev().cloned().collect(), last as f64 - position);
            self.set_out(&to, (stops, from), now, timing);
        }
        Some(to)
    }

    /// The one place that tells best what it shows.
    fn place(&self, now: Duration) -> Path {
        match self.pose(now) {
            Pose::Rest(path) => path,
            Pose::Zoom { outer, inner, progress } => {
                if progress < 0.5 {
                    outer
                } else {
                    inner
                }
            }
            Pose::Fade { from, to, progress } => {
                if progress < 0.5 {
                    from
                } else {
                    to
                }
            }
        }
    }

    /// A route to a place that starts with what is shown now, and where on it that is. Only places that may be
    /// stopped at are on it, but for the one that is left.
    fn route_from_here(&self, to: &Path, now: Duration, lives: impl Fn(&Path) -> bool) -> (Vec<Path>, f64) {
        let Pose::Zoom { outer, inner, progress } = self.pose(now) else {
            return (alive(route(&self.place(now), to), lives), 0.0);
        };
        if !lives(&outer) || !inner.is_within(&outer) {
            let place = Some(self.place(now)).filter(|place| lives(place)).unwrap_or_else(|| to.clone());
            return (alive(route(&place, to), lives), 0.0);
        }
        let onwards = alive(route(&outer, to), lives);
        if onwards.get(1) == Some(&inner) {
            return (onwards, progress);
        }
        (std::iter::once(inner).chain(onwards).collect(), 1.0 - progress)
    }

    fn set_out(&mut self, to: &Path, (stops, from): (Vec<Path>, f64), now: Duration, timing: &Timing) {
        // What it has passed already is no part of the movement.
        let passed = from.max(0.0).floor();
        let (stops, from) = (stops.into_iter().skip(passed as usize).collect::<Vec<_>>(), from - passed);
        let end = stops.len().saturating_sub(1) as f64;
        if from >= end {
            return self.cut(to);
        }
        let inwards = stops.iter().zip(stops.iter().skip(1)).any(|(a, b)| b.is_within(a));
        let length = if inwards { timing.zoom_in } else { timing.zoom_out };
        let length = length.min(LONGEST).mul_f64((end - from).clamp(LEAST_PART, 1.0));
        self.state = State::Travel { stops, from, run: Run { start: now, length } };
    }

    fn fade(&mut self, to: &Path, now: Duration, timing: &Timing) {
        let (from, begun) = match self.pose(now) {
            Pose::Fade { from, to: there, progress } if from == *to => (there, 1.0 - progress),
            Pose::Fade { from, to: there, progress } if there == *to => (from, progress),
            _ => (self.place(now), 0.0),
        };
        if from == *to {
            return self.cut(to);
        }
        let run = Run { start: now, length: timing.fade.min(LONGEST) };
        self.state = State::Fade { from, to: to.clone(), begun, run };
    }

    /// Lets every place that lives on elsewhere be there.
    fn follow(&mut self, tree: &Tree) {
        let there = |path: &Path| path.leaf().and_then(|leaf| tree.path_to(leaf)).unwrap_or_else(|| path.clone());
        match &mut self.state {
            State::Rest(path) => *path = there(path),
            State::Fade { from, to, .. } => (*from, *to) = (there(from), there(to)),
            State::Travel { stops, .. } | State::Held { stops, .. } => {
                let mut moved: Vec<Path> = stops.iter().map(there).collect();
                // What is left behind stays where it was seen last.
                if let ([first, second, ..], Some(before)) = (moved.as_mut_slice(), stops.first())
                    && !one_zoom_apart(first, second)
                {
                    *first = before.clone();
                }
                *stops = moved;
            }
        }
        if let State::Held { still: Some(path), .. } = &mut self.state {
            *path = there(path);
        }
    }

    /// Whether it can go on as it is, and gets to `to`.
    fn is_intact(&self, tree: &Tree, to: &Path) -> bool {
        match &self.state {
            State::Rest(path) => path == to,
            State::Fade { from, to: end, .. } => end == to && tree.is_valid(from),
            State::Held { stops, still, .. } => {
                let linked = stops.iter().zip(stops.iter().skip(1)).all(|(a, b)| one_zoom_apart(a, b));
                linked && stops.iter().chain(still).all(|path| tree.is_valid(path))
            }
            State::Travel { stops, .. } => {
                let alive = |path: &Path| tree.is_valid(path);
                let linked = |(a, b): (&Path, &Path)| one_zoom_apart(a, b) && alive(a) && alive(b);
                let starts = stops.first().zip(stops.get(1)).is_some_and(|(first, second)| {
                    linked((first, second)) || (alive(second) && first.is_within(second))
                });
                stops.last() == Some(to) && starts && stops.iter().zip(stops.iter().skip(1)).skip(1).all(linked)
            }
        }
    }
}

/// Whether the tile of one can grow into the other: a parent and its child, or a hub and a window of one of its apps.
fn one_zoom_apart(a: &Path, b: &Path) -> bool {
    let (outer, inner) = if b.is_within(a) { (a, b) } else { (b, a) };
    let steps = inner.nodes().len().saturating_sub(outer.nodes().len());
    inner.is_within(outer) && (steps == 1 || (steps == 2 && outer.level() == Level::Hub))
}

/// The places from one to another over their nearest common ancestor, each one zoom from the next. Pickers are passed
/// by, unless the way starts, turns or ends there.
fn route(from: &Path, to: &Path) -> Vec<Path> {
    let top = from.common_ancestor(to).nodes().len();
    let out = (top..=from.nodes().len()).rev().map(|depth| from.up_to(depth));
    let back = (top + 1..=to.nodes().len()).map(|depth| to.up_to(depth));
    let passed_by =
        |path: &Path| path.level() == Level::Picker && path != from && path != to && path.nodes().len() != top;
    out.chain(back).filter(|path| !passed_by(path)).collect()
}

/// A route without the places that are gone, but for the one that is left.
fn alive(stops: Vec<Path>, lives: impl Fn(&Path) -> bool) -> Vec<Path> {
    let mut stops = stops.into_iter();
    stops.next().into_iter().chain(stops.filter(|path| lives(path))).collect()
}

fn pose_on(stops: &[Path], position: f64) -> Pose {
    let last = stops.len().saturating_sub(1);
    // Never negative, and bounded by the number of stops.
    let before = (position.max(0.0).floor() as usize).min(last);
    let part = position - before as f64;
    let here = stops.get(before).cloned().unwrap_or_default();
    match stops.get(before + 1).cloned() {
        Some(next) if part > 0.0 && next.is_within(&here) => Pose::Zoom { outer: here, inner: next, progress: part },
        Some(next) if part > 0.0 => Pose::Zoom { outer: next, inner: here, progress: 1.0 - part },
        _ => Pose::Rest(here),
    }
}
