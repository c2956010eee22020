//! `xdg_system_bell_v1`: a program rings.

use smithay::delegate_xdg_system_bell;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::xdg_system_bell::XdgSystemBellHandler;

use crate::state::State;

impl XdgSystemBellHandler for State {
    fn ring(&mut self, surface: Option<WlSurface>) {
        // One that is for nothing in particular is for nobody.
        if let Some(window) = surface.and_then(|surface| self.shell.window_of(&surface)) {
            self.window_rings(window);
        }
    }
}

delegate_xdg_system_bell!(State);
