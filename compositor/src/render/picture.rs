//! A picture in memory, for screenshots, pointers and golden tests.

use std::io::Write;

/// Pixels in memory. Alpha is straight; a picture of the output is opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Red, green, blue, alpha; rows are tightly packed.
    pub rgba: Vec<u8>,
}

impl Picture {
    /// Takes a device's rows over. What lies in a target's alpha means nothing: an output cannot be seen through.
    pub(super) fn from_bgra(rows: &[u8], stride: usize, width: u32, height: u32) -> Self {
        let mut rgba = Vec::with_capacity(width as usize * height as usize * 4);
        for row in rows.chunks(stride).take(height as usize) {
            for pixel in row.chunks_exact(4).take(width as usize) {
                rgba.extend([pixel[2], pixel[1], pixel[0], 255]);
            }
        }
        Self { width, height, rgba }
    }

    /// Writes it as PNG.
    pub fn write_png(&self, to: impl Write) -> Result<(), png::EncodingError> {
        let mut encoder = png::Encoder::new(to, self.width, self.height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgba)?;
        writer.finish()
    }
}
