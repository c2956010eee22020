//! The thread that reads a pty, and writes what waits for its program.
//!
//! It does nothing else: a pty holds few kilobytes, so whoever looks at them before it reads on stops the program
//! each time. With the grid kept by this thread, text came through at half the rate.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::Shared;

/// Bytes that are read at once; a pty gives 4 KiB at a time.
const CHUNK: usize = 8 << 10;
/// Bytes that are still read after the shell has ended, from programs that it has left behind.
const LAST: usize = 1 << 20;

pub(super) struct Reader {
    shared: Arc<Shared>,
    output: OwnedFd,
}

/// How far a read got.
enum Got {
    /// So many bytes; there may be more.
    Bytes(usize),
    /// The pty has been closed by all programs.
    End,
}

/// What woke the thread.
struct Ready {
    readable: bool,
    writable: bool,
    ended: bool,
}

impl Reader {
    pub fn new(shared: Arc<Shared>, output: OwnedFd) -> Self {
        Self { shared, output }
    }

    pub fn run(self) {
        self.read_on();
        let Self { shared, output } = self;
        drop(output);
        shared.read.end();
    }

    fn read_on(&self) {
        let mut buffer = [0; CHUNK];
        loop {
            let ready = match self.wait() {
                Ok(ready) => ready,
                Err(error) => {
                    tracing::warn!(%error, "a pty can no longer be watched");
                    return;
                }
            };
            if ready.writable && self.shared.input.lock().flush().is_err() {
                return;
            }
            if ready.readable {
                match self.read(&mut buffer) {
                    Got::Bytes(count) => self.shared.read.put(&buffer[..count]),
                    Got::End => return,
                }
            }
            if ready.ended {
                return self.drain(&mut buffer);
            }
        }
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
        match poll(&mut fds[..count], None) {
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

    fn read(&self, buffer: &mut [u8]) -> Got {
        loop {
            match rustix::io::read(&self.output, &mut *buffer) {
                Ok(0) => return Got::End,
                Ok(count) => return Got::Bytes(count),
                Err(Errno::AGAIN) => return Got::Bytes(0),
                Err(Errno::INTR) => {}
                // EIO: no program has the other end open.
                Err(_) => return Got::End,
            }
        }
    }

    /// The shell has ended: takes what it and its programs had written by then.
    fn drain(&self, buffer: &mut [u8]) {
        let mut left = LAST;
        while left > 0 {
            match self.read(buffer) {
                Got::Bytes(0) | Got::End => break,
                Got::Bytes(count) => {
                    self.shared.read.put(&buffer[..count]);
                    left = left.saturating_sub(count);
                }
            }
        }
    }
}
