//! Wall time as it is written down.

use std::{
    fmt,
    ops::{Add, Sub},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The last millisecond of the year 9999, the last that RFC 3339 can write.
const LAST: i64 = 253_402_300_799_999;

/// Milliseconds since 1970 by the wall clock of whoever wrote it. For records, not for deadlines: the clock can jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(i64);

impl Moment {
    /// By the clock of this machine.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// From milliseconds since 1970; what lies outside of the years 1970 to 9999 is moved to their edge.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(0, LAST))
    }

    /// Milliseconds since 1970.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// How long this is after `earlier`; nothing if it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl From<SystemTime> for Moment {
    fn from(time: SystemTime) -> Self {
        let millis = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        Self::from_millis(i64::try_from(millis).unwrap_or(LAST))
    }
}

impl From<Moment> for SystemTime {
    fn from(moment: Moment) -> Self {
        UNIX_EPOCH + moment.since(Moment(0))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, length: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(i64::try_from(length.as_millis()).unwrap_or(LAST)))
    }
}

impl Sub<Duration> for Moment {
    type Output = Self;

    fn sub(self, length: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(i64::try_from(length.as_millis()).unwrap_or(LAST)))
    }
}

impl fmt::Display for Moment {
    /// RFC 3339 in UTC, such as `2025-03-01T12:00:00.25Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|time| time.format(&Rfc3339).ok());
        f.write_str(text.as_deref().unwrap_or("-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_people_read_it() {
        assert_eq!(Moment::from_millis(1_740_830_400_250).to_string(), "2025-03-01T12:00:00.25Z");
        assert_eq!(Moment::from_millis(LAST).to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn stays_within_what_can_be_written() {
        assert_eq!(Moment::from_millis(-5).millis(), 0);
        assert_eq!((Moment::from_millis(LAST) + Duration::from_secs(1)).millis(), LAST);
        assert_eq!((Moment::from_millis(3) - Duration::MAX).millis(), 0);
        assert_eq!(Moment::from_millis(3).since(Moment::from_millis(5)), Duration::ZERO);
    }

    #[test]
    fn goes_to_the_system_and_back() {
        let moment = Moment::from_millis(1_740_830_400_251);
        assert_eq!(Moment::from(SystemTime::from(moment)), moment);
    }
}
