//! The session bus of a container, in which nobody has started one.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Signal, set_parent_process_death_signal};

use crate::Error;

/// A `dbus-daemon`, which ends when this is dropped, or with the thread that started it.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    /// As in `DBUS_SESSION_BUS_ADDRESS`.
    pub address: String,
    socket: PathBuf,
}

impl Daemon {
    /// Starts one whose socket is `socket`, and waits until it listens. Services that it starts get `environment`.
    ///
    /// # Errors
    /// If it is not installed, or says nothing.
    pub fn start(socket: &Path, environment: &[(OsString, OsString)]) -> Result<Self, Error> {
        let address = format!("unix:path={}", socket.display());
        let mut command = Command::new("dbus-daemon");
        command
            .args(["--session", "--nofork", "--nopidfile", "--nosyslog", "--print-address=1"])
            .arg(format!("--address={address}"))
            .env_remove("DISPLAY")
            .envs(environment.iter().cloned())
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        // SAFETY: what runs between fork and exec is one system call, which takes no lock and allocates nothing.
        unsafe { command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::TERM))?)) };
        // What a killed session left behind.
        let _ = std::fs::remove_file(socket);
        let mut child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::Missing,
            _ => Error::Io(error),
        })?;
        let mut line = String::new();
        // It prints its address once it listens, or ends.
        let read = child.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut line));
        let mut daemon = Self { child, address, socket: socket.to_owned() };
        match read {
            Some(Ok(length)) if length > 0 => Ok(daemon),
            _ => {
                let ended = daemon.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
                Err(Error::Daemon(ended))
            }
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait().map(drop)) {
            tracing::debug!(%error, "the session bus had ended");
        }
        // It was ended too fast to do so itself.
        let _ = std::fs::remove_file(&self.socket);
    }
}
