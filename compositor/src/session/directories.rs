//! Which directory each hub shows: that of its terminal, and before there is one the user's home. A directory is read and
//! watched for as long as somebody looks at it.

use std::collections::{BTreeMap, VecDeque};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use calloop::channel::{Event, SyncSender, sync_channel};
use lcars_ui::files::{Entry, Failure, Listing, Progress};
use lcars_ui::hierarchy::{OutputId, SectorId};
use lcars_ui::interface::prompt::fit;
use lcars_ui::shells::Found;
use shell_bridge::modules::Request;

use crate::services::directory::{self, Directories, read};
use crate::services::dirs::Dirs;
use crate::state::State;

/// Listings that wait for the main thread. Who reads waits until there is room.
const WAITING: usize = 8;
/// Directories that are remembered, to be shown at once when somebody comes back.
const MOST_REMEMBERED: usize = 24;
/// Entries of all of them together.
const MOST_REMEMBERED_ENTRIES: usize = 200_000;

/// So many files of a directory are looked through for what was typed, and so many are told.
const MOST_SEARCHED: usize = 20_000;
const MOST_FOUND: usize = 32;

/// What is told of a directory, and for whom.
#[derive(Debug)]
struct Told {
    sector: SectorId,
    turn: u64,
    listing: Listing,
}

/// The directories of sectors.
#[derive(Debug)]
pub(super) struct Followed {
    directories: Directories,
    by_sector: BTreeMap<SectorId, Shown>,
    /// The one seen last at the end.
    remembered: VecDeque<Arc<Listing>>,
    sender: Option<SyncSender<Told>>,
    turns: u64,
}

/// What a sector shows.
#[derive(Debug)]
struct Shown {
    path: PathBuf,
    turn: u64,
    /// While somebody looks.
    watched: Option<directory::Shown>,
}

impl Followed {
    pub(super) fn new(dirs: &Dirs) -> Self {
        let (by_sector, remembered) = (BTreeMap::new(), VecDeque::new());
        Self { directories: Directories::new(dirs), by_sector, remembered, sender: None, turns: 0 }
    }

    /// What reads directories.
    pub(super) fn reader(&self) -> Directories {
        self.directories.clone()
    }

    fn remember(&mut self, listing: &Arc<Listing>) {
        self.remembered.retain(|known| known.path != listing.path);
        if listing.progress == Progress::Whole {
            self.remembered.push_back(listing.clone());
        }
        let entries = |known: &VecDeque<Arc<Listing>>| known.iter().map(|known| known.entries.len()).sum::<usize>();
        while self.remembered.len() > MOST_REMEMBERED || entries(&self.remembered) > MOST_REMEMBERED_ENTRIES {
            if self.remembered.pop_front().is_none() {
                break;
            }
        }
    }

    fn recall(&self, path: &[u8]) -> Option<Arc<Listing>> {
        self.remembered.iter().find(|known| *known.path == *path).cloned()
    }
}

impl State {
    /// Begins to read what somebody looks at, and stops to read what nobody does.
    pub(crate) fn follow_directories(&mut self) {
        let mut wanted = self.shell.sectors_with_files();
        if self.screens.iter().any(|screen| screen.interface.prompt.searched().is_some()) {
            wanted.extend(self.shell.desktop.prompt_sector());
        }
        let tree = self.shell.desktop.tree();
        let Some(session) = &mut self.session else { return };
        session.directories.by_sector.retain(|sector, _| tree.contains((*sector).into()));
        self.shell.directories.by_sector.retain(|sector, _| tree.contains((*sector).into()));
        for (_, shown) in session.directories.by_sector.iter_mut().filter(|(sector, _)| !wanted.contains(sector)) {
            shown.watched = None;
        }
        for sector in wanted {
            let (path, at_terminal) = self.directory_of(Some(sector));
            self.show_directory(sector, path, at_terminal);
        }
    }

    /// Finds among the files here what is searched for on a screen. Their directory is read as one that is shown.
    pub(crate) fn find_files(&mut self, screen: OutputId) {
        let searched = self.screens.get(screen).and_then(|screen| screen.interface.prompt.searched());
        // Somebody may search on another screen.
        let Some(words) = searched.map(str::to_owned) else { return };
        self.follow_directories();
        let sector = self.shell.desktop.prompt_sector();
        let listing = sector.and_then(|sector| self.shell.directories.of(sector));
        self.shell.shells.found = listing.map(|listing| files_called(&words, listing)).unwrap_or_default();
    }

    fn show_directory(&mut self, sector: SectorId, path: PathBuf, at_terminal: bool) {
        let Some(session) = &mut self.session else { return };
        let followed = &mut session.directories;
        let same = followed.by_sector.get(&sector).filter(|shown| shown.path == path);
        let is_watched = same.is_some_and(|shown| shown.watched.is_some());
        let known = self.shell.directories.by_sector.get(&sector).filter(|_| same.is_some());
        if is_watched && known.is_some_and(|known| known.at_terminal == at_terminal) {
            return;
        }
        let bytes = path.as_os_str().as_bytes();
        let known = known.cloned().or_else(|| followed.recall(bytes));
        let known = known.unwrap_or_else(|| Arc::new(Listing::reading(bytes)));
        let known = Listing { at_terminal, ..Listing::clone(&known) };
        self.shell.directories.by_sector.insert(sector, Arc::new(known));
        if !is_watched {
            self.watch_directory(sector, path);
        }
    }

    fn watch_directory(&mut self, sector: SectorId, path: PathBuf) {
        let sender = match self.listen_to_directories() {
            Ok(sender) => sender,
            Err(error) => return tracing::error!(%error, "directories cannot be followed"),
        };
        let Some(session) = &mut self.session else { return };
        let followed = &mut session.directories;
        followed.turns += 1;
        let turn = followed.turns;
        let tell = move |listing| sender.send(Told { sector, turn, listing }).is_ok();
        match followed.directories.show(&path, tell) {
            Ok(watched) => {
                followed.by_sector.insert(sector, Shown { path, turn, watched: Some(watched) });
            }
            Err(error) => {
                let failed = Progress::Failed(Failure::Other(error.to_string()));
                let listing = Listing::new(path.as_os_str().as_bytes(), Vec::new(), failed);
                self.shell.directories.by_sector.insert(sector, Arc::new(listing));
            }
        }
    }

    /// Where threads tell what they read.
    fn listen_to_directories(&mut self) -> anyhow::Result<SyncSender<Told>> {
        let Some(session) = &mut self.session else { anyhow::bail!("this session has no files") };
        if let Some(sender) = &session.directories.sender {
            return Ok(sender.clone());
        }
        let (sender, told) = sync_channel(WAITING);
        session.directories.sender = Some(sender.clone());
        let inserted = self.handle.insert_source(told, |event, (), state| {
            if let Event::Msg(told) = event {
                state.directory_told(told);
            }
        });
        inserted.map(|_| sender).map_err(|error| error.error.into())
    }

    fn directory_told(&mut self, told: Told) {
        let Some(session) = &mut self.session else { return };
        let Some(shown) = session.directories.by_sector.get(&told.sector) else { return };
        // What was read for somebody who is elsewhere by now.
        if shown.turn != told.turn || shown.watched.is_none() {
            return;
        }
        let known = self.shell.directories.by_sector.get(&told.sector);
        let known = known.filter(|known| known.path == told.listing.path);
        // What is remembered as a whole is better than what is not read to the end.
        if told.listing.progress == Progress::Reading
            && known.is_some_and(|known| !known.entries.is_empty() && known.progress == Progress::Whole)
        {
            return;
        }
        let at_terminal = known.is_some_and(|known| known.at_terminal);
        let listing = Arc::new(Listing { at_terminal, ..told.listing });
        session.directories.remember(&listing);
        let failed = matches!(listing.progress, Progress::Failed(_));
        if known.is_none_or(|known| **known != *listing) {
            self.shell.directories.by_sector.insert(told.sector, listing);
            self.shell.outdated = true;
            self.screens.damage();
        }
        let terminal = self.shell.desktop.tree().sector(told.sector).and_then(|sector| sector.terminal);
        if let Some(terminal) = terminal.filter(|_| failed && at_terminal) {
            // The shell may be where this process is not let in.
            self.ask_shell(terminal, Request::Directory);
        }
    }

    /// A shell told what is in the directory that a sector shows. It counts for as long as nobody knows better.
    pub(super) fn directory_hinted(&mut self, sector: SectorId, path: &Path, entries: Vec<Entry>, cut: bool) {
        let known = self.shell.directories.of(sector);
        let Some(listing) = known.and_then(|known| hinted(known, path, entries, cut)) else { return };
        self.shell.directories.by_sector.insert(sector, Arc::new(listing));
        self.shell.outdated = true;
        self.screens.damage();
    }

    /// Tells files how late it is, to the minute.
    pub(super) fn set_time_of_files(&mut self) {
        // SAFETY: `time` takes a null pointer for "only return it".
        let seconds = unsafe { libc::time(std::ptr::null_mut()) };
        let now = read::moment(seconds - seconds.rem_euclid(60));
        if now != self.shell.directories.now {
            self.shell.directories.now = now;
            self.shell.outdated |= !self.shell.directories.by_sector.is_empty();
        }
    }
}

/// What is shown of a directory when a shell has told what is in it; nothing where that is not wanted.
fn hinted(known: &Listing, path: &Path, entries: Vec<Entry>, cut: bool) -> Option<Listing> {
    let progress = match known.progress {
        // What the disk says when it answers takes its place.
        Progress::Reading if known.entries.is_empty() => Progress::Reading,
        // The disk has answered, and this is all there is.
        Progress::Failed(_) => Progress::Whole,
        Progress::Reading | Progress::Whole | Progress::Gone => return None,
    };
    let here = *known.path == *path.as_os_str().as_bytes();
    here.then(|| Listing { at_terminal: true, cut, ..Listing::new(&*known.path, entries, progress) })
}

/// The files of a directory whose names fit what was typed, best first; hidden ones only for who types the dot.
fn files_called(words: &str, listing: &Listing) -> Vec<Found> {
    let named = listing.entries.iter().take(MOST_SEARCHED).filter_map(|entry| {
        let hidden = entry.name.is_hidden() && !words.starts_with('.');
        let name = Some(entry.name.shown()).filter(|_| !hidden)?;
        Some((fit(words, &name)?, name, entry))
    });
    let mut fitting: Vec<_> = named.collect();
    fitting.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    let staged = |(_, name, entry): (_, String, &Entry)| {
        let verb = if entry.is_directory() { "cd" } else { "open" };
        let word = listing.word_for(&entry.name).ok()?;
        Some(Found { name, stage: format!("{verb} {word}") })
    };
    fitting.into_iter().take(MOST_FOUND).filter_map(staged).collect()
}

#[cfg(test)]
mod tests {
    use lcars_ui::files::{FileName, Kind};

    use super::*;

    fn entry(name: &str, kind: Kind) -> Entry {
        Entry::named(FileName::new(name.as_bytes()).unwrap(), kind)
    }

    #[test]
    fn what_a_shell_lists_is_shown_until_somebody_knows_better() {
        let told = || vec![entry("notes", Kind::File), entry("src", Kind::Directory)];
        let shown = |known: &Listing, path: &str| hinted(known, Path::new(path), told(), true);
        let reading = shown(&Listing::reading("/far"), "/far").unwrap();
        assert_eq!((reading.entries.len(), &reading.progress, reading.cut), (2, &Progress::Reading, true));
        assert!(reading.at_terminal);
        assert_eq!(shown(&reading, "/far"), None, "some of it is known");
        let denied = Listing::new("/far", Vec::new(), Progress::Failed(Failure::Denied));
        assert_eq!(shown(&denied, "/far").unwrap().progress, Progress::Whole);
        assert_eq!(shown(&denied, "/other"), None);
        for progress in [Progress::Whole, Progress::Gone] {
            assert_eq!(shown(&Listing::new("/far", Vec::new(), progress), "/far"), None);
        }
    }

    #[test]
    fn files_are_found_by_a_part_of_their_name_and_staged_as_one_word() {
        let mut entries: Vec<Entry> =
            ["my notes", "notes.txt", ".notes", "other"].map(|name| entry(name, Kind::File)).into();
        entries.push(entry("Notes", Kind::Directory));
        let listing = Listing { at_terminal: true, ..Listing::new("/home/somebody", entries, Progress::Whole) };
        let staged = |words| files_called(words, &listing).into_iter().map(|found| found.stage).collect::<Vec<_>>();
        assert_eq!(staged("notes"), ["cd Notes", "open notes.txt", "open 'my notes'"]);
        assert_eq!(staged(".notes"), ["open .notes"]);
    }
}
