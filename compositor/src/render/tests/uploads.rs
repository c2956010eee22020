//! Clients that lie about their memory.

use smithay::utils::{Buffer, Rectangle, Size};

use super::fixture::{CLEAR, buffer_rect, gpu, pattern, surface, texture};
use crate::render::{Piece, PixelFormat, SurfaceTexture, Target, TextureError, UploadError};

const XRGB: PixelFormat = PixelFormat::Xrgb8888;

fn shown(texture: SurfaceTexture) -> Vec<u8> {
    let mut target = Target::new(gpu(), (32, 24).into());
    let piece = Piece::surface(surface(&texture.into(), 0, 0));
    target.draw(&[piece], CLEAR, false).expect("drawn");
    target.pixels().expect("pixels").rgba
}

#[test]
fn memory_that_is_too_short_is_refused() {
    let texture = SurfaceTexture::new(gpu(), Size::new(32, 24), XRGB).expect("a texture");
    let whole = [buffer_rect(0, 0, 32, 24)];
    let memory = pattern(32, 24, XRGB);
    let short = &memory[..memory.len() - 1];
    let refused = texture.upload(gpu(), short, 128, &whole);
    assert_eq!(refused, Err(UploadError::Short { have: memory.len() - 1, need: memory.len() }));
    assert!(matches!(texture.upload(gpu(), &[], 128, &whole), Err(UploadError::Short { .. })));
    assert!(matches!(texture.upload(gpu(), &memory, i32::MAX, &whole), Err(UploadError::Short { .. })));
    // The last row needs no more than its pixels.
    assert_eq!(texture.upload(gpu(), &memory, 128, &whole), Ok(()));
}

#[test]
fn rows_cannot_overlap_or_run_backwards() {
    let texture = SurfaceTexture::new(gpu(), Size::new(32, 24), XRGB).expect("a texture");
    let memory = pattern(32, 24, XRGB);
    for stride in [0, 1, 127, -128, i32::MIN] {
        let refused = texture.upload(gpu(), &memory, stride, &[buffer_rect(0, 0, 32, 24)]);
        assert_eq!(refused, Err(UploadError::Stride { stride, width: 32 }));
    }
}

#[test]
fn rectangles_are_clamped_whatever_they_say() {
    let texture = SurfaceTexture::new(gpu(), Size::new(32, 24), XRGB).expect("a texture");
    let memory = pattern(32, 24, XRGB);
    let mut wild: Rectangle<i32, Buffer> = buffer_rect(0, 0, 1, 1);
    wild.size.w = -7;
    let rects = [
        wild,
        buffer_rect(i32::MAX, i32::MAX, i32::MAX, i32::MAX),
        buffer_rect(i32::MIN, i32::MIN, i32::MAX, i32::MAX),
        buffer_rect(-4, -4, i32::MAX, i32::MAX),
    ];
    assert_eq!(texture.upload(gpu(), &memory, 128, &rects), Ok(()));
    assert_eq!(shown(texture), shown_pattern());
}

#[test]
fn a_picture_that_was_packed_is_the_same_again() {
    for (w, h, format) in [(32, 24, XRGB), (31, 7, PixelFormat::Argb8888), (1, 1, PixelFormat::Abgr8888)] {
        let before = texture(w, h, format);
        let packed = before.read(gpu()).pack().expect("the device answers");
        let after = packed.unpack().expect("a small texture");
        assert_eq!((after.size(), after.format()), (before.size(), before.format()));
        let drawn = |texture| {
            let mut target = Target::new(gpu(), (32, 24).into());
            target.draw(&[Piece::surface(surface(texture, 0, 0))], CLEAR, false).expect("drawn");
            target.pixels().expect("pixels").rgba
        };
        assert_eq!(drawn(&before), drawn(&after.into()));
    }
    let large = SurfaceTexture::new(gpu(), Size::new(512, 512), XRGB).expect("a texture");
    let packed = large.read(gpu()).pack().expect("the device answers");
    assert!(packed.bytes() < 512 * 512 * 4 / 50, "a plain picture takes {} bytes", packed.bytes());
}

fn shown_pattern() -> Vec<u8> {
    let mut target = Target::new(gpu(), (32, 24).into());
    target.draw(&[Piece::surface(surface(&texture(32, 24, XRGB), 0, 0))], CLEAR, false).expect("drawn");
    target.pixels().expect("pixels").rgba
}

#[test]
fn an_odd_stride_is_honoured() {
    let texture = SurfaceTexture::new(gpu(), Size::new(32, 24), XRGB).expect("a texture");
    let mut memory = Vec::new();
    for row in pattern(32, 24, XRGB).chunks(128) {
        memory.extend_from_slice(row);
        memory.extend([0xee; 5]);
    }
    assert_eq!(texture.upload(gpu(), &memory, 133, &[buffer_rect(0, 0, 32, 24)]), Ok(()));
    assert_eq!(shown(texture), shown_pattern());
}

#[test]
fn only_the_damage_is_taken_over() {
    let texture = SurfaceTexture::new(gpu(), Size::new(32, 24), XRGB).expect("a texture");
    texture.upload(gpu(), &[0; 32 * 24 * 4], 128, &[buffer_rect(0, 0, 32, 24)]).expect("honest memory");
    texture.upload(gpu(), &[255; 32 * 24 * 4], 128, &[buffer_rect(3, 4, 5, 6)]).expect("honest memory");
    let white = shown(texture).chunks_exact(4).filter(|pixel| pixel[0] == 255).count();
    assert_eq!(white, 30);
}

#[test]
fn a_picture_no_device_can_hold_is_refused() {
    for (w, h) in [(0, 10), (10, 0), (-1, 10), (i32::MAX, 1), (1, i32::MAX), (16_384, 16_384)] {
        // The constructor refuses negative sizes in debug builds, clients do not.
        let mut size: Size<i32, Buffer> = Size::new(1, 1);
        (size.w, size.h) = (w, h);
        let refused = SurfaceTexture::new(gpu(), size, XRGB).map(|texture| texture.size());
        assert_eq!(refused, Err(TextureError::Size { w, h }));
    }
}
