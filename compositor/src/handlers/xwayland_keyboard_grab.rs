//! `zwp_xwayland_keyboard_grab_v1`: an X program has grabbed the keyboard. Its window gets the desktop's chords with it, as
//! decided in [`crate::seat`], and only while it has the keyboard: no other window loses it. Only the X server sees it.

use smithay::reexports::wayland_protocols::xwayland::keyboard_grab::zv1::server::zwp_xwayland_keyboard_grab_manager_v1::{
    self, ZwpXwaylandKeyboardGrabManagerV1,
};
use smithay::reexports::wayland_protocols::xwayland::keyboard_grab::zv1::server::zwp_xwayland_keyboard_grab_v1::{
    self, ZwpXwaylandKeyboardGrabV1,
};
use smithay::reexports::wayland_server::backend::ClientId;
use smithay::reexports::wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New};

use crate::state::State;
use crate::trust::is_x_server;

/// Announces it.
pub(crate) fn announce(display: &DisplayHandle) {
    display.create_global::<State, ZwpXwaylandKeyboardGrabManagerV1, ()>(1, ());
}

impl GlobalDispatch<ZwpXwaylandKeyboardGrabManagerV1, ()> for State {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        manager: New<ZwpXwaylandKeyboardGrabManagerV1>,
        (): &(),
        data_init: &mut DataInit<'_, Self>,
    ) {
        data_init.init(manager, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_x_server(&client)
    }
}

impl Dispatch<ZwpXwaylandKeyboardGrabManagerV1, ()> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        _: &ZwpXwaylandKeyboardGrabManagerV1,
        request: zwp_xwayland_keyboard_grab_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        data_init: &mut DataInit<'_, Self>,
    ) {
        let zwp_xwayland_keyboard_grab_manager_v1::Request::GrabKeyboard { id, surface, .. } = request else { return };
        let grab = data_init.init(id, ());
        state.x11_grabs_keyboard(grab, surface);
    }
}

impl Dispatch<ZwpXwaylandKeyboardGrabV1, ()> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        _: &ZwpXwaylandKeyboardGrabV1,
        _: zwp_xwayland_keyboard_grab_v1::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
    }

    fn destroyed(state: &mut Self, _: ClientId, grab: &ZwpXwaylandKeyboardGrabV1, (): &()) {
        state.x11_frees_keyboard(grab);
    }
}
