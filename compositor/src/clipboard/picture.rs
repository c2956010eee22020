//! A copied picture on its way through: decoded and written anew, so that what comes out is a PNG of a bounded size and
//! nothing else, whatever went in.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader};
use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Limits, Transformations};
use streamer::Refusal;

/// How a PNG begins.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Pixels in a row, and rows.
const MAX_SIDE: u32 = 16_384;
/// Pixels in all: 7680×4320. Decoded, this is the memory that it takes.
const MAX_PIXELS: u64 = 7680 * 4320;

/// Hardly to be told from what it was.
const JPEG_QUALITY: u8 = 92;

/// Why a picture does not come through.
#[derive(Debug, thiserror::Error)]
pub(super) enum PictureError {
    /// It cannot be decoded, or breaks off.
    #[error("this is not a PNG that can be read: {0}")]
    Unreadable(#[from] png::DecodingError),
    /// The same of another kind.
    #[error("this is not a picture that can be read: {0}")]
    Odd(#[from] image::ImageError),
    /// It would take too much memory.
    #[error("the picture has {width}×{height} pixels, more than are taken")]
    TooManyPixels {
        /// As it says.
        width: u32,
        /// As it says.
        height: u32,
    },
    /// It could not be written again.
    #[error("the picture cannot be written: {0}")]
    Unwritable(#[from] png::EncodingError),
    /// No thread.
    #[error("nobody is free to look at the picture")]
    NoThread,
}

impl PictureError {
    /// The same, for whoever sent it.
    pub(super) fn refusal(&self) -> Refusal {
        let reason = match self {
            Self::Unreadable(_) | Self::Odd(_) => "not_a_picture",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::Unwritable(_) | Self::NoThread => return Refusal::conflict("not_possible", self.to_string()),
        };
        Refusal::invalid(reason, self.to_string())
    }
}

/// Does it on a thread of its own: a large picture takes a second. How many there are at once is bounded by who asks.
pub(super) fn clean(bytes: Bytes, then: impl FnOnce(Result<Vec<u8>, PictureError>) + Send + 'static) {
    on_a_thread(move || cleaned(&bytes), then);
}

/// Makes a JPEG of a PNG that was cleaned before, on a thread of its own. What can be seen through lies on white.
pub(super) fn as_jpeg(png: Arc<[u8]>, then: impl FnOnce(Result<Vec<u8>, PictureError>) + Send + 'static) {
    on_a_thread(move || jpeg(&png), then);
}

fn on_a_thread(
    work: impl FnOnce() -> Result<Vec<u8>, PictureError> + Send + 'static,
    then: impl FnOnce(Result<Vec<u8>, PictureError>) + Send + 'static,
) {
    // Not lost if the thread does not start.
    let then = Arc::new(parking_lot::Mutex::new(Some(then)));
    let here = Arc::clone(&then);
    let started = thread::Builder::new().name("copied picture".into()).spawn(move || {
        let made = work();
        if let Some(then) = then.lock().take() {
            then(made);
        }
    });
    if started.is_err()
        && let Some(then) = here.lock().take()
    {
        then(Err(PictureError::NoThread));
    }
}

fn jpeg(png: &[u8]) -> Result<Vec<u8>, PictureError> {
    let picture = decoded(png)?.into_rgba8();
    let on_white = |[r, g, b, a]: [u8; 4]| {
        let blend = |colour: u8| ((u32::from(colour) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255) as u8;
        [blend(r), blend(g), blend(b)]
    };
    let (width, height) = picture.dimensions();
    let flat = image::RgbImage::from_fn(width, height, |x, y| image::Rgb(on_white(picture.get_pixel(x, y).0)));
    let mut written = Vec::new();
    DynamicImage::from(flat).write_with_encoder(JpegEncoder::new_with_quality(&mut written, JPEG_QUALITY))?;
    Ok(written)
}

fn cleaned(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    if !bytes.starts_with(SIGNATURE) {
        // What a library takes for impossible is not to end the thread before it has answered.
        let made = catch_unwind(AssertUnwindSafe(|| converted(bytes)));
        return made.unwrap_or_else(|_| Err(broken()));
    }
    let most = usize::try_from(MAX_PIXELS * 8).unwrap_or(usize::MAX);
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: most });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    let header = decoder.read_header_info()?;
    let (width, height) = (header.width, header.height);
    if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooManyPixels { width, height });
    }
    let mut reader = decoder.read_info()?;
    let (colour, depth) = reader.output_color_type();
    let size = reader.output_buffer_size().ok_or(PictureError::TooManyPixels { width, height })?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels)?;
    let pixels = pixels.get(..frame.buffer_size()).unwrap_or_default();
    let mut written = Vec::new();
    let mut encoder = Encoder::new(&mut written, width, height);
    // Expanded: eight bits, and no palette.
    debug_assert!(depth == BitDepth::Eight && colour != ColorType::Indexed);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(written)
}

/// The pixels of a picture, whatever kind it is.
fn decoded(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(image::ImageError::from)?;
    let mut limits = image::Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_PIXELS * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooManyPixels { width, height });
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// A picture of another kind as PNG.
fn converted(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    let picture = decoded(bytes)?;
    let mut written = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut written, CompressionType::Fast, FilterType::Adaptive);
    // Eight bits each, whatever it had.
    match picture.color().has_alpha() {
        true => DynamicImage::from(picture.into_rgba8()).write_with_encoder(encoder)?,
        false => DynamicImage::from(picture.into_rgb8()).write_with_encoder(encoder)?,
    }
    Ok(written)
}

fn broken() -> PictureError {
    let kind = image::error::DecodingError::from_format_hint(image::error::ImageFormatHint::Unknown);
    PictureError::Odd(image::ImageError::Decoding(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(width: u32, height: u32, colour: ColorType, depth: BitDepth, pixels: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, width, height);
        encoder.set_color(colour);
        encoder.set_depth(depth);
        if colour == ColorType::Indexed {
            encoder.set_palette(vec![255, 0, 0, 0, 0, 255]);
        }
        encoder.add_text_chunk("Comment".into(), "a secret place".into()).unwrap();
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
        bytes
    }

    fn decode(bytes: &[u8]) -> (ColorType, Vec<u8>) {
        let mut reader = Decoder::new(Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        (frame.color_type, pixels)
    }

    #[test]
    fn the_pixels_come_through_and_nothing_else() {
        for (colour, depth, pixels, expected) in [
            (
                ColorType::Rgba,
                BitDepth::Eight,
                vec![1, 2, 3, 4, 5, 6, 7, 8],
                (ColorType::Rgba, vec![1, 2, 3, 4, 5, 6, 7, 8]),
            ),
            (ColorType::Rgb, BitDepth::Eight, vec![1, 2, 3, 4, 5, 6], (ColorType::Rgb, vec![1, 2, 3, 4, 5, 6])),
            (ColorType::Grayscale, BitDepth::One, vec![0b1000_0000], (ColorType::Grayscale, vec![255, 0])),
            (ColorType::Grayscale, BitDepth::Sixteen, vec![1, 9, 2, 9], (ColorType::Grayscale, vec![1, 2])),
            (ColorType::Indexed, BitDepth::Eight, vec![1, 0], (ColorType::Rgb, vec![0, 0, 255, 255, 0, 0])),
        ] {
            let given = encode(2, 1, colour, depth, &pixels);
            let out = cleaned(&given).unwrap();
            assert_eq!(decode(&out), expected, "{colour:?}");
            assert!(!out.windows(6).any(|part| part == b"secret"));
        }
    }

    #[test]
    fn pictures_of_other_kinds_become_png() {
        for format in
            [image::ImageFormat::Jpeg, image::ImageFormat::Bmp, image::ImageFormat::Gif, image::ImageFormat::WebP]
        {
            let mut given = Cursor::new(Vec::new());
            let red = DynamicImage::from(image::RgbImage::from_pixel(16, 8, image::Rgb([250, 10, 10])));
            red.write_to(&mut given, format).unwrap();
            let out = cleaned(given.get_ref()).unwrap();
            assert!(out.starts_with(SIGNATURE), "{format:?}");
            let (colour, pixels) = decode(&out);
            assert_eq!(pixels.len(), 16 * 8 * colour.samples(), "{format:?}");
            let (near, far) = (pixels[0].abs_diff(250), pixels[1].abs_diff(10));
            assert!(near < 8 && far < 8, "{format:?}: {:?}", &pixels[..3]);
            let half = &given.get_ref()[..given.get_ref().len() / 4];
            assert_eq!(cleaned(half).unwrap_err().refusal().reason, "not_a_picture", "{format:?}");
        }
    }

    #[test]
    fn a_picture_that_claims_too_many_pixels_is_refused_before_they_are_made() {
        for (width, height) in [(MAX_SIDE + 1, 1), (1, MAX_SIDE + 1), (16_000, 16_000), (u32::MAX >> 1, u32::MAX >> 1)]
        {
            let mut bytes = encode(1, 1, ColorType::Rgba, BitDepth::Eight, &[0; 4]);
            bytes[16..20].copy_from_slice(&width.to_be_bytes());
            bytes[20..24].copy_from_slice(&height.to_be_bytes());
            let checksum = crc(&bytes[12..29]);
            bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
            let error = cleaned(&bytes).unwrap_err();
            assert!(matches!(error, PictureError::TooManyPixels { .. }), "{width}×{height}: {error}");
            assert_eq!(error.refusal().reason, "too_many_pixels");
        }
    }

    #[test]
    fn what_is_no_picture_or_breaks_off_is_refused() {
        let whole = encode(64, 64, ColorType::Rgba, BitDepth::Eight, &[77; 64 * 64 * 4]);
        for end in [0, 7, 8, 20, 40, whole.len() / 2] {
            let error = cleaned(&whole[..end]).unwrap_err();
            assert_eq!(error.refusal().reason, "not_a_picture", "{end} of {}", whole.len());
        }
        assert!(cleaned(b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_err());
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
        })
    }
}
