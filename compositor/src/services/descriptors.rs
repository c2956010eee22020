//! How many descriptors there may be: many for the desktop, which holds those of all its clients, and as usual for programs.
//!
//! Programs that use `select` break when descriptors have large numbers, so they start with the limit that the desktop was
//! started with.

use std::io;
use std::sync::OnceLock;

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};

/// What the desktop wants.
const WANTED: u64 = 65_536;

/// The limit that the desktop was started with.
static USUAL: OnceLock<Rlimit> = OnceLock::new();

/// Lets this process have more of them, as far as it may.
pub fn raise() {
    let usual = *USUAL.get_or_init(|| getrlimit(Resource::Nofile));
    let most = usual.maximum.unwrap_or(WANTED).min(WANTED);
    if usual.current.is_some_and(|current| current < most) {
        let raised = Rlimit { current: Some(most), maximum: usual.maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::debug!(%error, "there can be no more descriptors");
        }
    }
}

/// Gives the calling process, between fork and exec, the usual limit. Takes no lock and allocates nothing.
pub(super) fn usual() -> io::Result<()> {
    USUAL.get().map_or(Ok(()), |usual| Ok(setrlimit(Resource::Nofile, *usual)?))
}

/// Does the same to a process that has just been started otherwise.
pub fn usual_for(process: u32) {
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    if let (Some(process), Some(usual)) = (process, USUAL.get())
        && let Err(error) = prlimit(Some(process), Resource::Nofile, *usual)
    {
        tracing::debug!(%error, "a program keeps the desktop's limit of descriptors");
    }
}
