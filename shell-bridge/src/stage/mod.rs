//! Staging and validation: what becomes of a command that somebody else than the person at the terminal has written.
//!
//! A text from a page, a tile or a program goes this way and no other:
//!
//! 1. [`check_text`]: what could show otherwise than it runs is refused: control characters other than the line
//!    feed, invisible and bidirectional characters, invalid UTF-8, too long a text. [`Store::stage`] does this itself.
//! 2. A real Fish parses it (`query::syntax`; a child process, so on a worker thread).
//! 3. [`classify`] reads it as argv, sees through what wraps a command, and holds it against the [`Policy`].
//! 4. [`Store::settle`] keeps the verdict. Until then nothing can be committed.
//! 5. [`Store::commit`] wants the id and the hash of the text that was shown, and for a dangerous one the word that it
//!    was confirmed. The [`Committed`] that it gives is the only way to a text that runs, and it comes once for an id.
//! 6. [`AuditLog::append`] writes down what became of it.
//!
//! A staged text may have several lines, parted by line feeds and by nothing else. They are one text: of the worst class
//! of all of them, with one hash, and typed as one paste, so that no line of it is the Enter that nobody pressed. A shell
//! that knows no such paste is given one line.

mod audit;
mod class;
mod policy;
mod seen;
mod store;
mod syntax;
mod text;

pub use audit::{AuditError, AuditLine, AuditLog, Outcome};
pub use class::{Class, Context, Reason, Verdict};
pub use policy::{Policy, PolicyError, classify};
pub use store::{CommitRefused, Committed, StageId, StageRefused, Staged, Store, Who};
pub use text::{MOST_BYTES, MOST_LINES, TextProblem, TextRefused, check_text};

/// SHA-256 of a text, as 64 hexadecimal digits: what a commit names beside the id.
#[must_use]
pub fn hash(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
