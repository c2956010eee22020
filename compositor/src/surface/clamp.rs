//! Rectangles of clients, who send any numbers, within what there is.

use smithay::utils::{Buffer, Logical, Rectangle, Size};

/// The part of `rect` within `0..size`, without overflow whatever the numbers.
fn clamp_parts((x, y): (i32, i32), (w, h): (i32, i32), (max_w, max_h): (i32, i32)) -> (i32, i32, i32, i32) {
    let clamp = |start: i32, length: i32, max: i32| {
        let end = (i64::from(start) + i64::from(length.max(0))).clamp(0, i64::from(max)) as i32;
        let start = start.clamp(0, max).min(end);
        (start, end - start)
    };
    let (x, w) = clamp(x, w, max_w);
    let (y, h) = clamp(y, h, max_h);
    (x, y, w, h)
}

pub fn clamp_buffer(rect: Rectangle<i32, Buffer>, size: Size<i32, Buffer>) -> Rectangle<i32, Buffer> {
    let (x, y, w, h) = clamp_parts(rect.loc.into(), rect.size.into(), size.into());
    Rectangle::new((x, y).into(), (w, h).into())
}

pub fn clamp_logical(rect: Rectangle<i32, Logical>, size: Size<i32, Logical>) -> Rectangle<i32, Logical> {
    let (x, y, w, h) = clamp_parts(rect.loc.into(), rect.size.into(), size.into());
    Rectangle::new((x, y).into(), (w, h).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_clamped_whatever_the_client_sends() {
        let size = (100, 50);
        assert_eq!(clamp_parts((0, 0), (i32::MAX, i32::MAX), size), (0, 0, 100, 50));
        assert_eq!(clamp_parts((i32::MAX, 10), (i32::MAX, i32::MAX), size), (100, 10, 0, 40));
        assert_eq!(clamp_parts((i32::MIN, -5), (i32::MAX, 10), size), (0, 0, 0, 5));
        assert_eq!(clamp_parts((10, 10), (-3, i32::MIN), size), (10, 10, 0, 0));
        assert_eq!(clamp_parts((90, 40), (20, 20), size), (90, 40, 10, 10));
    }
}
