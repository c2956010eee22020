//! The files of a hub: taps, keys, wheel and fingers on them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::keyboard::Symbol;
use super::{Interface, Request, Sight};
use crate::camera::{Motion, Timing};
use crate::files::{Browser, Directories, Shape, Unquotable};
use crate::geometry::{Point, Rect};
use crate::hierarchy::{SectorId, ViewportId};
use crate::scene::Key;
use crate::semantics::{FilesAct, UiAction};

/// The part that a file's tile is.
pub const TILE: &str = "file";
/// Where files are shown of which a program lets the user choose: in no pane, and no sector's.
pub const ASKED: (ViewportId, SectorId) = (ViewportId::from_raw(0), SectorId::from_raw(0));
/// Fingers that let go at this speed, in rows a second, throw the list.
const THROW: f64 = 4.0;
/// For so long a thrown list goes on as fast as it was let go, in seconds.
const THROWN: f64 = 0.25;
/// A list that was let go comes to rest at a whole row within this.
const SETTLE: Duration = Duration::from_millis(250);
/// The wheel scrolls one row for each notch of this many logical pixels.
const NOTCH: f64 = 120.0;

/// Panes come and go; no more places than these are remembered.
const MOST_BROWSERS: usize = 64;

/// Where the files of a sector are seen in a pane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FilesArea {
    /// Which pane.
    pub pane: ViewportId,
    /// Whose files.
    pub sector: SectorId,
    /// Where the tiles are, output logical.
    pub rect: Rect,
    /// Where the wheel scrolls them.
    pub around: Rect,
    /// How many tiles there is room for.
    pub shape: Shape,
    /// From the top of one row to that of the next.
    pub pitch: f64,
}

/// The browsers of all panes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Files {
    browsers: BTreeMap<(ViewportId, SectorId), Browser>,
    /// What the wheel has turned that is no whole row yet.
    wheel: f64,
    drag: Option<Drag>,
}

/// A finger on the list.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Drag {
    area: FilesArea,
    /// Where the finger landed, and how far the list was scrolled then.
    start: (f64, f64),
    /// Where it was when it last moved, when, and how fast in rows a second.
    last: (f64, Duration, f64),
    /// It has moved far enough to scroll.
    scrolls: bool,
}

impl Files {
    /// The browser of a sector's files in a pane.
    pub fn browser(&self, pane: ViewportId, sector: SectorId) -> Option<&Browser> {
        self.browsers.get(&(pane, sector))
    }

    /// The browser of an area, which knows how many tiles there is room for in that.
    pub(super) fn of(&mut self, area: &FilesArea) -> Option<&mut Browser> {
        let browser = self.browsers.get_mut(&(area.pane, area.sector))?;
        browser.fit(area.shape, Duration::MAX);
        Some(browser)
    }

    /// The browser of what is chosen for a program.
    pub fn asked(&self) -> Option<&Browser> {
        self.browsers.get(&ASKED)
    }

    pub(super) fn asked_mut(&mut self) -> Option<&mut Browser> {
        self.browsers.get_mut(&ASKED)
    }

    /// Another question has another directory.
    pub(super) fn forget_asked(&mut self) {
        self.browsers.remove(&ASKED);
    }

    /// Whether nothing of it moves by itself.
    pub fn rests(&self, now: Duration) -> bool {
        self.browsers.values().all(|browser| browser.rests(now))
    }

    /// The finger that landed on files is here now. Whether it scrolls them.
    pub(super) fn drag(&mut self, at: Point, far: bool, now: Duration) -> bool {
        let Some(mut drag) = self.drag else { return false };
        drag.scrolls |= far;
        if drag.scrolls {
            let (y, then, speed) = drag.last;
            let passed = now.saturating_sub(then).as_secs_f64();
            let pitch = drag.area.pitch.max(1.0);
            // Two moves at one moment say nothing about the speed.
            let speed = if passed > 0.0 { 0.5 * speed + 0.5 * (y - at.y) / pitch / passed } else { speed };
            drag.last = (at.y, now, speed);
            let top = drag.start.1 + (drag.start.0 - at.y) / pitch;
            if let Some(browser) = self.of(&drag.area) {
                browser.scroll_to(top, now, Duration::ZERO);
            }
        }
        self.drag = Some(drag);
        drag.scrolls
    }

    /// The finger is off the files: the list comes to rest at a whole row, at once where nobody says what time it is.
    pub(super) fn let_go(&mut self, now: Option<Duration>) {
        let Some(drag) = self.drag.take().filter(|drag| drag.scrolls) else { return };
        let Some(browser) = self.of(&drag.area) else { return };
        let Some(now) = now else {
            return browser.scroll_to(browser.top(Duration::MAX).round(), Duration::MAX, Duration::ZERO);
        };
        let (_, then, speed) = drag.last;
        // A finger that lay still before it was lifted throws nothing.
        let thrown = now.saturating_sub(then) < Duration::from_millis(80) && speed.abs() > THROW;
        let by = if thrown { speed.clamp(-100.0, 100.0) * THROWN } else { 0.0 };
        browser.scroll_to((browser.top(now) + by).round(), now, SETTLE);
    }

    /// The file that has the keyboard, if that is one of these.
    pub(super) fn holds(&self, key: Key) -> bool {
        let current = |browser: &Browser| browser.current().and_then(|place| Some(browser.entry(place)?.name.id()));
        let own = |(pane, _): &(ViewportId, SectorId)| pane.get() == key.pane;
        key.part == TILE && self.browsers.iter().any(|(of, browser)| own(of) && current(browser) == Some(key.of))
    }
}

impl Interface {
    /// Takes in what is known of directories. To be called before each new view; `places` are the panes that show files,
    /// and the sectors whose.
    pub fn follow_files(
        &mut self,
        places: &[(ViewportId, SectorId)],
        directories: &Directories,
        sight: &Sight,
        now: Duration,
        motion: Motion,
        timing: &Timing,
    ) {
        let asked = self.asking.as_ref().is_some_and(|asking| asking.asked.is_of_files());
        let lives = |place: &(ViewportId, SectorId)| match *place == ASKED {
            true => asked,
            false => sight.tree.contains(place.1.into()),
        };
        self.files.browsers.retain(|place, _| lives(place));
        self.follow_asked(directories, now, motion, timing);
        if self.files.browsers.len() > MOST_BROWSERS {
            self.files.browsers.retain(|place, _| *place == ASKED || places.contains(place));
        }
        for place @ (pane, sector) in places {
            let Some(listing) = directories.of(*sector) else {
                self.files.browsers.remove(place);
                continue;
            };
            let looked_for = if *pane == sight.pane { crate::label::clean(&self.search) } else { String::new() };
            let browser = self.files.browsers.entry(*place).or_insert_with(|| Browser::new(listing));
            browser.follow(listing, &looked_for, now, motion, timing);
        }
        for area in sight.files {
            let browser = self.files.of(area);
            browser.into_iter().for_each(|browser| browser.fit(area.shape, now));
        }
    }

    /// Takes in what is known of the directory of which something is chosen for a program.
    fn follow_asked(&mut self, directories: &Directories, now: Duration, motion: Motion, timing: &Timing) {
        let (Some(asking), Some(known)) = (&mut self.asking, &directories.asked) else { return };
        if !asking.asked.is_of_files() || known.whole.path != asking.doing.directory {
            return;
        }
        asking.doing.whole = Some(known.whole.clone());
        let looked_for = if asking.asked.looks() { crate::label::clean(&asking.doing.text) } else { String::new() };
        let browser = self.files.browsers.entry(ASKED).or_insert_with(|| Browser::new(&known.shown));
        browser.follow(&known.shown, &looked_for, now, motion, timing);
    }

    /// The files of the focused pane, if its hub shows any.
    fn files_here<'a>(&self, sight: &Sight<'a>) -> Option<&'a FilesArea> {
        sight.files.iter().find(|area| area.pane == sight.pane)
    }

    /// A key for the files of the hub; `None` if it is not for them.
    pub(super) fn files_key(&mut self, symbol: Symbol, sight: &Sight, now: Duration) -> Option<Vec<Request>> {
        if self.overlay.is_some() || self.prompt.keyboard {
            return None;
        }
        let area = *self.files_here(sight)?;
        let on_tile = self.focused.is_some_and(|key| self.files.holds(key));
        let in_box = self.focused.and_then(|key| sight.node(key)).is_some_and(super::keyboard::is_box);
        let looking = in_box && !self.search.is_empty();
        let browser = self.files.of(&area)?;
        let nobody = self.focused.is_none();
        // Over the edge of the tiles one comes to what is beside them.
        let walked = walk(browser, symbol, (on_tile, on_tile || nobody), now);
        let moved = match symbol {
            _ if walked.is_some() => walked == Some(true),
            Symbol::Left | Symbol::Right | Symbol::Up | Symbol::Down if nobody => browser.go_to_first(now),
            Symbol::Down if looking => browser.go_to_first(now),
            Symbol::Escape if self.search.is_empty() && browser.is_picking() => {
                browser.set_picking(false);
                return Some(Vec::new());
            }
            Symbol::Enter if looking || nobody => {
                // What is looked for and found first; else nothing that is not seen to have the keyboard.
                let place = if looking { Some(0) } else { None };
                let Some(first) = place.and_then(|place| browser.entry(place)) else { return Some(Vec::new()) };
                let file = first.name.id();
                return Some(self.act_on_files(FilesAct::Tap { file }, Some(area.pane), sight));
            }
            Symbol::Char(' ') if on_tile && self.ring && self.search.is_empty() => {
                let file = browser.entry(browser.current()?)?.name.id();
                return Some(self.act_on_files(FilesAct::Pick { file }, Some(area.pane), sight));
            }
            _ => false,
        };
        if !moved {
            return None;
        }
        let file = browser.entry(browser.current()?)?.name.id();
        self.focused = Some(Key::of(TILE, file).in_pane(area.pane.get()));
        self.ring = true;
        Some(Vec::new())
    }

    /// Does something with files.
    pub(super) fn act_on_files(&mut self, act: FilesAct, pane: Option<ViewportId>, sight: &Sight) -> Vec<Request> {
        let pane = pane.unwrap_or(sight.pane);
        let Some(area) = sight.files.iter().find(|area| area.pane == pane) else { return Vec::new() };
        // What is done by pressing is done at once; nothing glides.
        let now = Duration::MAX;
        let Some(browser) = self.files.of(area) else { return Vec::new() };
        browser.tell(None);
        let deed = match act {
            FilesAct::Tap { file } | FilesAct::Pick { file } => {
                let Some(place) = browser.place_of_id(file) else { return Vec::new() };
                browser.go_to(place, now, Duration::ZERO);
                if matches!(act, FilesAct::Pick { .. }) && !browser.is_picking() {
                    browser.set_picking(true);
                }
                if browser.is_picking() { picked(browser, place) } else { tapped(browser, place) }
            }
            FilesAct::Up => browser.listing().word_for_parent().map_or(Deed::Nothing, |word| staged("cd", word)),
            FilesAct::Inspect => browser.subject().map_or(Deed::Nothing, |entry| {
                let program = if entry.is_directory() { "ls -la" } else { "stat" };
                staged(program, browser.listing().word_for(&entry.name))
            }),
            FilesAct::Download => {
                let picked = browser.picks().iter().map(crate::files::FileName::id);
                let told = || browser.subject().map(|entry| entry.name.id());
                let files: Vec<u64> =
                    if browser.picks().is_empty() { told().into_iter().collect() } else { picked.collect() };
                if files.is_empty() {
                    Deed::Nothing
                } else {
                    Deed::Ask(UiAction::Download { sector: area.sector, files })
                }
            }
            FilesAct::Hidden => {
                browser.toggle_hidden(now);
                Deed::Nothing
            }
            FilesAct::Sort => {
                browser.sort_next(now);
                Deed::Nothing
            }
            FilesAct::Picking => {
                browser.set_picking(!browser.is_picking());
                Deed::Nothing
            }
            FilesAct::ClearPicks => {
                let words = browser.picks().iter().filter_map(|name| browser.listing().word_for(name).ok()).collect();
                browser.clear_picks();
                Deed::TakeBack(words)
            }
        };
        match deed {
            Deed::Nothing => Vec::new(),
            Deed::Ask(action) => self.act_in(&action, Some(pane), None, sight),
            Deed::TakeBack(words) => self.take_back(&words, sight),
            Deed::Refuse(reason) => {
                browser.tell(Some(reason));
                Vec::new()
            }
        }
    }

    /// Takes words out of the prompt that were put there by picking, as far as they are still there.
    fn take_back(&mut self, words: &[String], sight: &Sight) -> Vec<Request> {
        let mut text = String::from(self.prompt.text());
        words.iter().for_each(|word| without_word(&mut text, word));
        if text == self.prompt.text() {
            return Vec::new();
        }
        let had_keyboard = self.prompt.keyboard;
        let requests = self.act(&UiAction::Stage { text }, sight);
        if !had_keyboard {
            self.leave_prompt();
        }
        requests
    }

    /// The wheel turned here, by logical pixels. Whether it scrolled files.
    pub fn scroll_files(&mut self, at: Point, amount: f64, sight: &Sight, now: Duration) -> bool {
        let Some(area) = reachable(sight).find(|area| area.around.contains(at)) else {
            return false;
        };
        if !amount.is_finite() {
            return true;
        }
        self.files.wheel += amount / NOTCH;
        let rows = self.files.wheel.trunc().clamp(-1e6, 1e6);
        self.files.wheel -= self.files.wheel.trunc();
        if rows != 0.0
            && let Some(browser) = self.files.of(area)
        {
            browser.scroll_by(rows, now);
        }
        true
    }

    /// A finger landed on files. Whether it did.
    pub(super) fn take_files(&mut self, at: Point, sight: &Sight, now: Duration) -> bool {
        let area = reachable(sight).find(|area| area.rect.contains(at));
        self.files.drag = area.and_then(|area| {
            let top = self.files.browser(area.pane, area.sector)?.top(now);
            Some(Drag { area: *area, start: (at.y, top), last: (at.y, now, 0.0), scrolls: false })
        });
        self.files.drag.is_some()
    }
}

/// Where files are that nothing modal lies above.
fn reachable<'a>(sight: &Sight<'a>) -> impl Iterator<Item = &'a FilesArea> {
    let modal = sight.modal().is_some();
    sight.files.iter().filter(move |area| modal == ((area.pane, area.sector) == ASKED))
}

/// What is to be done after something was done with files.
enum Deed {
    Nothing,
    Ask(UiAction),
    TakeBack(Vec<String>),
    /// And why.
    Refuse(String),
}

fn staged(program: &str, word: Result<String, Unquotable>) -> Deed {
    match word {
        Ok(word) => Deed::Ask(UiAction::Stage { text: format!("{program} {word}") }),
        Err(reason) => Deed::Refuse(reason.to_string()),
    }
}

/// What a tap on a file stages.
fn tapped(browser: &Browser, place: usize) -> Deed {
    let Some(entry) = browser.entry(place) else { return Deed::Nothing };
    staged(if entry.is_directory() { "cd" } else { "open" }, browser.listing().word_for(&entry.name))
}

/// What picking a file appends, or takes back.
fn picked(browser: &mut Browser, place: usize) -> Deed {
    let Some(name) = browser.entry(place).map(|entry| entry.name.clone()) else { return Deed::Nothing };
    let word = match browser.listing().word_for(&name) {
        Ok(word) => word,
        Err(reason) => return Deed::Refuse(reason.to_string()),
    };
    match browser.toggle_pick(&name) {
        Some(true) => Deed::Ask(UiAction::Append { text: word }),
        Some(false) => Deed::TakeBack(vec![word]),
        None => Deed::Refuse(format!("no more than {} files can be picked", crate::files::MOST_PICKS)),
    }
}

/// Takes the last whole word of that kind out of a text, with the space before it.
fn without_word(text: &mut String, word: &str) {
    let at_end = |rest: &str| rest.is_empty() || rest.starts_with(char::is_whitespace);
    let is_whole = |at: &usize| {
        let (before, rest) = text.split_at(*at);
        (before.is_empty() || before.ends_with(char::is_whitespace)) && rest.strip_prefix(word).is_some_and(at_end)
    };
    let found = text.rmatch_indices(word).map(|(at, _)| at).find(is_whole);
    if let Some(at) = found {
        let from = at - usize::from(text[..at].ends_with(' '));
        text.replace_range(from..at + word.len(), "");
    }
}

/// Goes through the tiles as a key says: from one to the next, to either end, by pages. Whether it moved; nothing if that
/// is no key for it. `steps` and `ends` say which of the keys it may take.
pub(super) fn walk(browser: &mut Browser, symbol: Symbol, (steps, ends): (bool, bool), now: Duration) -> Option<bool> {
    match symbol {
        Symbol::PageUp | Symbol::PageDown => browser.turn_page(symbol == Symbol::PageUp, now),
        Symbol::Home | Symbol::End if ends => browser.go_to_end(symbol == Symbol::End, now),
        _ => return symbol.direction().filter(|_| steps).map(|direction| browser.step(direction, now)),
    }
    Some(!browser.is_empty())
}
