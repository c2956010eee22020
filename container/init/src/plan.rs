//! What `tos-init --jail` reads: a container without an engine, as somebody else decided it. A file of the host's that nobody inside sees.

use std::{collections::BTreeMap, net::IpAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

/// Name of the file, in the directory of records.
pub const PLAN: &str = "plan.json";
/// Held by the process that waits for the container's end.
pub const LOCK: &str = "lock";
/// Which processes they are, as a [`Running`].
pub const RUNNING: &str = "running.json";
/// The exit status, in decimal, once there is one.
pub const EXIT: &str = "exit";
/// What the container printed, bounded; `log.old` is what was before.
pub const LOG: &str = "log";

/// A container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What it is called inside.
    pub hostname: String,
    /// A directory that is its root; `/` is what of the host's own system is nobody's secret.
    pub root: PathBuf,
    /// User ids, and the same for group ids.
    pub ids: Ids,
    /// Directories of the host inside.
    pub mounts: Vec<Mount>,
    /// What becomes `/run/tos`.
    pub gate: PathBuf,
    /// Bytes of what lies in memory: `/tmp` and `/workspace` together, and `/dev/shm`.
    pub own: u64,
    /// Bytes of `/dev/shm`.
    pub shared: u64,
    /// Directories of cgroups that it is put into.
    pub cgroups: Vec<PathBuf>,
    /// Its line out, if it has one.
    #[serde(default)]
    pub network: Option<Network>,
    /// Environment of the program.
    pub environment: BTreeMap<String, String>,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Who it is, user and group.
    pub user: (u32, u32),
    /// Open descriptors of one process.
    pub nofile: Option<u64>,
    /// Processes and threads of that user.
    pub nproc: Option<u64>,
    /// Filters of system calls, in the order in which they are installed: code, jt, jf, k.
    pub filters: Vec<Vec<(u16, u8, u8, u32)>>,
}

/// Which ids of the host it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ids {
    /// A range, written by ourselves; we are root.
    Range {
        /// Of the host: id 0 inside.
        first: u32,
        /// How many.
        count: u32,
    },
    /// A range of those that `/etc/subuid` gives our user, written by `newuidmap`; id 0 inside is our own user.
    Given {
        /// Of the host: id 1 inside.
        first: u32,
        /// How many.
        count: u32,
    },
}

/// A directory of the host inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mount {
    /// On the host.
    pub source: PathBuf,
    /// Inside.
    pub target: PathBuf,
    /// Nobody writes to it.
    pub read_only: bool,
    /// What is mounted below it on the host later is there inside too.
    pub follows: bool,
}

/// A pair of interfaces; the inner end is `eth0`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The host's end.
    pub interface: String,
    /// One for each family.
    pub links: Vec<Link>,
    /// Whom programs ask for names.
    pub resolvers: Vec<IpAddr>,
}

/// Addresses of both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The host's, which leads to the world.
    pub host: IpAddr,
    /// The container's.
    pub inside: IpAddr,
    /// How many bits they share.
    pub prefix: u8,
}

/// A process that cannot be taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Process {
    /// Its number on the host.
    pub pid: u32,
    /// When it began, in ticks since the machine did.
    pub start: u64,
}

/// The processes of a container, as the host sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Its first process.
    pub first: Process,
    /// The one that waits for its end.
    pub waiter: Process,
}

impl Process {
    /// The process of this number, as it is now.
    pub fn of(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The program's name is in brackets and may hold anything; the start is the 20th field after it.
        let start = stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19)?.parse().ok()?;
        Some(Self { pid, start })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_start() {
        let me = Process::of(std::process::id()).unwrap();
        assert_eq!(Process::of(std::process::id()), Some(me));
        assert!(me.start > 0);
        assert_eq!(Process::of(u32::MAX), None);
    }
}
