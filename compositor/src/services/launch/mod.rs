//! Starting programs, and knowing afterwards which window comes from which start.
//!
//! Each program gets a process group of its own, so that it can be ended with all that it started, and carries the
//! number of its launch in the environment, so that its windows are recognised even if it detaches itself.

mod process;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group, set_parent_process_death_signal};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{descriptors, priority};

/// In this variable a program finds the number of its launch.
const VARIABLE: &str = "TOS_LAUNCH";

/// Programs that run at the same time.
const MOST_RUNNING: usize = 1024;
/// Launches whose program has ended and that still recognise windows of what it left behind.
const MOST_ENDED: usize = 256;
/// Words of a command.
const MOST_WORDS: usize = 256;
/// Bytes of a command.
const MOST_BYTES: usize = 64 << 10;
/// Processes between a window's own and the one that was started.
const MOST_ANCESTORS: usize = 64;

/// What is to be started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The program and its arguments; no shell looks at them.
    pub command: Vec<String>,
    /// Where it is started; in the user's home if it is not there any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<PathBuf>,
}

/// Names one start of a program for as long as the session runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaunchId(u64);

impl fmt::Display for LaunchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "launch {}", self.0)
    }
}

/// Why a program was not started; fit for the screen.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the texts say it")]
pub enum LaunchError {
    #[error("no program was named")]
    Empty,
    #[error("there is no program called {program:?}")]
    NotFound { program: String },
    #[error("{program:?} may not be run")]
    NotAllowed { program: String },
    #[error("the command has more than {MOST_WORDS} words or {MOST_BYTES} bytes")]
    TooLong,
    #[error("no more than {MOST_RUNNING} programs can run at the same time")]
    TooMany,
    #[error("{program:?} could not be started: {error}")]
    Failed { program: String, error: io::Error },
}

/// Where what programs write goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Nowhere.
    Null,
    /// To our own standard error, and so into the log.
    Log,
}

/// A program that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Which start of it.
    pub id: LaunchId,
    /// How.
    pub status: ExitStatus,
}

impl Ended {
    /// Whether it ended as it wanted to.
    pub fn well(&self) -> bool {
        self.status.success()
    }

    /// How it ended, if that was not well: `with 127`, `by signal 11`.
    pub fn reason(&self) -> Option<String> {
        let code = self.status.code().filter(|code| *code != 0).map(|code| format!("with {code}"));
        code.or_else(|| self.status.signal().map(|signal| format!("by signal {signal}")))
    }
}

/// Starts programs and keeps account of them.
#[derive(Debug)]
pub struct Launcher {
    environment: Vec<(OsString, OsString)>,
    output: Output,
    home: PathBuf,
    launches: Launches,
}

impl Launcher {
    /// `environment`: what every program gets besides what we have, such as `WAYLAND_DISPLAY`. `DISPLAY` is taken from
    /// them unless it is given here: the windows would open on somebody else's screen.
    pub fn new(environment: Vec<(OsString, OsString)>, output: Output, home: PathBuf) -> Self {
        Self { environment, output, home, launches: Launches::default() }
    }

    /// What every program gets besides what we have.
    pub fn environment(&self) -> &[(OsString, OsString)] {
        &self.environment
    }

    /// Starts a program, with `extra` in its environment. Forks; a home on a slow disk is waited for.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(&mut self, launch: &Program, extra: &[(OsString, OsString)]) -> Result<LaunchId, LaunchError> {
        let (program, arguments) = launch.command.split_first().ok_or(LaunchError::Empty)?;
        if program.is_empty() {
            return Err(LaunchError::Empty);
        }
        let bytes: usize = launch.command.iter().map(|word| word.len() + 1).sum();
        if launch.command.len() > MOST_WORDS || bytes > MOST_BYTES {
            return Err(LaunchError::TooLong);
        }
        if self.launches.running.len() >= MOST_RUNNING {
            return Err(LaunchError::TooMany);
        }
        let id = self.launches.next_id();
        let output = || match self.output {
            Output::Null => Stdio::null(),
            Output::Log => io::stderr().into(),
        };
        let directory = launch.directory.as_ref().filter(|directory| directory.is_dir()).unwrap_or(&self.home);
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_remove("DISPLAY")
            .envs(self.environment.iter().chain(extra).cloned())
            .env(VARIABLE, id.0.to_string())
            .stdin(Stdio::null())
            .stdout(output())
            .stderr(output());
        if directory.is_dir() {
            command.current_dir(directory);
        }
        // SAFETY: what runs between fork and exec are system calls, which take no lock and allocate nothing.
        unsafe {
            command.pre_exec(|| priority::give_way().and_then(|()| ends_with_us()).and_then(|()| descriptors::usual()))
        };
        let program = program.clone();
        let child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => LaunchError::NotFound { program },
            io::ErrorKind::PermissionDenied => LaunchError::NotAllowed { program },
            _ => LaunchError::Failed { program, error },
        })?;
        self.launches.running.push(Running { id, child, launch: launch.clone() });
        Ok(id)
    }

    /// The programs that have ended since this was last asked; to be called on `SIGCHLD`. Never waits.
    pub fn reap(&mut self) -> Vec<Ended> {
        self.launches.reap()
    }

    /// What was started.
    pub fn launches(&self) -> &Launches {
        &self.launches
    }

    /// Asks all programs and what they started to end.
    pub fn ask_all_to_end(&self) {
        for running in &self.launches.running {
            running.send(Signal::TERM);
            // An interactive shell does not end on TERM, but when its terminal hangs up.
            running.send(Signal::HUP);
        }
    }

    /// Ends all programs and what they started, ready or not.
    pub fn kill_all(&mut self) {
        for running in &mut self.launches.running {
            running.send(Signal::KILL);
            drop(running.child.wait());
        }
        self.launches.reap();
    }
}

/// A session that is started after a crash starts its programs again: none may be there twice. For the calling process,
/// between fork and exec; takes no lock and allocates nothing.
fn ends_with_us() -> io::Result<()> {
    Ok(set_parent_process_death_signal(Some(Signal::TERM))?)
}

/// What was started in this session.
#[derive(Debug, Default)]
pub struct Launches {
    last: u64,
    running: Vec<Running>,
    /// The oldest first.
    ended: VecDeque<Past>,
}

#[derive(Debug)]
struct Running {
    id: LaunchId,
    child: Child,
    launch: Program,
}

impl Running {
    fn send(&self, signal: Signal) {
        // Not waited for yet, so the number is still that of its group.
        if let Some(group) = Pid::from_raw(self.child.id() as i32) {
            let _ = kill_process_group(group, signal);
        }
    }
}

#[derive(Debug)]
struct Past {
    id: LaunchId,
    pid: u32,
    launch: Program,
}

impl Launches {
    fn next_id(&mut self) -> LaunchId {
        self.last += 1;
        LaunchId(self.last)
    }

    /// How many programs run.
    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// The process that was started, as long as it runs.
    pub fn pid(&self, id: LaunchId) -> Option<u32> {
        self.running.iter().find(|running| running.id == id).map(|running| running.child.id())
    }

    /// What was started, also for a while after it has ended.
    pub fn get(&self, id: LaunchId) -> Option<&Program> {
        let running = self.running.iter().find(|running| running.id == id).map(|running| &running.launch);
        running.or_else(|| self.ended.iter().find(|past| past.id == id).map(|past| &past.launch))
    }

    /// The launch that a window's process comes from: its own, else the nearest above it. Reads small files of the
    /// kernel.
    ///
    /// A program that was started by hand in a terminal comes from the launch of the terminal: it belongs where that is.
    /// How to start the program itself again says [`command_of`].
    pub fn of_pid(&self, pid: u32) -> Option<LaunchId> {
        let mut ancestor = pid;
        for _ in 0..MOST_ANCESTORS {
            if let Some(running) = self.running.iter().find(|running| running.child.id() == ancestor) {
                return Some(running.id);
            }
            let Some(standing) = process::standing_of(ancestor) else { break };
            let found = [standing.group, standing.session].into_iter().find_map(|number| self.of_group(number));
            if found.is_some() {
                return found;
            }
            if standing.parent <= 1 || standing.parent == std::process::id() {
                break;
            }
            ancestor = standing.parent;
        }
        // It has detached itself from everything but its environment.
        let id = LaunchId(process::variable_of(pid, VARIABLE)?.parse().ok()?);
        self.get(id).map(|_| id)
    }

    /// The launch whose program leads or led that process group or session.
    fn of_group(&self, number: u32) -> Option<LaunchId> {
        if let Some(running) = self.running.iter().find(|running| running.child.id() == number) {
            return Some(running.id);
        }
        // The number of a group is not given to another process while the group has members; once there is a process of
        // that number, the group is another.
        let past = self.ended.iter().rfind(|past| past.pid == number)?;
        (!process::exists(number)).then_some(past.id)
    }

    fn reap(&mut self) -> Vec<Ended> {
        let mut ended = Vec::new();
        for index in (0..self.running.len()).rev() {
            let Some(running) = self.running.get_mut(index) else { continue };
            let status = match running.child.try_wait() {
                Ok(Some(status)) => status,
                Ok(None) => continue,
                Err(error) => {
                    tracing::warn!(%error, "a program's end was not seen");
                    ExitStatus::default()
                }
            };
            let Running { id, child, launch } = self.running.remove(index);
            ended.push(Ended { id, status });
            self.ended.push_back(Past { id, pid: child.id(), launch });
        }
        while self.ended.len() > MOST_ENDED {
            self.ended.pop_front();
        }
        ended.reverse();
        ended
    }
}

/// The session that a process belongs to, by the process that leads it. Reads a small file of the kernel.
pub fn session_of(pid: u32) -> Option<u32> {
    process::standing_of(pid).map(|standing| standing.session)
}

/// A variable of the environment that a process was started with. Reads a small file of the kernel; nothing if the
/// process has ended or belongs to somebody else.
pub fn variable_of(pid: u32, name: &str) -> Option<String> {
    process::variable_of(pid, name)
}

/// How a running program can be started again: its words and where it works. Reads small files of the kernel; nothing
/// if the process has ended or belongs to somebody else.
pub fn command_of(pid: u32) -> Option<Program> {
    Some(Program { command: process::command_of(pid)?, directory: process::directory_of(pid) })
}

#[cfg(test)]
mod tests;
