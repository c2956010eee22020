//! When to write what keeps changing.

use std::time::Duration;

/// What changes again within this time is written once.
const QUIET: Duration = Duration::from_millis(100);
/// Writes are at least so far apart.
const INTERVAL: Duration = Duration::from_millis(250);
/// Nothing waits longer than this, so that a crash loses no more. Less than a second, for writing takes time too.
const LONGEST: Duration = Duration::from_millis(700);

/// Decides when to write: once things are quiet, or when they have not been for long enough. Times are since any fixed
/// start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Debounce {
    /// The first and the last change that is not written.
    waiting: Option<(Duration, Duration)>,
    written: Option<Duration>,
}

impl Debounce {
    /// Something has changed.
    pub fn changed(&mut self, now: Duration) {
        let first = self.waiting.map_or(now, |(first, _)| first);
        self.waiting = Some((first, now));
    }

    /// When to ask again; nothing as long as nothing changes.
    pub fn next(&self) -> Option<Duration> {
        let (first, last) = self.waiting?;
        let settled = (last + QUIET).min(first + LONGEST);
        Some(self.written.map_or(settled, |written| settled.max(written + INTERVAL)))
    }

    /// Whether to write now. If so, everything up to now counts as written.
    pub fn due(&mut self, now: Duration) -> bool {
        let due = self.next().is_some_and(|next| now >= next);
        if due {
            self.waiting = None;
            self.written = Some(now);
        }
        due
    }

    /// The write failed: it is tried again, after a while.
    pub fn failed(&mut self, now: Duration) {
        self.changed(now);
        self.written = Some(now + LONGEST);
    }

    /// Whether something waits to be written, such as when the session ends.
    pub fn waits(&self) -> bool {
        self.waiting.is_some()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    #[test]
    fn one_change_is_written_once_and_soon() {
        let mut debounce = Debounce::default();
        assert_eq!(debounce.next(), None);
        debounce.changed(ms(1000));
        assert_eq!(debounce.next(), Some(ms(1100)));
        assert!(!debounce.due(ms(1099)) && debounce.due(ms(1100)) && !debounce.due(ms(5000)));
        assert!(!debounce.waits());
    }

    #[test]
    fn a_write_that_failed_is_tried_again_but_not_at_once() {
        let mut debounce = Debounce::default();
        debounce.changed(ms(0));
        assert!(debounce.due(ms(100)));
        debounce.failed(ms(100));
        assert!(debounce.waits() && !debounce.due(ms(900)));
        assert!(debounce.due(ms(1050)));
    }

    proptest! {
        #[test]
        fn no_change_waits_a_second_and_no_two_writes_are_close(steps in prop::collection::vec(0u64..400, 1..60)) {
            let (mut debounce, mut now) = (Debounce::default(), Duration::ZERO);
            let (mut oldest, mut written): (Option<Duration>, Option<Duration>) = (None, None);
            for step in steps {
                let until = now + ms(step);
                // The timer fires when it was asked to.
                while let Some(next) = debounce.next().filter(|next| *next <= until) {
                    now = next.max(now);
                    prop_assert!(debounce.due(now));
                    prop_assert!(now - oldest.take().expect("something has changed") <= ms(1000));
                    prop_assert!(written.is_none_or(|before| now - before >= INTERVAL));
                    written = Some(now);
                }
                now = until;
                debounce.changed(now);
                oldest.get_or_insert(now);
            }
            prop_assert!(debounce.next().is_some_and(|next| next <= now + ms(1000)));
        }
    }
}
