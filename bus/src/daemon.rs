//! The session bus of a container, in which nobody has started one.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Signal, set_parent_process_death_signal};

use crate::keeper::Keeper;
use crate::{Error, services};

/// No message is longer: what programs say to each other in one go is far below that, and whoever reads a message has to
/// hold all of it.
const MOST_MESSAGE: usize = 32 << 20;

/// A `dbus-daemon`. It ends when this is dropped, with all that it has started, or with the thread that started it; where
/// the whole desktop is killed, what it has started is ended by its keeper.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    /// As in `DBUS_SESSION_BUS_ADDRESS`.
    pub address: String,
    /// The address as this bus tells it to what it starts: no later one has it, at the same place neither.
    own: String,
    /// Goes when we do, whatever becomes of us.
    _keeper: Option<Keeper>,
    socket: PathBuf,
    settings: PathBuf,
}

impl Daemon {
    /// Starts one whose socket is `socket`, and waits until it listens. Services that it starts get `environment`;
    /// `keeper` is told of it.
    ///
    /// # Errors
    /// If it is not installed or says nothing, or there is no more room for a process or a file.
    pub fn start(socket: &Path, environment: &[(OsString, OsString)], keeper: Option<Keeper>) -> Result<Self, Error> {
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
        let child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::Missing,
            _ => Error::Io(error),
        })?;
        let own = address.clone();
        let mut daemon = Self { child, address, own, _keeper: keeper, socket: socket.to_owned(), settings };
        daemon.listens()?;
        if let Some(keeper) = &mut daemon._keeper {
            keeper.keep(&daemon.child, &daemon.own)?;
        }
        Ok(daemon)
    }

    /// Waits until it has said its address, which it does once it listens, or has ended.
    fn listens(&mut self) -> Result<(), Error> {
        let mut line = String::new();
        match self.child.stdout.take().map(|says| BufReader::new(says).read_line(&mut line)) {
            Some(Ok(length)) if length > 0 => {
                self.own = line.trim_end().to_owned();
                Ok(())
            }
            _ => {
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
        services::end(&self.own);
    }
}
