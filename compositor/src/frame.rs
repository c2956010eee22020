//! The life of a frame on the main thread: decide, draw, tell the clients.

use std::time::{Duration, Instant};

use calloop::timer::{TimeoutAction, Timer};
use lcars_ui::hierarchy::{OutputId, Shown, WindowId};
use smithay::desktop::utils::{
    OutputPresentationFeedback, send_frames_surface_tree, take_presentation_feedback_surface_tree,
};
use smithay::output::Output;
use smithay::reexports::wayland_protocols::wp::presentation_time::server::wp_presentation_feedback;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::presentation::Refresh;
use streamer::metrics::Stage;
use streamer::video::Timing;

use crate::compose;
use crate::pacing::{Demand, Step};
use crate::remote::Stream;
use crate::render::{Picture, Piece, ReadbackError};
use crate::screen::Screen;
use crate::state::State;
use crate::video::Drawn;

/// Frame callbacks for windows that are seen as thumbnails, and how often these are made anew.
pub(crate) const THUMBNAIL_CALLBACKS: Duration = Duration::from_millis(300);
/// Frame callbacks for windows that nobody can see: often enough for a program to notice the time.
const HIDDEN_CALLBACKS: Duration = Duration::from_secs(1);
/// The same while nobody watches at all: a program that starts up now should be ready when someone looks.
const UNWATCHED_CALLBACKS: Duration = Duration::from_millis(200);

impl State {
    /// Runs after every turn of the event loop: draws what it is time for, and says when to ask again.
    pub fn tick(&mut self) {
        let now = Instant::now();
        for id in self.screens.ids() {
            self.tick_on(id, now);
        }
        self.tick_captured_windows(now);
    }

    fn tick_on(&mut self, id: OutputId, now: Instant) {
        let Some(screen) = self.screens.get_mut(id) else { return };
        let stream = screen.stream.as_ref();
        let captured = screen.captures.wanted();
        let watched = stream.is_some_and(Stream::watched);
        let demand = Demand {
            changed: screen.changed.is_some() || captured && screen.redraw_all,
            free: match stream {
                Some(stream) if watched => stream.ready(),
                Some(stream) => captured && stream.idle(),
                None => captured,
            },
            watched: watched || captured,
        };
        if captured && !demand.changed {
            self.serve_captures(id);
        }
        let Some(screen) = self.screens.get_mut(id) else { return };
        let stream = screen.stream.as_ref();
        if watched && demand.free && stream.is_some_and(|stream| stream.wants_picture(now)) {
            // A key frame is due: what there is, now.
            if demand.changed || screen.redraw_all {
                self.draw_on(id, now)
            } else {
                self.repeat(id, now)
            }
            return;
        }
        if screen.unsent && watched && demand.free && !demand.changed {
            self.repeat(id, now);
            return;
        }
        match screen.pacer.step(now, demand) {
            Step::Draw => self.draw_on(id, now),
            Step::Repeat if watched => self.repeat(id, now),
            Step::Repeat => {}
            Step::Wait(at) => self.wake_at(id, at),
            Step::Rest => {
                if demand.changed && watched && !demand.free {
                    screen.stream.iter_mut().for_each(Stream::defer);
                }
            }
        }
    }

    fn wake_at(&mut self, id: OutputId, at: Instant) {
        let Some(screen) = self.screens.get_mut(id) else { return };
        if let Some((armed, token)) = screen.timer.take() {
            if armed == at {
                screen.timer = Some((armed, token));
                return;
            }
            self.handle.remove(token);
        }
        let timer = Timer::from_deadline(at);
        let inserted = self.handle.insert_source(timer, move |_, (), state: &mut State| {
            state.screens.get_mut(id).into_iter().for_each(|screen| screen.timer = None);
            TimeoutAction::Drop
        });
        match inserted {
            Ok(token) => screen.timer = Some((at, token)),
            Err(error) => tracing::error!(%error, "no timer for the next frame"),
        }
    }

    /// Everything on a screen, front to back.
    pub(crate) fn pieces(&mut self, id: OutputId) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if let (Some(icon), Some(pointer)) = (self.dnd_icon.clone(), self.seat.get_pointer()) {
            let screen = self.screens.at(pointer.current_location());
            if screen.id == id {
                let location = screen.local(pointer.current_location()).to_i32_round() + icon.offset;
                let placed = compose::Placed::new(icon.surface, location);
                compose::pieces(&placed, screen.scale(), None, &mut pieces);
            }
        }
        if let Some(screen) = self.screens.get(id) {
            for placed in self.composing_popups(screen) {
                compose::pieces(&placed, screen.scale(), None, &mut pieces);
            }
        }
        pieces.extend(self.scene_pieces(id));
        pieces
    }

    /// Draws what changed on every screen and tells the clients, whoever watches.
    pub fn draw(&mut self, now: Instant) {
        for id in self.screens.ids() {
            self.draw_on(id, now);
        }
    }

    /// Draws a picture for nobody: fonts are read and shaders compiled (seconds, where the processor draws and nothing is in
    /// Mesa's cache) before somebody waits for the first one.
    pub fn draw_ahead(&mut self) {
        self.draw(Instant::now());
        for screen in self.screens.iter_mut() {
            screen.redraw_all = true;
            screen.damage();
        }
    }

    /// Draws what changed on a screen and tells the clients, whoever watches. [`State::tick`] calls it when it is time.
    pub fn draw_on(&mut self, id: OutputId, now: Instant) {
        let Some(screen) = self.screens.get_mut(id) else { return };
        let damaged = screen.changed.take().unwrap_or(now);
        let begun = Instant::now();
        if screen.moving() {
            // Where cameras are at this moment.
            self.look(id, now);
            if self.screens.get(id).is_some_and(|screen| !screen.moving()) {
                // They have arrived.
                self.relayout();
            }
        }
        self.look_at_terminals(id);
        // What is about to be seen under the pointer is what a click hits.
        self.refresh_pointer_focus();
        self.tell_caret(id);
        let pieces = self.pieces(id);
        let Some(screen) = self.screens.get_mut(id) else { return };
        let whole = std::mem::take(&mut screen.redraw_all);
        let unsent = std::mem::take(&mut screen.unsent);
        let drawn = screen.target.draw(&pieces, screen.background(), whole);
        screen.pacer.ticked(now);
        drawn.iter().for_each(|drawn| screen.captures.history.drew(&drawn.damage));
        let (mut submitted, size) = (false, screen.size());
        if let (Some(drawn), Some(stream), Some(remote)) = (drawn, screen.stream.as_mut(), self.remote.as_mut()) {
            let metrics = remote.streamer().metrics();
            metrics.drawn.increment();
            metrics.stage(Stage::Wait).observe(now.saturating_duration_since(damaged));
            metrics.stage(Stage::Draw).observe(begun.elapsed());
            submitted = stream.submit(Drawn {
                readback: Some(drawn.readback),
                size: (size.w as u32, size.h as u32),
                timing: Timing { damaged, drawn: now },
                markers: remote.take_markers(stream.key(), screen.latest),
            });
            if submitted {
                screen.pacer.sent(now);
            } else {
                // Its rows were not read back: the next picture has to bring all of them.
                screen.redraw_all = true;
                screen.damage();
            }
        }
        if !submitted && unsent {
            self.repeat(id, now);
        }
        self.serve_captures(id);
        self.present(id);
        self.send_callbacks(id);
        self.screens.get_mut(id).into_iter().filter(|screen| screen.moving()).for_each(Screen::damage);
    }

    fn repeat(&mut self, id: OutputId, now: Instant) {
        let Some(screen) = self.screens.get_mut(id) else { return };
        screen.unsent = false;
        let size = screen.size();
        let (Some(stream), Some(remote)) = (screen.stream.as_mut(), self.remote.as_mut()) else { return };
        let again = Drawn {
            readback: None,
            size: (size.w as u32, size.h as u32),
            timing: Timing { damaged: now, drawn: now },
            markers: remote.take_markers(stream.key(), screen.latest),
        };
        if stream.submit(again) {
            screen.pacer.repeated(now);
        }
    }

    /// Answers the presentation feedback of what was just drawn.
    fn present(&mut self, id: OutputId) {
        let placed = self.placed(id);
        let layers = self.layers_seen(id, true);
        let Some(screen) = self.screens.get_mut(id) else { return };
        let output = &screen.output;
        let mut feedback = OutputPresentationFeedback::new(output);
        let trees = placed.into_iter().map(|(tree, _)| tree.surface).chain(layers);
        for surface in trees {
            take_presentation_feedback_surface_tree(
                &surface,
                &mut feedback,
                |_, _| Some(output.clone()),
                |_, _| wp_presentation_feedback::Kind::empty(),
            );
        }
        screen.sequence += 1;
        let refresh = Refresh::variable(screen.pacer.period());
        let now = self.clock.now();
        feedback.presented(now, refresh, screen.sequence, wp_presentation_feedback::Kind::Vsync);
    }

    /// The screen whose pictures a live window draws for, so that it draws once for all of them: the one that it is made
    /// for, unless nobody watches that.
    fn paced_by(&self, place: WindowId) -> Option<OutputId> {
        let home = self.made_for(place).map(|(screen, _)| screen).filter(|screen| screen.shows_live(place));
        let watched = self.screens.iter().find(|screen| screen.watched() && screen.shows_live(place));
        let any = || self.screens.iter().find(|screen| screen.shows_live(place));
        home.filter(|screen| screen.watched()).or(watched).or(home).or_else(any).map(|screen| screen.id)
    }

    /// Lets the programs draw whose windows a screen shows live.
    fn send_callbacks(&self, id: OutputId) {
        let Some(screen) = self.screens.get(id) else { return };
        self.send_callbacks_to(&screen.output, |window| {
            let place = window.map(|window| self.shell.place_of(window));
            place.is_some_and(|place| screen.shows_live(place) && self.paced_by(place) == Some(id))
        });
        self.layers_seen(id, true).iter().for_each(|surface| self.send_frames(&screen.output, surface));
        self.composing.popups().for_each(|popup| self.send_frames(&screen.output, popup));
        if self.pointer_on == id {
            let send = |surface: &WlSurface| self.send_frames(&screen.output, surface);
            self.dnd_icon.iter().for_each(|icon| send(&icon.surface));
            if let smithay::input::pointer::CursorImageStatus::Surface(surface) = &self.cursor.status {
                send(surface);
            }
        }
    }

    pub(crate) fn send_callbacks_to(&self, output: &Output, concerned: impl Fn(Option<WindowId>) -> bool) {
        for window in self.shell.windows().iter().filter(|window| concerned(window.id)) {
            for tree in compose::with_popups(window.toplevel.wl_surface(), (0, 0).into()) {
                self.send_frames(output, &tree.surface);
            }
        }
    }

    fn send_frames(&self, output: &Output, surface: &WlSurface) {
        send_frames_surface_tree(surface, output, self.clock.now(), None, |_, _| Some(output.clone()));
        self.pass_barriers(surface);
    }

    /// Keeps the programs alive that nobody sees, or nobody sees well. Runs for as long as the session.
    pub(crate) fn start_slow_callbacks(&self) -> Result<(), calloop::Error> {
        let mut hidden = Instant::now();
        let inserted = self.handle.insert_source(Timer::from_duration(UNWATCHED_CALLBACKS), move |_, (), state| {
            let watched = state.screens.iter().any(Screen::watched);
            let hidden_too = !watched || hidden.elapsed() >= HIDDEN_CALLBACKS;
            if hidden_too {
                hidden = Instant::now();
            }
            state.send_slow_callbacks(hidden_too);
            state.gpu.settle();
            TimeoutAction::ToDuration(if watched { THUMBNAIL_CALLBACKS } else { UNWATCHED_CALLBACKS })
        });
        inserted.map(|_| ()).map_err(|error| error.error)
    }

    fn send_slow_callbacks(&self, hidden_too: bool) {
        let watched = |place| {
            let screens = self.screens.iter().filter(|screen| screen.watched());
            screens.filter_map(|screen| screen.seen.get(&place).copied()).max().unwrap_or_default()
        };
        for screen in self.screens.iter() {
            let unseen = self.layers_seen(screen.id, false);
            let unwatched = if screen.watched() { Vec::new() } else { self.layers_seen(screen.id, true) };
            let slow = unseen.into_iter().chain(unwatched).filter(|_| hidden_too);
            slow.for_each(|surface| self.send_frames(&screen.output, &surface));
        }
        self.send_callbacks_to(&self.screens.first().output, |window| {
            let place = window.map(|id| self.shell.place_of(id));
            match place.map(watched).unwrap_or_default() {
                // A screen that is watched gives it its frames.
                Shown::Live => false,
                Shown::Thumbnail => true,
                // A screen may show it to nobody.
                Shown::Hidden => hidden_too || place.is_some_and(|place| self.screens.seen(place) != Shown::Hidden),
            }
        });
    }

    /// The first picture as it is now, drawn if need be.
    ///
    /// # Errors
    /// If the device does not hand it over.
    pub fn picture(&mut self) -> Result<Picture, ReadbackError> {
        self.picture_of(self.screens.first().id)
    }

    /// A picture as it is now, drawn if need be; the first if there is none of this name.
    ///
    /// # Errors
    /// If the device does not hand it over.
    pub fn picture_of(&mut self, id: OutputId) -> Result<Picture, ReadbackError> {
        let pieces = self.pieces(id);
        let screen = self.screens.get_or_first_mut(id);
        if let Some(drawn) = screen.target.draw(&pieces, screen.background(), false) {
            screen.captures.history.drew(&drawn.damage);
            // What was drawn for this is not in the video thread's picture.
            screen.redraw_all = true;
            screen.damage();
        }
        screen.target.pixels()
    }
}
