//! The program that a container is there for: the desktop.

use std::{
    cell::{Cell, RefCell},
    os::{fd::OwnedFd, unix::process::CommandExt as _},
    process::{Command, Stdio},
    rc::Rc,
};

use anyhow::Context as _;
use gate::{Phase, wire::GRACE};
use nix::{
    errno::Errno,
    sys::{
        prctl,
        resource::{Resource, getrlimit, setrlimit},
        signal::{Signal, kill},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::{Gid, Pid, Uid, setgid, setgroups, setsid, setuid},
};
use tokio::{io::AsyncWriteExt as _, net::unix::pipe};

/// Descriptors that we ourselves may need: each stream takes two, each flow one.
const OWN_DESCRIPTORS: u64 = 2048;

/// Who it runs as, and what it may use.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// As who; as who we are.
    pub user: Option<(Uid, Gid)>,
    /// Open descriptors of one process.
    pub nofile: Option<u64>,
    /// Processes and threads of that user.
    pub nproc: Option<u64>,
}

/// The program, from its start to its end.
pub struct Program {
    pid: Pid,
    /// Where it hears that it is somebody's; taken when that was said.
    stdin: RefCell<Option<pipe::Sender>>,
    status: Cell<Option<i32>>,
    ending: Cell<bool>,
}

impl Program {
    /// Starts it. It waits for a line on its standard input, or does not.
    pub fn start(command: &[String], bounds: &Bounds) -> anyhow::Result<Self> {
        let (program, arguments) = command.split_first().context("no program")?;
        let usual = getrlimit(Resource::RLIMIT_NOFILE)?;
        let own = OWN_DESCRIPTORS.min(usual.1);
        if usual.0 < own {
            setrlimit(Resource::RLIMIT_NOFILE, own, usual.1)?;
        }
        let nofile = bounds.nofile.map_or(usual, |most| (most, most));
        let Bounds { user, nproc, .. } = *bounds;

        let mut command = Command::new(program);
        command.args(arguments).current_dir("/").stdin(Stdio::piped());
        let prepare = move || -> std::io::Result<()> {
            setsid()?;
            setrlimit(Resource::RLIMIT_NOFILE, nofile.0, nofile.1)?;
            if let Some(most) = nproc {
                setrlimit(Resource::RLIMIT_NPROC, most, most)?;
            }
            prctl::set_no_new_privs()?;
            if let Some((uid, gid)) = user {
                if Uid::effective().is_root() {
                    // Where groups cannot be given up, there are none to give up: a user namespace of an ordinary user.
                    match setgroups(&[]) {
                        Ok(()) | Err(Errno::EPERM) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
                setgid(gid)?;
                setuid(uid)?;
            }
            Ok(())
        };
        // SAFETY: between fork and exec, the closure makes system calls only; it neither allocates nor takes a lock.
        unsafe { command.pre_exec(prepare) };
        let mut child = command.spawn().with_context(|| format!("cannot run {program}"))?;
        let stdin = child.stdin.take().context("no pipe")?;
        let stdin = pipe::Sender::from_owned_fd(OwnedFd::from(stdin))?;
        let pid = Pid::from_raw(i32::try_from(child.id())?);
        Ok(Self { pid, stdin: RefCell::new(Some(stdin)), status: Cell::new(None), ending: Cell::new(false) })
    }

    /// How far it is.
    pub fn phase(&self) -> Phase {
        match self.status.get() {
            Some(status) => Phase::Ended { status },
            None if self.stdin.borrow().is_some() => Phase::Waiting,
            None => Phase::Running { pid: self.pid.as_raw().unsigned_abs() },
        }
    }

    /// Its exit status, if it ended.
    pub fn status(&self) -> Option<i32> {
        self.status.get()
    }

    /// Says the line that makes it somebody's. Once: `false` is what the second one hears.
    pub fn begin(&self, line: String) -> bool {
        let Some(mut stdin) = self.stdin.borrow_mut().take() else {
            return false;
        };
        // On its own: who does not read its standard input holds nobody up.
        tokio::task::spawn_local(async move {
            if let Err(error) = stdin.write_all(line.as_bytes()).await {
                eprintln!("tos-init: the program does not hear its beginning: {error}");
            }
        });
        true
    }

    /// Ends it: kindly, and after a grace not.
    pub fn end(self: &Rc<Self>) {
        if self.status.get().is_some() {
            return;
        }
        let _ = kill(self.pid, Signal::SIGTERM);
        if self.ending.replace(true) {
            return;
        }
        let program = Rc::clone(self);
        tokio::task::spawn_local(async move {
            tokio::time::sleep(GRACE).await;
            // Not reaped yet, so the number is still its own.
            if program.status.get().is_none() {
                let _ = kill(program.pid, Signal::SIGKILL);
            }
        });
    }

    /// Takes every child that ended off the books; `false` if there is none left at all.
    pub fn reap(&self) -> bool {
        loop {
            match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::Exited(pid, code)) if pid == self.pid => self.status.set(Some(code)),
                Ok(WaitStatus::Signaled(pid, signal, _)) if pid == self.pid => {
                    self.status.set(Some(128 + signal as i32))
                }
                Ok(WaitStatus::StillAlive) => return true,
                Ok(_) | Err(Errno::EINTR) => {}
                Err(_) => return false,
            }
        }
    }
}
