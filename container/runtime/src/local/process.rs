//! Processes that are never taken for others.

use std::{
    fs, io,
    os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd},
    time::Duration,
};

use gate::plan::Process;
use nix::{libc, sys::signal::Signal};
use tokio::io::{Interest, unix::AsyncFd};

/// A process, held: whatever becomes of it, its number is no other's while we look.
pub(super) struct Held(AsyncFd<OwnedFd>);

impl Held {
    /// Takes hold of it. `None` if it is gone, whoever has its number now.
    pub(super) fn of(process: Process) -> io::Result<Option<Self>> {
        // SAFETY: it takes numbers.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, process.pid, 0) };
        if fd < 0 {
            let error = io::Error::last_os_error();
            return if error.raw_os_error() == Some(libc::ESRCH) { Ok(None) } else { Err(error) };
        }
        let fd = i32::try_from(fd).map_err(io::Error::other)?;
        // SAFETY: the kernel has just made this descriptor, and nobody else knows of it.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        // Only now: from here on the number cannot change hands unseen.
        if Process::of(process.pid) != Some(process) || is_zombie(process.pid) {
            return Ok(None);
        }
        // SAFETY: an OwnedFd is a valid descriptor, and nothing here replaces or closes it while it is registered.
        Ok(Some(Self(unsafe { AsyncFd::register_with_interest(fd, Interest::READABLE) }?)))
    }

    /// Sends it a signal. That it is gone is no error.
    pub(super) fn signal(&self, signal: Signal) -> io::Result<()> {
        let none = std::ptr::null::<libc::siginfo_t>();
        // SAFETY: without information of ours, it takes numbers.
        let sent = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, self.0.as_raw_fd(), signal as i32, none, 0) };
        if sent < 0 {
            let error = io::Error::last_os_error();
            if error.raw_os_error() != Some(libc::ESRCH) {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Waits until it has ended.
    pub(super) async fn ended(&self) -> io::Result<()> {
        self.0.readable().await.map(drop)
    }

    /// Waits until it has ended; `false` if it takes longer.
    pub(super) async fn ended_within(&self, time: Duration) -> bool {
        tokio::time::timeout(time, self.ended()).await.is_ok()
    }
}

/// Whether it runs: one that has ended and was not yet waited for does not.
pub(super) fn is_alive(process: Process) -> bool {
    Process::of(process.pid) == Some(process) && !is_zombie(process.pid)
}

fn is_zombie(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with(['Z', 'X']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_has_the_number_now_is_not_meant() {
        let mut child = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        let process = Process::of(child.id()).unwrap();
        let other = Process { start: process.start + 1, ..process };
        assert!(Held::of(other).unwrap().is_none() && !is_alive(other));
        let held = Held::of(process).unwrap().unwrap();
        assert!(is_alive(process) && !held.ended_within(Duration::from_millis(1)).await);
        held.signal(Signal::SIGKILL).unwrap();
        held.ended().await.unwrap();
        assert!(!is_alive(process), "it was not waited for, and is gone all the same");
        assert!(Held::of(process).unwrap().is_none());
        child.wait().unwrap();
        held.signal(Signal::SIGKILL).unwrap();
    }
}
