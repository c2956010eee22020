//! `/auth/…`: who somebody is, and what belongs to their account. JSON, from our own pages only.
//!
//! | path | body | answer |
//! |---|---|---|
//! | `GET state` | | what signs one in here, who is signed in, how their desktop is |
//! | `POST password` | `name`, `password`, `code` | signed in; 403 `code`: the password was right, a code is wanted |
//! | `POST passkey/begin`, `passkey/finish` | `name`; `ceremony`, `credential` | signed in |
//! | `GET oidc/ID`, `oidc/ID/back` | | to a provider, and back |
//! | `POST sign-out` | | |
//! | `POST link`, `join/passkey`, `join`, `reset/passkey`, `reset` | `secret`, … | one-time links, see [`links`] |
//! | `account…` | | see [`account`] |
//! | `POST step-up` | `purpose`, … | see [`step_up`] |
//!
//! Signing in always gives a new cookie and ends what the old one was for: a cookie that somebody planted is nobody's.

mod account;
pub use self::account::acted;
pub mod guests;
mod links;
mod oidc;
mod passkey;
mod password;
pub mod posted;
mod step_up;

use std::{
    io::ErrorKind,
    net::IpAddr,
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use identity::{
    cookie::{self, SameSite},
    limits::{Attempt, Limits, Rules, Source, Verdict},
    passkey::{Passkey, Passkeys},
    password::Hasher,
    pending::Pending,
    secret::{self, Token},
};
use parking_lot::Mutex;
use ring::hmac;
use serde_json::{Value, json};
use store::{Credential, CredentialKind, Moment, NewLogin, User, UserId, audit::Outcome};
use url::Url;

use super::{App, answers::Refusal, caller, caller::Session, desk, origins::Origins, tls};
use crate::config::Config;

/// How long a browser is known as one that its owner used.
const DEVICE: Duration = Duration::from_secs(180 * 24 * 3600);
/// What waits for its second half, beside passkeys.
const ROOM: usize = 10_000;
const WAIT: Duration = Duration::from_secs(600);

/// What signs somebody in here.
pub struct Means {
    passkeys: Option<Passkeys>,
    hasher: Hasher,
    limits: Mutex<Limits>,
    joining: Mutex<Pending<links::Joining>>,
    enrolling: Mutex<Pending<account::Enrolling>>,
    providers: oidc::Providers,
    /// Of cookies that say which browsers are known.
    devices: hmac::Key,
}

impl Means {
    /// As configured. Makes the host's own secret where there is none.
    ///
    /// # Errors
    /// A secret that cannot be kept, a provider that cannot be used.
    pub async fn new(config: &Config, origins: &Origins) -> anyhow::Result<Self> {
        let path = config.data.join("gateway.key");
        let seed = match std::fs::read(&path) {
            Ok(seed) => seed,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let seed = secret::random::<32>()?.to_vec();
                tls::write(&path, &seed).with_context(|| format!("writing {}", path.display()))?;
                seed
            }
            // Another secret in its place would make every known browser a stranger.
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        anyhow::ensure!(seed.len() == 32, "{} is not what was written there; remove it", path.display());
        let seed = hmac::Key::new(hmac::HMAC_SHA256, &seed);
        let derived = |label: &str| hmac::sign(&seed, label.as_bytes());
        let decoys: [u8; 32] = derived("decoys").as_ref().try_into().context("32 bytes")?;
        let origin = Url::parse(&origins.first())?;
        let passkeys = match config.identity.passkeys {
            false => None,
            // An address instead of a name: browsers have no passkeys for it.
            true => {
                Passkeys::new(&origin, "TOS", &decoys).inspect_err(|error| tracing::warn!(%error, "no passkeys")).ok()
            }
        };
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let at_once = NonZeroUsize::new((cores / 2).max(1)).unwrap_or(NonZeroUsize::MIN);
        Ok(Self {
            passkeys,
            hasher: Hasher::new(at_once)?,
            limits: Mutex::new(Limits::new(Rules::default(), Instant::now())),
            joining: Mutex::new(Pending::new(ROOM, WAIT)),
            enrolling: Mutex::new(Pending::new(ROOM, WAIT)),
            providers: oidc::Providers::new(config, &origin).await?,
            devices: hmac::Key::new(hmac::HMAC_SHA256, derived("devices").as_ref()),
        })
    }

    fn passkeys(&self) -> Result<&Passkeys, Refusal> {
        self.passkeys.as_ref().ok_or(Refusal::NotNow("There are no passkeys here."))
    }

    /// A cookie that says that a user has used this browser.
    fn device(&self, user: &User) -> Result<String, Refusal> {
        let token = Token::new().map_err(|_| Refusal::Internal)?;
        let mac = hmac::sign(&self.devices, told(user, token.reveal()).as_bytes());
        Ok(format!("{}.{}", token.reveal(), hex(mac.as_ref())))
    }

    /// Whether a browser is known as one that this user has used.
    fn known(&self, user: &User, headers: &HeaderMap) -> Option<secret::Hash> {
        let (token, mac) = caller::cookie_of(headers, cookie::DEVICE)?.split_once('.')?;
        let mac = unhex(mac)?;
        hmac::verify(&self.devices, told(user, token).as_bytes(), &mac).ok()?;
        secret::Hash::of_shown(secret::Use::Device, token)
    }
}

/// What a known browser is known by. Whoever is signed out everywhere has none that is known, theirs or a thief's.
fn told(user: &User, token: &str) -> String {
    format!("{}.{}.{token}", user.id, user.devices)
}

/// Makes the browser of this answer a known one again, after all were made strangers.
async fn know_again(app: &App, user: UserId, response: &mut Response) -> Result<(), Refusal> {
    let user = app.store.user(user).await?.ok_or(Refusal::SignIn)?;
    set_device(app, &user, response)
}

fn set_device(app: &App, user: &User, response: &mut Response) -> Result<(), Refusal> {
    let device = app.auth.device(user)?;
    set_cookie(response, cookie::set(cookie::DEVICE, &device, SameSite::Strict, Some(DEVICE)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Bytes from hexadecimal digits.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

/// All of `/auth`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/state", get(state))
        .route("/password", post(password::sign_in))
        .route("/passkey/begin", post(passkey::begin))
        .route("/passkey/finish", post(passkey::finish))
        .route("/oidc/{id}", get(oidc::leave))
        .route("/oidc/{id}/back", get(oidc::back))
        .route("/sign-out", post(sign_out))
        .route("/link", post(links::look))
        .route("/join/passkey", post(links::join_passkey))
        .route("/join", post(links::join))
        .route("/reset/passkey", post(links::reset_passkey))
        .route("/reset", post(links::reset))
        .route("/step-up", post(step_up::step_up))
        .merge(account::router())
}

/// Asks whether somebody may try.
///
/// # Errors
/// [`Refusal::Later`], which is written down.
async fn ask(
    app: &App,
    from: IpAddr,
    device: Option<secret::Hash>,
    attempt: &Attempt<'_>,
) -> Result<Duration, Refusal> {
    let verdict = app.auth.limits.lock().ask(&Source { address: from, device }, attempt, Instant::now());
    match verdict {
        Verdict::Go { delay } => Ok(delay),
        Verdict::Later(wait) => {
            let account = match attempt {
                Attempt::Password { account } | Attempt::Code { account } => account,
                Attempt::Ceremony => "",
            };
            app.record.refused("", from, "sign-in", account, "too often").await;
            Err(Refusal::Later(u32::try_from(wait.as_secs().saturating_add(1)).unwrap_or(u32::MAX)))
        }
    }
}

/// A user's credentials of one kind.
async fn credentials(app: &App, user: UserId, kind: CredentialKind) -> Result<Vec<Credential>, Refusal> {
    let mut all = app.store.credentials(user).await?;
    all.retain(|credential| credential.kind == kind);
    Ok(all)
}

/// The passkeys of a user. One that cannot be read is none.
async fn passkeys_of(app: &App, user: UserId) -> Result<Vec<Passkey>, Refusal> {
    let all = credentials(app, user, CredentialKind::Passkey).await?;
    Ok(all.iter().filter_map(|credential| Passkey::from_json(&credential.data.to_string()).ok()).collect())
}

/// Lets somebody in: a new cookie, and what the old one was for is over.
async fn let_in(
    app: &App,
    user: &User,
    means: &str,
    present: bool,
    from: IpAddr,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let (response, _) = let_in_with(app, user, means, present, from, headers, about(app, user).await.into()).await?;
    Ok(response)
}

/// What the portal shows of somebody who is signed in.
async fn about(app: &App, user: &User) -> Value {
    let phase = app.desktops.watch(&user.name).await.ok().map(|phase| phase.borrow().clone());
    json!({ "name": user.name, "display": user.display, "role": user.role, "desktop": phase })
}

/// What an answer is made of: JSON for a page, or the way to one.
enum Onward {
    Json(Value),
    To(String),
}

impl From<Value> for Onward {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

async fn let_in_with(
    app: &App,
    user: &User,
    means: &str,
    present: bool,
    from: IpAddr,
    headers: &HeaderMap,
    onward: Onward,
) -> Result<(Response, Moment), Refusal> {
    if let Some(before) = caller::session(app, headers, from).await? {
        app.store.end_login(before.user.id, before.login.id).await?;
        app.tell_changed();
    }
    let token = Token::new().map_err(|_| Refusal::Internal)?;
    let (now, life) = (Moment::now(), app.config.identity.lifetime.0);
    let new = NewLogin {
        user: user.id,
        expires: now + life,
        address: from.to_string(),
        agent: caller::agent(headers),
        means: means.into(),
        stepped_up: present,
    };
    app.store.add_login(token.hash(secret::Use::Session).as_bytes(), &new, now).await?;
    app.record.done(&user.name, from, "sign-in", &user.name, Outcome::Done, means).await?;
    // It is what they came for: it starts while the browser finds its way there.
    desk::begin(app, &user.name);
    let mut response = match onward {
        Onward::Json(value) => Json(value).into_response(),
        Onward::To(place) => axum::response::Redirect::to(&place).into_response(),
    };
    let session = cookie::set(cookie::SESSION, token.reveal(), SameSite::Lax, Some(life));
    set_cookie(&mut response, session)?;
    // One that was given for another account stays good for that one only as long as nobody else signs in here.
    if app.auth.known(user, headers).is_none() {
        set_device(app, user, &mut response)?;
    }
    Ok((response, now))
}

fn set_cookie(response: &mut Response, cookie: String) -> Result<(), Refusal> {
    let mut value = HeaderValue::try_from(cookie).map_err(|_| Refusal::Internal)?;
    value.set_sensitive(true);
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(())
}

/// `GET state`: what the portal shows before anything else.
async fn state(
    State(app): State<App>,
    caller::From(from): caller::From,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let session = caller::session(&app, &headers, from).await?;
    let guest =
        caller::cookie_of(&headers, caller::GUEST).and_then(|shown| secret::Hash::of_shown(secret::Use::Guest, shown));
    let guest = match guest {
        Some(hash) => app.store.guest(hash.as_bytes(), Moment::now()).await?.map(|(_, owner)| owner.name),
        None => None,
    };
    let signed_in = match session {
        None => Value::Null,
        Some(session) => {
            let mut about = about(&app, &session.user).await;
            about["fresh"] = session.fresh(&app).into();
            about
        }
    };
    Ok(Json(json!({
        "signed_in": signed_in,
        "guest_of": guest,
        "host": app.origins.host(),
        "passkeys": app.auth.passkeys.is_some(),
        "passwords": app.config.identity.passwords,
        "providers": app.auth.providers.shown(),
    })))
}

/// `POST sign-out`
async fn sign_out(
    State(app): State<App>,
    caller::From(from): caller::From,
    headers: HeaderMap,
    _: posted::Posted<Value>,
) -> Result<Response, Refusal> {
    if let Some(session) = caller::session(&app, &headers, from).await? {
        end(&app, &session).await?;
    }
    let mut response = Json(json!({ "ok": true })).into_response();
    for name in [cookie::SESSION, caller::GUEST] {
        set_cookie(&mut response, cookie::clear(name))?;
    }
    Ok(response)
}

async fn end(app: &App, session: &Session) -> Result<(), Refusal> {
    app.store.end_login(session.user.id, session.login.id).await?;
    app.tell_changed();
    app.record.done(&session.user.name, session.from, "sign-out", &session.user.name, Outcome::Done, "").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_come_back() {
        assert_eq!(unhex(&hex(&[0, 255, 16])), Some(vec![0, 255, 16]));
        assert!(unhex("abc").is_none() && unhex("zz").is_none() && unhex("é0").is_none());
    }
}
