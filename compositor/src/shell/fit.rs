//! How a window is seen that is larger than its place: whole, and smaller.

use smithay::utils::{Logical, Size};

/// No window is shown smaller than one to this; what reaches outside then is cut off.
const LEAST: f64 = 8.0;
/// No window is told to be larger on a side, whatever it says that it needs.
const MOST: i32 = 4096;

type Extent = Size<i32, Logical>;

/// How often something goes into a room that is smaller, at most one.
fn share(size: Extent, room: Extent) -> f64 {
    let along = |room: i32, size: i32| f64::from(room.max(1)) / f64::from(size.max(1));
    along(room.w, size.w).min(along(room.h, size.h)).clamp(1.0 / LEAST, 1.0)
}

/// The part of a size that is shown in a room, and how large that is there; `None` where it has room as it is.
pub(crate) fn reduced(size: Extent, room: Extent) -> Option<(Extent, Extent)> {
    if size.w <= room.w && size.h <= room.h || room.is_empty() {
        return None;
    }
    let part = |size: i32, room: i32| f64::from(size).min(f64::from(room) * LEAST).round() as i32;
    let from = Extent::from((part(size.w, room.w), part(size.h, room.h)));
    let share = share(from, room);
    let side = |from: i32, room: i32| {
        let exact = f64::from(from) * share;
        // No line of what is behind it shows at the edge because something was rounded.
        if f64::from(room) - exact < 1.0 { room } else { (exact.round() as i32).max(1) }
    };
    Some((from, Extent::from((side(from.w, room.w), side(from.h, room.h)))))
}

/// The size for a window that is to fill a room and cannot be smaller than `least`: the room's, or one of the same
/// proportions in which it finds place.
pub(super) fn filling(room: Extent, least: Extent) -> Extent {
    let least = Extent::from((least.w.clamp(0, MOST), least.h.clamp(0, MOST)));
    if least.w <= room.w && least.h <= room.h {
        return room;
    }
    let share = share(least, room);
    let side = |room: i32, least: i32| ((f64::from(room) / share).round() as i32).max(least);
    Extent::from((side(room.w, least.w), side(room.h, least.h)))
}

/// For the frame: how large a window is seen, in hundredths of its size.
pub(super) fn hundredths(from: Extent, to: Extent) -> u8 {
    let along = |from: i32, to: i32| f64::from(to) / f64::from(from.max(1));
    (along(from.w, to.w).min(along(from.h, to.h)) * 100.0).round().clamp(1.0, 99.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(w: i32, h: i32) -> Extent {
        Extent::from((w, h))
    }

    #[test]
    fn what_has_room_is_shown_as_it_is() {
        assert_eq!(reduced(size(800, 600), size(800, 600)), None);
        assert_eq!(reduced(size(10, 10), size(800, 600)), None);
        assert_eq!(filling(size(800, 600), size(800, 600)), size(800, 600));
        assert_eq!(filling(size(800, 600), size(0, 0)), size(800, 600), "it says nothing");
        assert_eq!(reduced(size(800, 600), size(0, 0)), None, "there is no room at all");
    }

    #[test]
    fn what_is_larger_is_shown_whole_in_its_proportions() {
        assert_eq!(reduced(size(1600, 600), size(800, 600)), Some((size(1600, 600), size(800, 300))));
        assert_eq!(reduced(size(400, 1200), size(800, 600)), Some((size(400, 1200), size(200, 600))));
        assert_eq!(hundredths(size(1600, 600), size(800, 300)), 50);
        assert_eq!(hundredths(size(801, 600), size(800, 599)), 99, "what is not whole is never said to be");
    }

    #[test]
    fn a_window_that_needs_more_fills_the_room_all_the_same() {
        for (room, least) in [
            (size(1148, 604), size(1415, 732)),
            (size(360, 560), size(1415, 732)),
            (size(1000, 700), size(300, 900)),
            (size(333, 777), size(334, 1)),
        ] {
            let told = filling(room, least);
            assert!(told.w >= least.w && told.h >= least.h, "{told:?}");
            assert_eq!(reduced(told, room), Some((told, room)));
        }
    }

    #[test]
    fn hostile_sizes_stay_within_bounds() {
        let room = size(1148, 604);
        for least in [size(i32::MAX, 1), size(i32::MAX, i32::MAX), size(i32::MIN, i32::MIN), size(-5, i32::MAX)] {
            let told = filling(room, least);
            assert!(told.w >= room.w && told.h >= room.h, "{told:?}");
            assert!(told.w <= 8 * room.w && told.h <= 8 * room.h, "{told:?}");
        }
        let (from, to) = reduced(size(i32::MAX, i32::MAX), room).unwrap();
        assert_eq!((from, to), (size(8 * 1148, 8 * 604), room));
        assert!(reduced(size(i32::MAX, i32::MIN), room).is_some_and(|(_, to)| to.w <= room.w && to.h >= 1));
    }
}
