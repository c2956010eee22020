//! Buffers in shared memory, written through the file and not through a mapping: that needs no `unsafe`, and a copy of
//! a few megabytes is nothing to a test client.

use std::fs::File;
use std::os::fd::AsFd as _;
use std::os::unix::fs::FileExt as _;

use anyhow::{Context as _, Result};
use rustix::fs::{MemfdFlags, memfd_create};
use wayland_client::delegate_noop;
use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_shm;
use wayland_client::protocol::wl_shm_pool::WlShmPool;
use wayland_client::protocol::wl_surface::WlSurface;

use crate::{App, State, Window};

/// Some XRGB buffers of one size. Releases are not awaited: every client here draws its pictures before it shows them.
pub struct Pool {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    file: File,
    pool: WlShmPool,
    buffers: Vec<WlBuffer>,
}

impl Pool {
    /// Makes `count` buffers.
    ///
    /// # Errors
    /// When there is no memory for them.
    pub fn new<A: App>(window: &Window<A>, width: u32, height: u32, count: u32) -> Result<Self> {
        let bytes = width * height * 4;
        let file = memory(u64::from(bytes * count))?;
        let pool = window.shm.create_pool(file.as_fd(), i32::try_from(bytes * count)?, &window.queue, ());
        let (w, h, size) = (i32::try_from(width)?, i32::try_from(height)?, i32::try_from(bytes)?);
        let buffers = (0..i32::try_from(count)?)
            .map(|i| {
                let format = wl_shm::Format::Xrgb8888;
                pool.create_buffer(i * size, w, h, w * 4, format, &window.queue, ())
            })
            .collect();
        Ok(Self { width, height, file, pool, buffers })
    }

    /// Replaces the pixels of buffer `index` from row `y` on; four bytes a pixel: blue, green, red, nothing.
    ///
    /// # Errors
    /// When the rows do not fit.
    pub fn write(&self, index: usize, y: u32, rows: &[u8]) -> Result<()> {
        let stride = u64::from(self.width) * 4;
        let start = index as u64 * stride * u64::from(self.height) + u64::from(y) * stride;
        self.file.write_all_at(rows, start).context("a row outside the buffer")
    }

    /// Fills buffer `index` with one colour, `0xRRGGBB`.
    ///
    /// # Errors
    /// As [`Pool::write`].
    pub fn fill(&self, index: usize, colour: u32) -> Result<()> {
        self.write(index, 0, &colour.to_le_bytes().repeat((self.width * self.height) as usize))
    }

    pub(crate) fn attach(&self, index: usize, surface: &WlSurface) {
        if let Some(buffer) = self.buffers.get(index) {
            surface.attach(Some(buffer), 0, 0);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.buffers.iter().for_each(WlBuffer::destroy);
        self.pool.destroy();
    }
}

/// A file in memory of `size` bytes.
///
/// # Errors
/// When the kernel refuses.
pub fn memory(size: u64) -> Result<File> {
    let file = File::from(memfd_create("test-client", MemfdFlags::CLOEXEC)?);
    file.set_len(size)?;
    Ok(file)
}

delegate_noop!(@<A: App> State<A>: ignore WlBuffer);
delegate_noop!(@<A: App> State<A>: ignore WlShmPool);
