//! What a step-up is for.

use std::time::Instant;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::secret;

/// One act that wants a finger on the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose([u8; 32]);

impl Purpose {
    /// To commit a command in a desktop: its SHA-256.
    pub fn commit(desktop: &str, command: &[u8; 32]) -> Self {
        Self::of(&[b"commit", desktop.as_bytes(), command])
    }

    /// An act of administration: what is done, to what, with which arguments.
    pub fn admin(act: &str, target: &str, arguments: &str) -> Self {
        Self::of(&[b"admin", act.as_bytes(), target.as_bytes(), arguments.as_bytes()])
    }

    /// Lengths go into the hash: no two lists of parts are one.
    fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"tos purpose\0");
        for part in parts {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

/// Somebody has put the finger on the key for one act. It is spent with that act, or runs out.
#[must_use]
#[derive(Debug)]
pub struct Proof {
    pub(super) user: Uuid,
    pub(super) purpose: Purpose,
    pub(super) until: Instant,
}

impl Proof {
    /// Whether this is the proof for that act of that user, now. Either way it is gone.
    pub fn spend(self, user: Uuid, purpose: &Purpose, now: Instant) -> bool {
        let same = secret::same(&self.purpose.0, &purpose.0);
        same && self.user == user && now < self.until
    }
}
