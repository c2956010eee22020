//! How soon a server that died is started again.

use std::time::{Duration, Instant};

/// After the first death.
const FIRST: Duration = Duration::from_millis(500);
/// After many.
const LONGEST: Duration = Duration::from_secs(30);
/// One that has lived this long was well.
const WELL: Duration = Duration::from_secs(60);

/// Each death soon after a start doubles the time until the next start.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    started: Option<Instant>,
    pause: Option<Duration>,
}

impl Backoff {
    pub(crate) fn started(&mut self, now: Instant) {
        self.started = Some(now);
    }

    /// It ended as it should.
    pub(crate) fn ended_well(&mut self) {
        self.pause = None;
    }

    /// It died: how long nothing is to be started.
    pub(crate) fn died(&mut self, now: Instant) -> Duration {
        let lived = self.started.map_or(Duration::ZERO, |started| now.saturating_duration_since(started));
        let longer = self.pause.filter(|_| lived < WELL).map(|pause| (pause * 2).min(LONGEST));
        *self.pause.insert(longer.unwrap_or(FIRST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_dies_at_once_is_started_ever_more_seldom() {
        let (mut backoff, now) = (Backoff::default(), Instant::now());
        let mut pauses = Vec::new();
        for _ in 0..9 {
            backoff.started(now);
            pauses.push(backoff.died(now).as_millis());
        }
        assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
    }

    #[test]
    fn a_life_or_a_good_end_is_a_new_beginning() {
        let (mut backoff, now) = (Backoff::default(), Instant::now());
        backoff.started(now);
        backoff.died(now);
        backoff.started(now);
        assert_eq!(backoff.died(now + WELL), FIRST);
        backoff.started(now);
        backoff.ended_well();
        assert_eq!(backoff.died(now), FIRST);
    }
}
