//! `wp_pointer_warp_v1`: a program puts the pointer elsewhere on its own surface.

use wayland_client::protocol::wl_pointer::{Event, WlPointer};
use wayland_protocols::wp::pointer_warp::v1::client::wp_pointer_warp_v1::WpPointerWarpV1;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::RED;

fn moved(f: &mut Fixture, client: &mut Client, pointer: &WlPointer) -> Option<(f64, f64)> {
    f.roundtrip(client);
    client.events(pointer).into_iter().find_map(|event| match event {
        Event::Motion { surface_x, surface_y, .. } => Some((surface_x, surface_y)),
        _ => None,
    })
}

#[test]
fn who_has_the_pointer_moves_it_on_its_own_surface() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    let warp = client.bind::<WpPointerWarpV1>();
    let window = f.window(&mut client, RED);
    f.point(400, 300);
    f.roundtrip(&mut client);
    let entered = client.events(&pointer).into_iter().find_map(|event| match event {
        Event::Enter { serial, .. } => Some(serial),
        _ => None,
    });
    let serial = entered.expect("the pointer is on the window");
    warp.warp_pointer(&window.surface, &pointer, 20.0, 30.5, serial);
    assert_eq!(moved(&mut f, &mut client, &pointer), Some((20.0, 30.5)));
    // Not beside it, and not with another serial.
    warp.warp_pointer(&window.surface, &pointer, -20.0, 30.0, serial);
    warp.warp_pointer(&window.surface, &pointer, 5000.0, 30.0, serial);
    warp.warp_pointer(&window.surface, &pointer, 40.0, 30.0, serial.wrapping_sub(1));
    assert_eq!(moved(&mut f, &mut client, &pointer), None);
    // Nor when it is elsewhere.
    f.point(2, 2);
    f.roundtrip(&mut client);
    client.events(&pointer);
    warp.warp_pointer(&window.surface, &pointer, 20.0, 30.0, serial);
    assert_eq!(moved(&mut f, &mut client, &pointer), None);
}
