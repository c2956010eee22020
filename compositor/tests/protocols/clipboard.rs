//! `wl_data_device`: the clipboard, between programs and from the page.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;

use compositor::clipboard::PageOffer;
use rustix::pipe::{PipeFlags, pipe_with};
use streamer::protocol::ClipboardForm;
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
    f.state.page_copied(PageOffer::text("Tea, Earl Grey, hot ☕"));
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
    f.state.page_copied(PageOffer::text(long.clone()));
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
    f.state.page_copied(PageOffer::text("x".repeat(1 << 20)));
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
    f.state.page_copied(PageOffer::text("secret"));
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

/// Something a page has as HTML and as a picture.
fn pictures(f: &mut Fixture, text: &str) {
    f.state.page_copied(PageOffer::kept(7, text, vec![ClipboardForm::Html, ClipboardForm::Png]));
}

fn png(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header().unwrap().write_image_data(pixels).unwrap();
    bytes
}

/// Reads until the pipe ends, while the desktop goes on, and the thread that looks at pictures.
fn all(f: &mut Fixture, program: &mut Program, mut pipe: File) -> Vec<u8> {
    let mut bytes = Vec::new();
    f.wait_until(&mut program.client, |_| match pipe.read_to_end(&mut bytes) {
        Ok(_) => Some(()),
        Err(error) => {
            assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
            None
        }
    });
    bytes
}

#[test]
fn a_picture_of_the_page_is_asked_for_when_it_is_pasted_and_then_kept() {
    let mut f = Fixture::new();
    let mut to = Program::new(&mut f, GREEN);
    pictures(&mut f, "caption");
    let offer = to.offered(&mut f).flatten().unwrap();
    let types = to.types(&offer);
    for mime in ["image/png", "text/html", "text/plain;charset=utf-8", "UTF8_STRING"] {
        assert!(types.iter().any(|offered| offered == mime), "{mime} in {types:?}");
    }
    let one = to.paste(&mut f, &offer, "image/png");
    let two = to.paste(&mut f, &offer, "image/png");
    let given = png(2, 1, &[10, 20, 30, 255, 40, 50, 60, 128]);
    let (tell, told) = std::sync::mpsc::channel();
    f.state.page_brought(1, given.into(), move |result| tell.send(result).unwrap());
    let pasted = all(&mut f, &mut to, one);
    assert_eq!(told.recv().unwrap(), Ok(()));
    let mut reader = png::Decoder::new(std::io::Cursor::new(&pasted)).read_info().unwrap();
    let mut pixels = [0; 8];
    reader.next_frame(&mut pixels).unwrap();
    assert_eq!(pixels, [10, 20, 30, 255, 40, 50, 60, 128]);
    assert_eq!(all(&mut f, &mut to, two), pasted, "both who waited have it");
    let again = to.paste(&mut f, &offer, "image/png");
    assert_eq!(all(&mut f, &mut to, again), pasted, "without asking again");
    // Who knows no PNG has it as JPEG, with white behind what can be seen through.
    assert!(types.iter().any(|offered| offered == "image/jpeg"), "{types:?}");
    let other = to.paste(&mut f, &offer, "image/jpeg");
    let jpeg = all(&mut f, &mut to, other);
    let picture = image::load_from_memory_with_format(&jpeg, image::ImageFormat::Jpeg).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (2, 1));
    let near = |at: u32, expected: [u8; 3]| {
        let pixel = picture.get_pixel(at, 0).0;
        pixel.iter().zip(expected).all(|(one, other)| one.abs_diff(other) < 40)
    };
    assert!(near(0, [10, 20, 30]) && near(1, [147, 152, 157]), "{picture:?}");
    let text = to.paste(&mut f, &offer, "text/plain");
    assert_eq!(all(&mut f, &mut to, text), b"caption", "the text was there all the time");
}

#[test]
fn what_a_page_brings_that_is_no_picture_is_not_pasted() {
    let mut f = Fixture::new();
    let mut to = Program::new(&mut f, GREEN);
    pictures(&mut f, "");
    let offer = to.offered(&mut f).flatten().unwrap();
    assert!(!to.types(&offer).iter().any(|mime| mime.starts_with("text/plain")));
    let pipe = to.paste(&mut f, &offer, "image/png");
    let (tell, told) = std::sync::mpsc::channel();
    f.state.page_brought(1, b"\x89PNG\r\n\x1a\nhostile"[..].into(), move |result| tell.send(result).unwrap());
    assert_eq!(all(&mut f, &mut to, pipe), b"");
    assert_eq!(told.recv().unwrap().unwrap_err().reason, "not_a_picture");
}

#[test]
fn html_comes_as_it_is_and_what_the_page_has_no_longer_ends_the_paste() {
    let mut f = Fixture::new();
    let mut to = Program::new(&mut f, GREEN);
    pictures(&mut f, "engage");
    let offer = to.offered(&mut f).flatten().unwrap();
    let html = to.paste(&mut f, &offer, "text/html");
    f.state.page_brought(1, "<b>engagé</b>".as_bytes().to_vec().into(), |result| assert_eq!(result, Ok(())));
    assert_eq!(all(&mut f, &mut to, html), "<b>engagé</b>".as_bytes());
    let picture = to.paste(&mut f, &offer, "image/png");
    f.state.page_brought(2, bytes::Bytes::new(), |result| assert_eq!(result, Ok(())));
    assert_eq!(all(&mut f, &mut to, picture), b"");
    f.state.page_brought(2, vec![1].into(), |result| assert_eq!(result.unwrap_err().reason, "not_wanted"));
    // HTML is text: bytes that are none do not come through.
    pictures(&mut f, "engage");
    let offer = to.offered(&mut f).flatten().unwrap();
    let html = to.paste(&mut f, &offer, "text/html");
    f.state.page_brought(3, vec![0xff, 0xfe].into(), |result| assert_eq!(result.unwrap_err().reason, "not_text"));
    assert_eq!(all(&mut f, &mut to, html), b"");
}
