//! A shell on a pty: one thread reads it, another keeps its grid.
//!
//! Both sleep until there is something to do; nothing polls. The one that keeps the grid takes turns with whoever looks at
//! the terminal, in slices of about a millisecond. Writing never waits for either, nor for the program.

mod between;
mod child;
mod input;
mod keeper;
mod reader;
mod successor;
mod turns;

#[cfg(test)]
mod tests;

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use portable_pty::PtySize;
use rustix::event::{EventfdFlags, eventfd};
use rustix::process::Signal;

use crate::api::{Decoder, ShellEvent};
use crate::modules::ShellCommand;
use crate::terminal::{GridSize, Happening, Terminal};

use between::Between;
use child::Child;
use input::{Input, Left};

pub use turns::Turns;

/// Time for a shell to end after it was told that its terminal is gone.
const GRACE: Duration = Duration::from_secs(2);

/// Bytes of stack for the threads here; they keep what is large elsewhere.
const STACK: usize = 256 << 10;

/// Why a shell could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The system gave no pty.
    #[error("no terminal line is free: {0}")]
    Pty(String),
    /// The program could not be started.
    #[error("{program} could not be started: {reason}")]
    Start {
        /// The program.
        program: String,
        /// What the system says.
        reason: String,
    },
    /// The system gave no thread, or nothing to wake it by.
    #[error("the terminal could not be watched: {0}")]
    Watch(#[source] std::io::Error),
}

/// Why nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The program does not read what is typed, and much of it waits already. Nothing of this was taken.
    #[error("the program does not read what is typed")]
    Full,
    /// The program has ended.
    #[error("the program has ended")]
    Ended,
}

/// What comes from a shell.
#[derive(Debug, Clone, PartialEq)]
pub enum FromShell {
    /// The shell has said something.
    Event(ShellEvent),
    /// Another shell took its place by `exec`, and has no module: nobody will say how what runs ended.
    Replaced,
    /// A program has done something; never [`Happening::Reply`], which went to the program.
    Happening(Happening),
    /// The shell has ended. The last that comes, after all of its output.
    Exited {
        /// Its exit status, unless a signal ended it.
        status: Option<i32>,
        /// The signal that ended it.
        signal: Option<i32>,
    },
}

/// Who is told what happens. Called by the thread that keeps the grid, which holds no lock meanwhile and may be made to wait.
pub trait Listener: Send + Sync {
    /// Something may have changed in the terminal. Said once, and again only after [`Shell::with`].
    fn changed(&self);
    /// Something has come from the shell, in its order.
    fn happened(&self, event: FromShell);
}

/// What a shell's threads and everybody else share.
struct Shared {
    terminal: Mutex<Terminal>,
    input: Mutex<Input>,
    /// What has been read, until the grid has it.
    read: Between,
    child: Child,
    /// Wakes the reading thread.
    wake: OwnedFd,
    /// The listener knows that something has changed, and has not looked yet.
    told: AtomicBool,
    /// The terminal is being closed: what happens is told to nobody.
    closing: AtomicBool,
    ended: AtomicBool,
}

impl Shared {
    fn foreground_is_shell(&self) -> bool {
        self.input.lock().foreground() == Some(self.child.pid())
    }

    fn wake(&self) {
        // It counts up; when it is full, the thread has been woken often enough.
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }

    fn write(&self, bytes: &[u8]) -> Result<(), WriteError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let left = self.input.lock().write(bytes)?;
        if left == Left::Waiting {
            self.wake();
        }
        Ok(())
    }
}

/// A shell that runs on a pty, with its terminal. Dropping it hangs up.
pub struct Shell {
    shared: Arc<Shared>,
}

impl Shell {
    /// Starts a shell in a session of its own, with `terminal` at its size, beside others that share its `turns`. The threads that watch it end with it.
    ///
    /// # Errors
    /// If there is no such program, no pty or no thread.
    pub fn spawn(
        command: ShellCommand,
        terminal: Terminal,
        decoder: Decoder,
        listener: Arc<dyn Listener>,
        turns: Arc<Turns>,
    ) -> Result<Self, SpawnError> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK);
        let wake = wake.map_err(|error| SpawnError::Watch(error.into()))?;
        let (size, cell) = (terminal.size(), terminal.cell_size());
        let size = PtySize {
            rows: size.lines,
            cols: size.columns,
            pixel_width: size.columns.saturating_mul(cell.0),
            pixel_height: size.lines.saturating_mul(cell.1),
        };
        let (master, child) = child::start(&command, size)?;
        let output = master.try_clone().map_err(SpawnError::Watch);
        let shared = Arc::new(Shared {
            terminal: Mutex::new(terminal),
            input: Mutex::new(Input::new(master)),
            read: Between::default(),
            child,
            wake,
            told: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        });
        let started = output.and_then(|output| {
            let keeper = keeper::Keeper::new(Arc::clone(&shared), decoder, listener, turns);
            let reader = reader::Reader::new(Arc::clone(&shared), output);
            thread("grid", move || keeper.run())?;
            // Without a reader, the keeper hears that nothing will come.
            thread("pty", move || reader.run()).inspect_err(|_| shared.read.end())
        });
        match started {
            Ok(()) => Ok(Self { shared }),
            Err(error) => {
                shared.child.signal(Signal::KILL);
                shared.child.wait();
                Err(error)
            }
        }
    }

    /// Looks at the terminal, or changes it. Others wait meanwhile, the thread that keeps it among them.
    pub fn with<R>(&self, f: impl FnOnce(&mut Terminal) -> R) -> R {
        let mut terminal = self.shared.terminal.lock();
        self.shared.told.store(false, Ordering::Release);
        let result = f(&mut terminal);
        let replies = terminal.take_replies();
        drop(terminal);
        if let Err(error) = self.shared.write(&replies) {
            tracing::debug!(%error, "an answer was not taken");
        }
        result
    }

    /// Writes to the program, as if it were typed. Never waits. A key that the terminal line makes a signal of, such as
    /// Ctrl+C, goes ahead of what a program has not read; that is dropped then.
    ///
    /// # Errors
    /// If the program is gone, or does not read; then nothing of it is written.
    pub fn write(&self, bytes: &[u8]) -> Result<(), WriteError> {
        self.shared.write(bytes)
    }

    /// Gives the terminal another size, and tells the program; `cell` is a cell's width and height in device pixels.
    pub fn resize(&self, size: GridSize, cell: (u16, u16)) {
        let size = self.with(|terminal| {
            terminal.resize(size, cell);
            terminal.size()
        });
        self.shared.input.lock().resize(size, cell);
    }

    /// Whether the shell itself has the keyboard, rather than a program that it runs.
    pub fn foreground_is_shell(&self) -> bool {
        self.shared.foreground_is_shell()
    }

    /// Whether the shell has ended.
    pub fn ended(&self) -> bool {
        self.shared.ended.load(Ordering::Acquire)
    }

    /// The shell's process, for as long as it runs.
    pub fn process(&self) -> Option<u32> {
        (!self.ended()).then(|| self.shared.child.pid().as_raw_nonzero().get() as u32)
    }

    /// Tells the shell and the program in front that their terminal is gone (SIGHUP), and kills the shell if it still runs
    /// two seconds later. Does not wait; nothing is told to the listener from now on but what it is being told.
    pub fn hang_up(&self) {
        let shared = &self.shared;
        if shared.closing.swap(true, Ordering::AcqRel) || self.ended() {
            return;
        }
        let foreground = shared.input.lock().foreground();
        if let Some(group) = foreground.filter(|group| *group != shared.child.pid()) {
            for signal in [Signal::HUP, Signal::CONT] {
                let _ = rustix::process::kill_process_group(group, signal);
            }
        }
        // A stopped process hears nothing else before it goes on.
        shared.child.signal_group(Signal::HUP);
        shared.child.signal_group(Signal::CONT);
        let last = Arc::clone(shared);
        let watch = thread("pty-end", move || {
            if !last.child.ends_within(GRACE) {
                last.child.signal_group(Signal::KILL);
            }
        });
        if watch.is_err() {
            shared.child.signal_group(Signal::KILL);
        }
    }
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), SpawnError> {
    let started = std::thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(work);
    started.map(drop).map_err(SpawnError::Watch)
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.hang_up();
    }
}
