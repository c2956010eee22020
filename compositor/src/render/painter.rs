//! Turns the interface's scene into pieces, and remembers them: what did not change is not made again.

use std::collections::HashMap;
use std::sync::Arc;

use lcars_ui::geometry::Rect;
use lcars_ui::scene::{Key, Primitive};
use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::CommitCounter;
use smithay::utils::{Physical, Rectangle, Size};

use super::coverage::{Rounded, Shape};
use super::fonts::Fonts;
use super::gpu::Gpu;
use super::mask::Mask;
use super::piece::Piece;
use super::text::{Line, coverage};

/// Paints scenes. Keep one for each output: it knows what its last scene looked like.
#[derive(Debug, Default)]
pub struct ScenePainter {
    /// Read when the first text is painted.
    fonts: Option<Fonts>,
    painted: HashMap<Key, Painted>,
    round: u64,
}

/// A primitive as it was last painted.
#[derive(Debug)]
struct Painted {
    primitive: Primitive,
    scale: f64,
    id: Id,
    commit: CommitCounter,
    mask: Option<Arc<Mask>>,
    piece: Option<Piece>,
    /// When it was last part of a scene.
    round: u64,
}

impl ScenePainter {
    /// A painter that has painted nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The scene as pieces, front to back. `scale` is device pixels for each logical one.
    pub fn pieces(&mut self, gpu: &Gpu, scene: &[Primitive], scale: f64) -> Vec<Piece> {
        self.round += 1;
        let mut pieces = Vec::with_capacity(scene.len());
        for primitive in scene.iter().rev() {
            pieces.extend(self.piece(gpu, primitive, scale));
        }
        let round = self.round;
        self.painted.retain(|_, painted| painted.round == round);
        pieces
    }

    fn piece(&mut self, gpu: &Gpu, primitive: &Primitive, scale: f64) -> Option<Piece> {
        let round = self.round;
        let known = self.painted.get_mut(&primitive.key());
        if let Some(painted) = known
            && painted.scale == scale
            && painted.primitive == *primitive
        {
            painted.round = round;
            return painted.piece.clone();
        }
        let old = self.painted.remove(&primitive.key());
        let same_shape = old.as_ref().is_some_and(|old| old.scale == scale && same_shape(&old.primitive, primitive));
        let (id, mut commit, mask) = match old {
            Some(old) => (old.id, old.commit, old.mask.filter(|_| same_shape)),
            None => (Id::new(), CommitCounter::default(), None),
        };
        commit.increment();
        let mask = if same_shape { mask } else { self.mask(gpu, primitive, scale).map(Arc::new) };
        let piece = assemble(primitive, scale, id.clone(), commit, mask.clone());
        let painted = Painted { primitive: primitive.clone(), scale, id, commit, mask, piece: piece.clone(), round };
        self.painted.insert(primitive.key(), painted);
        piece
    }

    /// The coverage of a primitive that is not a plain rectangle.
    fn mask(&mut self, gpu: &Gpu, primitive: &Primitive, scale: f64) -> Option<Mask> {
        let size = to_pixels(&primitive.rect(), scale)?.size;
        let coverage = match primitive {
            Primitive::Fill { .. } => {
                let shape = shape(primitive, size, scale)?;
                if shape.plain() {
                    return None;
                }
                shape.coverage()
            }
            Primitive::Text { text, face, cap_height, align, elide, .. } => {
                let cap_height = (cap_height * scale) as f32;
                let line = Line { text, face: *face, cap_height, align: *align, elide: *elide, size };
                coverage(self.fonts.get_or_insert_with(Fonts::new), &line)
            }
        };
        Mask::new(gpu, size, &coverage)
    }
}

fn assemble(
    primitive: &Primitive,
    scale: f64,
    id: Id,
    commit: CommitCounter,
    mask: Option<Arc<Mask>>,
) -> Option<Piece> {
    let rect = to_pixels(&primitive.rect(), scale)?;
    match (primitive, mask) {
        (Primitive::Fill { colour, .. }, Some(mask)) => {
            let solid = shape(primitive, rect.size, scale)?.solid();
            Some(Piece::mask(id, commit, rect.loc, mask, solid, colour.premultiplied()))
        }
        (Primitive::Fill { colour, .. }, None) => Some(Piece::solid(id, commit, rect, colour.premultiplied())),
        (Primitive::Text { colour, .. }, Some(mask)) => {
            Some(Piece::mask(id, commit, rect.loc, mask, Vec::new(), colour.premultiplied()))
        }
        (Primitive::Text { .. }, None) => None,
    }
}

/// Whether one differs from the other in nothing but place and colour.
fn same_shape(a: &Primitive, b: &Primitive) -> bool {
    let mut moved = b.clone();
    match (a, &mut moved) {
        (Primitive::Fill { rect: from, colour: painted, .. }, Primitive::Fill { rect, colour, .. })
        | (Primitive::Text { rect: from, colour: painted, .. }, Primitive::Text { rect, colour, .. }) => {
            *colour = *painted;
            // A cut is placed on the output, so the shape moves only as a whole.
            if matches!(b, Primitive::Text { .. } | Primitive::Fill { cut: None, .. })
                && (from.w, from.h) == (rect.w, rect.h)
                && (from.x - rect.x).fract() == 0.0
                && (from.y - rect.y).fract() == 0.0
            {
                *rect = *from;
            }
        }
        _ => return false,
    }
    *a == moved
}

/// In device pixels, every edge on the nearest one. `None` if nothing is left or it is out of all bounds.
fn to_pixels(rect: &Rect, scale: f64) -> Option<Rectangle<i32, Physical>> {
    let edges = [rect.x, rect.y, rect.right(), rect.bottom()].map(|edge| (edge * scale).round());
    if !edges.iter().all(|edge| edge.is_finite() && edge.abs() < 1e6) {
        return None;
    }
    let [left, top, right, bottom] = edges.map(|edge| edge as i32);
    (right > left && bottom > top).then(|| Rectangle::new((left, top).into(), (right - left, bottom - top).into()))
}

fn shape(primitive: &Primitive, size: Size<i32, Physical>, scale: f64) -> Option<Shape> {
    let Primitive::Fill { rect, radii, cut, .. } = primitive else { return None };
    let (x, y) = ((rect.x * scale).round(), (rect.y * scale).round());
    let cut = cut.map(|cut| {
        let edge = |edge: f64| (edge * scale).round();
        let (left, top) = (edge(cut.rect.x), edge(cut.rect.y));
        Rounded {
            x: left - x,
            y: top - y,
            w: edge(cut.rect.right()) - left,
            h: edge(cut.rect.bottom()) - top,
            radii: cut.radii.map(|radius| radius * scale),
        }
    });
    Some(Shape { size, radii: radii.map(|radius| radius * scale), cut })
}
