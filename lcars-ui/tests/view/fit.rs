//! Whatever the screen, everything has its place and can be met.

use lcars_ui::hierarchy::HubMode;
use lcars_ui::operation::{Axis, Operation};
use lcars_ui::semantics::{Role, States};

use super::*;

const PHONE: Size = Size { w: 360.0, h: 640.0 };

/// Everywhere that the usual desktop has something to show.
fn everywhere(size: Size) -> Vec<World> {
    let hub = |world: World| {
        let build = world.sector(0).into();
        world.jump(Some(build))
    };
    let in_mode = |mode| {
        let mut world = hub(World::usual(size));
        world.apply(Operation::Mode { mode });
        world
    };
    let at = |name| {
        let world = World::usual(size);
        let app = world.app(name);
        world.jump(Some(app))
    };
    let modes = [HubMode::Apps, HubMode::Command, HubMode::Directory];
    let mut worlds = vec![World::usual(size), at("Text Editor"), at("Firefox")];
    worlds.extend(modes.map(in_mode));
    let mut own_frame = at("Gimp");
    let gimp = own_frame.desktop.focused_viewport().path.window().unwrap();
    own_frame.desktop.set_own_frame(gimp, true);
    worlds.push(own_frame);
    worlds
}

#[test]
fn on_a_phone_every_button_can_be_met_with_a_finger() {
    for size in [PHONE, Size { w: 640.0, h: 360.0 }] {
        for world in everywhere(size) {
            let view = world.view();
            for node in view.nodes.iter().filter(|node| node.action.is_some()) {
                assert!(node.hit.w >= 39.9 && node.hit.h >= 39.9, "{} of {size:?}: {:?}", node.name, node.hit);
            }
        }
    }
}

#[test]
fn at_the_usual_size_too() {
    for world in everywhere(STANDARD) {
        for node in world.view().nodes.iter().filter(|node| node.action.is_some()) {
            assert!(node.hit.w >= 39.9 && node.hit.h >= 39.9, "{}: {:?}", node.name, node.hit);
        }
    }
}

#[test]
fn on_a_phone_the_way_out_and_the_modes_are_still_there() {
    let world = World::usual(PHONE);
    let build = world.sector(0).into();
    let view = world.jump(Some(build)).view();
    for name in ["ZOOM OUT", "COMMAND", "DIRECTORY", "APPS", "SEARCH", "MORE"] {
        assert_eq!(named(&view, name).states.disabled, States::default().disabled);
        assert!(named(&view, name).action.is_some() || name == "APPS", "{name}");
    }
}

#[test]
fn a_screen_too_small_for_a_frame_shows_content_alone() {
    let world = World::usual(Size { w: 120.0, h: 90.0 });
    let editor = world.app("Text Editor");
    let overview = world.view();
    assert_eq!(overview.nodes.iter().filter(|node| node.drop.is_some()).count(), 5);
    let view = world.jump(Some(editor)).view();
    assert_eq!(view.areas[0].rect, rect(0.0, 0.0, 120.0, 90.0));
    assert_eq!(view.scene.len(), 1);
}

#[test]
fn sizes_that_are_no_sizes_do_no_harm() {
    for (w, h) in [(0.0, 0.0), (-5.0, 1e12), (f64::NAN, 720.0), (1280.0, f64::INFINITY)] {
        let mut world = World::usual(STANDARD);
        (world.size, world.scale, world.ui_scale) = (Size { w, h }, f64::NAN, f64::INFINITY);
        let view = world.view();
        assert!(view.scene.iter().all(|primitive| primitive.rect().x.is_finite()));
    }
}

#[test]
fn fifty_windows_in_eight_sectors_are_all_in_sight() {
    let names: Vec<String> = (1..=8).map(|number| format!("Sector {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::new(STANDARD, &names);
    for number in 0..50 {
        world.open(&format!("App {}", number / 2), number % 8);
    }
    let view = world.view();
    let tiles: Vec<Rect> = view.nodes.iter().filter(|node| node.drop.is_some()).map(|node| node.rect).collect();
    assert_eq!(tiles.len(), 8);
    assert!(tiles.iter().all(|tile| tile.w >= 240.0 && tile.h >= 150.0 && tile.bottom() <= 664.5));
    let thumbnails = view.scene.iter().filter(|primitive| matches!(primitive, Primitive::Window { .. })).count();
    assert_eq!(thumbnails, 8);
}

#[test]
fn two_hundred_and_fifty_sectors_still_have_a_tile_each() {
    let names: Vec<String> = (1..=250).map(|number| format!("Sector {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for size in [STANDARD, PHONE] {
        let view = World::new(size, &names).view();
        assert_eq!(view.nodes.iter().filter(|node| node.drop.is_some() && !node.rect.is_empty()).count(), 250);
    }
}

#[test]
fn each_pane_of_a_split_is_a_region_of_its_own() {
    let mut world = World::usual(STANDARD);
    world.apply(Operation::Split { axis: Axis::Horizontal });
    let view = world.view();
    let regions: Vec<_> = view.nodes.iter().filter(|node| node.role == Role::Region).collect();
    assert_eq!(regions.len(), 2);
    for node in view.nodes.iter().filter(|node| node.key.pane != 0) {
        let region = regions.iter().find(|region| region.key.pane == node.key.pane).unwrap();
        let (inner, outer) = (node.rect, region.rect);
        assert!(
            inner.x >= outer.x && inner.right() <= outer.right() && inner.bottom() <= outer.bottom(),
            "{} leaves its pane",
            node.name
        );
    }
}

#[test]
fn where_not_one_row_has_room_above_the_prompt_there_is_no_list() {
    let list = |h: f64| {
        let mut world = World::usual(Size { w: 1280.0, h });
        world.ui(&lcars_ui::semantics::UiAction::Stage { text: String::from("?o") });
        let list = world.view().nodes.into_iter().find(|node| node.role == Role::List);
        list.map(|list| list.rect.y)
    };
    assert_eq!(list(110.0), None);
    assert!(list(360.0).is_some());
    assert!((60..400).step_by(4).all(|h| list(f64::from(h)).is_none_or(|y| y >= 0.0)));
}

/// What a pane offers where it shares the screen, with where that is.
fn of_panes(world: &World) -> Vec<u64> {
    let nodes = world.view().nodes;
    nodes.iter().filter(|node| node.name == "PANE" && node.role == Role::Button).map(|node| node.key.pane).collect()
}

#[test]
fn every_pane_that_shares_the_screen_has_the_way_to_share_it_otherwise() {
    for (size, axis) in [(STANDARD, Axis::Horizontal), (Size { w: 390.0, h: 844.0 }, Axis::Vertical)] {
        for mut world in everywhere(size) {
            assert!(of_panes(&world).is_empty(), "one alone needs none");
            world.apply(Operation::Split { axis });
            let panes: Vec<u64> = world.desktop.viewports().map(|viewport| viewport.id.get()).collect();
            let mut offered = of_panes(&world);
            offered.sort_unstable();
            assert_eq!(offered, panes, "{size:?}: {:?}", world.desktop.focused_viewport().path);
        }
    }
}

#[test]
fn on_a_phone_a_larger_interface_has_its_chips_in_two_rows_that_can_be_read() {
    let rows = |ui_scale: f64, hub: bool| {
        let mut world = World::usual(Size { w: 390.0, h: 844.0 });
        world.ui_scale = ui_scale;
        let world = if hub { everywhere(world.size).remove(3) } else { world };
        let world = World { ui_scale, ..world };
        let view = world.view();
        let wanted = if hub {
            ["COMMAND", "DIRECTORY", "APPS", "SEARCH"]
        } else {
            ["NEW SECTOR", "SPLIT VIEW", "SETTINGS", "KEYS"]
        };
        let chips = wanted.map(|name| named(&view, name).rect);
        assert!(chips.iter().all(|chip| chip.w >= 1.35 * chip.h), "{chips:?} at {ui_scale}");
        let rows: std::collections::BTreeSet<i64> = chips.iter().map(|chip| chip.y as i64).collect();
        rows.len()
    };
    for hub in [false, true] {
        assert_eq!((rows(1.0, hub), rows(2.0, hub), rows(3.0, hub)), (1, 2, 2), "hub: {hub}");
    }
}
