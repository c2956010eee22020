//! How large cells are, and where in them lines go.

use lcars_ui::scene::Face;

use super::super::fonts::{Fonts, Proportions};

/// A row is this much higher than the font is large, unless the font needs more.
const LEADING: f32 = 1.25;

/// Ascent and descent, with which fonts are generous, may be cut to this part to keep rows together.
const KEPT: f32 = 0.9;

/// Fonts smaller than this cannot be read, in device pixels.
const SMALLEST: f32 = 8.0;

/// Larger than any display needs, in device pixels.
const LARGEST: f32 = 256.0;

/// Lengths in a terminal's picture, in device pixels, all of them whole: neighbours touch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Metrics {
    /// Of the font.
    pub font: f32,
    /// Of a cell.
    pub width: u32,
    /// Of a cell, and so of a row.
    pub height: u32,
    /// From a row's top to where letters stand.
    pub baseline: i32,
    /// How thick thin lines are: those below letters, and those that frames are drawn with.
    pub stroke: u32,
    /// From a row's top to the upper edge of a line below its letters.
    pub underline: u32,
    /// From a row's top to the upper edge of a line through its letters.
    pub strike: u32,
}

impl Metrics {
    /// For letters of this size in device pixels.
    pub(super) fn new(fonts: &mut Fonts, font: f32) -> Self {
        let font = if font.is_finite() { font.clamp(SMALLEST, LARGEST) } else { SMALLEST };
        Self::of(font, &fonts.proportions(Face::Mono))
    }

    fn of(font: f32, parts: &Proportions) -> Self {
        let whole = |length: f32| length.round().clamp(1.0, 4.0 * LARGEST) as u32;
        let width = whole(parts.advance * font).max(2);
        let height = whole(LEADING.max(KEPT * (parts.ascent + parts.descent)) * font).max(4);
        let free = height as f32 - (parts.ascent + parts.descent) * font;
        let baseline = (free / 2.0 + parts.ascent * font).round().clamp(1.0, height as f32) as i32;
        let stroke = whole(font / 16.0).min(height / 4);
        // Two lines have to fit below, and one of waves.
        let lowest = height - stroke;
        let underline = (baseline as f32 + parts.underline * font).round().clamp(0.0, lowest as f32) as u32;
        let underline = underline.max(baseline as u32 + 1).min(lowest);
        let strike = (baseline as f32 - parts.x_height * font / 2.0 - stroke as f32 / 2.0).round();
        let strike = strike.clamp(0.0, lowest as f32) as u32;
        Self { font, width, height, baseline, stroke, underline, strike }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DejaVu Sans Mono's.
    const DEJAVU: Proportions =
        Proportions { advance: 0.602, ascent: 0.928, descent: 0.236, underline: 0.1, x_height: 0.547 };
    /// JetBrains Mono's.
    const JETBRAINS: Proportions =
        Proportions { advance: 0.6, ascent: 1.02, descent: 0.3, underline: 0.15, x_height: 0.55 };

    #[test]
    fn sixteen_pixels_make_cells_of_ten_by_twenty() {
        for parts in [DEJAVU, JETBRAINS] {
            let cell = Metrics::of(16.0, &parts);
            assert_eq!((cell.width, cell.height, cell.stroke), (10, 20, 1));
        }
        assert_eq!(Metrics::of(32.0, &DEJAVU).height, 40);
    }

    #[test]
    fn lines_stay_in_the_row_at_every_size() {
        for parts in [DEJAVU, JETBRAINS, Proportions::default()] {
            for size in 8..=256 {
                let cell = Metrics::of(size as f32, &parts);
                assert!(cell.underline + cell.stroke <= cell.height, "{cell:?}");
                assert!(cell.strike + cell.stroke <= cell.underline, "{cell:?}");
                assert!(cell.baseline > 0 && (cell.baseline as u32) < cell.height, "{cell:?}");
                assert!(
                    cell.underline > cell.baseline as u32 || cell.underline + cell.stroke == cell.height,
                    "{cell:?}"
                );
            }
        }
    }
}
