//! Shapes as the device draws them: rounded blocks, with a rounded block cut out where there is one, and strokes.
//!
//! How much of a pixel a shape covers is a function of the pixel's place (`shaders/quad.wgsl`), so a shape is sharp at every
//! scale and needs no picture of itself. Most of a shape covers its pixels wholly; [`Shape::parts`] finds where, so that the
//! function is only asked along the edges.

use smithay::utils::{Physical, Rectangle};

type Rect = Rectangle<i32, Physical>;

/// Parts of a pixel that an edge is rounded to: sums of lengths that should be whole are, whatever was added up.
const STEPS: f64 = 256.0;

/// A corner of this radius is divided further: half of its square is whole and an eighth is empty.
const LARGE_CORNER: f64 = 12.0;

/// A rounded rectangle, in the output's pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rounded {
    /// Left, top, right, bottom.
    pub edges: [f64; 4],
    /// Top left, top right, bottom right, bottom left.
    pub radii: [f64; 4],
}

/// A shape in the output's pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// A rounded block and what is cut out of it.
    Block { outer: Rounded, cut: Option<Rounded> },
    /// A straight stroke with round ends.
    Stroke { from: [f64; 2], to: [f64; 2], half_width: f64 },
}

/// Where a shape is seen. No two rectangles overlap.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Parts {
    /// Here it covers every pixel wholly.
    pub whole: Vec<Rect>,
    /// Here it may cover a part of some.
    pub edge: Vec<Rect>,
}

/// How much of a rectangle of pixels is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cover {
    Nothing,
    Whole,
    Some,
}

impl Rounded {
    /// Edges as near to whole pixels as they were meant to be, radii that fit: where two corners would meet, all shrink
    /// alike, as in CSS.
    pub(super) fn new(edges: [f64; 4], radii: [f64; 4]) -> Self {
        let [left, top, right, bottom] = edges.map(|edge| (edge * STEPS).round() / STEPS);
        let (right, bottom) = (right.max(left), bottom.max(top));
        let (w, h) = (right - left, bottom - top);
        let [a, b, c, d] = radii.map(|radius| if radius.is_finite() { radius.max(0.0) } else { 0.0 });
        let share = |side: f64, sum: f64| if sum > side { side / sum } else { 1.0 };
        let shares = [share(w, a + b), share(w, c + d), share(h, a + d), share(h, b + c)];
        let least = shares.into_iter().fold(1.0, f64::min);
        Self { edges: [left, top, right, bottom], radii: [a, b, c, d].map(|radius| radius * least) }
    }

    /// The middle of each corner's circle, and which way the corner lies from it.
    fn corners(&self) -> [([f64; 2], [f64; 2], f64); 4] {
        let ([left, top, right, bottom], [a, b, c, d]) = (self.edges, self.radii);
        [
            ([left + a, top + a], [-1.0, -1.0], a),
            ([right - b, top + b], [1.0, -1.0], b),
            ([right - c, bottom - c], [1.0, 1.0], c),
            ([left + d, bottom - d], [-1.0, 1.0], d),
        ]
    }

    /// How much of the pixels between these edges it covers; `Some` where that is not known.
    fn cover(&self, cell: [i32; 4]) -> Cover {
        let [left, top, right, bottom] = self.edges;
        let [x0, y0, x1, y1] = cell.map(f64::from);
        if x1 <= left || x0 >= right || y1 <= top || y0 >= bottom {
            return Cover::Nothing;
        }
        let mut cover = Cover::Whole;
        if x0 < left || x1 > right || y0 < top || y1 > bottom {
            cover = Cover::Some;
        }
        for ([x, y], [to_x, to_y], radius) in self.corners() {
            // How far the cell reaches from the circle's middle towards the corner: its ends on both axes.
            let reach = |middle: f64, to: f64, low: f64, high: f64| {
                let (a, b) = ((low - middle) * to, (high - middle) * to);
                (a.min(b).max(0.0), a.max(b))
            };
            let ((near_x, far_x), (near_y, far_y)) = (reach(x, to_x, x0, x1), reach(y, to_y, y0, y1));
            if radius <= 0.0 || far_x <= 0.0 || far_y <= 0.0 || far_x.hypot(far_y) <= radius {
                continue;
            }
            if near_x.hypot(near_y) >= radius {
                return Cover::Nothing;
            }
            cover = Cover::Some;
        }
        cover
    }

    /// Where its cover may change, along both axes.
    fn cuts(&self, xs: &mut Vec<i32>, ys: &mut Vec<i32>) {
        let [left, top, right, bottom] = self.edges;
        for (cuts, low, high) in [(&mut *xs, left, right), (&mut *ys, top, bottom)] {
            cuts.extend([low.floor(), low.ceil(), high.floor(), high.ceil()].map(|cut| cut as i32));
        }
        for ([x, y], [to_x, to_y], radius) in self.corners().into_iter().filter(|corner| corner.2 > 0.0) {
            // Away from the corner, so that what lies beyond is free of it.
            let away = |middle: f64, to: f64| if to < 0.0 { middle.ceil() as i32 } else { middle.floor() as i32 };
            xs.push(away(x, to_x));
            ys.push(away(y, to_y));
            if radius >= LARGE_CORNER {
                let inside = radius * std::f64::consts::FRAC_1_SQRT_2 - 0.01;
                xs.push(away(x + inside * to_x, to_x));
                ys.push(away(y + inside * to_y, to_y));
            }
        }
    }
}

impl Shape {
    /// Where it is seen within these bounds.
    pub(super) fn parts(&self, bounds: Rect) -> Parts {
        let (outer, cut) = match self {
            Self::Block { outer, cut } => (outer, cut),
            Self::Stroke { .. } => return Parts { whole: Vec::new(), edge: vec![bounds] },
        };
        let (mut xs, mut ys) = (Vec::with_capacity(24), Vec::with_capacity(24));
        outer.cuts(&mut xs, &mut ys);
        cut.iter().for_each(|cut| cut.cuts(&mut xs, &mut ys));
        settle(&mut xs, bounds.loc.x, bounds.loc.x + bounds.size.w);
        settle(&mut ys, bounds.loc.y, bounds.loc.y + bounds.size.h);
        let cover = |cell| match (outer.cover(cell), cut.map_or(Cover::Nothing, |cut| cut.cover(cell))) {
            (Cover::Nothing, _) | (_, Cover::Whole) => Cover::Nothing,
            (Cover::Whole, Cover::Nothing) => Cover::Whole,
            _ => Cover::Some,
        };
        let mut parts = Parts::default();
        // Runs of the row above that may go on in this one.
        let mut open: Vec<(Cover, Rect)> = Vec::new();
        for (y0, y1) in ys.iter().copied().zip(ys.iter().copied().skip(1)) {
            let mut row: Vec<(Cover, Rect)> = Vec::new();
            for (x0, x1) in xs.iter().copied().zip(xs.iter().copied().skip(1)) {
                let cover = cover([x0, y0, x1, y1]);
                match row.last_mut() {
                    Some((last, run)) if *last == cover => run.size.w += x1 - x0,
                    _ => row.push((cover, Rectangle::new((x0, y0).into(), (x1 - x0, y1 - y0).into()))),
                }
            }
            row.retain(|(cover, _)| *cover != Cover::Nothing);
            for (cover, run) in std::mem::take(&mut open) {
                let on =
                    |(other, next): &(Cover, Rect)| (*other, next.loc.x, next.size.w) == (cover, run.loc.x, run.size.w);
                match row.iter_mut().find(|next| on(next)) {
                    Some((_, next)) => {
                        next.loc.y = run.loc.y;
                        next.size.h += run.size.h;
                    }
                    None => parts.put(cover, run),
                }
            }
            open = row;
        }
        open.into_iter().for_each(|(cover, run)| parts.put(cover, run));
        parts
    }

    /// The whole pixels that it may touch. `None` if there are none, or it is out of all bounds.
    pub(super) fn bounds(&self) -> Option<Rect> {
        let edges = match self {
            Self::Block { outer, .. } => outer.edges,
            Self::Stroke { from, to, half_width } => {
                if ![from[0], from[1], to[0], to[1], *half_width].iter().all(|number| number.is_finite()) {
                    return None;
                }
                // A stroke that is thinner than a pixel is drawn fainter, not thinner.
                let half = half_width.max(0.5) + 0.5;
                let (x, y) = ((from[0].min(to[0]), from[0].max(to[0])), (from[1].min(to[1]), from[1].max(to[1])));
                [x.0 - half, y.0 - half, x.1 + half, y.1 + half]
            }
        };
        if !edges.iter().all(|edge| edge.is_finite() && edge.abs() < 1e6) {
            return None;
        }
        let [left, top, right, bottom] =
            [edges[0].floor(), edges[1].floor(), edges[2].ceil(), edges[3].ceil()].map(|edge| edge as i32);
        (right > left && bottom > top).then(|| Rectangle::new((left, top).into(), (right - left, bottom - top).into()))
    }

    /// What the shader gets: four groups of four numbers.
    pub(super) fn uniforms(&self) -> [[f32; 4]; 4] {
        // Far away from everything, so that nothing is cut out.
        const NOWHERE: Rounded = Rounded { edges: [-9.0e6; 4], radii: [0.0; 4] };
        let numbers = match self {
            Self::Block { outer, cut } => {
                let cut = cut.unwrap_or(NOWHERE);
                [outer.edges, outer.radii, cut.edges, cut.radii]
            }
            Self::Stroke { from, to, half_width } => {
                [[from[0], from[1], to[0], to[1]], [*half_width, 0.0, 0.0, 0.0], [0.0; 4], [0.0; 4]]
            }
        };
        numbers.map(|four| four.map(|number| number as f32))
    }
}

impl Parts {
    fn put(&mut self, cover: Cover, rect: Rect) {
        match cover {
            Cover::Whole => self.whole.push(rect),
            Cover::Some => self.edge.push(rect),
            Cover::Nothing => {}
        }
    }
}

/// Sorted, each once, from the first to the last pixel.
fn settle(cuts: &mut Vec<i32>, first: i32, last: i32) {
    cuts.extend([first, last]);
    cuts.retain(|cut| (first..=last).contains(cut));
    cuts.sort_unstable();
    cuts.dedup();
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the shader computes, to check it and the parts against.
    pub(in crate::render) fn coverage(shape: &Shape, x: i32, y: i32) -> f64 {
        let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
        match shape {
            Shape::Block { outer, cut } => covered(outer, x, y) * (1.0 - cut.map_or(0.0, |cut| covered(&cut, x, y))),
            Shape::Stroke { from, to, half_width } => {
                let (along, at) = ([to[0] - from[0], to[1] - from[1]], [x - from[0], y - from[1]]);
                let length = along[0] * along[0] + along[1] * along[1];
                let share = if length > 0.0 { (at[0] * along[0] + at[1] * along[1]) / length } else { 0.0 };
                let share = share.clamp(0.0, 1.0);
                let distance = (at[0] - along[0] * share).hypot(at[1] - along[1] * share);
                (half_width.max(0.5) + 0.5 - distance).clamp(0.0, 1.0) * (2.0 * half_width).min(1.0)
            }
        }
    }

    fn covered(rounded: &Rounded, x: f64, y: f64) -> f64 {
        let [left, top, right, bottom] = rounded.edges;
        let overlap = |low: f64, high: f64, at: f64| (high.min(at + 0.5) - low.max(at - 0.5)).clamp(0.0, 1.0);
        let mut covered = overlap(left, right, x) * overlap(top, bottom, y);
        let insets = [(x - left, y - top), (right - x, y - top), (right - x, bottom - y), (x - left, bottom - y)];
        for ((dx, dy), radius) in insets.into_iter().zip(rounded.radii) {
            if dx < radius && dy < radius {
                covered = covered.min((0.5 + radius - (radius - dx).hypot(radius - dy)).clamp(0.0, 1.0));
            }
        }
        covered
    }

    fn block(edges: [f64; 4], radii: [f64; 4], cut: Option<([f64; 4], [f64; 4])>) -> Shape {
        Shape::Block { outer: Rounded::new(edges, radii), cut: cut.map(|(edges, radii)| Rounded::new(edges, radii)) }
    }

    fn area(shape: &Shape) -> f64 {
        let bounds = shape.bounds().expect("something");
        let xs = bounds.loc.x..bounds.loc.x + bounds.size.w;
        (bounds.loc.y..bounds.loc.y + bounds.size.h)
            .flat_map(|y| xs.clone().map(move |x| (x, y)))
            .map(|(x, y)| coverage(shape, x, y))
            .sum()
    }

    #[test]
    fn straight_edges_on_pixels_need_no_shader() {
        let shape = block([10.0, 20.0, 17.0, 25.0 + 1e-9], [0.0; 4], None);
        let bounds = shape.bounds().expect("something");
        assert_eq!(shape.parts(bounds), Parts { whole: vec![bounds], edge: Vec::new() });
    }

    #[test]
    fn a_disc_covers_as_much_as_geometry_says() {
        for at in [0.0, 0.25, 0.5, 0.8] {
            let covered = area(&block([at, at, at + 64.0, at + 64.0], [32.0; 4], None));
            let expected = std::f64::consts::PI * 32.0 * 32.0;
            assert!((covered / expected - 1.0).abs() < 0.005, "{covered} of {expected}");
        }
    }

    #[test]
    fn a_rectangle_between_pixels_covers_its_area() {
        for (x, y, w, h) in [(0.5, 0.25, 10.0, 3.5), (3.9, 1.1, 0.3, 0.4), (0.2, 0.7, 1.0, 20.0)] {
            let covered = area(&block([x, y, x + w, y + h], [0.0; 4], None));
            assert!((covered - w * h).abs() < 0.02 * w.max(h), "{covered} of {}", w * h);
        }
    }

    #[test]
    fn an_elbow_leaves_the_middle_alone() {
        let cut = ([232.0, 40.0, 500.0, 200.0], [32.0, 0.0, 0.0, 0.0]);
        let elbow = block([8.0, 8.0, 424.0, 112.0], [80.0, 0.0, 0.0, 0.0], Some(cut));
        let parts = elbow.parts(elbow.bounds().expect("something"));
        let area = |rects: &[Rect]| rects.iter().map(|rect| rect.size.w * rect.size.h).sum::<i32>();
        assert!(area(&parts.edge) < 4000, "{parts:?}");
        assert!(area(&parts.whole) > 23_000, "{parts:?}");
    }

    #[test]
    fn nonsense_has_no_bounds() {
        for wrong in [f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(block([0.0, 0.0, wrong, 5.0], [0.0; 4], None).bounds(), None);
            assert_eq!(Shape::Stroke { from: [0.0, wrong], to: [0.0; 2], half_width: 1.0 }.bounds(), None);
        }
        assert_eq!(block([5.0, 0.0, 5.0, 5.0], [f64::NAN; 4], None).bounds(), None);
    }

    proptest! {
        #[test]
        fn parts_are_what_they_are_called(
            edges in (-9.0..9.0f64, -9.0..9.0f64, 0.0..90.0f64, 0.0..90.0f64), whole in any::<bool>(),
            radii in prop::array::uniform4(prop_oneof![Just(0.0), 0.0..50.0f64]),
            cut in prop::option::of((-20.0..80.0f64, -20.0..80.0f64, 1.0..80.0f64, 1.0..80.0f64, 0.0..40.0f64)),
        ) {
            let snap = |v: f64| if whole { v.round() } else { v };
            let (x, y, w, h) = (snap(edges.0), snap(edges.1), snap(edges.2), snap(edges.3));
            let cut = cut.map(|(x, y, w, h, r)| (([x, y, x + w, y + h]).map(snap), [r; 4]));
            let shape = block([x, y, x + w, y + h], radii, cut);
            let Some(bounds) = shape.bounds() else { return Ok(()) };
            let parts = shape.parts(bounds);
            for y in bounds.loc.y - 1..bounds.loc.y + bounds.size.h + 1 {
                for x in bounds.loc.x - 1..bounds.loc.x + bounds.size.w + 1 {
                    let covered = coverage(&shape, x, y);
                    let count = |rects: &[Rect]| rects.iter().filter(|rect| rect.contains((x, y))).count();
                    match (count(&parts.whole), count(&parts.edge)) {
                        (1, 0) => prop_assert!(covered > 0.999, "{x},{y} of {shape:?}: {covered}"),
                        (0, 0) => prop_assert!(covered < 0.001, "{x},{y} of {shape:?}: {covered}"),
                        (whole, edge) => prop_assert!(whole == 0 && edge == 1, "{x},{y} is in several parts"),
                    }
                }
            }
        }
    }
}
