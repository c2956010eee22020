//! `wp_single_pixel_buffer_v1`: one colour without shared memory.

use wayland_client::protocol::wl_buffer;
use wayland_protocols::wp::single_pixel_buffer::v1::client::wp_single_pixel_buffer_manager_v1::WpSinglePixelBufferManagerV1;
use wayland_protocols::wp::viewporter::client::wp_viewporter::WpViewporter;

use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};
use crate::window::Window;

#[test]
fn one_pixel_fills_a_window_by_a_viewport() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = Window::new(&mut client);
    let (w, h) = f.configure(&mut client, &window).size;
    let manager = client.bind::<WpSinglePixelBufferManagerV1>();
    let buffer = manager.create_u32_rgba_buffer(0, u32::MAX, 0, u32::MAX, &client.qh, ());
    client.bind::<WpViewporter>().get_viewport(&window.surface, &client.qh, ()).set_destination(w, h);
    window.show(&buffer);
    f.roundtrip(&mut client);
    let area = f.area();
    assert_eq!(f.shot().find(GREEN), Some((area.loc.x, area.loc.y, w, h)));
    assert!(matches!(client.events(&buffer).as_slice(), [wl_buffer::Event::Release]));
}

#[test]
fn one_pixel_and_a_picture_can_follow_each_other() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let red = client.colour((50, 50), RED);
    let window = f.window_showing(&mut client, &red);
    let manager = client.bind::<WpSinglePixelBufferManagerV1>();
    window.show(&manager.create_u32_rgba_buffer(0, u32::MAX, 0, u32::MAX, &client.qh, ()));
    f.roundtrip(&mut client);
    let shot = f.shot();
    assert_eq!((shot.count(RED), shot.count(GREEN)), (0, 1));
    window.show(&red);
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(RED), 50 * 50);
}

#[test]
fn a_clear_pixel_shows_what_is_below() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let parent = f.window(&mut client, RED);
    let before = f.shot().count(RED);
    let dialog = f.dialog(&mut client, &parent, (100, 100), GREEN);
    let manager = client.bind::<WpSinglePixelBufferManagerV1>();
    dialog.show(&manager.create_u32_rgba_buffer(0, 0, 0, 0, &client.qh, ()));
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(RED), before);
}
