//! A container without an engine: `tos-init --jail DIRECTORY` makes it after the plan in there, and waits for its end.
//!
//! Whoever asked for it may be gone long before that; so what there is to know is written into the directory. The process
//! that waits holds a lock, so that there are never two.

mod inside;
mod network;
mod sources;
mod system;

use std::{
    fs,
    io::{self, Read as _, Write as _},
    os::fd::{AsFd as _, OwnedFd},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};
use gate::plan::{EXIT, Ids, LOCK, LOG, PLAN, Plan, Process, RUNNING, Running};
use nix::{
    errno::Errno,
    fcntl::{Flock, FlockArg, OFlag},
    sched::CloneFlags,
    sys::{
        signal::{SigSet, SigmaskHow, Signal, kill, sigprocmask},
        wait::{WaitStatus, waitpid},
    },
    unistd::{Pid, Uid, dup2_stderr, dup2_stdin, dup2_stdout, pipe2, setsid},
};

/// Bytes of what a container prints that are kept, twice.
const KEPT: u64 = 256 * 1024;

/// What a plan may have.
const LONGEST: u64 = 4 * 1024 * 1024;

/// Makes the container, says on standard output `ok` or why not, and comes back when it has ended.
pub fn keep(directory: &Path) -> anyhow::Result<()> {
    let made = begin(directory);
    let mut out = io::stdout();
    match &made {
        Ok(Some(_)) => writeln!(out, "ok")?,
        Ok(None) => writeln!(out, "ok already")?,
        Err(error) => writeln!(out, "no {}", format!("{error:#}").replace('\n', " "))?,
    }
    out.flush()?;
    let Some((first, printed, lock)) = made? else { return Ok(()) };
    // Whoever started us waits for no more words.
    let null = fs::OpenOptions::new().read(true).write(true).open("/dev/null")?;
    dup2_stdin(&null)?;
    dup2_stdout(&null)?;
    dup2_stderr(&null)?;
    log(printed, &directory.join(LOG));
    let status = ended(first)?;
    write(&directory.join(EXIT), status.to_string().as_bytes())?;
    drop(lock);
    Ok(())
}

type Made = (Pid, fs::File, Flock<fs::File>);

fn begin(directory: &Path) -> anyhow::Result<Option<Made>> {
    let lock = fs::OpenOptions::new().create(true).truncate(false).write(true).open(directory.join(LOCK))?;
    let lock = match Flock::lock(lock, FlockArg::LockExclusiveNonblock) {
        Ok(lock) => lock,
        Err((_, Errno::EWOULDBLOCK)) => return Ok(None),
        Err((_, error)) => return Err(error).context("no lock"),
    };
    let mut text = String::new();
    fs::File::open(directory.join(PLAN)).context("no plan")?.take(LONGEST).read_to_string(&mut text)?;
    let plan: Plan = serde_json::from_str(&text).context("no plan")?;
    let _ = fs::remove_file(directory.join(EXIT));
    // Not of the session of whoever asked: what ends that does not end this.
    let _ = setsid();
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;

    let root = Uid::effective().is_root();
    let opened = if root { Some(sources::open(&plan)?) } else { None };
    let (go_read, go_write) = pipe2(OFlag::O_CLOEXEC)?;
    let (error_read, error_write) = pipe2(OFlag::O_CLOEXEC)?;
    let (print_read, print_write) = pipe2(OFlag::O_CLOEXEC)?;
    let namespaces = CloneFlags::CLONE_NEWUSER
        | CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWNET;
    // SAFETY: no thread was started yet.
    let Some(first) = (unsafe { system::fork_into(namespaces) }).context("no namespaces")? else {
        drop((go_write, error_read, print_read));
        child(&plan, opened, go_read, error_write, print_write)
    };
    drop((go_read, error_write, print_write, opened));

    let ready = prepare(&plan, first, directory).and_then(|()| {
        fs::File::from(go_write).write_all(b"g")?;
        let mut complaint = String::new();
        fs::File::from(error_read).take(4096).read_to_string(&mut complaint)?;
        if complaint.is_empty() { Ok(()) } else { bail!("{complaint}") }
    });
    if let Err(error) = ready {
        let _ = kill(first, Signal::SIGKILL);
        let _ = waitpid(first, None);
        let _ = fs::remove_file(directory.join(RUNNING));
        return Err(error);
    }
    Ok(Some((first, fs::File::from(print_read), lock)))
}

/// What the outside has to do before the inside can begin.
fn prepare(plan: &Plan, first: Pid, directory: &Path) -> anyhow::Result<()> {
    for cgroup in &plan.cgroups {
        fs::write(cgroup.join("cgroup.procs"), first.to_string())
            .with_context(|| format!("cannot be put into {}", cgroup.display()))?;
    }
    map(&plan.ids, first)?;
    if let Some(network) = &plan.network {
        network::lay(network, first)?;
    }
    let known = |pid: u32| Process::of(pid).context("a process that is not there");
    let running = Running { first: known(first.as_raw().unsigned_abs())?, waiter: known(std::process::id())? };
    write(&directory.join(RUNNING), &serde_json::to_vec(&running)?)?;
    Ok(())
}

fn map(ids: &Ids, first: Pid) -> anyhow::Result<()> {
    match *ids {
        Ids::Range { first: outside, count } => {
            for file in ["uid_map", "gid_map"] {
                fs::write(format!("/proc/{first}/{file}"), format!("0 {outside} {count}\n"))
                    .with_context(|| format!("cannot write {file}"))?;
            }
        }
        Ids::Given { first: outside, count } => {
            let (user, group) = (Uid::current().to_string(), nix::unistd::Gid::current().to_string());
            for (program, own) in [("newuidmap", user), ("newgidmap", group)] {
                let arguments = [
                    first.to_string(),
                    "0".into(),
                    own,
                    "1".into(),
                    "1".into(),
                    outside.to_string(),
                    count.to_string(),
                ];
                let output = Command::new(program).args(arguments).output().with_context(|| format!("no {program}"))?;
                if !output.status.success() {
                    bail!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
                }
            }
        }
    }
    Ok(())
}

fn child(plan: &Plan, opened: Option<sources::Sources>, go: OwnedFd, error: OwnedFd, print: OwnedFd) -> ! {
    let enter = || -> anyhow::Error {
        let null = match fs::File::open("/dev/null") {
            Ok(null) => null,
            Err(error) => return error.into(),
        };
        let quiet = dup2_stdin(null.as_fd()).and_then(|()| dup2_stdout(&print)).and_then(|()| dup2_stderr(&print));
        if let Err(error) = quiet {
            return error.into();
        }
        let mut word = [0];
        match fs::File::from(go).read(&mut word) {
            // Whoever made us is gone: then nobody knows of us, and nobody shall.
            Ok(0) | Err(_) => std::process::exit(1),
            Ok(_) => inside::enter(plan, opened),
        }
    };
    let problem = enter();
    let _ = fs::File::from(error).write_all(format!("{problem:#}").as_bytes());
    std::process::exit(1)
}

/// Keeps what was printed last, until nobody prints any more.
fn log(mut printed: fs::File, path: &Path) {
    let open = || fs::OpenOptions::new().create(true).truncate(true).write(true).open(path);
    let mut file = open();
    let mut length = 0;
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = printed.read(&mut buffer) {
        if length >= KEPT {
            // A disk that is full takes none of it, and that is all.
            let _ = fs::rename(path, path.with_extension("old"));
            file = open();
            length = 0;
        }
        if let Ok(file) = &mut file {
            let _ = file.write_all(buffer.get(..count).unwrap_or_default());
        }
        length += u64::try_from(count).unwrap_or(0);
    }
}

fn ended(first: Pid) -> anyhow::Result<i32> {
    loop {
        match waitpid(first, None) {
            Ok(WaitStatus::Exited(_, status)) => return Ok(status),
            Ok(WaitStatus::Signaled(_, signal, _)) => return Ok(128 + signal as i32),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Writes a file that is there whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new: PathBuf = path.with_extension("new");
    let mut file = fs::File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(new, path)
}
