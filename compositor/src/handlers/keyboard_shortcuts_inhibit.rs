//! `zwp_keyboard_shortcuts_inhibit_v1`: a program wants the desktop's chords too. When it has them is decided in
//! [`crate::seat`].

use smithay::delegate_keyboard_shortcuts_inhibit;
use smithay::wayland::keyboard_shortcuts_inhibit::{KeyboardShortcutsInhibitHandler, KeyboardShortcutsInhibitState};

use crate::state::State;

impl KeyboardShortcutsInhibitHandler for State {
    fn keyboard_shortcuts_inhibit_state(&mut self) -> &mut KeyboardShortcutsInhibitState {
        &mut self.globals.shortcuts_inhibit
    }
}

delegate_keyboard_shortcuts_inhibit!(State);
