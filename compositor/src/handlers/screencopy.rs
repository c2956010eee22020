//! `zwlr_screencopy_v1`: pictures of a screen, for trusted clients. See [`crate::capture`].

use std::collections::HashMap;
use std::sync::Arc;

use lcars_ui::hierarchy::OutputId;
use parking_lot::Mutex;
use smithay::output::Output;
use smithay::reexports::wayland_protocols_wlr::screencopy::v1::server::zwlr_screencopy_frame_v1::{
    self, Flags, ZwlrScreencopyFrameV1,
};
use smithay::reexports::wayland_protocols_wlr::screencopy::v1::server::zwlr_screencopy_manager_v1::{
    self, ZwlrScreencopyManagerV1,
};
use smithay::reexports::wayland_server::protocol::wl_buffer::WlBuffer;
use smithay::reexports::wayland_server::protocol::wl_output::WlOutput;
use smithay::reexports::wayland_server::protocol::wl_shm;
use smithay::reexports::wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};
use smithay::utils::{Logical, Physical, Rectangle};

use crate::capture::{Destination, Outcome, Request, Seen, Subject, fits};
use crate::compose::to_physical;
use crate::screen::Screen;
use crate::state::State;
use crate::trust::sees_screen;

/// What a manager's frames have shown so far, by screen: damage counts from there.
type Given = Arc<Mutex<HashMap<OutputId, Arc<Mutex<Seen>>>>>;

/// What is known of a frame.
pub struct Frame {
    /// `None` if there is nothing to capture.
    subject: Option<(OutputId, Rectangle<i32, Physical>)>,
    pointer: bool,
    given: Given,
    used: Mutex<bool>,
}

/// Announces the protocol to trusted clients.
pub(crate) fn announce(display: &DisplayHandle) {
    display.create_global::<State, ZwlrScreencopyManagerV1, _>(3, ());
}

impl GlobalDispatch<ZwlrScreencopyManagerV1, ()> for State {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        manager: New<ZwlrScreencopyManagerV1>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        init.init(manager, Given::default());
    }

    fn can_view(client: Client, (): &()) -> bool {
        sees_screen(&client)
    }
}

impl Dispatch<ZwlrScreencopyManagerV1, Given> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        _: &ZwlrScreencopyManagerV1,
        request: zwlr_screencopy_manager_v1::Request,
        given: &Given,
        _: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        use zwlr_screencopy_manager_v1::Request;
        let (frame, pointer, output, part) = match request {
            Request::CaptureOutput { frame, overlay_cursor, output } => (frame, overlay_cursor, output, None),
            Request::CaptureOutputRegion { frame, overlay_cursor, output, x, y, width, height } => {
                let part = Rectangle::new((x, y).into(), (width.max(0), height.max(0)).into());
                (frame, overlay_cursor, output, Some(part))
            }
            _ => return,
        };
        let subject = state.screen_of_output(&output).and_then(|screen| Some((screen.id, region(screen, part)?)));
        let data = Frame { subject, pointer: pointer != 0, given: given.clone(), used: Mutex::default() };
        let frame = init.init(frame, data);
        let Some((_, region)) = subject else { return frame.failed() };
        let (width, height) = (region.size.w as u32, region.size.h as u32);
        frame.buffer(wl_shm::Format::Xrgb8888, width, height, width * 4);
        if frame.version() >= zwlr_screencopy_frame_v1::EVT_BUFFER_DONE_SINCE {
            frame.buffer_done();
        }
    }
}

/// A part of a screen in its pixels; nothing if nothing of it is there.
fn region(screen: &Screen, part: Option<Rectangle<i32, Logical>>) -> Option<Rectangle<i32, Physical>> {
    let whole = Rectangle::from_size(screen.size());
    let part = part.map(|part| part.intersection(Rectangle::from_size(screen.logical_size())));
    let region = match part {
        None => whole,
        Some(part) => to_physical(part?, screen.scale()).intersection(whole)?,
    };
    (!region.is_empty()).then_some(region)
}

impl State {
    /// The screen that a client's output stands for, as long as it is there.
    pub(crate) fn screen_of_output(&self, output: &WlOutput) -> Option<&Screen> {
        let output = Output::from_resource(output)?;
        self.screens.iter().find(|screen| screen.output == output)
    }
}

impl Dispatch<ZwlrScreencopyFrameV1, Frame> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        frame: &ZwlrScreencopyFrameV1,
        request: zwlr_screencopy_frame_v1::Request,
        data: &Frame,
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
        match request {
            zwlr_screencopy_frame_v1::Request::Copy { buffer } => state.screencopy(frame, data, buffer, false),
            zwlr_screencopy_frame_v1::Request::CopyWithDamage { buffer } => state.screencopy(frame, data, buffer, true),
            _ => {}
        }
    }
}

impl State {
    fn screencopy(&mut self, frame: &ZwlrScreencopyFrameV1, data: &Frame, buffer: WlBuffer, wait: bool) {
        if std::mem::replace(&mut *data.used.lock(), true) {
            frame.post_error(zwlr_screencopy_frame_v1::Error::AlreadyUsed, "this frame was copied before");
            return;
        }
        // It was told that it failed.
        let Some((screen, region)) = data.subject else { return };
        if !fits(&buffer, region.size) {
            frame.post_error(zwlr_screencopy_frame_v1::Error::InvalidBuffer, "the buffer is not as it was asked for");
            return;
        }
        let seen = data.given.lock().entry(screen).or_default().clone();
        let (wanted, answered) = (frame.clone(), frame.clone());
        let request = Request {
            region,
            to: Destination::Buffer(buffer),
            pointer: data.pointer,
            wait,
            seen,
            wanted: Box::new(move || wanted.is_alive()),
            reply: Box::new(move |outcome| answer(&answered, outcome, wait)),
        };
        self.capture(Subject::Screen(screen), request);
    }
}

fn answer(frame: &ZwlrScreencopyFrameV1, outcome: Outcome, with_damage: bool) {
    let Outcome::Ready { damage, time } = outcome else { return frame.failed() };
    frame.flags(Flags::empty());
    for rect in damage.iter().filter(|_| with_damage) {
        frame.damage(rect.loc.x as u32, rect.loc.y as u32, rect.size.w as u32, rect.size.h as u32);
    }
    let seconds = time.as_secs();
    frame.ready((seconds >> 32) as u32, seconds as u32, time.subsec_nanos());
}
