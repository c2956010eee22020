//! What a browser sends, before it is believed.

use serde::de::DeserializeOwned;
use uuid::Uuid;
use webauthn_rs::prelude::PublicKeyCredential;

use super::error::{PasskeyError, Refusal};

/// An answer of a browser is at most so long; the largest real ones, with attestation, are under 8 KiB.
const MAX_ANSWER: usize = 64 * 1024;

/// Whose credential an answer claims to be. Nothing of it is checked yet: it says only what to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The credential's id, [`Passkey::id`].
    pub credential: Vec<u8>,
    /// The user's id, where the authenticator has kept it.
    pub user: Option<Uuid>,
}

/// A browser's answer, read but not checked.
#[derive(Debug)]
pub struct Answer(pub(super) PublicKeyCredential);

impl Answer {
    /// Reads what a browser sent: `PublicKeyCredential.toJSON()` of a `get()`.
    ///
    /// # Errors
    /// [`Refusal::Malformed`].
    pub fn read(json: &[u8]) -> Result<Self, PasskeyError> {
        Ok(Self(read(json)?))
    }

    /// What to look up.
    pub fn claimed(&self) -> Claimed {
        Claimed {
            credential: self.0.raw_id.clone(),
            user: self.0.get_user_unique_id().and_then(|id| Uuid::from_slice(id).ok()),
        }
    }
}

pub(super) fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, PasskeyError> {
    if json.len() > MAX_ANSWER {
        return Err(Refusal::Malformed.into());
    }
    serde_json::from_slice(json).map_err(|_| Refusal::Malformed.into())
}
