//! The thread that looks at staged texts: is it well formed, of which class is it, what would it do.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::SystemTime;

use calloop::channel::SyncSender;
use lcars_ui::shells::Detail;
use shell_bridge::modules::{Kind, NotSubmitted};
use shell_bridge::stage::{Class, Context, Policy, Reason, StageId, Verdict, classify};

use super::count;
use super::syntax::{self, Unchecked};
use crate::services::files;

/// Largest policy that is read.
const MOST_POLICY: u64 = 1 << 20;

/// So many files of the shell's settings are read, and so much of each.
const MOST_SETTINGS: usize = 64;
const MOST_SETTINGS_BYTES: u64 = 256 << 10;

/// A text that is to be looked at.
#[derive(Debug)]
pub(super) struct Job {
    pub id: StageId,
    pub text: String,
    pub kind: Kind,
    pub directory: PathBuf,
    pub home: PathBuf,
    /// Where the shells' own settings are.
    pub config_home: PathBuf,
}

/// What was found out.
#[derive(Debug)]
pub(super) enum Found {
    /// About a text.
    Looked { id: StageId, verdict: Verdict, details: Vec<Detail> },
    /// Mistakes in the user's policy; the last good one stays.
    Mistakes(Vec<String>),
}

/// The rules in force, read again when the file was saved.
#[derive(Debug)]
struct Rules {
    file: PathBuf,
    policy: Policy,
    /// As it was when it was read last.
    seen: Option<(SystemTime, u64)>,
}

impl Rules {
    fn new(file: PathBuf) -> Self {
        Self { file, policy: Policy::shipped(), seen: None }
    }

    /// Reads the file if it is another one than last time.
    fn refresh(&mut self) -> Result<(), Vec<String>> {
        let seen =
            std::fs::metadata(&self.file).ok().and_then(|metadata| Some((metadata.modified().ok()?, metadata.len())));
        if seen == self.seen {
            return Ok(());
        }
        self.seen = seen;
        if seen.is_none() {
            self.policy = Policy::shipped();
            return Ok(());
        }
        let name = self.file.display().to_string();
        let bytes = files::read_bounded(&self.file, MOST_POLICY).map_err(|error| vec![format!("{name}: {error}")])?;
        let text = String::from_utf8(bytes).map_err(|_| vec![format!("{name}: this is not valid UTF-8")])?;
        let read = Policy::shipped().extended(&text, &name);
        self.policy = read.map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        Ok(())
    }
}

/// Looks at one text after the other until nobody asks or nobody listens.
pub(super) fn run(policy_file: PathBuf, jobs: &Receiver<Job>, found: &SyncSender<Found>) {
    let mut rules = Rules::new(policy_file);
    while let Ok(job) = jobs.recv() {
        if let Err(mistakes) = rules.refresh()
            && found.send(Found::Mistakes(mistakes)).is_err()
        {
            return;
        }
        let verdict = judge(&rules.policy, &job);
        let details = if verdict.class >= Class::Danger { details(&verdict) } else { Vec::new() };
        if found.send(Found::Looked { id: job.id, verdict, details }).is_err() {
            return;
        }
    }
}

/// The verdict on one text. What the shell does not take, or nobody can check, does not run.
fn judge(policy: &Policy, job: &Job) -> Verdict {
    match syntax::check(job.kind, &job.text) {
        Ok(()) => {}
        Err(Unchecked::Wrong(why)) => return Verdict::refused("syntax", format!("the shell does not take it: {why}")),
        Err(error @ Unchecked::Nobody(_)) => return Verdict::refused("unchecked", error.to_string()),
    }
    if job.kind == Kind::Other && job.text.trim_end_matches('\n').contains('\n') {
        return Verdict::refused("lines", NotSubmitted::Lines.to_string());
    }
    let mut context = Context {
        posix: job.kind != Kind::Fish,
        directory: job.directory.clone(),
        home: job.home.clone(),
        ..Context::default()
    };
    for text in settings(job) {
        context.learn(&text);
    }
    let mut verdict = classify(policy, &job.text, &context);
    if matches!(job.kind, Kind::Bash | Kind::Zsh) && recalls_history(&job.text) {
        let why = "an exclamation mark puts an earlier command in its place";
        let mut reasons = std::mem::take(&mut verdict.reasons);
        reasons.push(Reason::built_in("history-expansion", Class::Danger, why));
        verdict = Verdict { secrets: verdict.secrets, deletes: verdict.deletes, ..Verdict::new(reasons) };
    }
    verdict
}

/// The files in which the user gives the shell names of their own. They are read, not run.
fn settings(job: &Job) -> Vec<String> {
    let fish = job.config_home.join("fish");
    let files = match job.kind {
        Kind::Fish => {
            let mut files = files::list_below(&fish.join("conf.d"), 0, MOST_SETTINGS);
            files.push(fish.join("config.fish"));
            // A function that has a file of its own is read when it is called.
            let called = job.text.split(|c: char| c.is_whitespace() || "();|&\"'$".contains(c));
            let names = called.filter(|word| !word.is_empty() && !word.contains(['/', '.']) && word.len() < 64);
            files.extend(names.take(MOST_SETTINGS).map(|name| fish.join(format!("functions/{name}.fish"))));
            files
        }
        Kind::Bash => [".bashrc", ".bash_aliases"].map(|name| job.home.join(name)).to_vec(),
        Kind::Zsh => [".zshenv", ".zshrc"].map(|name| job.home.join(name)).to_vec(),
        Kind::Other => Vec::new(),
    };
    let read = |file: &PathBuf| String::from_utf8(files::read_bounded(file, MOST_SETTINGS_BYTES).ok()?).ok();
    files.iter().filter_map(read).collect()
}

/// Whether Bash or Zsh would take a part of the text for an earlier command.
fn recalls_history(text: &str) -> bool {
    text.char_indices().any(|(at, c)| {
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        c == '!' && next.is_some_and(|next| !matches!(next, ' ' | '=' | '(' | '"' | '\''))
    })
}

/// What is known of what a dangerous command would do.
fn details(verdict: &Verdict) -> Vec<Detail> {
    let detail = |label: &str, text: String| Detail { label: label.into(), text };
    let mut details = Vec::new();
    if !verdict.deletes.is_empty() {
        details.push(detail("DELETES", count::count(&verdict.deletes).in_words()));
        details.push(detail("WHERE", listed(&verdict.deletes)));
    }
    if let Some(reason) = verdict.reasons.first() {
        details.push(detail("RULE", reason.source()));
    }
    details
}

fn listed(paths: &[PathBuf]) -> String {
    let name = |path: &Path| path.display().to_string();
    match paths {
        [only] => name(only),
        [first, rest @ ..] => format!("{} and {} more", name(first), rest.len()),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(text: &str, kind: Kind) -> Job {
        let mut store = shell_bridge::stage::Store::new();
        let who = shell_bridge::stage::Who { name: "user".into(), from: "test".into() };
        let id = store.stage(text.as_bytes(), who, std::time::Duration::ZERO).unwrap().id;
        let (directory, home) = ("/home/ada/work".into(), "/home/ada".into());
        Job { id, text: text.into(), kind, directory, home, config_home: "/home/ada/.config".into() }
    }

    #[test]
    fn what_fish_does_not_take_is_refused_with_what_it_says() {
        let verdict = judge(&Policy::shipped(), &job("ls '", Kind::Fish));
        assert_eq!((verdict.class, verdict.reasons[0].rule.as_str()), (Class::Refused, "syntax"));
        assert!(verdict.reasons[0].text.contains("quotes"), "{}", verdict.reasons[0].text);
        assert_eq!(judge(&Policy::shipped(), &job("ls", Kind::Fish)).class, Class::Safe);
    }

    #[test]
    fn several_lines_are_of_the_worst_class_of_all_and_have_to_be_whole() {
        let judged = |text: &str, kind| judge(&Policy::shipped(), &job(text, kind));
        assert_eq!(judged("if true\n  ls\nend\npwd", Kind::Fish).class, Class::Safe);
        assert_eq!(judged("ls\nrm notes.txt\npwd", Kind::Fish).class, Class::Caution);
        assert_eq!(judged("ls\nrm -rf x\npwd", Kind::Fish).class, Class::Danger);
        let unfinished = judged("ls\nif true\n  pwd", Kind::Fish);
        assert_eq!((unfinished.class, unfinished.reasons[0].rule.as_str()), (Class::Refused, "syntax"));
        assert!(unfinished.reasons[0].text.contains("line 2: "), "{}", unfinished.reasons[0].text);
        let lines = judged("ls\npwd", Kind::Other);
        assert_eq!((lines.class, lines.reasons[0].rule.as_str()), (Class::Refused, "lines"));
    }

    #[test]
    fn each_shell_has_its_own_traps() {
        let class = |text: &str, kind| judge(&Policy::shipped(), &job(text, kind)).class;
        assert_eq!(class("echo `rm -rf x`", Kind::Fish), Class::Safe);
        assert_eq!(class("echo `rm -rf x`", Kind::Bash), Class::Danger);
        assert_eq!(class("!rm", Kind::Bash), Class::Danger);
        assert_eq!(class("test 1 != 2", Kind::Bash), Class::Safe);
    }

    #[test]
    fn names_of_the_users_own_are_seen_through() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("fish/functions")).unwrap();
        std::fs::write(dir.path().join("fish/functions/tidy.fish"), "function tidy\n  rm -rf $argv\nend\n").unwrap();
        std::fs::write(dir.path().join("fish/config.fish"), "alias del 'rm -rf'\n").unwrap();
        for text in ["tidy x", "ls; del x"] {
            let job = Job { config_home: dir.path().to_owned(), ..job(text, Kind::Fish) };
            assert_eq!(judge(&Policy::shipped(), &job).class, Class::Danger, "{text}");
        }
    }

    #[test]
    fn the_dialog_says_what_where_and_which_rule() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("old")).unwrap();
        std::fs::write(dir.path().join("old/file"), "12345").unwrap();
        let text = format!("rm -rf {}", dir.path().join("old").display());
        let details = details(&judge(&Policy::shipped(), &job(&text, Kind::Fish)));
        let told: Vec<_> = details.iter().map(|detail| (detail.label.as_str(), detail.text.as_str())).collect();
        let place = dir.path().join("old").display().to_string();
        assert_eq!(told[0], ("DELETES", "1 file in 1 folder, 5 bytes"));
        assert_eq!(told[1], ("WHERE", place.as_str()));
        assert_eq!(told[2], ("RULE", "recursive-bulk, policy.toml line 20"));
    }

    #[test]
    fn the_users_policy_is_read_when_it_is_saved_and_a_mistake_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("policy.toml");
        let mut rules = Rules::new(file.clone());
        rules.refresh().unwrap();
        let class = |rules: &Rules| judge(&rules.policy, &job("frobnicate", Kind::Fish)).class;
        assert_eq!(class(&rules), Class::Safe);
        let rule = "[[rule]]\nname = \"mine\"\nclass = \"danger\"\nbecause = \"x\"\ncommands = [\"frobnicate\"]\n";
        std::fs::write(&file, rule).unwrap();
        rules.refresh().unwrap();
        assert_eq!(class(&rules), Class::Danger);
        std::fs::write(&file, format!("{rule}nonsense = 1\n")).unwrap();
        let mistakes = rules.refresh().unwrap_err();
        assert!(mistakes[0].contains("policy.toml line 6"), "{mistakes:?}");
        assert_eq!(class(&rules), Class::Danger, "the last good one stays");
        std::fs::remove_file(&file).unwrap();
        rules.refresh().unwrap();
        assert_eq!(class(&rules), Class::Safe);
    }
}
