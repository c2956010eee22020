//! The damaged pixels on their way back from the device.
//!
//! The main thread records the copy and goes on; another thread waits for the device, maps the memory and converts it.
//! Buffers are kept for the next frame: mapping fresh memory costs a page fault for every 4 KiB.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use smithay::utils::{Physical, Rectangle, Size};
use streamer::video::I420;

use super::convert::{ConvertError, to_i420};
use super::gpu::Gpu;
use super::picture::Picture;

/// A device that has not answered by then never will.
const PATIENCE: Duration = Duration::from_secs(5);

/// One in flight is usual, two happen, more are not worth their memory.
const MOST_KEPT: usize = 3;

/// Why there are no pixels.
#[derive(Debug, thiserror::Error)]
pub enum ReadbackError {
    /// The device is gone or hangs.
    #[error("the device did not hand over the picture: {0}")]
    Device(String),
    /// The picture to convert into is of another size, as after a resize.
    #[error(transparent)]
    Convert(#[from] ConvertError),
}

/// What [`Readback::finish`] did.
#[derive(Debug, Clone)]
pub struct Converted {
    /// What was changed in the picture; aligned outwards to even pixels.
    pub rects: Vec<Rectangle<i32, Physical>>,
    /// From the call until the pixels were there.
    pub waited: Duration,
    /// From there until they were converted.
    pub converted: Duration,
}

/// Buffers that are not in flight.
#[derive(Debug)]
pub(super) struct Pool {
    gpu: Gpu,
    free: Mutex<Vec<wgpu::Buffer>>,
}

impl Pool {
    pub(super) fn new(gpu: Gpu) -> Arc<Self> {
        Arc::new(Self { gpu, free: Mutex::default() })
    }

    /// Records copies of these rectangles, which must lie in a target of this even extent.
    pub(super) fn record(
        self: &Arc<Self>,
        texture: &wgpu::Texture,
        extent: Size<i32, Physical>,
        rects: &[Rectangle<i32, Physical>],
        encoder: &mut wgpu::CommandEncoder,
    ) -> Recorded {
        let mut need = 0;
        let parts: Vec<_> = rects.iter().map(|rect| Part::lay_out(even(*rect), &mut need)).collect();
        let buffer = self.take(need, extent);
        for part in &parts {
            let rect = part.rect;
            encoder.copy_texture_to_buffer(
                wgpu::TexelCopyTextureInfo {
                    origin: wgpu::Origin3d { x: rect.loc.x as u32, y: rect.loc.y as u32, z: 0 },
                    ..texture.as_image_copy()
                },
                wgpu::TexelCopyBufferInfo {
                    buffer: &buffer,
                    layout: wgpu::TexelCopyBufferLayout {
                        offset: part.offset,
                        bytes_per_row: Some(part.stride),
                        rows_per_image: None,
                    },
                },
                wgpu::Extent3d { width: rect.size.w as u32, height: rect.size.h as u32, depth_or_array_layers: 1 },
            );
        }
        Recorded { pool: self.clone(), buffer, parts, need, extent }
    }

    fn take(&self, need: u64, extent: Size<i32, Physical>) -> wgpu::Buffer {
        let mut free = self.free.lock();
        if let Some(at) = free.iter().position(|buffer| buffer.size() >= need) {
            return free.swap_remove(at);
        }
        drop(free);
        let whole = u64::from(stride_of(extent.w)) * extent.h as u64;
        self.gpu.device().create_buffer(&wgpu::BufferDescriptor {
            label: Some("read-back"),
            size: need.max(whole),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }
}

/// One rectangle and where its rows lie in the buffer.
#[derive(Debug, Clone, Copy)]
struct Part {
    rect: Rectangle<i32, Physical>,
    offset: u64,
    stride: u32,
}

impl Part {
    fn lay_out(rect: Rectangle<i32, Physical>, end: &mut u64) -> Self {
        let stride = stride_of(rect.size.w);
        let offset = *end;
        *end += u64::from(stride) * rect.size.h as u64;
        Self { rect, offset, stride }
    }

    fn rows<'a>(&self, memory: &'a [u8]) -> &'a [u8] {
        let start = self.offset as usize;
        memory.get(start..start + self.stride as usize * self.rect.size.h as usize).unwrap_or_default()
    }
}

/// Rows in a buffer start at multiples of this, or the device will not copy.
fn stride_of(width: i32) -> u32 {
    (width as u32 * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT)
}

/// Aligned outwards to even pixels, as chroma wants it.
fn even(rect: Rectangle<i32, Physical>) -> Rectangle<i32, Physical> {
    let (left, top) = (rect.loc.x & !1, rect.loc.y & !1);
    let right = (rect.loc.x + rect.size.w + 1) & !1;
    let bottom = (rect.loc.y + rect.size.h + 1) & !1;
    Rectangle::new((left, top).into(), (right - left, bottom - top).into())
}

/// Copies that were recorded but not submitted.
#[derive(Debug)]
pub(super) struct Recorded {
    pool: Arc<Pool>,
    buffer: wgpu::Buffer,
    parts: Vec<Part>,
    need: u64,
    extent: Size<i32, Physical>,
}

impl Recorded {
    pub(super) fn submitted(self, submission: wgpu::SubmissionIndex) -> Readback {
        let Self { pool, buffer, parts, need, extent } = self;
        let (sender, mapped) = sync_channel(1);
        buffer.map_async(wgpu::MapMode::Read, 0..need, move |result| {
            // Nobody listens any more when the read-back was dropped.
            let _ = sender.send(result);
        });
        Readback { pool, buffer, parts, need, extent, submission, mapped, settled: Cell::new(false) }
    }
}

/// Damaged pixels on their way. Made on the main thread, finished on another.
#[derive(Debug)]
pub struct Readback {
    pool: Arc<Pool>,
    buffer: wgpu::Buffer,
    parts: Vec<Part>,
    need: u64,
    extent: Size<i32, Physical>,
    submission: wgpu::SubmissionIndex,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
    /// The device has answered: nothing is under way in the buffer any more.
    settled: Cell<bool>,
}

impl Readback {
    /// Waits for the device and converts the damage into `picture`, which must be of the target's (even) size.
    pub fn finish(self, picture: &mut I420) -> Result<Converted, ReadbackError> {
        let started = Instant::now();
        self.wait()?;
        let there = Instant::now();
        let memory = self.memory()?;
        for part in &self.parts {
            to_i420(part.rows(&memory), part.stride, part.rect, self.extent, picture)?;
        }
        drop(memory);
        let rects = self.parts.iter().map(|part| part.rect).collect();
        Ok(Converted { rects, waited: there - started, converted: there.elapsed() })
    }

    /// All of it as a picture of this size; only for read-backs of the whole target.
    pub(super) fn picture(self, size: Size<i32, Physical>) -> Result<Picture, ReadbackError> {
        self.wait()?;
        let memory = self.memory()?;
        let whole = self.parts.first().map(|part| (part.rows(&memory), part.stride as usize));
        let (rows, stride) = whole.unwrap_or((&[], 1));
        Ok(Picture::from_bgra(rows, stride, size.w as u32, size.h as u32))
    }

    /// The pixels of `region`, rows tightly packed: blue, green, red, and a byte that means nothing. Waits for the device.
    /// Only for read-backs of one rectangle, and what lies within it.
    pub(crate) fn pixels_of(self, region: Rectangle<i32, Physical>) -> Result<Vec<u8>, ReadbackError> {
        self.wait()?;
        let memory = self.memory()?;
        let outside = || ReadbackError::Device("it read back something else".into());
        let part = self.parts.first().filter(|part| part.rect.contains_rect(region)).ok_or_else(outside)?;
        let (skip, length) = ((region.loc.x - part.rect.loc.x) as usize * 4, region.size.w as usize * 4);
        let rows = part.rows(&memory).chunks_exact(part.stride as usize);
        let mut pixels = Vec::with_capacity(length * region.size.h as usize);
        for row in rows.skip((region.loc.y - part.rect.loc.y) as usize).take(region.size.h as usize) {
            pixels.extend_from_slice(row.get(skip..skip + length).ok_or_else(outside)?);
        }
        Ok(pixels)
    }

    fn wait(&self) -> Result<(), ReadbackError> {
        let lost = |reason: &dyn std::fmt::Display| ReadbackError::Device(reason.to_string());
        let wait = wgpu::PollType::Wait { submission_index: Some(self.submission.clone()), timeout: Some(PATIENCE) };
        self.pool.gpu.device().poll(wait).map_err(|error| lost(&error))?;
        // Another thread that polls may be the one to run the callback, a moment after our poll returned.
        match self.mapped.recv_timeout(PATIENCE) {
            Ok(Ok(())) => {
                self.settled.set(true);
                Ok(())
            }
            Ok(Err(error)) => Err(lost(&error)),
            Err(RecvTimeoutError::Timeout) => Err(lost(&"it takes too long")),
            Err(RecvTimeoutError::Disconnected) => Err(lost(&"it is gone")),
        }
    }

    fn memory(&self) -> Result<wgpu::BufferView, ReadbackError> {
        let range = self.buffer.get_mapped_range(0..self.need);
        range.map_err(|error| ReadbackError::Device(error.to_string()))
    }
}

impl Drop for Readback {
    fn drop(&mut self) {
        self.buffer.unmap();
        // A mapping that another thread's poll is just about to finish would spoil the next submission.
        if !self.settled.get() {
            return;
        }
        let mut free = self.pool.free.lock();
        if free.len() < MOST_KEPT {
            free.push(self.buffer.clone());
        }
    }
}
