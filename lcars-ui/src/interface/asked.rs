//! What is done about a question of a program: taps and keys, until there is a verdict.

use std::time::Duration;

use super::files::{ASKED, TILE};
use super::keyboard::Symbol;
use super::{Interface, Overlay, Request, Sight};
use crate::asking::{Asking, Verdict, What};
use crate::files::{Browser, Entry, FileName, Progress};
use crate::geometry::Point;
use crate::scene::Key;
use crate::semantics::AskAct;

/// The part that is the box for a name, or for what is looked for.
pub const BOX: &str = "ask-text";

impl Interface {
    /// Shows a question. One that is shown is put aside, as [`Interface::put_aside`] does.
    pub fn ask(&mut self, asking: Asking) -> Option<Asking> {
        let before = self.put_aside();
        self.files.forget_asked();
        self.asking = Some(asking);
        before
    }

    /// Takes a question off the screen as it is.
    pub fn put_aside(&mut self) -> Option<Asking> {
        let asking = self.asking.take()?;
        if matches!(self.overlay, Some(Overlay::Ask)) {
            self.close();
        }
        Some(asking)
    }

    /// Opens the question again that there is, where nothing else is open.
    pub fn show_asked(&mut self) {
        let waits = self.asking.as_ref().is_some_and(|asking| asking.verdict.is_none());
        if waits && self.overlay.is_none() {
            self.open(Overlay::Ask);
        }
    }

    fn decide(&mut self, verdict: Verdict) -> Vec<Request> {
        if let Some(asking) = &mut self.asking {
            asking.verdict = Some(verdict);
        }
        self.close();
        Vec::new()
    }

    /// The user does not want to answer. Where one is asked whether a file may go, only that is taken back.
    pub(super) fn cancel_ask(&mut self) -> Vec<Request> {
        match self.asking.as_mut().map(|asking| &mut asking.doing.over) {
            Some(over @ Some(_)) => *over = None,
            _ => return self.decide(Verdict::Cancelled),
        }
        // Back to the name, and not to the button of the same place.
        self.focused = Some(Key::part(BOX));
        Vec::new()
    }

    /// A key for what is asked; `None` if it is not for that.
    pub(super) fn ask_key(&mut self, symbol: Symbol, sight: &Sight, now: Duration) -> Option<Vec<Request>> {
        let asking = self.asking.as_mut().filter(|_| matches!(self.overlay, Some(Overlay::Ask)))?;
        asking.doing.note = None;
        if symbol == Symbol::Escape {
            let looks = asking.asked.looks() && asking.doing.over.is_none();
            if looks && !asking.doing.text.is_empty() {
                asking.doing.text.clear();
                return Some(Vec::new());
            }
            return Some(self.cancel_ask());
        }
        if !asking.asked.is_of_files() || asking.doing.over.is_some() {
            return None;
        }
        let (looks, typed) = (asking.asked.looks(), !asking.doing.text.is_empty());
        let area = *sight.files.iter().find(|area| (area.pane, area.sector) == ASKED)?;
        let on_tile = self.focused.is_some_and(|key| self.files.holds(key));
        let in_box = self.focused.and_then(|key| sight.node(key)).is_none_or(super::keyboard::is_box);
        let browser = self.files.of(&area)?;
        let walked = super::files::walk(browser, symbol, (on_tile, on_tile), now);
        let moved = match symbol {
            _ if walked.is_some() => walked == Some(true),
            Symbol::Down if in_box => browser.go_to_first(now),
            Symbol::Backspace if looks && !typed => return Some(self.act_on_ask(&AskAct::Up, None, sight)),
            Symbol::Enter if on_tile || (in_box && looks && typed) => {
                let place = if on_tile { browser.current() } else { Some(0) };
                let entry = place.and_then(|place| browser.entry(place)).cloned();
                return Some(entry.map(|entry| self.take_entry(&entry, true)).unwrap_or_default());
            }
            Symbol::Char(' ') if on_tile && self.ring => {
                let entry = browser.current().and_then(|place| browser.entry(place)).cloned();
                return Some(entry.map(|entry| self.take_entry(&entry, false)).unwrap_or_default());
            }
            _ => false,
        };
        if !moved {
            return None;
        }
        let file = browser.entry(browser.current()?)?.name.id();
        self.focused = Some(Key::of(TILE, file));
        self.ring = true;
        Some(Vec::new())
    }

    /// Does something about what is asked.
    pub(super) fn act_on_ask(&mut self, act: &AskAct, at: Option<Point>, sight: &Sight) -> Vec<Request> {
        let Some(asking) = self.asking.as_mut().filter(|_| matches!(self.overlay, Some(Overlay::Ask))) else {
            return Vec::new();
        };
        asking.doing.note = None;
        let asked = asking.asked.clone();
        // What is done by pressing is done at once; nothing glides.
        let now = Duration::MAX;
        match act {
            AskAct::Cancel => return self.cancel_ask(),
            AskAct::Accept => return self.accept_ask(),
            AskAct::Tap { file } => {
                let browser = self.files.asked_mut();
                let Some(browser) = browser else { return Vec::new() };
                let Some(place) = browser.place_of_id(*file) else { return Vec::new() };
                browser.go_to(place, now, Duration::ZERO);
                let entry = browser.entry(place).cloned();
                return entry.map(|entry| self.take_entry(&entry, false)).unwrap_or_default();
            }
            AskAct::Up => {
                let parent = crate::files::parent(&asking.doing.directory).map(Into::into);
                parent.into_iter().for_each(|parent| asking.go(parent));
            }
            AskAct::Place { number } => {
                asked.places.get(*number).into_iter().for_each(|(_, path)| asking.go(path.clone()));
            }
            AskAct::Filter => {
                let next = asking.doing.filter + 1;
                asking.doing.filter = if next < asked.filters.len() { next } else { 0 };
            }
            AskAct::Turn { choice } => {
                let options = asked.choices.get(*choice).map_or(1, |choice| choice.options.len().max(1));
                let chosen = asking.doing.chosen.get_mut(*choice);
                chosen.into_iter().for_each(|chosen| *chosen = (*chosen + 1) % options);
            }
            AskAct::Hidden => self.files.asked_mut().into_iter().for_each(|browser| browser.toggle_hidden(now)),
            AskAct::Sort => self.files.asked_mut().into_iter().for_each(|browser| browser.sort_next(now)),
            AskAct::Program { number } => {
                if let What::Program { programs, .. } = &asked.what
                    && *number < programs.len()
                {
                    return self.decide(Verdict::Program(*number));
                }
            }
            AskAct::Point => {
                if let (What::Point, Some(at)) = (&asked.what, at) {
                    return self.decide(Verdict::Point(at));
                }
            }
        }
        self.forget(sight);
        Vec::new()
    }

    /// A tap on a file, or a key for it, which may end the question at once.
    fn take_entry(&mut self, entry: &Entry, by_enter: bool) -> Vec<Request> {
        let (Some(asking), Some(browser)) = (self.asking.as_mut(), self.files.asked_mut()) else { return Vec::new() };
        if entry.is_directory() {
            let path = browser.listing().path_of(&entry.name);
            asking.go(path.into());
            return Vec::new();
        }
        match asking.asked.what {
            What::Open { multiple: false } => {
                let again = browser.is_picked(&entry.name);
                browser.pick_only(&entry.name);
                if again || by_enter { self.accept_ask() } else { Vec::new() }
            }
            What::Open { multiple: true } => {
                let picked = browser.is_picked(&entry.name);
                if !(picked && by_enter) && browser.toggle_pick(&entry.name).is_none() {
                    asking.doing.note = Some(format!("no more than {} files can be picked", crate::files::MOST_PICKS));
                    return Vec::new();
                }
                if by_enter { self.accept_ask() } else { Vec::new() }
            }
            What::Save => {
                match entry.name.text().filter(|text| crate::asking::fit_name(text) == *text) {
                    Some(text) => text.clone_into(&mut asking.doing.text),
                    None => asking.doing.note = Some(String::from("this name cannot be written here")),
                }
                if by_enter { self.accept_ask() } else { Vec::new() }
            }
            _ => Vec::new(),
        }
    }

    /// The user is content with what is chosen. What is missing is said.
    pub(super) fn accept_ask(&mut self) -> Vec<Request> {
        let Some(asking) = self.asking.as_mut() else { return Vec::new() };
        let verdict = match &asking.asked.what {
            What::Open { .. } => opened(self.files.asked_mut()),
            What::Folder => folder(asking),
            What::Save => saved(asking),
            What::SaveAll { names } => saved_all(asking, names),
            What::Program { .. } => {
                let first = asking.asked.programs(&asking.doing.text).first().map(|(place, _)| *place);
                first.map(Verdict::Program).ok_or_else(|| String::from("no program is called that"))
            }
            What::Permit { .. } => Ok(Verdict::Granted),
            What::Point => Err(String::new()),
        };
        match verdict {
            Ok(verdict) => return self.decide(verdict),
            Err(note) => asking.doing.note = Some(note).filter(|note| !note.is_empty()),
        }
        if asking.doing.over.is_some() {
            // The keyboard is never where something is lost by pressing Enter once more.
            self.focused = None;
        }
        Vec::new()
    }
}

impl Asking {
    /// Shows another directory.
    fn go(&mut self, directory: std::sync::Arc<[u8]>) {
        if directory.len() > crate::files::MOST_PATH_BYTES {
            return;
        }
        self.doing.directory = directory;
        self.doing.over = None;
        if self.asked.looks() {
            self.doing.text.clear();
        }
    }
}

fn below(directory: &[u8], name: &FileName) -> Vec<u8> {
    let slash: &[u8] = if directory.ends_with(b"/") { b"" } else { b"/" };
    [directory, slash, name.bytes()].concat()
}

fn opened(browser: Option<&mut Browser>) -> Result<Verdict, String> {
    let browser = browser.filter(|browser| !browser.picks().is_empty()).ok_or("no file is chosen yet")?;
    let path = |name| browser.listing().path_of(name);
    Ok(Verdict::Files(browser.picks().iter().map(path).collect()))
}

fn folder(asking: &Asking) -> Result<Verdict, String> {
    let here = asking.doing.whole.as_ref().filter(|whole| whole.path == asking.doing.directory);
    match here.map(|whole| &whole.progress) {
        Some(Progress::Whole | Progress::Reading) => Ok(Verdict::Files(vec![asking.doing.directory.to_vec()])),
        _ => Err(unknown(asking)),
    }
}

fn saved(asking: &mut Asking) -> Result<Verdict, String> {
    let name = asking.doing.text.trim();
    if name.is_empty() {
        return Err(String::from("it has no name yet"));
    }
    let name = FileName::new(name.as_bytes()).ok_or("a file cannot be called that")?;
    let there = asking.doing.whole.as_ref().and_then(|whole| whole.entries.iter().find(|entry| entry.name == name));
    if there.is_some_and(Entry::is_directory) {
        let path = below(&asking.doing.directory, &name);
        asking.go(path.into());
        return Err(String::new());
    }
    let confirmed = asking.doing.over.as_ref() == Some(&name);
    let path = below(&asking.doing.directory, &name);
    match asking.has(&name) {
        Some(true) if !confirmed => {
            asking.doing.over = Some(name);
            Err(String::new())
        }
        Some(_) => Ok(Verdict::Files(vec![path])),
        None => Err(unknown(asking)),
    }
}

/// Why it is not known what is in the directory.
fn unknown(asking: &Asking) -> String {
    match asking.doing.whole.as_ref().map(|whole| &whole.progress) {
        Some(Progress::Failed(failure)) => failure.to_string(),
        Some(Progress::Gone) => String::from("this directory is gone"),
        _ => String::from("this directory is still being read"),
    }
}

/// Files of given names: where one is there already, another takes a number.
fn saved_all(asking: &Asking, names: &[FileName]) -> Result<Verdict, String> {
    let mut taken: std::collections::HashSet<FileName> = std::collections::HashSet::new();
    let mut paths = Vec::new();
    for name in names {
        let free = (1..10_000_u32).map(|number| numbered(name, number)).find(|name| {
            let there = asking.has(name) != Some(false);
            !there && !taken.contains(name)
        });
        let free = free.ok_or_else(|| unknown(asking))?;
        paths.push(below(&asking.doing.directory, &free));
        taken.insert(free);
    }
    Ok(Verdict::Files(paths))
}

/// The name itself, then `name (2).txt` and so on.
fn numbered(name: &FileName, number: u32) -> FileName {
    if number < 2 {
        return name.clone();
    }
    let bytes = name.bytes();
    let dot = bytes.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0).unwrap_or(bytes.len());
    let (stem, ending) = bytes.split_at(dot);
    let counted = [stem, format!(" ({number})").as_bytes(), ending].concat();
    FileName::new(&counted).unwrap_or_else(|| name.clone())
}
