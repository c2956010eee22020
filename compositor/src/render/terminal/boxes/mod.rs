//! Characters that are drawn and not set: lines and blocks that have to join their neighbours at every cell size, which no
//! font's do.

mod blocks;
mod lines;
mod shapes;

use super::metrics::Metrics;

/// How much of each pixel of a cell is covered, row by row; 255 is all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mask {
    pub width: u32,
    pub height: u32,
    pub pixels: Vec<u8>,
}

/// A character that is drawn, in a cell of its own. `None` for those that fonts set.
pub(super) fn mask(character: char, metrics: &Metrics) -> Option<Mask> {
    let mut mask = Mask::new(metrics.width, metrics.height);
    let code = u32::from(character);
    match code {
        0x2500..=0x257F => lines::draw(&mut mask, code - 0x2500, metrics.stroke as i32),
        0x2580..=0x259F => blocks::draw(&mut mask, code),
        0x2800..=0x28FF => blocks::braille(&mut mask, (code - 0x2800) as u8),
        0xE0B0..=0xE0B3 => shapes::powerline(&mut mask, code - 0xE0B0, metrics.stroke),
        0x1FB00..=0x1FB3B => blocks::sextant(&mut mask, (code - 0x1FB00) as u8),
        _ => return None,
    }
    Some(mask)
}

impl Mask {
    /// Nothing of it covered.
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self { width, height, pixels: vec![0; width as usize * height as usize] }
    }

    /// Covers a rectangle, as far as it lies in the cell.
    pub(super) fn fill(&mut self, x: std::ops::Range<i32>, y: std::ops::Range<i32>, cover: u8) {
        let (width, height) = (self.width as i32, self.height as i32);
        let (left, right) = (x.start.clamp(0, width), x.end.clamp(0, width));
        if left >= right {
            return;
        }
        for row in y.start.clamp(0, height)..y.end.clamp(0, height) {
            let start = (row * width) as usize;
            if let Some(pixels) = self.pixels.get_mut(start + left as usize..start + right as usize) {
                pixels.fill(cover);
            }
        }
    }

    /// Covers each pixel as much as a function of its middle says, from 0 to 1, where that is more than it was.
    fn shade(&mut self, cover: impl Fn(f32, f32) -> f32) {
        let width = self.width.max(1) as usize;
        for (at, pixel) in self.pixels.iter_mut().enumerate() {
            let (x, y) = ((at % width) as f32 + 0.5, (at / width) as f32 + 0.5);
            let value = (cover(x, y).clamp(0.0, 1.0) * 255.0).round() as u8;
            *pixel = value.max(*pixel);
        }
    }
}

#[cfg(test)]
mod tests;
