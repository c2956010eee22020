//! Whatever there is and whatever was done, every picture is sound.

use std::collections::HashSet;

use lcars_ui::hierarchy::HubMode;
use lcars_ui::operation::{Axis, Direction, Operation};
use lcars_ui::semantics::Role;
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
    Close(usize),
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
        1 => (0usize..200).prop_map(Step::Close),
        4 => (0u64..500).prop_map(Step::Wait),
    ]
}

fn everything(world: &World) -> Vec<NodeId> {
    let tree = world.desktop.tree();
    let mut nodes: Vec<NodeId> = tree.sectors.iter().map(|sector| sector.id.into()).collect();
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
        Step::Fullscreen => world.start(Operation::Fullscreen { window: None, on: None }),
        Step::Close(place) => {
            let windows: Vec<WindowId> = world.desktop.tree().windows().map(|window| window.id).collect();
            if let Some(window) = windows.get(place % windows.len().max(1)) {
                world.desktop.remove_window(*window, world.now);
            }
        }
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
    let pressed: Vec<usize> = (0..view.nodes.len()).filter(|i| view.nodes[*i].action.is_some()).collect();
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
        for &i in pressed.iter().filter(|i| **i != place && !related(&view.nodes, **i, place)) {
            let hit = view.nodes[i].hit;
            prop_assert!(!shrunk(hit).overlaps(&shrunk(window.rect)), "{:?} reaches over a window", view.nodes[i]);
        }
    }
    for area in &view.terminals {
        let shown =
            view.nodes.iter().find(|node| lcars_ui::interface::prompt::terminal_of(node) == Some(area.terminal));
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
