//! Snapshots: what survives a restart, and what is no snapshot.

use lcars_ui::hierarchy::limits::{MOST_SECTORS, MOST_VIEWPORTS};
use lcars_ui::hierarchy::{Desktop, ExpectedId, HubMode, Launch, Level, NewWindow, Restored, WindowId};
use lcars_ui::operation::{Axis, Effect, Effects, Operation};
use lcars_ui::snapshot::{Snapshot, SnapshotError};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{AREA, World, focus};

fn launch(program: &str) -> Launch {
    Launch { command: vec![program.into()], entry: None, directory: None }
}

impl World {
    /// A window of an app that can be started again.
    fn launch(&mut self, app_id: &str, sector: usize) -> WindowId {
        let (sector, launch) = (Some(self.sector(sector)), Some(launch(app_id)));
        let new = NewWindow { app_id, title: app_id, sector, launch, ..NewWindow::default() };
        self.desktop.add_window(new, self.now).unwrap().0
    }

    /// The world after a restart, in which nothing was started yet.
    fn restart(&self) -> (World, Restored) {
        let restored = Desktop::restore(&self.desktop.snapshot(), &[AREA]).unwrap();
        (World { desktop: restored.desktop.clone(), now: self.now }, restored)
    }

    fn come_back(&mut self, expected: ExpectedId, app_id: &str) -> (WindowId, Effects) {
        let new = NewWindow { app_id, title: app_id, expected: Some(expected), ..NewWindow::default() };
        self.desktop.add_window(new, self.now).unwrap()
    }

    fn apps(&self, sector: usize) -> Vec<&str> {
        self.desktop.tree().sectors[sector].apps.iter().map(|app| app.app_id.as_str()).collect()
    }
}

/// Three apps in the second sector, one of them in focus in the left of two panes.
fn busy() -> World {
    let mut world = World::new();
    for app in ["mail", "foot", "files"] {
        world.launch(app, 1);
    }
    let second = world.launch("foot", 1);
    world.jump(second);
    world.apply(Operation::Split { axis: Axis::Horizontal });
    world.apply(Operation::Resize { share: 0.612_345_678 });
    world.apply(Operation::Mode { mode: HubMode::Command });
    world
}

#[test]
fn a_snapshot_of_what_was_restored_is_the_same_snapshot() {
    let world = busy();
    let snapshot = world.desktop.snapshot();
    assert_eq!(world.restart().1.desktop.snapshot(), snapshot);
    let text = serde_json::to_string(&snapshot).unwrap();
    assert_eq!(Snapshot::parse(&text), Ok(snapshot));
}

#[test]
fn the_form_of_a_snapshot_stays_as_it_is_written_down() {
    let mut world = World::new();
    let window = world.launch("foot", 0);
    world.jump(window);
    let written = json!({
        "version": 1,
        "sectors": [
            { "name": "One", "colour": 1, "recent": 0,
              "apps": [{ "app_id": "foot", "title": "foot", "launch": { "command": ["foot"] }, "windows": 1 }] },
            { "name": "Two", "colour": 2, "apps": [] },
            { "name": "Three", "colour": 3, "apps": [] },
        ],
        "outputs": [{
            "panes": { "viewport": { "path": { "sector": 0, "app": 0, "window": 0 }, "mode": "apps" } },
            "focused": 0,
        }],
        "focused": 0,
    });
    assert_eq!(serde_json::to_value(world.desktop.snapshot()).unwrap(), written);
}

#[test]
fn a_window_that_filled_its_pane_does_so_again() {
    let mut world = World::new();
    world.launch("foot", 1);
    let film = world.launch("film", 1);
    world.apply(Operation::Fullscreen { window: Some(film), on: Some(true) });
    let snapshot = world.desktop.snapshot();
    assert_eq!(snapshot.sectors[1].apps[1].fullscreen, [0]);
    assert!(snapshot.sectors[1].apps[0].fullscreen.is_empty());
    let (mut world, restored) = world.restart();
    assert_eq!(world.desktop.snapshot(), snapshot, "nothing is forgotten while it is awaited");
    let starts: Vec<_> =
        restored.starts.iter().map(|start| (start.expected, start.launch.command[0].clone())).collect();
    for (expected, app) in starts {
        let (window, effects) = world.come_back(expected, &app);
        let told = effects.contains(&Effect::SetFullscreen { window, on: true });
        assert_eq!(told, app == "film", "{effects:?}");
    }
    assert_eq!(world.desktop.snapshot(), snapshot);
    let mut bad = snapshot;
    bad.sectors[1].apps[1].fullscreen = vec![1];
    assert!(bad.check().is_err());
}

#[test]
fn apps_that_come_back_in_any_order_stand_where_they_stood() {
    let (mut world, restored) = busy().restart();
    assert_eq!(restored.starts.iter().map(|start| start.title.as_str()).collect::<Vec<_>>(), ["mail", "foot", "files"]);
    assert_eq!(restored.lost, Vec::<String>::new());
    assert!(restored.starts.iter().all(|start| start.sector == world.sector(1)));
    world.open("new", 1);
    for place in [2, 0, 1] {
        let start = &restored.starts[place];
        world.come_back(start.expected, &start.launch.command[0]);
    }
    assert_eq!(world.apps(1), ["mail", "foot", "files", "new"]);
    assert_eq!(world.desktop.tree().sectors[1].apps[0].launch, Some(launch("mail")));
}

impl World {
    /// The titles of an app's windows, in their order.
    fn titles(&self, sector: usize, app: usize) -> Vec<&str> {
        let app = &self.desktop.tree().sectors[sector].apps[app];
        app.windows.iter().map(|window| window.title.as_str()).collect()
    }

    fn titled(&mut self, expected: ExpectedId, title: &str) -> WindowId {
        let new = NewWindow { app_id: "foot", title, expected: Some(expected), ..NewWindow::default() };
        self.desktop.add_window(new, self.now).unwrap().0
    }
}

/// An app with three windows of different titles, the second of which fills its pane and is in focus.
fn three_windows() -> World {
    let mut world = World::new();
    let windows = ["foot"; 3].map(|app| world.launch(app, 1));
    for (window, title) in windows.iter().zip(["mail", "notes", "logs"]) {
        world.desktop.set_title(*window, title);
    }
    world.apply(Operation::Fullscreen { window: Some(windows[1]), on: Some(true) });
    world.jump(windows[1]);
    world
}

#[test]
fn windows_that_come_back_in_any_order_stand_where_they_stood() {
    let before = three_windows();
    let snapshot = before.desktop.snapshot();
    for order in [["logs", "notes", "mail"], ["notes", "mail", "logs"], ["mail", "logs", "notes"]] {
        let (mut world, restored) = before.restart();
        assert_eq!(world.desktop.snapshot(), snapshot, "nothing is forgotten while it is awaited");
        let ids: Vec<WindowId> = order.iter().map(|title| world.titled(restored.starts[0].expected, title)).collect();
        assert_eq!(world.titles(1, 0), ["mail", "notes", "logs"], "{order:?}");
        assert_eq!(world.desktop.snapshot(), snapshot, "{order:?}");
        let notes = ids[order.iter().position(|title| *title == "notes").unwrap()];
        assert_eq!(world.path(), &world.path_to(notes), "{order:?}");
    }
}

#[test]
fn windows_that_are_called_otherwise_now_come_in_the_order_in_which_they_come() {
    let (mut world, restored) = three_windows().restart();
    let expected = restored.starts[0].expected;
    for title in ["one", "logs", "three", "four"] {
        world.titled(expected, title);
    }
    assert_eq!(world.titles(1, 0), ["one", "three", "logs", "four"]);
}

#[test]
fn a_snapshot_that_is_put_back_puts_running_windows_in_its_order() {
    let mut world = three_windows();
    let mut snapshot = world.desktop.snapshot();
    snapshot.sectors[1].apps[0].titles = vec!["logs".into(), "mail".into(), "notes".into()];
    let dialog = world.desktop.tree().sectors[1].apps[0].windows[0].id;
    world.open_dialog(dialog);
    world.desktop.load(&snapshot, world.now).unwrap();
    let titles = world.titles(1, 0);
    assert_eq!(
        (titles[0], titles[1], titles[3]),
        ("logs", "mail", "notes"),
        "a dialog stays behind its parent: {titles:?}"
    );
    let mut bad = snapshot;
    bad.sectors[1].apps[0].titles.push("one too many".into());
    assert!(bad.check().is_err());
    bad.sectors[1].apps[0].titles = vec!["x".repeat(2000)];
    assert!(bad.check().is_err());
}

#[test]
fn a_viewport_is_in_its_app_again_at_once_when_that_comes_back() {
    let (mut world, restored) = busy().restart();
    assert_eq!(world.path(), &world.path_to(world.sector(1)));
    let foot = restored.starts[1].expected;
    let (first, effects) = world.come_back(foot, "foot");
    assert_eq!(effects, focus(first));
    assert!(!world.desktop.moving(world.now));
    assert_eq!(world.desktop.expected().count(), 2);
    // The one in focus was its second window.
    let (second, effects) = world.come_back(foot, "foot");
    assert_eq!(effects, focus(second));
    assert_eq!(world.path(), &world.path_to(second));
    assert_eq!(world.desktop.focused_viewport().mode, HubMode::Command);
}

#[test]
fn who_moved_meanwhile_is_left_alone() {
    let (mut world, restored) = busy().restart();
    world.apply(Operation::ZoomOut);
    world.jump(world.sector(1));
    world.come_back(restored.starts[1].expected, "foot");
    assert_eq!(world.path().level(), Level::Hub);
}

#[test]
fn who_chose_another_tile_keeps_it() {
    let mut world = busy();
    world.apply(Operation::ZoomOut);
    world.apply(Operation::ZoomOut);
    let (world_before, restored) = world.restart();
    for chooses in [false, true] {
        let mut world = World { desktop: world_before.desktop.clone(), now: world_before.now };
        let (mail, _) = world.come_back(restored.starts[0].expected, "mail");
        if chooses {
            world.apply(Operation::Select { node: world.app_of(mail) });
        }
        let (foot, _) = world.come_back(restored.starts[1].expected, "foot");
        let selected = if chooses { mail } else { foot };
        assert_eq!(world.selected(), Some(world.app_of(selected)));
    }
}

#[test]
fn who_waits_in_a_sector_that_goes_waits_no_longer() {
    let (mut world, restored) = busy().restart();
    world.apply(Operation::RemoveSector { sector: world.sector(1) });
    assert_eq!(world.path().level(), Level::Overview);
    world.come_back(restored.starts[1].expected, "foot");
    assert_eq!(world.path().level(), Level::Overview);
}

#[test]
fn the_app_last_in_focus_is_entered_first_after_a_restart_too() {
    let mut world = busy();
    world.apply(Operation::Jump { to: None });
    let (mut world, restored) = world.restart();
    let back: Vec<WindowId> =
        restored.starts.iter().map(|start| world.come_back(start.expected, &start.launch.command[0]).0).collect();
    world.jump(world.sector(1));
    assert_eq!(world.apply(Operation::ZoomIn { into: None }), focus(back[1]));
}

#[test]
fn any_share_of_a_split_is_the_same_after_it_was_written_and_read() {
    let mut world = World::new();
    world.apply(Operation::Split { axis: Axis::Horizontal });
    for part in 300..700 {
        world.apply(Operation::Resize { share: f64::from(part) / 997.0 });
        let snapshot = world.desktop.snapshot();
        let read = Snapshot::parse(&serde_json::to_string(&snapshot).unwrap()).unwrap();
        assert_eq!(read, snapshot);
        assert_eq!(Desktop::restore(&read, &[AREA]).unwrap().desktop.snapshot(), snapshot);
    }
}

#[test]
fn of_two_running_apps_of_a_kind_each_sector_keeps_its_own() {
    let mut world = World::new();
    let windows = [2, 0].map(|sector| world.launch("foot", sector));
    let snapshot = world.desktop.snapshot();
    world.apply(Operation::Reorder { node: world.sector(0).into(), to: 2 });
    world.desktop.load(&snapshot, world.now).unwrap();
    assert_eq!(windows.map(|window| world.path_to(window).sector().unwrap()), [world.sector(2), world.sector(0)]);
}

#[test]
fn an_app_is_known_by_its_name_where_its_starter_is_not() {
    let (mut world, _) = busy().restart();
    let elsewhere = world.open("foot", 0);
    assert_eq!(world.path_to(elsewhere).sector(), Some(world.sector(0)));
    let new = NewWindow { app_id: "foot", title: "foot", ..NewWindow::default() };
    let (id, _) = world.desktop.add_window(new, world.now).unwrap();
    assert_eq!(world.path_to(id).sector(), Some(world.sector(1)));
}

#[test]
fn what_does_not_come_back_can_be_given_up() {
    let (mut world, restored) = busy().restart();
    let foot = restored.starts[1].expected;
    assert_eq!(world.desktop.give_up(foot), Some("foot".to_owned()));
    assert_eq!(world.desktop.give_up(foot), None);
    let names: Vec<_> = world.desktop.snapshot().sectors[1].apps.iter().map(|app| app.app_id.clone()).collect();
    assert_eq!(names, ["mail", "files"]);
    let (late, _) = world.come_back(foot, "foot");
    assert_eq!(world.path().level(), Level::Hub);
    assert!(world.desktop.tree().contains(late.into()));
}

#[test]
fn what_nobody_knows_how_to_start_is_named() {
    let mut world = World::new();
    world.open("org.gimp.GIMP", 0);
    world.open("", 1);
    let (_, restored) = world.restart();
    assert_eq!(restored.starts, []);
    let words = [
        "GIMP in One: nobody knows how it was started",
        "an app without a name in Two: nobody knows how it was started",
    ];
    assert_eq!(restored.lost, words);
}

#[test]
fn panes_of_outputs_that_are_not_there_are_named() {
    let mut world = World::new();
    world.desktop.add_output(AREA).unwrap();
    assert_eq!(world.restart().1.lost, ["the panes of an output that is not there now"]);
    let snapshot = world.desktop.snapshot();
    let restored = Desktop::restore(&snapshot, &[AREA, AREA]).unwrap();
    assert_eq!(restored.desktop.snapshot(), snapshot);
}

#[test]
fn apps_expected_in_a_removed_sector_are_expected_in_its_heir() {
    let (mut world, restored) = busy().restart();
    world.apply(Operation::RemoveSector { sector: world.sector(1) });
    world.come_back(restored.starts[0].expected, "mail");
    assert_eq!(world.apps(0), ["mail"]);
    assert_eq!(world.desktop.snapshot().sectors[0].apps.len(), 3);
}

#[test]
fn a_snapshot_can_be_loaded_over_running_apps_and_takes_them_in() {
    let earlier = busy().desktop.snapshot();
    let mut world = World::new();
    let foot = world.launch("foot", 0);
    let other = world.launch("other", 2);
    world.jump(other);
    let loaded = world.desktop.load(&earlier, world.now).unwrap();
    assert_eq!(loaded.starts.iter().map(|start| start.title.as_str()).collect::<Vec<_>>(), ["mail", "files"]);
    assert_eq!(loaded.effects, focus(foot));
    assert_eq!(world.path_to(foot).sector(), Some(world.sector(1)));
    assert_eq!(world.path_to(other).sector(), Some(world.sector(2)));
    assert_eq!(world.desktop.viewports().count(), 2);
    for start in loaded.starts {
        world.come_back(start.expected, &start.launch.command[0]);
    }
    assert_eq!(world.apps(1), ["mail", "foot", "files"]);
}

/// The snapshot of a busy desktop with something else in one place.
fn with(pointer: &str, value: Value) -> Result<Snapshot, SnapshotError> {
    let mut snapshot = serde_json::to_value(busy().desktop.snapshot()).unwrap();
    *snapshot.pointer_mut(pointer).unwrap() = value;
    Snapshot::read(snapshot)
}

#[test]
fn what_is_no_snapshot_is_refused_with_a_reason() {
    let panes = "/outputs/0/panes/split/halves/0/viewport";
    for (place, value, reason) in [
        ("/version".to_owned(), json!(2), "it is of version 2; this program reads version 1"),
        ("/version".to_owned(), json!("1"), "it does not say which version of a snapshot it is"),
        ("/sectors".to_owned(), json!([]), "it has no sectors"),
        ("/sectors/0/name".to_owned(), json!("\u{202e}"), "a sector's name needs at least one visible character"),
        ("/sectors/0/name".to_owned(), json!("x".repeat(2000)), "a sector's name is longer than 1024 bytes"),
        ("/sectors/0/recent".to_owned(), json!(0), "it speaks of app 0, of which it has 0"),
        ("/sectors/1/apps/0/windows".to_owned(), json!(0), "it has no windows in one of its apps"),
        ("/sectors/1/apps/0/windows".to_owned(), json!(u64::MAX), "it has more than 4096 windows"),
        (
            "/sectors/1/apps/0/launch/command".to_owned(),
            json!(vec!["x"; 300]),
            "it has more than 256 words in a command",
        ),
        ("/focused".to_owned(), json!(9), "it speaks of output 9, of which it has 1"),
        ("/outputs/0/focused".to_owned(), json!(2), "it speaks of pane 2, of which it has 2"),
        ("/outputs/0/panes/split/share".to_owned(), json!(1.5), "a share of a split is not between 0 and 1"),
        (format!("{panes}/path"), json!({ "app": 0 }), "it speaks of an app in no sector"),
        (format!("{panes}/path"), json!({ "sector": 1, "window": 0 }), "it speaks of a window in no app"),
        (format!("{panes}/path"), json!({ "sector": 3 }), "it speaks of sector 3, of which it has 3"),
        (format!("{panes}/selected"), json!(0), "it speaks of tile 0, of which it has 0"),
    ] {
        let pointer = if place.ends_with("recent") || place.ends_with("selected") { None } else { Some(place.clone()) };
        let refused = match pointer {
            Some(pointer) => with(&pointer, value),
            None => {
                let (parent, key) = place.rsplit_once('/').unwrap();
                let mut snapshot = serde_json::to_value(busy().desktop.snapshot()).unwrap();
                snapshot.pointer_mut(parent).unwrap()[key] = value;
                Snapshot::read(snapshot)
            }
        };
        assert_eq!(refused.unwrap_err().to_string(), reason, "{place}");
    }
}

#[test]
fn ten_thousand_sectors_are_refused_with_the_limit() {
    let sector = json!({ "name": "x", "colour": 1 });
    let refused = with("/sectors", json!(vec![sector; 10_000])).unwrap_err();
    assert_eq!(refused.to_string(), format!("it has more than {MOST_SECTORS} sectors"));
}

#[test]
fn splits_in_splits_without_end_are_refused() {
    let mut panes = json!({ "viewport": { "path": {}, "mode": "apps" } });
    for _ in 0..50 {
        let other = json!({ "viewport": { "path": {}, "mode": "apps" } });
        panes = json!({ "split": { "axis": "vertical", "share": 0.5, "halves": [other, panes] } });
    }
    let refused = with("/outputs/0/panes", panes.clone()).unwrap_err();
    assert_eq!(refused.to_string(), format!("it has more than {MOST_VIEWPORTS} panes on one output"));
    let deep = format!("{}1{}", r#"{"version":1,"sectors":"#.to_owned() + &"[".repeat(10_000), "]".repeat(10_000));
    assert!(matches!(Snapshot::parse(&deep), Err(SnapshotError::Malformed { .. })));
}

#[test]
fn a_snapshot_that_is_refused_changes_nothing() {
    let mut world = busy();
    let before = world.desktop.clone();
    let mut bad = world.desktop.snapshot();
    bad.focused = 7;
    assert!(world.desktop.load(&bad, world.now).is_err());
    assert_eq!(world.desktop, before);
}

/// Changes one value somewhere in a JSON value.
fn mutate(value: &mut Value, way: &[u8], to: &Value) {
    let Some((step, rest)) = way.split_first() else {
        *value = to.clone();
        return;
    };
    let step = usize::from(*step);
    match value {
        Value::Array(items) if !items.is_empty() => {
            let len = items.len();
            mutate(&mut items[step % len], rest, to);
        }
        Value::Object(fields) if !fields.is_empty() => {
            let key = fields.keys().nth(step % fields.len()).unwrap().clone();
            if step > 240 {
                fields.remove(&key);
            } else {
                mutate(&mut fields[&key], rest, to);
            }
        }
        _ => *value = to.clone(),
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-2i64..9).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        "\\PC{0,9}".prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn no_json_makes_it_panic_and_what_is_taken_makes_a_desktop(
        changes in prop::collection::vec((prop::collection::vec(any::<u8>(), 1..9), any_value()), 1..4),
    ) {
        let mut value = serde_json::to_value(busy().desktop.snapshot()).unwrap();
        changes.iter().for_each(|(way, to)| mutate(&mut value, way, to));
        if let Ok(snapshot) = Snapshot::read(value) {
            let restored = Desktop::restore(&snapshot, &[AREA]).unwrap();
            prop_assert!(restored.desktop.snapshot().check().is_ok());
            for viewport in restored.desktop.viewports() {
                prop_assert!(restored.desktop.tree().is_valid(&viewport.path));
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(cut in 0usize..2000, put in "\\PC{0,3}") {
        let mut text = serde_json::to_string(&busy().desktop.snapshot()).unwrap();
        let cut = cut % text.len();
        if text.is_char_boundary(cut) {
            text.insert_str(cut, &put);
        }
        let _ = Snapshot::parse(&text);
        let _ = Snapshot::parse(&text[..cut]);
    }
}
