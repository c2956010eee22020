//! Places on a sheet for rectangles of many sizes, in rows.
//!
//! Small pictures that stay share few textures: a device gives memory back in whole blocks, and each texture of its own would
//! keep one of them.

use smithay::utils::{Buffer, Rectangle, Size};

/// What is taken of a sheet. Nothing is given back: a sheet is dropped as a whole.
#[derive(Debug)]
pub(super) struct Shelves {
    size: Size<i32, Buffer>,
    rows: Vec<Row>,
    /// Where the next row begins.
    bottom: i32,
}

#[derive(Debug)]
struct Row {
    top: i32,
    height: i32,
    used: i32,
}

impl Shelves {
    /// Nothing is taken yet.
    pub(super) fn new(size: Size<i32, Buffer>) -> Self {
        Self { size, rows: Vec::new(), bottom: 0 }
    }

    /// In the lowest row that it fits into without wasting half of it, else in a new one. `None` where there is no room.
    pub(super) fn place(&mut self, size: Size<i32, Buffer>) -> Option<Rectangle<i32, Buffer>> {
        let whole = self.size;
        if size.w <= 0 || size.h <= 0 || size.w > whole.w || size.h > whole.h {
            return None;
        }
        let fits = |row: &&mut Row| {
            row.height >= size.h && row.height <= size.h + size.h / 2 + 2 && row.used <= whole.w - size.w
        };
        if let Some(row) = self.rows.iter_mut().filter(fits).min_by_key(|row| row.height) {
            let place = Rectangle::new((row.used, row.top).into(), size);
            row.used += size.w;
            return Some(place);
        }
        if self.bottom > whole.h - size.h {
            return None;
        }
        let place = Rectangle::new((0, self.bottom).into(), size);
        self.rows.push(Row { top: self.bottom, height: size.h, used: size.w });
        self.bottom += size.h;
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sheet_of_equal_squares_is_filled_to_the_last() {
        let mut shelves = Shelves::new((64, 48).into());
        let places: Vec<_> = std::iter::from_fn(|| shelves.place((16, 16).into())).collect();
        assert_eq!(places.len(), 12);
        assert_eq!(places.last(), Some(&Rectangle::new((48, 32).into(), (16, 16).into())));
    }

    proptest! {
        #[test]
        fn places_lie_on_the_sheet_and_apart(sizes in prop::collection::vec((-2..40i32, -2..40i32), 1..80)) {
            let whole = Rectangle::from_size((100, 90).into());
            let mut shelves = Shelves::new(whole.size);
            let mut places: Vec<Rectangle<i32, Buffer>> = Vec::new();
            for (w, h) in sizes {
                let Some(place) = shelves.place((w, h).into()) else {
                    // A first one that is none too large always has room.
                    prop_assert!(!places.is_empty() || w <= 0 || h <= 0);
                    continue;
                };
                prop_assert_eq!((place.size.w, place.size.h), (w, h));
                prop_assert!(whole.contains_rect(place));
                prop_assert!(!places.iter().any(|other| other.overlaps(place)));
                places.push(place);
            }
        }
    }
}
