//! `wl_subsurface`: what smithay 0.7 does not check.

use smithay::reexports::wayland_server::backend::ClientId;
use smithay::reexports::wayland_server::protocol::wl_subsurface::{self, WlSubsurface};
use smithay::reexports::wayland_server::{Client, DataInit, Dispatch, DisplayHandle, Resource};
use smithay::wayland::compositor::{CompositorState, SubsurfaceUserData};

use crate::state::State;

impl Dispatch<WlSubsurface, SubsurfaceUserData> for State {
    fn request(
        state: &mut Self,
        client: &Client,
        subsurface: &WlSubsurface,
        request: wl_subsurface::Request,
        data: &SubsurfaceUserData,
        display: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        // smithay would put it behind the end of a list: any client could end the session.
        if let wl_subsurface::Request::PlaceAbove { sibling } | wl_subsurface::Request::PlaceBelow { sibling } =
            &request
            && sibling == data.surface()
        {
            subsurface.post_error(wl_subsurface::Error::BadSurface, "a surface is not above or below itself");
            return;
        }
        <CompositorState as Dispatch<_, _, Self>>::request(state, client, subsurface, request, data, display, init);
    }

    fn destroyed(state: &mut Self, client: ClientId, subsurface: &WlSubsurface, data: &SubsurfaceUserData) {
        <CompositorState as Dispatch<_, _, Self>>::destroyed(state, client, subsurface, data);
    }
}
