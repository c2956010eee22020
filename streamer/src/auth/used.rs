//! Which grants were used, for as long as they could be used again.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

/// The names of used grants. Only names out of signed grants get here, so that nobody else can fill it.
#[derive(Debug)]
pub struct Used {
    names: HashSet<Arc<str>>,
    /// In the order they came.
    order: VecDeque<(Instant, Arc<str>)>,
    keep: Duration,
    most: usize,
}

/// Why a name is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// It was used before.
    Again,
    /// So many came lately that a replay could not be told any more.
    Full,
}

impl Used {
    /// Keeps each name for `keep`, at most `most` at a time.
    pub fn new(keep: Duration, most: usize) -> Self {
        Self { names: HashSet::new(), order: VecDeque::new(), keep, most }
    }

    /// Takes a name. Measured by a clock that nobody sets: a wrong time of day brings no grant back.
    ///
    /// # Errors
    /// See [`NotTaken`].
    pub fn take(&mut self, name: &str, now: Instant) -> Result<(), NotTaken> {
        while self.order.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) > self.keep) {
            if let Some((_, name)) = self.order.pop_front() {
                self.names.remove(&name);
            }
        }
        if self.names.contains(name) {
            return Err(NotTaken::Again);
        }
        if self.order.len() >= self.most {
            return Err(NotTaken::Full);
        }
        let name: Arc<str> = name.into();
        self.names.insert(Arc::clone(&name));
        self.order.push_back((now, name));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_once_and_kept_no_longer_than_it_matters() {
        let (keep, began) = (Duration::from_secs(75), Instant::now());
        let mut used = Used::new(keep, 3);
        assert_eq!(used.take("a", began), Ok(()));
        assert_eq!(used.take("a", began), Err(NotTaken::Again));
        assert_eq!(used.take("b", began + keep), Ok(()));
        assert_eq!(used.take("a", began + keep), Err(NotTaken::Again));
        assert_eq!(used.take("c", began + keep), Ok(()));
        assert_eq!(used.take("d", began + keep), Err(NotTaken::Full), "rather refused than replayed");
        assert_eq!(used.take("d", began + keep + Duration::from_millis(1)), Ok(()), "there is room again");
        assert_eq!(used.names.len(), used.order.len());
    }
}
