//! `xdg_wm_base` and `xdg_positioner`: what the protocol says of their requests and smithay 0.7 does not check, or checks
//! too strictly.

use std::sync::PoisonError;

use smithay::reexports::wayland_protocols::xdg::shell::server::{xdg_positioner, xdg_wm_base};
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::reexports::wayland_server::{
    Client, DataInit, Dispatch, DisplayHandle, Resource, backend::ClientId, delegate_global_dispatch,
};
use smithay::wayland::compositor::{BufferAssignment, SurfaceAttributes, get_role, with_states};
use smithay::wayland::shell::xdg::{
    PopupSurface, XDG_POPUP_ROLE, XDG_TOPLEVEL_ROLE, XdgPopupSurfaceData, XdgPositionerUserData, XdgShellState,
    XdgWmBaseUserData,
};
use xdg_positioner::XdgPositioner;
use xdg_wm_base::XdgWmBase;

use crate::state::State;
use crate::surface;

delegate_global_dispatch!(State: [XdgWmBase: ()] => XdgShellState);

/// Why a surface cannot be an `xdg_surface`.
fn refusal(surface: &WlSurface) -> Option<(xdg_wm_base::Error, &'static str)> {
    if get_role(surface).is_some_and(|role| role != XDG_TOPLEVEL_ROLE && role != XDG_POPUP_ROLE) {
        return Some((xdg_wm_base::Error::Role, "the surface has another role"));
    }
    let attached = with_states(surface, |states| {
        let mut cached = states.cached_state.get::<SurfaceAttributes>();
        matches!(cached.pending().buffer, Some(BufferAssignment::NewBuffer(_)))
    });
    let message = "the surface has a buffer already";
    (attached || surface::is_mapped(surface)).then_some((xdg_wm_base::Error::InvalidSurfaceState, message))
}

/// How deep popups may be nested. Their trees are walked by recursion; a menu of a menu of a menu is rare already.
const MAX_DEPTH: usize = 32;

/// Whether a new popup's parents end in something that is no popup. If they do not, the client is told that this is an
/// error; smithay 0.7 would look for their end for ever.
pub(super) fn has_sound_parent(popup: &PopupSurface) -> bool {
    let parent = |surface: &WlSurface| {
        with_states(surface, |states| {
            let popup = states.data_map.get::<XdgPopupSurfaceData>()?;
            popup.lock().unwrap_or_else(PoisonError::into_inner).parent.clone()
        })
    };
    let mut above = parent(popup.wl_surface());
    for _ in 0..MAX_DEPTH {
        match above {
            Some(surface) if surface == *popup.wl_surface() => break,
            Some(surface) if get_role(&surface) == Some(XDG_POPUP_ROLE) => above = parent(&surface),
            _ => return true,
        }
    }
    with_states(popup.wl_surface(), |states| {
        if let Some(popup) = states.data_map.get::<XdgPopupSurfaceData>() {
            popup.lock().unwrap_or_else(PoisonError::into_inner).parent = None;
        }
    });
    let message = "popups are each other's parents, or nested too deeply";
    popup.xdg_popup().post_error(xdg_wm_base::Error::InvalidPopupParent as u32, message);
    false
}

impl Dispatch<XdgWmBase, XdgWmBaseUserData> for State {
    fn request(
        state: &mut Self,
        client: &Client,
        base: &XdgWmBase,
        request: xdg_wm_base::Request,
        data: &XdgWmBaseUserData,
        display: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        if let xdg_wm_base::Request::GetXdgSurface { surface, .. } = &request
            && let Some((error, message)) = refusal(surface)
        {
            base.post_error(error, message);
            return;
        }
        <XdgShellState as Dispatch<_, _, Self>>::request(state, client, base, request, data, display, init);
    }

    fn destroyed(state: &mut Self, client: ClientId, base: &XdgWmBase, data: &XdgWmBaseUserData) {
        <XdgShellState as Dispatch<_, _, Self>>::destroyed(state, client, base, data);
    }
}

impl Dispatch<XdgPositioner, XdgPositionerUserData> for State {
    fn request(
        state: &mut Self,
        client: &Client,
        positioner: &XdgPositioner,
        request: xdg_positioner::Request,
        data: &XdgPositionerUserData,
        display: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        let request = match request {
            // Only less than nothing is an error; toolkits open menus at a mere point or edge.
            xdg_positioner::Request::SetAnchorRect { x, y, width, height } => xdg_positioner::Request::SetAnchorRect {
                x,
                y,
                width: if width == 0 { 1 } else { width },
                height: if height == 0 { 1 } else { height },
            },
            request => request,
        };
        <XdgShellState as Dispatch<_, _, Self>>::request(state, client, positioner, request, data, display, init);
    }
}
