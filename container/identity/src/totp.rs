//! One-time codes from a phone (RFC 6238): a second factor beside a password, and recovery codes for the day the phone is gone.
//!
//! Six digits of 30 seconds, one step of tolerance each way, SHA-1: what every authenticator app understands. A step is good
//! once: the caller keeps the last one that was accepted, and nothing at or before it counts again.

use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use crate::{
    UnixTime,
    secret::{self, Hash, NoRandomness, Use},
};

const DIGITS: u8 = 6;
const STEP: u64 = 30;
const SKEW: u16 = 1;

/// How many recovery codes there are.
pub const RECOVERY_CODES: usize = 10;

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum TotpError {
    /// The system has no randomness to give.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// What is stored is no secret of ours.
    #[error("a stored one-time secret cannot be read")]
    Stored,
    /// A name that does not fit into an otpauth URL.
    #[error("a name with a colon cannot be enrolled")]
    Name,
}

/// What a phone needs to know, shown once.
pub struct Enrolment {
    /// To be kept, once the user has typed a first code.
    pub secret: Zeroizing<[u8; 20]>,
    /// The secret in base32, for those who cannot scan.
    pub text: Zeroizing<String>,
    /// `otpauth://totp/…`, for a QR code.
    pub url: Zeroizing<String>,
}

/// A fresh secret for `user` of `host`.
///
/// # Errors
/// [`TotpError`].
pub fn enrol(host: &str, user: &str) -> Result<Enrolment, TotpError> {
    let secret = secret::random::<20>()?;
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(SKEW)
        .with_step_duration(STEP)
        .with_secret(secret.to_vec())
        .with_issuer(Some(host))
        .with_account_name(user)
        .build()
        .map_err(|_| TotpError::Name)?;
    let url = Zeroizing::new(totp.to_url().map_err(|_| TotpError::Name)?);
    let text = Zeroizing::new(totp_rs::Secret::from(secret.to_vec()).to_base32());
    Ok(Enrolment { secret, text, url })
}

/// Whether `code` is right at `now` and newer than `last`, the step that was accepted last. Gives the step to keep; the caller
/// keeps it in the same transaction that lets the user in, and only if it is still the greatest, so that two requests with
/// one code are not both let in.
///
/// # Errors
/// [`TotpError::Stored`].
pub fn verify(secret: &[u8], code: &str, now: UnixTime, last: Option<u64>) -> Result<Option<u64>, TotpError> {
    let totp = totp(secret)?;
    let digits: String = code.chars().take(16).filter(|c| !c.is_whitespace()).collect();
    if digits.len() != usize::from(DIGITS) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    // A clock before 1970 or near the end of time is nobody's.
    if now > u64::MAX / 2 {
        return Ok(None);
    }
    let fresh = last.map_or(0, |last| last.saturating_add(1));
    Ok(totp.check(&digits, now).filter(|step| *step >= fresh))
}

fn totp(secret: &[u8]) -> Result<Totp, TotpError> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(SKEW)
        .with_step_duration(STEP)
        .with_secret(secret.to_vec())
        .with_account_name("user")
        .build()
        .map_err(|_| TotpError::Stored)
}

/// A recovery code in the clear: ten characters of 32, 50 bits, to be written on paper. Guesses are few (see [`crate::limits`]).
pub struct RecoveryCode(Zeroizing<String>);

/// No `i`, `l`, `o`, `u`: Crockford's base32, lower case.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl RecoveryCode {
    /// [`RECOVERY_CODES`] fresh ones.
    ///
    /// # Errors
    /// [`TotpError::Random`].
    pub fn fresh() -> Result<Vec<Self>, TotpError> {
        (0..RECOVERY_CODES)
            .map(|_| {
                let bytes = secret::random::<10>()?;
                let mut code = Zeroizing::new(String::with_capacity(11));
                for (index, byte) in bytes.iter().enumerate() {
                    if index == 5 {
                        code.push('-');
                    }
                    code.push(char::from(ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or(b'0')));
                }
                Ok(Self(code))
            })
            .collect()
    }

    /// Its characters, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self, user: &str) -> Hash {
        hash_normal(user, &self.0)
    }
}

/// The hash of what somebody typed, to be looked for among those of `user`; it is used up by deleting it. Upper case, spaces
/// and letters that look like digits are forgiven.
pub fn recovery_hash(user: &str, typed: &str) -> Option<Hash> {
    (typed.len() <= 64).then(|| hash_normal(user, typed))
}

/// The user's name is in it: two users with one code have two hashes, and a stolen table is guessed user by user.
fn hash_normal(user: &str, code: &str) -> Hash {
    let mut normal = Zeroizing::new(format!("{user}\0"));
    for c in code.chars().filter(char::is_ascii_alphanumeric) {
        normal.push(match c.to_ascii_lowercase() {
            'i' | 'l' => '1',
            'o' => '0',
            c => c,
        });
    }
    secret::digest(Use::Recovery, normal.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6238, appendix B, SHA-1, cut to six digits.
    const SECRET: &[u8; 20] = b"12345678901234567890";
    const KNOWN: [(UnixTime, &str); 5] = [
        (59, "287082"),
        (1111111109, "081804"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ];

    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (now, code) in KNOWN {
            assert_eq!(verify(SECRET, code, now, None).unwrap(), Some(now / 30), "{now}");
            assert_eq!(verify(SECRET, code, now + 30, None).unwrap(), Some(now / 30), "a slow typist");
            assert_eq!(verify(SECRET, code, now + 90, None).unwrap(), None, "too late");
        }
        assert_eq!(verify(SECRET, " 287 082 ", 59, None).unwrap(), Some(1));
    }

    #[test]
    fn a_code_is_good_once() {
        let (now, code) = KNOWN[1];
        let step = verify(SECRET, code, now, None).unwrap().unwrap();
        assert_eq!(verify(SECRET, code, now, Some(step)).unwrap(), None, "replayed");
        assert_eq!(verify(SECRET, code, now + 29, Some(step)).unwrap(), None, "replayed later");
        assert_eq!(verify(SECRET, code, now, Some(step + 1)).unwrap(), None, "an older step after a newer one");
        assert_eq!(verify(SECRET, code, now, Some(u64::MAX)).unwrap(), None);
    }

    #[test]
    fn an_app_is_told_what_it_needs() {
        let enrolment = enrol("tos.example", "alice").unwrap();
        assert!(enrolment.url.starts_with("otpauth://totp/tos.example:alice?secret="), "{}", *enrolment.url);
        assert!(enrolment.url.contains(enrolment.text.as_str()));
        let app = Totp::from_url(enrolment.url.as_str()).unwrap();
        let code = app.generate(1_800_000_000).to_string();
        assert!(verify(enrolment.secret.as_slice(), &code, 1_800_000_000, None).unwrap().is_some());
        assert!(enrol("host", "a:b").is_err());
    }

    #[test]
    fn a_broken_row_is_an_error_and_no_sign_in() {
        assert!(matches!(verify(b"", "000000", 0, None), Err(TotpError::Stored)));
    }

    #[test]
    fn recovery_codes_are_found_as_people_type_them() {
        let codes = RecoveryCode::fresh().unwrap();
        assert_eq!(codes.len(), RECOVERY_CODES);
        for code in &codes {
            let kept = code.hash("alice");
            let shouted = code.reveal().to_uppercase().replace('-', " ").replace('0', "O").replace('1', "I");
            assert_eq!(recovery_hash("alice", &shouted), Some(kept));
            assert_ne!(recovery_hash("bob", code.reveal()), Some(kept), "of another user");
        }
        assert_ne!(codes[0].reveal(), codes[1].reveal());
        assert_eq!(recovery_hash("alice", &"x".repeat(100)), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(code in ".{0,40}", now in any::<u64>(), last in any::<Option<u64>>()) {
            if let Some(step) = verify(SECRET, &code, now, last).unwrap() {
                prop_assert!(last.is_none_or(|last| step > last));
            }
        }

        #[test]
        fn no_step_is_accepted_twice(start in 1u64..1 << 40, waits in proptest::collection::vec(0u64..100, 1..20)) {
            let totp = totp(SECRET).unwrap();
            let (mut now, mut last, mut taken) = (start, None, std::collections::HashSet::new());
            for wait in waits {
                now += wait;
                if let Some(step) = verify(SECRET, &totp.generate(now).to_string(), now, last).unwrap() {
                    prop_assert!(taken.insert(step));
                    last = Some(step);
                }
            }
        }
    }
}
