//! `ext_image_copy_capture_v1`: a row of pictures of a screen, for trusted clients.

use wayland_client::WEnum;
use wayland_client::protocol::wl_output::WlOutput;
use wayland_client::protocol::wl_shm::Format;
use wayland_protocols::ext::image_capture_source::v1::client::ext_image_capture_source_v1::ExtImageCaptureSourceV1;
use wayland_protocols::ext::image_capture_source::v1::client::ext_output_image_capture_source_manager_v1::ExtOutputImageCaptureSourceManagerV1;
use wayland_protocols::ext::image_copy_capture::v1::client::ext_image_copy_capture_frame_v1::{
    self, ExtImageCopyCaptureFrameV1, FailureReason,
};
use wayland_protocols::ext::image_copy_capture::v1::client::ext_image_copy_capture_manager_v1::{
    ExtImageCopyCaptureManagerV1, Options,
};
use wayland_protocols::ext::image_copy_capture::v1::client::ext_image_copy_capture_session_v1::{
    self, ExtImageCopyCaptureSessionV1,
};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};
use crate::screencopy::Sheet;

/// A trusted client with a session.
pub struct Recorder {
    pub client: Client,
    pub session: ExtImageCopyCaptureSessionV1,
}

/// How a frame ended: what was damaged, or why it failed.
pub type Ended = Result<Vec<(i32, i32, i32, i32)>, FailureReason>;

impl Recorder {
    fn new(f: &mut Fixture) -> Self {
        let mut client = f.trusted_client();
        let output: WlOutput = client.bind();
        let source = client.bind::<ExtOutputImageCaptureSourceManagerV1>().create_source(&output, &client.qh, ());
        Self::of(f, client, &source)
    }

    /// Captures a source, which is destroyed.
    pub fn of(f: &mut Fixture, mut client: Client, source: &ExtImageCaptureSourceV1) -> Self {
        let manager: ExtImageCopyCaptureManagerV1 = client.bind();
        let session = manager.create_session(source, Options::empty(), &client.qh, ());
        source.destroy();
        f.roundtrip(&mut client);
        Self { client, session }
    }

    /// What buffers are to be like, if that was told since the last call.
    pub fn constraints(&mut self, f: &mut Fixture) -> Option<((u32, u32), Vec<Format>)> {
        use ext_image_copy_capture_session_v1::Event;
        f.roundtrip(&mut self.client);
        let (mut size, mut formats, mut done) = (None, Vec::new(), false);
        for event in self.client.events(&self.session) {
            match event {
                Event::BufferSize { width, height } => size = Some((width, height)),
                Event::ShmFormat { format: WEnum::Value(format) } => formats.push(format),
                Event::Done => done = true,
                _ => {}
            }
        }
        done.then(|| (size.expect("a size is told"), formats))
    }

    pub fn frame(&mut self, sheet: &Sheet) -> ExtImageCopyCaptureFrameV1 {
        let frame = self.session.create_frame(&self.client.qh, ());
        frame.attach_buffer(&sheet.buffer);
        frame.damage_buffer(0, 0, i32::MAX, i32::MAX);
        frame.capture();
        frame
    }

    pub fn ended(&mut self, f: &mut Fixture, frame: &ExtImageCopyCaptureFrameV1) -> Ended {
        use ext_image_copy_capture_frame_v1::Event;
        let mut damage = Vec::new();
        let ended = f.wait_until(&mut self.client, |client| {
            client.events(frame).into_iter().find_map(|event| match event {
                Event::Damage { x, y, width, height } => {
                    damage.push((x, y, width, height));
                    None
                }
                Event::Ready => Some(Ok(())),
                Event::Failed { reason: WEnum::Value(reason) } => Some(Err(reason)),
                _ => None,
            })
        });
        frame.destroy();
        ended.map(|()| damage)
    }
}

#[test]
fn the_first_picture_comes_at_once_and_the_next_with_the_next_change() {
    let mut f = Fixture::new();
    let mut program = f.client();
    let window = f.window(&mut program, RED);
    let mut recorder = Recorder::new(&mut f);
    let (size, formats) = recorder.constraints(&mut f).expect("told at once");
    assert_eq!(size, (800, 600));
    assert!(formats.contains(&Format::Xrgb8888) && formats.contains(&Format::Argb8888));
    let sheet = Sheet::new(&mut recorder.client, (800, 600), Format::Argb8888);
    let frame = recorder.frame(&sheet);
    assert_eq!(recorder.ended(&mut f, &frame), Ok(vec![(0, 0, 800, 600)]));
    sheet.assert_shows(&mut f, (0, 0));
    let frame = recorder.frame(&sheet);
    let area = f.area();
    let green = program.colour((area.size.w, area.size.h), GREEN);
    window.surface.attach(Some(&green), 0, 0);
    window.surface.damage_buffer(30, 30, 20, 20);
    window.surface.commit();
    f.roundtrip(&mut program);
    let damage = recorder.ended(&mut f, &frame).expect("it is captured");
    let (x, y) = (area.loc.x + 30, area.loc.y + 30);
    assert!(damage.iter().any(|(l, t, w, h)| *l <= x && *t <= y && l + w >= x + 20 && t + h >= y + 20), "{damage:?}");
    assert_eq!(sheet.at(x + 10, y + 10), GREEN);
}

#[test]
fn another_size_of_the_screen_is_told_and_older_buffers_fail() {
    let mut f = Fixture::new();
    let mut recorder = Recorder::new(&mut f);
    recorder.constraints(&mut f);
    let sheet = Sheet::new(&mut recorder.client, (800, 600), Format::Xrgb8888);
    f.state.resize((640, 480).into(), 1.0);
    let frame = recorder.frame(&sheet);
    assert_eq!(recorder.ended(&mut f, &frame), Err(FailureReason::BufferConstraints));
    assert_eq!(recorder.constraints(&mut f).map(|(size, _)| size), Some((640, 480)));
    let sheet = Sheet::new(&mut recorder.client, (640, 480), Format::Xrgb8888);
    let frame = recorder.frame(&sheet);
    assert!(recorder.ended(&mut f, &frame).is_ok());
}

#[test]
fn a_screen_that_goes_ends_its_sessions_and_frames() {
    let mut f = Fixture::new();
    let id = f.state.open_screen((320, 240).into(), 1.0).unwrap();
    let mut client = f.trusted_client();
    let second = client.bind_last::<WlOutput>();
    let source = client.bind::<ExtOutputImageCaptureSourceManagerV1>().create_source(&second, &client.qh, ());
    let manager: ExtImageCopyCaptureManagerV1 = client.bind();
    let session = manager.create_session(&source, Options::PaintCursors, &client.qh, ());
    f.roundtrip(&mut client);
    let mut recorder = Recorder { client, session };
    assert_eq!(recorder.constraints(&mut f).map(|(size, _)| size), Some((320, 240)));
    let sheet = Sheet::new(&mut recorder.client, (320, 240), Format::Xrgb8888);
    let frame = recorder.frame(&sheet);
    assert!(recorder.ended(&mut f, &frame).is_ok());
    let frame = recorder.frame(&sheet);
    f.roundtrip(&mut recorder.client);
    f.state.close_screen(id);
    assert_eq!(recorder.ended(&mut f, &frame), Err(FailureReason::Stopped));
    let stopped = |event: &_| matches!(event, ext_image_copy_capture_session_v1::Event::Stopped);
    assert!(recorder.client.events(&recorder.session).iter().any(stopped));
    // What is asked of it from now on fails as well.
    let frame = recorder.frame(&sheet);
    assert_eq!(recorder.ended(&mut f, &frame), Err(FailureReason::Stopped));
}

#[test]
fn what_the_protocol_forbids_is_an_error() {
    use ext_image_copy_capture_frame_v1::Error;
    let mut f = Fixture::new();
    let mut recorder = Recorder::new(&mut f);
    recorder.session.create_frame(&recorder.client.qh, ()).capture();
    assert_eq!(f.protocol_error(&mut recorder.client).code, Error::NoBuffer as u32);
    for (x, y, width, height) in [(-1, 0, 1, 1), (0, -1, 1, 1), (0, 0, 0, 1), (0, 0, 1, -1)] {
        let mut recorder = Recorder::new(&mut f);
        recorder.session.create_frame(&recorder.client.qh, ()).damage_buffer(x, y, width, height);
        assert_eq!(f.protocol_error(&mut recorder.client).code, Error::InvalidBufferDamage as u32);
    }
    let mut recorder = Recorder::new(&mut f);
    let sheet = Sheet::new(&mut recorder.client, (800, 600), Format::Xrgb8888);
    recorder.frame(&sheet).capture();
    assert_eq!(f.protocol_error(&mut recorder.client).code, Error::AlreadyCaptured as u32);
    let mut recorder = Recorder::new(&mut f);
    let frames = [0, 1].map(|_| recorder.session.create_frame(&recorder.client.qh, ()));
    let error = f.protocol_error(&mut recorder.client);
    assert_eq!(error.code, ext_image_copy_capture_session_v1::Error::DuplicateFrame as u32);
    drop(frames);
}
