//! What can go wrong with a passkey, and how much of it is told.

use webauthn_rs::prelude::WebauthnError;

use crate::secret::NoRandomness;

/// Why a ceremony came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The host has no name that passkeys can be bound to.
    #[error("passkeys need a host name and https: {0}")]
    Host(String),
    /// The system has no randomness to give.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// Too many passkeys.
    #[error("an account has at most 20 passkeys")]
    Full,
    /// A stored passkey cannot be read.
    #[error("a stored passkey cannot be read")]
    Stored,
    /// The answer is not right. Why is for the log of the host only.
    #[error("this passkey was not accepted")]
    Refused(Refusal),
}

/// What was wrong with an answer: for the log and the tests, never for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not JSON of the right form, or too much of it.
    #[error("malformed")]
    Malformed,
    /// No such ceremony: never begun, over, used, or of another kind.
    #[error("no such ceremony")]
    Ceremony,
    /// The credential is not one of those it should be, or of another user.
    #[error("another credential")]
    Credential,
    /// Another origin than ours.
    #[error("another origin")]
    Origin,
    /// Made for another relying party.
    #[error("another relying party")]
    RelyingParty,
    /// Another challenge than the one of this ceremony.
    #[error("another challenge")]
    Challenge,
    /// The authenticator did not verify its user.
    #[error("user not verified")]
    UserVerification,
    /// The counter went back or stood still: there may be a copy of the key.
    #[error("the counter went back")]
    Counter,
    /// The signature does not fit.
    #[error("bad signature")]
    Signature,
    /// Anything else that is not as it must be.
    #[error("not as it must be")]
    Other,
}

impl From<Refusal> for PasskeyError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

pub(super) fn refused(error: WebauthnError) -> PasskeyError {
    let refusal = match error {
        WebauthnError::InvalidRPOrigin | WebauthnError::CredentialCrossOrigin => Refusal::Origin,
        WebauthnError::InvalidRPIDHash => Refusal::RelyingParty,
        WebauthnError::MismatchedChallenge | WebauthnError::ChallengeNotFound => Refusal::Challenge,
        WebauthnError::UserNotVerified | WebauthnError::UserNotPresent => Refusal::UserVerification,
        WebauthnError::CredentialPossibleCompromise => Refusal::Counter,
        WebauthnError::AuthenticationFailure | WebauthnError::SignatureInvalid => Refusal::Signature,
        WebauthnError::CredentialNotFound
        | WebauthnError::CredentialAlreadyExists
        | WebauthnError::CredentialExcludedFromRequest => Refusal::Credential,
        error => {
            tracing::debug!(%error, "a passkey was refused");
            Refusal::Other
        }
    };
    refusal.into()
}
