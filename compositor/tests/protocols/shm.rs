//! `wl_shm`: buffers in shared memory, and what a client may do to them.

use std::os::fd::AsFd;

use wayland_client::protocol::wl_buffer;
use wayland_client::protocol::wl_shm::{Format, WlShm};

use crate::client::{Client, memory};
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};
use crate::window::Window;

#[test]
fn a_buffer_is_released_in_the_commit_that_brings_it() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let buffer = client.colour((300, 200), GREEN);
    window.show(&buffer);
    // No draw comes between: the pixels were copied.
    f.roundtrip(&mut client);
    assert!(matches!(client.events(&buffer).as_slice(), [wl_buffer::Event::Release]));
}

#[test]
fn a_buffer_may_be_spoiled_once_it_was_released() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let bytes = RED.to_le_bytes().repeat(100 * 100);
    let file = memory(&bytes);
    let buffer =
        client.pool(&file, bytes.len() as i32).create_buffer(0, 100, 100, 400, Format::Argb8888, &client.qh, ());
    f.window_showing(&mut client, &buffer);
    std::os::unix::fs::FileExt::write_all_at(&file, &GREEN.to_le_bytes().repeat(100 * 100), 0).unwrap();
    buffer.destroy();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(RED), 100 * 100);
}

#[test]
fn four_formats_are_offered_and_each_shows_its_colours() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let shm = client.bind::<WlShm>();
    f.roundtrip(&mut client);
    assert_eq!(client.events(&shm).len(), 4);
    // Bytes in memory of an orange; the last one does not count where there is no alpha.
    let (bgr, rgb) = ([0x20, 0x80, 0xff], [0xff, 0x80, 0x20]);
    for (format, [a, b, c], last) in [
        (Format::Argb8888, bgr, 0xff),
        (Format::Xrgb8888, bgr, 0x00),
        (Format::Abgr8888, rgb, 0xff),
        (Format::Xbgr8888, rgb, 0x00),
    ] {
        let buffer = client.picture((64, 32), format, |_, _| [a, b, c, last]);
        let window = f.window_showing(&mut client, &buffer);
        assert_eq!(f.shot().count(0xffff_8020), 64 * 32, "{format:?}");
        window.destroy();
        f.roundtrip(&mut client);
    }
}

#[test]
fn rows_may_be_longer_than_the_picture_and_buffers_share_a_pool() {
    let mut f = Fixture::new();
    let mut client = f.client();
    // Two pictures of 30×20 side by side in rows of 64 pixels, after 100 bytes of something else.
    let row = [RED.to_le_bytes().repeat(32), GREEN.to_le_bytes().repeat(32)].concat();
    let bytes = [vec![7; 100], row.repeat(20)].concat();
    let pool = client.pool(&memory(&bytes), bytes.len() as i32);
    let left = pool.create_buffer(100, 30, 20, 256, Format::Argb8888, &client.qh, ());
    let right = pool.create_buffer(100 + 128, 30, 19, 256, Format::Argb8888, &client.qh, ());
    let window = f.window_showing(&mut client, &left);
    assert_eq!(f.shot().count(RED), 30 * 20);
    window.show(&right);
    f.roundtrip(&mut client);
    let shot = f.shot();
    assert_eq!((shot.count(RED), shot.count(GREEN)), (0, 30 * 19));
}

/// The client breaks the protocol by `offence`; another one does not notice.
fn only_the_offender_dies(offence: impl FnOnce(&mut Fixture, &mut Client)) {
    let mut f = Fixture::new();
    let mut bystander = f.client();
    f.window(&mut bystander, GREEN);
    let shown = f.shot().count(GREEN);
    let mut client = f.client();
    offence(&mut f, &mut client);
    f.protocol_error(&mut client);
    f.draw();
    f.roundtrip(&mut bystander);
    assert_eq!(f.shot().count(GREEN), shown);
}

#[test]
fn a_pool_without_memory_behind_it_ends_its_client() {
    only_the_offender_dies(|_, client| {
        let shm = client.bind::<WlShm>();
        shm.create_pool(std::fs::File::open("/dev/null").unwrap().as_fd(), 4096, &client.qh, ());
    });
}

#[test]
fn a_buffer_past_the_end_of_its_pool_ends_its_client() {
    only_the_offender_dies(|_, client| {
        let pool = client.pool(&memory(&[0; 4096]), 4096);
        pool.create_buffer(0, 64, 64, 256, Format::Argb8888, &client.qh, ());
    });
}

#[test]
fn sizes_that_overflow_end_their_client() {
    for (offset, width, height, stride) in [
        (0, i32::MAX, i32::MAX, i32::MAX),
        (0, 1 << 30, 1, 4),
        (i32::MAX, 1, 1, 4),
        (-4, 1, 1, 4),
        (0, 0, 1, 4),
        (0, 1, -1, 4),
        (0, 4, 4, -16),
    ] {
        only_the_offender_dies(|_, client| {
            let pool = client.pool(&memory(&[0; 4096]), 4096);
            pool.create_buffer(offset, width, height, stride, Format::Argb8888, &client.qh, ());
        });
    }
}

#[test]
fn a_format_that_was_not_offered_ends_its_client() {
    only_the_offender_dies(|_, client| {
        let pool = client.pool(&memory(&[0; 4096]), 4096);
        pool.create_buffer(0, 8, 8, 64, Format::Rgb565, &client.qh, ());
    });
}

#[test]
fn a_pool_resized_to_nothing_ends_its_client() {
    for size in [0, -1, i32::MIN] {
        only_the_offender_dies(|_, client| client.pool(&memory(&[0; 4096]), 4096).resize(size));
    }
}

#[test]
fn a_pool_made_of_nothing_ends_its_client() {
    for size in [0, -1, i32::MIN] {
        only_the_offender_dies(|_, client| drop(client.pool(&memory(&[0; 4096]), size)));
    }
}

#[test]
fn a_file_that_is_cut_short_ends_its_client() {
    only_the_offender_dies(|f, client| {
        let bytes = RED.to_le_bytes().repeat(256 * 256);
        let file = memory(&bytes);
        let buffer =
            client.pool(&file, bytes.len() as i32).create_buffer(0, 256, 256, 1024, Format::Argb8888, &client.qh, ());
        let window = Window::new(client);
        f.configure(client, &window);
        file.set_len(0).unwrap();
        // Reading it is a SIGBUS, which must be caught.
        window.show(&buffer);
    });
}

#[test]
fn a_picture_too_large_to_hold_shows_nothing() {
    let mut f = Fixture::new();
    let mut client = f.client();
    // A file with a hole costs no memory.
    let file = memory(&[]);
    file.set_len(20_000 * 4 * 2).unwrap();
    let buffer =
        client.pool(&file, 20_000 * 4 * 2).create_buffer(0, 20_000, 2, 80_000, Format::Argb8888, &client.qh, ());
    f.window_showing(&mut client, &buffer);
    f.draw();
    f.window(&mut client, GREEN);
    assert_ne!(f.shot().count(GREEN), 0);
}
