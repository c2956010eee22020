//! The desktop as a snapshot, and a snapshot as a desktop.

use std::time::Duration;

use super::super::id::{AppId, ExpectedId, NodeId, SectorId, ViewportId, WindowId};
use super::super::limits::{MOST_OUTPUTS, MOST_TERMINALS};
use super::super::path::Path;
use super::super::terminals::{Terminal, bounded_directory};
use super::super::tree::{App, Launch, Sector};
use super::expected::{Awaited, Expected, place_of};
use super::shells::commanded;
use super::{Desktop, checked};
use crate::geometry::Rect;
use crate::label;
use crate::operation::Effects;
use crate::snapshot::{
    SavedApp, SavedOutput, SavedPanes, SavedPath, SavedSector, SavedSplit, SavedTerminal, SavedViewport, Snapshot,
    SnapshotError, VERSION,
};
use crate::viewport::{Output, Panes, Viewport};

/// An app that is to be started again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// To be named with its windows when they come, and to be given up if they do not.
    pub expected: ExpectedId,
    /// How it was started.
    pub launch: Launch,
    /// What it was called.
    pub title: String,
    /// Where its windows will be.
    pub sector: SectorId,
}

/// What a snapshot asks for and what it cannot give.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// What has to be done.
    pub effects: Effects,
    /// What has to be started.
    pub starts: Vec<Start>,
    /// What cannot be restored, in words.
    pub lost: Vec<String>,
}

/// A desktop as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored {
    /// Without windows yet.
    pub desktop: Desktop,
    /// What has to be started.
    pub starts: Vec<Start>,
    /// What cannot be restored, in words.
    pub lost: Vec<String>,
}

/// An app of a sector: one that is there, or one that is still to come back.
enum Entry<'a> {
    Here(&'a App),
    Awaited(&'a Expected),
}

/// What became of an app of a snapshot.
#[derive(Clone, Copy)]
enum Slot {
    /// It runs, and this is one of its windows.
    Here(WindowId),
    Awaited(ExpectedId),
    Lost,
}

impl Desktop {
    /// Everything that is to outlive a restart. Apps that are still to come back are in it.
    pub fn snapshot(&self) -> Snapshot {
        let focused = self.outputs.iter().position(|output| output.id == self.focused);
        Snapshot {
            version: VERSION,
            sectors: self.tree.sectors.iter().map(|sector| self.save_sector(sector)).collect(),
            outputs: self.outputs.iter().map(|output| self.save_output(output)).collect(),
            focused: focused.unwrap_or(0),
        }
    }

    /// A desktop as a snapshot tells, with one output of each of these areas, or a single one of no area.
    ///
    /// # Errors
    /// If the snapshot is not [whole](Snapshot::check).
    pub fn restore(snapshot: &Snapshot, areas: &[Rect]) -> Result<Restored, SnapshotError> {
        let mut areas = areas.iter().map(|area| checked(*area).unwrap_or_default()).take(MOST_OUTPUTS);
        let malformed = |refused: crate::operation::Refused| SnapshotError::Malformed { why: refused.to_string() };
        let mut desktop = Self::new::<&str>(&[], areas.next().unwrap_or_default()).map_err(malformed)?;
        areas.try_for_each(|area| desktop.add_output(area).map(drop)).map_err(malformed)?;
        let loaded = desktop.load(snapshot, Duration::ZERO)?;
        Ok(Restored { desktop, starts: loaded.starts, lost: loaded.lost })
    }

    /// Becomes what a snapshot tells, at once. Windows that are there stay: each with its like where the snapshot has
    /// one, else in the sector that is called like its own, else in the first.
    ///
    /// # Errors
    /// If the snapshot is not [whole](Snapshot::check). Nothing has changed then.
    pub fn load(&mut self, snapshot: &Snapshot, now: Duration) -> Result<Loaded, SnapshotError> {
        snapshot.check()?;
        let (mut new, mut loaded) = (self.clone(), Loaded::default());
        let slots = new.load_sectors(snapshot, &mut loaded)?;
        new.load_outputs(snapshot, &slots, &mut loaded);
        loaded.effects = new.settle(None, now);
        *self = new;
        Ok(loaded)
    }

    /// The apps of a sector in their order, with those that are still to come back where they will be.
    fn entries<'a>(&'a self, sector: &'a Sector) -> Vec<Entry<'a>> {
        // Panels come from their files.
        let apps = || sector.apps.iter().filter(|app| !app.is_panel());
        let mut entries: Vec<Entry<'a>> = apps().map(Entry::Here).collect();
        let mut ranks: Vec<Option<usize>> = apps().map(|app| self.ranks.get(&app.id).copied()).collect();
        let awaited = self.expected.iter().filter(|app| app.sector == sector.id && app.arrived == 0);
        let mut awaited: Vec<&Expected> = awaited.collect();
        awaited.sort_by_key(|app| app.rank);
        for app in awaited {
            let place = place_of(app.rank, &ranks);
            entries.insert(place, Entry::Awaited(app));
            ranks.insert(place, Some(app.rank));
        }
        entries
    }

    fn save_sector(&self, sector: &Sector) -> SavedSector {
        let entries = self.entries(sector);
        let here = |id: AppId| entries.iter().position(|entry| matches!(entry, Entry::Here(app) if app.id == id));
        let awaited = || entries.iter().position(|entry| matches!(entry, Entry::Awaited(app) if app.recent));
        let recent = sector.recent.and_then(here).or_else(awaited);
        let apps = entries.iter().map(|entry| match entry {
            Entry::Here(app) => SavedApp {
                app_id: app.app_id.clone(),
                title: app.title.clone(),
                launch: app.launch.clone(),
                windows: app.places().count(),
                fullscreen: (0..).zip(app.places()).filter(|(_, window)| window.fullscreen).map(|(n, _)| n).collect(),
                titles: titles(app),
            },
            Entry::Awaited(app) => SavedApp {
                app_id: app.app_id.clone(),
                title: app.title.clone(),
                launch: app.launch.clone(),
                windows: app.windows,
                fullscreen: app.fullscreen.clone(),
                titles: app.titles.clone(),
            },
        });
        let save = |terminal: &Terminal| SavedTerminal { directory: terminal.directory.clone() };
        SavedSector {
            name: sector.name.clone(),
            colour: sector.colour,
            apps: apps.collect(),
            recent,
            terminals: sector.terminals.iter().map(save).collect(),
            terminal: sector.terminals.iter().position(|terminal| Some(terminal.id) == sector.terminal),
        }
    }

    fn save_output(&self, output: &Output) -> SavedOutput {
        let focused = output.panes.viewports().iter().position(|id| *id == output.focused);
        SavedOutput { panes: self.save_panes(&output.panes), focused: focused.unwrap_or(0) }
    }

    fn save_panes(&self, panes: &Panes) -> SavedPanes {
        match panes {
            Panes::One(id) => SavedPanes::Viewport(
                self.viewport(*id).map(|viewport| self.save_viewport(viewport)).unwrap_or_default(),
            ),
            Panes::Split { axis, share, halves } => {
                let [first, second] = halves.as_ref();
                let halves = Box::new([self.save_panes(first), self.save_panes(second)]);
                // So few digits that they are the same after they were written and read.
                let share = (share * 1e4).round() / 1e4;
                SavedPanes::Split(SavedSplit { axis: *axis, share, halves })
            }
        }
    }

    fn save_viewport(&self, viewport: &Viewport) -> SavedViewport {
        let sector_place = |id: SectorId| self.tree.sector_place(id);
        let awaited = viewport.awaited.and_then(|awaited| {
            let app = self.expected.iter().find(|app| app.id == awaited.app() && app.arrived == 0)?;
            let entries = self.entries(self.tree.sector(app.sector)?);
            let place = entries.iter().position(|entry| matches!(entry, Entry::Awaited(other) if other.id == app.id));
            Some((awaited, sector_place(app.sector), place))
        });
        let (mut path, mut selected) = (self.save_path(&viewport.path), None);
        match awaited {
            Some((Awaited::Inside(_, window), sector, app)) => path = SavedPath { sector, app, window },
            Some((Awaited::Tile(_), _, tile)) => selected = tile,
            None => {
                selected = match viewport.selected {
                    Some(NodeId::Sector(id)) => sector_place(id),
                    Some(NodeId::App(id)) => self.app_place(id),
                    // The windows of an app come back in any order.
                    Some(NodeId::Window(_) | NodeId::Log) | None => None,
                }
            }
        }
        let panel = viewport.path.window().and_then(|window| self.tree.panel_of(window));
        let log = viewport.path.leaf() == Some(NodeId::Log);
        SavedViewport { path, mode: viewport.mode, selected, panel: panel.map(|panel| panel.name.clone()), log }
    }

    fn save_path(&self, path: &Path) -> SavedPath {
        let window = path.window().and_then(|id| {
            let (_, app, _) = self.tree.window(id)?;
            app.places().position(|window| window.id == id)
        });
        let window = window.filter(|_| path.app().and_then(|id| self.app_place(id)).is_some());
        SavedPath {
            sector: path.sector().and_then(|id| self.tree.sector_place(id)),
            app: path.app().and_then(|id| self.app_place(id)),
            window,
        }
    }

    /// Where among the apps of its sector one stands, with those counted that are still to come back.
    fn app_place(&self, id: AppId) -> Option<usize> {
        let entries = self.entries(self.tree.app(id)?.0?);
        entries.iter().position(|entry| matches!(entry, Entry::Here(app) if app.id == id))
    }

    /// Puts the sectors of a snapshot in the place of those there are. What became of their apps.
    fn load_sectors(&mut self, snapshot: &Snapshot, loaded: &mut Loaded) -> Result<Vec<Vec<Slot>>, SnapshotError> {
        let before = std::mem::take(&mut self.tree.sectors);
        let mut shells: Vec<(String, Vec<Terminal>)> = Vec::new();
        let mut before = before;
        for sector in &mut before {
            shells.push((sector.name.clone(), std::mem::take(&mut sector.terminals)));
        }
        let mut running: Vec<(String, App)> = before
            .into_iter()
            .flat_map(|sector| sector.apps.into_iter().map(move |app| (sector.name.clone(), app)))
            .collect();
        self.expected.clear();
        self.ranks.clear();
        let mut slots = Vec::new();
        for saved in &snapshot.sectors {
            let added = self.tree.add_sector(&saved.name, Some(saved.colour));
            let id = added.map_err(|refused| SnapshotError::Malformed { why: refused.to_string() })?;
            let mut row = Vec::new();
            for (rank, app) in saved.apps.iter().enumerate() {
                let slot = match claim(&mut running, saved, app) {
                    Some(claimed) => self.take_over(id, rank, in_order(claimed, &app.titles)),
                    None => self.expect(id, rank, saved, app, loaded),
                };
                if let Slot::Here(window) = slot
                    && saved.recent == Some(rank)
                    && let Some((_, app, _)) = self.tree.window(window)
                {
                    let app = app.id;
                    self.tree.recall(id, app);
                }
                row.push(slot);
            }
            slots.push(row);
            self.load_terminals(id, saved, &mut shells, loaded);
        }
        // Shells run on, each in the sector that is called like its own, else in the first.
        let homeless = shells.into_iter().flat_map(|(_, terminals)| terminals).collect();
        if let Some(first) = self.tree.sectors.first_mut() {
            first.take_in_terminals(homeless);
        }
        for (name, app) in running {
            let place = self.tree.sectors.iter().position(|sector| sector.name == name).unwrap_or(0);
            if let Some(sector) = self.tree.sectors.get_mut(place) {
                sector.take_in(app);
            }
        }
        Ok(slots)
    }

    /// Gives a sector the shells that run in its like, and what else the snapshot tells of: one that runs stands for one
    /// that did.
    fn load_terminals(
        &mut self,
        id: SectorId,
        saved: &SavedSector,
        shells: &mut [(String, Vec<Terminal>)],
        loaded: &mut Loaded,
    ) {
        let name = label::clean(&saved.name);
        let mine: Vec<Terminal> = shells
            .iter_mut()
            .filter(|(home, _)| *home == name)
            .flat_map(|(_, terminals)| std::mem::take(terminals))
            .collect();
        let others: usize = shells.iter().map(|(_, terminals)| terminals.len()).sum();
        let there = mine.len();
        if let Some(sector) = self.tree.sectors.iter_mut().find(|sector| sector.id == id) {
            sector.take_in_terminals(mine);
        }
        for terminal in saved.terminals.iter().skip(there) {
            let directory = terminal.directory.as_deref().and_then(bounded_directory);
            let full = self.tree.terminals().count() + others >= MOST_TERMINALS;
            if full || self.tree.put_terminal(id, directory).is_err() {
                loaded.lost.push(format!("a terminal of {name}: there are too many"));
            }
        }
        let sector = self.tree.sectors.iter_mut().find(|sector| sector.id == id);
        if let (Some(sector), Some(place)) = (sector, saved.terminal) {
            sector.show_terminal_at(place);
        }
    }

    fn take_over(&mut self, sector: SectorId, rank: usize, app: App) -> Slot {
        let slot = app.front().map_or(Slot::Lost, |window| Slot::Here(window.id));
        self.ranks.insert(app.id, rank);
        let sector = self.tree.sector_place(sector).and_then(|place| self.tree.sectors.get_mut(place));
        if let Some(sector) = sector {
            sector.take_in(app);
        }
        slot
    }

    fn expect(&mut self, id: SectorId, rank: usize, sector: &SavedSector, app: &SavedApp, loaded: &mut Loaded) -> Slot {
        let (app_id, title) = (label::clean(&app.app_id), label::clean(&app.title));
        let title = if title.is_empty() { app_id.clone() } else { title };
        let launch = app.launch.clone().filter(|launch| !launch.command.is_empty() || launch.entry.is_some());
        if launch.is_none() {
            let title = if title.is_empty() { "an app without a name" } else { &title };
            let sector = label::clean(&sector.name);
            loaded.lost.push(format!("{title} in {sector}: nobody knows how it was started"));
            if app_id.is_empty() {
                return Slot::Lost;
            }
        }
        let expected = ExpectedId::from_raw(self.tree.ids.next());
        if let Some(launch) = launch {
            loaded.starts.push(Start { expected, launch, title: title.clone(), sector: id });
        }
        self.expected.push(Expected {
            id: expected,
            sector: id,
            rank,
            app_id,
            title,
            launch: app.launch.clone(),
            windows: app.windows,
            fullscreen: app.fullscreen.clone(),
            titles: app.titles.iter().map(|title| label::clean(title)).collect(),
            places: Vec::new(),
            arrived: 0,
            recent: sector.recent == Some(rank),
        });
        Slot::Awaited(expected)
    }

    /// Gives the outputs there are the panes of a snapshot.
    fn load_outputs(&mut self, snapshot: &Snapshot, slots: &[Vec<Slot>], loaded: &mut Loaded) {
        for (place, saved) in snapshot.outputs.iter().enumerate() {
            let Some(output) = self.outputs.get(place) else { continue };
            let before = output.panes.viewports();
            self.viewports.retain(|id, _| !before.contains(id));
            let panes = self.load_panes(&saved.panes, slots);
            let viewports = panes.viewports();
            let focused = viewports.get(saved.focused).or(viewports.first()).copied();
            if let (Some(output), Some(focused)) = (self.outputs.get_mut(place), focused) {
                (output.panes, output.focused) = (panes, focused);
            }
        }
        if let Some(output) = self.outputs.get(snapshot.focused) {
            self.focused = output.id;
        }
        match snapshot.outputs.len().saturating_sub(self.outputs.len()) {
            0 => {}
            1 => loaded.lost.push("the panes of an output that is not there now".to_owned()),
            more => loaded.lost.push(format!("the panes of {more} outputs that are not there now")),
        }
    }

    fn load_panes(&mut self, saved: &SavedPanes, slots: &[Vec<Slot>]) -> Panes {
        match saved {
            SavedPanes::Viewport(saved) => Panes::One(self.load_viewport(saved, slots)),
            SavedPanes::Split(split) => {
                let [first, second] = split.halves.as_ref();
                let halves = Box::new([self.load_panes(first, slots), self.load_panes(second, slots)]);
                Panes::Split { axis: split.axis, share: split.share, halves }
            }
        }
    }

    fn load_viewport(&mut self, saved: &SavedViewport, slots: &[Vec<Slot>]) -> ViewportId {
        let SavedPath { sector, app, window } = saved.path;
        let sector_at = |place: usize| self.tree.sectors.get(place).map(|sector| NodeId::Sector(sector.id));
        let hub = sector.and_then(sector_at).and_then(|node| self.tree.path_to(node)).unwrap_or_default();
        let slot = |app: Option<usize>| slots.get(sector?)?.get(app?).copied();
        let (path, awaited) = match slot(app) {
            Some(Slot::Here(shown)) => (self.inside(shown, window).unwrap_or(hub), None),
            Some(Slot::Awaited(id)) => (hub, Some(Awaited::Inside(id, window))),
            Some(Slot::Lost) | None => (hub, None),
        };
        let panel = saved.panel.as_ref().and_then(|name| self.tree.panel(name));
        let panel = panel.and_then(|app| self.tree.entrance(app.id.into()));
        let log = if saved.log { self.tree.path_to(NodeId::Log) } else { None };
        let (path, awaited) = panel.or(log).map_or((path, awaited), |apart| (apart, None));
        let tile = if app.is_none() { slot(saved.selected) } else { None };
        let (selected, tile_awaited) = match tile {
            Some(Slot::Here(window)) => (self.tree.window(window).map(|(_, app, _)| app.id.into()), None),
            Some(Slot::Awaited(id)) => (None, Some(Awaited::Tile(id))),
            Some(Slot::Lost) | None if sector.is_none() => (saved.selected.and_then(sector_at), None),
            Some(Slot::Lost) | None => (None, None),
        };
        let id = self.add_viewport(path);
        if let Some(viewport) = self.viewports.get_mut(&id) {
            viewport.mode = saved.mode;
            viewport.selected = selected.or(viewport.selected);
            viewport.awaited = awaited.or(tile_awaited);
            // It was there before: a hub without a terminal stays without one.
            viewport.commanded = commanded(viewport);
        }
        id
    }

    /// A window of the app that has this one, or the app's picker.
    fn inside(&self, shown: WindowId, window: Option<usize>) -> Option<Path> {
        let (_, app, _) = self.tree.window(shown)?;
        match window {
            Some(index) => self.tree.path_to(app.places().nth(index).map_or(shown, |window| window.id).into()),
            None => Some(self.windows_of(&self.tree.path_to(app.id.into())?)),
        }
    }
}

/// What the windows of an app are called, where their order matters.
fn titles(app: &App) -> Vec<String> {
    let titles: Vec<String> = app.places().map(|window| window.title.clone()).collect();
    if titles.len() > 1 { titles } else { Vec::new() }
}

/// The same app with its windows in the order of these titles. What is called otherwise comes last, as it came.
fn in_order(mut app: App, titles: &[String]) -> App {
    let mut left: Vec<Option<String>> = titles.iter().map(|title| Some(label::clean(title))).collect();
    let mut order = Vec::new();
    for window in app.places() {
        let found = left.iter_mut().position(|title| title.as_ref() == Some(&window.title));
        found.and_then(|place| left.get_mut(place)).into_iter().for_each(|title| *title = None);
        order.push((found.unwrap_or(usize::MAX), window.id));
    }
    order.sort_by_key(|(place, _)| *place);
    app.put_windows(&order.into_iter().map(|(_, id)| id).collect::<Vec<_>>());
    app
}

/// Takes the running app that a saved one means out of those left, one in a sector of the same name before others.
fn claim(running: &mut Vec<(String, App)>, sector: &SavedSector, saved: &SavedApp) -> Option<App> {
    let app_id = label::clean(&saved.app_id);
    let is_meant = |app: &App| {
        let nameless = app_id.is_empty() && app.app_id.is_empty() && app.launch.is_some() && app.launch == saved.launch;
        nameless || (!app_id.is_empty() && app.app_id == app_id)
    };
    let name = label::clean(&sector.name);
    let at_home = running.iter().position(|(home, app)| *home == name && is_meant(app));
    let place = at_home.or_else(|| running.iter().position(|(_, app)| is_meant(app)))?;
    Some(running.remove(place).1)
}
