//! One run of a program: text in, text out, within a time.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::QueryError;

/// What a program gave.
#[derive(Debug)]
pub(super) struct Output {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// It said more than was read.
    pub cut: bool,
}

/// Kills the whole group, and takes leave of the child, however this ends.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            // It may all be gone already. The number is not another's, as the child is not waited for before this.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

/// Runs `command` with `input`; reads at most `max` bytes of what it writes, and not longer than `within`.
pub(super) fn run(mut command: Command, input: &str, within: Duration, max: usize) -> Result<Output, QueryError> {
    let deadline = Instant::now() + within;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let child = command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => QueryError::Missing,
        _ => QueryError::Io(error),
    })?;
    let mut group = Group(child);
    let pid = i32::try_from(group.0.id()).ok().and_then(Pid::from_raw).ok_or(QueryError::Answer)?;
    let ended = pidfd_open(pid, PidfdFlags::empty()).map_err(std::io::Error::from)?;
    let (mut stdin, mut stdout, mut stderr) = (group.0.stdin.take(), group.0.stdout.take(), group.0.stderr.take());
    let pipes = [stdin.as_ref().map(AsFd::as_fd), stdout.as_ref().map(AsFd::as_fd), stderr.as_ref().map(AsFd::as_fd)];
    for pipe in pipes.into_iter().flatten() {
        rustix::io::ioctl_fionbio(pipe, true).map_err(std::io::Error::from)?;
    }
    let mut input = input.as_bytes();
    let (mut said, mut complained) = (Vec::new(), Vec::new());
    let mut cut = false;
    loop {
        // Pipes first, and the end last: what was written before the end is read.
        feed(&mut stdin, &mut input)?;
        cut |= drain(&mut stdout, &mut said, max)?;
        cut |= drain(&mut stderr, &mut complained, max)?;
        if cut || stdout.is_none() && stderr.is_none() {
            break;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(QueryError::TooLate(within));
        }
        let mut waiting = vec![PollFd::new(&ended, PollFlags::IN)];
        waiting.extend(stdin.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::OUT)));
        waiting.extend(stdout.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        waiting.extend(stderr.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        wait(&mut waiting, left)?;
        let over = waiting.first().is_some_and(|ended| !ended.revents().is_empty());
        if over {
            // A grandchild may hold the pipes for ever.
            cut |= drain(&mut stdout, &mut said, max)?;
            cut |= drain(&mut stderr, &mut complained, max)?;
            break;
        }
    }
    if !cut {
        // Its pipes are closed; it may still have something to do.
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut waiting = [PollFd::new(&ended, PollFlags::IN)];
            if wait(&mut waiting, left)? {
                break;
            }
            if left.is_zero() {
                return Err(QueryError::TooLate(within));
            }
        }
    }
    if cut {
        let _ = kill_process_group(pid, Signal::KILL);
    }
    let status = group.0.wait()?;
    Ok(Output { status, stdout: said, stderr: complained, cut })
}

/// Whether something happened.
fn wait(waiting: &mut [PollFd<'_>], left: Duration) -> Result<bool, QueryError> {
    let left = Timespec::try_from(left).map_err(|_| QueryError::Answer)?;
    match poll(waiting, Some(&left)) {
        Ok(count) => Ok(count > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(QueryError::Io(error.into())),
    }
}

/// Writes what can be written; closes the pipe when that was all.
fn feed(pipe: &mut Option<impl Write>, input: &mut &[u8]) -> Result<(), QueryError> {
    while let Some(open) = pipe {
        if input.is_empty() {
            *pipe = None;
            break;
        }
        match open.write(input) {
            Ok(count) => *input = input.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // It has read enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => *pipe = None,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Reads what can be read; whether there was more than `max` bytes.
fn drain(pipe: &mut Option<impl Read>, into: &mut Vec<u8>, max: usize) -> Result<bool, QueryError> {
    let mut bytes = [0; 4096];
    while let Some(open) = pipe {
        match open.read(&mut bytes) {
            Ok(0) => *pipe = None,
            Ok(count) => {
                let read = bytes.get(..count).unwrap_or_default();
                let fits = read.len().min(max.saturating_sub(into.len()));
                into.extend_from_slice(read.get(..fits).unwrap_or_default());
                if fits < read.len() {
                    return Ok(true);
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}
