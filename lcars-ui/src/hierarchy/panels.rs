//! Panels: pages of the user's that are places of the hierarchy like any window. A panel stands in the tree as an app with
//! one window, from when its file is there until that goes, whether or not anything runs that shows it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::edit::clean_name;
use super::id::{AppId, SectorId, WindowId};
use super::limits::{MOST_PANELS, MOST_WINDOWS};
use super::tree::{App, Tree, Window};
use crate::label;
use crate::operation::{Kind, Refused};

/// What makes an app a panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Panel {
    /// Its file's name without the ending; no other panel has it.
    pub name: String,
    /// Where it has its tile.
    pub level: PanelLevel,
    /// How what shows it does.
    pub health: PanelHealth,
}

/// Where a panel has its tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PanelLevel {
    /// On the overview, behind the sectors.
    #[default]
    Overview,
    /// In the hub of one sector, among its apps.
    Hub,
    /// Nowhere: a pill in the rail of the overview leads to it.
    Place,
}

/// How what shows a panel does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum PanelHealth {
    /// Nothing runs, since nobody looks.
    #[default]
    Resting,
    /// It has been started and has no picture yet.
    Starting,
    /// It is well.
    Well,
    /// It does not answer.
    Hung,
    /// It ended, and does not start by itself.
    Stopped {
        /// Why, for the screen.
        why: String,
    },
}

/// A panel as its file describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewPanel {
    /// Names it.
    pub name: String,
    /// What its tile says.
    pub title: String,
    /// Where its tile is.
    pub level: PanelLevel,
    /// Whose hub that is, by the sector's name; of a name that none has, the first.
    pub sector: Option<String>,
}

/// Where a panel belongs: at the root, or in a sector.
type Home = Option<SectorId>;

impl App {
    /// Whether it is a panel.
    pub fn is_panel(&self) -> bool {
        self.panel.is_some()
    }
}

impl Tree {
    /// Every panel.
    pub fn all_panels(&self) -> impl Iterator<Item = &App> {
        let in_hubs = self.sectors.iter().flat_map(|sector| &sector.apps).filter(|app| app.is_panel());
        self.panels.iter().chain(in_hubs)
    }

    /// A panel by its name.
    pub fn panel(&self, name: &str) -> Option<&App> {
        self.all_panels().find(|app| app.panel.as_ref().is_some_and(|panel| panel.name == name))
    }

    /// The panel that a window is.
    pub fn panel_of(&self, window: WindowId) -> Option<&Panel> {
        self.window(window).and_then(|(_, app, _)| app.panel.as_ref())
    }

    /// Panels that have a tile on the overview.
    pub(super) fn overview_panels(&self) -> impl Iterator<Item = &App> {
        self.panels_at(PanelLevel::Overview)
    }

    /// Panels that a pill of the overview leads to.
    pub(crate) fn place_panels(&self) -> impl Iterator<Item = &App> {
        self.panels_at(PanelLevel::Place)
    }

    fn panels_at(&self, level: PanelLevel) -> impl Iterator<Item = &App> {
        self.panels.iter().filter(move |app| app.panel.as_ref().is_some_and(|panel| panel.level == level))
    }

    /// Makes the panels these and no others. One that was there stays the same node, wherever it belongs now.
    pub(super) fn put_panels(&mut self, wanted: &[NewPanel]) -> Result<(), Refused> {
        let windows = self.windows().count() - self.all_panels().count();
        if wanted.len() > MOST_PANELS {
            return Err(Refused::TooMany { what: Kind::Panels, most: MOST_PANELS });
        }
        if windows + wanted.len() > MOST_WINDOWS {
            return Err(Refused::TooMany { what: Kind::Windows, most: MOST_WINDOWS });
        }
        wanted.iter().try_for_each(|new| clean_name(&new.name).map(drop))?;
        let mut before = self.take_panels();
        for new in wanted {
            let name = label::clean(&new.name);
            if self.panel(&name).is_some() {
                continue;
            }
            let known = before.iter().position(|app| app.panel.as_ref().is_some_and(|panel| panel.name == name));
            let mut app = match known {
                Some(at) => before.remove(at),
                None => self.fresh_panel(&name),
            };
            let title = Some(label::clean(&new.title)).filter(|title| !title.is_empty()).unwrap_or(name);
            app.windows.iter_mut().for_each(|window| window.title.clone_from(&title));
            app.title = title;
            app.panel.iter_mut().for_each(|panel| panel.level = new.level);
            let home = self.home_of(new);
            match self.sectors.iter_mut().find(|sector| Some(sector.id) == home) {
                Some(sector) => sector.apps.push(app),
                None => self.panels.push(app),
            }
        }
        self.tidy();
        Ok(())
    }

    fn home_of(&self, new: &NewPanel) -> Home {
        if new.level != PanelLevel::Hub {
            return None;
        }
        let named = new.sector.as_ref().and_then(|wished| {
            let wished = label::clean(wished).to_lowercase();
            self.sectors.iter().find(|sector| sector.name.to_lowercase() == wished)
        });
        named.or_else(|| self.sectors.first()).map(|sector| sector.id)
    }

    fn fresh_panel(&mut self, name: &str) -> App {
        let window = Window {
            id: WindowId::from_raw(self.ids.next()),
            title: String::new(),
            parent: None,
            // Nobody has to be told that it is there.
            seen: true,
            urgent: false,
            fullscreen: false,
            reduced: None,
            icon: None,
            own_frame: false,
            keyboard: None,
        };
        let (level, health) = (PanelLevel::default(), PanelHealth::default());
        App {
            id: AppId::from_raw(self.ids.next()),
            app_id: String::new(),
            title: String::new(),
            launch: None,
            windows: vec![window],
            recent: None,
            panel: Some(Panel { name: name.to_owned(), level, health }),
        }
    }

    fn take_panels(&mut self) -> Vec<App> {
        let mut taken = std::mem::take(&mut self.panels);
        for sector in &mut self.sectors {
            taken.extend(sector.apps.extract_if(.., |app| app.is_panel()));
        }
        taken
    }

    /// Notes how what shows a panel does. Whether that is another way than before.
    pub(super) fn set_panel_health(&mut self, window: WindowId, health: PanelHealth) -> bool {
        let panel = self.app_of_mut(window).and_then(|app| app.panel.as_mut());
        panel.is_some_and(|panel| {
            let changed = panel.health != health;
            panel.health = health;
            changed
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Desktop;
    use super::super::path::Level;
    use super::*;
    use crate::geometry::Rect;
    use crate::operation::{Effect, Operation};
    use std::time::Duration;

    const NOW: Duration = Duration::ZERO;

    fn panel(name: &str, level: PanelLevel, sector: Option<&str>) -> NewPanel {
        NewPanel { name: name.into(), title: name.into(), level, sector: sector.map(str::to_owned) }
    }

    fn desktop(panels: &[NewPanel]) -> Desktop {
        let sectors = [("Build", None), ("Studio", None)];
        let mut desktop = Desktop::new(&sectors, Rect::new(0.0, 0.0, 1280.0, 680.0)).unwrap();
        desktop.put_panels(panels, NOW).unwrap();
        desktop
    }

    fn window(desktop: &Desktop, name: &str) -> WindowId {
        desktop.tree().panel(name).unwrap().windows[0].id
    }

    #[test]
    fn a_panel_of_the_overview_is_a_tile_behind_the_sectors_and_one_zoom_away() {
        let mut desktop = desktop(&[panel("weather", PanelLevel::Overview, None)]);
        let tiles = desktop.tree().children(&super::super::Path::root());
        assert_eq!(tiles.len(), 3);
        desktop.apply(&Operation::ZoomIn { into: Some(tiles[2]) }, NOW).unwrap();
        let here = &desktop.focused_viewport().path;
        assert_eq!((here.level(), here.window()), (Level::Focus, Some(window(&desktop, "weather"))));
        assert_eq!(here.sector(), None);
        desktop.apply(&Operation::ZoomOut, NOW).unwrap();
        assert_eq!(desktop.focused_viewport().path.level(), Level::Overview);
        assert_eq!(desktop.focused_viewport().selected, Some(tiles[2]));
    }

    #[test]
    fn a_panel_of_a_hub_is_in_the_sector_that_its_file_names() {
        let desktop = desktop(&[
            panel("build", PanelLevel::Hub, Some("STUDIO")),
            panel("lost", PanelLevel::Hub, Some("Nowhere")),
            panel("place", PanelLevel::Place, Some("Studio")),
        ]);
        let home = |name: &str| {
            let app = desktop.tree().panel(name).unwrap();
            desktop.tree().app(app.id).unwrap().0.map(|sector| sector.name.clone())
        };
        assert_eq!((home("build").as_deref(), home("lost").as_deref()), (Some("Studio"), Some("Build")));
        assert_eq!(home("place"), None);
        assert_eq!(desktop.tree().children(&super::super::Path::root()).len(), 2);
    }

    #[test]
    fn a_panel_that_moves_stays_the_same_node_and_takes_who_looks_at_it_along() {
        let mut desktop = desktop(&[panel("one", PanelLevel::Overview, None)]);
        let id = window(&desktop, "one");
        desktop.apply(&Operation::OpenPanel { name: "one".into() }, NOW).unwrap();
        desktop.put_panels(&[panel("one", PanelLevel::Hub, Some("Studio"))], NOW).unwrap();
        assert_eq!(window(&desktop, "one"), id);
        let here = desktop.focused_viewport().path.clone();
        assert_eq!((here.nodes().len(), here.window()), (3, Some(id)));
        desktop.put_panels(&[], NOW).unwrap();
        assert_eq!(desktop.focused_viewport().path.level(), Level::Hub);
        assert!(desktop.tree().window(id).is_none());
    }

    #[test]
    fn panels_are_closed_and_restarted_by_name_or_where_one_is() {
        let mut desktop = desktop(&[panel("one", PanelLevel::Place, None)]);
        let id = window(&desktop, "one");
        let restart = Operation::RestartPanel { name: None };
        assert_eq!(desktop.apply(&restart, NOW), Err(Refused::NoPanel));
        assert_eq!(desktop.apply(&Operation::OpenPanel { name: "two".into() }, NOW), Err(Refused::NoSuchPanel));
        desktop.apply(&Operation::OpenPanel { name: "one".into() }, NOW).unwrap();
        assert!(desktop.apply(&restart, NOW).unwrap().contains(&Effect::RestartPanel { window: id }));
        let close = Operation::Close { node: None };
        assert!(desktop.apply(&close, NOW).unwrap().contains(&Effect::EndPanel { window: id }));
        assert_eq!(desktop.focused_viewport().path.level(), Level::Overview);
        let named = Operation::ClosePanel { name: Some("one".into()) };
        assert!(desktop.apply(&named, NOW).unwrap().contains(&Effect::EndPanel { window: id }));
    }

    #[test]
    fn a_panel_is_where_its_file_says_and_what_shows_it_does_not_name_it() {
        let mut desktop = desktop(&[panel("one", PanelLevel::Hub, Some("Build"))]);
        let (id, app) = (window(&desktop, "one"), desktop.tree().panel("one").unwrap().id);
        let studio = desktop.tree().sectors[1].id;
        for node in [Some(id.into()), Some(app.into())] {
            let send = Operation::SendToSector { node, sector: studio, follow: false };
            assert_eq!(desktop.apply(&send, NOW), Err(Refused::PanelStays));
        }
        desktop.set_app_id(id, "com.example.Browser", NOW);
        desktop.set_title(id, "a page's own title");
        desktop.remove_window(id, NOW);
        let app = desktop.tree().panel("one").unwrap();
        assert_eq!((app.app_id.as_str(), app.title.as_str(), app.windows.len()), ("", "one", 1));
    }

    #[test]
    fn there_are_no_more_than_the_most_and_no_two_of_a_name() {
        let many: Vec<_> = (0..=MOST_PANELS).map(|n| panel(&format!("p{n}"), PanelLevel::Overview, None)).collect();
        let mut desktop = desktop(&many[..MOST_PANELS]);
        let refused = desktop.put_panels(&many, NOW).unwrap_err();
        assert_eq!(refused, Refused::TooMany { what: Kind::Panels, most: MOST_PANELS });
        assert_eq!(desktop.tree().all_panels().count(), MOST_PANELS);
        let twice = [many[0].clone(), many[0].clone()];
        desktop.put_panels(&twice, NOW).unwrap();
        assert_eq!(desktop.tree().all_panels().count(), 1);
        assert_eq!(desktop.put_panels(&[panel("\u{202e}", PanelLevel::Hub, None)], NOW), Err(Refused::EmptyName));
    }

    #[test]
    fn a_viewport_that_was_in_a_panel_is_there_again_after_a_restart() {
        let panels = [panel("one", PanelLevel::Overview, None), panel("two", PanelLevel::Hub, Some("Studio"))];
        for name in ["one", "two"] {
            let mut before = desktop(&panels);
            before.apply(&Operation::OpenPanel { name: name.into() }, NOW).unwrap();
            let snapshot = before.snapshot();
            assert!(snapshot.sectors.iter().all(|sector| sector.apps.is_empty()), "panels come from their files");
            let mut after = desktop(&panels);
            after.load(&snapshot, NOW).unwrap();
            assert_eq!(after.focused_viewport().path.window(), Some(window(&after, name)));
        }
    }
}
