//! Logical coordinates: what a layout speaks, before the output's scale makes device pixels of them.

/// A place, in logical pixels from the output's top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Rightwards.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// An extent in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Size {
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// A rectangle in logical pixels; its right and bottom edges are not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// A rectangle by its corner and extent.
    pub const fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    /// A rectangle by its four edges; negative extents become zero.
    pub fn from_edges(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self { x: left, y: top, w: (right - left).max(0.0), h: (bottom - top).max(0.0) }
    }

    /// The first coordinate right of it.
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// The first coordinate below it.
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// The point in its middle.
    pub fn middle(&self) -> Point {
        Point { x: self.x + self.w / 2.0, y: self.y + self.h / 2.0 }
    }

    /// Its extent.
    pub fn size(&self) -> Size {
        Size { w: self.w, h: self.h }
    }

    /// Whether it has no area.
    pub fn is_empty(&self) -> bool {
        !(self.w > 0.0 && self.h > 0.0)
    }

    /// Whether the point lies in it.
    pub fn contains(&self, point: Point) -> bool {
        point.x >= self.x && point.x < self.right() && point.y >= self.y && point.y < self.bottom()
    }

    /// What the two share; nothing at one's corner where they are apart.
    pub fn meet(&self, other: Rect) -> Self {
        Self::from_edges(
            self.x.max(other.x),
            self.y.max(other.y),
            self.right().min(other.right()),
            self.bottom().min(other.bottom()),
        )
    }

    /// Whether the two share any area.
    pub fn overlaps(&self, other: &Rect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_far_edges_belong_to_the_neighbour() {
        let rect = Rect::new(10.0, 10.0, 5.0, 5.0);
        assert!(rect.contains(Point { x: 10.0, y: 10.0 }));
        assert!(!rect.contains(Point { x: 15.0, y: 12.0 }));
        assert!(!rect.overlaps(&Rect::new(15.0, 10.0, 5.0, 5.0)));
        assert!(rect.overlaps(&Rect::new(14.9, 10.0, 5.0, 5.0)));
    }

    #[test]
    fn edges_in_the_wrong_order_make_an_empty_rectangle() {
        assert!(Rect::from_edges(10.0, 0.0, 5.0, 5.0).is_empty());
        assert!(Rect::new(0.0, 0.0, f64::NAN, 5.0).is_empty());
    }
}
