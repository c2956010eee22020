//! The interface as it is, against golden pictures: every place of the mock-ups and the moments of a zoom.

use std::time::Duration;

use lcars_ui::hierarchy::{HubMode, NodeId};
use lcars_ui::interface::{AlertLevel, Overlay};
use lcars_ui::operation::{Axis, Operation};
use lcars_ui::semantics::Node;
use lcars_ui::theme::Theme;

use super::fixture::gpu;
use super::world::{StandIns, World, at_both_scales};
use crate::render::{ScenePainter, Target};

#[test]
fn the_overview() {
    at_both_scales("overview", |world| world);
}

#[test]
fn a_hub_with_its_apps() {
    at_both_scales("hub-apps", |world| {
        let editor = world.app("Text Editor");
        let mut world = world.hub();
        world.apply(Operation::Select { node: editor });
        world
    });
}

#[test]
fn a_hub_with_its_command_line() {
    at_both_scales("hub-command", |world| {
        let mut world = world.hub();
        world.apply(Operation::Mode { mode: HubMode::Command });
        world
    });
}

#[test]
fn a_window_in_focus() {
    at_both_scales("focus", |world| {
        let editor = world.app("Text Editor");
        world.at(editor)
    });
}

#[test]
fn a_window_with_a_frame_of_its_own() {
    at_both_scales("own-frame", |world| {
        let editor = world.app("Text Editor");
        let mut world = world.at(editor);
        let window = world.desktop.focused_window().expect("a window in focus");
        world.desktop.set_own_frame(window, true);
        world
    });
}

#[test]
fn the_picker_of_an_app() {
    at_both_scales("picker", |world| {
        let firefox = world.app("Firefox");
        world.at(firefox)
    });
}

#[test]
fn a_split_of_a_window_and_a_hub() {
    at_both_scales("split", |world| {
        let editor = world.app("Text Editor");
        let mut world = world.at(editor);
        world.apply(Operation::Split { axis: Axis::Horizontal });
        world
    });
}

#[test]
fn red_alert_with_something_to_confirm() {
    at_both_scales("alert", |world| {
        let mut world = world.hub();
        world.theme = Theme::builtin("red-alert").expect("a theme of that name");
        let (build, now) = (world.sector(0), world.now);
        world.interface.alert(AlertLevel::Danger, "The disk is full", Some(build), now);
        world.interface.alert(AlertLevel::Caution, "Firefox asks for attention", None, now);
        world.interface.overlay = Some(Overlay::Remove { sector: build });
        world.now += Duration::from_secs(5);
        world
    });
}

#[test]
fn the_log_of_what_was_said() {
    at_both_scales("log", |mut world| {
        let (build, comms) = (world.sector(0), world.sector(3));
        let mut say = |level, text: &str, sector| {
            world.interface.alert(level, text, sector, world.now);
            world.now += Duration::from_secs(1900);
            world.interface.alerts.tick(world.now);
        };
        say(AlertLevel::Info, "thunderbird: Ada Lovelace: The notes on the engine are ready to be read", Some(comms));
        say(AlertLevel::Caution, "rsync in /home/ada ended with 23 after 4 min 12 s", Some(build));
        let long = "The disk is full: what was changed in the last minute is kept in memory alone, and is lost with this \
                    session unless there is room again before it ends";
        say(AlertLevel::Danger, long, Some(build));
        world.interface.alert(AlertLevel::Info, "saved", None, world.now);
        world.at(NodeId::Log)
    });
}

#[test]
fn four_moments_of_a_zoom_into_a_window() {
    for moment in [0, 70, 175, 350] {
        at_both_scales(&format!("morph-{moment}"), |world| {
            let editor = world.app("Text Editor");
            let mut world = world.hub();
            world.apply(Operation::Select { node: editor });
            let started = world.now;
            world.apply(Operation::ZoomIn { into: Some(editor) });
            world.now = started + Duration::from_millis(moment);
            world
        });
    }
}

#[test]
fn a_zoom_from_the_overview_into_a_hub() {
    for moment in [70, 175] {
        at_both_scales(&format!("hub-morph-{moment}"), |world| {
            let (build, started) = (world.sector(0), world.now);
            let mut world = world;
            world.apply(Operation::ZoomIn { into: Some(build.into()) });
            world.now = started + Duration::from_millis(moment);
            world
        });
    }
}

#[test]
fn a_picture_that_did_not_change_damages_nothing() {
    for world in [World::new(1.0), World::new(1.0).hub()] {
        let (mut painter, mut windows) = (ScenePainter::new(), StandIns::new(1.0));
        let mut target = Target::new(gpu(), world.extent());
        let clear = world.theme.bg.premultiplied();
        let pieces = painter.pieces(gpu(), &world.view().scene, 1.0, &mut windows);
        assert!(target.draw(&pieces, clear, false).is_some());
        let again = painter.pieces(gpu(), &world.view().scene, 1.0, &mut windows);
        assert!(target.draw(&again, clear, false).is_none());
    }
}

#[test]
fn a_hover_damages_its_pill_and_nothing_else() {
    let mut world = World::new(1.0).hub();
    let (mut painter, mut windows) = (ScenePainter::new(), StandIns::new(1.0));
    let mut target = Target::new(gpu(), world.extent());
    let clear = world.theme.bg.premultiplied();
    let view = world.view();
    target.draw(&painter.pieces(gpu(), &view.scene, 1.0, &mut windows), clear, false).expect("drawn");
    let pill: &Node = view.nodes.iter().find(|node| node.name == "COMMAND").expect("a pill");
    world.interface.hovered = Some(pill.key);
    let pieces = painter.pieces(gpu(), &world.view().scene, 1.0, &mut windows);
    let drawn = target.draw(&pieces, clear, false).expect("a change");
    for damage in drawn.damage {
        let inside = damage.loc.x >= pill.rect.x as i32 && damage.loc.x + damage.size.w <= pill.rect.right() as i32;
        let above = damage.loc.y >= pill.rect.y as i32 && damage.loc.y + damage.size.h <= pill.rect.bottom() as i32;
        assert!(inside && above, "{damage:?}");
    }
}
