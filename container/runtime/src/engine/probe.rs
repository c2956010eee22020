//! What this machine and its engine give, found out by trying each.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use nix::sys::resource::{Resource, getrlimit};
use serde_json::Value;

use super::{ability::Ability, idmap};
use crate::{Facts, facts::Fact, local::UNCOUNTED, net::walls};

/// Who the engine says it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct About {
    /// `podman 4.3.1`.
    pub(super) version: String,
    /// It is podman, whichever language we speak to it in.
    pub(super) podman: bool,
    /// It is not root.
    pub(super) rootless: bool,
    /// It filters system calls.
    pub(super) seccomp: bool,
    /// Its storage driver, and what that is on.
    pub(super) storage: (String, String),
    /// The first of the ids that a daemon maps all of its containers to.
    pub(super) remapped: Option<u32>,
}

/// Reads `/info` of libpod.
pub(super) fn of_podman(info: &Value) -> About {
    let text = |path: &str| info.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let flag = |path: &str| info.pointer(path).and_then(Value::as_bool).unwrap_or(false);
    About {
        version: format!("podman {}, {}", text("/version/Version"), text("/host/ociRuntime/name")),
        podman: true,
        rootless: flag("/host/security/rootless"),
        seccomp: flag("/host/security/seccompEnabled"),
        storage: (text("/store/graphDriverName"), text("/store/graphStatus/Backing Filesystem")),
        remapped: None,
    }
}

/// Reads `/info` and `/version` of the Docker Engine API.
pub(super) fn of_docker(info: &Value, version: &Value) -> About {
    let text = |path: &str| info.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let listed = |path: &str, text: &str| {
        let all = info.pointer(path).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_str).any(|option| option.contains(text))
    };
    let podman = version.to_string().contains("Podman Engine");
    let said = version.get("Version").and_then(Value::as_str).unwrap_or_default();
    // With userns-remap its directory is named after the first user and group id.
    let root = text("/DockerRootDir");
    let first = root.rsplit('/').next().and_then(|last| last.split_once('.')?.0.parse().ok());
    About {
        version: format!("{} {said}", if podman { "podman as docker" } else { "docker" }),
        podman,
        rootless: listed("/SecurityOptions", "rootless"),
        seccomp: listed("/SecurityOptions", "seccomp"),
        storage: (text("/Driver"), String::new()),
        remapped: first.filter(|_| listed("/SecurityOptions", "userns")),
    }
}

/// What was found out.
pub(super) struct Found {
    pub(super) facts: Facts,
    pub(super) ability: Ability,
}

/// Tries everything. `checkpoints`: the engine has words for it; `directory`: where a mount is tried.
pub(super) async fn everything(about: &About, checkpoints: bool, directory: &Path) -> Found {
    let rules = rules(about).await;
    let (about, directory) = (about.clone(), directory.to_owned());
    let local = tokio::task::spawn_blocking(move || machine(&about, checkpoints, &directory, rules)).await;
    // The task neither panics nor is aborted; if it were, nothing could be had.
    local.unwrap_or_else(|_| Found { facts: Facts::default(), ability: nothing() })
}

fn nothing() -> Ability {
    let no = || Err("the probes did not end".to_owned());
    Ability {
        ids: no(),
        memory: no(),
        cpu: no(),
        pids: no(),
        block: no(),
        writing: no(),
        network: no(),
        checkpoint: no(),
        layer: false,
        unified: false,
        descriptors: 1024,
    }
}

async fn rules(about: &About) -> Result<(), String> {
    if about.rootless {
        return Err("a rootless engine's networks are in a namespace of its own, where no rules of ours hold".into());
    }
    walls::load("add table inet tos-probe\n", true).await.map_err(|error| error.to_string())
}

fn machine(about: &About, checkpoints: bool, directory: &Path, network: Result<(), String>) -> Found {
    let unified = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    let controller = |name: &str, file: &str| {
        let there = if unified {
            let all = fs::read_to_string("/sys/fs/cgroup/cgroup.controllers").unwrap_or_default();
            all.split_whitespace().any(|found| found == name)
        } else {
            Path::new("/sys/fs/cgroup").join(name).join(file).exists()
        };
        match (there, about.rootless && !unified) {
            (true, false) => Ok(()),
            (true, true) => Err("a rootless engine cannot use cgroups of the first version".to_owned()),
            (false, _) => Err(format!("the kernel shows no cgroup controller \"{name}\"")),
        }
    };
    let memory = controller("memory", "memory.limit_in_bytes");
    let cpu = controller("cpu", "cpu.cfs_quota_us");
    let pids = controller("pids", "cgroup.procs");
    let block = if unified { controller("io", "") } else { controller("blkio", "blkio.throttle.read_bps_device") };
    let writing = if unified { block.clone() } else { block.clone().and(Err(UNCOUNTED.to_owned())) };
    let freezer = if unified { Ok(()) } else { controller("freezer", "cgroup.procs") };
    let namespaces = idmap::namespaces();
    let ids = ids(about, &namespaces);
    let mapped =
        if nix::unistd::geteuid().is_root() { idmap::try_on(directory) } else { Err("it needs root".to_owned()) };
    let checkpoint = checkpoint(about, checkpoints);
    let layer = layer(about);
    let descriptors = getrlimit(Resource::RLIMIT_NOFILE).map_or(1024, |(_, hard)| hard.min(1 << 20));
    let seccomp = if about.seccomp { Ok(()) } else { Err("the engine was built without it".to_owned()) };
    let v2 = if unified { Ok(()) } else { Err("/sys/fs/cgroup has the first version's controllers".to_owned()) };
    let rootful = if about.rootless { Err("it runs without root".to_owned()) } else { Ok(()) };

    let fact = |what, found: &Result<(), String>, have: &str, without| Fact {
        what,
        there: found.is_ok(),
        why: found.as_ref().err().cloned().unwrap_or_else(|| have.to_owned()),
        without,
    };
    const REFUSED: Option<&str> = Some("plans that limit it are refused, unless they may lack it");
    let facts = Facts(vec![
        fact("container engine", &Ok(()), &about.version, None),
        fact("engine as root", &rootful, "yes", Some("containers have no network but their loopback")),
        fact("seccomp", &seccomp, "profile of our own", None),
        fact("user namespaces", &namespaces, "tried", Some("containers that need their own ids are refused")),
        fact(
            "id ranges",
            &ids,
            "one for each container",
            Some("containers are refused unless their plan may lack ids"),
        ),
        fact("idmapped mounts", &mapped, "tried", Some("volumes are given to the container's ids by chown")),
        fact("cgroup v2", &v2, "unified", Some("the first version's controllers are used")),
        fact("memory limit", &memory, "controller memory", REFUSED),
        fact("processor limit", &cpu, "controller cpu", REFUSED),
        fact("process limit", &pids, "controller pids", REFUSED),
        fact("block device limit", &block, if unified { "controller io" } else { "controller blkio" }, REFUSED),
        fact("writing limit", &writing, "controller io", REFUSED),
        fact("freezer", &freezer, "by cgroup", Some("every process is stopped by a signal")),
        fact(
            "disk quota",
            &layer,
            &format!("storage driver {}", about.storage.0),
            Some("a container's own root is read-only, so it fills memory at most"),
        ),
        fact("checkpoint", &checkpoint, "criu check passes", Some("desktops come back by their own snapshots")),
        fact("network rules", &network, "nftables", Some("containers that may reach anything are refused")),
        fact("GPU devices", &cdi(), "CDI", Some("plans with a GPU are refused by the engine")),
        fact("open files", &Ok(()), &format!("{descriptors} for one process"), None),
    ]);
    let network = network.and(rootful);
    let ability = Ability {
        ids,
        memory,
        cpu,
        pids,
        block,
        writing,
        network,
        checkpoint,
        layer: layer.is_ok(),
        unified,
        descriptors,
    };
    Found { facts, ability }
}

fn ids(about: &About, namespaces: &Result<(), String>) -> Result<(), String> {
    namespaces.clone()?;
    match (about.podman, about.remapped) {
        (true, _) if about.version.starts_with("podman as docker") => {
            Err("the Docker language has no words for ranges of ids".into())
        }
        (true, _) => Ok(()),
        (false, Some(first)) => Err(format!("docker maps all containers to the ids from {first} on")),
        (false, None) => Err("docker maps no ids; see userns-remap in its manual".into()),
    }
}

fn checkpoint(about: &About, words: bool) -> Result<(), String> {
    if !words {
        return Err("not by the Docker language".into());
    }
    if about.rootless {
        return Err("not by a rootless engine".into());
    }
    let check = Command::new("criu").arg("check").stdin(Stdio::null()).output();
    match check {
        Err(error) => Err(format!("criu cannot be run: {error}")),
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let line = said.lines().find(|line| line.starts_with("Error")).unwrap_or("it does not say why");
            Err(format!("criu check fails: {}", line.chars().take(200).collect::<String>()))
        }
    }
}

fn layer(about: &About) -> Result<(), String> {
    match (about.storage.0.as_str(), about.storage.1.as_str()) {
        ("btrfs" | "zfs", _) => Ok(()),
        ("overlay" | "overlay2", "xfs") => {
            let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
            let quota = mounts.lines().any(|line| line.contains(" xfs ") && line.contains("prjquota"));
            if quota { Ok(()) } else { Err("xfs is mounted without pquota".into()) }
        }
        (driver, below) => Err(format!("storage driver {driver} on {below} has no quotas")),
    }
}

/// Directories where descriptions of devices lie, by the Container Device Interface.
fn cdi() -> Result<(), String> {
    let places = ["/etc/cdi", "/var/run/cdi"];
    let files = places.iter().filter_map(|place| fs::read_dir(place).ok()).flatten().flatten();
    let known = |path: PathBuf| path.extension().is_some_and(|end| end == "json" || end == "yaml");
    if files.map(|entry| entry.path()).any(known) {
        Ok(())
    } else {
        Err(format!("no device is described in {}", places.join(" or ")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn docker_tells_its_one_range_by_its_directory() {
        let info = json!({
            "DockerRootDir": "/var/lib/docker/165536.165536", "Driver": "overlay2",
            "SecurityOptions": ["name=seccomp,profile=builtin", "name=userns"],
        });
        let about = of_docker(&info, &json!({"Version": "27.0"}));
        assert_eq!((about.remapped, about.seccomp, about.rootless), (Some(165_536), true, false));
        assert!(ids(&about, &Ok(())).unwrap_err().contains("165536"));
        assert!(of_docker(&json!({"DockerRootDir": "/var/lib/docker"}), &json!({})).remapped.is_none());
    }

    #[tokio::test]
    async fn what_is_lacking_says_why_and_what_then() {
        let about = About { version: "podman 4".into(), podman: true, rootless: true, ..About::default() };
        let directory = tempfile::tempdir().unwrap();
        let found = everything(&about, false, directory.path()).await;
        assert!(!found.facts.has("checkpoint") && !found.facts.has("network rules") && !found.facts.has("seccomp"));
        assert!(found.ability.network.is_err());
        for fact in &found.facts.0 {
            assert!(!fact.why.is_empty(), "{}", fact.what);
        }
        let fatal: Vec<_> = found.facts.fatal().map(|fact| fact.what).collect();
        assert_eq!(fatal, ["seccomp"], "an engine that does not filter calls is not used");
    }
}
