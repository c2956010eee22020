//! Surfaces and colours of every kind, against golden pictures.

use smithay::utils::{Rectangle, Transform};

use super::fixture::{CLEAR, gpu, rect, solid, surface, texture};
use super::golden;
use crate::render::{Piece, PixelFormat, SurfacePiece, Target};

fn draw(name: &str, w: i32, h: i32, pieces: &[Piece]) {
    let mut target = Target::new(gpu(), (w, h).into());
    target.draw(pieces, CLEAR, false).expect("the first draw is a full one");
    golden::check(name, &target.pixels().expect("pixels"));
}

#[test]
fn every_transform() {
    let transforms = [
        Transform::Normal,
        Transform::_90,
        Transform::_180,
        Transform::_270,
        Transform::Flipped,
        Transform::Flipped90,
        Transform::Flipped180,
        Transform::Flipped270,
    ];
    let texture = texture(48, 32, PixelFormat::Xrgb8888);
    let mut pieces = Vec::new();
    for (i, transform) in transforms.into_iter().enumerate() {
        let (x, y) = (8 + 56 * (i as i32 % 4), 8 + 64 * (i as i32 / 4));
        let size = transform.transform_size(texture.size());
        let geometry = rect(x, y, size.w, size.h);
        pieces.push(Piece::surface(SurfacePiece { transform, geometry, ..surface(&texture, x, y) }));
    }
    draw("transforms", 232, 128, &pieces);
}

#[test]
fn every_format_blends_or_does_not() {
    let formats = [PixelFormat::Argb8888, PixelFormat::Xrgb8888, PixelFormat::Abgr8888, PixelFormat::Xbgr8888];
    let mut pieces = Vec::new();
    for (i, format) in formats.into_iter().enumerate() {
        let texture = texture(48, 32, format);
        let x = 8 + 56 * i as i32;
        pieces.push(Piece::surface(surface(&texture, x, 8)));
        pieces.push(Piece::surface(SurfacePiece { alpha: 0.5, ..surface(&texture, x, 48) }));
        // Where a client says it is opaque, nothing shines through.
        let opaque = vec![rect(24, 0, 24, 32)];
        pieces.push(Piece::surface(SurfacePiece { opaque, ..surface(&texture, x, 88) }));
    }
    pieces.push(solid(rect(0, 20, 232, 10), [0.0, 0.5, 0.0, 1.0]));
    pieces.push(solid(rect(0, 60, 232, 10), [0.0, 0.5, 0.0, 1.0]));
    pieces.push(solid(rect(0, 100, 232, 10), [0.0, 0.5, 0.0, 1.0]));
    pieces.insert(0, solid(rect(100, 0, 20, 128), [0.25, 0.25, 0.25, 0.5]));
    draw("formats", 232, 128, &pieces);
}

#[test]
fn viewports_crop_and_scale() {
    let texture = texture(48, 32, PixelFormat::Xrgb8888);
    let part = |x: f64, y: f64, w: f64, h: f64| Rectangle::new((x, y).into(), (w, h).into());
    let show =
        |src, x, y, w, h| Piece::surface(SurfacePiece { src, geometry: rect(x, y, w, h), ..surface(&texture, 0, 0) });
    let turned = SurfacePiece {
        src: part(0.0, 0.0, 24.0, 32.0),
        geometry: rect(168, 8, 48, 36),
        transform: Transform::_90,
        ..surface(&texture, 0, 0)
    };
    let pieces = [
        show(part(12.0, 8.0, 24.0, 16.0), 8, 8, 24, 16),
        show(part(12.0, 8.0, 24.0, 16.0), 40, 8, 48, 32),
        show(part(12.0, 8.0, 24.0, 16.0), 96, 8, 60, 40),
        show(part(0.0, 0.0, 48.0, 32.0), 8, 56, 24, 16),
        show(part(12.5, 8.25, 24.0, 16.0), 40, 56, 24, 16),
        show(part(0.0, 0.0, 0.25, 0.25), 96, 56, 24, 16),
        Piece::surface(turned),
    ];
    draw("viewports", 232, 128, &pieces);
}

#[test]
fn clips_show_the_same_pixels_as_without() {
    let texture = texture(48, 32, PixelFormat::Argb8888);
    for (transform, w, h) in [(Transform::Normal, 48, 32), (Transform::Normal, 90, 70), (Transform::_270, 64, 96)] {
        let whole = || SurfacePiece { transform, geometry: rect(10, 10, w, h), ..surface(&texture, 0, 0) };
        let clip = rect(20, 16, 30, 40);
        let mut target = Target::new(gpu(), (128, 128).into());
        target.draw(&[Piece::surface(whole())], CLEAR, false).expect("drawn");
        let unclipped = target.pixels().expect("pixels");
        let clipped = Piece::surface(SurfacePiece { clip: Some(clip), ..whole() });
        target.draw(&[clipped], CLEAR, false).expect("drawn");
        let clipped = target.pixels().expect("pixels");
        let at = |picture: &crate::render::Picture, x: i32, y: i32| {
            let at = (y * 128 + x) as usize * 4;
            [picture.rgba[at], picture.rgba[at + 1], picture.rgba[at + 2]]
        };
        for (x, y) in (0..128).flat_map(|y| (0..128).map(move |x| (x, y))) {
            let inside = clip.contains((x, y)) && rect(10, 10, w, h).contains((x, y));
            let expected = if inside { at(&unclipped, x, y) } else { [0, 3, 15] };
            assert_eq!(at(&clipped, x, y), expected, "{x},{y} of {transform:?} {w}x{h}");
        }
    }
}

#[test]
fn nonsense_shows_nothing() {
    let texture = texture(48, 32, PixelFormat::Xrgb8888);
    let part = |x: f64, w: f64| Rectangle::new((x, 0.0).into(), (w, 8.0).into());
    let pieces = [
        SurfacePiece { src: part(f64::NAN, 8.0), ..surface(&texture, 0, 0) },
        SurfacePiece { src: part(0.0, f64::INFINITY), ..surface(&texture, 0, 0) },
        SurfacePiece { src: part(500.0, 8.0), ..surface(&texture, 0, 0) },
        SurfacePiece { geometry: rect(0, 0, 0, 0), ..surface(&texture, 0, 0) },
        SurfacePiece { clip: Some(rect(900, 900, 5, 5)), ..surface(&texture, 0, 0) },
        SurfacePiece { alpha: 0.0, ..surface(&texture, 0, 0) },
    ];
    let mut target = Target::new(gpu(), (64, 64).into());
    target.draw(&pieces.map(Piece::surface), CLEAR, false).expect("drawn");
    let picture = target.pixels().expect("pixels");
    assert!(picture.rgba.chunks_exact(4).all(|pixel| pixel == [0, 3, 15, 255]));
}
