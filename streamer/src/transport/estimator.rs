//! The congestion controller, and its number brought out to where the encoder can read it.
//!
//! The library owns the estimator inside its interceptor chain, so a wrapper publishes the target through an atomic. It
//! also corrects two things that Google's congestion control (as implemented in `rtc` 0.21) gets wrong for a desktop,
//! which sends nothing at all for seconds and then a burst:
//!
//! - it backs off to a share of what it *received*, which for a nearly still screen is next to nothing, although the
//!   link is empty. A back-off is therefore believed only while packets really queue (their one-way delay has grown by
//!   [`QUEUE`]) or get lost; otherwise the controller starts again from where it was;
//! - it grows by 8 % a second for ever, which is right for us: growth needs no correction.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use rtc::interceptor::{BandwidthEstimator, EstimatorStats, Gcc, PacketReport};

/// Bounds of the target, bits a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bitrates {
    /// Below this, fewer frames are drawn instead.
    pub least: u32,
    /// Before anything is known.
    pub start: u32,
    /// More than this makes no picture better.
    pub most: u32,
}

impl Default for Bitrates {
    fn default() -> Self {
        Self { least: 150_000, start: 6_000_000, most: 25_000_000 }
    }
}

/// Growth of the one-way delay that shows a queue in the network. Scheduling on a busy machine stays below it.
const QUEUE: Duration = Duration::from_millis(40);
/// Share of lost packets that shows congestion without a queue.
const LOSS: f64 = 0.05;
/// How long the smallest one-way delay is remembered: clocks drift, and routes change.
const BASE_LIFE: Duration = Duration::from_secs(20);

/// See the module.
pub struct Estimator {
    inner: Gcc,
    bounds: Bitrates,
    target: f64,
    published: Arc<AtomicU32>,
    delay: Delay,
}

impl Estimator {
    /// An estimator, and where its target can be read.
    pub fn new(bounds: Bitrates) -> (Self, Arc<AtomicU32>) {
        let published = Arc::new(AtomicU32::new(bounds.start));
        let (inner, target) = (gcc(bounds, bounds.start.into()), bounds.start.into());
        (Self { inner, bounds, target, published: Arc::clone(&published), delay: Delay::default() }, published)
    }
}

fn gcc(bounds: Bitrates, start: f64) -> Gcc {
    Gcc::new(start, bounds.least.into(), bounds.most.into())
}

impl BandwidthEstimator for Estimator {
    fn on_reports(&mut self, now: Instant, reports: &[PacketReport]) {
        let queue = self.delay.update(now, reports);
        self.inner.on_reports(now, reports);
        let wanted = self.inner.target_bitrate();
        let loss = self.inner.stats().packet_loss.unwrap_or(0.0);
        if wanted < self.target && queue < QUEUE && loss < LOSS {
            self.inner = gcc(self.bounds, self.target);
            return;
        }
        self.target = wanted;
        // Clamped by the controller to bounds that are u32 themselves.
        self.published.store(wanted as u32, Relaxed);
    }

    fn target_bitrate(&self) -> f64 {
        self.target
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.inner.handle_timeout(now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.inner.poll_timeout()
    }

    fn stats(&self) -> EstimatorStats {
        self.inner.stats()
    }
}

/// How much longer packets take than at best. The two clocks differ by an unknown constant, which cancels out.
#[derive(Debug, Default)]
struct Delay {
    origin: Option<Instant>,
    base: Option<(f64, Instant)>,
}

impl Delay {
    /// The queueing delay of the fastest packet of this batch: a single late one is jitter, not a queue.
    fn update(&mut self, now: Instant, reports: &[PacketReport]) -> Duration {
        let origin = *self.origin.get_or_insert(now);
        let delays = reports.iter().filter_map(|report| {
            let left = report
                .departure
                .checked_duration_since(origin)
                .map_or_else(|| -origin.duration_since(report.departure).as_secs_f64(), |after| after.as_secs_f64());
            Some(report.arrival?.as_secs_f64() - left)
        });
        let Some(fastest) = delays.min_by(f64::total_cmp) else { return Duration::ZERO };
        let base = match self.base {
            Some((base, since)) if base <= fastest && now.duration_since(since) < BASE_LIFE => base,
            _ => {
                self.base = Some((fastest, now));
                fastest
            }
        };
        Duration::from_secs_f64((fastest - base).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bitrates = Bitrates { least: 100_000, start: 5_000_000, most: 10_000_000 };

    /// A link of so many bits a second with an endless buffer, on a clock of its own.
    struct Link {
        start: Instant,
        bits_per_second: f64,
        free_at: f64,
        sent: u64,
    }

    impl Link {
        fn new(start: Instant, bits_per_second: f64) -> Self {
            Self { start, bits_per_second, free_at: 0.0, sent: 0 }
        }

        fn carry(&mut self, at: f64, size: usize) -> PacketReport {
            self.free_at = self.free_at.max(at) + size as f64 * 8.0 / self.bits_per_second;
            self.sent += 1;
            PacketReport {
                ssrc: 1,
                id: self.sent,
                rtp_sequence_number: self.sent as u16,
                is_twcc: true,
                twcc_sequence_number: self.sent as u16,
                size,
                arrived: true,
                departure: self.start + Duration::from_secs_f64(at),
                arrival: Some(Duration::from_secs_f64(77.0 + self.free_at)),
                ecn: Default::default(),
            }
        }
    }

    #[test]
    fn a_still_screen_with_jitter_does_not_lower_the_target() {
        let start = Instant::now();
        let (mut estimator, published) = Estimator::new(BOUNDS);
        let mut link = Link::new(start, 50e6);
        for tick in 0..600u32 {
            let at = f64::from(tick) * 0.1;
            let mut report = link.carry(at, 300);
            // A busy receiver is late by up to 30 ms in a saw tooth, as when another program takes its core.
            report.arrival = report.arrival.map(|a| a + Duration::from_millis(u64::from(tick % 16) * 2));
            estimator.on_reports(start + Duration::from_secs_f64(at + 0.05), &[report]);
        }
        assert!(published.load(Relaxed) >= BOUNDS.start, "{}", published.load(Relaxed));
    }

    #[test]
    fn a_link_too_thin_for_what_is_sent_brings_the_target_down_to_it() {
        let start = Instant::now();
        let (mut estimator, published) = Estimator::new(BOUNDS);
        let mut link = Link::new(start, 1e6);
        let mut waiting: Vec<(f64, PacketReport)> = Vec::new();
        for tick in 0..400 {
            let at = f64::from(tick) * 0.025;
            // Sends what it is allowed to, in packets of 1000 bytes.
            let packets = (f64::from(published.load(Relaxed)) * 0.025 / 8000.0).round().max(1.0) as usize;
            for _ in 0..packets {
                let report = link.carry(at, 1000);
                waiting.push((link.free_at, report));
            }
            let (due, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(arrives, _)| *arrives <= at);
            waiting = later;
            let reports: Vec<_> = due.into_iter().map(|(_, report)| report).collect();
            estimator.on_reports(start + Duration::from_secs_f64(at), &reports);
        }
        let target = published.load(Relaxed);
        assert!((100_000..1_600_000).contains(&target), "{target}");
    }

    #[test]
    fn heavy_loss_lowers_the_target_without_any_queue() {
        let start = Instant::now();
        let (mut estimator, published) = Estimator::new(BOUNDS);
        let mut link = Link::new(start, 50e6);
        for tick in 0..200 {
            let at = f64::from(tick) * 0.05;
            let reports: Vec<_> = (0..10)
                .map(|n| {
                    let mut report = link.carry(at, 1000);
                    if n < 3 {
                        (report.arrived, report.arrival) = (false, None);
                    }
                    report
                })
                .collect();
            estimator.on_reports(start + Duration::from_secs_f64(at + 0.02), &reports);
        }
        assert!(published.load(Relaxed) < BOUNDS.start / 2, "{}", published.load(Relaxed));
    }
}
