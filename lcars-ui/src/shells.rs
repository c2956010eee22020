//! What is known of shells beyond the tree: how their terminals look at the moment, and what the prompt is told about
//! what was typed into it.
//!
//! The compositor fills this in. All of it is what it was a moment ago; what belongs to a text says to which, and is not
//! believed of another.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::geometry::Size;
use crate::hierarchy::TerminalId;

/// Everything about the shells of a desktop that no operation changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shells {
    /// How each terminal looks that has a grid.
    pub faces: BTreeMap<TerminalId, Face>,
    /// For the prompt.
    pub prompt: PromptFeed,
    /// Files of the directory here that `?` finds: as many as somebody may want to see, best first.
    pub found: Vec<Found>,
    /// The size of a cell of a new terminal, logical.
    pub cell: Size,
}

/// How one terminal looks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Face {
    /// The size of a cell, logical; whole device pixels.
    pub cell: Size,
    /// The size of all its cells, logical.
    pub full: Size,
    /// The commands whose lines are in view, from the top.
    pub blocks: Vec<FaceBlock>,
    /// Lines above and below what is in view, where it was scrolled back.
    pub scrolled: Option<(usize, usize)>,
    /// What is being searched for in it.
    pub search: Option<FaceSearch>,
    /// The last lines as text, for those who do not see them; bounded.
    pub text: String,
}

/// The lines of one command in view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaceBlock {
    /// The first line in view, counted from 0.
    pub from: u16,
    /// The line behind the last one.
    pub to: u16,
    /// What became of it.
    pub outcome: BlockOutcome,
}

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockOutcome {
    /// It is being typed, or runs.
    Running,
    /// It ended well.
    Ok,
    /// It ended with something else.
    Failed(i32),
}

/// A search in a terminal's lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FaceSearch {
    /// What is searched for.
    pub text: String,
    /// Which hit is in view, counted from 1 at the newest; nothing where there is none, or it was not counted yet.
    pub at: Option<usize>,
    /// How many hits there are, as far as was counted.
    pub hits: usize,
    /// Whether there are more than were counted.
    pub more: bool,
}

/// What the prompt is told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PromptFeed {
    /// What may be wanted next, best first: for the chips beside the terminal.
    pub suggestions: Vec<Suggestion>,
    /// What the shell says could stand at the cursor.
    pub completions: Option<Completions>,
    /// What the shell says the parts of the text are.
    pub colours: Option<Colours>,
    /// What was found out about the text that was staged last.
    pub verdict: Option<StagedView>,
    /// Whether a text is being looked at.
    pub checking: bool,
    /// Commands that were run before, newest first.
    pub history: Arc<Vec<String>>,
    /// Why the last commit was refused, in words for the screen; the text it was about comes first.
    pub refused: Option<(String, String)>,
}

/// One command that may be wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What would be staged.
    pub text: String,
    /// Why it is suggested.
    pub from: SuggestedFrom,
}

/// Why something is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SuggestedFrom {
    History,
    Completion,
    Directory,
    Shell,
}

/// What could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completions {
    /// The text they are for.
    pub text: String,
    /// Where in it the cursor was, in bytes.
    pub cursor: usize,
    /// What of the text they stand for, in bytes.
    pub replaces: Range<usize>,
    /// Best first.
    pub candidates: Vec<Candidate>,
}

/// One thing that could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidate {
    /// What would be put there.
    pub text: String,
    /// What it is, in a few words; may be empty.
    pub about: String,
}

/// What the parts of a text are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Colours {
    /// The text they are for.
    pub text: String,
    /// In their order, in bytes, not overlapping.
    pub spans: Vec<(Range<usize>, Syntax)>,
}

/// What a part of a command line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Syntax {
    Command,
    Keyword,
    Option,
    Parameter,
    Quote,
    Redirection,
    Operator,
    Escape,
    Comment,
    Path,
    Error,
}

/// How dangerous a staged text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It runs when it is told to.
    Safe,
    /// It runs when it is told to; what wants care is said.
    Caution,
    /// It runs after it was held.
    Danger,
    /// It does not run.
    Refused,
}

impl Class {
    /// As it is written beside its colour.
    pub fn word(self) -> &'static str {
        match self {
            Self::Safe => "SAFE",
            Self::Caution => "CAUTION",
            Self::Danger => "DANGER",
            Self::Refused => "REFUSED",
        }
    }
}

/// What was found out about a staged text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedView {
    /// Names it.
    pub id: String,
    /// Exactly what would run.
    pub text: String,
    /// SHA-256 of the text, in hexadecimal digits.
    pub hash: String,
    /// How dangerous it is.
    pub class: Class,
    /// In a few words what is dangerous about it, such as `RECURSIVE DELETE`; may be empty.
    pub title: String,
    /// Why it is of that class, the most serious first.
    pub reasons: Vec<String>,
    /// What is known of what it would do.
    pub details: Vec<Detail>,
}

/// A line of the dialog that asks before something dangerous.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Detail {
    /// Such as `WHERE`.
    pub label: String,
    /// Such as `/home/ada/projects`.
    pub text: String,
}

/// A file that `?` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// What is put into the prompt when it is chosen.
    pub stage: String,
}

impl PromptFeed {
    /// The verdict, if it is about exactly this text.
    pub fn verdict_on(&self, text: &str) -> Option<&StagedView> {
        self.verdict.as_ref().filter(|verdict| verdict.text == text)
    }

    /// What the shell says could stand at this cursor of this text.
    pub fn completions_at(&self, text: &str, cursor: usize) -> Option<&Completions> {
        self.completions.as_ref().filter(|found| found.text == text && found.cursor == cursor)
    }
}
