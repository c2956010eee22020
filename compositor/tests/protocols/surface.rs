//! `wl_surface` and `wl_shm`: buffers, damage, frame callbacks.

use wayland_client::protocol::wl_buffer;

use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

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
fn a_frame_callback_is_answered_though_nothing_was_drawn() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    f.draw();
    let callback = window.surface.frame(&client.qh, ());
    window.surface.commit();
    f.roundtrip(&mut client);
    assert!(client.events(&callback).is_empty(), "it is answered by a tick, not by the commit");
    f.draw();
    f.roundtrip(&mut client);
    assert_eq!(client.events(&callback).len(), 1);
}
