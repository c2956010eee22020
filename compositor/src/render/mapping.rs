//! Where a pixel of the output lies in a client's buffer.

use smithay::utils::{Buffer, Logical, Physical, Point, Rectangle, Size, Transform};

/// Takes a rectangle of a surface, in its own logical coordinates, to the buffer behind it.
///
/// `area` is the surface's logical size before any viewport. smithay's `Rectangle::to_buffer` turns quarter turns the
/// other way round than its own renderers (and the protocol) do, so a crop of a turned buffer would show the wrong part.
pub fn surface_to_buffer(
    rect: Rectangle<f64, Logical>,
    scale: f64,
    transform: Transform,
    area: Size<f64, Logical>,
) -> Rectangle<f64, Buffer> {
    let from = [rect.loc.x, rect.loc.y];
    let to = [rect.loc.x + rect.size.w, rect.loc.y + rect.size.h];
    let (a, b) = (turn(transform, from, [area.w, area.h]), turn(transform, to, [area.w, area.h]));
    let (x, y) = (a[0].min(b[0]), a[1].min(b[1]));
    let (w, h) = ((a[0] - b[0]).abs(), (a[1] - b[1]).abs());
    Rectangle::new((x * scale, y * scale).into(), (w * scale, h * scale).into())
}

/// The buffer's point for a point of the surface, whose extent is `area`, in the same unit.
fn turn(transform: Transform, [u, v]: [f64; 2], [w, h]: [f64; 2]) -> [f64; 2] {
    match transform {
        Transform::Normal => [u, v],
        Transform::_90 => [v, w - u],
        Transform::_180 => [w - u, h - v],
        Transform::_270 => [h - v, u],
        Transform::Flipped => [w - u, v],
        Transform::Flipped90 => [v, u],
        Transform::Flipped180 => [u, h - v],
        Transform::Flipped270 => [h - v, w - u],
    }
}

/// Whether width and height change places.
fn quarter_turned(transform: Transform) -> bool {
    matches!(transform, Transform::_90 | Transform::_270 | Transform::Flipped90 | Transform::Flipped270)
}

/// An affine map from offsets in a piece, in output pixels, to texels of its buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mapping {
    /// Texels for a step to the right.
    pub right: [f64; 2],
    /// Texels for a step down.
    pub down: [f64; 2],
    /// The texel at offset zero.
    pub start: [f64; 2],
    /// How a picture is sampled.
    pub sampling: Sampling,
}

/// How texels become pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sampling {
    /// Texel for pixel, not turned, on whole texels: it could be copied.
    Exact,
    /// Texel for pixel but turned, or enlarged a whole number of times.
    Nearest,
    /// Any other scale.
    Linear,
}

impl Mapping {
    /// How a piece of this size shows this part of a buffer. Neither may be empty.
    pub(super) fn new(src: Rectangle<f64, Buffer>, size: Size<i32, Physical>, transform: Transform) -> Self {
        let (w, h) = (src.size.w, src.size.h);
        let area = if quarter_turned(transform) { [h, w] } else { [w, h] };
        let (step_x, step_y) = (area[0] / f64::from(size.w), area[1] / f64::from(size.h));
        let origin = turn(transform, [0.0, 0.0], area);
        let right = turn(transform, [1.0, 0.0], area);
        let down = turn(transform, [0.0, 1.0], area);
        let whole = |v: f64| v == v.round();
        let aligned = whole(src.loc.x) && whole(src.loc.y) && whole(w) && whole(h);
        let times = |step: f64| step > 0.0 && step <= 1.0 && whole(1.0 / step);
        let sampling = match (aligned && times(step_x) && times(step_y), transform) {
            (true, Transform::Normal) if step_x == 1.0 && step_y == 1.0 => Sampling::Exact,
            (true, _) => Sampling::Nearest,
            (false, _) => Sampling::Linear,
        };
        Self {
            right: [(right[0] - origin[0]) * step_x, (right[1] - origin[1]) * step_x],
            down: [(down[0] - origin[0]) * step_y, (down[1] - origin[1]) * step_y],
            start: [src.loc.x + origin[0], src.loc.y + origin[1]],
            sampling,
        }
    }

    /// How a piece that begins at the pixel `origin` shows a part of a picture that is stretched over `rect`, which need
    /// not begin or end on a pixel.
    pub(super) fn stretched(
        src: Rectangle<f64, Buffer>,
        rect: Rectangle<f64, Physical>,
        origin: Point<i32, Physical>,
    ) -> Self {
        let step = [src.size.w / rect.size.w, src.size.h / rect.size.h];
        let offset = [f64::from(origin.x) - rect.loc.x, f64::from(origin.y) - rect.loc.y];
        let start = [src.loc.x + offset[0] * step[0], src.loc.y + offset[1] * step[1]];
        Self { right: [step[0], 0.0], down: [0.0, step[1]], start, sampling: Sampling::Linear }.copied_if_possible()
    }

    /// How the same is shown `factor` times as large, by a piece that begins where the offset `start` was.
    pub(super) fn scaled(&self, factor: [f64; 2], start: [f64; 2]) -> Self {
        let start = self.texel(start[0], start[1]);
        let right = self.right.map(|step| step / factor[0]);
        let down = self.down.map(|step| step / factor[1]);
        if factor == [1.0; 2] && start.iter().all(|texel| whole(*texel)) {
            return Self { start: start.map(f64::round), ..*self };
        }
        Self { right, down, start, sampling: Sampling::Linear }
    }

    fn copied_if_possible(self) -> Self {
        if near(self.right[0], 1.0) && near(self.down[1], 1.0) && self.start.iter().all(|texel| whole(*texel)) {
            let start = self.start.map(f64::round);
            return Self { right: [1.0, 0.0], down: [0.0, 1.0], start, sampling: Sampling::Exact };
        }
        self
    }

    /// Whether pictures are neither turned nor flipped.
    pub(super) fn upright(&self) -> bool {
        self.right[0] > 0.0 && self.down[1] > 0.0 && self.right[1] == 0.0 && self.down[0] == 0.0
    }

    /// The texel position at an offset.
    pub(super) fn texel(&self, x: f64, y: f64) -> [f64; 2] {
        let at = |i: usize| self.right[i] * x + self.down[i] * y + self.start[i];
        [at(0), at(1)]
    }

    /// The part of the buffer that a rectangle of the piece shows.
    pub(super) fn texels_of(&self, rect: Rectangle<i32, Physical>) -> Rectangle<f64, Buffer> {
        let a = self.texel(f64::from(rect.loc.x), f64::from(rect.loc.y));
        let b = self.texel(f64::from(rect.loc.x + rect.size.w), f64::from(rect.loc.y + rect.size.h));
        Rectangle::new((a[0].min(b[0]), a[1].min(b[1])).into(), ((a[0] - b[0]).abs(), (a[1] - b[1]).abs()).into())
    }

    /// The pixels of the piece that a change of these texels can change: never too few.
    pub(super) fn pixels_of(&self, rect: Rectangle<i32, Buffer>) -> Rectangle<i32, Physical> {
        // Linear sampling looks half a texel beyond itself on every side.
        let grow = if self.sampling == Sampling::Linear { 1.0 } else { 0.0 };
        let (x, y) = (f64::from(rect.loc.x) - grow, f64::from(rect.loc.y) - grow);
        let (w, h) = (f64::from(rect.size.w) + 2.0 * grow, f64::from(rect.size.h) + 2.0 * grow);
        let (a, b) = (self.offset([x, y]), self.offset([x + w, y + h]));
        // Rounding errors of the inverse must not move an edge that lies on a pixel.
        let low = |a: f64, b: f64| (a.min(b) + 1e-6).floor() as i32;
        let high = |a: f64, b: f64| (a.max(b) - 1e-6).ceil() as i32;
        let (left, top) = (low(a[0], b[0]), low(a[1], b[1]));
        let (right, bottom) = (high(a[0], b[0]), high(a[1], b[1]));
        let size = ((right.saturating_sub(left)).max(0), (bottom.saturating_sub(top)).max(0));
        Rectangle::new((left, top).into(), size.into())
    }

    /// The offset at a texel position. One of `right`'s and one of `down`'s parts is zero, which makes this a division.
    fn offset(&self, texel: [f64; 2]) -> [f64; 2] {
        let d = [texel[0] - self.start[0], texel[1] - self.start[1]];
        if self.right[0] != 0.0 {
            [d[0] / self.right[0], d[1] / self.down[1]]
        } else {
            [d[1] / self.right[1], d[0] / self.down[0]]
        }
    }
}

/// Whether a texel position is whole, but for what computing it may have added.
fn whole(v: f64) -> bool {
    near(v, v.round())
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Transform; 8] = [
        Transform::Normal,
        Transform::_90,
        Transform::_180,
        Transform::_270,
        Transform::Flipped,
        Transform::Flipped90,
        Transform::Flipped180,
        Transform::Flipped270,
    ];

    #[test]
    fn a_buffer_turned_by_90_has_the_surface_s_top_left_at_its_bottom_left() {
        // The protocol turns counter-clockwise: what is on top comes to lie on the left.
        let whole = Rectangle::new((0.0, 0.0).into(), (20.0, 40.0).into());
        let mapping = Mapping::new(whole, (40, 20).into(), Transform::_90);
        assert_eq!(mapping.texel(0.0, 0.0), [0.0, 40.0]);
        assert_eq!(mapping.texel(40.0, 0.0), [0.0, 0.0]);
    }

    #[test]
    fn there_and_back_is_the_same_rectangle_for_every_transform() {
        for transform in ALL {
            let size = if quarter_turned(transform) { (60, 40) } else { (40, 60) };
            let src = Rectangle::new((3.0, 5.0).into(), (20.0, 30.0).into());
            let mapping = Mapping::new(src, size.into(), transform);
            assert_eq!(mapping.sampling, Sampling::Nearest, "{transform:?}");
            let rect = Rectangle::new((4, 6).into(), (10, 12).into());
            let texels = mapping.texels_of(rect);
            assert_eq!(texels.to_i32_round::<i32>().to_f64(), texels);
            assert_eq!(mapping.pixels_of(texels.to_i32_round()), rect, "{transform:?}");
        }
    }

    #[test]
    fn a_crop_of_a_surface_is_the_part_of_the_buffer_that_is_drawn_there() {
        for transform in ALL {
            let (w, h) = (40.0, 60.0);
            let buffer = if quarter_turned(transform) { (h, w) } else { (w, h) };
            let whole = Rectangle::new((0.0, 0.0).into(), buffer.into());
            let mapping = Mapping::new(whole, (40, 60).into(), transform);
            let crop = surface_to_buffer(
                Rectangle::new((4.0, 6.0).into(), (10.0, 12.0).into()),
                1.0,
                transform,
                (w, h).into(),
            );
            assert_eq!(crop, mapping.texels_of(Rectangle::new((4, 6).into(), (10, 12).into())), "{transform:?}");
        }
    }

    #[test]
    fn only_what_could_be_copied_is_called_exact() {
        let sampling = |x: f64, w: f64, width: i32| {
            let src = Rectangle::new((x, 0.0).into(), (w, 10.0).into());
            Mapping::new(src, (width, 10).into(), Transform::Normal).sampling
        };
        assert_eq!(sampling(3.0, 10.0, 10), Sampling::Exact);
        assert_eq!(sampling(3.0, 10.0, 30), Sampling::Nearest);
        assert_eq!(sampling(0.5, 10.0, 10), Sampling::Linear);
        assert_eq!(sampling(0.0, 10.0, 15), Sampling::Linear);
        assert_eq!(sampling(0.0, 10.0, 5), Sampling::Linear);
    }
}
