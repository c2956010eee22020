//! Limits, readings and the freezer, by cgroups of either version. Each container has one of its own in each hierarchy.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    Error, Name, Stats,
    spec::{Ceiling, Limits},
};

/// How many times a cgroup is tried to be removed: its last process may be still on its way out.
const TRIES: u32 = 100;

/// Controllers that are of use here. Of version 1, `cpuacct` only counts.
const CONTROLLERS: [&str; 6] = ["memory", "cpu", "pids", "blkio", "cpuacct", "freezer"];

/// Why nobody's writing can be slowed down by the first version.
pub(crate) const UNCOUNTED: &str = "cgroup v1 counts what is written through the cache as nobody's";

/// Where cgroups can be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Host {
    /// By controller, and `unified` for version 2: the directory that is the parent of ours.
    parents: BTreeMap<String, PathBuf>,
    /// Controllers of version 2 that children can have.
    unified: Vec<String>,
}

/// Limits that the machine lacks, as the spec names them.
pub(super) type Lacking = Vec<(&'static str, String)>;

impl Host {
    /// Looks, and makes the parent of all of ours.
    pub(super) fn find(instance: &Name) -> Self {
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let mut host = Self { parents: parents(&mounts, &own), unified: Vec::new() };
        for parent in host.parents.values_mut() {
            parent.push(format!("tos-{instance}"));
        }
        host.parents.retain(|_, parent| fs::create_dir_all(parent).is_ok());
        if let Some(unified) = host.parents.get("unified").cloned() {
            host.unified = delegate(&unified);
        }
        host
    }

    /// Whether children can have this controller, in either version.
    fn has(&self, controller: &str) -> Option<Version> {
        let new = if controller == "blkio" { "io" } else { controller };
        if self.unified.iter().any(|known| known == new) {
            Some(Version::Two)
        } else if self.parents.contains_key(controller) {
            Some(Version::One)
        } else {
            None
        }
    }

    /// Whether there is a controller, for people.
    pub(super) fn words(&self, controller: &str) -> Result<String, String> {
        match self.has(controller) {
            Some(Version::One) => Ok(format!("controller {controller}")),
            Some(Version::Two) => Ok(format!("controller {controller}, unified")),
            None => Err(format!("no cgroup controller `{controller}` that we may use")),
        }
    }

    /// Whether what is written can be slowed down, for people.
    pub(super) fn writing(&self) -> Result<String, String> {
        match self.has("blkio") {
            Some(Version::One) => Err(UNCOUNTED.to_owned()),
            _ => self.words("blkio"),
        }
    }

    /// Whether `/sys/fs/cgroup` can freeze.
    pub(super) fn freezes(&self) -> bool {
        self.parents.contains_key("unified") || self.parents.contains_key("freezer")
    }

    /// Which of these limits cannot be had.
    pub(super) fn lacking(&self, limits: &Limits) -> Lacking {
        let asked = [
            ("memory", limits.memory.is_some(), "memory"),
            ("cpu_weight", limits.cpu_weight.is_some(), "cpu"),
            ("cpu_millis", limits.cpu_millis.is_some(), "cpu"),
            ("pids", limits.pids.is_some(), "pids"),
            ("read_rate", limits.read_rate.is_some(), "blkio"),
        ];
        let mut lacking: Lacking = asked
            .into_iter()
            .filter(|(_, asked, _)| *asked)
            .filter_map(|(limit, _, controller)| Some((limit, self.words(controller).err()?)))
            .collect();
        lacking.extend(limits.write_rate.and_then(|_| Some(("write_rate", self.writing().err()?))));
        lacking
    }

    /// Makes those of a container, with its limits. By what they are for: where they are.
    pub(super) fn make(&self, name: &Name, limits: &Limits) -> io::Result<BTreeMap<String, PathBuf>> {
        let mut made = BTreeMap::new();
        for (controller, parent) in &self.parents {
            let directory = parent.join(name.as_str());
            fs::create_dir_all(&directory)?;
            made.insert(controller.clone(), directory);
        }
        for (controller, file, value) in self.settings(limits) {
            let Some(directory) = made.get(controller) else { continue };
            let path = directory.join(file);
            // What only some kernels have comes with a question mark.
            let path = match file.strip_suffix('?') {
                Some(optional) if !directory.join(optional).exists() => continue,
                Some(optional) => directory.join(optional),
                None => path,
            };
            fs::write(path, value)?;
        }
        Ok(made)
    }

    /// Takes the parents of ours away, if they are empty.
    pub(super) fn leave(&self) {
        for parent in self.parents.values() {
            let _ = fs::remove_dir(parent);
        }
    }

    /// Gives one that is there another share of the processor.
    pub(super) fn weigh(&self, cgroups: &BTreeMap<String, PathBuf>, weight: u32) -> io::Result<()> {
        let Some((controller, file, value)) = self.share(weight) else { return Ok(()) };
        cgroups.get(controller).map_or(Ok(()), |directory| fs::write(directory.join(file), value))
    }

    /// Which file of which hierarchy says how large a share of the processor is.
    fn share(&self, weight: u32) -> Option<(&'static str, &'static str, String)> {
        Some(match self.has("cpu")? {
            Version::Two => ("unified", "cpu.weight", weight.clamp(1, 10_000).to_string()),
            Version::One => ("cpu", "cpu.shares", (u64::from(weight) * 1024 / 100).max(2).to_string()),
        })
    }

    /// Which file of which hierarchy says what.
    fn settings(&self, limits: &Limits) -> Vec<(&'static str, &'static str, String)> {
        let mut settings = Vec::new();
        if let Some(bytes) = limits.memory {
            match self.has("memory") {
                Some(Version::Two) => {
                    settings.push(("unified", "memory.max", bytes.to_string()));
                    settings.push(("unified", "memory.swap.max?", "0".to_owned()));
                }
                Some(Version::One) => {
                    settings.push(("memory", "memory.limit_in_bytes", bytes.to_string()));
                    settings.push(("memory", "memory.memsw.limit_in_bytes?", bytes.to_string()));
                }
                None => {}
            }
        }
        settings.extend(limits.cpu_weight.and_then(|weight| self.share(weight)));
        if let Some(millis) = limits.cpu_millis {
            let Ceiling { quota, period } = Ceiling::of(millis);
            match self.has("cpu") {
                Some(Version::Two) => settings.push(("unified", "cpu.max", format!("{quota} {period}"))),
                Some(Version::One) => {
                    settings.push(("cpu", "cpu.cfs_period_us", period.to_string()));
                    settings.push(("cpu", "cpu.cfs_quota_us", quota.to_string()));
                }
                None => {}
            }
        }
        if let Some(most) = limits.pids {
            match self.has("pids") {
                Some(Version::Two) => settings.push(("unified", "pids.max", most.to_string())),
                Some(Version::One) => settings.push(("pids", "pids.max", most.to_string())),
                None => {}
            }
        }
        for disk in disks() {
            let rates = [
                (limits.read_rate, "rbps", "blkio.throttle.read_bps_device"),
                (limits.write_rate, "wbps", "blkio.throttle.write_bps_device"),
            ];
            for (rate, new, old) in rates {
                let Some(rate) = rate else { continue };
                match self.has("blkio") {
                    Some(Version::Two) => settings.push(("unified", "io.max", format!("{disk} {new}={rate}"))),
                    Some(Version::One) => settings.push(("blkio", old, format!("{disk} {rate}"))),
                    None => {}
                }
            }
        }
        settings
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// Where the hierarchies are mounted, and where in each we are.
fn parents(mounts: &str, own: &str) -> BTreeMap<String, PathBuf> {
    let mut parents = BTreeMap::new();
    for line in mounts.lines() {
        let mut fields = line.split(' ');
        let (Some(place), Some(kind), Some(options)) = (fields.nth(1), fields.next(), fields.next()) else { continue };
        let names: Vec<&str> = match kind {
            "cgroup2" => vec!["unified"],
            "cgroup" => options.split(',').filter(|option| CONTROLLERS.contains(option)).collect(),
            _ => continue,
        };
        for name in names {
            let here = own.lines().find_map(|line| {
                let mut fields = line.splitn(3, ':');
                let (controllers, path) = (fields.nth(1)?, fields.next()?);
                let ours =
                    if name == "unified" { controllers.is_empty() } else { controllers.split(',').any(|c| c == name) };
                ours.then_some(path)
            });
            let inside = here.unwrap_or("/").trim_start_matches('/');
            parents.entry(name.to_owned()).or_insert_with(|| Path::new(place).join(inside));
        }
    }
    parents
}

/// Hands controllers on to the children of our parent, as far as the machine lets us: from the top of what is ours. Gives
/// those that they have then.
fn delegate(ours: &Path) -> Vec<String> {
    let wanted = ["cpu", "memory", "pids", "io"];
    for directory in [ours.parent(), Some(ours)].into_iter().flatten() {
        for controller in wanted {
            // A cgroup with processes cannot hand on; a service that is given its own (`Delegate=`) keeps them in a child.
            let _ = fs::write(directory.join("cgroup.subtree_control"), format!("+{controller}"));
        }
    }
    let given = fs::read_to_string(ours.join("cgroup.subtree_control")).unwrap_or_default();
    given.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Numbers of the machine's disks.
fn disks() -> Vec<String> {
    let entries = fs::read_dir("/sys/block").into_iter().flatten().flatten();
    let real = entries.filter(|entry| {
        let name = entry.file_name();
        !["loop", "ram", "zram"].iter().any(|kind| name.to_str().is_some_and(|name| name.starts_with(kind)))
    });
    real.filter_map(|entry| Some(fs::read_to_string(entry.path().join("dev")).ok()?.trim().to_owned())).collect()
}

/// Freezes or thaws all that is in there. `false`: these cannot.
pub(super) fn freeze(cgroups: &BTreeMap<String, PathBuf>, frozen: bool) -> io::Result<bool> {
    if let Some(unified) = cgroups.get("unified")
        && unified.join("cgroup.freeze").exists()
    {
        fs::write(unified.join("cgroup.freeze"), if frozen { "1" } else { "0" })?;
        return Ok(true);
    }
    if let Some(freezer) = cgroups.get("freezer") {
        fs::write(freezer.join("freezer.state"), if frozen { "FROZEN" } else { "THAWED" })?;
        return Ok(true);
    }
    Ok(false)
}

/// Whether all that is in there is frozen. `None`: these cannot tell.
pub(super) fn is_frozen(cgroups: &BTreeMap<String, PathBuf>) -> Option<bool> {
    if let Some(events) = cgroups.get("unified").and_then(|path| fs::read_to_string(path.join("cgroup.events")).ok()) {
        return Some(field(&events, "frozen") == Some(1));
    }
    let state = fs::read_to_string(cgroups.get("freezer")?.join("freezer.state")).ok()?;
    Some(state.trim() == "FROZEN")
}

/// Ends all that is in there. For what is left when there is no first process any more.
pub(super) fn kill(cgroups: &BTreeMap<String, PathBuf>) {
    if let Some(unified) = cgroups.get("unified") {
        let _ = fs::write(unified.join("cgroup.kill"), "1");
    }
}

/// Takes them away, when the last process is out.
pub(super) async fn remove(cgroups: &BTreeMap<String, PathBuf>) -> io::Result<()> {
    for directory in cgroups.values() {
        for attempt in 1.. {
            match fs::remove_dir(directory) {
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy && attempt < TRIES => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => break,
            }
        }
    }
    Ok(())
}

/// What they count.
pub(super) fn stats(cgroups: &BTreeMap<String, PathBuf>) -> Stats {
    let text = |group: &str, file: &str| fs::read_to_string(cgroups.get(group)?.join(file)).ok();
    let number = |group, file| text(group, file)?.trim().parse::<u64>().ok();
    let mut stats = Stats::default();
    if let Some(text) = text("unified", "cpu.stat") {
        // There without the controller too.
        stats.cpu = Duration::from_micros(field(&text, "usage_usec").unwrap_or(0));
    }
    if let Some(nanoseconds) = number("cpuacct", "cpuacct.usage") {
        stats.cpu = Duration::from_nanos(nanoseconds);
    }
    let of_files = |text: &str, names: [&str; 2]| names.iter().filter_map(|name| field(text, name)).sum::<u64>();
    if let Some(used) = number("unified", "memory.current") {
        let files = text("unified", "memory.stat").map_or(0, |text| of_files(&text, ["inactive_file", "active_file"]));
        stats.memory = used.saturating_sub(files);
    } else if let Some(used) = number("memory", "memory.usage_in_bytes") {
        let names = ["total_inactive_file", "total_active_file"];
        stats.memory = used.saturating_sub(text("memory", "memory.stat").map_or(0, |text| of_files(&text, names)));
    }
    stats.pids = number("unified", "pids.current").or_else(|| number("pids", "pids.current")).unwrap_or(0);
    if let Some(text) = text("unified", "io.stat") {
        let sum = |key: &str| {
            text.split_ascii_whitespace().filter_map(|word| word.strip_prefix(key)?.parse::<u64>().ok()).sum::<u64>()
        };
        stats.block = (sum("rbytes="), sum("wbytes="));
    } else if let Some(text) = text("blkio", "blkio.throttle.io_service_bytes") {
        let sum = |kind: &str| {
            text.lines()
                .filter_map(|line| {
                    let mut words = line.split(' ').skip(1);
                    (words.next()? == kind).then(|| words.next()?.parse::<u64>().ok()).flatten()
                })
                .sum::<u64>()
        };
        stats.block = (sum("Read"), sum("Write"));
    }
    stats
}

fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

/// An error of this file, for people.
pub(super) fn failed(source: io::Error) -> Error {
    Error::System { doing: "setting the limits of a container", source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hierarchies_are_found_where_they_are_mounted() {
        let mounts = "tmpfs /sys/fs/cgroup tmpfs rw 0 0\n\
            cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0\n\
            cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0\n\
            cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
        let own = "4:memory:/api/x\n3:cpu,cpuacct:/\n0::/system.slice/tosd.service\n";
        let found = parents(mounts, own);
        let at = |name: &str| found[name].to_str().unwrap().to_owned();
        assert_eq!(at("memory"), "/sys/fs/cgroup/memory/api/x");
        assert_eq!(at("cpuacct").trim_end_matches('/'), "/sys/fs/cgroup/cpu,cpuacct");
        assert_eq!(at("unified"), "/sys/fs/cgroup/unified/system.slice/tosd.service");
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn limits_go_into_the_files_of_either_version() {
        let limits = Limits {
            memory: Some(1 << 30),
            cpu_weight: Some(200),
            cpu_millis: Some(1500),
            pids: Some(64),
            ..Limits::default()
        };
        let host = |controllers: &[&str], unified: &[&str]| Host {
            parents: controllers.iter().map(|name| ((*name).to_owned(), PathBuf::new())).collect(),
            unified: unified.iter().map(|name| (*name).to_owned()).collect(),
        };
        let old = host(&["memory", "cpu", "pids"], &[]).settings(&limits);
        assert!(old.contains(&("memory", "memory.limit_in_bytes", "1073741824".into())));
        assert!(old.contains(&("cpu", "cpu.shares", "2048".into())));
        assert!(old.contains(&("cpu", "cpu.cfs_quota_us", "15000".into())));
        let new = host(&["unified"], &["memory", "cpu", "pids"]).settings(&limits);
        assert!(new.contains(&("unified", "cpu.max", "15000 10000".into())));
        assert!(new.contains(&("unified", "cpu.weight", "200".into())));
        assert!(new.contains(&("unified", "pids.max", "64".into())));
        let none: Vec<_> = host(&["unified"], &[]).lacking(&limits).into_iter().map(|(limit, _)| limit).collect();
        assert_eq!(none, ["memory", "cpu_weight", "cpu_millis", "pids"]);
    }
}
