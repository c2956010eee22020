//! The separators of status lines, U+E0B0 to U+E0B3.

use super::Mask;

/// A pixel is looked at in this many places each way.
const SAMPLES: u32 = 4;

/// Filled and outlined arrows to the right, then to the left.
pub(super) fn powerline(mask: &mut Mask, index: u32, stroke: u32) {
    let (width, height) = (mask.width as f32, mask.height as f32);
    let (filled, leftwards) = (index.is_multiple_of(2), index >= 2);
    let slope = width / (height / 2.0);
    // Across the slanted line, from its outer edge.
    let thick = stroke as f32 * slope.hypot(1.0);
    let inside = |x: f32, y: f32| {
        let x = if leftwards { width - x } else { x };
        // How far the arrow reaches at this height.
        let reach = width - (y - height / 2.0).abs() * slope;
        if filled { x <= reach } else { x <= reach && x >= reach - thick }
    };
    mask.shade(|x, y| {
        let offset = |n: u32| (n as f32 + 0.5) / SAMPLES as f32 - 0.5;
        let places = (0..SAMPLES).flat_map(|row| (0..SAMPLES).map(move |column| (column, row)));
        let hit = places.filter(|(column, row)| inside(x + offset(*column), y + offset(*row))).count();
        hit as f32 / (SAMPLES * SAMPLES) as f32
    });
}
