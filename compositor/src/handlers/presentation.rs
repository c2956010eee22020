//! `wp_presentation`: feedback on when a commit was shown, sent from [`crate::frame`].

use smithay::delegate_presentation;

use crate::state::State;

delegate_presentation!(State);
