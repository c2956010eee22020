//! How much a terminal may say, and what became of what it said.

use std::time::Duration;

/// What one terminal may say. The defaults are far above what a shell needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Bytes of one sequence, from after its number to before its end.
    pub sequence: usize,
    /// Sequences that carry the nonce.
    pub trusted: Rate,
    /// Moves to another directory. Of those that are too many, the last is told with what is heard next.
    pub moves: Rate,
    /// Sequences that need none: notifications, and the marks of a shell without a module.
    pub others: Rate,
    /// At most one line of log in this time for each kind of trouble.
    pub log_every: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sequence: 64 << 10,
            trusted: Rate { per_second: 500, burst: 1000 },
            moves: Rate { per_second: 50, burst: 100 },
            others: Rate { per_second: 100, burst: 200 },
            log_every: Duration::from_secs(60),
        }
    }
}

/// How often something may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In the long run.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
}

/// What became of the sequences of one terminal since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Became events.
    pub events: u64,
    /// Longer than [`Limits::sequence`].
    pub oversized: u64,
    /// Were broken off: by another sequence, by CAN, by SUB.
    pub unfinished: u64,
    /// Needed a nonce and had none, or another one.
    pub untrusted: u64,
    /// More than the [`Rate`] allows. The last of too many moves is told later all the same.
    pub flooded: u64,
    /// Could not be understood.
    pub malformed: u64,
}

impl Counters {
    /// Sequences that became nothing.
    pub fn dropped(&self) -> u64 {
        let Self { events: _, oversized, unfinished, untrusted, flooded, malformed } = *self;
        oversized + unfinished + untrusted + flooded + malformed
    }
}

/// A token bucket. Time is an argument; one that goes backwards is taken for standing still.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    rate: Rate,
    /// In nanoseconds of `per_second` tokens: a token is 10⁹ of them.
    level: u64,
    filled: Option<Duration>,
}

const TOKEN: u64 = 1_000_000_000;

impl Bucket {
    pub fn new(rate: Rate) -> Self {
        Self { rate, level: u64::from(rate.burst) * TOKEN, filled: None }
    }

    /// Takes one, if there is one.
    pub fn take(&mut self, now: Duration) -> bool {
        let since = now.saturating_sub(self.filled.unwrap_or(now));
        self.filled = Some(self.filled.map_or(now, |filled| filled.max(now)));
        let gained = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX).saturating_mul(self.rate.per_second.into());
        self.level = self.level.saturating_add(gained).min(u64::from(self.rate.burst) * TOKEN);
        match self.level.checked_sub(TOKEN) {
            Some(rest) => {
                self.level = rest;
                true
            }
            None => false,
        }
    }
}
