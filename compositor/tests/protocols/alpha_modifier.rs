//! `wp_alpha_modifier_v1`: a surface is blended with what is behind it, whatever its picture says.

use wayland_protocols::wp::alpha_modifier::v1::client::wp_alpha_modifier_surface_v1::WpAlphaModifierSurfaceV1;
use wayland_protocols::wp::alpha_modifier::v1::client::wp_alpha_modifier_v1::{self, WpAlphaModifierV1};

use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

/// Half of red above all of green, in steps that rounding may be off by.
fn is_half(pixel: u32) -> bool {
    let [_, red, green, blue] = pixel.to_be_bytes();
    (126..=129).contains(&red) && (126..=129).contains(&green) && blue == 0
}

#[test]
fn a_dialog_is_seen_through_as_far_as_it_says_from_its_next_commit_on() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let parent = f.window(&mut client, GREEN);
    let dialog = f.dialog(&mut client, &parent, (200, 100), RED);
    let modifier: WpAlphaModifierV1 = client.bind();
    let alpha: WpAlphaModifierSurfaceV1 = modifier.get_surface(&dialog.surface, &client.qh, ());
    alpha.set_multiplier(u32::MAX / 2);
    f.roundtrip(&mut client);
    f.draw();
    assert_eq!(f.shot().count(RED), 200 * 100, "not before it commits");
    dialog.surface.commit();
    f.roundtrip(&mut client);
    f.draw();
    let (shot, area) = (f.shot(), f.area());
    let middle = shot.at(area.loc.x + area.size.w / 2, area.loc.y + area.size.h / 2);
    assert!(is_half(middle), "{middle:#x}");
    assert_eq!(shot.count(RED), 0);

    alpha.destroy();
    dialog.surface.commit();
    f.roundtrip(&mut client);
    f.draw();
    assert_eq!(f.shot().count(RED), 200 * 100, "without it the picture is as it is");
}

#[test]
fn a_surface_has_one_modifier() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let surface = client.surface();
    let modifier: WpAlphaModifierV1 = client.bind();
    modifier.get_surface(&surface, &client.qh, ());
    modifier.get_surface(&surface, &client.qh, ());
    let error = f.protocol_error(&mut client);
    assert_eq!(error.code, wp_alpha_modifier_v1::Error::AlreadyConstructed as u32);
}
