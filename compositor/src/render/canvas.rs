//! A texture that pieces are drawn into.

use smithay::utils::{Physical, Rectangle, Size};

use super::gpu::Gpu;
use super::piece::Piece;
use super::plan::{Plan, plan};
use super::quads::{QuadList, TARGET_FORMAT};

/// Something to draw into, and what drawing needs beside it.
#[derive(Debug)]
pub(super) struct Canvas {
    texture: wgpu::Texture,
    view: wgpu::TextureView,
    extent: Size<i32, Physical>,
    instances: Option<wgpu::Buffer>,
}

impl Canvas {
    /// Draws into a texture of the target format that can be drawn and copied to.
    pub(super) fn new(texture: wgpu::Texture) -> Self {
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let extent = Size::new(texture.width() as i32, texture.height() as i32);
        Self { texture, view, extent, instances: None }
    }

    pub(super) fn texture(&self) -> &wgpu::Texture {
        &self.texture
    }

    pub(super) fn extent(&self) -> Size<i32, Physical> {
        self.extent
    }

    /// Draws what of the pieces (front to back) lies in the damage, which may not overlap itself, over a premultiplied
    /// colour. `copies` allows to copy what can be: a copy leaves undefined alpha behind where a format has none.
    pub(super) fn draw(
        &mut self,
        gpu: &Gpu,
        pieces: &[Piece],
        damage: &[Rectangle<i32, Physical>],
        clear: [f32; 4],
        copies: bool,
        encoder: &mut wgpu::CommandEncoder,
    ) {
        let plan = plan(pieces, damage);
        let copied = |piece: &'_ Piece| copies && gpu.software() && piece.copyable().is_some();
        if copies && gpu.software() {
            self.copy(pieces, &plan, encoder);
        }
        let mut list = QuadList::new(self.extent);
        list.background(&plan.background, clear);
        for (piece, seen) in pieces.iter().zip(&plan.pieces).rev() {
            list.piece(piece, seen, copied(piece));
        }
        self.paint(gpu, &list, encoder);
    }

    /// Opaque pictures shown pixel for pixel are copied on a software adapter. Nothing behind them is drawn and what is in
    /// front of them is drawn later, so all copies can come first.
    fn copy(&self, pieces: &[Piece], plan: &Plan, encoder: &mut wgpu::CommandEncoder) {
        for (piece, seen) in pieces.iter().zip(&plan.pieces) {
            let Some((image, start)) = piece.copyable() else { continue };
            for rect in &seen.opaque {
                let offset = rect.loc - piece.origin();
                let origin = |x: i32, y: i32| wgpu::Origin3d { x: x as u32, y: y as u32, z: 0 };
                encoder.copy_texture_to_texture(
                    wgpu::TexelCopyTextureInfo {
                        origin: origin(offset.x + start[0], offset.y + start[1]),
                        ..image.texture().as_image_copy()
                    },
                    wgpu::TexelCopyTextureInfo {
                        origin: origin(rect.loc.x, rect.loc.y),
                        ..self.texture.as_image_copy()
                    },
                    wgpu::Extent3d { width: rect.size.w as u32, height: rect.size.h as u32, depth_or_array_layers: 1 },
                );
            }
        }
    }

    /// Draws rectangles over what there is.
    pub(super) fn paint(&mut self, gpu: &Gpu, list: &QuadList, encoder: &mut wgpu::CommandEncoder) {
        if list.is_empty() {
            return;
        }
        let bytes = list.bytes();
        let buffer = match self.instances.take().filter(|buffer| buffer.size() >= bytes.len() as u64) {
            Some(buffer) => buffer,
            None => gpu.device().create_buffer(&wgpu::BufferDescriptor {
                label: Some("quads"),
                size: (bytes.len() as u64).next_power_of_two().max(16 << 10),
                usage: wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        };
        gpu.queue().write_buffer(&buffer, 0, &bytes);
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("frame"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &self.view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Load, store: wgpu::StoreOp::Store },
            })],
            depth_stencil_attachment: None,
            timestamp_writes: None,
            occlusion_query_set: None,
            multiview_mask: None,
        });
        list.record(gpu.quads(), &mut pass, &buffer);
        drop(pass);
        self.instances = Some(buffer);
    }
}

/// A texture to draw into, of this size.
pub(super) fn drawable(gpu: &Gpu, size: Size<i32, Physical>, usage: wgpu::TextureUsages) -> wgpu::Texture {
    gpu.device().create_texture(&wgpu::TextureDescriptor {
        label: Some("canvas"),
        size: wgpu::Extent3d { width: size.w as u32, height: size.h as u32, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: TARGET_FORMAT,
        usage: usage
            | wgpu::TextureUsages::RENDER_ATTACHMENT
            | wgpu::TextureUsages::COPY_DST
            | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    })
}
