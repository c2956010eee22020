//! Whatever can be pressed can be met with a finger, at every level, on every screen and at every size of the interface.

use std::collections::BTreeSet;

use lcars_ui::geometry::Point;
use lcars_ui::hierarchy::HubMode;
use lcars_ui::interface::{AlertLevel, Overlay};
use lcars_ui::operation::Axis;
use lcars_ui::semantics::hit;

use super::*;

/// The least side of what a finger meets, in logical pixels.
const FINGER: f64 = 40.0;
const SCREENS: [Size; 6] = [
    STANDARD,
    Size { w: 1920.0, h: 1080.0 },
    Size { w: 390.0, h: 844.0 },
    Size { w: 360.0, h: 640.0 },
    Size { w: 844.0, h: 390.0 },
    Size { w: 820.0, h: 1180.0 },
];
const SCALES: [f64; 6] = [0.75, 1.0, 1.25, 1.5, 2.0, 3.0];

/// A desktop where everything that there can be is there: alerts, a staged text, two terminals.
fn rich(size: Size, ui_scale: f64) -> World {
    let mut world = World::usual(size);
    world.ui_scale = ui_scale;
    let area = view::pane_area(&world.theme, size, 1.0, ui_scale);
    let output = world.desktop.focused_output().id;
    world.desktop.resize_output(output, area).unwrap();
    let build = world.sector(0);
    world.interface.alert(AlertLevel::Danger, "The disk is full", Some(build), world.now);
    world.interface.alert(AlertLevel::Info, "saved", None, world.now);
    world
}

/// Every level, with what can lie over it.
fn scenes(size: Size, ui_scale: f64) -> Vec<(String, World)> {
    let rich = || rich(size, ui_scale);
    let at = |to: fn(&World) -> Option<NodeId>| {
        let world = rich();
        let to = to(&world);
        world.jump(to)
    };
    let hub = |mode| {
        let mut world = at(|world| Some(world.sector(0).into()));
        world.apply(Operation::Mode { mode });
        world
    };
    let over = |overlay: fn(&World) -> Overlay| {
        let mut world = rich();
        world.interface.alerts.dismiss_all();
        world.interface.overlay = Some(overlay(&world));
        world
    };
    let corner = Point { x: size.w - 3.0, y: size.h - 3.0 };
    let mut terminals = hub(HubMode::Command);
    terminals.apply(Operation::NewTerminal { sector: None });
    let split = || {
        let mut world = at(|world| Some(world.app("Text Editor")));
        world.apply(Operation::Split { axis: Axis::Horizontal });
        world
    };
    let mut menu = rich();
    menu.interface.alerts.dismiss_all();
    menu.interface.overlay = Some(Overlay::Menu { node: menu.app("Gimp"), at: corner });
    let mut hubs = hub(HubMode::Apps);
    hubs.apply(Operation::Split { axis: Axis::Vertical });
    let mut pane = split();
    pane.interface.alerts.dismiss_all();
    pane.interface.overlay = Some(Overlay::Pane { at: corner });
    let mut typed = hub(HubMode::Command);
    typed.ui(&UiAction::Stage { text: String::from("?o") });
    vec![
        ("overview".into(), at(|_| None)),
        ("log".into(), at(|_| Some(NodeId::Log))),
        ("hub, command".into(), hub(HubMode::Command)),
        ("hub, two terminals".into(), terminals),
        ("hub, directory".into(), hub(HubMode::Directory)),
        ("hub, apps".into(), hub(HubMode::Apps)),
        ("picker".into(), at(|world| Some(world.app("Firefox")))),
        ("focus".into(), at(|world| Some(world.app("Text Editor")))),
        ("split".into(), split()),
        ("two hubs".into(), hubs),
        ("pane menu".into(), pane),
        ("prompt".into(), typed),
        ("menu".into(), menu),
        ("keys".into(), over(|_| Overlay::Keys)),
        ("launcher".into(), over(|_| Overlay::Launcher { category: None })),
        ("settings".into(), over(|_| Overlay::Settings)),
        ("send to".into(), over(|world| Overlay::SendTo { node: world.app("Gimp") })),
        ("rename".into(), over(|world| Overlay::Rename { sector: world.sector(0), text: "Build".into() })),
        ("recolour".into(), over(|world| Overlay::Recolour { sector: world.sector(0) })),
        ("remove".into(), over(|world| Overlay::Remove { sector: world.sector(0) })),
    ]
}

#[test]
fn whatever_can_be_pressed_is_no_smaller_than_a_finger() {
    let mut small = BTreeSet::new();
    let mut met = 0;
    for size in SCREENS {
        for ui_scale in SCALES {
            for (scene, world) in scenes(size, ui_scale) {
                let view = world.view();
                let first = view.nodes.iter().rposition(|node| node.states.modal).unwrap_or(0);
                let nodes = &view.nodes[first..];
                for node in nodes.iter().filter(|node| node.action.is_some() && !node.states.disabled) {
                    // What an alert lies on is pressed once that is gone.
                    let middle = Point { x: node.rect.x + node.rect.w / 2.0, y: node.rect.y + node.rect.h / 2.0 };
                    if node.key.pane != 0 && view.covers.iter().any(|cover| cover.contains(middle)) {
                        continue;
                    }
                    met += 1;
                    assert!(hit(&view.nodes, middle).is_some(), "{scene}: {} is out of reach", node.name);
                    let least = node.hit.w.min(node.hit.h);
                    if least < FINGER - 0.01 {
                        let (w, h) = (size.w, size.h);
                        small.insert(format!("{scene} {w}x{h} at {ui_scale}: {} {:?}", node.name, node.hit));
                    }
                }
            }
        }
    }
    assert!(met > 5_000, "only {met} were looked at");
    assert!(small.is_empty(), "{} of {met} are too small:\n{}", small.len(), Vec::from_iter(small).join("\n"));
}
