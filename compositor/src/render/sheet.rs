//! Sheets of letters: one texture holds the masks of many texts, so that all of them are drawn with one call.
//!
//! On lavapipe a change of texture costs as much as filling ten thousand pixels.

use std::sync::Arc;

use smithay::utils::{Buffer, Rectangle, Size};

use super::gpu::Gpu;

/// Of a usual sheet. One for a text that does not fit is as large as the text.
const SIDE: (i32, i32) = (1024, 512);

/// Clear pixels around each text: sampling between texels looks at the neighbours.
const MARGIN: i32 = 1;

/// A sheet on the device: one byte a pixel.
#[derive(Debug)]
pub(super) struct Sheet {
    size: Size<i32, Buffer>,
    texture: wgpu::Texture,
    bind_group: wgpu::BindGroup,
}

/// A sheet that may still have room. What was put on it stays; it is never cleared, only dropped as a whole.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) sheet: Arc<Sheet>,
    /// Top, height and used width of each row.
    rows: Vec<(i32, i32, i32)>,
    bottom: i32,
}

impl Sheet {
    fn new(gpu: &Gpu, size: Size<i32, Buffer>) -> Option<Self> {
        let (width, height) = (u32::try_from(size.w).ok()?, u32::try_from(size.h).ok()?);
        let most = gpu.largest_side();
        if width == 0 || height == 0 || width > most || height > most {
            return None;
        }
        let texture = gpu.device().create_texture(&wgpu::TextureDescriptor {
            label: Some("letters"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::R8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let bind_group = gpu.quads().bind(gpu.device(), &texture);
        Some(Self { size, texture, bind_group })
    }

    pub(super) fn bind_group(&self) -> &wgpu::BindGroup {
        &self.bind_group
    }
}

impl Page {
    /// An empty page that has room for a mask of this size.
    pub(super) fn new(gpu: &Gpu, size: Size<i32, Buffer>) -> Option<Self> {
        let with_margin = |length: i32, usual: i32| length.saturating_add(2 * MARGIN).max(usual);
        let sheet = Sheet::new(gpu, Size::new(with_margin(size.w, SIDE.0), with_margin(size.h, SIDE.1)))?;
        Some(Self { sheet: Arc::new(sheet), rows: Vec::new(), bottom: 0 })
    }

    /// What it takes on the device.
    pub(super) fn bytes(&self) -> usize {
        self.sheet.size.w as usize * self.sheet.size.h as usize
    }

    /// Puts a mask (a byte a pixel, rows tightly packed) where there is room. Returns its place with a clear margin.
    pub(super) fn put(&mut self, gpu: &Gpu, size: Size<i32, Buffer>, mask: &[u8]) -> Option<Rectangle<i32, Buffer>> {
        if size.w <= 0 || size.h <= 0 || mask.len() < size.w as usize * size.h as usize {
            return None;
        }
        let place = self.room(Size::new(size.w + 2 * MARGIN, size.h + 2 * MARGIN))?;
        gpu.write(
            wgpu::TexelCopyTextureInfo {
                origin: wgpu::Origin3d { x: (place.loc.x + MARGIN) as u32, y: (place.loc.y + MARGIN) as u32, z: 0 },
                ..self.sheet.texture.as_image_copy()
            },
            mask,
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(size.w as u32), rows_per_image: None },
            wgpu::Extent3d { width: size.w as u32, height: size.h as u32, depth_or_array_layers: 1 },
        );
        Some(place)
    }

    /// In the lowest row that it fits into without wasting half of it, else in a new one.
    fn room(&mut self, size: Size<i32, Buffer>) -> Option<Rectangle<i32, Buffer>> {
        let whole = self.sheet.size;
        let fits = |row: &&mut (i32, i32, i32)| {
            let (_, height, used) = **row;
            height >= size.h && height <= size.h + size.h / 2 + 2 && used + size.w <= whole.w
        };
        if let Some((top, _, used)) = self.rows.iter_mut().filter(fits).min_by_key(|row| row.1) {
            let place = Rectangle::new((*used, *top).into(), size);
            *used += size.w;
            return Some(place);
        }
        if size.w > whole.w || self.bottom + size.h > whole.h {
            return None;
        }
        let place = Rectangle::new((0, self.bottom).into(), size);
        self.rows.push((self.bottom, size.h, size.w));
        self.bottom += size.h;
        Some(place)
    }
}
