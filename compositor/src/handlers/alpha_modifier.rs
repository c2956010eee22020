//! `wp_alpha_modifier_v1`: a surface is shown less opaque than its picture is. Taken over with each commit in
//! [`crate::surface`].

use smithay::delegate_alpha_modifier;

use crate::state::State;

delegate_alpha_modifier!(State);
