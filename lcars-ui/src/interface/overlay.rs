//! What can lie above the levels, and what is done about it.

use super::{Interface, Request, Sight};
use crate::geometry::Point;
use crate::hierarchy::{NodeId, SectorId, ViewportId};
use crate::operation::Operation;
use crate::semantics::{Action, Node, Role, UiAction};

/// What is open. There is never more than one; what one leads to takes its place.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// The keys in force.
    Keys,
    /// Everything that can be launched.
    Launcher {
        /// Of one category; of all where none is chosen.
        category: Option<String>,
    },
    /// What can be done with a node.
    Menu {
        /// Which.
        node: NodeId,
        /// Where it was asked for.
        at: Point,
    },
    /// What can be done with the focused pane.
    Pane {
        /// Where it was asked for.
        at: Point,
    },
    /// The sectors that a node can be sent to.
    SendTo {
        /// Which.
        node: NodeId,
    },
    /// A sector's new name.
    Rename {
        /// Which.
        sector: SectorId,
        /// What was typed so far.
        text: String,
    },
    /// A sector's new colour.
    Recolour {
        /// Which.
        sector: SectorId,
    },
    /// Whether a sector with windows is really to go.
    Remove {
        /// Which.
        sector: SectorId,
    },
    /// Whether something dangerous is really to run.
    Confirm {
        /// The staged text.
        id: String,
    },
    /// What can be set up.
    Settings,
    /// The signs in the tray, or the menu of one.
    Tray {
        /// Whose menu.
        item: Option<u64>,
        /// The entries that lead to what is seen of it.
        within: Vec<i32>,
        /// Where it was asked for.
        at: Point,
    },
    /// What a program asks.
    Ask,
}

impl Overlay {
    /// What it is about, where it is about a node.
    fn subject(&self) -> Option<NodeId> {
        match self {
            Self::Menu { node, .. } | Self::SendTo { node } => Some(*node),
            Self::Rename { sector, .. } | Self::Recolour { sector } | Self::Remove { sector } => Some((*sector).into()),
            Self::Keys
            | Self::Launcher { .. }
            | Self::Pane { .. }
            | Self::Confirm { .. }
            | Self::Settings
            | Self::Tray { .. }
            | Self::Ask => None,
        }
    }
}

impl Interface {
    /// Does something with the interface, wherever it was asked for: by a key, the page, the control socket. Returns what
    /// is not its own to do.
    pub fn act(&mut self, action: &UiAction, sight: &Sight) -> Vec<Request> {
        self.act_in(action, None, None, sight)
    }

    pub(super) fn act_in(
        &mut self,
        action: &UiAction,
        pane: Option<ViewportId>,
        at: Option<Point>,
        sight: &Sight,
    ) -> Vec<Request> {
        match action {
            UiAction::Keys => self.toggle(Overlay::Keys),
            UiAction::Settings => self.toggle(Overlay::Settings),
            UiAction::Launcher => self.toggle(Overlay::Launcher { category: None }),
            UiAction::Category { name } => self.open(Overlay::Launcher { category: name.clone() }),
            UiAction::Page { number } if self.overlay.is_some() => self.page = *number,
            UiAction::Page { number } => self.log_page = *number,
            UiAction::Search => {
                let boxes = sight.stops().filter(|node| node.role == Role::SearchBox);
                match boxes.max_by_key(|node| node.key.pane == sight.pane.get()) {
                    Some(found) => self.focused = Some(found.key),
                    None => return self.act_on_prompt(&UiAction::Stage { text: String::from("?") }, sight),
                }
            }
            UiAction::Menu { node } => {
                let at = at.or_else(|| sight.place_of(*node)).unwrap_or_default();
                self.open_about(Overlay::Menu { node: *node, at }, sight);
            }
            UiAction::PaneMenu => {
                let own = |node: &&Node| node.key.part == "pane-menu" && node.key.pane == sight.pane.get();
                let place = || sight.nodes.iter().find(own).map(|node| node.rect.middle());
                self.open(Overlay::Pane { at: at.or_else(place).unwrap_or_default() });
                // What it does is done with the focused pane: from now on that is the one it was asked for in.
                let focus = |viewport| (Some(viewport), Action::Do(Operation::FocusViewport { viewport }));
                return pane.map(focus).into_iter().collect();
            }
            UiAction::SendTo { node } => self.open_about(Overlay::SendTo { node: *node }, sight),
            UiAction::Rename { sector } => {
                let text = sight.tree.sector(*sector).map(|sector| sector.name.clone()).unwrap_or_default();
                self.open_about(Overlay::Rename { sector: *sector, text }, sight);
            }
            UiAction::Recolour { sector } => self.open_about(Overlay::Recolour { sector: *sector }, sight),
            UiAction::Remove { sector } => return self.remove(*sector, sight),
            UiAction::Ask { act } => return self.act_on_ask(act, at, sight),
            UiAction::Files { act } => return self.act_on_files(*act, pane, sight),
            UiAction::Tray { act } => return self.act_on_tray(*act, pane, at, sight),
            UiAction::Dismiss { alert } => self.alerts.dismiss(*alert),
            UiAction::DismissAll => self.alerts.dismiss_all(),
            UiAction::Attend { alert } | UiAction::Answer { alert, .. } => {
                self.alerts.dismiss(*alert);
                return vec![(pane, Action::Ui(action.clone()))];
            }
            UiAction::Accept => return self.accept(sight),
            UiAction::Cancel if matches!(self.overlay, Some(Overlay::Ask)) => return self.cancel_ask(),
            UiAction::Cancel => self.close(),
            UiAction::Launch { .. } | UiAction::Another { .. } => {
                self.close();
                return vec![(pane, Action::Ui(action.clone()))];
            }
            UiAction::Prompt
            | UiAction::Stage { .. }
            | UiAction::Append { .. }
            | UiAction::Execute
            | UiAction::ClearPrompt
            | UiAction::Confirm { .. }
            | UiAction::Hold
            | UiAction::TerminalFocus
            | UiAction::Choose { .. }
            | UiAction::Around { .. }
            | UiAction::Find => return self.act_on_prompt(action, sight),
            UiAction::Portal
            | UiAction::Download { .. }
            | UiAction::Commit { .. }
            | UiAction::Interrupt { .. }
            | UiAction::Complete { .. }
            | UiAction::FindInTerminal { .. }
            | UiAction::FindNext { .. }
            | UiAction::FindPrevious { .. }
            | UiAction::ToEnd { .. }
            | UiAction::SectorNumber { .. }
            | UiAction::Theme { .. }
            | UiAction::Unlock
            | UiAction::Scale { .. }
            | UiAction::ReducedMotion { .. } => return vec![(pane, Action::Ui(action.clone()))],
        }
        Vec::new()
    }

    fn toggle(&mut self, overlay: Overlay) {
        let same = |open: &Overlay| std::mem::discriminant(open) == std::mem::discriminant(&overlay);
        if self.overlay.as_ref().is_some_and(same) { self.close() } else { self.open(overlay) }
    }

    pub(super) fn open(&mut self, overlay: Overlay) {
        let was_launcher = matches!(self.overlay, Some(Overlay::Launcher { .. }));
        if !(was_launcher && matches!(overlay, Overlay::Launcher { .. })) {
            self.search.clear();
        }
        if self.overlay.is_none() {
            self.returns_to = self.focused;
        }
        // Where the keyboard is in it is known when it is in view.
        self.focused = if was_launcher { self.focused } else { None };
        self.overlay = Some(overlay);
        self.page = 0;
        self.spend();
    }

    /// Opens what is about a node, if that is still there.
    fn open_about(&mut self, overlay: Overlay, sight: &Sight) {
        if overlay.subject().is_none_or(|node| sight.tree.contains(node)) {
            self.open(overlay);
        }
    }

    /// Closes what is open and gives the keyboard back to where it was.
    pub fn close(&mut self) {
        self.search.clear();
        if self.overlay.take().is_some() {
            self.focused = self.returns_to.take();
            (self.hold, self.holds_by_itself) = (None, false);
        }
    }

    /// Something was chosen: what was open for choosing has done its work. What is set up is seen at once and stays, unless
    /// it leads elsewhere.
    pub(super) fn close_choice(&mut self, operation: &Operation) {
        let stays = match self.overlay {
            Some(Overlay::Settings) => !matches!(operation, Operation::Jump { .. }),
            // A boundary is moved in steps.
            Some(Overlay::Pane { .. }) => matches!(operation, Operation::Resize { .. }),
            _ => false,
        };
        if !stays {
            self.close();
        }
    }

    /// Closes what is about something that has gone.
    pub(super) fn forget_overlay(&mut self, sight: &Sight) {
        let subject = self.overlay.as_ref().and_then(Overlay::subject);
        let settled = matches!(self.overlay, Some(Overlay::Confirm { .. })) && self.asked_about(sight).is_none();
        if settled || self.tray_is_gone() || subject.is_some_and(|node| !sight.tree.contains(node)) {
            self.close();
        }
    }

    fn remove(&mut self, sector: SectorId, sight: &Sight) -> Vec<Request> {
        let asked = matches!(self.overlay, Some(Overlay::Remove { sector: asked }) if asked == sector);
        let empty = sight.tree.sector(sector).is_none_or(|sector| sector.apps.is_empty());
        if !empty && !asked {
            self.open_about(Overlay::Remove { sector }, sight);
            return Vec::new();
        }
        self.close();
        vec![(None, Action::Do(Operation::RemoveSector { sector }))]
    }

    /// What was typed counts.
    fn accept(&mut self, sight: &Sight) -> Vec<Request> {
        match self.overlay.clone() {
            Some(Overlay::Rename { sector, text }) => {
                if text.trim().is_empty() {
                    return Vec::new();
                }
                self.close();
                vec![(None, Action::Do(Operation::Rename { sector, name: text.trim().to_owned() }))]
            }
            Some(Overlay::Remove { sector }) => self.remove(sector, sight),
            Some(Overlay::Ask) => self.accept_ask(),
            Some(Overlay::Launcher { .. }) | None => self.take_best(sight),
            Some(_) => {
                self.close();
                Vec::new()
            }
        }
    }

    /// Goes to what fits best to what was typed: the first tile of that name, else the first thing to launch in view.
    fn take_best(&mut self, sight: &Sight) -> Vec<Request> {
        let in_overlay = self.overlay.is_some();
        let here = |node: &&Node| in_overlay || node.key.pane == sight.pane.get();
        let typed = self.search.trim().to_lowercase();
        let is_meant = |node: &&Node| match node.action {
            Some(Action::Do(Operation::ZoomIn { into: Some(into) })) => !in_overlay && is_called(into, &typed, sight),
            _ => false,
        };
        let launches = |node: &&Node| matches!(node.action, Some(Action::Ui(UiAction::Launch { .. })));
        let tile = sight.stops().filter(here).find(is_meant);
        let Some(best) = tile.or_else(|| sight.stops().filter(here).find(launches)) else { return Vec::new() };
        let requests = self.activate(best, None, sight);
        self.search.clear();
        requests
    }
}

/// Whether what was typed is part of the name of an app, a window or a sector.
fn is_called(node: NodeId, typed: &str, sight: &Sight) -> bool {
    let contains = |name: &str| name.to_lowercase().contains(typed);
    match node {
        NodeId::Sector(id) => sight.tree.sector(id).is_some_and(|sector| contains(&sector.name)),
        NodeId::App(id) => sight.tree.app(id).is_some_and(|(_, app)| contains(&app.title) || contains(&app.app_id)),
        NodeId::Window(id) => sight.tree.window(id).is_some_and(|(_, _, window)| contains(&window.title)),
        NodeId::Log => false,
    }
}
