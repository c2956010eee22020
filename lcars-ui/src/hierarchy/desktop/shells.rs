//! Terminals of sectors: what is asked of them, what their shells say, and when one is to be started.

use std::time::Duration;

use super::super::id::{SectorId, TerminalId, ViewportId};
use super::super::path::Level;
use super::super::terminals::{Activity, Outcome, Terminal};
use super::super::tiles::HubMode;
use super::Desktop;
use crate::operation::{Effect, Effects, Refused};
use crate::viewport::{Output, Viewport};

impl Desktop {
    /// A terminal.
    pub fn terminal(&self, id: TerminalId) -> Option<&Terminal> {
        self.tree.terminal(id).map(|(_, terminal)| terminal)
    }

    /// The terminal that a viewport shows, where it shows one.
    pub fn commanded_terminal(&self, viewport: &Viewport) -> Option<TerminalId> {
        self.tree.sector(commanded(viewport)?)?.shown_terminal().map(|terminal| terminal.id)
    }

    /// What its programs call a terminal.
    pub fn terminal_titled(&mut self, id: TerminalId, title: &str) {
        self.tree.terminal_titled(id, title);
    }

    /// A terminal's shell is in another directory.
    pub fn terminal_moved(&mut self, id: TerminalId, directory: &str) {
        self.tree.terminal_moved(id, directory);
    }

    /// What a terminal's shell is at now.
    pub fn terminal_activity(&mut self, id: TerminalId, activity: Activity) {
        self.tree.terminal_activity(id, activity);
    }

    /// A command in a terminal told its result.
    pub fn terminal_result(&mut self, id: TerminalId, result: &str) {
        self.tree.terminal_result(id, result);
    }

    /// A terminal's shell told what it works with, in a few words each.
    pub fn terminal_works_with(&mut self, id: TerminalId, told: &[String]) {
        self.tree.terminal_works_with(id, told);
    }

    /// A command in a terminal ended. Whether somebody has seen that, or need not be told: it did not take
    /// [long](super::super::terminals::LONG_COMMAND).
    pub fn terminal_finished(&mut self, id: TerminalId, outcome: Outcome) -> bool {
        self.tree.terminal_finished(id, outcome);
        self.notice_terminals();
        self.terminal(id).is_some_and(|terminal| !terminal.unseen)
    }

    /// The terminal that the prompt speaks to: the one shown in the sector of the focused pane, or in the selected one.
    pub fn prompt_terminal(&self) -> Option<TerminalId> {
        self.tree.sector(self.prompt_sector()?)?.terminal
    }

    /// The sector that the prompt is for.
    pub fn prompt_sector(&self) -> Option<SectorId> {
        let here = self.focused_viewport();
        here.path.sector().or_else(|| self.tree.path_to(here.selected?)?.sector())
    }

    /// The terminals that can be seen now, and in which pane: those of hubs whose viewport shows them.
    pub fn terminals_in_sight(&self) -> Vec<(ViewportId, TerminalId)> {
        let panes = self.outputs.iter().flat_map(Output::layout);
        let shown = panes.filter_map(|(id, _)| {
            let sector = self.viewports.get(&id).and_then(commanded)?;
            Some((id, self.tree.sector(sector)?.terminal?))
        });
        shown.collect()
    }

    pub(super) fn new_terminal(&mut self, sector: Option<SectorId>, now: Duration) -> Result<(), Refused> {
        let here = sector.is_none();
        let sector = sector.unwrap_or_else(|| self.usual_sector());
        self.tree.add_terminal(sector)?;
        if here {
            self.go_to_terminals(sector, now);
        } else {
            self.awaken(sector);
        }
        Ok(())
    }

    pub(super) fn close_terminal(&mut self, terminal: Option<TerminalId>) -> Result<Effects, Refused> {
        let terminal = terminal.or_else(|| self.prompt_terminal()).ok_or(Refused::NoTerminal)?;
        self.tree.remove_terminal(terminal)?;
        Ok(vec![Effect::EndTerminal { terminal }])
    }

    pub(super) fn restart_terminal(&mut self, terminal: Option<TerminalId>) -> Result<(), Refused> {
        let terminal = terminal.or_else(|| self.prompt_terminal()).ok_or(Refused::NoTerminal)?;
        let found = self.terminal(terminal).ok_or(Refused::NoSuchTerminal { terminal })?;
        if found.is_alive() {
            return Err(Refused::StillRuns { terminal });
        }
        self.tree.edit_terminal(terminal, |terminal| {
            (terminal.activity, terminal.asked) = (Activity::Starting, false);
        });
        self.wanted.push(terminal);
        Ok(())
    }

    pub(super) fn show_terminal(&mut self, terminal: TerminalId, now: Duration) -> Result<(), Refused> {
        let sector = self.tree.show_terminal(terminal)?;
        self.go_to_terminals(sector, now);
        Ok(())
    }

    pub(super) fn step_terminal(&mut self, by: isize, now: Duration) -> Result<(), Refused> {
        let sector = self.prompt_sector().ok_or(Refused::NoTerminal)?;
        let next = self.tree.terminal_beside(sector, by).ok_or(Refused::NoTerminal)?;
        self.show_terminal(next, now)
    }

    /// Takes the focused viewport to a sector's terminals, if it is not there.
    fn go_to_terminals(&mut self, sector: SectorId, now: Duration) {
        let here = self.focused_viewport().id;
        if let Some(viewport) = self.viewports.get_mut(&here) {
            viewport.mode = HubMode::Command;
        }
        let hub = self.tree.path_to(sector.into());
        if let Some(hub) = hub.filter(|hub| self.focused_viewport().path != *hub) {
            self.go(here, &hub, now);
        }
    }

    /// Has the shell of a sector's shown terminal started, though nobody may see it.
    fn awaken(&mut self, sector: SectorId) {
        self.wanted.extend(self.tree.sector(sector).and_then(|sector| sector.terminal));
    }

    /// A hub that is entered in its COMMAND mode has a terminal; one that is in sight, or was asked for, has its shell
    /// started. What has to be done for that.
    pub(super) fn start_terminals(&mut self) -> Effects {
        let entered: Vec<(ViewportId, Option<SectorId>)> =
            self.viewports.values().map(|viewport| (viewport.id, commanded(viewport))).collect();
        for (id, sector) in entered {
            let Some(viewport) = self.viewports.get_mut(&id) else { continue };
            let before = std::mem::replace(&mut viewport.commanded, sector);
            let Some(sector) = sector.filter(|_| before != sector) else { continue };
            if self.tree.sector(sector).is_some_and(|sector| sector.terminals.is_empty()) {
                // Where there are too many already the hub says that there is none.
                let _ = self.tree.add_terminal(sector);
            }
        }
        self.wanted.extend(self.terminals_in_sight().into_iter().map(|(_, terminal)| terminal));
        let mut effects = Effects::new();
        for terminal in std::mem::take(&mut self.wanted) {
            let Some((sector, found)) = self.tree.terminal(terminal) else { continue };
            if found.asked {
                continue;
            }
            effects.push(Effect::StartTerminal { terminal, sector: sector.id, directory: found.directory.clone() });
            self.tree.edit_terminal(terminal, |terminal| terminal.asked = true);
        }
        effects
    }

    /// Marks as seen what ended in terminals that are in sight.
    pub(super) fn notice_terminals(&mut self) {
        for (_, terminal) in self.terminals_in_sight() {
            self.tree.edit_terminal(terminal, |terminal| terminal.unseen = false);
        }
    }
}

/// The sector whose terminals a viewport shows.
pub(super) fn commanded(viewport: &Viewport) -> Option<SectorId> {
    let shows = viewport.path.level() == Level::Hub && viewport.mode == HubMode::Command;
    viewport.path.sector().filter(|_| shows)
}
