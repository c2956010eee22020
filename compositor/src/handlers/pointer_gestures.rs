//! `zwp_pointer_gestures_v1`: swipe and pinch.

use smithay::delegate_pointer_gestures;

use crate::state::State;

delegate_pointer_gestures!(State);
