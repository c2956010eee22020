use super::*;

#[test]
fn a_click_is_a_press_and_a_release_on_the_same_part() {
    let mut world = World::new();
    assert_eq!(world.moved(50.0, 20.0), []);
    assert_eq!(world.interface.hovered, Some(key("zoom-out")));
    assert_eq!(world.down(50.0, 20.0), []);
    assert_eq!(world.interface.pressed, Some(key("zoom-out")));
    assert_eq!(world.up(60.0, 20.0), [here(Operation::ZoomOut)]);
    assert_eq!((world.interface.pressed, world.interface.holds()), (None, false));
}

#[test]
fn a_release_elsewhere_does_nothing() {
    let mut world = World::new();
    world.down(50.0, 20.0);
    world.moved(250.0, 150.0);
    assert_eq!((world.interface.pressed, world.interface.hovered), (None, None), "what is held keeps the pointer");
    world.moved(50.0, 20.0);
    assert_eq!(world.interface.pressed, Some(key("zoom-out")), "and takes it back");
    assert_eq!(world.up(250.0, 150.0), []);
    assert_eq!(world.interface.hovered, Some(key("right")));
}

#[test]
fn a_finger_taps_without_hovering() {
    let mut world = World::new();
    world.with(|interface, sight, now| interface.touched(at(50.0, 20.0), sight, now));
    assert_eq!((world.interface.pressed, world.interface.hovered), (Some(key("zoom-out")), None));
    let tapped = world.with(|interface, sight, now| interface.lifted(sight, now));
    assert_eq!(tapped, [here(Operation::ZoomOut)]);
    assert_eq!(world.interface.hovered, None);
    world.with(|interface, sight, now| interface.finger_moved(at(50.0, 20.0), sight, now));
    assert_eq!(world.interface.hovered, None);
}

#[test]
fn the_secondary_button_shows_the_menu_of_what_it_was_pressed_and_released_on() {
    let mut world = World::new();
    let node = NodeId::App(world.app());
    let secondary = |world: &mut World, x: f64| {
        world.with(|interface, sight, now| interface.pressed(at(50.0, 150.0), Button::Secondary, sight, now));
        world.with(|interface, sight, now| interface.released(at(x, 150.0), Button::Secondary, sight, now))
    };
    assert_eq!(secondary(&mut world, 250.0), []);
    assert_eq!(world.interface.overlay, None);
    secondary(&mut world, 60.0);
    assert_eq!(world.interface.overlay, Some(Overlay::Menu { node, at: at(60.0, 150.0) }));
}

#[test]
fn a_long_press_shows_the_menu_and_the_release_does_nothing_more() {
    let mut world = World::new();
    let node = NodeId::App(world.app());
    world.with(|interface, sight, now| interface.touched(at(50.0, 150.0), sight, now));
    assert_eq!(world.tick(499), (vec![], Some(Duration::from_millis(500))));
    assert_eq!(world.interface.overlay, None);
    assert_eq!(world.tick(1), (vec![selects(node)], None));
    assert_eq!(world.interface.overlay, Some(Overlay::Menu { node, at: at(50.0, 150.0) }));
    world.add_dialog();
    world.with(|interface, sight, now| interface.finger_moved(at(20.0, 310.0), sight, now));
    assert_eq!(world.interface.drag, None, "what a menu is open for is not dragged");
    let lifted = world.with(|interface, sight, now| interface.lifted(sight, now));
    assert_eq!(lifted, []);
    assert!(world.interface.overlay.is_some() && !world.interface.holds());
}

#[test]
fn what_moves_while_it_is_held_shows_no_menu() {
    let mut world = World::new();
    world.down(50.0, 150.0);
    world.moved(59.0, 150.0);
    assert_eq!(world.tick(900), (vec![], None));
    assert_eq!(world.interface.overlay, None);
}

#[test]
fn a_small_move_is_still_a_click_and_a_larger_one_drags_to_another_sector() {
    let mut world = World::new();
    let node = NodeId::App(world.app());
    world.down(50.0, 150.0);
    world.moved(57.0, 150.0);
    assert_eq!(world.interface.drag, None);
    assert_eq!(world.up(57.0, 150.0), [here(Operation::ZoomIn { into: Some(node) })]);
    world.down(50.0, 150.0);
    world.moved(50.0, 158.0);
    assert_eq!(
        world.interface.drag,
        Some(Drag { node, at: at(50.0, 158.0), over: None }),
        "its own sector is no target"
    );
    assert_eq!(world.interface.pressed, None);
    world.moved(250.0, 150.0);
    let comms = world.sector(1);
    assert_eq!(world.interface.drag.unwrap().over, Some(comms));
    assert_eq!(world.interface.hovered, Some(key("right")));
    let sent = Operation::SendToSector { node: Some(node), sector: comms, follow: false };
    assert_eq!(world.up(250.0, 150.0), [(None, Action::Do(sent))]);
    assert_eq!(world.interface.drag, None);
}

#[test]
fn escape_or_a_drop_beside_a_sector_takes_a_drag_back() {
    let mut world = World::new();
    for escape in [true, false] {
        world.down(50.0, 150.0);
        world.moved(250.0, 150.0);
        assert!(world.interface.drag.is_some());
        if escape {
            assert_eq!(world.symbol(Symbol::Escape), Some(vec![]));
        } else {
            world.moved(600.0, 600.0);
        }
        assert_eq!(world.up(600.0, 600.0), []);
        assert_eq!((world.interface.drag, world.interface.holds()), (None, false));
    }
}

#[test]
fn a_part_that_vanished_is_let_go() {
    let mut world = World::new();
    world.moved(50.0, 20.0);
    world.down(50.0, 20.0);
    world.nodes.remove(0);
    world.with(|interface, sight, _| interface.forget(sight));
    let Interface { hovered, pressed, focused, .. } = world.interface;
    assert_eq!([hovered, pressed, focused], [None; 3]);
    assert_eq!(world.up(50.0, 20.0), []);
}

#[test]
fn a_drag_ends_when_what_is_dragged_has_gone() {
    let mut world = World::new();
    world.down(50.0, 150.0);
    world.moved(250.0, 150.0);
    let windows: Vec<_> = world.desktop.tree().windows().map(|window| window.id).collect();
    for window in windows {
        world.desktop.remove_window(window, Duration::ZERO);
    }
    world.with(|interface, sight, _| {
        let sight = Sight { selected: None, ..*sight };
        interface.forget(&sight);
    });
    assert_eq!((world.interface.drag, world.interface.holds()), (None, false));
}

#[test]
fn a_second_button_or_finger_while_one_is_held_means_nothing() {
    let mut world = World::new();
    world.down(50.0, 20.0);
    world.with(|interface, sight, now| interface.touched(at(250.0, 150.0), sight, now));
    assert_eq!(world.interface.pressed, Some(key("zoom-out")));
    let other = world.with(|interface, sight, now| interface.released(at(50.0, 20.0), Button::Secondary, sight, now));
    assert_eq!(other, []);
    assert_eq!(world.up(50.0, 20.0), [here(Operation::ZoomOut)]);
}

#[test]
fn buttons_are_read_from_their_codes() {
    let codes = [0x110u32, 0x111, 0x112].map(Button::from);
    assert_eq!(codes, [Button::Primary, Button::Secondary, Button::Middle]);
}

#[test]
fn behind_a_modal_part_nothing_is_hovered_or_pressed() {
    let mut world = World::new();
    world.interface.overlay = Some(Overlay::Settings);
    world.add_dialog();
    world.moved(50.0, 20.0);
    assert_eq!(world.interface.hovered, None);
    world.down(50.0, 20.0);
    world.moved(250.0, 310.0);
    assert_eq!(world.up(250.0, 310.0), [], "a press beside it that ends on it is nothing");
    assert!(world.interface.overlay.is_some());
    world.down(50.0, 20.0);
    assert_eq!(world.up(50.0, 20.0), []);
    assert_eq!(world.interface.overlay, None, "a click beside it closes it");
}
