//! `wl_pointer.set_cursor` and `wp_cursor_shape_v1`: the page draws what the program under the pointer wants.

use streamer::protocol::CursorImage;
use wayland_client::protocol::wl_pointer::{self, WlPointer};
use wayland_protocols::wp::cursor_shape::v1::client::wp_cursor_shape_device_v1::Shape;
use wayland_protocols::wp::cursor_shape::v1::client::wp_cursor_shape_manager_v1::WpCursorShapeManagerV1;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};
use crate::window::show;

fn named(name: &str) -> Option<CursorImage> {
    Some(CursorImage::Named { name: name.into() })
}

/// A client with the pointer on its window, and the serial that lets it choose the cursor.
fn desk() -> (Fixture, Client, WlPointer, u32) {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    f.window(&mut client, RED);
    f.point(400, 300);
    f.roundtrip(&mut client);
    let serial = client.events(&pointer).into_iter().find_map(|event| match event {
        wl_pointer::Event::Enter { serial, .. } => Some(serial),
        _ => None,
    });
    (f, client, pointer, serial.unwrap())
}

#[test]
fn a_shape_is_told_by_its_name_and_the_frame_has_its_own() {
    let (mut f, mut client, pointer, serial) = desk();
    let device = client.bind::<WpCursorShapeManagerV1>().get_pointer(&pointer, &client.qh, ());
    device.set_shape(serial, Shape::Text);
    f.roundtrip(&mut client);
    assert_eq!(f.state.cursor_image().cloned(), named("text"));
    device.set_shape(serial, Shape::NwseResize);
    f.roundtrip(&mut client);
    assert_eq!(f.state.cursor_image().cloned(), named("nwse-resize"));
    // Pages have no pictures of these two.
    for (shape, name) in [(Shape::AllResize, "move"), (Shape::DndAsk, "copy")] {
        device.set_shape(serial, shape);
        f.roundtrip(&mut client);
        assert_eq!(f.state.cursor_image().cloned(), named(name));
    }
    f.point(2, 300);
    assert_eq!(f.state.cursor_image().cloned(), named("default"));
}

#[test]
fn only_who_was_entered_chooses() {
    let (mut f, mut client, pointer, serial) = desk();
    let device = client.bind::<WpCursorShapeManagerV1>().get_pointer(&pointer, &client.qh, ());
    device.set_shape(serial, Shape::Text);
    f.roundtrip(&mut client);
    let mut other = f.client();
    let other_pointer = other.seat().get_pointer(&other.qh, ());
    let other_device = other.bind::<WpCursorShapeManagerV1>().get_pointer(&other_pointer, &other.qh, ());
    for forged in [serial, serial + 1, serial + 100] {
        other_device.set_shape(forged, Shape::Wait);
        other_pointer.set_cursor(forged, None, 0, 0);
    }
    f.roundtrip(&mut other);
    assert_eq!(f.state.cursor_image().cloned(), named("text"));
}

#[test]
fn a_picture_is_told_with_its_hot_spot_and_follows_its_surface() {
    let (mut f, mut client, pointer, serial) = desk();
    let surface = client.surface();
    pointer.set_cursor(serial, Some(&surface), 3, 4);
    f.roundtrip(&mut client);
    assert_eq!(f.state.cursor_image(), Some(&CursorImage::Hidden), "it has no picture yet");
    show(&surface, &client.colour((24, 32), GREEN));
    f.roundtrip(&mut client);
    let Some(CursorImage::Image { png: first, width, height, hotspot_x, hotspot_y, scale }) =
        f.state.cursor_image().cloned()
    else {
        panic!("{:?}", f.state.cursor_image())
    };
    assert_eq!((width, height, hotspot_x, hotspot_y, scale), (24, 32, 3, 4, 1.0));
    show(&surface, &client.colour((24, 32), RED));
    f.roundtrip(&mut client);
    let Some(CursorImage::Image { png: second, .. }) = f.state.cursor_image() else { panic!("it is a picture") };
    assert_ne!(&first, second);
    assert_eq!(f.shot().count(GREEN), 0, "it is not in the picture");
}

#[test]
fn the_first_picture_counts_even_if_it_came_before_the_role() {
    let (mut f, mut client, pointer, serial) = desk();
    let surface = client.surface();
    show(&surface, &client.colour((16, 16), GREEN));
    pointer.set_cursor(serial, Some(&surface), 0, 0);
    f.roundtrip(&mut client);
    assert!(matches!(f.state.cursor_image(), Some(CursorImage::Image { width: 16, .. })));
}

#[test]
fn a_scaled_picture_keeps_its_pixels() {
    let (mut f, mut client, pointer, serial) = desk();
    let surface = client.surface();
    surface.set_buffer_scale(2);
    pointer.set_cursor(serial, Some(&surface), 3, 4);
    show(&surface, &client.colour((48, 48), GREEN));
    f.roundtrip(&mut client);
    let Some(CursorImage::Image { width, hotspot_x, hotspot_y, scale, .. }) = f.state.cursor_image() else {
        panic!("it is a picture")
    };
    assert_eq!((*width, *hotspot_x, *hotspot_y, *scale), (48, 6, 8, 2.0));
}

#[test]
fn a_cursor_can_be_hidden_and_dies_with_its_client() {
    let (mut f, mut client, pointer, serial) = desk();
    pointer.set_cursor(serial, None, 0, 0);
    f.roundtrip(&mut client);
    assert_eq!(f.state.cursor_image(), Some(&CursorImage::Hidden));
    drop(client);
    f.turn();
    f.turn();
    assert_eq!(f.state.cursor_image().cloned(), named("default"), "nobody is left who hides it");
}

#[test]
fn a_cursor_of_any_size_and_hot_spot_does_no_harm() {
    let (mut f, mut client, pointer, serial) = desk();
    let surface = client.surface();
    pointer.set_cursor(serial, Some(&surface), i32::MIN, i32::MAX);
    show(&surface, &client.colour((2000, 2), GREEN));
    f.roundtrip(&mut client);
    show(&surface, &client.colour((16, 16), GREEN));
    f.roundtrip(&mut client);
    let Some(CursorImage::Image { hotspot_x, hotspot_y, .. }) = f.state.cursor_image() else { panic!("a picture") };
    assert_eq!((*hotspot_x, *hotspot_y), (0, 15));
}
