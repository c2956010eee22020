//! From the desktop to what is seen of it.

use std::time::Instant;

use lcars_ui::geometry::{self, Rect};
use lcars_ui::hierarchy::{OutputId, Shown};
use lcars_ui::theme::Theme;
use lcars_ui::view::{self, Inputs, View};
use smithay::utils::{Logical, Size};

use super::Shell;
use super::place::seen_in;
use crate::mirror;
use crate::screen::Screen;
use crate::state::State;

/// What the panes of an output may fill.
pub(crate) fn panes_area(theme: &Theme, size: Size<i32, Logical>, scale: f64, ui_scale: f64) -> Rect {
    view::pane_area(theme, geometry::Size { w: f64::from(size.w), h: f64::from(size.h) }, scale, ui_scale)
}

impl State {
    /// Lays everything out again and tells every window what follows from it.
    pub fn relayout(&mut self) {
        self.shell.outdated = false;
        self.follow_directories();
        self.shell.note_use();
        self.measure_terminals();
        for id in self.screens.ids() {
            self.lay_out(id);
        }
        self.fit_terminals();
        self.configure_all();
        self.list_windows();
        self.publish();
    }

    /// Lays out again what has become another.
    pub(crate) fn relayout_outdated(&mut self) {
        if self.shell.outdated {
            return self.relayout();
        }
        let outdated: Vec<OutputId> =
            self.screens.iter().filter(|screen| screen.outdated).map(|screen| screen.id).collect();
        if !outdated.is_empty() {
            outdated.into_iter().for_each(|id| self.lay_out(id));
            self.fit_terminals();
            self.configure_all();
            self.publish();
        }
    }

    fn lay_out(&mut self, id: OutputId) {
        let ui_scale = self.ui_scale();
        let Some(screen) = self.screens.get_mut(id) else { return };
        screen.forget(&self.shell);
        let whole = panes_area(&self.theme, screen.logical_size(), screen.scale(), ui_scale);
        self.resize_lock_on(id);
        let panels = self.arrange_layers(id);
        let area = panels.leave(whole);
        self.shell.desktop.set_panels(id, panels);
        if let Err(refused) = self.shell.desktop.resize_output(id, area) {
            tracing::warn!(%refused, "the panes keep their size");
        }
        self.find_launchables(id);
        self.find_files(id);
        self.look(id, Instant::now());
        // Where the keyboard is in what has just opened is known now that it is in view.
        if self.screens.get_mut(id).is_some_and(|screen| screen.forget(&self.shell)) {
            self.look(id, Instant::now());
        }
    }

    /// Makes the view of a screen as it is at a moment. What differs from the last is drawn and told.
    pub(crate) fn look(&mut self, id: OutputId, at: Instant) {
        let ui_scale = self.ui_scale();
        let Some(screen) = self.screens.get_mut(id) else { return };
        screen.outdated = false;
        let size = screen.logical_size();
        // Cameras are shown where they will be when the picture is seen: the first one after a key has moved already.
        let now = self.shell.time(at) + screen.pacer.period();
        screen.follow_files(&self.shell, now);
        let view = view::build(&Inputs {
            desktop: &self.shell.desktop,
            output: id,
            size: geometry::Size { w: f64::from(size.w), h: f64::from(size.h) },
            scale: screen.scale(),
            ui_scale,
            theme: &self.theme,
            interface: &screen.interface,
            directories: &self.shell.directories,
            shells: &self.shell.shells,
            readings: &self.shell.readings,
            clock: &self.shell.clock,
            launcher: &screen.launcher,
            bindings: &self.shell.bindings,
            map: self.settings.interface.map,
            portal: self.shell.portal,
            now,
        });
        let changed = screen.show(view);
        if let Some(floating) = &self.shell.floating {
            floating.see(&self.shell.windows, screen);
        }
        if changed {
            self.watch_textures();
        }
    }
}

impl Screen {
    /// Lets go in the interface of what is no longer in sight. Returns whether that is seen.
    fn forget(&mut self, shell: &Shell) -> bool {
        let (interface, sight) = self.apart(shell);
        let before = (interface.focused, interface.hovered);
        interface.forget(&sight);
        (interface.focused, interface.hovered) != before
    }

    /// Takes over a view. Returns whether others are in sight than before.
    fn show(&mut self, view: View) -> bool {
        if view.scene != self.view.scene || view.background != self.view.background || view.moving {
            self.damage();
        }
        let seen = seen_in(&view.scene);
        let newly = |(id, seen): (_, &Shown)| *seen == Shown::Thumbnail && self.seen.get(id) != Some(seen);
        if seen.iter().any(newly) {
            // It may have changed while nobody looked.
            if view.moving { self.renewal.soon() } else { self.renewal.now() }
        }
        let others = std::mem::replace(&mut self.seen, seen);
        let others = others != self.seen;
        self.untold |= view.nodes != self.view.nodes;
        self.view = view;
        // A page that lays out elements shows no pictures meanwhile: it hears of them when cameras rest.
        if self.untold
            && !self.moving()
            && let Some(stream) = &self.stream
        {
            stream.set_semantics(mirror::nodes(&self.view.nodes));
            self.untold = false;
        }
        others
    }
}
