//! `zxdg_decoration_v1`: the LCARS frame is the decoration. A client that insists on its own keeps it, and has ours no
//! longer around it.

use smithay::delegate_xdg_decoration;
use smithay::reexports::wayland_protocols::xdg::decoration::zv1::server::zxdg_toplevel_decoration_v1::Mode;
use smithay::wayland::shell::xdg::ToplevelSurface;
use smithay::wayland::shell::xdg::decoration::XdgDecorationHandler;

use crate::state::State;

impl XdgDecorationHandler for State {
    fn new_decoration(&mut self, toplevel: ToplevelSurface) {
        self.decorate(&toplevel, Mode::ServerSide);
    }

    fn request_mode(&mut self, toplevel: ToplevelSurface, mode: Mode) {
        self.decorate(&toplevel, mode);
    }

    fn unset_mode(&mut self, toplevel: ToplevelSurface) {
        self.decorate(&toplevel, Mode::ServerSide);
    }
}

impl State {
    fn decorate(&mut self, toplevel: &ToplevelSurface, mode: Mode) {
        toplevel.with_pending_state(|state| state.decoration_mode = Some(mode));
        self.set_own_frame(toplevel.wl_surface(), mode == Mode::ClientSide);
        // Its size follows from the frame: mode and size go out in one configure, with the next layout.
        self.shell.owe_configure(toplevel.wl_surface());
    }
}

delegate_xdg_decoration!(State);
