//! What is seen and what it means, from the desktop down to rectangles.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

mod fit;
mod icons;
mod log;
mod meaning;
mod morph;
mod pictures;
mod prompt;
mod random;
mod states;
mod touch;
mod tray;

use std::time::Duration;

use lcars_ui::files::Directories;
use lcars_ui::geometry::{Rect, Size};
use lcars_ui::hierarchy::{Desktop, NewWindow, NodeId, SectorId, WindowId};
use lcars_ui::interface::{Held, Interface, Request, Sight, Symbol};
use lcars_ui::operation::Operation;
use lcars_ui::scene::{Key, Primitive};
use lcars_ui::semantics::{Action, Node, UiAction};
use lcars_ui::shells::Shells;
use lcars_ui::theme::Theme;
use lcars_ui::view::{self, Inputs, Launchable, Readings, View};

/// The size of the mock-ups.
const STANDARD: Size = Size { w: 1280.0, h: 720.0 };

/// A desktop with what is around it, and a clock that only tests move.
struct World {
    desktop: Desktop,
    interface: Interface,
    theme: Theme,
    directories: Directories,
    readings: Readings,
    shells: Shells,
    launcher: Vec<Launchable>,
    size: Size,
    scale: f64,
    ui_scale: f64,
    map: bool,
    portal: bool,
    now: Duration,
}

impl World {
    fn new(size: Size, sectors: &[&str]) -> Self {
        Self::scaled(size, 1.0, 1.0, sectors)
    }

    fn scaled(size: Size, scale: f64, ui_scale: f64, sectors: &[&str]) -> Self {
        let theme = Theme::default();
        let sectors: Vec<_> = sectors.iter().map(|name| (*name, None)).collect();
        let desktop = Desktop::new(&sectors, view::pane_area(&theme, size, scale, ui_scale)).unwrap();
        let launchable =
            |name: &str| Launchable { entry: name.to_lowercase(), name: name.into(), ..Launchable::default() };
        let launcher = ["Calculator", "Inkscape", "LibreOffice", "Monitor", "Terminal", "Writer"].map(launchable);
        let readings = Readings { cpu: 0.23, memory_used: 3_328_599_654, memory_total: 8 << 30, network: 4.2e6 };
        let (interface, now) = (Interface::default(), Duration::ZERO);
        let directories = Directories::default();
        let (launcher, shells) = (launcher.into(), Shells::default());
        let (map, portal) = (true, false);
        Self {
            desktop,
            interface,
            theme,
            directories,
            readings,
            shells,
            launcher,
            size,
            scale,
            ui_scale,
            map,
            portal,
            now,
        }
    }

    /// The five sectors of the mock-ups with their apps, all of them seen.
    fn usual(size: Size) -> Self {
        let mut world = Self::new(size, &["Build", "Research", "Studio", "Comms", "Logs"]);
        for (sector, name, count) in [
            (0, "Firefox", 3),
            (0, "Text Editor", 1),
            (0, "foot", 2),
            (0, "Gimp", 1),
            (0, "Files", 1),
            (0, "Thunderbird", 1),
            (1, "Zotero", 1),
            (3, "WeeChat", 1),
        ] {
            for _ in 0..count {
                world.open(name, sector);
            }
        }
        let all: Vec<WindowId> = world.desktop.tree().windows().map(|window| window.id).collect();
        all.into_iter().for_each(|id| world.apply(Operation::Jump { to: Some(id.into()) }));
        world.apply(Operation::Jump { to: None });
        world
    }

    fn sector(&self, place: usize) -> SectorId {
        self.desktop.tree().sectors[place].id
    }

    fn app(&self, name: &str) -> NodeId {
        let mut apps = self.desktop.tree().sectors.iter().flat_map(|sector| &sector.apps);
        apps.find(|app| app.title == name).unwrap().id.into()
    }

    fn open(&mut self, name: &str, sector: usize) -> WindowId {
        let sector = Some(self.sector(sector));
        let new = NewWindow { app_id: name, title: name, name: Some(name), sector, ..NewWindow::default() };
        self.desktop.add_window(new, self.now).unwrap().0
    }

    /// Starts something. What is refused is none of these tests' business.
    fn start(&mut self, operation: Operation) {
        let _ = self.desktop.apply(&operation, self.now);
    }

    /// Does something and lets every camera come to rest.
    fn apply(&mut self, operation: Operation) {
        self.start(operation);
        self.now += Duration::from_secs(2);
    }

    fn jump(mut self, to: Option<NodeId>) -> Self {
        self.apply(Operation::Jump { to });
        self
    }

    fn with<R>(&mut self, work: impl FnOnce(&mut Interface, &Sight) -> R) -> R {
        let view = self.view();
        let sight = view.sight(&self.desktop, self.desktop.focused_viewport(), &self.shells, &self.launcher);
        work(&mut self.interface, &sight)
    }

    /// Does something with the interface; what follows for the desktop is done too.
    fn ui(&mut self, action: &UiAction) {
        let requests = self.with(|interface, sight| interface.act(action, sight));
        self.carry_out(requests);
    }

    /// A plain key goes down.
    fn key(&mut self, symbol: Symbol) {
        let now = self.now;
        let requests = self.with(|interface, sight| interface.key(symbol, Held::default(), sight, now));
        self.carry_out(requests.unwrap_or_default());
    }

    fn carry_out(&mut self, requests: Vec<Request>) {
        for (_, action) in requests {
            if let Action::Do(operation) = action {
                let _ = self.desktop.apply(&operation, self.now);
            }
        }
        self.with(|interface, sight| interface.forget(sight));
    }

    fn view(&self) -> View {
        self.view_at(self.now)
    }

    fn view_at(&self, now: Duration) -> View {
        view::build(&Inputs {
            scale: self.scale,
            ui_scale: self.ui_scale,
            directories: &self.directories,
            shells: &self.shells,
            readings: &self.readings,
            launcher: &self.launcher,
            map: self.map,
            portal: self.portal,
            ..Inputs::of(&self.desktop, &self.interface, &self.theme, self.size, now)
        })
    }
}

fn rect(x: f64, y: f64, w: f64, h: f64) -> Rect {
    Rect::new(x, y, w, h)
}

fn near(a: Rect, b: Rect, by: f64) -> bool {
    let pairs = [(a.x, b.x), (a.y, b.y), (a.right(), b.right()), (a.bottom(), b.bottom())];
    pairs.into_iter().all(|(a, b)| (a - b).abs() <= by)
}

fn named<'a>(view: &'a View, name: &str) -> &'a Node {
    let found = view.nodes.iter().find(|node| node.name == name);
    found.unwrap_or_else(|| panic!("nothing is called {name}: {:?}", names(view)))
}

fn names(view: &View) -> Vec<&str> {
    view.nodes.iter().map(|node| node.name.as_str()).collect()
}

fn painted(view: &View, key: Key) -> Option<&Primitive> {
    view.scene.iter().find(|primitive| primitive.key() == key)
}
