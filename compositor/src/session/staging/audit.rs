//! The thread that writes the audit log: a disk may be slow.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use calloop::channel::SyncSender;
use shell_bridge::stage::{AuditLine, AuditLog};

/// A line to be written.
#[derive(Debug)]
pub(super) struct Entry {
    pub line: AuditLine,
    /// What waits for it, if anything does.
    pub ticket: Option<u64>,
}

/// What became of it.
#[derive(Debug)]
pub(super) struct Written {
    pub ticket: Option<u64>,
    /// Why it is not on the disk, fit for the screen.
    pub error: Option<String>,
}

/// Writes one line after the other until nobody has any, or nobody listens.
pub(super) fn run(file: PathBuf, entries: &Receiver<Entry>, written: &SyncSender<Written>) {
    let mut log = AuditLog::new(file);
    while let Ok(Entry { line, ticket }) = entries.recv() {
        let error = log.append(&line).err().map(|error| error.to_string());
        if written.send(Written { ticket, error }).is_err() {
            return;
        }
    }
}
