//! What is asked of the session, by whatever way it comes: pointer, finger, keys, page, control socket.

use std::time::Instant;

use calloop::timer::{TimeoutAction, Timer};
use lcars_ui::geometry::Point as At;
use lcars_ui::hierarchy::{NodeId, OutputId, SectorId, TerminalId, ViewportId};
use lcars_ui::interface::{AlertLevel, Interface, Request, Sight};
use lcars_ui::operation::Operation;
use lcars_ui::semantics::{self, Action, UiAction};
use lcars_ui::tray::TrayAct;
use shell_bridge::terminal::Towards;

use super::Shell;
use crate::screen::Screen;
use crate::services::config::Holder;
use crate::state::State;

impl Screen {
    /// Whether something on the interface is pressed or dragged, so that pointer and finger belong to it.
    pub fn interface_holds(&self) -> bool {
        self.interface.holds()
    }

    /// The tile at a point that can be zoomed into.
    pub(crate) fn tile_at(&self, at: At) -> Option<NodeId> {
        match semantics::hit(&self.view.nodes, at)?.action {
            Some(Action::Do(Operation::ZoomIn { into })) => into,
            _ => None,
        }
    }
}

impl Shell {
    /// What is meant where nothing is named: the window in focus, else what is selected.
    pub(super) fn node_here(&self) -> Option<NodeId> {
        self.focused().map(NodeId::from).or(self.desktop.focused_viewport().selected)
    }

    /// The sector of the focused pane: the one it is in, or the selected one.
    pub(crate) fn sector_here(&self) -> Option<SectorId> {
        let viewport = self.desktop.focused_viewport();
        let selected = || viewport.selected.and_then(|node| self.desktop.tree().path_to(node)?.sector());
        viewport.path.sector().or_else(selected)
    }

    /// The sector at this place of the overview, counted from 1.
    pub(super) fn sector_number(&self, number: usize) -> Option<SectorId> {
        self.desktop.tree().sectors.get(number.checked_sub(1)?).map(|sector| sector.id)
    }
}

impl State {
    /// Who has the keyboard.
    pub fn holder(&mut self) -> Holder {
        if self.lock.is_locked() {
            return if self.lock_with_keyboard().is_some() { Holder::Window } else { Holder::Interface };
        }
        let own = &self.screen().interface;
        let opened = own.overlay.is_some() || own.prompt.keyboard;
        let interface = opened || (self.shell.focused().is_none() && self.layer_with_keyboard().is_none());
        match interface {
            false => Holder::Window,
            true if self.terminal_with_keyboard().is_some() => Holder::Terminal,
            true => Holder::Interface,
        }
    }

    /// The terminal that plain keys go to.
    pub(crate) fn terminal_with_keyboard(&mut self) -> Option<TerminalId> {
        if self.lock.is_locked() {
            return None;
        }
        let focused = self.shell.desktop.focused_output().id;
        let (interface, sight) = self.screens.get_or_first_mut(focused).apart(&self.shell);
        interface.terminal_has_keyboard(&sight)
    }

    /// Lets something happen to the interface of a screen, and does what follows from it.
    pub(crate) fn tell(
        &mut self,
        on: OutputId,
        happen: impl FnOnce(&mut Interface, &Sight, std::time::Duration) -> Vec<Request>,
    ) {
        let now = self.shell.now();
        let Some(screen) = self.screens.get_mut(on) else { return };
        let (interface, sight) = screen.apart(&self.shell);
        let before = interface.clone();
        let requests = happen(interface, &sight, now);
        if *interface != before {
            screen.outdated = true;
            screen.damage();
        }
        if screen.interface.alerts != before.alerts {
            self.share_alerts(on);
        }
        self.fulfil(on, requests);
    }

    /// What the user is told is the same on all screens, and what was put away on one is put away on all.
    fn share_alerts(&mut self, from: OutputId) {
        let Some(alerts) = self.screens.get(from).map(|screen| screen.interface.alerts.clone()) else { return };
        for screen in self.screens.iter_mut().filter(|screen| screen.interface.alerts != alerts) {
            screen.interface.alerts = alerts.clone();
            screen.outdated = true;
            screen.damage();
        }
    }

    pub(super) fn fulfil(&mut self, on: OutputId, requests: Vec<Request>) {
        for (pane, action) in requests {
            self.act(on, pane, action);
        }
        self.wake_interface();
    }

    /// Does what a part of a screen's interface stands for, in its pane. The user is told if it cannot be done.
    pub(super) fn act(&mut self, on: OutputId, pane: Option<ViewportId>, action: Action) {
        match pane {
            Some(pane) => self.focus_pane(pane),
            None => self.focus_screen(on),
        }
        match action {
            Action::Do(operation) => self.try_to(&operation),
            Action::Ui(action) => {
                if let Err(message) = self.act_ui(action) {
                    self.tell_user(AlertLevel::Caution, &message);
                }
            }
        }
    }

    /// Does something with the desktop; the user is told if it cannot be done.
    pub(super) fn try_to(&mut self, operation: &Operation) {
        if *operation == Operation::ZoomOut && self.dismiss_layers() {
            return;
        }
        if let Err(refused) = self.operate(operation) {
            self.tell_user(AlertLevel::Info, &refused.to_string());
        }
    }

    /// Tells the user something on the screen.
    pub(crate) fn tell_user(&mut self, level: AlertLevel, text: &str) {
        self.tell_user_of(level, text, None);
    }

    /// Tells the user something about a sector.
    pub(crate) fn tell_user_of(&mut self, level: AlertLevel, text: &str, sector: Option<SectorId>) {
        self.alert_all(level, text, sector);
    }

    /// Tells the user something on every screen. Returns what the alert is called on each.
    pub(crate) fn alert_all(
        &mut self,
        level: AlertLevel,
        text: &str,
        sector: Option<SectorId>,
    ) -> Vec<(OutputId, u64)> {
        let now = self.shell.now();
        let told = |screen: &mut Screen| Some((screen.id, screen.interface.alert(level, text, sector, now)?));
        let copies = self.screens.iter_mut().filter_map(told).collect();
        self.shell.outdated = true;
        self.screens.damage();
        self.wake_interface();
        copies
    }

    /// Does something of the interface.
    ///
    /// # Errors
    /// Why not, in words for the screen.
    pub(crate) fn act_ui(&mut self, action: UiAction) -> Result<(), String> {
        if self.lock.is_locked() && action != UiAction::Unlock {
            return Err("the session is locked".into());
        }
        match action {
            UiAction::Unlock => {
                self.unlock_session();
                Ok(())
            }
            UiAction::Attend { alert } => self.attend(alert),
            UiAction::Answer { alert, choice } => self.answer_notice(alert, choice),
            UiAction::Tray {
                act:
                    act @ (TrayAct::Press { .. }
                    | TrayAct::Other { .. }
                    | TrayAct::OwnMenu { .. }
                    | TrayAct::Scroll { .. }
                    | TrayAct::Ask { .. }
                    | TrayAct::Choose { .. }),
            } => {
                self.act_on_tray(act);
                Ok(())
            }
            UiAction::Launch { entry } => self.launch(&entry),
            UiAction::Another { node } => self.run_another(node),
            UiAction::SectorNumber { number } => {
                let sector = self.shell.sector_number(number).ok_or_else(|| format!("there is no sector {number}"))?;
                let jump = Operation::Jump { to: Some(sector.into()) };
                self.operate(&jump).map_err(|refused| refused.to_string())
            }
            UiAction::Theme { name } => self.choose_theme(&name),
            UiAction::Scale { factor } if (0.75..=3.0).contains(&factor) => {
                self.preferences.scale = Some(factor);
                self.shell.outdated = true;
                Ok(())
            }
            UiAction::Scale { .. } => Err("the scale of the interface is a number from 0.75 to 3".into()),
            UiAction::ReducedMotion { on } => {
                self.preferences.reduced_motion = Some(on);
                self.apply_motion();
                Ok(())
            }
            UiAction::Complete { text, cursor } => {
                self.complete_prompt(text, cursor);
                Ok(())
            }
            UiAction::Interrupt { terminal } => {
                self.interrupt(terminal);
                Ok(())
            }
            UiAction::FindInTerminal { terminal, text } => {
                self.find_in_terminal(terminal, &text);
                Ok(())
            }
            UiAction::FindNext { terminal } => {
                self.find_next(terminal, Towards::Newer);
                Ok(())
            }
            UiAction::FindPrevious { terminal } => {
                self.find_next(terminal, Towards::Older);
                Ok(())
            }
            UiAction::ToEnd { terminal } => {
                self.scroll_to_end(terminal);
                Ok(())
            }
            UiAction::Portal => self.lead_to_portal(),
            UiAction::Download { sector, files } => self.download(sector, &files),
            UiAction::Commit { id, hash, confirmed } => {
                self.commit_from_prompt(&id, &hash, confirmed);
                Ok(())
            }
            action => {
                self.tell(self.screen().id, |interface, sight, _| interface.act(&action, sight));
                Ok(())
            }
        }
    }

    /// A part of a screen was pressed by assistive technology, or by a test.
    pub(crate) fn activate(&mut self, on: OutputId, name: &str, secondary: bool) {
        let Some(screen) = self.screens.get(on) else { return };
        let Some(node) = screen.view.nodes.iter().find(|node| node.key.to_string() == name) else { return };
        let key = node.key;
        let pane = (key.pane != 0).then(|| ViewportId::from_raw(key.pane));
        pane.into_iter().for_each(|pane| self.focus_pane(pane));
        self.tell(
            on,
            |interface, sight, _| {
                if secondary { interface.menu_of(key, sight) } else { interface.press_key(key, sight) }
            },
        );
    }

    /// Assistive technology has moved to a part of a screen.
    pub(crate) fn focus_part(&mut self, on: OutputId, key: &str) {
        let Some(screen) = self.screens.get(on) else { return };
        let node = screen.view.nodes.iter().find(|node| node.key.to_string() == key && node.action.is_some());
        if let Some(key) = node.map(|node| node.key) {
            self.tell(on, |interface, sight, _| interface.go_to(key, sight));
        }
    }

    /// Lets time pass for what is held, blinks or leaves, and asks again when there is more of it.
    pub(crate) fn wake_interface(&mut self) {
        let now = self.shell.now();
        let mut next: Option<std::time::Duration> = None;
        for on in self.screens.ids() {
            let Some(screen) = self.screens.get_mut(on) else { continue };
            let (interface, sight) = screen.apart(&self.shell);
            let before = interface.clone();
            let (requests, due) = interface.tick(&sight, now);
            if *interface != before {
                screen.outdated = true;
                screen.damage();
            }
            next = next.into_iter().chain(due).min();
            for (pane, action) in requests {
                self.act(on, pane, action);
            }
        }
        if let Some(token) = self.shell.wake.take() {
            self.handle.remove(token);
        }
        let Some(next) = next else { return };
        let timer = Timer::from_deadline(Instant::now() + next.saturating_sub(now));
        let inserted = self.handle.insert_source(timer, |_, (), state: &mut State| {
            state.shell.wake = None;
            state.shell.outdated = true;
            state.screens.damage();
            state.wake_interface();
            TimeoutAction::Drop
        });
        match inserted {
            Ok(token) => self.shell.wake = Some(token),
            Err(error) => tracing::error!(%error, "no timer for the interface"),
        }
    }
}
