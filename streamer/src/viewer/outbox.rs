//! What waits for a page: in order, bounded, and of each state only the newest.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::protocol::ToPage;

/// Messages that may wait. A page that takes none for this long has lost the right to a complete story.
const LIMIT: usize = 128;

/// The writing side of a viewer. `push` never waits.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: Mutex<VecDeque<ToPage>>,
    more: Notify,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// It waits, perhaps in the place of an older one of its kind.
    Taken,
    /// There was no room.
    Dropped,
}

impl Outbox {
    /// Adds a message. A state (size, cursor, clipboard, statistics) replaces a waiting one of its kind.
    pub fn push(&self, message: ToPage) -> Pushed {
        let pushed = add(&mut self.waiting.lock(), message);
        if pushed == Pushed::Taken {
            self.more.notify_one();
        }
        pushed
    }

    /// Puts these before all that waits; a waiting state is newer than one of them.
    pub fn begin(&self, first: impl IntoIterator<Item = ToPage>) {
        let mut waiting = self.waiting.lock();
        let later = std::mem::take(&mut *waiting);
        for message in first.into_iter().chain(later) {
            add(&mut waiting, message);
        }
        drop(waiting);
        self.more.notify_one();
    }

    /// The oldest, if any waits.
    pub fn pop(&self) -> Option<ToPage> {
        self.waiting.lock().pop_front()
    }

    /// The oldest, as soon as there is one. For one reader.
    pub async fn next(&self) -> ToPage {
        loop {
            if let Some(message) = self.pop() {
                return message;
            }
            self.more.notified().await;
        }
    }
}

fn add(waiting: &mut VecDeque<ToPage>, message: ToPage) -> Pushed {
    let kind = state(&message);
    if kind.is_some()
        && let Some(older) = waiting.iter().position(|waiting| state(waiting) == kind)
    {
        // Removed and put at the end, not replaced in place: a clipboard must not overtake the notice before it.
        waiting.remove(older);
    }
    // The last word is never too much.
    if waiting.len() >= LIMIT && kind.is_none() && !matches!(message, ToPage::Bye { .. }) {
        return Pushed::Dropped;
    }
    waiting.push_back(message);
    Pushed::Taken
}

/// Whether a message tells a state of one picture.
pub fn of_a_picture(message: &ToPage) -> bool {
    matches!(message, ToPage::Size { .. } | ToPage::Cursor { .. } | ToPage::PointerLock { .. } | ToPage::Caret { .. })
}

/// Which state a message tells, if it does: of these only the newest counts.
pub fn state(message: &ToPage) -> Option<u8> {
    match message {
        ToPage::Size { .. } => Some(0),
        ToPage::Cursor { .. } => Some(1),
        ToPage::PointerLock { .. } => Some(2),
        ToPage::Caret { .. } => Some(3),
        ToPage::Clipboard { .. } => Some(4),
        ToPage::Stats { .. } => Some(5),
        ToPage::Hello { .. }
        | ToPage::ClipboardWanted { .. }
        | ToPage::Download { .. }
        | ToPage::Portal
        | ToPage::Pong { .. }
        | ToPage::Marker { .. }
        | ToPage::Notice { .. }
        | ToPage::Staging { .. }
        | ToPage::StepUp { .. }
        // Waits elsewhere, see [`super::semantics`].
        | ToPage::Semantics { .. }
        | ToPage::Bye { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clipboard(text: &str) -> ToPage {
        ToPage::Clipboard { text: text.into(), offer: 0, more: Vec::new() }
    }

    #[test]
    fn of_a_state_only_the_newest_waits_and_the_rest_keeps_its_order() {
        let outbox = Outbox::default();
        for message in [clipboard("a"), ToPage::Pong { id: 1 }, clipboard("b"), ToPage::Pong { id: 2 }] {
            assert_eq!(outbox.push(message), Pushed::Taken);
        }
        let all: Vec<_> = std::iter::from_fn(|| outbox.pop()).collect();
        assert_eq!(all, [ToPage::Pong { id: 1 }, clipboard("b"), ToPage::Pong { id: 2 }]);
    }

    #[test]
    fn a_page_that_takes_nothing_costs_bounded_memory() {
        let outbox = Outbox::default();
        let taken = (0..10_000).filter(|id| outbox.push(ToPage::Pong { id: *id }) == Pushed::Taken).count();
        assert_eq!(taken, LIMIT);
        for text in ["a", "b", "c"] {
            assert_eq!(outbox.push(clipboard(text)), Pushed::Taken, "a state still gets through");
        }
        assert_eq!(std::iter::from_fn(|| outbox.pop()).count(), LIMIT + 1);
    }

    #[test]
    fn what_was_said_before_the_channel_opened_comes_after_hello() {
        let outbox = Outbox::default();
        outbox.push(clipboard("new"));
        outbox.push(ToPage::Pong { id: 1 });
        outbox.begin([ToPage::Pong { id: 0 }, clipboard("old")]);
        let all: Vec<_> = std::iter::from_fn(|| outbox.pop()).collect();
        assert_eq!(all, [ToPage::Pong { id: 0 }, clipboard("new"), ToPage::Pong { id: 1 }]);
    }

    #[tokio::test]
    async fn the_reader_wakes_for_a_message_pushed_before_or_after() {
        let outbox = Outbox::default();
        outbox.push(ToPage::Pong { id: 1 });
        assert_eq!(outbox.next().await, ToPage::Pong { id: 1 });
        let (got, ()) = tokio::join!(outbox.next(), async {
            tokio::task::yield_now().await;
            outbox.push(ToPage::Pong { id: 2 });
        });
        assert_eq!(got, ToPage::Pong { id: 2 });
    }
}
