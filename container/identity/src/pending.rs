//! What waits for its second half: a passkey that is being touched, a browser that is away at a provider.
//!
//! Each entry is taken once, by the token that its browser holds, before it expires. Anybody may begin something without
//! ever ending it, so there is room for a number of entries, and when it is full the one who fills it pays: the oldest entry
//! of the address prefix with the most goes. A sign-in from elsewhere is not disturbed.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use crate::{
    limits::Prefix,
    secret::{Hash, NoRandomness, Token, Use},
};

struct Entry<T> {
    value: T,
    prefix: Prefix,
    until: Instant,
}

/// Entries that wait.
pub struct Pending<T> {
    entries: HashMap<Hash, Entry<T>>,
    /// The entries of each prefix, oldest first; may name some that are gone.
    order: HashMap<Prefix, VecDeque<Hash>>,
    life: Duration,
    room: usize,
}

impl<T> Pending<T> {
    /// Room for `room` entries, each for `life`.
    pub fn new(room: usize, life: Duration) -> Self {
        Self { entries: HashMap::new(), order: HashMap::new(), life, room: room.max(1) }
    }

    /// Keeps `value`, and gives the token that takes it out again.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn put(&mut self, value: T, prefix: Prefix, now: Instant) -> Result<Token, NoRandomness> {
        let token = Token::new()?;
        if self.entries.len() >= self.room {
            self.sweep(now);
        }
        while self.entries.len() >= self.room && self.evict() {}
        let hash = token.hash(Use::Ceremony);
        self.entries.insert(hash, Entry { value, prefix, until: now + self.life });
        self.order.entry(prefix).or_default().push_back(hash);
        Ok(token)
    }

    /// The value behind what a browser shows. It is gone then, whatever comes of it.
    pub fn take(&mut self, shown: &str, now: Instant) -> Option<T> {
        let hash = Hash::of_shown(Use::Ceremony, shown)?;
        let entry = self.entries.remove(&hash)?;
        if let Some(order) = self.order.get_mut(&entry.prefix) {
            order.retain(|other| *other != hash);
            if order.is_empty() {
                self.order.remove(&entry.prefix);
            }
        }
        (now < entry.until).then_some(entry.value)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn sweep(&mut self, now: Instant) {
        self.entries.retain(|_, entry| now < entry.until);
        let entries = &self.entries;
        self.order.retain(|_, order| {
            order.retain(|hash| entries.contains_key(hash));
            !order.is_empty()
        });
    }

    fn evict(&mut self) -> bool {
        let Some(prefix) = self.order.iter().max_by_key(|(_, order)| order.len()).map(|(prefix, _)| *prefix) else {
            return false;
        };
        if let Some(order) = self.order.get_mut(&prefix) {
            if let Some(hash) = order.pop_front() {
                self.entries.remove(&hash);
            }
            if order.is_empty() {
                self.order.remove(&prefix);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;

    use super::*;

    fn prefix(n: u32) -> Prefix {
        Prefix::of(IpAddr::V4(Ipv4Addr::from(n)))
    }

    #[test]
    fn an_entry_is_taken_once_and_in_time() {
        let now = Instant::now();
        let mut pending = Pending::new(8, Duration::from_secs(60));
        let token = pending.put(7, prefix(1), now).unwrap();
        assert_eq!(pending.take("nonsense", now), None);
        assert_eq!(pending.take(token.reveal(), now), Some(7));
        assert_eq!(pending.take(token.reveal(), now), None, "twice");
        let late = pending.put(8, prefix(1), now).unwrap();
        assert_eq!(pending.take(late.reveal(), now + Duration::from_secs(60)), None, "late");
        assert!(pending.is_empty());
    }

    #[test]
    fn who_fills_it_pays() {
        let now = Instant::now();
        let mut pending = Pending::new(100, Duration::from_secs(60));
        let owner = pending.put("owner", prefix(1), now).unwrap();
        for _ in 0..10_000 {
            pending.put("flood", prefix(2), now).unwrap();
        }
        assert_eq!(pending.len(), 100);
        assert_eq!(pending.take(owner.reveal(), now), Some("owner"));
    }

    proptest! {
        #[test]
        fn it_stays_within_its_room_and_its_books_agree(
            steps in proptest::collection::vec((0u32..5, 0u64..40, any::<bool>()), 1..200),
        ) {
            let mut now = Instant::now();
            let mut pending = Pending::new(10, Duration::from_secs(60));
            let mut tokens = Vec::new();
            for (who, wait, take) in steps {
                now += Duration::from_secs(wait);
                match tokens.pop() {
                    Some(token) if take => { let token: Token = token; pending.take(token.reveal(), now); }
                    other => { tokens.extend(other); tokens.push(pending.put((), prefix(who), now).unwrap()); }
                }
                prop_assert!(pending.len() <= 10);
                prop_assert_eq!(pending.order.values().map(VecDeque::len).sum::<usize>(), pending.len());
            }
        }
    }
}
