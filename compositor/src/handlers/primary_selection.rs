//! `zwp_primary_selection_v1`: the selection that a middle click pastes. It stays inside.

use smithay::delegate_primary_selection;
use smithay::wayland::selection::primary_selection::{PrimarySelectionHandler, PrimarySelectionState};

use crate::state::State;

impl PrimarySelectionHandler for State {
    fn primary_selection_state(&self) -> &PrimarySelectionState {
        &self.globals.primary_selection
    }
}

delegate_primary_selection!(State);
