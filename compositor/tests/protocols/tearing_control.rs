//! `wp_tearing_control_v1`: the hint is taken, once for each surface.

use wayland_protocols::wp::tearing_control::v1::client::wp_tearing_control_manager_v1::{
    self, WpTearingControlManagerV1,
};
use wayland_protocols::wp::tearing_control::v1::client::wp_tearing_control_v1::PresentationHint;

use crate::fixture::Fixture;
use crate::picture::RED;

#[test]
fn a_surface_says_it_once_at_a_time() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let manager: WpTearingControlManagerV1 = client.bind();
    let first = manager.get_tearing_control(&window.surface, &client.qh, ());
    first.set_presentation_hint(PresentationHint::Async);
    first.destroy();
    let second = manager.get_tearing_control(&window.surface, &client.qh, ());
    second.set_presentation_hint(PresentationHint::Vsync);
    window.surface.commit();
    f.roundtrip(&mut client);
    manager.get_tearing_control(&window.surface, &client.qh, ());
    let error = f.protocol_error(&mut client);
    assert_eq!(error.code, wp_tearing_control_manager_v1::Error::TearingControlExists as u32);
}
