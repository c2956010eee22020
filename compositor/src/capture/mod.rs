//! Pictures of a screen or a window for programs that may have them: screenshots, recorders, remote desktops.
//!
//! A request waits with its screen or window until there is something to give: the picture as it is, or something new in it. The
//! pixels go from the device into the program's memory on a thread of their own.

mod copier;
mod history;
mod pointer;
mod window;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use lcars_ui::hierarchy::{OutputId, WindowId};
use parking_lot::Mutex;
use smithay::reexports::wayland_protocols::ext::image_copy_capture::v1::server::ext_image_copy_capture_session_v1::ExtImageCopyCaptureSessionV1;
use smithay::reexports::wayland_server::protocol::wl_buffer::WlBuffer;
use smithay::utils::{Physical, Point, Rectangle, Size};

use crate::render::{Readback, Target, tidy};
use crate::state::State;

pub(crate) use copier::fits;
use copier::{Copier, Job};
pub(crate) use history::History;
use pointer::{PointerPicture, PointerPictures};
use window::WindowCapture;

type Rect = Rectangle<i32, Physical>;

/// Requests that wait with one screen or window.
const MOST_WAITING: usize = 64;

/// What pictures are taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// All that is seen on a screen.
    Screen(OutputId),
    /// One window with its menus, wherever it is and whether anybody sees it.
    Window(WindowId),
}

/// What somebody wants to have a picture of.
pub(crate) struct Request {
    /// Pixels of the screen or window.
    pub region: Rect,
    pub to: Destination,
    /// The pointer is to be in it.
    pub pointer: bool,
    /// Not before something in it changed.
    pub wait: bool,
    /// What was given before to whom this is for.
    pub seen: Arc<Mutex<Seen>>,
    /// It is still wanted.
    pub wanted: Box<dyn Fn() -> bool>,
    pub reply: Box<dyn FnOnce(Outcome)>,
}

/// Where pixels go.
pub(crate) enum Destination {
    /// Into the memory of a program.
    Buffer(WlBuffer),
    /// To the desktop itself: four bytes each, blue first. Called on the copier's thread, must not wait.
    Given(Box<dyn FnOnce(Vec<u8>) + Send>),
}

impl Destination {
    /// Whether a picture of this size fits.
    fn takes(&self, size: Size<i32, Physical>) -> bool {
        match self {
            Self::Buffer(buffer) => fits(buffer, size),
            Self::Given(_) => true,
        }
    }
}

/// The picture that somebody had last.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    picture: Option<u64>,
    pointer: Option<Pointed>,
}

/// A pointer, and where.
type Pointed = (Arc<PointerPicture>, Point<i32, Physical>);

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// It is in the buffer.
    Ready {
        /// What changed since the last one, in pixels of the region.
        damage: Vec<Rect>,
        /// When it was shown, monotonic.
        time: Duration,
    },
    /// What is captured has another size by now, or the buffer.
    Misfit,
    /// The screen or window is gone.
    Gone,
    /// Too much at once, or the device failed.
    Failed,
}

/// What one screen or window has to do with captures.
#[derive(Default)]
pub(crate) struct Captures {
    waiting: Vec<Request>,
    pub history: History,
}

impl Captures {
    /// Somebody waits from now on, unless too many do already.
    fn push(&mut self, request: Request) {
        self.waiting.retain(|request| (request.wanted)());
        if self.waiting.len() >= MOST_WAITING {
            return (request.reply)(Outcome::Failed);
        }
        self.waiting.push(request);
    }

    /// Somebody waits for a picture.
    pub fn wanted(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The screen or window goes.
    pub fn end(&mut self) {
        self.waiting.drain(..).for_each(|request| (request.reply)(Outcome::Gone));
    }
}

/// The captures that are under way.
#[derive(Default)]
pub(crate) struct Capturing {
    copier: Option<Copier>,
    under_way: HashMap<u64, UnderWay>,
    last: u64,
    pointers: PointerPictures,
    /// Clients that are told what their buffers have to be like.
    pub sessions: Vec<ExtImageCopyCaptureSessionV1>,
    /// The windows that are captured.
    windows: HashMap<WindowId, WindowCapture>,
}

struct UnderWay {
    reply: Box<dyn FnOnce(Outcome)>,
    seen: Arc<Mutex<Seen>>,
    outcome: Outcome,
}

/// What a request has to wait for, or be told.
enum Next {
    Wait,
    Tell(Outcome),
    Copy { damage: Vec<Rect>, pointed: Option<Pointed> },
}

impl State {
    /// Somebody wants a picture.
    pub(crate) fn capture(&mut self, subject: Subject, request: Request) {
        match subject {
            Subject::Screen(id) => match self.screens.get_mut(id) {
                Some(screen) => screen.captures.push(request),
                None => (request.reply)(Outcome::Gone),
            },
            Subject::Window(id) => self.capture_window(id, request),
        }
    }

    /// Gives what there is to those who wait for it. The picture has to be drawn as it is meant to be.
    pub(crate) fn serve_captures(&mut self, id: OutputId) {
        let Some(screen) = self.screens.get_mut(id).filter(|screen| screen.captures.wanted()) else { return };
        let waiting = std::mem::take(&mut screen.captures.waiting);
        let pointed = self.pointed(id);
        let still = self.serve(Subject::Screen(id), waiting, &pointed);
        if let Some(screen) = self.screens.get_mut(id) {
            screen.captures.waiting.extend(still);
        }
    }

    /// Goes through those who wait. Returns who still does.
    fn serve(&mut self, subject: Subject, waiting: Vec<Request>, pointed: &Option<Pointed>) -> Vec<Request> {
        let mut still = Vec::new();
        for request in waiting.into_iter().filter(|request| (request.wanted)()) {
            let full = self.capturing.under_way.len() >= copier::MOST;
            let Some((target, history)) = self.captured_picture(subject) else {
                (request.reply)(Outcome::Gone);
                continue;
            };
            match next(target.size(), history, &request, pointed) {
                Next::Tell(outcome) => (request.reply)(outcome),
                Next::Copy { damage, pointed } if !full => {
                    let (readback, picture) = (target.copy(request.region), history.latest());
                    self.copy(readback, picture, request, damage, pointed);
                }
                Next::Wait | Next::Copy { .. } => still.push(request),
            }
        }
        still
    }

    /// The picture to take, and what changed in it.
    fn captured_picture(&mut self, subject: Subject) -> Option<(&mut Target, &History)> {
        match subject {
            Subject::Screen(id) => {
                let screen = self.screens.get_mut(id)?;
                Some((&mut screen.target, &screen.captures.history))
            }
            Subject::Window(id) => self.capturing.windows.get_mut(&id).map(WindowCapture::picture),
        }
    }

    /// The pointer on a screen, as it is to be painted.
    fn pointed(&mut self, id: OutputId) -> Option<Pointed> {
        let screen = self.screens.get(id).filter(|screen| screen.id == self.pointer_on)?;
        let at = screen.local(self.seat.get_pointer()?.current_location());
        let picture = self.capturing.pointers.get(&self.cursor.status, screen.scale())?;
        let at = at.to_physical(screen.scale()).to_i32_floor::<i32>();
        let corner = at - picture.hotspot;
        Some((picture, corner))
    }

    fn copy(
        &mut self,
        readback: Readback,
        picture: u64,
        request: Request,
        damage: Vec<Rect>,
        pointed: Option<Pointed>,
    ) {
        let time = Duration::from(self.clock.now());
        if self.capturing.copier.is_none() {
            match Copier::start(self) {
                Ok(copier) => self.capturing.copier = Some(copier),
                Err(error) => {
                    tracing::error!(%error, "nothing can be captured");
                    return (request.reply)(Outcome::Failed);
                }
            }
        }
        *request.seen.lock() = Seen { picture: Some(picture), pointer: pointed.clone() };
        let corner = request.region.loc;
        let damage = damage.into_iter().map(|rect| Rectangle::new(rect.loc - corner, rect.size)).collect();
        self.capturing.last += 1;
        let job = Job { id: self.capturing.last, readback, region: request.region, pointer: pointed, to: request.to };
        let UnderWay { reply, seen, outcome } =
            UnderWay { reply: request.reply, seen: request.seen, outcome: Outcome::Ready { damage, time } };
        let submitted = self.capturing.copier.as_ref().is_some_and(|copier| copier.submit(job));
        if submitted {
            self.capturing.under_way.insert(self.capturing.last, UnderWay { reply, seen, outcome });
        } else {
            *seen.lock() = Seen::default();
            reply(Outcome::Failed);
        }
    }

    /// A job of the copier is done, or failed.
    fn captured(&mut self, id: u64, taken: bool) {
        let Some(UnderWay { reply, seen, outcome }) = self.capturing.under_way.remove(&id) else { return };
        if taken {
            return reply(outcome);
        }
        // What it holds is not known: all of it is new the next time.
        *seen.lock() = Seen::default();
        reply(Outcome::Failed);
    }
}

fn next(size: Size<i32, Physical>, history: &History, request: &Request, pointed: &Option<Pointed>) -> Next {
    let region = request.region;
    if !Rectangle::from_size(size).contains_rect(region) || !request.to.takes(region.size) {
        return Next::Tell(Outcome::Misfit);
    }
    let pointed = pointed.clone().filter(|_| request.pointer);
    let seen = request.seen.lock();
    let mut damage = history.since(seen.picture, region);
    if !same(&seen.pointer, &pointed) && request.pointer {
        let covered = |pointed: &Pointed| Rectangle::new(pointed.1, pointed.0.size);
        damage.extend(seen.pointer.as_ref().map(covered));
        damage.extend(pointed.as_ref().map(covered));
        damage = tidy(&damage, region);
    }
    if request.wait && damage.is_empty() {
        return Next::Wait;
    }
    Next::Copy { damage, pointed }
}

/// The same picture at the same place.
fn same(one: &Option<Pointed>, other: &Option<Pointed>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some((one, at)), Some((other, there))) => Arc::ptr_eq(one, other) && at == there,
        _ => false,
    }
}
