//! The secret that tells a shell from whatever else writes to its terminal.

use std::fmt;

use subtle::ConstantTimeEq;

const BYTES: usize = 16;

/// 128 random bits in hexadecimal, one for each shell that is started.
///
/// The shell gets it in its environment, keeps it to itself, and says it with everything that is to be believed.
#[derive(Clone)]
pub struct Nonce(String);

/// A text that cannot be a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a nonce is {} hexadecimal digits", BYTES * 2)]
pub struct InvalidNonce;

impl Nonce {
    /// A new one.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn random() -> std::io::Result<Self> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// One that was written down.
    ///
    /// # Errors
    /// If it is not of the form of [`Nonce::random`].
    pub fn parse(text: &str) -> Result<Self, InvalidNonce> {
        let good = text.len() == BYTES * 2 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if good { Ok(Self(text.to_owned())) } else { Err(InvalidNonce) }
    }

    /// As it goes into the environment and into sequences.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `said` is this one. Takes as long for every `said` of the right length.
    pub fn is(&self, said: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(said).into()
    }
}

/// Does not tell it.
impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(..)")
    }
}
