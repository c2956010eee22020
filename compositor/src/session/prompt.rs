//! Between the prompt and the shell that it speaks to: where that is, what it is asked, and what it is given to run.

use std::path::PathBuf;

use lcars_ui::hierarchy::{Activity, Sector, SectorId, TerminalId};
use shell_bridge::modules::{NotSubmitted, Request, request, submit};

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
    /// Where somebody is in a sector, and whether a shell is there: where its shell is, else the user's home.
    pub(crate) fn directory_of(&self, sector: Option<SectorId>) -> (PathBuf, bool) {
        let terminal = sector.and_then(|id| self.shell.desktop.tree().sector(id)).and_then(Sector::shown_terminal);
        let told = terminal.filter(|terminal| terminal.is_alive()).and_then(|terminal| terminal.directory.as_ref());
        match told.map(PathBuf::from).filter(|told| told.is_absolute()) {
            Some(told) => (told, true),
            None => (self.home(), false),
        }
    }

    /// The user's home; where nobody is at home, the root.
    pub(crate) fn home(&self) -> PathBuf {
        self.session.as_ref().map_or_else(|| "/".into(), |session| session.dirs().home.clone())
    }

    /// Asks a shell for something that its module tells unseen, if it waits for a command and nothing else would read the
    /// question.
    pub(crate) fn ask_shell(&mut self, id: TerminalId, asked: Request) {
        if self.can_give(id).is_ok()
            && let Some(bytes) = self.terminals.kind(id).and_then(|kind| request(kind, asked))
        {
            self.terminals.write(id, bytes);
        }
    }

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
