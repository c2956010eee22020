//! `zwlr_foreign_toplevel_management_v1`: trusted programs, such as task bars, are told what windows there are, go to them and
//! close them.
//!
//! To activate is to jump there. Windows fill their pane here: what would minimise or maximise them does nothing.

use lcars_ui::hierarchy::WindowId;
use smithay::output::Output;
use smithay::reexports::wayland_protocols_wlr::foreign_toplevel::v1::server::zwlr_foreign_toplevel_handle_v1::{
    self, ZwlrForeignToplevelHandleV1,
};
use smithay::reexports::wayland_protocols_wlr::foreign_toplevel::v1::server::zwlr_foreign_toplevel_manager_v1::{
    self, ZwlrForeignToplevelManagerV1,
};
use smithay::reexports::wayland_server::backend::ClientId;
use smithay::reexports::wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};

use crate::shell::ListedWindow;
use crate::state::State;
use crate::trust::trusted;

/// The programs that are told, and of what.
#[derive(Debug, Default)]
pub struct Managers {
    managers: Vec<ZwlrForeignToplevelManagerV1>,
    handles: Vec<(WindowId, ZwlrForeignToplevelHandleV1)>,
}

/// Announces it to trusted clients.
pub(crate) fn announce(display: &DisplayHandle) {
    display.create_global::<State, ZwlrForeignToplevelManagerV1, ()>(3, ());
}

impl Managers {
    /// A window is gone.
    pub(crate) fn closed(&mut self, id: WindowId) {
        for (_, handle) in self.handles.extract_if(.., |(of, _)| *of == id) {
            handle.closed();
        }
    }

    /// There is a window that was not there before.
    pub(crate) fn opened(&mut self, display: &DisplayHandle, window: &ListedWindow, output: Option<&Output>) {
        for manager in self.managers.clone() {
            self.tell(display, &manager, window, output);
        }
    }

    fn tell(
        &mut self,
        display: &DisplayHandle,
        manager: &ZwlrForeignToplevelManagerV1,
        window: &ListedWindow,
        output: Option<&Output>,
    ) {
        let Some(client) = manager.client() else { return };
        let made =
            client.create_resource::<ZwlrForeignToplevelHandleV1, _, State>(display, manager.version(), window.id);
        let Ok(handle) = made else { return };
        manager.toplevel(&handle);
        handle.title(window.title.clone());
        handle.app_id(window.app_id.clone());
        output
            .into_iter()
            .flat_map(|output| output.client_outputs(&client))
            .for_each(|output| handle.output_enter(&output));
        handle.state(states(window));
        handle.done();
        self.handles.push((window.id, handle));
    }

    /// A window is another than it was.
    pub(crate) fn changed(&self, before: &ListedWindow, window: &ListedWindow) {
        for (_, handle) in self.handles.iter().filter(|(of, _)| *of == window.id) {
            if before.title != window.title {
                handle.title(window.title.clone());
            }
            if before.app_id != window.app_id {
                handle.app_id(window.app_id.clone());
            }
            handle.state(states(window));
            handle.done();
        }
    }
}

/// The states of a window, as they are packed in the event.
fn states(window: &ListedWindow) -> Vec<u8> {
    use zwlr_foreign_toplevel_handle_v1::State as Flag;
    let flags = [(Flag::Activated, window.activated), (Flag::Fullscreen, window.fullscreen)];
    flags.into_iter().filter(|(_, on)| *on).flat_map(|(flag, _)| (flag as u32).to_ne_bytes()).collect()
}

impl GlobalDispatch<ZwlrForeignToplevelManagerV1, ()> for State {
    fn bind(
        state: &mut Self,
        display: &DisplayHandle,
        _: &Client,
        manager: New<ZwlrForeignToplevelManagerV1>,
        (): &(),
        data_init: &mut DataInit<'_, Self>,
    ) {
        let manager = data_init.init(manager, ());
        let windows = state.listed.windows.clone();
        for window in &windows {
            let output = state.output_of_window(window.id);
            state.listed.managers.tell(display, &manager, window, output.as_ref());
        }
        state.listed.managers.managers.push(manager);
    }

    fn can_view(client: Client, (): &()) -> bool {
        trusted(&client)
    }
}

impl Dispatch<ZwlrForeignToplevelManagerV1, ()> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        manager: &ZwlrForeignToplevelManagerV1,
        request: zwlr_foreign_toplevel_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
        if matches!(request, zwlr_foreign_toplevel_manager_v1::Request::Stop) {
            state.listed.managers.managers.retain(|known| known != manager);
            manager.finished();
        }
    }

    fn destroyed(state: &mut Self, _: ClientId, manager: &ZwlrForeignToplevelManagerV1, (): &()) {
        state.listed.managers.managers.retain(|known| known != manager);
    }
}

impl Dispatch<ZwlrForeignToplevelHandleV1, WindowId> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        handle: &ZwlrForeignToplevelHandleV1,
        request: zwlr_foreign_toplevel_handle_v1::Request,
        window: &WindowId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
        use zwlr_foreign_toplevel_handle_v1::Request;
        if state.lock.is_locked() || state.listed.managers.handles.iter().all(|(_, known)| known != handle) {
            return;
        }
        match request {
            Request::Activate { .. } => state.go_to_window(*window),
            Request::Close => {
                state.close_window(*window);
            }
            Request::SetFullscreen { .. } => state.cover_pane(*window, true),
            Request::UnsetFullscreen => state.cover_pane(*window, false),
            _ => {}
        }
    }

    fn destroyed(state: &mut Self, _: ClientId, handle: &ZwlrForeignToplevelHandleV1, _: &WindowId) {
        state.listed.managers.handles.retain(|(_, known)| known != handle);
    }
}
