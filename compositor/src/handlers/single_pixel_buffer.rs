//! `wp_single_pixel_buffer_v1`: one colour without shared memory.

use smithay::delegate_single_pixel_buffer;

use crate::state::State;

delegate_single_pixel_buffer!(State);
