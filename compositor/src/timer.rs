//! What is to be done once, later.

use std::time::Duration;

use calloop::timer::{TimeoutAction, Timer};
use calloop::{LoopHandle, RegistrationToken};

use crate::state::State;

/// Does something once, when so much time has passed and the loop is free; what is meant by it goes into the log if the
/// loop takes no more timers. Removing the token takes it back.
pub(crate) fn after(
    handle: &LoopHandle<'static, State>,
    delay: Duration,
    what: &str,
    then: impl FnOnce(&mut State) + 'static,
) -> Option<RegistrationToken> {
    let mut then = Some(then);
    let inserted = handle.insert_source(Timer::from_duration(delay), move |_, (), state: &mut State| {
        if let Some(then) = then.take() {
            then(state);
        }
        TimeoutAction::Drop
    });
    inserted.inspect_err(|error| tracing::error!(%error, "no timer for {what}")).ok()
}

impl State {
    /// The same, of this session's loop.
    pub(crate) fn after(
        &self,
        delay: Duration,
        what: &str,
        then: impl FnOnce(&mut Self) + 'static,
    ) -> Option<RegistrationToken> {
        after(&self.handle, delay, what, then)
    }
}
