//! Pointer and finger: what they are over, what they hold, what they drag.

use std::time::Duration;

use super::prompt::PROMPT;
use super::{Drag, Interface, Overlay, Request, Sight};
use crate::geometry::Point;
use crate::hierarchy::{NodeId, SectorId};
use crate::operation::Operation;
use crate::scene::Key;
use crate::semantics::{self, Action, Node, UiAction};
use crate::tray::TrayAct;

/// What is held for this long shows its menu.
pub const LONG_PRESS: Duration = Duration::from_millis(500);

/// What is moved this far while it is held is dragged, in logical pixels.
pub const DRAG_DISTANCE: f64 = 8.0;

/// What is pressed twice within this time is pressed again.
const DOUBLE: Duration = Duration::from_millis(400);

/// What is pressed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// The left one.
    Primary,
    /// The right one.
    Secondary,
    /// The middle one, which means something to signs in the tray only.
    Middle,
    /// A finger: nothing is under it when it does not touch.
    Finger,
    /// Any other, which does nothing.
    Other,
}

impl From<u32> for Button {
    /// From a button's code as the kernel counts them.
    fn from(code: u32) -> Self {
        match code {
            0x110 => Self::Primary,
            0x111 => Self::Secondary,
            0x112 => Self::Middle,
            _ => Self::Other,
        }
    }
}

/// What is held until it is released.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Press {
    /// The part; none beside the overlay.
    pub key: Option<Key>,
    button: Button,
    start: Point,
    at: Point,
    since: Duration,
    /// What is dragged when it moves.
    node: Option<NodeId>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It may become anything.
    Held,
    /// It moved too far for a long press; a release on the part still counts.
    Moved,
    /// Something is dragged.
    Dragging,
    /// Its menu was shown: the release does nothing more.
    Spent,
}

impl Press {
    pub(super) fn drags(&self) -> bool {
        self.stage == Stage::Dragging
    }

    /// What is dragged is a node, which lives on when its tile is not in view; and what has done its work only waits for
    /// the release.
    pub(super) fn outlives_its_part(&self) -> bool {
        matches!(self.stage, Stage::Dragging | Stage::Spent)
    }
}

/// The sector that something dropped there goes to, and the part that stands for it.
fn drop_target(sight: &Sight, at: Point) -> Option<(Key, SectorId)> {
    let over = sight.within_reach().iter().rfind(|node| node.drop.is_some() && node.hit.contains(at))?;
    Some((over.key, over.drop?))
}

/// The sector that a node is in.
fn sector_of(node: NodeId, sight: &Sight) -> Option<SectorId> {
    sight.tree.path_to(node)?.sector()
}

impl Interface {
    /// Whether something is held, so that pointer and finger belong to the interface wherever they are.
    pub fn holds(&self) -> bool {
        self.press.is_some()
    }

    /// The pointer is here, or the finger that pressed.
    pub fn pointer_moved(&mut self, at: Point, sight: &Sight, now: Duration) -> Vec<Request> {
        self.forget(sight);
        let over = semantics::hit(sight.nodes, at).map(|node| node.key);
        let Some(press) = self.press.as_mut() else {
            self.hovered = over;
            if over.is_none() {
                // A program may show less than its window has room for: the edge is the edge all the same.
                self.beside_the_edge(at, sight, now);
            }
            return Vec::new();
        };
        press.at = at;
        let finger = press.button == Button::Finger;
        let far = (at.x - press.start.x).hypot(at.y - press.start.y) >= DRAG_DISTANCE;
        if finger && self.files.drag(at, far, now) {
            // It scrolls; what it landed on is not pressed by it.
            press.stage = Stage::Spent;
            (self.pressed, self.hovered) = (None, None);
            return Vec::new();
        }
        if far && press.stage == Stage::Held {
            let draggable = press.node.filter(|_| press.button != Button::Secondary);
            press.stage = if draggable.is_some() { Stage::Dragging } else { Stage::Moved };
            self.drag = draggable.map(|node| Drag { node, at, over: None });
        }
        if let Some(drag) = self.drag.as_mut() {
            let from = sector_of(drag.node, sight);
            let target = drop_target(sight, at).filter(|(_, sector)| Some(*sector) != from);
            *drag = Drag { at, over: target.map(|(_, sector)| sector), ..*drag };
            self.pressed = None;
            self.hovered = target.map(|(key, _)| key);
            return Vec::new();
        }
        let on_it = press.key.is_some() && press.key == over;
        let selects = press.stage == Stage::Moved && press.button != Button::Secondary;
        if selects && press.key.is_some_and(|key| key.part == PROMPT) {
            self.dragged_over_prompt(at, sight);
        } else if !on_it {
            self.let_go(now);
        }
        let Some(press) = self.press.as_ref() else { return Vec::new() };
        self.pressed = press.key.filter(|_| on_it && press.stage != Stage::Spent);
        self.hovered = over.filter(|_| on_it && press.button != Button::Finger);
        Vec::new()
    }

    /// The pointer is over a window, or has left the output.
    pub fn pointer_left(&mut self) {
        self.hovered = None;
    }

    /// Something went down here. What is pressed keeps pointer and finger until the release.
    pub fn pressed(&mut self, at: Point, button: impl Into<Button>, sight: &Sight, now: Duration) -> Vec<Request> {
        self.forget(sight);
        let button = button.into();
        // A second button or finger while one is held means nothing.
        if self.press.is_some() || button == Button::Other {
            return Vec::new();
        }
        let node = semantics::hit(sight.nodes, at);
        if button == Button::Middle && node.and_then(Self::sign).is_none() {
            return Vec::new();
        }
        self.ring = false;
        let on_files = button == Button::Finger && self.take_files(at, sight, now);
        if node.is_none() && !on_files && !self.is_beside_overlay(at, sight) {
            return Vec::new();
        }
        self.pressed = node.map(|node| node.key);
        self.focused = self.pressed.or(self.focused);
        self.holds_by_itself = false;
        let near = |(key, place, time): &(Key, Point, Duration)| {
            let close = (at.x - place.x).hypot(at.y - place.y) < DRAG_DISTANCE;
            Some(*key) == self.pressed && close && now.saturating_sub(*time) < DOUBLE
        };
        let again = self.last_press.as_ref().is_some_and(near);
        self.last_press = self.pressed.filter(|_| !again).map(|key| (key, at, now));
        let mut requests = Vec::new();
        if button != Button::Secondary {
            requests = self.pressed_on(self.pressed, at, again, sight);
            if node.is_some_and(|node| node.action == Some(Action::Ui(UiAction::Hold))) {
                self.take_hold(now);
            }
        }
        self.hovered = self.pressed.filter(|_| button != Button::Finger);
        let (key, dragged) = (self.pressed, node.and_then(|node| node.drag));
        self.press = Some(Press { key, button, start: at, at, since: now, node: dragged, stage: Stage::Held });
        requests
    }

    /// A finger went down here.
    pub fn touched(&mut self, at: Point, sight: &Sight, now: Duration) -> Vec<Request> {
        self.pressed(at, Button::Finger, sight, now)
    }

    /// The finger that pressed is here.
    pub fn finger_moved(&mut self, at: Point, sight: &Sight, now: Duration) -> Vec<Request> {
        if self.holds() { self.pointer_moved(at, sight, now) } else { Vec::new() }
    }

    /// The finger was lifted where it was last.
    pub fn lifted(&mut self, sight: &Sight, now: Duration) -> Vec<Request> {
        let Some(press) = self.press.as_ref() else { return Vec::new() };
        let (at, button) = (press.at, press.button);
        self.released(at, button, sight, now)
    }

    /// What went down came up here: on the same part that is a click, elsewhere nothing, with something dragged a drop.
    pub fn released(&mut self, at: Point, button: impl Into<Button>, sight: &Sight, now: Duration) -> Vec<Request> {
        let button = button.into();
        let mine =
            |press: &Press| press.button == button || (press.button == Button::Finger && button == Button::Primary);
        if !self.press.as_ref().is_some_and(mine) {
            return Vec::new();
        }
        self.pointer_moved(at, sight, now);
        let (press, drag) = (self.press.take(), self.drag.take());
        self.files.let_go(Some(now));
        self.let_go(now);
        self.pressed = None;
        let over = semantics::hit(sight.nodes, at);
        let finger = press.as_ref().is_some_and(|press| press.button == Button::Finger);
        self.hovered = over.map(|node| node.key).filter(|_| !finger);
        if let Some(Drag { node, over: Some(sector), .. }) = drag {
            let (node, follow) = (Some(node), false);
            return vec![(None, Action::Do(Operation::SendToSector { node, sector, follow }))];
        }
        let Some(press) = press.filter(|press| matches!(press.stage, Stage::Held | Stage::Moved)) else {
            return Vec::new();
        };
        match (press.key, over) {
            (None, None) if self.is_beside_overlay(at, sight) => {
                self.close();
                Vec::new()
            }
            (Some(key), Some(node)) if key == node.key => match press.button {
                // It counts by being held, not by being let go.
                _ if node.action == Some(Action::Ui(UiAction::Hold)) => Vec::new(),
                Button::Secondary => self.show_menu(node, at, sight),
                Button::Middle => match Self::sign(node) {
                    Some(item) => self.act(&UiAction::Tray { act: TrayAct::Other { item } }, sight),
                    None => Vec::new(),
                },
                _ => self.activate(node, Some(at), sight),
            },
            _ => Vec::new(),
        }
    }

    /// Lets go of everything that is held, without doing anything: a second finger came, the page went away.
    pub fn cancel(&mut self) {
        self.press = None;
        self.pressed = None;
        self.drag = None;
        self.files.let_go(None);
        (self.hold, self.holds_by_itself) = (None, false);
    }

    /// The release does nothing more.
    pub(super) fn spend(&mut self) {
        self.pressed = None;
        self.drag = None;
        self.press.iter_mut().for_each(|press| press.stage = Stage::Spent);
    }

    /// Shows the menu of what is held for long. Returns when that will be.
    pub(super) fn held_long(&mut self, sight: &Sight, now: Duration) -> (Vec<Request>, Option<Duration>) {
        let nothing = (Vec::new(), None);
        let Some(press) = self.press.as_mut().filter(|press| press.stage == Stage::Held) else { return nothing };
        let Some(node) = press.key.and_then(|key| sight.node(key)).filter(|node| node.menu.is_some()) else {
            return nothing;
        };
        if matches!(press.button, Button::Secondary | Button::Middle) {
            return nothing;
        }
        let due = press.since.saturating_add(LONG_PRESS);
        if now < due {
            return (Vec::new(), Some(due));
        }
        let at = press.at;
        self.spend();
        (self.show_menu(node, at, sight), None)
    }

    /// Shows the menu of a part by its key, as somebody does who reads the page with other means than the eye.
    pub fn menu_of(&mut self, key: Key, sight: &Sight) -> Vec<Request> {
        self.forget(sight);
        let Some(node) = sight.within_reach().iter().find(|node| node.key == key) else { return Vec::new() };
        self.show_menu(node, node.rect.middle(), sight)
    }

    /// What the secondary button does.
    pub(super) fn show_menu(&mut self, node: &Node, at: Point, sight: &Sight) -> Vec<Request> {
        let Some(menu) = node.menu.as_ref() else { return Vec::new() };
        let mut requests: Vec<Request> = Self::select(node).into_iter().collect();
        requests.extend(self.perform(menu, Self::pane_of(node.key), Some(at), sight));
        requests
    }

    /// Whether a press there means that the overlay may go: on nothing, and not on the overlay itself.
    fn is_beside_overlay(&self, at: Point, sight: &Sight) -> bool {
        // A half-typed name is not thrown away by a finger that missed.
        let keeps = matches!(self.overlay, None | Some(Overlay::Rename { .. } | Overlay::Ask));
        !keeps && sight.modal().is_some_and(|modal| !modal.rect.contains(at))
    }
}
