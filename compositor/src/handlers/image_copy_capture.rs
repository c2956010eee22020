//! `ext_image_copy_capture_v1`: a row of pictures of what a source stands for, for trusted clients. See
//! [`crate::capture`].

use std::sync::Arc;

use parking_lot::Mutex;
use smithay::reexports::wayland_protocols::ext::image_copy_capture::v1::server::ext_image_copy_capture_cursor_session_v1::{
    self, ExtImageCopyCaptureCursorSessionV1,
};
use smithay::reexports::wayland_protocols::ext::image_copy_capture::v1::server::ext_image_copy_capture_frame_v1::{
    self, ExtImageCopyCaptureFrameV1, FailureReason,
};
use smithay::reexports::wayland_protocols::ext::image_copy_capture::v1::server::ext_image_copy_capture_manager_v1::{
    self, ExtImageCopyCaptureManagerV1, Options,
};
use smithay::reexports::wayland_protocols::ext::image_copy_capture::v1::server::ext_image_copy_capture_session_v1::{
    self, ExtImageCopyCaptureSessionV1,
};
use smithay::reexports::wayland_server::backend::ClientId;
use smithay::reexports::wayland_server::protocol::wl_buffer::WlBuffer;
use smithay::reexports::wayland_server::protocol::{wl_output, wl_shm};
use smithay::reexports::wayland_server::{
    Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, WEnum,
};
use smithay::utils::{Physical, Rectangle, Size};

use super::image_capture_source::Source;
use crate::capture::{Destination, Outcome, Request, Seen, Subject, fits};
use crate::state::State;
use crate::trust::trusted;

/// What is known of a session.
pub struct Session {
    /// `None` from the start where there is nothing to capture.
    subject: Option<Subject>,
    pointer: bool,
    seen: Arc<Mutex<Seen>>,
    /// It has a frame that was not destroyed.
    framed: Arc<Mutex<bool>>,
}

/// What is known of a frame.
pub struct Frame {
    subject: Option<Subject>,
    pointer: bool,
    seen: Arc<Mutex<Seen>>,
    framed: Arc<Mutex<bool>>,
    /// A frame is the first of its session until one of them is there, which then waits for nothing.
    buffer: Mutex<Option<WlBuffer>>,
    captured: Mutex<bool>,
}

/// The pointer of a source, which is captured apart from it.
#[derive(Debug, Default)]
pub struct PointerSession(Mutex<bool>);

/// Announces the protocol to trusted clients.
pub(crate) fn announce(display: &DisplayHandle) {
    display.create_global::<State, ExtImageCopyCaptureManagerV1, _>(1, ());
}

impl GlobalDispatch<ExtImageCopyCaptureManagerV1, ()> for State {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        manager: New<ExtImageCopyCaptureManagerV1>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        init.init(manager, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        trusted(&client)
    }
}

impl Dispatch<ExtImageCopyCaptureManagerV1, ()> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        manager: &ExtImageCopyCaptureManagerV1,
        request: ext_image_copy_capture_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        use ext_image_copy_capture_manager_v1::{Error, Request};
        match request {
            Request::CreateSession { session, source, options } => {
                let pointer = match options {
                    WEnum::Value(options) => options.contains(Options::PaintCursors),
                    WEnum::Unknown(_) => {
                        manager.post_error(Error::InvalidOption, "there is no such option");
                        false
                    }
                };
                let subject = source.data::<Source>().and_then(|source| source.0);
                let (seen, framed) = (Arc::default(), Arc::default());
                let session = init.init(session, Session { subject, pointer, seen, framed });
                state.begin_session(session, subject);
            }
            Request::CreatePointerCursorSession { session, .. } => {
                init.init(session, PointerSession::default());
            }
            _ => {}
        }
    }
}

impl State {
    fn begin_session(&mut self, session: ExtImageCopyCaptureSessionV1, subject: Option<Subject>) {
        if let Some(Subject::Window(id)) = subject {
            self.begin_to_capture(id);
        }
        match subject.and_then(|subject| self.captured_size(subject)) {
            Some(size) => {
                constrain(&session, size);
                self.capturing.sessions.push(session);
            }
            None => session.stopped(),
        }
    }

    /// A screen or window has another size.
    pub(crate) fn constrain_captures(&self, subject: Subject) {
        let Some(size) = self.captured_size(subject) else { return };
        for session in &self.capturing.sessions {
            if session.data::<Session>().is_some_and(|session| session.subject == Some(subject)) {
                constrain(session, size);
            }
        }
    }

    /// A screen or window is gone.
    pub(crate) fn stop_captures(&mut self, subject: Subject) {
        self.capturing.sessions.retain(|session| {
            let over = session.data::<Session>().is_some_and(|session| session.subject == Some(subject));
            if over {
                session.stopped();
            }
            !over
        });
    }

    /// Whether a client is told what pictures of this are like.
    pub(crate) fn has_session(&self, subject: Subject) -> bool {
        let sessions = self.capturing.sessions.iter().filter_map(|session| session.data::<Session>());
        sessions.into_iter().any(|session| session.subject == Some(subject))
    }
}

/// Tells what buffers have to be like.
fn constrain(session: &ExtImageCopyCaptureSessionV1, size: Size<i32, Physical>) {
    session.buffer_size(size.w as u32, size.h as u32);
    session.shm_format(wl_shm::Format::Xrgb8888);
    session.shm_format(wl_shm::Format::Argb8888);
    session.done();
}

impl Dispatch<ExtImageCopyCaptureSessionV1, Session> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        session: &ExtImageCopyCaptureSessionV1,
        request: ext_image_copy_capture_session_v1::Request,
        data: &Session,
        _: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        if let ext_image_copy_capture_session_v1::Request::CreateFrame { frame } = request {
            if std::mem::replace(&mut *data.framed.lock(), true) {
                let error = ext_image_copy_capture_session_v1::Error::DuplicateFrame;
                session.post_error(error, "the frame before was not destroyed");
            }
            let frame_data = Frame {
                subject: data.subject,
                pointer: data.pointer,
                seen: data.seen.clone(),
                framed: data.framed.clone(),
                buffer: Mutex::default(),
                captured: Mutex::default(),
            };
            init.init(frame, frame_data);
        }
    }

    fn destroyed(state: &mut Self, _: ClientId, session: &ExtImageCopyCaptureSessionV1, _: &Session) {
        state.capturing.sessions.retain(|other| other != session);
        state.forget_captured_windows();
    }
}

impl Dispatch<ExtImageCopyCaptureFrameV1, Frame> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        frame: &ExtImageCopyCaptureFrameV1,
        request: ext_image_copy_capture_frame_v1::Request,
        data: &Frame,
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
        use ext_image_copy_capture_frame_v1::{Error, Request};
        let destroyed = matches!(request, Request::Destroy);
        if !destroyed && *data.captured.lock() {
            frame.post_error(Error::AlreadyCaptured, "this frame was captured before");
            return;
        }
        match request {
            Request::AttachBuffer { buffer } => *data.buffer.lock() = Some(buffer),
            // All of a buffer is written each time, whatever the client knows of it.
            Request::DamageBuffer { x, y, width, height } if x < 0 || y < 0 || width <= 0 || height <= 0 => {
                frame.post_error(Error::InvalidBufferDamage, "damage lies outside of the buffer");
            }
            Request::Capture => state.copy_capture(frame, data),
            _ => {}
        }
    }

    fn destroyed(_: &mut Self, _: ClientId, _: &ExtImageCopyCaptureFrameV1, data: &Frame) {
        *data.framed.lock() = false;
    }
}

impl State {
    fn copy_capture(&mut self, frame: &ExtImageCopyCaptureFrameV1, data: &Frame) {
        let Some(buffer) = data.buffer.lock().clone() else {
            frame.post_error(ext_image_copy_capture_frame_v1::Error::NoBuffer, "there is no buffer to capture into");
            return;
        };
        *data.captured.lock() = true;
        let sized = data.subject.and_then(|subject| Some((subject, self.captured_size(subject)?)));
        let Some((subject, size)) = sized else { return frame.failed(FailureReason::Stopped) };
        if !fits(&buffer, size) {
            return frame.failed(FailureReason::BufferConstraints);
        }
        let (wanted, answered) = (frame.clone(), frame.clone());
        let request = Request {
            region: Rectangle::from_size(size),
            to: Destination::Buffer(buffer),
            pointer: data.pointer,
            // To who has seen none, all of it is new.
            wait: true,
            seen: data.seen.clone(),
            wanted: Box::new(move || wanted.is_alive()),
            reply: Box::new(move |outcome| answer(&answered, outcome)),
        };
        self.capture(subject, request);
    }
}

fn answer(frame: &ExtImageCopyCaptureFrameV1, outcome: Outcome) {
    match outcome {
        Outcome::Ready { damage, time } => {
            frame.transform(wl_output::Transform::Normal);
            for rect in &damage {
                frame.damage(rect.loc.x, rect.loc.y, rect.size.w, rect.size.h);
            }
            let seconds = time.as_secs();
            frame.presentation_time((seconds >> 32) as u32, seconds as u32, time.subsec_nanos());
            frame.ready();
        }
        Outcome::Misfit => frame.failed(FailureReason::BufferConstraints),
        Outcome::Gone => frame.failed(FailureReason::Stopped),
        Outcome::Failed => frame.failed(FailureReason::Unknown),
    }
}

impl Dispatch<ExtImageCopyCaptureCursorSessionV1, PointerSession> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        session: &ExtImageCopyCaptureCursorSessionV1,
        request: ext_image_copy_capture_cursor_session_v1::Request,
        data: &PointerSession,
        _: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        if let ext_image_copy_capture_cursor_session_v1::Request::GetCaptureSession { session: captured } = request {
            if std::mem::replace(&mut *data.0.lock(), true) {
                let error = ext_image_copy_capture_cursor_session_v1::Error::DuplicateSession;
                session.post_error(error, "it has a session already");
            }
            // The pointer is seen within pictures only; apart from them there is none to be had.
            let (seen, framed) = (Arc::default(), Arc::default());
            init.init(captured, Session { subject: None, pointer: false, seen, framed }).stopped();
        }
    }
}
