//! Files in hubs, as somebody uses them: by pointer, finger, wheel and keys, over the real layout.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is to do")]

mod random;
mod session;

use std::sync::Arc;

use lcars_ui::camera::Motion;
use lcars_ui::files::{Failure, FileName, Listing, Progress};
use lcars_ui::geometry::{Point, Size};
use lcars_ui::interface::{Button, Symbol};
use lcars_ui::scene::Primitive;
use lcars_ui::semantics::{Action, FilesAct, Role, UiAction, hit};
use lcars_ui::view;

use session::{Session, listing, middle, numbered};

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
