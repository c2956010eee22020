//! What the user does to get out of wherever programs have them: with the desktop's own key alone, and with nothing but its
//! pills. Neither may fail, whatever a program does.

use std::time::{Duration, Instant};

use compositor::trust::trusted;
use lcars_ui::geometry::Rect;
use lcars_ui::hierarchy::Level;
use lcars_ui::operation::Operation;
use lcars_ui::scene::Key;
use lcars_ui::semantics::{Action, Node};
use smithay::reexports::wayland_server::Resource as _;

use crate::fixture::Fixture;

/// Nobody tries more often than this, for a lock, some panels and the levels down to a window.
const TRIES: usize = 12;
/// How long a pill that comes by itself may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A way out of a window.
pub type WayOut = fn(&mut Fixture);

/// Both of them.
pub const WAYS_OUT: [WayOut; 2] = [Fixture::leaves_by_key, Fixture::leaves_by_pill];

impl Fixture {
    /// Zooms out with the key until nothing is left to zoom out of.
    pub fn leaves_by_key(&mut self) {
        self.unlocks();
        for _ in 0..TRIES {
            if self.is_out() {
                return;
            }
            self.presses_the_way_out();
        }
        panic!("the user does not get out by key: {}", self.where_they_are());
    }

    /// Zooms out by pressing what is there to be pressed.
    pub fn leaves_by_pill(&mut self) {
        self.unlocks();
        for _ in 0..TRIES {
            if self.is_out() {
                return;
            }
            // Who plays a game leaves the browser's pointer lock first.
            self.state.free_pointer();
            let pill = self.pill_of_what_is_open().or_else(|| self.pill_out());
            let pill = pill.unwrap_or_else(|| self.calls_for_the_pill());
            let (x, y) = (pill.x + pill.w / 2.0, pill.y + pill.h / 2.0);
            // What the user trusts may lie over all that is to be seen, as a picker of colours does.
            if self.is_trusted_at(x, y) {
                self.presses_the_way_out();
                continue;
            }
            self.click(x, y);
            self.arrives();
        }
        panic!("the user does not get out by pill: {}", self.where_they_are());
    }

    fn presses_the_way_out(&mut self) {
        for (code, pressed) in [("MetaLeft", true), ("ArrowUp", true), ("ArrowUp", false), ("MetaLeft", false)] {
            self.key(code, pressed);
        }
        self.arrives();
    }

    fn is_trusted_at(&self, x: f64, y: f64) -> bool {
        let there = self.state.surface_at((x, y).into());
        there.and_then(|(surface, _)| surface.client()).is_some_and(|client| trusted(&client))
    }

    /// A locked session is opened first, as its owner does.
    fn unlocks(&mut self) {
        if self.state.screen().view().nodes.iter().any(|node| node.name == "UNLOCK") {
            self.press("UNLOCK");
            self.arrives();
        }
    }

    fn arrives(&mut self) {
        self.state.shell.desktop.arrive_at_once();
        self.state.relayout();
        self.turn();
    }

    /// No window has the user, and nothing stands in the way.
    fn is_out(&self) -> bool {
        let desktop = &self.state.shell.desktop;
        let output = desktop.focused_output();
        self.state.shell.focused().is_none()
            && desktop.focused_viewport().path.level() <= Level::Overview
            && output.panels.grabbing.is_none()
    }

    /// What puts away the part that lies over everything else, such as the launcher.
    fn pill_of_what_is_open(&self) -> Option<Rect> {
        let view = self.state.screen().view();
        let over = view.nodes.iter().rposition(|node| node.states.modal)?;
        let ends = |node: &&Node| matches!(node.name.as_str(), "CLOSE" | "CANCEL" | "DENY");
        view.nodes[over..].iter().find(ends).map(|node| node.hit)
    }

    /// The uppermost thing that zooms out when it is pressed.
    pub fn pill_out(&self) -> Option<Rect> {
        let leads_out = |node: &&Node| matches!(&node.action, Some(Action::Do(Operation::ZoomOut)));
        self.state.screen().view().nodes.iter().rfind(leads_out).map(|node| node.hit)
    }

    /// Of a window that fills its pane it comes when the pointer rests at the upper edge.
    fn calls_for_the_pill(&mut self) -> Rect {
        // Somebody may have split the screen.
        let pane = Key::part("pane").in_pane(self.state.shell.desktop.focused_viewport().id.get());
        let pane = self.state.screen().view().nodes.iter().find(|node| node.key == pane).map(|node| node.rect);
        let pane = pane.unwrap_or_else(|| panic!("there is no pane: {}", self.where_they_are()));
        let middle = pane.middle();
        self.point(middle.x, middle.y);
        self.point(middle.x, pane.y + 0.5);
        let begun = Instant::now();
        loop {
            if let Some(pill) = self.pill_out() {
                return pill;
            }
            assert!(begun.elapsed() < PATIENCE, "there is no pill: {}", self.where_they_are());
            self.wait();
            self.draw();
        }
    }

    fn where_they_are(&self) -> String {
        let viewport = self.state.shell.desktop.focused_viewport();
        let view = self.state.screen().view();
        let names: Vec<&str> = view.nodes.iter().map(|node| node.name.as_str()).collect();
        let (path, window) = (&viewport.path, self.state.shell.focused());
        format!("pane {}, path {path:?}, window {window:?}, {names:?}", viewport.id)
    }
}
