//! Box drawing, U+2500 to U+257F.
//!
//! A character has up to four arms, from the middle to the edges. Arms end on the same pixels in every cell, so that they
//! join. A double arm is a wide one with a lane carved out of it, which makes every kind of junction come out right.

use std::ops::Range;

use super::Mask;

const NONE: u16 = 0;
const HEAVY: u16 = 2;
const DOUBLE: u16 = 3;

/// The arms of each character: up, right, down, left, four bits each. 1 is light, 2 heavy, 3 double. Zero where it is not
/// made of arms.
#[rustfmt::skip]
const ARMS: [u16; 128] = [
    0x0101, 0x0202, 0x1010, 0x2020, 0x0000, 0x0000, 0x0000, 0x0000,
    0x0000, 0x0000, 0x0000, 0x0000, 0x0110, 0x0210, 0x0120, 0x0220,
    0x0011, 0x0012, 0x0021, 0x0022, 0x1100, 0x1200, 0x2100, 0x2200,
    0x1001, 0x1002, 0x2001, 0x2002, 0x1110, 0x1210, 0x2110, 0x1120,
    0x2120, 0x2210, 0x1220, 0x2220, 0x1011, 0x1012, 0x2011, 0x1021,
    0x2021, 0x2012, 0x1022, 0x2022, 0x0111, 0x0112, 0x0211, 0x0212,
    0x0121, 0x0122, 0x0221, 0x0222, 0x1101, 0x1102, 0x1201, 0x1202,
    0x2101, 0x2102, 0x2201, 0x2202, 0x1111, 0x1112, 0x1211, 0x1212,
    0x2111, 0x1121, 0x2121, 0x2112, 0x2211, 0x1122, 0x1221, 0x2212,
    0x1222, 0x2122, 0x2221, 0x2222, 0x0000, 0x0000, 0x0000, 0x0000,
    0x0303, 0x3030, 0x0310, 0x0130, 0x0330, 0x0013, 0x0031, 0x0033,
    0x1300, 0x3100, 0x3300, 0x1003, 0x3001, 0x3003, 0x1310, 0x3130,
    0x3330, 0x1013, 0x3031, 0x3033, 0x0313, 0x0131, 0x0333, 0x1303,
    0x3101, 0x3303, 0x1313, 0x3131, 0x3333, 0x0000, 0x0000, 0x0000,
    0x0000, 0x0000, 0x0000, 0x0000, 0x0001, 0x1000, 0x0100, 0x0010,
    0x0002, 0x2000, 0x0200, 0x0020, 0x0201, 0x1020, 0x0102, 0x2010,
];

/// Draws a character, counted from U+2500, with thin lines of this thickness.
pub(super) fn draw(mask: &mut Mask, index: u32, thin: i32) {
    match index {
        0x04..=0x0B | 0x4C..=0x4F => dashes(mask, index, thin),
        0x6D..=0x70 => arc(mask, index, thin),
        0x71..=0x73 => diagonals(mask, index, thin),
        _ => {
            if let Some(arms) = ARMS.get(index as usize) {
                junction(mask, *arms, thin);
            }
        }
    }
}

/// Where the middle of a side is for a line of this thickness.
fn middle(side: u32, thick: i32) -> i32 {
    (side as i32 - thick) / 2
}

/// Where a line of a weight runs across a side.
fn band(weight: u16, side: u32, thin: i32) -> Range<i32> {
    let at = middle(side, thin);
    match weight {
        HEAVY => at - thin / 2..at - thin / 2 + 2 * thin,
        DOUBLE => at - thin..at + 2 * thin,
        _ => at..at + thin,
    }
}

/// One axis of a junction: its two arms, and where they run across the other axis.
struct Axis {
    /// Weights of the arm to the start and of that to the end.
    arms: [u16; 2],
    /// Across the other axis.
    bands: [Range<i32>; 2],
    /// The thin middle line of this axis's roads.
    lane: Range<i32>,
    /// How long the axis is.
    length: i32,
}

impl Axis {
    fn new(arms: [u16; 2], across: u32, length: u32, thin: i32) -> Self {
        let at = middle(across, thin);
        let bands = arms.map(|weight| band(weight, across, thin));
        Self { arms, bands, lane: at..at + thin, length: length as i32 }
    }

    fn count(&self) -> usize {
        self.arms.iter().filter(|weight| **weight != NONE).count()
    }

    fn double(&self) -> bool {
        self.arms.contains(&DOUBLE)
    }

    /// All that its arms cover of the other axis. `None` if it has none.
    fn extent(&self) -> Option<Range<i32>> {
        let there = self.arms.iter().zip(&self.bands).filter(|(weight, _)| **weight != NONE).map(|(_, band)| band);
        there.cloned().reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
    }

    /// From where to where each arm goes: past what it meets, so that corners are filled.
    fn spans(&self, other: &Axis) -> [Range<i32>; 2] {
        let (near, far) = if other.double() && other.count() == 2 && self.count() == 1 && !self.double() {
            // It ends at the nearer of the two lines that go past.
            (other.lane.start, other.lane.end)
        } else {
            let met = other.extent().unwrap_or(other.lane.clone());
            (met.end, met.start)
        };
        [0..near, far..self.length]
    }

    /// From where to where the lanes of double arms are free.
    fn lanes(&self, other: &Axis) -> [Range<i32>; 2] {
        let ends_outside = self.count() == 2 && other.count() == 1;
        let blocked = other.count() > 0 && !other.double() && !ends_outside;
        if blocked {
            [0..other.lane.start, other.lane.end..self.length]
        } else {
            [0..other.lane.end, other.lane.start..self.length]
        }
    }
}

fn junction(mask: &mut Mask, arms: u16, thin: i32) {
    let [up, right, down, left] = [12, 8, 4, 0].map(|shift| arms >> shift & 0xF);
    let (width, height) = (mask.width, mask.height);
    let across = Axis::new([left, right], height, width, thin);
    let along = Axis::new([up, down], width, height, thin);
    let (flat, steep) = (across.spans(&along), along.spans(&across));
    for side in 0..2 {
        if across.arms[side] != NONE {
            mask.fill(flat[side].clone(), across.bands[side].clone(), 255);
        }
        if along.arms[side] != NONE {
            mask.fill(along.bands[side].clone(), steep[side].clone(), 255);
        }
    }
    let (flat, steep) = (across.lanes(&along), along.lanes(&across));
    for side in 0..2 {
        if across.arms[side] == DOUBLE {
            mask.fill(flat[side].clone(), across.lane.clone(), 0);
        }
        if along.arms[side] == DOUBLE {
            mask.fill(along.lane.clone(), steep[side].clone(), 0);
        }
    }
}

fn dashes(mask: &mut Mask, index: u32, thin: i32) {
    let count = match index {
        0x04..=0x07 => 3,
        0x08..=0x0B => 4,
        _ => 2,
    };
    let weight = if index % 2 == 1 { HEAVY } else { 1 };
    let upright = matches!(index, 0x06 | 0x07 | 0x0A | 0x0B | 0x4E | 0x4F);
    let (length, across) = if upright { (mask.height, mask.width) } else { (mask.width, mask.height) };
    let band = band(weight, across, thin);
    let length = length as i32;
    let gap = (length / (count * 3)).max(1);
    for dash in 0..count {
        let (start, end) = (dash * length / count, (dash + 1) * length / count);
        let span = start + gap / 2..(end - (gap - gap / 2)).max(start + gap / 2 + 1);
        if upright {
            mask.fill(band.clone(), span, 255);
        } else {
            mask.fill(span, band.clone(), 255);
        }
    }
}

/// A quarter of a circle, and straight on to the edges.
fn arc(mask: &mut Mask, index: u32, thin: i32) {
    let thick = thin as f32;
    let (width, height) = (mask.width as f32, mask.height as f32);
    let (x, y) = (middle(mask.width, thin) as f32 + thick / 2.0, middle(mask.height, thin) as f32 + thick / 2.0);
    // Towards which corner it opens.
    let (right, down) = match index {
        0x6D => (true, true),
        0x6E => (false, true),
        0x6F => (false, false),
        _ => (true, false),
    };
    let (reach_x, reach_y) = (if right { width - x } else { x }, if down { height - y } else { y });
    // The last pixel is straight, as what it joins is.
    let radius = (reach_x.min(reach_y) - 1.0).max(0.0);
    mask.shade(|px, py| {
        // As if it opened to the right and down, from its corner.
        let dx = if right { px - x } else { x - px };
        let dy = if down { py - y } else { y - py };
        let distance = if dx >= radius {
            dy.abs()
        } else if dy >= radius {
            dx.abs()
        } else {
            ((dx - radius).hypot(dy - radius) - radius).abs()
        };
        thick / 2.0 + 0.5 - distance
    });
}

fn diagonals(mask: &mut Mask, index: u32, thin: i32) {
    let (width, height) = (mask.width as f32, mask.height as f32);
    let length = width.hypot(height);
    let thick = thin as f32;
    let cover = |distance: f32| thick / 2.0 + 0.5 - distance.abs();
    // The lines through opposite corners.
    let rising = |x: f32, y: f32| (x * height + y * width - width * height) / length;
    let falling = |x: f32, y: f32| (x * height - y * width) / length;
    if index != 0x72 {
        mask.shade(|x, y| cover(rising(x, y)));
    }
    if index != 0x71 {
        mask.shade(|x, y| cover(falling(x, y)));
    }
}
