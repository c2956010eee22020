//! The thread that keeps a grid: what was read becomes cells, and what is said in it is told.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use parking_lot::MutexGuard;

use super::between::{AHEAD, Taken};
use super::successor::is_replaced;
use super::turns::{Flood, Pace, Turns};
use super::{FromShell, Listener, Shared};
use crate::api::{Decoder, Piece, ShellEvent};
use crate::terminal::Happening;

/// Bytes of the first turn.
pub(super) const FIRST: usize = 16 << 10;
/// Bytes that the terminal gets at least before others may look at it.
const SLICE: usize = 256;
/// How long others may have to wait for the terminal.
const TURN: Duration = Duration::from_millis(1);
/// How long after something came it is seen whether another shell wrote it.
const LOOK: Duration = Duration::from_millis(50);
/// How long nothing comes before the terminal rests.
const REST: Duration = Duration::from_secs(5);

pub(super) struct Keeper {
    shared: Arc<Shared>,
    decoder: Decoder,
    listener: Arc<dyn Listener>,
    turns: Arc<Turns>,
    flood: Flood,
    /// The terminal has the keyboard, as far as it has been told.
    focused: bool,
    began: Instant,
    /// Bytes that the terminal gets in one turn: as many as take it about [`TURN`].
    slice: usize,
    /// When the terminal wants to be told the time.
    tick: Option<Duration>,
    /// When the terminal may rest, if nothing comes until then.
    rest: Option<Duration>,
    /// When it is to be seen whether another shell took the place of ours.
    look: Option<Duration>,
    pace: Pace,
    /// The shell's module has said that a command runs, and not that it ended.
    runs: bool,
    /// What there is to tell, kept for its memory.
    news: Vec<FromShell>,
}

impl Keeper {
    pub fn new(shared: Arc<Shared>, decoder: Decoder, listener: Arc<dyn Listener>, turns: Arc<Turns>) -> Self {
        Self {
            shared,
            decoder,
            listener,
            turns,
            flood: Flood::default(),
            focused: true,
            began: Instant::now(),
            slice: FIRST,
            tick: None,
            rest: None,
            look: None,
            pace: Pace::default(),
            runs: false,
            news: Vec::new(),
        }
    }

    pub fn run(mut self) {
        let mut bytes = Vec::new();
        loop {
            let next = [self.tick, self.look, self.rest, self.pace.owed()].into_iter().flatten().min();
            let within = next.map(|at| at.saturating_sub(self.now()) + Duration::from_micros(100));
            match self.shared.read.take(&mut bytes, within, self.flood.piece()) {
                Taken::Bytes => self.take(&bytes),
                Taken::Nothing => {}
                Taken::End => break,
            }
            if self.tick.is_some_and(|at| self.now() >= at) {
                self.tick();
            }
            if self.look.is_some_and(|at| self.now() >= at) {
                self.look = None;
                self.look_for_successor();
            }
            if self.pace.owed().is_some_and(|at| self.now() >= at) {
                self.tell();
            }
            if self.rest.is_some_and(|at| self.now() >= at) {
                self.rest = None;
                bytes = Vec::new();
                self.rest();
            }
        }
        self.end();
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Gives bytes to the terminal, in turns.
    fn take(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (turn, later) = rest.split_at(self.slice.min(rest.len()));
            rest = later;
            let flooded = self.flood.count(turn.len(), self.now());
            let took = if flooded && !self.focused && self.turns.are_taken() {
                let turns = Arc::clone(&self.turns);
                turns.take(|| self.turn(turn))
            } else {
                self.turn(turn)
            };
            if took > 2 * TURN {
                self.slice = (turn.len() / 2).clamp(SLICE, AHEAD);
            } else if took < TURN / 2 && turn.len() == self.slice {
                self.slice = (self.slice * 2).min(AHEAD);
            }
            self.tell();
        }
        // Asked once for all that a program writes meanwhile: it costs a few calls of the system.
        if self.runs && self.look.is_none() {
            self.look = Some(self.now() + LOOK);
        }
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

    /// Gives bytes to the terminal; says how long that took.
    fn turn(&mut self, bytes: &[u8]) -> Duration {
        let now = self.now();
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
        self.focused = terminal.has_focus();
        // Whoever waits for the terminal has it next.
        MutexGuard::unlock_fair(terminal);
        if let Err(error) = self.shared.write(&replies) {
            tracing::debug!(%error, "an answer was not taken");
        }
        self.now() - now
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
        self.shared.read.shrink();
        #[cfg(target_env = "gnu")]
        // SAFETY: takes no pointer, and may be called at any time from any thread.
        unsafe {
            libc::malloc_trim(0);
        }
    }

    /// Tells the listener what there is. No lock is held.
    fn tell(&mut self) {
        // Also where nobody hears it any more: what stays owed would wake this thread without end.
        let due = self.pace.is_due(self.flood.is_on(), self.now());
        if self.shared.closing.load(Ordering::Acquire) {
            self.news.clear();
            return;
        }
        if due && !self.shared.told.swap(true, Ordering::AcqRel) {
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
        let ending = self.shared.child.wait();
        self.shared.ended.store(true, Ordering::Release);
        if self.shared.closing.load(Ordering::Acquire) {
            return;
        }
        self.listener.changed();
        self.listener.happened(FromShell::Exited { status: ending.status, signal: ending.signal });
    }
}
