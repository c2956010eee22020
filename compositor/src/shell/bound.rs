//! What keys are bound to, done.

use lcars_ui::hierarchy::{Level, NodeId};
use lcars_ui::interface::{AlertLevel, Held, Overlay, Symbol};
use lcars_ui::operation::{Operation, Refused};
use lcars_ui::semantics::UiAction;

use crate::services::config;
use crate::state::State;

/// What one press of a key gives a pane more or less of its split.
const PANE_STEP: f64 = 0.05;

impl State {
    /// Does what a chord of the user's stands for.
    pub(crate) fn act_bound(&mut self, action: config::Action) {
        if self.lock.is_locked() {
            return;
        }
        let action = match action {
            config::Action::Operation(operation) => return self.try_to(&operation),
            config::Action::Ui(action) => action,
        };
        if let Err(message) = self.act_bound_ui(action) {
            self.tell_user(AlertLevel::Caution, &message);
        }
    }

    fn act_bound_ui(&mut self, action: config::Bound) -> Result<(), String> {
        use config::Bound;
        let number = |number: u16| usize::from(number);
        match action {
            Bound::None => Ok(()),
            Bound::Keys => self.act_ui(UiAction::Keys),
            Bound::Launcher => self.act_ui(UiAction::Launcher),
            Bound::Search => self.act_ui(UiAction::Search),
            Bound::Alerts => self.toggle_log(),
            Bound::Menu => self.menu_here(),
            Bound::RenameSector => match self.shell.sector_here() {
                Some(sector) => self.act_ui(UiAction::Rename { sector }),
                None => Err("no sector is selected".into()),
            },
            Bound::NextTheme => {
                let names = lcars_ui::theme::Theme::names();
                let current = self.theme_name();
                let place = names.iter().position(|name| *name == current).unwrap_or(0);
                let next = names.iter().cycle().nth(place + 1).map_or("default", |name| *name);
                self.choose_theme(next)
            }
            Bound::NextPane => self.step_pane(1),
            Bound::PreviousPane => self.step_pane(-1),
            Bound::GrowPane => self.grow_pane(PANE_STEP),
            Bound::ShrinkPane => self.grow_pane(-PANE_STEP),
            Bound::MoveEarlier => self.reorder(-1),
            Bound::MoveLater => self.reorder(1),
            Bound::Terminal => self.run_terminal(),
            Bound::SectorNumber(n) => self.act_ui(UiAction::SectorNumber { number: number(n) }),
            Bound::SendToSectorNumber(n) => {
                let sector = self.shell.sector_number(number(n)).ok_or_else(|| format!("there is no sector {n}"))?;
                let send = Operation::SendToSector { node: None, sector, follow: false };
                self.operate(&send).map_err(|refused| refused.to_string())
            }
            Bound::Prompt => self.act_ui(UiAction::Prompt),
            Bound::Run(command) => self.run(command, None),
            Bound::Copy
            | Bound::Paste
            | Bound::FindInTerminal
            | Bound::FontLarger
            | Bound::FontSmaller
            | Bound::FontNormal
            | Bound::PreviousPrompt
            | Bound::NextPrompt
            | Bound::SelectOutput
            | Bound::SelectByKeys
            | Bound::ScrollPageUp
            | Bound::ScrollPageDown
            | Bound::ScrollToTop
            | Bound::ScrollToBottom => self.act_in_terminal(&action),
        }
    }

    /// The menu of what has the keyboard, else of what is selected.
    fn menu_here(&mut self) -> Result<(), String> {
        let mut shown = false;
        if self.holder() == config::Holder::Interface {
            self.tell(self.screen().id, |interface, sight, now| {
                let requests = interface.key(Symbol::Menu, Held::default(), sight, now);
                shown = requests.is_some();
                requests.unwrap_or_default()
            });
        }
        match self.shell.node_here() {
            _ if shown => Ok(()),
            Some(node) => self.act_ui(UiAction::Menu { node }),
            None => Err("nothing is selected".into()),
        }
    }

    /// To the log; from there back out.
    fn toggle_log(&mut self) -> Result<(), String> {
        let there = self.shell.desktop.focused_viewport().path.level() == Level::Log;
        let go = if there { Operation::ZoomOut } else { Operation::Jump { to: Some(NodeId::Log) } };
        self.operate(&go).map_err(|refused| refused.to_string())
    }

    fn step_pane(&mut self, by: isize) -> Result<(), String> {
        let output = self.shell.desktop.focused_output();
        let panes = output.panes.viewports();
        let place = panes.iter().position(|pane| *pane == output.focused).unwrap_or(0);
        let next = (place + panes.len()).saturating_add_signed(by) % panes.len().max(1);
        let Some(viewport) = panes.get(next).copied() else { return Ok(()) };
        self.operate(&Operation::FocusViewport { viewport }).map_err(|refused| refused.to_string())
    }

    fn grow_pane(&mut self, by: f64) -> Result<(), String> {
        let output = self.shell.desktop.focused_output();
        let (_, share) = output.share_of(output.focused).ok_or_else(|| Refused::NotSplit.to_string())?;
        let share = (share + by).clamp(0.0, 1.0);
        self.operate(&Operation::Resize { share }).map_err(|refused| refused.to_string())
    }

    fn reorder(&mut self, by: isize) -> Result<(), String> {
        let viewport = self.shell.desktop.focused_viewport();
        let children = self.shell.desktop.tree().children(&viewport.path);
        let Some(node) = viewport.selected else { return Err("nothing is selected".into()) };
        let place = children.iter().position(|child| *child == node).unwrap_or(0);
        let Some(to) = place.checked_add_signed(by) else { return Ok(()) };
        self.operate(&Operation::Reorder { node, to }).map_err(|refused| refused.to_string())
    }

    /// Shows the list of keys, or takes it away.
    pub(crate) fn show_keys(&mut self, shown: bool) {
        let shown = shown && !self.lock.is_locked();
        if matches!(self.screen().interface.overlay, Some(Overlay::Keys)) != shown {
            self.tell(self.screen().id, |interface, sight, _| interface.act(&UiAction::Keys, sight));
        }
    }
}
