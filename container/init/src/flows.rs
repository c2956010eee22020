//! A table of a few entries, of which the one that was silent longest goes first.

use std::{
    collections::HashMap,
    hash::Hash,
    time::{Duration, Instant},
};

/// Entries that go when they are silent, or when there are too many. Time is what the caller says it is.
#[derive(Debug)]
pub struct Flows<K, V> {
    entries: HashMap<K, (V, Instant)>,
    most: usize,
    life: Duration,
}

impl<K: Hash + Eq + Clone, V> Flows<K, V> {
    /// At most `most` entries, each of which may be silent for `life`.
    pub fn new(most: usize, life: Duration) -> Self {
        Self { entries: HashMap::new(), most, life }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// An entry that is heard now.
    pub fn heard(&mut self, key: &K, now: Instant) -> Option<&mut V> {
        let (value, last) = self.entries.get_mut(key)?;
        *last = (*last).max(now);
        Some(value)
    }

    /// An entry, without a word that it was heard.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(value, _)| value)
    }

    /// Adds one that is heard now; gives back the one that had to go for it.
    pub fn insert(&mut self, key: K, value: V, now: Instant) -> Option<(K, V)> {
        let gone = if self.entries.len() >= self.most && !self.entries.contains_key(&key) {
            let oldest = self.entries.iter().min_by_key(|(_, (_, last))| *last).map(|(key, _)| key.clone());
            oldest.and_then(|oldest| self.remove(&oldest).map(|value| (oldest, value)))
        } else {
            None
        };
        self.entries.insert(key, (value, now));
        gone
    }

    /// Takes one out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.entries.remove(key).map(|(value, _)| value)
    }

    /// Takes out what was silent for too long.
    pub fn expire(&mut self, now: Instant) -> Vec<(K, V)> {
        let life = self.life;
        self.entries
            .extract_if(|_, (_, last)| now.saturating_duration_since(*last) >= life)
            .map(|(key, (value, _))| (key, value))
            .collect()
    }

    /// When the next one goes, if all stay silent.
    pub fn next(&self) -> Option<Instant> {
        self.entries.values().map(|(_, last)| *last + self.life).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(120);

    #[test]
    fn the_one_that_was_silent_longest_goes_first() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut flows = Flows::new(2, LIFE);
        assert_eq!(flows.insert(1, 'a', at(0)), None);
        assert_eq!(flows.insert(2, 'b', at(1)), None);
        assert_eq!(flows.heard(&1, at(2)), Some(&mut 'a'));
        assert_eq!(flows.insert(3, 'c', at(3)), Some((2, 'b')));
        assert_eq!(flows.insert(3, 'd', at(4)), None, "the same one takes no other's place");
        assert_eq!(flows.len(), 2);
    }

    #[test]
    fn silence_ends_one_and_nothing_else_does() {
        let start = Instant::now();
        let mut flows = Flows::new(8, LIFE);
        flows.insert(1, (), start);
        flows.insert(2, (), start + Duration::from_secs(60));
        assert_eq!(flows.next(), Some(start + LIFE));
        assert!(flows.expire(start + LIFE - Duration::from_millis(1)).is_empty());
        assert_eq!(flows.expire(start + LIFE), vec![(1, ())]);
        assert_eq!(flows.next(), Some(start + Duration::from_secs(180)));
        assert!(flows.expire(start).is_empty(), "a clock that goes back ends nothing");
    }
}
