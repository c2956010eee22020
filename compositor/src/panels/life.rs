//! When what shows a panel is started and ended, and what is said of it meanwhile. Time is an argument.

use std::time::{Duration, Instant};

use lcars_ui::hierarchy::{PanelHealth, Shown};

use crate::x11::Backoff;

/// Out of sight for so long, a panel is put away.
const PUT_AWAY: Duration = Duration::from_secs(60);
/// The same while memory is short.
const PUT_AWAY_SHORT: Duration = Duration::from_secs(5);
/// An engine has so long to show something.
const START: Duration = Duration::from_secs(45);
/// A page in sight is asked this often whether it is alive.
const ASK: Duration = Duration::from_secs(2);
/// It has so long to answer.
const ANSWER: Duration = Duration::from_secs(8);

/// What is to be done about a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Nothing,
    /// Start its engine.
    Start,
    /// End its engine.
    End,
    /// Ask its page.
    Ask(u64),
}

/// What was heard of a panel's page.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heard {
    /// The last question that it answered.
    pub answered: u64,
    /// It was there, and is not any more.
    pub left: bool,
}

/// What one panel goes through.
#[derive(Debug)]
pub(super) struct Life {
    phase: Phase,
    backoff: Backoff,
    seen: Instant,
    /// The last question, and since when it is open.
    asked: Option<(u64, Instant)>,
    questions: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    Resting,
    /// Somebody closed it: it starts again when it is gone to after it was out of the way.
    Closed {
        left: bool,
    },
    /// It is started when that time has come.
    Waiting(Instant),
    Starting(Instant),
    Well,
    Hung,
    Stopped {
        why: String,
        /// When the restart that somebody asks for may be.
        until: Instant,
    },
}

impl Life {
    pub(super) fn new(now: Instant) -> Self {
        Self { phase: Phase::Resting, backoff: Backoff::default(), seen: now, asked: None, questions: 0 }
    }

    /// What it is said to be.
    pub(super) fn health(&self) -> PanelHealth {
        match &self.phase {
            Phase::Resting | Phase::Closed { .. } => PanelHealth::Resting,
            Phase::Waiting(_) | Phase::Starting(_) => PanelHealth::Starting,
            Phase::Well => PanelHealth::Well,
            Phase::Hung => PanelHealth::Hung,
            Phase::Stopped { why, .. } => PanelHealth::Stopped { why: why.clone() },
        }
    }

    /// Whether being seen starts it.
    pub(super) fn waits_to_be_seen(&self) -> bool {
        matches!(self.phase, Phase::Resting | Phase::Closed { .. })
    }

    /// Looked at now and then: how it is seen, whether memory is short, and what was heard of its page.
    pub(super) fn tend(&mut self, now: Instant, shown: Shown, short: bool, heard: Heard) -> Deed {
        let in_sight = shown != Shown::Hidden;
        if in_sight {
            self.seen = now;
        } else {
            // Nobody waits for an answer.
            self.asked = None;
        }
        match self.phase {
            Phase::Resting if in_sight => self.start(now),
            Phase::Closed { left: false } if shown != Shown::Live => {
                self.phase = Phase::Closed { left: true };
                Deed::Nothing
            }
            Phase::Closed { left: true } if shown == Shown::Live => self.start(now),
            Phase::Waiting(until) if now >= until => self.start(now),
            Phase::Starting(since) if now.saturating_duration_since(since) >= START => {
                self.died(now, format!("it showed nothing for {} seconds", START.as_secs()));
                Deed::End
            }
            Phase::Well | Phase::Hung if !in_sight => {
                let patience = if short { PUT_AWAY_SHORT } else { PUT_AWAY };
                if now.saturating_duration_since(self.seen) < patience {
                    return Deed::Nothing;
                }
                self.rest();
                Deed::End
            }
            Phase::Well | Phase::Hung => self.ask(now, heard),
            _ => Deed::Nothing,
        }
    }

    fn start(&mut self, now: Instant) -> Deed {
        self.phase = Phase::Starting(now);
        self.asked = None;
        self.backoff.started(now);
        Deed::Start
    }

    fn rest(&mut self) {
        self.phase = Phase::Resting;
        self.backoff.ended_well();
    }

    fn ask(&mut self, now: Instant, heard: Heard) -> Deed {
        if let Some((question, since)) = self.asked
            && heard.answered < question
        {
            if now.saturating_duration_since(since) < ANSWER {
                return Deed::Nothing;
            }
            // Waiting does not bring it back.
            if heard.left {
                self.died(now, "its page has gone elsewhere, where there is nothing".into());
                return Deed::End;
            }
            self.phase = Phase::Hung;
            return Deed::Nothing;
        }
        self.phase = Phase::Well;
        if self.asked.is_some_and(|(_, since)| now.saturating_duration_since(since) < ASK) {
            return Deed::Nothing;
        }
        self.questions += 1;
        self.asked = Some((self.questions, now));
        Deed::Ask(self.questions)
    }

    /// Its engine shows something.
    pub(super) fn appeared(&mut self) {
        if matches!(self.phase, Phase::Starting(_)) {
            self.phase = Phase::Well;
        }
    }

    /// Its engine is gone, or has to go, though it should not.
    pub(super) fn died(&mut self, now: Instant, why: String) {
        let pause = self.backoff.died(now);
        self.phase = Phase::Stopped { why, until: now.checked_add(pause).unwrap_or(now) };
        self.asked = None;
    }

    /// Somebody wants it anew. One that died soon after its start, again and again, has to wait ever longer.
    pub(super) fn restart(&mut self, now: Instant) {
        let until = match self.phase {
            Phase::Stopped { until, .. } => until,
            _ => now,
        };
        self.phase = Phase::Waiting(until);
        self.asked = None;
    }

    /// Somebody put it away.
    pub(super) fn close(&mut self) {
        self.rest();
        self.phase = Phase::Closed { left: false };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const NOTHING: Heard = Heard { answered: 0, left: false };

    fn well(now: Instant) -> Life {
        let mut life = Life::new(now);
        assert_eq!(life.tend(now, Shown::Thumbnail, false, NOTHING), Deed::Start);
        assert_eq!(life.health(), PanelHealth::Starting);
        life.appeared();
        assert_eq!(life.health(), PanelHealth::Well);
        life
    }

    #[test]
    fn it_starts_when_it_is_seen_and_is_put_away_when_it_was_not_for_a_while() {
        let now = Instant::now();
        let mut life = Life::new(now);
        assert_eq!(life.tend(now, Shown::Hidden, false, NOTHING), Deed::Nothing);
        let mut life = well(now);
        assert_eq!(life.tend(now + 59 * SECOND, Shown::Hidden, false, NOTHING), Deed::Nothing);
        assert_eq!(life.tend(now + 60 * SECOND, Shown::Hidden, false, NOTHING), Deed::End);
        assert_eq!(life.health(), PanelHealth::Resting);
        let mut life = well(now);
        assert_eq!(life.tend(now + 5 * SECOND, Shown::Hidden, true, NOTHING), Deed::End);
    }

    #[test]
    fn a_page_that_does_not_answer_hangs_until_it_does() {
        let now = Instant::now();
        let mut life = well(now);
        assert_eq!(life.tend(now, Shown::Live, false, NOTHING), Deed::Ask(1));
        assert_eq!(life.tend(now + 7 * SECOND, Shown::Live, false, NOTHING), Deed::Nothing);
        assert_eq!(life.health(), PanelHealth::Well);
        life.tend(now + 8 * SECOND, Shown::Live, false, NOTHING);
        assert_eq!(life.health(), PanelHealth::Hung);
        assert_eq!(life.tend(now + 9 * SECOND, Shown::Live, false, Heard { answered: 1, left: false }), Deed::Ask(2));
        assert_eq!(life.health(), PanelHealth::Well);
    }

    #[test]
    fn a_page_that_has_gone_elsewhere_does_not_come_back_by_waiting() {
        let now = Instant::now();
        let mut life = well(now);
        let left = Heard { answered: 0, left: true };
        assert_eq!(life.tend(now, Shown::Live, false, left), Deed::Ask(1));
        // It may only be loading.
        assert_eq!(life.tend(now + 7 * SECOND, Shown::Live, false, left), Deed::Nothing);
        assert_eq!(life.health(), PanelHealth::Well);
        assert_eq!(life.tend(now + 8 * SECOND, Shown::Live, false, left), Deed::End);
        assert!(matches!(life.health(), PanelHealth::Stopped { .. }));
    }

    #[test]
    fn what_nobody_sees_owes_no_answer() {
        let now = Instant::now();
        let mut life = well(now);
        life.tend(now, Shown::Live, false, NOTHING);
        life.tend(now + 20 * SECOND, Shown::Hidden, false, NOTHING);
        assert_eq!(life.tend(now + 30 * SECOND, Shown::Live, false, NOTHING), Deed::Ask(2));
        assert_eq!(life.health(), PanelHealth::Well);
    }

    #[test]
    fn one_that_dies_stays_so_until_somebody_restarts_it_and_then_ever_later() {
        let mut now = Instant::now();
        let mut life = well(now);
        let mut waits = Vec::new();
        for _ in 0..4 {
            life.died(now, "it ended".into());
            assert_eq!(life.tend(now, Shown::Live, false, NOTHING), Deed::Nothing);
            assert_eq!(life.health(), PanelHealth::Stopped { why: "it ended".into() });
            life.restart(now);
            let before = now;
            while life.tend(now, Shown::Live, false, NOTHING) != Deed::Start {
                now += SECOND / 4;
            }
            waits.push(now - before);
        }
        assert_eq!(waits, [SECOND / 2, SECOND, 2 * SECOND, 4 * SECOND]);
    }

    #[test]
    fn one_that_never_shows_anything_stops() {
        let now = Instant::now();
        let mut life = Life::new(now);
        life.tend(now, Shown::Live, false, NOTHING);
        assert_eq!(life.tend(now + START, Shown::Live, false, NOTHING), Deed::End);
        assert!(matches!(life.health(), PanelHealth::Stopped { .. }));
    }

    #[test]
    fn one_that_was_closed_starts_when_somebody_goes_to_it_again() {
        let now = Instant::now();
        let mut life = well(now);
        life.close();
        // The camera is still on its way out.
        assert_eq!(life.tend(now, Shown::Live, false, NOTHING), Deed::Nothing);
        assert_eq!(life.tend(now, Shown::Thumbnail, false, NOTHING), Deed::Nothing);
        assert_eq!(life.tend(now, Shown::Thumbnail, false, NOTHING), Deed::Nothing);
        assert_eq!(life.tend(now, Shown::Live, false, NOTHING), Deed::Start);
    }
}
