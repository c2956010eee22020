//! `/u/NAME/…`: somebody's desktop. Its page is ours ([`super::assets`]); data comes from the container.
//!
//! Who may: its owner, to use it; a guest by the owner's link, to look; an administrator for a quarter of an hour after
//! having asked for it, which is written down, to look. Operators may not. Whoever may not gets the answer of a desktop that
//! is not there.

use std::net::IpAddr;

use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use identity::{
    grant::{self, Grant, MAX_LIFE},
    secret,
};
use store::{Moment, Role, name_fits};

use super::{
    App,
    answers::Refusal,
    assets,
    caller::{self, GUEST, Right, Watch},
    ports, strict, turn, upstream,
};
use crate::desktops::{Desk, OpenError, Phase};

/// Where tos-comp listens inside.
pub const PORT: u16 = 9080;
/// Longest answer to `api/v1/config`.
const CONFIG: usize = 64 << 10;

/// What a request to a container may say, besides what is told for WebSockets.
const PASSED: [HeaderName; 11] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::IF_RANGE,
    header::RANGE,
    HeaderName::from_static("upload-offset"),
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_VERSION,
];

/// What an answer of a container may say. Not among them: cookies, policies, `Clear-Site-Data`, anything that a browser
/// would hold against this whole site.
const BACK: [HeaderName; 11] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_DISPOSITION,
    header::CONTENT_RANGE,
    header::ACCEPT_RANGES,
    header::ETAG,
    header::RETRY_AFTER,
    header::CONNECTION,
    header::UPGRADE,
    header::SEC_WEBSOCKET_ACCEPT,
    header::SEC_WEBSOCKET_PROTOCOL,
];

/// By what somebody is here.
#[derive(Debug, Clone)]
pub struct Access {
    /// Whose desktop.
    pub owner: String,
    /// By what right.
    pub right: Right,
    /// What the desktop is told they may do.
    pub role: grant::Role,
    /// Whom the desktop takes them for.
    pub who: String,
    /// The right is an administrator's look.
    pub look: bool,
}

impl Access {
    /// Tells when it ends.
    pub fn watch(&self, app: &App) -> Watch {
        Watch::new(app, self.right.clone(), self.look.then(|| self.owner.clone()))
    }
}

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
        "phase" => phase(&app, &access).await.unwrap_or_else(IntoResponse::into_response),
        _ => assets::desktop(rest, request.headers()).unwrap_or_else(|| Refusal::Missing.into_response()),
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

/// By what right somebody sees a desktop.
///
/// # Errors
/// [`Refusal::SignIn`] for who is nobody, [`Refusal::NotYours`] for everybody else.
pub async fn access(app: &App, headers: &HeaderMap, from: IpAddr, name: &str) -> Result<Access, Refusal> {
    if !name_fits(name) {
        return Err(Refusal::NotYours);
    }
    let guest = async {
        let Some(shown) = caller::cookie_of(headers, GUEST) else { return Ok(None) };
        let Some(hash) = secret::Hash::of_shown(secret::Use::Guest, shown) else { return Ok(None) };
        let found = app.store.guest(hash.as_bytes(), Moment::now()).await?;
        Ok::<_, Refusal>(found.filter(|(_, owner)| owner.name == name).map(|(guest, _)| Access {
            owner: name.to_owned(),
            right: Right::Guest { hash: *hash.as_bytes(), owner: name.to_owned() },
            // Whatever the link says: there is no other kind of guest yet.
            role: grant::Role::View,
            who: format!("guest-{}", guest.id),
            look: false,
        }))
    };
    let Some(session) = caller::session(app, headers, from).await? else {
        return guest.await?.ok_or(Refusal::SignIn);
    };
    let own = session.user.name == name;
    let look = !own && session.user.role == Role::Admin && app.looks.allowed(session.login.id, name);
    if !own && !look {
        return guest.await?.ok_or(Refusal::NotYours);
    }
    Ok(Access {
        owner: name.to_owned(),
        role: if own { grant::Role::Control } else { grant::Role::View },
        who: session.user.name.clone(),
        right: Right::Session(Box::new(session)),
        look,
    })
}

/// The page, or the one that waits for the desktop.
async fn page(app: &App, access: &Access, headers: &HeaderMap) -> Result<Response, Refusal> {
    let phase = app.desktops.watch(&access.owner).await.map_err(refusal)?;
    let runs = *phase.borrow() == Phase::Running;
    if !runs {
        begin(app, access);
        return assets::portal("starting.html", headers).ok_or(Refusal::Internal);
    }
    assets::desktop("", headers).ok_or(Refusal::Internal)
}

/// Starts a desktop without waiting for it.
fn begin(app: &App, access: &Access) {
    // A guest comes when its owner lets them in, and starts nothing.
    if matches!(access.right, Right::Guest { .. }) || access.look {
        return;
    }
    let (app, user) = (app.clone(), access.owner.clone());
    tokio::spawn(async move {
        if let Err(error) = app.desktops.open(&user).await {
            tracing::info!(%error, user, "a desktop does not open");
        }
    });
}

/// `GET phase`: how the desktop is, for who waits. Asking starts it.
async fn phase(app: &App, access: &Access) -> Result<Response, Refusal> {
    let phase = app.desktops.watch(&access.owner).await.map_err(refusal)?;
    let now = phase.borrow().clone();
    if matches!(now, Phase::New | Phase::Frozen | Phase::Hibernated) {
        begin(app, access);
    }
    Ok(Json(now).into_response())
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

/// The request as the container sees it: its own paths, a grant, and nothing of the way here.
fn inner(app: &App, desk: &Desk, access: &Access, request: Request) -> Result<Request<Body>, Refusal> {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let target = target.strip_prefix("/u/").and_then(|target| target.split_once('/')).ok_or(Refusal::Missing)?.1;
    let mut inner =
        Request::builder().method(parts.method).uri(format!("/{target}")).body(body).map_err(|_| Refusal::Request)?;
    *inner.extensions_mut() = parts.extensions;
    let headers = inner.headers_mut();
    for name in PASSED {
        if let Some(value) = parts.headers.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    // A token of its own is nothing that a visitor of ours has.
    let protocols = parts.headers.get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
    let kept: Vec<&str> = protocols
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|protocol| !protocol.is_empty() && !protocol.starts_with("tos.bearer."))
        .collect();
    if !kept.is_empty() {
        let kept = HeaderValue::try_from(kept.join(", ")).map_err(|_| Refusal::Request)?;
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, kept);
    }
    headers.insert(header::HOST, HeaderValue::from_static("localhost"));
    headers.insert(header::AUTHORIZATION, bearer(app, desk, access)?);
    Ok(inner)
}

/// An answer of a container, as data: nothing in it is run, kept or believed about this site.
fn clean(answer: axum::http::Response<Body>, owner: &str) -> Response {
    let (parts, body) = answer.into_parts();
    let mut clean = Response::new(body);
    // A container does not send our visitors elsewhere, and does not ask them for passwords.
    *clean.status_mut() = match parts.status {
        status if status.is_redirection() && status != StatusCode::NOT_MODIFIED => StatusCode::BAD_GATEWAY,
        status => status,
    };
    let headers = clean.headers_mut();
    for name in BACK {
        if let Some(value) = parts.headers.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    if let Some(place) = parts.headers.get(header::LOCATION).and_then(|place| place.to_str().ok()) {
        // Of a session of WHEP; another one is of no use here.
        let id = place.trim_start_matches('/').strip_prefix("whep/").unwrap_or_default();
        if !id.is_empty()
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            && let Ok(place) = HeaderValue::try_from(format!("/u/{owner}/whep/{id}"))
        {
            headers.insert(header::LOCATION, place);
        }
    }
    let kind =
        headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    // A browser runs what is of one of these kinds if a page of ours names it.
    if ["script", "css", "wasm", "manifest"].iter().any(|run| kind.contains(run)) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    }
    // And if it is opened as a page: it is nobody's, and does nothing.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    clean
}

fn resource(headers: &HeaderMap) -> Option<String> {
    headers.get(header::LOCATION)?.to_str().ok()?.rsplit('/').next().map(str::to_owned)
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
    fn what_a_container_answers_is_data() {
        let hostile = axum::http::Response::builder()
            .status(200)
            .header("set-cookie", "__Host-tos=x; Path=/; Secure")
            .header("clear-site-data", "\"*\"")
            .header("content-type", "text/javascript")
            .header("content-security-policy", "script-src *")
            .header("access-control-allow-origin", "*")
            .header("location", "https://evil.example/")
            .header("etag", "\"1\"")
            .body(Body::empty())
            .unwrap();
        let clean = clean(hostile, "ada");
        let names: Vec<&str> = clean.headers().keys().map(HeaderName::as_str).collect();
        for gone in ["set-cookie", "clear-site-data", "access-control-allow-origin", "location"] {
            assert!(!names.contains(&gone), "{gone}");
        }
        assert_eq!(clean.headers()["content-type"], "application/octet-stream");
        assert_eq!(clean.headers()["content-security-policy"], "default-src 'none'; sandbox");
        assert_eq!(clean.headers()["etag"], "\"1\"");
        let away =
            axum::http::Response::builder().status(302).header("location", "//evil").body(Body::empty()).unwrap();
        assert_eq!(super::clean(away, "ada").status(), StatusCode::BAD_GATEWAY);
    }

    #[test]
    fn a_session_of_whep_is_found_below_the_desktop() {
        for place in ["/whep/abc-1", "whep/abc-1"] {
            let made =
                axum::http::Response::builder().status(201).header("location", place).body(Body::empty()).unwrap();
            let made = clean(made, "ada");
            assert_eq!(made.headers()["location"], "/u/ada/whep/abc-1");
            assert_eq!(resource(made.headers()).as_deref(), Some("abc-1"));
        }
    }

    #[test]
    fn the_way_back_leads_to_desktops_only() {
        assert!(is_desktop("/u/ada/") && is_desktop("/u/ada/port/8888/x"));
        for not in ["//evil.example/u/ada/", "https://evil/", "/u/../admin", "/u/Ada/", "/admin/", "/u/ada", ""] {
            assert!(!is_desktop(not), "{not}");
        }
    }
}
