//! A line of text that is edited, or a few: by letters as people see them, by words and by lines.
//!
//! 1. The cursor and the other end of the selection always lie between two letters.
//! 2. What is in it is what is seen: nothing that hides, reverses or steers gets in, and the text is bounded. Whoever
//!    put it there is told what was left out.

use std::ops::Range;

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};
use unicode_width::UnicodeWidthStr;

use super::undo::Undo;
use crate::label;

/// Bytes of the longest text: what can be staged.
pub const MOST_BYTES: usize = 16 << 10;
/// Lines of the longest text.
pub const MOST_LINES: usize = 64;
/// What a tab becomes.
const TAB: char = ' ';

/// A way for the cursor to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Motion {
    Left,
    Right,
    WordLeft,
    WordRight,
    /// Left over everything that is no space, as shells do.
    BigWordLeft,
    LineStart,
    LineEnd,
    Up,
    Down,
    Start,
    End,
}

/// What became of a text that was put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inserted {
    /// Characters that cannot be shown and were left out.
    pub unshown: usize,
    /// Whether there was more than there is room for, so that nothing was put in.
    pub too_long: bool,
}

/// The text, the cursor, and what is selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Editor {
    text: String,
    cursor: usize,
    /// The other end of the selection.
    anchor: Option<usize>,
    /// The column that moving up and down aims for.
    column: Option<usize>,
    /// What was cut last.
    killed: String,
    /// Whether the last change cut something, so that what is cut next joins it.
    killing: bool,
    undo: Undo,
}

impl Editor {
    /// What is in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor is, in bytes.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// What is selected, in bytes; never empty.
    pub fn selection(&self) -> Option<Range<usize>> {
        let anchor = self.anchor.filter(|anchor| *anchor != self.cursor)?;
        Some(anchor.min(self.cursor)..anchor.max(self.cursor))
    }

    /// The words that are selected.
    pub fn selected(&self) -> Option<&str> {
        self.text.get(self.selection()?)
    }

    /// How many lines there are; at least one.
    pub fn lines(&self) -> usize {
        self.text.split('\n').count()
    }

    /// Puts another text in the place of all there is. It can be undone.
    pub fn set(&mut self, text: &str) -> Inserted {
        let (clean, inserted) = cleaned(text);
        if clean.len() > MOST_BYTES || clean.matches('\n').count() >= MOST_LINES {
            return Inserted { too_long: true, ..inserted };
        }
        self.remember(false);
        let end = clean.len();
        self.replace(0..self.text.len(), &clean);
        self.cursor = end;
        inserted
    }

    /// Empties it. It can be undone.
    pub fn clear(&mut self) {
        if !self.text.is_empty() {
            self.remember(false);
            self.replace(0..self.text.len(), "");
        }
    }

    /// Puts a text at the cursor, in the place of what is selected.
    pub fn insert(&mut self, text: &str) -> Inserted {
        let (clean, inserted) = cleaned(text);
        if clean.is_empty() {
            return inserted;
        }
        let range = self.selection().unwrap_or(self.cursor..self.cursor);
        let length = self.text.len() - range.len() + clean.len();
        let lines = self.lines() + clean.matches('\n').count();
        if length > MOST_BYTES || lines > MOST_LINES {
            return Inserted { too_long: true, ..inserted };
        }
        let word = clean.chars().all(char::is_alphanumeric) && self.selection().is_none();
        self.remember(word);
        self.replace(range, &clean);
        inserted
    }

    /// Puts a text in the place of a part, given in bytes, and the cursor behind it. A part that is none is the cursor.
    pub fn put(&mut self, part: Range<usize>, text: &str) -> Inserted {
        let whole = self.text.get(part.clone()).is_some();
        self.anchor = None;
        if whole {
            self.cursor = self.letter(part.end);
            self.anchor = Some(self.letter(part.start));
        }
        self.insert(text)
    }

    /// Takes away what is selected, or what lies between the cursor and where it would go.
    pub fn delete(&mut self, motion: Motion) {
        let range = self.selection().unwrap_or_else(|| self.reach(motion));
        if !range.is_empty() {
            self.remember(false);
            self.replace(range, "");
        }
    }

    /// The same, and keeps it to be put in again.
    pub fn kill(&mut self, motion: Motion) {
        let range = self.selection().unwrap_or_else(|| self.reach(motion));
        let Some(cut) = self.text.get(range.clone()).filter(|cut| !cut.is_empty()).map(str::to_owned) else { return };
        let before = if self.killing { std::mem::take(&mut self.killed) } else { String::new() };
        let backwards = range.end == self.cursor && range.start != self.cursor;
        self.remember(false);
        self.replace(range, "");
        self.killed = if backwards { cut + &before } else { before + &cut };
        self.killing = true;
    }

    /// Puts in what was cut last.
    pub fn yank(&mut self) -> Inserted {
        let killed = self.killed.clone();
        let inserted = self.insert(&killed);
        self.killed = killed;
        inserted
    }

    /// Moves the cursor, and with `extend` only this end of the selection. Whether anything is different.
    pub fn go(&mut self, motion: Motion, extend: bool) -> bool {
        let before = (self.cursor, self.selection());
        let to = match (self.selection(), motion, extend) {
            // Leaving a selection goes to its end, not one further.
            (Some(selection), Motion::Left, false) => selection.start,
            (Some(selection), Motion::Right, false) => selection.end,
            _ => self.target(motion),
        };
        let aims = matches!(motion, Motion::Up | Motion::Down);
        let column = aims.then(|| self.column.unwrap_or_else(|| self.place().1));
        self.go_to(to, extend);
        self.column = column;
        (self.cursor, self.selection()) != before
    }

    /// Puts the cursor at a place given in bytes, or at the letter before.
    pub fn go_to(&mut self, at: usize, extend: bool) {
        let at = self.letter(at);
        self.anchor = if extend { self.anchor.or(Some(self.cursor)) } else { None };
        (self.cursor, self.column, self.killing) = (at, None, false);
        self.undo.pause();
    }

    /// Selects everything.
    pub fn select_all(&mut self) {
        (self.anchor, self.cursor) = (Some(0), self.text.len());
    }

    /// Selects the word at a place, given in bytes.
    pub fn select_word(&mut self, at: usize) {
        let at = self.letter(at);
        let words = self.text.split_word_bound_indices();
        let word = words.map(|(from, word)| from..from + word.len()).find(|word| word.contains(&at));
        if let Some(word) = word {
            // A word may end inside a letter: after a mark that is put before what it belongs to.
            let mut ends = self.text.grapheme_indices(true).map(|(from, letter)| from + letter.len());
            let end = ends.find(|end| *end >= word.end).unwrap_or(self.text.len());
            (self.anchor, self.cursor) = (Some(self.letter(word.start)), end);
        }
    }

    /// Takes the last change back. Whether there was one.
    pub fn undo(&mut self) -> bool {
        let now = (self.text.clone(), self.cursor);
        self.undo.back(now).map(|then| self.become_(then)).is_some()
    }

    /// Does what was taken back again. Whether there was something.
    pub fn redo(&mut self) -> bool {
        let now = (self.text.clone(), self.cursor);
        self.undo.again(now).map(|then| self.become_(then)).is_some()
    }

    /// The line that the cursor is in, and its column there, both counted from 0. A wide letter takes two columns.
    pub fn place(&self) -> (usize, usize) {
        let before = self.text.get(..self.cursor).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count(), columns(line))
    }

    /// The place in bytes that lies nearest to a column of a line.
    pub fn at(&self, line: usize, column: usize) -> usize {
        let mut from = 0;
        for (number, text) in self.text.split('\n').enumerate() {
            if number == line {
                return from + nearest(text, column);
            }
            from += text.len() + 1;
        }
        self.text.len()
    }

    /// What lies between the cursor and where it would go.
    fn reach(&self, motion: Motion) -> Range<usize> {
        let to = self.target(motion);
        to.min(self.cursor)..to.max(self.cursor)
    }

    fn target(&self, motion: Motion) -> usize {
        let (text, cursor) = (self.text.as_str(), self.cursor);
        let (before, after) = text.split_at_checked(cursor).unwrap_or((text, ""));
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        match motion {
            Motion::Left => self.letter_beside(false),
            Motion::Right => self.letter_beside(true),
            Motion::WordLeft => before.trim_end_matches(|c| !is_word(c)).trim_end_matches(is_word).len(),
            Motion::WordRight => {
                let rest = after.trim_start_matches(|c| !is_word(c)).trim_start_matches(is_word);
                text.len() - rest.len()
            }
            Motion::BigWordLeft => before.trim_end().trim_end_matches(|c: char| !c.is_whitespace()).len(),
            Motion::LineStart => before.rfind('\n').map_or(0, |at| at + 1),
            Motion::LineEnd => after.find('\n').map_or(text.len(), |at| cursor + at),
            Motion::Up | Motion::Down => {
                let (line, column) = self.place();
                let column = self.column.unwrap_or(column);
                match motion {
                    Motion::Up if line == 0 => 0,
                    Motion::Up => self.at(line - 1, column),
                    _ if line + 1 >= self.lines() => text.len(),
                    _ => self.at(line + 1, column),
                }
            }
            Motion::Start => 0,
            Motion::End => text.len(),
        }
    }

    fn letter_beside(&self, right: bool) -> usize {
        let mut place = GraphemeCursor::new(self.cursor, self.text.len(), true);
        let to = if right { place.next_boundary(&self.text, 0) } else { place.prev_boundary(&self.text, 0) };
        to.ok().flatten().unwrap_or(self.cursor)
    }

    /// The nearest place at or before this one that lies between two letters.
    fn letter(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let mut place = GraphemeCursor::new(at, self.text.len(), true);
        match place.is_boundary(&self.text, 0) {
            Ok(false) => place.prev_boundary(&self.text, 0).ok().flatten().unwrap_or(0),
            _ => at,
        }
    }

    fn replace(&mut self, range: Range<usize>, text: &str) {
        let end = range.start + text.len();
        self.text.replace_range(range, text);
        // What was put in may have become one letter with what stands behind it.
        self.cursor = self.next_letter(end);
        (self.anchor, self.column, self.killing) = (None, None, false);
    }

    fn next_letter(&self, at: usize) -> usize {
        let mut place = GraphemeCursor::new(at.min(self.text.len()), self.text.len(), true);
        match place.is_boundary(&self.text, 0) {
            Ok(false) => place.next_boundary(&self.text, 0).ok().flatten().unwrap_or(self.text.len()),
            _ => at.min(self.text.len()),
        }
    }

    fn remember(&mut self, goes_on: bool) {
        self.undo.remember(&self.text, self.cursor, goes_on);
    }

    fn become_(&mut self, (text, cursor): (String, usize)) {
        self.text = text;
        self.cursor = self.letter(cursor);
        (self.anchor, self.column, self.killing) = (None, None, false);
    }
}

/// A text as it may be put in, and what of it may not.
fn cleaned(text: &str) -> (String, Inserted) {
    let mut clean = String::new();
    let mut unshown = 0;
    // Somewhat more than there is room for is looked at, so that what is too long is known to be.
    for c in text.chars().take(4 * MOST_BYTES) {
        match c {
            '\n' => clean.push('\n'),
            '\r' => {}
            '\t' => clean.push(TAB),
            c if label::is_unseen(c) => unshown += 1,
            c => clean.push(c),
        }
    }
    (clean, Inserted { unshown, too_long: false })
}

/// How many columns one letter takes: at least one, so that the cursor is seen to move.
fn width(letter: &str) -> usize {
    letter.width().clamp(1, 2)
}

/// How many columns a line takes.
pub fn columns(line: &str) -> usize {
    line.graphemes(true).map(width).sum()
}

/// The place of a line in bytes that lies nearest to a column.
fn nearest(line: &str, column: usize) -> usize {
    let mut reached = 0;
    for (at, letter) in line.grapheme_indices(true) {
        let wide = width(letter);
        if column < reached + wide.div_ceil(2) {
            return at;
        }
        reached += wide;
        if column < reached {
            return at + letter.len();
        }
    }
    line.len()
}
