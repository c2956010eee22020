//! `org_kde_kwin_server_decoration`: what toolkits ask that do not know `zxdg_decoration_v1`. It says the same.

use smithay::delegate_kde_decoration;
use smithay::reexports::wayland_protocols_misc::server_decoration::server::org_kde_kwin_server_decoration::{
    Mode, OrgKdeKwinServerDecoration,
};
use smithay::reexports::wayland_server::WEnum;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::shell::kde::decoration::{KdeDecorationHandler, KdeDecorationState};

use crate::state::State;

impl KdeDecorationHandler for State {
    fn kde_decoration_state(&self) -> &KdeDecorationState {
        &self.globals.kde_decoration
    }

    fn new_decoration(&mut self, _surface: &WlSurface, decoration: &OrgKdeKwinServerDecoration) {
        decoration.mode(Mode::Server);
    }

    fn request_mode(&mut self, surface: &WlSurface, decoration: &OrgKdeKwinServerDecoration, mode: WEnum<Mode>) {
        let WEnum::Value(mode) = mode else { return };
        // A window without any frame wants none from us either.
        self.set_own_frame(surface, mode != Mode::Server);
        decoration.mode(mode);
    }
}

delegate_kde_decoration!(State);
