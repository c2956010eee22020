//! Looks at the picture that the compositor drew.

use compositor::render::Picture;

/// Opaque colours, `0xAARRGGBB`. None of them is in the frame.
pub const RED: u32 = 0xffff_0000;
/// See [`RED`].
pub const GREEN: u32 = 0xff00_ff00;
/// See [`RED`].
pub const BLUE: u32 = 0xff00_00ff;
/// See [`RED`].
pub const WHITE: u32 = 0xffff_ffff;

/// What was on the screen at one moment.
pub struct Shot(pub Picture);

impl Shot {
    /// The pixel at a physical position as `0xAARRGGBB`.
    pub fn at(&self, x: i32, y: i32) -> u32 {
        let index = (y as usize * self.0.width as usize + x as usize) * 4;
        let pixel = &self.0.rgba[index..index + 4];
        u32::from_be_bytes([pixel[3], pixel[0], pixel[1], pixel[2]])
    }

    /// Where a colour is: the smallest rectangle `(left, top, width, height)` around it, which it must fill.
    pub fn find(&self, colour: u32) -> Option<(i32, i32, i32, i32)> {
        let (left, top, width, height, count) = self.extent(colour)?;
        assert_eq!(count, width * height, "{colour:#x} does not fill its rectangle");
        Some((left, top, width, height))
    }

    /// How many pixels have this colour.
    pub fn count(&self, colour: u32) -> i32 {
        self.extent(colour).map_or(0, |(.., count)| count)
    }

    fn extent(&self, colour: u32) -> Option<(i32, i32, i32, i32, i32)> {
        let (width, height) = (self.0.width as i32, self.0.height as i32);
        let found: Vec<(i32, i32)> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .filter(|(x, y)| self.at(*x, *y) == colour)
            .collect();
        let (left, right) = (found.iter().map(|p| p.0).min()?, found.iter().map(|p| p.0).max()?);
        let (top, bottom) = (found.iter().map(|p| p.1).min()?, found.iter().map(|p| p.1).max()?);
        Some((left, top, right - left + 1, bottom - top + 1, found.len() as i32))
    }
}
