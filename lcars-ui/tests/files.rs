//! Files in hubs, as somebody uses them: by pointer, finger, wheel and keys, over the real layout.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is to do")]

use std::sync::Arc;
use std::time::Duration;

use lcars_ui::camera::{Motion, Timing};
use lcars_ui::files::{Directories, Entry, Failure, FileName, Kind, Listing, Moment, Progress};
use lcars_ui::geometry::{Point, Rect, Size};
use lcars_ui::hierarchy::{Desktop, HubMode, NewWindow, SectorId};
use lcars_ui::interface::{Button, FilesArea, Held, Interface, Request, Sight, Symbol};
use lcars_ui::operation::Operation;
use lcars_ui::scene::Primitive;
use lcars_ui::semantics::{Action, FilesAct, Node, Role, UiAction, hit};
use lcars_ui::shells::Shells;
use lcars_ui::theme::Theme;
use lcars_ui::view::{self, Inputs, Readings, View};
use proptest::prelude::*;

struct Session {
    desktop: Desktop,
    interface: Interface,
    theme: Theme,
    directories: Directories,
    size: Size,
    now: Duration,
    motion: Motion,
    view: View,
}

fn listing(path: &str, names: &[&str]) -> Listing {
    let entry = |name: &&str| {
        let kind = if name.ends_with('/') { Kind::Directory } else { Kind::File };
        let name = FileName::new(name.trim_end_matches('/').as_bytes()).unwrap();
        let modified = Some(Moment { seconds: 1_000_000, ahead: 0 });
        Entry { size: 148_000, modified, mode: 0o644, ..Entry::named(name, kind) }
    };
    let whole = Listing::new(path, names.iter().map(entry).collect(), Progress::Whole);
    Listing { at_terminal: true, ..whole }
}

fn numbered(path: &str, count: usize) -> Listing {
    let names: Vec<String> = (0..count).map(|n| format!("file {n}")).collect();
    listing(path, &names.iter().map(String::as_str).collect::<Vec<_>>())
}

impl Session {
    fn new(w: f64, h: f64) -> Self {
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

    fn sector(&self) -> SectorId {
        self.desktop.tree().sectors[0].id
    }

    fn show(&mut self, listing: Listing) {
        self.directories.by_sector.insert(self.sector(), Arc::new(listing));
        self.look();
        self.later(1000);
    }

    /// Draws everything anew. The first time tells how many tiles there is room for.
    fn look(&mut self) {
        for _ in 0..2 {
            let viewport = self.desktop.focused_viewport();
            let places: Vec<_> = viewport.path.sector().map(|sector| (viewport.id, sector)).into_iter().collect();
            let (directories, motion, now) = (self.directories.clone(), self.motion, self.now);
            self.with(|interface, sight| {
                interface.follow_files(&places, &directories, sight, now, motion, &Timing::default());
                interface.forget(sight);
            });
            self.view = view::build(&Inputs {
                desktop: &self.desktop,
                output: self.desktop.focused_output().id,
                size: self.size,
                scale: 1.0,
                ui_scale: 1.0,
                theme: &self.theme,
                interface: &self.interface,
                directories: &self.directories,
                shells: &Shells::default(),
                readings: &Readings::default(),
                clock: "14:02",
                launcher: &[],
                bindings: &[],
                map: true,
                now: self.now,
            });
            self.with(|interface, sight| interface.forget(sight));
        }
    }

    fn later(&mut self, ms: u64) {
        self.now += Duration::from_millis(ms);
        self.look();
    }

    fn with<R>(&mut self, work: impl FnOnce(&mut Interface, &Sight) -> R) -> R {
        let viewport = self.desktop.focused_viewport();
        let sight = Sight {
            nodes: &self.view.nodes,
            pane: viewport.id,
            level: viewport.path.level(),
            sector: viewport.path.sector(),
            launcher: &[],
            selected: viewport.selected,
            tree: self.desktop.tree(),
            shells: &Shells::default(),
            prompt: None,
            files: &self.view.files,
        };
        work(&mut self.interface, &sight)
    }

    fn key(&mut self, symbol: Symbol) -> bool {
        let now = self.now;
        let taken = self.with(|interface, sight| interface.key(symbol, Held::default(), sight, now));
        self.later(400);
        taken.is_some()
    }

    fn type_text(&mut self, text: &str) {
        text.chars().for_each(|c| assert!(self.key(Symbol::Char(c))));
    }

    fn area(&self) -> FilesArea {
        self.view.files[0]
    }

    fn tiles(&self) -> Vec<&Node> {
        self.view.nodes.iter().filter(|node| node.key.part == "file").collect()
    }

    fn names(&self) -> Vec<&str> {
        self.tiles().iter().map(|node| node.name.as_str()).collect()
    }

    fn tile(&self, name: &str) -> Rect {
        self.tiles().iter().find(|node| node.name == name).unwrap_or_else(|| panic!("{name} is not in sight")).rect
    }

    fn focused(&self) -> Option<&str> {
        self.view.nodes.iter().find(|node| node.states.focused).map(|node| node.name.as_str())
    }

    fn click(&mut self, rect: Rect, button: Button) {
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

    fn act(&mut self, act: FilesAct) {
        self.with(|interface, sight| interface.act(&UiAction::Files { act }, sight));
        self.later(400);
    }

    fn prompt(&self) -> &str {
        self.interface.prompt.text()
    }

    /// The upper edge of what is open of the prompt.
    fn prompt_top(&self) -> Option<f64> {
        let parts = self.view.nodes.iter().filter(|node| matches!(node.key.part, "prompt" | "clear" | "execute"));
        parts.map(|node| node.hit.y).min_by(f64::total_cmp)
    }

    fn says(&self, text: &str) -> bool {
        let written =
            |primitive: &Primitive| matches!(primitive, Primitive::Text { text: own, .. } if own.contains(text));
        self.view.scene.iter().any(written)
    }
}

fn middle(rect: Rect) -> Point {
    Point { x: rect.x + rect.w / 2.0, y: rect.y + rect.h / 2.0 }
}

#[test]
fn a_tap_stages_and_runs_nothing() {
    let mut session = Session::new(1280.0, 720.0);
    session.show(listing("/home/ada", &["my src/", "it's.txt", "-rf"]));
    assert_eq!(session.names(), ["my src", "-rf", "it's.txt"]);
    session.click(session.tile("my src"), Button::Primary);
    assert_eq!(session.prompt(), "cd 'my src'");
    session.click(session.tile("it's.txt"), Button::Primary);
    assert_eq!(session.prompt(), "open 'it'\\''s.txt'");
    session.click(session.tile("-rf"), Button::Finger);
    assert_eq!(session.prompt(), "open ./-rf");
    session.act(FilesAct::Up);
    assert_eq!(session.prompt(), "cd ..");
}

#[test]
fn while_picking_a_tap_appends_and_a_second_one_takes_it_back_from_the_picks() {
    let mut session = Session::new(1280.0, 720.0);
    session.show(listing("/home/ada", &["src/", "a b", "c"]));
    session.with(|interface, sight| interface.act(&UiAction::Stage { text: "tar czf x.tgz".into() }, sight));
    session.click(session.tile("src"), Button::Secondary);
    session.click(session.tile("a b"), Button::Primary);
    assert_eq!(session.prompt(), "tar czf x.tgz src 'a b'");
    assert!(session.says("PICK MODE") && session.says("2 PICKED") && session.says("LAST PICKED"));
    let picked: Vec<_> = session.tiles().iter().filter(|node| node.states.selected).map(|node| &node.name).collect();
    assert_eq!(picked, ["src", "a b"]);
    session.click(session.tile("src"), Button::Primary);
    assert!(session.says("1 PICKED"));
    assert_eq!(session.prompt(), "tar czf x.tgz 'a b'", "what was picked by mistake is taken back");
    session.act(FilesAct::ClearPicks);
    assert_eq!(session.prompt(), "tar czf x.tgz");
    session.interface.leave_prompt();
    assert!(session.key(Symbol::Escape));
    assert!(!session.says("PICK MODE"), "Escape leaves the mode, and the hub stays");
    assert!(session.desktop.focused_viewport().path.sector().is_some());
}

#[test]
fn what_is_picked_can_be_downloaded_and_else_what_is_told_about() {
    let mut session = Session::new(1280.0, 720.0);
    session.show(listing("/home/ada", &["src/", "a b", "two\nlines"]));
    let id = |name: &str| FileName::new(name.as_bytes()).unwrap().id();
    let (sector, act) = (session.sector(), UiAction::Files { act: FilesAct::Download });
    let download = |session: &mut Session| {
        let requests = session.with(|interface, sight| interface.act(&act, sight));
        requests.into_iter().map(|(_, action)| action).collect::<Vec<_>>()
    };
    assert_eq!(download(&mut session), [], "nothing is told about yet");
    session.click(session.tile("a b"), Button::Primary);
    session.interface.leave_prompt();
    let files = |names: &[&str]| {
        let files = names.iter().map(|name| id(name)).collect();
        [Action::Ui(UiAction::Download { sector, files })]
    };
    assert_eq!(download(&mut session), files(&["a b"]));
    session.click(session.tile("src"), Button::Secondary);
    session.click(session.tile("a b"), Button::Primary);
    assert_eq!(download(&mut session), files(&["src", "a b"]), "in the order in which they were picked");
    let pill = session.view.nodes.iter().find(|node| node.name == "DOWNLOAD").expect("there is a pill for it");
    assert!(!pill.states.disabled);
}

#[test]
fn a_name_that_cannot_be_staged_is_refused_with_the_reason() {
    let mut session = Session::new(1280.0, 720.0);
    session.show(listing("/home/ada", &["two\nlines", "plain"]));
    session.click(session.tile("two\\nlines"), Button::Primary);
    assert_eq!(session.prompt(), "");
    assert!(session.says("NOT STAGED") && session.says("CANNOT BE SEEN"));
    session.click(session.tile("plain"), Button::Primary);
    assert!(!session.says("NOT STAGED"));
}

#[test]
fn the_keyboard_goes_over_all_files_though_few_are_in_sight() {
    let mut session = Session::new(1280.0, 720.0);
    session.show(numbered("/data", 50_000));
    let in_sight = session.tiles().len();
    assert!(in_sight <= 21, "only what is in sight is there: {in_sight}");
    assert!(session.view.scene.len() < 300 && session.view.nodes.len() < 60);
    assert!(session.key(Symbol::Down));
    assert_eq!(session.focused(), Some("file 0"));
    for _ in 0..5 {
        session.key(Symbol::Down);
    }
    assert_eq!(session.focused(), Some("file 35"), "what is scrolled to has the keyboard");
    session.key(Symbol::End);
    assert_eq!(session.focused(), Some("file 49999"));
    session.key(Symbol::PageUp);
    session.key(Symbol::Home);
    assert_eq!(session.focused(), Some("file 0"));
    session.key(Symbol::Char(' '));
    assert_eq!(session.prompt(), "'file 0'", "a space picks");
    session.key(Symbol::Escape);
    session.key(Symbol::Enter);
    assert_eq!(session.prompt(), "open 'file 0'");
    session.key(Symbol::Up);
    assert_ne!(session.focused(), Some("file 0"), "over the edge one comes to what is beside");
}

#[test]
fn what_is_typed_finds_a_file_and_enter_stages_it() {
    let mut session = Session::new(1280.0, 720.0);
    session.show(numbered("/data", 50_000));
    session.type_text("49999");
    assert_eq!(session.names(), ["file 49999"]);
    assert!(session.says("1 OF 50 000"));
    session.key(Symbol::Enter);
    assert_eq!(session.prompt(), "open 'file 49999'");
    session.key(Symbol::Escape);
    assert_eq!(session.names(), ["file 49999"], "Escape leaves the prompt, which keeps what is staged");
    session.key(Symbol::Escape);
    assert!(session.names().len() > 1, "Escape shows everything again");
    session.type_text("nothing");
    assert!(session.names().is_empty() && session.says("NOTHING HERE IS CALLED NOTHING"));
}

#[test]
fn wheel_and_finger_scroll_and_end_at_whole_rows() {
    let mut session = Session::new(1280.0, 720.0);
    session.show(numbered("/data", 1000));
    let (now, at) = (session.now, middle(session.area().rect));
    assert!(session.with(|interface, sight| interface.scroll_files(at, 240.0, sight, now)));
    session.later(400);
    assert_eq!(session.names().first(), Some(&"file 14"));
    let beside = Point { x: 20.0, y: 400.0 };
    assert!(!session.with(|interface, sight| interface.scroll_files(beside, 240.0, sight, now)));

    let start = session.tile("file 22");
    let mut at = middle(start);
    let now = session.now;
    session.with(|interface, sight| interface.touched(at, sight, now));
    for _ in 0..10 {
        at.y -= 10.0;
        session.later(100);
        let now = session.now;
        session.with(|interface, sight| interface.finger_moved(at, sight, now));
    }
    session.look();
    assert!((session.tile("file 22").y - (start.y - 100.0)).abs() <= 1.0, "the tile stays under the finger");
    session.later(500);
    let now = session.now;
    session.with(|interface, sight| assert!(interface.lifted(sight, now).is_empty()));
    assert_eq!(session.prompt(), "", "what is scrolled is not pressed");
    session.later(500);
    assert_eq!(session.names().first(), Some(&"file 21"));
    assert_eq!(session.tile("file 21").y, session.area().rect.y);
    assert!(!session.view.moving);
}

#[test]
fn a_directory_grows_out_of_its_tile_and_shrinks_back_into_it() {
    let mut session = Session::new(1280.0, 720.0);
    session.show(listing("/home/ada", &["src/", "doc/", "x"]));
    let tile = session.tile("src");
    let grown = |session: &Session| {
        let zoom = session.view.scene.iter().find(|primitive| primitive.key().part == "files-zoom");
        zoom.map(Primitive::rect)
    };
    session.directories.by_sector.insert(session.sector(), Arc::new(listing("/home/ada/src", &["lib.rs"])));
    session.look();
    assert!(session.view.moving);
    assert_eq!(grown(&session), Some(tile), "it begins as the tile");
    assert_eq!(session.names(), ["lib.rs"], "what can be pressed is what there will be");
    let mut before = tile.w;
    for _ in 0..5 {
        session.later(40);
        let now = grown(&session).unwrap().w;
        assert!(now > before);
        before = now;
    }
    session.directories.by_sector.insert(session.sector(), Arc::new(listing("/home/ada", &["src/", "doc/", "x"])));
    session.look();
    assert_eq!(grown(&session).unwrap().w, before, "it turns round where it stands");
    session.later(300);
    assert_eq!(grown(&session), None);
    assert!(!session.view.moving && session.names().contains(&"src"));
    assert!(session.says("src") && session.says("Folder"), "where one came from is told about");

    session.motion = Motion::Reduced;
    session.directories.by_sector.insert(session.sector(), Arc::new(listing("/home/ada/src", &["lib.rs"])));
    session.look();
    session.later(50);
    assert!(grown(&session).is_none() && session.view.moving, "with reduced motion it fades");
    session.later(150);
    assert!(!session.view.moving);
}

#[test]
fn what_is_wrong_with_a_directory_is_said_plainly() {
    let mut session = Session::new(1280.0, 720.0);
    let failed = |failure| Listing { progress: Progress::Failed(failure), ..Listing::reading("/root") };
    session.show(failed(Failure::Denied));
    assert!(session.says("PERMISSION DENIED") && session.says("YOU MAY NOT LOOK INTO THIS DIRECTORY"));
    session.show(failed(Failure::Loop));
    assert!(session.says("LINKS IN A CIRCLE"));
    session.show(Listing { progress: Progress::Gone, ..listing("/home/ada", &["x"]) });
    assert!(session.says("THIS DIRECTORY IS GONE"));
    session.show(listing("/home/ada", &[]));
    assert!(session.says("THIS DIRECTORY IS EMPTY"));
    session.show(listing("/home/ada", &[".a", ".b"]));
    assert!(session.says("2 HIDDEN FILES"));
    session.act(FilesAct::Hidden);
    assert_eq!(session.names(), [".a", ".b"]);
    session.show(Listing { progress: Progress::Reading, ..numbered("/data", 12_000) });
    assert!(session.says("READING, 12 000 SO FAR"));
}

#[test]
fn every_tile_says_what_it_is() {
    let mut session = Session::new(1280.0, 720.0);
    session.show(listing("/home/ada", &["src/", "x.txt"]));
    let list = session.view.nodes.iter().position(|node| node.role == Role::List && node.name == "FILES").unwrap();
    for tile in session.tiles() {
        assert_eq!((tile.role, tile.parent), (Role::Button, Some(list)));
        assert!(matches!(tile.action, Some(Action::Ui(UiAction::Files { act: FilesAct::Tap { .. } }))));
        assert!(tile.value.as_ref().is_some_and(|value| !value.is_empty()));
    }
}

#[derive(Debug, Clone)]
enum Deed {
    Key(Symbol),
    Wheel(f64),
    Drag(f64),
    Press(f64, f64),
    Show(usize, usize),
    Act(FilesAct),
    Later(u64),
    Size(f64, f64),
    Operation(Operation),
}

fn deed() -> impl Strategy<Value = Deed> {
    use Symbol::{Backspace, Char, Down, End, Enter, Escape, Home, Left, PageDown, PageUp, Right, Tab, Up};
    let keys =
        [Backspace, Char('1'), Char(' '), Down, End, Enter, Escape, Home, Left, PageDown, PageUp, Right, Tab, Up];
    let acts = [
        FilesAct::Hidden,
        FilesAct::Sort,
        FilesAct::Picking,
        FilesAct::ClearPicks,
        FilesAct::Inspect,
        FilesAct::Download,
        FilesAct::Up,
    ];
    let operations = [
        Operation::ZoomOut,
        Operation::ZoomIn { into: None },
        Operation::Mode { mode: HubMode::Directory },
        Operation::Mode { mode: HubMode::Apps },
    ];
    prop_oneof![
        5 => prop::sample::select(keys.to_vec()).prop_map(Deed::Key),
        2 => (-1e4..1e4f64).prop_map(Deed::Wheel),
        2 => (-900.0..900.0f64).prop_map(Deed::Drag),
        2 => (0.0..1.0f64, 0.0..1.0f64).prop_map(|(x, y)| Deed::Press(x, y)),
        3 => (0usize..4, 0usize..300).prop_map(|(path, count)| Deed::Show(path, count)),
        2 => prop::sample::select(acts.to_vec()).prop_map(Deed::Act),
        3 => (0u64..500).prop_map(Deed::Later),
        1 => (200.0..2600.0f64, 200.0..1500.0f64).prop_map(|(w, h)| Deed::Size(w, h)),
        2 => prop::sample::select(operations.to_vec()).prop_map(Deed::Operation),
    ]
}

fn lies_in(inner: Rect, outer: Rect) -> bool {
    inner.x >= outer.x - 0.01
        && inner.y >= outer.y - 0.01
        && inner.right() <= outer.right() + 0.01
        && inner.bottom() <= outer.bottom() + 0.01
}

#[test]
fn in_a_pane_with_no_room_for_both_the_prompt_lies_over_the_files() {
    let mut session = Session::new(1280.0, 720.0);
    session.show(numbered("/x", 40));
    session.size = Size { w: 200.0, h: 200.0 };
    let area = view::pane_area(&session.theme, session.size, 1.0, 1.0);
    session.desktop.resize_output(session.desktop.focused_output().id, area).unwrap();
    session.look();
    let reached =
        |session: &Session| hit(&session.view.nodes, middle(session.tiles()[0].rect)).map(|node| node.key.part);
    assert_eq!(reached(&session), Some("file"));
    session.act(FilesAct::Up);
    assert_eq!(session.prompt(), "cd ..");
    assert_eq!(reached(&session), Some("prompt"), "what is staged is seen whole");
    session.interface.leave_prompt();
    session.later(400);
    assert_eq!(reached(&session), Some("file"), "and nothing is lost");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn tiles_lie_in_their_room_and_apart_whatever_is_done(deeds in prop::collection::vec(deed(), 1..25)) {
        let mut session = Session::new(1280.0, 720.0);
        session.show(numbered("/x", 40));
        for deed in deeds {
            let now = session.now;
            match deed {
                Deed::Key(symbol) => {
                    session.with(|interface, sight| interface.key(symbol, Held::default(), sight, now));
                }
                Deed::Wheel(amount) => {
                    let at = Point { x: session.size.w / 2.0, y: session.size.h / 2.0 };
                    session.with(|interface, sight| interface.scroll_files(at, amount, sight, now));
                }
                Deed::Drag(by) => {
                    let at = Point { x: session.size.w / 2.0, y: session.size.h / 2.0 };
                    let to = Point { y: at.y + by, ..at };
                    session.with(|interface, sight| {
                        interface.touched(at, sight, now);
                        interface.finger_moved(to, sight, now + Duration::from_millis(10));
                        interface.lifted(sight, now + Duration::from_millis(20));
                    });
                }
                Deed::Press(x, y) => {
                    let at = Point { x: x * session.size.w, y: y * session.size.h };
                    session.with(|interface, sight| {
                        interface.pressed(at, Button::Primary, sight, now);
                        interface.released(at, Button::Primary, sight, now);
                    });
                }
                Deed::Show(path, count) => {
                    let path = ["/x", "/x/file 3", "/x/file 3/y", "/"][path];
                    session.directories.by_sector.insert(session.sector(), Arc::new(numbered(path, count)));
                }
                Deed::Act(act) => {
                    session.with(|interface, sight| interface.act(&UiAction::Files { act }, sight));
                }
                Deed::Later(ms) => session.now += Duration::from_millis(ms),
                Deed::Size(w, h) => {
                    session.size = Size { w, h };
                    let area = view::pane_area(&session.theme, session.size, 1.0, 1.0);
                    let output = session.desktop.focused_output().id;
                    let _ = session.desktop.resize_output(output, area);
                }
                Deed::Operation(operation) => drop(session.desktop.apply(&operation, now)),
            }
            session.look();
            let screen = Rect::new(0.0, 0.0, session.size.w, session.size.h);
            let tiles = session.tiles();
            for (i, tile) in tiles.iter().enumerate() {
                let area = session.view.files.first().expect("tiles lie in an area");
                prop_assert!(lies_in(tile.rect, area.rect) && lies_in(tile.hit, area.rect), "{:?} in {:?}", tile.rect, area);
                prop_assert!(lies_in(area.rect, screen));
                for other in tiles.iter().skip(i + 1) {
                    prop_assert!(!tile.rect.overlaps(&other.rect), "{:?} {:?}", tile.rect, other.rect);
                    prop_assert!(tile.key != other.key);
                }
                let found = hit(&session.view.nodes, middle(tile.rect)).map(|node| node.key);
                // In a pane with no room for both an open prompt lies over tiles.
                let behind = session.prompt_top().is_some_and(|top| middle(tile.rect).y >= top);
                prop_assert!(
                    found == Some(tile.key) || behind || session.interface.overlay.is_some() || session.says("GONE"),
                    "{:?} is behind {:?}", tile.rect, found
                );
            }
            prop_assert!(tiles.len() <= 65 * 65);
            let mut keys: Vec<_> = session.view.scene.iter().map(Primitive::key).collect();
            let count = keys.len();
            keys.sort_by_key(|key| format!("{key:?}"));
            keys.dedup();
            prop_assert_eq!(keys.len(), count, "a key names one primitive");
            let finite = session.view.scene.iter().all(|primitive| {
                let Rect { x, y, w, h } = primitive.rect();
                [x, y, w, h].iter().all(|length| length.is_finite())
            });
            prop_assert!(finite);
        }
        session.later(6000);
        prop_assert!(!session.view.moving, "everything comes to rest");
    }
}
