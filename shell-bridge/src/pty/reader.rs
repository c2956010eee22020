//! The thread that reads a pty.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use parking_lot::MutexGuard;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::successor::is_replaced;
use super::{FromShell, Listener, Shared};
use crate::api::{Decoder, Piece, ShellEvent};
use crate::terminal::Happening;

/// Bytes that are read before they are looked at; a pty gives 4 KiB at a time.
const CHUNK: usize = 64 << 10;
/// Bytes that the terminal gets at least before others may look at it.
const SLICE: usize = 256;
/// How long others may have to wait for the terminal.
const TURN: Duration = Duration::from_millis(1);
/// How long nothing comes before the terminal rests.
const REST: Duration = Duration::from_secs(5);
/// Bytes that are still read after the shell has ended, from programs that it has left behind.
const LAST: usize = 1 << 20;

pub(super) struct Reader {
    shared: Arc<Shared>,
    output: OwnedFd,
    decoder: Decoder,
    listener: Arc<dyn Listener>,
    began: Instant,
    /// Bytes that the terminal gets in one turn: as many as take it about [`TURN`].
    slice: usize,
    /// When the terminal wants to be told the time.
    tick: Option<Duration>,
    /// When the terminal may rest, if nothing comes until then.
    rest: Option<Duration>,
    /// The shell's module has said that a command runs, and not that it ended.
    runs: bool,
    /// What there is to tell, kept for its memory.
    news: Vec<FromShell>,
}

/// How far a read got.
enum Got {
    /// So many bytes; there may be more.
    Bytes(usize),
    /// So many bytes, and the pty has been closed by all programs.
    End(usize),
}

impl Reader {
    pub fn new(shared: Arc<Shared>, output: OwnedFd, decoder: Decoder, listener: Arc<dyn Listener>) -> Self {
        Self {
            shared,
            output,
            decoder,
            listener,
            began: Instant::now(),
            slice: CHUNK,
            tick: None,
            rest: None,
            runs: false,
            news: Vec::new(),
        }
    }

    pub fn run(mut self) {
        let mut buffer = vec![0; CHUNK];
        loop {
            let ready = match self.wait() {
                Ok(ready) => ready,
                Err(error) => {
                    tracing::warn!(%error, "a pty can no longer be watched");
                    break;
                }
            };
            if ready.writable && self.shared.input.lock().flush().is_err() {
                break;
            }
            if self.tick.is_some_and(|at| self.now() >= at) {
                self.tick();
            }
            if self.rest.is_some_and(|at| self.now() >= at) {
                self.rest = None;
                self.rest();
            }
            if ready.readable {
                match self.read(&mut buffer) {
                    Got::Bytes(count) => self.take(&buffer[..count]),
                    Got::End(count) => {
                        self.take(&buffer[..count]);
                        break;
                    }
                }
            }
            if ready.ended {
                self.drain(&mut buffer);
                break;
            }
        }
        self.end();
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Sleeps until there is something to do.
    fn wait(&self) -> rustix::io::Result<Ready> {
        let writes = self.shared.input.lock().waiting();
        let mut wanted = PollFlags::IN;
        wanted.set(PollFlags::OUT, writes);
        let wake = PollFd::new(&self.shared.wake, PollFlags::IN);
        let mut fds = [PollFd::new(&self.output, wanted), wake.clone(), wake];
        let mut count = 2;
        if let Some(ended) = self.shared.child.ended() {
            fds[2] = PollFd::from_borrowed_fd(ended, PollFlags::IN);
            count = 3;
        }
        let next = [self.tick, self.rest].into_iter().flatten().min();
        let timeout = next.map(|at| {
            let left = at.saturating_sub(self.now()) + Duration::from_micros(100);
            Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) }
        });
        match poll(&mut fds[..count], timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
        let output = fds[0].revents();
        if !fds[1].revents().is_empty() {
            let mut count = [0; 8];
            let _ = rustix::io::read(&self.shared.wake, &mut count);
        }
        Ok(Ready {
            readable: output.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR),
            writable: output.contains(PollFlags::OUT),
            ended: count == 3 && !fds[2].revents().is_empty(),
        })
    }

    /// Reads once. While this is looked at the kernel brings more: reading on until there is nothing costs a third of the
    /// throughput.
    fn read(&self, buffer: &mut [u8]) -> Got {
        loop {
            match rustix::io::read(&self.output, &mut *buffer) {
                Ok(0) => return Got::End(0),
                Ok(count) => return Got::Bytes(count),
                Err(Errno::AGAIN) => return Got::Bytes(0),
                Err(Errno::INTR) => {}
                // EIO: no program has the other end open.
                Err(_) => return Got::End(0),
            }
        }
    }

    /// The shell has ended: takes what it and its programs had written by then.
    fn drain(&mut self, buffer: &mut [u8]) {
        let mut left = LAST;
        loop {
            match self.read(buffer) {
                Got::Bytes(0) => break,
                Got::Bytes(count) => {
                    self.take(&buffer[..count]);
                    left = left.saturating_sub(count);
                    if left == 0 {
                        break;
                    }
                }
                Got::End(count) => {
                    self.take(&buffer[..count]);
                    break;
                }
            }
        }
    }

    /// Gives bytes to the terminal, in turns.
    fn take(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (turn, later) = rest.split_at(self.slice.min(rest.len()));
            rest = later;
            let began = Instant::now();
            self.turn(turn);
            let took = began.elapsed();
            if took > 2 * TURN {
                self.slice = (turn.len() / 2).clamp(SLICE, CHUNK);
            } else if took < TURN / 2 && turn.len() == self.slice {
                self.slice = (self.slice * 2).min(CHUNK);
            }
            self.tell();
        }
        self.look_for_successor();
    }

    /// A shell that took the place of ours by `exec` says nothing of it, but has a prompt.
    fn look_for_successor(&mut self) {
        let pid = self.shared.child.pid().as_raw_nonzero().get() as u32;
        if self.runs && self.decoder.has_module() && self.shared.foreground_is_shell() && is_replaced(pid) {
            self.runs = false;
            self.decoder.forget_module();
            self.shared.terminal.lock().mark(&ShellEvent::CommandEnd { status: None });
            self.news.push(FromShell::Replaced);
            self.tell();
        }
    }

    fn turn(&mut self, bytes: &[u8]) {
        let now = self.began.elapsed();
        let news = &mut self.news;
        let mut replies = Vec::new();
        let mut terminal = self.shared.terminal.lock();
        self.decoder.feed(bytes, now, &mut |piece| match piece {
            Piece::Bytes(bytes) => {
                terminal.feed(bytes);
                for happening in terminal.take_happenings() {
                    match happening {
                        Happening::Reply(bytes) => replies.extend(bytes),
                        happening => news.push(FromShell::Happening(happening)),
                    }
                }
            }
            Piece::Event(event) => {
                terminal.mark(&event);
                match event {
                    ShellEvent::OutputStart { .. } => self.runs = true,
                    ShellEvent::CommandEnd { .. } | ShellEvent::PromptStart | ShellEvent::Ready { .. } => {
                        self.runs = false;
                    }
                    _ => {}
                }
                news.push(FromShell::Event(event));
            }
        });
        self.tick = terminal.tick(now);
        self.rest = Some(now + REST);
        // Whoever waits for the terminal has it next.
        MutexGuard::unlock_fair(terminal);
        if let Err(error) = self.shared.write(&replies) {
            tracing::debug!(%error, "an answer was not taken");
        }
    }

    fn tick(&mut self) {
        let now = self.now();
        let mut terminal = self.shared.terminal.lock();
        self.tick = terminal.tick(now);
        MutexGuard::unlock_fair(terminal);
        self.tell();
    }

    /// Nothing has come for a while: what is not needed is put away, and its memory given back.
    fn rest(&self) {
        self.shared.terminal.lock().rest();
        #[cfg(target_env = "gnu")]
        // SAFETY: takes no pointer, and may be called at any time from any thread.
        unsafe {
            libc::malloc_trim(0);
        }
    }

    /// Tells the listener what there is. No lock is held.
    fn tell(&mut self) {
        if self.shared.closing.load(Ordering::Acquire) {
            self.news.clear();
            return;
        }
        if !self.shared.told.swap(true, Ordering::AcqRel) {
            self.listener.changed();
        }
        for event in self.news.drain(..) {
            self.listener.happened(event);
        }
    }

    fn end(mut self) {
        let now = self.now();
        let mut last = Vec::new();
        self.decoder.finish(now, &mut |piece| {
            if let Piece::Bytes(bytes) = piece {
                last.extend_from_slice(bytes);
            }
        });
        self.shared.terminal.lock().feed(&last);
        self.shared.input.lock().close();
        drop(self.output);
        let ending = self.shared.child.wait();
        self.shared.ended.store(true, Ordering::Release);
        if self.shared.closing.load(Ordering::Acquire) {
            return;
        }
        self.listener.changed();
        self.listener.happened(FromShell::Exited { status: ending.status, signal: ending.signal });
    }
}

/// What woke the thread.
struct Ready {
    readable: bool,
    writable: bool,
    ended: bool,
}
