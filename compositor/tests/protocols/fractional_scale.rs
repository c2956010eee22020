//! `wp_fractional_scale_v1`: the exact scale, at first and when it changes.

use wayland_client::protocol::wl_surface;
use wayland_protocols::wp::fractional_scale::v1::client::wp_fractional_scale_manager_v1::WpFractionalScaleManagerV1;
use wayland_protocols::wp::fractional_scale::v1::client::wp_fractional_scale_v1::{Event, WpFractionalScaleV1};
use wayland_protocols::wp::viewporter::client::wp_viewporter::WpViewporter;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::RED;
use crate::window::Window;

/// The newest scale that was told, in 120ths.
fn told(client: &mut Client, scale: &WpFractionalScaleV1) -> Option<u32> {
    client.events(scale).into_iter().last().map(|event| match event {
        Event::PreferredScale { scale } => scale,
        other => panic!("{other:?}"),
    })
}

#[test]
fn the_scale_is_told_at_once_and_after_a_resize() {
    let mut f = Fixture::scaled(1.25);
    let mut client = f.client();
    let window = Window::new(&mut client);
    let scale = client.bind::<WpFractionalScaleManagerV1>().get_fractional_scale(&window.surface, &client.qh, ());
    f.roundtrip(&mut client);
    assert_eq!(told(&mut client, &scale), Some(150));
    let configure = f.configure(&mut client, &window);
    window.show(&client.colour(configure.size, RED));
    f.roundtrip(&mut client);

    assert!(f.state.resize((1000, 750).into(), 1.5));
    f.roundtrip(&mut client);
    assert_eq!(told(&mut client, &scale), Some(180));
}

#[test]
fn windows_that_wait_to_be_shown_hear_of_a_new_scale_too() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = Window::new(&mut client);
    let scale = client.bind::<WpFractionalScaleManagerV1>().get_fractional_scale(&window.surface, &client.qh, ());
    f.roundtrip(&mut client);
    assert_eq!(told(&mut client, &scale), Some(120));
    f.state.resize((800, 600).into(), 2.0);
    f.roundtrip(&mut client);
    assert_eq!(told(&mut client, &scale), Some(240));
}

#[test]
fn a_window_drawn_at_the_exact_scale_is_sharp_to_the_pixel() {
    let mut f = Fixture::scaled(1.5);
    let mut client = f.client();
    let window = Window::new(&mut client);
    let (w, h) = f.configure(&mut client, &window).size;
    let physical = |length: i32| (f64::from(length) * 1.5).round() as i32;
    client.bind::<WpViewporter>().get_viewport(&window.surface, &client.qh, ()).set_destination(w, h);
    window.show(&client.colour((physical(w), physical(h)), RED));
    f.roundtrip(&mut client);
    let (_, _, width, height) = f.shot().find(RED).unwrap();
    assert!((width - physical(w)).abs() <= 1 && (height - physical(h)).abs() <= 1, "{width}×{height}");
}

#[test]
fn older_clients_are_told_the_next_whole_scale() {
    let mut f = Fixture::scaled(1.25);
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let scales = |client: &mut Client| {
        let events = client.events(&window.surface);
        let scales = events.into_iter().filter_map(|event| match event {
            wl_surface::Event::PreferredBufferScale { factor } => Some(factor),
            _ => None,
        });
        scales.last()
    };
    assert_eq!(scales(&mut client), Some(2));
    f.state.resize((800, 600).into(), 2.5);
    f.roundtrip(&mut client);
    assert_eq!(scales(&mut client), Some(3));
}
