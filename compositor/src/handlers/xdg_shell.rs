//! `xdg_wm_base`: windows and their popups. Where they go is decided in [`crate::shell`].

use smithay::desktop::{
    PopupKeyboardGrab, PopupKind, PopupManager, PopupPointerGrab, PopupUngrabStrategy, find_popup_root_surface,
    get_popup_toplevel_coords,
};
use smithay::input::Seat;
use smithay::input::pointer::Focus;
use smithay::reexports::wayland_protocols::xdg::shell::server::{
    xdg_popup::XdgPopup, xdg_surface::XdgSurface, xdg_toplevel::XdgToplevel,
};
use smithay::reexports::wayland_server::protocol::wl_output::WlOutput;
use smithay::reexports::wayland_server::protocol::wl_seat::WlSeat;
use smithay::reexports::wayland_server::{Resource, delegate_dispatch};
use smithay::utils::{SERIAL_COUNTER, Serial};
use smithay::wayland::shell::xdg::{
    PopupSurface, PositionerState, ToplevelSurface, XdgShellHandler, XdgShellState, XdgShellSurfaceUserData,
    XdgSurfaceUserData,
};

use crate::shell::Geometry;
use crate::state::State;

/// A client with more of them gets no further one: each is looked at whenever one of them changes.
const MOST_POPUPS: usize = 256;

impl XdgShellHandler for State {
    fn xdg_shell_state(&mut self) -> &mut XdgShellState {
        &mut self.globals.xdg_shell
    }

    fn new_toplevel(&mut self, toplevel: ToplevelSurface) {
        self.shell.add(toplevel);
    }

    fn toplevel_destroyed(&mut self, toplevel: ToplevelSurface) {
        self.remove_toplevel(toplevel.wl_surface());
    }

    fn new_popup(&mut self, popup: PopupSurface, _positioner: PositionerState) {
        if !super::xdg_wm_base::has_sound_parent(&popup) {
            return;
        }
        let client = popup.wl_surface().client();
        let of_same = |other: &&PopupSurface| other.wl_surface().client() == client;
        if self.globals.xdg_shell.popup_surfaces().iter().filter(of_same).count() > MOST_POPUPS {
            popup.send_popup_done();
            return;
        }
        self.unconstrain(&popup);
        if let Err(error) = self.popups.track_popup(PopupKind::Xdg(popup)) {
            tracing::debug!(%error, "a popup died before it was seen");
        }
    }

    fn reposition_request(&mut self, popup: PopupSurface, positioner: PositionerState, token: u32) {
        popup.with_pending_state(|state| {
            state.geometry = positioner.get_geometry();
            state.positioner = positioner;
        });
        self.unconstrain(&popup);
        popup.send_repositioned(token);
    }

    fn popup_destroyed(&mut self, popup: PopupSurface) {
        self.screens.damage();
        // A grab that has ended finds out at the next input only. Until then the keyboard would be nobody's.
        self.popups.cleanup();
        if let Some(keyboard) = self.seat.get_keyboard()
            && keyboard.current_focus().as_ref() == Some(popup.wl_surface())
        {
            keyboard.set_focus(self, popup.get_parent_surface(), SERIAL_COUNTER.next_serial());
        }
        self.refocus_keyboard();
        self.nudge_pointer();
    }

    fn grab(&mut self, popup: PopupSurface, seat: WlSeat, serial: Serial) {
        let Some(seat) = Seat::<State>::from_resource(&seat) else { return };
        let kind = PopupKind::Xdg(popup);
        let Ok(root) = find_popup_root_surface(&kind) else { return };
        let window = self.shell.window_of(&root);
        let in_focus = window.is_some() && window == self.shell.focused();
        let locked = self.lock.is_locked();
        if locked || !in_focus && self.layer_placement(&root).is_none() {
            // It is not the answer to anything that was done to this window, which may not even be seen.
            let _ = PopupManager::dismiss_popup(&root, &kind);
            return;
        }
        let Ok(mut grab) = self.popups.grab_popup(root, kind, &seat, serial) else { return };
        let (Some(keyboard), Some(pointer)) = (seat.get_keyboard(), seat.get_pointer()) else { return };
        if keyboard.is_grabbed() {
            // A menu of a menu: the grab that is in force already follows to the newest one.
            keyboard.set_focus(self, grab.current_grab(), serial);
            return;
        }
        // A grab belongs to the press that opened the popup; if another one is under way, it ends the popup instead.
        if pointer.is_grabbed() && !pointer.has_grab(serial) {
            grab.ungrab(PopupUngrabStrategy::All);
            return;
        }
        pointer.set_grab(self, PopupPointerGrab::new(&grab), serial, Focus::Keep);
        keyboard.set_focus(self, grab.current_grab(), serial);
        keyboard.set_grab(self, PopupKeyboardGrab::new(&grab), serial);
    }

    fn maximize_request(&mut self, toplevel: ToplevelSurface) {
        // In its place it is maximised already; the protocol wants an answer all the same.
        self.maximize_floating(&toplevel, true);
        answer(&toplevel);
    }

    fn unmaximize_request(&mut self, toplevel: ToplevelSurface) {
        self.maximize_floating(&toplevel, false);
        answer(&toplevel);
    }

    fn fullscreen_request(&mut self, toplevel: ToplevelSurface, _output: Option<WlOutput>) {
        self.set_fullscreen(toplevel.wl_surface(), true);
        answer(&toplevel);
    }

    fn unfullscreen_request(&mut self, toplevel: ToplevelSurface) {
        self.set_fullscreen(toplevel.wl_surface(), false);
        answer(&toplevel);
    }

    fn title_changed(&mut self, toplevel: ToplevelSurface) {
        self.window_described(toplevel.wl_surface());
    }

    fn app_id_changed(&mut self, toplevel: ToplevelSurface) {
        self.window_described(toplevel.wl_surface());
    }

    fn parent_changed(&mut self, toplevel: ToplevelSurface) {
        self.window_described(toplevel.wl_surface());
    }
}

/// Some requests must be followed by a configure, whether or not anything changed.
fn answer(toplevel: &ToplevelSurface) {
    if toplevel.is_initial_configure_sent() {
        toplevel.send_configure();
    }
}

impl State {
    /// Keeps a popup within the picture by the constraint adjustments that its positioner allows.
    pub(super) fn unconstrain(&self, popup: &PopupSurface) {
        let kind = PopupKind::Xdg(popup.clone());
        let Ok(root) = find_popup_root_surface(&kind) else { return };
        let window = self.shell.window_of(&root).and_then(|id| self.placement(id));
        let layer = || self.layer_placement(&root).map(|(screen, rect)| (screen, Geometry { rect, reduced: None }));
        let Some((screen, window)) = window.or_else(layer) else { return };
        let mut target = window.back(smithay::utils::Rectangle::from_size(screen.logical_size()));
        target.loc -= get_popup_toplevel_coords(&kind);
        popup.with_pending_state(|state| state.geometry = state.positioner.get_unconstrained_geometry(target));
    }
}

// What `delegate_xdg_shell!` does, but for what `xdg_wm_base.rs` checks first.
delegate_dispatch!(State: [XdgSurface: XdgSurfaceUserData] => XdgShellState);
delegate_dispatch!(State: [XdgToplevel: XdgShellSurfaceUserData] => XdgShellState);
delegate_dispatch!(State: [XdgPopup: XdgShellSurfaceUserData] => XdgShellState);
