//! The picture that the output shows: drawn in place, damage by damage.

use std::sync::Arc;

use smithay::utils::{Physical, Rectangle, Size};

use super::canvas::{Canvas, drawable};
use super::damage;
use super::gpu::Gpu;
use super::picture::Picture;
use super::piece::Piece;
use super::readback::{Pool, Readback, ReadbackError};
use super::track::Tracker;

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
    canvas: Canvas,
    tracker: Tracker,
    clear: Option<[f32; 4]>,
    pool: Arc<Pool>,
}

impl Target {
    /// A picture of this size in device pixels, clamped to what the device can hold.
    pub fn new(gpu: &Gpu, size: Size<i32, Physical>) -> Self {
        let most = i32::try_from(gpu.largest_side()).unwrap_or(i32::MAX) & !1;
        let size = Size::new(size.w.clamp(1, most), size.h.clamp(1, most));
        let extent: Size<i32, Physical> = Size::new(size.w + size.w % 2, size.h + size.h % 2);
        let canvas = Canvas::new(drawable(gpu, extent, wgpu::TextureUsages::empty()));
        Self {
            gpu: gpu.clone(),
            size,
            extent,
            canvas,
            tracker: Tracker::default(),
            clear: None,
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
        let tracked = self.tracker.damage(pieces);
        let mut damage = if full { vec![whole] } else { damage::tidy(&tracked, whole) };
        if damage.is_empty() {
            return None;
        }
        // Nearly everything is as cheap as everything, and easier to plan.
        if damage.iter().map(damage::area).sum::<i64>() * 4 > damage::area(&whole) * 3 {
            damage = vec![whole];
        }
        let mut encoder = self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        self.canvas.draw(&self.gpu, pieces, &damage, clear, true, &mut encoder);
        let readback = self.pool.record(self.canvas.texture(), self.extent, &damage, &mut encoder);
        let submission = self.gpu.submit([encoder.finish()]);
        Some(Drawn { damage, readback: readback.submitted(submission) })
    }

    /// Pixels of the picture as it is on their way. Does not wait.
    pub(crate) fn copy(&mut self, region: Rectangle<i32, Physical>) -> Readback {
        let mut encoder = self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let region = region.intersection(Rectangle::from_size(self.extent)).unwrap_or_default();
        let readback = self.pool.record(self.canvas.texture(), self.extent, &[region], &mut encoder);
        let submission = self.gpu.submit([encoder.finish()]);
        readback.submitted(submission)
    }

    /// The picture as it is, for screenshots and tests. Waits for the device.
    pub fn pixels(&mut self) -> Result<Picture, ReadbackError> {
        let mut encoder = self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let whole = [Rectangle::from_size(self.extent)];
        let readback = self.pool.record(self.canvas.texture(), self.extent, &whole, &mut encoder);
        let submission = self.gpu.submit([encoder.finish()]);
        readback.submitted(submission).picture(self.size)
    }
}
