//! What passes with time: the rates follow the links, the encoders are looked after, the pages get their statistics.

use std::{
    sync::{Arc, Weak, atomic::Ordering::SeqCst},
    time::{Duration, Instant},
};

use super::{Event, Hub, OutputKey};
use crate::{metrics::Metrics, protocol::ToPage, video::Codec};

/// Rates follow the links this often.
const TICK: Duration = Duration::from_millis(250);
/// Ticks in a second, for what happens once a second.
const TICKS_A_SECOND: u32 = 4;

impl Hub {
    /// Pictures a second that the slowest link of an output takes.
    pub fn fps(&self, output: OutputKey) -> u32 {
        self.state.lock().outputs.get(&output).map_or(1, |output| output.rate.fps())
    }

    fn follow_links(&self, now: Instant) {
        let mut changes = Vec::new();
        let (mut bits, mut least) = (0, self.fps);
        {
            let mut state = self.state.lock();
            let watching = state.viewers.values().filter(|v| v.connected.load(SeqCst));
            let targets: Vec<_> = watching.map(|viewer| (viewer.output, viewer.peer.target_bitrate())).collect();
            for (key, output) in &mut state.outputs {
                let change =
                    output.rate.update(targets.iter().filter(|(of, _)| of == key).map(|(_, target)| *target), now);
                if !output.lines.is_empty() {
                    bits += u64::from(output.rate.bitrate());
                    least = least.min(output.rate.fps());
                }
                let lines: Vec<_> = output.lines.values().map(|seats| Arc::clone(&seats.line)).collect();
                changes.push((*key, change, lines));
            }
        }
        self.metrics.target_bitrate.set(bits);
        self.metrics.target_fps.set(least.into());
        for (output, change, lines) in changes {
            if let Some(bitrate) = change.bitrate {
                lines.iter().for_each(|line| line.stage.set_bitrate(bitrate));
            }
            if let Some(fps) = change.fps {
                lines.iter().for_each(|line| line.stage.set_fps(fps));
                self.announce(Event::Rate { output, fps });
            }
        }
    }

    /// Once a second: looks after the encoders, and tells the pages how it goes.
    fn each_second(&self, now: Instant, before: &mut Counts) {
        let (lines, viewers) = {
            let state = self.state.lock();
            let lines = state.outputs.values().flat_map(|output| output.lines.values());
            let viewers = state.viewers.values().filter(|v| v.open.load(SeqCst)).cloned();
            (lines.map(|seats| Arc::clone(&seats.line)).collect::<Vec<_>>(), viewers.collect::<Vec<_>>())
        };
        let counts = Counts::of(&self.metrics);
        for line in &lines {
            line.stage.tick(now);
            let (encoded, encode) = line.lately();
            let codec = match line.codec {
                Codec::H264 => "H264",
                Codec::Vp8 => "VP8",
            };
            let encoder = format!("{codec} {}", line.stage.encoder_name());
            for viewer in viewers.iter().filter(|viewer| Arc::ptr_eq(&viewer.line, line)) {
                let same = viewers.iter().filter(|other| other.output == viewer.output).count();
                let stats = ToPage::Stats {
                    encoder: encoder.clone(),
                    drawn: since(counts.drawn, before.drawn),
                    encoded,
                    deferred: since(counts.deferred, before.deferred),
                    encode_ms: encode.as_secs_f64() * 1e3,
                    target_bitrate: viewer.peer.target_bitrate(),
                    viewers: u32::try_from(same).unwrap_or(u32::MAX),
                };
                viewer.tell(self, stats);
            }
        }
        *before = counts;
    }
}

/// How much a counter has grown.
fn since(now: u64, before: u64) -> u32 {
    u32::try_from(now.saturating_sub(before)).unwrap_or(u32::MAX)
}

/// What the compositor draws, of all outputs.
struct Counts {
    drawn: u64,
    deferred: u64,
}

impl Counts {
    fn of(metrics: &Metrics) -> Self {
        Self { drawn: metrics.drawn.get(), deferred: metrics.deferred.get() }
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
        hub.expire_outputs(now);
        if n % TICKS_A_SECOND == 0 {
            let before = before.get_or_insert_with(|| Counts::of(&hub.metrics));
            hub.each_second(now, before);
        }
    }
}
