//! What a text would run, with everything seen through that wraps a command: `sudo`, `env`, `xargs`, `find -exec`,
//! `sh -c`, aliases, functions, substitutions, pipes into a shell.
//!
//! The result is a flat list of [`Invocation`]s; rules are held against each. Where something cannot be seen, the
//! invocation has a [`Sign`] that says so. Rather more is seen than runs: both branches of an `if`, the body of a
//! function that is only defined, the command that an alias hides.

mod around;
mod carried;
mod code;
mod effects;
mod learn;
mod variables;
mod walk;
mod wrappers;
mod written;

use std::ops::Range;
use std::path::PathBuf;

pub(super) use effects::operands;

use super::Context;
use super::syntax::{self, Dialect, Names, is_known};

/// Commands within commands, and code within code; deeper ones are not looked at.
const DEEPEST: usize = 40;
/// So many invocations are looked at.
const MOST_INVOCATIONS: usize = 8 << 10;
/// So often a text that sets variables is looked at again, with other values of them.
const MOST_TURNS: usize = 4;
/// Bytes of code within arguments, aliases and functions that are read for one text.
const MOST_CODE: usize = 256 << 10;

/// What an invocation has about it that no rule can tell from its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Which command it is shows only when it runs.
    UnknownCommand,
    /// The same, with arguments that delete or force.
    UnknownDestructive,
    /// A shell runs what something else writes.
    HiddenCode,
    /// A function of the shell whose body is not known.
    UnknownFunction,
    /// A function that calls itself and goes on.
    ForkBomb,
    /// The text cannot be read, or is too deep.
    NotUnderstood,
}

impl Sign {
    /// As a policy names it.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "unknown-command" => Self::UnknownCommand,
            "unknown-destructive" => Self::UnknownDestructive,
            "hidden-code" => Self::HiddenCode,
            "unknown-function" => Self::UnknownFunction,
            "fork-bomb" => Self::ForkBomb,
            "not-understood" => Self::NotUnderstood,
            _ => return None,
        })
    }

    /// All names, for a message.
    pub const NAMES: &str =
        "unknown-command, unknown-destructive, hidden-code, unknown-function, fork-bomb, not-understood";
}

/// One argument, with the marks of [`syntax`] where it is not known.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Arg {
    pub text: String,
    /// In bytes of the staged text.
    pub at: Range<usize>,
}

impl Arg {
    pub fn known(&self) -> bool {
        is_known(&self.text)
    }
}

/// One command that would run.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Invocation {
    /// Without the directory; with marks where it is not known. Empty for a redirection without a command.
    pub name: String,
    /// What follows it.
    pub args: Vec<Arg>,
    /// What it is wrapped in, the outermost first.
    pub via: Vec<String>,
    /// Whose output it reads, or gets as arguments.
    pub from: Vec<String>,
    /// The files it writes to.
    pub writes: Vec<Arg>,
    /// The files that it reads, or that those read whose output it gets.
    pub reads: Vec<Arg>,
    /// More arguments come from a stream.
    pub unfinished: bool,
    pub sign: Option<Sign>,
    /// In bytes of the staged text.
    pub at: Range<usize>,
    /// Relative paths are not those of the context: something before it changed the directory.
    pub elsewhere: bool,
    /// Directories that the text goes to, as far as they are known: relative paths may be below any of them.
    pub directories: Vec<PathBuf>,
}

impl Invocation {
    /// Name and arguments in a line, for patterns.
    pub fn line(&self) -> String {
        let mut line = self.name.clone();
        for arg in &self.args {
            line.push(' ');
            line.push_str(&arg.text);
        }
        line
    }
}

/// All that a text would run.
pub(super) fn see(text: &str, context: &Context) -> Vec<Invocation> {
    let names = Names {
        home: context.home.to_string_lossy().into_owned(),
        directory: context.directory.to_string_lossy().into_owned(),
        ..Names::default()
    };
    let dialect = if context.posix { Dialect::Posix } else { Dialect::Fish };
    let mut walker = walk::Walker::new(context, names);
    walker.text(text, dialect);
    // Once more with what it sets, in case that is what it then runs.
    for turn in 0..MOST_TURNS {
        if !walker.set_variables(turn) {
            break;
        }
        walker.text(text, dialect);
    }
    walker.seen
}

#[cfg(test)]
mod tests;
