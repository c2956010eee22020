//! What programs do with their windows. A word about a window that is gone does nothing.

use std::time::Duration;

use super::super::edit::NewWindow;
use super::super::id::WindowId;
use super::super::limits::MOST_ICON_BYTES;
use super::Desktop;
use crate::operation::{Effects, Refused};

impl Desktop {
    /// Takes in a window that a program mapped. It moves no camera.
    pub fn add_window(&mut self, mut new: NewWindow<'_>, now: Duration) -> Result<(WindowId, Effects), Refused> {
        let usual = self.usual_sector();
        let expected = self.brought_back(&new);
        if let Some(expected) = &expected {
            new.sector = Some(expected.sector);
            new.launch = new.launch.or_else(|| expected.launch.clone());
        }
        let id = self.tree.add_window(new, usual)?;
        let place = self.tree.path_to(id.into()).and_then(|path| path.window());
        if let Some(place) = place.filter(|place| *place != id) {
            // A new dialog is what its program wants an answer to.
            self.tree.choose_keyboard(place, None);
        }
        let mut effects = expected.map(|expected| self.welcome(&expected, id)).unwrap_or_default();
        effects.extend(self.settle(None, now));
        Ok((id, effects))
    }

    /// Forgets a window that its program unmapped. Who showed it goes to its app's next window, to the picker where
    /// there are several, else to the hub.
    pub fn remove_window(&mut self, id: WindowId, now: Duration) -> Effects {
        match self.tree.remove_window(id) {
            Ok(()) => self.settle(None, now),
            Err(_) => Effects::new(),
        }
    }

    /// A window's title.
    pub fn set_title(&mut self, id: WindowId, title: &str) {
        self.tree.set_title(id, title);
    }

    /// By what a window is grouped. It may become a window of another app of its sector.
    pub fn set_app_id(&mut self, id: WindowId, app_id: &str, now: Duration) -> Effects {
        match self.tree.set_app_id(id, app_id) {
            Ok(()) => self.settle(None, now),
            Err(_) => Effects::new(),
        }
    }

    /// The name of a window's app in its desktop entry.
    pub fn set_app_name(&mut self, id: WindowId, name: &str) {
        self.tree.set_app_name(id, name);
    }

    /// Makes a window a dialog of another, or a window of its own. Refused where a dialog would stay above itself or
    /// too many above each other.
    pub fn set_parent(&mut self, id: WindowId, parent: Option<WindowId>, now: Duration) -> Result<Effects, Refused> {
        self.tree.set_parent(id, parent)?;
        Ok(self.settle(None, now))
    }

    /// A program asks for attention, or takes that back. A window that somebody sees has it already.
    pub fn set_urgent(&mut self, id: WindowId, urgent: bool) {
        self.tree.edit_window(id, |window| window.urgent = urgent);
        self.notice();
    }

    /// A program asks to have a window fullscreen, or no longer.
    pub fn set_fullscreen(&mut self, id: WindowId, on: bool) -> Effects {
        if self.tree.window(id).is_none() {
            return Effects::new();
        }
        self.put_fullscreen(id, on)
    }

    /// A program says that it draws a window's frame itself, or leaves that to us.
    pub fn set_own_frame(&mut self, id: WindowId, on: bool) {
        self.tree.edit_window(id, |window| window.own_frame = on);
    }

    /// A window needs more room than there is, and is seen this large, in hundredths; or it has room.
    /// Whether that is another than before.
    pub fn set_reduced(&mut self, id: WindowId, reduced: Option<u8>) -> bool {
        let mut changed = false;
        self.tree.edit_window(id, |window| changed = std::mem::replace(&mut window.reduced, reduced) != reduced);
        changed
    }

    /// A window has another icon, or none of its own: by the name that a scene is to have for it.
    pub fn set_icon(&mut self, id: WindowId, icon: Option<&str>) {
        let icon = icon.filter(|icon| !icon.is_empty() && icon.len() <= MOST_ICON_BYTES);
        self.tree.edit_window(id, |window| window.icon = icon.map(str::to_owned));
    }
}
