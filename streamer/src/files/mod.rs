//! Files on their way between pages and the session's user: what is dropped on a page comes in, what the user picks goes
//! out. HTTP carries them, see `http/files.rs`; here is what is allowed, and the disk.

mod name;
mod range;
mod sweep;
mod tar;
mod tickets;
mod uploads;

use std::sync::Arc;

use tokio::sync::Semaphore;

pub use self::{
    name::{disposition, of_download},
    range::{Range, range},
    tar::pack,
    tickets::Tickets,
    uploads::{Begin, FileRules, Standing, Upload, UploadError, Uploads},
};

/// Files that may be on their way at once.
const TRANSFERS: usize = 16;

/// All of it.
pub struct Files {
    /// Those that come.
    pub uploads: Uploads,
    /// Those that may go.
    pub tickets: Tickets,
    /// Places for those that are on their way.
    pub places: Arc<Semaphore>,
}

impl Default for Files {
    fn default() -> Self {
        Self { uploads: Uploads::default(), tickets: Tickets::default(), places: Arc::new(Semaphore::new(TRANSFERS)) }
    }
}
