//! `wl_output` and `xdg_output`: the pictures of this session, see [`crate::screen`].

use smithay::delegate_output;
use smithay::wayland::output::OutputHandler;

use crate::state::State;

impl OutputHandler for State {}

delegate_output!(State);
