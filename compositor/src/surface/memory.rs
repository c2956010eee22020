//! Buffers in shared memory: what of them may be read, and the pictures that pointers and icons have.

use smithay::reexports::wayland_server::protocol::wl_buffer::WlBuffer;
use smithay::reexports::wayland_server::protocol::wl_shm;
use smithay::utils::{Buffer, Size};
use smithay::wayland::shm::{BufferData, with_buffer_contents};

use crate::render::PixelFormat;

/// The largest side of a picture that a pointer may have.
pub const MAX_CURSOR_SIDE: i32 = 256;

/// Pixels of a small surface, kept for the pointer, which the page draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorPixels {
    /// Physical pixels.
    pub size: Size<i32, Buffer>,
    /// Straight-alpha RGBA, tightly packed.
    pub rgba: Vec<u8>,
    /// Physical pixels per logical pixel.
    pub scale: i32,
}

/// The client's shared memory while smithay guards it against SIGBUS.
pub(super) struct Pool {
    pub pool: *const u8,
    pub length: usize,
}

impl Pool {
    /// The bytes of a buffer, from its offset to the end of its last row; `None` if they are not all in the pool.
    pub fn rows<'a>(&self, data: &BufferData) -> Option<&'a [u8]> {
        let offset = usize::try_from(data.offset).ok()?;
        let stride = usize::try_from(data.stride).ok()?;
        let row = usize::try_from(data.width).ok()?.checked_mul(4)?;
        let before_last = usize::try_from(data.height).ok()?.checked_sub(1)?.checked_mul(stride)?;
        let needed = before_last.checked_add(row)?;
        if stride < row || offset.checked_add(needed)? > self.length {
            return None;
        }
        // SAFETY: smithay maps `length` bytes at `pool` for as long as its callback runs, which is the only place this
        // type lives in, and turns a SIGBUS into zeroes. The client may write meanwhile: the bytes are copied once,
        // never interpreted, so it can only spoil its own picture.
        Some(unsafe { std::slice::from_raw_parts(self.pool.add(offset), needed) })
    }
}

/// The side of a buffer in shared memory that is a square.
pub(crate) fn side_of_square(buffer: &WlBuffer) -> Option<i32> {
    let size = with_buffer_contents(buffer, |_, _, data| (data.width, data.height)).ok()?;
    (size.0 == size.1).then_some(size.0)
}

/// A copy of a buffer in shared memory; `None` if it cannot be read.
pub(crate) fn straight_pixels(buffer: &WlBuffer) -> Option<CursorPixels> {
    let copied = with_buffer_contents(buffer, |pool, length, data| {
        let format = pixel_format(data.format)?;
        let rows = Pool { pool, length }.rows(&data)?;
        Some(cursor_pixels(rows, &data, format, 1))
    });
    copied.ok().flatten()
}

pub(super) fn pixel_format(format: wl_shm::Format) -> Option<PixelFormat> {
    match format {
        wl_shm::Format::Argb8888 => Some(PixelFormat::Argb8888),
        wl_shm::Format::Xrgb8888 => Some(PixelFormat::Xrgb8888),
        wl_shm::Format::Abgr8888 => Some(PixelFormat::Abgr8888),
        wl_shm::Format::Xbgr8888 => Some(PixelFormat::Xbgr8888),
        _ => None,
    }
}

/// Straight-alpha RGBA of a premultiplied buffer, as PNG wants it.
pub(super) fn cursor_pixels(rows: &[u8], data: &BufferData, format: PixelFormat, scale: i32) -> CursorPixels {
    let (width, height, stride) = (data.width as usize, data.height as usize, data.stride as usize);
    let mut rgba = Vec::with_capacity(width * height * 4);
    for row in rows.chunks(stride).take(height) {
        for pixel in row.chunks_exact(4).take(width) {
            let [a, b, c, d] = [pixel[0], pixel[1], pixel[2], pixel[3]];
            let (red, blue) = match format {
                PixelFormat::Argb8888 | PixelFormat::Xrgb8888 => (c, a),
                PixelFormat::Abgr8888 | PixelFormat::Xbgr8888 => (a, c),
            };
            let alpha = if matches!(format, PixelFormat::Argb8888 | PixelFormat::Abgr8888) { d } else { 255 };
            let straight = |v: u8| (u32::from(v) * 255).checked_div(u32::from(alpha)).unwrap_or(0).min(255) as u8;
            rgba.extend_from_slice(&[straight(red), straight(b), straight(blue), alpha]);
        }
    }
    CursorPixels { size: Size::from((data.width, data.height)), rgba, scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_that_reaches_past_its_pool_is_refused() {
        let memory = vec![0u8; 400];
        let data = |offset, width, height, stride| BufferData {
            offset,
            width,
            height,
            stride,
            format: wl_shm::Format::Argb8888,
        };
        let rows = |d: &BufferData| Pool { pool: memory.as_ptr(), length: memory.len() }.rows(d).map(<[u8]>::len);
        assert_eq!(rows(&data(0, 10, 10, 40)), Some(400));
        assert_eq!(rows(&data(4, 10, 10, 40)), None);
        assert_eq!(rows(&data(-4, 10, 10, 40)), None);
        assert_eq!(rows(&data(0, 10, 10, 36)), None, "a stride shorter than a row");
        assert_eq!(rows(&data(0, i32::MAX, i32::MAX, i32::MAX)), None);
        assert_eq!(rows(&data(0, 10, 0, 40)), None);
        assert_eq!(rows(&data(0, 5, 10, 40)), Some(380), "the last row may end early");
    }

    #[test]
    fn cursor_pixels_are_straight_alpha() {
        let data = BufferData { offset: 0, width: 1, height: 1, stride: 4, format: wl_shm::Format::Argb8888 };
        let pixels = cursor_pixels(&[10, 20, 40, 128], &data, PixelFormat::Argb8888, 1);
        assert_eq!(pixels.rgba, [79, 39, 19, 128]);
        let clear = cursor_pixels(&[10, 20, 40, 0], &data, PixelFormat::Argb8888, 1);
        assert_eq!(clear.rgba, [0, 0, 0, 0]);
    }
}
