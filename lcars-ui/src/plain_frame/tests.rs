use proptest::prelude::*;

use super::*;
use crate::geometry::Point;

fn windows(count: u64) -> Vec<Window> {
    (1..=count).map(|id| Window { id, title: format!("window {id}"), app_id: String::from("app") }).collect()
}

fn view<'a>(w: f64, h: f64, windows: &'a [Window], focused: Option<u64>) -> View<'a> {
    View { size: Size { w, h }, scale: 1.0, windows, focused, hovered: None, wayland_display: "wayland-1" }
}

fn texts(frame: &Frame) -> Vec<&str> {
    let mut texts = Vec::new();
    for primitive in &frame.scene {
        if let Primitive::Text { text, .. } = primitive {
            texts.push(text.as_str());
        }
    }
    texts
}

fn colour_of(frame: &Frame, key: Key) -> Option<Colour> {
    frame.scene.iter().find(|primitive| primitive.key() == key).map(|primitive| match primitive {
        Primitive::Fill { colour, .. } | Primitive::Text { colour, .. } => *colour,
    })
}

#[test]
fn the_window_has_the_measures_of_level_3() {
    let frame = lay_out(&Theme::default(), &view(1280.0, 720.0, &windows(1), Some(1)));
    assert_eq!(frame.window, Rect::new(48.0, 48.0, 1224.0, 632.0));
}

#[test]
fn without_a_window_it_says_so_and_how_to_start_one() {
    let frame = lay_out(&Theme::default(), &view(1280.0, 720.0, &[], None));
    let texts = texts(&frame);
    assert!(texts.contains(&"NO PROGRAM IS RUNNING"), "{texts:?}");
    assert!(texts.contains(&"WAYLAND_DISPLAY=wayland-1 foot"), "{texts:?}");
    assert!(frame.hits.is_empty(), "there is nothing to close");
}

#[test]
fn only_the_focused_pill_is_orange() {
    let theme = Theme::default();
    let frame = lay_out(&theme, &view(1280.0, 720.0, &windows(3), Some(2)));
    assert_eq!(colour_of(&frame, Key::of("pill", 2)), Some(theme.focus));
    assert_eq!(colour_of(&frame, Key::of("pill", 1)), Some(theme.act_a));
}

#[test]
fn what_is_under_the_pointer_is_lighter() {
    let (theme, windows) = (Theme::default(), windows(2));
    let mut view = view(1280.0, 720.0, &windows, Some(1));
    view.hovered = Some(Action::Close(1));
    let frame = lay_out(&theme, &view);
    assert_eq!(colour_of(&frame, Key::part("close")), Some(theme.danger.mix(Colour::WHITE, 0.18)));
    assert_eq!(colour_of(&frame, Key::of("pill", 2)), Some(theme.act_a));
}

#[test]
fn edges_need_no_aim() {
    let frame = lay_out(&Theme::default(), &view(1280.0, 720.0, &windows(2), Some(2)));
    assert_eq!(frame.hit(Point { x: 1279.0, y: 0.0 }), Some(Action::Close(2)));
    assert_eq!(frame.hit(Point { x: 110.0, y: 0.0 }), Some(Action::Focus(1)));
    assert_eq!(frame.hit(Point { x: 640.0, y: 360.0 }), None);
    assert!(frame.hits.iter().all(|(rect, _)| rect.h >= 40.0));
}

#[test]
fn among_too_many_windows_the_focused_one_keeps_its_pill() {
    let windows = windows(200);
    for focused in [1, 77, 200] {
        let frame = lay_out(&Theme::default(), &view(800.0, 600.0, &windows, Some(focused)));
        assert!(frame.hits.contains(&(
            frame.hits.iter().find(|hit| hit.1 == Action::Focus(focused)).unwrap().0,
            Action::Focus(focused)
        )));
    }
}

#[test]
fn a_window_without_a_title_shows_its_app() {
    let windows = [
        Window { id: 1, title: String::from("\u{202e}\n"), app_id: String::from("foot") },
        Window { id: 2, title: String::new(), app_id: String::new() },
    ];
    let frame = lay_out(&Theme::default(), &view(1280.0, 720.0, &windows, None));
    let texts = texts(&frame);
    assert!(texts.contains(&"FOOT") && texts.contains(&"WINDOW"), "{texts:?}");
}

#[test]
fn an_output_too_small_for_a_frame_is_all_window() {
    let frame = lay_out(&Theme::default(), &view(120.0, 90.0, &windows(1), Some(1)));
    assert_eq!(frame.window, Rect::new(0.0, 0.0, 120.0, 90.0));
    assert!(frame.scene.is_empty() && frame.hits.is_empty());
}

#[test]
fn a_size_that_is_no_number_does_no_harm() {
    let frame = lay_out(&Theme::default(), &view(f64::NAN, f64::INFINITY, &windows(1), Some(1)));
    assert!(frame.window.is_empty());
}

proptest! {
    #[test]
    fn parts_are_finite_inside_the_output_and_apart(
        w in 64.0..5000.0f64, h in 64.0..3000.0f64, scale in prop::sample::select(vec![1.0, 1.25, 1.5, 2.0, 3.0]),
        count in 0u64..40, focused in 0u64..40,
    ) {
        let windows = windows(count);
        let view = View { scale, ..view(w, h, &windows, Some(focused)) };
        let frame = lay_out(&Theme::default(), &view);
        let inside = |rect: &Rect| {
            let all = [rect.x, rect.y, rect.w, rect.h];
            all.iter().all(|v| v.is_finite()) && rect.x >= -1e-9 && rect.y >= -1e-9 && !rect.is_empty()
                && rect.right() <= w + 1e-9 && rect.bottom() <= h + 1e-9
        };
        prop_assert!(inside(&frame.window), "{:?}", frame.window);
        let fills: Vec<_> = frame.scene.iter().filter(|p| matches!(p, Primitive::Fill { cut: None, .. })).collect();
        for (i, a) in fills.iter().enumerate() {
            prop_assert!(!a.rect().overlaps(&frame.window), "{:?} over the window", a);
            for b in fills.iter().skip(i + 1) {
                prop_assert!(!a.rect().overlaps(&b.rect()), "{:?} over {:?}", a, b);
            }
        }
        for primitive in &frame.scene {
            prop_assert!(inside(&primitive.rect()), "{:?}", primitive);
            if count > 0 && matches!(primitive, Primitive::Text { .. }) {
                prop_assert!(!primitive.rect().overlaps(&frame.window), "{:?} over the window", primitive);
            }
        }
        let mut keys: Vec<_> = frame.scene.iter().map(|p| format!("{:?}", p.key())).collect();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(keys.len(), frame.scene.len(), "keys are unique");
        // Neighbours share an edge that each computes in its own way.
        let shy = |r: &Rect| Rect::new(r.x + 1e-6, r.y + 1e-6, r.w - 2e-6, r.h - 2e-6);
        for (i, (a, _)) in frame.hits.iter().enumerate() {
            prop_assert!(inside(a), "{:?}", a);
            let a = shy(a);
            prop_assert!(!a.overlaps(&frame.window));
            prop_assert!(frame.hits.iter().skip(i + 1).all(|(b, _)| !a.overlaps(&shy(b))), "hits overlap");
        }
    }
}
