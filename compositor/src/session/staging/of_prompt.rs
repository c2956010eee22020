//! What stands in the prompt: it is looked at as it is typed, and the prompt shows what was found.

use lcars_ui::shells::{Class as Shown, StagedView};
use shell_bridge::stage::{StageId, Staged};

use super::asker::Asker;
use super::{Place, TYPED};
use crate::state::State;

impl State {
    /// Tells the prompt why its commit was refused.
    pub(super) fn tell_prompt(&mut self, text: Option<String>, message: &str, asker: &Asker) {
        if !matches!(asker, Asker::Prompt) {
            return;
        }
        let text = text.or_else(|| self.staging.shown.as_ref().map(|(_, text, _)| text.clone())).unwrap_or_default();
        self.shell.shells.prompt.refused = Some((text, message.to_owned()));
        self.shell.outdated = true;
        self.screens.damage();
        self.wake_interface();
    }

    /// What is in the prompt, if that is a command.
    pub(super) fn prompt_text(&mut self) -> Option<String> {
        self.screen().interface.prompt.command().map(str::to_owned)
    }

    pub(super) fn show(&mut self, place: &Place, staged: &Staged) {
        self.staging.shown = Some((place.clone(), staged.text.clone(), staged.id.clone()));
        self.stop_waiting_for_keys();
        let prompt = &mut self.shell.shells.prompt;
        (prompt.verdict, prompt.checking, prompt.refused) = (None, true, None);
        self.shell.outdated = true;
    }

    pub(super) fn nothing_shown(&mut self) {
        self.staging.shown = None;
        let prompt = &mut self.shell.shells.prompt;
        (prompt.verdict, prompt.checking) = (None, false);
        self.shell.outdated = true;
        self.screens.damage();
    }

    pub(super) fn stop_waiting_for_keys(&mut self) {
        if let Some((.., timer)) = self.staging.typing.take() {
            self.handle.remove(timer);
        }
    }

    /// Runs after every turn of the loop: has what stands in the prompt looked at, a moment after the last key.
    pub(crate) fn follow_prompt(&mut self) {
        if self.session.is_none() {
            return;
        }
        let Some(text) = self.prompt_text() else {
            if self.staging.shown.is_some() || self.staging.typing.is_some() {
                self.stop_waiting_for_keys();
                self.nothing_shown();
            }
            return;
        };
        let place = self.place(None);
        let is_shown = self.staging.shown.as_ref().is_some_and(|(at, shown, _)| *at == place && *shown == text);
        let waits = self.screen().interface.prompt.is_waiting();
        let is_awaited =
            !waits && self.staging.typing.as_ref().is_some_and(|(at, typed, _)| *at == place && *typed == text);
        if is_shown || is_awaited {
            return;
        }
        self.stop_waiting_for_keys();
        // What was said about it in another directory, or for another shell, does not hold.
        (self.shell.shells.prompt.verdict, self.shell.shells.prompt.checking) = (None, true);
        self.shell.outdated = true;
        if self.screen().interface.prompt.is_waiting() {
            // Somebody pressed EXECUTE.
            return self.look_at_prompt();
        }
        let timer = self.after(TYPED, "the prompt", Self::look_at_prompt);
        self.staging.typing = timer.map(|timer| (place, text, timer));
    }

    /// Has the text of the prompt looked at now.
    fn look_at_prompt(&mut self) {
        self.staging.typing = None;
        let Some(text) = self.prompt_text() else { return };
        let now = self.shell.now();
        // One text of the prompt is staged at a time: what it was before is nobody's any more.
        let before = self.staging.shown.take().map(|(.., id)| id);
        if let Some(id) = before.filter(|id| self.staging.looks.get(id).is_some_and(|look| look.of_prompt)) {
            self.staging.looks.remove(&id);
            let _ = self.staging.store.discard(&id, now);
        }
        let who = self.who_is_at_the_prompt();
        let place = self.place(None);
        match self.staging.store.stage(text.as_bytes(), who.clone(), now) {
            Ok(staged) => {
                self.show(&place, &staged);
                self.look_at(&staged, place, who, None, true);
            }
            Err(refused) => {
                let (id, hash) = (String::new(), String::new());
                let (title, reasons) = ("Cannot run".to_owned(), vec![refused.to_string()]);
                let details = Vec::new();
                let verdict =
                    StagedView { id, text: text.clone(), hash, class: Shown::Refused, title, reasons, details };
                // Nothing is staged; the name only keeps it from being looked at again.
                self.staging.shown = Some((place, text, StageId::from("")));
                let prompt = &mut self.shell.shells.prompt;
                (prompt.verdict, prompt.checking) = (Some(verdict), false);
                self.shell.outdated = true;
                self.screens.damage();
                self.wake_interface();
            }
        }
    }
}
