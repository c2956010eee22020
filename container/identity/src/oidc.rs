//! OpenID Connect: signing in at somebody else's, by the authorization code flow with PKCE.
//!
//! What holds a sign-in together, and what each part is against:
//!
//! - a cookie of the browser that began it finds what we remember of it, once: an answer in another browser is nothing;
//! - `state` says that the answer belongs to that beginning, `nonce` that the ID token does, the PKCE verifier (S256) that the
//!   code does: a code or token of another sign-in, stolen or planted, does not fit;
//! - one redirect address for each provider, `iss` in the answer (RFC 9207) and the issuer in the token: one provider cannot
//!   answer for another (mix-up);
//! - ID tokens are signed with public keys only. `none` and the HMACs are not in the list, whatever a provider offers;
//! - every request has an end in time and size, goes nowhere but to https, and follows no redirect;
//! - what went wrong is for the host's log. Whoever asked hears "refused" or "not reachable", no more.

mod config;
mod flow;
mod http;
pub mod people;

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use openidconnect::{Nonce, PkceCodeVerifier};
use url::Url;

pub use self::{
    config::{ConfigError, Provider},
    people::{NameFrom, NotAllowed, People, Person, Rank},
};
use crate::{
    UnixTime,
    limits::Prefix,
    pending::Pending,
    secret::{self, NoRandomness, Token},
};

/// How long somebody may be away at a provider.
pub const AWAY: Duration = Duration::from_secs(600);
/// How far the clocks of two honest hosts may be apart.
pub const SKEW: Duration = Duration::from_secs(60);

/// Sign-ins that are away at once, of everybody.
const ROOM: usize = 10_000;
/// The query that a provider sends a browser back with is at most so long.
const MAX_QUERY: usize = 8 * 1024;
/// Where to go after signing in is at most so long.
const MAX_RETURN: usize = 2048;

/// Why a sign-in came to nothing. What it says is all that a stranger may know.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// No such provider.
    #[error("there is no such provider")]
    Unknown,
    /// The provider cannot be reached or does not answer as it must.
    #[error("the provider cannot be reached; try again in a moment")]
    Unreachable,
    /// The user or the provider said no.
    #[error("the provider did not sign you in")]
    Denied,
    /// The answer is not right. Why is for the log of the host only.
    #[error("this sign-in was not accepted; begin again")]
    Refused(Refusal),
    /// Signed in there, but not welcome here.
    #[error("this account may not sign in here")]
    NotAllowed(NotAllowed),
    /// The system has no randomness to give.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

/// What was wrong with an answer: for the log and the tests, never for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a query of the right form, or too much of it.
    #[error("malformed")]
    Malformed,
    /// This browser has begun nothing, or too long ago, or it has been answered.
    #[error("nothing begun in this browser")]
    Browser,
    /// Begun at another provider.
    #[error("another provider")]
    Provider,
    /// The answer belongs to another beginning.
    #[error("another state")]
    State,
    /// The answer says it is from another issuer, or should say and does not.
    #[error("another issuer")]
    Issuer,
    /// The provider does not take the code: it is another's, used, or stolen.
    #[error("the code was not taken")]
    Code,
    /// No ID token, or one that is not signed as it must be, or for another nonce, audience or time.
    #[error("the ID token is not right")]
    Token,
    /// What the provider says of the user is about somebody else.
    #[error("claims about somebody else")]
    Claims,
}

impl From<Refusal> for OidcError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The first half of a sign-in.
#[derive(Debug)]
pub struct Begun {
    /// Where to send the browser.
    pub location: Url,
    /// The value of the cookie [`crate::cookie::PROVIDER`] (`SameSite=Lax`, for [`AWAY`]): a way back from another site is a
    /// followed link.
    pub browser: Token,
}

/// The end of a sign-in.
#[derive(Debug)]
pub struct Ended {
    /// Who it is.
    pub person: Person,
    /// A path of this host, as it was given at the beginning.
    pub return_to: String,
}

/// What is remembered of a sign-in that is away.
struct Away {
    provider: usize,
    state: Token,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    return_to: String,
}

/// The providers of one host.
pub struct Providers {
    providers: Vec<flow::Known>,
    away: Mutex<Pending<Away>>,
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}

impl Providers {
    /// For pages of `public`, such as `https://tos.example:8443`. Asks no provider yet: one that is down at start is no reason
    /// not to start.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn new(providers: Vec<Provider>, public: &Url) -> Result<Self, ConfigError> {
        if !config::private(public) {
            return Err(ConfigError::Public(public.clone()));
        }
        let mut known: Vec<flow::Known> = Vec::with_capacity(providers.len());
        for provider in providers {
            provider.check()?;
            if known.iter().any(|other| other.provider.id == provider.id) {
                return Err(ConfigError::Twice(provider.id));
            }
            known.push(flow::Known::new(provider, public)?);
        }
        Ok(Self { providers: known, away: Mutex::new(Pending::new(ROOM, AWAY)) })
    }

    /// The id and the name of each, for the buttons.
    pub fn list(&self) -> impl Iterator<Item = (&str, &str)> {
        self.providers.iter().map(|known| (known.provider.id.as_str(), known.provider.name.as_str()))
    }

    /// The path on this host that the provider `id` sends browsers back to.
    pub fn back_path(id: &str) -> String {
        format!("/auth/oidc/{id}/back")
    }

    /// Begins a sign-in at the provider `id`. `return_to` is a path of this host to go to afterwards; anything else becomes `/`.
    ///
    /// # Errors
    /// [`OidcError::Unknown`], [`OidcError::Unreachable`], [`OidcError::Random`].
    pub async fn begin(&self, id: &str, return_to: &str, from: Prefix, now: Instant) -> Result<Begun, OidcError> {
        let provider = self.find(id)?;
        let known = self.providers.get(provider).ok_or(OidcError::Unknown)?;
        let state = Token::new()?;
        let nonce = Nonce::new(Token::new()?.reveal().to_owned());
        let verifier = PkceCodeVerifier::new(Token::new()?.reveal().to_owned());
        let location = known.authorize(&state, &nonce, &verifier, now).await?;
        let return_to = if local_path(return_to) { return_to.to_owned() } else { "/".to_owned() };
        let away = Away { provider, state, nonce, verifier, return_to };
        let browser = self.away.lock().unwrap_or_else(PoisonError::into_inner).put(away, from, now)?;
        Ok(Begun { location, browser })
    }

    /// The browser is back at [`Self::back_path`] with `query` (after the `?`), and with the cookie `browser` if it has one.
    /// `now` and `unix` are the same moment on both clocks.
    ///
    /// # Errors
    /// [`OidcError`]. The sign-in is over, whatever comes of it.
    pub async fn end(
        &self,
        id: &str,
        browser: Option<&str>,
        query: &str,
        now: Instant,
        unix: UnixTime,
    ) -> Result<Ended, OidcError> {
        let provider = self.find(id)?;
        let known = self.providers.get(provider).ok_or(OidcError::Unknown)?;
        let taken = |shown| self.away.lock().unwrap_or_else(PoisonError::into_inner).take(shown, now);
        let away = browser.and_then(taken).ok_or(Refusal::Browser)?;
        let answer = Answer::read(query)?;
        if away.provider != provider {
            return Err(Refusal::Provider.into());
        }
        if !secret::same(answer.state.as_bytes(), away.state.reveal().as_bytes()) {
            return Err(Refusal::State.into());
        }
        known.check_issuer(answer.issuer.as_deref(), now).await?;
        let code = match answer.outcome {
            Outcome::Code(code) => code,
            Outcome::Error => return Err(OidcError::Denied),
        };
        let person = known.redeem(code, away.verifier, &away.nonce, now, unix).await?;
        Ok(Ended { person, return_to: away.return_to })
    }

    fn find(&self, id: &str) -> Result<usize, OidcError> {
        self.providers.iter().position(|known| known.provider.id == id).ok_or(OidcError::Unknown)
    }
}

/// Whether a text is a path of this host and nothing that a browser would take for another one: `//host`, `/\host`.
pub fn local_path(path: &str) -> bool {
    path.len() <= MAX_RETURN
        && path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Code(String),
    Error,
}

/// What the browser brings from the provider.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    state: String,
    issuer: Option<String>,
    outcome: Outcome,
}

impl Answer {
    /// Of each name one value at most: of two, somebody added one.
    fn read(query: &str) -> Result<Self, Refusal> {
        if query.len() > MAX_QUERY {
            return Err(Refusal::Malformed);
        }
        let (mut state, mut issuer, mut code, mut error) = (None, None, None, None);
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let place = match &*key {
                "state" => &mut state,
                "iss" => &mut issuer,
                "code" => &mut code,
                "error" => &mut error,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(Refusal::Malformed);
            }
        }
        let outcome = match (code, error) {
            (Some(code), None) if !code.is_empty() => Outcome::Code(code),
            (None, Some(_)) => Outcome::Error,
            _ => return Err(Refusal::Malformed),
        };
        Ok(Self { state: state.ok_or(Refusal::Malformed)?, issuer, outcome })
    }
}

#[cfg(test)]
#[path = "oidc_tests.rs"]
mod tests;
