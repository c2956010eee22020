//! A hub with a few tiles and buttons, and what becomes of it when somebody uses it.

mod keys;
mod overlays;
mod pointers;
mod random;
mod way_out;

use std::time::Duration;

use super::*;
use crate::geometry::Rect;
use crate::hierarchy::{AppId, Desktop, NewWindow};
use crate::operation::Operation;
use crate::semantics::{Role, UiAction};

/// A desktop with two sectors, of which the first has an app with two windows.
fn desktop() -> Desktop {
    let mut desktop = Desktop::new(&[("Build", None), ("Comms", None)], Rect::new(0.0, 0.0, 1280.0, 720.0)).unwrap();
    let sector = Some(desktop.tree().sectors[0].id);
    for title in ["one", "two"] {
        let window = NewWindow { app_id: "foot", title, sector, ..NewWindow::default() };
        desktop.add_window(window, Duration::ZERO).unwrap();
    }
    desktop
}

/// What is seen, and the desktop behind it.
struct World {
    desktop: Desktop,
    nodes: Vec<Node>,
    level: Level,
    interface: Interface,
    shells: Shells,
    now: Duration,
}

fn key(part: &'static str) -> Key {
    Key::part(part).in_pane(7)
}

/// What follows from the keyboard, or a menu, coming to a tile.
fn selects(node: NodeId) -> Request {
    (Some(ViewportId::from_raw(7)), Action::Do(Operation::Select { node }))
}

fn at(x: f64, y: f64) -> Point {
    Point { x, y }
}

impl World {
    /// Two tiles side by side, a button above them that zooms out, a search box at the top right.
    fn new() -> Self {
        let desktop = desktop();
        let mut world = Self {
            shells: Shells::default(),
            desktop,
            nodes: Vec::new(),
            level: Level::Hub,
            interface: Interface::default(),
            now: Duration::ZERO,
        };
        let (build, comms) = (world.sector(0), world.sector(1));
        let app = NodeId::App(world.app());
        world.add("zoom-out", Rect::new(0.0, 0.0, 100.0, 40.0), Action::Do(Operation::ZoomOut));
        let search = world.add("search", Rect::new(300.0, 0.0, 100.0, 40.0), Action::Ui(UiAction::Search));
        search.role = Role::SearchBox;
        let left =
            world.add("left", Rect::new(0.0, 100.0, 100.0, 100.0), Action::Do(Operation::ZoomIn { into: Some(app) }));
        left.menu = Some(Action::Ui(UiAction::Menu { node: app }));
        left.drag = Some(app);
        left.drop = Some(build);
        let into = Some(comms.into());
        let right = world.add("right", Rect::new(200.0, 100.0, 100.0, 100.0), Action::Do(Operation::ZoomIn { into }));
        right.drop = Some(comms);
        world
    }

    fn sector(&self, place: usize) -> SectorId {
        self.desktop.tree().sectors[place].id
    }

    fn app(&self) -> AppId {
        self.desktop.tree().sectors[0].apps[0].id
    }

    fn add(&mut self, part: &'static str, rect: Rect, action: Action) -> &mut Node {
        let mut node = Node::new(key(part), Role::Button, part, rect);
        node.action = Some(action);
        self.nodes.push(node);
        self.nodes.last_mut().unwrap()
    }

    /// A modal part with two buttons at the bottom of the screen, as an overlay draws it.
    fn add_dialog(&mut self) {
        let mut dialog = Node::new(Key::part("dialog"), Role::Dialog, "DIALOG", Rect::new(0.0, 300.0, 300.0, 100.0));
        dialog.states.modal = true;
        self.nodes.push(dialog);
        let parent = Some(self.nodes.len() - 1);
        for (part, x, action) in [("cancel", 0.0, UiAction::Cancel), ("accept", 200.0, UiAction::Accept)] {
            let mut node = Node::new(Key::part(part), Role::Button, part, Rect::new(x, 300.0, 100.0, 40.0));
            (node.action, node.parent) = (Some(Action::Ui(action)), parent);
            self.nodes.push(node);
        }
    }

    fn with<R>(&mut self, work: impl FnOnce(&mut Interface, &Sight, Duration) -> R) -> R {
        let sight = Sight {
            nodes: &self.nodes,
            pane: ViewportId::from_raw(7),
            level: self.level,
            sector: None,
            selected: self.desktop.tree().sectors[0].apps.first().map(|app| app.id.into()),
            tree: self.desktop.tree(),
            shells: &self.shells,
            launcher: &[],
            prompt: None,
            files: &[],
        };
        work(&mut self.interface, &sight, self.now)
    }

    fn moved(&mut self, x: f64, y: f64) -> Vec<Request> {
        self.with(|interface, sight, now| interface.pointer_moved(at(x, y), sight, now))
    }

    fn down(&mut self, x: f64, y: f64) -> Vec<Request> {
        self.with(|interface, sight, now| interface.pressed(at(x, y), Button::Primary, sight, now))
    }

    fn up(&mut self, x: f64, y: f64) -> Vec<Request> {
        self.with(|interface, sight, now| interface.released(at(x, y), Button::Primary, sight, now))
    }

    fn tick(&mut self, milliseconds: u64) -> (Vec<Request>, Option<Duration>) {
        self.now += Duration::from_millis(milliseconds);
        self.with(|interface, sight, now| interface.tick(sight, now))
    }

    fn symbol(&mut self, symbol: Symbol) -> Option<Vec<Request>> {
        self.with(|interface, sight, now| interface.key(symbol, Held::default(), sight, now))
    }

    fn typed(&mut self, text: &str) {
        for c in text.chars() {
            assert_eq!(self.symbol(Symbol::Char(c)), Some(vec![]), "{c}");
        }
    }

    fn chord(&mut self, symbol: Symbol, held: Held) -> Option<Vec<Request>> {
        self.with(|interface, sight, now| interface.key(symbol, held, sight, now))
    }

    fn act(&mut self, action: UiAction) -> Vec<Request> {
        self.with(|interface, sight, _| interface.act(&action, sight))
    }
}

/// Something with the desktop in the pane of the tests.
fn here(operation: Operation) -> Request {
    (Some(ViewportId::from_raw(7)), Action::Do(operation))
}
