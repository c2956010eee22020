//! What the prompt asks for: what could stand in it, what is to be said about it, and that it runs.

use lcars_ui::hierarchy::{Activity, TerminalId};
use shell_bridge::modules::{NotSubmitted, submit};

use crate::state::State;

/// Why a command was not given to a shell, in words for the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotGiven {
    /// There is no such terminal, or its shell did not start.
    #[error("there is no shell here")]
    NoShell,
    /// The shell has ended.
    #[error("the shell has ended")]
    Ended,
    /// A command runs, or the shell has not begun.
    #[error("the shell is busy")]
    Busy,
    /// It cannot be typed.
    #[error(transparent)]
    Text(#[from] NotSubmitted),
}

impl State {
    /// Whether a terminal's shell can be given a command now: it waits for one, and nothing else reads what is typed.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn can_give(&self, id: TerminalId) -> Result<(), NotGiven> {
        let terminal = self.shell.desktop.terminal(id).ok_or(NotGiven::NoShell)?;
        match terminal.activity {
            Activity::Ended { .. } => Err(NotGiven::Ended),
            Activity::AtPrompt if self.terminals.in_front(id) => Ok(()),
            Activity::AtPrompt | Activity::Running { .. } | Activity::Starting => Err(NotGiven::Busy),
        }
    }

    /// Types a command into a terminal's shell and runs it. Only for what was committed.
    ///
    /// # Errors
    /// As [`Self::can_give`]; or the text presses keys. Nothing was typed then.
    pub(crate) fn give(&mut self, id: TerminalId, text: &str) -> Result<(), NotGiven> {
        self.can_give(id)?;
        let kind = self.terminals.kind(id).ok_or(NotGiven::NoShell)?;
        let bytes = submit(kind, text)?;
        self.terminals.write(id, &bytes);
        self.scroll_to_end(id);
        Ok(())
    }
}
