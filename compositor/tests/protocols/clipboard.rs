//! `wl_data_device`: the clipboard, between programs and from the page.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;

use rustix::pipe::{PipeFlags, pipe_with};
use wayland_client::protocol::wl_data_device::{self, WlDataDevice};
use wayland_client::protocol::wl_data_device_manager::WlDataDeviceManager;
use wayland_client::protocol::wl_data_offer::{self, WlDataOffer};
use wayland_client::protocol::wl_data_source::{self, WlDataSource};
use wayland_client::protocol::wl_keyboard::{self, WlKeyboard};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

/// A client with a window in front and what the clipboard needs.
struct Program {
    client: Client,
    keyboard: WlKeyboard,
    device: WlDataDevice,
}

impl Program {
    fn new(f: &mut Fixture, colour: u32) -> Self {
        let mut client = f.client();
        let seat = client.seat();
        let keyboard = seat.get_keyboard(&client.qh, ());
        let device = client.bind::<WlDataDeviceManager>().get_data_device(&seat, &client.qh, ());
        f.window(&mut client, colour);
        Self { client, keyboard, device }
    }

    /// Offers `mime` as the selection.
    fn copy(&mut self, f: &mut Fixture, mime: &str) -> WlDataSource {
        let serial = self.client.events(&self.keyboard).into_iter().rev().find_map(|event| match event {
            wl_keyboard::Event::Enter { serial, .. } => Some(serial),
            _ => None,
        });
        let source = self.client.bind::<WlDataDeviceManager>().create_data_source(&self.client.qh, ());
        source.offer(mime.into());
        self.device.set_selection(Some(&source), serial.unwrap_or_default());
        f.roundtrip(&mut self.client);
        source
    }

    /// What is offered now, if that was told since the last call: `Some(None)` for an empty clipboard.
    fn offered(&mut self, f: &mut Fixture) -> Option<Option<WlDataOffer>> {
        f.roundtrip(&mut self.client);
        self.client.events(&self.device).into_iter().rev().find_map(|event| match event {
            wl_data_device::Event::Selection { id } => Some(id),
            _ => None,
        })
    }

    fn types(&mut self, offer: &WlDataOffer) -> Vec<String> {
        let events = self.client.events(offer).into_iter();
        let types = events.filter_map(|event| match event {
            wl_data_offer::Event::Offer { mime_type } => Some(mime_type),
            _ => None,
        });
        types.collect()
    }

    /// Asks for the offer's bytes. They are in the returned pipe once whoever has them wrote them.
    fn paste(&mut self, f: &mut Fixture, offer: &WlDataOffer, mime: &str) -> File {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).unwrap();
        offer.receive(mime.into(), writer.as_fd());
        self.client.flush();
        drop(writer);
        f.roundtrip(&mut self.client);
        File::from(reader)
    }
}

fn text(mut pipe: File) -> String {
    let mut text = String::new();
    pipe.read_to_string(&mut text).expect("all of it has been written");
    text
}

#[test]
fn what_one_program_copies_another_pastes() {
    let mut f = Fixture::new();
    let mut from = Program::new(&mut f, RED);
    let source = from.copy(&mut f, "image/x-test");
    let mut to = Program::new(&mut f, GREEN);
    let offer = to.offered(&mut f).flatten().expect("the window in front is told");
    assert_eq!(to.types(&offer), ["image/x-test"]);
    let pipe = to.paste(&mut f, &offer, "image/x-test");
    f.roundtrip(&mut from.client);
    for event in from.client.events(&source) {
        if let wl_data_source::Event::Send { mime_type, fd } = event {
            assert_eq!(mime_type, "image/x-test");
            File::from(fd).write_all(b"engage").unwrap();
        }
    }
    assert_eq!(text(pipe), "engage");
}

#[test]
fn a_newer_selection_cancels_the_older() {
    let mut f = Fixture::new();
    let mut from = Program::new(&mut f, RED);
    let source = from.copy(&mut f, "image/x-test");
    let mut to = Program::new(&mut f, GREEN);
    to.copy(&mut f, "image/x-other");
    f.roundtrip(&mut from.client);
    let cancelled = from.client.events(&source).into_iter().any(|e| matches!(e, wl_data_source::Event::Cancelled));
    assert!(cancelled);
}

#[test]
fn what_the_page_copied_a_program_pastes() {
    let mut f = Fixture::new();
    let mut to = Program::new(&mut f, GREEN);
    f.state.page_copied("Tea, Earl Grey, hot ☕".into());
    let offer = to.offered(&mut f).flatten().unwrap();
    let types = to.types(&offer);
    for mime in ["text/plain;charset=utf-8", "UTF8_STRING", "text/plain"] {
        assert!(types.iter().any(|offered| offered == mime), "{types:?}");
        let pipe = to.paste(&mut f, &offer, mime);
        f.turn();
        assert_eq!(text(pipe), "Tea, Earl Grey, hot ☕");
    }
}

#[test]
fn a_long_text_of_the_page_arrives_whole_though_the_pipe_is_short() {
    let mut f = Fixture::new();
    let mut to = Program::new(&mut f, GREEN);
    let long = "0123456789abcdef".repeat(40_000);
    f.state.page_copied(long.clone());
    let offer = to.offered(&mut f).flatten().unwrap();
    let mut pipe = to.paste(&mut f, &offer, "text/plain");
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    f.until(&mut to.client, |_| match pipe.read(&mut chunk) {
        Ok(0) => Some(()),
        Ok(n) => {
            bytes.extend_from_slice(&chunk[..n]);
            None
        }
        Err(error) => {
            assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
            None
        }
    });
    assert!(bytes == long.as_bytes());
}

#[test]
fn a_program_that_hangs_up_while_it_pastes_harms_nobody() {
    let mut f = Fixture::new();
    let mut to = Program::new(&mut f, GREEN);
    f.state.page_copied("x".repeat(1 << 20));
    let offer = to.offered(&mut f).flatten().unwrap();
    drop(to.paste(&mut f, &offer, "text/plain"));
    drop(to);
    for _ in 0..5 {
        f.turn();
    }
    let mut next = Program::new(&mut f, RED);
    assert!(next.offered(&mut f).flatten().is_some());
}

#[test]
fn only_the_window_in_front_sees_the_clipboard() {
    let mut f = Fixture::new();
    let mut behind = Program::new(&mut f, RED);
    let mut front = Program::new(&mut f, GREEN);
    behind.offered(&mut f);
    front.offered(&mut f);
    f.state.page_copied("secret".into());
    assert!(behind.offered(&mut f).is_none());
    assert!(front.offered(&mut f).flatten().is_some());
    // Nor can it put something there.
    behind.copy(&mut f, "image/x-test");
    assert!(front.offered(&mut f).is_none());
}

#[test]
fn a_paste_from_a_program_that_has_gone_ends_at_once() {
    let mut f = Fixture::new();
    let mut from = Program::new(&mut f, RED);
    from.copy(&mut f, "image/x-test");
    let mut to = Program::new(&mut f, GREEN);
    let offer = to.offered(&mut f).flatten().unwrap();
    drop(from);
    f.turn();
    let pipe = to.paste(&mut f, &offer, "image/x-test");
    f.turn();
    assert_eq!(text(pipe), "");
}
