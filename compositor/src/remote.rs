//! The pages: what they do becomes input, what happens here is told to them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use lcars_ui::hierarchy::OutputId;
use streamer::protocol::{FromPage, NoticeLevel, Role, SemanticNode, ToPage};
use streamer::{CommitStaged, DiscardStaged, Event, OutputKey, StageText, StagingRequest, Streamer, ViewerId};

use crate::clipboard::PageOffer;
use crate::input::decode::{Decoder, marker};
use crate::session::Asker;
use crate::state::State;
use crate::video::{Drawn, Sent, Video};

/// Inputs that wait for the picture that answers them. More than this are not measured.
const MAX_MARKERS: usize = 64;

/// An input that a page wants to see answered.
#[derive(Debug, Clone, Copy)]
struct Marker {
    viewer: ViewerId,
    id: u32,
    came: Instant,
}

/// The way of one screen's pictures to the pages that see it.
pub struct Stream {
    streamer: Arc<Streamer>,
    key: OutputKey,
    video: Video,
    deferred: bool,
}

impl Stream {
    /// Joins the streamer and a video thread for this picture.
    pub fn new(streamer: Arc<Streamer>, key: OutputKey, video: Video) -> Self {
        Self { streamer, key, video, deferred: false }
    }

    /// The picture's name among pages.
    pub fn key(&self) -> OutputKey {
        self.key
    }

    /// Someone watches.
    pub fn watched(&self) -> bool {
        self.streamer.watched_on(self.key)
    }

    /// A picture can be taken now.
    pub fn ready(&self) -> bool {
        self.video.free() && self.streamer.ready_on(self.key)
    }

    /// No picture is under way, whoever watches.
    pub(crate) fn idle(&self) -> bool {
        self.video.free()
    }

    /// A key frame is due.
    pub fn wants_picture(&self, now: Instant) -> bool {
        self.streamer.wants_picture_on(self.key, now)
    }

    /// Tells every page that sees it.
    pub fn broadcast(&self, message: ToPage) {
        self.streamer.broadcast_to(self.key, message);
    }

    /// Tells every page that sees it what it means.
    pub fn set_semantics(&self, nodes: Vec<SemanticNode>) {
        self.streamer.set_semantics_on(self.key, nodes);
    }

    /// Ends it without waiting for a picture that is under way.
    pub(crate) fn end(self) {
        self.video.end();
    }

    pub(crate) fn submit(&mut self, drawn: Drawn) -> bool {
        self.deferred = false;
        self.video.submit(drawn)
    }

    /// Damage waits because a picture is still under way; counted once for each picture.
    pub(crate) fn defer(&mut self) {
        if !std::mem::replace(&mut self.deferred, true) {
            self.streamer.metrics().deferred.increment();
        }
    }
}

/// The connection to the pages.
pub struct Remote {
    streamer: Arc<Streamer>,
    decoder: Decoder,
    markers: Vec<Marker>,
    /// Whose hands did something last.
    last: Option<ViewerId>,
    /// Which picture each page sees.
    sees: HashMap<ViewerId, OutputKey>,
}

impl Remote {
    /// Joins the streamer.
    pub fn new(streamer: Arc<Streamer>) -> Self {
        Self { streamer, decoder: Decoder::default(), markers: Vec::new(), last: None, sees: HashMap::new() }
    }

    /// Tells every page.
    pub fn broadcast(&self, message: ToPage) {
        self.streamer.broadcast(message);
    }

    /// The streamer itself.
    pub fn streamer(&self) -> &Arc<Streamer> {
        &self.streamer
    }

    /// Whose hands did something last, as long as they are there.
    pub(crate) fn last(&self) -> Option<ViewerId> {
        self.last.filter(|viewer| self.sees.contains_key(viewer))
    }

    /// The picture that a page sees.
    fn key_of(&self, viewer: ViewerId) -> OutputKey {
        self.sees.get(&viewer).copied().unwrap_or(OutputKey::FIRST)
    }

    /// The inputs that a picture may answer whose latest change came at `changed`: those that came before it, from pages
    /// that see it.
    pub(crate) fn take_markers(&mut self, key: OutputKey, changed: Instant) -> Vec<(ViewerId, u32)> {
        let (answered, waiting) = std::mem::take(&mut self.markers)
            .into_iter()
            .partition(|marker| marker.came <= changed && self.key_of(marker.viewer) == key);
        self.markers = waiting;
        let answered: Vec<Marker> = answered;
        answered.into_iter().map(|marker| (marker.viewer, marker.id)).collect()
    }
}

impl State {
    /// Something happened in the streamer.
    pub fn streamer_event(&mut self, event: Event) {
        match event {
            Event::Joined { viewer, caller, output } => {
                tracing::info!(?viewer, role = ?caller.role, who = caller.who.as_deref(), %output, "a page joined");
                self.staging.pages.insert(viewer, caller);
                self.page_joined(viewer, output);
            }
            Event::Left { viewer } => {
                tracing::info!(?viewer, "a page left");
                self.staging.page_left(viewer);
                self.release(viewer);
                self.page_left(viewer);
                self.files_gone();
                if let Some(remote) = &mut self.remote {
                    remote.sees.remove(&viewer);
                }
            }
            Event::OutputClosed { output } => {
                if let Some(screen) = self.screens.by_key_mut(output).map(|screen| screen.id) {
                    self.close_screen(screen);
                }
            }
            Event::Input { viewer, message } => self.page_message(viewer, message),
            Event::Rate { output, fps } => {
                let most = self.options.fps;
                self.screens.by_key_mut(output).into_iter().for_each(|screen| screen.pacer.set_fps(fps.min(most)));
            }
            Event::Api { request, reply } => self.api(request, reply),
            // Both only wake the loop; the tick after it looks.
            Event::Idle | Event::PictureWanted => {}
        }
    }

    /// Input comes from this screen from now on: positions are on it.
    pub fn come_from(&mut self, screen: OutputId) {
        self.input_from = screen;
    }

    /// A page is there. If its picture was never told of before, it gets a screen.
    fn page_joined(&mut self, viewer: ViewerId, output: OutputKey) {
        let Some(remote) = &mut self.remote else { return };
        remote.sees.insert(viewer, output);
        let fps = remote.streamer().fps_on(output).min(self.options.fps);
        if self.screens.by_key_mut(output).is_none() {
            // The page says what size it wants with its next words.
            let size = self.screens.first().size();
            let opened = self.open_screen(size, self.screens.first().scale());
            let streamed = opened.and_then(|id| {
                self.stream(id, output).map_err(|error| {
                    self.close_screen(id);
                    error.to_string()
                })
            });
            if let Err(reason) = streamed {
                tracing::error!(reason, "a page has no picture");
                self.notice(viewer, format!("There is no picture for this page: {reason}."));
                return;
            }
        }
        if let Some(screen) = self.screens.by_key_mut(output) {
            screen.pacer.set_fps(fps);
            screen.damage();
        }
    }

    /// The video thread of a screen is done with a picture.
    pub fn picture_sent(&mut self, key: OutputKey, sent: Sent) {
        let Some(screen) = self.screens.by_key_mut(key) else { return };
        if sent.failed {
            screen.redraw_all = true;
            screen.damage();
        }
        if !sent.taken {
            screen.unsent = true;
            let now = Instant::now();
            let again = sent.markers.into_iter().map(|(viewer, id)| Marker { viewer, id, came: now });
            self.remote.iter_mut().for_each(|remote| remote.markers.extend(again.clone()));
        }
    }

    /// The screen that a page sees.
    fn screen_of(&self, viewer: ViewerId) -> OutputId {
        let key = self.remote.as_ref().map(|remote| remote.key_of(viewer));
        let screen = self.screens.iter().find(|screen| key.is_some() && screen.key() == key);
        screen.unwrap_or_else(|| self.screens.first()).id
    }

    fn page_message(&mut self, viewer: ViewerId, message: FromPage) {
        let screen = self.screen_of(viewer);
        self.come_from(screen);
        if is_activity(&message) {
            self.note_activity();
        }
        if takes_keyboard(&message) {
            self.focus_screen(screen);
        }
        if by_hand(&message)
            && let Some(remote) = &mut self.remote
        {
            remote.last = Some(viewer);
        }
        match message {
            FromPage::Resize { width, height, scale } => {
                self.resize_on(screen, (width as i32, height as i32).into(), scale);
            }
            FromPage::Blur => self.release(viewer),
            FromPage::LeaveLock => self.free_pointer(),
            FromPage::Clipboard { text, offer, more } => {
                self.page_copied(PageOffer::of(viewer, offer, text, more));
            }
            FromPage::FileDrag { over: true, x, y } => self.files_held(screen, x, y),
            FromPage::FileDrag { .. } => self.files_gone(),
            FromPage::FileDrop { x, y, names } => {
                if let Some(session) = &self.session {
                    let folder = self.settings.files.folder(&session.dirs().home);
                    self.files_dropped(screen, x, y, &folder, &names);
                }
            }
            FromPage::Text { text } => self.type_text(&text),
            FromPage::Layout { layout, variant } => {
                if let Err(error) = self.set_layout(&layout, &variant) {
                    self.notice(viewer, format!("Keyboard layout {layout:?} was not set: {error}."));
                }
            }
            FromPage::Activate { id, secondary } => self.activate(screen, &id, secondary),
            FromPage::FocusNode { id } => self.focus_part(screen, &id),
            FromPage::Command { command } => {
                if let Err(refusal) = self.command(command) {
                    self.notice(viewer, refusal.message);
                }
            }
            FromPage::Stage { ask, text, sector } => {
                let stage = StageText { text, sector: sector.map(u64::from) };
                self.page_stages(viewer, ask, StagingRequest::Stage(stage));
            }
            FromPage::Commit { ask, id, hash, confirm, proof } => {
                self.page_stages(viewer, ask, StagingRequest::Commit(CommitStaged { id, hash, confirm, proof }));
            }
            FromPage::Discard { ask, id } => {
                self.page_stages(viewer, ask, StagingRequest::Discard(DiscardStaged { id }));
            }
            FromPage::ReducedMotion { on } => {
                self.page_reduces = on;
                self.apply_motion();
            }
            // Answered where it arrives.
            FromPage::Ping { .. } => {}
            input => self.page_input(viewer, &input),
        }
    }

    fn page_input(&mut self, viewer: ViewerId, message: &FromPage) {
        let time = self.clock.now().as_micros();
        let Some(remote) = self.remote.as_mut() else { return };
        if let Some(id) = marker(message) {
            // An input that nothing answers is forgotten.
            if remote.markers.len() >= MAX_MARKERS {
                remote.markers.remove(0);
            }
            remote.markers.push(Marker { viewer, id, came: Instant::now() });
        }
        let events = remote.decoder.decode(viewer, message, time);
        for event in events {
            self.process_input_event(event);
        }
    }

    fn page_stages(&mut self, viewer: ViewerId, ask: u32, request: StagingRequest) {
        // One that is not known any more may do nothing.
        let caller = self.staging.pages.get(&viewer).cloned().unwrap_or(Role::View.into());
        if self.lock.is_locked() {
            self.notice(viewer, "The session is locked.".into());
        } else if caller.role >= Role::Control {
            self.staging_request(caller, request, Asker::Page { viewer, ask });
        }
    }

    /// Releases everything that a page holds down.
    fn release(&mut self, viewer: ViewerId) {
        let time = self.clock.now().as_micros();
        let Some(remote) = self.remote.as_mut() else { return };
        remote.markers.retain(|marker| marker.viewer != viewer);
        for event in remote.decoder.release_all(viewer, time) {
            self.process_input_event(event);
        }
    }

    fn notice(&self, viewer: ViewerId, text: String) {
        if let Some(remote) = &self.remote {
            remote.streamer.send(viewer, ToPage::Notice { level: NoticeLevel::Warning, text });
        }
    }

    /// Tells the pages the size of a picture to come.
    pub(crate) fn announce_size(&self, screen: OutputId) {
        if let Some(screen) = self.screens.get(screen)
            && let Some(stream) = &screen.stream
        {
            let size = screen.size();
            stream.broadcast(ToPage::Size { width: size.w as u32, height: size.h as u32, scale: screen.scale() });
        }
    }
}

/// Whether somebody at the page has just done this.
fn by_hand(message: &FromPage) -> bool {
    matches!(
        message,
        FromPage::Button { .. }
            | FromPage::Key { .. }
            | FromPage::Text { .. }
            | FromPage::Touch { .. }
            | FromPage::Pen { .. }
            | FromPage::Activate { .. }
            | FromPage::Command { .. }
    )
}

/// Whether somebody did something to send this, besides input, which counts where it is handled.
fn is_activity(message: &FromPage) -> bool {
    matches!(
        message,
        FromPage::Activate { .. }
            | FromPage::FocusNode { .. }
            | FromPage::Command { .. }
            | FromPage::Stage { .. }
            | FromPage::Commit { .. }
            | FromPage::Discard { .. }
    )
}

/// Whether the keyboard goes to the screen of a page that says this, before it is done. What is pressed at a place goes to
/// the pane there.
fn takes_keyboard(message: &FromPage) -> bool {
    match message {
        FromPage::Key { pressed, .. } => *pressed,
        FromPage::Text { .. } | FromPage::Command { .. } => true,
        _ => false,
    }
}
