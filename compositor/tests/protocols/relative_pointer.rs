//! `zwp_relative_pointer_v1`: motion as such.

use wayland_protocols::wp::relative_pointer::zv1::client::zwp_relative_pointer_manager_v1::ZwpRelativePointerManagerV1;
use wayland_protocols::wp::relative_pointer::zv1::client::zwp_relative_pointer_v1::Event;

use crate::fixture::Fixture;
use crate::picture::RED;

#[test]
fn motion_is_told_even_at_the_edge_of_the_picture() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    let relative = client.bind::<ZwpRelativePointerManagerV1>().get_relative_pointer(&pointer, &client.qh, ());
    let window = f.window(&mut client, RED);
    window.toplevel.set_fullscreen(None);
    f.roundtrip(&mut client);
    window.show(&client.colour((800, 600), RED));
    f.roundtrip(&mut client);
    f.point(790, 300);
    for _ in 0..3 {
        f.push(7.5, -2.0);
    }
    f.roundtrip(&mut client);
    let moved: Vec<_> = client
        .events(&relative)
        .into_iter()
        .filter_map(|event| match event {
            Event::RelativeMotion { dx, dy, .. } => Some((dx, dy)),
            _ => None,
        })
        .collect();
    assert_eq!(moved, [(7.5, -2.0); 3]);
}

#[test]
fn nobody_hears_of_motion_over_the_frame() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    let relative = client.bind::<ZwpRelativePointerManagerV1>().get_relative_pointer(&pointer, &client.qh, ());
    f.window(&mut client, RED);
    f.point(2, 2);
    f.push(1.0, 1.0);
    f.roundtrip(&mut client);
    assert!(client.events(&relative).is_empty());
}
