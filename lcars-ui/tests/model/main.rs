//! The hierarchy as its users see it: what may be asked of a desktop, and what it looks like meanwhile.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

mod cameras;
mod gestures;
mod outputs;
mod places;
mod programs;
mod random;
mod saved;
mod sectors;
mod state;
mod terminals;

use std::time::Duration;

use lcars_ui::geometry::Rect;
use lcars_ui::hierarchy::{Desktop, NewWindow, NodeId, Path, SectorId, WindowId};
use lcars_ui::operation::{Effect, Effects, Operation, Refused};

/// What the prompt leaves of a picture of 1280 by 720.
const AREA: Rect = Rect::new(0.0, 0.0, 1280.0, 680.0);

/// Long after everything that was started before has come to rest.
const LATER: Duration = Duration::from_secs(60);

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A desktop with three sectors, and a clock that only tests move.
struct World {
    desktop: Desktop,
    now: Duration,
}

impl World {
    fn new() -> Self {
        let desktop = Desktop::new(&[("One", None), ("Two", None), ("Three", None)], AREA).unwrap();
        Self { desktop, now: Duration::ZERO }
    }

    fn sector(&self, place: usize) -> SectorId {
        self.desktop.tree().sectors[place].id
    }

    /// A window of an app in the sector at that place.
    fn open(&mut self, app_id: &str, sector: usize) -> WindowId {
        let sector = Some(self.sector(sector));
        let new = NewWindow { app_id, title: app_id, sector, ..NewWindow::default() };
        self.desktop.add_window(new, self.now).unwrap().0
    }

    /// A dialog of a window.
    fn open_dialog(&mut self, parent: WindowId) -> (WindowId, Effects) {
        let new = NewWindow { app_id: "dialog", title: "Sure?", parent: Some(parent), ..NewWindow::default() };
        self.desktop.add_window(new, self.now).unwrap()
    }

    fn app_of(&self, window: WindowId) -> NodeId {
        self.desktop.tree().window(window).unwrap().1.id.into()
    }

    fn path_to(&self, node: impl Into<NodeId>) -> Path {
        self.desktop.tree().path_to(node.into()).unwrap()
    }

    fn path(&self) -> &Path {
        &self.desktop.focused_viewport().path
    }

    fn selected(&self) -> Option<NodeId> {
        self.desktop.focused_viewport().selected
    }

    /// Does something and lets every camera come to rest.
    fn apply(&mut self, operation: Operation) -> Effects {
        let effects = self.start(operation);
        self.rest();
        effects
    }

    /// Does something and stays in that moment.
    fn start(&mut self, operation: Operation) -> Effects {
        self.desktop.apply(&operation, self.now).unwrap_or_else(|refused| panic!("{operation:?}: {refused}"))
    }

    fn refused(&mut self, operation: Operation) -> Refused {
        let before = self.desktop.clone();
        let refused = self.desktop.apply(&operation, self.now).unwrap_err();
        assert_eq!(self.desktop, before, "a refusal changed something");
        refused
    }

    fn jump(&mut self, to: impl Into<NodeId>) -> Effects {
        self.apply(Operation::Jump { to: Some(to.into()) })
    }

    fn rest(&mut self) {
        self.now += LATER;
        assert!(!self.desktop.moving(self.now));
    }
}

fn focus(window: impl Into<Option<WindowId>>) -> Effects {
    vec![Effect::Focus { window: window.into() }]
}
