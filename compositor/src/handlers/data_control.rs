//! `ext_data_control_v1` and `zwlr_data_control_v1`: clipboard managers, which read and set selections without a window.
//! For trusted clients.

use smithay::wayland::selection::{ext_data_control, wlr_data_control};
use smithay::{delegate_data_control, delegate_ext_data_control};

use crate::state::State;

impl ext_data_control::DataControlHandler for State {
    fn data_control_state(&self) -> &ext_data_control::DataControlState {
        &self.globals.data_control
    }
}

impl wlr_data_control::DataControlHandler for State {
    fn data_control_state(&self) -> &wlr_data_control::DataControlState {
        &self.globals.wlr_data_control
    }
}

delegate_ext_data_control!(State);
delegate_data_control!(State);
