//! `zxdg_foreign_v2`: a program makes its window a dialog of another program's, as portals do.

use smithay::delegate_xdg_foreign;
use smithay::wayland::xdg_foreign::{XdgForeignHandler, XdgForeignState};

use crate::state::State;

impl XdgForeignHandler for State {
    fn xdg_foreign_state(&mut self) -> &mut XdgForeignState {
        &mut self.globals.foreign
    }
}

delegate_xdg_foreign!(State);
