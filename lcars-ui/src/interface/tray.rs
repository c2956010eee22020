//! What is done with the signs in the tray, as far as it concerns the interface.

use super::{Interface, Overlay, Request, Sight};
use crate::geometry::Point;
use crate::hierarchy::ViewportId;
use crate::scene::Key;
use crate::semantics::{Action, Node, UiAction};
use crate::tray::TrayAct;
use crate::view::TRAY_ITEM;

fn request(pane: Option<ViewportId>, act: TrayAct) -> Request {
    (pane, Action::Ui(UiAction::Tray { act }))
}

/// Below the part of a sign, or of the list of all.
fn below(node: &Node) -> Point {
    Point { x: node.rect.x + node.rect.w / 2.0, y: node.rect.y + node.rect.h / 2.0 }
}

impl Interface {
    pub(super) fn act_on_tray(
        &mut self,
        act: TrayAct,
        pane: Option<ViewportId>,
        at: Option<Point>,
        sight: &Sight,
    ) -> Vec<Request> {
        match act {
            TrayAct::All => {
                if matches!(self.overlay, Some(Overlay::Tray { item: None, .. })) {
                    self.close();
                } else if !self.tray.items.is_empty() {
                    self.open(Overlay::Tray { item: None, within: Vec::new(), at: at.unwrap_or_default() });
                }
                Vec::new()
            }
            TrayAct::Press { item } if self.tray.item(item).is_some_and(|item| item.only_menu) => {
                self.act_on_tray(TrayAct::Menu { item }, pane, at, sight)
            }
            TrayAct::Menu { item } if self.tray.item(item).is_some_and(|item| item.has_menu) => {
                let found = sight.nodes.iter().find(|node| (node.key.part, node.key.of) == (TRAY_ITEM, item));
                let at = at.or_else(|| found.map(below)).unwrap_or_default();
                // From the list it opens where that was.
                let at = match &self.overlay {
                    Some(Overlay::Tray { item: None, at, .. }) => *at,
                    _ => at,
                };
                self.open(Overlay::Tray { item: Some(item), within: Vec::new(), at });
                vec![request(pane, TrayAct::Ask { item, entry: 0 })]
            }
            TrayAct::Menu { item } => self.act_on_tray(TrayAct::OwnMenu { item }, pane, at, sight),
            TrayAct::Into { entry } => {
                let Some(Overlay::Tray { item: Some(item), within, .. }) = &mut self.overlay else { return Vec::new() };
                let item = *item;
                if self.tray.entries(item, within).is_none_or(|all| all.iter().all(|one| one.id != entry)) {
                    return Vec::new();
                }
                within.push(entry);
                (self.focused, self.page) = (None, 0);
                self.spend();
                vec![request(pane, TrayAct::Ask { item, entry })]
            }
            TrayAct::Back => {
                if let Some(Overlay::Tray { within, .. }) = &mut self.overlay {
                    within.pop();
                    (self.focused, self.page) = (None, 0);
                    self.spend();
                }
                Vec::new()
            }
            TrayAct::Press { .. }
            | TrayAct::Other { .. }
            | TrayAct::OwnMenu { .. }
            | TrayAct::Ask { .. }
            | TrayAct::Choose { .. } => {
                self.close();
                vec![request(pane, act)]
            }
            TrayAct::Scroll { .. } => vec![request(pane, act)],
        }
    }

    /// The wheel turned here, by logical pixels. What the sign there is told, if there is one.
    pub fn scroll_tray(&self, at: Point, amount: f64, sight: &Sight) -> Option<Vec<Request>> {
        let item = Self::sign(crate::semantics::hit(sight.nodes, at)?)?;
        // A step of a wheel is 15 pixels, and 120 as programs count.
        let amount = (amount * 8.0).clamp(-12_000.0, 12_000.0).round() as i32;
        Some(vec![request(None, TrayAct::Scroll { item, amount })])
    }

    /// The sign that a part stands for.
    pub(super) fn sign(node: &Node) -> Option<u64> {
        match node.action {
            Some(Action::Ui(UiAction::Tray { act: TrayAct::Press { item } })) => Some(item),
            _ => None,
        }
    }

    /// What is open is about a sign that has gone, or about none while there are none.
    pub(super) fn tray_is_gone(&self) -> bool {
        match &self.overlay {
            Some(Overlay::Tray { item: Some(item), .. }) => self.tray.item(*item).is_none(),
            Some(Overlay::Tray { item: None, .. }) => self.tray.items.is_empty(),
            _ => false,
        }
    }

    /// The sign whose menu is open, and how deep in it.
    pub fn tray_menu(&self) -> Option<(u64, &[i32])> {
        match &self.overlay {
            Some(Overlay::Tray { item: Some(item), within, .. }) => Some((*item, within)),
            _ => None,
        }
    }

    /// A sign was pressed, and has nothing but a menu: as if that had been asked for.
    pub fn show_tray_menu(&mut self, item: u64, sight: &Sight) -> Vec<Request> {
        self.act_on_tray(TrayAct::Menu { item }, None, None, sight)
    }
}

/// The part of a sign.
pub(crate) const fn key(item: u64) -> Key {
    Key::of(TRAY_ITEM, item)
}
