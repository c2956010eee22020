//! What a spec means here: a plan for `tos-init --jail`, or why there is none.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown},
    path::{Component, Path},
};

use gate::plan::{Ids, Mount, Plan};
use nix::unistd::{Gid, Uid};

use super::{cgroup, probe};
use crate::{
    Error, Facts, Spec,
    spec::{Image, Limits},
};

/// Bytes of what a container has of its own, where the spec does not say. It lies in memory, and its limit on memory counts it too.
const OWN: u64 = 1 << 30;
/// Bytes of `/dev/shm`: browsers keep pictures there.
const SHARED: u64 = 512 << 20;

fn unsupported(what: &'static str, why: impl Into<String>) -> Error {
    Error::Unsupported { what, why: why.into() }
}

/// A plan, and the limits that cgroups are to keep.
pub(super) fn plan(spec: &Spec, facts: &Facts, host: &cgroup::Host) -> Result<(Plan, Limits), Error> {
    if let Some(fact) = facts.fatal().next() {
        return Err(unsupported(fact.what, fact.why.clone()));
    }
    let Image::Root(root) = &spec.image else {
        return Err(unsupported("an image", "without a container engine, a directory is the root"));
    };
    let mut limits = spec.limits.clone();
    let may_lack = |limit: &str| spec.limits.may_lack.iter().any(|name| name == limit);
    if let Some(device) = spec.gpu.as_ref().filter(|_| !may_lack("gpu")) {
        return Err(unsupported("a GPU", format!("{device}: devices by name take a container engine")));
    }
    for (limit, why) in host.lacking(&limits) {
        if !may_lack(limit) {
            return Err(unsupported(limit, why));
        }
        match limit {
            "memory" => limits.memory = None,
            "cpu_weight" => limits.cpu_weight = None,
            "cpu_millis" => limits.cpu_millis = None,
            "pids" => limits.pids = None,
            "read_rate" => limits.read_rate = None,
            _ => limits.write_rate = None,
        }
    }
    let paths = spec.mounts.iter().flat_map(|mount| [&mount.source, &mount.target]).chain([root, &spec.gate]);
    for path in paths {
        if !is_plain(path) {
            return Err(Error::Refused {
                doing: "making a container",
                said: format!("{} is no plain path", path.display()),
            });
        }
    }
    if spec.command.is_empty() {
        return Err(Error::Refused { doing: "making a container", said: "no program".to_owned() });
    }
    let plan = Plan {
        hostname: spec.name.to_string(),
        root: root.clone(),
        ids: ids(spec)?,
        mounts: spec.mounts.iter().map(mount).collect(),
        gate: spec.gate.clone(),
        own: spec.limits.disk.unwrap_or(OWN),
        shared: SHARED,
        cgroups: Vec::new(),
        network: None,
        environment: spec.environment.clone(),
        command: spec.command.clone(),
        user: (spec.user.uid, spec.user.gid),
        nofile: spec.limits.descriptors,
        // Where no cgroup counts processes, the user's own limit does, if not the threads of its first process.
        nproc: spec.limits.pids.filter(|_| limits.pids.is_none()).map(u64::from),
        filters: Vec::new(),
    };
    Ok((plan, limits))
}

fn mount(mount: &crate::spec::Mount) -> Mount {
    let crate::spec::Mount { source, target, read_only, follows } = mount.clone();
    Mount { source, target, read_only, follows }
}

/// Whether a path is absolute and goes nowhere but down.
fn is_plain(path: &Path) -> bool {
    path.is_absolute() && path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)))
}

fn ids(spec: &Spec) -> Result<Ids, Error> {
    let highest = spec.user.uid.max(spec.user.gid);
    let ids = if Uid::effective().is_root() {
        let crate::spec::IdRange { first, count } = spec.ids;
        if first == 0 {
            return Err(unsupported("a container with the host's own ids", "its root would be the host's"));
        }
        Ids::Range { first, count }
    } else {
        let (first, count) = probe::given().map_err(|why| unsupported("a range of user ids", why))?;
        Ids::Given { first, count }
    };
    let (Ids::Range { count, .. } | Ids::Given { count, .. }) = ids;
    if highest >= count { Err(unsupported("that user", format!("the container has {count} ids"))) } else { Ok(ids) }
}

/// Who a container's root is outside.
pub(super) fn root_outside(ids: &Ids) -> (u32, u32) {
    match *ids {
        Ids::Range { first, .. } => (first, first),
        Ids::Given { .. } => (Uid::current().as_raw(), Gid::current().as_raw()),
    }
}

/// Makes the gate's directory the container's own. Whoever else could look in is kept out by the directory above.
pub(super) fn hand_over(gate: &Path, (uid, gid): (u32, u32)) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o711).create(gate)?;
    chown(gate, Some(uid), Some(gid))?;
    fs::set_permissions(gate, fs::Permissions::from_mode(0o711))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_down_only() {
        assert!(is_plain(Path::new("/home")));
        for path in ["home", "", "/home/../etc"] {
            assert!(!is_plain(Path::new(path)), "{path:?}");
        }
    }
}
