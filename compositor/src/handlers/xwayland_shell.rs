//! `xwayland_shell_v1`: the X server says which surface shows which window, by a number that is never used again. Older
//! ones say it with the surface's id, see [`crate::x11`]. Nobody else sees it.

use smithay::reexports::wayland_protocols::xwayland::shell::v1::server::xwayland_shell_v1::{self, XwaylandShellV1};
use smithay::reexports::wayland_protocols::xwayland::shell::v1::server::xwayland_surface_v1::{
    self, XwaylandSurfaceV1,
};
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::reexports::wayland_server::{
    Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, Weak,
};
use smithay::wayland::compositor::give_role;

use crate::state::State;
use crate::trust::is_x_server;
use crate::x11::ROLE;

/// Announces it.
pub(crate) fn announce(display: &DisplayHandle) {
    display.create_global::<State, XwaylandShellV1, ()>(1, ());
}

impl GlobalDispatch<XwaylandShellV1, ()> for State {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        shell: New<XwaylandShellV1>,
        (): &(),
        data_init: &mut DataInit<'_, Self>,
    ) {
        data_init.init(shell, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_x_server(&client)
    }
}

impl Dispatch<XwaylandShellV1, ()> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        shell: &XwaylandShellV1,
        request: xwayland_shell_v1::Request,
        (): &(),
        _: &DisplayHandle,
        data_init: &mut DataInit<'_, Self>,
    ) {
        let xwayland_shell_v1::Request::GetXwaylandSurface { id, surface } = request else { return };
        if give_role(&surface, ROLE).is_err() {
            shell.post_error(xwayland_shell_v1::Error::Role, "the surface is something else already");
            return;
        }
        data_init.init(id, surface.downgrade());
    }
}

impl Dispatch<XwaylandSurfaceV1, Weak<WlSurface>> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        _: &XwaylandSurfaceV1,
        request: xwayland_surface_v1::Request,
        surface: &Weak<WlSurface>,
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
        let xwayland_surface_v1::Request::SetSerial { serial_lo, serial_hi } = request else { return };
        if let Ok(surface) = surface.upgrade() {
            state.x11_surface_says(surface, u64::from(serial_hi) << 32 | u64::from(serial_lo));
        }
    }
}
