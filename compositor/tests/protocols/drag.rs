//! `wl_data_device.start_drag`: drag and drop.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;

use rustix::pipe::{PipeFlags, pipe_with};
use wayland_client::protocol::wl_data_device::{self, WlDataDevice};
use wayland_client::protocol::wl_data_device_manager::{DndAction, WlDataDeviceManager};
use wayland_client::protocol::wl_data_source::{self, WlDataSource};
use wayland_client::protocol::wl_pointer;
use wayland_client::protocol::wl_surface::WlSurface;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::LEFT;
use crate::picture::{BLUE, GREEN, RED};
use crate::window::{Window, show};

/// A drag under way: from the red window, with a dialog in green to drop on.
struct Drag {
    f: Fixture,
    client: Client,
    device: WlDataDevice,
    source: WlDataSource,
    icon: WlSurface,
    window: Window,
    dialog: Window,
    /// A point of the dialog.
    over: (i32, i32),
}

fn drag() -> Drag {
    let mut f = Fixture::new();
    let mut client = f.client();
    let seat = client.seat();
    let pointer = seat.get_pointer(&client.qh, ());
    let manager = client.bind::<WlDataDeviceManager>();
    let device = manager.get_data_device(&seat, &client.qh, ());
    let window = f.window(&mut client, RED);
    let dialog = f.dialog(&mut client, &window, (200, 100), GREEN);
    let (x, y, ..) = f.shot().find(GREEN).unwrap();
    let area = f.area();
    f.point(area.loc.x + 50, area.loc.y + 50);
    let serial = f.hold(&mut client, &pointer);
    let source = manager.create_data_source(&client.qh, ());
    source.offer("text/plain".into());
    source.set_actions(DndAction::Copy);
    let icon = client.surface();
    device.start_drag(Some(&source), &window.surface, Some(&icon), serial);
    show(&icon, &client.colour((20, 10), BLUE));
    f.roundtrip(&mut client);
    Drag { f, client, device, source, icon, window, dialog, over: (x + 30, y + 30) }
}

#[test]
fn the_icon_follows_the_pointer() {
    let mut d = drag();
    let area = d.f.area();
    assert_eq!(d.f.shot().find(BLUE), Some((area.loc.x + 50, area.loc.y + 50, 20, 10)));
    d.f.point(d.over.0, d.over.1);
    assert_eq!(d.f.shot().find(BLUE), Some((d.over.0, d.over.1, 20, 10)));
    // Its hot spot is moved as clients do it.
    d.icon.offset(-5, -3);
    d.icon.commit();
    d.f.roundtrip(&mut d.client);
    assert_eq!(d.f.shot().find(BLUE), Some((d.over.0 - 5, d.over.1 - 3, 20, 10)));
    d.f.button(LEFT, false);
    d.f.roundtrip(&mut d.client);
    assert_eq!(d.f.shot().count(BLUE), 0);
}

#[test]
fn what_is_dropped_arrives() {
    let mut d = drag();
    d.f.point(d.over.0, d.over.1);
    d.f.roundtrip(&mut d.client);
    let entered = d.client.events(&d.device).into_iter().rev().find_map(|event| match event {
        wl_data_device::Event::Enter { serial, surface, id: Some(offer), .. } => Some((serial, surface, offer)),
        _ => None,
    });
    let (serial, surface, offer) = entered.expect("the surface under the pointer is told");
    assert_eq!(surface, d.dialog.surface);
    offer.accept(serial, Some("text/plain".into()));
    offer.set_actions(DndAction::Copy, DndAction::Copy);
    d.f.roundtrip(&mut d.client);
    d.f.button(LEFT, false);
    d.f.roundtrip(&mut d.client);
    assert!(d.client.events(&d.device).iter().any(|event| matches!(event, wl_data_device::Event::Drop)));

    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).unwrap();
    offer.receive("text/plain".into(), writer.as_fd());
    d.client.flush();
    drop(writer);
    d.f.roundtrip(&mut d.client);
    let mut performed = false;
    for event in d.client.events(&d.source) {
        match event {
            wl_data_source::Event::Send { fd, .. } => File::from(fd).write_all(b"make it so").unwrap(),
            wl_data_source::Event::DndDropPerformed => performed = true,
            _ => {}
        }
    }
    assert!(performed);
    let mut text = String::new();
    File::from(reader).read_to_string(&mut text).unwrap();
    assert_eq!(text, "make it so");
    offer.finish();
    d.f.roundtrip(&mut d.client);
    assert!(d.client.events(&d.source).iter().any(|event| matches!(event, wl_data_source::Event::DndFinished)));
}

#[test]
fn a_drop_that_nobody_wants_is_cancelled_and_the_pointer_is_free() {
    let mut d = drag();
    d.f.point(2, 300);
    d.f.button(LEFT, false);
    d.f.roundtrip(&mut d.client);
    assert!(d.client.events(&d.source).iter().any(|event| matches!(event, wl_data_source::Event::Cancelled)));
    assert_eq!(d.f.shot().count(BLUE), 0);
    let pointer = d.client.seat().get_pointer(&d.client.qh, ());
    d.f.roundtrip(&mut d.client);
    d.f.point(d.f.area().loc.x + 50, 300);
    d.f.roundtrip(&mut d.client);
    let entered = d
        .client
        .events(&pointer)
        .into_iter()
        .any(|event| matches!(event, wl_pointer::Event::Enter { surface, .. } if surface == d.window.surface));
    assert!(entered);
}

#[test]
fn a_drag_needs_a_press() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let seat = client.seat();
    let manager = client.bind::<WlDataDeviceManager>();
    let device = manager.get_data_device(&seat, &client.qh, ());
    let window = f.window(&mut client, RED);
    f.point(400, 300);
    let source = manager.create_data_source(&client.qh, ());
    source.set_actions(DndAction::Copy);
    let icon = client.surface();
    device.start_drag(Some(&source), &window.surface, Some(&icon), 1);
    show(&icon, &client.colour((20, 10), BLUE));
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(BLUE), 0);
}
