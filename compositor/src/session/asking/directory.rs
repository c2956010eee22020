//! The directory of which something is chosen: read and watched while it is on the screen. What the program's filter lets
//! be seen is found out by the thread that reads.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use bus::AskId;
use calloop::channel::{Event, sync_channel};
use lcars_ui::asking::What;
use lcars_ui::files::{AskedListing, Failure, Listing, Progress, Rule, shown_by};

use crate::services::directory;
use crate::state::State;

/// Listings that wait for the main thread. Who reads waits until there is room.
const WAITING: usize = 2;

/// What is read at the moment.
pub(super) struct Watched {
    what: Wanted,
    source: calloop::RegistrationToken,
    /// Ends with this.
    _shown: Option<directory::Shown>,
}

/// What is to be read.
#[derive(Clone, PartialEq)]
struct Wanted {
    id: AskId,
    directory: Arc<[u8]>,
    filter: usize,
}

impl State {
    /// Reads what the question on the screen shows, and nothing else.
    pub(super) fn follow_asked_directory(&mut self) {
        let wanted = self.wanted_directory();
        if self.asks.watched.as_ref().map(|watched| &watched.what) == wanted.as_ref().map(|(wanted, ..)| wanted) {
            return;
        }
        if let Some(before) = self.asks.watched.take() {
            self.handle.remove(before.source);
        }
        let Some((what, rules, only_folders)) = wanted else { return };
        let known = self.shell.directories.asked.as_ref().is_some_and(|asked| asked.whole.path == what.directory);
        if !known {
            let reading = Arc::new(Listing::reading(&what.directory));
            self.directory_asked(reading.clone(), reading);
        }
        if let Err(error) = self.watch_asked(what.clone(), rules, only_folders) {
            let failed = Progress::Failed(Failure::Other(error.to_string()));
            let listing = Arc::new(Listing::new(&what.directory, Vec::new(), failed));
            self.directory_asked(listing.clone(), listing);
        }
    }

    fn wanted_directory(&self) -> Option<(Wanted, Arc<[Rule]>, bool)> {
        let (id, screen) = self.asks.shown?;
        let asking = self.screens.get(screen)?.interface.asking.as_ref().filter(|asking| asking.asked.is_of_files())?;
        let wanted = Wanted { id, directory: asking.doing.directory.clone(), filter: asking.doing.filter };
        let rules = asking.sieve().map(|sieve| sieve.rules.clone()).unwrap_or_default();
        Some((wanted, rules, matches!(asking.asked.what, What::Folder | What::SaveAll { .. })))
    }

    fn watch_asked(&mut self, what: Wanted, rules: Arc<[Rule]>, only_folders: bool) -> anyhow::Result<()> {
        let Some(session) = &self.session else { anyhow::bail!("this session has no files") };
        let reader = session.directories.reader();
        let (sender, told) = sync_channel(WAITING);
        let tell = move |whole: Listing| {
            let entries = shown_by(&whole.entries, &rules, only_folders);
            let shown = Listing { entries: entries.into(), ..whole.clone() };
            sender.send((Arc::new(shown), Arc::new(whole))).is_ok()
        };
        // Told of one that nobody wants any more, it has no source any more either.
        let inserted = self.handle.insert_source(told, |event, (), state| {
            if let Event::Msg((shown, whole)) = event {
                state.directory_asked(shown, whole);
            }
        });
        let source = inserted.map_err(|error| error.error)?;
        let shown = match reader.show(Path::new(OsStr::from_bytes(&what.directory)), tell) {
            Ok(shown) => shown,
            Err(error) => {
                self.handle.remove(source);
                return Err(error.into());
            }
        };
        self.asks.watched = Some(Watched { what, source, _shown: Some(shown) });
        Ok(())
    }

    fn directory_asked(&mut self, shown: Arc<Listing>, whole: Arc<Listing>) {
        self.shell.directories.asked = Some(AskedListing { shown, whole });
        self.shell.outdated = true;
        self.screens.damage();
    }

    /// Nothing is chosen any more.
    pub(super) fn forget_asked_directory(&mut self) {
        if let Some(before) = self.asks.watched.take() {
            self.handle.remove(before.source);
        }
        self.shell.directories.asked = None;
    }
}
