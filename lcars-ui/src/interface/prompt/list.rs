//! The list above the prompt: what could stand at the cursor, what was run before, what was found.

use std::ops::Range;

use super::search::{Query, found};
use super::{Prompt, Sources};
use crate::hierarchy::{NodeId, TerminalId};
use crate::label;

/// So many things are in a list at most.
const MOST: usize = 256;

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// What could stand at the cursor.
    Completions,
    /// What was run before and has what was typed in it.
    History,
    /// What was found by a prefix.
    Search,
}

/// A list that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Of what.
    pub kind: ListKind,
    /// Which one is chosen, counted from 0.
    pub chosen: usize,
    /// What was in the prompt before it opened.
    pub(super) before: String,
}

/// One thing in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is called; clean.
    pub text: String,
    /// What it is, in a few words; clean, may be empty.
    pub about: String,
    /// What choosing it means.
    pub chosen: Chosen,
}

/// What choosing something means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// It is put in the place of a part of the text.
    Put(Range<usize>, String),
    /// It becomes the text.
    Text(String),
    /// One goes there.
    Go(NodeId),
    /// One goes to that terminal.
    Terminal(TerminalId),
    /// It is launched.
    Launch(String),
}

impl Prompt {
    /// What the open list holds, best first. The chosen one may lie beyond its end: then it is the last.
    pub fn items(&self, sources: &Sources<'_>) -> Vec<Item> {
        let Some(list) = &self.list else { return Vec::new() };
        let text = self.text();
        match list.kind {
            ListKind::Completions => {
                let Some(found) = sources.shells.prompt.completions_at(text, self.editor.cursor()) else {
                    return Vec::new();
                };
                let item = |candidate: &crate::shells::Candidate| Item {
                    text: label::clean(&candidate.text),
                    about: label::clean(&candidate.about),
                    chosen: Chosen::Put(found.replaces.clone(), candidate.text.clone()),
                };
                found.candidates.iter().take(MOST).map(item).collect()
            }
            ListKind::History => {
                let typed = text.trim().to_lowercase();
                let mut seen = std::collections::BTreeSet::new();
                let matching = sources.shells.prompt.history.iter().filter(|ran| {
                    (typed.is_empty() || ran.to_lowercase().contains(&typed)) && seen.insert(ran.as_str())
                });
                let item = |ran: &String| Item {
                    text: label::clean_told(ran),
                    about: String::new(),
                    chosen: Chosen::Text(ran.clone()),
                };
                matching.take(MOST).map(item).collect()
            }
            ListKind::Search => Query::of(text).map(|query| found(query, sources)).unwrap_or_default(),
        }
    }
}
