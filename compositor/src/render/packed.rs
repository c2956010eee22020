//! A client's picture that nobody looks at: taken off the device and packed. It is on the device again when somebody does.
//!
//! The client's own buffer went back to it with the commit, so the pixels are read from the device. That waits, and packing
//! takes a few milliseconds: both happen on another thread. Unpacking is a good deal faster and happens where the picture is
//! drawn.

use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use smithay::utils::{Buffer, Rectangle, Size};

use super::gpu::Gpu;
use super::texture::{PixelFormat, SurfaceTexture};

/// A device that has not answered by then never will.
const PATIENCE: Duration = Duration::from_secs(5);

/// A picture on its way off the device.
#[derive(Debug)]
pub struct Unread {
    gpu: Gpu,
    buffer: wgpu::Buffer,
    stride: u32,
    size: Size<i32, Buffer>,
    format: PixelFormat,
    submission: wgpu::SubmissionIndex,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
}

/// A packed picture.
#[derive(Debug)]
pub struct Packed {
    gpu: Gpu,
    size: Size<i32, Buffer>,
    format: PixelFormat,
    bytes: Vec<u8>,
}

impl SurfaceTexture {
    /// Begins to take the picture off the device, as it is now.
    pub fn read(&self, gpu: &Gpu) -> Unread {
        let (size, format) = (self.size(), self.format());
        let (width, height) = (size.w as u32, size.h as u32);
        let stride = (width * format.bytes() as u32).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let buffer = gpu.device().create_buffer(&wgpu::BufferDescriptor {
            label: Some("to be packed"),
            size: u64::from(stride) * u64::from(height),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(stride), rows_per_image: None };
        encoder.copy_texture_to_buffer(
            self.image().texture().as_image_copy(),
            wgpu::TexelCopyBufferInfo { buffer: &buffer, layout },
            wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        );
        let submission = gpu.submit([encoder.finish()]);
        let (sender, mapped) = sync_channel(1);
        buffer.map_async(wgpu::MapMode::Read, .., move |result| {
            // Nobody listens any more when it was dropped.
            let _ = sender.send(result);
        });
        Unread { gpu: gpu.clone(), buffer, stride, size, format, submission, mapped }
    }
}

impl Unread {
    /// Waits for the device, and packs. `None` if the device does not answer.
    pub fn pack(self) -> Option<Packed> {
        let wait = wgpu::PollType::Wait { submission_index: Some(self.submission.clone()), timeout: Some(PATIENCE) };
        self.gpu.device().poll(wait).ok()?;
        // Another thread that polls may be the one to run the callback, a moment after our poll returned.
        self.mapped.recv_timeout(PATIENCE).ok()?.ok()?;
        let memory = self.buffer.get_mapped_range(..).ok()?;
        let row = self.size.w as usize * self.format.bytes();
        let rows: Vec<u8> =
            memory.chunks(self.stride as usize).filter_map(|chunk| chunk.get(..row)).flatten().copied().collect();
        drop(memory);
        self.buffer.unmap();
        let mut bytes = lz4_flex::block::compress(&rows);
        // It was made as large as the worst case.
        bytes.shrink_to_fit();
        Some(Packed { gpu: self.gpu, size: self.size, format: self.format, bytes })
    }
}

impl Packed {
    /// The picture on the device again. `None` if that has no room for it.
    pub fn unpack(&self) -> Option<SurfaceTexture> {
        let row = self.size.w as usize * self.format.bytes();
        let rows = self.pixels()?;
        let texture = SurfaceTexture::new(&self.gpu, self.size, self.format).ok()?;
        texture.upload(&self.gpu, &rows, i32::try_from(row).ok()?, &[Rectangle::from_size(self.size)]).ok()?;
        Some(texture)
    }

    /// Its pixels, rows tightly packed.
    pub(super) fn pixels(&self) -> Option<Vec<u8>> {
        let row = self.size.w as usize * self.format.bytes();
        lz4_flex::block::decompress(&self.bytes, row * self.size.h as usize).ok()
    }

    /// What it takes in memory.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }
}
