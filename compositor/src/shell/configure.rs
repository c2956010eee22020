//! What size and states a window is told.

use lcars_ui::hierarchy::{OutputId, Shown, WindowId};
use lcars_ui::view::FocusArea;
use smithay::desktop::utils::with_surfaces_surface_tree;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Point, Size, Transform};
use smithay::wayland::compositor::{SurfaceData, get_parent, get_role, send_surface_state, with_states};
use smithay::wayland::fractional_scale::with_fractional_scale;
use smithay::wayland::shell::xdg::XDG_POPUP_ROLE;

use super::place::rounded;
use super::{Shell, Told, Window, fit};
use crate::compose;
use crate::screen::Screen;
use crate::state::State;

impl Shell {
    /// Whether a window covers its pane.
    pub(super) fn is_fullscreen(&self, window: &Window) -> bool {
        let known = window.id.and_then(|id| self.desktop.tree().window(id));
        known.map_or(window.fullscreen, |(_, _, known)| known.fullscreen)
    }
}

impl State {
    /// The pane that a window at the bottom of its stack is made for, and its screen: of those that show it the one whose
    /// screen had the keyboard last.
    pub(crate) fn made_for(&self, place: WindowId) -> Option<(&Screen, &FocusArea)> {
        let areas = self.screens.iter().flat_map(|screen| screen.view().areas.iter().map(move |area| (screen, area)));
        let showing = areas.filter(|(_, area)| area.window == Some(place));
        showing.max_by_key(|(screen, area)| {
            let focused = self.shell.desktop.output(screen.id).is_some_and(|output| output.focused == area.viewport);
            (self.shell.used.iter().position(|used| *used == screen.id), focused)
        })
    }

    /// The screen that a window is made for: while none shows it, the one that did last.
    fn home_of(&self, window: &Window) -> OutputId {
        let place = window.id.map(|id| self.shell.place_of(id));
        let shown = place.and_then(|place| self.made_for(place)).map(|(screen, _)| screen.id);
        let last = || self.screens.get(window.home).map(|screen| screen.id);
        shown.or_else(last).unwrap_or_else(|| self.screen().id)
    }

    /// The size that a window fills at level 3: in the pane that shows it, else in the one with the focus on its screen.
    pub(super) fn full_size(&self, window: &Window) -> Size<i32, Logical> {
        let place = window.id.map(|id| self.shell.place_of(id));
        let theirs = place.and_then(|place| self.made_for(place)).map(|(_, area)| area);
        let areas = self.screens.get(window.home).map(|screen| screen.view().areas.as_slice()).unwrap_or_default();
        let focused = self.shell.desktop.output(window.home).map(|output| output.focused);
        let area =
            theirs.or_else(|| areas.iter().find(|area| Some(area.viewport) == focused)).or_else(|| areas.first());
        let rect = |area: &FocusArea| match theirs {
            Some(theirs) => theirs.rect,
            None if window.own_frame => area.own_frame,
            None => area.framed,
        };
        area.map_or_else(|| Size::from((640, 480)), |area| rounded(rect(area)).size)
    }

    /// Tells every window what it should be.
    pub(super) fn configure_all(&mut self) {
        self.rescale_x11();
        let homes: Vec<OutputId> = self.shell.windows.iter().map(|window| self.home_of(window)).collect();
        self.shell.windows.iter_mut().zip(homes).for_each(|(window, home)| window.home = home);
        for window in &self.shell.windows {
            self.configure(window);
            self.send_home(window);
        }
    }

    /// Tells a window which output it is on, and how fine that is.
    fn send_home(&self, window: &Window) {
        let root = window.toplevel.wl_surface();
        for screen in self.screens.iter().filter(|_| window.id.is_some()) {
            if screen.id == window.home { screen.output.enter(root) } else { screen.output.leave(root) }
        }
        let Some(scale) = self.screens.get(window.home).map(Screen::scale) else { return };
        if window.scale.replace(scale) != scale {
            for tree in compose::with_popups(root, Point::default()) {
                with_surfaces_surface_tree(&tree.surface, |surface, states| send_scale(surface, states, scale));
            }
        }
    }

    /// Tells a surface how fine the output is that it is on, or will be.
    pub(crate) fn send_scale_of(&self, surface: &WlSurface, of: &WlSurface) {
        let root = std::iter::successors(Some(of.clone()), get_parent).last();
        let window = self.shell.windows.iter().find(|window| Some(window.toplevel.wl_surface()) == root.as_ref());
        let home = || window.and_then(|window| self.screens.get(window.home));
        let layer = root.as_ref().and_then(|root| self.layer_placement(root)).map(|(screen, _)| screen);
        let layer = layer.or_else(|| root.as_ref().and_then(|root| self.lock_screen_of(root)));
        let screen = layer.or_else(home).unwrap_or_else(|| self.screen());
        with_states(surface, |states| send_scale(surface, states, screen.scale()));
    }

    fn configure(&self, window: &Window) {
        let dialog = match window.id {
            Some(id) => self.shell.is_dialog(id),
            None => window.toplevel.parent().and_then(|parent| self.shell.window_of(&parent)).is_some(),
        };
        let fullscreen = self.shell.is_fullscreen(window);
        let unseen = |id| self.seen(id) == Shown::Hidden && !self.capturing.has_window(id);
        let hidden = window.id.is_some_and(unseen);
        let room = self.full_size(window);
        let mut areas = self.screens.iter().flat_map(|screen| &screen.view().areas);
        let shown = areas.any(|area| area.window == window.id && area.window.is_some());
        let size = match self.screens.get(window.home).filter(|_| fullscreen && !shown) {
            // It will cover the pane that shows it.
            Some(screen) => screen.logical_size(),
            None => room,
        };
        // One that needs more has it, and is shown smaller.
        let least = window.toplevel.least();
        window.least.set(least);
        let size = fit::filling(size, least);
        let bounds = if dialog { room } else { fit::filling(room, least) };
        window.toplevel.tell(self.told_floating(window).unwrap_or_else(|| Told {
            size: (fullscreen || !dialog).then_some(size),
            corner: window.id.and_then(|id| self.placement(id)).map(|(_, place)| place.rect.loc),
            bounds,
            maximized: !dialog && !fullscreen,
            fullscreen,
            activated: window.id.is_some() && self.shell.focused() == window.id,
            suspended: hidden,
            answered: window.owed.take(),
        }));
    }

    /// Sends what a new toplevel or popup waits for after its first commit.
    pub fn ensure_configured(&mut self, surface: &WlSurface) {
        if let Some(window) = self.shell.windows.iter().find(|window| window.toplevel.wl_surface() == surface) {
            if !window.toplevel.was_told() {
                self.configure(window);
                window.toplevel.tell_first();
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

fn send_scale(surface: &WlSurface, states: &SurfaceData, scale: f64) {
    send_surface_state(surface, states, scale.ceil() as i32, Transform::Normal);
    with_fractional_scale(states, |fractional| fractional.set_preferred_scale(scale));
}
