//! Between what is on the bus and what is on the screen.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use bus::{Answer, Ask, Question, Terms};
use lcars_ui::asking::{Asked, Asking, Choice, Doing, Sieve, Verdict, What};
use lcars_ui::files::{FileName, Rule};
use lcars_ui::hierarchy::WindowId;
use lcars_ui::view::Launchable;

use crate::services::files::read_bounded;
use crate::state::State;

/// Bytes of the machine's list of accounts.
const MOST_ACCOUNTS: u64 = 1 << 20;

/// What an answer is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Known {
    /// Files; what programs call the choices, and what each of them may be.
    Files {
        filters: bool,
        choices: Vec<(String, Vec<String>)>,
    },
    /// The programs' desktop entries, in the order in which they are shown.
    Program(Vec<String>),
    Permit {
        choices: Vec<(String, Vec<String>)>,
    },
    Screenshot,
    Colour,
    /// Who the user is.
    Account {
        user: String,
        name: String,
    },
}

impl Known {
    /// What a program is told.
    pub fn answer(&self, verdict: Verdict, doing: &Doing) -> Answer {
        match (self, verdict) {
            (_, Verdict::Cancelled) => Answer::Cancelled,
            (Self::Files { filters, choices }, Verdict::Files(paths)) => {
                let filter = filters.then_some(doing.filter);
                Answer::Files { paths, filter, choices: chosen(choices, doing) }
            }
            (Self::Program(entries), Verdict::Program(place)) => {
                entries.get(place).cloned().map_or(Answer::Failed, Answer::Program)
            }
            (Self::Account { user, name }, Verdict::Granted) => {
                Answer::Account { user: user.clone(), name: name.clone() }
            }
            (Self::Permit { choices }, Verdict::Granted) => Answer::Granted(chosen(choices, doing)),
            _ => Answer::Failed,
        }
    }
}

fn chosen(choices: &[(String, Vec<String>)], doing: &Doing) -> Vec<(String, String)> {
    let one = |((id, options), at): (&(String, Vec<String>), &usize)| Some((id.clone(), options.get(*at)?.clone()));
    choices.iter().zip(&doing.chosen).filter_map(one).collect()
}

/// What else there is to choose, for the screen and for the program.
fn choices(from: &[bus::Choice]) -> (Vec<Choice>, Vec<(String, Vec<String>)>) {
    let one = |choice: &bus::Choice| {
        // One without options is on or off.
        let (ids, options): (Vec<String>, Vec<String>) = if choice.options.is_empty() {
            (vec!["false".into(), "true".into()], vec!["NO".into(), "YES".into()])
        } else {
            choice.options.iter().cloned().unzip()
        };
        let first = ids.iter().position(|id| *id == choice.chosen).unwrap_or_default();
        (Choice { label: choice.label.clone(), options, first }, (choice.id.clone(), ids))
    };
    from.iter().map(one).unzip()
}

fn sieves(terms: &Terms) -> Vec<Sieve> {
    let rule = |rule: &bus::Rule| match rule {
        bus::Rule::Glob(pattern) => Rule::Glob(pattern.clone()),
        bus::Rule::Media(media) => Rule::Media(media.clone()),
    };
    let sieve =
        |filter: &bus::Filter| Sieve { name: filter.name.clone(), rules: filter.rules.iter().map(rule).collect() };
    terms.filters.iter().map(sieve).collect()
}

impl State {
    /// A question as it is shown.
    pub(super) fn put_in_words(&self, ask: &Ask, window: Option<WindowId>) -> (Asking, Known) {
        let mut asked = Asked {
            program: self.program_called(&ask.program, window),
            title: ask.title.clone(),
            accept: ask.accept.clone(),
            what: What::Point,
            filters: Vec::new(),
            choices: Vec::new(),
            places: Vec::new(),
        };
        let id = ask.id.0;
        let mut of_files = |what: What, terms: &Terms, name: &str| {
            let (shown, ids) = choices(&terms.choices);
            let home: Arc<[u8]> = self.home().as_os_str().as_bytes().into();
            let places = vec![("HOME".into(), home.clone()), ("ALL FILES".into(), Arc::from(&b"/"[..]))];
            let filters = sieves(terms);
            let known = Known::Files { filters: !filters.is_empty(), choices: ids };
            asked = Asked { what, filters, choices: shown, places, ..asked.clone() };
            let last = || self.asks.directory.clone().map(Into::into);
            let directory = terms.folder.clone().map(Into::into).or_else(last).unwrap_or(home);
            let mut asking = Asking::new(id, window, asked.clone(), directory, name);
            asking.doing.filter = terms.filter;
            (asking, known)
        };
        match &ask.question {
            Question::Open { directory: true, terms, .. } => of_files(What::Folder, terms, ""),
            Question::Open { multiple, terms, .. } => of_files(What::Open { multiple: *multiple }, terms, ""),
            Question::Save { name, terms } => of_files(What::Save, terms, name),
            Question::SaveAll { names, terms } => {
                let names = names.iter().filter_map(|name| FileName::new(name)).collect();
                of_files(What::SaveAll { names }, terms, "")
            }
            Question::Program { choices, last, what } => {
                let (entries, programs) = self.programs_of(choices, last.as_deref());
                let what = What::Program { programs, to_open: what.clone() };
                (Asking::new(id, window, Asked { what, ..asked }, Arc::default(), ""), Known::Program(entries))
            }
            Question::Permit { subtitle, body, deny, choices: more } => {
                let (shown, ids) = choices(more);
                let text = [subtitle.as_str(), body].join(" ").trim().to_owned();
                let what = What::Permit { text, deny: deny.clone() };
                let asked = Asked { what, choices: shown, ..asked };
                (Asking::new(id, window, asked, Arc::default(), ""), Known::Permit { choices: ids })
            }
            Question::Screenshot { .. } => {
                let text = String::from("all that is on this screen is in it; it is kept among your pictures");
                let what = What::Permit { text, deny: None };
                let title = String::from("may it have a picture of the screen?");
                let asked = Asked { what, title, ..asked };
                (Asking::new(id, window, asked, Arc::default(), ""), Known::Screenshot)
            }
            Question::Account { reason } => {
                let (user, name) = self.person();
                let text = format!("you are {name}. {reason}").trim().to_owned();
                let title = String::from("may it know who you are?");
                let what = What::Permit { text, deny: None };
                let asked = Asked { what, title, ..asked };
                (Asking::new(id, window, asked, Arc::default(), ""), Known::Account { user, name })
            }
            Question::Colour => (Asking::new(id, window, asked, Arc::default(), ""), Known::Colour),
        }
    }

    /// What a program is called that asks.
    fn program_called(&self, id: &str, window: Option<WindowId>) -> String {
        let entry = self.session.as_ref().and_then(|session| session.entries.find(id));
        if let Some(entry) = entry.filter(|_| !id.is_empty()) {
            return entry.name.clone();
        }
        let app = window.and_then(|window| self.shell.desktop.tree().window(window));
        match app {
            Some((_, app, _)) => app.title.clone(),
            None if id.is_empty() => String::from("A program"),
            None => id.to_owned(),
        }
    }

    /// Who the user is: the account's name, and the person's, which is the account's again where nobody wrote it down.
    fn person(&self) -> (String, String) {
        let variable = |name: &str| self.session.as_ref().and_then(|session| session.variable(name));
        let told = ["USER", "LOGNAME"].into_iter().find_map(variable).and_then(|user| user.into_string().ok());
        let accounts = read_bounded(Path::new("/etc/passwd"), MOST_ACCOUNTS).unwrap_or_default();
        person_in(&String::from_utf8_lossy(&accounts), told.as_deref(), rustix::process::getuid().as_raw())
    }

    /// Programs that one is chosen of, with their desktop entries, that of the last time first.
    fn programs_of(&self, choices: &[String], last: Option<&str>) -> (Vec<String>, Vec<Launchable>) {
        let mut ids: Vec<&String> = choices.iter().collect();
        ids.sort_by_key(|id| Some(id.as_str()) != last);
        ids.dedup();
        let program = |id: &&String| {
            let entry = self.session.as_ref().and_then(|session| session.entries.get(id));
            let name = entry.map_or_else(|| id.to_string(), |entry| entry.name.clone());
            let icon = entry.and_then(|entry| entry.icon.clone());
            Launchable { entry: id.to_string(), name, icon, category: String::new() }
        };
        (ids.iter().map(ToString::to_string).collect(), ids.iter().map(program).collect())
    }
}

/// The account of a name, else of a number, in the machine's list, and what its person is called.
fn person_in(accounts: &str, user: Option<&str>, number: u32) -> (String, String) {
    let fields = |line: &'_ str| line.split(':').map(str::to_owned).collect::<Vec<_>>();
    let is_it = |fields: &Vec<String>| match user {
        Some(user) => fields.first().is_some_and(|name| name == user),
        None => fields.get(2).is_some_and(|own| own.parse() == Ok(number)),
    };
    let found = accounts.lines().map(fields).find(is_it).unwrap_or_default();
    let user = user.map(str::to_owned).or_else(|| found.first().cloned()).unwrap_or_else(|| number.to_string());
    let person = found.get(4).and_then(|person| person.split(',').next()).map(str::trim).unwrap_or_default();
    let name = if person.is_empty() { user.clone() } else { person.to_owned() };
    (user, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_called_as_the_machine_has_it() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000:Ada Lovelace,,,:/home/ada:/bin/fish\nodd\n";
        let both = |user: &str, name: &str| (user.to_owned(), name.to_owned());
        assert_eq!(person_in(accounts, None, 1000), both("ada", "Ada Lovelace"));
        assert_eq!(person_in(accounts, Some("ada"), 7), both("ada", "Ada Lovelace"));
        assert_eq!(person_in(accounts, Some("grace"), 1000), both("grace", "grace"));
        assert_eq!(person_in("", None, 1000), both("1000", "1000"));
    }

    #[test]
    fn what_is_on_or_off_is_told_as_the_interface_has_it() {
        let choice = |options: Vec<(String, String)>, chosen: &str| bus::Choice {
            id: "id".into(),
            label: "Label".into(),
            options,
            chosen: chosen.into(),
        };
        let both = [choice(vec![], "true"), choice(vec![("a".into(), "A".into()), ("b".into(), "B".into())], "b")];
        let (shown, ids) = choices(&both);
        assert_eq!((shown[0].first, shown[1].first), (1, 1));
        let known = Known::Files { filters: false, choices: ids };
        let doing = Doing { chosen: vec![0, 1], ..Doing::default() };
        let Answer::Files { choices, filter: None, .. } = known.answer(Verdict::Files(vec![]), &doing) else {
            panic!("it is about files")
        };
        assert_eq!(choices, [("id".into(), "false".into()), ("id".into(), "b".into())]);
        assert_eq!(known.answer(Verdict::Cancelled, &doing), Answer::Cancelled);
        assert_eq!(known.answer(Verdict::Granted, &doing), Answer::Failed);
        assert_eq!(Known::Program(vec![]).answer(Verdict::Program(7), &doing), Answer::Failed);
    }
}
