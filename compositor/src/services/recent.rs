//! What was started lately and often, `$XDG_STATE_HOME/tos/recent.json`.
//!
//! Each start counts one, and a count halves every two weeks, so that what somebody needed last year makes room for what
//! they need now. [`Recent::load`] and [`Recent::save`] touch the disk; the rest works on memory. Times are seconds since
//! 1970, given by the caller.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::persist::{self, Loaded, PersistError};

/// Entries that are remembered.
const MOST: usize = 256;
/// Bytes of the file.
const MOST_BYTES: u64 = 1 << 20;
/// Bytes of an entry's id.
const MOST_ID_BYTES: usize = 255;
/// After so many seconds a start counts half.
const HALF_LIFE: f64 = 14.0 * 24.0 * 3600.0;
/// What the file says of its form.
const VERSION: u32 = 1;

/// Which entries were started, and when.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recent {
    /// The last one first.
    started: Vec<Started>,
}

/// One entry that was started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Started {
    id: String,
    /// When it was last started.
    last: u64,
    /// How often, as of then.
    count: f64,
}

/// What the file holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    started: Vec<Started>,
}

impl Recent {
    /// Reads the file. If it is damaged or of a later version it is kept aside, and nothing was started.
    ///
    /// # Errors
    /// If it cannot be read; nobody may write to its place then.
    pub fn load(path: &Path) -> Result<Loaded<Self>, PersistError> {
        persist::load(path, MOST_BYTES, Self::understand)
    }

    /// Writes the file, as a whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), PersistError> {
        persist::write(path, &self.to_bytes())
    }

    /// What [`Recent::save`] writes, for those who write elsewhere.
    pub fn to_bytes(&self) -> Vec<u8> {
        let stored = Stored { version: VERSION, started: self.started.clone() };
        // Texts and finite numbers always have a form in JSON.
        serde_json::to_vec_pretty(&stored).unwrap_or_default()
    }

    fn understand(bytes: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let Version { version } = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if version != VERSION {
            return Err(format!("it has version {version}, and {VERSION} is what is known"));
        }
        let stored: Stored = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let mut recent = Self::default();
        for started in stored.started {
            let sound = started.count.is_finite() && started.count >= 0.0 && started.id.len() <= MOST_ID_BYTES;
            if !sound {
                return Err("it holds an entry that makes no sense".into());
            }
            if recent.get(&started.id).is_none() {
                recent.started.push(started);
            }
        }
        recent.started.sort_by_key(|started| std::cmp::Reverse(started.last));
        recent.started.truncate(MOST);
        Ok(recent)
    }

    /// An entry was started.
    pub fn add(&mut self, id: &str, now: u64) {
        if id.is_empty() || id.len() > MOST_ID_BYTES {
            return;
        }
        let before = self.started.iter().position(|started| started.id == id).map(|at| self.started.remove(at));
        let count = before.as_ref().map_or(0.0, |started| started.count_at(now));
        // A clock that was put back does not make an entry older than the others.
        let last = self.started.first().map_or(now, |newest| newest.last.max(now));
        self.started.insert(0, Started { id: id.to_owned(), last, count: count + 1.0 });
        self.started.truncate(MOST);
    }

    /// How lately an entry was started, more being later: what [`Entries::search`](super::entries::Entries::search)
    /// asks for. Nought if it was not.
    pub fn recency(&self, id: &str) -> u64 {
        let place = self.started.iter().position(|started| started.id == id);
        place.map_or(0, |place| (self.started.len() - place) as u64)
    }

    fn get(&self, id: &str) -> Option<&Started> {
        self.started.iter().find(|started| started.id == id)
    }
}

impl Started {
    fn count_at(&self, now: u64) -> f64 {
        self.count * (-(now.saturating_sub(self.last) as f64) / HALF_LIFE).exp2()
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::Scratch;
    use super::*;

    const DAY: u64 = 24 * 3600;

    fn latest(recent: &Recent) -> Vec<&str> {
        recent.started.iter().map(|started| started.id.as_str()).collect()
    }

    #[test]
    fn the_last_comes_first() {
        let mut recent = Recent::default();
        for (n, id) in ["a", "b", "a", "c", "a", "b"].into_iter().enumerate() {
            recent.add(id, n as u64);
        }
        assert_eq!(latest(&recent), ["b", "a", "c"]);
        assert!(recent.recency("b") > recent.recency("c") && recent.recency("c") > recent.recency("never"));
    }

    #[test]
    fn what_was_needed_long_ago_counts_for_less() {
        let mut recent = Recent::default();
        (0..8).for_each(|n| recent.add("old", n));
        (0..3).for_each(|n| recent.add("new", 50 * DAY + n));
        let count = |id: &str| recent.get(id).unwrap().count_at(50 * DAY);
        assert!(count("old") < count("new"));
    }

    #[test]
    fn a_clock_that_goes_back_does_no_harm() {
        let mut recent = Recent::default();
        recent.add("a", 1000 * DAY);
        recent.add("b", 5);
        assert_eq!(latest(&recent), ["b", "a"]);
        assert!(recent.started.iter().all(|started| started.count.is_finite()));
    }

    #[test]
    fn no_more_are_remembered_than_anyone_looks_at() {
        let mut recent = Recent::default();
        (0..1000).for_each(|n| recent.add(&n.to_string(), n));
        recent.add("", 0);
        recent.add(&"x".repeat(5000), 0);
        assert_eq!((recent.started.len(), latest(&recent)[0]), (MOST, "999"));
        assert!((recent.to_bytes().len() as u64) < MOST_BYTES);
    }

    #[test]
    fn what_is_saved_comes_back() {
        let scratch = Scratch::new();
        let path = scratch.0.join("tos/recent.json");
        assert_eq!(Recent::load(&path).unwrap(), Loaded::Nothing);
        let mut recent = Recent::default();
        (0..2 * MOST as u64).for_each(|n| recent.add(&format!("an.id.of.some.length.{n}"), n / 3));
        recent.save(&path).unwrap();
        assert_eq!(Recent::load(&path).unwrap(), Loaded::This(recent));
    }

    #[test]
    fn a_damaged_file_and_one_of_a_later_version_are_kept_aside() {
        let scratch = Scratch::new();
        let path = scratch.0.join("recent.json");
        for (contents, reason) in [
            ("{\"version\":1,\"started\":[{\"id\":\"a\",\"la", "EOF"),
            ("{\"version\":2,\"started\":[],\"more\":1}", "version 2"),
            ("{\"version\":1,\"started\":[],\"more\":1}", "unknown field"),
            ("{\"version\":1,\"started\":[{\"id\":\"a\",\"last\":1,\"count\":-5}]}", "no sense"),
            ("[]", "invalid"),
        ] {
            std::fs::write(&path, contents).unwrap();
            let Loaded::KeptAside { at, reason: told } = Recent::load(&path).unwrap() else { panic!("{contents}") };
            assert!(told.contains(reason), "{told}");
            assert_eq!(std::fs::read_to_string(at).unwrap(), contents);
        }
    }
}
