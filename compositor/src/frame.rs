//! The life of a frame on the main thread: decide, draw, tell the clients.

use std::time::{Duration, Instant};

use calloop::timer::{TimeoutAction, Timer};
use lcars_ui::hierarchy::Shown;
use smithay::desktop::utils::{
    OutputPresentationFeedback, send_frames_surface_tree, take_presentation_feedback_surface_tree,
};
use smithay::reexports::wayland_protocols::wp::presentation_time::server::wp_presentation_feedback;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::presentation::Refresh;
use streamer::metrics::Stage;
use streamer::video::Timing;

use crate::compose;
use crate::pacing::{Demand, Step};
use crate::render::{Picture, Piece, ReadbackError};
use crate::state::State;
use crate::video::Drawn;

/// Frame callbacks for windows that are seen as thumbnails, and how often these are made anew.
pub(crate) const THUMBNAIL_CALLBACKS: Duration = Duration::from_millis(300);
/// Frame callbacks for windows that nobody can see: often enough for a program to notice the time.
const HIDDEN_CALLBACKS: Duration = Duration::from_secs(1);
/// The same while nobody watches at all: a program that starts up now should be ready when someone looks.
const UNWATCHED_CALLBACKS: Duration = Duration::from_millis(200);

impl State {
    /// Runs after every turn of the event loop: draws if it is time, and says when to ask again.
    pub fn tick(&mut self) {
        let now = Instant::now();
        let demand = Demand {
            changed: self.screen.changed.is_some(),
            free: self.remote.as_ref().is_some_and(|remote| remote.ready()),
            watched: self.remote.as_ref().is_some_and(|remote| remote.watched()),
        };
        if demand.watched && demand.free && self.remote.as_ref().is_some_and(|remote| remote.wants_picture(now)) {
            // A key frame is due: what there is, now.
            if demand.changed || self.screen.redraw_all {
                self.draw(now)
            } else {
                self.repeat(now)
            }
            return;
        }
        if self.screen.unsent && demand.watched && demand.free && !demand.changed {
            self.repeat(now);
            return;
        }
        match self.screen.pacer.step(now, demand) {
            Step::Draw => self.draw(now),
            Step::Repeat => self.repeat(now),
            Step::Wait(at) => self.wake_at(at),
            Step::Rest => {
                if demand.changed && demand.watched && !demand.free {
                    self.remote.iter_mut().for_each(|remote| remote.defer());
                }
            }
        }
    }

    fn wake_at(&mut self, at: Instant) {
        if let Some((armed, token)) = self.screen.timer.take() {
            if armed == at {
                self.screen.timer = Some((armed, token));
                return;
            }
            self.handle.remove(token);
        }
        let timer = Timer::from_deadline(at);
        let inserted = self.handle.insert_source(timer, |_, (), state: &mut State| {
            state.screen.timer = None;
            TimeoutAction::Drop
        });
        match inserted {
            Ok(token) => self.screen.timer = Some((at, token)),
            Err(error) => tracing::error!(%error, "no timer for the next frame"),
        }
    }

    /// Everything on the screen, front to back.
    pub(crate) fn pieces(&mut self) -> Vec<Piece> {
        let scale = self.screen.scale();
        let mut pieces = Vec::new();
        if let (Some(icon), Some(pointer)) = (self.dnd_icon.clone(), self.seat.get_pointer()) {
            let location = pointer.current_location().to_i32_round() + icon.offset;
            compose::pieces(&compose::Placed { surface: icon.surface, location }, scale, None, &mut pieces);
        }
        pieces.extend(self.scene_pieces());
        pieces
    }

    /// Draws what changed and tells the clients, whoever watches. [`State::tick`] calls it when it is time.
    pub fn draw(&mut self, now: Instant) {
        let damaged = self.screen.changed.take().unwrap_or(now);
        let begun = Instant::now();
        if self.shell.moving() {
            // Where cameras are at this moment.
            self.look(now);
            if !self.shell.moving() {
                // They have arrived.
                self.relayout();
            }
        }
        // What is about to be seen under the pointer is what a click hits.
        self.refresh_pointer_focus();
        let pieces = self.pieces();
        let whole = std::mem::take(&mut self.screen.redraw_all);
        let unsent = std::mem::take(&mut self.screen.unsent);
        let drawn = self.screen.target.draw(&pieces, self.shell.background(), whole);
        self.screen.pacer.ticked(now);
        let mut submitted = false;
        if let (Some(drawn), Some(remote)) = (drawn, self.remote.as_mut()) {
            let size = self.screen.size();
            let markers = remote.take_markers(self.screen.latest);
            let metrics = remote.streamer().metrics();
            metrics.drawn.increment();
            metrics.stage(Stage::Wait).observe(now.saturating_duration_since(damaged));
            metrics.stage(Stage::Draw).observe(begun.elapsed());
            submitted = remote.submit(Drawn {
                readback: Some(drawn.readback),
                size: (size.w as u32, size.h as u32),
                timing: Timing { damaged, drawn: now },
                markers,
            });
            if submitted {
                self.screen.pacer.sent(now);
            } else {
                // Its rows were not read back: the next picture has to bring all of them.
                self.screen.redraw_all = true;
                self.screen.damage();
            }
        }
        if !submitted && unsent {
            self.repeat(now);
        }
        self.present();
        self.send_callbacks(Shown::Live);
        if self.shell.moving() {
            self.screen.damage();
        }
    }

    fn repeat(&mut self, now: Instant) {
        let size = self.screen.size();
        self.screen.unsent = false;
        let Some(remote) = self.remote.as_mut() else { return };
        let again = Drawn {
            readback: None,
            size: (size.w as u32, size.h as u32),
            timing: Timing { damaged: now, drawn: now },
            markers: remote.take_markers(self.screen.latest),
        };
        if remote.submit(again) {
            self.screen.pacer.repeated(now);
        }
    }

    /// Answers the presentation feedback of what was just drawn.
    fn present(&mut self) {
        let output = &self.screen.output;
        let mut feedback = OutputPresentationFeedback::new(output);
        for (tree, _) in self.placed() {
            take_presentation_feedback_surface_tree(
                &tree.surface,
                &mut feedback,
                |_, _| Some(output.clone()),
                |_, _| wp_presentation_feedback::Kind::empty(),
            );
        }
        self.screen.sequence += 1;
        let refresh = Refresh::variable(self.screen.pacer.period());
        let now = self.clock.now();
        feedback.presented(now, refresh, self.screen.sequence, wp_presentation_feedback::Kind::Vsync);
    }

    fn send_callbacks(&self, which: Shown) {
        let output = &self.screen.output;
        let time = self.clock.now();
        let send = |surface: &WlSurface| {
            send_frames_surface_tree(surface, output, time, None, |_, _| Some(output.clone()));
        };
        for window in self.shell.windows() {
            if window.id.map_or(Shown::Hidden, |id| self.shell.seen(id)) != which {
                continue;
            }
            for tree in compose::with_popups(window.toplevel.wl_surface(), (0, 0).into()) {
                send(&tree.surface);
            }
        }
        if which == Shown::Live {
            self.dnd_icon.iter().for_each(|icon| send(&icon.surface));
            if let smithay::input::pointer::CursorImageStatus::Surface(surface) = &self.cursor.status {
                send(surface);
            }
        }
    }

    /// Keeps the programs alive that nobody sees, or nobody sees well. Runs for as long as the session.
    pub(crate) fn start_slow_callbacks(&self) -> Result<(), calloop::Error> {
        let mut hidden = Instant::now();
        let inserted = self.handle.insert_source(Timer::from_duration(UNWATCHED_CALLBACKS), move |_, (), state| {
            let watched = state.remote.as_ref().is_some_and(|remote| remote.watched());
            state.send_callbacks(Shown::Thumbnail);
            if !watched {
                state.send_callbacks(Shown::Live);
            }
            if !watched || hidden.elapsed() >= HIDDEN_CALLBACKS {
                hidden = Instant::now();
                state.send_callbacks(Shown::Hidden);
            }
            TimeoutAction::ToDuration(if watched { THUMBNAIL_CALLBACKS } else { UNWATCHED_CALLBACKS })
        });
        inserted.map(|_| ()).map_err(|error| error.error)
    }

    /// The picture as it is now, drawn if need be.
    ///
    /// # Errors
    /// If the device does not hand it over.
    pub fn picture(&mut self) -> Result<Picture, ReadbackError> {
        let pieces = self.pieces();
        if self.screen.target.draw(&pieces, self.shell.background(), false).is_some() {
            // What was drawn for this is not in the video thread's picture.
            self.screen.redraw_all = true;
            self.screen.damage();
        }
        self.screen.target.pixels()
    }
}
