//! Containers without an engine: our own namespaces.
//!
//! Each container is a directory of records, one process of ours that waits for its end (`tos-init --jail`), and what runs inside.
//! None of it is a child of the caller, who may be killed and come again: what is true is in the records and in the
//! system, and a process is known by its number and the moment of its start, so that nobody else's is ever meant.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use futures::stream::BoxStream;

use crate::{Error, Event, Facts, Known, Name, Runtime, Spec, Stats};

/// Where and by what containers are made.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where records are kept; ours alone. It is made if it is not there. As short-lived as the processes: `/run`.
    pub directory: PathBuf,
    /// The program `tos-init`.
    pub init: PathBuf,
    /// Part of the names of cgroups, so that two of us do not meet: as a container's name.
    pub instance: Name,
}

/// Containers made by ourselves.
pub struct Local {
    settings: Settings,
}

impl Local {
    /// Finds out what the machine gives.
    ///
    /// # Errors
    /// [`Error::System`] if the directory cannot be made.
    pub async fn open(settings: Settings) -> Result<Self, Error> {
        Ok(Self { settings })
    }
}

fn later() -> Error {
    Error::Unsupported { what: "a container without an engine", why: "not yet".into() }
}

#[async_trait]
impl Runtime for Local {
    async fn facts(&self) -> Facts {
        let _ = &self.settings;
        Facts::default()
    }

    async fn create(&self, _: &Spec) -> Result<(), Error> {
        Err(later())
    }

    async fn start(&self, _: &Name) -> Result<(), Error> {
        Err(later())
    }

    async fn freeze(&self, _: &Name) -> Result<(), Error> {
        Err(later())
    }

    async fn thaw(&self, _: &Name) -> Result<(), Error> {
        Err(later())
    }

    async fn checkpoint(&self, _: &Name, _: &Path) -> Result<(), Error> {
        Err(later())
    }

    async fn restore(&self, _: &Spec, _: &Path) -> Result<(), Error> {
        Err(later())
    }

    async fn remove(&self, _: &Name, _: Duration) -> Result<(), Error> {
        Err(later())
    }

    async fn stats(&self, _: &Name) -> Result<Stats, Error> {
        Err(later())
    }

    async fn list(&self) -> Result<Vec<Known>, Error> {
        Ok(Vec::new())
    }

    async fn pid(&self, _: &Name) -> Result<Option<u32>, Error> {
        Err(later())
    }

    async fn events(&self) -> Result<BoxStream<'static, Event>, Error> {
        Err(later())
    }
}
