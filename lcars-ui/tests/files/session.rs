//! A desktop with the files of a hub, and somebody who uses them.

use std::sync::Arc;
use std::time::Duration;

use lcars_ui::camera::{Motion, Timing};
use lcars_ui::files::{Directories, Entry, FileName, Kind, Listing, Moment, Progress};
use lcars_ui::geometry::{Point, Rect, Size};
use lcars_ui::hierarchy::{Desktop, HubMode, NewWindow, SectorId};
use lcars_ui::interface::{Button, FilesArea, Held, Interface, Request, Sight, Symbol};
use lcars_ui::operation::Operation;
use lcars_ui::scene::Primitive;
use lcars_ui::semantics::{Action, FilesAct, Node, UiAction};
use lcars_ui::shells::Shells;
use lcars_ui::theme::Theme;
use lcars_ui::view::{self, Inputs, View};

pub struct Session {
    pub desktop: Desktop,
    pub interface: Interface,
    pub theme: Theme,
    pub directories: Directories,
    pub size: Size,
    pub now: Duration,
    pub motion: Motion,
    pub view: View,
}

pub fn listing(path: &str, names: &[&str]) -> Listing {
    let entry = |name: &&str| {
        let kind = if name.ends_with('/') { Kind::Directory } else { Kind::File };
        let name = FileName::new(name.trim_end_matches('/').as_bytes()).unwrap();
        let modified = Some(Moment { seconds: 1_000_000, ahead: 0 });
        Entry { size: 148_000, modified, mode: 0o644, ..Entry::named(name, kind) }
    };
    let whole = Listing::new(path, names.iter().map(entry).collect(), Progress::Whole);
    Listing { at_terminal: true, ..whole }
}

pub fn numbered(path: &str, count: usize) -> Listing {
    let names: Vec<String> = (0..count).map(|n| format!("file {n}")).collect();
    listing(path, &names.iter().map(String::as_str).collect::<Vec<_>>())
}

impl Session {
    pub fn new(w: f64, h: f64) -> Self {
        let theme = Theme::default();
        let size = Size { w, h };
        let area = view::pane_area(&theme, size, 1.0, 1.0);
        let mut desktop = Desktop::new(&[("Build", None), ("Logs", None)], area).unwrap();
        let sector = desktop.tree().sectors[0].id;
        let new = NewWindow { app_id: "foot", title: "foot", sector: Some(sector), ..NewWindow::default() };
        desktop.add_window(new, Duration::ZERO).unwrap();
        desktop.apply(&Operation::Jump { to: Some(sector.into()) }, Duration::ZERO).unwrap();
        desktop.apply(&Operation::Mode { mode: HubMode::Directory }, Duration::ZERO).unwrap();
        let (directories, now) = (Directories::default(), Duration::from_secs(10));
        let view = View::empty(theme.bg);
        let interface = Interface::default();
        Self { desktop, interface, theme, directories, size, now, motion: Motion::Full, view }
    }

    pub fn sector(&self) -> SectorId {
        self.desktop.tree().sectors[0].id
    }

    pub fn show(&mut self, listing: Listing) {
        self.directories.by_sector.insert(self.sector(), Arc::new(listing));
        self.look();
        self.later(1000);
    }

    /// Draws everything anew. The first time tells how many tiles there is room for.
    pub fn look(&mut self) {
        for _ in 0..2 {
            let viewport = self.desktop.focused_viewport();
            let places: Vec<_> = viewport.path.sector().map(|sector| (viewport.id, sector)).into_iter().collect();
            let (directories, motion, now) = (self.directories.clone(), self.motion, self.now);
            self.with(|interface, sight| {
                interface.follow_files(&places, &directories, sight, now, motion, &Timing::default());
                interface.forget(sight);
            });
            let plain = Inputs::of(&self.desktop, &self.interface, &self.theme, self.size, self.now);
            self.view = view::build(&Inputs { directories: &self.directories, ..plain });
            self.with(|interface, sight| interface.forget(sight));
        }
    }

    pub fn later(&mut self, ms: u64) {
        self.now += Duration::from_millis(ms);
        self.look();
    }

    pub fn with<R>(&mut self, work: impl FnOnce(&mut Interface, &Sight) -> R) -> R {
        let viewport = self.desktop.focused_viewport();
        work(&mut self.interface, &self.view.sight(&self.desktop, viewport, &Shells::default(), &[]))
    }

    pub fn key(&mut self, symbol: Symbol) -> bool {
        let now = self.now;
        let taken = self.with(|interface, sight| interface.key(symbol, Held::default(), sight, now));
        self.later(400);
        taken.is_some()
    }

    pub fn type_text(&mut self, text: &str) {
        text.chars().for_each(|c| assert!(self.key(Symbol::Char(c))));
    }

    pub fn area(&self) -> FilesArea {
        self.view.files[0]
    }

    pub fn tiles(&self) -> Vec<&Node> {
        self.view.nodes.iter().filter(|node| node.key.part == "file").collect()
    }

    pub fn names(&self) -> Vec<&str> {
        self.tiles().iter().map(|node| node.name.as_str()).collect()
    }

    pub fn tile(&self, name: &str) -> Rect {
        self.tiles().iter().find(|node| node.name == name).unwrap_or_else(|| panic!("{name} is not in sight")).rect
    }

    pub fn focused(&self) -> Option<&str> {
        self.view.nodes.iter().find(|node| node.states.focused).map(|node| node.name.as_str())
    }

    pub fn click(&mut self, rect: Rect, button: Button) {
        let (at, now) = (middle(rect), self.now);
        self.with(|interface, sight| {
            let mut requests = interface.pressed(at, button, sight, now);
            requests.extend(interface.released(at, button, sight, now));
            let wants_shell = |request: &Request| matches!(request.1, Action::Do(Operation::NewTerminal { .. }));
            // What is staged wants a shell to run it some day.
            assert!(requests.iter().all(wants_shell), "the interface does it itself: {requests:?}");
        });
        self.later(400);
    }

    pub fn act(&mut self, act: FilesAct) {
        self.with(|interface, sight| interface.act(&UiAction::Files { act }, sight));
        self.later(400);
    }

    pub fn prompt(&self) -> &str {
        self.interface.prompt.text()
    }

    /// The upper edge of what is open of the prompt.
    pub fn prompt_top(&self) -> Option<f64> {
        let parts = self.view.nodes.iter().filter(|node| matches!(node.key.part, "prompt" | "clear" | "execute"));
        parts.map(|node| node.hit.y).min_by(f64::total_cmp)
    }

    pub fn says(&self, text: &str) -> bool {
        let written =
            |primitive: &Primitive| matches!(primitive, Primitive::Text { text: own, .. } if own.contains(text));
        self.view.scene.iter().any(written)
    }
}

pub fn middle(rect: Rect) -> Point {
    Point { x: rect.x + rect.w / 2.0, y: rect.y + rect.h / 2.0 }
}
