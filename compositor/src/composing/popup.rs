//! Where the window of an input method goes.

use smithay::utils::{Logical, Point, Rectangle, Size};

/// The corner of a popup of this size beside a cursor: below it, above it where there is no room below, and inside `room`
/// as far as it fits there.
pub fn place(
    cursor: Rectangle<i32, Logical>,
    size: Size<i32, Logical>,
    room: Rectangle<i32, Logical>,
) -> Point<i32, Logical> {
    let right = room.loc.x.saturating_add(room.size.w);
    let bottom = room.loc.y.saturating_add(room.size.h);
    let below = cursor.loc.y.saturating_add(cursor.size.h);
    let above = cursor.loc.y.saturating_sub(size.h);
    let y = if below.saturating_add(size.h) > bottom && above >= room.loc.y { above } else { below };
    // The left and top edges are seen in any case.
    let inside = |at: i32, length: i32, from: i32, to: i32| at.min(to.saturating_sub(length)).max(from);
    (inside(cursor.loc.x, size.w, room.loc.x, right), inside(y, size.h, room.loc.y, bottom)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: (i32, i32) = (800, 600);

    fn placed(cursor: (i32, i32, i32, i32), size: (i32, i32)) -> (i32, i32) {
        let (x, y, w, h) = cursor;
        let cursor = Rectangle::new((x, y).into(), (w, h).into());
        let at = place(cursor, size.into(), Rectangle::from_size(ROOM.into()));
        (at.x, at.y)
    }

    #[test]
    fn below_the_cursor_or_above_where_there_is_no_room() {
        assert_eq!(placed((100, 100, 1, 20), (200, 50)), (100, 120));
        assert_eq!(placed((100, 570, 1, 20), (200, 50)), (100, 520));
    }

    #[test]
    fn never_outside_the_picture() {
        assert_eq!(placed((790, 100, 1, 20), (200, 50)), (600, 120));
        assert_eq!(placed((-500, -500, 1, 20), (200, 50)), (0, 0));
        assert_eq!(placed((i32::MAX, i32::MAX, i32::MAX, i32::MAX), (200, 50)), (600, 550));
        assert_eq!(placed((100, 100, 1, 20), (2000, 5000)), (0, 0), "its beginning is seen");
    }
}
