//! Who has the keyboard: a window, or a surface of the output.

use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::SERIAL_COUNTER;
use smithay::wayland::shell::wlr_layer::KeyboardInteractivity;

use super::Layer;
use crate::state::State;

impl State {
    /// The surface of the output that keys go to, if one has them: of those that want them for themselves the topmost, else
    /// the one that was touched.
    pub(crate) fn layer_with_keyboard(&self) -> Option<WlSurface> {
        let here = self.screen().id;
        let above = self.layers_above(here);
        let exclusive = above.into_iter().rev().find(|layer| layer.is_exclusive()).map(|layer| layer.root().clone());
        exclusive.or_else(|| {
            let touched = self.layers.touched.as_ref()?;
            let layer = self.layers.of(touched).filter(|layer| layer.mapped && takes_keys(layer))?;
            Some(layer.root().clone())
        })
    }

    /// Whose the keyboard is if the desktop gives it to a window: a lock screen's and nobody else's while the session is
    /// locked.
    pub(crate) fn keyboard_instead_of(&self, window: Option<WlSurface>) -> Option<WlSurface> {
        if self.lock.is_locked() {
            return self.lock_with_keyboard();
        }
        self.layer_with_keyboard().or(window)
    }

    /// Gives the keyboard to whom it belongs now. A menu that has it keeps it.
    pub(crate) fn refocus_keyboard(&mut self) {
        let Some(keyboard) = self.seat.get_keyboard().filter(|keyboard| !keyboard.is_grabbed()) else { return };
        let window = self.shell.focused().map(|id| self.shell.modal_over(id)).and_then(|id| self.shell.get(id));
        let surface = self.keyboard_instead_of(window.map(|window| window.toplevel.wl_surface().clone()));
        if keyboard.current_focus() != surface {
            self.end_repeat();
            self.compose.reset();
            keyboard.set_focus(self, surface, SERIAL_COUNTER.next_serial());
        }
    }

    /// A surface was touched. Whether it is one of an output's own, which may have the keyboard for that.
    pub(crate) fn layer_touched(&mut self, surface: &WlSurface) -> bool {
        let layer = self.layers.of(surface);
        let found = layer.is_some();
        let touched = layer.filter(|layer| takes_keys(layer)).map(|layer| layer.root().clone());
        if !found || touched.is_some() {
            self.layers.touched = touched;
            self.refocus_keyboard();
        }
        found
    }

    /// The desktop gives the keyboard to somebody: no surface has it any more for having been touched.
    pub(crate) fn layers_forget_touch(&mut self) {
        self.layers.touched = None;
    }

    /// Something else was touched: the keyboard goes back to where the desktop has it.
    pub(crate) fn leave_layers(&mut self) {
        if self.layers.touched.take().is_some() {
            self.refocus_keyboard();
        }
    }
}

fn takes_keys(layer: &Layer) -> bool {
    layer.state().keyboard_interactivity != KeyboardInteractivity::None
}
