//! `wp_tearing_control_v1`: whether a surface would rather be torn than late. Pictures here are never torn, and always as early as
//! they can be; the hint is taken and nothing follows from it.

use std::sync::atomic::{AtomicBool, Ordering};

use smithay::reexports::wayland_protocols::wp::tearing_control::v1::server::wp_tearing_control_manager_v1::{
    self, WpTearingControlManagerV1,
};
use smithay::reexports::wayland_protocols::wp::tearing_control::v1::server::wp_tearing_control_v1::{
    self, WpTearingControlV1,
};
use smithay::reexports::wayland_server::backend::ClientId;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::reexports::wayland_server::{
    Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, Weak,
};
use smithay::wayland::compositor::with_states;

use crate::state::State;

/// Whether a surface has its one object.
#[derive(Default)]
struct Taken(AtomicBool);

impl Taken {
    fn replace(surface: &WlSurface, taken: bool) -> bool {
        with_states(surface, |states| {
            states.data_map.get_or_insert_threadsafe(Self::default).0.swap(taken, Ordering::AcqRel)
        })
    }
}

/// Announces it.
pub(crate) fn announce(display: &DisplayHandle) {
    display.create_global::<State, WpTearingControlManagerV1, ()>(1, ());
}

impl GlobalDispatch<WpTearingControlManagerV1, ()> for State {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        manager: New<WpTearingControlManagerV1>,
        (): &(),
        data_init: &mut DataInit<'_, Self>,
    ) {
        data_init.init(manager, ());
    }
}

impl Dispatch<WpTearingControlManagerV1, ()> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        manager: &WpTearingControlManagerV1,
        request: wp_tearing_control_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        data_init: &mut DataInit<'_, Self>,
    ) {
        let wp_tearing_control_manager_v1::Request::GetTearingControl { id, surface } = request else { return };
        if Taken::replace(&surface, true) {
            let error = wp_tearing_control_manager_v1::Error::TearingControlExists;
            manager.post_error(error, "the surface has a tearing control already");
            return;
        }
        data_init.init(id, surface.downgrade());
    }
}

impl Dispatch<WpTearingControlV1, Weak<WlSurface>> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        _: &WpTearingControlV1,
        _: wp_tearing_control_v1::Request,
        _: &Weak<WlSurface>,
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
    }

    fn destroyed(_: &mut Self, _: ClientId, _: &WpTearingControlV1, surface: &Weak<WlSurface>) {
        if let Ok(surface) = surface.upgrade() {
            Taken::replace(&surface, false);
        }
    }
}
