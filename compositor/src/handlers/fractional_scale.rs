//! `wp_fractional_scale_v1`: tells a surface the output's exact scale, so that it need not draw at the next integer.

use smithay::delegate_fractional_scale;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::fractional_scale::FractionalScaleHandler;

use crate::state::State;

impl FractionalScaleHandler for State {
    fn new_fractional_scale(&mut self, surface: WlSurface) {
        self.send_scale_of(&surface, &surface);
    }
}

delegate_fractional_scale!(State);
