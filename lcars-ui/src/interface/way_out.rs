//! The way out of a window that fills its pane: shown when the pointer rests at the pane's upper edge, or a finger lands
//! there. The frame that would offer it otherwise is not there.

use std::time::Duration;

use super::{Interface, Sight};
use crate::geometry::{Point, Rect};
use crate::hierarchy::ViewportId;
use crate::scene::Key;
use crate::semantics::{self, Node, Role};

/// As near to the edge the pointer has to be, in logical pixels.
const EDGE: f64 = 3.0;
/// As near to the edge a finger has to land.
const FINGER_EDGE: f64 = 14.0;
/// It has to rest there for so long: who only comes by on the way to a menu at the top is left alone.
const REST: Duration = Duration::from_millis(300);
/// Further below the edge than this the pointer has left, in logical pixels.
const LEFT: f64 = 96.0;
/// What a finger called goes by itself after this.
const STAYS: Duration = Duration::from_secs(5);

/// The way out of one pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WayOut {
    /// Which.
    pane: ViewportId,
    /// When it is shown, if the pointer still rests.
    from: Duration,
    /// When it goes by itself.
    until: Option<Duration>,
}

/// The pane whose window has all of it, and the pane's rectangle, at a point.
fn full_at(nodes: &[Node], at: Point) -> Option<(ViewportId, Rect)> {
    let window = nodes.iter().rfind(|node| node.role == Role::Application && node.rect.contains(at))?;
    let pane = nodes.get(window.parent?)?;
    (pane.key == Key::part("pane").in_pane(pane.key.pane) && pane.rect == window.rect)
        .then(|| (ViewportId::from_raw(pane.key.pane), pane.rect))
}

impl Interface {
    /// The pane whose way out is shown.
    pub fn way_out(&self, now: Duration) -> Option<ViewportId> {
        self.way_out.filter(|way| way.from <= now).map(|way| way.pane)
    }

    /// Whether it matters that the pointer is over a window there.
    pub fn minds(&self, at: Point, nodes: &[Node]) -> bool {
        let at_edge = || full_at(nodes, at).is_some_and(|(_, pane)| at.y - pane.y <= EDGE);
        self.hovered.is_some() || self.way_out.is_some() || at_edge()
    }

    /// The pointer is over a window.
    pub fn over_window(&mut self, at: Point, sight: &Sight, now: Duration) {
        self.pointer_left();
        self.beside_the_edge(at, sight, now);
    }

    /// The pointer is where nothing of the interface is, at the edge of a window or away from it.
    pub(super) fn beside_the_edge(&mut self, at: Point, sight: &Sight, now: Duration) {
        let full = full_at(sight.nodes, at);
        match (self.way_out, full) {
            (Some(way), Some((pane, rect))) if way.pane == pane => {
                let shown = way.from <= now;
                let stays = if shown { LEFT } else { EDGE };
                if at.y - rect.y > stays {
                    self.way_out = None;
                }
            }
            (_, Some((pane, rect))) if at.y - rect.y <= EDGE => {
                self.way_out = Some(WayOut { pane, from: now + REST, until: None });
            }
            _ => self.way_out = None,
        }
    }

    /// A finger landed on a window. Whether it called the way out, and is not the window's.
    pub fn calls_way_out(&mut self, at: Point, sight: &Sight, now: Duration) -> bool {
        if semantics::hit(sight.nodes, at).is_some() {
            return false;
        }
        let Some((pane, _)) = full_at(sight.nodes, at).filter(|(_, rect)| at.y - rect.y <= FINGER_EDGE) else {
            return false;
        };
        self.way_out = Some(WayOut { pane, from: now, until: Some(now + STAYS) });
        true
    }

    /// Lets time pass for it. When to look again.
    pub(super) fn tick_way_out(&mut self, now: Duration) -> Option<Duration> {
        self.way_out = self.way_out.filter(|way| way.until.is_none_or(|until| until > now));
        let way = self.way_out?;
        if way.from > now { Some(way.from) } else { way.until }
    }

    /// It goes with what it leads out of.
    pub(super) fn forget_way_out(&mut self, sight: &Sight) {
        let full = |pane: ViewportId| {
            let key = Key::part("pane").in_pane(pane.get());
            let pane = sight.nodes.iter().find(|node| node.key == key);
            pane.is_some_and(|pane| {
                sight.nodes.iter().any(|node| node.role == Role::Application && node.rect == pane.rect)
            })
        };
        self.way_out = self.way_out.filter(|way| full(way.pane));
    }
}
