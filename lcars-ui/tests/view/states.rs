//! How a part looks while something happens to it. Nothing moves or grows.

use lcars_ui::hierarchy::HubMode;
use lcars_ui::operation::Operation;
use lcars_ui::theme::Colour;

use super::*;

fn key(world: &World, part: &'static str) -> Key {
    Key::part(part).in_pane(world.desktop.focused_viewport().id.get())
}

fn colour(view: &View, key: Key) -> Colour {
    match painted(view, key) {
        Some(Primitive::Fill { colour, .. } | Primitive::Text { colour, .. }) => *colour,
        other => panic!("{other:?} has no colour"),
    }
}

#[test]
fn under_the_pointer_a_pill_is_lighter_and_pressed_it_is_darker() {
    let mut world = World::usual(STANDARD);
    let pill = key(&world, "new-sector");
    let (own, rests) = (world.theme.act_b, world.view());
    assert_eq!(colour(&rests, pill), own);
    world.interface.hovered = Some(pill);
    let hovered = world.view();
    assert_eq!(colour(&hovered, pill), own.mix(Colour::WHITE, 0.18));
    world.interface.pressed = Some(pill);
    assert_eq!(colour(&world.view(), pill), own.mix(Colour::BLACK, 0.22));
    // A hover repaints one pill.
    let differ = rests.scene.iter().zip(&hovered.scene).filter(|(one, other)| one != other).count();
    assert_eq!((differ, rests.scene.len()), (1, hovered.scene.len()));
}

#[test]
fn the_ring_is_two_pixels_wide_and_two_off_and_only_there_after_keys_were_used() {
    let mut world = World::usual(STANDARD);
    let pill = key(&world, "settings");
    world.interface.focused = Some(pill);
    let ring = |view: &View| view.scene.iter().find(|primitive| primitive.key() == pill.piece(3)).cloned();
    assert!(ring(&world.view()).is_none());
    world.interface.ring = true;
    let view = world.view();
    let Some(Primitive::Fill { rect: outer, cut: Some(cut), colour, .. }) = ring(&view) else { panic!("no ring") };
    assert_eq!((outer, cut.rect), (rect(4.0, 444.0, 232.0, 56.0), rect(6.0, 446.0, 228.0, 52.0)));
    assert_eq!(colour, world.theme.focus);
    assert!(named(&view, "SETTINGS").states.focused);
}

#[test]
fn a_tile_takes_the_focus_colour_for_its_frame() {
    let mut world = World::usual(STANDARD);
    let tile = Key::of("sector-tile", world.sector(1).get()).in_pane(world.desktop.focused_viewport().id.get());
    let frame = tile.piece(16);
    assert_eq!(colour(&world.view(), frame), world.theme.sector(2));
    (world.interface.focused, world.interface.ring) = (Some(tile), true);
    assert_eq!(colour(&world.view(), frame), world.theme.focus);
}

#[test]
fn the_chosen_mode_is_in_the_focus_colour_with_its_cap_cut_off() {
    let world = World::usual(STANDARD);
    let build = world.sector(0).into();
    let mut world = world.jump(Some(build));
    world.apply(Operation::Mode { mode: HubMode::Directory });
    let (view, mode) = (world.view(), key(&world, "mode-directory"));
    assert_eq!(colour(&view, mode), world.theme.focus);
    assert_eq!(painted(&view, mode.piece(2)).unwrap().rect(), rect(208.0, 176.0, 24.0, 48.0));
    assert!(painted(&view, key(&world, "mode-apps").piece(2)).is_none());
}

#[test]
fn what_cannot_be_used_is_inert() {
    let world = World::usual(STANDARD);
    let build = world.sector(0).into();
    let world = world.jump(Some(build));
    let (view, execute) = (world.view(), key(&world, "execute"));
    assert_eq!(colour(&view, execute), world.theme.frame_inert);
    assert_eq!(colour(&view, execute.piece(1)), world.theme.text_muted);
    assert!(named(&view, "EXECUTE").states.disabled && named(&view, "EXECUTE").action.is_none());
}

#[test]
fn a_sector_that_something_is_dragged_over_says_so() {
    let mut world = World::usual(STANDARD);
    let (sector, node) = (world.sector(2), world.app("Firefox"));
    let at = lcars_ui::geometry::Point { x: 1000.0, y: 100.0 };
    world.interface.drag = Some(lcars_ui::interface::Drag { node, at, over: Some(sector) });
    let frame = Key::of("sector-tile", sector.get()).in_pane(world.desktop.focused_viewport().id.get()).piece(16);
    assert_eq!(colour(&world.view(), frame), world.theme.focus);
}
