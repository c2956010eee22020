//! What may be done to the tree. Each of these keeps it whole: an app has at least one window that is no dialog, a
//! dialog's parent is in its own app and never above itself, what is remembered as recent is there.

use super::id::{AppId, ExpectedId, SectorId, WindowId};
use super::limits::{
    MOST_APP_ID_BYTES, MOST_COMMAND_BYTES, MOST_COMMAND_WORDS, MOST_NESTED_DIALOGS, MOST_SECTORS, MOST_WINDOWS,
};
use super::tree::{App, Launch, Sector, SectorColour, Tree, Window};
use crate::label;
use crate::operation::{Kind, Refused};

/// A window that a program mapped, as the compositor reports it. All text is cleaned here.
#[derive(Debug, Clone, Default)]
pub struct NewWindow<'a> {
    /// Its `app_id`; empty where its program has none.
    pub app_id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// The app's name in its desktop entry, where there is one.
    pub name: Option<&'a str>,
    /// The window that it is a dialog of.
    pub parent: Option<WindowId>,
    /// The sector that its program was started from.
    pub sector: Option<SectorId>,
    /// How its program was started.
    pub launch: Option<Launch>,
    /// The app from before a restart that it belongs to.
    pub expected: Option<ExpectedId>,
}

/// What a name is to be shown as, or why it cannot be one.
pub(super) fn clean_name(name: &str) -> Result<String, Refused> {
    let name = label::clean(name);
    if name.is_empty() { Err(Refused::EmptyName) } else { Ok(name) }
}

fn clean_app_id(app_id: &str) -> String {
    let mut clean = label::clean(app_id);
    while clean.len() > MOST_APP_ID_BYTES {
        clean.pop();
    }
    clean
}

/// What an app without a desktop entry is called: the last word of its reversed domain name, else what its window says.
fn app_title(app_id: &str, window_title: &str) -> String {
    let last = app_id.rsplit('.').find(|word| !word.is_empty()).unwrap_or_default();
    if last.is_empty() { window_title.to_owned() } else { last.to_owned() }
}

fn checked(launch: Option<Launch>) -> Result<Option<Launch>, Refused> {
    let Some(launch) = launch else { return Ok(None) };
    if launch.command.len() > MOST_COMMAND_WORDS {
        return Err(Refused::TooMany { what: Kind::CommandWords, most: MOST_COMMAND_WORDS });
    }
    if launch.bytes() > MOST_COMMAND_BYTES {
        return Err(Refused::TooMany { what: Kind::CommandBytes, most: MOST_COMMAND_BYTES });
    }
    Ok(Some(launch))
}

impl App {
    /// Puts its windows into this order, each with its dialogs behind it; those that are not named stay behind them, as
    /// they were.
    pub(super) fn put_windows(&mut self, order: &[WindowId]) {
        let place = |id: WindowId| order.iter().position(|other| *other == id).unwrap_or(order.len());
        let mut windows: Vec<(usize, Window)> = Vec::with_capacity(self.windows.len());
        let places: Vec<usize> = self.windows.iter().map(|window| place(self.place_of(window.id))).collect();
        windows.extend(places.into_iter().zip(std::mem::take(&mut self.windows)));
        // Stable: a dialog stays behind its parent.
        windows.sort_by_key(|(place, _)| *place);
        self.windows = windows.into_iter().map(|(_, window)| window).collect();
    }
}

impl Tree {
    /// Puts a new sector at the end.
    pub(super) fn add_sector(&mut self, name: &str, colour: Option<SectorColour>) -> Result<SectorId, Refused> {
        if self.sectors.len() >= MOST_SECTORS {
            return Err(Refused::TooMany { what: Kind::Sectors, most: MOST_SECTORS });
        }
        let name = clean_name(name)?;
        let colour = colour.unwrap_or_else(|| SectorColour::of_place(self.sectors.len()));
        let id = SectorId::from_raw(self.ids.next());
        let (apps, terminals) = (Vec::new(), Vec::new());
        self.sectors.push(Sector { id, name, colour, apps, recent: None, terminals, terminal: None });
        Ok(id)
    }

    /// Takes a sector away; its windows and terminals move to the sector before it, or to the one after. That sector.
    pub(super) fn remove_sector(&mut self, id: SectorId) -> Result<SectorId, Refused> {
        let place = self.sector_place(id).ok_or(Refused::NoSuchNode { node: id.into() })?;
        if self.sectors.len() == 1 {
            return Err(Refused::LastSector);
        }
        let gone = self.sectors.remove(place);
        let heir = self.sectors.get_mut(place.saturating_sub(1)).ok_or(Refused::LastSector)?;
        gone.apps.into_iter().for_each(|app| heir.take_in(app));
        heir.take_in_terminals(gone.terminals);
        Ok(heir.id)
    }

    /// Takes a window in where it belongs: above its parent, else with its like in the sector it was started from.
    pub(super) fn add_window(&mut self, new: NewWindow<'_>, usual: SectorId) -> Result<WindowId, Refused> {
        if self.windows().count() >= MOST_WINDOWS {
            return Err(Refused::TooMany { what: Kind::Windows, most: MOST_WINDOWS });
        }
        let launch = checked(new.launch)?;
        let id = WindowId::from_raw(self.ids.next());
        let title = label::clean(new.title);
        let mut window = Window {
            id,
            title,
            parent: None,
            seen: false,
            urgent: false,
            fullscreen: false,
            own_frame: false,
            reduced: None,
            keyboard: None,
            icon: None,
        };
        let above = new.parent.filter(|&parent| self.nesting(parent) < MOST_NESTED_DIALOGS);
        let above = above.filter(|&parent| self.panel_of(parent).is_none());
        if let Some(app) = above.and_then(|parent| self.app_of_mut(parent)) {
            window.parent = above;
            app.windows.push(window);
            return Ok(id);
        }
        let app_id = clean_app_id(new.app_id);
        let name = new.name.map(label::clean).filter(|name| !name.is_empty());
        let title = name.unwrap_or_else(|| app_title(&app_id, &window.title));
        let fresh = AppId::from_raw(self.ids.next());
        let wished = new.sector.and_then(|id| self.sector_place(id)).or_else(|| self.sector_place(usual)).unwrap_or(0);
        if let Some(sector) = self.sectors.get_mut(wished) {
            sector.take_in(App { id: fresh, app_id, title, launch, windows: vec![window], recent: None, panel: None });
        }
        Ok(id)
    }

    /// Forgets a window. Dialogs of it become dialogs of its parent, or windows of their own.
    pub(super) fn remove_window(&mut self, id: WindowId) -> Result<(), Refused> {
        let (_, app, window) = self.window(id).ok_or(Refused::NoSuchNode { node: id.into() })?;
        if app.is_panel() {
            return Err(Refused::PanelStays);
        }
        let parent = window.parent;
        if let Some(app) = self.app_of_mut(id) {
            app.windows.retain(|window| window.id != id);
            for window in app.windows.iter_mut().filter(|window| window.parent == Some(id)) {
                window.parent = parent;
            }
        }
        self.tidy();
        Ok(())
    }

    /// Makes a window a dialog of another, or a window of its own.
    pub(super) fn set_parent(&mut self, id: WindowId, parent: Option<WindowId>) -> Result<(), Refused> {
        let (_, _, window) = self.window(id).ok_or(Refused::NoSuchNode { node: id.into() })?;
        if window.parent == parent {
            return Ok(());
        }
        let Some(parent) = parent else {
            self.edit_window(id, |window| window.parent = None);
            return Ok(());
        };
        let (_, theirs, _) = self.window(parent).ok_or(Refused::NoSuchNode { node: parent.into() })?;
        if theirs.is_panel() || self.panel_of(id).is_some() {
            return Err(Refused::PanelStays);
        }
        let theirs = theirs.id;
        let mut above = Some(parent);
        while let Some(ancestor) = above {
            if ancestor == id {
                return Err(Refused::OwnParent { window: id });
            }
            above = self.window(ancestor).and_then(|(_, _, window)| window.parent);
        }
        if self.nesting(parent) + self.height(id) > MOST_NESTED_DIALOGS {
            return Err(Refused::TooMany { what: Kind::NestedDialogs, most: MOST_NESTED_DIALOGS });
        }
        let family = self.take_family(id);
        if let Some(app) = self.sectors.iter_mut().flat_map(|sector| &mut sector.apps).find(|app| app.id == theirs) {
            app.windows.extend(family);
        }
        self.edit_window(id, |window| window.parent = Some(parent));
        self.tidy();
        Ok(())
    }

    /// Moves a window with all its dialogs to another sector. A dialog takes the window that it stays above along.
    pub(super) fn send_window(&mut self, id: WindowId, to: SectorId) -> Result<(), Refused> {
        let (from, app, _) = self.window(id).ok_or(Refused::NoSuchNode { node: id.into() })?;
        let target = self.sector_place(to).ok_or(Refused::NoSuchNode { node: to.into() })?;
        let from = from.filter(|_| !app.is_panel()).ok_or(Refused::PanelStays)?;
        if from.id == to {
            return Err(Refused::AlreadyThere);
        }
        let place = app.place_of(id);
        // An app that moves as a whole stays the same app; where it leaves windows behind it becomes two.
        let whole = app.places().count() == 1;
        let mut moved = App { windows: Vec::new(), recent: Some(place), ..app.clone() };
        if !whole {
            moved.id = AppId::from_raw(self.ids.next());
        }
        moved.windows = self.take_family(place);
        if let Some(sector) = self.sectors.get_mut(target) {
            sector.take_in(moved);
        }
        self.tidy();
        Ok(())
    }

    /// Moves an app with all its windows to another sector, where it joins its like.
    pub(super) fn send_app(&mut self, id: AppId, to: SectorId) -> Result<(), Refused> {
        let (from, app) = self.app(id).ok_or(Refused::NoSuchNode { node: id.into() })?;
        let from = from.filter(|_| !app.is_panel()).ok_or(Refused::PanelStays)?.id;
        let target = self.sector_place(to).ok_or(Refused::NoSuchNode { node: to.into() })?;
        if from == to {
            return Err(Refused::AlreadyThere);
        }
        let mut sectors = self.sectors.iter_mut();
        let moved = sectors.find_map(|s| s.apps.iter().position(|app| app.id == id).map(|at| s.apps.remove(at)));
        if let (Some(app), Some(sector)) = (moved, self.sectors.get_mut(target)) {
            sector.take_in(app);
        }
        self.tidy();
        Ok(())
    }

    /// Groups a window anew after its program named itself. Dialogs stay with their window, whatever they say.
    pub(super) fn set_app_id(&mut self, id: WindowId, app_id: &str) -> Result<(), Refused> {
        let (sector, app, window) = self.window(id).ok_or(Refused::NoSuchNode { node: id.into() })?;
        let sector = sector.filter(|_| !app.is_panel()).ok_or(Refused::PanelStays)?;
        let (sector_id, app_id) = (sector.id, clean_app_id(app_id));
        if window.parent.is_some() || app.app_id == app_id {
            return Ok(());
        }
        let title = app_title(&app_id, &window.title);
        let mut moved = App { title, windows: Vec::new(), recent: Some(id), app_id, ..app.clone() };
        let place = sector.apps.iter().position(|other| other.id == app.id).unwrap_or(sector.apps.len());
        if app.places().count() > 1 {
            moved.id = AppId::from_raw(self.ids.next());
        }
        moved.windows = self.take_family(id);
        if let Some(sector) = self.sectors.iter_mut().find(|sector| sector.id == sector_id) {
            let (fresh, before) = (moved.id, sector.apps.len());
            sector.take_in(moved);
            // It keeps its tile where it was, if it still has one of its own.
            if sector.apps.len() > before && sector.apps.last().is_some_and(|app| app.id == fresh) {
                sector.apps.get_mut(place..).into_iter().for_each(|rest| rest.rotate_right(1));
            }
        }
        self.tidy();
        Ok(())
    }

    /// Changes one window's own data, never its place.
    pub(super) fn edit_window(&mut self, id: WindowId, edit: impl FnOnce(&mut Window)) {
        if let Some(window) = self.app_of_mut(id).and_then(|app| app.windows.iter_mut().find(|w| w.id == id)) {
            edit(window);
        }
    }

    pub(super) fn app_of_mut(&mut self, id: WindowId) -> Option<&mut App> {
        let in_sectors = self.sectors.iter_mut().flat_map(|sector| &mut sector.apps);
        in_sectors.chain(&mut self.panels).find(|app| app.window(id).is_some())
    }

    /// How many windows a dialog of this one would stay above.
    fn nesting(&self, id: WindowId) -> usize {
        let parent = |id: &WindowId| self.window(*id).and_then(|(_, _, window)| window.parent);
        std::iter::successors(Some(id), parent).take(MOST_NESTED_DIALOGS + 1).count()
    }

    /// How deep the dialogs above this window go, itself counted.
    fn height(&self, id: WindowId) -> usize {
        let app = self.window(id).map(|(_, app, _)| app);
        app.and_then(|app| app.family(id).into_values().max()).map_or(0, |highest| highest + 1)
    }

    /// Takes a window and every dialog above it out of its app, in their order, without its parent.
    fn take_family(&mut self, id: WindowId) -> Vec<Window> {
        let Some(app) = self.app_of_mut(id) else { return Vec::new() };
        let family = app.family(id);
        let (mut taken, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut app.windows).into_iter().partition(|window| family.contains_key(&window.id));
        app.windows = kept;
        taken.iter_mut().filter(|window| window.id == id).for_each(|window| window.parent = None);
        taken
    }

    /// Drops apps without windows and memories of what is no longer there.
    pub(super) fn tidy(&mut self) {
        for sector in &mut self.sectors {
            sector.apps.retain(|app| !app.windows.is_empty());
            sector.recent = sector.recent.filter(|&id| sector.apps.iter().any(|app| app.id == id));
            for app in &mut sector.apps {
                let recent = app.recent.filter(|&id| app.places().any(|window| window.id == id));
                app.recent = recent;
            }
        }
    }
}

impl Sector {
    /// Takes an app in: among its like if there is any, else at the end.
    pub(super) fn take_in(&mut self, app: App) {
        let like = self.apps.iter_mut().find(|other| !app.app_id.is_empty() && other.app_id == app.app_id);
        match like {
            Some(like) => {
                like.windows.extend(app.windows);
                like.launch = like.launch.take().or(app.launch);
            }
            None => self.apps.push(app),
        }
    }
}
