//! Apps that were there before a restart and are started again: each waits for its windows, and where it was waits for
//! it.

use std::collections::BTreeSet;

use super::super::edit::NewWindow;
use super::super::id::{AppId, ExpectedId, NodeId, SectorId, ViewportId, WindowId};
use super::super::tree::Launch;
use super::{Desktop, Path};
use crate::label;
use crate::operation::Effects;
use crate::viewport::Viewport;

/// An app that is to come back.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expected {
    pub id: ExpectedId,
    pub sector: SectorId,
    /// Among the apps of its sector that were there before the restart.
    pub rank: usize,
    pub app_id: String,
    pub title: String,
    pub launch: Option<Launch>,
    /// How many windows it had.
    pub windows: usize,
    /// Which of them filled their pane.
    pub fullscreen: Vec<usize>,
    /// What they were called, where there were several.
    pub titles: Vec<String>,
    /// Those that are there again, each with the one that it was.
    pub places: Vec<(usize, WindowId)>,
    /// How many of them are there again.
    pub arrived: usize,
    /// Whether it was the app last in focus.
    pub recent: bool,
}

/// What a viewport waits for, as long as nobody moves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// To be in this app: in one of its windows, or in its picker.
    Inside(ExpectedId, Option<usize>),
    /// To have this app's tile selected.
    Tile(ExpectedId),
}

impl Awaited {
    pub(super) fn app(self) -> ExpectedId {
        match self {
            Self::Inside(id, _) | Self::Tile(id) => id,
        }
    }
}

impl Desktop {
    /// The apps that are to come back and of which no window is there yet.
    pub fn expected(&self) -> impl Iterator<Item = ExpectedId> {
        self.expected.iter().filter(|app| app.arrived == 0).map(|app| app.id)
    }

    /// No longer waits for an app, or for the rest of its windows. What it was called if none of it came back.
    pub fn give_up(&mut self, id: ExpectedId) -> Option<String> {
        let place = self.expected.iter().position(|app| app.id == id)?;
        let app = self.expected.remove(place);
        let waiting = self.viewports.values_mut().filter(|v| v.awaited.is_some_and(|awaited| awaited.app() == id));
        waiting.for_each(|viewport| viewport.awaited = None);
        (app.arrived == 0).then_some(app.title)
    }

    /// The app that a new window brings back: the one that its starter names, else one that calls itself the same, as
    /// long as nobody knows that it comes from elsewhere.
    pub(super) fn brought_back(&self, new: &NewWindow<'_>) -> Option<Expected> {
        if let Some(id) = new.expected {
            return self.expected.iter().find(|app| app.id == id).cloned();
        }
        let app_id = label::clean(new.app_id);
        let unknown = new.sector.is_none() && new.parent.is_none() && !app_id.is_empty();
        self.expected.iter().find(|app| unknown && app.app_id == app_id).cloned()
    }

    /// Puts a window's app where it was, and the viewports that were there into it.
    pub(super) fn welcome(&mut self, expected: &Expected, window: WindowId) -> Effects {
        let Some((sector, app, _)) = self.tree.window(window) else { return Effects::new() };
        let (sector, app, is_new) = (sector.map(|sector| sector.id), app.id, app.windows.len() == 1);
        if is_new && sector == Some(expected.sector) {
            self.put_in_order(expected.sector, app, expected);
        }
        let (nth, was) = (expected.arrived, self.place_before(expected, window));
        for entry in self.expected.iter_mut().filter(|entry| entry.id == expected.id) {
            entry.arrived += 1;
            let after = entry.places.partition_point(|(place, _)| *place <= was);
            entry.places.insert(after, (was, window));
            if after + 1 < entry.places.len() {
                self.tree.put_windows(app, &entry.places.iter().map(|(_, id)| *id).collect::<Vec<_>>());
            }
        }
        let waiting: Vec<(ViewportId, Awaited)> =
            self.viewports.values().filter_map(|viewport| Some((viewport.id, viewport.awaited?))).collect();
        for (viewport, awaited) in waiting.into_iter().filter(|(_, awaited)| awaited.app() == expected.id) {
            let (to, more) = match awaited {
                Awaited::Tile(_) => (None, false),
                Awaited::Inside(_, None) if expected.windows > 1 => (self.tree.path_to(app.into()), false),
                Awaited::Inside(_, None) => (self.tree.path_to(window.into()), false),
                Awaited::Inside(_, Some(index)) if index != was && nth > 0 => continue,
                Awaited::Inside(_, Some(index)) => (self.tree.path_to(window.into()), index != was),
            };
            if let Some(viewport) = self.viewports.get_mut(&viewport) {
                viewport.be_at(to, app);
                viewport.awaited = more.then_some(awaited);
            }
        }
        self.expected.retain(|app| app.arrived < app.windows);
        if expected.fullscreen.contains(&was) { self.put_fullscreen(window, true) } else { Effects::new() }
    }

    /// Which of the windows that an app had this one is: one that was called the same, else the first that nobody was yet.
    fn place_before(&self, expected: &Expected, window: WindowId) -> usize {
        let taken: BTreeSet<usize> = expected.places.iter().map(|(place, _)| *place).collect();
        let free = |place: &usize| !taken.contains(place);
        let title = self.tree.window(window).map(|(_, _, window)| window.title.as_str()).unwrap_or_default();
        let called = |place: &usize| expected.titles.get(*place).is_some_and(|before| before == title);
        let namesake = (0..expected.windows).filter(free).find(called);
        namesake.or_else(|| (0..expected.windows).find(free)).unwrap_or(expected.windows)
    }

    /// An app of before the restart stands after those that stood before it.
    fn put_in_order(&mut self, sector: SectorId, app: AppId, expected: &Expected) {
        let tree = &self.tree;
        self.ranks.retain(|id, _| tree.app(*id).is_some());
        let apps = self.tree.sector(sector).map(|sector| sector.apps.as_slice()).unwrap_or_default();
        let ranks: Vec<Option<usize>> =
            apps.iter().filter(|other| other.id != app).map(|other| self.ranks.get(&other.id).copied()).collect();
        let place = place_of(expected.rank, &ranks);
        self.ranks.insert(app, expected.rank);
        // It exists, so it can be put anywhere.
        let _ = self.tree.reorder(app.into(), place);
        if expected.recent {
            self.tree.recall(sector, app);
        }
    }

    /// What is expected in a sector that goes is expected in the one that takes its windows in, after what is there.
    pub(super) fn expect_elsewhere(&mut self, gone: SectorId, heir: SectorId) {
        let first = self.expected.iter().filter(|app| app.sector == heir).map(|app| app.rank);
        let first = first.chain(self.ranks.values().copied()).max().map_or(0, |rank| rank + 1);
        for app in self.expected.iter_mut().filter(|app| app.sector == gone) {
            (app.sector, app.rank, app.recent) = (heir, first + app.rank, false);
        }
    }
}

/// Where in a row of ranks one belongs: after the last that is lower. What has no rank came later.
pub(super) fn place_of(rank: usize, ranks: &[Option<usize>]) -> usize {
    ranks.iter().rposition(|other| other.is_some_and(|other| other < rank)).map_or(0, |last| last + 1)
}

impl Viewport {
    /// Is at a place at once, if one is given; else has the app's tile selected.
    fn be_at(&mut self, place: Option<Path>, app: AppId) {
        match place {
            Some(place) => {
                self.camera.cut(&place);
                self.path = place;
                self.selected = None;
            }
            None => self.selected = Some(NodeId::App(app)),
        }
    }
}
