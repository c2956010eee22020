//! Zooming in, zooming out, jumping, and the focus ring.

use lcars_ui::hierarchy::{Level, NodeId, Path};
use lcars_ui::operation::{Axis, Direction, Operation, Refused};

use crate::{World, focus};

const IN: Operation = Operation::ZoomIn { into: None };

#[test]
fn a_desktop_starts_at_the_overview_with_its_first_sector_selected() {
    let world = World::new();
    assert_eq!(world.path(), &Path::root());
    assert_eq!(world.selected(), Some(world.sector(0).into()));
    assert_eq!(world.desktop.focused_window(), None);
}

#[test]
fn an_app_is_entered_at_the_window_last_in_focus_and_the_keyboard_goes_with_it() {
    let mut world = World::new();
    let first = world.open("foot", 0);
    let second = world.open("foot", 0);
    assert_eq!(world.apply(IN), []);
    assert_eq!(world.path().level(), Level::Hub);
    assert_eq!(world.apply(IN), focus(first));
    world.jump(second);
    assert_eq!(world.apply(Operation::Jump { to: None }), focus(None));
    world.apply(IN);
    assert_eq!(world.apply(IN), focus(second));
}

#[test]
fn zooming_out_of_an_app_with_several_windows_stops_at_its_picker_and_selects_where_one_came_from() {
    let mut world = World::new();
    world.open("foot", 0);
    let second = world.open("foot", 0);
    world.jump(second);
    assert_eq!(world.apply(Operation::ZoomOut), focus(None));
    assert_eq!(world.path().level(), Level::Picker);
    assert_eq!(world.selected(), Some(second.into()));
    world.apply(Operation::ZoomOut);
    assert_eq!(world.path().level(), Level::Hub);
    assert_eq!(world.selected(), Some(world.app_of(second)));
}

#[test]
fn zooming_out_of_an_app_with_one_window_stops_at_the_hub_and_then_at_the_overview() {
    let mut world = World::new();
    world.open("mail", 1);
    let foot = world.open("foot", 1);
    world.open_dialog(foot);
    world.jump(foot);
    world.apply(Operation::ZoomOut);
    assert_eq!(world.path(), &world.path_to(world.sector(1)));
    assert_eq!(world.selected(), Some(world.app_of(foot)));
    world.apply(Operation::ZoomOut);
    assert_eq!(world.selected(), Some(world.sector(1).into()));
    assert_eq!(world.refused(Operation::ZoomOut), Refused::AtTheTop);
}

#[test]
fn one_can_only_zoom_into_what_is_there() {
    let mut world = World::new();
    let window = world.open("foot", 1);
    assert_eq!(
        world.refused(Operation::ZoomIn { into: Some(window.into()) }),
        Refused::NotHere { node: window.into() }
    );
    let nothing = NodeId::Window(lcars_ui::hierarchy::WindowId::from_raw(9999));
    assert_eq!(world.refused(Operation::ZoomIn { into: Some(nothing) }), Refused::NoSuchNode { node: nothing });
    world.apply(IN);
    assert_eq!(world.refused(IN), Refused::NothingInside);
    assert_eq!(world.refused(Operation::FocusNext), Refused::NothingInside);
}

#[test]
fn a_jump_goes_to_any_place_and_to_an_app_means_its_picker_where_there_is_one() {
    let mut world = World::new();
    let mail = world.open("mail", 2);
    let foot = world.open("foot", 1);
    world.open("foot", 1);
    assert_eq!(world.jump(mail), focus(mail));
    assert_eq!(world.refused(Operation::Jump { to: Some(mail.into()) }), Refused::AlreadyThere);
    world.jump(world.app_of(foot));
    assert_eq!(world.path().level(), Level::Picker);
    assert_eq!(world.jump(world.app_of(mail)), focus(mail));
}

#[test]
fn the_ring_goes_around_in_order_and_moves_by_sight() {
    let mut world = World::new();
    // Three columns on an output this wide: five sectors make rows of three and two.
    world.apply(Operation::NewSector { name: None, colour: None });
    world.apply(Operation::NewSector { name: None, colour: None });
    let place = |world: &World| {
        world.desktop.tree().sectors.iter().position(|sector| world.selected() == Some(sector.id.into())).unwrap()
    };
    world.apply(Operation::FocusPrev);
    assert_eq!(place(&world), 4);
    world.apply(Operation::FocusNext);
    assert_eq!(place(&world), 0);
    world.apply(Operation::Move { direction: Direction::Down });
    assert_eq!(place(&world), 3);
    world.apply(Operation::Move { direction: Direction::Right });
    assert_eq!(place(&world), 4);
    world.apply(Operation::Move { direction: Direction::Up });
    assert_eq!(place(&world), 1);
    assert_eq!(world.refused(Operation::Move { direction: Direction::Up }), Refused::NothingThere);
}

#[test]
fn the_ring_stays_in_its_place_when_its_tile_goes() {
    let mut world = World::new();
    let windows = ["a", "b", "c"].map(|app| world.open(app, 0));
    world.apply(IN);
    world.apply(Operation::Select { node: world.app_of(windows[1]) });
    world.desktop.remove_window(windows[1], world.now);
    assert_eq!(world.selected(), Some(world.app_of(windows[2])));
    world.desktop.remove_window(windows[2], world.now);
    assert_eq!(world.selected(), Some(world.app_of(windows[0])));
    world.desktop.remove_window(windows[0], world.now);
    assert_eq!(world.selected(), None);
}

#[test]
fn a_split_keeps_the_focus_and_opens_the_sectors_hub_beside_it() {
    let mut world = World::new();
    let window = world.open("foot", 1);
    world.jump(window);
    assert_eq!(world.apply(Operation::Split { axis: Axis::Horizontal }), []);
    assert_eq!(world.desktop.focused_window(), Some(window));
    let other = world.desktop.viewports().last().unwrap();
    assert_eq!(other.path, world.path_to(world.sector(1)));
    let other = other.id;
    assert_eq!(world.apply(Operation::FocusPane { direction: Direction::Right }), focus(None));
    assert_eq!(world.desktop.focused_viewport().id, other);
    // Both panes may show the same window.
    assert_eq!(world.jump(window), focus(window));
    assert_eq!(world.apply(Operation::CloseViewport), []);
    assert_eq!(world.desktop.focused_window(), Some(window));
    assert_eq!(world.refused(Operation::CloseViewport), Refused::LastViewport);
}
