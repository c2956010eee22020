//! How much of each pixel a rounded shape covers, computed from the distance to its edge.

use smithay::utils::{Physical, Rectangle, Size};

/// A rounded rectangle in pixels, relative to the shape's own corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rounded {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
    /// Top left, top right, bottom right, bottom left.
    pub radii: [f64; 4],
}

impl Rounded {
    /// The radii that fit: where two corners would meet, all shrink alike, as in CSS.
    fn radii(&self) -> [f64; 4] {
        let [a, b, c, d] = self.radii.map(|radius| radius.max(0.0));
        let share = |side: f64, sum: f64| if sum > side { side / sum } else { 1.0 };
        let shares = [share(self.w, a + b), share(self.w, c + d), share(self.h, a + d), share(self.h, b + c)];
        let least = shares.into_iter().fold(1.0, f64::min);
        [a, b, c, d].map(|radius| radius * least)
    }

    /// 0 outside, 1 inside, in between where the edge crosses the pixel.
    fn covers(&self, [a, b, c, d]: [f64; 4], x: f64, y: f64) -> f64 {
        // How far inside of each edge the point lies.
        let (left, top, right, bottom) = (x - self.x, y - self.y, self.x + self.w - x, self.y + self.h - y);
        let corners = [(left, top, a), (right, top, b), (right, bottom, c), (left, bottom, d)];
        let round = corners.into_iter().find(|(dx, dy, radius)| dx < radius && dy < radius);
        let inside = match round {
            Some((dx, dy, radius)) => radius - (radius - dx).hypot(radius - dy),
            None => left.min(top).min(right).min(bottom),
        };
        (0.5 + inside).clamp(0.0, 1.0)
    }
}

/// A shape: a rounded rectangle with its corner at zero, and what is cut out of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shape {
    pub size: Size<i32, Physical>,
    pub radii: [f64; 4],
    pub cut: Option<Rounded>,
}

impl Shape {
    /// Whether it is nothing but a rectangle.
    pub(super) fn plain(&self) -> bool {
        self.cut.is_none() && self.radii.iter().all(|radius| *radius <= 0.0)
    }

    /// One byte a pixel, row by row.
    pub(super) fn coverage(&self) -> Vec<u8> {
        let (w, h) = (f64::from(self.size.w), f64::from(self.size.h));
        let outer = Rounded { x: 0.0, y: 0.0, w, h, radii: self.radii };
        let (radii, cut) = (outer.radii(), self.cut.map(|cut| (cut, cut.radii())));
        let mut coverage = Vec::with_capacity(self.size.w as usize * self.size.h as usize);
        for y in 0..self.size.h {
            for x in 0..self.size.w {
                let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
                let rest = cut.map_or(1.0, |(cut, radii)| 1.0 - cut.covers(radii, x, y));
                coverage.push((outer.covers(radii, x, y) * rest * 255.0).round() as u8);
            }
        }
        coverage
    }

    /// Where it certainly covers whole pixels: everything but the squares of its corners and the bounds of the cut.
    pub(super) fn solid(&self) -> Vec<Rectangle<i32, Physical>> {
        let (w, h) = (self.size.w, self.size.h);
        let [a, b, c, d] = self.radii.map(|radius| (radius.ceil() as i32).clamp(0, w.min(h)));
        let square = |x: i32, y: i32, side: i32| Rectangle::new((x, y).into(), (side, side).into());
        let mut holes = vec![square(0, 0, a), square(w - b, 0, b), square(w - c, h - c, c), square(0, h - d, d)];
        if let Some(cut) = self.cut {
            let (left, top) = (cut.x.floor() as i32, cut.y.floor() as i32);
            let (right, bottom) = ((cut.x + cut.w).ceil() as i32, (cut.y + cut.h).ceil() as i32);
            holes.push(Rectangle::new((left, top).into(), ((right - left).max(0), (bottom - top).max(0)).into()));
        }
        let holes = holes.into_iter().filter(|hole| !hole.is_empty());
        Rectangle::from_size(self.size).subtract_rects(holes).into_iter().filter(|rect| !rect.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn straight_edges_on_pixels_are_sharp() {
        let shape = Shape { size: (7, 5).into(), radii: [0.0; 4], cut: None };
        assert!(shape.plain());
        assert!(shape.coverage().iter().all(|coverage| *coverage == 255));
    }

    #[test]
    fn a_disc_covers_as_much_as_geometry_says() {
        let shape = Shape { size: (64, 64).into(), radii: [32.0; 4], cut: None };
        let covered: f64 = shape.coverage().iter().map(|coverage| f64::from(*coverage) / 255.0).sum();
        let area = std::f64::consts::PI * 32.0 * 32.0;
        assert!((covered / area - 1.0).abs() < 0.005, "{covered} of {area}");
    }

    #[test]
    fn an_end_cap_is_round_over_its_whole_width() {
        let shape = Shape { size: (16, 32).into(), radii: [0.0, 16.0, 16.0, 0.0], cut: None };
        let coverage = shape.coverage();
        let covered: f64 = coverage.iter().map(|coverage| f64::from(*coverage) / 255.0).sum();
        let area = std::f64::consts::PI * 16.0 * 16.0 / 2.0;
        assert!((covered / area - 1.0).abs() < 0.01, "{covered} of {area}");
        assert_eq!((coverage[16 * 16], coverage[15]), (255, 0));
        assert!(coverage[16 * 16 + 15] > 250, "the middle of the right edge is reached");
    }

    #[test]
    fn an_elbow_is_empty_inside_and_has_a_soft_inner_corner() {
        let cut = Rounded { x: 32.0, y: 32.0, w: 200.0, h: 200.0, radii: [16.0, 0.0, 0.0, 0.0] };
        let shape = Shape { size: (88, 100).into(), radii: [40.0, 0.0, 0.0, 0.0], cut: Some(cut) };
        let coverage = shape.coverage();
        let at = |x: usize, y: usize| coverage[y * 88 + x];
        assert_eq!((at(0, 0), at(16, 90), at(80, 16), at(80, 90)), (0, 255, 255, 0));
        assert_eq!(at(33, 33), 255, "the fillet fills the corner of the cut");
        assert_eq!(at(47, 47), 0);
    }

    proptest! {
        #[test]
        fn what_is_called_solid_is(
            w in 1..80i32, h in 1..80i32, radii in prop::array::uniform4(0.0..40.0f64),
            cut in prop::option::of((0.0..80.0f64, 0.0..80.0f64, 1.0..80.0f64, 1.0..80.0f64, 0.0..40.0f64)),
        ) {
            let cut = cut.map(|(x, y, w, h, r)| Rounded { x, y, w, h, radii: [r; 4] });
            let shape = Shape { size: (w, h).into(), radii, cut };
            let coverage = shape.coverage();
            for rect in shape.solid() {
                for y in rect.loc.y..rect.loc.y + rect.size.h {
                    for x in rect.loc.x..rect.loc.x + rect.size.w {
                        prop_assert_eq!(coverage[(y * w + x) as usize], 255, "{},{} of {:?}", x, y, shape);
                    }
                }
            }
        }
    }
}
