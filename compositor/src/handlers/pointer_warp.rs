//! `wp_pointer_warp_v1`: a program puts the pointer elsewhere on its own surface.

use smithay::reexports::wayland_protocols::wp::pointer_warp::v1::server::wp_pointer_warp_v1::{self, WpPointerWarpV1};
use smithay::reexports::wayland_server::backend::GlobalId;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::reexports::wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New};
use smithay::utils::{Logical, Point, Serial};

use crate::state::State;

const VERSION: u32 = 1;

/// Announces it.
pub(crate) fn announce(display: &DisplayHandle) -> GlobalId {
    display.create_global::<State, WpPointerWarpV1, ()>(VERSION, ())
}

impl GlobalDispatch<WpPointerWarpV1, ()> for State {
    fn bind(
        _state: &mut Self,
        _display: &DisplayHandle,
        _client: &Client,
        warp: New<WpPointerWarpV1>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        init.init(warp, ());
    }
}

impl Dispatch<WpPointerWarpV1, ()> for State {
    fn request(
        state: &mut Self,
        _client: &Client,
        _warp: &WpPointerWarpV1,
        request: wp_pointer_warp_v1::Request,
        (): &(),
        _display: &DisplayHandle,
        _init: &mut DataInit<'_, Self>,
    ) {
        if let wp_pointer_warp_v1::Request::WarpPointer { surface, x, y, serial, .. } = request {
            state.warp_pointer(&surface, (x, y).into(), Serial::from(serial));
        }
    }
}

impl State {
    /// Only who has the pointer moves it, and only on its own surface.
    fn warp_pointer(&mut self, surface: &WlSurface, to: Point<f64, Logical>, enter: Serial) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        if pointer.current_focus().as_ref() != Some(surface)
            || pointer.last_enter() != Some(enter)
            || pointer.is_grabbed()
            || self.pointer_is_locked()
        {
            return;
        }
        if let Some(to) = self.on_own_surface(surface, pointer.current_location(), to) {
            self.move_pointer(to, self.clock.now().as_millis());
        }
    }
}
