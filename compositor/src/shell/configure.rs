//! What size and states a window is told.

use lcars_ui::hierarchy::{Shown, WindowId};
use smithay::reexports::wayland_protocols::xdg::shell::server::xdg_toplevel::State as Flag;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Size};
use smithay::wayland::compositor::get_role;
use smithay::wayland::shell::xdg::XDG_POPUP_ROLE;

use super::place::rounded;
use super::{Shell, Window};
use crate::state::State;

impl Shell {
    /// Whether a window covers its pane.
    fn is_fullscreen(&self, window: &Window) -> bool {
        let known = window.id.and_then(|id| self.desktop.tree().window(id));
        known.map_or(window.fullscreen, |(_, _, known)| known.fullscreen)
    }
}

impl State {
    /// The size that a window fills at level 3: in the pane that shows it, else in the one with the focus.
    fn full_size(&self, window: Option<WindowId>) -> Size<i32, Logical> {
        let place = window.map(|id| self.shell.place_of(id));
        let focused = self.shell.desktop.focused_viewport().id;
        let areas = || self.screens.iter().flat_map(|screen| &screen.view().areas);
        let theirs = areas().find(|area| place.is_some() && area.window == place);
        let area = theirs.or_else(|| areas().find(|area| area.viewport == focused)).or_else(|| areas().next());
        area.map_or_else(|| Size::from((640, 480)), |area| rounded(area.rect).size)
    }

    /// Tells every window what it should be.
    pub(super) fn configure_all(&self) {
        self.shell.windows.iter().for_each(|window| self.configure(window));
    }

    fn configure(&self, window: &Window) {
        let dialog = match window.id {
            Some(id) => self.shell.is_dialog(id),
            None => window.toplevel.parent().and_then(|parent| self.shell.window_of(&parent)).is_some(),
        };
        let fullscreen = self.shell.is_fullscreen(window);
        let hidden = window.id.is_some_and(|id| self.seen(id) == Shown::Hidden);
        let bounds = self.full_size(window.id);
        let mut areas = self.screens.iter().flat_map(|screen| &screen.view().areas);
        let size = if fullscreen && !areas.any(|area| area.window == window.id && area.window.is_some()) {
            // It will cover the pane that shows it.
            self.screen().logical_size()
        } else {
            bounds
        };
        window.toplevel.with_pending_state(|state| {
            state.bounds = Some(bounds);
            state.size = (fullscreen || !dialog).then_some(size);
            let mut set = |flag, on| if on { state.states.set(flag) } else { state.states.unset(flag) };
            set(Flag::Maximized, !dialog && !fullscreen);
            set(Flag::Fullscreen, fullscreen);
            set(Flag::Activated, window.id.is_some() && self.shell.focused() == window.id);
            set(Flag::Suspended, hidden);
        });
        if window.toplevel.is_initial_configure_sent() {
            window.toplevel.send_pending_configure();
        }
    }

    /// Sends what a new toplevel or popup waits for after its first commit.
    pub fn ensure_configured(&mut self, surface: &WlSurface) {
        if let Some(window) = self.shell.windows.iter().find(|window| window.toplevel.wl_surface() == surface) {
            if !window.toplevel.is_initial_configure_sent() {
                self.configure(window);
                window.toplevel.send_configure();
            }
        } else if let Some(smithay::desktop::PopupKind::Xdg(popup)) = self.popups.find_popup(surface) {
            if !popup.is_initial_configure_sent()
                && let Err(error) = popup.send_configure()
            {
                tracing::debug!(%error, "a popup could not be configured");
            }
        } else if get_role(surface) == Some(XDG_POPUP_ROLE) {
            // It has no parent, and so no place to be.
            let popups = self.globals.xdg_shell.popup_surfaces();
            popups.iter().filter(|popup| popup.wl_surface() == surface).for_each(|popup| popup.send_popup_done());
        }
    }
}
