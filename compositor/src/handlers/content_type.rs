//! `wp_content_type_v1`: whether a surface shows a photo, a video or a game. It is kept with the surface; pacing follows what is
//! drawn, and needs no hint.

use smithay::delegate_content_type;

use crate::state::State;

delegate_content_type!(State);
