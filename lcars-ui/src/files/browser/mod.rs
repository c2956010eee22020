//! One pane's view of a directory: how it is sorted, what of it is looked for, what is picked, where the keyboard is, how
//! far it is scrolled, and how it came here.

use std::sync::Arc;
use std::time::Duration;

use super::entry::{Entry, FileName};
use super::glide::Glide;
use super::listing::{Listing, Progress, first_step};
use super::order::{SortBy, arrange};
use super::way::{Seen, Stop, Way};
use crate::camera::{Motion, Timing};
use crate::operation::Direction;

/// No more files are picked at a time; their names would not fit on a command line.
pub const MOST_PICKS: usize = 1000;
/// How long scrolling by a step takes.
const STEP: Duration = Duration::from_millis(150);

/// How many tiles there is room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Side by side; at least 1.
    pub columns: usize,
    /// Whole rows in sight; at least 1.
    pub rows: usize,
}

impl Default for Shape {
    fn default() -> Self {
        Self { columns: 7, rows: 2 }
    }
}

fn hidden_in(listing: &Listing) -> usize {
    listing.entries.iter().filter(|entry| entry.name.is_hidden()).count()
}

/// What of a directory is shown in a pane, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Browser {
    listing: Arc<Listing>,
    order: Arc<[u32]>,
    filter: String,
    sort: SortBy,
    hidden: bool,
    /// How many are left out for being hidden.
    left_out: usize,
    picking: bool,
    /// In the order in which they were picked.
    picks: Arc<Vec<FileName>>,
    /// Where the keyboard is, as a place in the order, with the name that stands there.
    current: Option<(usize, FileName)>,
    /// What is to be in sight as soon as it is known.
    reveal: Option<FileName>,
    /// The first row in sight.
    top: Glide,
    shape: Shape,
    /// Why the last thing that was asked for was not done.
    note: Option<String>,
    way: Way,
}

impl Browser {
    /// A directory as it is opened.
    pub fn new(listing: &Arc<Listing>) -> Self {
        let order = arrange(listing, SortBy::default(), false, "");
        let top = Glide::at(0.0);
        let stop = Stop { listing: listing.clone(), order: order.clone(), top: 0.0 };
        Self {
            listing: listing.clone(),
            order,
            filter: String::new(),
            sort: SortBy::default(),
            hidden: false,
            left_out: hidden_in(listing),
            picking: false,
            picks: Arc::default(),
            current: None,
            reveal: None,
            top,
            shape: Shape::default(),
            note: None,
            way: Way::at(stop),
        }
    }

    /// What is known of the directory.
    pub fn listing(&self) -> &Arc<Listing> {
        &self.listing
    }

    /// How many of its entries are shown.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The entry at a place of those that are shown.
    pub fn entry(&self, place: usize) -> Option<&Entry> {
        self.listing.entries.get(*self.order.get(place)? as usize)
    }

    /// What is looked for.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// By what they are sorted.
    pub fn sort(&self) -> SortBy {
        self.sort
    }

    /// Whether hidden files are shown.
    pub fn shows_hidden(&self) -> bool {
        self.hidden
    }

    /// How many entries are left out because they are hidden.
    pub fn hidden_count(&self) -> usize {
        self.left_out
    }

    /// Whether a tap picks.
    pub fn is_picking(&self) -> bool {
        self.picking
    }

    /// What is picked, in the order in which it was.
    pub fn picks(&self) -> &[FileName] {
        &self.picks
    }

    /// Whether a file is picked.
    pub fn is_picked(&self, name: &FileName) -> bool {
        self.picks.contains(name)
    }

    /// Why the last thing that was asked for was not done.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Tells why something was not done, until something else is.
    pub fn tell(&mut self, note: Option<String>) {
        self.note = note;
    }

    /// The place of the keyboard among what is shown.
    pub fn current(&self) -> Option<usize> {
        self.current.as_ref().map(|(place, _)| *place)
    }

    /// What is told about: where the keyboard is, else what was picked last.
    pub fn subject(&self) -> Option<&Entry> {
        let current = self.current().and_then(|place| self.entry(place));
        let picked = || {
            let last = self.picks.last()?;
            self.listing.entries.iter().find(|entry| entry.name == *last)
        };
        if self.picking { picked().or(current) } else { current }
    }

    /// How many tiles there is room for.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The first row in sight then; a part of a row is scrolled away in between.
    pub fn top(&self, now: Duration) -> f64 {
        self.top.value(now).clamp(0.0, self.last_top())
    }

    /// Whether the passing of time changes nothing more.
    pub fn rests(&self, now: Duration) -> bool {
        self.top.rests(now) && self.way.rests(now)
    }

    /// What is seen of the way here.
    pub fn seen(&self, now: Duration) -> Seen<'_> {
        self.way.seen(now)
    }

    fn last_top(&self) -> f64 {
        self.order.len().div_ceil(self.shape.columns).saturating_sub(self.shape.rows) as f64
    }

    /// The directory as it is seen now.
    pub fn stop(&self, now: Duration) -> Stop {
        Stop { listing: self.listing.clone(), order: self.order.clone(), top: self.top(now) }
    }

    /// Follows what is known of the directory, and where another is shown goes there. Costs nothing where nothing changed.
    pub fn follow(&mut self, listing: &Arc<Listing>, filter: &str, now: Duration, motion: Motion, timing: &Timing) {
        if Arc::ptr_eq(listing, &self.listing) && filter == self.filter {
            return;
        }
        if listing.path == self.listing.path {
            let refiltered = filter != self.filter;
            filter.clone_into(&mut self.filter);
            self.listing = listing.clone();
            self.rearrange(now);
            if refiltered {
                // What is looked for is at the top.
                self.top = Glide::at(0.0);
            }
            self.way.renew(self.stop(now));
            return;
        }
        self.way.renew(self.stop(now));
        let came_from = first_step(&listing.path, &self.listing.path);
        *self = Self {
            listing: listing.clone(),
            filter: String::from(filter),
            picks: Arc::default(),
            current: None,
            reveal: came_from,
            top: Glide::at(0.0),
            note: None,
            order: Arc::from([]),
            ..self.clone()
        };
        self.rearrange(now);
        self.way.travel(self.stop(now), now, motion, timing);
    }

    /// There is room for so many tiles.
    pub fn fit(&mut self, shape: Shape, now: Duration) {
        let shape = Shape { columns: shape.columns.max(1), rows: shape.rows.max(1) };
        if shape != self.shape {
            // What was first in sight stays in sight.
            let first = self.top.end().max(0.0) as usize * self.shape.columns;
            self.shape = shape;
            self.top = Glide::at(((first / shape.columns) as f64).min(self.last_top()));
            self.show_revealed(now);
        }
    }

    fn rearrange(&mut self, now: Duration) {
        self.order = arrange(&self.listing, self.sort, self.hidden, &self.filter);
        self.left_out = if self.hidden { 0 } else { hidden_in(&self.listing) };
        let whole = !matches!(self.listing.progress, Progress::Reading);
        if whole && !self.picks.is_empty() {
            let there: std::collections::HashSet<&FileName> =
                self.listing.entries.iter().map(|entry| &entry.name).collect();
            if self.picks.iter().any(|pick| !there.contains(pick)) {
                self.picks = Arc::new(self.picks.iter().filter(|pick| there.contains(pick)).cloned().collect());
            }
        }
        if let Some((place, name)) = self.current.take() {
            // What has gone leaves its place to what comes after it.
            let found = self.place_of(&name).or_else(|| self.order.len().checked_sub(1).map(|last| place.min(last)));
            self.current = found.and_then(|place| Some((place, self.entry(place)?.name.clone())));
        }
        if self.top.end() > self.last_top() {
            self.top = Glide::at(self.last_top());
        }
        self.show_revealed(now);
        if whole {
            self.reveal = None;
        }
    }

    fn show_revealed(&mut self, now: Duration) {
        let Some(place) = self.reveal.as_ref().and_then(|name| self.place_of(name)) else { return };
        self.go_to(place, now, Duration::ZERO);
    }

    fn place_of(&self, name: &FileName) -> Option<usize> {
        (0..self.order.len()).find(|place| self.entry(*place).is_some_and(|entry| entry.name == *name))
    }

    /// The place of the file that a number stands for.
    pub fn place_of_id(&self, id: u64) -> Option<usize> {
        (0..self.order.len()).find(|place| self.entry(*place).is_some_and(|entry| entry.name.id() == id))
    }

    /// Puts the keyboard at a place, and that into sight.
    pub fn go_to(&mut self, place: usize, now: Duration, length: Duration) {
        let Some(name) = self.entry(place).map(|entry| entry.name.clone()) else { return };
        self.current = Some((place, name));
        let row = (place / self.shape.columns) as f64;
        let (top, rows) = (self.top.end(), self.shape.rows as f64);
        if row < top {
            self.top.go(row, now, length);
        } else if row > top + rows - 1.0 {
            self.top.go(row - rows + 1.0, now, length);
        }
    }

    /// Takes the keyboard to the tile that lies that way. Whether there is one.
    pub fn step(&mut self, direction: Direction, now: Duration) -> bool {
        let columns = self.shape.columns;
        let last = self.len().saturating_sub(1);
        let Some(here) = self.current() else { return self.go_to_first(now) };
        let to = match direction {
            Direction::Left => here.checked_sub(1).filter(|_| !here.is_multiple_of(columns)),
            Direction::Right => Some(here + 1).filter(|to| !to.is_multiple_of(columns) && *to <= last),
            Direction::Up => here.checked_sub(columns),
            // From above a row that is not full one comes to its last tile.
            Direction::Down => Some((here + columns).min(last)).filter(|to| to / columns > here / columns),
        };
        to.is_some_and(|to| {
            self.go_to(to, now, STEP);
            true
        })
    }

    /// Takes the keyboard to the first tile in sight. Whether there is one.
    pub fn go_to_first(&mut self, now: Duration) -> bool {
        let place = self.top.end().ceil().max(0.0) as usize * self.shape.columns;
        let place = place.min(self.len().saturating_sub(1));
        self.go_to(place, now, STEP);
        !self.is_empty()
    }

    /// Takes the keyboard to the first of all, or the last.
    pub fn go_to_end(&mut self, last: bool, now: Duration) {
        self.go_to(if last { self.len().saturating_sub(1) } else { 0 }, now, STEP);
    }

    /// Takes the keyboard a screen further or back, and the view with it.
    pub fn turn_page(&mut self, back: bool, now: Duration) {
        let page = self.shape.rows * self.shape.columns;
        let here = self.current().unwrap_or_else(|| self.top.end().max(0.0) as usize * self.shape.columns);
        let to =
            if back { here.saturating_sub(page) } else { here.saturating_add(page).min(self.len().saturating_sub(1)) };
        let rows = self.shape.rows as f64;
        self.scroll_to(self.top.end() + if back { -rows } else { rows }, now, STEP);
        self.go_to(to, now, STEP);
    }

    /// Scrolls by rows.
    pub fn scroll_by(&mut self, rows: f64, now: Duration) {
        self.scroll_to((self.top.end() + rows).round(), now, STEP);
    }

    /// Scrolls to a row, at once if no time is given for it.
    pub fn scroll_to(&mut self, top: f64, now: Duration, length: Duration) {
        if top.is_finite() {
            self.reveal = None;
            self.top.go(top.clamp(0.0, self.last_top()), now, length);
        }
    }

    /// Shows hidden files, or no longer.
    pub fn toggle_hidden(&mut self, now: Duration) {
        self.hidden = !self.hidden;
        self.rearrange(now);
        self.way.renew(self.stop(now));
    }

    /// Sorts them by the next thing.
    pub fn sort_next(&mut self, now: Duration) {
        self.sort = self.sort.next();
        self.rearrange(now);
        self.top = Glide::at(0.0);
        if let Some(place) = self.current() {
            self.go_to(place, now, Duration::ZERO);
        }
        self.way.renew(self.stop(now));
    }

    /// Begins to pick, or ends it.
    pub fn set_picking(&mut self, picking: bool) {
        self.picking = picking;
        if !picking {
            self.picks = Arc::default();
        }
    }

    /// Forgets what is picked.
    pub fn clear_picks(&mut self) {
        self.picks = Arc::default();
    }

    /// Picks a file and nothing else.
    pub fn pick_only(&mut self, name: &FileName) {
        self.picks = Arc::new(vec![name.clone()]);
    }

    /// Picks a file, or no longer. Whether it is picked now; `None` where there are too many.
    pub fn toggle_pick(&mut self, name: &FileName) -> Option<bool> {
        let picks = Arc::make_mut(&mut self.picks);
        if let Some(place) = picks.iter().position(|pick| pick == name) {
            picks.remove(place);
            return Some(false);
        }
        (picks.len() < MOST_PICKS).then(|| picks.push(name.clone())).map(|()| true)
    }
}

#[cfg(test)]
mod tests;
