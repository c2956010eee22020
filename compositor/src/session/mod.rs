//! What the desktop has of the machine around it: programs to start, settings, readings, and a memory that outlives it.
//!
//! A session without it, as tests of protocols use one, has windows all the same.

mod advice;
mod asking;
mod clock;
mod directories;
mod icons;
mod installed;
mod memory;
mod notices;
mod programs;
mod prompt;
mod settings;
mod staging;
pub(crate) mod terminals;
mod tray;

use std::collections::HashMap;
use std::path::PathBuf;

use lcars_ui::hierarchy::{ExpectedId, SectorId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::environment;
use crate::services::dirs::Dirs;
use crate::services::entries::{Entries, Locale};
use crate::services::launch::{LaunchId, Launcher};
use crate::services::persist::{Debounce, Loaded};
use crate::services::readings::Sampler;
use crate::services::recent::Recent;

pub(crate) use advice::Advisor;
pub(crate) use asking::Asks;
pub(crate) use memory::schema as memory_schema;
pub(crate) use notices::Notices;
pub use settings::{standard as standard_settings, texture_bytes};
pub(crate) use staging::{Asker, Staging};
pub(crate) use terminals::{Terminals, VARIABLE as TERMINAL_VARIABLE};
pub(crate) use tray::Tray;

/// Where a program was started from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Origin {
    sector: Option<SectorId>,
    /// It is to come back to where it was.
    expected: Option<ExpectedId>,
}

/// The machine around the desktop.
#[derive(Debug)]
pub struct Session {
    dirs: Dirs,
    /// Where files go that this session's programs need, and nobody else can write to.
    runtime: PathBuf,
    entries: Entries,
    installed: installed::Installed,
    launcher: Launcher,
    origins: HashMap<LaunchId, Origin>,
    sampler: Sampler,
    /// Where the desktop is remembered; nowhere if nothing is to be.
    state_file: Option<PathBuf>,
    debounce: Debounce,
    icons: Option<icons::IconThread>,
    directories: directories::Followed,
    /// What was launched; `None` where the file could not be read, and must not be written over.
    recent: Option<Recent>,
    /// A thread writes at the moment.
    writing: bool,
    /// What is in the file, as far as we know.
    written: Vec<u8>,
}

/// What the user chose on the screen rather than in a file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// A theme by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// Of the interface, 0.75 to 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// Cross-fades instead of zooms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reduced_motion: Option<bool>,
}

impl Session {
    /// The machine as it is now. Touches the disk: it reads the desktop entries and what was launched. `runtime` is the
    /// user's own directory for what lasts as long as a session.
    pub fn new(dirs: Dirs, runtime: PathBuf, launcher: Launcher, state_file: Option<PathBuf>) -> Self {
        let recent = match Recent::load(&dirs.recent_file()) {
            Ok(Loaded::This(recent)) => Some(recent),
            Ok(Loaded::Nothing | Loaded::KeptAside { .. }) => Some(Recent::default()),
            Err(error) => {
                tracing::warn!(%error, "what was launched is not known");
                None
            }
        };
        let directories = directories::Followed::new(&dirs);
        let locale = Locale::new(|name| environment::find(launcher.environment(), name));
        let entries = Entries::scan(&dirs, &locale);
        Self {
            dirs,
            runtime,
            entries,
            installed: installed::Installed::default(),
            launcher,
            origins: HashMap::new(),
            sampler: Sampler::default(),
            state_file,
            debounce: Debounce::default(),
            icons: None,
            directories,
            recent,
            writing: false,
            written: Vec::new(),
        }
    }

    pub(crate) fn dirs(&self) -> &Dirs {
        &self.dirs
    }

    /// The programs of this machine.
    pub(crate) fn entries(&self) -> &Entries {
        &self.entries
    }

    pub(crate) fn runtime(&self) -> &std::path::Path {
        &self.runtime
    }

    /// What every program of the session is told.
    pub(crate) fn environment(&self) -> &[(std::ffi::OsString, std::ffi::OsString)] {
        self.launcher.environment()
    }

    /// A variable of the session's environment.
    pub(crate) fn variable(&self, name: &str) -> Option<std::ffi::OsString> {
        environment::find(self.launcher.environment(), name)
    }

    /// What happens from now on is not remembered.
    pub(crate) fn forget_from_now_on(&mut self) {
        self.state_file = None;
    }
}
