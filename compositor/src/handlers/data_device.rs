//! `wl_data_device`: clipboard and drag and drop. The clipboard is shared with the pages, see [`crate::clipboard`].

use std::os::fd::OwnedFd;

use smithay::delegate_data_device;
use smithay::input::Seat;
use smithay::reexports::wayland_server::protocol::wl_data_device_manager::DndAction;
use smithay::reexports::wayland_server::protocol::wl_data_source::WlDataSource;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Point};
use smithay::wayland::compositor::{SurfaceAttributes, with_states};
use smithay::wayland::selection::data_device::{
    ClientDndGrabHandler, DataDeviceHandler, DataDeviceState, ServerDndGrabHandler,
};
use smithay::wayland::selection::{SelectionHandler, SelectionSource, SelectionTarget};

use crate::clipboard::Source;
use crate::state::State;

/// The picture that follows the pointer during drag and drop.
#[derive(Debug, Clone)]
pub(crate) struct DragIcon {
    pub(crate) surface: WlSurface,
    /// Of its corner from the pointer, logical: clients move it by `wl_surface.offset`.
    pub(crate) offset: Point<i32, Logical>,
}

impl State {
    /// A surface committed that may be the drag's icon.
    pub(crate) fn drag_icon_committed(&mut self, surface: &WlSurface) {
        let Some(icon) = self.dnd_icon.as_mut().filter(|icon| icon.surface == *surface) else { return };
        let moved =
            with_states(surface, |states| states.cached_state.get::<SurfaceAttributes>().current().buffer_delta.take());
        if let Some(moved) = moved {
            let offset = (icon.offset.x.saturating_add(moved.x), icon.offset.y.saturating_add(moved.y));
            icon.offset = Point::from(offset);
            self.screens.damage();
        }
    }
}

impl SelectionHandler for State {
    /// Where it comes from.
    type SelectionUserData = Source;

    fn new_selection(&mut self, target: SelectionTarget, source: Option<SelectionSource>, _seat: Seat<Self>) {
        self.client_selected(target, &source.map(|source| source.mime_types()).unwrap_or_default());
    }

    fn send_selection(
        &mut self,
        _target: SelectionTarget,
        mime_type: String,
        fd: OwnedFd,
        _seat: Seat<Self>,
        source: &Source,
    ) {
        self.send_source(&mime_type, fd, source);
    }
}

impl DataDeviceHandler for State {
    fn data_device_state(&self) -> &DataDeviceState {
        &self.globals.data_device
    }
}

impl ClientDndGrabHandler for State {
    fn started(&mut self, source: Option<WlDataSource>, icon: Option<WlSurface>, _seat: Seat<Self>) {
        // Without one it is a matter of the program alone.
        self.x11_others_drag(source.is_some());
        self.dnd_icon = icon.map(|surface| DragIcon { surface, offset: Point::default() });
        self.screens.damage();
    }

    fn dropped(&mut self, _target: Option<WlSurface>, _validated: bool, _seat: Seat<Self>) {
        self.x11_others_drag(false);
        self.dnd_icon = None;
        self.screens.damage();
    }
}

impl ServerDndGrabHandler for State {
    fn accept(&mut self, mime_type: Option<String>, _seat: Seat<Self>) {
        self.drag_accepted(mime_type.is_some());
    }

    fn action(&mut self, action: DndAction, _seat: Seat<Self>) {
        self.drag_action(action);
    }

    fn dropped(&mut self, _seat: Seat<Self>) {
        self.x11_others_drag(false);
    }

    fn send(&mut self, mime_type: String, fd: OwnedFd, _seat: Seat<Self>) {
        self.send_dragged(&mime_type, fd);
    }
}

delegate_data_device!(State);
