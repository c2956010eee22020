//! The desktop's own terminals.

use crate::services::config::UiAction;
use crate::state::State;

impl State {
    /// Does what a key is bound to where a terminal has the keyboard.
    ///
    /// # Errors
    /// If none has.
    pub(crate) fn act_in_terminal(&mut self, _action: &UiAction) -> Result<(), String> {
        Err("there is no terminal here".into())
    }
}
