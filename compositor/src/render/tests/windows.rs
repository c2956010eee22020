//! Windows in a scene: their thumbnails, and the windows themselves while they grow and shrink.

use std::sync::Arc;

use lcars_ui::geometry::{Rect, Size as LogicalSize};
use lcars_ui::hierarchy::WindowId;
use lcars_ui::scene::{Key, Look, Primitive};
use lcars_ui::theme::Colour;
use proptest::prelude::*;
use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::DamageBag;
use smithay::utils::{Buffer, Physical, Rectangle, Size};

use super::fixture::{CLEAR, buffer_rect, gpu, pattern, rect, solid, surface, texture};
use super::golden;
use crate::render::{
    IconShown, Icons, Picture, Pictures, Piece, PixelFormat, Renewed, ScenePainter, SurfacePiece, SurfaceTexture,
    Target, TerminalShown, Thumbnails, WindowShown, placed, scaled,
};

const MOST: usize = 64 << 20;

fn place(x: f64, y: f64, w: f64, h: f64) -> Rectangle<f64, Physical> {
    Rectangle::new((x, y).into(), (w, h).into())
}

/// A client that keeps its surface.
struct Client {
    id: Id,
    texture: Arc<SurfaceTexture>,
    damage: DamageBag<i32, Buffer>,
    pixels: Vec<u8>,
}

impl Client {
    fn new(w: i32, h: i32, format: PixelFormat) -> Self {
        let pixels = pattern(w, h, format);
        Self { id: Id::new(), texture: texture(w, h, format), damage: DamageBag::default(), pixels }
    }

    fn paint(&mut self, rect: Rectangle<i32, Buffer>, shade: u8) {
        let size = self.texture.size();
        for y in rect.loc.y..rect.loc.y + rect.size.h {
            let row = (y * size.w + rect.loc.x) as usize * 4;
            self.pixels[row..row + rect.size.w as usize * 4].fill(shade);
        }
        self.texture.upload(gpu(), &self.pixels, size.w * 4, &[rect]).expect("honest memory");
        self.damage.add([rect]);
    }

    fn piece(&self, x: i32, y: i32) -> Piece {
        Piece::surface(SurfacePiece {
            id: self.id.clone(),
            commit: self.damage.current_commit(),
            damage: self.damage.snapshot(),
            ..surface(&self.texture, x, y)
        })
    }
}

fn drawn(pieces: &[Piece], w: i32, h: i32) -> Picture {
    let mut target = Target::new(gpu(), (w, h).into());
    target.draw(pieces, CLEAR, true).expect("drawn");
    target.pixels().expect("pixels")
}

#[test]
fn a_thumbnail_is_the_mean_of_its_pixels() {
    let client = Client::new(200, 120, PixelFormat::Xrgb8888);
    let mut thumbnails = Thumbnails::new(gpu(), MOST);
    assert_eq!(thumbnails.update(1, &[client.piece(0, 0)], (200, 120).into()), Renewed::Changed);
    for (reduced, w, h) in [(2, 100, 60), (4, 50, 30)] {
        let shown = thumbnails.piece(1, place(0.0, 0.0, f64::from(w), f64::from(h)), None, 1.0).expect("a piece");
        let picture = drawn(&[shown], w, h);
        for (x, y) in (0..h).flat_map(|y| (0..w).map(move |x| (x, y))) {
            let from =
                (y * reduced..(y + 1) * reduced).flat_map(|y| (x * reduced..(x + 1) * reduced).map(move |x| (x, y)));
            for (channel, in_memory) in [(0, 2), (1, 1), (2, 0)] {
                let texel = |(x, y): (i32, i32)| u32::from(client.pixels[(y * 200 + x) as usize * 4 + in_memory]);
                let mean = from.clone().map(texel).sum::<u32>() as f64 / f64::from(reduced * reduced);
                let is = f64::from(picture.rgba[(y * w + x) as usize * 4 + channel]);
                assert!((is - mean).abs() <= 1.1, "{x},{y} of the {reduced}th: {is}, not {mean}");
            }
        }
    }
}

#[test]
fn a_window_that_did_not_change_costs_nothing() {
    let mut client = Client::new(200, 120, PixelFormat::Xrgb8888);
    let mut thumbnails = Thumbnails::new(gpu(), MOST);
    let size = (200, 120).into();
    thumbnails.update(1, &[client.piece(0, 0)], size);
    let mut target = Target::new(gpu(), (128, 128).into());
    let mut show = |thumbnails: &mut Thumbnails| {
        let piece = thumbnails.piece(1, place(10.5, 10.0, 97.0, 58.2), None, 1.0).expect("a piece");
        target.draw(&[piece], CLEAR, false).map(|drawn| drawn.damage)
    };
    assert!(show(&mut thumbnails).is_some());
    assert_eq!(thumbnails.update(1, &[client.piece(0, 0)], size), Renewed::Unchanged);
    assert_eq!(show(&mut thumbnails), None);
    client.paint(buffer_rect(100, 60, 4, 4), 7);
    assert_eq!(thumbnails.update(1, &[client.piece(0, 0)], size), Renewed::Changed);
    let damage = show(&mut thumbnails).expect("a change");
    assert!(damage.iter().all(|damage| rect(55, 35, 12, 10).contains_rect(*damage)), "{damage:?}");
}

#[test]
fn a_window_of_several_surfaces_is_put_together() {
    let (back, front) = (Client::new(120, 80, PixelFormat::Argb8888), Client::new(40, 30, PixelFormat::Xrgb8888));
    let pieces = [front.piece(30, 20), back.piece(0, 0)];
    let mut thumbnails = Thumbnails::new(gpu(), MOST);
    thumbnails.update(1, &pieces, (120, 80).into());
    let thumbnail = thumbnails.piece(1, place(10.0, 10.0, 60.0, 40.0), None, 1.0).expect("a piece");
    let live = scaled(&pieces, place(0.0, 0.0, 120.0, 80.0), place(90.0, 10.0, 60.0, 40.0), None, 1.0);
    let mut all = vec![thumbnail, solid(rect(0, 30, 160, 8), [0.0, 0.5, 0.0, 1.0])];
    all.splice(1..1, live);
    golden::check("thumbnail", &drawn(&all, 160, 60));
}

#[test]
fn thumbnails_stay_within_their_bounds_and_the_last_shown_stay() {
    let client = Client::new(256, 256, PixelFormat::Xrgb8888);
    let mut thumbnails = Thumbnails::new(gpu(), 1 << 20);
    for window in 0..40 {
        thumbnails.update(window, &[client.piece(0, 0)], (256, 256).into());
        let shown = place(0.0, 0.0, 200.0, 200.0);
        assert!(thumbnails.piece(window, shown, None, 1.0).is_some());
        thumbnails.piece(0, shown, None, 1.0).expect("the one that is always in sight");
    }
    assert!(thumbnails.memory() <= 1 << 20, "{}", thumbnails.memory());
    assert_eq!(thumbnails.size(1), None);
    let before = thumbnails.memory();
    thumbnails.forget(39);
    assert_eq!((thumbnails.size(0).is_some(), thumbnails.size(39)), (true, None));
    assert!(thumbnails.memory() < before);
}

#[test]
fn thumbnails_that_are_shown_small_keep_only_small_pictures_when_memory_is_short() {
    let mut client = Client::new(256, 256, PixelFormat::Xrgb8888);
    let mut thumbnails = Thumbnails::new(gpu(), 512 << 10);
    let small = place(0.0, 0.0, 32.0, 32.0);
    for window in 0..12 {
        thumbnails.update(window, &[client.piece(0, 0)], (256, 256).into());
        assert!(thumbnails.piece(window, small, None, 1.0).is_some());
    }
    assert!(thumbnails.memory() <= 512 << 10, "{}", thumbnails.memory());
    assert!((0..12).all(|window| thumbnails.size(window).is_some()), "all of them are still there");
    let mut large = Thumbnails::new(gpu(), MOST);
    client.paint(buffer_rect(30, 40, 100, 90), 77);
    for window in [0, 11] {
        // What was given up comes back with the next change.
        thumbnails.update(window, &[client.piece(0, 0)], (256, 256).into());
        large.update(window, &[client.piece(0, 0)], (256, 256).into());
        let shown = |thumbnails: &mut Thumbnails| {
            let piece = thumbnails.piece(window, place(0.0, 0.0, 32.0, 32.0), None, 1.0).expect("a piece");
            drawn(&[piece], 32, 32)
        };
        assert_eq!(shown(&mut thumbnails), shown(&mut large));
    }
}

#[test]
fn a_window_without_a_size_has_no_thumbnail() {
    let mut thumbnails = Thumbnails::new(gpu(), MOST);
    let mut size: Size<i32, Physical> = Size::new(0, 0);
    for (w, h) in [(0, 10), (10, 0), (-1, 10), (i32::MAX, i32::MAX)] {
        (size.w, size.h) = (w, h);
        assert_eq!(thumbnails.update(1, &[], size), Renewed::Refused);
    }
    assert!(thumbnails.piece(1, place(0.0, 0.0, 9.0, 9.0), None, 1.0).is_none());
    thumbnails.update(1, &[], (10, 10).into());
    for wrong in [f64::NAN, f64::INFINITY, 0.0, 1e300] {
        assert!(thumbnails.piece(1, place(0.0, wrong, wrong, wrong), None, 1.0).is_none());
    }
}

#[test]
fn a_live_window_at_its_own_size_is_what_it_was() {
    let client = Client::new(48, 32, PixelFormat::Xrgb8888);
    let at_rest = drawn(&[client.piece(13, 9)], 96, 64);
    let moved = scaled(&[client.piece(0, 0)], place(0.0, 0.0, 48.0, 32.0), place(13.0, 9.0, 48.0, 32.0), None, 1.0);
    assert!(moved[0].copyable().is_some(), "it can still be copied");
    assert_eq!(drawn(&moved, 96, 64), at_rest);
}

#[test]
fn surfaces_that_meet_still_meet_when_they_are_scaled() {
    let (left, right) = (Client::new(31, 40, PixelFormat::Xrgb8888), Client::new(33, 40, PixelFormat::Xrgb8888));
    let pieces = [left.piece(0, 0), right.piece(31, 0)];
    for step in 0..20 {
        let times = 0.37 + f64::from(step) * 0.083;
        let to = place(8.3, 5.6, 64.0 * times, 40.0 * times);
        let pieces = scaled(&pieces, place(0.0, 0.0, 64.0, 40.0), to, None, 1.0);
        let picture = drawn(&pieces, 160, 100);
        let row = 5.6 + 20.0 * times;
        for x in (to.loc.x.round() as usize)..(to.loc.x + to.size.w).round() as usize {
            let at = (row as usize * 160 + x) * 4;
            assert_ne!(picture.rgba[at..at + 3], [0, 3, 15], "a gap at {x}, {times} times as large");
        }
    }
}

#[test]
fn a_smaller_window_is_in_the_middle_at_every_scale() {
    let (full, size) = (Size::from((1224.0, 632.0)), Size::from((600.0, 400.0)));
    assert_eq!(placed(place(48.0, 48.0, 1224.0, 632.0), full, size), place(360.0, 164.0, 600.0, 400.0));
    assert_eq!(placed(place(10.0, 10.0, 306.0, 158.0), full, size), place(88.0, 39.0, 150.0, 100.0));
    assert_eq!(placed(place(10.0, 10.0, 306.0, 158.0), full, full), place(10.0, 10.0, 306.0, 158.0));
}

/// Shows every window as a colour and knows one icon.
struct Coloured(Icons, Vec<WindowShown>);

impl Pictures for Coloured {
    fn window(&mut self, shown: &WindowShown) -> Vec<Piece> {
        self.1.push(*shown);
        vec![solid(shown.rect.to_i32_round(), [0.2, 0.4, 0.0, 1.0])]
    }

    fn terminal(&mut self, _shown: &TerminalShown) -> Vec<Piece> {
        Vec::new()
    }

    fn icon(&mut self, name: &str, side: u32) -> IconShown {
        self.0.get(name, side, Colour::rgb(0x4b_42_68))
    }
}

#[test]
fn windows_and_icons_lie_between_what_is_before_and_behind_them() {
    let fill = |of: u64, rect: Rect, hex: u32| Primitive::Fill {
        key: Key::of("fill", of),
        rect,
        radii: [12.0; 4],
        cut: None,
        colour: Colour::rgb(hex),
    };
    let icon = |of: u64, name: &str, x: f64| {
        let (key, name) = (Key::of("icon", of), String::from(name));
        Primitive::Icon { key, rect: Rect::new(x, 64.0, 60.0, 40.0), name, opacity: 1.0 }
    };
    let scene = [
        fill(1, Rect::new(8.0, 8.0, 140.0, 50.0), 0x8e_75_b6),
        Primitive::Window {
            key: Key::part("window"),
            window: WindowId::from_raw(7),
            rect: Rect::new(20.0, 16.0, 100.0, 60.0),
            full: LogicalSize { w: 200.0, h: 120.0 },
            clip: Some(Rect::new(0.0, 0.0, 150.5, 150.0)),
            look: Look::Live,
            opacity: 0.5,
        },
        fill(2, Rect::new(60.0, 24.0, 30.0, 60.0), 0xfe_bd_95),
        icon(1, "known", 100.0),
        icon(2, "missing", 4.0),
    ];
    let mut pictures = Coloured(Icons::new(gpu()), Vec::new());
    let mut painter = ScenePainter::new();
    painter.pieces(gpu(), &scene, 1.0, &mut pictures);
    let wanted = pictures.0.wanted();
    assert_eq!(wanted.len(), 2);
    assert!(pictures.0.wanted().is_empty(), "each is told once");
    for (name, side) in wanted {
        let pixels = [60, 120, 250, 255].repeat((side * side) as usize);
        pictures.0.insert(&name, side, (name == "known").then_some((side, side, pixels.as_slice())));
    }
    let pieces = painter.pieces(gpu(), &scene, 1.0, &mut pictures);
    assert!(pieces.iter().any(|piece| piece.copyable().is_some()), "the icon is shown pixel for pixel");
    let shown = pictures.1.last().expect("a window");
    assert_eq!((shown.window, shown.look, shown.opacity), (WindowId::from_raw(7), Look::Live, 0.5));
    assert_eq!((shown.full, shown.clip), (Size::from((200.0, 120.0)), Some(rect(0, 0, 151, 150))));
    golden::check("windows-and-icons", &drawn(&pieces, 168, 112));
}

#[test]
fn icons_that_change_their_size_are_decoded_when_they_rest() {
    let mut icons = Icons::new(gpu());
    let grey = Colour::rgb(0x80_80_80);
    assert!(matches!(icons.get("a", 40, grey), IconShown::Awaited));
    assert_eq!(icons.wanted(), vec![(String::from("a"), 40)]);
    icons.insert("a", 40, Some((40, 40, &[9; 40 * 40 * 4])));
    for side in 41..80 {
        assert!(matches!(icons.get("a", side, grey), IconShown::Picture(_)), "the nearest stands in");
    }
    assert!(icons.wanted().is_empty());
    icons.get("a", 80, grey);
    icons.get("a", 80, grey);
    assert_eq!(icons.wanted(), vec![(String::from("a"), 80)]);
    icons.insert("a", 80, None);
    assert!(matches!(icons.get("a", 80, grey), IconShown::Missing(colour) if colour == grey));
    icons.insert("a", 80, Some((80, 80, &[9; 3])));
    assert!(matches!(icons.get("a", 80, grey), IconShown::Missing(_)), "pixels that are too few are none");
}

#[test]
fn icons_share_sheets_and_those_not_shown_for_long_make_room() {
    let mut icons = Icons::new(gpu());
    let grey = Colour::rgb(0x80_80_80);
    let shown = |icons: &mut Icons, name: &str| matches!(icons.get(name, 64, grey), IconShown::Picture(_));
    for name in 0..256 {
        icons.insert(&name.to_string(), 64, Some((64, 64, &[9; 64 * 64 * 4])));
    }
    assert_eq!(icons.memory(), 4 << 20, "256 icons of 64 pixels fill one sheet");
    for name in 256..1900 {
        assert!(shown(&mut icons, "0"), "what is always shown stays while {name} comes");
        icons.insert(&name.to_string(), 64, Some((64, 64, &[9; 64 * 64 * 4])));
    }
    assert!(icons.memory() <= 16 << 20, "{}", icons.memory());
    assert!(shown(&mut icons, "1899") && !shown(&mut icons, "500"));
    icons.wanted();
    icons.get("500", 64, grey);
    assert!(icons.wanted().is_empty(), "it was asked for when it was missed");
    let huge = vec![9; 1300 * 600 * 4];
    icons.insert("huge", 1300, Some((1300, 600, &huge)));
    assert!(
        matches!(icons.get("huge", 1300, grey), IconShown::Picture(_)),
        "one larger than a sheet has one for itself"
    );
    for name in 0..5000 {
        icons.insert(&name.to_string(), 64, None);
    }
    assert!(icons.memory() <= huge.len(), "sheets of icons that were forgotten go: {}", icons.memory());
    for name in 0..3000 {
        icons.get(&format!("asked for {name}"), 64, grey);
    }
    icons.insert("answered", 64, None);
    icons.wanted();
    icons.get("asked for 900", 64, grey);
    assert_eq!(icons.wanted().len(), 1, "names that were only asked for are forgotten, too, all that are too many");
    icons.get("asked for 2999", 64, grey);
    assert!(icons.wanted().is_empty(), "the last ones are not");
}

#[test]
fn large_icons_take_no_more_than_they_are() {
    let mut icons = Icons::new(gpu());
    let grey = Colour::rgb(0x80_80_80);
    let pixels = vec![9; 320 * 320 * 4];
    let names: Vec<String> = (0..40).map(|name| name.to_string()).collect();
    for name in &names {
        icons.insert(name, 320, Some((320, 320, &pixels)));
    }
    assert_eq!(icons.memory(), 40 * pixels.len());
    assert!(names.iter().all(|name| matches!(icons.get(name, 320, grey), IconShown::Picture(_))));
    // Sizes that are not shown any more go before those that are.
    let larger = vec![9; 340 * 340 * 4];
    for name in &names[..20] {
        icons.insert(name, 340, Some((340, 340, &larger)));
        assert!(matches!(icons.get(name, 340, grey), IconShown::Picture(_)));
    }
    icons.wanted();
    assert!(names[..20].iter().all(|name| matches!(icons.get(name, 340, grey), IconShown::Picture(_))));
    assert!(icons.wanted().is_empty());
    assert!(icons.memory() <= 16 << 20);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn thumbnails_and_scaled_windows_change_by_change_equal_those_made_at_once(
        w in 30..90i32, h in 30..70i32, alpha in any::<bool>(), two in any::<bool>(),
        steps in prop::collection::vec(
            ((0..29i32, 0..29i32, 1..29i32, 1..29i32), (-5.0..40.0f64, -5.0..40.0f64, 0.1..1.6f64), any::<bool>()), 1..8
        ),
    ) {
        let mut client = Client::new(w, h, if alpha { PixelFormat::Argb8888 } else { PixelFormat::Xrgb8888 });
        let child = Client::new(20, 20, PixelFormat::Xrgb8888);
        let mut thumbnails = Thumbnails::new(gpu(), MOST);
        let mut kept = Target::new(gpu(), (96, 96).into());
        let (mut at, mut shade) = ((0.0, 0.0, 1.0), 3u8);
        for ((x, y, pw, ph), to, moves) in steps {
            shade = shade.wrapping_add(61);
            client.paint(buffer_rect(x, y, pw.min(w - x), ph.min(h - y)), shade);
            at = if moves { to } else { at };
            let mut pieces = vec![client.piece(0, 0)];
            if two {
                pieces.insert(0, child.piece(x, y));
            }
            thumbnails.update(1, &pieces, (w, h).into());
            let from = place(0.0, 0.0, f64::from(w), f64::from(h));
            let rect = place(at.0, at.1, f64::from(w) * at.2, f64::from(h) * at.2);
            let beside = place(at.0 + 50.0, at.1, rect.size.w, rect.size.h);
            let show = |thumbnails: &mut Thumbnails| {
                let mut shown = scaled(&pieces, from, rect, Some(super::fixture::rect(0, 0, 60, 90)), 1.0);
                shown.extend(thumbnails.piece(1, beside, None, 1.0));
                shown
            };
            kept.draw(&show(&mut thumbnails), CLEAR, false);
            let mut anew = Thumbnails::new(gpu(), MOST);
            anew.update(1, &pieces, (w, h).into());
            let mut fresh = Target::new(gpu(), (96, 96).into());
            fresh.draw(&show(&mut anew), CLEAR, true).expect("drawn");
            prop_assert!(kept.pixels().expect("pixels") == fresh.pixels().expect("pixels"));
        }
    }
}
