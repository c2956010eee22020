//! What is local to pointer, touch, keyboard and overlays, as a pure state machine.
//!
//! It is told what the user does and the nodes of the last view, and answers with what is to be done about it. What
//! concerns the interface alone it does itself. A part that vanished from the view is forgotten, whatever was being done
//! with it.

pub mod alerts;
pub mod asked;
pub mod files;
mod focus;
mod keyboard;
mod overlay;
mod pointer;
pub mod prompt;
pub mod text_box;
mod tray;
mod way_out;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use crate::asking::Asking;
use crate::geometry::Point;
use crate::hierarchy::{Level, NodeId, SectorId, Tree, ViewportId};
use crate::operation::Operation;
use crate::scene::Key;
use crate::semantics::{Action, Node, Role, UiAction};
use crate::shells::Shells;
use crate::theme::Theme;
use crate::tray::Tray;
use crate::view::{Launchable, PromptPlace};

pub use alerts::{Alert, AlertLevel, Alerts};
pub use files::FilesArea;
pub use keyboard::{Held, Symbol};
pub use overlay::Overlay;
pub use pointer::{Button, DRAG_DISTANCE, LONG_PRESS};
pub use prompt::{Find, Hold, HoldTimes, Prompt};
pub(crate) use tray::key as tray_key;

/// Pointer, keyboard focus, what is typed, what is open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Interface {
    /// Under the pointer.
    pub hovered: Option<Key>,
    /// Pressed at the moment, with the pointer still on it.
    pub pressed: Option<Key>,
    /// Has the keyboard.
    pub focused: Option<Key>,
    /// Whether that is shown: only after the keyboard was used.
    pub ring: bool,
    /// What was typed to find an app, in the hub or the launcher.
    pub search: String,
    /// What is typed to run.
    pub prompt: Prompt,
    /// The files that hubs show.
    pub files: files::Files,
    /// What is searched for in a terminal's lines.
    pub find: Option<Find>,
    /// How far something that has to be held is.
    pub hold: Option<Hold>,
    /// How long that takes.
    pub hold_times: HoldTimes,
    /// What lies above everything.
    pub overlay: Option<Overlay>,
    /// Which page of it is wanted, where it has several, counted from 0; beyond the last one means that.
    pub page: usize,
    /// The same of the log.
    pub log_page: usize,
    /// What a program asks.
    pub asking: Option<Asking>,
    /// What is being dragged.
    pub drag: Option<Drag>,
    /// What the user is told.
    pub alerts: Alerts,
    /// What programs have left in the tray.
    pub tray: Arc<Tray>,
    /// The way out of a window that fills its pane.
    way_out: Option<way_out::WayOut>,
    /// What the pointer or a finger holds.
    press: Option<pointer::Press>,
    /// What had the keyboard before an overlay opened.
    returns_to: Option<Key>,
    /// What was pressed last, where and when.
    last_press: Option<(Key, Point, Duration)>,
    /// What has to be held was pressed by means that cannot hold: it is held until something else happens.
    holds_by_itself: bool,
}

/// Something on its way to another sector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drag {
    /// What.
    pub node: NodeId,
    /// Where the pointer is.
    pub at: Point,
    /// The sector that it would go to if it were dropped now.
    pub over: Option<SectorId>,
}

/// What the interface knows of the world when something happens.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// Of the last view of the output.
    pub nodes: &'a [Node],
    /// The focused pane.
    pub pane: ViewportId,
    /// Where its path leads.
    pub level: Level,
    /// The sector that it is in.
    pub sector: Option<SectorId>,
    /// Its selected tile.
    pub selected: Option<NodeId>,
    /// For names.
    pub tree: &'a Tree,
    /// What is known of the shells.
    pub shells: &'a Shells,
    /// What can be launched.
    pub launcher: &'a [Launchable],
    /// Where the text of the open prompt stands in the last view.
    pub prompt: Option<PromptPlace>,
    /// Where files are in the last view.
    pub files: &'a [FilesArea],
}

/// What is to be done, and in which pane; the focused one where none is named.
pub type Request = (Option<ViewportId>, Action);

impl<'a> Sight<'a> {
    /// What can be reached: everything, or what the modal part leaves.
    fn within_reach(&self) -> &'a [Node] {
        let first = self.nodes.iter().rposition(|node| node.states.modal).unwrap_or(0);
        self.nodes.get(first..).unwrap_or_default()
    }

    /// The part that nothing outside of can be used.
    fn modal(&self) -> Option<&'a Node> {
        self.nodes.iter().rfind(|node| node.states.modal)
    }

    /// The part with this key, if it is there and can be reached.
    fn node(&self, key: Key) -> Option<&'a Node> {
        self.within_reach().iter().find(|node| node.key == key)
    }

    /// What the keyboard can go to, in reading order.
    fn stops(&self) -> impl DoubleEndedIterator<Item = &'a Node> {
        self.within_reach().iter().filter(|node| node.action.is_some() && !node.states.disabled)
    }
}

impl Interface {
    /// Tells the user something. Returns the alert's name.
    pub fn alert(&mut self, level: AlertLevel, text: &str, sector: Option<SectorId>, now: Duration) -> Option<u64> {
        self.alerts.add(level, text, sector, now)
    }

    /// Takes from a theme what concerns the interface: whether and how fast alerts blink, how long
    /// something is held. To be called when the theme
    /// changes.
    pub fn follow(&mut self, theme: &Theme) {
        self.alerts.blink = theme.timing.alert_blink;
        self.hold_times = HoldTimes { fill: theme.timing.hold, drain: theme.timing.hold_drain };
    }

    /// Lets time pass. Returns what is to be done, and when to call again unless something happens before.
    pub fn tick(&mut self, sight: &Sight, now: Duration) -> (Vec<Request>, Option<Duration>) {
        self.forget(sight);
        let (mut requests, held) = self.held_long(sight, now);
        let alerts = self.alerts.tick(now);
        let (more, prompt) = self.tick_prompt(sight, now);
        requests.extend(more);
        let second = self.next_second(sight, now);
        let way_out = self.tick_way_out(now);
        (requests, held.into_iter().chain(alerts).chain(prompt).chain(second).chain(way_out).min())
    }

    /// Compares with what there is now: to be called after each new view. What vanished is let go, and the keyboard is in
    /// the overlay as long as one is open.
    pub fn forget(&mut self, sight: &Sight) {
        let lives = |key: &Key| sight.node(*key).is_some();
        self.hovered = self.hovered.filter(lives);
        let gone = |press: &pointer::Press| press.key.is_some_and(|key| !lives(&key)) && !press.outlives_its_part();
        self.press = self.press.take().filter(|press| !gone(press));
        self.drag = self.drag.filter(|drag| sight.tree.contains(drag.node));
        if self.drag.is_none() && self.press.as_ref().is_some_and(pointer::Press::drags) {
            self.press = None;
        }
        self.pressed = self.pressed.filter(|key| self.press.is_some() && lives(key));
        self.forget_way_out(sight);
        self.forget_overlay(sight);
        self.forget_find(sight);
        self.focused = self.focused.filter(|key| lives(key) || self.files.holds(*key));
        if self.focused.is_none() && self.overlay.is_some() && sight.modal().is_some() {
            self.focused = sight.stops().find(|node| sight.is_of_modal(node)).map(|node| node.key);
        }
        if sight.level != Level::Hub && !matches!(self.overlay, Some(Overlay::Launcher { .. })) {
            self.search.clear();
        }
        if sight.level != Level::Log {
            self.log_page = 0;
        }
    }

    /// An operation was done: what was looked for among apps is not looked for among files, nor the other way.
    pub fn done(&mut self, operation: &Operation) {
        if matches!(operation, Operation::Mode { .. }) {
            self.search.clear();
        }
    }

    /// Presses a part by its key, as somebody does who reads the page with other means than the eye.
    pub fn press_key(&mut self, key: Key, sight: &Sight) -> Vec<Request> {
        self.forget(sight);
        let Some(node) = sight.stops().find(|node| node.key == key) else { return Vec::new() };
        self.focused = Some(key);
        if key.part == prompt::PROMPT {
            return if self.prompt.keyboard { Vec::new() } else { self.act(&UiAction::Prompt, sight) };
        }
        self.activate(node, Some(node.rect.middle()), sight)
    }

    /// The pane of a part, as requests name it.
    fn pane_of(key: Key) -> Option<ViewportId> {
        (key.pane != 0).then(|| ViewportId::from_raw(key.pane))
    }

    /// Does what pressing a part does.
    fn activate(&mut self, node: &Node, at: Option<Point>, sight: &Sight) -> Vec<Request> {
        // Pressing a box puts the keyboard into it and does nothing else; its action is what Enter does.
        let usable = !node.states.disabled && node.role != Role::TextBox;
        let Some(action) = node.action.as_ref().filter(|_| usable) else { return Vec::new() };
        self.perform(action, Self::pane_of(node.key), at, sight)
    }

    /// Does what concerns the interface alone, and passes on everything else.
    fn perform(&mut self, action: &Action, pane: Option<ViewportId>, at: Option<Point>, sight: &Sight) -> Vec<Request> {
        match action {
            Action::Do(operation) => {
                self.close_choice(operation);
                vec![(pane, action.clone())]
            }
            Action::Ui(ui) => self.act_in(ui, pane, at, sight),
        }
    }
}
