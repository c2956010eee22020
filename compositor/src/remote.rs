//! The pages: what they do becomes input, what happens here is told to them.

use std::sync::Arc;
use std::time::Instant;

use streamer::protocol::{FromPage, NoticeLevel, ToPage};
use streamer::{Event, Streamer, ViewerId};

use crate::input::decode::{Decoder, marker};
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

/// The connection to the pages.
pub struct Remote {
    streamer: Arc<Streamer>,
    video: Video,
    decoder: Decoder,
    markers: Vec<Marker>,
    deferred: bool,
}

impl Remote {
    /// Joins the streamer and the video thread.
    pub fn new(streamer: Arc<Streamer>, video: Video) -> Self {
        Self { streamer, video, decoder: Decoder::default(), markers: Vec::new(), deferred: false }
    }

    /// Someone watches.
    pub fn watched(&self) -> bool {
        self.streamer.watched()
    }

    /// A picture can be taken now.
    pub fn ready(&self) -> bool {
        self.video.free() && self.streamer.ready()
    }

    /// A key frame is due.
    pub fn wants_picture(&self, now: Instant) -> bool {
        self.streamer.wants_picture(now)
    }

    /// Tells every page.
    pub fn broadcast(&self, message: ToPage) {
        self.streamer.broadcast(message);
    }

    /// The streamer itself.
    pub fn streamer(&self) -> &Arc<Streamer> {
        &self.streamer
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

    /// The inputs that a picture may answer whose latest change came at `changed`: those that came before it.
    pub(crate) fn take_markers(&mut self, changed: Instant) -> Vec<(ViewerId, u32)> {
        let answered = |marker: &mut Marker| marker.came <= changed;
        self.markers.extract_if(.., answered).map(|marker| (marker.viewer, marker.id)).collect()
    }
}

impl State {
    /// Something happened in the streamer.
    pub fn streamer_event(&mut self, event: Event) {
        match event {
            Event::Joined { viewer, role, .. } => {
                tracing::info!(?viewer, ?role, "a page joined");
                self.screen.damage();
            }
            Event::Left { viewer } => {
                tracing::info!(?viewer, "a page left");
                self.release(viewer);
            }
            Event::Input { viewer, message } => self.page_message(viewer, message),
            Event::Rate { fps, .. } => self.screen.pacer.set_fps(fps.min(self.options.fps)),
            Event::Api { request, reply } => self.api(request, reply),
            // Both only wake the loop; the tick after it looks.
            Event::Idle | Event::PictureWanted | Event::OutputClosed { .. } => {}
        }
    }

    /// The video thread is done with a picture.
    pub fn picture_sent(&mut self, sent: Sent) {
        if sent.failed {
            self.screen.redraw_all = true;
            self.screen.damage();
        }
        if !sent.taken {
            self.screen.unsent = true;
            let now = Instant::now();
            let again = sent.markers.into_iter().map(|(viewer, id)| Marker { viewer, id, came: now });
            self.remote.iter_mut().for_each(|remote| remote.markers.extend(again.clone()));
        }
    }

    fn page_message(&mut self, viewer: ViewerId, message: FromPage) {
        match message {
            FromPage::Resize { width, height, scale } => {
                self.resize((width as i32, height as i32).into(), scale);
            }
            FromPage::Blur => self.release(viewer),
            FromPage::Clipboard { text } => self.page_copied(text),
            FromPage::Text { text } => self.type_text(&text),
            FromPage::Layout { layout, variant } => {
                if let Err(error) = self.set_layout(&layout, &variant) {
                    self.notice(viewer, format!("Keyboard layout {layout:?} was not set: {error}."));
                }
            }
            FromPage::Activate { id, secondary } => self.activate(&id, secondary),
            FromPage::FocusNode { id } => self.focus_part(&id),
            FromPage::Command { command } => {
                if let Err(refusal) = self.command(command) {
                    self.notice(viewer, refusal.message);
                }
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

    /// Tells the pages the size of the picture to come.
    pub(crate) fn announce_size(&self) {
        if let Some(remote) = &self.remote {
            let size = self.screen.size();
            remote.broadcast(ToPage::Size { width: size.w as u32, height: size.h as u32, scale: self.screen.scale() });
        }
    }
}
