//! `wl_output` and `xdg_output`: what clients know of the picture.

use wayland_client::WEnum;
use wayland_client::protocol::wl_output::{self, Mode, WlOutput};
use wayland_client::protocol::wl_surface;
use wayland_protocols::xdg::xdg_output::zv1::client::zxdg_output_manager_v1::ZxdgOutputManagerV1;
use wayland_protocols::xdg::xdg_output::zv1::client::zxdg_output_v1;

use crate::fixture::Fixture;
use crate::picture::RED;

/// Current mode, integer scale, and whether the group was ended.
fn summary(events: &[wl_output::Event]) -> (Option<(i32, i32)>, Option<i32>, bool) {
    let mode = events.iter().rev().find_map(|event| match event {
        wl_output::Event::Mode { flags: WEnum::Value(flags), width, height, .. } if flags.contains(Mode::Current) => {
            Some((*width, *height))
        }
        _ => None,
    });
    let scale = events.iter().rev().find_map(|event| match event {
        wl_output::Event::Scale { factor } => Some(*factor),
        _ => None,
    });
    (mode, scale, matches!(events.last(), Some(wl_output::Event::Done)))
}

#[test]
fn the_output_tells_its_size_scale_and_name() {
    let mut f = Fixture::scaled(1.5);
    let mut client = f.client();
    let output = client.bind::<WlOutput>();
    f.roundtrip(&mut client);
    let events = client.events(&output);
    assert_eq!(summary(&events), (Some((800, 600)), Some(2), true));
    assert!(events.iter().any(|event| matches!(event, wl_output::Event::Name { name } if name == "TOS-1")));
}

#[test]
fn a_resize_is_told_as_one_group() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let output = client.bind::<WlOutput>();
    f.roundtrip(&mut client);
    client.events(&output);
    assert!(f.state.resize((1000, 700).into(), 2.0));
    f.roundtrip(&mut client);
    assert_eq!(summary(&client.events(&output)), (Some((1000, 700)), Some(2), true));
    assert!(!f.state.resize((1000, 700).into(), 2.0), "nothing changed");
    f.roundtrip(&mut client);
    assert!(client.events(&output).is_empty());
}

#[test]
fn sizes_from_outside_are_brought_into_range() {
    let mut f = Fixture::new();
    for (size, scale) in [((0, 0), 0.0), ((5, 1 << 30), f64::NAN), ((i32::MAX, 1), f64::INFINITY), ((801, 601), -1.0)] {
        f.state.resize(size.into(), scale);
        let size = f.state.screen().size();
        assert!(size.w >= 64 && size.h >= 64 && size.w <= 7680 && size.h <= 4320 && size.w % 2 == 0 && size.h % 2 == 0);
        assert!((0.5..=4.0).contains(&f.state.screen().scale()));
    }
}

#[test]
fn the_logical_size_is_told_and_follows() {
    let mut f = Fixture::scaled(1.25);
    let mut client = f.client();
    let output = client.bind::<WlOutput>();
    let xdg = client.bind::<ZxdgOutputManagerV1>().get_xdg_output(&output, &client.qh, ());
    let logical = |events: Vec<zxdg_output_v1::Event>| {
        events.into_iter().rev().find_map(|event| match event {
            zxdg_output_v1::Event::LogicalSize { width, height } => Some((width, height)),
            _ => None,
        })
    };
    f.roundtrip(&mut client);
    assert_eq!(logical(client.events(&xdg)), Some((640, 480)));
    f.state.resize((1000, 700).into(), 2.0);
    f.roundtrip(&mut client);
    assert_eq!(logical(client.events(&xdg)), Some((500, 350)));
}

#[test]
fn a_window_is_told_which_output_it_is_on() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let output = client.bind::<WlOutput>();
    f.roundtrip(&mut client);
    let window = f.window(&mut client, RED);
    let entered = |events: Vec<wl_surface::Event>| {
        events.into_iter().any(|event| matches!(event, wl_surface::Event::Enter { output: on } if on == output))
    };
    assert!(entered(client.events(&window.surface)));
}
