//! The fallback display: VNC servers of our own, for browsers that cannot show video.
//!
//! There are two, each on a socket in a directory that only this user can enter: one for those who may do something, and
//! one for those who may look, which takes no input and is let see the screen and nothing else that is privileged. One that
//! ends is started again, ever later while it keeps ending.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use calloop::timer::{TimeoutAction, Timer};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Signal, set_parent_process_death_signal};

use crate::state::State;
use crate::trust::Trust;

/// The VNC server.
const PROGRAM: &str = "wayvnc";
/// The VNC client that the page loads: Debian's.
const NOVNC: &str = "/usr/share/novnc";
/// Pictures a second at most.
const FPS: &str = "30";
/// The first restart comes after this, the next ones after twice the time before.
const FIRST: Duration = Duration::from_millis(500);
/// The longest time before a restart.
const LONGEST: Duration = Duration::from_secs(60);
/// A server that ran for so long did not fail at its start.
const WELL: Duration = Duration::from_secs(60);

/// The servers and where they are.
#[derive(Debug)]
pub struct Fallback {
    directory: PathBuf,
    servers: [Server; 2],
}

/// One server.
#[derive(Debug)]
struct Server {
    /// Only for those who may look.
    view: bool,
    child: Option<Child>,
    started: Instant,
    /// In a row.
    failures: u32,
}

impl Fallback {
    /// Makes the place for the sockets; nothing is started yet. `fronted`: a server in front has the page, and what the page
    /// shows the display with.
    ///
    /// # Errors
    /// If something that it needs is not installed.
    pub fn new(runtime: &Path, fronted: bool) -> anyhow::Result<Self> {
        if !fronted && !Path::new(NOVNC).join("core/rfb.js").is_file() {
            bail!("the fallback display needs noVNC in {NOVNC} (Debian: novnc)");
        }
        let paths = std::env::var_os("PATH").unwrap_or_default();
        if !std::env::split_paths(&paths).any(|folder| folder.join(PROGRAM).is_file()) {
            bail!("the fallback display needs {PROGRAM}, which is not installed");
        }
        let directory = runtime.join(format!("tos-vnc-{}", std::process::id()));
        // Left behind by a process that had this number before.
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::DirBuilder::new().mode(0o700).create(&directory).context("a place for the VNC sockets")?;
        let server = |view| Server { view, child: None, started: Instant::now(), failures: 0 };
        Ok(Self { directory, servers: [server(false), server(true)] })
    }

    /// What the streamer has to know of it.
    pub fn config(&self) -> streamer::Fallback {
        let [control, view] = [false, true].map(|view| self.socket(view));
        streamer::Fallback { control, view, novnc: NOVNC.into() }
    }

    fn socket(&self, view: bool) -> PathBuf {
        self.directory.join(if view { "view" } else { "control" })
    }
}

impl Drop for Fallback {
    fn drop(&mut self) {
        for child in self.servers.iter_mut().filter_map(|server| server.child.as_mut()) {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl State {
    /// Starts the servers, and keeps them running.
    pub fn start_fallback(&mut self, fallback: Fallback) {
        self.fallback = Some(fallback);
        [0, 1].into_iter().for_each(|index| self.start_server(index));
    }

    fn start_server(&mut self, index: usize) {
        let Some(server) = self.fallback.as_ref().and_then(|fallback| fallback.servers.get(index)) else { return };
        let view = server.view;
        let trust = if view { Trust::Watching } else { Trust::Trusted };
        let output = self.screens.first().output.name();
        let started = self.connect_helper(trust).and_then(|connection| match &self.fallback {
            Some(fallback) => start(&fallback.socket(view), &output, view, &self.options.layout, connection),
            None => Err(io::ErrorKind::NotFound.into()),
        });
        let Some(server) = self.fallback.as_mut().and_then(|fallback| fallback.servers.get_mut(index)) else { return };
        server.started = Instant::now();
        match started {
            Ok(child) => server.child = Some(child),
            Err(error) => {
                tracing::warn!(%error, "{PROGRAM} does not start");
                self.restart_server(index);
            }
        }
    }

    /// Something that we started has ended.
    pub(crate) fn reap_fallback(&mut self) {
        for index in [0, 1] {
            let Some(server) = self.fallback.as_mut().and_then(|fallback| fallback.servers.get_mut(index)) else {
                return;
            };
            let ended = server.child.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None)));
            if ended {
                server.child = None;
                self.restart_server(index);
            }
        }
    }

    fn restart_server(&mut self, index: usize) {
        let Some(server) = self.fallback.as_mut().and_then(|fallback| fallback.servers.get_mut(index)) else { return };
        server.failures = if server.started.elapsed() >= WELL { 1 } else { server.failures.saturating_add(1) };
        let wait = wait(server.failures);
        tracing::warn!(view = server.view, ?wait, "{PROGRAM} has ended and is started again");
        let inserted = self.handle.insert_source(Timer::from_duration(wait), move |_, (), state| {
            state.start_server(index);
            TimeoutAction::Drop
        });
        if let Err(error) = inserted {
            tracing::error!(%error, "no timer to start {PROGRAM} again");
        }
    }
}

/// How long to wait after so many failures in a row.
fn wait(failures: u32) -> Duration {
    FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST)
}

/// Starts a server that listens on `socket` and inherits its connection.
fn start(socket: &Path, output: &str, view: bool, layout: &str, connection: OwnedFd) -> io::Result<Child> {
    // It does not take a socket over that was left behind.
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut command = Command::new(PROGRAM);
    // No settings of the user's: an address or a password among them would be for something else.
    command.args(["--config=/dev/null", "--render-cursor", "--max-fps", FPS, "--output", output]);
    command.args(["--keyboard", layout.split(',').next().unwrap_or("us")]);
    if view {
        command.arg("--disable-input");
    }
    command
        .arg("--unix-socket")
        .arg(socket)
        .env("WAYLAND_SOCKET", connection.as_raw_fd().to_string())
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DISPLAY")
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .stderr(io::stderr())
        .process_group(0);
    let inherited = connection.as_fd().as_raw_fd();
    let inherit = move || {
        // SAFETY: `connection` lives until the child has been started; this runs in the child, before that.
        let inherited = unsafe { std::os::fd::BorrowedFd::borrow_raw(inherited) };
        fcntl_setfd(inherited, FdFlags::empty())?;
        set_parent_process_death_signal(Some(Signal::TERM))?;
        Ok(())
    };
    // SAFETY: what runs between fork and exec are two system calls, which take no lock and allocate nothing.
    unsafe { command.pre_exec(inherit) };
    command.spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_keeps_ending_is_started_ever_later() {
        let waits: Vec<Duration> = (1..20).map(wait).collect();
        assert_eq!(waits.first(), Some(&FIRST));
        assert!(waits.windows(2).all(|pair| pair[0] < pair[1] || pair[1] == LONGEST));
        assert_eq!((wait(0), wait(u32::MAX)), (FIRST, LONGEST));
    }
}
