//! Sheets of letters: one texture holds the masks of many texts, so that all of them are drawn with one call.
//!
//! On lavapipe a change of texture costs as much as filling ten thousand pixels.

use std::sync::Arc;

use smithay::utils::{Buffer, Rectangle, Size};

use super::gpu::Gpu;
use super::shelves::Shelves;

/// Of a usual sheet, which so fills a block of the device's memory and keeps nothing else there. One for a text that does not
/// fit is as large as the text.
const SIDE: (i32, i32) = (2048, 2048);

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
    shelves: Shelves,
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
        let size = Size::new(with_margin(size.w, SIDE.0), with_margin(size.h, SIDE.1));
        Some(Self { sheet: Arc::new(Sheet::new(gpu, size)?), shelves: Shelves::new(size) })
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
        let place = self.shelves.place(Size::new(size.w + 2 * MARGIN, size.h + 2 * MARGIN))?;
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
}
