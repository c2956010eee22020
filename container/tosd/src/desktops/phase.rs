//! How a user's desktop is, for whoever waits for it or looks at all of them.

use std::{path::PathBuf, time::Duration};

use serde::Serialize;

use crate::config::Ports;

/// How a desktop is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Phase {
    /// There is no container and no snapshot.
    New,
    /// It is on its way to running.
    Starting {
        /// How far.
        step: Step,
    },
    /// It runs.
    Running,
    /// It is there and gets no processor.
    Frozen,
    /// It is being put away.
    Hibernating,
    /// There is a snapshot, and no container.
    Hibernated,
    /// It ended unasked and is started again in a moment.
    Recovering {
        /// What happened, for the screen.
        why: String,
    },
    /// It ended too often, and is started again only when somebody asks.
    Failed {
        /// What happened, for the screen.
        why: String,
    },
}

/// How far a start is, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A container is made, or taken from the pool.
    Container,
    /// The user's files are brought in, the desktop begins.
    Binding,
    /// Its first answer is waited for.
    Answer,
    /// It gets its processor back.
    Thaw,
}

impl Phase {
    /// A word for it, as the store, figures and the command line have it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Starting { .. } => "starting",
            Self::Running => "running",
            Self::Frozen => "frozen",
            Self::Hibernating => "hibernating",
            Self::Hibernated => "hibernated",
            Self::Recovering { .. } => "recovering",
            Self::Failed { .. } => "failed",
        }
    }
}

/// A desktop that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Its user.
    pub user: String,
    /// Its container: the audience of grants.
    pub name: runtime::Name,
    /// The host's side of the directory with the sockets of `tos-init` (see `container/init/GATE.md`).
    pub gate: PathBuf,
    /// Its four UDP ports, the same outside and inside.
    pub ports: Ports,
    /// Another one whenever the container is another: connections kept to an earlier one are of no use.
    pub generation: u64,
}

/// Why there is no desktop for somebody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Nobody has this name, or may not sign in.
    #[error("there is no such user")]
    Nobody,
    /// All places are taken.
    #[error("this host is full; try again later")]
    Full,
    /// It was tried, and tried again.
    #[error("the desktop does not start: {0}")]
    Failed(String),
    /// It takes longer than it may. It goes on starting.
    #[error("the desktop takes long to start")]
    Late,
    /// tosd is being stopped.
    #[error("the session manager is being stopped")]
    Stopping,
}

/// What somebody wants done with a desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Take the processor from it, until somebody signs in.
    Freeze,
    /// Give it back.
    Thaw,
    /// Take a snapshot and put it away.
    Hibernate,
    /// End it at once. What it remembered last stays.
    Kill,
    /// Put away what runs, and come back as an earlier snapshot says.
    Resume(uuid::Uuid),
}

/// Why it was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Nobody has this name.
    #[error("there is no such user")]
    Nobody,
    /// There is nothing it could be done with.
    #[error("the desktop is {0}: that cannot be done now")]
    NotNow(&'static str),
    /// Somebody looks at it.
    #[error("somebody looks at it")]
    Viewed,
    /// There is no such snapshot of this desktop.
    #[error("there is no such snapshot")]
    NoSnapshot,
    /// It was tried.
    #[error("{0}")]
    Failed(String),
    /// tosd is being stopped.
    #[error("the session manager is being stopped")]
    Stopping,
}

/// A line of the list of all desktops.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// Whose.
    pub user: String,
    /// Its plan.
    pub plan: String,
    /// How it is.
    pub phase: Phase,
    /// Its container, where there is one.
    pub container: Option<String>,
    /// How many look at it.
    pub viewers: u32,
    /// For how long it has been as it is.
    pub since: Duration,
    /// Restarts after crashes, since it was last well.
    pub restarts: u32,
    /// What its user is told once, such as that a snapshot did not restore.
    pub notice: Option<String>,
    /// Processor time, nanoseconds of all its processes; as it was last asked.
    pub cpu: Duration,
    /// Bytes of memory, as it was last asked.
    pub memory: u64,
    /// Processes and threads, as it was last asked.
    pub pids: u64,
}
