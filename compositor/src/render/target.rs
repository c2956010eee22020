//! The picture that the output shows: drawn in place, damage by damage.

use std::sync::Arc;

use smithay::backend::renderer::damage::OutputDamageTracker;
use smithay::utils::{Physical, Rectangle, Size, Transform};

use super::damage;
use super::gpu::Gpu;
use super::mapping::Sampling;
use super::picture::Picture;
use super::piece::{Content, Piece};
use super::plan::{Plan, plan};
use super::quads::{QuadList, TARGET_FORMAT};
use super::readback::{Pool, Readback, ReadbackError};

/// What a call of [`Target::draw`] changed.
#[derive(Debug)]
pub struct Drawn {
    /// The pixels that may differ from before; rectangles do not overlap.
    pub damage: Vec<Rectangle<i32, Physical>>,
    /// The same pixels on their way to the encoder. If it is dropped unused, the next picture needs `force_full`.
    pub readback: Readback,
}

/// An output's picture on the device.
#[derive(Debug)]
pub struct Target {
    gpu: Gpu,
    /// As asked for.
    size: Size<i32, Physical>,
    /// Even, as an encoder's chroma wants it.
    extent: Size<i32, Physical>,
    texture: wgpu::Texture,
    view: wgpu::TextureView,
    tracker: OutputDamageTracker,
    clear: Option<[f32; 4]>,
    instances: Option<wgpu::Buffer>,
    pool: Arc<Pool>,
}

impl Target {
    /// A picture of this size in device pixels, clamped to what the device can hold.
    pub fn new(gpu: &Gpu, size: Size<i32, Physical>) -> Self {
        let most = i32::try_from(gpu.largest_side()).unwrap_or(i32::MAX) & !1;
        let size = Size::new(size.w.clamp(1, most), size.h.clamp(1, most));
        let extent: Size<i32, Physical> = Size::new(size.w + size.w % 2, size.h + size.h % 2);
        let texture = gpu.device().create_texture(&wgpu::TextureDescriptor {
            label: Some("target"),
            size: wgpu::Extent3d { width: extent.w as u32, height: extent.h as u32, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: TARGET_FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT
                | wgpu::TextureUsages::COPY_DST
                | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        Self {
            gpu: gpu.clone(),
            size,
            extent,
            view: texture.create_view(&wgpu::TextureViewDescriptor::default()),
            texture,
            tracker: OutputDamageTracker::new(extent, 1.0, Transform::Normal),
            clear: None,
            instances: None,
            pool: Pool::new(gpu.clone()),
        }
    }

    /// Changes the size. The next draw is a full one.
    pub fn resize(&mut self, size: Size<i32, Physical>) {
        *self = Self::new(&self.gpu, size);
    }

    /// In device pixels, as asked for. Pictures for an encoder are rounded up to even sizes.
    pub fn size(&self) -> Size<i32, Physical> {
        self.size
    }

    /// Draws what changed since the last call. `pieces` come front to back; `clear` is what is behind all of them,
    /// premultiplied. `None` means that nothing changed and nothing was done.
    pub fn draw(&mut self, pieces: &[Piece], clear: [f32; 4], force_full: bool) -> Option<Drawn> {
        let full = self.clear != Some(clear) || force_full;
        self.clear = Some(clear);
        let whole = Rectangle::from_size(self.extent);
        // A tracker with a fixed size always has one; it fails only for an output without a mode.
        let tracked = self.tracker.damage_output(1, pieces).ok().and_then(|(damage, _)| damage);
        let damage = match tracked {
            _ if full => vec![whole],
            Some(damage) => damage::tidy(damage, whole),
            None => return None,
        };
        let plan = plan(pieces, &damage);
        let mut encoder = self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        self.copy(pieces, &plan, &mut encoder);
        self.paint(pieces, &plan, clear, &mut encoder);
        let readback = self.pool.record(&self.texture, self.extent, &damage, &mut encoder);
        let submission = self.gpu.queue().submit([encoder.finish()]);
        Some(Drawn { damage, readback: readback.submitted(submission) })
    }

    /// Opaque pictures shown pixel for pixel are copied on a software adapter. Nothing behind them is drawn and what is in
    /// front of them is drawn later, so all copies can come first.
    fn copy(&self, pieces: &[Piece], plan: &Plan, encoder: &mut wgpu::CommandEncoder) {
        for (piece, seen) in pieces.iter().zip(&plan.pieces) {
            let Some((texture, start)) = self.copied(piece) else { continue };
            for rect in &seen.opaque {
                let offset = rect.loc - piece.origin();
                let origin = |x: i32, y: i32| wgpu::Origin3d { x: x as u32, y: y as u32, z: 0 };
                encoder.copy_texture_to_texture(
                    wgpu::TexelCopyTextureInfo {
                        origin: origin(offset.x + start[0], offset.y + start[1]),
                        ..texture.as_image_copy()
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

    /// The texture to copy a piece's opaque parts from and the texel at its origin, if they can be copied.
    fn copied<'a>(&self, piece: &'a Piece) -> Option<(&'a wgpu::Texture, [i32; 2])> {
        let Content::Surface { texture, mapping, .. } = piece.content() else { return None };
        let same = texture.texture().format() == TARGET_FORMAT && mapping.sampling == Sampling::Exact;
        (self.gpu.software() && same).then(|| (texture.texture(), mapping.start.map(|texel| texel as i32)))
    }

    /// Everything that is not copied, back to front.
    fn paint(&mut self, pieces: &[Piece], plan: &Plan, clear: [f32; 4], encoder: &mut wgpu::CommandEncoder) {
        let mut list = QuadList::new(self.extent);
        list.background(&plan.background, clear);
        for (piece, seen) in pieces.iter().zip(&plan.pieces).rev() {
            if self.copied(piece).is_none() {
                list.piece(piece, &seen.opaque, false);
            }
            list.piece(piece, &seen.blended, true);
        }
        if list.is_empty() {
            return;
        }
        let bytes = list.bytes();
        let buffer = match self.instances.take().filter(|buffer| buffer.size() >= bytes.len() as u64) {
            Some(buffer) => buffer,
            None => self.gpu.device().create_buffer(&wgpu::BufferDescriptor {
                label: Some("quads"),
                size: (bytes.len() as u64).next_power_of_two().max(16 << 10),
                usage: wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        };
        self.gpu.queue().write_buffer(&buffer, 0, bytes);
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
        list.record(self.gpu.quads(), &mut pass, &buffer);
        drop(pass);
        self.instances = Some(buffer);
    }

    /// The picture as it is, for screenshots and tests. Waits for the device.
    pub fn pixels(&mut self) -> Result<Picture, ReadbackError> {
        let mut encoder = self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let whole = [Rectangle::from_size(self.extent)];
        let readback = self.pool.record(&self.texture, self.extent, &whole, &mut encoder);
        let submission = self.gpu.queue().submit([encoder.finish()]);
        readback.submitted(submission).picture(self.size)
    }
}
