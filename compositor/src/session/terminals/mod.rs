//! The desktop's own terminals: shells that run for as long as their terminal is there, whoever looks.
//!
//! ```text
//! pty ─ reader ─ keeper ─┬─ the grid changed ─ a ping, once until somebody looks ─ a picture is due, if it is in sight
//!                       └─ the shell said something ─ bounded channel ─ told ─ desktop, alerts, clipboard, prompt
//! keys, pointer, text ─ the grid says which bytes ─ pty
//! ```

mod act;
mod ear;
mod find;
pub(crate) mod keys;
mod look;
mod module;
pub(crate) mod pointer;
mod start;
mod told;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use calloop::channel::{Event, SyncSender, sync_channel};
use calloop::ping::{Ping, make_ping};
use lcars_ui::hierarchy::TerminalId;
use shell_bridge::modules::{Kind, ModuleFiles};
use shell_bridge::pty::{Shell, Turns};
use shell_bridge::terminal::Terminal;

use crate::state::State;
use ear::{Ear, Heard};
use pointer::{Finger, Grab};

/// In the environment of every shell: which terminal it is in.
pub(crate) const VARIABLE: &str = "TOS_TERMINAL";

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Terminals {
    shells: BTreeMap<TerminalId, Running>,
    /// Asked for, and to be started when it is known how large they will be seen.
    due: Vec<start::Due>,
    /// Where shells find what makes them talk to us; written when the first is started.
    modules: Option<ModuleFiles>,
    /// Where readers tell us.
    ears: Option<(Ping, SyncSender<Heard>)>,
    /// Who goes first when many have much to say.
    pub(crate) turns: Arc<Turns>,
    /// Counts shells.
    lives: u64,
    /// How much larger letters are than the settings say, in logical pixels.
    larger: f64,
    /// Buttons that are held, in the order they went down. Whose the first is has the pointer.
    grabs: Vec<Grab>,
    /// The one finger that is on one of them.
    finger: Option<Finger>,
    /// A paste that would run lines, and when that was told: the same paste again is meant.
    asked: Option<(TerminalId, Vec<u8>, Duration)>,
    /// A timer will tell what they say in words.
    wording: bool,
    /// The one that was told that it has the keyboard.
    focused: Option<TerminalId>,
}

/// A terminal with the shell that runs in it, or ran.
pub(crate) struct Running {
    shell: Shell,
    life: u64,
    ear: Arc<Ear>,
    kind: Kind,
    fit: look::Fit,
    /// What runs, and since when.
    command: Option<(String, Duration)>,
    /// Where it finds programs, as it said.
    path: Option<String>,
    /// When it last made a noise on the screen.
    noise: Option<Duration>,
    ended: bool,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { life, kind, fit, ended, .. } = self;
        f.debug_struct("Running")
            .field("life", life)
            .field("kind", kind)
            .field("fit", fit)
            .field("ended", ended)
            .finish_non_exhaustive()
    }
}

impl Running {
    /// Types bytes. A program that does not read is not waited for: what does not fit is lost, as with any terminal.
    fn write(&self, bytes: &[u8]) {
        if !bytes.is_empty()
            && let Err(error) = self.shell.write(bytes)
        {
            tracing::debug!(%error, "a terminal took no input");
        }
    }
}

impl Terminals {
    /// Works on a terminal's grid. Its lock is held meanwhile.
    pub(crate) fn with<R>(&self, id: TerminalId, work: impl FnOnce(&mut Terminal) -> R) -> Option<R> {
        self.shells.get(&id).map(|running| running.shell.with(work))
    }

    /// What kind of shell runs in a terminal.
    pub(crate) fn kind(&self, id: TerminalId) -> Option<Kind> {
        self.shells.get(&id).map(|running| running.kind)
    }

    /// Where a terminal's shell finds programs, if it said so.
    pub(crate) fn path(&self, id: TerminalId) -> Option<String> {
        self.shells.get(&id)?.path.clone()
    }

    /// Whether a terminal's shell itself reads what is typed, and no program of it.
    pub(crate) fn in_front(&self, id: TerminalId) -> bool {
        self.shells.get(&id).is_some_and(|running| !running.ended && running.shell.foreground_is_shell())
    }

    /// The terminal whose shell, as a process, leads a session.
    pub(crate) fn led_by(&self, process: u32) -> Option<TerminalId> {
        let mut all = self.shells.iter();
        all.find(|(_, running)| running.shell.process() == Some(process)).map(|(id, _)| *id)
    }

    /// Types bytes into a terminal.
    pub(crate) fn write(&self, id: TerminalId, bytes: &[u8]) {
        if let Some(running) = self.shells.get(&id) {
            running.write(bytes);
        }
    }

    /// Lets an operation of the grid say what is typed.
    fn type_with(&self, id: TerminalId, work: impl FnOnce(&mut Terminal) -> Vec<u8>) {
        if let Some(bytes) = self.with(id, work) {
            self.write(id, &bytes);
        }
    }
}

impl State {
    /// What a terminal shows, line by line; nothing where there is no such terminal.
    pub fn terminal_lines(&self, id: TerminalId) -> Vec<String> {
        self.terminals.with(id, |terminal| look::lines(terminal)).unwrap_or_default()
    }

    /// Lets what shells say into the loop.
    fn listen_to_shells(&mut self) -> anyhow::Result<(Ping, SyncSender<Heard>)> {
        if let Some(ears) = &self.terminals.ears {
            return Ok(ears.clone());
        }
        let (ping, changes) = make_ping()?;
        let (sender, heard) = sync_channel(ear::WAITING);
        self.handle.insert_source(changes, |(), (), state| state.terminals_changed()).map_err(|error| error.error)?;
        let inserted = self.handle.insert_source(heard, |event, (), state| {
            if let Event::Msg(heard) = event {
                state.heard(heard);
            }
        });
        inserted.map_err(|error| error.error)?;
        Ok(self.terminals.ears.insert((ping, sender)).clone())
    }
}
