//! The engine of one panel: a process group of its own, connected to our display and to nothing else of the session.

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, set_parent_process_death_signal, setrlimit};
use webview::{Engine, Start};

/// Its display, in its runtime directory.
const DISPLAY: &str = "wayland-0";
/// Processes that an engine may consist of, as far as their memory is counted.
const MOST_PROCESSES: usize = 64;

/// A running engine. It ends with this, and what it wrote goes.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    directory: PathBuf,
}

impl Process {
    /// Makes the place that an engine may write to, with its display in it.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub(super) fn prepare(directory: &Path) -> io::Result<UnixListener> {
        // Left behind by a process that had this number before.
        let _ = std::fs::remove_dir_all(directory);
        let make = |path: &Path| std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
        make(directory)?;
        Engine::DIRECTORIES.iter().try_for_each(|below| make(&directory.join(below)))?;
        let display = UnixListener::bind(directory.join("run").join(DISPLAY))?;
        display.set_nonblocking(true)?;
        Ok(display)
    }

    /// Starts an engine, which finds its display as [`DISPLAY`] in its own runtime directory.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(super) fn start(start: &Start, directory: PathBuf) -> io::Result<Self> {
        let mut command = Command::new(&start.program);
        command
            .args(&start.arguments)
            .env_clear()
            .envs(start.environment.iter().map(|(name, value)| (name, value)))
            .env("WAYLAND_DISPLAY", DISPLAY)
            .current_dir(&directory)
            .stdin(Stdio::null())
            .stdout(io::stderr())
            .stderr(io::stderr())
            .process_group(0);
        let bounded = || {
            set_parent_process_death_signal(Some(Signal::TERM))?;
            // What it dies of is not worth half a gigabyte on the disk.
            setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
            Ok(())
        };
        // SAFETY: what runs between fork and exec are two system calls, which take no lock and allocate nothing.
        unsafe { command.pre_exec(bounded) };
        Ok(Self { child: command.spawn()?, directory })
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<String> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(format!("its engine ended ({status})")),
            Err(error) => Some(format!("its engine is lost: {error}")),
        }
    }

    /// Its number, for tests and people.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Bytes that it and its children have for themselves. Reads a few small files of the kernel.
    pub(super) fn memory(&self) -> u64 {
        let mut open = vec![self.child.id()];
        let (mut bytes, mut looked_at) = (0_u64, 0);
        while let Some(pid) = open.pop() {
            looked_at += 1;
            bytes = bytes.saturating_add(private_bytes(pid).unwrap_or(0));
            if looked_at + open.len() < MOST_PROCESSES {
                open.extend(children_of(pid));
            }
        }
        bytes
    }
}

/// Of its resident pages those that it shares with nobody's file.
fn private_bytes(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let mut fields = text.split_ascii_whitespace().skip(1).map(str::parse::<u64>);
    let (resident, shared) = (fields.next()?.ok()?, fields.next()?.ok()?);
    Some(resident.saturating_sub(shared).saturating_mul(rustix::param::page_size() as u64))
}

fn children_of(pid: u32) -> Vec<u32> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists = threads.filter_map(Result::ok).take(MOST_PROCESSES * 4);
    let children = lists.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    children
        .flat_map(|list| list.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing of the user's is in it: it need not be asked. One that has ended is not there to be killed.
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
            && matches!(self.child.try_wait(), Ok(None))
        {
            let _ = kill_process_group(group, Signal::KILL);
            let _ = self.child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(directory: &Path, script: &str) -> Process {
        let _display = Process::prepare(directory).unwrap();
        let start = Start {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: vec![("PATH".into(), "/usr/bin:/bin".into())],
        };
        Process::start(&start, directory.to_owned()).unwrap()
    }

    #[test]
    fn its_environment_is_its_own_and_what_it_wrote_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let place = folder.path().join("engine");
        let mut process = started(&place, &format!("env > {}; echo x > run/file", out.display()));
        while process.ended().is_none() {
            std::thread::yield_now();
        }
        let environment = std::fs::read_to_string(out).unwrap();
        assert!(environment.contains("WAYLAND_DISPLAY=wayland-0") && !environment.contains("HOME="), "{environment}");
        assert!(place.join("run/file").exists());
        drop(process);
        assert!(!place.exists());
    }

    #[test]
    fn it_ends_with_its_children_and_their_memory_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let process = started(&folder.path().join("engine"), "sleep 1000 & wait");
        let mut children = Vec::new();
        while children.is_empty() {
            children = children_of(process.id());
        }
        assert!(process.memory() > 0);
        drop(process);
        // It may take the kernel a moment to clear a child away whose parent is gone.
        let alive = |pid: &u32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            !stat.is_empty() && !stat.contains(") Z ")
        };
        while children.iter().any(alive) {
            std::thread::yield_now();
        }
    }
}
