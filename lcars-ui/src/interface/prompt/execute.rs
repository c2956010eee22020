//! Letting run what is in the prompt: what may be asked for, and when it has to be held before.

use std::time::Duration;

use super::list::Chosen;
use super::{Hold, ListKind};
use crate::hierarchy::{Activity, Level, NodeId, Sector, SectorId, Terminal};
use crate::interface::{Interface, Overlay, Request, Sight};
use crate::operation::Operation;
use crate::semantics::{Action, UiAction};
use crate::shells::{Class, StagedView};

impl Sight<'_> {
    /// The sector that the prompt is for: the one the focused pane is in, or the selected one.
    pub fn prompt_sector(&self) -> Option<SectorId> {
        self.sector.or_else(|| match self.selected? {
            NodeId::Sector(id) => Some(id),
            node => self.tree.path_to(node)?.sector(),
        })
    }

    /// The terminal that the prompt speaks to.
    pub fn prompt_terminal(&self) -> Option<&Terminal> {
        self.tree.sector(self.prompt_sector()?).and_then(Sector::shown_terminal)
    }
}

impl Interface {
    /// Runs what is in the prompt, as far as it may.
    pub(super) fn execute(&mut self, sight: &Sight) -> Vec<Request> {
        if self.prompt.query().is_some() {
            let chosen = self.prompt.list.as_ref().filter(|list| list.kind == ListKind::Search);
            let number = chosen.map_or(0, |list| list.chosen);
            return self.choose(number, sight);
        }
        let Some(text) = self.prompt.command().map(str::to_owned) else { return Vec::new() };
        let why_not = match sight.prompt_terminal() {
            None => Some("THERE IS NO TERMINAL HERE"),
            Some(terminal) if !terminal.is_alive() => Some("THE SHELL HAS ENDED"),
            Some(terminal) if terminal.is_running() => Some("A COMMAND RUNS: STOP IT OR WAIT"),
            Some(_) => None,
        };
        if let Some(why_not) = why_not {
            self.prompt.notice = Some(String::from(why_not));
            return Vec::new();
        }
        self.prompt.list = None;
        match sight.shells.prompt.verdict_on(&text) {
            Some(verdict) => self.go_by(verdict, sight),
            None => {
                // It runs when it was looked at, if nothing is typed meanwhile.
                self.prompt.waiting = Some(text);
                Vec::new()
            }
        }
    }

    fn go_by(&mut self, verdict: &StagedView, sight: &Sight) -> Vec<Request> {
        self.prompt.waiting = None;
        match verdict.class {
            Class::Safe | Class::Caution => self.commit(verdict, false),
            Class::Danger => {
                self.ask_to_confirm(&verdict.id, sight);
                Vec::new()
            }
            Class::Refused => {
                let reason = verdict.reasons.first().map(String::as_str).unwrap_or("it is not allowed");
                self.prompt.notice = Some(format!("REFUSED: {}", crate::label::clean_told(reason)));
                Vec::new()
            }
        }
    }

    fn commit(&mut self, verdict: &StagedView, confirmed: bool) -> Vec<Request> {
        self.prompt.sent = Some(verdict.text.clone());
        self.prompt.clear();
        // What runs gets the keys, or whoever had them before.
        self.leave_prompt();
        let (id, hash) = (verdict.id.clone(), verdict.hash.clone());
        vec![(None, Action::Ui(UiAction::Commit { id, hash, confirmed }))]
    }

    /// Asks before something dangerous.
    pub(super) fn ask_to_confirm(&mut self, id: &str, sight: &Sight) {
        let verdict = sight.shells.prompt.verdict_on(self.prompt.text());
        if verdict.is_some_and(|verdict| verdict.id == id && verdict.class == Class::Danger) {
            self.hold = None;
            self.open(Overlay::Confirm { id: id.to_owned() });
        }
    }

    /// The verdict that the open dialog asks about, as long as that is what is in the prompt.
    pub(in crate::interface) fn asked_about<'a>(&self, sight: &Sight<'a>) -> Option<&'a StagedView> {
        let Some(Overlay::Confirm { id }) = &self.overlay else { return None };
        let verdict = sight.shells.prompt.verdict_on(self.prompt.text());
        verdict.filter(|verdict| verdict.id == *id && verdict.class == Class::Danger)
    }

    /// Something that has to be held is held from now on.
    pub(in crate::interface) fn take_hold(&mut self, now: Duration) {
        if matches!(self.overlay, Some(Overlay::Confirm { .. })) {
            self.hold = Some(Hold::taken(self.hold, now, self.hold_times));
        }
    }

    /// It was let go: by the pointer, the finger or the key that held it.
    pub fn let_go(&mut self, now: Duration) {
        self.hold = self.hold.map(|hold| hold.let_go(now, self.hold_times));
    }

    /// How far what is held is filled, 0 to 1.
    pub fn held_level(&self, now: Duration) -> f64 {
        self.hold.map_or(0.0, |hold| hold.level(now, self.hold_times))
    }

    /// Whether it fills or drains, so that the next picture differs without any event.
    pub fn hold_moves(&self, now: Duration) -> bool {
        self.hold.is_some_and(|hold| !hold.is_empty(now, self.hold_times) && !hold.is_full(now, self.hold_times))
    }

    /// Does what had to wait: for a verdict, for completions, for a hold to be full. Returns what is to be done, and when
    /// something is due.
    pub(in crate::interface) fn tick_prompt(
        &mut self,
        sight: &Sight,
        now: Duration,
    ) -> (Vec<Request>, Option<Duration>) {
        self.give_back(sight);
        if self.prompt.completing {
            self.open_completions(sight);
        }
        if self.prompt.waiting.as_deref().is_some_and(|waiting| waiting == self.prompt.text())
            && let Some(verdict) = sight.shells.prompt.verdict_on(self.prompt.text())
        {
            return (self.go_by(verdict, sight), None);
        }
        if std::mem::take(&mut self.holds_by_itself) {
            self.take_hold(now);
        }
        let times = self.hold_times;
        match self.hold {
            Some(hold) if hold.is_full(now, times) => {
                self.hold = None;
                self.spend();
                let Some(verdict) = self.asked_about(sight) else { return (Vec::new(), None) };
                self.close();
                (self.commit(verdict, true), None)
            }
            Some(hold) if hold.is_empty(now, times) => {
                self.hold = None;
                (Vec::new(), None)
            }
            Some(hold) => (Vec::new(), Some(hold.due(times))),
            None => (Vec::new(), None),
        }
    }

    /// When the time that something runs has to be shown anew, where it is in view: once a second.
    pub(in crate::interface) fn next_second(&self, sight: &Sight, now: Duration) -> Option<Duration> {
        let shown: Vec<&Terminal> = match sight.level {
            Level::Overview => sight.tree.terminals().collect(),
            Level::Hub => sight.prompt_terminal().into_iter().collect(),
            Level::Log | Level::Picker | Level::Focus => {
                sight.prompt_terminal().filter(|_| self.prompt.keyboard).into_iter().collect()
            }
        };
        let next = |terminal: &&Terminal| match &terminal.activity {
            Activity::Running { since, .. } => {
                let passed = now.saturating_sub(*since).as_secs();
                Some(since.saturating_add(Duration::from_secs(passed + 1)))
            }
            _ => None,
        };
        shown.iter().filter_map(next).min()
    }

    /// A text that was to run and was refused comes back, unless something else was typed meanwhile.
    fn give_back(&mut self, sight: &Sight) {
        let Some((text, why)) = &sight.shells.prompt.refused else { return };
        if self.prompt.sent.as_deref() == Some(text) {
            self.prompt.sent = None;
            if self.prompt.text().is_empty() {
                self.prompt.set(text);
            }
            self.prompt.notice = Some(format!("REFUSED: {}", crate::label::clean_told(why)));
        }
    }

    /// Takes one of what is listed.
    pub(super) fn choose(&mut self, number: usize, sight: &Sight) -> Vec<Request> {
        let mut items = self.prompt.items(&sight.sources());
        let last = items.len().saturating_sub(1);
        if items.is_empty() {
            if self.prompt.query().is_some() {
                self.prompt.notice = Some(String::from("NOTHING FOUND"));
            }
            return Vec::new();
        }
        let item = items.swap_remove(number.min(last));
        self.prompt.list = None;
        match item.chosen {
            Chosen::Put(range, text) => {
                let inserted = self.prompt.editor.put(range, &text);
                self.prompt.changed(inserted);
            }
            Chosen::Text(text) => self.prompt.set(&text),
            Chosen::Go(node) => return self.went(Action::Do(Operation::Jump { to: Some(node) })),
            Chosen::Terminal(terminal) => return self.went(Action::Do(Operation::ShowTerminal { terminal })),
            Chosen::Launch(entry) => return self.went(Action::Ui(UiAction::Launch { entry })),
        }
        Vec::new()
    }

    /// A search has done its work.
    fn went(&mut self, action: Action) -> Vec<Request> {
        self.prompt.clear();
        self.leave_prompt();
        vec![(None, action)]
    }
}
