//! What can be found from the prompt: `app:` names what can be launched, `go:` a place, `?` anything there is. One list,
//! the best first.

use super::Sources;
use super::list::{Chosen, Item};
use crate::hierarchy::{NodeId, Tree};
use crate::label;

/// So much of what was found is looked through for a list.
const MOST: usize = 64;

/// What is being looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Query<'a> {
    /// Something to launch.
    App(&'a str),
    /// A place: a sector, or an app in it behind a slash.
    Go(&'a str),
    /// Anything.
    All(&'a str),
}

impl<'a> Query<'a> {
    /// What a text looks for; nothing where it is a command.
    pub fn of(text: &'a str) -> Option<Self> {
        let one_line = text.strip_prefix(char::is_whitespace).map_or(text, str::trim_start);
        if one_line.contains('\n') {
            return None;
        }
        if let Some(words) = one_line.strip_prefix("app:") {
            return Some(Self::App(words.trim()));
        }
        if let Some(words) = one_line.strip_prefix("go:") {
            return Some(Self::Go(words.trim()));
        }
        one_line.strip_prefix('?').map(|words| Self::All(words.trim()))
    }

    /// What was typed behind the prefix.
    pub fn words(&self) -> &'a str {
        match self {
            Self::App(words) | Self::Go(words) | Self::All(words) => words,
        }
    }
}

/// How well a name fits what was typed; less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fit {
    kind: Kind,
    /// How far what was typed is strewn over the name.
    spread: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Exact,
    Prefix,
    WordStart,
    Subsequence,
}

/// How well a name fits what was typed; nothing where it does not. Capitals and small letters are the same.
pub fn fit(typed: &str, name: &str) -> Option<Fit> {
    let (typed, name) = (typed.trim().to_lowercase(), name.to_lowercase());
    if typed.is_empty() {
        return Some(Fit { kind: Kind::Subsequence, spread: 0 });
    }
    if name == typed {
        return Some(Fit { kind: Kind::Exact, spread: 0 });
    }
    if name.starts_with(&typed) {
        return Some(Fit { kind: Kind::Prefix, spread: 0 });
    }
    let mut before = None;
    for (at, c) in name.char_indices() {
        let starts = before.is_none_or(|before: char| !before.is_alphanumeric()) && c.is_alphanumeric();
        before = Some(c);
        if starts && name.get(at..).is_some_and(|rest| rest.starts_with(&typed)) {
            return Some(Fit { kind: Kind::WordStart, spread: at });
        }
    }
    spread(&typed, &name).map(|spread| Fit { kind: Kind::Subsequence, spread })
}

/// How many characters lie between the letters of what was typed, from the first place where they begin.
fn spread(typed: &str, name: &str) -> Option<usize> {
    if let Some(at) = name.find(typed) {
        // All together somewhere in the middle: better than strewn.
        return Some(name.get(..at).map_or(0, |before| before.chars().count().min(64)));
    }
    let mut letters = typed.chars().filter(|c| !c.is_whitespace());
    let mut wanted = letters.next();
    let (mut first, mut last) = (None, 0);
    for (at, c) in name.chars().enumerate() {
        if wanted == Some(c) {
            first = first.or(Some(at));
            last = at;
            wanted = letters.next();
        }
    }
    let long = typed.chars().filter(|c| !c.is_whitespace()).count();
    wanted.is_none().then(|| 64 + (last + 1 - first.unwrap_or(0)).saturating_sub(long))
}

/// One thing that was found, with what decides about its place.
struct Hit {
    fit: Fit,
    /// How many of its kind were used more recently.
    age: usize,
    /// What of two that are alike in all else comes first.
    kind: usize,
    item: Item,
}

/// Everything that fits, best first: how well it fits, then what was used last, then what kind of thing it is.
pub(super) fn found(query: Query<'_>, sources: &Sources<'_>) -> Vec<Item> {
    let mut hits = Vec::new();
    match query {
        Query::App(words) => launchers(words, sources, &mut hits),
        Query::Go(words) => places(words, sources.tree, &mut hits),
        Query::All(words) => {
            everywhere(words, sources.tree, &mut hits);
            launchers(words, sources, &mut hits);
            files_and_commands(words, sources, &mut hits);
        }
    }
    hits.sort_by(|a, b| (a.fit, a.age, a.kind, &a.item.text).cmp(&(b.fit, b.age, b.kind, &b.item.text)));
    hits.truncate(MOST);
    hits.into_iter().map(|hit| hit.item).collect()
}

fn push(hits: &mut Vec<Hit>, fit: Option<Fit>, age: usize, kind: usize, text: &str, about: &str, chosen: Chosen) {
    if let Some(fit) = fit {
        let item = Item { text: label::clean(text), about: label::clean(about), chosen };
        hits.push(Hit { fit, age, kind, item });
    }
}

fn launchers(words: &str, sources: &Sources<'_>, hits: &mut Vec<Hit>) {
    for (age, one) in sources.launcher.iter().enumerate() {
        let best = [fit(words, &one.name), fit(words, &one.entry)].into_iter().flatten().min();
        push(hits, best, age, 3, &one.name, "LAUNCH", Chosen::Launch(one.entry.clone()));
    }
}

/// The one place that is in no sector.
fn log(words: &str, hits: &mut Vec<Hit>) {
    push(hits, fit(words, "Alert log"), usize::MAX, 0, "Alert log", "WHAT WAS SAID", Chosen::Go(NodeId::Log));
}

/// `go:SECTOR` and `go:SECTOR/APP`.
fn places(words: &str, tree: &Tree, hits: &mut Vec<Hit>) {
    if !words.contains('/') {
        log(words, hits);
    }
    let (sector_words, app_words) = words.split_once('/').map_or((words, None), |(sector, app)| (sector, Some(app)));
    for (age, sector) in tree.sectors.iter().enumerate() {
        let sector_fit = fit(sector_words, &sector.name);
        if app_words.is_none() {
            push(hits, sector_fit, age, 0, &sector.name, "SECTOR", Chosen::Go(sector.id.into()));
        }
        for (age, app) in sector.apps.iter().enumerate() {
            let age = if sector.recent == Some(app.id) { 0 } else { age + 1 };
            let name = format!("{}/{}", sector.name, app.title);
            let app_fit = match app_words {
                Some(words) => sector_fit.and_then(|_| fit(words, &app.title)),
                None => fit(words, &app.title),
            };
            push(hits, app_fit, age, 1, &name, "APP", Chosen::Go(app.id.into()));
        }
    }
}

/// Sectors, apps, windows and terminals by their own names.
fn everywhere(words: &str, tree: &Tree, hits: &mut Vec<Hit>) {
    log(words, hits);
    for (age, sector) in tree.sectors.iter().enumerate() {
        push(hits, fit(words, &sector.name), age, 0, &sector.name, "SECTOR", Chosen::Go(sector.id.into()));
        for (age, app) in sector.apps.iter().enumerate() {
            let age = if sector.recent == Some(app.id) { 0 } else { age + 1 };
            let about = format!("APP IN {}", sector.name);
            push(hits, fit(words, &app.title), age, 1, &app.title, &about, Chosen::Go(app.id.into()));
            for (age, window) in app.places().enumerate().filter(|(_, window)| window.title != app.title) {
                let about = format!("WINDOW IN {}", sector.name);
                let go = Chosen::Go(NodeId::Window(window.id));
                push(hits, fit(words, &window.title), age + 1, 2, &window.title, &about, go);
            }
        }
        for (age, terminal) in sector.terminals.iter().enumerate() {
            let names = [terminal.title.as_str(), terminal.directory.as_deref().unwrap_or_default()];
            for name in names.into_iter().filter(|name| !name.is_empty()).take(1) {
                let about = format!("TERMINAL IN {}", sector.name);
                push(hits, fit(words, name), age + 1, 2, name, &about, Chosen::Terminal(terminal.id));
            }
        }
    }
}

fn files_and_commands(words: &str, sources: &Sources<'_>, hits: &mut Vec<Hit>) {
    for (age, file) in sources.shells.found.iter().enumerate() {
        push(hits, fit(words, &file.name), age, 4, &file.name, "FILE", Chosen::Text(file.stage.clone()));
    }
    // Without a word every command that ever ran would be found.
    if words.is_empty() {
        return;
    }
    for (age, command) in sources.shells.prompt.history.iter().take(2_000).enumerate() {
        push(hits, fit(words, command), age, 5, command, "RAN BEFORE", Chosen::Text(command.clone()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_a_search_by_its_prefix_alone() {
        assert_eq!(Query::of("app: gimp"), Some(Query::App("gimp")));
        assert_eq!(Query::of("go:Build/foot"), Some(Query::Go("Build/foot")));
        assert_eq!(Query::of("?notes "), Some(Query::All("notes")));
        assert_eq!(Query::of("?"), Some(Query::All("")));
        for command in ["ls ?", "apparmor", "gopher", "echo app:x", "", "?\nls"] {
            assert_eq!(Query::of(command), None, "{command}");
        }
    }

    #[test]
    fn the_whole_name_comes_before_its_beginning_before_a_word_before_letters() {
        let names = ["Files", "Files and folders", "My files", "Profiles", "F I x l e s"];
        let fits: Vec<Fit> = names.iter().map(|name| fit("files", name).unwrap()).collect();
        assert!(fits.is_sorted_by(|a, b| a < b), "{fits:?}");
        assert_eq!(fit("xyz", "Files"), None);
    }

    proptest! {
        #[test]
        fn what_is_found_has_all_the_letters_in_their_order(typed in "[a-cA-C ]{0,4}", name in "\\PC{0,12}|[a-c ]{0,8}") {
            let letters: Vec<char> = typed.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
            let mut rest = name.to_lowercase().chars().collect::<Vec<_>>().into_iter();
            let has = letters.iter().all(|c| rest.any(|other| other == *c));
            prop_assert_eq!(fit(&typed, &name).is_some(), has);
        }

        #[test]
        fn a_name_always_fits_itself_best(name in "[a-z]{1,8}( [a-z]{1,8})?", other in "[a-z ]{0,12}") {
            let own = fit(&name, &name).unwrap();
            prop_assert!(fit(&name, &other).is_none_or(|fit| own <= fit));
        }
    }
}
