//! What sectors, apps and windows say of themselves and what is remembered about them. None of it changes who owns whom.

use std::collections::BTreeSet;

use super::edit::clean_name;
use super::id::{AppId, NodeId, SectorId, WindowId};
use super::path::Path;
use super::tree::{App, Sector, SectorColour, Tree, Window};
use crate::label;
use crate::operation::Refused;

impl Tree {
    /// Names a sector anew.
    pub(super) fn rename(&mut self, id: SectorId, name: &str) -> Result<(), Refused> {
        let place = self.sector_place(id).ok_or(Refused::NoSuchNode { node: id.into() })?;
        let name = clean_name(name)?;
        self.sectors.get_mut(place).into_iter().for_each(|sector| sector.name.clone_from(&name));
        Ok(())
    }

    /// Gives a sector another colour.
    pub(super) fn recolour(&mut self, id: SectorId, colour: SectorColour) -> Result<(), Refused> {
        let place = self.sector_place(id).ok_or(Refused::NoSuchNode { node: id.into() })?;
        self.sectors.get_mut(place).into_iter().for_each(|sector| sector.colour = colour);
        Ok(())
    }

    /// Puts a sector, or an app within its sector, at another place in the order.
    pub(super) fn reorder(&mut self, node: NodeId, to: usize) -> Result<(), Refused> {
        match node {
            NodeId::Sector(id) => {
                let from = self.sector_place(id).ok_or(Refused::NoSuchNode { node })?;
                put(&mut self.sectors, from, to);
            }
            NodeId::App(id) => {
                let mut sectors = self.sectors.iter_mut();
                let found = sectors.find_map(|sector| {
                    let from = sector.apps.iter().position(|app| app.id == id)?;
                    Some((&mut sector.apps, from))
                });
                let (apps, from) = found.ok_or(Refused::NoSuchNode { node })?;
                put(apps, from, to);
            }
            NodeId::Window(id) if self.window(id).is_none() => return Err(Refused::NoSuchNode { node }),
            NodeId::Window(_) | NodeId::Log => return Err(Refused::NotOrdered { node }),
        }
        Ok(())
    }

    /// Puts windows of an app into this order.
    pub(super) fn put_windows(&mut self, id: AppId, order: &[WindowId]) {
        let mut apps = self.sectors.iter_mut().flat_map(|sector| &mut sector.apps);
        apps.find(|app| app.id == id).into_iter().for_each(|app| app.put_windows(order));
    }

    /// A name for a sector that nobody named, which none has yet.
    pub(super) fn free_name(&self) -> String {
        let taken = |name: &str| self.sectors.iter().any(|sector| sector.name == name);
        let mut names = (self.sectors.len() + 1..).map(|number| format!("Sector {number}"));
        names.find(|name| !taken(name)).unwrap_or_default()
    }

    /// Takes over a window's title; an app that has no other name is called after it.
    pub(super) fn set_title(&mut self, id: WindowId, title: &str) {
        if self.panel_of(id).is_some() {
            return;
        }
        let title = label::clean(title);
        if let Some(app) = self.app_of_mut(id)
            && app.app_id.is_empty()
            && app.place_of(id) == id
        {
            app.title.clone_from(&title);
        }
        self.edit_window(id, |window| window.title = title);
    }

    /// Takes over the name of a window's app from its desktop entry.
    pub(super) fn set_app_name(&mut self, id: WindowId, name: &str) {
        let name = label::clean(name);
        if let Some(app) = self.app_of_mut(id).filter(|app| !name.is_empty() && !app.is_panel()) {
            app.title = name;
        }
    }

    /// Remembers where a path leads, so that zooming in leads there again.
    pub(super) fn remember(&mut self, path: &Path) {
        let (Some(sector), Some(app), Some(window)) = (path.sector(), path.app(), path.window()) else { return };
        for sector in self.sectors.iter_mut().filter(|s| s.id == sector) {
            for found in sector.apps.iter_mut().filter(|a| a.id == app) {
                sector.recent = Some(app);
                found.recent = Some(window);
            }
        }
    }

    /// Remembers an app as the one last in focus where none is remembered.
    pub(super) fn recall(&mut self, sector: SectorId, app: AppId) {
        let found = self.sectors.iter_mut().find(|found| found.id == sector && found.app(app).is_some());
        found.into_iter().for_each(|sector| sector.recent = sector.recent.or(Some(app)));
    }

    /// Marks what is in sight at a place as seen: at level 3 a window with all its dialogs, in a picker all windows.
    pub(super) fn look_at(&mut self, path: &Path) {
        let Some(app) = path.app() else { return };
        let Some(app) = self.sectors.iter_mut().flat_map(|s| &mut s.apps).find(|a| a.id == app) else { return };
        let in_sight: BTreeSet<WindowId> = match path.window() {
            Some(place) => app.stack(place).map(|window| window.id).collect(),
            None => app.windows.iter().map(|window| window.id).collect(),
        };
        for window in app.windows.iter_mut().filter(|window| in_sight.contains(&window.id)) {
            (window.seen, window.urgent) = (true, false);
        }
    }

    /// Who of a window and its dialogs has the keyboard: whom somebody chose, else the newest.
    pub fn keyboard_of(&self, place: WindowId) -> Option<WindowId> {
        let (_, app, window) = self.window(place)?;
        let chosen = window.keyboard.filter(|&id| app.place_of(id) == place && app.window(id).is_some());
        chosen.or_else(|| app.stack(place).next_back().map(|window| window.id))
    }

    /// Chooses who of a window and its dialogs has the keyboard.
    pub(super) fn choose_keyboard(&mut self, place: WindowId, chosen: Option<WindowId>) {
        self.edit_window(place, |window| window.keyboard = chosen);
    }
}

impl Sector {
    /// The app whose picture stands for the sector: the one last in focus, or the first.
    pub fn front(&self) -> Option<&App> {
        let recent = self.recent.and_then(|id| self.app(id));
        recent.or_else(|| self.apps.first())
    }
}

impl App {
    /// The window whose picture stands for the app: the one last in focus, or the first.
    pub fn front(&self) -> Option<&Window> {
        let recent = self.recent.and_then(|id| self.places().find(|window| window.id == id));
        recent.or_else(|| self.places().next())
    }
}

/// Puts one thing of a row elsewhere in it.
fn put<T>(row: &mut Vec<T>, from: usize, to: usize) {
    if from < row.len() {
        let moved = row.remove(from);
        row.insert(to.min(row.len()), moved);
    }
}
