//! Icons that are PNG files.

use std::io::Cursor;

use png::{ColorType, Decoder, Limits, Transformations};

use super::picture::{Picture, Raw};

/// Pixels of a side; icons have up to 1024.
const MOST_SIDE: u32 = 2048;

/// Decodes a PNG and brings it to `size`.
///
/// # Errors
/// What is wrong with it.
pub fn decode(bytes: &[u8], size: u32) -> Result<Picture, String> {
    let limits = Limits { bytes: MOST_SIDE as usize * MOST_SIDE as usize * 8 };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let (width, height) = (reader.info().width, reader.info().height);
    if width > MOST_SIDE || height > MOST_SIDE {
        return Err(format!("it has {width} by {height} pixels, and {MOST_SIDE} by {MOST_SIDE} is the most"));
    }
    let length = reader.output_buffer_size().ok_or("it is too large")?;
    let mut pixels = vec![0; length];
    let frame = reader.next_frame(&mut pixels).map_err(|error| error.to_string())?;
    pixels.truncate(frame.buffer_size());
    let rgba = match frame.color_type {
        ColorType::Rgba => pixels,
        ColorType::GrayscaleAlpha => {
            let pixels = pixels.chunks_exact(2).filter_map(<[u8]>::first_chunk::<2>);
            pixels.flat_map(|&[grey, alpha]| [grey, grey, grey, alpha]).collect()
        }
        other => return Err(format!("it has colours of kind {other:?}")),
    };
    let (width, height) = (width as usize, height as usize);
    if rgba.len() != width * height * 4 {
        return Err("it has fewer pixels than it says".into());
    }
    Ok(Raw { width, height, rgba }.fit(size))
}

#[cfg(test)]
pub mod tests {
    use png::BitDepth;
    use proptest::prelude::*;

    use super::*;

    pub fn encode(width: u32, height: u32, colour: ColorType, depth: BitDepth, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(colour);
        encoder.set_depth(depth);
        if colour == ColorType::Indexed {
            encoder.set_palette(vec![0, 0, 255, 255, 0, 0]);
        }
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(data).unwrap();
        drop(writer);
        bytes
    }

    #[test]
    fn every_kind_of_colour_is_understood() {
        let blue_or = |colour, depth, data: &[u8]| decode(&encode(1, 1, colour, depth, data), 1).unwrap().bytes;
        assert_eq!(blue_or(ColorType::Rgb, BitDepth::Eight, &[1, 2, 3]), [3, 2, 1, 255]);
        assert_eq!(blue_or(ColorType::Rgba, BitDepth::Eight, &[255, 0, 0, 0]), [0, 0, 0, 0]);
        assert_eq!(blue_or(ColorType::Rgba, BitDepth::Sixteen, &[9, 0, 8, 0, 7, 0, 255, 255]), [7, 8, 9, 255]);
        assert_eq!(blue_or(ColorType::Grayscale, BitDepth::One, &[0x80]), [255; 4]);
        assert_eq!(blue_or(ColorType::GrayscaleAlpha, BitDepth::Eight, &[255, 128]), [128; 4]);
        assert_eq!(blue_or(ColorType::Indexed, BitDepth::One, &[0x80]), [0, 0, 255, 255]);
    }

    #[test]
    fn a_file_cut_anywhere_is_an_error() {
        let noise: Vec<u8> = (0..64 * 64 * 4u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let whole = encode(64, 64, ColorType::Rgba, BitDepth::Eight, &noise);
        assert!(decode(&whole, 32).is_ok());
        // The end marker alone may be missing: all pixels are there.
        for length in (0..whole.len() - 16).step_by(37) {
            assert!(decode(&whole[..length], 32).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_picture_that_claims_to_be_huge_is_refused_before_it_takes_memory() {
        let mut bytes = encode(1, 1, ColorType::Grayscale, BitDepth::Eight, &[0]);
        bytes[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        assert!(decode(&bytes, 32).is_err());
        let rows = vec![0; 3000];
        let wide = encode(3000, 1, ColorType::Grayscale, BitDepth::Eight, &rows);
        assert!(decode(&wide, 32).unwrap_err().contains("3000 by 1 pixels"));
    }

    proptest! {
        #[test]
        fn a_file_with_a_wrong_byte_does_no_harm(at in 0usize..120, byte in 0u8..) {
            let mut bytes = encode(2, 2, ColorType::Indexed, BitDepth::Eight, &[0, 1, 1, 0]);
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = decode(&bytes, 8);
        }
    }
}
