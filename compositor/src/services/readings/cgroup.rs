//! What the control groups allow this process, in version 1 and 2: in a container that is less than the machine has.

use std::path::{Path, PathBuf};

use super::parse::{Memory, value_of};
use super::read;

/// Deeper hierarchies are looked at down to here.
const MOST_DEPTH: usize = 32;
/// A limit from here on is how the kernel says that there is none.
const UNLIMITED: u64 = 1 << 60;

/// How much of the processors a group may use, and how much it has used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Processors {
    /// How many processors' worth of time; may be less than one.
    pub allowed: f64,
    /// Since the group was made.
    pub used_seconds: f64,
}

/// The group that holds this process and each above it, as directories below `mount`, the innermost first.
///
/// A container may see the path of its group on the host, which is not there where it looks; what is left then is the
/// root of what it sees, which is its own group.
fn groups(mount: &Path, path: &str) -> Vec<PathBuf> {
    let path = Path::new(path.trim_start_matches('/'));
    let inside = path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    let ancestors = path.ancestors().filter(|_| inside).take(MOST_DEPTH).map(|path| mount.join(path));
    let mut groups: Vec<PathBuf> = ancestors.filter(|dir| dir.is_dir()).collect();
    let root = mount.join("");
    if groups.last() != Some(&root) {
        groups.push(root);
    }
    groups
}

/// The path of this process in `/proc/self/cgroup`: that of the hierarchy of version 2, or of a controller of version 1.
fn path_of<'a>(cgroup: &'a str, controller: &str) -> Option<&'a str> {
    cgroup.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':');
        let (_number, names, path) = (fields.next()?, fields.next()?, fields.next()?);
        names.split(',').any(|name| name == controller).then_some(path)
    })
}

/// Memory of the group whose limit is the tightest, if one has a limit.
pub fn memory(mount: &Path, cgroup: &str) -> Option<Memory> {
    let second = path_of(cgroup, "").map(|path| groups(mount, path)).unwrap_or_default();
    let second = second.iter().filter_map(|dir| {
        let total = number(&dir.join("memory.max"))?;
        Some((total, number(&dir.join("memory.current"))?, cached(dir, "inactive_file")))
    });
    let first = path_of(cgroup, "memory").map(|path| groups(&mount.join("memory"), path)).unwrap_or_default();
    let first = first.iter().filter_map(|dir| {
        let total = number(&dir.join("memory.limit_in_bytes"))?;
        Some((total, number(&dir.join("memory.usage_in_bytes"))?, cached(dir, "total_inactive_file")))
    });
    let limits = second.chain(first).filter(|(total, ..)| (1..UNLIMITED).contains(total));
    let (total, used, cached) = limits.min_by_key(|(total, ..)| *total)?;
    // Files that nobody uses are given back at once when memory runs short.
    Some(Memory { used: used.saturating_sub(cached).min(total), total })
}

fn cached(dir: &Path, key: &str) -> u64 {
    read(&dir.join("memory.stat")).and_then(|text| value_of(&text, key)).unwrap_or(0)
}

/// Processors of the group whose limit is the tightest, if one has a limit.
pub fn processors(mount: &Path, cgroup: &str) -> Option<Processors> {
    let second = path_of(cgroup, "").map(|path| groups(mount, path)).unwrap_or_default();
    let second = second.iter().filter_map(|dir| {
        let allowed = quota(&read(&dir.join("cpu.max"))?)?;
        let used = value_of(&read(&dir.join("cpu.stat"))?, "usage_usec")?;
        Some(Processors { allowed, used_seconds: used as f64 / 1e6 })
    });
    let first = path_of(cgroup, "cpu").map(|path| groups(&mount.join("cpu"), path)).unwrap_or_default();
    let first = first.iter().filter_map(|dir| {
        let quota = read(&dir.join("cpu.cfs_quota_us"))?;
        let allowed = self::quota(&format!("{} {}", quota.trim(), read(&dir.join("cpu.cfs_period_us"))?.trim()))?;
        let accounts = Path::new(&mount.join("cpuacct")).join(dir.strip_prefix(mount.join("cpu")).ok()?);
        let used = number(&dir.join("cpuacct.usage")).or_else(|| number(&accounts.join("cpuacct.usage")))?;
        Some(Processors { allowed, used_seconds: used as f64 / 1e9 })
    });
    second.chain(first).min_by(|one, other| one.allowed.total_cmp(&other.allowed))
}

/// `50000 100000` is half a processor; `max 100000` and `-1 100000` are no limit.
fn quota(text: &str) -> Option<f64> {
    let mut words = text.split_ascii_whitespace();
    let quota: u64 = words.next()?.parse().ok()?;
    let period: u64 = words.next()?.parse().ok()?;
    let allowed = quota as f64 / period as f64;
    (allowed.is_finite() && allowed > 0.0).then_some(allowed)
}

fn number(path: &Path) -> Option<u64> {
    read(path)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::super::files::tests::Scratch;
    use super::*;

    #[test]
    fn the_tightest_limit_of_all_groups_around_counts() {
        let scratch = Scratch::new();
        for (dir, max, current) in [("", "max", "900"), ("a", "1000", "600"), ("a/b", "5000", "300")] {
            scratch.write(&format!("{dir}/memory.max"), max);
            scratch.write(&format!("{dir}/memory.current"), current);
            scratch.write(&format!("{dir}/memory.stat"), "anon 1\ninactive_file 100\n");
        }
        scratch.write("a/cpu.max", "150000 100000\n");
        scratch.write("a/cpu.stat", "usage_usec 2500000\nuser_usec 1\n");
        scratch.write("a/b/cpu.max", "max 100000\n");
        assert_eq!(memory(&scratch.0, "0::/a/b\n"), Some(Memory { used: 500, total: 1000 }));
        assert_eq!(processors(&scratch.0, "0::/a/b\n"), Some(Processors { allowed: 1.5, used_seconds: 2.5 }));
    }

    #[test]
    fn version_1_has_a_tree_for_each_controller_and_may_name_a_path_of_the_host() {
        let scratch = Scratch::new();
        scratch.write("memory/memory.limit_in_bytes", "2048\n");
        scratch.write("memory/memory.usage_in_bytes", "1024\n");
        scratch.write("memory/memory.stat", "inactive_file 1\ntotal_inactive_file 24\n");
        scratch.write("cpu/cpu.cfs_quota_us", "50000\n");
        scratch.write("cpu/cpu.cfs_period_us", "100000\n");
        scratch.write("cpuacct/cpuacct.usage", "3000000000\n");
        let cgroup = "4:memory:/docker/0123\n2:cpu,cpuacct:/docker/0123\n0::/\n";
        assert_eq!(memory(&scratch.0, cgroup), Some(Memory { used: 1000, total: 2048 }));
        assert_eq!(processors(&scratch.0, cgroup), Some(Processors { allowed: 0.5, used_seconds: 3.0 }));
    }

    #[test]
    fn without_limits_there_is_nothing_to_tell() {
        let scratch = Scratch::new();
        scratch.write("memory/memory.limit_in_bytes", "9223372036854771712\n");
        scratch.write("memory/memory.usage_in_bytes", "1024\n");
        scratch.write("cpu/cpu.cfs_quota_us", "-1\n");
        scratch.write("cpu/cpu.cfs_period_us", "100000\n");
        scratch.write("memory.max", "max\n");
        scratch.write("cpu.max", "max 100000\n");
        let cgroup = "4:memory:/\n2:cpu:/\n0::/\n";
        assert_eq!((memory(&scratch.0, cgroup), processors(&scratch.0, cgroup)), (None, None));
        assert_eq!((memory(&scratch.0, ""), processors(&scratch.0, "nonsense\n::\n")), (None, None));
        assert_eq!(quota("100 0"), None);
        assert_eq!(quota("0 0"), None);
    }

    #[test]
    fn a_path_cannot_lead_out_of_the_tree() {
        assert_eq!(groups(Path::new("/nonexistent"), "/../../etc"), [Path::new("/nonexistent/")]);
    }
}
