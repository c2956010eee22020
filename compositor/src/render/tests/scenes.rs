//! Scenes of shapes, letters and strokes, where a camera leaves them: on whole pixels and between.

use lcars_ui::geometry::{Point, Rect};
use lcars_ui::scene::{Align, Cut, Elide, Face, Key, Primitive};
use lcars_ui::theme::Colour;
use proptest::prelude::*;
use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::CommitCounter;

use super::fixture::{CLEAR, gpu, rect};
use super::golden;
use crate::render::shape::{Rounded, Shape, tests::coverage};
use crate::render::{Families, Letters, NoPictures, Picture, Piece, ScenePainter, Target, has_font};

const VIOLET: Colour = Colour::rgb(0x8e_75_b6);
const PEACH: Colour = Colour::rgb(0xfe_bd_95);
const BLACK: Colour = Colour::rgb(0x00_03_0f);

fn fill(of: u64, rect: Rect, radii: [f64; 4], cut: Option<Cut>) -> Primitive {
    Primitive::Fill { key: Key::of("fill", of), rect, radii, cut, colour: VIOLET }
}

fn text(of: u64, rect: Rect, text: &str, align: Align, zoom: f64) -> Primitive {
    let (key, text, cap_height) = (Key::of("text", of), String::from(text), 17.0 * zoom);
    let (face, elide) = (Face::Label, Elide::End);
    Primitive::Text { key, rect, text, cap_height, colour: PEACH, align, face, elide, zoom }
}

fn line(of: u64, from: (f64, f64), to: (f64, f64), width: f64) -> Primitive {
    let point = |(x, y)| Point { x, y };
    Primitive::Line { key: Key::of("line", of), from: point(from), to: point(to), width, colour: PEACH }
}

fn drawn(scene: &[Primitive], w: i32, h: i32, scale: f64) -> Picture {
    let mut target = Target::new(gpu(), ((f64::from(w) * scale) as i32, (f64::from(h) * scale) as i32).into());
    target.draw(&ScenePainter::new().pieces(gpu(), scene, scale, &mut NoPictures), CLEAR, false).expect("drawn");
    target.pixels().expect("pixels")
}

fn check(name: &str, scene: &[Primitive], w: i32, h: i32) {
    golden::check(name, &drawn(scene, w, h, 1.0));
    golden::check(&format!("{name}-scale-2"), &drawn(scene, w, h, 2.0));
}

#[test]
fn shapes_on_pixels_and_between() {
    let mut scene = Vec::new();
    for (i, shift) in [0.0, 0.25, 0.5, 0.75].into_iter().enumerate() {
        let (id, x, y) = (10 * i as u64, 8.0 + shift, 8.0 + 88.0 * i as f64 + shift);
        scene.push(fill(id, Rect::new(x, y, 64.0, 32.0), [16.0; 4], None));
        scene.push(fill(id + 1, Rect::new(x, y + 40.0, 64.0, 32.0), [0.0; 4], None));
        scene.push(fill(id + 2, Rect::new(x + 72.0, y, 24.0, 32.0), [0.0, 16.0, 16.0, 0.0], None));
        scene.push(fill(id + 3, Rect::new(x + 72.0, y + 40.0, 24.0, 0.5), [0.0; 4], None));
        scene.push(fill(id + 4, Rect::new(x + 72.0, y + 44.0, 0.5, 24.0), [0.0; 4], None));
        scene.push(fill(id + 5, Rect::new(x + 80.0, y + 44.0, 20.0, 20.0), [200.0; 4], None));
        let inner = Rect::new(x + 128.0, y + 16.0, 400.0, 400.0);
        let cut = Some(Cut { rect: inner, radii: [12.0, 0.0, 0.0, 0.0] });
        scene.push(fill(id + 6, Rect::new(x + 112.0, y, 80.0, 72.0), [32.0, 0.0, 0.0, 0.0], cut));
        let hole = Some(Cut { rect: Rect::new(x + 208.0, y + 8.0, 48.0, 56.0), radii: [4.0, 8.0, 16.0, 24.0] });
        scene.push(fill(id + 7, Rect::new(x + 200.0, y, 64.0, 72.0), [8.0, 16.0, 24.0, 0.0], hole));
    }
    check("shapes", &scene, 288, 368);
}

#[test]
fn strokes_of_every_width_and_slope() {
    let mut scene = Vec::new();
    for (i, width) in [0.4, 1.0, 2.5, 6.0].into_iter().enumerate() {
        let middle = (40.0 + 72.0 * i as f64, 40.0);
        for spoke in 0..12u32 {
            let (sin, cos) = (f64::from(spoke) * std::f64::consts::TAU / 12.0 + 0.1).sin_cos();
            let at = |far: f64| (middle.0 + cos * far, middle.1 + sin * far);
            scene.push(line(100 * i as u64 + u64::from(spoke), at(14.0), at(32.0), width));
        }
        scene.push(line(100 * i as u64 + 99, middle, middle, width));
    }
    check("strokes", &scene, 296, 80);
}

#[test]
fn letters_at_rest_and_on_their_way() {
    let mut scene = Vec::new();
    let aligns = [Align::Left, Align::Centre, Align::Right];
    for (i, zoom) in [1.0, 1.15, 1.9, 0.6, 0.3].into_iter().enumerate() {
        for (j, align) in aligns.into_iter().enumerate() {
            let (x, y) = (8.0 + 150.0 * j as f64, 8.0 + 40.0 * i as f64);
            let shift = if zoom == 1.0 { 0.0 } else { 0.37 };
            scene.push(fill((10 * i + j) as u64, Rect::new(x, y, 140.0, 36.0), [0.0; 4], None));
            scene.push(text(
                (10 * i + j) as u64,
                Rect::new(x + shift, y + shift, 139.0, 35.0),
                "Zoom Out 7",
                align,
                zoom,
            ));
        }
    }
    let too_long = "a name that is longer than its place has room for";
    for (i, (said, align)) in [
        (too_long, Align::Left),
        (too_long, Align::Right),
        ("שלום עולם", Align::Left),
        ("שלום עולם", Align::Right),
        ("abc שלום", Align::Centre),
        ("Ünïcödé ½", Align::Left),
    ]
    .into_iter()
    .enumerate()
    {
        let (x, y) = (8.0 + 226.0 * (i % 2) as f64, 210.0 + 34.0 * (i / 2) as f64);
        scene.push(fill(100 + i as u64, Rect::new(x, y, 216.0, 30.0), [0.0; 4], None));
        scene.push(text(100 + i as u64, Rect::new(x, y, 216.0, 30.0), said, align, 1.0));
    }
    let (key, colour, align) = (Key::part("mono"), BLACK, Align::Left);
    let (face, elide, cap_height, zoom) = (Face::Mono, Elide::Middle, 11.66, 1.0);
    let said = String::from("/usr/share/doc/some-package/changelog.Debian.gz");
    scene.push(fill(200, Rect::new(8.0, 312.0, 216.0, 24.0), [0.0; 4], None));
    let place = Rect::new(12.0, 312.0, 208.0, 24.0);
    scene.push(Primitive::Text { key, rect: place, text: said, cap_height, colour, align, face, elide, zoom });
    check("letters", &scene, 466, 344);
}

#[test]
fn letters_fill_the_height_that_was_asked_for() {
    for (zoom, scale) in [(1.0, 1.0), (1.0, 2.0), (2.0, 1.0), (0.5, 1.0)] {
        let cap = 20.0 * zoom;
        let mut scene = vec![text(1, Rect::new(4.0, 4.0, 112.0, 72.0), "HHH", Align::Left, zoom)];
        if let Some(Primitive::Text { cap_height, .. }) = scene.first_mut() {
            *cap_height = cap;
        }
        let picture = drawn(&scene, 120, 80, scale);
        let lit = |y: u32| {
            let row = (y * picture.width * 4) as usize;
            picture.rgba[row..row + (picture.width * 4) as usize].chunks(4).any(|pixel| pixel[0] > 120)
        };
        let rows: Vec<u32> = (0..picture.height).filter(|y| lit(*y)).collect();
        let (first, last) = (rows.first().expect("letters"), rows.last().expect("letters"));
        let height = f64::from(last - first + 1);
        assert!((height - cap * scale).abs() <= 1.5, "{height} for {cap} at zoom {zoom}, scale {scale}");
        let middle = f64::from(first + last + 1) / 2.0;
        assert!((middle - 40.0 * scale).abs() <= 1.0, "centred at {middle}");
    }
}

#[test]
fn the_shader_covers_what_geometry_says() {
    let rounded = |edges, radii| Rounded::new(edges, radii);
    let mut shapes = Vec::new();
    for shift in [0.0, 0.3, 0.5, 0.85] {
        let cut = rounded([20.0 + shift, 16.0, 90.0, 70.0 + shift], [11.0, 0.0, 3.0, 0.0]);
        let outer = rounded([4.0 + shift, 5.0 - shift, 60.0, 59.0 + shift], [20.0, 3.0 + shift, 0.0, 26.0]);
        shapes.push(Shape::Block { outer, cut: Some(cut) });
        shapes.push(Shape::Block { outer: rounded([8.0 + shift, 8.0, 9.0, 40.5], [0.3; 4]), cut: None });
        shapes.push(Shape::Stroke { from: [9.0, 9.0 + shift], to: [50.0, 31.0], half_width: 0.2 + shift * 4.0 });
    }
    for shape in shapes {
        let piece = Piece::shape(Id::new(), CommitCounter::default(), shape, [1.0; 4]).expect("a piece");
        let mut target = Target::new(gpu(), (64, 64).into());
        target.draw(&[piece], [0.0, 0.0, 0.0, 1.0], false).expect("drawn");
        let picture = target.pixels().expect("pixels");
        for (at, pixel) in picture.rgba.chunks_exact(4).enumerate() {
            let (x, y) = (at as i32 % 64, at as i32 / 64);
            let (is, should) = (f64::from(pixel[0]) / 255.0, coverage(&shape, x, y));
            assert!((is - should).abs() < 0.01, "{x},{y} of {shape:?}: {is}, not {should}");
        }
    }
}

#[test]
fn a_new_colour_damages_the_shape_and_not_what_it_surrounds() {
    let (mut painter, mut target) = (ScenePainter::new(), Target::new(gpu(), (400, 300).into()));
    let cut = Some(Cut { rect: Rect::new(40.0, 40.0, 500.0, 500.0), radii: [16.0, 0.0, 0.0, 0.0] });
    let mut scene = vec![fill(1, Rect::new(8.0, 8.0, 380.0, 280.0), [40.0, 0.0, 0.0, 0.0], cut)];
    target.draw(&painter.pieces(gpu(), &scene, 1.0, &mut NoPictures), CLEAR, false).expect("drawn");
    if let Some(Primitive::Fill { colour, .. }) = scene.first_mut() {
        *colour = PEACH;
    }
    let drawn = target.draw(&painter.pieces(gpu(), &scene, 1.0, &mut NoPictures), CLEAR, false).expect("drawn");
    assert!(drawn.damage.iter().all(|damage| !damage.overlaps(rect(64, 64, 336, 236))), "{:?}", drawn.damage);
}

#[test]
fn a_move_damages_where_it_was_and_where_it_is() {
    let (mut painter, mut target) = (ScenePainter::new(), Target::new(gpu(), (400, 300).into()));
    let at = |x: f64| [fill(1, Rect::new(x, 10.0, 20.0, 20.0), [10.0; 4], None)];
    target.draw(&painter.pieces(gpu(), &at(10.0), 1.0, &mut NoPictures), CLEAR, false).expect("drawn");
    let pieces = painter.pieces(gpu(), &at(300.5), 1.0, &mut NoPictures);
    let drawn = target.draw(&pieces, CLEAR, false).expect("drawn");
    for place in [rect(10, 10, 20, 20), rect(300, 10, 21, 20)] {
        assert!(place.subtract_rects(drawn.damage.clone()).is_empty(), "{:?}", drawn.damage);
    }
    assert!(drawn.damage.iter().all(|damage| !damage.overlaps(rect(40, 0, 250, 300))), "{:?}", drawn.damage);
}

#[test]
fn an_overlay_that_opens_damages_nothing_but_its_place() {
    let (mut painter, mut target) = (ScenePainter::new(), Target::new(gpu(), (400, 300).into()));
    let mut scene: Vec<_> =
        (0..40).map(|i| fill(i, Rect::new(8.0 * i as f64, 8.0, 6.0, 90.0), [3.0; 4], None)).collect();
    target.draw(&painter.pieces(gpu(), &scene, 1.0, &mut NoPictures), CLEAR, false).expect("drawn");
    scene.insert(3, fill(99, Rect::new(200.0, 200.0, 50.0, 50.0), [0.0; 4], None));
    let pieces = painter.pieces(gpu(), &scene, 1.0, &mut NoPictures);
    assert_eq!(target.draw(&pieces, CLEAR, false).expect("drawn").damage, vec![rect(200, 200, 50, 50)]);
}

#[test]
fn two_parts_of_the_same_key_are_both_shown_and_rest() {
    let (mut painter, mut target) = (ScenePainter::new(), Target::new(gpu(), (100, 50).into()));
    let scene = [10.0, 60.0].map(|x| fill(1, Rect::new(x, 10.0, 20.0, 20.0), [0.0; 4], None));
    let pieces = painter.pieces(gpu(), &scene, 1.0, &mut NoPictures);
    assert_eq!(pieces.len(), 2);
    target.draw(&pieces, CLEAR, false).expect("drawn");
    assert!(target.draw(&painter.pieces(gpu(), &scene, 1.0, &mut NoPictures), CLEAR, false).is_none());
}

#[test]
fn letters_that_nobody_shows_make_room() {
    let mut painter = ScenePainter::new();
    for round in 0..120 {
        let said = |i: u64| format!("{}", 7919 * (round * 40 + i));
        let scene: Vec<_> = (0..40)
            .map(|i| {
                let mut primitive = text(i, Rect::new(0.0, 0.0, 900.0, 200.0), &said(i), Align::Left, 1.0);
                if let Primitive::Text { cap_height, .. } = &mut primitive {
                    *cap_height = 64.0;
                }
                primitive
            })
            .collect();
        painter.pieces(gpu(), &scene, 1.0, &mut NoPictures);
    }
    assert!(painter.letters().memory() <= 12 << 20, "{}", painter.letters().memory());
}

#[test]
fn a_megabyte_of_text_is_a_line_like_any_other() {
    let long = "W\u{301}ide ".repeat(150_000);
    for zoom in [1.0, 1.7] {
        let scene = [text(1, Rect::new(4.0, 4.0, 192.0, 32.0), &long, Align::Centre, zoom)];
        let picture = drawn(&scene, 200, 40, 1.0);
        let lit = picture.rgba.chunks_exact(4).filter(|pixel| pixel[0] > 120).count();
        assert!(lit > 200, "something of it is shown");
    }
}

#[test]
fn emoji_keep_their_colours_among_letters_that_take_the_text_s() {
    let place = Rect::new(4.0, 4.0, 312.0, 32.0);
    for zoom in [1.0, 1.6] {
        let picture = drawn(&[text(1, place, "GO 🦀 🍏 ON", Align::Left, zoom)], 320, 40, 1.0);
        let count = |wanted: fn(&[u8]) -> bool| picture.rgba.chunks_exact(4).filter(|pixel| wanted(pixel)).count();
        assert!(count(|pixel| pixel[..3] == [0xfe, 0xbd, 0x95]) > 100, "the letters are there");
        if has_font("Noto Color Emoji") {
            assert!(count(|pixel| pixel[0] > 180 && pixel[1] < 100 && pixel[2] < 100) > 20, "a crab is red");
            assert!(count(|pixel| pixel[1] > pixel[0].saturating_add(30)) > 20, "an apple may be green");
        }
    }
}

#[test]
fn other_families_replace_what_was_drawn() {
    let letters = Letters::new();
    let mut painter = ScenePainter::sharing(&letters);
    let scene = [text(1, Rect::new(4.0, 4.0, 192.0, 32.0), "MMWW", Align::Left, 1.0)];
    let mut target = Target::new(gpu(), (200, 40).into());
    let mut shown = |painter: &mut ScenePainter| {
        target.draw(&painter.pieces(gpu(), &scene, 1.0, &mut NoPictures), CLEAR, false);
        target.pixels().expect("pixels")
    };
    let before = shown(&mut painter);
    let mono = Families { label: vec![String::from("DejaVu Sans Mono")], mono: Vec::new() };
    assert!(letters.set_families(mono.clone()));
    assert!(!letters.set_families(mono));
    assert_ne!(before, shown(&mut painter));
}

#[test]
fn nonsense_in_a_scene_shows_nothing() {
    let wrong = [f64::NAN, f64::INFINITY, -1.0, 1e300];
    let mut scene = Vec::new();
    for (i, wrong) in wrong.into_iter().enumerate() {
        let i = i as u64;
        scene.push(fill(i, Rect::new(0.0, wrong, wrong, 5.0), [wrong; 4], None));
        scene.push(text(i, Rect::new(wrong, 0.0, 20.0, wrong), "x", Align::Right, 1.0));
        scene.push(text(10 + i, Rect::new(0.0, 0.0, -20.0, 20.0), "x", Align::Right, wrong));
        scene.push(line(i, (0.0, wrong), (wrong, 5.0), wrong));
    }
    let pieces = ScenePainter::new().pieces(gpu(), &scene, 1.0, &mut NoPictures);
    let mut target = Target::new(gpu(), (64, 64).into());
    target.draw(&pieces, CLEAR, true).expect("drawn");
}

fn primitive() -> impl Strategy<Value = Primitive> {
    let place = || (-20.0..90.0f64, -20.0..90.0f64, 0.0..60.0f64, 0.0..60.0f64);
    let to_rect = |(x, y, w, h): (f64, f64, f64, f64), whole: bool| {
        let snap = |v: f64| if whole { v.round() } else { v };
        Rect::new(snap(x), snap(y), snap(w), snap(h))
    };
    let key = 0..6u64;
    let cut = prop::option::of((place(), 0.0..20.0f64));
    let fills = (key.clone(), place(), any::<bool>(), prop::array::uniform4(0.0..30.0f64), cut, 0..3u8).prop_map(
        move |(of, place, whole, radii, cut, colour)| {
            let cut = cut.map(|(place, radius)| Cut { rect: to_rect(place, whole), radii: [radius; 4] });
            let colour = [VIOLET, PEACH, Colour { a: 120, ..PEACH }][usize::from(colour)];
            Primitive::Fill { key: Key::of("fill", of), rect: to_rect(place, whole), radii, cut, colour }
        },
    );
    let zoom = prop_oneof![Just(1.0), 0.4..2.5f64];
    let texts = (key.clone(), place(), zoom, 0..3usize).prop_map(move |(of, place, zoom, align)| {
        text(of, to_rect(place, zoom == 1.0), "Tile 3", [Align::Left, Align::Centre, Align::Right][align], zoom)
    });
    let lines = (key, place(), 0.2..8.0f64).prop_map(|(of, (x, y, a, b), width)| line(of, (x, y), (a, b), width));
    prop_oneof![4 => fills, 2 => texts, 1 => lines]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_scene_drawn_change_by_change_equals_one_drawn_at_once(
        scenes in prop::collection::vec(prop::collection::vec(primitive(), 0..12), 1..8)
    ) {
        let (mut painter, mut kept) = (ScenePainter::new(), Target::new(gpu(), (96, 96).into()));
        for scene in scenes {
            kept.draw(&painter.pieces(gpu(), &scene, 1.0, &mut NoPictures), CLEAR, false);
            let mut fresh = Target::new(gpu(), (96, 96).into());
            let pieces = ScenePainter::sharing(painter.letters()).pieces(gpu(), &scene, 1.0, &mut NoPictures);
            fresh.draw(&pieces, CLEAR, true).expect("drawn");
            prop_assert!(kept.pixels().expect("pixels") == fresh.pixels().expect("pixels"));
        }
    }
}
