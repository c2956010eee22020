//! The X server hears of a copy on one connection, and of keys on another. Who copies outside and presses Ctrl+V at once would
//! have an X program paste what it copied itself before. So hands wait until the server has heard of the copy.

use std::collections::VecDeque;
use std::time::Duration;

use calloop::RegistrationToken;
use calloop::timer::{TimeoutAction, Timer};
use smithay::backend::input::InputEvent;

use crate::input::backend::RemoteInput;
use crate::state::State;

/// A server that has not heard of it by then is not waited for.
const PATIENCE: Duration = Duration::from_millis(150);
/// What waits. Nobody does as much in that time.
const MOST_HELD: usize = 1024;

/// Something that somebody did.
pub(crate) enum Held {
    /// With a device.
    Input(InputEvent<RemoteInput>),
    /// With words.
    Text(String),
}

/// What waits for the server.
#[derive(Default)]
pub(crate) struct Taking {
    held: VecDeque<Held>,
    /// Copies that the server has yet to hear of.
    copies: usize,
    /// When it is not waited for any more.
    timer: Option<RegistrationToken>,
}

impl std::fmt::Debug for Taking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Taking").field("held", &self.held.len()).field("copies", &self.copies).finish_non_exhaustive()
    }
}

impl State {
    /// The server is about to be told of a copy. Only who has the keyboard pastes.
    pub(super) fn x11_takes(&mut self) {
        if !self.x11_has_keyboard() {
            return;
        }
        if self.x11.taking.timer.is_none() {
            let timer = Timer::from_duration(PATIENCE);
            let inserted = self.handle.insert_source(timer, |_, (), state: &mut State| {
                state.x11.taking.timer = None;
                tracing::debug!("the X server is not waited for any longer");
                state.let_held_go();
                TimeoutAction::Drop
            });
            // Without a timer it could be for ever.
            let Ok(timer) = inserted else { return };
            self.x11.taking.timer = Some(timer);
        }
        self.x11.taking.copies += 1;
    }

    /// The server has heard of a copy.
    pub(super) fn x11_took(&mut self) {
        self.x11.taking.copies = self.x11.taking.copies.saturating_sub(1);
        if self.x11.taking.copies == 0 {
            self.let_held_go();
        }
    }

    /// Keeps back what somebody did while the server has yet to hear of a copy; else gives it back.
    pub(crate) fn hold_for_x11(&mut self, held: Held) -> Option<Held> {
        let taking = &mut self.x11.taking;
        if taking.copies == 0 {
            return Some(held);
        }
        taking.held.push_back(held);
        if taking.held.len() >= MOST_HELD {
            self.let_held_go();
        }
        None
    }

    /// What was kept back happens now.
    pub(super) fn let_held_go(&mut self) {
        self.x11.taking.copies = 0;
        if let Some(timer) = self.x11.taking.timer.take() {
            self.handle.remove(timer);
        }
        for held in std::mem::take(&mut self.x11.taking.held) {
            match held {
                Held::Input(event) => self.process_input_event(event),
                Held::Text(text) => self.type_text(&text),
            }
        }
    }
}
