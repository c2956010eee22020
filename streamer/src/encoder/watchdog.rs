//! Notices an encoder that took a picture and never gave it back.

use std::time::{Duration, Instant};

/// How long a frame may take. The slowest that works, a 4K key frame in software on one busy core, needs a tenth.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// After the first look that finds it late, it gets this long. A process that was stopped and continued finds every
/// clock run on; its encoder must get a chance to answer before it is given up.
pub const GRACE: Duration = Duration::from_millis(500);

/// Watches one slot. Pure: driven by whoever looks.
#[derive(Debug, Default, Clone, Copy)]
pub struct Watchdog {
    since: Option<Instant>,
    doubted: Option<Instant>,
}

impl Watchdog {
    /// A picture went in.
    pub fn started(&mut self, now: Instant) {
        *self = Self { since: Some(now), doubted: None };
    }

    /// It came out.
    pub fn answered(&mut self) {
        *self = Self::default();
    }

    /// True once the encoder is to be given up. Needs two looks, [`GRACE`] apart.
    pub fn look(&mut self, now: Instant) -> bool {
        let Some(since) = self.since else { return false };
        if now.saturating_duration_since(since) < PATIENCE {
            return false;
        }
        let doubted = *self.doubted.get_or_insert(now);
        now.saturating_duration_since(doubted) >= GRACE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_comes_in_time_is_never_doubted() {
        let start = Instant::now();
        let mut dog = Watchdog::default();
        assert!(!dog.look(start + PATIENCE * 10));
        dog.started(start);
        assert!(!dog.look(start + PATIENCE / 2));
        dog.answered();
        assert!(!dog.look(start + PATIENCE * 10));
    }

    #[test]
    fn a_hung_encoder_is_given_up_after_patience_and_grace() {
        let start = Instant::now();
        let mut dog = Watchdog::default();
        dog.started(start);
        assert!(!dog.look(start + PATIENCE));
        assert!(!dog.look(start + PATIENCE + GRACE / 2));
        assert!(dog.look(start + PATIENCE + GRACE));
    }

    #[test]
    fn a_stopped_and_continued_process_does_not_lose_its_encoder() {
        let start = Instant::now();
        let mut dog = Watchdog::default();
        dog.started(start);
        // An hour passes in which nobody, the encoder neither, could run.
        let woken = start + Duration::from_secs(3600);
        assert!(!dog.look(woken));
        dog.answered();
        assert!(!dog.look(woken + GRACE * 2));
    }
}
