//! A frame that was drawn damage by damage equals one that was drawn at once, whatever happened before.

use std::sync::Arc;

use proptest::prelude::*;
use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::{CommitCounter, DamageBag};
use smithay::utils::{Buffer, Physical, Rectangle, Transform};
use streamer::video::I420;

use super::fixture::{CLEAR, gpu, rect, texture};
use crate::render::{Piece, PixelFormat, SurfacePiece, SurfaceTexture, Target};

const SIDE: i32 = 96;

/// Something that stays on the output from frame to frame, as a client's surface does.
struct Actor {
    id: Id,
    damage: DamageBag<i32, Buffer>,
    texture: Arc<SurfaceTexture>,
    look: Look,
    shown: bool,
    paint: u8,
}

/// Everything but the content that can differ from frame to frame.
#[derive(Debug, Clone)]
struct Look {
    at: (i32, i32),
    size: (i32, i32),
    crop: (f64, f64, f64, f64),
    turn: usize,
    alpha: f32,
    opaque: Option<(i32, i32, i32, i32)>,
    clip: Option<(i32, i32, i32, i32)>,
}

#[derive(Debug, Clone)]
enum Op {
    Change(usize, Look),
    Paint(usize, (i32, i32, i32, i32)),
    Show(usize),
    Raise(usize),
    Background(bool),
}

const TURNS: [Transform; 8] = [
    Transform::Normal,
    Transform::_90,
    Transform::_180,
    Transform::_270,
    Transform::Flipped,
    Transform::Flipped90,
    Transform::Flipped180,
    Transform::Flipped270,
];

fn look() -> impl Strategy<Value = Look> {
    let whole = Just((0.0, 0.0, 32.0, 24.0));
    let crop = prop_oneof![
        3 => whole,
        1 => (0.0..20.0f64, 0.0..12.0f64, 1.0..12.0f64, 1.0..12.0f64),
        1 => (0..16u8, 0..12u8, 1..16u8, 1..12u8).prop_map(|(x, y, w, h)| (x.into(), y.into(), w.into(), h.into())),
    ];
    let size = prop_oneof![2 => Just((32, 24)), 1 => Just((64, 48)), 1 => Just((24, 32)), 1 => (1..80i32, 1..80i32)];
    let any_rect = || (-10..90i32, -10..90i32, 1..60i32, 1..60i32);
    (
        (-20..SIDE, -20..SIDE),
        size,
        crop,
        prop_oneof![2 => Just(0usize), 1 => 0..8usize],
        prop_oneof![2 => Just(1.0f32), 1 => 0.0..1.0f32],
        prop::option::of(any_rect()),
        prop::option::weighted(0.3, any_rect()),
    )
        .prop_map(|(at, size, crop, turn, alpha, opaque, clip)| Look { at, size, crop, turn, alpha, opaque, clip })
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (0..4usize, look()).prop_map(|(i, look)| Op::Change(i, look)),
        5 => (0..4usize, (0..32i32, 0..24i32, 1..32i32, 1..24i32)).prop_map(|(i, rect)| Op::Paint(i, rect)),
        1 => (0..4usize).prop_map(Op::Show),
        1 => (0..4usize).prop_map(Op::Raise),
        1 => any::<bool>().prop_map(Op::Background),
    ]
}

impl Actor {
    fn new(format: PixelFormat, look: Look) -> Self {
        let texture = texture(32, 24, format);
        Self { id: Id::new(), damage: DamageBag::default(), texture, look, shown: true, paint: 0 }
    }

    /// Fills a part of the buffer with another colour, as a client would draw and commit it.
    fn paint(&mut self, (x, y, w, h): (i32, i32, i32, i32)) {
        self.paint = self.paint.wrapping_add(53);
        let shade = self.paint;
        let pixels: Vec<u8> = (0..32 * 24).flat_map(|_| [shade / 2, 255 - shade, shade, 255]).collect();
        let rect: Rectangle<i32, Buffer> = Rectangle::new((x, y).into(), (w, h).into());
        self.texture.upload(gpu(), &pixels, 32 * 4, &[rect]).expect("honest memory");
        self.damage.add([rect]);
    }

    fn piece(&self) -> Piece {
        let (x, y, w, h) = self.look.crop;
        let to_rect = |(x, y, w, h): (i32, i32, i32, i32)| rect(x, y, w, h);
        let geometry: Rectangle<i32, Physical> = Rectangle::new(self.look.at.into(), self.look.size.into());
        Piece::surface(SurfacePiece {
            id: self.id.clone(),
            commit: self.damage.current_commit(),
            damage: self.damage.snapshot(),
            texture: self.texture.clone(),
            src: Rectangle::new((x, y).into(), (w, h).into()),
            geometry,
            transform: TURNS[self.look.turn],
            alpha: self.look.alpha,
            opaque: self.look.opaque.map(to_rect).into_iter().collect(),
            clip: self.look.clip.map(to_rect),
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn damage_by_damage_equals_all_at_once(
        looks in prop::array::uniform3(look()), ops in prop::collection::vec(op(), 1..24)
    ) {
        let formats = [PixelFormat::Xrgb8888, PixelFormat::Argb8888, PixelFormat::Abgr8888];
        let mut actors: Vec<_> = formats.into_iter().zip(looks).map(|(format, look)| Actor::new(format, look)).collect();
        // Something translucent that is not a surface.
        let (mut veil, mut veil_commit, veil_id) = (rect(30, 30, 20, 50), CommitCounter::default(), Id::new());
        let mut clear = CLEAR;
        let mut kept = Target::new(gpu(), (SIDE, SIDE).into());
        let mut picture = I420::black(SIDE as u32, SIDE as u32);
        for op in ops {
            match op {
                Op::Change(3, look) => veil = Rectangle::new(look.at.into(), look.size.into()),
                Op::Paint(3, _) => veil_commit.increment(),
                Op::Show(3) | Op::Raise(3) => {}
                Op::Change(i, look) => actors[i].look = look,
                Op::Paint(i, rect) => actors[i].paint(rect),
                Op::Show(i) => actors[i].shown = !actors[i].shown,
                Op::Raise(i) => actors.swap(0, i),
                Op::Background(light) => clear = if light { [0.5, 0.5, 0.5, 1.0] } else { CLEAR },
            }
            let mut pieces: Vec<_> = actors.iter().filter(|actor| actor.shown).map(Actor::piece).collect();
            let veil_at = pieces.len() / 2;
            pieces.insert(veil_at, Piece::solid(veil_id.clone(), veil_commit, veil, [0.1, 0.2, 0.0, 0.4]));
            if let Some(drawn) = kept.draw(&pieces, clear, false) {
                drawn.readback.finish(&mut picture).expect("converted");
            }
            let mut fresh = Target::new(gpu(), (SIDE, SIDE).into());
            let drawn = fresh.draw(&pieces, clear, true).expect("a full draw");
            let mut whole = I420::black(SIDE as u32, SIDE as u32);
            drawn.readback.finish(&mut whole).expect("converted");
            prop_assert!(kept.pixels().expect("pixels") == fresh.pixels().expect("pixels"), "pixels differ");
            prop_assert!(picture == whole, "what the encoder gets differs");
        }
    }
}
