//! When a key frame may be made.
//!
//! A key frame is ten to a hundred times the size of the frame before it. Every viewer that joins or loses a packet
//! asks for one, and ten viewers behind one bad link ask together; without a limit the answer to congestion would be
//! more congestion. So: at most [`MOST`] in any [`WINDOW`], with [`APART`] between two, whoever asks. A request is
//! never lost, only late, and one key frame answers everyone who asked before it.

use std::time::{Duration, Instant};

/// Asked-for key frames in any [`WINDOW`].
pub const MOST: usize = 2;
/// The span that [`MOST`] is counted over.
pub const WINDOW: Duration = Duration::from_secs(1);
/// Least time between two: about a round trip, so that the viewers who lost the same frame are answered by one.
pub const APART: Duration = Duration::from_millis(200);

/// The limiter. Pure: the time is passed in.
#[derive(Debug, Default, Clone)]
pub struct KeyFrames {
    /// Somebody waits.
    asked: bool,
    /// When the last ones were made, newest first.
    made: [Option<Instant>; MOST],
}

impl KeyFrames {
    /// Somebody needs a picture to start at.
    pub fn ask(&mut self) {
        self.asked = true;
    }

    /// Somebody waits and the limit allows it: the next picture should be a key frame.
    pub fn due(&self, now: Instant) -> bool {
        let since = |made: Option<Instant>| made.map_or(Duration::MAX, |at| now.saturating_duration_since(at));
        self.asked && since(self.made[0]) >= APART && since(self.made[MOST - 1]) >= WINDOW
    }

    /// A picture was submitted as a key frame, because it was due or for a reason of its own (the first one, another
    /// size). Counts against the limit and answers whoever asked so far.
    pub fn made(&mut self, now: Instant) {
        self.asked = false;
        self.made.rotate_right(1);
        self.made[0] = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn nothing_is_due_unless_asked() {
        let start = Instant::now();
        let mut keys = KeyFrames::default();
        assert!(!keys.due(start));
        keys.ask();
        assert!(keys.due(start));
        keys.made(start);
        assert!(!keys.due(start + ms(10_000)));
    }

    #[test]
    fn the_third_request_in_a_second_waits_and_is_not_lost() {
        let start = Instant::now();
        let mut keys = KeyFrames::default();
        for at in [0, 300] {
            keys.ask();
            assert!(keys.due(start + ms(at)));
            keys.made(start + ms(at));
        }
        keys.ask();
        assert!(!keys.due(start + ms(600)));
        assert!(!keys.due(start + ms(999)));
        assert!(keys.due(start + ms(1000)), "a second after the first of the two");
    }

    #[test]
    fn ten_viewers_that_ask_together_get_one() {
        let start = Instant::now();
        let mut keys = KeyFrames::default();
        (0..10).for_each(|_| keys.ask());
        keys.made(start);
        assert!(!keys.due(start + ms(5000)));
    }

    #[test]
    fn a_key_frame_made_for_another_reason_counts_and_answers() {
        let start = Instant::now();
        let mut keys = KeyFrames::default();
        keys.ask();
        keys.made(start);
        keys.ask();
        assert!(!keys.due(start + ms(100)), "the one just made is still under way");
        assert!(keys.due(start + ms(200)));
    }

    proptest! {
        /// Requests at any times and a picture every `period`: never more than two in any second, and each request is
        /// answered at most a window and a period later.
        #[test]
        fn whoever_asks_and_whenever(mut asks in prop::collection::vec(0u64..8_000, 0..60), period in 1u64..120) {
            asks.sort_unstable();
            let start = Instant::now();
            let (mut keys, mut made, mut next) = (KeyFrames::default(), Vec::new(), 0);
            for at in (0..10_000).step_by(period as usize) {
                while asks.get(next).is_some_and(|&ask| ask <= at) {
                    keys.ask();
                    next += 1;
                }
                if keys.due(start + ms(at)) {
                    keys.made(start + ms(at));
                    made.push(at);
                }
            }
            for window in made.windows(MOST + 1) {
                prop_assert!(window[MOST] - window[0] >= 1000);
            }
            for ask in asks {
                prop_assert!(made.iter().any(|&at| at >= ask && at <= ask + 1000 + period), "{ask} in {made:?}");
            }
        }
    }
}
