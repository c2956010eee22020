//! The hand-over of access units to one viewer's sender, and what to leave out when it is behind.
//!
//! This is not a queue of frames: it holds what the sender will take within a scheduling hiccup, [`DEPTH`] units. A
//! sender that is further behind (a congested ICE-TCP stream, say) loses *whole* units from there to the next key frame,
//! because what follows a gap cannot be decoded; a key frame is asked for at once, and takes the place of what waits.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::{metrics::Skipped, transport::packets::Unit};

/// Units that may wait: what comes while a busy machine keeps the sender from running for some tens of milliseconds. One
/// fewer, and each such hiccup would cost a key frame, which is larger than all of them.
const DEPTH: usize = 4;

/// What became of an offered unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// The sender will take it.
    Taken,
    /// The viewer does not get it, and needs a key frame.
    Skipped(Skipped),
}

/// See the module.
#[derive(Debug)]
pub struct Handover {
    inner: Mutex<Inner>,
    more: Notify,
}

#[derive(Debug)]
struct Inner {
    waiting: VecDeque<Arc<Unit>>,
    needs_key: bool,
}

impl Default for Handover {
    /// A new viewer can only begin with a key frame.
    fn default() -> Self {
        Self {
            inner: Mutex::new(Inner { waiting: VecDeque::with_capacity(DEPTH), needs_key: true }),
            more: Notify::new(),
        }
    }
}

impl Handover {
    /// Gives a unit to the sender; never waits.
    pub fn offer(&self, unit: Arc<Unit>) -> Offered {
        let mut inner = self.inner.lock();
        if unit.key {
            // Nothing that waits is needed to decode from here on. What was skipped is caught up.
            if inner.waiting.len() >= DEPTH {
                inner.waiting.clear();
            }
            inner.needs_key = false;
        } else if inner.needs_key {
            return Offered::Skipped(Skipped::NoKey);
        } else if inner.waiting.len() >= DEPTH {
            inner.needs_key = true;
            return Offered::Skipped(Skipped::Behind);
        }
        inner.waiting.push_back(unit);
        drop(inner);
        self.more.notify_one();
        Offered::Taken
    }

    /// The next unit, as soon as there is one. For one sender.
    pub async fn next(&self) -> Arc<Unit> {
        loop {
            if let Some(unit) = self.inner.lock().waiting.pop_front() {
                return unit;
            }
            self.more.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(n: u32, key: bool) -> Arc<Unit> {
        Arc::new(Unit::for_test(n, key))
    }

    fn waiting(handover: &Handover) -> Vec<u32> {
        handover.inner.lock().waiting.iter().map(|u| u.rtp_time).collect()
    }

    #[test]
    fn a_viewer_begins_with_a_key_frame() {
        let handover = Handover::default();
        assert_eq!(handover.offer(unit(1, false)), Offered::Skipped(Skipped::NoKey));
        assert_eq!(handover.offer(unit(2, true)), Offered::Taken);
        assert_eq!(handover.offer(unit(3, false)), Offered::Taken);
        assert_eq!(waiting(&handover), [2, 3]);
    }

    #[test]
    fn a_sender_that_is_behind_loses_everything_up_to_the_next_key_frame() {
        let handover = Handover::default();
        for n in 0..DEPTH as u32 {
            assert_eq!(handover.offer(unit(n, n == 0)), Offered::Taken);
        }
        assert_eq!(handover.offer(unit(10, false)), Offered::Skipped(Skipped::Behind));
        handover.inner.lock().waiting.clear();
        assert_eq!(
            handover.offer(unit(11, false)),
            Offered::Skipped(Skipped::NoKey),
            "it refers to 10, which is missing"
        );
        assert_eq!(handover.offer(unit(12, true)), Offered::Taken);
        assert_eq!(handover.offer(unit(13, false)), Offered::Taken);
        assert_eq!(waiting(&handover), [12, 13]);
    }

    #[test]
    fn a_key_frame_replaces_what_waits_so_memory_stays_bounded() {
        let handover = Handover::default();
        for n in 0..100 {
            handover.offer(unit(n, true));
            assert!(waiting(&handover).len() <= DEPTH);
        }
        assert_eq!(waiting(&handover).last(), Some(&99));
    }
}
