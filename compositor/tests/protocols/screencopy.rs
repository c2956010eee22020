//! `zwlr_screencopy_v1`: pictures of a screen for trusted clients.

use std::fs::File;
use std::os::unix::fs::FileExt;

use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_output::WlOutput;
use wayland_client::protocol::wl_shm;
use wayland_client::{Proxy, WEnum};
use wayland_protocols_wlr::screencopy::v1::client::zwlr_screencopy_frame_v1::{self, Event, ZwlrScreencopyFrameV1};
use wayland_protocols_wlr::screencopy::v1::client::zwlr_screencopy_manager_v1::ZwlrScreencopyManagerV1;

use crate::client::{Client, memory};
use crate::fixture::Fixture;
use crate::picture::{BLUE, GREEN, RED};
use crate::window::show;

/// Memory of a client for a picture.
pub struct Sheet {
    file: File,
    size: (i32, i32),
    pub buffer: WlBuffer,
}

impl Sheet {
    pub fn new(client: &mut Client, size: (i32, i32), format: wl_shm::Format) -> Self {
        let bytes = vec![0; (size.0 * size.1 * 4) as usize];
        let file = memory(&bytes);
        let pool = client.pool(&file, bytes.len() as i32);
        let buffer = pool.create_buffer(0, size.0, size.1, size.0 * 4, format, &client.qh, ());
        pool.destroy();
        Self { file, size, buffer }
    }

    /// The pixel there as `0xAARRGGBB`.
    pub fn at(&self, x: i32, y: i32) -> u32 {
        let mut pixel = [0; 4];
        self.file.read_exact_at(&mut pixel, u64::from((y * self.size.0 + x) as u32) * 4).unwrap();
        u32::from_le_bytes(pixel)
    }

    /// All of it equals this part of what is shown.
    pub fn assert_shows(&self, f: &mut Fixture, (left, top): (i32, i32)) {
        let shot = f.shot();
        for y in 0..self.size.1 {
            for x in 0..self.size.0 {
                assert_eq!(self.at(x, y), shot.at(left + x, top + y), "at {x}, {y}");
            }
        }
    }
}

/// How a frame ended.
#[derive(Debug, Default, PartialEq)]
struct Ended {
    ready: bool,
    damage: Vec<(u32, u32, u32, u32)>,
}

struct Recorder {
    client: Client,
    manager: ZwlrScreencopyManagerV1,
    output: WlOutput,
}

impl Recorder {
    fn new(f: &mut Fixture) -> Self {
        let mut client = f.trusted_client();
        let (manager, output) = (client.bind(), client.bind());
        f.roundtrip(&mut client);
        Self { client, manager, output }
    }

    fn frame(&mut self, pointer: bool) -> ZwlrScreencopyFrameV1 {
        self.manager.capture_output(pointer.into(), &self.output, &self.client.qh, ())
    }

    /// A buffer as the frame asks for it.
    fn sheet(&mut self, f: &mut Fixture, frame: &ZwlrScreencopyFrameV1) -> Option<Sheet> {
        f.roundtrip(&mut self.client);
        let events = self.client.events(frame);
        assert!(events.iter().any(|event| matches!(event, Event::BufferDone | Event::Failed)));
        events.into_iter().find_map(|event| match event {
            Event::Buffer { format: WEnum::Value(format), width, height, stride } => {
                assert_eq!(stride, width * 4);
                Some(Sheet::new(&mut self.client, (width as i32, height as i32), format))
            }
            _ => None,
        })
    }

    fn ended(&mut self, f: &mut Fixture, frame: &ZwlrScreencopyFrameV1) -> Ended {
        let mut damage = Vec::new();
        f.wait_until(&mut self.client, |client| {
            client.events(frame).into_iter().find_map(|event| match event {
                Event::Damage { x, y, width, height } => {
                    damage.push((x, y, width, height));
                    None
                }
                Event::Ready { .. } => Some(Ended { ready: true, damage: std::mem::take(&mut damage) }),
                Event::Failed => Some(Ended::default()),
                _ => None,
            })
        })
    }

    /// Nothing came for a frame, though all that was asked for has been handled.
    fn waits(&mut self, f: &mut Fixture, frame: &ZwlrScreencopyFrameV1) -> bool {
        for _ in 0..5 {
            f.roundtrip(&mut self.client);
        }
        !self.client.events(frame).iter().any(is_end)
    }
}

#[test]
fn a_picture_of_the_screen_is_what_is_shown() {
    for scale in [1.0, 1.5, 2.0] {
        let mut f = Fixture::scaled(scale);
        let mut program = f.client();
        f.window(&mut program, RED);
        let mut recorder = Recorder::new(&mut f);
        let frame = recorder.frame(false);
        let sheet = recorder.sheet(&mut f, &frame).expect("a buffer is asked for");
        assert_eq!(sheet.size, (800, 600));
        frame.copy(&sheet.buffer);
        assert_eq!(recorder.ended(&mut f, &frame), Ended { ready: true, damage: Vec::new() });
        sheet.assert_shows(&mut f, (0, 0));
        assert!(f.shot().count(RED) > 1000);
    }
}

#[test]
fn a_part_is_named_in_logical_pixels_and_cut_to_the_screen() {
    let mut f = Fixture::scaled(2.0);
    let mut program = f.client();
    f.window(&mut program, RED);
    let mut recorder = Recorder::new(&mut f);
    for (asked, corner, size) in [
        ((101, 51, 11, 7), (202, 102), (22, 14)),
        ((-10, -10, 20, 30), (0, 0), (20, 40)),
        ((390, 290, i32::MAX, i32::MAX), (780, 580), (20, 20)),
    ] {
        let (x, y, width, height) = asked;
        let frame =
            recorder.manager.capture_output_region(0, &recorder.output, x, y, width, height, &recorder.client.qh, ());
        let sheet = recorder.sheet(&mut f, &frame).expect("a buffer is asked for");
        assert_eq!(sheet.size, size);
        frame.copy(&sheet.buffer);
        assert!(recorder.ended(&mut f, &frame).ready);
        sheet.assert_shows(&mut f, corner);
    }
    for (x, y, width, height) in [(500, 0, 10, 10), (0, 0, 0, 10), (0, 0, -5, 10), (i32::MIN, 0, i32::MAX, 1)] {
        let frame =
            recorder.manager.capture_output_region(0, &recorder.output, x, y, width, height, &recorder.client.qh, ());
        assert!(recorder.sheet(&mut f, &frame).is_none());
    }
}

#[test]
fn who_waits_for_damage_is_told_when_and_where() {
    let mut f = Fixture::new();
    let mut program = f.client();
    let window = f.window(&mut program, RED);
    let mut recorder = Recorder::new(&mut f);
    let frame = recorder.frame(false);
    let sheet = recorder.sheet(&mut f, &frame).unwrap();
    frame.copy_with_damage(&sheet.buffer);
    // All of it is new to who never saw it.
    assert_eq!(recorder.ended(&mut f, &frame), Ended { ready: true, damage: vec![(0, 0, 800, 600)] });
    let next = recorder.frame(false);
    next.copy_with_damage(&sheet.buffer);
    assert!(recorder.waits(&mut f, &next));
    let area = f.area();
    let green = program.colour((area.size.w, area.size.h), GREEN);
    window.surface.attach(Some(&green), 0, 0);
    window.surface.damage_buffer(10, 20, 40, 30);
    window.surface.commit();
    f.roundtrip(&mut program);
    let ended = recorder.ended(&mut f, &next);
    assert!(ended.ready);
    let (left, top) = (area.loc.x as u32 + 10, area.loc.y as u32 + 20);
    let covers = |(x, y, w, h): &(u32, u32, u32, u32)| {
        *x <= left && *y <= top && x + w >= left + 40 && y + h >= top + 30 && w * h < 20_000
    };
    assert!(ended.damage.iter().any(covers), "{:?}", ended.damage);
    assert_eq!(sheet.at(left as i32 + 5, top as i32 + 5), GREEN);
}

fn is_end(event: &zwlr_screencopy_frame_v1::Event) -> bool {
    matches!(event, Event::Ready { .. } | Event::Failed)
}

#[test]
fn the_pointer_is_in_the_picture_of_who_wants_it_and_its_moves_are_damage() {
    let mut f = Fixture::new();
    let mut program = f.client();
    f.window(&mut program, BLUE);
    f.point(400.0, 300.0);
    let mut recorder = Recorder::new(&mut f);
    let shown = |recorder: &mut Recorder, f: &mut Fixture, pointer: bool| {
        let frame = recorder.frame(pointer);
        let sheet = recorder.sheet(f, &frame).unwrap();
        frame.copy(&sheet.buffer);
        assert!(recorder.ended(f, &frame).ready);
        (395..420).flat_map(|x| (295..330).map(move |y| (x, y))).filter(|(x, y)| sheet.at(*x, *y) != BLUE).count()
    };
    assert_eq!(shown(&mut recorder, &mut f, false), 0);
    assert!(shown(&mut recorder, &mut f, true) > 50);
    let frame = recorder.frame(true);
    let sheet = recorder.sheet(&mut f, &frame).unwrap();
    frame.copy_with_damage(&sheet.buffer);
    let without = recorder.frame(false);
    let other = recorder.sheet(&mut f, &without).unwrap();
    without.copy_with_damage(&other.buffer);
    f.point(500.0, 300.0);
    let ended = recorder.ended(&mut f, &frame);
    assert!(ended.damage.iter().any(|(x, _, w, _)| (*x..x + w).contains(&401)), "{:?}", ended.damage);
    assert!(ended.damage.iter().any(|(x, _, w, _)| (*x..x + w).contains(&501)), "{:?}", ended.damage);
}

#[test]
fn a_buffer_of_another_kind_is_refused() {
    let mut f = Fixture::new();
    for (size, format) in [
        ((800, 599), wl_shm::Format::Xrgb8888),
        ((799, 600), wl_shm::Format::Xrgb8888),
        ((800, 600), wl_shm::Format::Abgr8888),
    ] {
        let mut recorder = Recorder::new(&mut f);
        let frame = recorder.frame(false);
        f.roundtrip(&mut recorder.client);
        let sheet = Sheet::new(&mut recorder.client, size, format);
        frame.copy(&sheet.buffer);
        let error = f.protocol_error(&mut recorder.client);
        assert_eq!(error.code, zwlr_screencopy_frame_v1::Error::InvalidBuffer as u32);
    }
    let mut recorder = Recorder::new(&mut f);
    let frame = recorder.frame(false);
    let sheet = recorder.sheet(&mut f, &frame).unwrap();
    frame.copy(&sheet.buffer);
    frame.copy(&sheet.buffer);
    let error = f.protocol_error(&mut recorder.client);
    assert_eq!(error.code, zwlr_screencopy_frame_v1::Error::AlreadyUsed as u32);
}

#[test]
fn a_screen_that_changes_its_size_under_a_frame_fails_it() {
    let mut f = Fixture::new();
    let mut recorder = Recorder::new(&mut f);
    let frame = recorder.frame(false);
    let sheet = recorder.sheet(&mut f, &frame).unwrap();
    f.state.resize((640, 480).into(), 1.0);
    frame.copy(&sheet.buffer);
    assert!(!recorder.ended(&mut f, &frame).ready);
    let frame = recorder.frame(false);
    let sheet = recorder.sheet(&mut f, &frame).unwrap();
    assert_eq!(sheet.size, (640, 480));
    frame.copy(&sheet.buffer);
    assert!(recorder.ended(&mut f, &frame).ready);
}

#[test]
fn frames_given_up_and_buffers_cut_short_harm_nobody() {
    let mut f = Fixture::new();
    let mut recorder = Recorder::new(&mut f);
    let first = recorder.frame(false);
    let sheet = recorder.sheet(&mut f, &first).unwrap();
    first.copy_with_damage(&sheet.buffer);
    recorder.ended(&mut f, &first);
    // Those wait for damage that does not come.
    for _ in 0..100 {
        let frame = recorder.frame(false);
        frame.copy_with_damage(&sheet.buffer);
        frame.destroy();
    }
    let frame = recorder.frame(false);
    frame.copy(&sheet.buffer);
    assert!(recorder.ended(&mut f, &frame).ready);
    let frame = recorder.frame(false);
    frame.copy(&sheet.buffer);
    sheet.file.set_len(4096).unwrap();
    recorder.client.flush();
    let ended = |recorder: &mut Recorder| {
        recorder.client.error().is_some() || recorder.client.events(&frame).iter().any(is_end)
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !ended(&mut recorder) {
        assert!(std::time::Instant::now() < deadline, "no end of it");
        f.wait();
        recorder.client.read();
    }
    drop(recorder);
    let mut next = Recorder::new(&mut f);
    let frame = next.frame(false);
    let sheet = next.sheet(&mut f, &frame).unwrap();
    frame.copy(&sheet.buffer);
    assert!(next.ended(&mut f, &frame).ready);
    assert!(frame.is_alive());
}

#[test]
fn a_window_that_changes_is_drawn_for_who_captures_though_nobody_watches() {
    let mut f = Fixture::new();
    let mut program = f.client();
    let window = f.window(&mut program, RED);
    let mut recorder = Recorder::new(&mut f);
    for colour in [GREEN, BLUE, RED] {
        let area = f.area();
        show(&window.surface, &program.colour((area.size.w, area.size.h), colour));
        f.roundtrip(&mut program);
        loop {
            let frame = recorder.frame(false);
            let sheet = recorder.sheet(&mut f, &frame).unwrap();
            frame.copy_with_damage(&sheet.buffer);
            assert!(recorder.ended(&mut f, &frame).ready);
            if sheet.at(400, 300) == colour {
                break;
            }
        }
    }
}
