//! Reading a command as a shell does, without running any of it: statements, pipelines, commands, their words and where
//! those go. Two dialects: Fish, whose own parser has accepted the text before, and the family of POSIX shells for what
//! stands behind `sh -c`.
//!
//! What a word becomes when it runs is often known (`r''m` is `rm`, `\x2f` is `/`, `{a,b}` is two words) and sometimes
//! not. A [`Word`] is a text in which a few private characters stand for what is not known ([`UNKNOWN`], [`ANY`],
//! [`ONE`]); the text of a page cannot have them, [`super::check_text`] refuses all private characters, and one that comes
//! about by an escape is taken for unknown, which is the careful side.
//!
//! The work is linear in the text and every depth is bounded. What cannot be read is an error, never a guess.

mod braces;
mod commands;
mod escapes;
mod words;

use std::collections::BTreeMap;
use std::ops::Range;

pub(super) use braces::expand;

/// Something that is known only when it runs: a variable, the output of a command.
pub(super) const UNKNOWN: char = '\u{f8ff}';
/// `*` as a pattern of file names.
pub(super) const ANY: char = '\u{f8fe}';
/// `?`, or `[…]`, as a pattern of file names.
pub(super) const ONE: char = '\u{f8fd}';
/// Where an unquoted value falls into words.
pub(super) const SPLIT: char = '\u{f8fc}';
/// Marks of a brace expansion within a word that is being read.
const OPEN: char = '\u{f8fb}';
const COMMA: char = '\u{f8fa}';
const CLOSE: char = '\u{f8f9}';
/// Before the known value of a variable within braces, which go away around it.
const VALUE: char = '\u{f8f8}';

/// Blocks and substitutions within each other; deeper ones are not read.
const DEEPEST: usize = 40;
/// Words of one text; more are not read.
const MOST_WORDS: usize = 16 << 10;

/// Whose rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Fish,
    Posix,
}

/// What stands for names that every shell knows.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// `~` and `$HOME`; empty if unknown.
    pub home: String,
    /// `$PWD`; empty if unknown.
    pub directory: String,
    /// Variables that the text itself sets; [`SPLIT`] stands between the values of one that has several.
    pub variables: BTreeMap<String, String>,
}

/// Why a text was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// Something is open at the end, or closed that was not open.
    Unbalanced,
    /// A sign where no sign of its kind can be.
    Misplaced,
    /// Blocks or substitutions within each other beyond [`DEEPEST`].
    TooDeep,
    /// More than [`MOST_WORDS`].
    TooMuch,
}

/// Statements, in the order they stand. Any of them may run.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Script {
    pub pipelines: Vec<Pipeline>,
}

/// Commands that read from each other.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Pipeline {
    pub stages: Vec<Stage>,
    pub background: bool,
}

/// One command of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stage {
    pub command: Command,
    pub redirects: Vec<Redirect>,
    /// In bytes of the text that was read.
    pub at: Range<usize>,
}

/// What a stage runs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command {
    /// A program, builtin or function with its arguments.
    Simple { assigns: Vec<Word>, words: Vec<Word> },
    /// A block, a loop, a function: what its head says and what it holds.
    Block { function: Option<String>, head: Vec<Word>, body: Script },
}

/// Input or output that goes to or comes from elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Redirect {
    pub kind: RedirectKind,
    pub target: Word,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RedirectKind {
    /// What was in the file is lost.
    Write,
    /// More is added at the end.
    Append,
    Read,
    /// The word itself is the input.
    HereString,
    /// `2>&1`: nothing that counts here.
    Duplicate,
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Word {
    /// What it becomes, with [`UNKNOWN`], [`ANY`] and [`ONE`] where that is not known.
    pub text: String,
    /// In bytes of the text that was read.
    pub at: Range<usize>,
    /// Some of it is quoted or escaped.
    pub quoted: bool,
    /// All of it is the value of this variable.
    pub variable: Option<String>,
    /// What runs to make it.
    pub scripts: Vec<Script>,
}

impl Word {
    /// All of it is known.
    pub fn known(&self) -> bool {
        is_known(&self.text)
    }
}

/// Whether nothing in the text of a word stands for something unknown.
pub(super) fn is_known(text: &str) -> bool {
    !text.contains([UNKNOWN, ANY, ONE])
}

/// Reads a text.
pub(super) fn read(text: &str, dialect: Dialect, names: &Names) -> Result<Script, Unread> {
    let mut reader = Reader { text, at: 0, dialect, names, depth: 0, parens: 0, words: 0 };
    reader.script(End::Text)
}

/// What a list of statements ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Text,
    /// `)`, which is left to the caller.
    Paren,
    /// One of these words, which is taken.
    Keyword(&'static [&'static str]),
    /// `;;` or `esac` of a POSIX `case`, left to the caller.
    Case,
}

/// A place in a text, and what is known there.
#[derive(Debug)]
struct Reader<'a> {
    text: &'a str,
    at: usize,
    dialect: Dialect,
    names: &'a Names,
    depth: usize,
    /// Parentheses that are open.
    parens: usize,
    words: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn peek_second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take(&mut self, what: &str) -> bool {
        let there = self.rest().starts_with(what);
        if there {
            self.at += what.len();
        }
        there
    }

    fn fish(&self) -> bool {
        self.dialect == Dialect::Fish
    }

    /// Spaces, tabs and joined lines. In Fish lines with a comment may stand between lines that are joined.
    fn skip_blanks(&mut self) {
        let mut joined = false;
        loop {
            if self.rest().starts_with("\\\n") {
                self.at += 2;
                joined = true;
            } else if joined && self.fish() && self.peek() == Some('#') {
                let rest = self.rest();
                self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
            } else if matches!(self.peek(), Some(' ' | '\t')) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn skip_blanks_and_lines(&mut self) {
        loop {
            self.skip_blanks();
            match self.peek() {
                Some('\n' | '\r') => self.at += 1,
                _ => return,
            }
        }
    }
}

#[cfg(test)]
mod tests;
