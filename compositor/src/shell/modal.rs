//! Dialogs without which their window cannot go on, and windows that ring.

use lcars_ui::hierarchy::WindowId;
use lcars_ui::interface::AlertLevel;
use smithay::desktop::find_popup_root_surface;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Point};
use smithay::wayland::compositor::get_parent;

use super::Shell;
use crate::compose;
use crate::state::State;

/// More dialogs above each other are not looked at.
const DEEPEST: usize = 32;

impl Shell {
    /// The window that has input instead of this one: its modal dialog, or the topmost of several.
    pub(crate) fn modal_over(&self, id: WindowId) -> WindowId {
        let modal = self.windows.iter().filter(|window| window.toplevel.is_modal()).filter_map(|window| window.id);
        modal.filter(|modal| self.stands_on(*modal, id)).last().unwrap_or(id)
    }

    /// Whether a window is a dialog of another, or a dialog's dialog.
    fn stands_on(&self, dialog: WindowId, window: WindowId) -> bool {
        let parent = |id: &WindowId| self.desktop.tree().window(*id).and_then(|(_, _, window)| window.parent);
        std::iter::successors(parent(&dialog), parent).take(DEEPEST).any(|parent| parent == window)
    }
}

impl State {
    /// The dialog that keeps input from the window of a surface, or of a popup.
    pub(crate) fn modal_instead_of(&self, surface: &WlSurface) -> Option<WindowId> {
        let root = std::iter::successors(Some(surface.clone()), get_parent).last()?;
        let popup = self.popups.find_popup(&root);
        let root = popup.and_then(|popup| find_popup_root_surface(&popup).ok()).unwrap_or(root);
        let window = self.shell.window_of(&root)?;
        Some(self.shell.modal_over(window)).filter(|modal| *modal != window)
    }

    /// The modal dialog of a window whose own surface is at a point, and so hears nothing of it.
    pub(crate) fn modal_at(&self, at: Point<f64, Logical>) -> Option<WindowId> {
        let screen = self.screens.at(at);
        let local = screen.local(at);
        let placed = self.placed(screen.id);
        let hit = placed.iter().filter(|(_, clip)| clip.is_none_or(|clip| clip.to_f64().contains(local)));
        let (surface, _) = hit.into_iter().find_map(|(tree, _)| compose::surface_under(tree, local))?;
        self.modal_instead_of(&surface)
    }

    /// Calls for attention to the dialog that keeps input from what was pressed. Whether there is one.
    pub(crate) fn point_at_modal(&mut self, at: Point<f64, Logical>) -> bool {
        let Some(dialog) = self.modal_at(at) else { return false };
        if self.shell.focused() != Some(dialog) {
            self.focus_window(dialog);
        }
        self.refocus_keyboard();
        true
    }

    /// A dialog is modal now, or no longer.
    pub(crate) fn modality_changed(&mut self) {
        self.refocus_keyboard();
        self.refresh_pointer_focus();
    }

    /// A program rings the bell for a window. Who looks at it needs no telling, and nobody is told twice.
    pub(crate) fn window_rings(&mut self, id: WindowId) {
        let urgent = |state: &Self| state.shell.desktop.tree().window(id).is_some_and(|(_, _, window)| window.urgent);
        if urgent(self) {
            return;
        }
        self.shell.desktop.set_urgent(id, true);
        if !urgent(self) {
            return;
        }
        let Some((sector, app, window)) = self.shell.desktop.tree().window(id) else { return };
        let name = if window.title.is_empty() { &app.title } else { &window.title };
        let (text, sector) = (format!("{name} rings"), sector.map(|sector| sector.id));
        self.tell_user_of(AlertLevel::Info, &text, sector);
    }
}
