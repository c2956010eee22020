//! Showing what is somewhere somewhere else, larger or smaller: a live window while a camera moves.

use smithay::utils::{Physical, Rectangle};

use super::piece::Piece;

type Rect = Rectangle<i32, Physical>;

/// Lengths that differ by less, in pixels, are the same.
const SAME: f64 = 1e-3;

/// Shows pieces that lie in `from` in `to` instead, enlarged or reduced alike, in the same order.
///
/// `clip` cuts what reaches outside; `opacity` comes on top of the pieces' own. Where nothing is scaled and whole pixels are
/// moved, what could be copied still can. Shapes and letters, which are made for their scale, are left out: windows have
/// none.
pub fn scaled(
    pieces: &[Piece],
    from: Rectangle<f64, Physical>,
    to: Rectangle<f64, Physical>,
    clip: Option<Rectangle<i32, Physical>>,
    opacity: f32,
) -> Vec<Piece> {
    let Some(scaling) = Scaling::new(from, to, clip, opacity) else { return Vec::new() };
    pieces.iter().filter_map(|piece| piece.scaled(&scaling)).collect()
}

/// From where something is to where it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scaling {
    from: Rectangle<f64, Physical>,
    to: Rectangle<f64, Physical>,
    clip: Option<Rect>,
    opacity: f32,
}

impl Scaling {
    /// `None` if either is empty or no number.
    fn new(
        from: Rectangle<f64, Physical>,
        mut to: Rectangle<f64, Physical>,
        clip: Option<Rect>,
        opacity: f32,
    ) -> Option<Self> {
        let sane = |rect: Rectangle<f64, Physical>| {
            let numbers = [rect.loc.x, rect.loc.y, rect.size.w, rect.size.h];
            let there = rect.size.w > 0.0 && rect.size.h > 0.0;
            there && numbers.iter().all(|number| number.is_finite() && number.abs() < 1e6)
        };
        if !sane(from) || !sane(to) || !opacity.is_finite() {
            return None;
        }
        let same = |a: f64, b: f64| (a - b).abs() < SAME;
        if same(from.size.w, to.size.w) && same(from.size.h, to.size.h) {
            to.size = from.size;
            let by = to.loc - from.loc;
            if same(by.x, by.x.round()) && same(by.y, by.y.round()) {
                to.loc = from.loc + smithay::utils::Point::<f64, Physical>::from((by.x.round(), by.y.round()));
            }
        }
        Some(Self { from, to, clip, opacity: opacity.clamp(0.0, 1.0) })
    }

    pub(super) fn clip(&self) -> Option<Rect> {
        self.clip
    }

    pub(super) fn opacity(&self) -> f32 {
        self.opacity
    }

    /// How many times larger things are shown.
    pub(super) fn factor(&self) -> [f64; 2] {
        [self.to.size.w / self.from.size.w, self.to.size.h / self.from.size.h]
    }

    /// Where something is shown.
    pub(super) fn rect(&self, rect: Rectangle<f64, Physical>) -> Rectangle<f64, Physical> {
        let [x, y] = self.factor();
        let (from, to) = (self.from.loc, self.to.loc);
        let loc = (to.x + (rect.loc.x - from.x) * x, to.y + (rect.loc.y - from.y) * y);
        Rectangle::new(loc.into(), (rect.size.w * x, rect.size.h * y).into())
    }

    /// Where what is shown at a place is in truth.
    pub(super) fn back(&self, at: [f64; 2]) -> [f64; 2] {
        let [x, y] = self.factor();
        [self.from.loc.x + (at[0] - self.to.loc.x) / x, self.from.loc.y + (at[1] - self.to.loc.y) / y]
    }
}

/// Every edge on the nearest pixel. `None` if nothing is left or it is out of all bounds.
pub(super) fn rounded(rect: Rectangle<f64, Physical>) -> Option<Rect> {
    on_pixels(rect, f64::round, f64::round)
}

/// The pixels that it touches.
pub(super) fn outwards(rect: Rectangle<f64, Physical>) -> Option<Rect> {
    on_pixels(rect, f64::floor, f64::ceil)
}

/// The pixels that it covers.
pub(super) fn inwards(rect: Rectangle<f64, Physical>) -> Option<Rect> {
    on_pixels(rect, f64::ceil, f64::floor)
}

fn on_pixels(rect: Rectangle<f64, Physical>, low: fn(f64) -> f64, high: fn(f64) -> f64) -> Option<Rect> {
    // What should be whole is, whatever was added up on the way.
    let near = |edge: f64| (edge * 1024.0).round() / 1024.0;
    let (right, bottom) = (rect.loc.x + rect.size.w, rect.loc.y + rect.size.h);
    let edges = [low(near(rect.loc.x)), low(near(rect.loc.y)), high(near(right)), high(near(bottom))];
    if !edges.iter().all(|edge| edge.is_finite() && edge.abs() < 1e6) {
        return None;
    }
    let [left, top, right, bottom] = edges.map(|edge| edge as i32);
    (right > left && bottom > top).then(|| Rectangle::new((left, top).into(), (right - left, bottom - top).into()))
}
