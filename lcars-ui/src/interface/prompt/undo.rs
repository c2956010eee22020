//! What a text was before, to be taken back and done again.

use std::sync::Arc;

/// So many changes can be taken back.
const MOST: usize = 128;

/// A text and where its cursor was.
type Then = (String, usize);

/// What can be taken back and done again. Shared, so that a copy of the interface costs nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Undo {
    past: Arc<Vec<Then>>,
    future: Arc<Vec<Then>>,
    /// A word is being typed: its letters are taken back together.
    in_word: bool,
}

impl Undo {
    /// To be called before a change. One that goes on with a word is taken back with it.
    pub fn remember(&mut self, text: &str, cursor: usize, goes_on: bool) {
        let joins = goes_on && self.in_word;
        self.in_word = goes_on;
        if !self.future.is_empty() {
            self.future = Arc::default();
        }
        if joins {
            return;
        }
        let past = Arc::make_mut(&mut self.past);
        if past.len() >= MOST {
            past.remove(0);
        }
        past.push((text.to_owned(), cursor));
    }

    /// The cursor moved: what is typed next is another change.
    pub fn pause(&mut self) {
        self.in_word = false;
    }

    /// What was before the last change.
    pub fn back(&mut self, now: Then) -> Option<Then> {
        self.in_word = false;
        if self.past.is_empty() {
            return None;
        }
        let then = Arc::make_mut(&mut self.past).pop()?;
        Arc::make_mut(&mut self.future).push(now);
        Some(then)
    }

    /// What was taken back last.
    pub fn again(&mut self, now: Then) -> Option<Then> {
        self.in_word = false;
        if self.future.is_empty() {
            return None;
        }
        let then = Arc::make_mut(&mut self.future).pop()?;
        Arc::make_mut(&mut self.past).push(now);
        Some(then)
    }
}
