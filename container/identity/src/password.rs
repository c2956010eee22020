//! Passwords, for hosts without passkeys and providers: argon2id, a policy that asks for length, and work that is bounded.
//!
//! One guess costs [`MEMORY`] and tens of milliseconds of a core, which is the point, and would be a gift to whoever floods
//! the machine with guesses. So only a few are computed at once and few wait; whoever comes then is told to come again. One
//! computation is kept free for browsers that their owners used before: a flood of strangers does not stop them. An account
//! that does not exist costs the same as one that does.

mod policy;

use std::{num::NonZeroUsize, sync::Arc};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version, password_hash::phc::PasswordHash,
};
use tokio::sync::{AcquireError, Semaphore};
use zeroize::Zeroizing;

pub use self::policy::{MAX_LENGTH, MIN_LENGTH, Weakness, check};
use crate::secret::{self, NoRandomness};

/// KiB of one computation. With [`PASSES`] and one lane: the first choice of OWASP's password storage cheat sheet.
pub const MEMORY: u32 = 19 * 1024;
/// Passes over that memory.
pub const PASSES: u32 = 2;

/// What others may have written into our table as a hash must not make us compute for minutes.
const MAX_STORED_MEMORY: u32 = 256 * 1024;
const MAX_STORED_PASSES: u32 = 16;

/// How many wait for their turn, for each that computes: everybody of a large room who comes at nine. The last of them
/// waits five seconds or so.
const QUEUE: usize = 128;

/// Why nothing was computed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many wait already.
    #[error("too many sign-ins at once; try again in a moment")]
    Busy,
    /// The system has no randomness to give.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// argon2 does not take its own parameters. Our own mistake.
    #[error("argon2: {0}")]
    Hash(String),
}

/// What came of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is this one. With a new hash to keep if the parameters have changed since the old one was made.
    Right {
        /// In PHC form.
        rehash: Option<String>,
    },
    /// It is not, or there is no such account.
    Wrong,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Anybody.
    Stranger,
    /// A signed-in user, or a browser with a device token that is known for this account (see [`crate::limits::Source`]).
    Known,
}

/// A queue, and those at work.
#[derive(Clone)]
struct Desk {
    /// One permit for each that computes.
    turns: Arc<Semaphore>,
    /// One permit for each that computes or waits.
    places: Arc<Semaphore>,
}

impl Desk {
    fn new(at_once: usize) -> Self {
        let places = Semaphore::new(at_once.saturating_mul(QUEUE + 1).min(Semaphore::MAX_PERMITS));
        Self { turns: Arc::new(Semaphore::new(at_once.min(Semaphore::MAX_PERMITS))), places: Arc::new(places) }
    }
}

/// Computes hashes, a few at a time.
#[derive(Clone)]
pub struct Hasher {
    argon: Argon2<'static>,
    strangers: Desk,
    known: Desk,
    /// Compared with when there is no account.
    nobody: Arc<str>,
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hasher").field("free", &self.strangers.turns.available_permits()).finish_non_exhaustive()
    }
}

impl Hasher {
    /// `at_once` computations for strangers run at the same time, and one for those who are known, each with [`MEMORY`];
    /// 128 times as many wait.
    ///
    /// # Errors
    /// [`PasswordError::Random`], [`PasswordError::Hash`].
    pub fn new(at_once: NonZeroUsize) -> Result<Self, PasswordError> {
        Self::with_cost(at_once, MEMORY, PASSES)
    }

    fn with_cost(at_once: NonZeroUsize, memory: u32, passes: u32) -> Result<Self, PasswordError> {
        let params = Params::new(memory, passes, 1, Some(32)).map_err(failed)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = compute(&argon, secret::random::<32>()?.as_slice())?.into();
        Ok(Self { argon, strangers: Desk::new(at_once.get()), known: Desk::new(1), nobody })
    }

    /// The hash of a new password, in PHC form. Whether it is good enough is [`check`]'s to say.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn hash(&self, lane: Lane, password: &str) -> Result<String, PasswordError> {
        let (argon, password) = (self.argon.clone(), Zeroizing::new(password.to_owned()));
        self.at_turn(lane, move || compute(&argon, password.as_bytes())).await?
    }

    /// Whether `password` is the one behind `stored`; `None` where there is no such account or it has no password, which
    /// takes the same time and is [`Verdict::Wrong`].
    ///
    /// # Errors
    /// [`PasswordError`]; a stored hash that cannot be read is [`Verdict::Wrong`].
    pub async fn verify(&self, lane: Lane, stored: Option<&str>, password: &str) -> Result<Verdict, PasswordError> {
        let usable = stored.filter(|stored| affordable(stored));
        let known = usable.is_some();
        if stored.is_some() && !known {
            tracing::error!("a stored password hash cannot be read");
        }
        // A longer one was never set; it costs what any wrong one costs.
        let fits = password.len() <= MAX_LENGTH;
        let password = Zeroizing::new(if fits { password.to_owned() } else { String::new() });
        let (argon, stored) = (self.argon.clone(), usable.map_or_else(|| self.nobody.to_string(), str::to_owned));
        self.at_turn(lane, move || {
            let right = argon.verify_password(password.as_bytes(), stored.as_str()).is_ok();
            if !(right && known && fits) {
                return Ok(Verdict::Wrong);
            }
            let rehash = if current(&argon, &stored) { None } else { Some(compute(&argon, password.as_bytes())?) };
            Ok(Verdict::Right { rehash })
        })
        .await?
    }

    async fn at_turn<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let desk = match lane {
            Lane::Stranger => &self.strangers,
            Lane::Known => &self.known,
        };
        let place = Arc::clone(&desk.places).try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let turn = Arc::clone(&desk.turns).acquire_owned().await.map_err(|_: AcquireError| PasswordError::Busy)?;
        // The permits go with the work, not with the request: whoever hangs up does not make room for more.
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop((turn, place));
            done
        })
        .await
        .map_err(failed)
    }
}

fn failed(error: impl std::fmt::Display) -> PasswordError {
    PasswordError::Hash(error.to_string())
}

fn compute(argon: &Argon2<'_>, password: &[u8]) -> Result<String, PasswordError> {
    let salt = secret::random::<16>()?;
    Ok(argon.hash_password_with_salt(password, salt.as_slice()).map_err(failed)?.to_string())
}

fn params(stored: &str) -> Option<(PasswordHash, Params)> {
    let hash = PasswordHash::new(stored).ok()?;
    let params = Params::try_from(&hash).ok()?;
    Some((hash, params))
}

/// Whether a stored hash is argon2's and asks for no more work than we ever would.
fn affordable(stored: &str) -> bool {
    params(stored).is_some_and(|(hash, params)| {
        hash.algorithm == Algorithm::Argon2id.ident()
            && params.m_cost() <= MAX_STORED_MEMORY
            && params.t_cost() <= MAX_STORED_PASSES
            && params.p_cost() <= 4
    })
}

fn current(argon: &Argon2<'_>, stored: &str) -> bool {
    params(stored).is_some_and(|(hash, params)| {
        let ours = argon.params();
        hash.version == Some(Version::V0x13.into())
            && (params.m_cost(), params.t_cost(), params.p_cost()) == (ours.m_cost(), ours.t_cost(), ours.p_cost())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn one() -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    fn cheap() -> Hasher {
        Hasher::with_cost(one(), 64, 1).unwrap()
    }

    #[tokio::test]
    async fn the_right_one_is_known_and_no_other() {
        let hasher = cheap();
        let stored = hasher.hash(Lane::Stranger, "tea, earl grey, hot").await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        let right = hasher.verify(Lane::Stranger, Some(&stored), "tea, earl grey, hot").await.unwrap();
        assert_eq!(right, Verdict::Right { rehash: None });
        for (stored, shown) in [
            (Some(stored.as_str()), "tea, earl grey, cold"),
            (Some(&stored), ""),
            (None, "tea, earl grey, hot"),
            (Some("$argon2id$"), "x"),
            (Some(""), ""),
            (Some("plain"), "plain"),
        ] {
            assert_eq!(
                hasher.verify(Lane::Stranger, stored, shown).await.unwrap(),
                Verdict::Wrong,
                "{stored:?} {shown}"
            );
        }
    }

    #[tokio::test]
    async fn new_parameters_bring_a_new_hash() {
        let old = cheap().hash(Lane::Stranger, "tea, earl grey, hot").await.unwrap();
        let hasher = Hasher::with_cost(one(), 128, 1).unwrap();
        let Verdict::Right { rehash: Some(new) } =
            hasher.verify(Lane::Stranger, Some(&old), "tea, earl grey, hot").await.unwrap()
        else {
            panic!("no new hash");
        };
        assert!(new.contains("m=128"));
        assert_eq!(
            hasher.verify(Lane::Stranger, Some(&new), "tea, earl grey, hot").await.unwrap(),
            Verdict::Right { rehash: None }
        );
    }

    #[test]
    fn a_planted_hash_cannot_make_us_compute_for_minutes() {
        let salt_and_hash = "c29tZXNhbHRzb21lc2FsdA$c29tZWhhc2hzb21laGFzaHNvbWVoYXNoc29tZWhhc2g";
        assert!(affordable(&format!("$argon2id$v=19$m=19456,t=2,p=1${salt_and_hash}")));
        for planted in ["m=4194304,t=2,p=1", "m=19456,t=4000000,p=1", "m=19456,t=2,p=64"] {
            assert!(!affordable(&format!("$argon2id$v=19${planted}${salt_and_hash}")), "{planted}");
        }
        assert!(!affordable(&format!("$argon2d$v=19$m=19456,t=2,p=1${salt_and_hash}")));
    }

    #[tokio::test]
    async fn a_flood_computes_no_more_at_once_and_is_sent_away() {
        let hasher = cheap();
        let (started, starts) = mpsc::channel();
        let (release, gate) = mpsc::channel::<()>();
        // One computation that lasts until it is let go.
        let busy = tokio::spawn({
            let hasher = hasher.clone();
            async move {
                hasher
                    .at_turn(Lane::Stranger, move || {
                        started.send(()).unwrap();
                        gate.recv().unwrap();
                    })
                    .await
                    .unwrap();
            }
        });
        tokio::task::spawn_blocking(move || starts.recv().unwrap()).await.unwrap();
        let mut waiting: Vec<_> = (0..QUEUE).map(|_| Box::pin(hasher.verify(Lane::Stranger, None, "x"))).collect();
        for one in &mut waiting {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(one.as_mut().poll(&mut context).is_pending(), "nobody computes beside the first");
        }
        for _ in 0..1000 {
            assert!(matches!(hasher.verify(Lane::Stranger, None, "x").await, Err(PasswordError::Busy)));
        }
        let known = hasher.verify(Lane::Known, None, "x").await.unwrap();
        assert_eq!(known, Verdict::Wrong, "who is known does not wait for strangers");
        release.send(()).unwrap();
        busy.await.unwrap();
        for one in waiting {
            assert_eq!(one.await.unwrap(), Verdict::Wrong, "who waited is served");
        }
        assert_eq!(hasher.strangers.places.available_permits(), QUEUE + 1);
    }

    #[test]
    fn an_unknown_account_costs_what_a_known_one_costs() {
        let hasher = cheap();
        let (_, nobody) = params(&hasher.nobody).unwrap();
        assert_eq!(
            (nobody.m_cost(), nobody.t_cost()),
            (hasher.argon.params().m_cost(), hasher.argon.params().t_cost())
        );
        assert!(affordable(&hasher.nobody));
    }
}
