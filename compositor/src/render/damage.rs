//! Keeps a list of damaged rectangles short and free of overlap.

use smithay::utils::{Physical, Rectangle};

type Rect = Rectangle<i32, Physical>;

/// More rectangles than this cost more in bookkeeping than they save in pixels.
const MOST: usize = 16;

/// A rectangle of its own costs about as much as this many pixels (a draw call, a copy, a row of cache misses).
const OVERHEAD: i64 = 4096;

/// Merges rectangles where that is cheaper than to keep them apart, then cuts them so that none overlap.
pub(crate) fn tidy(rects: &[Rect], bounds: Rect) -> Vec<Rect> {
    let mut kept: Vec<Rect> = Vec::with_capacity(MOST + 1);
    for rect in rects.iter().filter_map(|rect| rect.intersection(bounds)).filter(|rect| !rect.is_empty()) {
        // While everything moves, hundreds of rectangles lie within a few large ones.
        if kept.iter().any(|kept| kept.contains_rect(rect)) {
            continue;
        }
        kept.retain(|kept| !rect.contains_rect(*kept));
        kept.push(rect);
        while let Some((a, b, waste)) = cheapest_merge(&kept) {
            if waste > OVERHEAD && kept.len() <= MOST {
                break;
            }
            let merged = kept[a].merge(kept[b]);
            kept.swap_remove(b);
            kept[a] = merged;
        }
    }
    apart(kept)
}

/// The two whose merging adds the fewest pixels, and how many.
fn cheapest_merge(rects: &[Rect]) -> Option<(usize, usize, i64)> {
    let mut best: Option<(usize, usize, i64)> = None;
    for (b, right) in rects.iter().enumerate() {
        for (a, left) in rects.iter().enumerate().take(b) {
            let waste = area(&left.merge(*right)) - area(left) - area(right);
            if best.is_none_or(|(_, _, least)| waste < least) {
                best = Some((a, b, waste));
            }
        }
    }
    best
}

/// The same area without any overlap: what is blended twice would show.
fn apart(rects: Vec<Rect>) -> Vec<Rect> {
    let mut done: Vec<Rect> = Vec::with_capacity(rects.len());
    for rect in rects {
        let new = rect.subtract_rects(done.iter().copied());
        done.extend(new.into_iter().filter(|rect| !rect.is_empty()));
    }
    done
}

/// In pixels.
pub(super) fn area(rect: &Rect) -> i64 {
    i64::from(rect.size.w) * i64::from(rect.size.h)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rect(x: i32, y: i32, w: i32, h: i32) -> Rect {
        Rectangle::new((x, y).into(), (w, h).into())
    }

    const BOUNDS: (i32, i32) = (1280, 720);

    #[test]
    fn far_corners_stay_apart() {
        let rects = [rect(0, 0, 20, 20), rect(1200, 700, 20, 20)];
        assert_eq!(tidy(&rects, Rectangle::from_size(BOUNDS.into())).len(), 2);
    }

    #[test]
    fn neighbouring_lines_become_one() {
        let rects = [rect(100, 100, 400, 20), rect(100, 120, 400, 20)];
        assert_eq!(tidy(&rects, Rectangle::from_size(BOUNDS.into())), vec![rect(100, 100, 400, 40)]);
    }

    proptest! {
        #[test]
        fn nothing_damaged_is_lost_nothing_is_covered_twice(
            rects in prop::collection::vec((-50..1400i32, -50..800i32, 0..300i32, 0..300i32), 0..60)
        ) {
            let bounds = Rectangle::from_size(BOUNDS.into());
            let rects: Vec<_> = rects.into_iter().map(|(x, y, w, h)| rect(x, y, w, h)).collect();
            let tidied = tidy(&rects, bounds);
            for damaged in rects.iter().filter_map(|rect| rect.intersection(bounds)) {
                prop_assert!(damaged.subtract_rects(tidied.iter().copied()).iter().all(|rest| rest.is_empty()));
            }
            for (i, a) in tidied.iter().enumerate() {
                prop_assert!(bounds.contains_rect(*a));
                prop_assert!(tidied.iter().skip(i + 1).all(|b| a.intersection(*b).is_none_or(|both| both.is_empty())));
            }
        }
    }
}
