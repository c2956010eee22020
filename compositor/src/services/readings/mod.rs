//! What the machine is busy with: processors, memory, network.
//!
//! In a container the control groups say how much of the machine is ours; where that is less than all of it, it is what
//! is told.

mod cgroup;
mod parse;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lcars_ui::view::Readings;

use self::parse::Ticks;

/// Files of the kernel are read up to here; what we look for stands at their beginning.
const MOST_BYTES: u64 = 64 << 10;
/// Samples that follow closer than this would measure the clock's own steps; the last readings hold until then.
const LEAST_INTERVAL: Duration = Duration::from_millis(200);

/// Takes readings again and again.
#[derive(Debug)]
pub struct Sampler {
    proc: PathBuf,
    cgroup: PathBuf,
    before: Option<Before>,
    last: Readings,
}

/// What was counted at the sample before.
#[derive(Debug, Clone, Copy)]
struct Before {
    now: Duration,
    ticks: Option<Ticks>,
    group_seconds: Option<f64>,
    network: Option<u64>,
}

impl Default for Sampler {
    fn default() -> Self {
        Self::at(Path::new("/"))
    }
}

impl Sampler {
    /// Takes readings from `proc` and `sys/fs/cgroup` below `root`.
    fn at(root: &Path) -> Self {
        Self { proc: root.join("proc"), cgroup: root.join("sys/fs/cgroup"), before: None, last: Readings::default() }
    }

    /// The readings at `now`, a time since any fixed start. The first has no processors and no network yet. What cannot
    /// be read is nought. Reads a dozen small files of the kernel, which takes well under a millisecond and waits for no
    /// disk.
    pub fn sample(&mut self, now: Duration) -> Readings {
        if self.before.is_some_and(|before| now.saturating_sub(before.now) < LEAST_INTERVAL) {
            return self.last;
        }
        let stat = read(&self.proc.join("stat")).unwrap_or_default();
        let groups = read(&self.proc.join("self/cgroup")).unwrap_or_default();
        let group = cgroup::processors(&self.cgroup, &groups);
        let group = group.filter(|group| group.allowed < parse::processors(&stat) as f64);
        let counted = Before {
            now,
            ticks: parse::ticks(&stat),
            group_seconds: group.map(|group| group.used_seconds),
            network: read(&self.proc.join("net/dev")).as_deref().and_then(parse::network),
        };
        let memory = read(&self.proc.join("meminfo")).as_deref().and_then(parse::memory);
        let limited = cgroup::memory(&self.cgroup, &groups);
        // The limit of a group can be looser than what the machine has.
        let memory = [limited, memory].into_iter().flatten().min_by_key(|memory| memory.total);
        let since = |before: Before| now.saturating_sub(before.now).as_secs_f64();
        self.last = Readings {
            cpu: self.before.map_or(0.0, |before| {
                let of_group = group
                    .zip(before.group_seconds)
                    .map(|(group, seconds)| (group.used_seconds - seconds) / (group.allowed * since(before)));
                of_group.or_else(|| busy(before.ticks?, counted.ticks?)).unwrap_or(0.0).clamp(0.0, 1.0)
            }),
            memory_used: memory.map_or(0, |memory| memory.used),
            memory_total: memory.map_or(0, |memory| memory.total),
            network: self.before.map_or(0.0, |before| {
                let bytes =
                    counted.network.zip(before.network).map_or(0, |(after, before)| after.saturating_sub(before));
                bytes as f64 / since(before)
            }),
        };
        self.before = Some(counted);
        self.last
    }
}

fn busy(before: Ticks, after: Ticks) -> Option<f64> {
    let total = after.total.checked_sub(before.total).filter(|total| *total > 0)?;
    // A processor that is taken away takes its ticks with it.
    Some(after.busy.saturating_sub(before.busy) as f64 / total as f64)
}

/// The beginning of a file of the kernel.
fn read(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::Scratch;
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn machine(scratch: &Scratch, busy: u64, idle: u64, received: u64) {
        scratch.write("proc/stat", format!("cpu  {busy} 0 0 {idle}\ncpu0 0 0 0 0\ncpu1 0 0 0 0\n"));
        scratch.write("proc/net/dev", format!("eth0: {received} 0 0 0 0 0 0 0 0 0\n"));
        scratch.write("proc/meminfo", "MemTotal: 8000 kB\nMemAvailable: 2000 kB\n");
    }

    #[test]
    fn shares_and_rates_are_those_since_the_sample_before() {
        let scratch = Scratch::new();
        machine(&scratch, 1000, 9000, 5_000_000);
        let mut sampler = Sampler::at(&scratch.0);
        let first = sampler.sample(SECOND);
        assert_eq!((first.cpu, first.network), (0.0, 0.0));
        machine(&scratch, 1050, 9150, 5_001_000);
        let second = sampler.sample(3 * SECOND);
        assert_eq!(second, Readings { cpu: 0.25, memory_used: 6000 << 10, memory_total: 8000 << 10, network: 500.0 });
        machine(&scratch, 9000, 9150, 9_000_000);
        assert_eq!(sampler.sample(3 * SECOND + Duration::from_millis(1)), second, "too soon to tell");
        machine(&scratch, 0, 0, 0);
        let smaller = sampler.sample(4 * SECOND);
        assert_eq!((smaller.cpu, smaller.network), (0.0, 0.0), "counters that went back say nothing");
    }

    #[test]
    fn in_a_container_the_share_is_that_of_what_it_may_use() {
        let scratch = Scratch::new();
        machine(&scratch, 0, 0, 0);
        scratch.write("proc/self/cgroup", "0::/\n");
        scratch.write("sys/fs/cgroup/cpu.max", "50000 100000\n");
        scratch.write("sys/fs/cgroup/cpu.stat", "usage_usec 1000000\n");
        scratch.write("sys/fs/cgroup/memory.max", "1000000\n");
        scratch.write("sys/fs/cgroup/memory.current", "250000\n");
        let mut sampler = Sampler::at(&scratch.0);
        sampler.sample(SECOND);
        scratch.write("sys/fs/cgroup/cpu.stat", "usage_usec 1200000\n");
        machine(&scratch, 200, 0, 0);
        let readings = sampler.sample(2 * SECOND);
        assert!((readings.cpu - 0.4).abs() < 1e-9, "{readings:?}");
        assert_eq!((readings.memory_used, readings.memory_total), (250_000, 1_000_000));
        // A limit that is looser than the machine is none.
        scratch.write("sys/fs/cgroup/cpu.max", "900000 100000\n");
        scratch.write("sys/fs/cgroup/memory.max", "99000000000\n");
        machine(&scratch, 300, 100, 0);
        let readings = sampler.sample(3 * SECOND);
        assert_eq!((readings.cpu, readings.memory_total), (0.5, 8000 << 10));
    }

    #[test]
    fn where_nothing_can_be_read_all_is_nought() {
        let mut sampler = Sampler::at(Path::new("/nonexistent"));
        sampler.sample(SECOND);
        assert_eq!(sampler.sample(2 * SECOND), Readings::default());
    }

    #[test]
    fn this_machine_has_readings() {
        let mut sampler = Sampler::default();
        sampler.sample(SECOND);
        let readings = sampler.sample(2 * SECOND);
        assert!(readings.memory_total > 0 && readings.memory_used <= readings.memory_total, "{readings:?}");
        assert!((0.0..=1.0).contains(&readings.cpu) && readings.network >= 0.0, "{readings:?}");
    }
}
