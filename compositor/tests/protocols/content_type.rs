//! `wp_content_type_v1`: a hint, taken from a surface once at a time.

use wayland_protocols::wp::content_type::v1::client::wp_content_type_manager_v1::{self, WpContentTypeManagerV1};
use wayland_protocols::wp::content_type::v1::client::wp_content_type_v1::Type;

use crate::fixture::Fixture;
use crate::picture::RED;

#[test]
fn a_video_is_shown_like_anything_else_and_says_what_it_is_once() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let manager: WpContentTypeManagerV1 = client.bind();
    let hint = manager.get_surface_content_type(&window.surface, &client.qh, ());
    hint.set_content_type(Type::Video);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_ne!(f.shot().count(RED), 0);
    manager.get_surface_content_type(&window.surface, &client.qh, ());
    let error = f.protocol_error(&mut client);
    assert_eq!(error.code, wp_content_type_manager_v1::Error::AlreadyConstructed as u32);
}
