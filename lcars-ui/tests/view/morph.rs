//! A zoom begins as the one picture, ends as the other, and never jumps in between.

use std::collections::HashMap;

use lcars_ui::operation::Operation;
use lcars_ui::scene::Look;

use super::*;

/// How long a zoom in takes.
const ZOOM: f64 = 0.35;

/// The moment at which a zoom in has come so far.
fn moment(world: &World, progress: f64) -> Duration {
    // The inverse of the ease-out.
    world.now + Duration::from_secs_f64(ZOOM * (1.0 - (1.0 - progress).cbrt()))
}

/// Zooms in, without waiting for it to end.
fn zooming(mut world: World, into: NodeId) -> World {
    world.start(Operation::Jump { to: Some(into) });
    world
}

fn overview_to_hub(place: usize) -> (World, NodeId) {
    let world = World::usual(STANDARD);
    let sector = world.sector(place).into();
    (zooming(world, sector), sector)
}

fn hub_to_window(name: &str) -> (World, NodeId) {
    let world = World::usual(STANDARD);
    let (build, app) = (world.sector(0).into(), world.app(name));
    let mut world = world.jump(Some(build));
    world.apply(Operation::Select { node: app });
    let window = world.desktop.tree().entrance(app).unwrap().leaf().unwrap();
    (zooming(world, window), app)
}

fn key_of(node: NodeId) -> Key {
    match node {
        NodeId::Log => Key::part("log-tile"),
        NodeId::Sector(id) => Key::of("sector-tile", id.get()),
        NodeId::App(id) => Key::of("app-tile", id.get()),
        NodeId::Window(id) => Key::of("window-tile", id.get()),
    }
}

/// The segments of a frame by their place, wherever they are drawn.
fn segments(world: &World, view: &View, base: Key) -> Vec<Option<Rect>> {
    let pane = world.desktop.focused_viewport().id.get();
    let segment = |piece| painted(view, base.in_pane(pane).piece(piece)).map(Primitive::rect);
    (16..24).map(segment).collect()
}

#[test]
fn at_its_beginning_a_zoom_is_the_outer_place_at_rest() {
    for (world, node) in [overview_to_hub(0), overview_to_hub(4), hub_to_window("Text Editor")] {
        let mut before = world.view();
        let at_rest = segments(&world, &before, key_of(node));
        let view = world.view_at(moment(&world, 1e-4));
        for (place, (one, other)) in at_rest.iter().zip(segments(&world, &view, key_of(node))).enumerate() {
            let (Some(one), Some(other)) = (one, other) else { continue };
            assert!(near(*one, other, 1.5), "segment {place}: {one:?} became {other:?}");
        }
        // Everything that was painted is still painted where it was.
        before.scene.retain(|primitive| primitive.key().part != "prompt" && primitive.key().part != "frame");
        let now: HashMap<Key, Rect> = view.scene.iter().map(|primitive| (primitive.key(), primitive.rect())).collect();
        for primitive in &before.scene {
            // The picture in the tile is the window itself now.
            let picture = |window| {
                view.scene.iter().find(|other| matches!(other, Primitive::Window { window: id, .. } if *id == window))
            };
            let rect = match primitive {
                Primitive::Window { window, .. } => picture(*window).map(Primitive::rect),
                _ => now.get(&primitive.key()).copied(),
            };
            assert!(rect.is_some_and(|rect| near(rect, primitive.rect(), 1.5)), "{:?} {rect:?}", primitive.key());
        }
    }
}

#[test]
fn at_its_end_a_zoom_is_the_inner_place_at_rest() {
    let own_frame = || {
        let (mut world, node) = hub_to_window("Text Editor");
        let window = world.desktop.focused_viewport().path.window().unwrap();
        world.desktop.set_own_frame(window, true);
        (world, node)
    };
    let framed = [overview_to_hub(0), overview_to_hub(4), hub_to_window("Text Editor")].map(|zoom| (zoom, 6));
    for ((mut world, node), least) in framed.into_iter().chain([(own_frame(), 3)]) {
        let view = world.view_at(moment(&world, 1.0 - 1e-9));
        let moving = segments(&world, &view, key_of(node));
        world.now += Duration::from_secs(2);
        let rest = world.view();
        let at_rest = segments(&world, &rest, Key::part("frame"));
        for (place, (one, other)) in at_rest.iter().zip(&moving).enumerate() {
            let (Some(one), Some(other)) = (one, other) else { continue };
            assert!(near(*one, *other, 1.5), "segment {place}: {one:?} was {other:?}");
        }
        assert!(at_rest.iter().flatten().count() >= least && moving.iter().flatten().count() >= least);
        let windows = |view: &View| -> Vec<Rect> {
            let mut all: Vec<Rect> = view
                .scene
                .iter()
                .filter(|primitive| matches!(primitive, Primitive::Window { .. }))
                .map(Primitive::rect)
                .collect();
            all.sort_by(|a, b| (a.y, a.x).partial_cmp(&(b.y, b.x)).unwrap());
            all
        };
        let (moving, rest) = (windows(&view), windows(&rest));
        assert_eq!(moving.len(), rest.len());
        assert!(moving.iter().zip(&rest).all(|(one, other)| near(*one, *other, 1.0)), "{moving:?} {rest:?}");
    }
}

#[test]
fn nothing_jumps_while_it_moves() {
    for (world, node) in
        [overview_to_hub(0), overview_to_hub(4), hub_to_window("Text Editor"), hub_to_window("Firefox")]
    {
        let mut last: Option<(Vec<Option<Rect>>, Option<Rect>)> = None;
        for step in 1..200 {
            let view = world.view_at(moment(&world, f64::from(step) / 200.0));
            let frame = segments(&world, &view, key_of(node));
            let prompt = Key::part("prompt-frame").in_pane(world.desktop.focused_viewport().id.get()).piece(1);
            let prompt = painted(&view, prompt).map(Primitive::rect);
            if let Some((before, prompt_before)) = &last {
                for (place, (one, other)) in before.iter().zip(&frame).enumerate() {
                    let (Some(one), Some(other)) = (one, other) else { continue };
                    assert!(near(*one, *other, 16.0), "step {step}, segment {place}: {one:?} to {other:?}");
                }
                if let (Some(one), Some(other)) = (prompt_before, prompt) {
                    assert!(near(*one, other, 16.0), "step {step}, prompt: {one:?} to {other:?}");
                }
            }
            last = Some((frame, prompt));
        }
    }
}

#[test]
fn a_window_grows_evenly_from_a_thumbnail_into_its_live_picture() {
    let (world, _) = hub_to_window("Text Editor");
    let mut looks = Vec::new();
    for step in 1..20 {
        let view = world.view_at(moment(&world, f64::from(step) / 20.0));
        let pane = world.desktop.focused_viewport();
        let key = Key::of("window", pane.path.window().unwrap().get()).in_pane(pane.id.get());
        let Some(Primitive::Window { rect, full, look, .. }) = painted(&view, key) else { panic!("no window") };
        assert!((rect.w / full.w - rect.h / full.h).abs() < 1e-6);
        looks.push(*look);
    }
    assert_eq!((looks.first(), looks.last()), (Some(&Look::Thumbnail), Some(&Look::Live)));
    assert_eq!(looks.windows(2).filter(|pair| pair[0] != pair[1]).count(), 1);
}

#[test]
fn neighbours_fade_and_what_left_the_pane_is_not_painted() {
    let (world, _) = hub_to_window("Text Editor");
    let pane = rect(0.0, 0.0, 1280.0, 720.0);
    let counts: Vec<usize> = (0..10)
        .map(|step| {
            let view = world.view_at(moment(&world, 0.05 + 0.1 * f64::from(step)));
            assert!(view.scene.iter().all(|primitive| primitive.rect().overlaps(&pane)));
            view.scene.len()
        })
        .collect();
    assert!(counts.last() < counts.first(), "{counts:?}");
}

#[test]
fn the_buttons_of_where_it_leads_can_be_used_at_once() {
    let (mut world, _) = hub_to_window("Text Editor");
    let moving = world.view_at(moment(&world, 0.5));
    world.now += Duration::from_secs(2);
    let rest = world.view();
    assert!(moving.moving && !rest.moving);
    assert_eq!(moving.nodes, rest.nodes);
    assert_eq!(moving.areas, rest.areas);
}

#[test]
fn with_reduced_motion_one_picture_fades_over_the_other() {
    let world = World::usual(STANDARD);
    let build = world.sector(0).into();
    let mut world = world;
    world.desktop.set_motion(lcars_ui::camera::Motion::Reduced);
    let world = zooming(world, build);
    let view = world.view_at(world.now + Duration::from_millis(40));
    let alphas: Vec<u8> = view
        .scene
        .iter()
        .filter_map(|primitive| match primitive {
            Primitive::Fill { colour, rect, .. } if near(*rect, Rect::from_edges(8.0, 8.0, 424.0, 112.0), 0.1) => {
                Some(colour.a)
            }
            _ => None,
        })
        .collect();
    assert_eq!(alphas.len(), 2);
    assert!(alphas.iter().all(|alpha| (1..255).contains(alpha)), "{alphas:?}");
}

#[test]
fn a_window_that_is_gone_leaves_without_a_tile() {
    let world = World::usual(STANDARD);
    let editor = world.app("Text Editor");
    let mut world = world.jump(Some(editor));
    let window = world.desktop.focused_window().unwrap();
    world.desktop.remove_window(window, world.now);
    for ms in (0..400).step_by(20) {
        let view = world.view_at(world.now + Duration::from_millis(ms));
        assert!(view.nodes.iter().any(|node| node.name == "ZOOM OUT TO OVERVIEW"), "{:?}", names(&view));
        assert!(!view.scene.is_empty());
    }
}
