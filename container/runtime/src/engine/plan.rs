//! What a spec comes to on this machine: limits that hold here, sizes, mounts. Pure.

use std::path::{Path, PathBuf};

use super::ability::Ability;
use crate::{
    Error, Spec,
    net::bridge::Bridge,
    spec::{Limits, Mount},
};

/// What the first process needs of root's powers: to become the user, to give away what it makes for the user, and to
/// end what the user started.
pub(super) const CAPABILITIES: [&str; 4] = ["CAP_CHOWN", "CAP_KILL", "CAP_SETGID", "CAP_SETUID"];

/// Bytes of what a container's first process says that are kept.
pub(super) const LOG_BYTES: u64 = 1 << 20;

/// Descriptors of one process where the spec does not say: what browsers and databases ask for.
const DESCRIPTORS: u64 = 65_536;
/// Processes and threads where the spec does not say. A fork bomb of somebody without a plan ends here.
const PIDS: u32 = 4096;
/// Directories in memory where nothing else says how large they may be.
const IN_MEMORY: u64 = 1 << 30;
/// `/run` holds sockets and small files.
const RUN: u64 = 64 << 20;

/// A spec with every number decided.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    /// The engine's name for it.
    pub(super) id: String,
    /// The engine's name of its image.
    pub(super) image: String,
    /// The first process with its arguments.
    pub(super) entrypoint: Vec<String>,
    /// What was asked for.
    pub(super) spec: Spec,
    /// Bytes of memory.
    pub(super) memory: Option<u64>,
    /// 1 to 10 000, 100 is usual.
    pub(super) cpu_weight: Option<u32>,
    /// Thousandths of a core.
    pub(super) cpu_millis: Option<u32>,
    /// Processes and threads in all.
    pub(super) pids: Option<u32>,
    /// `RLIMIT_NPROC`, which holds where the pids controller is lacking.
    pub(super) processes: u32,
    /// `RLIMIT_NOFILE`.
    pub(super) descriptors: u64,
    /// Bytes of the writable layer, where the engine's driver can tell them apart.
    pub(super) layer: Option<u64>,
    /// Block devices with a rate.
    pub(super) block: Vec<Throttle>,
    /// Directories in memory: where, how many bytes, which mode.
    pub(super) memory_dirs: Vec<(&'static str, u64, &'static str)>,
    /// Bytes of `/dev/shm`.
    pub(super) shm: u64,
    /// Directories of the host.
    pub(super) binds: Vec<Bind>,
    /// Whether the id range of the spec is used.
    pub(super) own_ids: bool,
    /// Its network.
    pub(super) bridge: Option<Bridge>,
    /// Whether cgroups are the second version.
    pub(super) unified: bool,
}

/// A block device, with bytes a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Throttle {
    pub(super) path: PathBuf,
    pub(super) read: Option<u64>,
    pub(super) write: Option<u64>,
}

/// A directory of the host inside, with the words of `mount(8)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bind {
    pub(super) source: String,
    pub(super) target: String,
    pub(super) options: Vec<&'static str>,
}

/// Decides. `disks` are the block devices below the spec's writable mounts, or why they are not known.
pub(super) fn plan(
    spec: &Spec,
    (id, image, init): (String, String, &Path),
    can: &Ability,
    disks: &Result<Vec<PathBuf>, String>,
    bridge: Option<Bridge>,
) -> Result<Plan, Error> {
    let limits = &spec.limits;
    let pids = within(limits.pids, "pids", "a limit of processes", &can.pids, limits)?;
    let memory = within(limits.memory, "memory", "a limit of memory", &can.memory, limits)?;
    let rates = limits.read_rate.is_some() || limits.write_rate.is_some();
    let throttled = can.block.clone().and(disks.as_ref().map(|_| ()).map_err(Clone::clone));
    let read = within(limits.read_rate, "read_rate", "a limit of reading", &throttled, limits)?;
    let slowed = throttled.and(can.writing.clone());
    let write = within(limits.write_rate, "write_rate", "a limit of writing", &slowed, limits)?;
    let block = match disks {
        Ok(disks) if rates && (read.is_some() || write.is_some()) => {
            disks.iter().map(|disk| Throttle { path: disk.clone(), read, write }).collect()
        }
        _ => Vec::new(),
    };
    let own_ids = match &can.ids {
        Ok(()) => true,
        Err(_) if may_lack(limits, "ids") => false,
        Err(why) => return Err(Error::Unsupported { what: "an id range of its own", why: why.clone() }),
    };
    // Memory-backed directories count as the container's memory, so none can be larger than half of it; and they are
    // the only place that a container has of its own, so together they are its disk.
    let room = memory.map_or(IN_MEMORY, |bytes| bytes / 2);
    let temporary = limits.disk.map_or(room, |disk| room.min(disk));
    let mut entrypoint = vec![text(init)?];
    entrypoint.extend(["--user".to_owned(), format!("{}:{}", spec.user.uid, spec.user.gid), "--".to_owned()]);
    entrypoint.extend(spec.command.iter().cloned());
    let mut binds = spec.mounts.iter().map(bind).collect::<Result<Vec<_>, _>>()?;
    binds.push(Bind { source: text(&spec.gate)?, target: "/run/tos".into(), options: BIND.into() });
    Ok(Plan {
        id,
        image,
        entrypoint,
        memory,
        cpu_weight: within(limits.cpu_weight, "cpu_weight", "a share of the processor", &can.cpu, limits)?
            .map(|weight| weight.clamp(1, 10_000)),
        cpu_millis: within(limits.cpu_millis, "cpu_millis", "a ceiling of the processor", &can.cpu, limits)?,
        pids: pids.or_else(|| can.pids.is_ok().then_some(PIDS)),
        processes: limits.pids.unwrap_or(PIDS),
        descriptors: limits.descriptors.unwrap_or(DESCRIPTORS).min(can.descriptors),
        layer: limits.disk.filter(|_| can.layer),
        block,
        memory_dirs: vec![("/tmp", temporary, "1777"), ("/var/tmp", temporary, "1777"), ("/run", RUN, "0755")],
        shm: room,
        binds,
        own_ids,
        bridge,
        unified: can.unified,
        spec: spec.clone(),
    })
}

/// A limit where it holds; nothing where the spec may lack it.
fn within<T>(
    asked: Option<T>,
    field: &str,
    what: &'static str,
    can: &Result<(), String>,
    limits: &Limits,
) -> Result<Option<T>, Error> {
    match (asked, can) {
        (None, _) => Ok(None),
        (Some(asked), Ok(())) => Ok(Some(asked)),
        (Some(_), Err(_)) if may_lack(limits, field) => Ok(None),
        (Some(_), Err(why)) => Err(Error::Unsupported { what, why: why.clone() }),
    }
}

fn may_lack(limits: &Limits, field: &str) -> bool {
    limits.may_lack.iter().any(|name| name == field)
}

const BIND: [&str; 4] = ["rbind", "rprivate", "nosuid", "nodev"];

fn bind(mount: &Mount) -> Result<Bind, Error> {
    let options = match (mount.follows, mount.read_only) {
        (true, false) => ["rbind", "rslave", "nosuid", "nodev"].into(),
        (false, false) => BIND.into(),
        // Not recursive: what is mounted below would be there, and could be written to.
        (false, true) => ["bind", "rprivate", "nosuid", "nodev", "ro"].into(),
        (true, true) => {
            return Err(Error::Unsupported {
                what: "a read-only mount that follows the host",
                why: "what is mounted later would be writable".into(),
            });
        }
    };
    Ok(Bind { source: text(&mount.source)?, target: text(&mount.target)?, options })
}

/// A path as the engine's JSON can have it: absolute, of Unicode, without the signs that its own syntax uses.
fn text(path: &Path) -> Result<String, Error> {
    let text = path.to_str().filter(|text| path.is_absolute() && !text.contains([':', ',', '\n', '\0']));
    let why = || format!("{} has no path that an engine takes", path.display());
    text.map(str::to_owned).ok_or_else(|| Error::Unsupported { what: "a mount", why: why() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests::{able, spec};

    fn planned(spec: &Spec, can: &Ability) -> Result<Plan, Error> {
        let disks = Ok(vec!["/dev/vda".into()]);
        plan(spec, ("tos-x-a".into(), "tiny".into(), Path::new("/usr/bin/tos-init")), can, &disks, None)
    }

    #[test]
    fn a_limit_that_cannot_hold_is_refused_unless_it_may_be_lacking() {
        let lame = Ability { memory: Err("no memory controller".into()), ..able() };
        let mut wish = spec("a");
        wish.limits.memory = Some(1 << 30);
        let Err(Error::Unsupported { why, .. }) = planned(&wish, &lame) else { panic!("it was taken") };
        assert_eq!(why, "no memory controller");
        wish.limits.may_lack = vec!["memory".into()];
        assert_eq!(planned(&wish, &lame).unwrap().memory, None);
        assert_eq!(planned(&wish, &able()).unwrap().memory, Some(1 << 30));
    }

    #[test]
    fn ids_are_given_up_only_by_name() {
        let lame = Ability { ids: Err("the daemon has one range".into()), ..able() };
        assert!(matches!(planned(&spec("a"), &lame), Err(Error::Unsupported { .. })));
        let mut wish = spec("a");
        wish.limits.may_lack = vec!["ids".into()];
        assert!(!planned(&wish, &lame).unwrap().own_ids);
    }

    #[test]
    fn memory_directories_are_within_memory_and_disk() {
        let mut wish = spec("a");
        wish.limits.memory = Some(1 << 30);
        wish.limits.disk = Some(100 << 20);
        let plan = planned(&wish, &able()).unwrap();
        assert_eq!(plan.memory_dirs[0], ("/tmp", 100 << 20, "1777"));
        assert_eq!(plan.shm, 512 << 20);
        assert_eq!(plan.layer, None, "the driver of this machine has no quotas");
    }

    #[test]
    fn paths_that_would_say_more_than_a_path_are_refused() {
        for path in ["relative", "/a:rw", "/a,b", "/a\nb"] {
            let mut wish = spec("a");
            let mount = Mount { source: path.into(), target: "/x".into(), read_only: false, follows: false };
            wish.mounts.push(mount);
            assert!(planned(&wish, &able()).is_err(), "{path:?}");
        }
    }

    #[test]
    fn descriptors_never_pass_what_the_machine_allows() {
        let mut wish = spec("a");
        wish.limits.descriptors = Some(1 << 30);
        assert_eq!(planned(&wish, &able()).unwrap().descriptors, 20_000);
        wish.limits.descriptors = Some(512);
        assert_eq!(planned(&wish, &able()).unwrap().descriptors, 512);
    }
}
