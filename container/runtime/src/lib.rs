//! Containers: engines over their REST API, or our own namespaces, behind one trait. Knows nothing of users.
//!
//! A [`Runtime`] makes containers from a [`Spec`], tells how they do, and takes them away. What the machine cannot give
//! is found out before anybody asks for it ([`Facts`]), and is refused or given up by somebody's explicit word, never
//! silently.

pub mod engine;
pub mod facts;
pub mod local;
mod net;
pub mod seccomp;
pub mod spec;

use std::path::Path;

use async_trait::async_trait;
use futures::stream::BoxStream;

pub use crate::{
    facts::Facts,
    spec::{Name, Spec},
};

/// Why a container is not as it was asked to be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none of this name.
    #[error("there is no container {0}")]
    Missing(Name),
    /// There is one already. Whoever made it goes on with that one.
    #[error("there is a container {0} already")]
    Exists(Name),
    /// The machine or the engine lacks what the spec asks for.
    #[error("{what} cannot be had here: {why}")]
    Unsupported {
        /// What was asked for, such as "checkpoint".
        what: &'static str,
        /// What the probe found.
        why: String,
    },
    /// The engine does not answer. It may be starting again.
    #[error("the container engine does not answer: {0}")]
    Unreachable(String),
    /// The engine said no.
    #[error("{doing}: {said}")]
    Refused {
        /// What was being done.
        doing: &'static str,
        /// The engine's own words, cut to a line.
        said: String,
    },
    /// The system said no.
    #[error("{doing}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}

/// How a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Made, and never started.
    Created,
    /// Its processes run.
    Running,
    /// Its processes are there and get no processor.
    Frozen,
    /// Its first process ended.
    Exited {
        /// Exit status; 128 + the signal where one ended it.
        status: i32,
    },
}

/// A container that is there, whoever made it.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its name.
    pub name: Name,
    /// How it is.
    pub state: State,
    /// What the spec that it was made from had as labels.
    pub labels: std::collections::BTreeMap<String, String>,
}

/// What a container uses just now.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Stats {
    /// Processor time since its start, of all its processes.
    pub cpu: std::time::Duration,
    /// Bytes of memory, without the page cache where the machine can tell.
    pub memory: u64,
    /// Processes and threads.
    pub pids: u64,
    /// Bytes read from and written to block devices.
    pub block: (u64, u64),
    /// Bytes received and sent.
    pub network: (u64, u64),
}

/// Something happened to a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Which.
    pub name: Name,
    /// How it is now. `None`: it is gone.
    pub state: Option<State>,
}

/// Makes containers, and takes them away. Every call may be made again after a crash of the caller: what is already so
/// is no error, but for [`Error::Exists`].
#[async_trait]
pub trait Runtime: Send + Sync {
    /// What the machine gives.
    async fn facts(&self) -> Facts;

    /// Makes a container; it does not run yet.
    ///
    /// # Errors
    /// [`Error::Exists`]; [`Error::Unsupported`] where the spec insists on what the machine lacks.
    async fn create(&self, spec: &Spec) -> Result<(), Error>;

    /// Lets its first process run.
    async fn start(&self, name: &Name) -> Result<(), Error>;

    /// Takes the processor from it; its memory stays.
    async fn freeze(&self, name: &Name) -> Result<(), Error>;

    /// Gives the processor back.
    async fn thaw(&self, name: &Name) -> Result<(), Error>;

    /// Its share of the processor beside others from now on, whatever its spec said: 1 to 10 000, of which 100 is usual.
    /// For one that runs; a frozen one may be refused.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where there are no shares, or none that can be changed.
    async fn weigh(&self, name: &Name, weight: u32) -> Result<(), Error>;

    /// Writes all of its processes to an archive and ends them.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where there is no CRIU, or it does not pass its own check.
    async fn checkpoint(&self, name: &Name, archive: &Path) -> Result<(), Error>;

    /// Makes and starts a container from such an archive.
    async fn restore(&self, spec: &Spec, archive: &Path) -> Result<(), Error>;

    /// Ends its processes, first kindly for `grace`, and takes it away. One that is not there is no error.
    async fn remove(&self, name: &Name, grace: std::time::Duration) -> Result<(), Error>;

    /// What it uses.
    async fn stats(&self, name: &Name) -> Result<Stats, Error>;

    /// Every container that this runtime made and that is still there.
    async fn list(&self) -> Result<Vec<Known>, Error>;

    /// The process id of its first process, in the namespace of the caller. `None` if it does not run.
    async fn pid(&self, name: &Name) -> Result<Option<u32>, Error>;

    /// What happens to them, from now on. Ends when the engine's connection does; then one lists, and asks anew.
    async fn events(&self) -> Result<BoxStream<'static, Event>, Error>;
}
