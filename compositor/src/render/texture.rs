//! A client's pixels on the device.

use std::sync::Arc;

use smithay::utils::{Buffer, Rectangle, Size};

use super::gpu::{Counted, Gpu, ready};

/// How a shared-memory buffer lays out its pixels; in Wayland's (little-endian) words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PixelFormat {
    /// Blue, green, red, alpha in memory.
    Argb8888,
    /// Blue, green, red, nothing.
    Xrgb8888,
    /// Red, green, blue, alpha.
    Abgr8888,
    /// Red, green, blue, nothing.
    Xbgr8888,
}

impl PixelFormat {
    /// Whether pixels can be transparent.
    pub fn has_alpha(self) -> bool {
        matches!(self, Self::Argb8888 | Self::Abgr8888)
    }

    /// Bytes of one pixel.
    pub fn bytes(self) -> usize {
        4
    }

    pub(super) fn texture_format(self) -> wgpu::TextureFormat {
        match self {
            Self::Argb8888 | Self::Xrgb8888 => wgpu::TextureFormat::Bgra8Unorm,
            Self::Abgr8888 | Self::Xbgr8888 => wgpu::TextureFormat::Rgba8Unorm,
        }
    }
}

/// Why a buffer gets no texture.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TextureError {
    /// There is nothing in it, or more than a device can hold.
    #[error("a picture of {w}x{h} cannot be shown")]
    Size {
        /// As asked for.
        w: i32,
        /// As asked for.
        h: i32,
    },
    /// The device has no memory left for it.
    #[error("out of memory for pictures")]
    Memory,
}

/// Why an upload was refused. Nothing was changed then.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum UploadError {
    /// Rows would overlap, or run backwards.
    #[error("a stride of {stride} bytes is too short for {width} pixels")]
    Stride {
        /// As the client said.
        stride: i32,
        /// Of the texture.
        width: i32,
    },
    /// The memory ends before the picture does.
    #[error("{have} bytes of memory for a picture of {need}")]
    Short {
        /// Bytes there are.
        have: usize,
        /// Bytes a whole picture takes.
        need: usize,
    },
}

/// No client's picture has more pixels than this (256 MiB); a device would fail to hold it in ways we cannot catch.
const MOST_PIXELS: i64 = 64 << 20;

/// A picture on the device that can be drawn.
#[derive(Debug)]
pub(super) struct Image {
    size: Size<i32, Buffer>,
    has_alpha: bool,
    texture: wgpu::Texture,
    bind_group: wgpu::BindGroup,
    _counted: Counted,
}

impl Image {
    /// An empty picture. `None` if the device cannot hold it.
    pub(super) fn new(
        gpu: &Gpu,
        size: Size<i32, Buffer>,
        format: wgpu::TextureFormat,
        has_alpha: bool,
        usage: wgpu::TextureUsages,
    ) -> Option<Self> {
        let (width, height) = (u32::try_from(size.w).ok()?, u32::try_from(size.h).ok()?);
        let most = gpu.largest_side();
        if width == 0 || height == 0 || width > most || height > most {
            return None;
        }
        // A texture that failed would fail every frame it is drawn in, and so take everything else along.
        let scope = gpu.device().push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let texture = gpu.device().create_texture(&wgpu::TextureDescriptor {
            label: Some("picture"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage: usage | wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        if ready(scope.pop()).flatten().is_some() {
            return None;
        }
        let bind_group = gpu.quads().bind(gpu.device(), &texture);
        let counted = gpu.count(size.w as usize * size.h as usize * 4);
        Some(Self { size, has_alpha, texture, bind_group, _counted: counted })
    }

    /// A picture of blue, green, red, alpha, premultiplied; rows tightly packed.
    pub(super) fn with_pixels(gpu: &Gpu, size: Size<i32, Buffer>, pixels: &[u8]) -> Option<Self> {
        if !holds(pixels, size) {
            return None;
        }
        let image = Self::ours(gpu, size)?;
        image.write(gpu, Rectangle::from_size(size), pixels);
        Some(image)
    }

    /// An empty picture of blue, green, red, alpha, to be written to. `None` if the device cannot hold it.
    pub(super) fn ours(gpu: &Gpu, size: Size<i32, Buffer>) -> Option<Self> {
        Self::new(gpu, size, wgpu::TextureFormat::Bgra8Unorm, true, wgpu::TextureUsages::COPY_DST)
    }

    /// Takes over pixels for a part of one of [`Self::ours`], rows tightly packed. Returns whether they fit.
    pub(super) fn write(&self, gpu: &Gpu, part: Rectangle<i32, Buffer>, pixels: &[u8]) -> bool {
        let size = part.size;
        if !Rectangle::from_size(self.size).contains_rect(part) || !holds(pixels, size) {
            return false;
        }
        let layout =
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(size.w as u32 * 4), rows_per_image: None };
        let destination = wgpu::TexelCopyTextureInfo {
            origin: wgpu::Origin3d { x: part.loc.x as u32, y: part.loc.y as u32, z: 0 },
            ..self.texture.as_image_copy()
        };
        let extent = wgpu::Extent3d { width: size.w as u32, height: size.h as u32, depth_or_array_layers: 1 };
        gpu.write(destination, pixels, layout, extent);
        true
    }

    /// Takes over rows from one on: as many as there are pixels for, tightly packed; alpha, red, green, blue from the
    /// highest byte. Returns what was changed: nothing where they do not fit.
    pub(super) fn upload_rows(&self, gpu: &Gpu, from: u32, pixels: &[u32]) -> Option<Rectangle<i32, Buffer>> {
        let (width, height) = (self.size.w as u32, self.size.h as u32);
        let rows = u32::try_from(pixels.len()).ok()? / width;
        if rows == 0 || from.checked_add(rows)? > height {
            return None;
        }
        let destination = wgpu::TexelCopyTextureInfo {
            origin: wgpu::Origin3d { x: 0, y: from, z: 0 },
            ..self.texture.as_image_copy()
        };
        let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(width * 4), rows_per_image: None };
        let extent = wgpu::Extent3d { width, height: rows, depth_or_array_layers: 1 };
        gpu.write(destination, bytemuck::cast_slice(pixels), layout, extent);
        Some(Rectangle::new((0, from as i32).into(), (self.size.w, rows as i32).into()))
    }

    /// In its own pixels.
    pub(super) fn size(&self) -> Size<i32, Buffer> {
        self.size
    }

    /// Whether its alpha means anything.
    pub(super) fn has_alpha(&self) -> bool {
        self.has_alpha
    }

    pub(super) fn texture(&self) -> &wgpu::Texture {
        &self.texture
    }

    pub(super) fn bind_group(&self) -> &wgpu::BindGroup {
        &self.bind_group
    }

    /// What it takes on the device.
    pub(super) fn bytes(&self) -> usize {
        self.size.w as usize * self.size.h as usize * 4
    }
}

/// Whether there are pixels of four bytes for a picture.
pub(super) fn holds(pixels: &[u8], size: Size<i32, Buffer>) -> bool {
    size.w > 0 && size.h > 0 && pixels.len() / 4 / (size.w as usize) >= size.h as usize
}

/// A client's picture on the device.
#[derive(Debug)]
pub struct SurfaceTexture {
    format: PixelFormat,
    image: Arc<Image>,
}

impl SurfaceTexture {
    /// An empty picture of this size in buffer pixels.
    pub fn new(gpu: &Gpu, size: Size<i32, Buffer>, format: PixelFormat) -> Result<Self, TextureError> {
        let refused = TextureError::Size { w: size.w, h: size.h };
        let (Ok(width), Ok(height)) = (u32::try_from(size.w), u32::try_from(size.h)) else { return Err(refused) };
        let most = gpu.largest_side();
        if width == 0 || height == 0 || width > most || height > most {
            return Err(refused);
        }
        if i64::from(width) * i64::from(height) > MOST_PIXELS {
            return Err(refused);
        }
        let usage = wgpu::TextureUsages::COPY_DST;
        let image = Image::new(gpu, size, format.texture_format(), format.has_alpha(), usage);
        Ok(Self { format, image: Arc::new(image.ok_or(TextureError::Memory)?) })
    }

    /// Takes the damaged rectangles over from a client's memory.
    ///
    /// `pixels` starts at the buffer's offset; `stride` is in bytes; `rects` are in buffer coordinates. None of them is
    /// trusted: rectangles are clamped to the picture, and memory that is too short is refused before any is read.
    pub fn upload(
        &self,
        gpu: &Gpu,
        pixels: &[u8],
        stride: i32,
        rects: &[Rectangle<i32, Buffer>],
    ) -> Result<(), UploadError> {
        let bytes = self.format.bytes();
        let size = self.image.size;
        let (width, height) = (size.w as usize, size.h as usize);
        let refused = UploadError::Stride { stride, width: size.w };
        let stride = usize::try_from(stride).map_err(|_| refused.clone())?;
        if stride < width * bytes {
            return Err(refused);
        }
        let need = stride.saturating_mul(height - 1).saturating_add(width * bytes);
        if pixels.len() < need {
            return Err(UploadError::Short { have: pixels.len(), need });
        }
        for rect in rects {
            let Some((x, y, w, h)) = clamp(rect, width, height) else { continue };
            let start = y * stride + x * bytes;
            let end = start + (h - 1) * stride + w * bytes;
            let Some(rows) = pixels.get(start..end) else { continue };
            gpu.write(
                wgpu::TexelCopyTextureInfo {
                    texture: &self.image.texture,
                    mip_level: 0,
                    origin: wgpu::Origin3d { x: x as u32, y: y as u32, z: 0 },
                    aspect: wgpu::TextureAspect::All,
                },
                rows,
                wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(stride as u32), rows_per_image: None },
                wgpu::Extent3d { width: w as u32, height: h as u32, depth_or_array_layers: 1 },
            );
        }
        Ok(())
    }

    /// In buffer pixels.
    pub fn size(&self) -> Size<i32, Buffer> {
        self.image.size
    }

    /// As it was made.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    pub(super) fn image(&self) -> &Arc<Image> {
        &self.image
    }
}

/// The part of a rectangle that lies in the picture; clients send extents up to `i32::MAX`.
fn clamp(rect: &Rectangle<i32, Buffer>, width: usize, height: usize) -> Option<(usize, usize, usize, usize)> {
    let span = |start: i32, length: i32, limit: usize| {
        let end = i64::from(start).saturating_add(i64::from(length)).clamp(0, limit as i64);
        let start = i64::from(start).clamp(0, limit as i64);
        (end > start).then_some((start as usize, (end - start) as usize))
    };
    let (x, w) = span(rect.loc.x, rect.size.w, width)?;
    let (y, h) = span(rect.loc.y, rect.size.h, height)?;
    Some((x, y, w, h))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: i32, y: i32, w: i32, h: i32) -> Rectangle<i32, Buffer> {
        // The constructor refuses negative extents in debug builds, clients do not.
        let mut rect = Rectangle::new((x, y).into(), (0, 0).into());
        (rect.size.w, rect.size.h) = (w, h);
        rect
    }

    #[test]
    fn a_rectangle_never_leaves_the_picture() {
        assert_eq!(clamp(&rect(0, 0, i32::MAX, i32::MAX), 10, 20), Some((0, 0, 10, 20)));
        assert_eq!(clamp(&rect(-5, -5, 10, 10), 10, 20), Some((0, 0, 5, 5)));
        assert_eq!(clamp(&rect(i32::MAX, 0, i32::MAX, 1), 10, 20), None);
        assert_eq!(clamp(&rect(i32::MIN, i32::MIN, i32::MAX, i32::MAX), 10, 20), None);
        assert_eq!(clamp(&rect(2, 2, -1, 4), 10, 20), None);
    }
}
