//! Pictures that items send as numbers.

use std::sync::Arc;

/// No side is longer; a sign that is a few letters high needs no more.
const MOST_SIDE: i32 = 512;
/// The best side: as large as a sign is shown on a fine screen.
const BEST_SIDE: i32 = 64;
/// Of so many sizes one is chosen.
const MOST_SIZES: usize = 32;

/// A picture: width, height, and four bytes for each point, in the protocol's order.
pub(super) type Raw = (i32, i32, Vec<u8>);

/// A small picture, as many pixels as it says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pixels {
    /// In pixels, 1 to 512.
    pub width: u32,
    /// In pixels, 1 to 512.
    pub height: u32,
    /// Red, green, blue, alpha, not premultiplied; rows from the top.
    pub rgba: Vec<u8>,
}

/// The one that fits best: the smallest that is large enough, else the largest. What is not as large as it says is none.
pub(super) fn best(sizes: Vec<Raw>) -> Option<Arc<Pixels>> {
    let rank = |(width, height, _): &Raw| {
        let side = (*width).max(*height);
        if side >= BEST_SIDE { (0, side) } else { (1, -side) }
    };
    let whole = sizes.into_iter().take(MOST_SIZES).filter(is_whole).min_by_key(rank)?;
    let (width, height, mut bytes) = whole;
    for pixel in bytes.chunks_exact_mut(4) {
        // From alpha, red, green, blue.
        pixel.rotate_left(1);
    }
    Some(Arc::new(Pixels { width: u32::try_from(width).ok()?, height: u32::try_from(height).ok()?, rgba: bytes }))
}

fn is_whole((width, height, bytes): &Raw) -> bool {
    let side = 1..=MOST_SIDE;
    let (Ok(w), Ok(h)) = (usize::try_from(*width), usize::try_from(*height)) else { return false };
    side.contains(width) && side.contains(height) && bytes.len() == w * h * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(side: i32) -> Raw {
        (side, side, [255, 1, 2, 3].repeat((side * side) as usize))
    }

    #[test]
    fn the_smallest_that_is_large_enough_is_taken() {
        let sides = |sides: &[i32]| best(sides.iter().map(|side| square(*side)).collect()).map(|pixels| pixels.width);
        assert_eq!(sides(&[16, 256, 64, 128]), Some(64));
        assert_eq!(sides(&[16, 48, 22]), Some(48));
        assert_eq!(sides(&[200, 16]), Some(200));
        assert_eq!(sides(&[]), None);
    }

    #[test]
    fn colours_come_out_in_the_usual_order() {
        assert_eq!(best(vec![square(1)]).unwrap().rgba, [1, 2, 3, 255]);
    }

    #[test]
    fn what_is_not_as_large_as_it_says_is_no_picture() {
        let liars = [(i32::MAX, i32::MAX, vec![0; 4]), (32768, 32768, vec![]), (-1, -4, vec![0; 16]), (0, 0, vec![])];
        for liar in liars.into_iter().chain([(2, 2, vec![0; 15]), (2, 2, vec![0; 17]), square(513)]) {
            let said = (liar.0, liar.1, liar.2.len());
            assert_eq!(best(vec![liar]), None, "{said:?}");
        }
        assert_eq!(best(vec![(9, 9, vec![]), square(8)]).unwrap().width, 8, "the honest one is taken");
    }
}
