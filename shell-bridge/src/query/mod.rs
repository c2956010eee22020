//! Questions to a real shell, answered by a child process: is this well formed, what completes it, what was run before,
//! which part of it is what.
//!
//! Every question starts a Fish of its own and waits for it, so it is for a worker thread. It is asked without the user's
//! configuration, with little of the environment, in a process group that is killed when the time is up; what comes
//! back is bounded.

mod child;
mod colours;
mod complete;
mod syntax;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub use colours::{Role, Span};
pub use syntax::{Mistake, SyntaxError};

/// Longest text that is asked about, in bytes.
pub const MAX_TEXT: usize = 16 << 10;

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// There is no Fish.
    #[error("fish is not installed")]
    Missing,
    /// It could not be started, or not be read.
    #[error("fish did not run: {0}")]
    Io(#[from] std::io::Error),
    /// It took longer than it may.
    #[error("fish did not answer within {} ms", .0.as_millis())]
    TooLate(Duration),
    /// It ended with an error of its own.
    #[error("fish failed: {0}")]
    Failed(String),
    /// It said more than it may, or what makes no sense.
    #[error("fish gave an answer that makes no sense")]
    Answer,
    /// There is no such directory, or it may not be entered.
    #[error("the directory cannot be entered")]
    Directory,
    /// Longer than [`MAX_TEXT`], or with a NUL.
    #[error("the text is too long, or no text")]
    Text,
}

/// A Fish that can be asked.
#[derive(Debug, Clone)]
pub struct Fish {
    program: PathBuf,
    /// Where the user's completions, functions and history are.
    home: Vec<(OsString, OsString)>,
    /// Where programs are, if not where this process finds them.
    path: Option<OsString>,
}

/// What of the environment says where those are.
const HOME: [&str; 6] = ["HOME", "USER", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_DATA_DIRS", "XDG_RUNTIME_DIR"];

impl Fish {
    /// The first in `$PATH`.
    ///
    /// # Errors
    /// If there is none.
    pub fn find() -> Result<Self, QueryError> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let program = std::env::split_paths(&path).map(|directory| directory.join("fish")).find(|file| file.is_file());
        Ok(Self::at(program.ok_or(QueryError::Missing)?))
    }

    /// The one at `program`; `fish_indent` is beside it.
    pub fn at(program: PathBuf) -> Self {
        Self { program, home: Vec::new(), path: None }.with_variables(|name| std::env::var_os(name))
    }

    /// With programs where somebody else finds them; what is nothing is where this process finds them.
    #[must_use]
    pub fn with_path(self, path: Option<String>) -> Self {
        Self { path: path.map(OsString::from), ..self }
    }

    /// With the user's files where these variables say.
    #[must_use]
    pub fn with_variables(self, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        Self { home: HOME.into_iter().filter_map(|name| Some((name.into(), variable(name)?))).collect(), ..self }
    }

    /// With the user's files in another home.
    #[must_use]
    pub fn with_home(self, home: PathBuf) -> Self {
        Self { home: vec![("HOME".into(), home.into())], ..self }
    }

    /// A Fish that reads no configuration, with nothing of this process' environment but what is needed to find programs
    /// and to say things in UTF-8 and in English.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        command.env("LC_ALL", "C.UTF-8");
        let path = self.path.clone().or_else(|| std::env::var_os("PATH"));
        command.env("PATH", path.unwrap_or_else(|| OsString::from("/usr/bin:/bin")));
        // What is not read needs no home, and none is to be made.
        command.env("HOME", "/dev/null");
        command
    }

    /// Also with the user's home.
    fn command_at_home(&self) -> Command {
        let mut command = self.command(&self.program);
        command.envs(self.home.iter().map(|(name, value)| (name, value)));
        command
    }
}

fn checked(text: &str) -> Result<&str, QueryError> {
    if text.len() <= MAX_TEXT && !text.contains('\0') { Ok(text) } else { Err(QueryError::Text) }
}
