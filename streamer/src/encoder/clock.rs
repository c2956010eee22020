//! The clock that pictures are stamped with.
//!
//! Frames come when something changed, not at a rate, so the time stamp must be the picture's own: a browser shows a
//! frame late, or smooths it away, if its stamp says something else than what happened.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

/// Where all stamps of this process count from. One epoch for every codec, so that a viewer's marker and a frame agree.
fn epoch() -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    // The first picture was begun before anyone asked for the epoch; a second of room keeps its stamp above zero.
    *EPOCH.get_or_init(|| Instant::now().checked_sub(Duration::from_secs(1)).unwrap_or_else(Instant::now))
}

/// Time since the epoch of this process; zero for anything before it.
pub fn since_epoch(at: Instant) -> Duration {
    at.saturating_duration_since(epoch())
}

/// The RTP time stamp of a picture whose drawing began at `drawn`: 90 kHz, wrapping as RTP does.
pub fn rtp_time(drawn: Instant) -> u32 {
    ticks(since_epoch(drawn))
}

/// 90 kHz, modulo 2³².
fn ticks(time: Duration) -> u32 {
    (time.as_nanos() * 9 / 100_000) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_ninety_thousand_ticks() {
        assert_eq!(ticks(Duration::from_secs(1)), 90_000);
        assert_eq!(ticks(Duration::from_micros(100)), 9);
    }

    #[test]
    fn it_wraps_after_thirteen_hours_instead_of_stopping() {
        // 2^32 / 90 000 = 47 721.86 s
        let before = ticks(Duration::from_secs(47_721));
        let after = ticks(Duration::from_secs(47_722));
        assert_eq!(after.wrapping_sub(before), 90_000);
        assert!(after < before);
    }

    #[test]
    fn differences_survive_whatever_the_epoch_is() {
        let now = Instant::now();
        let later = now + Duration::from_millis(500);
        assert_eq!(rtp_time(later).wrapping_sub(rtp_time(now)).abs_diff(45_000) / 2, 0);
    }
}
