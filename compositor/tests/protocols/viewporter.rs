//! `wp_viewporter`: a part of the buffer, at another size.

use wayland_client::protocol::wl_shm::Format;
use wayland_protocols::wp::viewporter::client::wp_viewport::WpViewport;
use wayland_protocols::wp::viewporter::client::wp_viewporter::WpViewporter;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{BLUE, GREEN, RED};
use crate::window::Window;

/// A window of 100×100, red but for 20×10 of green at 30, 40.
fn window(f: &mut Fixture, client: &mut Client) -> (Window, WpViewport) {
    let buffer = client.picture((100, 100), Format::Argb8888, |x, y| {
        let inside = (30..50).contains(&x) && (40..50).contains(&y);
        (if inside { GREEN } else { RED }).to_le_bytes()
    });
    let window = f.window_showing(client, &buffer);
    let viewport = client.bind::<WpViewporter>().get_viewport(&window.surface, &client.qh, ());
    (window, viewport)
}

fn sized(found: Option<(i32, i32, i32, i32)>) -> Option<(i32, i32)> {
    found.map(|(_, _, w, h)| (w, h))
}

#[test]
fn a_source_crops() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, viewport) = window(&mut f, &mut client);
    viewport.set_source(30.0, 40.0, 20.0, 10.0);
    window.surface.commit();
    f.roundtrip(&mut client);
    let shot = f.shot();
    assert_eq!(sized(shot.find(GREEN)), Some((20, 10)));
    assert_eq!(shot.count(RED), 0);

    viewport.set_source(-1.0, -1.0, -1.0, -1.0);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(RED), 100 * 100 - 200, "all of it again");
}

#[test]
fn a_destination_scales() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, viewport) = window(&mut f, &mut client);
    viewport.set_source(30.0, 40.0, 20.0, 10.0);
    viewport.set_destination(200, 50);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(sized(f.shot().find(GREEN)), Some((200, 50)));

    viewport.destroy();
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(RED), 100 * 100 - 200, "without the viewport as before");
}

#[test]
fn damage_under_a_viewport_is_seen() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, viewport) = window(&mut f, &mut client);
    viewport.set_destination(200, 200);
    window.surface.commit();
    f.roundtrip(&mut client);
    f.draw();
    window.surface.attach(Some(&client.colour((100, 100), BLUE)), 0, 0);
    window.surface.damage(100, 100, 100, 100);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert!(f.shot().count(BLUE) >= 100 * 100);
}

#[test]
fn values_that_make_no_sense_are_errors() {
    let bad: [fn(&WpViewport); 5] = [
        |v| v.set_destination(0, 10),
        |v| v.set_destination(-5, 5),
        |v| v.set_source(0.0, 0.0, 0.0, 10.0),
        |v| v.set_source(-1.0, 0.0, 10.0, 10.0),
        |v| v.set_source(0.0, 0.0, 101.0, 10.0),
    ];
    for (number, request) in bad.into_iter().enumerate() {
        let mut f = Fixture::new();
        let mut client = f.client();
        let (window, viewport) = window(&mut f, &mut client);
        request(&viewport);
        window.surface.commit();
        assert_eq!(f.protocol_error(&mut client).object_interface, "wp_viewport", "the bad one is number {number}");
    }
}

#[test]
fn a_surface_has_one_viewport() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, _viewport) = window(&mut f, &mut client);
    client.bind::<WpViewporter>().get_viewport(&window.surface, &client.qh, ());
    f.protocol_error(&mut client);
}
