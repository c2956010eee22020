//! Which desktops there are. One for each user, whoever asks for it and however often.

use serde::{Deserialize, Serialize};

use crate::{Error, Moment, Store, UserId};

/// How a desktop is, as far as the one who manages it has written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DesktopState {
    /// Never ran.
    New,
    /// Runs.
    Running,
    /// Is there and gets no processor.
    Frozen,
    /// Is put away.
    Hibernated,
    /// Could not be kept running.
    Failed,
}

/// A desktop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desktop {
    /// Whose.
    pub user: UserId,
    /// How it is.
    pub state: DesktopState,
    /// Which session manager looks after it, where several share a database; at most 64 characters.
    pub instance: Option<String>,
    /// Name of its container while there is one; no two desktops of an instance have the same.
    pub container: Option<String>,
    /// What runs the container, such as `podman`; at most 64 characters.
    pub runtime: Option<String>,
    /// Name of the plan that the container was made by.
    pub plan: String,
    /// Counts changes; see [`Store::change_desktop`].
    pub generation: i64,
    /// When somebody last looked at it.
    pub last_viewer: Option<Moment>,
    /// How often it was started again after it crashed, since it last did well.
    pub restarts: u32,
    /// When this was written.
    pub changed: Moment,
    /// What there is to say to its user, such as why it failed; cut to 1024 characters.
    pub note: String,
}

impl Store {
    /// The desktop of a user, made if there is none. However many ask at once, there is one.
    ///
    /// # Errors
    /// [`Error::Missing`] without the user.
    pub async fn claim(&self, user: UserId, plan: &str, now: Moment) -> Result<Desktop, Error> {
        todo!()
    }

    /// The desktop of a user.
    pub async fn desktop(&self, user: UserId) -> Result<Option<Desktop>, Error> {
        todo!()
    }

    /// All desktops, by user.
    pub async fn desktops(&self) -> Result<Vec<Desktop>, Error> {
        todo!()
    }

    /// Writes a desktop, if nobody did since `desktop` was read; gives it back with its next generation.
    ///
    /// # Errors
    /// [`Error::Stale`] if somebody did, [`Error::Taken`] if another desktop of the instance has this container.
    pub async fn change_desktop(&self, desktop: &Desktop, now: Moment) -> Result<Desktop, Error> {
        todo!()
    }

    /// Writes down that somebody looks at it; no new generation, since nothing is decided by it alone.
    pub async fn touch_desktop(&self, user: UserId, now: Moment) -> Result<(), Error> {
        todo!()
    }

    /// Forgets a desktop and its snapshots, if nobody changed it since it was read.
    ///
    /// # Errors
    /// [`Error::Stale`].
    pub async fn remove_desktop(&self, desktop: &Desktop) -> Result<(), Error> {
        todo!()
    }
}
