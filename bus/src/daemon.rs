//! The session bus of a container, in which nobody has started one.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Signal, set_parent_process_death_signal};

use crate::{Error, services};

/// No message is longer: what programs say to each other in one go is far below that, and whoever reads a message has to
/// hold all of it.
const MOST_MESSAGE: usize = 32 << 20;

/// A `dbus-daemon`, which ends when this is dropped, and all that it has started with it; or with the thread that started
/// it.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    /// Until it has said that it listens.
    says: Option<BufReader<ChildStdout>>,
    /// As in `DBUS_SESSION_BUS_ADDRESS`.
    pub address: String,
    socket: PathBuf,
    settings: PathBuf,
}

impl Daemon {
    /// Starts one whose socket is `socket`, and waits until it listens. Services that it starts get `environment`.
    ///
    /// # Errors
    /// If it is not installed, or says nothing.
    pub fn start(socket: &Path, environment: &[(OsString, OsString)]) -> Result<Self, Error> {
        let mut daemon = Self::spawn(socket, environment)?;
        daemon.listens()?;
        Ok(daemon)
    }

    /// The same without waiting: [`Self::listens`] says when it can be used.
    ///
    /// # Errors
    /// If it is not installed, or there is no more room for a process or a file.
    pub fn spawn(socket: &Path, environment: &[(OsString, OsString)]) -> Result<Self, Error> {
        let settings = socket.with_extension("conf");
        std::fs::write(
            &settings,
            format!(
                "<busconfig>\n<include>/usr/share/dbus-1/session.conf</include>\n<limit name=\"max_message_size\">{MOST_MESSAGE}</limit>\n</busconfig>\n"
            ),
        )?;
        let address = format!("unix:path={}", socket.display());
        let mut command = Command::new("dbus-daemon");
        command
            .args(["--nofork", "--nopidfile", "--nosyslog", "--print-address=1"])
            .arg(format!("--config-file={}", settings.display()))
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
        let says = child.stdout.take().map(BufReader::new);
        Ok(Self { child, says, address, socket: socket.to_owned(), settings })
    }

    /// Waits until it can be used.
    ///
    /// # Errors
    /// If it has ended instead.
    pub fn listens(&mut self) -> Result<(), Error> {
        let mut line = String::new();
        // It prints its address once it listens, or ends.
        match self.says.take().map(|mut says| says.read_line(&mut line)) {
            None => Ok(()),
            Some(Ok(length)) if length > 0 => Ok(()),
            Some(_) => {
                let ended = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
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
        let _ = std::fs::remove_file(&self.settings);
        services::end(&self.address);
    }
}
