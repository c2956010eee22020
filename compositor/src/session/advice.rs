//! What a real Fish says about the text in the prompt: what could stand at the cursor, what its parts are, what was run
//! before. It is asked on a thread of its own, and of what waits there only the newest is answered.

use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use calloop::RegistrationToken;
use calloop::channel::{Event, SyncSender, sync_channel};
use lcars_ui::hierarchy::TerminalId;
use lcars_ui::shells::{Candidate, Colours, Completions, SuggestedFrom, Suggestion, Syntax};
use shell_bridge::modules::{Kind, Request};
use shell_bridge::query::{Fish, Role};

use crate::environment;
use crate::state::State;

/// Answers that wait for the main thread.
const WAITING: usize = 4;
/// A text is asked about when nothing was typed for so long.
const TYPED: Duration = Duration::from_millis(120);
/// Commands that were run before and are looked through.
const MOST_HISTORY: usize = 256;
/// Suggestions that are made.
const MOST_SUGGESTIONS: usize = 12;
/// Of them, what the shell completes.
const MOST_COMPLETED: usize = 4;
/// Commands of this session that are remembered.
const MOST_RAN: usize = 512;

/// Something that Fish is asked.
#[derive(Debug)]
enum Question {
    /// What could stand at a place of a text, in bytes.
    Complete { text: String, cursor: usize, place: Place },
    /// What the parts of a text are, how it could go on, and what like it was run before.
    Look { text: String, place: Place },
}

/// Where a text would run.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    directory: PathBuf,
    /// Where the shell finds programs, if that is not where this process does.
    path: Option<String>,
}

/// What Fish answers.
#[derive(Debug)]
enum Advice {
    Completions(Completions),
    Looked { text: String, spans: Vec<(Range<usize>, Syntax)>, completed: Vec<String>, ran: Vec<String> },
}

/// Where questions are asked, and what was asked last.
#[derive(Debug, Default)]
pub(crate) struct Advisor {
    thread: Option<Sender<Question>>,
    /// The text that was asked about, and where its shell was.
    asked: Option<(String, Place)>,
    /// What is to be asked about when nothing more is typed.
    typing: Option<((String, Place), RegistrationToken)>,
    /// The shell that was asked what it knows when the prompt was opened.
    opened: Option<TerminalId>,
    /// What was run in this session and where, the newest last.
    ran: Vec<(String, String)>,
}

impl State {
    fn ask(&mut self, question: Question) {
        if self.advisor.thread.is_none() {
            match self.start_advisor() {
                Ok(thread) => self.advisor.thread = Some(thread),
                Err(error) => return tracing::warn!(%error, "nobody can be asked about what is typed"),
            }
        }
        if let Some(thread) = &self.advisor.thread {
            // It has ended only if there is no Fish.
            let _ = thread.send(question);
        }
    }

    fn start_advisor(&mut self) -> anyhow::Result<Sender<Question>> {
        let (ask, asked) = channel();
        let (answer, answers) = sync_channel(WAITING);
        let told = self.session.as_ref().map(|session| session.environment().to_vec()).unwrap_or_default();
        std::thread::Builder::new().name("advice".into()).spawn(move || advise(&told, &asked, &answer))?;
        let inserted = self.handle.insert_source(answers, |event, (), state| {
            if let Event::Msg(advice) = event {
                state.advised(advice);
            }
        });
        inserted.map_err(|error| error.error)?;
        Ok(ask)
    }

    /// The prompt asks what could stand at its cursor.
    pub(crate) fn complete_prompt(&mut self, text: String, cursor: usize) {
        let place = self.prompt_place();
        self.ask(Question::Complete { text, cursor, place });
    }

    /// Where what is in the prompt would run.
    fn prompt_place(&self) -> Place {
        let (directory, _) = self.directory_of(self.shell.desktop.prompt_sector());
        let path = self.shell.desktop.prompt_terminal().and_then(|id| self.terminals.path(id));
        Place { directory, path }
    }

    /// Whoever opens the prompt is shown what the shell itself suggests: how what stands half typed there could go on, and
    /// what was run of late where that is not in the history of Fish.
    fn ask_shell_of_prompt(&mut self) {
        let open = self.screen().interface.prompt.keyboard;
        let terminal = self.shell.desktop.prompt_terminal().filter(|_| open);
        let before = self.advisor.opened;
        let Some(id) = terminal.filter(|id| self.can_give(*id).is_ok()) else {
            self.advisor.opened = before.filter(|id| terminal == Some(*id));
            return;
        };
        if before == Some(id) {
            return;
        }
        self.advisor.opened = Some(id);
        if matches!(self.terminals.kind(id), Some(Kind::Bash | Kind::Zsh)) {
            self.ask_shell(id, Request::Suggest);
        }
        self.ask_shell(id, Request::Complete);
    }

    /// Runs after every turn of the loop: asks about what stands in the prompt, a moment after the last key.
    pub(crate) fn advise_prompt(&mut self) {
        if self.session.is_none() || self.shell.desktop.prompt_terminal().is_none() {
            return;
        }
        self.ask_shell_of_prompt();
        let prompt = &self.screen().interface.prompt;
        let text = if prompt.query().is_some() { "" } else { prompt.text() };
        let now = (text.to_owned(), self.prompt_place());
        let waits = self.advisor.typing.as_ref().map(|(waits, _)| waits);
        if waits.or(self.advisor.asked.as_ref()) == Some(&now) {
            return;
        }
        if let Some((_, timer)) = self.advisor.typing.take() {
            self.handle.remove(timer);
        }
        let timer = self.after(TYPED, "what is typed", |state| {
            if let Some(((text, place), _)) = state.advisor.typing.take() {
                state.advisor.asked = Some((text.clone(), place.clone()));
                state.ask(Question::Look { text, place });
            }
        });
        self.advisor.typing = timer.map(|timer| (now, timer));
    }

    fn advised(&mut self, advice: Advice) {
        match advice {
            Advice::Completions(completions) => self.shell.shells.prompt.completions = Some(completions),
            Advice::Looked { text, spans, completed, ran } => {
                let here = self.prompt_place().directory;
                let mine = self.advisor.ran.iter().rev().map(|(_, command)| command.clone());
                if text.is_empty() {
                    let history = unique(mine.chain(ran.iter().cloned()), MOST_HISTORY);
                    self.shell.shells.prompt.history = Arc::new(history);
                }
                let often =
                    if text.is_empty() { frequent(&self.advisor.ran, &here.to_string_lossy()) } else { Vec::new() };
                self.shell.shells.prompt.suggestions = suggestions(&text, completed, often, ran);
                self.shell.shells.prompt.colours = Some(Colours { text, spans });
            }
        }
        self.shell.outdated = true;
        self.screens.damage();
        self.wake_interface();
    }

    /// A command was run by a shell. One that begins with a space is nobody's business, as in the shells themselves.
    pub(super) fn remember_command(&mut self, directory: Option<&str>, command: &str) {
        if command.trim().is_empty() || command.starts_with(char::is_whitespace) {
            return;
        }
        let ran = &mut self.advisor.ran;
        ran.push((directory.unwrap_or_default().to_owned(), command.to_owned()));
        if ran.len() > MOST_RAN {
            ran.remove(0);
        }
        // What was run before is another list now.
        self.advisor.asked = None;
    }
}

/// Answers until nobody asks any more.
fn advise(told: &[(OsString, OsString)], asked: &Receiver<Question>, answer: &SyncSender<Advice>) {
    let fish = match Fish::find() {
        Ok(fish) => fish.with_variables(|name| environment::find(told, name)),
        Err(error) => return tracing::warn!(%error, "nothing is completed or coloured"),
    };
    while let Ok(first) = asked.recv() {
        let (mut complete, mut look) = (None, None);
        // Only the newest of each kind is still wanted.
        for question in std::iter::once(first).chain(asked.try_iter()) {
            match question {
                Question::Complete { text, cursor, place } => complete = Some((text, cursor, place)),
                Question::Look { text, place } => look = Some((text, place)),
            }
        }
        let there = |place: &Place| fish.clone().with_path(place.path.clone());
        let completed =
            complete.map(|(text, cursor, place)| completions(&there(&place), text, cursor, &place.directory));
        let looked = look.map(|(text, place)| look_at(&there(&place), text, &place.directory));
        for advice in completed.into_iter().chain(looked) {
            if answer.send(advice).is_err() {
                return;
            }
        }
    }
}

fn completions(fish: &Fish, text: String, cursor: usize, directory: &Path) -> Advice {
    let before = text.get(..cursor).unwrap_or(&text);
    let replaces = last_word(before)..before.len();
    let found = fish.complete(before, directory).unwrap_or_else(|error| {
        tracing::debug!(%error, "nothing was completed");
        Vec::new()
    });
    let candidate = |found: shell_bridge::api::Candidate| Candidate { text: found.text, about: found.description };
    let candidates = found.into_iter().map(candidate).collect();
    Advice::Completions(Completions { text, cursor, replaces, candidates })
}

fn look_at(fish: &Fish, text: String, directory: &Path) -> Advice {
    let ran = fish.history_search(&text, MOST_HISTORY).unwrap_or_else(|error| {
        tracing::debug!(%error, "what was run before is not known");
        Vec::new()
    });
    if text.trim().is_empty() {
        return Advice::Looked { text, spans: Vec::new(), completed: Vec::new(), ran };
    }
    let colours = fish.colours(&text).unwrap_or_else(|error| {
        tracing::debug!(%error, "a text is not coloured");
        None
    });
    let spans = colours.into_iter().flatten().map(|span| (span.range, syntax(span.role))).collect();
    let from = last_word(&text);
    let found = fish.complete(&text, directory).unwrap_or_default();
    let kept = text.get(..from).unwrap_or_default();
    let completed = found.into_iter().take(MOST_COMPLETED).map(|found| format!("{kept}{}", found.text)).collect();
    Advice::Looked { text, spans, completed, ran }
}

fn syntax(role: Role) -> Syntax {
    match role {
        Role::Command => Syntax::Command,
        Role::Keyword => Syntax::Keyword,
        Role::Option => Syntax::Option,
        Role::Parameter => Syntax::Parameter,
        Role::Quote => Syntax::Quote,
        Role::Redirection => Syntax::Redirection,
        Role::Operator | Role::Separator => Syntax::Operator,
        Role::Escape => Syntax::Escape,
        Role::Comment => Syntax::Comment,
        Role::Error => Syntax::Error,
    }
}

/// Where the last word of a text begins, in bytes: behind the last space or separator that is neither quoted nor escaped.
pub(super) fn last_word(text: &str) -> usize {
    let (mut from, mut quote, mut escaped) = (0, None, false);
    for (at, c) in text.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (quote, c) {
            (_, '\\') => escaped = true,
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, c) if c.is_whitespace() || ";|&()<>".contains(c) => from = at + c.len_utf8(),
            (None, _) => {}
        }
    }
    from
}

/// What was run most often in a directory, the newest of equals first.
fn frequent(ran: &[(String, String)], directory: &str) -> Vec<String> {
    let here = || ran.iter().rev().filter(|(there, _)| there == directory).map(|(_, command)| command.clone());
    let mut commands = unique(here(), MOST_RAN);
    commands.sort_by_key(|command| std::cmp::Reverse(here().filter(|other| other == command).count()));
    commands
}

/// The first of each, and no more than so many.
fn unique(commands: impl Iterator<Item = String>, most: usize) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    commands.filter(|command| seen.insert(command.clone())).take(most).collect()
}

fn suggestions(text: &str, completed: Vec<String>, often: Vec<String>, ran: Vec<String>) -> Vec<Suggestion> {
    let of = |from: SuggestedFrom, texts: Vec<String>| texts.into_iter().map(move |text| Suggestion { text, from });
    let all = of(SuggestedFrom::Completion, completed)
        .chain(of(SuggestedFrom::Directory, often).take(MOST_SUGGESTIONS / 2))
        .chain(of(SuggestedFrom::History, ran));
    let mut seen = std::collections::HashSet::new();
    let fits = |suggestion: &Suggestion| {
        // What takes several lines is no chip.
        suggestion.text.trim() != text.trim() && !suggestion.text.contains('\n') && seen.insert(suggestion.text.clone())
    };
    all.filter(fits).take(MOST_SUGGESTIONS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_begins_behind_the_last_separator_that_counts() {
        let word = |text: &str| text[last_word(text)..].to_owned();
        assert_eq!(word("git che"), "che");
        assert_eq!(word("ls my\\ fi"), "my\\ fi");
        assert_eq!(word("ls 'my fi"), "'my fi");
        assert_eq!(word("a; b|c"), "c");
        assert_eq!(word("echo (ls /t"), "/t");
        assert_eq!(word("cd "), "");
        assert_eq!(word("x --opt=ä"), "--opt=ä");
        assert_eq!(word(""), "");
    }

    #[test]
    fn what_is_run_often_here_comes_first() {
        let ran = [("/a", "make"), ("/b", "ls"), ("/a", "git pull"), ("/a", "vim"), ("/a", "make")];
        let ran = ran.map(|(directory, command)| (directory.to_owned(), command.to_owned()));
        assert_eq!(frequent(&ran, "/a"), ["make", "vim", "git pull"]);
        assert_eq!(frequent(&ran, "/c"), Vec::<String>::new());
    }

    #[test]
    fn suggestions_are_other_than_what_stands_there_and_each_once() {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let made = suggestions("git", texts(&["git add", "git"]), texts(&[]), texts(&["git add", "a\nb", "git pull"]));
        let told: Vec<_> = made.iter().map(|made| (made.text.as_str(), made.from)).collect();
        assert_eq!(told, [("git add", SuggestedFrom::Completion), ("git pull", SuggestedFrom::History)]);
        let many: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        assert_eq!(suggestions("", Vec::new(), Vec::new(), many).len(), MOST_SUGGESTIONS);
    }
}
