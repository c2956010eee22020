//! A program that has the desktop's chords: while its window has the keyboard, all of them but those that lead out of it.

use lcars_ui::interface::AlertLevel;
use lcars_ui::operation::Operation;
use smithay::reexports::wayland_protocols::xwayland::keyboard_grab::zv1::server::zwp_xwayland_keyboard_grab_v1::ZwpXwaylandKeyboardGrabV1;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::backend::ClientId;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::keyboard_shortcuts_inhibit::{KeyboardShortcutsInhibitor, KeyboardShortcutsInhibitorSeat};

use crate::services::config::{Action, Holder};
use crate::state::State;

/// Programs that are remembered to have been told of. Older ones are told of again.
const REMEMBERED: usize = 64;

/// Grabs of X programs at a time; each has one at most.
const MOST_GRABS: usize = 64;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Inhibited {
    now: Option<KeyboardShortcutsInhibitor>,
    /// Windows of X programs that grabbed the keyboard.
    grabs: Vec<(ZwpXwaylandKeyboardGrabV1, WlSurface)>,
    /// Whom the user was told of.
    told: Vec<ClientId>,
}

impl State {
    /// Whether the window with the keyboard has the desktop's chords.
    pub(super) fn shortcuts_are_inhibited(&mut self) -> bool {
        let focus = self.seat.get_keyboard().and_then(|keyboard| keyboard.current_focus());
        let inhibitor = self.inhibited.now.as_ref().filter(|inhibitor| inhibitor.is_active());
        let inhibits = inhibitor.is_some_and(|inhibitor| Some(inhibitor.wl_surface()) == focus.as_ref());
        let grabs = self.inhibited.grabs.iter().any(|(_, surface)| Some(surface) == focus.as_ref());
        (inhibits || grabs) && self.holder() == Holder::Window
    }

    /// An X program has grabbed the keyboard, with this window of it.
    pub(crate) fn x11_grabs_keyboard(&mut self, grab: ZwpXwaylandKeyboardGrabV1, surface: WlSurface) {
        if self.inhibited.grabs.len() < MOST_GRABS {
            self.inhibited.grabs.push((grab, surface));
        }
    }

    /// It has let it go.
    pub(crate) fn x11_frees_keyboard(&mut self, grab: &ZwpXwaylandKeyboardGrabV1) {
        self.inhibited.grabs.retain(|(known, _)| known != grab);
    }

    /// Whether a chord is the desktop's, whatever a program asks for: without it the user would not get out.
    pub(super) fn is_way_out(action: &Action) -> bool {
        matches!(action, Action::Operation(Operation::ZoomOut | Operation::Jump { to: None }))
    }

    /// Runs after every turn of the loop: the surface that has the keyboard has the chords, if it asked for them.
    pub(crate) fn keep_inhibitors(&mut self) {
        let focus = self.seat.get_keyboard().and_then(|keyboard| keyboard.current_focus());
        let wanted = focus.and_then(|surface| self.seat.keyboard_shortcuts_inhibitor_for_surface(&surface));
        if wanted == self.inhibited.now {
            return;
        }
        if let Some(before) = self.inhibited.now.take().filter(KeyboardShortcutsInhibitor::is_active) {
            before.inactivate();
        }
        let Some(inhibitor) = wanted else { return };
        inhibitor.activate();
        let client = inhibitor.wl_surface().client().map(|client| client.id());
        let window = self.shell.window_of(inhibitor.wl_surface());
        self.inhibited.now = Some(inhibitor);
        if let Some(client) = client.filter(|client| !self.inhibited.told.contains(client)) {
            if self.inhibited.told.len() >= REMEMBERED {
                self.inhibited.told.remove(0);
            }
            self.inhibited.told.push(client);
            let tree = self.shell.desktop.tree();
            let name = window.and_then(|id| tree.window(id)).map(|(_, app, _)| app.title.clone());
            let name = name.unwrap_or_else(|| "A program".to_owned());
            let out = self.way_out().map(|chord| format!(" {chord} still zooms out.")).unwrap_or_default();
            self.tell_user(AlertLevel::Info, &format!("{name} takes the desktop's keys while it is in focus.{out}"));
        }
    }

    /// The chord that zooms out of a window, as it is written.
    fn way_out(&self) -> Option<String> {
        let all = self.settings.bindings.all();
        let zooms_out = Action::Operation(Operation::ZoomOut);
        let binding = all.iter().find(|binding| binding.action == zooms_out && binding.when.counts(Holder::Window))?;
        Some(binding.keys.clone())
    }
}
