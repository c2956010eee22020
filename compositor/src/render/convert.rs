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
    let (x, y) = (rect.loc.x as usize, rect.loc.y as usize);
    let (luma, chroma) = (width as usize, width as usize / 2);
    let (y_plane, u_plane, v_plane) = picture.planes_mut();
    let mut image = YuvPlanarImageMut {
        y_plane: BufferStoreMut::Borrowed(y_plane.get_mut(y * luma + x..).ok_or_else(outside)?),
        y_stride: width,
        u_plane: BufferStoreMut::Borrowed(u_plane.get_mut(y / 2 * chroma + x / 2..).ok_or_else(outside)?),
        u_stride: width / 2,
        v_plane: BufferStoreMut::Borrowed(v_plane.get_mut(y / 2 * chroma + x / 2..).ok_or_else(outside)?),
        v_stride: width / 2,
        width: rect.size.w as u32,
        height: rect.size.h as u32,
    };
    let (range, matrix, mode) = (YuvRange::Limited, YuvStandardMatrix::Bt709, YuvConversionMode::Balanced);
    yuv::bgra_to_yuv420(&mut image, rows, stride, range, matrix, mode)
        .map_err(|error| ConvertError::Rows(error.to_string()))
}
