//! Copies a tightly packed picture into the memory layout that GStreamer expects.
//!
//! GStreamer pads each row to four bytes; our pictures do not. Most sizes need no padding, and then this is one copy.

use gstreamer_video::VideoInfo;

use crate::video::I420;

/// A plane as `(bytes, bytes in a row)`.
type Plane<'a> = (&'a [u8], usize);

/// The three planes of a picture, or nothing if its buffer is too short for its size.
fn planes(picture: &I420) -> Option<[Plane<'_>; 3]> {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let luma = width * height;
    Some([
        (picture.data.get(..luma)?, width),
        (picture.data.get(luma..luma + luma / 4)?, width / 2),
        (picture.data.get(luma + luma / 4..luma + luma / 2)?, width / 2),
    ])
}

/// Where plane `index` lies in the destination, as `(first byte, bytes from row to row)`.
fn place(info: &VideoInfo, index: usize) -> Option<(usize, usize)> {
    Some((*info.offset().get(index)?, usize::try_from(*info.stride().get(index)?).ok()?))
}

/// Copies rows of `plane` to `to`, which starts at the plane's first byte and has `stride` bytes from row to row.
fn copy_rows(to: &mut [u8], stride: usize, (bytes, row): Plane<'_>) {
    if stride == row {
        let length = bytes.len().min(to.len());
        to[..length].copy_from_slice(&bytes[..length]);
        return;
    }
    for (to, from) in to.chunks_mut(stride).zip(bytes.chunks_exact(row)) {
        let row = row.min(to.len());
        to[..row].copy_from_slice(&from[..row]);
    }
}

/// Fills `to`, which is laid out as `info` says, with the picture. False if the two do not fit together.
pub fn copy_i420(to: &mut [u8], info: &VideoInfo, picture: &I420) -> bool {
    let copy = || {
        for (index, plane) in planes(picture)?.into_iter().enumerate() {
            let (offset, stride) = place(info, index)?;
            copy_rows(to.get_mut(offset..)?, stride, plane);
        }
        Some(())
    };
    copy_checked(picture, info, copy)
}

/// Like [`copy_i420`], with the two chroma planes interleaved.
pub fn copy_nv12(to: &mut [u8], info: &VideoInfo, picture: &I420) -> bool {
    let copy = || {
        let [luma, (u, row), (v, _)] = planes(picture)?;
        let (offset, stride) = place(info, 0)?;
        copy_rows(to.get_mut(offset..)?, stride, luma);
        let (offset, stride) = place(info, 1)?;
        let rows = to.get_mut(offset..)?.chunks_mut(stride);
        for (to, (u, v)) in rows.zip(u.chunks_exact(row).zip(v.chunks_exact(row))) {
            for (to, (u, v)) in to.chunks_exact_mut(2).zip(u.iter().zip(v)) {
                to.copy_from_slice(&[*u, *v]);
            }
        }
        Some(())
    };
    copy_checked(picture, info, copy)
}

fn copy_checked(picture: &I420, info: &VideoInfo, copy: impl FnOnce() -> Option<()>) -> bool {
    let fits = picture.width > 0 && (info.width(), info.height()) == (picture.width, picture.height);
    fits && copy().is_some()
}

#[cfg(test)]
mod tests {
    use gstreamer_video::VideoFormat;

    use super::*;

    fn picture(width: u32, height: u32) -> I420 {
        let mut picture = I420::black(width, height);
        picture.data.iter_mut().enumerate().for_each(|(at, byte)| *byte = (at * 7 % 251) as u8);
        picture
    }

    fn info(format: VideoFormat, picture: &I420) -> VideoInfo {
        gstreamer::init().unwrap();
        VideoInfo::builder(format, picture.width, picture.height).build().unwrap()
    }

    #[test]
    fn i420_arrives_whole_at_sizes_with_and_without_padding() {
        for (width, height) in [(64, 32), (66, 34), (62, 30), (2, 2)] {
            let picture = picture(width, height);
            let info = info(VideoFormat::I420, &picture);
            let mut to = vec![0; info.size()];
            assert!(copy_i420(&mut to, &info, &picture));
            let [y, u, v] = planes(&picture).unwrap();
            for (index, (bytes, row)) in [y, u, v].into_iter().enumerate() {
                for (line, from) in bytes.chunks_exact(row).enumerate() {
                    let at = info.offset()[index] + line * info.stride()[index] as usize;
                    assert_eq!(&to[at..at + row], from, "{width}x{height} plane {index} line {line}");
                }
            }
        }
    }

    #[test]
    fn nv12_interleaves_chroma() {
        for (width, height) in [(64, 32), (66, 34)] {
            let picture = picture(width, height);
            let info = info(VideoFormat::Nv12, &picture);
            let mut to = vec![0; info.size()];
            assert!(copy_nv12(&mut to, &info, &picture));
            let [_, (u, row), (v, _)] = planes(&picture).unwrap();
            for line in 0..height as usize / 2 {
                let at = info.offset()[1] + line * info.stride()[1] as usize;
                for column in 0..row {
                    assert_eq!(to[at + 2 * column], u[line * row + column]);
                    assert_eq!(to[at + 2 * column + 1], v[line * row + column]);
                }
            }
        }
    }

    #[test]
    fn a_picture_that_lies_about_its_size_is_refused() {
        let mut short = picture(64, 32);
        let info = info(VideoFormat::I420, &short);
        let mut to = vec![0; info.size()];
        short.data.truncate(100);
        assert!(!copy_i420(&mut to, &info, &short));
        assert!(!copy_i420(&mut to, &info, &picture(32, 64)));
    }
}
