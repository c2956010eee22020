//! Who goes first when many terminals have much to take: the one with the keyboard.
//!
//! Nobody reads text that rushes by while they type somewhere else. So as long as somebody acts, terminals that are flooded
//! and do not have the keyboard take turns among themselves, and all of them together have a tenth of a processor; their
//! programs are held up by their full terminal lines. What writes little is never held up, and when nobody acts, nobody is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// How long after an act somebody still acts.
const ACTS_FOR: Duration = Duration::from_secs(1);
/// How much rest follows a turn, in turns.
const REST: u32 = 9;
/// Most rest after one turn.
const MOST_REST: Duration = Duration::from_millis(20);
/// How long a flood is measured.
const WINDOW: Duration = Duration::from_millis(100);
/// Bytes that make a flood when they come within [`WINDOW`].
const MUCH: usize = 256 << 10;

/// Shared by all shells that run beside each other.
#[derive(Debug)]
pub struct Turns {
    began: Instant,
    /// When somebody acted last, in milliseconds from the beginning, counted from one; 0 is never.
    acted: AtomicU64,
    /// Held by the one that has its turn, and for its rest.
    turn: Mutex<()>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { began: Instant::now(), acted: AtomicU64::new(0), turn: Mutex::new(()) }
    }
}

impl Turns {
    /// Somebody has pressed, moved or typed something.
    pub fn somebody_acts(&self) {
        self.acted.store(self.milliseconds() + 1, Ordering::Relaxed);
    }

    /// Whether those who do not have the keyboard are to hold back.
    pub(super) fn are_taken(&self) -> bool {
        let acted = self.acted.load(Ordering::Relaxed);
        acted > 0 && self.milliseconds().saturating_sub(acted - 1) < ACTS_FOR.as_millis() as u64
    }

    /// Works when it is its turn, which says how long that took, and rests so that others have the processor.
    pub(super) fn take(&self, work: impl FnOnce() -> Duration) -> Duration {
        let _turn = self.turn.lock();
        let took = work();
        std::thread::sleep((took * REST).min(MOST_REST));
        took
    }

    fn milliseconds(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }
}

/// Bytes of a flood that are taken together.
const PIECE: usize = 32 << 10;

/// Whether a terminal is flooded.
#[derive(Debug, Default)]
pub(super) struct Flood {
    since: Duration,
    bytes: usize,
    flooded: bool,
}

impl Flood {
    /// Whether it is.
    pub fn is_on(&self) -> bool {
        self.flooded
    }

    /// How many bytes are worth waiting for. To be woken for each four kilobytes of a flood costs more than to take them.
    pub fn piece(&self) -> usize {
        if self.flooded { PIECE } else { 1 }
    }

    /// Counts bytes that came at a time; says whether they are part of a flood.
    pub fn count(&mut self, bytes: usize, now: Duration) -> bool {
        if now.saturating_sub(self.since) >= WINDOW {
            // What is held back has a turn now and then, and stays a flood while it fills its turns.
            self.flooded = self.bytes >= MUCH || (self.flooded && self.bytes > 0 && bytes >= super::keeper::FIRST);
            (self.since, self.bytes) = (now, 0);
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.flooded |= self.bytes >= MUCH;
        self.flooded
    }
}

/// Time between two pictures of text that rushes by. Nobody reads it, and each picture takes from what brings it to an end.
const RUSH: Duration = Duration::from_millis(33);

/// How often it is told that a terminal looks different.
#[derive(Debug, Default)]
pub(super) struct Pace {
    told: Option<Duration>,
    owed: Option<Duration>,
}

impl Pace {
    /// Whether it is to be told now; if not, it is owed.
    pub fn is_due(&mut self, rushes: bool, now: Duration) -> bool {
        let next = self.told.filter(|_| rushes).map(|told| told + RUSH).filter(|next| now < *next);
        self.owed = next;
        if next.is_none() {
            self.told = Some(now);
        }
        next.is_none()
    }

    /// When it is to be told at last, also if nothing comes any more.
    pub fn owed(&self) -> Option<Duration> {
        self.owed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn much_in_a_short_time_is_a_flood_until_little_comes() {
        let mut flood = Flood::default();
        assert!(!flood.count(MUCH / 2, at(10)));
        assert!(flood.count(MUCH / 2, at(20)));
        // Held back, it comes in turns that are far apart.
        assert!(flood.count(super::super::keeper::FIRST, at(150)));
        assert!(flood.count(super::super::keeper::FIRST, at(300)));
        assert!(!flood.count(100, at(450)));
        assert!(!flood.count(MUCH - 200, at(460)));
    }

    #[test]
    fn little_at_a_time_is_never_a_flood() {
        let mut flood = Flood::default();
        assert!((0..1000).all(|count| !flood.count(MUCH / 4, at(count * 40))));
    }

    #[test]
    fn turns_are_taken_for_a_while_after_somebody_acted() {
        let turns = Turns::default();
        assert!(!turns.are_taken());
        turns.somebody_acts();
        assert!(turns.are_taken());
    }

    #[test]
    fn what_rushes_by_is_told_now_and_then_and_to_its_end() {
        let mut pace = Pace::default();
        assert!(pace.is_due(true, at(1)));
        let told = (2..1000).filter(|now| pace.is_due(true, at(*now))).count();
        assert_eq!(told, 998 / 33);
        let owed = pace.owed().unwrap();
        assert!(owed > at(999) && owed <= at(999) + RUSH, "its last lines as well");
        assert!(pace.is_due(true, owed));
        assert_eq!(pace.owed(), None);
    }

    #[test]
    fn what_does_not_rush_is_told_at_once() {
        let mut pace = Pace::default();
        assert!((0..100).all(|now| pace.is_due(false, at(now)) && pace.owed().is_none()));
    }
}
