//! What a bus has started: programs that answer to names. They are nobody's windows, so nobody else ends them; and some
//! leave their process group, or start a bus of their own, and outlive the bus that started them.

use std::fs::{self, File};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// What a bus tells those that it starts, and they those that they start: whose they are.
const MARK: &str = "DBUS_STARTER_ADDRESS";
/// Bytes of an environment that are looked at.
const MOST_BYTES: u64 = 256 << 10;
/// So long they may take to end by themselves.
const PATIENCE: Duration = Duration::from_secs(1);
/// So often it is looked again for some that were started meanwhile.
const ROUNDS: usize = 4;

/// Ends everything that the bus at `address` has started, which must have ended itself: politely, then not.
pub(crate) fn end(address: &str) {
    for round in 0..ROUNDS {
        let found = of(address);
        if found.is_empty() {
            return;
        }
        let signal = if round == 0 { Signal::TERM } else { Signal::KILL };
        tracing::debug!(count = found.len(), ?signal, "ending what the session bus has started");
        for process in &found {
            // It may have ended this moment.
            let _ = pidfd_send_signal(process, signal);
        }
        wait(found);
    }
    tracing::warn!("what the session bus has started goes on");
}

/// Those that carry its mark. They are held by descriptors: a number may be somebody else's by the time of the signal.
fn of(address: &str) -> Vec<OwnedFd> {
    let numbers = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let marked = |number: i32| {
        let process = pidfd_open(Pid::from_raw(number)?, PidfdFlags::empty()).ok()?;
        is_marked(number, address).then_some(process)
    };
    numbers.filter_map(marked).collect()
}

fn is_marked(number: i32, address: &str) -> bool {
    let mut bytes = Vec::new();
    // Of other users' processes, and of one that has ended, nothing can be read.
    let read = File::open(format!("/proc/{number}/environ")).map(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
    let value = |line: &[u8]| Some(line.strip_prefix(MARK.as_bytes())?.strip_prefix(b"=")?.to_owned());
    let found = bytes.split(|byte| *byte == 0).find_map(value);
    // It may be followed by what else is known of the bus.
    let rest = found.as_deref().and_then(|found| found.strip_prefix(address.as_bytes()));
    matches!(read, Ok(Ok(_))) && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b","))
}

/// Waits until all of them have ended, or too long.
fn wait(mut processes: Vec<OwnedFd>) {
    let end = Instant::now() + PATIENCE;
    while !processes.is_empty() {
        let left = end.saturating_duration_since(Instant::now());
        let Ok(left) = Timespec::try_from(left) else { return };
        let mut asked: Vec<PollFd<'_>> = processes.iter().map(|process| PollFd::new(process, PollFlags::IN)).collect();
        match poll(&mut asked, Some(&left)) {
            Ok(ended) if ended > 0 => {}
            Err(Errno::INTR) => continue,
            // Nothing happened for as long as there was.
            _ => return,
        }
        let lives: Vec<bool> = asked.iter().map(|process| process.revents().is_empty()).collect();
        let mut lives = lives.into_iter();
        processes.retain(|_| lives.next().unwrap_or_default());
    }
}
