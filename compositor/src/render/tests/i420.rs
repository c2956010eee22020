//! What the encoder gets.

use streamer::video::I420;

use super::fixture::{CLEAR, gpu, rect, solid, surface, texture};
use crate::render::{Piece, PixelFormat, ReadbackError, Target};

#[test]
fn colours_are_bt_709_of_limited_range() {
    // From the standard's matrix: Y = 16 + 219 (0.2126 R + 0.7152 G + 0.0722 B), and so on.
    let cases = [
        ([0.0, 0.0, 0.0, 1.0], [16, 128, 128]),
        ([1.0, 1.0, 1.0, 1.0], [235, 128, 128]),
        ([1.0, 0.0, 0.0, 1.0], [63, 102, 240]),
        ([0.0, 1.0, 0.0, 1.0], [173, 42, 26]),
        ([0.0, 0.0, 1.0, 1.0], [32, 240, 118]),
    ];
    for (colour, expected) in cases {
        let mut target = Target::new(gpu(), (64, 48).into());
        let drawn = target.draw(&[], colour, false).expect("drawn");
        let mut picture = I420::black(64, 48);
        drawn.readback.finish(&mut picture).expect("converted");
        let (y, u, v) = picture.planes_mut();
        for (plane, expected) in [(y, expected[0]), (u, expected[1]), (v, expected[2])] {
            assert!(plane.iter().all(|value: &u8| value.abs_diff(expected) <= 1), "{colour:?}: {}", plane[0]);
        }
    }
}

#[test]
fn an_odd_size_is_rounded_up() {
    let mut target = Target::new(gpu(), (101, 51).into());
    let drawn = target.draw(&[solid(rect(0, 0, 101, 51), [1.0; 4])], CLEAR, false).expect("drawn");
    let mut picture = I420::black(101, 51);
    drawn.readback.finish(&mut picture).expect("converted");
    let (y, _, _) = picture.planes_mut();
    assert_eq!((y[0], y[100], y[50 * 102 + 100]), (235, 235, 235));
    let shown = target.pixels().expect("pixels");
    assert_eq!((shown.width, shown.height), (101, 51));
}

#[test]
fn damage_in_odd_places_is_converted_as_if_all_were() {
    let texture = texture(60, 40, PixelFormat::Xrgb8888);
    let back = Piece::surface(surface(&texture, 7, 5));
    let mut target = Target::new(gpu(), (128, 96).into());
    let mut picture = I420::black(128, 96);
    let mut draw = |target: &mut Target, pieces: &[Piece], full| {
        let drawn = target.draw(pieces, CLEAR, full).expect("drawn");
        drawn.readback.finish(&mut picture).expect("converted");
        picture.clone()
    };
    draw(&mut target, std::slice::from_ref(&back), false);
    for (x, y, w, h) in [(11, 13, 1, 1), (9, 9, 33, 7), (64, 31, 63, 65), (127, 95, 1, 1)] {
        let pieces = [solid(rect(x, y, w, h), [0.9, 0.4, 0.1, 1.0]), back.clone()];
        let parts = draw(&mut target, &pieces, false);
        let whole = draw(&mut target, &pieces, true);
        assert!(parts == whole, "{x},{y} {w}x{h}");
    }
}

#[test]
fn a_picture_of_another_size_is_refused() {
    let mut target = Target::new(gpu(), (64, 48).into());
    let drawn = target.draw(&[], CLEAR, false).expect("drawn");
    let result = drawn.readback.finish(&mut I420::black(32, 32));
    assert!(matches!(result, Err(ReadbackError::Convert(_))));
}

#[test]
fn a_read_back_nobody_wants_does_no_harm() {
    let mut target = Target::new(gpu(), (64, 48).into());
    for shade in 0..8 {
        drop(target.draw(&[], [shade as f32 / 8.0, 0.0, 0.0, 1.0], false).expect("drawn"));
    }
    let first = target.draw(&[], [1.0; 4], false).expect("drawn");
    let second = target.draw(&[], [0.0, 0.0, 0.0, 1.0], false).expect("drawn");
    let (mut white, mut black) = (I420::black(64, 48), I420::black(64, 48));
    std::thread::scope(|scope| {
        scope.spawn(|| second.readback.finish(&mut black).expect("converted"));
        scope.spawn(|| first.readback.finish(&mut white).expect("converted"));
    });
    assert_eq!((white.data[0], black.data[0]), (235, 16));
}

#[test]
fn a_resized_target_starts_over() {
    let mut target = Target::new(gpu(), (64, 48).into());
    target.draw(&[], CLEAR, false).expect("drawn");
    assert!(target.draw(&[], CLEAR, false).is_none(), "nothing changed");
    target.resize((80, 60).into());
    let drawn = target.draw(&[], CLEAR, false).expect("drawn");
    assert_eq!(drawn.damage, vec![rect(0, 0, 80, 60)]);
}
