//! Whatever there is and whatever was done, every picture is sound.

use std::collections::HashSet;
use std::sync::Arc;

use lcars_ui::hierarchy::{Activity, HubMode, Outcome};
use lcars_ui::interface::{AlertLevel, Symbol};
use lcars_ui::operation::{Axis, Direction, Operation};
use lcars_ui::semantics::{Role, UiAction};
use lcars_ui::shells::{
    BlockOutcome, Candidate, Class, Colours, Completions, Detail, Face, FaceBlock, FaceSearch, StagedView,
    SuggestedFrom, Suggestion, Syntax,
};
use proptest::prelude::*;

use super::*;

/// Something that a user or a program does.
#[derive(Debug, Clone)]
enum Step {
    Open(usize, usize),
    Jump(usize),
    Overview,
    Out,
    Split(bool),
    Mode(u8),
    Pane(u8),
    Fullscreen,
    OwnFrame(bool),
    Close(usize),
    /// A shell is at something, and is seen so.
    Shell(u8),
    /// Something is typed, staged, listed, asked about.
    Prompt(u8),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0usize..9, 0usize..20).prop_map(|(app, sector)| Step::Open(app, sector)),
        6 => (0usize..200).prop_map(Step::Jump),
        1 => Just(Step::Overview),
        2 => Just(Step::Out),
        2 => any::<bool>().prop_map(Step::Split),
        2 => (0u8..3).prop_map(Step::Mode),
        2 => (0u8..4).prop_map(Step::Pane),
        1 => Just(Step::Fullscreen),
        1 => any::<bool>().prop_map(Step::OwnFrame),
        1 => (0usize..200).prop_map(Step::Close),
        4 => any::<u8>().prop_map(Step::Shell),
        4 => any::<u8>().prop_map(Step::Prompt),
        4 => (0u64..500).prop_map(Step::Wait),
    ]
}

/// Something happens in the terminal that the prompt is for.
fn shell(world: &mut World, what: u8) {
    if what.is_multiple_of(4) {
        let _ = world.desktop.apply(&Operation::NewTerminal { sector: None }, world.now);
    }
    let Some(id) = world.desktop.prompt_terminal() else { return };
    world.desktop.terminal_moved(id, "/home/ada/\u{202e}src/日本語/and/further/down/than/any/frame/has/room/for");
    let since = world.now.saturating_sub(Duration::from_secs(u64::from(what) * 97));
    match what % 5 {
        0 => world.desktop.terminal_activity(id, Activity::AtPrompt),
        1 => world.desktop.terminal_activity(id, Activity::Running { command: "cargo build --release".into(), since }),
        2 => world.desktop.terminal_activity(id, Activity::Ended { status: Some(i32::MIN) }),
        3 => {
            let outcome = Outcome { command: "/usr/bin/make all".into(), status: Some(1), took: since };
            world.desktop.terminal_finished(id, outcome);
        }
        _ => {}
    }
    let block = |from, to, outcome| FaceBlock { from, to, outcome };
    let blocks = vec![
        block(0, 3, BlockOutcome::Ok),
        block(3, u16::MAX, BlockOutcome::Failed(1)),
        block(u16::MAX, 2, BlockOutcome::Running),
    ];
    let scrolled = what.is_multiple_of(3).then_some((usize::from(what), usize::MAX / 4));
    let cell =
        [Size { w: 10.0, h: 20.0 }, Size { w: 8.4, h: 17.1 }, Size { w: f64::NAN, h: -1.0 }][usize::from(what) % 3];
    let full = Size { w: 800.0, h: f64::from(what) * 5.0 };
    let search = Some(FaceSearch { text: "x".into(), at: Some(3), hits: usize::MAX, more: true });
    let text = String::from("the last lines");
    world.shells.faces.insert(id, Face { cell, full, blocks, scrolled, search, text });
    let chip = |text: &str| Suggestion { text: text.into(), from: SuggestedFrom::History };
    world.shells.prompt.suggestions = ["git push", "a\nb", "", "日本語", "e", "f", "g"].map(chip).into();
    world.interface.alert(AlertLevel::Danger, &format!("something {what}"), None, world.now);
    // Only the log keeps it: what alerts cover is another test's.
    let ids: Vec<u64> = world.interface.alerts.shown().map(|alert| alert.id).collect();
    ids.into_iter().for_each(|id| world.interface.alerts.dismiss(id));
}

/// Something is done to the prompt.
fn prompt(world: &mut World, what: u8) {
    let text =
        ["", "ls", "rm -rf x", "?o", "app:c", "a\nb\nc\nd\ne\nf\ng\nh", "日本語 🇩🇪 e\u{301}"][usize::from(what) % 7];
    let stage = UiAction::Stage { text: text.repeat(1 + usize::from(what) / 60) };
    let action = match what % 4 {
        0 | 1 => stage,
        2 => UiAction::Execute,
        _ if what > 128 => UiAction::Find,
        _ => UiAction::Prompt,
    };
    world.ui(&action);
    let text = world.interface.prompt.text().to_owned();
    let class = [Class::Safe, Class::Caution, Class::Danger, Class::Refused][usize::from(what / 4) % 4];
    let detail = |text: &str| Detail { label: text.into(), text: text.repeat(9) };
    world.shells.prompt.verdict = Some(StagedView {
        id: "one".into(),
        hash: String::new(),
        class,
        title: "recursive delete".into(),
        reasons: vec!["because ".repeat(usize::from(what) % 9); usize::from(what) % 3],
        details: ["deletes", "where", "rule"].map(detail).into(),
        text: text.clone(),
    });
    let cursor = world.interface.prompt.editor().cursor();
    let candidate = |text: &str| Candidate { text: text.into(), about: "what it is".into() };
    let candidates = ["one", "two", "日本語"].map(candidate).into();
    world.shells.prompt.completions = Some(Completions { text: text.clone(), cursor, replaces: 0..cursor, candidates });
    let backwards = std::ops::Range { start: usize::from(what), end: 2 };
    let spans = vec![(0..1, Syntax::Command), (backwards, Syntax::Quote), (1..9_999, Syntax::Error)];
    world.shells.prompt.colours = Some(Colours { text, spans });
    world.shells.prompt.history = Arc::new(vec!["git pull".into(), "x".repeat(9_999)]);
    if what.is_multiple_of(5) {
        world.key(Symbol::Tab);
    } else if what.is_multiple_of(3) {
        world.ui(&UiAction::Execute);
    }
}

fn everything(world: &World) -> Vec<NodeId> {
    let tree = world.desktop.tree();
    let mut nodes: Vec<NodeId> = tree.sectors.iter().map(|sector| sector.id.into()).collect();
    nodes.push(NodeId::Log);
    nodes.extend(tree.sectors.iter().flat_map(|sector| &sector.apps).map(|app| NodeId::from(app.id)));
    nodes.extend(tree.windows().map(|window| NodeId::from(window.id)));
    nodes
}

fn take(world: &mut World, step: &Step) {
    match step {
        Step::Open(app, sector) => {
            let sector = sector % world.desktop.tree().sectors.len();
            world.open(
                ["a", "Firefox", "A very long name of an app", "", "日本語", "d", "e", "f", "g"][app % 9],
                sector,
            );
        }
        Step::Jump(place) => {
            let nodes = everything(world);
            world.start(Operation::Jump { to: nodes.get(place % nodes.len()).copied() });
        }
        Step::Overview => world.start(Operation::Jump { to: None }),
        Step::Out => world.start(Operation::ZoomOut),
        Step::Split(across) => {
            world.start(Operation::Split { axis: if *across { Axis::Horizontal } else { Axis::Vertical } });
        }
        Step::Mode(mode) => {
            let mode = [HubMode::Command, HubMode::Apps, HubMode::Directory][usize::from(*mode) % 3];
            world.start(Operation::Mode { mode });
        }
        Step::Pane(way) => {
            let way = [Direction::Left, Direction::Right, Direction::Up, Direction::Down][usize::from(*way) % 4];
            world.start(Operation::FocusPane { direction: way });
        }
        Step::OwnFrame(on) => {
            let shown = world.desktop.focused_viewport().path.window();
            shown.into_iter().for_each(|id| world.desktop.set_own_frame(id, *on));
        }
        Step::Fullscreen => world.start(Operation::Fullscreen { window: None, on: None }),
        Step::Close(place) => {
            let windows: Vec<WindowId> = world.desktop.tree().windows().map(|window| window.id).collect();
            if let Some(window) = windows.get(place % windows.len().max(1)) {
                world.desktop.remove_window(*window, world.now);
            }
        }
        Step::Shell(what) => shell(world, *what),
        Step::Prompt(what) => prompt(world, *what),
        Step::Wait(ms) => world.now += Duration::from_millis(*ms),
    }
}

fn is_finite(rect: Rect) -> bool {
    [rect.x, rect.y, rect.w, rect.h].into_iter().all(f64::is_finite) && rect.w >= 0.0 && rect.h >= 0.0
}

fn shrunk(rect: Rect) -> Rect {
    Rect::from_edges(rect.x + 0.05, rect.y + 0.05, rect.right() - 0.05, rect.bottom() - 0.05)
}

fn within(inner: Rect, outer: Rect) -> bool {
    let inner = shrunk(inner);
    inner.is_empty()
        || (inner.x >= outer.x
            && inner.y >= outer.y
            && inner.right() <= outer.right()
            && inner.bottom() <= outer.bottom())
}

/// Whether one node is a part of the other.
fn related(nodes: &[Node], a: usize, b: usize) -> bool {
    let is_above = |above: usize, mut of: usize| {
        while let Some(parent) = nodes[of].parent {
            if parent == above {
                return true;
            }
            of = parent;
        }
        false
    };
    is_above(a, b) || is_above(b, a)
}

fn check(world: &World, view: &View) -> Result<(), TestCaseError> {
    let mut keys = HashSet::new();
    for primitive in &view.scene {
        prop_assert!(is_finite(primitive.rect()), "{primitive:?}");
        prop_assert!(keys.insert(primitive.key()), "twice in the scene: {:?}", primitive.key());
        if let Primitive::Fill { radii, .. } = primitive {
            prop_assert!(radii.iter().all(|radius| radius.is_finite() && *radius >= 0.0), "{primitive:?}");
        }
    }
    let mut keys = HashSet::new();
    let screen = rect(0.0, 0.0, world.size.w, world.size.h);
    for (place, node) in view.nodes.iter().enumerate() {
        prop_assert!(keys.insert(node.key), "twice among the nodes: {:?}", node.key);
        prop_assert!(is_finite(node.rect) && is_finite(node.hit), "{node:?}");
        prop_assert!(node.parent.is_none_or(|parent| parent < place), "{node:?}");
        prop_assert!(within(node.rect, screen), "{node:?} leaves {screen:?}");
    }
    for region in view.nodes.iter().filter(|node| node.role == Role::Region) {
        let inside = view.nodes.iter().filter(|node| node.key.pane == region.key.pane);
        for node in inside {
            prop_assert!(within(node.rect, region.rect), "{node:?} leaves its pane {:?}", region.rect);
        }
    }
    // What lies below an overlay cannot be pressed, nor what is outside of a question.
    let first = view.nodes.iter().rposition(|node| node.states.modal).unwrap_or(0);
    let above = |node: &Node| node.key.pane == 0;
    let covered = |node: &Node| !above(node) && view.covers.iter().any(|cover| cover.overlaps(&node.hit));
    let can_be_pressed = |i: &usize| view.nodes[*i].action.is_some() && !covered(&view.nodes[*i]);
    let pressed: Vec<usize> = (first..view.nodes.len()).filter(can_be_pressed).collect();
    for (n, &a) in pressed.iter().enumerate() {
        for &b in &pressed[..n] {
            let (one, other) = (&view.nodes[a], &view.nodes[b]);
            prop_assert!(
                related(&view.nodes, a, b) || !shrunk(one.rect).overlaps(&shrunk(other.rect)),
                "{one:?} lies on {other:?}"
            );
        }
        // What is seen of a button can be pressed: nothing that is no part of it takes its middle.
        let node = &view.nodes[a];
        let middle =
            lcars_ui::geometry::Point { x: node.rect.x + node.rect.w / 2.0, y: node.rect.y + node.rect.h / 2.0 };
        let found = lcars_ui::semantics::hit(&view.nodes, middle);
        let found = found.and_then(|found| view.nodes.iter().position(|node| node.key == found.key));
        prop_assert!(
            found.is_some_and(|found| found == a || related(&view.nodes, found, a)),
            "{node:?} is out of reach"
        );
    }
    let windows = (0..view.nodes.len()).filter(|place| view.nodes[*place].role == Role::Application);
    for place in windows {
        let window = &view.nodes[place];
        let below = |i: &&usize| above(&view.nodes[**i]) && !view.covers.is_empty();
        for &i in pressed.iter().filter(|i| **i != place && !related(&view.nodes, **i, place) && !below(i)) {
            let hit = view.nodes[i].hit;
            prop_assert!(!shrunk(hit).overlaps(&shrunk(window.rect)), "{:?} reaches over a window", view.nodes[i]);
        }
    }
    for area in &view.terminals {
        let here = |node: &&Node| node.key.pane == area.viewport.get();
        let is_it = |node: &Node| lcars_ui::interface::prompt::terminal_of(node) == Some(area.terminal);
        let shown = view.nodes.iter().filter(here).find(|node| is_it(node));
        let moving = !world.desktop.viewport(area.viewport).unwrap().camera.rests(world.now);
        prop_assert!(shown.is_some_and(|node| node.rect == area.rect) || moving, "{area:?} is not where it is seen");
        let edges = [area.rect.x, area.rect.y, area.rect.right(), area.rect.bottom()];
        let whole = |edge: f64| ((edge * world.scale).round() - edge * world.scale).abs() < 1e-6;
        prop_assert!(edges.into_iter().all(whole), "{area:?} at {}", world.scale);
    }
    for area in &view.areas {
        let edges = [area.rect.x, area.rect.y, area.rect.right(), area.rect.bottom()];
        let whole = |edge: f64| ((edge * world.scale).round() - edge * world.scale).abs() < 1e-6;
        prop_assert!(edges.into_iter().all(whole), "{area:?} at {}", world.scale);
    }
    Ok(())
}

/// Every place that can be zoomed into has a button, but in a strip that is too short.
fn check_reach(world: &World, view: &View) -> Result<(), TestCaseError> {
    for area in &view.areas {
        let viewport = world.desktop.viewport(area.viewport).unwrap();
        let tree = world.desktop.tree();
        if viewport.mode != HubMode::Apps {
            continue;
        }
        for child in tree.children(&viewport.path) {
            let leads = |node: &&Node| {
                node.key.pane == area.viewport.get()
                    && node.action == Some(lcars_ui::semantics::Action::Do(Operation::ZoomIn { into: Some(child) }))
            };
            prop_assert!(view.nodes.iter().any(|node| leads(&node)), "no way to {child}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn every_picture_of_every_life_is_sound(
        w in prop_oneof![200.0..4000.0f64, Just(1280.0), Just(360.0)],
        h in prop_oneof![200.0..3000.0f64, Just(720.0), Just(640.0)],
        scale in prop_oneof![Just(1.0), Just(1.25), Just(1.5), Just(2.0), Just(3.0)],
        ui_scale in prop_oneof![3 => Just(1.0), 1 => 0.75..3.0f64],
        sectors in 1usize..20,
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let names: Vec<String> = (0..sectors).map(|number| format!("Sector {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut world = World::scaled(Size { w, h }, scale, ui_scale, &names);
        for step in &steps {
            take(&mut world, step);
            let view = world.view();
            check(&world, &view)?;
            check_reach(&world, &view)?;
        }
        world.now += Duration::from_secs(10);
        let view = world.view();
        prop_assert!(!view.moving);
        check(&world, &view)?;
    }
}
