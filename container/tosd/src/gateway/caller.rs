//! Who a request is from, and for how long that holds.

use std::{net::IpAddr, time::Duration};

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use httpd::listen::{Peer, stopped};
use identity::{cookie, secret};
use store::{Hash, Login, Moment, Role, User};
use tokio::sync::watch;

use super::{App, answers::Refusal};

/// How long a session that is open goes unasked: the store may know what this process was not told.
const ASK: Duration = Duration::from_secs(20);
/// A login is touched once in this time.
const TOUCH: Duration = Duration::from_secs(60);

/// How far the clocks of two hosts with one database may be apart.
const CLOCKS: Duration = Duration::from_secs(5);

/// The cookie that a guest's browser keeps: the link's own secret, so that a revoked link ends at once.
pub const GUEST: &str = "__Host-tos-guest";

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// The signed-in browser.
    pub login: Login,
    /// Who.
    pub user: User,
    /// What the store finds it by.
    pub hash: Hash,
    /// Where from, just now.
    pub from: IpAddr,
}

/// Where a request came from.
pub fn address(request: &Request) -> IpAddr {
    request.extensions().get::<Peer>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0)
}

/// Where a request came from, for handlers.
#[derive(Debug, Clone, Copy)]
pub struct From(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(Self(parts.extensions.get::<Peer>().ok_or(Refusal::Internal)?.0))
    }
}

/// The value of a cookie of ours.
pub fn cookie_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookie::find(headers.get_all(header::COOKIE).iter().map(|value| value.as_bytes()), name)
}

/// The whole path of a request: routes that are nested see the rest of it only.
#[derive(Debug, Clone)]
pub struct Whole(pub String);

/// The whole path of a request.
pub fn path_of(parts: &Parts) -> &str {
    parts.extensions.get::<Whole>().map_or(parts.uri.path(), |whole| &whole.0)
}

/// What a browser calls itself.
pub fn agent(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).take(256).collect()
}

/// Who is signed in, if anybody is.
///
/// # Errors
/// The store does not answer.
pub async fn session(app: &App, headers: &HeaderMap, from: IpAddr) -> Result<Option<Session>, Refusal> {
    let Some(shown) = cookie_of(headers, cookie::SESSION) else { return Ok(None) };
    let Some(hash) = secret::Hash::of_shown(secret::Use::Session, shown) else { return Ok(None) };
    by_hash(app, *hash.as_bytes(), from).await
}

async fn by_hash(app: &App, hash: Hash, from: IpAddr) -> Result<Option<Session>, Refusal> {
    let now = Moment::now();
    let Some((login, user)) = app.store.login(&hash, now).await? else { return Ok(None) };
    if now.since(login.seen) > app.config.identity.idle.0 {
        app.store.end_login(user.id, login.id).await?;
        return Ok(None);
    }
    if now.since(login.seen) > TOUCH {
        app.store.touch_login(login.id, now).await?;
    }
    Ok(Some(Session { login, user, hash, from }))
}

impl FromRequestParts<App> for Session {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let from = parts.extensions.get::<Peer>().ok_or(Refusal::Internal)?.0;
        match session(app, &parts.headers, from).await? {
            Some(session) => Ok(session),
            None => {
                if cookie_of(&parts.headers, cookie::SESSION).is_some() {
                    app.record.refused("", from, "session", path_of(parts), "a cookie that is nobody's").await;
                }
                Err(Refusal::SignIn)
            }
        }
    }
}

impl Session {
    /// Whether they proved to be there a moment ago.
    pub fn fresh(&self, app: &App) -> bool {
        let (within, now) = (app.config.identity.step_up.0, Moment::now());
        // A clock that was set back would make every proof a new one for as long as it was set back.
        self.login.stepped_up.is_some_and(|at| now.since(at) <= within && at.since(now) <= CLOCKS)
    }

    /// # Errors
    /// [`Refusal::StepUp`] unless they proved to be there a moment ago.
    pub fn want_fresh(&self, app: &App) -> Result<(), Refusal> {
        if self.fresh(app) { Ok(()) } else { Err(Refusal::StepUp) }
    }
}

/// By what right somebody sees a desktop. Kept for as long as something is open for them.
#[derive(Debug, Clone)]
pub enum Right {
    /// They are signed in.
    Session(Box<Session>),
    /// They have a guest link.
    Guest {
        /// What the store finds it by.
        hash: Hash,
        /// Whose desktop.
        owner: String,
    },
}

/// Tells when a right ends.
pub struct Watch {
    app: App,
    right: Right,
    /// For a look that somebody was allowed.
    looks_at: Option<String>,
    changed: watch::Receiver<u64>,
}

impl Watch {
    /// Of a right; `looks_at`, if it rests on having been allowed to look at somebody's.
    pub fn new(app: &App, right: Right, looks_at: Option<String>) -> Self {
        Self { changed: app.changed.subscribe(), app: app.clone(), right, looks_at }
    }

    /// Waits until the right ends: signed out, expired, another role, the link revoked, tosd ends.
    pub async fn ended(mut self) {
        let mut stop = self.app.stop.clone();
        loop {
            tokio::select! {
                _ = self.changed.changed() => {}
                () = tokio::time::sleep(ASK) => {}
                () = stopped(&mut stop) => return,
            }
            // A store that does not answer is no reason to throw everybody out; it is asked again.
            if matches!(self.holds().await, Ok(false)) {
                return;
            }
        }
    }

    /// Whether it holds now.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn holds(&self) -> Result<bool, Refusal> {
        match &self.right {
            Right::Session(session) => {
                // By its id: the cookie of a session changes when its rights grow, and the session stays.
                let now = Moment::now();
                let logins = self.app.store.logins(session.user.id, now).await?;
                let Some(login) = logins.iter().find(|login| login.id == session.login.id) else { return Ok(false) };
                let user = self.app.store.user(session.user.id).await?;
                let same = user.is_some_and(|user| !user.disabled && user.role == session.user.role);
                // What is open is used: it does not end by nobody asking for anything else.
                if now.since(login.seen) > TOUCH {
                    self.app.store.touch_login(login.id, now).await?;
                }
                let allowed = self.looks_at.as_ref().is_none_or(|user| self.app.looks.allowed(session.login.id, user));
                Ok(same && allowed)
            }
            Right::Guest { hash, owner } => {
                let guest = self.app.store.guest(hash, Moment::now()).await?;
                Ok(guest.is_some_and(|(_, user)| user.name == *owner))
            }
        }
    }
}

impl App {
    /// Something about a session changed: whoever holds something open looks again.
    pub fn tell_changed(&self) {
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// Whether a role may see what desktops there are.
pub fn sees_all(role: Role) -> bool {
    matches!(role, Role::Operator | Role::Admin)
}
