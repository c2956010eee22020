//! Programs that are installed and removed while the desktop runs: it knows those that are there.

use std::path::PathBuf;
use std::time::Duration;

use calloop::channel::{Event, channel};
use calloop::timer::{TimeoutAction, Timer};

use crate::environment;
use crate::services::entries::{Entries, Locale};
use crate::services::watch::folders::Folders;
use crate::state::State;

/// What installs programs is at work for a while: it is left alone for so long.
const QUIET: Duration = Duration::from_millis(500);

/// Whether it is as it was read.
#[derive(Debug, Default)]
pub(super) struct Installed {
    folders: Option<Folders>,
    /// Something has changed, and is read in a moment.
    changed: bool,
    /// A thread reads.
    reading: bool,
}

impl State {
    /// Reads what can be started again a moment after something was installed or removed.
    pub(crate) fn watch_installed(&mut self) {
        let Some(session) = &mut self.session else { return };
        let folders: Vec<PathBuf> = session.dirs.data.iter().map(|dir| dir.join("applications")).collect();
        match Folders::watch(&self.handle, &folders, Self::installed_changed) {
            Ok(folders) => session.installed.folders = Some(folders),
            Err(error) => tracing::warn!(%error, "programs that are installed from now on are not noticed"),
        }
        self.watch_below();
    }

    /// Entries may lie deeper: as deep as any does now.
    fn watch_below(&self) {
        let Some(session) = &self.session else { return };
        let Some(folders) = &session.installed.folders else { return };
        if let Err(error) = folders.also(session.entries.folders()) {
            tracing::warn!(%error, "some programs that are installed from now on are not noticed");
        }
    }

    fn installed_changed(&mut self) {
        let Some(session) = &mut self.session else { return };
        if std::mem::replace(&mut session.installed.changed, true) {
            return;
        }
        let inserted = self.handle.insert_source(Timer::from_duration(QUIET), |_, (), state: &mut State| {
            state.read_installed();
            TimeoutAction::Drop
        });
        if let Err(error) = inserted {
            tracing::error!(%error, "no timer for programs that were installed");
        }
    }

    /// Reads it on a thread of its own: some hundred files from a disk that has not read them yet.
    fn read_installed(&mut self) {
        let Some(session) = &mut self.session else { return };
        if session.installed.reading {
            // It is read again when that is done.
            return;
        }
        session.installed.changed = false;
        let dirs = session.dirs.clone();
        let locale = Locale::new(|name| environment::find(session.launcher.environment(), name));
        let (tell, told) = channel();
        let inserted = self.handle.insert_source(told, |event, (), state: &mut State| {
            if let Event::Msg(entries) = event {
                state.take_installed(entries);
            }
        });
        let spawned = std::thread::Builder::new().name("programs".into()).spawn(move || {
            // The desktop may have ended.
            let _ = tell.send(Entries::scan(&dirs, &locale));
        });
        match (inserted, spawned) {
            (Ok(_), Ok(_)) => session.installed.reading = true,
            (inserted, spawned) => {
                let error = spawned.err().map(|error| error.to_string());
                let error = error.or(inserted.err().map(|error| error.error.to_string())).unwrap_or_default();
                tracing::warn!(error, "what was installed is not known");
            }
        }
    }

    fn take_installed(&mut self, entries: Entries) {
        let Some(session) = &mut self.session else { return };
        session.installed.reading = false;
        let again = session.installed.changed;
        session.entries = entries;
        self.screens.iter_mut().for_each(|screen| screen.launcher_for = None);
        self.shell.outdated = true;
        self.screens.damage();
        self.watch_below();
        if again {
            self.read_installed();
        }
    }
}
