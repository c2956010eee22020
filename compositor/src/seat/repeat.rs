//! Held keys that the desktop itself takes: they repeat as those of programs do, which are told when and how often and do
//! it themselves.

use std::time::Duration;

use calloop::RegistrationToken;
use calloop::timer::{TimeoutAction, Timer};
use smithay::input::keyboard::Keycode;

use crate::state::State;

/// A held key repeats after this long, milliseconds.
pub(crate) const DELAY: i32 = 400;
/// And this often a second.
pub(crate) const RATE: i32 = 30;

/// The key that repeats: the last one that went down, for as long as it is held.
#[derive(Debug)]
pub(crate) struct Repeat {
    code: Keycode,
    timer: RegistrationToken,
}

impl State {
    /// A key went down that repeats; the one before does not any more. `again` types it once more, and tells whether it
    /// could.
    pub(super) fn begin_repeat(&mut self, code: Keycode, mut again: impl FnMut(&mut State) -> bool + 'static) {
        self.end_repeat();
        let timer = Timer::from_duration(Duration::from_millis(DELAY as u64));
        let every = Duration::from_secs(1) / RATE as u32;
        let inserted = self.handle.insert_source(timer, move |_, (), state: &mut State| {
            if again(state) {
                return TimeoutAction::ToDuration(every);
            }
            state.repeat = None;
            TimeoutAction::Drop
        });
        match inserted {
            Ok(timer) => self.repeat = Some(Repeat { code, timer }),
            Err(error) => tracing::error!(%error, "no timer for a held key"),
        }
    }

    /// A key came up: if it was the one, it does not repeat any more.
    pub(super) fn end_repeat_of(&mut self, code: Keycode) {
        if self.repeat.as_ref().is_some_and(|repeat| repeat.code == code) {
            self.end_repeat();
        }
    }

    /// Nothing repeats any more. To be called when somebody else gets the keyboard.
    pub(crate) fn end_repeat(&mut self) {
        if let Some(repeat) = self.repeat.take() {
            self.handle.remove(repeat.timer);
        }
    }
}
