//! The process at the other end of the pty: started, signalled, and waited for by one.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, pidfd_open,
    prlimit, waitid,
};

use super::SpawnError;
use crate::modules::ShellCommand;

/// Open files that a shell's programs start with at most; some close every number below the limit, one by one.
const OPEN_FILES: u64 = 65_536;

/// Variables of the terminal that this process itself was started in, which the new one is not.
const FOREIGN: [&str; 18] = [
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "TERMINFO",
    "VTE_VERSION",
    "KITTY_WINDOW_ID",
    "KITTY_PID",
    "ALACRITTY_WINDOW_ID",
    "ALACRITTY_SOCKET",
    "WEZTERM_PANE",
    "WEZTERM_UNIX_SOCKET",
    "KONSOLE_VERSION",
    "WINDOWID",
    "STY",
    "TMUX",
    "TMUX_PANE",
    "LINES",
    "COLUMNS",
    "TERMCAP",
];

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ending {
    pub status: Option<i32>,
    pub signal: Option<i32>,
}

/// A process that leads a session.
pub(super) struct Child {
    pid: Pid,
    /// Readable once the process has ended. Missing on kernels before 5.3; there the end of the pty's output tells.
    ended: Option<OwnedFd>,
    /// Whether it was waited for: from then on the number may be another's.
    reaped: Mutex<bool>,
}

/// Starts a command on a new pty. Gives the pty's end that is ours: not inherited by other children, and not blocking.
pub(super) fn start(command: &ShellCommand, size: PtySize) -> Result<(OwnedFd, Child), SpawnError> {
    let program = command.argv.first().cloned().unwrap_or_default();
    let failed = |reason: String| SpawnError::Start { program: program.to_string_lossy().into_owned(), reason };
    if program.is_empty() {
        return Err(failed("nothing to start".to_owned()));
    }
    let pair = native_pty_system().openpty(size).map_err(|error| SpawnError::Pty(error.to_string()))?;
    let mut builder = CommandBuilder::from_argv(command.argv.clone());
    for name in FOREIGN {
        builder.env_remove(name);
    }
    builder.env("TERM", "xterm-256color");
    builder.env("COLORTERM", "truecolor");
    builder.env("PWD", &command.directory);
    for (name, value) in &command.env {
        builder.env(name, value);
    }
    builder.cwd(&command.directory);
    let child = pair.slave.spawn_command(builder).map_err(|error| failed(format!("{error:#}")))?;
    let pid = child.process_id().and_then(|pid| Pid::from_raw(pid as i32));
    let pid = pid.ok_or_else(|| failed("it has no process".to_owned()))?;
    let child = Child { pid, ended: pidfd_open(pid, PidfdFlags::empty()).ok(), reaped: Mutex::new(false) };
    child.limit_files();
    match own_end(pair.master.as_raw_fd()) {
        Ok(master) => Ok((master, child)),
        Err(error) => {
            child.signal(Signal::KILL);
            child.wait();
            Err(SpawnError::Pty(error.to_string()))
        }
    }
}

/// A descriptor of our own for the pty, as the library keeps its one to itself.
fn own_end(master: Option<i32>) -> std::io::Result<OwnedFd> {
    let master = master.ok_or_else(|| std::io::Error::other("the pty has no descriptor"))?;
    // SAFETY: the descriptor is the pair's, which outlives this call.
    let master = unsafe { BorrowedFd::borrow_raw(master) };
    let own = rustix::io::fcntl_dupfd_cloexec(master, 3)?;
    let flags = rustix::fs::fcntl_getfl(&own)?;
    rustix::fs::fcntl_setfl(&own, flags | rustix::fs::OFlags::NONBLOCK)?;
    Ok(own)
}

impl Child {
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Becomes readable when the process has ended.
    pub fn ended(&self) -> Option<BorrowedFd<'_>> {
        self.ended.as_ref().map(AsFd::as_fd)
    }

    fn limit_files(&self) {
        let now = rustix::process::getrlimit(Resource::Nofile);
        if now.current.is_none_or(|current| current > OPEN_FILES) {
            let wanted = Rlimit { current: Some(OPEN_FILES), maximum: now.maximum };
            if let Err(error) = prlimit(Some(self.pid), Resource::Nofile, wanted) {
                tracing::debug!(%error, "a shell keeps its limit of open files");
            }
        }
    }

    /// Sends a signal to the process, if it has not been waited for.
    pub fn signal(&self, signal: Signal) {
        let reaped = self.reaped.lock();
        if !*reaped {
            // It may have ended already: then nobody is there to be told.
            let _ = kill_process(self.pid, signal);
        }
    }

    /// Sends a signal to the process and its group, if it has not been waited for.
    pub fn signal_group(&self, signal: Signal) {
        let reaped = self.reaped.lock();
        if !*reaped {
            let _ = kill_process_group(self.pid, signal);
        }
    }

    /// Waits for the process to end, and for how.
    pub fn wait(&self) -> Ending {
        // Without reaping first, so that a signal can still be sent while this waits.
        let _ = waitid(WaitId::Pid(self.pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        let mut reaped = self.reaped.lock();
        *reaped = true;
        match waitid(WaitId::Pid(self.pid), WaitIdOptions::EXITED | WaitIdOptions::NOHANG) {
            Ok(Some(status)) => Ending { status: status.exit_status(), signal: status.terminating_signal() },
            _ => Ending::default(),
        }
    }

    /// Whether the process ends within a time.
    pub fn ends_within(&self, time: Duration) -> bool {
        let Some(ended) = self.ended() else {
            std::thread::sleep(time);
            return *self.reaped.lock();
        };
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let left = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
            let mut fds = [PollFd::from_borrowed_fd(ended, PollFlags::IN)];
            match poll(&mut fds, Some(&left)) {
                // Such as by the signal that says that it has ended.
                Err(Errno::INTR) => {}
                answer => return matches!(answer, Ok(count) if count > 0),
            }
        }
    }
}
