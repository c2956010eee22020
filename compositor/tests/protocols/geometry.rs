//! `xdg_surface.set_window_geometry`: shadows are not part of the window.

use wayland_client::protocol::wl_pointer;
use wayland_client::protocol::wl_shm::Format;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{BLUE, GREEN, RED};
use crate::window::Window;

/// A dialog of 100×60 in green, with a shadow of 20 around it in blue.
fn shadowed(f: &mut Fixture, client: &mut Client, parent: &Window) -> Window {
    let dialog = Window::new(client);
    dialog.toplevel.set_parent(Some(&parent.toplevel));
    f.configure(client, &dialog);
    dialog.xdg.set_window_geometry(20, 20, 100, 60);
    let buffer = client.picture((140, 100), Format::Argb8888, |x, y| {
        let inside = (20..120).contains(&x) && (20..80).contains(&y);
        (if inside { GREEN } else { BLUE }).to_le_bytes()
    });
    dialog.show(&buffer);
    f.roundtrip(client);
    dialog
}

#[test]
fn the_geometry_is_placed_and_the_shadow_is_around_it() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let parent = f.window(&mut client, RED);
    shadowed(&mut f, &mut client, &parent);
    let area = f.area();
    let (x, y) = (area.loc.x + (area.size.w - 100) / 2, area.loc.y + (area.size.h - 60) / 2);
    let shot = f.shot();
    assert_eq!(shot.find(GREEN), Some((x, y, 100, 60)));
    assert_eq!(shot.at(x - 20, y - 20), BLUE);
    assert_eq!(shot.at(x - 21, y - 20), RED);
    assert_eq!(shot.count(BLUE), 140 * 100 - 100 * 60);
}

#[test]
fn a_full_windows_geometry_fills_the_area() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = Window::new(&mut client);
    let (w, h) = f.configure(&mut client, &window).size;
    window.xdg.set_window_geometry(10, 10, w, h);
    let buffer = client.picture((w + 20, h + 20), Format::Argb8888, |x, y| {
        let inside = (10..w + 10).contains(&x) && (10..h + 10).contains(&y);
        (if inside { GREEN } else { BLUE }).to_le_bytes()
    });
    window.show(&buffer);
    f.roundtrip(&mut client);
    let area = f.area();
    let shot = f.shot();
    assert_eq!(shot.find(GREEN), Some((area.loc.x, area.loc.y, w, h)));
    assert_eq!(shot.count(BLUE), 0, "its shadow does not cover the frame");
}

#[test]
fn input_is_told_from_the_surfaces_corner() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    let parent = f.window(&mut client, RED);
    let dialog = shadowed(&mut f, &mut client, &parent);
    let (x, y, ..) = f.shot().find(GREEN).unwrap();
    client.events(&pointer);
    f.point(x + 5, y + 7);
    f.roundtrip(&mut client);
    let entered = client.events(&pointer).into_iter().find_map(|event| match event {
        wl_pointer::Event::Enter { surface, surface_x, surface_y, .. } => Some((surface, surface_x, surface_y)),
        _ => None,
    });
    assert_eq!(entered, Some((dialog.surface.clone(), 25.0, 27.0)));
}

#[test]
fn a_geometry_larger_than_the_surface_does_no_harm() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let parent = f.window(&mut client, RED);
    let dialog = f.dialog(&mut client, &parent, (100, 60), GREEN);
    dialog.xdg.set_window_geometry(-1_000_000, i32::MIN / 2, i32::MAX, i32::MAX);
    dialog.surface.commit();
    f.roundtrip(&mut client);
    f.draw();
    f.point(400, 300);
    f.roundtrip(&mut client);
    assert_ne!(f.shot().count(RED), 0);
}
