//! What only a shell with a module says: what it works with, what a command's result is, what it lists and completes.

use std::collections::BTreeMap;
use std::path::Path;

use lcars_ui::files::{Entry, FileName, Kind as FileKind};
use lcars_ui::hierarchy::TerminalId;
use lcars_ui::shells::{Candidate, Completions, SuggestedFrom, Suggestion};
use serde_json::Value;
use shell_bridge::api::{self, Listing};

use crate::services::directory::read::moment;
use crate::state::State;

/// What is told of a result, in letters.
const MOST_RESULT: usize = 200;
/// Chips that a shell's candidates become.
const MOST_CHIPS: usize = 12;

impl State {
    /// A shell told variables: what it works with is shown, and where it finds programs is where completions look.
    pub(super) fn shell_environment(&mut self, id: TerminalId, mut told: BTreeMap<String, String>) {
        if let Some(running) = self.terminals.shells.get_mut(&id) {
            running.path = told.remove("PATH").map(|path| absolute(&path)).filter(|path| !path.is_empty());
        }
        self.shell.desktop.terminal_works_with(id, &works_with(&told));
    }

    /// A command told its result. It is shown beside how the command ended.
    pub(super) fn command_result(&mut self, id: TerminalId, value: &Value) {
        self.shell.desktop.terminal_result(id, &in_words(value));
    }

    /// A shell told what could follow a text: that of the prompt, or what stands half typed in the terminal, which can then be
    /// staged as a whole.
    pub(super) fn shell_completes(&mut self, id: TerminalId, text: String, candidates: Vec<api::Candidate>) {
        if self.shell.desktop.prompt_terminal() != Some(id) || text.trim().is_empty() || candidates.is_empty() {
            return;
        }
        let from = super::super::advice::last_word(&text);
        let prompt = &self.screen().interface.prompt;
        let (typed, cursor) = (prompt.text().to_owned(), prompt.editor().cursor());
        if typed.get(..cursor) == Some(text.as_str()) {
            let candidate = |found: api::Candidate| Candidate { text: found.text, about: found.description };
            let candidates = candidates.into_iter().map(candidate).collect();
            let replaces = from..cursor;
            let completions = Completions { text: typed, cursor, replaces, candidates };
            self.shell.shells.prompt.completions = Some(completions);
            return;
        }
        let kept = text.get(..from).unwrap_or_default();
        let chips = candidates.into_iter().take(MOST_CHIPS).map(|found| format!("{kept}{}", found.text));
        let chips = chips.filter(|text| !text.contains('\n'));
        let suggestion = |text| Suggestion { text, from: SuggestedFrom::Shell };
        self.shell.shells.prompt.suggestions = chips.map(suggestion).collect();
    }

    /// A shell told what is in a directory. That is shown where this process cannot, or not yet, see it for itself.
    pub(super) fn shell_lists(&mut self, id: TerminalId, listing: Listing) {
        let here = listing.host.as_deref().is_none_or(|host| host.is_empty() || super::told::is_here(host));
        let Some((sector, terminal)) = self.shell.desktop.tree().terminal(id) else { return };
        let shown = sector.terminal == Some(id) && terminal.directory.as_deref() == Some(listing.directory.as_str());
        let sector = sector.id;
        if !here || !shown || listing.files.is_empty() {
            return;
        }
        let entries = listing.files.into_iter().filter_map(entry).collect();
        self.directory_hinted(sector, Path::new(&listing.directory), entries, listing.truncated);
    }
}

/// An entry as a shell told it. Links are not followed by it.
fn entry(file: api::ListedFile) -> Option<Entry> {
    let kind = match file.kind {
        api::FileKind::File => FileKind::File,
        api::FileKind::Directory => FileKind::Directory,
        api::FileKind::Link | api::FileKind::Other => FileKind::Unknown,
    };
    let entry = Entry::named(FileName::new(file.name.as_bytes())?, kind);
    let media = file.mime.filter(|_| kind == FileKind::File).unwrap_or_default();
    Some(Entry {
        size: file.size.unwrap_or(0),
        modified: file.mtime.map(moment),
        mode: file.mode.unwrap_or(0),
        media: media.into(),
        ..entry
    })
}

/// The parts of a path that are the same wherever one is.
fn absolute(path: &str) -> String {
    path.split(':').filter(|part| part.starts_with('/')).collect::<Vec<_>>().join(":")
}

/// What a shell works with, by the variables that say so.
fn works_with(told: &BTreeMap<String, String>) -> Vec<String> {
    let last = |value: &str| value.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let known: [(&str, &str, bool); 6] = [
        ("git_branch", "BRANCH", false),
        ("VIRTUAL_ENV", "VENV", true),
        ("CONDA_DEFAULT_ENV", "CONDA", true),
        ("KUBECONFIG", "KUBE", true),
        ("AWS_PROFILE", "AWS", false),
        ("DOCKER_HOST", "DOCKER", false),
    ];
    let words = known.into_iter().filter_map(|(name, word, is_path)| {
        let value = told.get(name).filter(|value| !value.is_empty())?;
        Some(format!("{word} {}", if is_path { last(value) } else { value.clone() }))
    });
    words.collect()
}

/// A result as somebody would say it: `passed 41, failed split`.
pub(super) fn in_words(value: &Value) -> String {
    let mut words = String::new();
    say(value, true, &mut words);
    if words.chars().nth(MOST_RESULT).is_some() {
        words = words.chars().take(MOST_RESULT - 1).chain(['…']).collect();
    }
    words
}

fn say(value: &Value, outermost: bool, words: &mut String) {
    // The rest would be cut off.
    if words.len() > 4 * MOST_RESULT {
        return;
    }
    let mut between = false;
    let mut comma = |words: &mut String| {
        if std::mem::replace(&mut between, true) {
            words.push_str(", ");
        }
    };
    match value {
        Value::Null => words.push_str("nothing"),
        Value::Bool(yes) => words.push_str(if *yes { "yes" } else { "no" }),
        Value::Number(number) => words.push_str(&number.to_string()),
        Value::String(text) => words.push_str(text),
        Value::Array(items) if items.is_empty() => words.push_str("none"),
        Value::Array(items) => {
            items.iter().take(MOST_RESULT).for_each(|item| {
                comma(words);
                say(item, false, words);
            });
        }
        Value::Object(members) => {
            words.push_str(if outermost { "" } else { "(" });
            members.iter().take(MOST_RESULT).for_each(|(name, member)| {
                comma(words);
                words.push_str(name);
                words.push(' ');
                say(member, false, words);
            });
            words.push_str(if outermost { "" } else { ")" });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_result_is_told_in_words_and_within_bounds() {
        assert_eq!(in_words(&json!({"passed": 41, "failed": ["split"]})), "failed split, passed 41");
        assert_eq!(in_words(&json!("done")), "done");
        assert_eq!(in_words(&json!([1, [], {"a": null, "b": true}])), "1, none, (a nothing, b yes)");
        let long = in_words(&json!(vec!["word"; 4000]));
        assert!(long.chars().count() == MOST_RESULT && long.ends_with('…'), "{long}");
    }

    #[test]
    fn what_a_shell_works_with_is_told_in_a_few_words() {
        let told = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            works_with(&pairs.collect())
        };
        assert_eq!(told(&[]), Vec::<String>::new());
        let all = told(&[("VIRTUAL_ENV", "/home/ada/venv/"), ("git_branch", "fix/it"), ("AWS_PROFILE", "")]);
        assert_eq!(all, ["BRANCH fix/it", "VENV venv"]);
    }

    #[test]
    fn programs_are_looked_for_only_where_they_are_the_same_for_everybody() {
        assert_eq!(absolute("/a/bin:bin::./x:/usr/bin"), "/a/bin:/usr/bin");
        assert_eq!(absolute("."), "");
    }

    #[test]
    fn a_listed_file_is_an_entry_unless_its_name_is_none() {
        let file = |name: &str, kind| api::ListedFile {
            name: name.into(),
            kind,
            size: Some(7),
            mtime: None,
            mime: Some("text/plain".into()),
            mode: None,
        };
        let notes = entry(file("notes.txt", api::FileKind::File)).unwrap();
        assert_eq!((notes.kind, notes.size, &*notes.media), (FileKind::File, 7, "text/plain"));
        let link = entry(file("link", api::FileKind::Link)).unwrap();
        assert_eq!((link.kind, &*link.media), (FileKind::Unknown, ""), "where it leads is not known");
        assert!(entry(file("..", api::FileKind::Directory)).is_none());
    }
}
