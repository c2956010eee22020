//! `/u/NAME/…`: somebody's desktop. Its page is ours ([`super::assets`]); data comes from the container.

mod access;
mod passing;

use std::{net::IpAddr, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use identity::grant::{Grant, MAX_LIFE};
use store::{Moment, name_fits};
use tokio::time::timeout;

pub use self::access::{Access, access};
use self::passing::{clean, inner, resource};
use super::{
    App,
    answers::Refusal,
    assets,
    caller::{self, Right},
    novnc, ports, strict, turn, upstream,
};
use crate::config::Fallback;
use crate::desktops::{Desk, OpenError, Phase, Step};

/// Where tos-comp listens inside.
pub const PORT: u16 = 9080;
/// How long a page waits for a desktop that wakes up.
const AWAKE: Duration = Duration::from_secs(1);
/// How long who asks how a desktop is waits for it to be otherwise.
const OTHERWISE: Duration = Duration::from_secs(5);
/// Longest answer to `api/v1/config`.
const CONFIG: usize = 64 << 10;

/// `/u/NAME`
pub async fn bare(axum::extract::Path(name): axum::extract::Path<String>) -> Response {
    if name_fits(&name) {
        Redirect::permanent(&format!("/u/{name}/")).into_response()
    } else {
        Refusal::Missing.into_response()
    }
}

/// `/u/NAME/…`
pub async fn serve(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let Some((name, rest)) = path.strip_prefix("/u/").and_then(|path| path.split_once('/')) else {
        return Refusal::Missing.into_response();
    };
    // What has its own proof in the path does not come with a cookie.
    if ports::is_ticketed(&path) {
        return ports::sandboxed(&app, name, request).await;
    }
    let from = caller::address(&request);
    let access = match access(&app, request.headers(), from, name).await {
        Ok(access) => access,
        // The portal asks who it is, and leads back.
        Err(Refusal::SignIn) if leads_here(&request) => {
            let to: String = percent_encoding::utf8_percent_encode(&path, percent_encoding::NON_ALPHANUMERIC).collect();
            return Redirect::to(&format!("/?to={to}")).into_response();
        }
        Err(refusal) => {
            app.record.refused("", from, "desktop", &path, refusal.reason()).await;
            return refusal.into_response();
        }
    };
    if let Some(rest) = rest.strip_prefix("port/") {
        return ports::enter(&app, &access, rest, &request).unwrap_or_else(IntoResponse::into_response);
    }
    if let Some(asked) = data(rest, request.headers()) {
        return proxy(&app, &access, from, asked, request).await.unwrap_or_else(IntoResponse::into_response);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    match rest {
        "" => page(&app, &access, request.headers()).await.unwrap_or_else(IntoResponse::into_response),
        "phase" => phase(&app, &access, request.headers()).await.unwrap_or_else(IntoResponse::into_response),
        _ => match rest.strip_prefix("novnc/").filter(|_| app.config.desktop.fallback != Fallback::Off) {
            Some(path) => novnc::file(&app.config.gateway.novnc, path).await,
            None => None,
        }
        .unwrap_or_else(|| Refusal::Missing.into_response()),
    }
}

/// What is behind a path: data of the container, or a page of ours.
enum Asked {
    Whep,
    WhepSession(String),
    Config,
    Data,
    Socket,
}

fn data(rest: &str, headers: &HeaderMap) -> Option<Asked> {
    let websocket = upstream::wants_websocket(headers);
    Some(match rest {
        "whep" => Asked::Whep,
        "api/v1/config" => Asked::Config,
        "vnc" | "api/v1/events" if websocket => Asked::Socket,
        _ if rest.starts_with("api/v1/") => Asked::Data,
        _ => {
            let id = rest.strip_prefix("whep/")?;
            let plain =
                (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
            Asked::WhepSession(plain.then(|| id.to_owned())?)
        }
    })
}

fn leads_here(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    *request.method() == Method::GET && accept.contains("text/html")
}

/// The page, or the one that waits for the desktop.
async fn page(app: &App, access: &Access, headers: &HeaderMap) -> Result<Response, Refusal> {
    let mut phase = app.desktops.watch(&access.owner).await.map_err(refusal)?;
    let now = phase.borrow().clone();
    if now != Phase::Running {
        begin_for(app, access);
    }
    // A desktop that sleeps is there sooner than a page that says so.
    let soon = matches!(now, Phase::Frozen | Phase::Starting { step: Step::Thaw });
    let runs = match now {
        Phase::Running => true,
        _ if soon => {
            timeout(AWAKE, phase.wait_for(|phase| *phase == Phase::Running)).await.is_ok_and(|met| met.is_ok())
        }
        _ => false,
    };
    if runs { Ok(super::page::desktop()) } else { assets::portal("starting.html", headers).ok_or(Refusal::Internal) }
}

/// Starts the desktop of whoever comes to it. A guest comes when its owner lets them in, and starts nothing.
fn begin_for(app: &App, access: &Access) {
    if !matches!(access.right, Right::Guest { .. }) && !access.look {
        begin(app, &access.owner);
    }
}

/// Starts a desktop without waiting for it.
pub fn begin(app: &App, user: &str) {
    let (app, user) = (app.clone(), user.to_owned());
    tokio::spawn(async move {
        if let Err(error) = app.desktops.open(&user).await {
            tracing::info!(%error, user, "a desktop does not open");
        }
    });
}

/// `GET phase`: how the desktop is, for who waits. Asking starts it. `If-None-Match` waits until it is otherwise.
async fn phase(app: &App, access: &Access, headers: &HeaderMap) -> Result<Response, Refusal> {
    let mut phase = app.desktops.watch(&access.owner).await.map_err(refusal)?;
    if matches!(*phase.borrow(), Phase::New | Phase::Frozen | Phase::Hibernated) {
        begin_for(app, access);
    }
    if let Some(seen) = headers.get(header::IF_NONE_MATCH) {
        let other = phase.wait_for(|phase| tag(phase).is_some_and(|tag| tag != seen));
        // It may be the same for long; then that is the answer.
        let _ = timeout(OTHERWISE, other).await;
    }
    let now = phase.borrow().clone();
    let mut answer = Json(&now).into_response();
    if let Some(tag) = tag(&now) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    Ok(answer)
}

/// Changes when a phase does.
fn tag(phase: &Phase) -> Option<HeaderValue> {
    let step = match phase {
        Phase::Starting { step } => format!("{step:?}").to_lowercase(),
        _ => String::new(),
    };
    HeaderValue::try_from(format!("\"{}.{step}\"", phase.word())).ok()
}

fn refusal(error: OpenError) -> Refusal {
    match error {
        OpenError::Nobody => Refusal::NotYours,
        OpenError::Full => Refusal::NotNow("This host is full. Try again later."),
        OpenError::Failed(_) => Refusal::NotNow("The desktop does not start."),
        OpenError::Late | OpenError::Stopping => Refusal::Unavailable,
    }
}

/// The desktop, running. Who only looks waits for its owner.
async fn desk(app: &App, access: &Access) -> Result<Desk, Refusal> {
    if matches!(access.right, Right::Guest { .. }) || access.look {
        let phase = app.desktops.watch(&access.owner).await.map_err(refusal)?;
        if *phase.borrow() != Phase::Running {
            return Err(Refusal::Unavailable);
        }
    }
    app.desktops.open(&access.owner).await.map_err(refusal)
}

/// A grant for one request.
///
/// # Errors
/// No randomness; our own mistakes.
pub fn bearer(app: &App, desk: &Desk, access: &Access) -> Result<HeaderValue, Refusal> {
    let grant = Grant { audience: desk.name.as_str(), user: &access.who, role: access.role, commit: None };
    let minted = mint(app, &grant)?;
    let mut value = HeaderValue::try_from(format!("Bearer {}", minted.as_str())).map_err(|_| Refusal::Internal)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Signs a grant.
///
/// # Errors
/// No randomness; our own mistakes.
pub fn mint(app: &App, grant: &Grant<'_>) -> Result<zeroize::Zeroizing<String>, Refusal> {
    let now = u64::try_from(Moment::now().millis() / 1000).unwrap_or(0);
    app.keys.read().mint(grant, now, MAX_LIFE).map_err(|error| {
        tracing::error!(%error, "a grant");
        Refusal::Internal
    })
}

async fn proxy(app: &App, access: &Access, from: IpAddr, asked: Asked, request: Request) -> Result<Response, Refusal> {
    let desk = desk(app, access).await?;
    let method = request.method().clone();
    let websocket = matches!(asked, Asked::Socket);
    let whep = matches!(asked, Asked::Whep) && method == Method::POST;
    // A picture needs its line before its answer: the first datagram comes right after.
    let line = match whep {
        false => None,
        true => {
            if !app.seats.room(&access.owner) {
                return Err(Refusal::Later(10));
            }
            let line = app.relay.open(&desk.gate, desk.ports).await.map_err(|error| {
                tracing::warn!(%error, container = %desk.name, "media");
                Refusal::Unavailable
            })?;
            Some(line)
        }
    };
    let viewer = match whep || websocket {
        true => Some(app.desktops.viewer(&access.owner).await.map_err(refusal)?),
        false => None,
    };
    let inner = inner(app, &desk, access, request)?;
    let watch = access.watch(app);
    let (viewer, kept) = if whep { (viewer, None) } else { (None, viewer) };
    let ended = async move {
        watch.ended().await;
        // A WebSocket counts as a viewer for as long as it is there.
        drop(kept);
    };
    let answer = upstream::send(&desk, PORT, inner, websocket, ended).await.map_err(|failure| {
        tracing::debug!(%failure, container = %desk.name, "the desktop");
        Refusal::Unavailable
    })?;
    let mut answer = clean(answer, &access.owner);
    let who = |access: &Access| format!("{}-{}", access.owner, desk.generation);
    match asked {
        Asked::Config => return config(app, answer, &who(access)).await,
        Asked::WhepSession(id) if method == Method::DELETE && answer.status().is_success() => {
            app.seats.leave(&access.owner, &id);
        }
        Asked::Whep if answer.status() == StatusCode::CREATED => {
            let (Some(line), Some(viewer)) = (line, viewer) else { return Err(Refusal::Internal) };
            let id = resource(answer.headers()).ok_or(Refusal::Unavailable)?;
            let cut = cut(app.clone(), desk.clone(), access.clone(), id.clone());
            app.seats.take((access.owner.clone(), id), viewer, line, access.watch(app).ended(), cut);
            if access.look || matches!(access.right, Right::Guest { .. }) {
                app.record.done(&access.who, from, "view", &access.owner, store::audit::Outcome::Done, "").await?;
            }
            if let Some(turn) = &app.turn {
                let minted = turn.mint(&who(access), now_seconds());
                for link in turn::links(&minted) {
                    if let Ok(link) = HeaderValue::try_from(link) {
                        answer.headers_mut().append(header::LINK, link);
                    }
                }
            }
        }
        _ => {}
    }
    Ok(answer)
}

fn now_seconds() -> u64 {
    u64::try_from(Moment::now().millis() / 1000).unwrap_or(0)
}

/// Ends a session of WHEP whose viewer may look no more.
async fn cut(app: App, desk: Desk, access: Access, id: String) {
    let request = || {
        let mut request = Request::delete(format!("/whep/{id}")).body(Body::empty()).ok()?;
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("localhost"));
        request.headers_mut().insert(header::AUTHORIZATION, bearer(&app, &desk, &access).ok()?);
        Some(request)
    };
    if let Some(request) = request() {
        // What the container makes of it does not matter: the line goes with its last seat.
        let _ = upstream::send(&desk, PORT, request, false, std::future::pending()).await;
    }
}

/// Puts our own words into what the page is told: where the portal is, and which TURN servers there are.
async fn config(app: &App, answer: Response, who: &str) -> Result<Response, Refusal> {
    if answer.status() != StatusCode::OK {
        return Ok(answer);
    }
    let (mut parts, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, CONFIG).await.map_err(|_| Refusal::Unavailable)?;
    let mut config: serde_json::Value = serde_json::from_slice(&body).map_err(|_| Refusal::Unavailable)?;
    let told = config.as_object_mut().ok_or(Refusal::Unavailable)?;
    // Passwords and passkeys are asked for where this leads: here, whatever the container says.
    told.insert("portal".into(), "/".into());
    if let Some(turn) = &app.turn {
        let minted = serde_json::to_value(turn.mint(who, now_seconds())).map_err(|_| Refusal::Internal)?;
        let servers = told.entry("ice_servers").or_insert_with(|| serde_json::Value::Array(Vec::new()));
        servers.as_array_mut().ok_or(Refusal::Unavailable)?.push(minted);
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(Response::from_parts(parts, Body::from(config.to_string())))
}

/// Whether a path leads to somebody's desktop, and nowhere else: where the portal may lead back to.
pub fn is_desktop(path: &str) -> bool {
    strict::plain(path).is_ok()
        && path.strip_prefix("/u/").and_then(|path| path.split_once('/')).is_some_and(|(name, _)| name_fits(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_desktops_only() {
        assert!(is_desktop("/u/ada/") && is_desktop("/u/ada/port/8888/x"));
        for not in ["//evil.example/u/ada/", "https://evil/", "/u/../admin", "/u/Ada/", "/admin/", "/u/ada", ""] {
            assert!(!is_desktop(not), "{not}");
        }
    }
}
