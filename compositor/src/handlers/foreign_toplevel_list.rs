//! `ext_foreign_toplevel_list_v1`: trusted programs are told what windows there are.

use smithay::delegate_foreign_toplevel_list;
use smithay::wayland::foreign_toplevel_list::{ForeignToplevelListHandler, ForeignToplevelListState};

use crate::state::State;

impl ForeignToplevelListHandler for State {
    fn foreign_toplevel_list_state(&mut self) -> &mut ForeignToplevelListState {
        &mut self.globals.toplevel_list
    }
}

delegate_foreign_toplevel_list!(State);
