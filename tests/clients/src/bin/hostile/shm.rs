//! Lies about memory.

use std::os::fd::AsFd as _;

use anyhow::Result;
use test_clients::memory;
use wayland_client::protocol::wl_shm::Format;
use wayland_client::protocol::wl_shm_pool::WlShmPool;

use crate::Fate;
use crate::client::{Client, SIDE};

const BYTES: i32 = SIDE * SIDE * 4;
/// `wl_shm.error`: invalid_stride and invalid_fd.
const STRIDE: u32 = 1;
const FD: u32 = 2;

/// The bytes are missing when they are read: `invalid_fd` on the buffer, or nothing is shown. The interface is that of
/// whichever object the compositor blames, so only the survival of the others is asked for.
pub fn lying_pool(client: &mut Client) -> Fate {
    let Ok(file) = memory(16) else { return Fate::Open };
    let pool = client.shm.create_pool(file.as_fd(), BYTES * 16, &client.queue, ());
    show_from(client, &pool, BYTES * 15);
    Fate::Open
}

/// As [`lying_pool`], but honest until the first picture was shown.
pub fn truncate(client: &mut Client) -> Result<Fate> {
    let file = memory(BYTES.unsigned_abs().into())?;
    let (surface, _xdg) = client.toplevel()?;
    let pool = client.shm.create_pool(file.as_fd(), BYTES, &client.queue, ());
    let buffer = pool.create_buffer(0, SIDE, SIDE, SIDE * 4, Format::Xrgb8888, &client.queue, ());
    client.show(&surface, &buffer);
    client.hear(|heard| heard.callbacks > 0)?;
    file.set_len(0)?;
    client.show(&surface, &buffer);
    let _ = client.settle();
    Ok(Fate::Open)
}

/// The pool was honest, then it grew and its file did not.
pub fn grow_pool(client: &mut Client) -> Fate {
    let Ok(file) = memory(BYTES.unsigned_abs().into()) else { return Fate::Open };
    let pool = client.shm.create_pool(file.as_fd(), BYTES, &client.queue, ());
    pool.resize(BYTES * 64);
    show_from(client, &pool, BYTES * 60);
    Fate::Open
}

/// A pool cannot shrink.
pub fn zero_pool(client: &mut Client) -> Fate {
    let Ok(file) = memory(BYTES.unsigned_abs().into()) else { return Fate::Open };
    let pool = client.shm.create_pool(file.as_fd(), BYTES, &client.queue, ());
    pool.resize(0);
    let _ = client.settle();
    Fate::Error("wl_shm_pool", &[FD])
}

/// The buffer begins in the pool and ends outside.
pub fn buffer_outside(client: &mut Client) -> Fate {
    let Ok(file) = memory(BYTES.unsigned_abs().into()) else { return Fate::Open };
    let pool = client.shm.create_pool(file.as_fd(), BYTES, &client.queue, ());
    pool.create_buffer(BYTES / 2, SIDE, SIDE, SIDE * 4, Format::Xrgb8888, &client.queue, ());
    let _ = client.settle();
    Fate::Error("wl_shm_pool", &[STRIDE])
}

fn show_from(client: &mut Client, pool: &WlShmPool, offset: i32) {
    let buffer = pool.create_buffer(offset, SIDE, SIDE, SIDE * 4, Format::Xrgb8888, &client.queue, ());
    if let Ok((surface, _xdg)) = client.toplevel() {
        client.show(&surface, &buffer);
        let _ = client.settle();
    }
}
