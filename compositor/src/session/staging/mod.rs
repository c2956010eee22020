//! Commands on their way to a shell: staged, looked at, committed, written down, typed.
//!
//! ```text
//! prompt, tile, page, HTTP, control socket ─ stage ─ store ─ thread "staging": the shell's own parser, the policy ─ settle
//! prompt, page, HTTP, control socket ─ commit ─ store ─ thread "audit": a line on the disk ─ typed into the terminal
//! ```
//!
//! The store alone says what may run (`shell_bridge::stage`). What is decided here is what it cannot know:
//! - A text is looked at for one terminal: its shell, its directory. If any of them is another when it is committed, it has
//!   to be looked at again.
//! - It is typed only if that shell is at its prompt; otherwise it stays staged.
//! - A dangerous command is confirmed by somebody who holds the button in the picture. A program can say so itself
//!   (`confirm`) with the role admin, or over the control socket, which only this user can open. An action of the
//!   interface that comes from outside cannot.
//! - Where the session wants it (`step_up`), a dangerous command also takes a proof of who confirms it, which the page has
//!   from the server in front.
//! - Nothing dangerous runs that could not be written down. Anything else does, and the user is told.

mod asker;
mod audit;
mod commit;
mod count;
mod look;
mod of_prompt;
mod step_up;
mod syntax;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender as Jobs, TrySendError, sync_channel as jobs};
use std::time::{Duration, SystemTime};

use calloop::RegistrationToken;
use calloop::channel::{Event, sync_channel};
use lcars_ui::hierarchy::{SectorId, TerminalId};
use lcars_ui::semantics::UiAction;
use lcars_ui::shells::{Class as Shown, Detail, StagedView};
use shell_bridge::modules::Kind;
use shell_bridge::stage::{
    AuditLine, Class, CommitRefused, Committed, Outcome, StageId, StageRefused, Staged, Store, Verdict, Who,
};
use streamer::auth::Caller;
use streamer::protocol::{Role, StagedText};
use streamer::{Json, Refusal, StagingRequest, ViewerId};

use crate::state::State;
pub(crate) use asker::Asker;
use asker::{refusal, told};
use audit::Entry;
use commit::Asked;
use look::{Found, Job};

/// Texts that wait to be looked at, and lines that wait to be written.
const WAITING: usize = 64;
/// So long after the last key of the prompt its text is looked at.
const TYPED: Duration = Duration::from_millis(120);
/// A shell that was given a command says that it runs by then.
const GIVEN: Duration = Duration::from_secs(2);

/// Everything about staged texts.
#[derive(Debug, Default)]
pub(crate) struct Staging {
    store: Store,
    looks: HashMap<StageId, Look>,
    threads: Option<Threads>,
    /// What the prompt shows, and what was looked at for it.
    shown: Option<(Place, String, StageId)>,
    /// The text of the prompt, until nobody has typed for a moment.
    typing: Option<(Place, String, RegistrationToken)>,
    /// What was committed and is being written down.
    writing: HashMap<u64, (Committed, TerminalId, Who, Asker)>,
    tickets: u64,
    /// Shells that were given a command and have not said yet that it runs.
    given: HashMap<TerminalId, Duration>,
    /// What each page may do, and whose it is.
    pub(crate) pages: HashMap<ViewerId, Caller>,
    /// A dangerous command also takes a proof of who confirms it.
    pub(crate) step_up: bool,
    /// What was held in the picture and waits for that proof.
    held: Option<step_up::Held>,
    /// The user was told that the audit log cannot be written.
    unwritten: bool,
}

#[derive(Debug)]
struct Threads {
    looks: Jobs<Job>,
    lines: Jobs<Entry>,
}

/// What a text is looked at for.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    sector: Option<SectorId>,
    terminal: Option<TerminalId>,
    kind: Kind,
    directory: PathBuf,
}

/// One staged text besides what the store knows.
#[derive(Debug)]
struct Look {
    place: Place,
    details: Vec<Detail>,
    /// Who waits for the verdict.
    asker: Option<Asker>,
    who: Who,
    /// It was looked at because it stands in the prompt.
    of_prompt: bool,
}

impl State {
    /// A program or a page asks about staged texts.
    pub(crate) fn staging_request(&mut self, by: Caller, request: StagingRequest, asker: Asker) {
        let who = asker.who(&by);
        match request {
            StagingRequest::Stage(stage) => {
                let sector = stage.sector.map(SectorId::from_raw);
                self.stage_for(stage.text.as_bytes(), sector, who, asker);
            }
            StagingRequest::Commit(commit) => {
                let id = StageId::from(commit.id.as_str());
                let said = commit.confirm && by.role == Role::Admin;
                let confirmed = said || self.staging.was_held(&id, &commit.hash, &asker);
                let asked = Asked { hash: &commit.hash, confirmed, proof: commit.proof.as_deref(), by };
                self.commit_for(&id, &asked, who, asker);
            }
            StagingRequest::Discard(discard) => {
                let id = StageId::from(discard.id.as_str());
                let now = self.shell.now();
                let answer = self.staging.store.discard(&id, now).map(|_| None).map_err(|refused| refusal(&refused));
                if answer.is_ok() && self.staging.shown.as_ref().is_some_and(|(.., shown)| *shown == id) {
                    self.nothing_shown();
                    let _ = self.act_ui(UiAction::ClearPrompt);
                }
                self.answer_asker(asker, answer);
            }
        }
    }

    /// Stages a text from outside and shows it in the prompt.
    fn stage_for(&mut self, text: &[u8], sector: Option<SectorId>, who: Who, asker: Asker) {
        if sector.is_some_and(|sector| self.shell.desktop.tree().sector(sector).is_none()) {
            return self.answer_asker(asker, Err(Refusal::conflict("no_sector", "there is no such sector")));
        }
        let now = self.shell.now();
        match self.staging.store.stage(text, who.clone(), now) {
            Err(StageRefused::Text(refused)) => {
                self.audit_line(AuditLine::unstaged(text, refused.to_string(), &who, SystemTime::now()));
                self.answer_asker(asker, Err(Refusal::invalid("text_refused", refused.to_string())));
            }
            Err(error @ StageRefused::Random(_)) => {
                self.answer_asker(asker, Err(Refusal::conflict("unavailable", error.to_string())));
            }
            Ok(staged) => {
                let place = self.place(sector);
                let here = sector.is_none() || sector == self.shell.desktop.prompt_sector();
                if here {
                    if let Err(reason) = self.act_ui(UiAction::Stage { text: staged.text.clone() }) {
                        tracing::debug!(reason, "a staged text is not shown");
                    }
                    self.show(&place, &staged);
                }
                self.look_at(&staged, place, who, Some(asker), false);
            }
        }
    }

    /// What a text for that sector is looked at for; that of the prompt where none is named.
    fn place(&self, sector: Option<SectorId>) -> Place {
        let sector = sector.or_else(|| self.shell.desktop.prompt_sector());
        let terminal = sector.and_then(|id| self.shell.desktop.tree().sector(id)).and_then(|sector| sector.terminal);
        let (directory, _) = self.directory_of(sector);
        // A terminal that is not there yet will have the shell that all have.
        let kind = terminal.and_then(|id| self.terminals.kind(id)).unwrap_or(Kind::Fish);
        Place { sector, terminal, kind, directory }
    }

    fn look_at(&mut self, staged: &Staged, place: Place, who: Who, asker: Option<Asker>, of_prompt: bool) {
        let now = self.shell.now();
        let Staging { store, looks, .. } = &mut self.staging;
        let there: Vec<StageId> = store.staged(now).map(|staged| staged.id.clone()).collect();
        looks.retain(|id, _| there.contains(id));
        let job = Job {
            id: staged.id.clone(),
            text: staged.text.clone(),
            kind: place.kind,
            directory: place.directory.clone(),
            home: self.home(),
            config_home: self.session.as_ref().map(|session| session.dirs().config_home.clone()).unwrap_or_default(),
        };
        self.staging.looks.insert(staged.id.clone(), Look { place, details: Vec::new(), asker, who, of_prompt });
        let sent = match self.staging_threads() {
            Ok(threads) => threads.looks.try_send(job).map_err(|error| match error {
                TrySendError::Full(_) => "too many texts wait to be looked at".to_owned(),
                TrySendError::Disconnected(_) => "nobody looks at texts any more".to_owned(),
            }),
            Err(error) => Err(error.to_string()),
        };
        if let Err(reason) = sent {
            let verdict = Verdict::refused("unchecked", format!("it cannot be checked: {reason}"));
            self.looked(staged.id.clone(), verdict, Vec::new());
        }
    }

    fn staging_threads(&mut self) -> anyhow::Result<&Threads> {
        if self.staging.threads.is_none() {
            let session = self.session.as_ref().ok_or_else(|| anyhow::anyhow!("this session has no shells"))?;
            let (policy_file, audit_file) = (session.dirs().policy_file(), session.dirs().audit_file());
            let (looks, asked) = jobs(WAITING);
            let (tell, found) = sync_channel(WAITING);
            let (lines, entries) = jobs(WAITING);
            let (tell_written, written) = sync_channel(WAITING);
            self.handle
                .insert_source(found, |event, (), state| match event {
                    Event::Msg(Found::Looked { id, verdict, details }) => state.looked(id, verdict, details),
                    Event::Msg(Found::Mistakes(mistakes)) => state.tell_mistakes(&mistakes),
                    Event::Closed => {}
                })
                .map_err(|error| error.error)?;
            self.handle
                .insert_source(written, |event, (), state| {
                    if let Event::Msg(written) = event {
                        state.line_written(written);
                    }
                })
                .map_err(|error| error.error)?;
            std::thread::Builder::new().name("staging".into()).spawn(move || look::run(policy_file, &asked, &tell))?;
            std::thread::Builder::new()
                .name("audit".into())
                .spawn(move || audit::run(audit_file, &entries, &tell_written))?;
            self.staging.threads = Some(Threads { looks, lines });
        }
        self.staging.threads.as_ref().ok_or_else(|| anyhow::anyhow!("there are no threads"))
    }

    /// A text was looked at.
    fn looked(&mut self, id: StageId, verdict: Verdict, details: Vec<Detail>) {
        let now = self.shell.now();
        if !self.staging.store.settle(&id, verdict.clone(), now) {
            // It was cleared or pushed out meanwhile. Who waits hears so.
            if let Some(asker) = self.staging.looks.remove(&id).and_then(|look| look.asker) {
                self.answer_asker(asker, Err(refusal(&CommitRefused::Expired)));
            }
            return;
        }
        let Some(staged) = self.staging.store.get(&id, now).cloned() else { return };
        let Some(look) = self.staging.looks.get_mut(&id) else { return };
        look.details = details;
        if !look.of_prompt {
            look.details.push(Detail { label: "FROM".into(), text: format!("{}, {}", look.who.from, look.who.name) });
        }
        let (asker, who, details) = (look.asker.take(), look.who.clone(), look.details.clone());
        if self.staging.shown.as_ref().is_some_and(|(.., shown)| *shown == id) {
            self.shell.shells.prompt.verdict = Some(view(&staged, &verdict, &details));
            self.shell.shells.prompt.checking = false;
            self.shell.outdated = true;
            self.screens.damage();
            self.wake_interface();
        }
        if verdict.class == Class::Refused && asker.is_some() {
            let because = Some("refused when it was staged".to_owned());
            let line = AuditLine::about(&staged, Some(&verdict), &who, Outcome::Refused, because, SystemTime::now());
            self.audit_line(line);
        }
        if let Some(asker) = asker {
            let expires_in = staged.expires.saturating_sub(now).as_secs_f64();
            let told = StagedText {
                id: staged.id.to_string(),
                text: staged.text,
                hash: staged.hash,
                class: verdict.class.name().to_owned(),
                reasons: verdict
                    .reasons
                    .iter()
                    .map(|reason| format!("{} ({})", reason.text, reason.source()))
                    .collect(),
                details: details.iter().map(told).collect(),
                expires_in,
            };
            self.answer_asker(asker, Ok(Some(told)));
        }
    }

    fn audit_line(&mut self, line: AuditLine) {
        self.report_line(&line);
        let sent =
            self.staging_threads().is_ok_and(|threads| threads.lines.try_send(Entry { line, ticket: None }).is_ok());
        if !sent {
            tracing::warn!("a refusal was not written down");
        }
    }

    /// Programs that listen hear what becomes of commands: no more of it than is written down.
    fn report_line(&self, line: &AuditLine) {
        #[derive(serde::Serialize)]
        struct Told<'a> {
            event: &'static str,
            #[serde(flatten)]
            line: &'a AuditLine,
        }
        let Some(remote) = &self.remote else { return };
        match Json::new(&Told { event: "commit", line }) {
            Ok(told) => remote.streamer().report(told),
            Err(error) => tracing::error!(%error, "what became of a command was not told"),
        }
    }
}

/// What the picture shows of a text that was looked at.
fn view(staged: &Staged, verdict: &Verdict, details: &[Detail]) -> StagedView {
    StagedView {
        id: staged.id.to_string(),
        text: staged.text.clone(),
        hash: staged.hash.clone(),
        class: match verdict.class {
            Class::Safe => Shown::Safe,
            Class::Caution => Shown::Caution,
            Class::Danger => Shown::Danger,
            Class::Refused => Shown::Refused,
        },
        title: verdict.reasons.first().map(|reason| reason.rule.replace('-', " ")).unwrap_or_default(),
        reasons: verdict.reasons.iter().map(|reason| reason.text.clone()).collect(),
        details: details.to_vec(),
    }
}
