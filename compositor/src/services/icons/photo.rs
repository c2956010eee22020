//! Pictures in files, made small. Whoever made the file is a stranger: bounds on bytes, pixels, memory and time.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use super::picture::{Picture, Raw};

/// Bytes of a picture's file.
const MOST_BYTES: u64 = 48 << 20;
/// Pixels of a side.
const MOST_SIDE: u32 = 16_384;
/// Pixels of all of it.
const MOST_PIXELS: u64 = 50_000_000;
/// Bytes that a decoder may take beside what it gives back.
const MOST_MEMORY: u64 = 256 << 20;
/// A file that takes longer to be read is given up.
const MOST_TIME: Duration = Duration::from_secs(4);

/// The picture in a file, as large as it goes in a square of `size` pixels. Touches the disk and takes its time.
///
/// # Errors
/// What is wrong with it.
pub fn load(path: &Path, size: u32) -> Result<Picture, String> {
    // What the libraries take for impossible is not to end the desktop.
    catch_unwind(AssertUnwindSafe(|| decode(path, size))).unwrap_or_else(|_| Err("it cannot be shown".into()))
}

fn decode(path: &Path, size: u32) -> Result<Picture, String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let file = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
        .map_err(|error| words(&error))?;
    let metadata = file.metadata().map_err(|error| words(&error))?;
    if !metadata.is_file() {
        return Err("this is not a regular file".into());
    }
    if metadata.len() > MOST_BYTES {
        return Err(format!("the file is larger than {} MB", MOST_BYTES >> 20));
    }
    let timed = Timed { inner: BufReader::new(file), until: Instant::now() + MOST_TIME, left: MOST_BYTES };
    let mut reader = ImageReader::new(timed).with_guessed_format().map_err(|error| words(&error))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| words(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(format!("it has more than {} million pixels", MOST_PIXELS / 1_000_000));
    }
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let whole = DynamicImage::from_decoder(decoder).map_err(|error| words(&error))?;
    let mut small = if width > size || height > size { whole.thumbnail(size, size) } else { whole };
    small.apply_orientation(orientation);
    let small = small.into_rgba8();
    let side = |length: u32| usize::try_from(length).unwrap_or(0);
    let raw = Raw { width: side(small.width()), height: side(small.height()), rgba: small.into_raw() };
    if raw.width == 0 || raw.height == 0 {
        return Err("it has no size".into());
    }
    Ok(raw.fit(size))
}

/// Gives up when the time is over, or when a file gives more than it said it has.
struct Timed<R> {
    inner: R,
    until: Instant,
    left: u64,
}

impl<R> Timed<R> {
    fn check(&self) -> io::Result<()> {
        if Instant::now() > self.until {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "it takes too long to read"));
        }
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "there is no end to it"));
        }
        Ok(())
    }
}

impl<R: Read> Read for Timed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        let read = self.inner.read(buffer)?;
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Timed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount as u64);
        self.inner.consume(amount);
    }
}

impl<R: Seek> Seek for Timed<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.check()?;
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage};

    use super::super::super::files::tests::Scratch;
    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = io::Cursor::new(Vec::new());
        RgbImage::from_pixel(width, height, Rgb([200, 100, 0])).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_is_fitted_into_its_square_whatever_its_kind() {
        let scratch = Scratch::new();
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP] {
            let path = scratch.write("picture", encoded(400, 200, format));
            let picture = load(&path, 80).unwrap();
            assert_eq!((picture.size, picture.bytes.len()), (80, 80 * 80 * 4));
            let pixel = |x: usize, y: usize| &picture.bytes[(y * 80 + x) * 4..][..4];
            assert_eq!(pixel(40, 5), [0; 4], "above a long picture is nothing");
            let middle = pixel(40, 40);
            assert!(middle[0] < 12 && middle[1].abs_diff(100) < 12 && middle[2].abs_diff(200) < 12, "{middle:?}");
        }
    }

    #[test]
    fn what_is_no_picture_or_too_much_of_one_is_refused_with_a_reason() {
        let scratch = Scratch::new();
        let mut bomb = encoded(1, 1, ImageFormat::Png);
        // The size that its header claims; the check sum of the header is no longer right, nor is its data enough.
        bomb[16..24].copy_from_slice(&[0, 0, 0x3f, 0xff, 0, 0, 0x3f, 0xff]);
        let mut bmp = encoded(1, 1, ImageFormat::Bmp);
        bmp[18..26].copy_from_slice(&[0, 0x3f, 0, 0, 0, 0x3f, 0, 0]);
        let cut = encoded(300, 300, ImageFormat::Png)[..200].to_vec();
        for (name, bytes) in
            [("bomb", bomb), ("bmp", bmp), ("cut", cut), ("words", b"words".to_vec()), ("empty", Vec::new())]
        {
            let error = load(&scratch.write(name, bytes), 80).unwrap_err();
            assert!(!error.is_empty(), "{name}");
        }
        assert!(load(&scratch.0, 80).is_err());
        assert!(load(&scratch.0.join("nothing"), 80).is_err());
        let pipe = scratch.0.join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert!(load(&pipe, 80).is_err(), "nobody waits for a pipe");
    }

    #[test]
    fn a_file_that_takes_too_long_or_never_ends_is_given_up() {
        let late = Timed { inner: io::repeat(0), until: Instant::now() - Duration::from_millis(1), left: 100 };
        assert_eq!({ late }.read(&mut [0; 8]).unwrap_err().kind(), io::ErrorKind::TimedOut);
        let mut endless = Timed { inner: io::repeat(0), until: Instant::now() + MOST_TIME, left: 100 };
        let mut all = Vec::new();
        assert_eq!(endless.read_to_end(&mut all).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
