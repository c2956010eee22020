//! `xdg_dialog_v1`: a dialog without which its window cannot go on. What that means is decided in [`crate::shell`].
//!
//! smithay's own keeps each window that was a dialog, its picture too, when its program goes without a word.

use std::sync::{Mutex, PoisonError};

use smithay::reexports::wayland_protocols::xdg::dialog::v1::server::xdg_dialog_v1::{self, XdgDialogV1};
use smithay::reexports::wayland_protocols::xdg::dialog::v1::server::xdg_wm_dialog_v1::{self, XdgWmDialogV1};
use smithay::reexports::wayland_protocols::xdg::shell::server::xdg_toplevel::XdgToplevel;
use smithay::reexports::wayland_server::backend::{ClientId, ObjectId};
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::reexports::wayland_server::{
    Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, Weak,
};
use smithay::wayland::compositor::with_states;
use smithay::wayland::shell::xdg::XdgToplevelSurfaceData;

use crate::state::State;

/// The toplevel of a surface that has its one dialog object.
#[derive(Default)]
struct Taken(Mutex<Option<ObjectId>>);

impl Taken {
    fn with<T>(surface: &WlSurface, f: impl FnOnce(&mut Option<ObjectId>) -> T) -> T {
        with_states(surface, |states| {
            let taken = states.data_map.get_or_insert_threadsafe(Self::default);
            f(&mut taken.0.lock().unwrap_or_else(PoisonError::into_inner))
        })
    }
}

/// Whom a dialog object speaks for. A surface can be another toplevel by then, which has its own.
pub(crate) struct Dialog {
    surface: Option<Weak<WlSurface>>,
    toplevel: ObjectId,
}

impl Dialog {
    fn surface(&self) -> Option<WlSurface> {
        self.surface.as_ref()?.upgrade().ok()
    }
}

/// Announces it.
pub(crate) fn announce(display: &DisplayHandle) {
    display.create_global::<State, XdgWmDialogV1, ()>(1, ());
}

impl State {
    fn set_modal(&mut self, dialog: &Dialog, modal: bool) {
        let Some(surface) = dialog.surface() else { return };
        if Taken::with(&surface, |taken| taken.as_ref() != Some(&dialog.toplevel)) {
            return;
        }
        let changed = with_states(&surface, |states| {
            let data = states.data_map.get::<XdgToplevelSurfaceData>()?;
            let mut data = data.lock().ok()?;
            Some(std::mem::replace(&mut data.modal, modal) != modal)
        });
        if changed == Some(true) {
            self.modality_changed();
        }
    }

    fn surface_of(&self, toplevel: &XdgToplevel) -> Option<WlSurface> {
        self.globals.xdg_shell.get_toplevel(toplevel).map(|toplevel| toplevel.wl_surface().clone())
    }
}

impl GlobalDispatch<XdgWmDialogV1, ()> for State {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        manager: New<XdgWmDialogV1>,
        (): &(),
        data_init: &mut DataInit<'_, Self>,
    ) {
        data_init.init(manager, ());
    }
}

impl Dispatch<XdgWmDialogV1, ()> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        manager: &XdgWmDialogV1,
        request: xdg_wm_dialog_v1::Request,
        (): &(),
        _: &DisplayHandle,
        data_init: &mut DataInit<'_, Self>,
    ) {
        let xdg_wm_dialog_v1::Request::GetXdgDialog { id, toplevel } = request else { return };
        // A dead one has no surface; what is asked of its dialog then leads nowhere.
        let surface = state.surface_of(&toplevel);
        let taken = |surface| Taken::with(surface, |taken| taken.replace(toplevel.id()) == Some(toplevel.id()));
        if surface.as_ref().is_some_and(taken) {
            manager.post_error(xdg_wm_dialog_v1::Error::AlreadyUsed, "the window is a dialog already");
            return;
        }
        let surface = surface.map(|surface| surface.downgrade());
        data_init.init(id, Dialog { surface, toplevel: toplevel.id() });
    }
}

impl Dispatch<XdgDialogV1, Dialog> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        _: &XdgDialogV1,
        request: xdg_dialog_v1::Request,
        dialog: &Dialog,
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
        match request {
            xdg_dialog_v1::Request::SetModal => state.set_modal(dialog, true),
            xdg_dialog_v1::Request::UnsetModal => state.set_modal(dialog, false),
            // Destroyed.
            _ => {}
        }
    }

    fn destroyed(state: &mut Self, _: ClientId, _: &XdgDialogV1, dialog: &Dialog) {
        state.set_modal(dialog, false);
        if let Some(surface) = dialog.surface() {
            Taken::with(&surface, |taken| taken.take_if(|taken| *taken == dialog.toplevel));
        }
    }
}
