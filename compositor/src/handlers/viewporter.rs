//! `wp_viewporter`: crop and scale of a surface, applied in [`crate::surface`].

use smithay::delegate_viewporter;

use crate::state::State;

delegate_viewporter!(State);
