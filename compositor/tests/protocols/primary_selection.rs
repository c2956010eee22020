//! `zwp_primary_selection_v1`: what a middle click pastes.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;

use rustix::pipe::{PipeFlags, pipe_with};
use wayland_client::protocol::wl_keyboard;
use wayland_protocols::wp::primary_selection::zv1::client::{
    zwp_primary_selection_device_manager_v1::ZwpPrimarySelectionDeviceManagerV1, zwp_primary_selection_device_v1,
    zwp_primary_selection_source_v1,
};

use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

#[test]
fn what_one_program_selects_another_pastes() {
    let mut f = Fixture::new();
    let mut from = f.client();
    let seat = from.seat();
    let keyboard = seat.get_keyboard(&from.qh, ());
    let manager = from.bind::<ZwpPrimarySelectionDeviceManagerV1>();
    let device = manager.get_device(&seat, &from.qh, ());
    f.window(&mut from, RED);
    let serial = from.events(&keyboard).into_iter().find_map(|event| match event {
        wl_keyboard::Event::Enter { serial, .. } => Some(serial),
        _ => None,
    });
    let source = manager.create_source(&from.qh, ());
    source.offer("text/plain".into());
    device.set_selection(Some(&source), serial.unwrap());
    f.roundtrip(&mut from);

    let mut to = f.client();
    let seat = to.seat();
    let device = to.bind::<ZwpPrimarySelectionDeviceManagerV1>().get_device(&seat, &to.qh, ());
    f.window(&mut to, GREEN);
    let offer = to.events(&device).into_iter().rev().find_map(|event| match event {
        zwp_primary_selection_device_v1::Event::Selection { id } => id,
        _ => None,
    });
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).unwrap();
    offer.unwrap().receive("text/plain".into(), writer.as_fd());
    to.flush();
    drop(writer);
    f.roundtrip(&mut to);
    f.roundtrip(&mut from);
    for event in from.events(&source) {
        if let zwp_primary_selection_source_v1::Event::Send { fd, .. } = event {
            File::from(fd).write_all(b"middle").unwrap();
        }
    }
    let mut text = String::new();
    File::from(reader).read_to_string(&mut text).unwrap();
    assert_eq!(text, "middle");
}
