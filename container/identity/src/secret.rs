//! Secrets that somebody carries: session cookies, one-time links, guest links, ceremony numbers.
//!
//! A token is 256 random bits in base64url. Only its hash is kept, and the hash is bound to what the token is for: a guest
//! link pasted into a session cookie finds nothing, even if some table holds both.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Characters of a token.
pub const LENGTH: usize = 43;

/// The system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("no random numbers from the system: {0}")]
pub struct NoRandomness(getrandom::Error);

/// What a token is for. Part of its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Use {
    /// A signed-in browser: the cookie of the session.
    Session,
    /// A browser that its owner has signed in with before; see [`crate::limits`].
    Device,
    /// The first administrator's link on the console.
    Bootstrap,
    /// A link that lets a new user set up the account.
    Invitation,
    /// A link to view somebody's desktop.
    Guest,
    /// A ceremony that waits for its second half.
    Ceremony,
    /// A code for the day when the phone is gone; see [`crate::totp`].
    Recovery,
}

impl Use {
    fn label(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Device => "device",
            Self::Bootstrap => "bootstrap",
            Self::Invitation => "invitation",
            Self::Guest => "guest",
            Self::Ceremony => "ceremony",
            Self::Recovery => "recovery",
        }
    }
}

/// A secret in the clear: shown once, then only its [`Hash`] remains.
pub struct Token(Zeroizing<String>);

impl Token {
    /// A fresh one.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn new() -> Result<Self, NoRandomness> {
        let bytes = random::<32>()?;
        Ok(Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()))))
    }

    /// Its characters, for a cookie or a link.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self, used: Use) -> Hash {
        digest(used, self.0.as_bytes())
    }
}

// A derived one would print the secret into the first log line that shows a request.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What is kept of a token, and what it is found again by. SHA-256 is enough: nobody guesses 256 random bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash of what somebody shows; `None` if that cannot be a token of ours. Looking the hash up in a table needs no
    /// constant time: whoever shows a token learns nothing about the hashes beside its own.
    pub fn of_shown(used: Use, shown: &str) -> Option<Self> {
        let fits = shown.len() == LENGTH && shown.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        fits.then(|| digest(used, shown.as_bytes()))
    }

    /// For the table it is kept in.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Read back from the table.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The same, as a row may hold it.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Lower-case hexadecimal: a name for a session that is safe to show and to log.
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|b| format!("{b:02x}")).collect()
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({})", self.to_hex())
    }
}

/// Whether two secrets are the same, in a time that depends on their lengths only.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// `N` random bytes that are wiped after use.
///
/// # Errors
/// [`NoRandomness`].
pub fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, NoRandomness> {
    let mut bytes = Zeroizing::new([0u8; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(NoRandomness)?;
    Ok(bytes)
}

/// Of any characters that somebody types: recovery codes come normalised to here.
pub(crate) fn digest(used: Use, shown: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(b"tos ");
    hash.update(used.label().as_bytes());
    hash.update([0]);
    hash.update(shown);
    Hash(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_again_by_what_was_shown_and_by_nothing_else() {
        let token = Token::new().unwrap();
        assert_eq!(token.reveal().len(), LENGTH);
        assert_eq!(Hash::of_shown(Use::Session, token.reveal()), Some(token.hash(Use::Session)));
        assert_ne!(token.hash(Use::Session), token.hash(Use::Guest), "a guest link is no session");
        assert_ne!(token.hash(Use::Session), Token::new().unwrap().hash(Use::Session));
        let longer = format!("{}A", token.reveal());
        for wrong in ["", "short", &longer, &token.reveal()[1..], &"=".repeat(LENGTH), &"ä".repeat(LENGTH)] {
            assert_eq!(Hash::of_shown(Use::Session, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn printing_one_shows_no_secret() {
        let token = Token::new().unwrap();
        assert!(!format!("{token:?}").contains(token.reveal()));
    }

    #[test]
    fn a_hash_survives_its_table() {
        let hash = Token::new().unwrap().hash(Use::Device);
        assert_eq!(Hash::from_slice(hash.as_bytes()), Some(hash));
        assert_eq!(Hash::from_slice(&hash.as_bytes()[1..]), None);
        assert_eq!(hash.to_hex().len(), 64);
    }

    #[test]
    fn secrets_of_different_lengths_differ() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd"));
        assert!(!same(b"abc", b"abcd"));
    }
}
