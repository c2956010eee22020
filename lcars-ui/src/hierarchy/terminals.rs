//! The terminals of sectors: what the tree knows of the shells that run in them, and what may be done to them.
//!
//! A terminal belongs to exactly one sector and is no place of the zoom: it is part of its sector's hub. It lives until
//! somebody closes it, whoever looks and whether or not its shell still runs.

use std::time::Duration;

use serde::Serialize;

use super::id::{SectorId, TerminalId};
use super::limits::{MOST_COMMAND_LINE_CHARS, MOST_DIRECTORY_BYTES, MOST_SECTOR_TERMINALS, MOST_TERMINALS};
use super::tree::{Sector, Tree};
use crate::label;
use crate::operation::{Kind, Refused};

/// Somebody who did not look is told when a command ends that took this long.
pub const LONG_COMMAND: Duration = Duration::from_secs(10);

/// No more of what a shell works with is told.
const MOST_WORKED_WITH: usize = 6;

/// A shell of a sector, as the picture knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Terminal {
    /// Names it.
    pub id: TerminalId,
    /// As the programs in it say; clean and bounded, often empty.
    pub title: String,
    /// Where its shell is, or is to start; whole bytes as the shell said them, bounded.
    pub directory: Option<String>,
    /// What it is at.
    pub activity: Activity,
    /// The last command that ended.
    pub last: Option<Outcome>,
    /// What the command that runs, or ran last, has told as its result; clean and bounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// What its shell works with, such as a branch and an environment, in a few words each; clean and bounded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub works_with: Vec<String>,
    /// Whether a command that took long ended while nobody looked.
    pub unseen: bool,
    /// Whether somebody was asked to start its shell. One from before a restart starts when it is first shown.
    #[serde(skip)]
    pub(super) asked: bool,
}

/// What a shell is at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// It has not said anything yet.
    #[default]
    Starting,
    /// It waits for a command.
    AtPrompt,
    /// A command runs.
    Running {
        /// Which, as it was typed; clean and bounded.
        command: String,
        /// Since when, on the desktop's clock.
        since: Duration,
    },
    /// The shell is gone; the terminal still shows what it left.
    Ended {
        /// With what it ended, where it was not a signal.
        status: Option<i32>,
    },
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// As it was typed; clean and bounded.
    pub command: String,
    /// With what it ended, where that is known.
    pub status: Option<i32>,
    /// How long it took.
    pub took: Duration,
}

impl Outcome {
    /// Whether it went well: it said so, or said nothing.
    pub fn went_well(&self) -> bool {
        self.status.is_none_or(|status| status == 0)
    }
}

impl Terminal {
    fn new(id: TerminalId, directory: Option<String>) -> Self {
        let (title, activity, last) = (String::new(), Activity::Starting, None);
        let (result, works_with) = (None, Vec::new());
        Self { id, title, directory, activity, last, result, works_with, unseen: false, asked: false }
    }

    /// Whether a command runs.
    pub fn is_running(&self) -> bool {
        matches!(self.activity, Activity::Running { .. })
    }

    /// Whether its shell is there and can be given a command.
    pub fn is_alive(&self) -> bool {
        !matches!(self.activity, Activity::Ended { .. })
    }
}

impl Sector {
    /// The terminal that its hub shows.
    pub fn shown_terminal(&self) -> Option<&Terminal> {
        let id = self.terminal?;
        self.terminals.iter().find(|terminal| terminal.id == id)
    }

    /// How many of its terminals have a command that took long and ended while nobody looked.
    pub fn unseen_outcomes(&self) -> usize {
        self.terminals.iter().filter(|terminal| terminal.unseen).count()
    }

    /// Shows the terminal at a place, or the last one where there are fewer.
    pub(super) fn show_terminal_at(&mut self, place: usize) {
        let last = self.terminals.len().saturating_sub(1);
        self.terminal = self.terminals.get(place.min(last)).map(|terminal| terminal.id);
    }

    /// Takes in the terminals of another sector behind its own.
    pub(super) fn take_in_terminals(&mut self, terminals: Vec<Terminal>) {
        self.terminals.extend(terminals);
        if self.shown_terminal().is_none() {
            self.show_terminal_at(0);
        }
    }
}

/// A directory that can be kept: not empty, not longer than a path may be.
pub(super) fn bounded_directory(directory: &str) -> Option<String> {
    let fits = !directory.is_empty() && directory.len() <= MOST_DIRECTORY_BYTES && !directory.contains('\0');
    fits.then(|| directory.to_owned())
}

/// A command as a label shows it.
fn clean_command(command: &str) -> String {
    label::clean_told(command).chars().take(MOST_COMMAND_LINE_CHARS).collect()
}

impl Tree {
    /// A terminal and the sector it is in.
    pub fn terminal(&self, id: TerminalId) -> Option<(&Sector, &Terminal)> {
        let mut all = self.sectors.iter().flat_map(|sector| sector.terminals.iter().map(move |one| (sector, one)));
        all.find(|(_, terminal)| terminal.id == id)
    }

    /// Every terminal.
    pub fn terminals(&self) -> impl Iterator<Item = &Terminal> {
        self.sectors.iter().flat_map(|sector| &sector.terminals)
    }

    /// Changes what a terminal says of itself, never where it is.
    pub(super) fn edit_terminal(&mut self, id: TerminalId, edit: impl FnOnce(&mut Terminal)) {
        let found = self.sectors.iter_mut().flat_map(|sector| &mut sector.terminals).find(|one| one.id == id);
        if let Some(terminal) = found {
            edit(terminal);
        }
    }

    fn sector_mut(&mut self, id: SectorId) -> Option<&mut Sector> {
        self.sectors.iter_mut().find(|sector| sector.id == id)
    }

    /// Puts a new terminal behind a sector's others and shows it there. It starts where the shown one is.
    pub(super) fn add_terminal(&mut self, sector: SectorId) -> Result<TerminalId, Refused> {
        let found = self.sector(sector).ok_or(Refused::NoSuchNode { node: sector.into() })?;
        if found.terminals.len() >= MOST_SECTOR_TERMINALS {
            return Err(Refused::TooMany { what: Kind::SectorTerminals, most: MOST_SECTOR_TERMINALS });
        }
        let directory = found.shown_terminal().and_then(|terminal| terminal.directory.clone());
        self.put_terminal(sector, directory)
    }

    /// Puts a terminal behind a sector's others, and shows it.
    pub(super) fn put_terminal(&mut self, sector: SectorId, directory: Option<String>) -> Result<TerminalId, Refused> {
        if self.terminals().count() >= MOST_TERMINALS {
            return Err(Refused::TooMany { what: Kind::Terminals, most: MOST_TERMINALS });
        }
        let id = TerminalId::from_raw(self.ids.next());
        let sector = self.sector_mut(sector).ok_or(Refused::NoSuchNode { node: sector.into() })?;
        sector.terminals.push(Terminal::new(id, directory));
        sector.terminal = Some(id);
        Ok(id)
    }

    /// Takes a terminal away; the one in its place is shown, if it was.
    pub(super) fn remove_terminal(&mut self, id: TerminalId) -> Result<(), Refused> {
        let sector = self.terminal(id).ok_or(Refused::NoSuchTerminal { terminal: id })?.0.id;
        if let Some(sector) = self.sector_mut(sector)
            && let Some(place) = sector.terminals.iter().position(|terminal| terminal.id == id)
        {
            sector.terminals.remove(place);
            if sector.terminal == Some(id) {
                sector.show_terminal_at(place);
            }
        }
        Ok(())
    }

    /// Lets its sector's hub show a terminal. That sector.
    pub(super) fn show_terminal(&mut self, id: TerminalId) -> Result<SectorId, Refused> {
        let sector = self.terminal(id).ok_or(Refused::NoSuchTerminal { terminal: id })?.0.id;
        self.sector_mut(sector).into_iter().for_each(|sector| sector.terminal = Some(id));
        Ok(sector)
    }

    /// The terminal beside the one that a sector shows, round and round.
    pub(super) fn terminal_beside(&self, sector: SectorId, by: isize) -> Option<TerminalId> {
        let sector = self.sector(sector)?;
        let count = sector.terminals.len();
        let place = sector.terminals.iter().position(|terminal| Some(terminal.id) == sector.terminal)?;
        let next = (place + count).checked_add_signed(by)?.checked_rem(count)?;
        sector.terminals.get(next).map(|terminal| terminal.id)
    }

    /// What its programs call a terminal.
    pub(super) fn terminal_titled(&mut self, id: TerminalId, title: &str) {
        self.edit_terminal(id, |terminal| terminal.title = label::clean(title));
    }

    /// Its shell is in another directory.
    pub(super) fn terminal_moved(&mut self, id: TerminalId, directory: &str) {
        if let Some(directory) = bounded_directory(directory) {
            self.edit_terminal(id, |terminal| terminal.directory = Some(directory));
        }
    }

    /// What a shell is at now.
    pub(super) fn terminal_activity(&mut self, id: TerminalId, activity: Activity) {
        let activity = match activity {
            Activity::Running { command, since } => Activity::Running { command: clean_command(&command), since },
            other => other,
        };
        self.edit_terminal(id, |terminal| {
            // The result is that of the command before.
            if matches!(activity, Activity::Running { .. }) {
                terminal.result = None;
            }
            if matches!(activity, Activity::Starting | Activity::Ended { .. }) {
                terminal.works_with.clear();
            }
            terminal.activity = activity;
        });
    }

    /// A command told its result.
    pub(super) fn terminal_result(&mut self, id: TerminalId, result: &str) {
        let result = Some(label::clean_told(result)).filter(|result| !result.is_empty());
        self.edit_terminal(id, |terminal| terminal.result = result);
    }

    /// A shell told what it works with.
    pub(super) fn terminal_works_with(&mut self, id: TerminalId, told: &[String]) {
        let told = told.iter().map(|words| label::clean(words)).filter(|words| !words.is_empty());
        let told = told.take(MOST_WORKED_WITH).collect();
        self.edit_terminal(id, |terminal| terminal.works_with = told);
    }

    /// A command ended.
    pub(super) fn terminal_finished(&mut self, id: TerminalId, outcome: Outcome) {
        let outcome = Outcome { command: clean_command(&outcome.command), ..outcome };
        self.edit_terminal(id, |terminal| {
            terminal.unseen |= outcome.took >= LONG_COMMAND;
            terminal.last = Some(outcome);
            if terminal.is_running() {
                terminal.activity = Activity::AtPrompt;
            }
        });
    }
}
