//! `zwp_relative_pointer_v1`: motion as such, for games and drawing programs.

use smithay::delegate_relative_pointer;

use crate::state::State;

delegate_relative_pointer!(State);
