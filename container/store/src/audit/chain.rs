//! How one line follows from another. Pure, so that an exported log can be looked through without a database.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{Anchor, Event, Line, Outcome, Verdict};
use crate::{Moment, bounds::cut, hex};

/// What stands in the place of the hash before the first line.
const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is hashed: a line without its hash, as compact JSON with its fields in this order. It is what an exported line
/// has up to its last field, so anybody can do it again.
#[derive(Serialize)]
struct Hashed<'a> {
    number: u64,
    at: Moment,
    who: &'a str,
    from: &'a str,
    what: &'a str,
    on: &'a str,
    outcome: Outcome,
    detail: &'a str,
    before: &'a str,
}

impl Line {
    /// The line that follows the last one.
    pub(super) fn after(last: Option<&Anchor>, event: &Event, at: Moment) -> Self {
        let mut line = Self {
            number: last.map_or(1, |last| last.number + 1),
            at,
            who: cut(&event.who, 256),
            from: cut(&event.from, 256),
            what: cut(&event.what, 256),
            on: cut(&event.on, 4096),
            outcome: event.outcome,
            detail: cut(&event.detail, 4096),
            before: last.map_or(NOTHING_BEFORE, |last| &last.hash).to_owned(),
            hash: String::new(),
        };
        line.hash = line.sum();
        line
    }

    /// What its hash has to be.
    fn sum(&self) -> String {
        let hashed = Hashed {
            number: self.number,
            at: self.at,
            who: &self.who,
            from: &self.from,
            what: &self.what,
            on: &self.on,
            outcome: self.outcome,
            detail: &self.detail,
            before: &self.before,
        };
        // Texts and numbers only: there is nothing in it that JSON could not say.
        let text = serde_json::to_vec(&hashed).unwrap_or_default();
        hex(&Sha256::digest(&text))
    }
}

/// Looks at lines in order, as many as there are.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    last: Option<Anchor>,
    anchor: Option<Anchor>,
}

impl Chain {
    /// `anchor` is a line that is known to have been there.
    pub fn new(anchor: Option<Anchor>) -> Self {
        Self { last: None, anchor }
    }

    /// Looks at the next line. `Some` if it does not fit.
    pub fn add(&mut self, line: &Line) -> Option<Verdict> {
        let (number, before) = match &self.last {
            Some(last) => (last.number + 1, last.hash.as_str()),
            None => (1, NOTHING_BEFORE),
        };
        let broken = |why| Some(Verdict::Broken { number, why });
        if line.number != number {
            return broken("it is missing");
        }
        if line.before != before {
            return broken("it does not follow from the one before");
        }
        if line.hash != line.sum() {
            return broken("it was changed");
        }
        if self.anchor.as_ref().is_some_and(|anchor| anchor.number == number && anchor.hash != line.hash) {
            return broken("it is another one than was noted down outside of the database");
        }
        self.last = Some(Anchor { number, hash: line.hash.clone() });
        None
    }

    /// There are no more lines.
    pub fn end(self) -> Verdict {
        let next = self.last.as_ref().map_or(1, |last| last.number + 1);
        match &self.anchor {
            Some(anchor) if anchor.number >= next => {
                Verdict::Broken { number: next, why: "it is missing, and so are all after it" }
            }
            _ => Verdict::Whole { last: self.last },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(what: &str) -> Event {
        Event {
            who: "alice".to_owned(),
            from: "192.0.2.1".to_owned(),
            what: what.to_owned(),
            on: "alice".to_owned(),
            outcome: Outcome::Done,
            detail: "a\0\n\"b\"".to_owned(),
        }
    }

    fn log(lines: usize) -> Vec<Line> {
        let mut log: Vec<Line> = Vec::new();
        for number in 0..lines {
            let last = log.last().map(|line| Anchor { number: line.number, hash: line.hash.clone() });
            log.push(Line::after(last.as_ref(), &event(&format!("act {number}")), Moment::from_millis(number as i64)));
        }
        log
    }

    fn verdict(lines: &[Line], anchor: Option<Anchor>) -> Verdict {
        let mut chain = Chain::new(anchor);
        lines.iter().find_map(|line| chain.add(line)).unwrap_or_else(|| chain.end())
    }

    fn first_broken(lines: &[Line], anchor: Option<Anchor>) -> Option<u64> {
        match verdict(lines, anchor) {
            Verdict::Broken { number, .. } => Some(number),
            Verdict::Whole { .. } => None,
        }
    }

    #[test]
    fn an_exported_line_can_be_checked_by_anybody() {
        let line = log(1).remove(0);
        let exported = serde_json::to_string(&line).unwrap();
        let (hashed, hash) = exported.rsplit_once(",\"hash\":\"").unwrap();
        assert_eq!(hex(&Sha256::digest(format!("{hashed}}}"))), hash.trim_end_matches("\"}"));
        assert_eq!(serde_json::from_str::<Line>(&exported).unwrap(), line);
    }

    #[test]
    fn what_was_changed_is_found_where_it_was_changed() {
        let log = log(9);
        let last = log.last().map(|line| Anchor { number: line.number, hash: line.hash.clone() });
        assert_eq!(verdict(&log, last.clone()), Verdict::Whole { last });
        type Change = fn(&mut Line);
        let changes: [Change; 8] = [
            |line| line.at = line.at + std::time::Duration::from_millis(1),
            |line| line.who = "bob".to_owned(),
            |line| line.from.clear(),
            |line| line.what.push('!'),
            |line| line.on.clear(),
            |line| line.outcome = Outcome::Refused,
            |line| line.detail.clear(),
            |line| line.before = "0".repeat(64),
        ];
        for change in changes {
            let mut log = log.clone();
            change(&mut log[4]);
            assert_eq!(first_broken(&log, None), Some(5));
            // Whoever makes its hash fit moves the break to the next line.
            log[4].hash = log[4].sum();
            let next = if log[4].before == log[3].hash { 6 } else { 5 };
            assert_eq!(first_broken(&log, None), Some(next));
        }
    }

    #[test]
    fn what_is_gone_is_missed() {
        let whole = log(9);
        let anchor = Some(Anchor { number: 9, hash: whole[8].hash.clone() });
        let mut log = whole.clone();
        log.remove(4);
        assert_eq!(first_broken(&log, None), Some(5));
        let cut = &whole[..6];
        assert_eq!(first_broken(cut, None), None, "nothing in what is left shows it");
        assert_eq!(first_broken(cut, anchor.clone()), Some(7));
        assert_eq!(first_broken(&[], anchor), Some(1));
    }

    #[test]
    fn one_that_was_written_all_anew_does_not_fit_the_anchor() {
        let anchor = Anchor { number: 3, hash: log(3)[2].hash.clone() };
        let mut forged: Vec<Line> = Vec::new();
        for _ in 0..5 {
            let last = forged.last().map(|line| Anchor { number: line.number, hash: line.hash.clone() });
            forged.push(Line::after(last.as_ref(), &event("nothing"), Moment::default()));
        }
        assert_eq!(first_broken(&forged, None), None);
        assert_eq!(first_broken(&forged, Some(anchor)), Some(3));
    }
}
