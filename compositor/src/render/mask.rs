//! The coverage of a shape or a line of text, as a texture.

use smithay::utils::{Physical, Size};

use super::gpu::Gpu;

/// A coverage texture; drawn with a colour.
#[derive(Debug)]
pub(super) struct Mask {
    size: Size<i32, Physical>,
    bind_group: wgpu::BindGroup,
}

impl Mask {
    /// Takes one byte a pixel, row by row. `None` if there is nothing, or more than a texture can hold.
    pub(super) fn new(gpu: &Gpu, size: Size<i32, Physical>, coverage: &[u8]) -> Option<Self> {
        let (width, height) = (u32::try_from(size.w).ok()?, u32::try_from(size.h).ok()?);
        let most = gpu.largest_side();
        let wanted = width as usize * height as usize;
        if wanted == 0 || width > most || height > most || coverage.len() < wanted {
            return None;
        }
        let extent = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
        let texture = gpu.device().create_texture(&wgpu::TextureDescriptor {
            label: Some("mask"),
            size: extent,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::R8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(width), rows_per_image: None };
        gpu.queue().write_texture(texture.as_image_copy(), coverage, layout, extent);
        let bind_group = gpu.quads().bind(gpu.device(), &texture);
        Some(Self { size, bind_group })
    }

    pub(super) fn size(&self) -> Size<i32, Physical> {
        self.size
    }

    pub(super) fn bind_group(&self) -> &wgpu::BindGroup {
        &self.bind_group
    }
}
