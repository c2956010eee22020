//! Buffer scale, transform and alpha: what a client did to its picture is undone on the screen.

use wayland_client::protocol::wl_output::Transform;
use wayland_client::protocol::wl_shm::Format;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{BLUE, GREEN, RED, WHITE};
use crate::window::show;

/// A picture with another colour in each quarter: top left, top right, bottom left, bottom right.
fn quarters(client: &mut Client, (width, height): (i32, i32)) -> wayland_client::protocol::wl_buffer::WlBuffer {
    client.picture((width, height), Format::Argb8888, |x, y| {
        let colour = match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => WHITE,
        };
        colour.to_le_bytes()
    })
}

#[test]
fn every_transform_is_undone() {
    // The protocol: a buffer transform is what was done to the content, "90 degrees counter-clockwise" and "flipped
    // around a vertical axis" before that. Here is where each quarter of the buffer is then seen.
    let expected = [
        (Transform::Normal, [RED, GREEN, BLUE, WHITE]),
        (Transform::_90, [BLUE, RED, WHITE, GREEN]),
        (Transform::_180, [WHITE, BLUE, GREEN, RED]),
        (Transform::_270, [GREEN, WHITE, RED, BLUE]),
        (Transform::Flipped, [GREEN, RED, WHITE, BLUE]),
        (Transform::Flipped90, [RED, BLUE, GREEN, WHITE]),
        (Transform::Flipped180, [BLUE, WHITE, RED, GREEN]),
        (Transform::Flipped270, [WHITE, GREEN, BLUE, RED]),
    ];
    let mut f = Fixture::new();
    let mut client = f.client();
    let buffer = quarters(&mut client, (120, 60));
    let window = f.window_showing(&mut client, &buffer);
    for (transform, [top_left, top_right, bottom_left, bottom_right]) in expected {
        window.surface.set_buffer_transform(transform);
        show(&window.surface, &buffer);
        f.roundtrip(&mut client);
        let turned =
            matches!(transform, Transform::_90 | Transform::_270 | Transform::Flipped90 | Transform::Flipped270);
        let (w, h) = if turned { (30, 60) } else { (60, 30) };
        let shot = f.shot();
        let (x, y, ..) = shot.find(top_left).unwrap();
        assert_eq!(shot.find(top_left), Some((x, y, w, h)), "{transform:?}");
        assert_eq!(shot.find(top_right), Some((x + w, y, w, h)), "{transform:?}");
        assert_eq!(shot.find(bottom_left), Some((x, y + h, w, h)), "{transform:?}");
        assert_eq!(shot.find(bottom_right), Some((x + w, y + h, w, h)), "{transform:?}");
    }
}

#[test]
fn damage_of_a_turned_buffer_lands_where_it_belongs() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let red = client.colour((120, 60), RED);
    let window = f.window_showing(&mut client, &red);
    window.surface.set_buffer_transform(Transform::_90);
    show(&window.surface, &red);
    f.roundtrip(&mut client);
    let (x, y, w, h) = f.shot().find(RED).unwrap();
    assert_eq!((w, h), (60, 120));
    // 10×20 in the surface's top left corner, which is the buffer's bottom left.
    window.surface.attach(Some(&client.colour((120, 60), GREEN)), 0, 0);
    window.surface.damage(0, 0, 10, 20);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(GREEN), Some((x, y, 10, 20)));
}

#[test]
fn a_scaled_buffer_is_sharp_on_a_scaled_output() {
    let mut f = Fixture::scaled(2.0);
    let mut client = f.client();
    let buffer = quarters(&mut client, (100, 60));
    let window = f.window_showing(&mut client, &buffer);
    // Without a scale, each of its pixels is two wide and two high.
    assert_eq!(f.shot().find(RED).map(|(_, _, w, h)| (w, h)), Some((100, 60)));
    window.surface.set_buffer_scale(2);
    show(&window.surface, &buffer);
    f.roundtrip(&mut client);
    let shot = f.shot();
    let (x, y, w, h) = shot.find(RED).unwrap();
    assert_eq!((w, h), (50, 30));
    assert_eq!(shot.find(WHITE), Some((x + 50, y + 30, 50, 30)));
}

#[test]
fn a_scaled_buffer_is_made_smaller_on_a_plain_output() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let buffer = quarters(&mut client, (100, 60));
    let window = f.window_showing(&mut client, &buffer);
    window.surface.set_buffer_scale(2);
    show(&window.surface, &buffer);
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(RED).map(|(_, _, w, h)| (w, h)), Some((25, 15)));
}

#[test]
fn alpha_is_premultiplied_and_shows_what_is_below() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let parent = f.window(&mut client, RED);
    let dialog = f.dialog(&mut client, &parent, (200, 100), 0x8000_8000);
    // Half a green over red.
    let (x, y) = (400, f.area().loc.y + f.area().size.h / 2);
    let pixel = f.shot().at(x, y);
    let [red, green, blue] = [16, 8, 0].map(|shift| (pixel >> shift & 0xff) as i32);
    assert!((red - 127).abs() <= 1 && (green - 128).abs() <= 1 && blue == 0, "{pixel:#x}");

    dialog.show(&client.colour((200, 100), 0));
    f.roundtrip(&mut client);
    let area = f.area().size;
    assert_eq!(f.shot().count(RED), area.w * area.h, "what is clear shows all of what is below");
}

#[test]
fn an_opaque_region_that_lies_harms_only_its_own_picture() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let parent = f.window(&mut client, RED);
    let dialog = f.dialog(&mut client, &parent, (200, 100), GREEN);
    let region = client.bind::<wayland_client::protocol::wl_compositor::WlCompositor>().create_region(&client.qh, ());
    region.add(i32::MIN, i32::MIN, i32::MAX, i32::MAX);
    region.add(-1000, -1000, i32::MAX, i32::MAX);
    dialog.surface.set_opaque_region(Some(&region));
    dialog.show(&client.colour((200, 100), 0x8000_8000));
    f.roundtrip(&mut client);
    let area = f.area().size;
    assert_eq!(f.shot().count(RED), area.w * area.h - 200 * 100);
}

#[test]
fn a_scale_of_nothing_is_an_error() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    window.surface.set_buffer_scale(0);
    assert_eq!(f.protocol_error(&mut client).object_interface, "wl_surface");
}
