//! What programs ask, as somebody answers it: by keys and parts, over the real layout, while an app has the focus.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is to do")]

use std::sync::Arc;
use std::time::Duration;

use lcars_ui::asking::{Asked, Asking, Choice, Sieve, Verdict, What};
use lcars_ui::camera::{Motion, Timing};
use lcars_ui::files::{AskedListing, Directories, Entry, Failure, FileName, Kind, Listing, Progress, Rule, shown_by};
use lcars_ui::geometry::{Rect, Size};
use lcars_ui::hierarchy::{Desktop, NewWindow, WindowId};
use lcars_ui::interface::{Held, Interface, Overlay, Request, Sight, Symbol};
use lcars_ui::operation::Operation;
use lcars_ui::semantics::{Action, Node, Role};
use lcars_ui::shells::Shells;
use lcars_ui::theme::Theme;
use lcars_ui::view::{self, Inputs, Launchable, View};

struct World {
    desktop: Desktop,
    interface: Interface,
    directories: Directories,
    theme: Theme,
    size: Size,
    window: WindowId,
    now: Duration,
    view: View,
}

fn entries(names: &[&str]) -> Vec<Entry> {
    let entry = |name: &&str| {
        let kind = if name.ends_with('/') { Kind::Directory } else { Kind::File };
        Entry::named(FileName::new(name.trim_end_matches('/').as_bytes()).unwrap(), kind)
    };
    names.iter().map(entry).collect()
}

fn asked(what: What) -> Asked {
    let all = Sieve { name: "All".into(), rules: Arc::from([]) };
    let text = Sieve { name: "Texts".into(), rules: Arc::from([Rule::Glob("*.txt".into())]) };
    let choice = Choice { label: "Encoding".into(), options: vec!["UTF-8".into(), "Latin".into()], first: 0 };
    let places = vec![("HOME".into(), Arc::from(&b"/home"[..]))];
    let (program, title) = ("Editor".into(), "Open it".into());
    Asked { program, title, accept: None, what, filters: vec![all, text], choices: vec![choice], places }
}

impl World {
    fn new(w: f64, h: f64) -> Self {
        let (theme, size) = (Theme::default(), Size { w, h });
        let area = view::pane_area(&theme, size, 1.0, 1.0);
        let mut desktop = Desktop::new(&[("Build", None)], area).unwrap();
        let sector = Some(desktop.tree().sectors[0].id);
        let new = NewWindow { app_id: "editor", title: "Editor", sector, ..NewWindow::default() };
        let (window, _) = desktop.add_window(new, Duration::ZERO).unwrap();
        desktop.apply(&Operation::Jump { to: Some(window.into()) }, Duration::ZERO).unwrap();
        let view = View::empty(theme.bg);
        let (interface, directories, now) = (Interface::default(), Directories::default(), Duration::from_secs(10));
        Self { desktop, interface, directories, theme, size, window, now, view }
    }

    fn ask(&mut self, what: What, name: &str) {
        let asking = Asking::new(7, Some(self.window), asked(what), Arc::from(&b"/home/ada"[..]), name);
        self.interface.ask(asking);
        self.interface.show_asked();
        self.look();
    }

    /// Reads the directory that is wanted, as the thread for that does.
    fn read(&mut self, names: &[&str], progress: Progress) {
        let asking = self.interface.asking.as_ref().unwrap();
        let whole = Listing::new(&asking.doing.directory, entries(names), progress);
        let folders = matches!(asking.asked.what, What::Folder | What::SaveAll { .. });
        let seen = shown_by(&whole.entries, &asking.sieve().unwrap().rules, folders);
        let shown = Listing { entries: seen.into(), ..whole.clone() };
        self.directories.asked = Some(AskedListing { shown: Arc::new(shown), whole: Arc::new(whole) });
        self.look();
    }

    fn look(&mut self) {
        for _ in 0..2 {
            let (directories, now) = (self.directories.clone(), self.now);
            self.with(|interface, sight| {
                interface.follow_files(&[], &directories, sight, now, Motion::Full, &Timing::default());
                interface.forget(sight);
            });
            let plain = Inputs::of(&self.desktop, &self.interface, &self.theme, self.size, self.now);
            self.view = view::build(&Inputs { directories: &self.directories, ..plain });
            self.with(|interface, sight| interface.forget(sight));
        }
    }

    fn with<R>(&mut self, work: impl FnOnce(&mut Interface, &Sight) -> R) -> R {
        let viewport = self.desktop.focused_viewport();
        work(&mut self.interface, &self.view.sight(&self.desktop, viewport, &Shells::default(), &[]))
    }

    fn key(&mut self, symbol: Symbol) -> Option<Vec<Request>> {
        let now = self.now;
        let done = self.with(|interface, sight| interface.key(symbol, Held::default(), sight, now));
        self.now += Duration::from_millis(400);
        self.look();
        done
    }

    fn type_text(&mut self, text: &str) {
        text.chars().for_each(|c| assert!(self.key(Symbol::Char(c)).is_some()));
    }

    fn press(&mut self, name: &str) -> Vec<Request> {
        let key = self.node(name).unwrap_or_else(|| panic!("{name} is not there")).key;
        let requests = self.with(|interface, sight| interface.press_key(key, sight));
        self.look();
        requests
    }

    fn node(&self, name: &str) -> Option<&Node> {
        self.view.nodes.iter().rfind(|node| node.role == Role::Button && node.name == name)
    }

    fn tiles(&self) -> Vec<&str> {
        self.view.nodes.iter().filter(|node| node.key.part == "file").map(|node| node.name.as_str()).collect()
    }

    fn text(&self) -> &str {
        &self.interface.asking.as_ref().unwrap().doing.text
    }

    fn directory(&self) -> &[u8] {
        &self.interface.asking.as_ref().unwrap().doing.directory
    }

    fn verdict(&mut self) -> Option<Verdict> {
        self.interface.asking.as_ref().unwrap().verdict.clone()
    }
}

fn file(path: &str) -> Option<Verdict> {
    Some(Verdict::Files(vec![path.as_bytes().to_vec()]))
}

#[test]
fn a_file_is_found_by_typing_and_taken_with_enter() {
    let mut world = World::new(1280.0, 720.0);
    world.ask(What::Open { multiple: false }, "");
    assert_eq!(world.interface.overlay, Some(Overlay::Ask));
    world.read(&["src/", "notes.txt", "log.txt", "picture.png"], Progress::Whole);
    assert_eq!(world.tiles(), ["src", "log.txt", "notes.txt", "picture.png"]);
    world.type_text("not");
    assert_eq!((world.text(), world.tiles()), ("not", vec!["notes.txt"]));
    world.key(Symbol::Escape);
    assert_eq!((world.text(), world.tiles().len()), ("", 4), "what is looked for goes first");
    world.type_text("not");
    world.key(Symbol::Enter);
    assert_eq!(world.verdict(), file("/home/ada/notes.txt"));
    assert_eq!(world.interface.overlay, None);
}

#[test]
fn folders_lead_on_and_files_are_picked_by_their_parts() {
    let mut world = World::new(1280.0, 720.0);
    world.ask(What::Open { multiple: false }, "");
    world.read(&["src/", "notes.txt"], Progress::Whole);
    assert!(world.node("OPEN").unwrap().states.disabled, "nothing is chosen");
    world.press("src");
    assert_eq!(world.directory(), b"/home/ada/src");
    assert!(world.view.nodes.iter().any(|node| node.role == Role::Status && node.name == "/home/ada/src"));
    world.read(&["a.rs", "b.rs"], Progress::Whole);
    world.press("b.rs");
    assert_eq!(world.verdict(), None);
    world.press("OPEN");
    assert_eq!(world.verdict(), file("/home/ada/src/b.rs"));
    world.ask(What::Open { multiple: false }, "");
    world.press("HOME");
    assert_eq!(world.directory(), b"/home");
    world.press("UP");
    assert_eq!(world.directory(), b"/");
    assert!(world.node("UP").unwrap().states.disabled);
}

#[test]
fn several_files_are_taken_in_the_order_in_which_they_were_picked() {
    let mut world = World::new(1280.0, 720.0);
    world.ask(What::Open { multiple: true }, "");
    world.read(&["a", "b", "c"], Progress::Whole);
    ["c", "a", "b", "b"].into_iter().for_each(|name| drop(world.press(name)));
    world.press("OPEN");
    assert_eq!(world.verdict(), Some(Verdict::Files(vec![b"/home/ada/c".to_vec(), b"/home/ada/a".to_vec()])));
}

#[test]
fn keys_go_over_the_tiles_and_out_again() {
    let mut world = World::new(1280.0, 720.0);
    world.ask(What::Open { multiple: false }, "");
    world.read(&["a", "b", "c"], Progress::Whole);
    world.key(Symbol::Down);
    world.key(Symbol::Right);
    world.key(Symbol::Enter);
    assert_eq!(world.verdict(), file("/home/ada/b"));
    world.ask(What::Open { multiple: false }, "");
    world.key(Symbol::Escape);
    assert_eq!(world.verdict(), Some(Verdict::Cancelled));
    // A key that is bound to something else is left for that.
    world.ask(What::Open { multiple: false }, "");
    let held = Held { logo: true, ..Held::default() };
    assert_eq!(world.with(|interface, sight| interface.key(Symbol::Up, held, sight, Duration::ZERO)), None);
}

#[test]
fn only_what_the_filter_lets_through_is_seen_and_it_can_be_another() {
    let mut world = World::new(1280.0, 720.0);
    world.ask(What::Open { multiple: false }, "");
    world.read(&["src/", "notes.txt", "picture.png"], Progress::Whole);
    world.press("SHOW ALL");
    world.read(&["src/", "notes.txt", "picture.png"], Progress::Whole);
    assert_eq!(world.tiles(), ["src", "notes.txt"]);
    world.press("ENCODING: UTF-8");
    assert!(world.node("ENCODING: LATIN").is_some());
    assert_eq!(world.interface.asking.as_ref().unwrap().doing.chosen, [1]);
}

#[test]
fn what_is_there_is_never_written_over_without_a_question() {
    let mut world = World::new(1280.0, 720.0);
    world.ask(What::Save, "notes.txt");
    assert_eq!(world.text(), "notes.txt");
    world.key(Symbol::Enter);
    assert_eq!(world.verdict(), None, "what is there is not known yet");
    world.read(&["src/", "notes.txt", "picture.png"], Progress::Whole);
    // Also what the filter hides.
    world.press("SHOW ALL");
    world.read(&["src/", "notes.txt", "picture.png"], Progress::Whole);
    for _ in 0.."notes.txt".len() {
        world.key(Symbol::Backspace);
    }
    world.type_text("picture.png");
    world.key(Symbol::Enter);
    assert_eq!(world.verdict(), None);
    let question = world.view.nodes.iter().find(|node| node.role == Role::AlertDialog).unwrap();
    assert!(question.name.contains("picture.png"), "{}", question.name);
    world.key(Symbol::Enter);
    assert_eq!((world.verdict(), world.text()), (None, "picture.png"), "the keyboard is where nothing is lost");
    world.key(Symbol::Enter);
    world.press("OVERWRITE");
    assert_eq!(world.verdict(), file("/home/ada/picture.png"));

    world.ask(What::Save, "src");
    world.read(&["src/"], Progress::Whole);
    world.press("SAVE");
    assert_eq!((world.verdict(), world.directory()), (None, &b"/home/ada/src"[..]), "a folder is gone into");
    world.read(&[], Progress::Whole);
    world.press("SAVE");
    assert_eq!(world.verdict(), file("/home/ada/src/src"));
}

#[test]
fn no_name_leads_out_of_the_directory() {
    let mut world = World::new(1280.0, 720.0);
    for name in ["../../etc/passwd", "..", "."] {
        world.ask(What::Save, "");
        world.read(&[], Progress::Whole);
        world.type_text(name);
        world.key(Symbol::Enter);
        assert_eq!(world.verdict(), None, "{name}");
    }
    world.ask(What::Save, "../x");
    world.read(&[], Progress::Whole);
    world.press("SAVE");
    assert_eq!(world.verdict(), file("/home/ada/.._x"));
    world.ask(What::Save, "a");
    world.read(&[], Progress::Failed(Failure::Denied));
    world.press("SAVE");
    assert_eq!(world.verdict(), None, "nobody knows what is there");
}

#[test]
fn files_of_given_names_take_none_that_is_taken() {
    let mut world = World::new(1280.0, 720.0);
    let names = ["a.txt", "a.txt", "b"].map(|name| FileName::new(name.as_bytes()).unwrap());
    world.ask(What::SaveAll { names: names.into() }, "");
    world.read(&["a.txt", "src/"], Progress::Whole);
    assert_eq!(world.tiles(), ["src"], "only folders are to choose");
    world.press("SAVE HERE");
    let paths = ["/home/ada/a (2).txt", "/home/ada/a (3).txt", "/home/ada/b"].map(|path| path.as_bytes().to_vec());
    assert_eq!(world.verdict(), Some(Verdict::Files(paths.into())));
}

#[test]
fn a_folder_is_the_one_that_is_shown() {
    let mut world = World::new(1280.0, 720.0);
    world.ask(What::Folder, "");
    world.read(&["src/", "file"], Progress::Whole);
    assert_eq!(world.tiles(), ["src"]);
    world.press("src");
    world.read(&[], Progress::Whole);
    world.press("OPEN THIS FOLDER");
    assert_eq!(world.verdict(), file("/home/ada/src"));
}

#[test]
fn a_program_is_found_by_its_name() {
    let mut world = World::new(1280.0, 720.0);
    let program = |name: &str| Launchable { entry: name.into(), name: name.into(), ..Launchable::default() };
    let programs: Vec<Launchable> = ["Editor", "Viewer", "Player"].map(program).into();
    world.ask(What::Program { programs: programs.clone(), to_open: "a.txt".into() }, "");
    world.press("VIEWER");
    assert_eq!(world.verdict(), Some(Verdict::Program(1)));
    world.ask(What::Program { programs, to_open: "a.txt".into() }, "");
    world.type_text("play");
    world.key(Symbol::Enter);
    assert_eq!(world.verdict(), Some(Verdict::Program(2)));
}

#[test]
fn the_keyboard_is_first_where_nothing_is_permitted() {
    let mut world = World::new(1280.0, 720.0);
    let permit = || What::Permit { text: "it sees everything".into(), deny: None };
    world.ask(permit(), "");
    world.key(Symbol::Enter);
    assert_eq!(world.verdict(), Some(Verdict::Cancelled));
    world.ask(permit(), "");
    world.press("ALLOW");
    assert_eq!(world.verdict(), Some(Verdict::Granted));
}

#[test]
fn a_window_can_be_left_with_its_question() {
    let mut world = World::new(1280.0, 720.0);
    world.ask(What::Open { multiple: false }, "");
    let requests = world.press("ZOOM OUT");
    assert_eq!(requests, [(None, Action::Do(Operation::ZoomOut))]);
    assert_eq!(world.verdict(), None);
    let aside = world.interface.put_aside().unwrap();
    world.interface.ask(aside);
    world.interface.show_asked();
    assert_eq!(world.interface.overlay, Some(Overlay::Ask));
}

#[test]
fn everything_fits_on_every_picture() {
    for (w, h) in [(1920.0, 1080.0), (1280.0, 720.0), (640.0, 480.0), (390.0, 844.0), (844.0, 390.0)] {
        let program =
            |n: usize| Launchable { entry: n.to_string(), name: format!("Program {n}"), ..Launchable::default() };
        let all = [
            What::Open { multiple: true },
            What::Save,
            What::Program { programs: (0..200).map(program).collect(), to_open: "x".repeat(400) },
            What::Permit { text: "words and more words ".repeat(40), deny: Some("x".repeat(40)) },
            What::Point,
        ];
        for what in all {
            let mut world = World::new(w, h);
            world.ask(what.clone(), "name");
            if world.interface.asking.as_ref().unwrap().asked.is_of_files() {
                let names: Vec<String> = (0..300).map(|n| format!("file {n}")).collect();
                world.read(&names.iter().map(String::as_str).collect::<Vec<_>>(), Progress::Whole);
                assert!(!world.tiles().is_empty(), "{w}x{h} {what:?}");
            }
            let picture = Rect::new(0.0, 0.0, w, h);
            let modal = world.view.nodes.iter().rposition(|node| node.states.modal).unwrap();
            for node in &world.view.nodes[modal..] {
                let inside = node.rect.x >= -0.5
                    && node.rect.right() <= picture.right() + 0.5
                    && node.rect.bottom() <= picture.bottom() + 0.5;
                assert!(inside, "{w}x{h} {what:?}: {} {:?}", node.name, node.rect);
            }
            let cancel = world.view.nodes.iter().find(|node| node.key.part == "ask-cancel").unwrap();
            assert!(cancel.rect.w > 20.0 && cancel.rect.h > 20.0, "{w}x{h} {what:?}");
        }
    }
}
