//! Dead keys and the compose key, for text that goes to the desktop itself. Programs compose what they are typed.

use std::ffi::OsString;

use smithay::input::keyboard::{Keysym, xkb};
use xkb::compose::{COMPILE_NO_FLAGS, FeedResult, STATE_NO_FLAGS, State, Status, Table};

/// What locales without letters of their own compose like.
const USUAL_LOCALE: &str = "en_US.UTF-8";

/// A sequence of keys that gives one text.
#[derive(Default)]
pub struct Compose {
    /// Read when the first sequence begins: that takes some milliseconds, and most people type none.
    state: Option<Result<State, NoTable>>,
    composing: bool,
}

/// The machine has no table of sequences.
struct NoTable;

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Composed {
    /// It means what it means alone.
    Alone,
    /// It belongs to a sequence that is not over, or that gave nothing.
    Part,
    /// It ends a sequence that gives this.
    Text(String),
}

impl std::fmt::Debug for Compose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compose").field("composing", &self.composing).finish_non_exhaustive()
    }
}

impl Compose {
    /// A key that types something went down.
    pub fn feed(&mut self, keysym: Keysym) -> Composed {
        if keysym.is_modifier_key() || (!self.composing && !begins(keysym)) {
            return Composed::Alone;
        }
        let Ok(state) = self.state.get_or_insert_with(load) else { return Composed::Alone };
        if state.feed(keysym) == FeedResult::Ignored {
            return Composed::Alone;
        }
        let status = state.status();
        self.composing = status == Status::Composing;
        match status {
            Status::Composing | Status::Cancelled => Composed::Part,
            Status::Composed => state.utf8().map_or(Composed::Part, Composed::Text),
            Status::Nothing => Composed::Alone,
        }
    }

    /// What was begun does not count: somebody else has the keyboard now.
    pub fn reset(&mut self) {
        if std::mem::take(&mut self.composing)
            && let Some(Ok(state)) = &mut self.state
        {
            state.reset();
        }
    }
}

/// Whether sequences begin with a key: a dead one, or the compose key.
fn begins(keysym: Keysym) -> bool {
    keysym == Keysym::Multi_key || (0xfe50..=0xfe9f).contains(&keysym.raw())
}

fn load() -> Result<State, NoTable> {
    let context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
    let table = Table::new_from_locale(&context, &locale(), COMPILE_NO_FLAGS);
    let table = table.or_else(|()| Table::new_from_locale(&context, USUAL_LOCALE.as_ref(), COMPILE_NO_FLAGS));
    match table {
        Ok(table) => Ok(State::new(&table, STATE_NO_FLAGS)),
        Err(()) => {
            tracing::warn!("this machine has no table for dead keys: they type nothing");
            Err(NoTable)
        }
    }
}

/// The user's locale, as far as it is one that has sequences.
fn locale() -> OsString {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
    set.filter(|locale| locale.to_str().is_some_and(|locale| !locale.starts_with("C.") && locale.contains('.')))
        .unwrap_or_else(|| USUAL_LOCALE.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_key_and_a_letter_are_one_letter() {
        let mut compose = Compose::default();
        assert_eq!(compose.feed(Keysym::a), Composed::Alone);
        assert_eq!(compose.feed(Keysym::dead_acute), Composed::Part);
        assert_eq!(compose.feed(Keysym::Shift_L), Composed::Alone, "it does not end the sequence");
        assert_eq!(compose.feed(Keysym::E), Composed::Text("É".into()));
        assert_eq!(compose.feed(Keysym::e), Composed::Alone);
    }

    #[test]
    fn a_sequence_that_gives_nothing_types_nothing() {
        let mut compose = Compose::default();
        compose.feed(Keysym::Multi_key);
        assert_eq!(compose.feed(Keysym::F1), Composed::Part);
        assert_eq!(compose.feed(Keysym::e), Composed::Alone);
        compose.feed(Keysym::dead_acute);
        compose.reset();
        assert_eq!(compose.feed(Keysym::e), Composed::Alone);
    }
}
