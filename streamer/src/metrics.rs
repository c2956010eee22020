//! What happens, in numbers: counters and latency histograms, written as Prometheus text.
//!
//! Everything is an atomic of its own: the threads that count (compositor, encoder, network) never wait for each other
//! or for whoever reads. Histograms have fixed buckets, fine around the budgets of a frame (a few milliseconds), so that
//! p50 and p95 of every stage can be read off without keeping samples.

use std::{
    fmt::Write as _,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use crate::protocol::Rejected;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn increment(&self) {
        self.add(1);
    }

    /// That many more.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Relaxed);
    }

    /// So far.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// It is this now.
    pub fn set(&self, value: u64) {
        self.0.store(value, Relaxed);
    }

    /// Now.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Upper bounds of the buckets, microseconds; one more holds what is over the last.
const BOUNDS: [u64; 20] = [
    100, 250, 500, 1_000, 1_500, 2_000, 3_000, 4_000, 5_000, 6_000, 8_000, 10_000, 15_000, 20_000, 30_000, 50_000,
    100_000, 250_000, 500_000, 1_000_000,
];

/// A latency distribution.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    sum: AtomicU64,
}

/// A [`Histogram`] at one moment; two of them tell what happened in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Snapshot {
    buckets: [u64; BOUNDS.len() + 1],
    sum: u64,
}

impl Histogram {
    /// Counts one.
    pub fn observe(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.fetch_add(1, Relaxed);
        }
        self.sum.fetch_add(micros, Relaxed);
    }

    /// Now.
    pub fn snapshot(&self) -> Snapshot {
        let mut buckets = [0; BOUNDS.len() + 1];
        for (to, from) in buckets.iter_mut().zip(&self.buckets) {
            *to = from.load(Relaxed);
        }
        Snapshot { buckets, sum: self.sum.load(Relaxed) }
    }
}

impl Snapshot {
    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// What was counted after `earlier` was taken.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut buckets = self.buckets;
        for (bucket, before) in buckets.iter_mut().zip(&earlier.buckets) {
            *bucket = bucket.saturating_sub(*before);
        }
        Self { buckets, sum: self.sum.saturating_sub(earlier.sum) }
    }

    /// The time that a share `q` (0 to 1) of the samples does not exceed, interpolated within its bucket; `None`
    /// without samples. What lies over the last bound is reported as that bound.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let wanted = q.clamp(0.0, 1.0) * count as f64;
        let (mut seen, mut low) = (0.0, 0.0);
        for (bucket, bound) in self.buckets.iter().zip(BOUNDS) {
            let (inside, bound) = (*bucket as f64, bound as f64);
            if inside > 0.0 && seen + inside >= wanted {
                let micros = low + (bound - low) * ((wanted - seen) / inside).max(0.0);
                return Some(Duration::from_secs_f64(micros / 1e6));
            }
            (seen, low) = (seen + inside, bound);
        }
        BOUNDS.last().map(|bound| Duration::from_micros(*bound))
    }
}

/// Where the time of a frame goes. The first four are the compositor's to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// From the first damage or input to the beginning of drawing.
    Wait,
    /// Drawing.
    Draw,
    /// Pixels back from the GPU.
    ReadBack,
    /// RGBA to I420.
    Convert,
    /// From the picture's submission to its access unit.
    Encode,
    /// From the access unit to its first RTP packet.
    Send,
    /// From the first damage or input to the first RTP packet.
    Total,
}

impl Stage {
    const ALL: [Self; 7] =
        [Self::Wait, Self::Draw, Self::ReadBack, Self::Convert, Self::Encode, Self::Send, Self::Total];

    fn name(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::Draw => "draw",
            Self::ReadBack => "read_back",
            Self::Convert => "convert",
            Self::Encode => "encode",
            Self::Send => "send",
            Self::Total => "total",
        }
    }
}

/// Why an access unit did not go to one of the viewers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// The viewer's link is behind.
    Behind,
    /// The viewer waits for a key frame.
    NoKey,
}

/// All numbers of one streamer.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Pictures drawn; told by the compositor.
    pub drawn: Counter,
    /// Damages that waited because the encoder was busy; told by the compositor.
    pub deferred: Counter,
    /// Wayland clients; told by the compositor.
    pub clients: Gauge,
    /// What pictures take on the device; told by the compositor.
    pub texture_bytes: Gauge,
    /// Counts what is allocated in main memory, in bytes, whenever somebody asks for the numbers; told by the compositor.
    pub heap: OnceLock<fn() -> usize>,
    /// When somebody did something last, seconds since 1970; told by the compositor.
    pub last_activity: Gauge,
    /// A program says that somebody watches; told by the compositor.
    pub idle_inhibited: Gauge,
    /// Access units that left the encoder.
    pub encoded: Counter,
    /// Key frames among them.
    pub key_frames: Counter,
    /// Times that an encoder failed and another took over.
    pub fallbacks: Counter,
    /// Access units not sent to a viewer that is behind.
    pub skipped_behind: Counter,
    /// Access units not sent to a viewer that waits for a key frame.
    pub skipped_no_key: Counter,
    /// RTP payload bytes.
    pub bytes: Counter,
    /// RTP packets.
    pub packets: Counter,
    /// Messages taken from pages.
    pub messages: Counter,
    /// Messages to pages that were dropped because the page did not take them.
    pub outbox_dropped: Counter,
    /// Requests with a wrong or missing token.
    pub refused: Counter,
    /// Viewers that are connected.
    pub viewers: Gauge,
    /// Viewers that were connected, ever.
    pub joined: Counter,
    /// What the encoder is asked for, bits a second.
    pub target_bitrate: Gauge,
    /// What the link can take, frames a second.
    pub target_fps: Gauge,
    oversized: Counter,
    malformed: Counter,
    out_of_order: Counter,
    forbidden: Counter,
    flood: Counter,
    stages: [Histogram; 7],
}

impl Metrics {
    /// The distribution of one stage.
    pub fn stage(&self, stage: Stage) -> &Histogram {
        // The discriminants are the indices: fieldless, in order, seven of them.
        &self.stages[stage as usize]
    }

    /// Counts a message that was dropped.
    pub fn reject(&self, why: Rejected) {
        match why {
            Rejected::Oversized => self.oversized.increment(),
            Rejected::Malformed => self.malformed.increment(),
            Rejected::OutOfOrder => self.out_of_order.increment(),
            Rejected::Forbidden => self.forbidden.increment(),
        }
    }

    /// Counts a message that was over the rate limit.
    pub fn reject_flood(&self) {
        self.flood.increment();
    }

    /// How many messages were dropped for this reason.
    pub fn rejected(&self, why: Rejected) -> u64 {
        match why {
            Rejected::Oversized => self.oversized.get(),
            Rejected::Malformed => self.malformed.get(),
            Rejected::OutOfOrder => self.out_of_order.get(),
            Rejected::Forbidden => self.forbidden.get(),
        }
    }

    /// Counts an access unit that a viewer did not get.
    pub fn skip(&self, why: Skipped) {
        match why {
            Skipped::Behind => self.skipped_behind.increment(),
            Skipped::NoKey => self.skipped_no_key.increment(),
        }
    }

    /// The text exposition format, version 0.0.4.
    pub fn exposition(&self) -> String {
        let mut text = String::with_capacity(8 << 10);
        let counters = [
            ("frames_drawn_total", "Pictures drawn.", &self.drawn),
            ("frames_encoded_total", "Access units from the encoder.", &self.encoded),
            ("frames_deferred_total", "Damages that waited for the encoder.", &self.deferred),
            ("key_frames_total", "Key frames.", &self.key_frames),
            ("encoder_fallbacks_total", "Encoders that failed at run time.", &self.fallbacks),
            ("rtp_bytes_total", "RTP payload bytes sent.", &self.bytes),
            ("rtp_packets_total", "RTP packets sent.", &self.packets),
            ("messages_total", "Messages taken from pages.", &self.messages),
            ("messages_to_page_dropped_total", "Messages a page did not take.", &self.outbox_dropped),
            ("requests_refused_total", "Requests without a right token.", &self.refused),
            ("viewers_joined_total", "Viewers that ever connected.", &self.joined),
        ];
        for (name, help, counter) in counters {
            line(&mut text, name, help, "counter", "", counter.get());
        }
        let gauges = [
            ("viewers", "Viewers connected.", &self.viewers),
            ("clients", "Wayland clients.", &self.clients),
            ("last_activity_seconds", "When somebody did something last, since 1970.", &self.last_activity),
            ("idle_inhibited", "Whether a program in sight says that somebody watches.", &self.idle_inhibited),
            ("texture_bytes", "Bytes that pictures take on the device.", &self.texture_bytes),
            ("target_bitrate_bits", "Bitrate the encoder is asked for, bits a second.", &self.target_bitrate),
            ("target_fps", "Frames a second the link can take.", &self.target_fps),
        ];
        for (name, help, gauge) in gauges {
            line(&mut text, name, help, "gauge", "", gauge.get());
        }
        if let Some(heap) = self.heap.get() {
            line(&mut text, "heap_bytes", "Bytes that are allocated in main memory.", "gauge", "", heap() as u64);
        }
        family(&mut text, "messages_rejected_total", "Messages dropped, by reason.", "counter");
        let reasons = [
            ("oversized", &self.oversized),
            ("malformed", &self.malformed),
            ("out_of_order", &self.out_of_order),
            ("forbidden", &self.forbidden),
            ("flood", &self.flood),
        ];
        for (reason, counter) in reasons {
            sample(&mut text, "messages_rejected_total", &format!("{{reason=\"{reason}\"}}"), counter.get());
        }
        family(&mut text, "frames_skipped_total", "Access units a viewer did not get, by reason.", "counter");
        for (reason, counter) in [("behind", &self.skipped_behind), ("no_key", &self.skipped_no_key)] {
            sample(&mut text, "frames_skipped_total", &format!("{{reason=\"{reason}\"}}"), counter.get());
        }
        self.histograms(&mut text);
        text
    }

    fn histograms(&self, text: &mut String) {
        family(text, "stage_seconds", "Where the time of a frame goes, by stage.", "histogram");
        for stage in Stage::ALL {
            let (name, now) = (stage.name(), self.stage(stage).snapshot());
            let mut seen = 0;
            for (bucket, bound) in now.buckets.iter().zip(BOUNDS) {
                seen += bucket;
                let le = bound as f64 / 1e6;
                sample(text, "stage_seconds_bucket", &format!("{{stage=\"{name}\",le=\"{le}\"}}"), seen);
            }
            let label = format!("{{stage=\"{name}\"}}");
            sample(text, "stage_seconds_bucket", &format!("{{stage=\"{name}\",le=\"+Inf\"}}"), now.count());
            // Writing to a String does not fail.
            let _ = writeln!(text, "tos_stage_seconds_sum{label} {}", now.sum as f64 / 1e6);
            sample(text, "stage_seconds_count", &label, now.count());
        }
        family(text, "stage_quantile_seconds", "Median and 95th percentile of each stage since the start.", "gauge");
        for stage in Stage::ALL {
            let (name, now) = (stage.name(), self.stage(stage).snapshot());
            for q in [0.5, 0.95] {
                if let Some(time) = now.quantile(q) {
                    let seconds = time.as_secs_f64();
                    let _ = writeln!(text, "tos_stage_quantile_seconds{{stage=\"{name}\",quantile=\"{q}\"}} {seconds}");
                }
            }
        }
    }
}

fn family(text: &mut String, name: &str, help: &str, kind: &str) {
    let _ = writeln!(text, "# HELP tos_{name} {help}\n# TYPE tos_{name} {kind}");
}

fn sample(text: &mut String, name: &str, labels: &str, value: u64) {
    let _ = writeln!(text, "tos_{name}{labels} {value}");
}

fn line(text: &mut String, name: &str, help: &str, kind: &str, labels: &str, value: u64) {
    family(text, name, help, kind);
    sample(text, name, labels, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_in_the_bucket_of_their_sample() {
        let histogram = Histogram::default();
        assert_eq!(histogram.snapshot().quantile(0.5), None);
        for ms in 1..=100 {
            histogram.observe(Duration::from_millis(ms));
        }
        let now = histogram.snapshot();
        let p50 = now.quantile(0.5).unwrap().as_millis();
        let p95 = now.quantile(0.95).unwrap().as_millis();
        assert!((40..=60).contains(&p50), "{p50}");
        assert!((90..=100).contains(&p95), "{p95}");
    }

    #[test]
    fn the_difference_of_two_snapshots_is_what_came_in_between() {
        let histogram = Histogram::default();
        histogram.observe(Duration::from_secs(5));
        let before = histogram.snapshot();
        histogram.observe(Duration::from_millis(2));
        let since = histogram.snapshot().since(&before);
        assert_eq!(since.count(), 1);
        assert_eq!(since.quantile(0.5), Some(Duration::from_micros(1750)));
        assert_eq!(before.quantile(0.5), Some(Duration::from_secs(1)), "over the last bound");
    }

    #[test]
    fn the_exposition_has_a_type_for_every_family_and_cumulative_buckets() {
        let metrics = Metrics::default();
        metrics.reject(Rejected::Malformed);
        metrics.stage(Stage::Encode).observe(Duration::from_millis(4));
        let text = metrics.exposition();
        let types: Vec<_> = text.lines().filter_map(|l| l.strip_prefix("# TYPE ")?.split(' ').next()).collect();
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let name = name.split('{').next().unwrap();
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|s| name.strip_suffix(s)).unwrap_or(name);
            assert!(types.contains(&base) || types.contains(&name), "{line}");
            value.parse::<f64>().unwrap();
        }
        assert!(text.contains("tos_messages_rejected_total{reason=\"malformed\"} 1"));
        assert!(text.contains("tos_stage_seconds_bucket{stage=\"encode\",le=\"0.003\"} 0"));
        assert!(text.contains("tos_stage_seconds_bucket{stage=\"encode\",le=\"0.004\"} 1"));
        assert!(text.contains("tos_stage_seconds_bucket{stage=\"encode\",le=\"+Inf\"} 1"));
        assert!(text.contains("tos_stage_quantile_seconds{stage=\"encode\",quantile=\"0.95\"}"));
    }
}
