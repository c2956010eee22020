//! `wp_linux_drm_syncobj_v1`: fences of programs. Where the device has none they are not offered; offered anyway, what is no
//! fence is refused, and who names none goes on as before.

use std::os::fd::AsFd;

use compositor::state::Options;
use wayland_protocols::wp::linux_drm_syncobj::v1::client::wp_linux_drm_syncobj_manager_v1::{
    Error, WpLinuxDrmSyncobjManagerV1,
};

use crate::client::memory;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

/// A session that offers fences whatever the device says.
fn offering() -> Fixture {
    Fixture::with(Options { size: (800, 600).into(), follow: true, offer_dmabuf: true, ..Options::default() })
}

#[test]
fn fences_are_offered_only_with_buffers_of_the_gpu() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let offered: Vec<String> = client.globals().into_iter().map(|(name, _)| name).collect();
    let has = |name: &str| offered.iter().any(|offered| offered == name);
    assert!(!has("wp_linux_drm_syncobj_manager_v1") || has("zwp_linux_dmabuf_v1"), "{offered:?}");
    let mut client = offering().client();
    assert!(client.globals().iter().any(|(name, _)| name == "wp_linux_drm_syncobj_manager_v1"));
}

#[test]
fn what_is_no_fence_is_refused() {
    let mut f = offering();
    let mut client = f.client();
    let manager: WpLinuxDrmSyncobjManagerV1 = client.bind();
    manager.import_timeline(memory(&[0; 64]).as_fd(), &client.qh, ());
    let error = f.protocol_error(&mut client);
    assert_eq!(error.code, Error::InvalidTimeline as u32);
}

#[test]
fn who_names_no_fence_goes_on_and_a_surface_has_them_once() {
    let mut f = offering();
    let mut client = f.client();
    let manager: WpLinuxDrmSyncobjManagerV1 = client.bind();
    let window = f.window(&mut client, RED);
    let first = manager.get_surface(&window.surface, &client.qh, ());
    let size = f.area().size;
    window.show(&client.colour((size.w, size.h), GREEN));
    f.roundtrip(&mut client);
    assert_ne!(f.shot().count(GREEN), 0);
    first.destroy();
    manager.get_surface(&window.surface, &client.qh, ());
    f.roundtrip(&mut client);
    let other = f.window(&mut client, RED);
    for _ in 0..2 {
        manager.get_surface(&other.surface, &client.qh, ());
    }
    let error = f.protocol_error(&mut client);
    assert_eq!(error.code, Error::SurfaceExists as u32);
}
