//! Several pictures of one desktop.

use lcars_ui::geometry::Rect;
use lcars_ui::hierarchy::HubMode;
use lcars_ui::hierarchy::limits::{MOST_OUTPUTS, MOST_VIEWPORTS};
use lcars_ui::operation::{Axis, Kind, Operation, Refused};

use crate::{AREA, World, focus};

const PHONE: Rect = Rect::new(0.0, 0.0, 390.0, 800.0);

#[test]
fn a_second_output_has_a_place_of_its_own_and_the_same_windows() {
    let mut world = World::new();
    let window = world.open("foot", 0);
    world.jump(window);
    let phone = world.desktop.add_output(PHONE).unwrap();
    assert_eq!(world.desktop.focused_window(), Some(window));
    let there = world.desktop.output(phone).unwrap().focused;
    assert_eq!(world.apply(Operation::FocusViewport { viewport: there }), focus(None));
    assert_eq!(world.jump(window), focus(window));
    assert_eq!(world.desktop.remove_output(phone, world.now), Ok(vec![]));
    assert_eq!(world.desktop.viewports().count(), 1);
    let last = world.desktop.focused_output().id;
    assert_eq!(world.desktop.remove_output(last, world.now), Err(Refused::LastOutput));
}

#[test]
fn swapping_across_outputs_takes_the_focus_along() {
    let mut world = World::new();
    let window = world.open("foot", 0);
    world.jump(window);
    let here = world.desktop.focused_viewport().id;
    assert_eq!(world.refused(Operation::Swap { with: None }), Refused::NothingThere);
    let phone = world.desktop.add_output(PHONE).unwrap();
    let there = world.desktop.output(phone).unwrap().focused;
    assert_eq!(world.apply(Operation::Swap { with: Some(there) }), []);
    assert_eq!(world.desktop.focused_output().id, phone);
    assert_eq!(world.desktop.output_of(here).unwrap().id, phone);
    assert_eq!(world.desktop.focused_window(), Some(window));
}

#[test]
fn swapping_in_one_output_changes_places_and_keeps_the_focus() {
    let mut world = World::new();
    let here = world.desktop.focused_viewport().id;
    world.apply(Operation::Split { axis: Axis::Horizontal });
    let before = world.desktop.focused_output().rect_of(here);
    world.apply(Operation::Swap { with: None });
    assert_ne!(world.desktop.focused_output().rect_of(here), before);
    assert_eq!(world.desktop.focused_viewport().id, here);
}

#[test]
fn there_are_bounds_to_outputs_and_panes() {
    let mut world = World::new();
    for _ in 1..MOST_OUTPUTS {
        world.desktop.add_output(AREA).unwrap();
    }
    let refused = Refused::TooMany { what: Kind::Outputs, most: MOST_OUTPUTS };
    assert_eq!(world.desktop.add_output(AREA), Err(refused));
    let nonsense = Rect::new(0.0, 0.0, f64::NAN, 100.0);
    let output = world.desktop.focused_output().id;
    assert_eq!(world.desktop.resize_output(output, nonsense), Err(Refused::NotFinite));
    world.desktop.resize_output(output, Rect::new(0.0, 0.0, 1e6, 1e6)).unwrap();
    for i in 1..MOST_VIEWPORTS {
        world.apply(Operation::Split { axis: if i % 2 == 0 { Axis::Horizontal } else { Axis::Vertical } });
    }
    let refused = Refused::TooMany { what: Kind::Viewports, most: MOST_VIEWPORTS };
    assert_eq!(world.refused(Operation::Split { axis: Axis::Vertical }), refused);
}

#[test]
fn moving_a_boundary_speaks_of_the_focused_pane() {
    let mut world = World::new();
    assert_eq!(world.refused(Operation::Resize { share: 0.6 }), Refused::NotSplit);
    world.apply(Operation::Split { axis: Axis::Horizontal });
    world.apply(Operation::Resize { share: 0.7 });
    let here = world.desktop.focused_viewport().id;
    assert_eq!(world.desktop.focused_output().rect_of(here).unwrap().w, (1272.0f64 * 0.7).round());
    assert!(matches!(world.refused(Operation::Resize { share: 0.95 }), Refused::PaneTooSmall { .. }));
}

#[test]
fn hubs_open_with_what_was_set_where_nobody_has_been_in_one() {
    let mut world = World::new();
    let here = world.desktop.focused_viewport().id;
    let sector = world.desktop.tree().sectors[0].id;
    world.apply(Operation::ZoomIn { into: Some(sector.into()) });
    world.desktop.open_hubs_with(HubMode::Command);
    assert_eq!(world.desktop.viewport(here).unwrap().mode, HubMode::Apps, "somebody looks at it");
    let new = world.desktop.add_output(AREA).unwrap();
    let opened = world.desktop.output(new).unwrap().focused;
    assert_eq!(world.desktop.viewport(opened).unwrap().mode, HubMode::Command);
    world.desktop.open_hubs_with(HubMode::Directory);
    assert_eq!(world.desktop.viewport(opened).unwrap().mode, HubMode::Directory, "it has not been in a hub yet");
}
