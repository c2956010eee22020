//! From the device's BGRA to the I420 an encoder takes: BT.709, limited range.

use smithay::utils::{Physical, Rectangle, Size};
use streamer::video::I420;
use yuv::{BufferStoreMut, YuvConversionMode, YuvPlanarImageMut, YuvRange, YuvStandardMatrix};

/// Why pixels were not converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The encoder's picture is of another size than the target.
    #[error("a target of {target:?} pixels does not fit a picture of {picture:?}")]
    Size {
        /// Of what was drawn.
        target: (i32, i32),
        /// Of what was to be written.
        picture: (u32, u32),
    },
    /// The rows and the rectangle contradict each other; a bug.
    #[error("conversion: {0}")]
    Rows(String),
}

/// Converts one rectangle (even on all sides) of a target of this (even) extent.
pub(super) fn to_i420(
    rows: &[u8],
    stride: u32,
    rect: Rectangle<i32, Physical>,
    extent: Size<i32, Physical>,
    picture: &mut I420,
) -> Result<(), ConvertError> {
    let (width, height) = (picture.width, picture.height);
    if (extent.w as u32, extent.h as u32) != (width, height) {
        return Err(ConvertError::Size { target: (extent.w, extent.h), picture: (width, height) });
    }
    let outside = || ConvertError::Rows(format!("{rect:?} is not in {width}x{height}"));
    if rect.loc.x < 0 || rect.loc.y < 0 || rect.loc.x + rect.size.w > extent.w || rect.loc.y + rect.size.h > extent.h {
        return Err(outside());
    }
    let (x, y, w, h) = (rect.loc.x as usize, rect.loc.y as usize, rect.size.w as u32, rect.size.h as u32);
    let (luma, chroma) = (width as usize, width as usize / 2);
    // The converter wants whole rows to the end of each plane and silently leaves out a pair of rows that is short of the
    // few bytes left of `x`. So the last pair goes through a picture of its own.
    let last = x > 0 && rect.loc.y + rect.size.h == extent.h;
    let direct = if last { h - 2 } else { h };
    if direct > 0 {
        let (y_plane, u_plane, v_plane) = picture.planes_mut();
        let planes = Planes {
            y: y_plane.get_mut(y * luma + x..).ok_or_else(outside)?,
            u: u_plane.get_mut(y / 2 * chroma + x / 2..).ok_or_else(outside)?,
            v: v_plane.get_mut(y / 2 * chroma + x / 2..).ok_or_else(outside)?,
            width,
        };
        convert(rows, stride, w, direct, planes)?;
    }
    if last {
        let mut pair = I420::black(w, 2);
        let (y_pair, u_pair, v_pair) = pair.planes_mut();
        let rows = rows.get(direct as usize * stride as usize..).ok_or_else(outside)?;
        convert(rows, stride, w, 2, Planes { y: &mut *y_pair, u: &mut *u_pair, v: &mut *v_pair, width: w })?;
        let (y_plane, u_plane, v_plane) = picture.planes_mut();
        let (y, w) = (y + direct as usize, w as usize);
        put(y_plane, y * luma + x, &y_pair[..w]);
        put(y_plane, (y + 1) * luma + x, &y_pair[w..]);
        put(u_plane, y / 2 * chroma + x / 2, u_pair);
        put(v_plane, y / 2 * chroma + x / 2, v_pair);
    }
    Ok(())
}

/// Where a rectangle's planes begin in those of a picture.
struct Planes<'a> {
    y: &'a mut [u8],
    u: &'a mut [u8],
    v: &'a mut [u8],
    /// Of the picture.
    width: u32,
}

fn convert(rows: &[u8], stride: u32, width: u32, height: u32, planes: Planes) -> Result<(), ConvertError> {
    let mut image = YuvPlanarImageMut {
        y_plane: BufferStoreMut::Borrowed(planes.y),
        y_stride: planes.width,
        u_plane: BufferStoreMut::Borrowed(planes.u),
        u_stride: planes.width / 2,
        v_plane: BufferStoreMut::Borrowed(planes.v),
        v_stride: planes.width / 2,
        width,
        height,
    };
    let (range, matrix, mode) = (YuvRange::Limited, YuvStandardMatrix::Bt709, YuvConversionMode::Balanced);
    yuv::bgra_to_yuv420(&mut image, rows, stride, range, matrix, mode)
        .map_err(|error| ConvertError::Rows(error.to_string()))
}

fn put(plane: &mut [u8], at: usize, row: &[u8]) {
    if let Some(place) = plane.get_mut(at..at + row.len()) {
        place.copy_from_slice(row);
    }
}
