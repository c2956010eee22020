//! A hub's shell, its prompt and its files as they are, and the states of what can be pressed, against golden pictures.

use std::sync::Arc;
use std::time::Duration;

use lcars_ui::camera::{Motion, Timing};
use lcars_ui::files::{Entry, FileName, Kind, Listing, Moment, Progress};
use lcars_ui::geometry::Size;
use lcars_ui::hierarchy::{Activity, HubMode, Outcome};
use lcars_ui::interface::Button;
use lcars_ui::operation::Operation;
use lcars_ui::scene::Key;
use lcars_ui::semantics::{FilesAct, UiAction};
use lcars_ui::shells::{
    BlockOutcome, Class, Colours, Detail, Face, FaceBlock, StagedView, SuggestedFrom, Suggestion, Syntax,
};

use super::world::{World, at_both_scales};

/// At a hub whose shell waits for a command.
fn shell(scale: f64) -> World {
    let mut world = World::new(scale).hub();
    world.apply(Operation::Mode { mode: HubMode::Command });
    let terminal = world.desktop.prompt_terminal().expect("a terminal");
    world.desktop.terminal_moved(terminal, "/home/ada/src/lcars-ui");
    world.desktop.terminal_activity(terminal, Activity::AtPrompt);
    let outcome = Outcome { command: "git status".into(), status: Some(0), took: Duration::from_millis(20) };
    world.desktop.terminal_finished(terminal, outcome);
    let block = |from, to, outcome| FaceBlock { from, to, outcome };
    let blocks = vec![block(0, 12, BlockOutcome::Ok), block(12, 16, BlockOutcome::Failed(1))];
    let (cell, full) = (Size { w: 10.0, h: 20.0 }, Size { w: 800.0, h: 400.0 });
    world.shells.faces.insert(terminal, Face { cell, full, blocks, ..Face::default() });
    let chip = |text: &str| Suggestion { text: text.into(), from: SuggestedFrom::History };
    world.shells.prompt.suggestions = ["git pull --rebase", "git push", "cargo clippy"].map(chip).into();
    world
}

/// Puts a text into the prompt, and what was found about it.
fn stage(world: &mut World, text: &str, class: Class) {
    world.act(&UiAction::Stage { text: text.into() });
    let detail = |(label, text): (&str, &str)| Detail { label: label.into(), text: text.into() };
    let details = [
        ("DELETES", "1 284 files in 41 folders, 312 MB"),
        ("WHERE", "/home/ada/projects/old-site"),
        ("RULE", "recursive-bulk, policy.toml line 18"),
    ];
    let dangerous = class >= Class::Danger;
    world.shells.prompt.verdict = Some(StagedView {
        id: "one".into(),
        text: text.into(),
        hash: "0".repeat(64),
        class,
        title: if dangerous { "recursive delete".into() } else { String::new() },
        reasons: Vec::new(),
        details: if dangerous { details.map(detail).into() } else { Vec::new() },
    });
    let end = text.split(' ').next().unwrap_or_default().len();
    let spans = vec![(0..end, Syntax::Command), (end..text.len(), Syntax::Parameter)];
    world.shells.prompt.colours = Some(Colours { text: text.into(), spans });
}

/// At a hub that shows the files of the mock-up.
fn files(scale: f64) -> World {
    let mut world = shell(scale);
    world.apply(Operation::Mode { mode: HubMode::Directory });
    let names = "assets/ benches/ src/ tests/ themes/ build.rs Cargo.toml CHANGELOG.md clippy.toml LICENSE README.md \
                 rustfmt.toml theme.css zoom.md";
    let entry = |name: &str| {
        let kind = if name.ends_with('/') { Kind::Directory } else { Kind::File };
        let named = FileName::new(name.trim_end_matches('/').as_bytes()).expect("a name");
        let modified = Some(Moment { seconds: 1_000_000, ahead: 0 });
        Entry { size: 148_000, modified, mode: 0o644, ..Entry::named(named, kind) }
    };
    let entries = names.split_whitespace().map(entry).collect();
    let listing = Listing { at_terminal: true, ..Listing::new("/home/ada/src/lcars-ui", entries, Progress::Whole) };
    let sector = world.sector(0);
    world.directories.by_sector.insert(sector, Arc::new(listing));
    world.directories.now = Moment { seconds: 1_000_780, ahead: 0 };
    follow(&mut world);
    world
}

/// The first view tells how many tiles there is room for, the second has them.
fn follow(world: &mut World) {
    let (pane, sector, now) = (world.desktop.focused_viewport().id, world.sector(0), world.now);
    for _ in 0..2 {
        let directories = world.directories.clone();
        let (motion, timing) = (Motion::Full, Timing::default());
        world.with(|interface, sight| {
            interface.follow_files(&[(pane, sector)], &directories, sight, now, motion, &timing);
        });
        world.files = world.view().files;
    }
}

fn file(name: &str) -> u64 {
    FileName::new(name.as_bytes()).expect("a name").id()
}

#[test]
fn a_shell_with_a_command_that_waits() {
    at_both_scales("hub-staged", |world| {
        let mut world = shell(world.scale);
        stage(&mut world, "git pull --rebase", Class::Safe);
        world
    });
}

#[test]
fn the_files_of_a_shell_some_of_them_picked() {
    at_both_scales("hub-directory", |world| {
        let mut world = files(world.scale);
        for name in ["src", "Cargo.toml"] {
            world.act(&UiAction::Files { act: FilesAct::Pick { file: file(name) } });
        }
        follow(&mut world);
        world.now += Duration::from_secs(5);
        world
    });
}

#[test]
fn something_dangerous_that_is_held() {
    at_both_scales("confirm", |world| {
        let mut world = shell(world.scale);
        stage(&mut world, "rm -rf ~/projects/old-site", Class::Danger);
        world.act(&UiAction::Execute);
        let view = world.view();
        let hold = view.nodes.iter().find(|node| node.key.part == "hold").expect("what is held");
        let (at, now) = (hold.rect.middle(), world.now);
        world.with(|interface, sight| interface.pressed(at, Button::Finger, sight, now));
        world.now += Duration::from_millis(600);
        world
    });
}

#[test]
fn every_state_of_what_can_be_pressed() {
    // At rest: SEARCH. Selected: APPS. Disabled: EXECUTE, and what a sector that is the first cannot do.
    at_both_scales("states", |world| {
        let mut world = World::new(world.scale).hub();
        let pane = world.desktop.focused_viewport().id.get();
        let key = |part| Key::part(part).in_pane(pane);
        let at =
            world.view().nodes.iter().find(|node| node.key == key("mode-directory")).expect("a pill").rect.middle();
        let now = world.now;
        world.with(|interface, sight| interface.pressed(at, Button::Primary, sight, now));
        (world.interface.focused, world.interface.ring) = (Some(key("search")), true);
        world.interface.hovered = Some(key("mode-command"));
        world
    });
}
