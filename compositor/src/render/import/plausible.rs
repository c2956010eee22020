//! What is believed of a buffer that a client describes. All of it is pure.

use smithay::backend::allocator::{Format, Fourcc, Modifier};
use smithay::utils::{Buffer, Size};

use super::super::texture::PixelFormat;
use super::{FORMATS, LINEAR};

/// Why a buffer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nobody offered that.
    #[error("its format was not offered with that layout")]
    Format,
    /// One is what the formats that are offered have.
    #[error("it has {planes} planes instead of one")]
    Planes {
        /// As the client said.
        planes: usize,
    },
    /// It shows nothing, or more than can be held.
    #[error("a picture of {w}x{h} cannot be shown")]
    Size {
        /// As the client said.
        w: i32,
        /// As the client said.
        h: i32,
    },
    /// Its file is something else.
    #[error("it is no dmabuf")]
    NoDmabuf,
    /// Rows overlap, or the picture reaches past the end of its memory.
    #[error("its rows do not fit its memory")]
    Bounds,
    /// It is to be shown upside down.
    #[error("buffers are shown as they are, not upside down")]
    UpsideDown,
    /// There are too many open files.
    #[error("too many files are open")]
    Files,
    /// One client has enough.
    #[error("this program has too many buffers")]
    TooMany,
    /// The driver says no.
    #[error("the device does not take it")]
    Device,
}

/// One layout of one format that a device takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    /// Of its pixels.
    pub format: Format,
    /// The longest sides of a picture, in pixels.
    pub most: (u32, u32),
}

/// A buffer as its client describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described {
    /// In pixels.
    pub size: Size<i32, Buffer>,
    /// Of its pixels.
    pub format: Fourcc,
    /// How they lie in memory.
    pub modifier: Modifier,
    /// How many parts it has.
    pub planes: usize,
    /// Bytes before the first pixel.
    pub offset: u32,
    /// Bytes from row to row.
    pub stride: u32,
    /// Bytes there are; `None` if the file is no dmabuf.
    pub length: Option<u64>,
    /// The last row is the upper one.
    pub upside_down: bool,
}

impl Described {
    /// Whether the device can be asked to take it.
    ///
    /// # Errors
    /// If not: why.
    pub fn check(&self, offered: &[Offered]) -> Result<PixelFormat, Refused> {
        if self.planes != 1 {
            return Err(Refused::Planes { planes: self.planes });
        }
        let wanted = Format { code: self.format, modifier: self.modifier };
        let offer = offered.iter().find(|offer| offer.format == wanted).ok_or(Refused::Format)?;
        let (_, format) = FORMATS.iter().find(|(code, _)| *code == self.format).ok_or(Refused::Format)?;
        if self.upside_down {
            return Err(Refused::UpsideDown);
        }
        let refused = Refused::Size { w: self.size.w, h: self.size.h };
        let side = |side: i32, most: u32| u32::try_from(side).ok().filter(|side| (1..=most).contains(side));
        let (Some(width), Some(height)) = (side(self.size.w, offer.most.0), side(self.size.h, offer.most.1)) else {
            return Err(refused);
        };
        let length = self.length.ok_or(Refused::NoDmabuf)?;
        let (offset, stride) = (u64::from(self.offset), u64::from(self.stride));
        let row = u64::from(width) * format.bytes() as u64;
        // Of a layout of the vendor's own only the driver knows how long its rows are; they do not begin past the end.
        let needed = if self.modifier == LINEAR { stride * u64::from(height - 1) + row } else { stride };
        let aligned = self.modifier != LINEAR || (stride >= row && stride % 4 == 0 && offset % 4 == 0);
        if !aligned || stride == 0 || offset + needed > length {
            return Err(Refused::Bounds);
        }
        Ok(*format)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TILED: u64 = 0x0300_0000_0000_0001;

    fn offered() -> Vec<Offered> {
        let layouts = [LINEAR, Modifier::from(TILED)];
        let offer = |modifier| Offered { format: Format { code: Fourcc::Xrgb8888, modifier }, most: (4096, 2048) };
        layouts.map(offer).to_vec()
    }

    fn sound() -> Described {
        Described {
            size: Size::from((64, 32)),
            format: Fourcc::Xrgb8888,
            modifier: LINEAR,
            planes: 1,
            offset: 0,
            stride: 256,
            length: Some(256 * 32),
            upside_down: false,
        }
    }

    #[test]
    fn what_fits_is_taken_for_what_it_is() {
        assert_eq!(sound().check(&offered()), Ok(PixelFormat::Xrgb8888));
        let padded = Described { stride: 512, offset: 4096, length: Some(4096 + 512 * 31 + 256), ..sound() };
        assert_eq!(padded.check(&offered()), Ok(PixelFormat::Xrgb8888), "the last row may end early");
        let tiled = Described { modifier: TILED.into(), stride: 64, ..sound() };
        assert_eq!(tiled.check(&offered()), Ok(PixelFormat::Xrgb8888), "its stride counts something else");
    }

    #[test]
    fn what_does_not_make_sense_is_refused_and_why() {
        for (described, why) in [
            (Described { format: Fourcc::Argb8888, ..sound() }, Refused::Format),
            (Described { modifier: Modifier::Invalid, ..sound() }, Refused::Format),
            (Described { modifier: (TILED + 1).into(), ..sound() }, Refused::Format),
            (Described { planes: 0, ..sound() }, Refused::Planes { planes: 0 }),
            (Described { planes: 2, ..sound() }, Refused::Planes { planes: 2 }),
            (Described { size: Size::from((0, 32)), ..sound() }, Refused::Size { w: 0, h: 32 }),
            (Described { size: Size::from((64, 0)), ..sound() }, Refused::Size { w: 64, h: 0 }),
            (Described { size: Size::from((4097, 1)), ..sound() }, Refused::Size { w: 4097, h: 1 }),
            (Described { size: Size::from((1, 2049)), ..sound() }, Refused::Size { w: 1, h: 2049 }),
            (Described { length: None, ..sound() }, Refused::NoDmabuf),
            (Described { length: Some(256 * 32 - 1), ..sound() }, Refused::Bounds),
            (Described { offset: 4, ..sound() }, Refused::Bounds),
            (Described { stride: 252, ..sound() }, Refused::Bounds),
            (Described { stride: 0, ..sound() }, Refused::Bounds),
            (Described { stride: 258, length: Some(1 << 20), ..sound() }, Refused::Bounds),
            (Described { offset: 2, length: Some(1 << 20), ..sound() }, Refused::Bounds),
            (Described { modifier: TILED.into(), offset: 8192, ..sound() }, Refused::Bounds),
            (Described { modifier: TILED.into(), stride: 0, ..sound() }, Refused::Bounds),
            (Described { upside_down: true, ..sound() }, Refused::UpsideDown),
        ] {
            assert_eq!(described.check(&offered()), Err(why), "{described:?}");
        }
        assert_eq!(sound().check(&[]), Err(Refused::Format), "a device that takes none offers none");
    }

    proptest! {
        #[test]
        fn no_plain_picture_reaches_past_its_memory(
            w: i32, h: i32, offset: u32, stride: u32, length in prop::option::of(0..u64::from(u32::MAX) * 4)
        ) {
            let size = Size::<i32, Buffer>::new(w.saturating_abs(), h.saturating_abs());
            let described = Described { size, offset, stride, length, ..sound() };
            if described.check(&offered()).is_ok() {
                let end = u128::from(offset) + u128::from(stride) * (size.h as u128 - 1) + size.w as u128 * 4;
                prop_assert!(end <= u128::from(length.unwrap_or(0)));
            }
        }
    }
}
