//! What pointer and fingers do with the interface.

use lcars_ui::geometry::Point as At;
use lcars_ui::hierarchy::{OutputId, ViewportId};
use lcars_ui::interface::Button;
use lcars_ui::operation::Operation;
use smithay::utils::{Logical, Point};

use super::point;
use crate::state::State;

impl State {
    /// The pointer is here. While a finger presses something, where the pointer lies means nothing.
    pub(crate) fn interface_moved(&mut self, at: Point<f64, Logical>) {
        if self.tapping.is_some() {
            return;
        }
        let (on, at) = self.on_screen(at);
        self.tell(on, |interface, sight, now| interface.pointer_moved(at, sight, now));
    }

    /// The pointer is over a window at this place.
    pub(crate) fn interface_left(&mut self, at: Point<f64, Logical>) {
        let (on, at) = self.on_screen(at);
        if self.screens.get(on).is_some_and(|screen| screen.interface.minds(at, &screen.view.nodes)) {
            self.tell(on, |interface, sight, now| {
                interface.over_window(at, sight, now);
                Vec::new()
            });
        }
    }

    /// A finger landed on a window. Whether the interface takes it.
    pub(crate) fn interface_called(&mut self, at: Point<f64, Logical>) -> bool {
        let (on, at) = self.on_screen(at);
        let mut called = false;
        self.tell(on, |interface, sight, now| {
            called = interface.calls_way_out(at, sight, now);
            Vec::new()
        });
        called
    }

    /// The finger that pressed something is here.
    pub(crate) fn interface_dragged(&mut self, at: Point<f64, Logical>) {
        let (on, at) = self.on_screen(at);
        self.tell(on, |interface, sight, now| interface.finger_moved(at, sight, now));
    }

    /// A button went down.
    pub(crate) fn interface_pressed(&mut self, at: Point<f64, Logical>, button: u32) {
        self.focus_pane_at(at);
        let (on, at) = self.on_screen(at);
        self.tell(on, |interface, sight, now| interface.pressed(at, Button::from(button), sight, now));
    }

    /// A button came up.
    pub(crate) fn interface_released(&mut self, at: Point<f64, Logical>, button: u32) {
        let (on, at) = self.on_screen(at);
        self.tell(on, |interface, sight, now| interface.released(at, Button::from(button), sight, now));
    }

    /// A finger landed.
    pub(crate) fn interface_touched(&mut self, at: Point<f64, Logical>) {
        self.focus_pane_at(at);
        let (on, at) = self.on_screen(at);
        self.tell(on, |interface, sight, now| interface.touched(at, sight, now));
    }

    /// The finger on a screen was lifted.
    pub(crate) fn interface_lifted(&mut self, on: OutputId) {
        self.tell(on, |interface, sight, now| interface.lifted(sight, now));
    }

    /// What was begun with the finger on a screen does not count.
    pub(crate) fn interface_cancelled(&mut self, on: OutputId) {
        self.tell(on, |interface, _, _| {
            interface.cancel();
            Vec::new()
        });
    }

    /// The screen that a point of the space is on, and the point on it.
    pub(super) fn on_screen(&self, at: Point<f64, Logical>) -> (OutputId, At) {
        let screen = self.screens.at(at);
        (screen.id, point(screen.local(at)))
    }

    /// The wheel turned over the interface, by logical pixels. Whether it scrolled something.
    pub(crate) fn wheel_scrolls(&mut self, at: Point<f64, Logical>, amount: f64) -> bool {
        let (on, at) = self.on_screen(at);
        let mut scrolls = false;
        self.tell(on, |interface, sight, now| {
            let turned = interface.scroll_tray(at, amount, sight);
            scrolls = turned.is_some() || interface.scroll_files(at, amount, sight, now);
            turned.unwrap_or_default()
        });
        scrolls
    }

    /// Gives the focus to the pane at a point, or at least to its screen.
    pub(crate) fn focus_pane_at(&mut self, at: Point<f64, Logical>) {
        let (on, at) = self.on_screen(at);
        match self.shell.desktop.output(on).and_then(|output| output.pane_at(at)) {
            Some(pane) => self.focus_pane(pane),
            None => self.focus_screen(on),
        }
    }

    /// Gives the focus to a screen, in the pane that had it there last.
    pub(crate) fn focus_screen(&mut self, on: OutputId) {
        if self.shell.desktop.focused_output().id != on
            && let Some(pane) = self.shell.desktop.output(on).map(|output| output.focused)
        {
            self.focus_pane(pane);
        }
    }

    pub(super) fn focus_pane(&mut self, pane: ViewportId) {
        if self.shell.desktop.focused_viewport().id != pane {
            let focused = self.operate(&Operation::FocusViewport { viewport: pane });
            if let Err(refused) = focused {
                tracing::debug!(%refused, "a pane did not get the focus");
            }
        }
    }
}
