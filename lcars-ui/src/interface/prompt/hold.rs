//! Holding something down until it counts.

use std::time::Duration;

/// How far something is filled that is held, and that drains when it is let go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hold {
    /// How full it was when it was last taken or let go, 0 to 1.
    from: f64,
    /// When that was.
    since: Duration,
    /// Whether it is held.
    held: bool,
}

/// How long that takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldTimes {
    /// From empty to full.
    pub fill: Duration,
    /// From full to empty.
    pub drain: Duration,
}

impl Default for HoldTimes {
    fn default() -> Self {
        Self { fill: Duration::from_millis(1500), drain: Duration::from_millis(200) }
    }
}

impl Hold {
    /// Something is held from now on, that may not be empty yet.
    pub fn taken(before: Option<Self>, now: Duration, times: HoldTimes) -> Self {
        match before {
            Some(hold) if hold.held => hold,
            before => Self { from: before.map_or(0.0, |hold| hold.level(now, times)), since: now, held: true },
        }
    }

    /// It was let go.
    pub fn let_go(self, now: Duration, times: HoldTimes) -> Self {
        if self.held { Self { from: self.level(now, times), since: now, held: false } } else { self }
    }

    /// How full it is, 0 to 1.
    pub fn level(&self, now: Duration, times: HoldTimes) -> f64 {
        let passed = now.saturating_sub(self.since).as_secs_f64();
        let whole = if self.held { times.fill } else { times.drain }.as_secs_f64();
        let part = if whole > 0.0 { passed / whole } else { 1.0 };
        let level = if self.held { self.from + part } else { self.from - part };
        level.clamp(0.0, 1.0)
    }

    /// Whether it is held.
    pub fn is_held(&self) -> bool {
        self.held
    }

    /// Whether it was held for long enough.
    pub fn is_full(&self, now: Duration, times: HoldTimes) -> bool {
        self.held && now >= self.due(times)
    }

    /// Whether nothing is left of it.
    pub fn is_empty(&self, now: Duration, times: HoldTimes) -> bool {
        !self.held && now >= self.due(times)
    }

    /// When it is full, or empty. Whatever was rounded, it is not a moment earlier.
    pub fn due(&self, times: HoldTimes) -> Duration {
        let left = if self.held { times.fill.mul_f64(1.0 - self.from) } else { times.drain.mul_f64(self.from) };
        self.since.saturating_add(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: HoldTimes = HoldTimes { fill: Duration::from_millis(1500), drain: Duration::from_millis(200) };

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn what_is_held_is_full_after_its_time_and_not_before() {
        let hold = Hold::taken(None, ms(1000), TIMES);
        assert_eq!(hold.level(ms(1000), TIMES), 0.0);
        assert!((hold.level(ms(1750), TIMES) - 0.5).abs() < 1e-9);
        assert!(!hold.is_full(ms(2499), TIMES));
        assert!(hold.is_full(ms(2500), TIMES));
    }

    #[test]
    fn what_is_let_go_drains_and_is_never_full() {
        let hold = Hold::taken(None, ms(0), TIMES).let_go(ms(750), TIMES);
        assert!((hold.level(ms(800), TIMES) - 0.25).abs() < 1e-9);
        assert!(hold.is_empty(ms(850), TIMES));
        assert!(!hold.is_full(ms(100_000), TIMES));
    }

    #[test]
    fn what_is_taken_again_goes_on_from_where_it_is() {
        let hold = Hold::taken(None, ms(0), TIMES).let_go(ms(750), TIMES);
        let again = Hold::taken(Some(hold), ms(800), TIMES);
        assert!((again.level(ms(800), TIMES) - 0.25).abs() < 1e-9);
        assert_eq!(Hold::taken(Some(again), ms(900), TIMES), again, "a key that repeats takes nothing anew");
    }
}
