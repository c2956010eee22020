//! What is written to a program: at once if it reads, from a bounded queue if it is slow, and never by waiting for it.

use std::collections::VecDeque;
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::io::Errno;
use rustix::termios::{LocalModes, SpecialCodeIndex, Winsize, tcgetattr, tcgetpgrp, tcsetwinsize};

use super::WriteError;
use crate::terminal::GridSize;

/// Bytes that wait for a program that does not read.
pub(super) const QUEUE: usize = 1 << 20;

/// Our end of the pty, for writing.
pub(super) struct Input {
    /// None once the program is gone.
    master: Option<OwnedFd>,
    queue: VecDeque<u8>,
}

/// What a write left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// All was taken.
    Nothing,
    /// Some waits: to be tried again when the pty can be written.
    Waiting,
}

impl Input {
    pub fn new(master: OwnedFd) -> Self {
        Self { master: Some(master), queue: VecDeque::new() }
    }

    /// Writes all of it, or queues what is not taken, or refuses it whole.
    pub fn write(&mut self, bytes: &[u8]) -> Result<Left, WriteError> {
        let Some(master) = &self.master else { return Err(WriteError::Ended) };
        if self.queue.is_empty() && bytes.len() <= QUEUE {
            let taken = push(master, bytes)?;
            self.queue.extend(&bytes[taken..]);
        } else if self.queue.len() + bytes.len() <= QUEUE {
            self.queue.extend(bytes);
        } else if !interrupts(master, bytes) {
            return Err(WriteError::Full);
        }
        if !self.queue.is_empty() && interrupts(master, bytes) {
            // As the terminal line does for a program that reads: the signal goes ahead of what is typed, which is lost.
            self.queue.clear();
            signal(master, bytes);
        }
        Ok(if self.queue.is_empty() { Left::Nothing } else { Left::Waiting })
    }

    /// Tries the queue again.
    pub fn flush(&mut self) -> Result<Left, WriteError> {
        let Some(master) = &self.master else { return Err(WriteError::Ended) };
        while !self.queue.is_empty() {
            let (front, _) = self.queue.as_slices();
            let length = front.len();
            let taken = push(master, front)?;
            self.queue.drain(..taken);
            if taken < length {
                return Ok(Left::Waiting);
            }
        }
        Ok(Left::Nothing)
    }

    pub fn waiting(&self) -> bool {
        self.master.is_some() && !self.queue.is_empty()
    }

    /// Gives the pty up.
    pub fn close(&mut self) {
        self.master = None;
        self.queue = VecDeque::new();
    }

    pub fn resize(&self, size: GridSize, cell: (u16, u16)) {
        let Some(master) = &self.master else { return };
        let Err(error) = tcsetwinsize(master, window(size, cell)) else { return };
        tracing::debug!(%error, "a pty did not take its size");
    }

    /// The process group that the terminal's keys go to.
    pub fn foreground(&self) -> Option<rustix::process::Pid> {
        tcgetpgrp(self.master.as_ref()?).ok()
    }
}

fn window(size: GridSize, cell: (u16, u16)) -> Winsize {
    Winsize {
        ws_row: size.lines,
        ws_col: size.columns,
        ws_xpixel: size.columns.saturating_mul(cell.0),
        ws_ypixel: size.lines.saturating_mul(cell.1),
    }
}

/// Writes as much as the pty takes now.
fn push(master: &OwnedFd, bytes: &[u8]) -> Result<usize, WriteError> {
    let mut taken = 0;
    while taken < bytes.len() {
        match rustix::io::write(master, &bytes[taken..]) {
            Ok(0) | Err(Errno::AGAIN) => break,
            Ok(count) => taken += count,
            Err(Errno::INTR) => {}
            Err(_) => return Err(WriteError::Ended),
        }
    }
    Ok(taken)
}

/// The signal that a key stands for by the terminal line's settings, if it is one.
fn signal_of(master: &OwnedFd, bytes: &[u8]) -> Option<i32> {
    let &[byte] = bytes else { return None };
    let settings = tcgetattr(master).ok()?;
    if byte == 0 || !settings.local_modes.contains(LocalModes::ISIG) {
        return None;
    }
    let codes = &settings.special_codes;
    match byte {
        _ if byte == codes[SpecialCodeIndex::VINTR] => Some(libc::SIGINT),
        _ if byte == codes[SpecialCodeIndex::VQUIT] => Some(libc::SIGQUIT),
        _ if byte == codes[SpecialCodeIndex::VSUSP] => Some(libc::SIGTSTP),
        _ => None,
    }
}

fn interrupts(master: &OwnedFd, bytes: &[u8]) -> bool {
    signal_of(master, bytes).is_some()
}

fn signal(master: &OwnedFd, bytes: &[u8]) {
    let Some(signal) = signal_of(master, bytes) else { return };
    // SAFETY: the descriptor is a pty's; the request takes the signal's number by value.
    let done = unsafe { libc::ioctl(master.as_raw_fd(), libc::TIOCSIG, signal) };
    if done < 0 {
        tracing::debug!(error = %std::io::Error::last_os_error(), "a program could not be interrupted");
    }
}
