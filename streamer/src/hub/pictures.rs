//! Pictures through the hub: from the compositor into the encoders, from the encoders to the viewers.

use std::{
    sync::{
        Arc,
        atomic::Ordering::{Relaxed, SeqCst},
    },
    time::{Duration, Instant},
};

use super::{Event, Hub};
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
    /// Lines that somebody really watches.
    fn watched_lines(&self) -> Vec<Arc<Line>> {
        let state = self.state.lock();
        let watched = |codec| state.viewers.values().any(|v| v.line.codec == codec && v.connected.load(SeqCst));
        state.lines.values().filter(|seats| watched(seats.line.codec)).map(|seats| Arc::clone(&seats.line)).collect()
    }

    /// Somebody watches.
    pub fn watched(&self) -> bool {
        self.state.lock().viewers.values().any(|viewer| viewer.connected.load(SeqCst))
    }

    /// Somebody watches, and a picture would be taken.
    pub fn ready(&self) -> bool {
        let lines = self.watched_lines();
        !lines.is_empty() && lines.iter().all(|line| line.stage.idle())
    }

    /// A key frame is due and allowed.
    pub fn wants_picture(&self, now: Instant) -> bool {
        self.watched_lines().iter().any(|line| line.stage.wants_key(now))
    }

    /// Gives a picture to every encoder that is watched; false if one is busy, and then to none.
    pub fn submit(&self, picture: &I420, timing: Timing, markers: &[(ViewerId, u32)]) -> bool {
        let lines = self.watched_lines();
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
        } else if !self.retrying.swap(true, Relaxed) {
            let (me, line) = (self.me.clone(), Arc::downgrade(line));
            self.runtime.spawn(async move {
                loop {
                    tokio::time::sleep(KEY_RETRY).await;
                    let Some(hub) = me.upgrade() else { return };
                    match line.upgrade() {
                        Some(line) if !line.stage.wants_key(Instant::now()) => continue,
                        Some(_) => hub.announce(Event::PictureWanted),
                        None => {}
                    }
                    return hub.retrying.store(false, Relaxed);
                }
            });
        }
    }

    pub(super) fn stage_event(&self, codec: Codec, event: StageEvent) {
        match event {
            StageEvent::Unit(unit) => self.deliver(codec, &unit),
            StageEvent::Idle => {
                if self.ready() {
                    self.announce(Event::Idle);
                }
            }
            StageEvent::FellBack { from, to, reason } => {
                self.metrics.fallbacks.increment();
                let text = format!("The encoder {from} failed ({reason}); {to} goes on.");
                self.broadcast(ToPage::Notice { level: NoticeLevel::Warning, text });
                self.announce(Event::PictureWanted);
            }
            StageEvent::Dead { reason } => {
                tracing::error!(?codec, reason, "no encoder is left");
                let (line, viewers) = {
                    let mut state = self.state.lock();
                    // Its viewers come back, and find another codec or a clear answer.
                    let line = state.lines.remove(&codec);
                    (line, state.viewers.values().filter(|v| v.line.codec == codec).cloned().collect::<Vec<_>>())
                };
                self.runtime.spawn_blocking(move || drop(line));
                viewers.iter().for_each(|viewer| viewer.dismiss(self, Some(reason.clone())));
            }
        }
    }

    /// On the encoder's thread: cuts the unit once and hands it to each viewer.
    fn deliver(&self, codec: Codec, unit: &AccessUnit) {
        let (line, viewers) = {
            let state = self.state.lock();
            let Some(seats) = state.lines.get(&codec) else { return };
            let watching = state.viewers.values().filter(|v| v.line.codec == codec && v.connected.load(SeqCst));
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
