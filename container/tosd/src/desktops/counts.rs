//! What happened to desktops, counted for figures.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use crate::lifecycle::Job;

/// Upper bounds of the buckets of durations, in seconds.
pub const BUCKETS: [f64; 9] = [0.1, 0.25, 0.4, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0];

/// Kinds of jobs, as figures name them.
pub const JOBS: [&str; 13] = [
    "take", "begin", "answer", "check", "freeze", "thaw", "snapshot", "salvage", "blame", "remove", "keep", "restore",
    "weigh",
];

/// Durations by bucket.
#[derive(Debug, Default)]
pub struct Durations {
    buckets: [AtomicU64; BUCKETS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

impl Durations {
    fn add(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        for (bucket, bound) in self.buckets.iter().zip(BUCKETS) {
            if seconds <= bound {
                bucket.fetch_add(1, Relaxed);
            }
        }
        self.count.fetch_add(1, Relaxed);
        self.micros.fetch_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX), Relaxed);
    }

    /// How many at most as long as each bound.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        BUCKETS.into_iter().zip(self.buckets.iter().map(|bucket| bucket.load(Relaxed)))
    }

    /// How many, and their sum in seconds.
    pub fn total(&self) -> (u64, f64) {
        (self.count.load(Relaxed), Duration::from_micros(self.micros.load(Relaxed)).as_secs_f64())
    }
}

/// All counts.
#[derive(Debug, Default)]
pub struct Counts {
    /// Containers that came from the pool.
    pub warm: AtomicU64,
    /// Containers that were made for somebody.
    pub cold: AtomicU64,
    /// Desktops that ended unasked.
    pub crashes: AtomicU64,
    /// From asking for a desktop to having it.
    pub opened: Durations,
    done: [AtomicU64; JOBS.len()],
    failed: [AtomicU64; JOBS.len()],
}

impl Counts {
    /// One more.
    pub fn count(&self, what: &AtomicU64) {
        what.fetch_add(1, Relaxed);
    }

    /// Somebody got a desktop.
    pub fn opened(&self, took: Duration) {
        self.opened.add(took);
    }

    /// A job was done, or not.
    pub fn job(&self, job: Job, _took: Duration, done: bool) {
        let at = match job {
            Job::Take => 0,
            Job::Begin(_) => 1,
            Job::Answer => 2,
            Job::Check => 3,
            Job::Freeze => 4,
            Job::Thaw => 5,
            Job::Snapshot => 6,
            Job::Salvage => 7,
            Job::Blame(_) => 8,
            Job::Remove => 9,
            Job::Keep => 10,
            Job::Restore => 11,
            Job::Weigh(_) => 12,
        };
        let counts = if done { &self.done } else { &self.failed };
        if let Some(count) = counts.get(at) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// Name, done, failed of each kind of job.
    pub fn jobs(&self) -> impl Iterator<Item = (&'static str, u64, u64)> {
        let counts = self.done.iter().zip(&self.failed);
        JOBS.into_iter().zip(counts).map(|(name, (done, failed))| (name, done.load(Relaxed), failed.load(Relaxed)))
    }
}
