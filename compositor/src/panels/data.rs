//! What panels are told of how the system does: numbers, and nothing that anybody wrote or typed.

use std::time::Instant;

use serde_json::{Value, json};
use streamer::metrics::{Metrics, Snapshot, Stage};

use crate::state::State;

/// What was counted a while ago.
#[derive(Debug)]
pub(super) struct Before {
    at: Instant,
    drawn: u64,
    encoded: u64,
    bytes: u64,
    total: Snapshot,
    encode: Snapshot,
}

impl Before {
    fn of(metrics: &Metrics, at: Instant) -> Self {
        Self {
            at,
            drawn: metrics.drawn.get(),
            encoded: metrics.encoded.get(),
            bytes: metrics.bytes.get(),
            total: metrics.stage(Stage::Total).snapshot(),
            encode: metrics.stage(Stage::Encode).snapshot(),
        }
    }
}

impl State {
    /// How the system does since this was last asked.
    pub(super) fn panel_data(&mut self, now: Instant) -> Value {
        let readings = self.shell.readings;
        let shells = self.shell.desktop.tree().terminals().count();
        let alerts = self.screens.first().interface.alerts.log().count();
        let mut data = json!({
            "cpu": readings.cpu,
            "memory": { "used": readings.memory_used, "total": readings.memory_total, "own": own_memory() },
            "network": readings.network,
            "textures": self.gpu.texture_bytes(),
            "windows": self.shell.windows().len(),
            "shells": shells,
            "alerts": alerts,
            "screens": self.screens.iter().count(),
            "panels": self.panels.running(),
            "uptime": self.shell.now().as_secs(),
        });
        let Some(remote) = &self.remote else { return data };
        let metrics = remote.streamer().metrics();
        let latest = Before::of(metrics, now);
        let before = self.panels.before.replace(Before::of(metrics, now));
        let (Some(before), Some(data)) = (before, data.as_object_mut()) else { return data };
        let seconds = now.saturating_duration_since(before.at).as_secs_f64().max(0.001);
        let per_second = |now: u64, then: u64| now.saturating_sub(then) as f64 / seconds;
        let ms = |time: Option<std::time::Duration>| time.map(|time| time.as_secs_f64() * 1e3);
        let (total, encode) = (latest.total.since(&before.total), latest.encode.since(&before.encode));
        let stream = json!({
            "drawn": per_second(latest.drawn, before.drawn),
            "encoded": per_second(latest.encoded, before.encoded),
            "bits": 8.0 * per_second(latest.bytes, before.bytes),
            "latency": { "p50": ms(total.quantile(0.5)), "p95": ms(total.quantile(0.95)) },
            "encode": { "p50": ms(encode.quantile(0.5)), "p95": ms(encode.quantile(0.95)) },
            "target_bits": metrics.target_bitrate.get(),
            "fallbacks": metrics.fallbacks.get(),
            "viewers": metrics.viewers.get(),
        });
        data.insert("stream".into(), stream);
        data.insert("clients".into(), metrics.clients.get().into());
        Value::Object(std::mem::take(data))
    }
}

/// Bytes that this process keeps in memory.
fn own_memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = text.split_ascii_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages.saturating_mul(rustix::param::page_size() as u64)
}
