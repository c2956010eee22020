//! Where the keyboard is: in reading order, and across the screen.

use super::{Interface, Request, Sight};
use crate::geometry::{Point, Rect};
use crate::hierarchy::NodeId;
use crate::operation::{Direction, Operation};
use crate::scene::Key;
use crate::semantics::{Action, Node, UiAction};
use crate::viewport::nearest;

impl Sight<'_> {
    /// Where a menu of a node opens when no pointer says it: at the middle of its tile.
    pub(super) fn place_of(&self, id: NodeId) -> Option<Point> {
        let is_its =
            |node: &&Node| tile(node) == Some(id) || node.menu == Some(Action::Ui(UiAction::Menu { node: id }));
        Some(self.nodes.iter().find(is_its)?.rect.middle())
    }

    /// Whether a part belongs to the modal one, and does not just lie above it as alerts do.
    pub(super) fn is_of_modal(&self, node: &Node) -> bool {
        let Some(modal) = self.nodes.iter().rposition(|node| node.states.modal) else { return false };
        let mut parent = node.parent;
        // A parent is always an earlier one, so that this ends.
        while let Some(at) = parent.filter(|at| *at > modal) {
            parent = self.nodes.get(at).and_then(|node| node.parent).filter(|next| *next < at);
        }
        parent == Some(modal)
    }
}

/// The tile that a part is.
fn tile(node: &Node) -> Option<NodeId> {
    match node.action {
        Some(Action::Do(Operation::ZoomIn { into })) => into,
        _ => None,
    }
}

impl Interface {
    /// To the next or the previous part, round and round.
    pub(super) fn step(&mut self, back: bool, sight: &Sight) -> Vec<Request> {
        let stops: Vec<&Node> = sight.stops().collect();
        let here = self.here(sight).and_then(|here| stops.iter().position(|node| node.key == here.key));
        let last = stops.len().saturating_sub(1);
        let next = match (here, back) {
            (None, false) => 0,
            (None, true) => last,
            (Some(at), false) => {
                if at >= last {
                    0
                } else {
                    at + 1
                }
            }
            (Some(at), true) => at.checked_sub(1).unwrap_or(last),
        };
        self.go(stops.get(next).copied())
    }

    /// To the nearest part that lies that way.
    pub(super) fn go_towards(&mut self, direction: Direction, sight: &Sight) -> Vec<Request> {
        let of_pane = |node: &&Node| [0, sight.pane.get()].contains(&node.key.pane);
        let stops: Vec<&Node> = sight.stops().filter(of_pane).collect();
        let rects: Vec<Rect> = stops.iter().map(|node| node.rect).collect();
        let from = self.here(sight).and_then(|here| stops.iter().position(|node| node.key == here.key));
        match from {
            Some(from) => match nearest(&rects, from, direction) {
                Some(to) => self.go(stops.get(to).copied()),
                None => {
                    self.ring = true;
                    Vec::new()
                }
            },
            None => {
                let first_tile = stops.iter().find(|node| tile(node).is_some()).or(stops.first());
                self.go(first_tile.copied())
            }
        }
    }

    /// To the first part, or the last.
    pub(super) fn go_to_end(&mut self, last: bool, sight: &Sight) -> Vec<Request> {
        let to = if last { sight.stops().next_back() } else { sight.stops().next() };
        self.go(to)
    }

    /// Where the keyboard is: at the focused part, else at the selected tile.
    pub(super) fn here<'a>(&self, sight: &Sight<'a>) -> Option<&'a Node> {
        let focused = self.focused.and_then(|key| sight.stops().find(|node| node.key == key));
        focused.or_else(|| {
            let of_pane = |node: &&Node| node.key.pane == sight.pane.get();
            sight.stops().filter(of_pane).find(|node| tile(node).is_some() && tile(node) == sight.selected)
        })
    }

    /// To a part by its key, as somebody goes who reads the page with other means than the eye.
    pub fn go_to(&mut self, key: Key, sight: &Sight) -> Vec<Request> {
        self.forget(sight);
        self.go(sight.stops().find(|node| node.key == key))
    }

    fn go(&mut self, to: Option<&Node>) -> Vec<Request> {
        let Some(to) = to else { return Vec::new() };
        self.focused = Some(to.key);
        self.ring = true;
        Self::select(to).into_iter().collect()
    }

    /// A tile that has the keyboard, or whose menu is open, is the one that zooming in leads to.
    pub(super) fn select(node: &Node) -> Option<Request> {
        Some((Self::pane_of(node.key), Action::Do(Operation::Select { node: tile(node)? })))
    }
}
