//! Freezing without a cgroup freezer: SIGSTOP to every process of a container.
//!
//! Processes of a container are those below its first one: orphans go to the first, never out. What is stopped cannot
//! make others, so one goes round until nobody is left who runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// Rounds before one gives up. Somebody who forks faster than we look is stopped from the root down, in a few.
const ROUNDS: usize = 100;

/// A process as `/proc` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    parent: u32,
    stopped: bool,
}

/// Stops all processes from this one down.
pub(crate) fn stop(first: u32) -> std::io::Result<()> {
    for _ in 0..ROUNDS {
        let running: Vec<u32> = below(first).into_iter().filter(|(_, stopped)| !stopped).map(|(pid, _)| pid).collect();
        if running.is_empty() {
            return Ok(());
        }
        send(&running, Signal::SIGSTOP)?;
    }
    Err(std::io::Error::other("its processes do not stop"))
}

/// Lets them go on, children first, so that nobody is seen as stopped by a parent that waits.
pub(crate) fn go_on(first: u32) -> std::io::Result<()> {
    let mut stopped: Vec<u32> = below(first).into_keys().collect();
    stopped.reverse();
    send(&stopped, Signal::SIGCONT)
}

/// Whether the first process is stopped.
pub(crate) fn is_stopped(first: u32) -> bool {
    process(first).is_some_and(|process| process.stopped)
}

fn send(pids: &[u32], signal: Signal) -> std::io::Result<()> {
    for pid in pids {
        let Ok(pid) = i32::try_from(*pid) else { continue };
        match kill(Pid::from_raw(pid), signal) {
            Ok(()) | Err(nix::Error::ESRCH) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The process and all below it, with whether each is stopped.
fn below(first: u32) -> BTreeMap<u32, bool> {
    let names = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = names.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let all: BTreeMap<u32, Process> = pids.filter_map(|pid| Some((pid, process(pid)?))).collect();
    family(first, &all)
}

fn family(first: u32, all: &BTreeMap<u32, Process>) -> BTreeMap<u32, bool> {
    let mut found: BTreeSet<u32> = all.contains_key(&first).then_some(first).into_iter().collect();
    loop {
        let next: Vec<u32> = all
            .iter()
            .filter(|(pid, process)| found.contains(&process.parent) && !found.contains(pid))
            .map(|(pid, _)| *pid)
            .collect();
        if next.is_empty() {
            break;
        }
        found.extend(next);
    }
    found.into_iter().filter_map(|pid| Some((pid, all.get(&pid)?.stopped))).collect()
}

fn process(pid: u32) -> Option<Process> {
    read(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The program's name is in brackets and can hold anything, brackets too. One that ended counts as stopped.
fn read(stat: &str) -> Option<Process> {
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?;
    Some(Process { stopped: matches!(state, "T" | "t" | "Z" | "X"), parent: fields.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_who_descends() {
        let one = |pid, parent| (pid, Process { parent, stopped: pid == 7 });
        let all = BTreeMap::from([one(1, 0), one(5, 1), one(6, 5), one(7, 6), one(8, 1), one(3, 7)]);
        assert_eq!(family(5, &all), BTreeMap::from([(3, false), (5, false), (6, false), (7, true)]));
        assert_eq!(family(99, &all), BTreeMap::new());
    }

    #[test]
    fn a_programs_name_cannot_lie_about_its_state() {
        assert_eq!(read("12 (x) T 99 (y) S 7 0 0"), Some(Process { parent: 7, stopped: false }));
        assert_eq!(read("12 (x"), None);
    }

    #[test]
    fn a_tree_of_processes_stops_and_goes_on() {
        let mut child = std::process::Command::new("sh").args(["-c", "sleep 60 & sleep 60 & wait"]).spawn().unwrap();
        let first = child.id();
        while below(first).len() < 3 {
            std::thread::yield_now();
        }
        stop(first).unwrap();
        assert!(below(first).values().all(|stopped| *stopped) && is_stopped(first));
        go_on(first).unwrap();
        while is_stopped(first) {
            std::thread::yield_now();
        }
        let all: Vec<u32> = below(first).into_keys().collect();
        send(&all, Signal::SIGKILL).unwrap();
        child.wait().unwrap();
    }
}
