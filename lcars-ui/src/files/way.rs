//! From one directory to the next, as a movement: into a child that grows out of its tile, out to a parent the other way.
//!
//! The position on the way is one number that never jumps: a movement that is reversed or goes on starts where the last
//! one stood. Where neither directory lies in the other there is no way between them, and one fades into the other.

use std::sync::Arc;
use std::time::Duration;

use super::listing::{Listing, first_step};
use crate::camera::{LONGEST, Motion, Timing};

/// No way is longer; a longer one becomes a fade.
const MOST_STOPS: usize = 8;
/// The least part of its time that a movement over less than one step takes.
const LEAST_PART: f64 = 0.4;

/// A directory as it was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// What is in it.
    pub listing: Arc<Listing>,
    /// What of it is shown, in which order.
    pub order: Arc<[u32]>,
    /// How far it is scrolled, in rows.
    pub top: f64,
}

/// What is seen of a way then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Seen<'a> {
    /// One directory. It is the one that was gone to.
    Rest,
    /// Between two: the tile in `outer` that leads to `inner` grows.
    Zoom {
        /// The one further out.
        outer: &'a Stop,
        /// The one further in.
        inner: &'a Stop,
        /// 0 is wholly outer, 1 wholly inner; already eased.
        progress: f64,
    },
    /// A fade.
    Fade {
        /// What vanishes.
        from: &'a Stop,
        /// 1 when nothing of it is left; already eased.
        progress: f64,
    },
}

/// Where between directories somebody is.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// From the outermost inwards, each in the one before.
    stops: Vec<Stop>,
    from: f64,
    to: usize,
    start: Duration,
    length: Duration,
    fading: Option<Stop>,
}

fn lies_in(inner: &Stop, outer: &Stop) -> bool {
    first_step(&outer.listing.path, &inner.listing.path).is_some()
}

fn same(a: &Stop, b: &Stop) -> bool {
    a.listing.path == b.listing.path
}

impl Way {
    /// At a directory.
    pub fn at(stop: Stop) -> Self {
        Self { stops: vec![stop], from: 0.0, to: 0, start: Duration::ZERO, length: Duration::ZERO, fading: None }
    }

    fn part(&self, now: Duration) -> f64 {
        let passed = now.saturating_sub(self.start);
        if passed >= self.length { 1.0 } else { passed.as_secs_f64() / self.length.as_secs_f64() }
    }

    fn eased(&self, now: Duration) -> f64 {
        1.0 - (1.0 - self.part(now)).powi(3)
    }

    fn position(&self, now: Duration) -> f64 {
        self.from + (self.to as f64 - self.from) * self.eased(now)
    }

    /// Whether the passing of time changes nothing more.
    pub fn rests(&self, now: Duration) -> bool {
        self.part(now) >= 1.0
    }

    /// What is seen then.
    pub fn seen(&self, now: Duration) -> Seen<'_> {
        if self.rests(now) {
            return Seen::Rest;
        }
        if let Some(from) = &self.fading {
            return Seen::Fade { from, progress: self.eased(now) };
        }
        let position = self.position(now).clamp(0.0, self.stops.len().saturating_sub(1) as f64);
        let place = (position.floor() as usize).min(self.stops.len().saturating_sub(2));
        match (self.stops.get(place), self.stops.get(place + 1)) {
            (Some(outer), Some(inner)) => Seen::Zoom { outer, inner, progress: position - place as f64 },
            _ => Seen::Rest,
        }
    }

    /// The directory that was gone to has changed, or is scrolled elsewhere.
    pub fn renew(&mut self, stop: Stop) {
        if let Some(own) = self.stops.get_mut(self.to) {
            *own = stop;
        }
    }

    /// Goes to another directory.
    pub fn travel(&mut self, stop: Stop, now: Duration, motion: Motion, timing: &Timing) {
        if self.rests(now) {
            // What was on the way here is not seen any more.
            let here = self.stops.get(self.to).cloned().unwrap_or_else(|| stop.clone());
            *self = Self::at(here);
        }
        let position = self.position(now);
        if motion == Motion::Reduced || self.fading.is_some() {
            return self.fade(stop, position, now, timing);
        }
        let known = self.stops.iter().position(|own| same(own, &stop));
        let (first, last) = (self.stops.first(), self.stops.last());
        let (from, to) = if let Some(place) = known {
            if let Some(own) = self.stops.get_mut(place) {
                *own = stop;
            }
            (position, place)
        } else if self.stops.len() >= MOST_STOPS {
            return self.fade(stop, position, now, timing);
        } else if last.is_some_and(|last| lies_in(&stop, last)) {
            self.stops.push(stop);
            (position, self.stops.len() - 1)
        } else if first.is_some_and(|first| lies_in(first, &stop)) {
            self.stops.insert(0, stop);
            (position + 1.0, 0)
        } else {
            return self.fade(stop, position, now, timing);
        };
        let distance = (to as f64 - from).abs();
        let whole = if to as f64 > from { timing.zoom_in } else { timing.zoom_out };
        let length = whole.mul_f64(distance.clamp(LEAST_PART, 1.0)).min(LONGEST);
        (self.from, self.to, self.start, self.length) = (from, to, now, length);
    }

    /// The nearest of what is seen fades into another.
    fn fade(&mut self, stop: Stop, position: f64, now: Duration, timing: &Timing) {
        let place = (position.round().max(0.0) as usize).min(self.stops.len().saturating_sub(1));
        let nearest = match self.fading.take() {
            Some(from) if self.eased(now) < 0.5 => Some(from),
            _ => self.stops.get(place).cloned(),
        };
        *self = Self::at(stop);
        (self.fading, self.start, self.length) = (nearest, now, timing.fade.min(LONGEST));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stop(path: &str) -> Stop {
        Stop { listing: Arc::new(Listing::reading(path)), order: Arc::from([]), top: 0.0 }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn go(way: &mut Way, path: &str, now: u64) {
        way.travel(stop(path), ms(now), Motion::Full, &Timing::default());
    }

    fn told(way: &Way, now: u64) -> (String, String, f64) {
        let path = |stop: &Stop| stop.listing.shown_path();
        match way.seen(ms(now)) {
            Seen::Rest => (path(&way.stops[way.to]), String::new(), 0.0),
            Seen::Zoom { outer, inner, progress } => (path(outer), path(inner), progress),
            Seen::Fade { from, progress } => (format!("fade {}", path(from)), path(&way.stops[way.to]), progress),
        }
    }

    #[test]
    fn into_a_child_and_out_of_it_is_one_zoom_that_can_be_turned_round() {
        let mut way = Way::at(stop("/home"));
        go(&mut way, "/home/ada", 0);
        let (outer, inner, there) = told(&way, 100);
        assert_eq!((outer.as_str(), inner.as_str()), ("/home", "/home/ada"));
        assert!(there > 0.3 && there < 1.0);
        go(&mut way, "/home", 100);
        assert_eq!(told(&way, 100).2, there, "it turns round where it stands");
        assert!(told(&way, 150).2 < there);
        assert_eq!(told(&way, 350), ("/home".into(), String::new(), 0.0));
        go(&mut way, "/", 1000);
        assert_eq!((told(&way, 1000).0, told(&way, 1000).2), ("/".into(), 1.0), "outwards it begins inside");
        assert!(way.rests(ms(1250)));
    }

    #[test]
    fn what_goes_on_before_it_has_come_to_rest_goes_on_from_there() {
        let mut way = Way::at(stop("/a"));
        go(&mut way, "/a/b", 0);
        let before = told(&way, 50);
        go(&mut way, "/a/b/c", 50);
        assert_eq!(told(&way, 50), before);
        let seen: Vec<_> = (50..500).step_by(10).map(|now| told(&way, now).0).collect();
        assert!(seen.contains(&"/a".into()) && seen.contains(&"/a/b".into()));
        assert_eq!(told(&way, 500).0, "/a/b/c");
    }

    #[test]
    fn elsewhere_and_with_reduced_motion_one_fades_into_the_other() {
        let mut way = Way::at(stop("/home/ada"));
        go(&mut way, "/usr", 0);
        assert_eq!(told(&way, 0), ("fade /home/ada".into(), "/usr".into(), 0.0));
        assert!(way.rests(ms(150)));
        way.travel(stop("/usr/bin"), ms(200), Motion::Reduced, &Timing::default());
        assert_eq!(told(&way, 200).0, "fade /usr");
    }

    proptest! {
        #[test]
        fn wherever_one_goes_one_arrives_in_time_and_nothing_jumps(steps in prop::collection::vec((0usize..8, 0u64..400), 1..30)) {
            let paths = ["/", "/a", "/a/b", "/a/b/c", "/a/d", "/x", "/x/y", "/a/b/c/e/f/g"];
            let mut way = Way::at(stop("/"));
            let (mut now, mut last) = (0, "/");
            for (place, later) in steps {
                now += later;
                let before = told(&way, now);
                let was_zoom = matches!(way.seen(ms(now)), Seen::Zoom { .. });
                go(&mut way, paths[place], now);
                last = paths[place];
                let after = told(&way, now);
                if was_zoom && matches!(way.seen(ms(now)), Seen::Zoom { .. }) {
                    let stays = (before.2 - after.2).abs() < 1e-9 && before.0 == after.0;
                    // The end of one zoom is the beginning of the next.
                    let hands_on = before.2 == 1.0 && after.2 == 0.0 && before.1 == after.0;
                    prop_assert!(stays || hands_on, "{before:?} {after:?}");
                }
                prop_assert!(after.2.is_finite() && (0.0..=1.0).contains(&after.2));
                prop_assert!(way.stops.len() <= MOST_STOPS);
            }
            prop_assert!(way.rests(ms(now) + Timing::default().zoom_in));
            prop_assert_eq!(told(&way, now + 1000).0, last);
        }
    }
}
