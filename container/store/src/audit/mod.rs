//! What happened, in a log that nobody can change unseen.
//!
//! Every line has a number, one above the last, and the hash of the line before. The database refuses to change or remove
//! lines; who gets around that is found by [`Store::verify_audit`], which names the first line that does not fit. Lines cut
//! off at the end would fit: so the number and hash of the last line are also written to a file beside the database (an
//! [`Anchor`]), which only ever moves forward.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Error, Moment, Store};

/// How it came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was not allowed.
    Refused,
    /// It went wrong.
    Failed,
}

/// Something that happened. Texts are cut (`who`, `from`, `what` to 256 characters, the others to 4096), and the character 0
/// becomes U+FFFD: nothing that somebody writes into one keeps the line from being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Who did it: a user's name, `console`, `tosd`, or nobody known (empty).
    pub who: String,
    /// From where: an address, or `local`.
    pub from: String,
    /// What, such as `sign-in`, `role`, `commit`.
    pub what: String,
    /// On what: a user, a desktop, a snapshot.
    pub on: String,
    /// How it came out.
    pub outcome: Outcome,
    /// What else there is to say: a reason, the text of a command.
    pub detail: String,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Counted from 1, without gaps.
    pub number: u64,
    /// When.
    pub at: Moment,
    /// Who did it.
    pub who: String,
    /// From where.
    pub from: String,
    /// What.
    pub what: String,
    /// On what.
    pub on: String,
    /// How it came out.
    pub outcome: Outcome,
    /// What else there is to say.
    pub detail: String,
    /// Hash of the line before; 64 zeros for the first.
    pub before: String,
    /// SHA-256 of this line without this field, in hexadecimal digits.
    pub hash: String,
}

/// The last line that somebody knew of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: String,
}

/// What came of looking through the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// Every line fits.
    Whole {
        /// The last one; `None` if there is none.
        last: Option<Anchor>,
    },
    /// From this line on it was changed.
    Broken {
        /// The first line that does not fit.
        number: u64,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl Store {
    /// Writes a line. Returns when it is on the disk.
    pub async fn audit(&self, event: &Event, now: Moment) -> Result<Line, Error> {
        todo!()
    }

    /// Lines after a number, the oldest first, at most `limit` (1000 at the most). For export from 0 on, again and again.
    pub async fn audit_after(&self, number: u64, limit: u32) -> Result<Vec<Line>, Error> {
        todo!()
    }

    /// Lines before a number (or the last ones), the newest first, at most `limit` (1000 at the most). For people.
    pub async fn audit_before(&self, number: Option<u64>, limit: u32) -> Result<Vec<Line>, Error> {
        todo!()
    }

    /// Looks through all of it; `anchor` is what [`Anchor::read`] gave.
    pub async fn verify_audit(&self, anchor: Option<&Anchor>) -> Result<Verdict, Error> {
        todo!()
    }
}

impl Anchor {
    /// Reads the anchor from a file; `None` if there is no such file.
    pub fn read(path: &Path) -> Result<Option<Self>, Error> {
        todo!()
    }

    /// Writes the anchor to a file, if it is further than what is there.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        todo!()
    }
}
