//! The Shell API: what a shell tells of itself, picked out of the bytes that it writes.
//!
//! A shell speaks in OSC sequences among the bytes of its programs: the standard ones, and one of ours. `SHELL-API.md`
//! beside this crate says which, for people who write a module for another shell. [`Decoder`] picks them out and passes
//! every other byte on.
//!
//! What comes here comes from anything that can write to a terminal. So a sequence that would change something has to
//! carry the [`Nonce`] that only the shell was given; whatever is too long, too frequent or malformed is dropped and
//! counted in [`Counters`].

mod decoder;
mod event;
mod limits;
mod nonce;
mod payload;
mod scanner;
mod standard;

#[cfg(test)]
mod tests;

pub use decoder::{Decoder, Piece};
pub use event::{Candidate, FileKind, ListedFile, Listing, ShellEvent, Suggested};
pub use limits::{Counters, Limits, Rate};
pub use nonce::{InvalidNonce, Nonce};
pub use payload::{PayloadError, parse_payload};
