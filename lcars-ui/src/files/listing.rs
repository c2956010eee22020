//! What is known of a directory.

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;

use super::entry::{Entry, FileName, shown};
use super::order;
use super::quote::{Unquotable, quoted_text};
use super::when::Moment;
use crate::hierarchy::SectorId;

/// No more entries of a directory are shown.
pub const MOST_ENTRIES: usize = 100_000;
/// No path is longer; it is what Linux allows.
pub const MOST_PATH_BYTES: usize = 4096;

/// Why a directory is not shown. The text is fit for the screen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the texts say it")]
pub enum Failure {
    #[error("you may not look into this directory")]
    Denied,
    #[error("this directory is not there")]
    Missing,
    #[error("this is not a directory")]
    NotADirectory,
    #[error("the links on the way to this directory lead in a circle")]
    Loop,
    #[error("the path of this directory is too long")]
    TooLong,
    #[error("too many directories are being read; close a view and come back")]
    Busy,
    #[error("{0}")]
    Other(String),
}

/// How far the reading of a directory is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// There is more to come.
    Reading,
    /// This is all of it, and changes to it are shown as they happen.
    Whole,
    /// It could not be read.
    Failed(Failure),
    /// It was there and is no more.
    Gone,
}

/// A directory as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Absolute; any bytes but NUL.
    pub path: Arc<[u8]>,
    /// What is in it: folders first, then by name. At most [`MOST_ENTRIES`].
    pub entries: Arc<[Entry]>,
    /// How far the reading is.
    pub progress: Progress,
    /// There is more in it than is shown.
    pub cut: bool,
    /// A terminal is in it, so that a command may name its files without their path.
    pub at_terminal: bool,
}

impl Listing {
    /// A directory with these entries, which may come in any order.
    pub fn new(path: impl AsRef<[u8]>, mut entries: Vec<Entry>, progress: Progress) -> Self {
        entries.sort_by(order::usual);
        let cut = entries.len() > MOST_ENTRIES;
        entries.truncate(MOST_ENTRIES);
        Self { path: path.as_ref().into(), entries: entries.into(), progress, cut, at_terminal: false }
    }

    /// A directory of which only the path is known.
    pub fn reading(path: impl AsRef<[u8]>) -> Self {
        Self::new(path, Vec::new(), Progress::Reading)
    }

    /// The path on one line, with everything that cannot be seen written out.
    pub fn shown_path(&self) -> String {
        shown(&self.path)
    }

    /// The path of an entry.
    pub fn path_of(&self, name: &FileName) -> Vec<u8> {
        let mut path = self.path.to_vec();
        if path.last() != Some(&b'/') {
            path.push(b'/');
        }
        path.extend(name.bytes());
        path
    }

    /// An entry as a word of a command: by its name where the terminal is in this directory, else by its path.
    ///
    /// # Errors
    /// If it cannot be written so that what is seen is what is meant.
    pub fn word_for(&self, name: &FileName) -> Result<String, Unquotable> {
        if self.at_terminal {
            return super::quote::quoted(name);
        }
        let path = String::from_utf8(self.path_of(name)).map_err(|_| Unquotable::NotText)?;
        quoted_text(&path)
    }

    /// The directory that this one is in, as a word of a command. `None` at the root.
    pub fn word_for_parent(&self) -> Option<Result<String, Unquotable>> {
        let parent = parent(&self.path)?;
        if self.at_terminal {
            return Some(Ok(String::from("..")));
        }
        Some(std::str::from_utf8(parent).map_err(|_| Unquotable::NotText).and_then(quoted_text))
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        parent(&self.path).is_none()
    }

    /// The entry that a number stands for.
    pub fn by_id(&self, id: u64) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name.id() == id)
    }
}

/// The path without its last part.
pub(crate) fn parent(path: &[u8]) -> Option<&[u8]> {
    let path = trimmed(path);
    let slash = path.iter().rposition(|byte| *byte == b'/')?;
    (path.len() > 1).then(|| if slash == 0 { &path[..1] } else { &path[..slash] })
}

/// The first part of the way from one directory down to another, if that lies below it.
pub(crate) fn first_step(from: &[u8], to: &[u8]) -> Option<FileName> {
    let (from, to) = (trimmed(from), trimmed(to));
    let rest = if from == b"/" { to.strip_prefix(b"/")? } else { to.strip_prefix(from)?.strip_prefix(b"/")? };
    FileName::new(rest.split(|byte| *byte == b'/').next()?)
}

/// The entry of a directory that leads towards another, if that lies below it.
pub fn step_towards(from: &Listing, to: &Listing) -> Option<FileName> {
    first_step(&from.path, &to.path)
}

/// A path without slashes at its end.
fn trimmed(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(1.min(path.len()), |last| last + 1);
    &path[..end]
}

/// A directory of which something is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedListing {
    /// What the program wants to be seen of it.
    pub shown: Arc<Listing>,
    /// All of it.
    pub whole: Arc<Listing>,
}

/// What is known of the directories that hubs show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directories {
    /// By sector.
    pub by_sector: BTreeMap<SectorId, Arc<Listing>>,
    /// That of which something is chosen for a program.
    pub asked: Option<AskedListing>,
    /// The time of day, to the minute.
    pub now: Moment,
}

impl Directories {
    /// The directory that a sector shows.
    pub fn of(&self, sector: SectorId) -> Option<&Arc<Listing>> {
        self.by_sector.get(&sector)
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Kind;
    use super::*;

    fn name(text: &str) -> FileName {
        FileName::new(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_file_is_named_by_its_path_where_no_terminal_is_beside_it() {
        let away = Listing::reading("/home/ada/my src");
        assert_eq!(away.word_for(&name("a b")).unwrap(), "'/home/ada/my src/a b'");
        assert_eq!(away.word_for(&name("-x")).unwrap(), "'/home/ada/my src/-x'");
        assert_eq!(away.word_for_parent(), Some(Ok(String::from("/home/ada"))));
        let here = Listing { at_terminal: true, ..away };
        assert_eq!(here.word_for(&name("-x")).unwrap(), "./-x");
        assert_eq!(here.word_for_parent(), Some(Ok(String::from(".."))));
        assert_eq!(Listing::reading("/").word_for(&name("etc")).unwrap(), "/etc");
        assert_eq!(Listing::reading("/").word_for_parent(), None);
        assert_eq!(Listing::reading(b"/\xff").word_for(&name("x")), Err(Unquotable::NotText));
    }

    #[test]
    fn the_way_from_one_directory_to_another_begins_with_a_child() {
        assert_eq!(first_step(b"/home", b"/home/ada/src"), Some(name("ada")));
        assert_eq!(first_step(b"/", b"/home/ada"), Some(name("home")));
        assert_eq!(first_step(b"/home/", b"/home/ada/"), Some(name("ada")));
        for (from, to) in [("/home", "/home"), ("/home", "/homely"), ("/home/ada", "/home"), ("/", "/"), ("", "x")] {
            assert_eq!(first_step(from.as_bytes(), to.as_bytes()), None, "{from} to {to}");
        }
        assert_eq!(parent(b"/home/"), Some(&b"/"[..]));
        assert_eq!(parent(b"/home/ada"), Some(&b"/home"[..]));
        assert_eq!((parent(b"/"), parent(b"//"), parent(b"")), (None, None, None));
    }

    #[test]
    fn no_more_is_kept_than_can_be_shown() {
        let entries = (0..MOST_ENTRIES + 1).map(|n| Entry::named(name(&format!("f{n}")), Kind::File)).collect();
        let listing = Listing::new("/x", entries, Progress::Whole);
        assert!(listing.cut && listing.entries.len() == MOST_ENTRIES);
    }
}
