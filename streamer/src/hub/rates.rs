//! What passes with time: the rates follow the links, the encoders are looked after, the pages get their statistics.

use std::{
    sync::{Arc, Weak, atomic::Ordering::SeqCst},
    time::{Duration, Instant},
};

use super::{Event, Hub};
use crate::{
    metrics::{Metrics, Snapshot, Stage},
    protocol::ToPage,
    rate::RateControl,
    video::Codec,
};

/// Rates follow the links this often.
const TICK: Duration = Duration::from_millis(250);
/// Ticks in a second, for what happens once a second.
const TICKS_A_SECOND: u32 = 4;

impl Hub {
    /// Pictures a second that the slowest link takes.
    pub fn fps(&self) -> u32 {
        self.state.lock().rate.as_ref().map_or(1, RateControl::fps)
    }

    fn follow_links(&self, now: Instant) {
        let (change, lines) = {
            let mut state = self.state.lock();
            let watching = state.viewers.values().filter(|v| v.connected.load(SeqCst));
            let estimates: Vec<_> = watching.map(|viewer| viewer.peer.target_bitrate()).collect();
            let change = state.rate.as_mut().map(|rate| rate.update(estimates, now)).unwrap_or_default();
            (change, state.lines.values().map(|seats| Arc::clone(&seats.line)).collect::<Vec<_>>())
        };
        if let Some(bitrate) = change.bitrate {
            self.metrics.target_bitrate.set(bitrate.into());
            lines.iter().for_each(|line| line.stage.set_bitrate(bitrate));
        }
        if let Some(fps) = change.fps {
            self.metrics.target_fps.set(fps.into());
            lines.iter().for_each(|line| line.stage.set_fps(fps));
            self.announce(Event::Rate { fps });
        }
    }

    /// Once a second: looks after the encoders, and tells the pages how it goes.
    fn each_second(&self, now: Instant, before: &mut Counts) {
        let lines: Vec<_> = self.state.lock().lines.values().map(|seats| Arc::clone(&seats.line)).collect();
        for line in &lines {
            line.stage.tick(now);
        }
        let counts = Counts::of(&self.metrics);
        let encode = counts.encode.since(&before.encode);
        let viewers: Vec<_> = self.state.lock().viewers.values().filter(|v| v.open.load(SeqCst)).cloned().collect();
        for viewer in viewers {
            let Some(line) = lines.iter().find(|line| Arc::ptr_eq(line, &viewer.line)) else { continue };
            let codec = match line.codec {
                Codec::H264 => "H264",
                Codec::Vp8 => "VP8",
            };
            let since = |now: u64, before: u64| u32::try_from(now.saturating_sub(before)).unwrap_or(u32::MAX);
            let stats = ToPage::Stats {
                encoder: format!("{codec} {}", line.stage.encoder_name()),
                drawn: since(counts.drawn, before.drawn),
                encoded: since(counts.encoded, before.encoded),
                deferred: since(counts.deferred, before.deferred),
                encode_ms: encode.quantile(0.5).unwrap_or_default().as_secs_f64() * 1e3,
                target_bitrate: viewer.peer.target_bitrate(),
                viewers: u32::try_from(self.metrics.viewers.get()).unwrap_or(u32::MAX),
            };
            viewer.tell(self, stats);
        }
        *before = counts;
    }
}

struct Counts {
    drawn: u64,
    encoded: u64,
    deferred: u64,
    encode: Snapshot,
}

impl Counts {
    fn of(metrics: &Metrics) -> Self {
        let encode = metrics.stage(Stage::Encode).snapshot();
        Self { drawn: metrics.drawn.get(), encoded: metrics.encoded.get(), deferred: metrics.deferred.get(), encode }
    }
}

/// Ends with the hub.
pub(super) async fn tick(hub: Weak<Hub>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut before = None;
    for n in 0u32.. {
        ticks.tick().await;
        let Some(hub) = hub.upgrade() else { return };
        let now = Instant::now();
        hub.follow_links(now);
        if n % TICKS_A_SECOND == 0 {
            let before = before.get_or_insert_with(|| Counts::of(&hub.metrics));
            hub.each_second(now, before);
        }
    }
}
