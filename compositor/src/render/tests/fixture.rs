//! What the tests draw with.

use std::sync::{Arc, OnceLock};

use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::{CommitCounter, DamageSnapshot};
use smithay::utils::{Buffer, Physical, Rectangle, Size, Transform};

use crate::render::{Gpu, Piece, PixelFormat, SurfacePiece, SurfaceTexture};

/// What is behind everything.
pub const CLEAR: [f32; 4] = [0.0, 3.0 / 255.0, 15.0 / 255.0, 1.0];

/// One device for all tests of this process.
pub fn gpu() -> &'static Gpu {
    static GPU: OnceLock<Gpu> = OnceLock::new();
    GPU.get_or_init(|| Gpu::new().expect("an adapter; install mesa-vulkan-drivers"))
}

pub fn rect(x: i32, y: i32, w: i32, h: i32) -> Rectangle<i32, Physical> {
    Rectangle::new((x, y).into(), (w, h).into())
}

pub fn buffer_rect(x: i32, y: i32, w: i32, h: i32) -> Rectangle<i32, Buffer> {
    Rectangle::new((x, y).into(), (w, h).into())
}

/// A picture whose every corner, row and column can be told from the others: in memory's byte order for `format`.
pub fn pattern(w: i32, h: i32, format: PixelFormat) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..h {
        for x in 0..w {
            let grid = if x % 8 == 0 || y % 8 == 0 { 255 } else { 0 };
            let (r, g, b) = (x * 255 / w, y * 255 / h, grid);
            // A red corner tells which one is the top left.
            let (r, g, b) = if x < w / 4 && y < h / 4 { (255, 40, 40) } else { (r / 2 + 40, g / 2 + 60, b / 2 + 40) };
            let alpha = if format.has_alpha() { 96 + x * 159 / w } else { 255 };
            let premultiplied = |c: i32| (c * alpha / 255) as u8;
            let [r, g, b] = [premultiplied(r), premultiplied(g), premultiplied(b)];
            let unused = if format.has_alpha() { alpha as u8 } else { 7 };
            pixels.extend(match format {
                PixelFormat::Argb8888 | PixelFormat::Xrgb8888 => [b, g, r, unused],
                PixelFormat::Abgr8888 | PixelFormat::Xbgr8888 => [r, g, b, unused],
            });
        }
    }
    pixels
}

/// [`pattern`], uploaded.
pub fn texture(w: i32, h: i32, format: PixelFormat) -> Arc<SurfaceTexture> {
    let texture = SurfaceTexture::new(gpu(), Size::new(w, h), format).expect("a small texture");
    texture.upload(gpu(), &pattern(w, h, format), w * 4, &[buffer_rect(0, 0, w, h)]).expect("honest memory");
    Arc::new(texture)
}

/// All of a texture, unscaled, at a place.
pub fn surface(texture: &Arc<SurfaceTexture>, x: i32, y: i32) -> SurfacePiece {
    let size = texture.size();
    SurfacePiece {
        id: Id::new(),
        commit: CommitCounter::default(),
        damage: DamageSnapshot::empty(),
        texture: texture.clone(),
        src: Rectangle::from_size(size.to_f64()),
        geometry: rect(x, y, size.w, size.h),
        transform: Transform::Normal,
        alpha: 1.0,
        opaque: Vec::new(),
        clip: None,
    }
}

pub fn solid(geometry: Rectangle<i32, Physical>, colour: [f32; 4]) -> Piece {
    Piece::solid(Id::new(), CommitCounter::default(), geometry, colour)
}
