//! Block elements, U+2580 to U+259F, sextants and braille: parts of a cell that are covered or not.

use std::ops::Range;

use super::Mask;

/// Where the parts of a side begin and end, counted from its start. Neighbouring parts share their edges.
fn part(side: u32, from: u32, to: u32, of: u32) -> Range<i32> {
    let edge = |n: u32| ((side * n * 2 + of) / (of * 2)) as i32;
    edge(from)..edge(to)
}

/// The same counted from its end, so that a lower half is as high as the half that a block of four eighths has.
fn from_end(side: u32, from: u32, to: u32, of: u32) -> Range<i32> {
    let part = part(side, from, to, of);
    side as i32 - part.end..side as i32 - part.start
}

/// Upper left, upper right, lower left, lower right of U+2596 to U+259F, from the highest bit.
const QUADRANTS: [u8; 10] = [0b0010, 0b0001, 0b1000, 0b1011, 0b1001, 0b1110, 0b1101, 0b0100, 0b0110, 0b0111];

pub(super) fn draw(mask: &mut Mask, code: u32) {
    let (w, h) = (mask.width, mask.height);
    let (all_x, all_y) = (0..w as i32, 0..h as i32);
    let lower = from_end(h, 0, 4, 8);
    let upper = 0..lower.start;
    let left = part(w, 0, 4, 8);
    let right = left.end..w as i32;
    match code {
        0x2580 => mask.fill(all_x, upper, 255),
        0x2581..=0x2588 => mask.fill(all_x, from_end(h, 0, code - 0x2580, 8), 255),
        0x2589..=0x258F => mask.fill(part(w, 0, 0x2590 - code, 8), all_y, 255),
        0x2590 => mask.fill(right, all_y, 255),
        // Shades are even: dots would shimmer when they are scaled, and need not join.
        0x2591..=0x2593 => mask.fill(all_x, all_y, ((code - 0x2590) * 64) as u8),
        0x2594 => mask.fill(all_x, part(h, 0, 1, 8), 255),
        0x2595 => mask.fill(from_end(w, 0, 1, 8), all_y, 255),
        _ => {
            let Some(bits) = QUADRANTS.get((code.wrapping_sub(0x2596)) as usize) else { return };
            let places = [(&left, &upper), (&right, &upper), (&left, &lower), (&right, &lower)];
            for (place, (x, y)) in places.into_iter().enumerate() {
                if bits >> (3 - place) & 1 == 1 {
                    mask.fill(x.clone(), y.clone(), 255);
                }
            }
        }
    }
}

/// Two by three parts. The empty one, both halves and the full one have characters elsewhere.
pub(super) fn sextant(mask: &mut Mask, index: u8) {
    let mut bits = index + 1;
    for other in [0b01_0101, 0b10_1010] {
        if bits >= other {
            bits += 1;
        }
    }
    let (w, h) = (mask.width, mask.height);
    for place in 0..6u32 {
        if bits >> place & 1 == 1 {
            let (column, row) = (place % 2, place / 2);
            mask.fill(part(w, column, column + 1, 2), part(h, row, row + 1, 3), 255);
        }
    }
}

/// Eight dots, evenly spaced over the cell and its neighbours.
pub(super) fn braille(mask: &mut Mask, bits: u8) {
    // Column and row of each bit.
    const PLACES: [(u32, u32); 8] = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    let (w, h) = (mask.width, mask.height);
    let side = (w / 4).min(h / 8).max(1) as i32;
    for (bit, (column, row)) in PLACES.into_iter().enumerate() {
        if bits >> bit & 1 == 1 {
            let (x, y) = (part(w, column, column + 1, 2), part(h, row, row + 1, 4));
            let (left, top) = (x.start + (x.len() as i32 - side) / 2, y.start + (y.len() as i32 - side) / 2);
            mask.fill(left..left + side, top..top + side, 255);
        }
    }
}
