//! `xdg_toplevel_icon_v1`: a window's icon is seen on its tile and in its title.

use lcars_ui::operation::Operation;
use wayland_client::Proxy;
use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_shm::Format;
use wayland_protocols::wp::single_pixel_buffer::v1::client::wp_single_pixel_buffer_manager_v1::WpSinglePixelBufferManagerV1;
use wayland_protocols::xdg::toplevel_icon::v1::client::xdg_toplevel_icon_manager_v1::{self, XdgToplevelIconManagerV1};
use wayland_protocols::xdg::toplevel_icon::v1::client::xdg_toplevel_icon_v1::{Error, XdgToplevelIconV1};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::RED;
use crate::window::Window;

/// A colour that nothing else has.
const PINK: u32 = 0xffff_40c0;

fn icon(client: &mut Client, colour: u32) -> (XdgToplevelIconManagerV1, XdgToplevelIconV1, WlBuffer) {
    let manager: XdgToplevelIconManagerV1 = client.bind();
    let icon = manager.create_icon(&client.qh, ());
    let buffer = client.colour((48, 48), colour);
    icon.add_buffer(&buffer, 1);
    (manager, icon, buffer)
}

/// Pixels of a colour once every icon that was asked for is there.
fn seen(f: &mut Fixture, colour: u32) -> i32 {
    f.draw();
    f.draw();
    f.shot().count(colour)
}

/// A window with a pink icon.
fn pink(f: &mut Fixture, client: &mut Client) -> (Window, XdgToplevelIconManagerV1) {
    let (window, _) = f.app(client, "one", RED);
    let (manager, icon, _) = icon(client, PINK);
    manager.set_icon(&window.toplevel, Some(&icon));
    window.surface.commit();
    f.roundtrip(client);
    (window, manager)
}

#[test]
fn programs_are_told_the_sizes_that_are_shown() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let manager: XdgToplevelIconManagerV1 = client.bind();
    f.roundtrip(&mut client);
    let events = client.events(&manager);
    let (last, sizes) = events.split_last().unwrap();
    assert!(matches!(last, xdg_toplevel_icon_manager_v1::Event::Done));
    assert!(!sizes.is_empty());
    assert!(sizes.iter().all(|event| matches!(event, xdg_toplevel_icon_manager_v1::Event::IconSize { size: 1.. })));
}

#[test]
fn an_icon_is_seen_in_the_title_and_on_the_tile_from_the_commit_on_until_it_is_taken_back() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, id) = f.app(&mut client, "one", RED);
    let (manager, icon, buffer) = icon(&mut client, PINK);
    manager.set_icon(&window.toplevel, Some(&icon));
    f.roundtrip(&mut client);
    assert_eq!(seen(&mut f, PINK), 0, "nothing was committed");
    // They may go now, and the icon stays.
    icon.destroy();
    buffer.destroy();
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_ne!(seen(&mut f, PINK), 0);

    f.does(&Operation::ZoomOut);
    assert_eq!(f.state.shell.focused(), None);
    assert_ne!(seen(&mut f, PINK), 0, "on the tile");
    manager.set_icon(&window.toplevel, None);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(seen(&mut f, PINK), 0);
    f.state.focus_window(id);
    assert_eq!(seen(&mut f, PINK), 0);
}

#[test]
fn an_icon_with_nothing_in_it_takes_the_one_before_back() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, manager) = pink(&mut f, &mut client);
    assert_ne!(seen(&mut f, PINK), 0);
    let nothing = manager.create_icon(&client.qh, ());
    manager.set_icon(&window.toplevel, Some(&nothing));
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(seen(&mut f, PINK), 0);
}

#[test]
fn pixels_are_shown_where_no_theme_knows_the_name() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, _) = f.app(&mut client, "one", RED);
    let (manager, icon, _) = icon(&mut client, PINK);
    icon.set_name("no-theme-has-this".into());
    manager.set_icon(&window.toplevel, Some(&icon));
    window.surface.commit();
    f.roundtrip(&mut client);
    f.draw();
    assert_ne!(seen(&mut f, PINK), 0);
}

#[test]
fn other_pixels_replace_those_before() {
    const TEAL: u32 = 0xff10_b0a0;
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, manager) = pink(&mut f, &mut client);
    assert_ne!(seen(&mut f, PINK), 0);
    let other = icon(&mut client, TEAL).1;
    manager.set_icon(&window.toplevel, Some(&other));
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_ne!(seen(&mut f, TEAL), 0);
    assert_eq!(seen(&mut f, PINK), 0);
}

#[test]
fn what_the_protocol_forbids_is_an_error() {
    type Offence = fn(&mut Client, &Window);
    let offences: [(Error, Offence); 6] = [
        (Error::InvalidBuffer, |client, _| {
            let buffer = client.colour((20, 30), PINK);
            icon(client, PINK).1.add_buffer(&buffer, 1);
        }),
        (Error::InvalidBuffer, |client, _| {
            let manager: WpSinglePixelBufferManagerV1 = client.bind();
            let buffer = manager.create_u32_rgba_buffer(0, 0, 0, 0, &client.qh, ());
            icon(client, PINK).1.add_buffer(&buffer, 1);
        }),
        (Error::NoBuffer, |client, _| icon(client, PINK).2.destroy()),
        (Error::NoBuffer, |client, _| {
            // In a second icon it is still held.
            let (manager, first, buffer) = icon(client, PINK);
            manager.create_icon(&client.qh, ()).add_buffer(&buffer, 1);
            first.destroy();
            buffer.destroy();
        }),
        (Error::Immutable, |client, window| {
            let (manager, icon, _) = icon(client, PINK);
            manager.set_icon(&window.toplevel, Some(&icon));
            icon.set_name("late".into());
        }),
        (Error::Immutable, |client, window| {
            let (manager, icon, buffer) = icon(client, PINK);
            manager.set_icon(&window.toplevel, Some(&icon));
            icon.add_buffer(&buffer, 2);
        }),
    ];
    for (expected, offend) in offences {
        let mut f = Fixture::new();
        let mut client = f.client();
        let window = f.window(&mut client, RED);
        offend(&mut client, &window);
        let error = f.protocol_error(&mut client);
        assert_eq!((error.code, error.object_interface.as_str()), (expected as u32, "xdg_toplevel_icon_v1"));
    }
}

#[test]
fn a_buffer_that_another_took_the_place_of_may_go() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (_, icon, first) = icon(&mut client, RED);
    icon.add_buffer(&client.colour((48, 48), PINK), 1);
    first.destroy();
    f.roundtrip(&mut client);
    assert!(icon.is_alive());
}

#[test]
fn a_thousand_buffers_and_sizes_that_are_too_large_do_no_harm() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let (manager, icon, buffer) = icon(&mut client, PINK);
    for scale in -500..500 {
        icon.add_buffer(&buffer, scale);
    }
    let file = crate::client::memory(&[]);
    file.set_len(4096 * 4096 * 4).unwrap();
    let pool = client.pool(&file, 4096 * 4096 * 4);
    icon.add_buffer(&pool.create_buffer(0, 4096, 4096, 4096 * 4, Format::Argb8888, &client.qh, ()), 1);
    manager.set_icon(&window.toplevel, Some(&icon));
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_ne!(seen(&mut f, PINK), 0);
}
