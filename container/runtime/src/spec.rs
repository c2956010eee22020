//! What a container is to be.

use std::{collections::BTreeMap, fmt, net::IpAddr, path::PathBuf, str::FromStr};

use serde::{Deserialize, Serialize};

/// A container's name: 1 to 48 characters of `a-z`, `0-9` and `-`, not beginning with `-`. It is part of paths, cgroups and
/// network names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// A text that is no [`Name`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a container's name has 1 to 48 of a-z, 0-9 and -, and does not begin with -")]
pub struct NotAName;

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let fits = (1..=48).contains(&text.len()) && !text.starts_with('-');
        let known = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits && known { Ok(Self(text.to_owned())) } else { Err(NotAName) }
    }
}

impl TryFrom<String> for Name {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl Name {
    /// As a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a container is to be. Made by whoever knows users and plans; a runtime does as it says, or refuses.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// Its name, unique on this host.
    pub name: Name,
    /// What it is made from.
    pub image: Image,
    /// The program that the first process starts, with its arguments.
    pub command: Vec<String>,
    /// Environment of that program; nothing of the host's.
    pub environment: BTreeMap<String, String>,
    /// Who that program is inside.
    pub user: User,
    /// Directories of the host inside. The root itself is read-only; `/tmp` and `/run` are in memory.
    pub mounts: Vec<Mount>,
    /// Directory of the host that appears as `/run/tos` inside, with the sockets of the first process.
    pub gate: PathBuf,
    /// The host's user and group ids that it runs as: id 0 inside is `first` outside.
    pub ids: IdRange,
    /// What it may reach.
    pub egress: Egress,
    /// What it may use.
    pub limits: Limits,
    /// A device by its CDI name, such as `nvidia.com/gpu=0` or `nvidia.com/gpu=MIG-…`.
    pub gpu: Option<String>,
    /// Kept with it, for whoever finds it again. Keys and values are short ASCII.
    pub labels: BTreeMap<String, String>,
}

/// What a container is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Image {
    /// The engine's own name for it.
    Named(String),
    /// A directory that is its root, read-only; `/` is the host's own system (runtime `local` only).
    Root(PathBuf),
}

/// Who runs inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// User id inside.
    pub uid: u32,
    /// Group id inside.
    pub gid: u32,
}

/// A directory of the host inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Absolute path on the host.
    pub source: PathBuf,
    /// Absolute path inside.
    pub target: PathBuf,
    /// Nobody inside can write to it.
    pub read_only: bool,
    /// What is mounted below `source` on the host later appears inside too.
    pub follows: bool,
}

/// A range of ids of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdRange {
    /// The first.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// What a container may reach. Other containers and the host itself never, whichever it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Egress {
    /// Nothing at all.
    #[default]
    None,
    /// Everything outside of the host.
    Allow,
    /// Everything outside of the host but these networks.
    Deny(Vec<Network>),
}

/// Addresses that begin alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// The first of them.
    pub address: IpAddr,
    /// How many bits they share.
    pub prefix: u8,
}

/// What a container may use. `None` is without a limit; what the machine cannot limit is refused by the runtime unless
/// it is named in `may_lack`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Share of the processor against other containers; 100 is usual, 1 to 10 000.
    pub cpu_weight: Option<u32>,
    /// Thousandths of one core at most.
    pub cpu_millis: Option<u32>,
    /// Processes and threads.
    pub pids: Option<u32>,
    /// Open descriptors of one process.
    pub descriptors: Option<u64>,
    /// Bytes on the disk that is the container's own (not of mounts).
    pub disk: Option<u64>,
    /// Bytes a second from block devices.
    pub read_rate: Option<u64>,
    /// Bytes a second to block devices.
    pub write_rate: Option<u64>,
    /// Names of the fields above that may be left out where the machine lacks them.
    pub may_lack: Vec<String>,
}

/// A ceiling of the processor as kernels keep it: so many microseconds of each period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ceiling {
    pub(crate) quota: u64,
    pub(crate) period: u64,
}

impl Ceiling {
    /// The usual period is ten times as long, and then who is at the ceiling takes every core for tens of milliseconds and
    /// is away for as long: neighbours see the one, whoever looks at that desktop the other.
    const PERIOD: u64 = 10_000;
    /// Kernels take no less, and no longer period.
    const LEAST: u64 = 1000;
    const LONGEST: u64 = 1_000_000;

    /// So many thousandths of one core.
    pub(crate) fn of(millis: u32) -> Self {
        let millis = u64::from(millis.max(1));
        let period = (Self::LEAST * 1000 / millis).clamp(Self::PERIOD, Self::LONGEST);
        Self { quota: (millis * period / 1000).max(Self::LEAST), period }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceiling_is_kept_in_short_periods_that_kernels_take() {
        for (millis, quota, period) in
            [(500, 5000, 10_000), (4000, 40_000, 10_000), (50, 1000, 20_000), (1, 1000, 1_000_000)]
        {
            assert_eq!(Ceiling::of(millis), Ceiling { quota, period });
        }
        assert_eq!(Ceiling::of(0), Ceiling::of(1));
    }
}
