//! The numbers that a lifecycle goes by.

use std::time::Duration;

use super::unless_never;
use crate::config::Lifecycle;

/// The numbers that a lifecycle goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Stands back behind others when nobody looked at it for this long; `None`: never.
    pub stand_back_after: Option<Duration>,
    /// Frozen when nobody looked at it for this long; `None`: never.
    pub freeze_after: Option<Duration>,
    /// Put away when it was frozen for this long; `None`: never.
    pub hibernate_after: Option<Duration>,
    /// How long a start may take.
    pub start_within: Duration,
    /// How often it is asked whether it is well; `None`: its process is all that counts.
    pub health_every: Option<Duration>,
    /// Given up after so many crashes in a row.
    pub give_up: u32,
    /// Wait before the first restart; doubled each time.
    pub back_off: Duration,
    /// So many unanswered questions in a row are a crash.
    pub unwell: u32,
    /// Crashes before this much quiet running count no more.
    pub settled: Duration,
    /// Processes are kept when it is put away.
    pub checkpoint: bool,
}

impl Rules {
    /// Somebody may wait for it: no pause is longer.
    pub const LONGEST_DELAY: Duration = Duration::from_secs(30);

    /// A share of the processor that was refused is asked for again after this.
    pub const WEIGH_AGAIN: Duration = Duration::from_secs(5);

    /// The wait before try number `count`, counted from 1.
    pub fn delay(&self, count: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(count.saturating_sub(1).min(16));
        self.back_off.saturating_mul(doubled).min(Self::LONGEST_DELAY)
    }
}

impl From<&Lifecycle> for Rules {
    fn from(config: &Lifecycle) -> Self {
        Self {
            stand_back_after: unless_never(config.stand_back_after.0),
            freeze_after: unless_never(config.freeze_after.0),
            hibernate_after: unless_never(config.hibernate_after.0),
            start_within: config.start_within.0,
            health_every: unless_never(config.health_every.0),
            give_up: config.give_up,
            back_off: config.back_off.0,
            unwell: 3,
            settled: Duration::from_secs(60),
            checkpoint: config.checkpoint,
        }
    }
}
