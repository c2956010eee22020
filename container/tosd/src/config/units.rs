//! Values as people write them: `5m`, `2GiB`, `50000-50399`.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

/// A text that is no such value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// Not a length of time.
    #[error("expected a time such as 500ms, 30s, 5m, 2h or 7d")]
    Period,
    /// Not a size.
    #[error("expected a size such as 512MiB, 2GiB or 20GB")]
    Size,
    /// Not a range of ports.
    #[error("expected ports such as 50000-50399, the first above 1023 and not above the last")]
    Ports,
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(pub Duration);

/// Milliseconds of each unit, the largest first: that is how a time is written again.
const PERIODS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl FromStr for Period {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let (number, unit) = split(text).ok_or(UnitError::Period)?;
        let (_, each) = PERIODS.iter().find(|(name, _)| *name == unit).ok_or(UnitError::Period)?;
        number.checked_mul(*each).map(|all| Self(Duration::from_millis(all))).ok_or(UnitError::Period)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        let (unit, each) = PERIODS.iter().find(|(_, each)| all >= *each && all % each == 0).unwrap_or(&("s", 1_000));
        write!(f, "{}{unit}", all / each)
    }
}

pub(super) const fn seconds(count: u64) -> Period {
    Period(Duration::from_secs(count))
}

pub(super) const fn minutes(count: u64) -> Period {
    seconds(count * 60)
}

pub(super) const fn hours(count: u64) -> Period {
    minutes(count * 60)
}

/// Bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size(pub u64);

const SIZES: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

impl FromStr for Size {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let (number, unit) = split(text).ok_or(UnitError::Size)?;
        let (_, each) = SIZES.iter().find(|(name, _)| *name == unit).ok_or(UnitError::Size)?;
        number.checked_mul(*each).map(Self).ok_or(UnitError::Size)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = SIZES.iter().filter(|(_, each)| self.0 >= *each && self.0.is_multiple_of(*each));
        // 20GB and not 19531250KiB: the unit that leaves the smallest number.
        let (unit, each) = whole.max_by_key(|(_, each)| *each).unwrap_or(&("B", 1));
        write!(f, "{}{unit}", self.0 / each)
    }
}

/// UDP or TCP ports, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ports {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

impl Ports {
    /// How many there are.
    pub fn count(self) -> u32 {
        u32::from(self.last).saturating_sub(u32::from(self.first)) + 1
    }

    /// Whether this is one of them.
    pub fn contains(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }
}

impl FromStr for Ports {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let (first, last) = text.split_once('-').ok_or(UnitError::Ports)?;
        let (first, last) = (first.parse().ok(), last.parse().ok());
        match (first, last) {
            (Some(first), Some(last)) if (1024..=last).contains(&first) => Ok(Self { first, last }),
            _ => Err(UnitError::Ports),
        }
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

fn split(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(end)?;
    Some((number.parse().ok()?, unit.trim_start()))
}

macro_rules! by_text {
    ($($type:ident),*) => {$(
        impl TryFrom<String> for $type {
            type Error = UnitError;

            fn try_from(text: String) -> Result<Self, UnitError> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    )*};
}

by_text!(Period, Size, Ports);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_the_same() {
        for text in ["500ms", "30s", "5m", "2h", "7d", "90s", "0s"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        for text in ["512MiB", "2GiB", "20GB", "1B", "0B", "3TiB"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
        assert_eq!("50000-50399".parse::<Ports>().unwrap().count(), 400);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "5", "m", "-5m", "5 weeks", "99999999999999999999s", "18446744073709551615d"] {
            assert_eq!(text.parse::<Period>(), Err(UnitError::Period), "{text}");
        }
        for text in ["", "2", "GiB", "2Gib", "18446744073709551615TiB"] {
            assert_eq!(text.parse::<Size>(), Err(UnitError::Size), "{text}");
        }
        for text in ["", "1-2", "2000-1999", "2000", "70000-70001"] {
            assert_eq!(text.parse::<Ports>(), Err(UnitError::Ports), "{text}");
        }
    }
}
