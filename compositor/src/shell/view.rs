//! From the desktop to what is seen of it.

use std::time::Instant;

use lcars_ui::geometry::{self, Rect};
use lcars_ui::hierarchy::Shown;
use lcars_ui::theme::Theme;
use lcars_ui::view::{self, Inputs};
use smithay::utils::{Logical, Size};

use super::place::seen_in;
use crate::gallery::Gallery;
use crate::mirror;
use crate::state::State;

/// What the panes of an output may fill.
pub(super) fn panes_area(theme: &Theme, size: Size<i32, Logical>, scale: f64, ui_scale: f64) -> Rect {
    view::pane_area(theme, geometry::Size { w: f64::from(size.w), h: f64::from(size.h) }, scale, ui_scale)
}

impl State {
    /// Lays everything out again and tells every window what follows from it.
    pub fn relayout(&mut self) {
        let (interface, sight) = self.shell.apart();
        interface.forget(&sight);
        let area = panes_area(&self.theme, self.screen.logical_size(), self.screen.scale(), self.ui_scale());
        if let Err(refused) = self.shell.desktop.resize_output(self.shell.output, area) {
            tracing::warn!(%refused, "the panes keep their size");
        }
        self.find_launchables();
        self.look(Instant::now());
        // Where the keyboard is in what has just opened is known now that it is in view.
        let (interface, sight) = self.shell.apart();
        let before = (interface.focused, interface.hovered);
        interface.forget(&sight);
        if (interface.focused, interface.hovered) != before {
            self.look(Instant::now());
        }
        self.configure_all();
        self.publish();
    }

    /// Makes the view as it is at a moment. What differs from the last is drawn and told.
    pub(crate) fn look(&mut self, at: Instant) {
        self.shell.outdated = false;
        let size = self.screen.logical_size();
        // Cameras are shown where they will be when the picture is seen: the first one after a key has moved already.
        let now = self.shell.time(at) + self.screen.pacer.period();
        let view = view::build(&Inputs {
            desktop: &self.shell.desktop,
            output: self.shell.output,
            size: geometry::Size { w: f64::from(size.w), h: f64::from(size.h) },
            scale: self.screen.scale(),
            ui_scale: self.ui_scale(),
            theme: &self.theme,
            interface: &self.shell.interface,
            directories: &self.shell.directories,
            shells: &self.shell.shells,
            readings: &self.shell.readings,
            clock: &self.shell.clock,
            launcher: &self.shell.launcher,
            bindings: &self.shell.bindings,
            now,
        });
        if view.scene != self.shell.view.scene || view.background != self.shell.view.background || view.moving {
            self.screen.damage();
        }
        let seen = seen_in(&view.scene);
        let newly = |(id, seen): (_, &Shown)| *seen == Shown::Thumbnail && self.shell.seen.get(id) != Some(seen);
        if seen.iter().any(newly) {
            // It may have changed while nobody looked.
            self.gallery.iter_mut().for_each(Gallery::renew);
        }
        self.shell.seen = seen;
        self.shell.untold |= view.nodes != self.shell.view.nodes;
        self.shell.view = view;
        // A page that lays out elements shows no pictures meanwhile: it hears of them when cameras rest.
        if self.shell.untold
            && !self.shell.moving()
            && let Some(remote) = &self.remote
        {
            remote.streamer().set_semantics(mirror::nodes(&self.shell.view.nodes));
            self.shell.untold = false;
        }
    }
}
