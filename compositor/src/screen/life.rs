//! Screens that come and go with the pages that have one of their own.

use std::time::Duration;

use lcars_ui::hierarchy::OutputId;
use smithay::reexports::wayland_server::backend::GlobalId;
use smithay::utils::{Physical, Size};

use super::{Screen, Setup, sane};
use crate::capture::Subject;
use crate::remote::Stream;
use crate::shell;
use crate::state::State;

/// A client may ask for an output that it was told of before it hears that it is gone.
const GLOBAL_LINGERS: Duration = Duration::from_secs(10);

impl State {
    /// Adds a screen that shows the overview. The keyboard stays where it is.
    ///
    /// # Errors
    /// If there are as many as there can be.
    pub fn open_screen(&mut self, size: Size<i32, Physical>, scale: f64) -> Result<OutputId, String> {
        let (size, scale) = sane(size, scale);
        let logical = size.to_f64().to_logical(scale).to_i32_round();
        let area = shell::panes_area(&self.theme, logical, scale, self.ui_scale());
        let id = self.shell.desktop.add_output(area).map_err(|refused| refused.to_string())?;
        let setup = Setup { id, slot: self.screens.free_slot(), size, scale, fps: self.options.fps };
        let first = self.screens.first();
        let mut screen = Screen::new(&self.display, &self.gpu, &self.theme, first.painter.letters(), setup);
        screen.interface.alerts = first.interface.alerts.clone();
        screen.interface.tray = self.tray.shown();
        self.screens.add(screen);
        self.tell_heads();
        self.relayout();
        self.wake_interface();
        Ok(id)
    }

    /// Takes a screen away. What was seen on it stays in the tree, where it was. The first one is never taken away.
    ///
    /// Returns whether there was one.
    pub fn close_screen(&mut self, id: OutputId) -> bool {
        let Some(mut screen) = self.screens.remove(id) else { return false };
        if let Some((_, token)) = screen.timer.take() {
            self.handle.remove(token);
        }
        screen.stream.take().into_iter().for_each(Stream::end);
        screen.captures.end();
        self.stop_captures(Subject::Screen(id));
        self.tell_heads();
        for window in self.shell.windows() {
            screen.output.leave(window.toplevel.wl_surface());
        }
        self.close_layers_on(id);
        self.retire(screen.global);
        self.tapping = self.tapping.take().filter(|(_, on)| *on != id);
        self.hold =
            self.hold.take().filter(|hold| self.shell.desktop.output_of(hold.viewport()).is_none_or(|o| o.id != id));
        if self.input_from == id {
            self.input_from = self.screens.first().id;
        }
        if self.pointer_on == id {
            self.pointer_on = self.screens.first().id;
        }
        self.shell.used.retain(|used| *used != id);
        let now = self.shell.now();
        match self.shell.desktop.remove_output(id, now) {
            Ok(effects) => self.carry_out(effects),
            Err(refused) => tracing::error!(%refused, "a picture stays in the hierarchy"),
        }
        self.relayout();
        self.refresh_pointer_focus();
        true
    }

    fn retire(&self, global: GlobalId) {
        self.display.disable_global::<Self>(global.clone());
        self.after(GLOBAL_LINGERS, "an output that is gone", move |state| state.display.remove_global::<Self>(global));
    }
}
