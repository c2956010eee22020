//! From what the links allow to what the encoder is asked for: one bitrate and one frame rate for the output.
//!
//! All viewers share an encoder, so the slowest link decides. Down to [`FULL_RATE_BITS`] a picture the bitrate alone
//! follows; below it pictures would turn to mush, so fewer are drawn instead. Nothing is ever queued.

use std::time::{Duration, Instant};

/// Share of the estimate that the encoder gets; the rest is for headers and retransmissions.
const SHARE: f64 = 0.85;
/// Bits that a picture of a desktop in use needs to be worth showing.
const FULL_RATE_BITS: u32 = 12_000;
/// Even a hopeless link gets this many pictures a second.
const LEAST_FPS: u32 = 5;
/// A change of the bitrate below this share is not worth telling the encoder.
const NOTABLE: f64 = 0.05;
/// Going up waits this long after any change; going down never waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// What to tell whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// Bits a second, for the encoders.
    pub bitrate: Option<u32>,
    /// Pictures a second, for whoever draws.
    pub fps: Option<u32>,
}

/// See the module.
#[derive(Debug)]
pub struct RateControl {
    most_fps: u32,
    bitrate: u32,
    fps: u32,
    lowered: Option<Instant>,
}

impl RateControl {
    /// Before any viewer has said anything.
    pub fn new(fps: u32) -> Self {
        Self { most_fps: fps.max(1), bitrate: 0, fps: fps.max(1), lowered: None }
    }

    /// Pictures a second that the slowest link takes.
    pub fn fps(&self) -> u32 {
        self.fps
    }

    /// Bits a second that the encoders are asked for; 0 before the first viewer.
    pub fn bitrate(&self) -> u32 {
        self.bitrate
    }

    /// Takes the estimates of all viewers; without any, goes back to the full rate.
    pub fn update(&mut self, estimates: impl IntoIterator<Item = u32>, now: Instant) -> Change {
        let Some(least) = estimates.into_iter().min() else {
            let fps = (self.fps != self.most_fps).then_some(self.most_fps);
            *self = Self { bitrate: self.bitrate, ..Self::new(self.most_fps) };
            return Change { bitrate: None, fps };
        };
        // A float of a u32 times less than one fits a u32.
        let bitrate = (f64::from(least) * SHARE) as u32;
        let mut change = Change::default();
        if (f64::from(bitrate) - f64::from(self.bitrate)).abs() > f64::from(self.bitrate) * NOTABLE {
            self.bitrate = bitrate;
            change.bitrate = Some(bitrate);
        }
        let fps = (bitrate / FULL_RATE_BITS).clamp(LEAST_FPS.min(self.most_fps), self.most_fps);
        let patient = self.lowered.is_none_or(|at| now.saturating_duration_since(at) >= PATIENCE);
        let up = fps > self.fps && patient && (fps >= self.fps + self.fps.div_ceil(5) || fps == self.most_fps);
        if fps < self.fps || up {
            self.fps = fps;
            self.lowered = Some(now);
            change.fps = Some(fps);
        }
        change
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_viewer_decides() {
        let mut rate = RateControl::new(60);
        let change = rate.update([9_000_000, 2_000_000, 4_000_000], Instant::now());
        assert_eq!(change, Change { bitrate: Some(1_700_000), fps: None });
        assert_eq!(rate.fps(), 60);
    }

    #[test]
    fn a_thin_link_lowers_the_frame_rate_at_once_and_a_better_one_raises_it_later() {
        let start = Instant::now();
        let mut rate = RateControl::new(60);
        rate.update([5_000_000], start);
        assert_eq!(rate.update([300_000], start).fps, Some(21));
        assert_eq!(rate.update([50_000], start).fps, Some(LEAST_FPS));
        assert_eq!(rate.update([5_000_000], start + Duration::from_secs(1)).fps, None);
        assert_eq!(rate.update([5_000_000], start + Duration::from_secs(2)).fps, Some(60));
    }

    #[test]
    fn small_wobbles_are_not_passed_on() {
        let now = Instant::now();
        let mut rate = RateControl::new(60);
        rate.update([4_000_000], now);
        for wobble in [4_100_000, 3_900_000, 4_000_000] {
            assert_eq!(rate.update([wobble], now), Change::default());
        }
        assert!(rate.update([3_000_000], now).bitrate.is_some());
    }

    #[test]
    fn when_the_last_viewer_leaves_the_next_one_begins_afresh() {
        let now = Instant::now();
        let mut rate = RateControl::new(30);
        rate.update([50_000], now);
        assert_eq!(rate.update([], now), Change { bitrate: None, fps: Some(30) });
        assert_eq!(rate.update([], now), Change::default());
    }

    #[test]
    fn a_rate_below_the_least_is_respected() {
        let mut rate = RateControl::new(2);
        rate.update([10_000], Instant::now());
        assert_eq!(rate.fps(), 2);
    }
}
