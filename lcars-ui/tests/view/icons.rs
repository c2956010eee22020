//! The icons of windows: on their tiles and in their titles, beside the words and never on them.

use lcars_ui::scene::Primitive;

use super::*;

fn icons(view: &View) -> Vec<(String, Rect)> {
    let icon = |primitive: &Primitive| match primitive {
        Primitive::Icon { name, rect, .. } => Some((name.clone(), *rect)),
        _ => None,
    };
    view.scene.iter().filter_map(icon).collect()
}

fn front(world: &World, app: NodeId) -> WindowId {
    let NodeId::App(id) = app else { panic!("an app") };
    world.desktop.tree().app(id).and_then(|(_, app)| app.front()).unwrap().id
}

/// No word is where an icon is.
fn assert_beside_words(view: &View, icon: Rect) {
    for primitive in &view.scene {
        if let Primitive::Text { rect, text, .. } = primitive {
            let apart =
                rect.right() <= icon.x || icon.right() <= rect.x || rect.bottom() <= icon.y || icon.bottom() <= rect.y;
            assert!(apart, "{text:?} at {rect:?} is on the icon at {icon:?}");
        }
    }
}

#[test]
fn a_tile_has_the_icon_of_its_window_and_loses_it() {
    let mut world = World::usual(STANDARD);
    let (firefox, hub) = (world.app("Firefox"), world.sector(0));
    let window = front(&world, firefox);
    world.desktop.set_icon(window, Some("firefox"));
    world.apply(Operation::Jump { to: Some(hub.into()) });
    let view = world.view();
    let found = icons(&view);
    assert_eq!(found.len(), 1, "{found:?}");
    let (name, rect) = &found[0];
    let tile = named(&view, "FIREFOX [3]").rect;
    assert_eq!(name, "firefox");
    assert!(tile.contains(lcars_ui::geometry::Point { x: rect.x, y: rect.y }) && rect.right() < tile.right());
    assert_beside_words(&view, *rect);
    world.desktop.set_icon(window, None);
    assert!(icons(&world.view()).is_empty());
}

#[test]
fn the_title_of_a_window_has_it_too_and_a_window_without_our_frame_has_none() {
    let mut world = World::usual(STANDARD);
    let window = front(&world, world.app("Gimp"));
    world.desktop.set_icon(window, Some("gimp"));
    world.apply(Operation::Jump { to: Some(window.into()) });
    let view = world.view();
    let found = icons(&view);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_beside_words(&view, found[0].1);
    world.desktop.set_fullscreen(window, true);
    assert!(icons(&world.view()).is_empty());
}

#[test]
fn in_any_room_an_icon_is_beside_the_words_or_not_there() {
    for (w, h) in [(320.0, 240.0), (480.0, 800.0), (800.0, 600.0), (1920.0, 1080.0)] {
        let mut world = World::usual(Size { w, h });
        let all: Vec<WindowId> = world.desktop.tree().windows().map(|window| window.id).collect();
        all.iter().for_each(|id| world.desktop.set_icon(*id, Some("x")));
        let hub = world.sector(0);
        for to in [Some(hub.into()), Some(all[0].into())] {
            world.apply(Operation::Jump { to });
            let view = world.view();
            icons(&view).iter().for_each(|(_, rect)| assert_beside_words(&view, *rect));
        }
    }
}

#[test]
fn a_name_that_is_too_long_is_no_icon() {
    let mut world = World::usual(STANDARD);
    let window = front(&world, world.app("Gimp"));
    for bad in [String::new(), "x".repeat(2000)] {
        world.desktop.set_icon(window, Some(&bad));
        assert_eq!(world.desktop.tree().window(window).unwrap().2.icon, None);
    }
}
