//! One codec's way to its viewers: the encoder, the cutting into packets, and what is known of the picture under way.

use std::{
    collections::VecDeque,
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::{
    encoder::Stage,
    metrics::{self, Histogram, Metrics, Snapshot},
    transport::packets::{Packer, Unit},
    video::{AccessUnit, Codec, I420, Timing},
    viewer::ViewerId,
};

/// Submissions remembered at most: one slot, and room for one that an encoder swallowed when it failed.
const REMEMBERED: usize = 4;

/// See the module.
pub struct Line {
    /// Which codec.
    pub codec: Codec,
    /// Its encoder.
    pub stage: Stage,
    /// Somebody waits until a key frame is allowed again.
    pub retrying: AtomicBool,
    cutter: Cutter,
    encode: Histogram,
    before: Mutex<Snapshot>,
}

/// The part that the encoder's thread needs: made before the encoder that calls it.
pub struct Cutter {
    packer: Packer,
    submitted: Mutex<VecDeque<Submission>>,
}

struct Submission {
    drawn: Instant,
    markers: Vec<(ViewerId, u32)>,
}

impl Line {
    /// Joins them.
    pub fn new(codec: Codec, stage: Stage) -> Self {
        let cutter = Cutter { packer: Packer::new(codec), submitted: Mutex::default() };
        let (retrying, encode, before) = (AtomicBool::new(false), Histogram::default(), Mutex::default());
        Self { codec, stage, retrying, cutter, encode, before }
    }

    /// Gives the encoder a picture; false if it is busy.
    pub fn submit(&self, picture: &I420, timing: Timing, markers: &[(ViewerId, u32)]) -> bool {
        // Remembered first: a quick encoder answers before `submit` returns.
        self.cutter.remember(timing, markers);
        let taken = self.stage.submit(picture, timing);
        if !taken {
            self.cutter.forget(timing);
        }
        taken
    }

    /// Cuts what came out of the encoder, and says what its picture answers.
    pub fn cut(&self, unit: &AccessUnit, now: Instant, metrics: &Metrics) -> Option<Unit> {
        self.encode.observe(unit.encode);
        self.cutter.cut(unit, now, metrics)
    }

    /// How many frames were encoded since this was asked last, and the median of the time they took.
    pub fn lately(&self) -> (u32, Duration) {
        let now = self.encode.snapshot();
        let since = now.since(&std::mem::replace(&mut *self.before.lock(), now));
        (u32::try_from(since.count()).unwrap_or(u32::MAX), since.quantile(0.5).unwrap_or_default())
    }
}

impl Cutter {
    fn remember(&self, timing: Timing, markers: &[(ViewerId, u32)]) {
        let mut submitted = self.submitted.lock();
        if submitted.len() >= REMEMBERED
            && let (Some(lost), Some(next)) = (submitted.pop_front(), submitted.front_mut())
        {
            // Its picture never came out; what it showed is in the next one too.
            next.markers.splice(0..0, lost.markers);
        }
        submitted.push_back(Submission { drawn: timing.drawn, markers: markers.to_vec() });
    }

    fn forget(&self, timing: Timing) {
        self.submitted.lock().retain(|submission| submission.drawn != timing.drawn);
    }

    fn cut(&self, unit: &AccessUnit, now: Instant, metrics: &Metrics) -> Option<Unit> {
        metrics.stage(metrics::Stage::Encode).observe(unit.encode);
        let mut packed = self.packer.pack(unit, now)?;
        let mut submitted = self.submitted.lock();
        while let Some(first) = submitted.front()
            && first.drawn <= unit.timing.drawn
            && let Some(submission) = submitted.pop_front()
        {
            packed.markers.extend(submission.markers);
        }
        Some(packed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cutter() -> Cutter {
        Cutter { packer: Packer::new(Codec::Vp8), submitted: Mutex::default() }
    }

    fn timing(start: Instant, n: u64) -> Timing {
        let drawn = start + Duration::from_millis(n);
        Timing { damaged: drawn, drawn }
    }

    fn unit(timing: Timing) -> AccessUnit {
        AccessUnit {
            codec: Codec::Vp8,
            data: vec![1; 10].into(),
            key: true,
            size: (2, 2),
            rtp_time: 0,
            timing,
            encode: Duration::ZERO,
        }
    }

    #[test]
    fn markers_come_out_with_their_picture_or_the_next_one() {
        let (start, cutter, metrics) = (Instant::now(), cutter(), Metrics::default());
        let (a, b) = (ViewerId(1), ViewerId(2));
        cutter.remember(timing(start, 1), &[(a, 10)]);
        cutter.remember(timing(start, 2), &[(b, 20)]);
        cutter.remember(timing(start, 3), &[(a, 30)]);
        // The first picture was swallowed by an encoder that failed.
        let cut = cutter.cut(&unit(timing(start, 2)), start, &metrics).unwrap();
        assert_eq!(cut.markers, [(a, 10), (b, 20)]);
        let cut = cutter.cut(&unit(timing(start, 3)), start, &metrics).unwrap();
        assert_eq!(cut.markers, [(a, 30)]);
        assert_eq!(metrics.stage(metrics::Stage::Encode).snapshot().count(), 2);
    }

    #[test]
    fn pictures_that_never_come_out_cost_bounded_memory_and_no_marker() {
        let (start, cutter, metrics) = (Instant::now(), cutter(), Metrics::default());
        for n in 0..100 {
            cutter.remember(timing(start, n), &[(ViewerId(1), n as u32)]);
            assert!(cutter.submitted.lock().len() <= REMEMBERED);
        }
        let cut = cutter.cut(&unit(timing(start, 99)), start, &metrics).unwrap();
        assert_eq!(cut.markers.len(), 100);
    }
}
