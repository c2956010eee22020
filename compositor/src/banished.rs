//! A program whose hold the user has just ended.

use std::time::{Duration, Instant};

use smithay::reexports::wayland_server::backend::ClientId;
use smithay::reexports::wayland_server::{Client, DisplayHandle, Resource};

/// For so long it gets nothing of the kind again.
const LASTS: Duration = Duration::from_secs(10);

/// See the module. Another connection of the same process is the same program.
#[derive(Debug)]
pub(crate) struct Banished {
    client: ClientId,
    process: Option<i32>,
    since: Instant,
}

impl Banished {
    /// From now on.
    pub(crate) fn new(client: &Client, display: &DisplayHandle) -> Self {
        Self { client: client.id(), process: process(client, display), since: Instant::now() }
    }

    /// From now on, if it is still there.
    pub(crate) fn owner_of(object: &impl Resource, display: &DisplayHandle) -> Option<Self> {
        object.client().map(|client| Self::new(&client, display))
    }

    /// Whether a client is this program, and still has to wait.
    pub(crate) fn is(&self, client: &Client, display: &DisplayHandle) -> bool {
        let same = client.id() == self.client || self.process.is_some() && process(client, display) == self.process;
        same && self.since.elapsed() < LASTS
    }
}

/// Of a process that this one cannot see there is no number.
fn process(client: &Client, display: &DisplayHandle) -> Option<i32> {
    client.get_credentials(display).ok().map(|credentials| credentials.pid).filter(|pid| *pid > 0)
}
