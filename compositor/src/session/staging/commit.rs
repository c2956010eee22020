//! Letting run what was staged: what is checked then, the line that is written first, and what becomes of a refusal.

use std::time::SystemTime;

use lcars_ui::hierarchy::TerminalId;
use lcars_ui::interface::AlertLevel;
use lcars_ui::semantics::UiAction;
use shell_bridge::stage::{AuditLine, Class, CommitRefused, Committed, Outcome, StageId, Who};
use streamer::Refusal;
use streamer::auth::Caller;

use super::GIVEN;
use super::asker::{Asker, refusal};
use super::audit::{Entry, Written};
use super::step_up::{self, StepUp};
use crate::state::State;

/// What is asked for with a commit.
pub(super) struct Asked<'a> {
    /// Of the text that was looked at.
    pub hash: &'a str,
    /// Somebody held the button, or may say so.
    pub confirmed: bool,
    /// What the portal gave.
    pub proof: Option<&'a str>,
    /// Who asks.
    pub by: Caller,
}

impl State {
    /// The prompt asks for a commit.
    pub(crate) fn commit_from_prompt(&mut self, id: &str, hash: &str, confirmed: bool) {
        let by = self.at_the_prompt();
        let who = Asker::Prompt.who(&by);
        let asked = Asked { hash, confirmed, proof: None, by };
        self.commit_for(&StageId::from(id), &asked, who, Asker::Prompt);
    }

    /// Lets a staged text run, if it may.
    pub(super) fn commit_for(&mut self, id: &StageId, asked: &Asked<'_>, who: Who, asker: Asker) {
        let Asked { hash, confirmed, .. } = *asked;
        let now = self.shell.now();
        // First whether it can run here and now: if not, it stays staged.
        let runnable = self.staging.store.get(id, now).filter(|staged| staged.hash == hash).is_some();
        let mut terminal = None;
        if runnable {
            match self.terminal_for(id) {
                Ok(found) => terminal = Some(found),
                Err(refusal) => return self.refuse_commit(id, &refusal, &who, asker),
            }
            // Before it is given out: a proof is used up by the command that it is for, and by no other.
            match self.stepped_up(id, asked, &asker) {
                StepUp::Done => {}
                StepUp::Asked => return self.tell_prompt(None, step_up::ASKED, &asker),
                StepUp::Refused(refusal) => return self.refuse_commit(id, &refusal, &who, asker),
            }
        }
        let committed = match (self.staging.store.commit(id, hash, confirmed, now), terminal) {
            (Ok(committed), Some(terminal)) => (committed, terminal),
            (Ok(_), None) => return self.refuse_commit(id, &refusal(&CommitRefused::Unknown), &who, asker),
            (Err(refused), _) => return self.refuse_commit(id, &refusal(&refused), &who, asker),
        };
        let (committed, terminal) = committed;
        let verdict = committed.verdict();
        let line =
            AuditLine::about(committed.staged(), Some(verdict), &who, Outcome::Committed, None, SystemTime::now());
        self.staging.tickets += 1;
        let ticket = self.staging.tickets;
        self.staging.given.insert(terminal, now);
        self.staging.writing.insert(ticket, (committed, terminal, who, asker));
        let sent = self.staging_threads().map_err(|error| error.to_string()).and_then(|threads| {
            let entry = Entry { line, ticket: Some(ticket) };
            threads.lines.try_send(entry).map_err(|_| "too many lines wait to be written".to_owned())
        });
        if let Err(error) = sent {
            self.line_written(Written { ticket: Some(ticket), error: Some(error) });
        }
    }

    /// The terminal that a staged text runs in, if its shell waits for a command and all is as it was looked at.
    fn terminal_for(&mut self, id: &StageId) -> Result<TerminalId, Refusal> {
        let now = self.shell.now();
        let looked = self.staging.looks.get(id).map(|look| look.place.clone());
        let place = self.place(looked.as_ref().and_then(|place| place.sector));
        let Some(terminal) = place.terminal else {
            return Err(Refusal::conflict("no_terminal", "there is no terminal in this sector"));
        };
        let moved = looked.is_none_or(|looked| looked.kind != place.kind || looked.directory != place.directory);
        if moved {
            let message = "the shell is somewhere else since this command was looked at; stage it again";
            return Err(Refusal::conflict("moved", message));
        }
        self.staging.given.retain(|_, given| now.saturating_sub(*given) < GIVEN);
        if self.staging.given.contains_key(&terminal) {
            return Err(Refusal::conflict("busy", "the shell was given another command just now"));
        }
        self.can_give(terminal).map_err(|error| Refusal::conflict("busy", error.to_string()))?;
        Ok(terminal)
    }

    /// A shell said that it runs something, or that it waits again.
    pub(crate) fn shell_took_command(&mut self, terminal: TerminalId) {
        self.staging.given.remove(&terminal);
    }

    /// A line of the audit log was written, or not.
    pub(super) fn line_written(&mut self, written: Written) {
        let failed = written.error.is_some();
        if let Some(error) = &written.error
            && !std::mem::replace(&mut self.staging.unwritten, true)
        {
            tracing::warn!(error, "the audit log is not written");
            self.tell_user(AlertLevel::Danger, &format!("commands are not written down: {error}"));
        }
        self.staging.unwritten &= failed;
        let Some(ticket) = written.ticket else { return };
        let Some((committed, terminal, who, asker)) = self.staging.writing.remove(&ticket) else { return };
        let id = committed.staged().id.clone();
        if failed && committed.verdict().class >= Class::Danger {
            self.staging.given.remove(&terminal);
            let message = "a dangerous command that cannot be written down does not run";
            return self.not_run(&committed, &who, &Refusal::conflict("not_audited", message), asker);
        }
        if let Err(error) = self.give(terminal, committed.text()) {
            self.staging.given.remove(&terminal);
            return self.not_run(&committed, &who, &Refusal::conflict("busy", error.to_string()), asker);
        }
        self.report_line(&AuditLine::about(
            committed.staged(),
            Some(committed.verdict()),
            &who,
            Outcome::Committed,
            None,
            SystemTime::now(),
        ));
        self.staging.looks.remove(&id);
        if self.staging.shown.as_ref().is_some_and(|(.., shown)| *shown == id) {
            self.nothing_shown();
            if self.prompt_text().as_deref() == Some(committed.text()) {
                let _ = self.act_ui(UiAction::ClearPrompt);
            }
        }
        self.answer_asker(asker, Ok(None));
    }

    /// A committed text did not run after all. It has to be staged again.
    fn not_run(&mut self, committed: &Committed, who: &Who, refusal: &Refusal, asker: Asker) {
        let because = Some(refusal.message.clone());
        let (staged, verdict) = (committed.staged(), Some(committed.verdict()));
        self.audit_line(AuditLine::about(staged, verdict, who, Outcome::NotRun, because, SystemTime::now()));
        self.tell_prompt(Some(committed.text().to_owned()), &refusal.message, &asker);
        self.nothing_shown();
        self.answer_asker(asker, Err(refusal.clone()));
    }

    pub(super) fn refuse_commit(&mut self, id: &StageId, refusal: &Refusal, who: &Who, asker: Asker) {
        let now = self.shell.now();
        let staged = self.staging.store.get(id, now).cloned();
        let because = format!("{} ({})", refusal.message, refusal.reason);
        let line = match &staged {
            Some(staged) => {
                let verdict = staged.verdict.as_ref();
                AuditLine::about(staged, verdict, who, Outcome::Refused, Some(because), SystemTime::now())
            }
            None => AuditLine::unstaged(b"", because, who, SystemTime::now()),
        };
        self.audit_line(line);
        let text = staged.map(|staged| staged.text);
        self.tell_prompt(text, &refusal.message, &asker);
        if matches!(refusal.reason.as_str(), "moved" | "expired" | "unknown_id") && matches!(asker, Asker::Prompt) {
            // It is looked at again.
            self.nothing_shown();
        }
        self.answer_asker(asker, Err(refusal.clone()));
    }
}
