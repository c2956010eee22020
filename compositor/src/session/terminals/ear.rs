//! What comes from the thread that reads a shell, on its way to the main thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use calloop::channel::SyncSender;
use calloop::ping::Ping;
use lcars_ui::hierarchy::TerminalId;
use shell_bridge::pty::{FromShell, Listener};

/// So much that shells say waits for the main thread. A shell that says more waits, and nobody else.
pub(super) const WAITING: usize = 256;

/// Something that a shell said.
#[derive(Debug)]
pub(super) struct Heard {
    pub terminal: TerminalId,
    /// Which of the shells that the terminal has had.
    pub life: u64,
    pub what: FromShell,
}

/// Listens to one shell.
#[derive(Debug)]
pub(super) struct Ear {
    terminal: TerminalId,
    life: u64,
    changed: AtomicBool,
    ping: Ping,
    sender: SyncSender<Heard>,
}

impl Ear {
    pub fn new(terminal: TerminalId, life: u64, ping: Ping, sender: SyncSender<Heard>) -> Arc<Self> {
        Arc::new(Self { terminal, life, changed: AtomicBool::new(false), ping, sender })
    }

    /// Whether the grid has changed since that was last taken.
    pub fn changed(&self) -> bool {
        self.changed.load(Ordering::Acquire)
    }

    /// Whether the grid has changed. What changes from now on is told again.
    pub fn take_changed(&self) -> bool {
        self.changed.swap(false, Ordering::AcqRel)
    }
}

impl Listener for Ear {
    /// Wakes the main thread once for all changes until it looks: a program that writes without pause does not keep it busy.
    fn changed(&self) {
        if !self.changed.swap(true, Ordering::AcqRel) {
            self.ping.ping();
        }
    }

    fn happened(&self, what: FromShell) {
        // Nobody listens once the session has ended.
        let _ = self.sender.send(Heard { terminal: self.terminal, life: self.life, what });
    }
}
