//! `wp_cursor_shape_v1`: a client names its pointer; the page draws it with the CSS cursor of that name.

use smithay::delegate_cursor_shape;

use crate::state::State;

delegate_cursor_shape!(State);
