//! When to draw: event-driven, with a rate that never grows past its target.
//!
//! A timer alone costs half a frame of latency on average; drawing at every event lets the rate run away. This is the
//! generic cell rate algorithm (ITU-T I.371): each frame moves a theoretical time on by one period, and a frame may be
//! drawn up to half a period before that time comes. So a first change on a still screen is drawn at once, a second one
//! half a period later, and from then on frames are a period apart: over any stretch of time there is at most one frame
//! more than the target rate gives.
//!
//! Pure: time comes in as an argument.

use std::time::{Duration, Instant};

/// How long a screen has to be still before one more frame refines what the encoder blurred.
const REFINE_AFTER: Duration = Duration::from_millis(300);
/// How often a still picture is sent again while someone watches, so that a receiver can tell still from dead.
const KEEP_ALIVE: Duration = Duration::from_secs(1);

/// What the caller knows at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Demand {
    /// Something visible may have changed since the last tick, or a client waits for a frame callback.
    pub changed: bool,
    /// The encoder can take a picture now.
    pub free: bool,
    /// Someone watches.
    pub watched: bool,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Draw what changed.
    Draw,
    /// Send the last picture again: to refine it, or to keep the stream alive.
    Repeat,
    /// Ask again at this time, or when something happens.
    Wait(Instant),
    /// Ask again when something happens.
    Rest,
}

/// The pacing of one output.
#[derive(Debug, Clone)]
pub struct Pacer {
    period: Duration,
    /// The theoretical time of the next frame.
    due: Option<Instant>,
    /// The last picture that went to the encoder.
    sent: Option<Instant>,
    refined: bool,
}

impl Pacer {
    /// Paces to `fps` frames a second; 0 counts as 1.
    pub fn new(fps: u32) -> Self {
        Self { period: period(fps), due: None, sent: None, refined: true }
    }

    /// Changes the target rate from now on.
    pub fn set_fps(&mut self, fps: u32) {
        self.period = period(fps);
    }

    /// The time between two frames at the target rate.
    pub fn period(&self) -> Duration {
        self.period
    }

    /// What to do at `now`.
    pub fn step(&self, now: Instant, demand: Demand) -> Step {
        if !demand.watched {
            return Step::Rest;
        }
        if demand.changed {
            let earliest = self.earliest();
            return match earliest {
                Some(at) if at > now => Step::Wait(at),
                _ if demand.free => Step::Draw,
                // The encoder says when it is free.
                _ => Step::Rest,
            };
        }
        let Some(sent) = self.sent else { return Step::Rest };
        let at = sent + if self.refined { KEEP_ALIVE } else { REFINE_AFTER };
        match (at <= now, demand.free) {
            (true, true) => Step::Repeat,
            (true, false) => Step::Rest,
            (false, _) => Step::Wait(at),
        }
    }

    /// A tick happened at `now`: it was drawn, or found to have no damage.
    pub fn ticked(&mut self, now: Instant) {
        self.due = Some(self.due.map_or(now, |due| due.max(now)) + self.period);
    }

    /// A picture with changes went to the encoder.
    pub fn sent(&mut self, now: Instant) {
        self.sent = Some(now);
        self.refined = false;
    }

    /// The last picture went to the encoder once more.
    pub fn repeated(&mut self, now: Instant) {
        self.sent = Some(now);
        self.refined = true;
    }

    fn earliest(&self) -> Option<Instant> {
        self.due.and_then(|due| due.checked_sub(self.period / 2))
    }
}

fn period(fps: u32) -> Duration {
    Duration::from_secs(1) / fps.clamp(1, 240)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BUSY: Demand = Demand { changed: true, free: true, watched: true };
    const STILL: Demand = Demand { changed: false, free: true, watched: true };

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn the_first_change_on_a_still_screen_is_drawn_at_once() {
        let start = Instant::now();
        let mut pacer = Pacer::new(60);
        assert_eq!(pacer.step(start, BUSY), Step::Draw);
        pacer.ticked(start);
        assert_eq!(pacer.step(start + ms(500), BUSY), Step::Draw);
    }

    #[test]
    fn a_second_change_waits_for_half_a_period_and_a_third_for_a_whole_one() {
        let start = Instant::now();
        let mut pacer = Pacer::new(50);
        pacer.ticked(start);
        assert_eq!(pacer.step(start + ms(1), BUSY), Step::Wait(start + ms(10)));
        assert_eq!(pacer.step(start + ms(10), BUSY), Step::Draw);
        pacer.ticked(start + ms(10));
        assert_eq!(pacer.step(start + ms(11), BUSY), Step::Wait(start + ms(30)));
    }

    #[test]
    fn damage_waits_for_the_encoder_without_a_timer() {
        let start = Instant::now();
        let mut pacer = Pacer::new(60);
        pacer.ticked(start);
        assert_eq!(pacer.step(start + ms(100), Demand { free: false, ..BUSY }), Step::Rest);
        assert_eq!(pacer.step(start + ms(101), BUSY), Step::Draw);
    }

    #[test]
    fn a_still_screen_gets_one_refinement_and_then_a_picture_a_second() {
        let start = Instant::now();
        let mut pacer = Pacer::new(60);
        pacer.ticked(start);
        pacer.sent(start);
        assert_eq!(pacer.step(start + ms(20), STILL), Step::Wait(start + REFINE_AFTER));
        let refined = start + REFINE_AFTER;
        assert_eq!(pacer.step(refined, STILL), Step::Repeat);
        pacer.repeated(refined);
        let mut now = refined;
        for _ in 0..5 {
            assert_eq!(pacer.step(now + ms(1), STILL), Step::Wait(now + KEEP_ALIVE));
            now += KEEP_ALIVE;
            assert_eq!(pacer.step(now, STILL), Step::Repeat);
            pacer.repeated(now);
        }
    }

    #[test]
    fn nothing_is_drawn_for_nobody() {
        let now = Instant::now();
        assert_eq!(Pacer::new(60).step(now, Demand { watched: false, ..BUSY }), Step::Rest);
    }

    proptest! {
        /// Events at any times: never more frames than the target gives plus one, and no event waits longer than a period.
        #[test]
        fn the_rate_never_passes_its_target(
            fps in prop::sample::select(vec![24u32, 30, 60, 120]),
            gaps in prop::collection::vec(0u64..40_000, 1..400),
        ) {
            let start = Instant::now();
            let mut pacer = Pacer::new(fps);
            let mut now = start;
            let mut drawn: Vec<Instant> = Vec::new();
            let mut draw = |pacer: &mut Pacer, at: Instant| { pacer.ticked(at); drawn.push(at); };
            let mut pending: Option<Instant> = None;
            for gap in gaps {
                let event = now + Duration::from_micros(gap);
                while let Some(at) = pending {
                    if at > event { break; }
                    prop_assert_eq!(pacer.step(at, BUSY), Step::Draw);
                    draw(&mut pacer, at);
                    pending = None;
                }
                now = event;
                match pacer.step(now, BUSY) {
                    Step::Draw => { draw(&mut pacer, now); pending = None; }
                    Step::Wait(at) => {
                        prop_assert!(at > now && at - now <= pacer.period());
                        pending = Some(at);
                    }
                    other => prop_assert!(false, "{other:?}"),
                }
            }
            for window in [1usize, 10, 60] {
                for span in drawn.windows(window + 1) {
                    let least = pacer.period() * window as u32 - pacer.period() / 2;
                    prop_assert!(span[window] - span[0] >= least);
                }
            }
        }
    }
}
