//! Pictures through the hub: from the compositor into the encoders, from the encoders to the viewers.

use std::{
    sync::{
        Arc,
        atomic::Ordering::{Relaxed, SeqCst},
    },
    time::{Duration, Instant},
};

use super::{Event, Hub, OutputKey};
use crate::{
    encoder::StageEvent,
    line::Line,
    protocol::{NoticeLevel, ToPage},
    video::{AccessUnit, Codec, I420, Timing},
    viewer::{ViewerId, video},
};

/// A key frame that is not allowed yet is asked for again after this long.
const KEY_RETRY: Duration = Duration::from_millis(250);

impl Hub {
    /// Lines of a picture that somebody really watches.
    fn watched_lines(&self, output: OutputKey) -> Vec<Arc<Line>> {
        let state = self.state.lock();
        let Some(entry) = state.outputs.get(&output) else { return Vec::new() };
        let watched = |line| state.viewers.values().any(|v| Arc::ptr_eq(&v.line, line) && v.connected.load(SeqCst));
        entry.lines.values().map(|seats| &seats.line).filter(|line| watched(line)).map(Arc::clone).collect()
    }

    /// Somebody watches this picture.
    pub fn watched(&self, output: OutputKey) -> bool {
        self.state.lock().viewers_of(output).any(|viewer| viewer.connected.load(SeqCst))
    }

    /// Somebody watches this picture, and another one would be taken.
    pub fn ready(&self, output: OutputKey) -> bool {
        let lines = self.watched_lines(output);
        !lines.is_empty() && lines.iter().all(|line| line.stage.idle())
    }

    /// A key frame of this picture is due and allowed.
    pub fn wants_picture(&self, output: OutputKey, now: Instant) -> bool {
        self.watched_lines(output).iter().any(|line| line.stage.wants_key(now))
    }

    /// Gives a picture to every encoder of it that is watched; false if one is busy, and then to none.
    pub fn submit(&self, output: OutputKey, picture: &I420, timing: Timing, markers: &[(ViewerId, u32)]) -> bool {
        let lines = self.watched_lines(output);
        if lines.is_empty() || !lines.iter().all(|line| line.stage.idle()) {
            return false;
        }
        let mut taken = false;
        for line in &lines {
            taken |= line.submit(picture, timing, markers);
        }
        taken
    }

    /// Somebody lost the picture, or never had it.
    pub fn want_key(&self, line: &Arc<Line>) {
        let now = Instant::now();
        line.stage.request_key(now);
        if line.stage.wants_key(now) {
            self.announce(Event::PictureWanted);
        } else if !line.retrying.swap(true, Relaxed) {
            let (me, line) = (self.me.clone(), Arc::downgrade(line));
            self.runtime.spawn(async move {
                loop {
                    tokio::time::sleep(KEY_RETRY).await;
                    let (Some(hub), Some(line)) = (me.upgrade(), line.upgrade()) else { return };
                    if line.stage.wants_key(Instant::now()) {
                        line.retrying.store(false, Relaxed);
                        return hub.announce(Event::PictureWanted);
                    }
                }
            });
        }
    }

    pub(super) fn stage_event(&self, output: OutputKey, codec: Codec, event: StageEvent) {
        match event {
            StageEvent::Unit(unit) => self.deliver(output, codec, &unit),
            StageEvent::Idle => {
                if self.ready(output) {
                    self.announce(Event::Idle);
                }
            }
            StageEvent::FellBack { from, to, reason } => {
                self.metrics.fallbacks.increment();
                let text = format!("The encoder {from} failed ({reason}); {to} goes on.");
                self.broadcast_to(output, ToPage::Notice { level: NoticeLevel::Warning, text });
                self.announce(Event::PictureWanted);
            }
            StageEvent::Dead { reason } => {
                tracing::error!(?codec, reason, "no encoder is left");
                let (seats, viewers) = {
                    let mut state = self.state.lock();
                    // Its viewers come back, and find another codec or a clear answer.
                    let seats = state.outputs.get_mut(&output).and_then(|output| output.lines.remove(&codec));
                    let viewers = state.viewers_of(output).filter(|v| v.line.codec == codec).cloned();
                    (seats, viewers.collect::<Vec<_>>())
                };
                self.runtime.spawn_blocking(move || drop(seats));
                viewers.iter().for_each(|viewer| viewer.dismiss(self, Some(reason.clone())));
            }
        }
    }

    /// On the encoder's thread: cuts the unit once and hands it to each viewer.
    fn deliver(&self, output: OutputKey, codec: Codec, unit: &AccessUnit) {
        let (line, viewers) = {
            let state = self.state.lock();
            let Some(seats) = state.outputs.get(&output).and_then(|output| output.lines.get(&codec)) else { return };
            let watching = state.viewers_of(output).filter(|v| v.line.codec == codec && v.connected.load(SeqCst));
            (Arc::clone(&seats.line), watching.cloned().collect::<Vec<_>>())
        };
        self.metrics.encoded.increment();
        if unit.key {
            self.metrics.key_frames.increment();
        }
        let Some(packed) = line.cut(unit, Instant::now(), &self.metrics) else { return };
        let (packed, mut lost) = (Arc::new(packed), false);
        for viewer in viewers {
            if let video::Offered::Skipped(why) = viewer.video.offer(Arc::clone(&packed)) {
                self.metrics.skip(why);
                lost = true;
            }
        }
        if lost {
            self.want_key(&line);
        }
    }
}
