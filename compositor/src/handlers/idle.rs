//! `ext_idle_notify_v1` and `zwp_idle_inhibit_v1`: who wants to know that nobody does anything, and who says that somebody
//! watches all the same. What counts is decided in [`crate::idle`].

use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::idle_inhibit::IdleInhibitHandler;
use smithay::wayland::idle_notify::{IdleNotifierHandler, IdleNotifierState};
use smithay::{delegate_idle_inhibit, delegate_idle_notify};

use crate::state::State;

impl IdleNotifierHandler for State {
    fn idle_notifier_state(&mut self) -> &mut IdleNotifierState<Self> {
        &mut self.idle.notifier
    }
}

impl IdleInhibitHandler for State {
    fn inhibit(&mut self, surface: WlSurface) {
        self.idle.inhibit(surface);
    }

    fn uninhibit(&mut self, surface: WlSurface) {
        self.idle.uninhibit(&surface);
    }
}

delegate_idle_notify!(State);
delegate_idle_inhibit!(State);
