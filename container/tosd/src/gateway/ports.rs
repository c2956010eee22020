//! Ports of containers: whatever a user runs in there and looks at with a browser.
//!
//! What such a port shows is foreign: it must not be able to act as whoever looks at it. A page below our own address would
//! have our origin, and the visitor's cookie with each request. So it is shown in one of two ways:
//!
//! - **Sandboxed** (without `ports_origin`): `/u/ada/port/8888/` leads to `/u/ada/port/8888/~TICKET/`, where every answer has
//!   `Content-Security-Policy: sandbox` without `allow-same-origin`. The page's origin is then none (`null`): it reads nothing
//!   of ours, its requests carry no cookie that counts, and [`super::own`] refuses whatever it sends elsewhere. It reaches its
//!   own port by the ticket in its path. What it lacks is storage and cookies of its own.
//! - **On a site of its own** (`ports_origin = "https://*.ports.example.org"`): `https://ada-8888.ports.example.org/`, with a
//!   cookie of that host that holds the ticket. Everything works there, and it is as far from us as any other site.
//!
//! A ticket is 256 random bits for one port of one container and one signed-in browser, and ends with that browser's session.
//! Ports are for their owner alone.

use std::{
    collections::HashMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use identity::{
    cookie::{self, SameSite},
    secret::{self, Token},
};
use parking_lot::Mutex;
use store::LoginId;

use super::{
    App,
    answers::Refusal,
    caller::{self, Right, Watch},
    desk::{self, Access},
    strict, upstream,
};

/// Tickets at once, of everybody.
const MOST: usize = 4096;
/// A ticket's session is asked for again after this.
const ASK: Duration = Duration::from_secs(15);
/// The cookie of a port's own site.
const COOKIE: &str = "__Host-tos-port";
/// Where a port's own site takes its ticket.
const ENTER: &str = "/.tos/enter";

/// What a sandboxed page may: run, ask, open, download; not be us.
const SANDBOX: &str = "sandbox allow-scripts allow-forms allow-modals allow-popups allow-downloads allow-pointer-lock";

/// Marks an answer that came out of a port: it has rules of its own.
#[derive(Clone, Copy)]
pub struct Foreign;

#[derive(Clone)]
struct Ticket {
    access: Access,
    login: LoginId,
    port: u16,
    asked: Instant,
    generation: u64,
}

/// Tickets in force, by their hashes.
#[derive(Default)]
pub struct Tickets {
    all: Mutex<HashMap<secret::Hash, Ticket>>,
}

impl Tickets {
    fn make(&self, ticket: Ticket) -> Result<Token, Refusal> {
        let token = Token::new().map_err(|_| Refusal::Internal)?;
        let mut all = self.all.lock();
        while all.len() >= MOST {
            // Of the session that has the most; whose else is not disturbed.
            let mut counts: HashMap<LoginId, usize> = HashMap::new();
            for ticket in all.values() {
                *counts.entry(ticket.login).or_default() += 1;
            }
            let Some((&most, _)) = counts.iter().max_by_key(|(_, count)| **count) else { break };
            let oldest = all.iter().filter(|(_, ticket)| ticket.login == most).min_by_key(|(_, ticket)| ticket.asked);
            let Some(oldest) = oldest.map(|(hash, _)| *hash) else { break };
            all.remove(&oldest);
        }
        all.insert(token.hash(secret::Use::Ceremony), ticket);
        Ok(token)
    }
}

/// Port numbers that may be looked at. The desktop's own is reached by its own address, with its own rules.
fn port_of(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit());
    if !digits || text.starts_with('0') {
        return None;
    }
    text.parse().ok().filter(|port| *port != desk::PORT)
}

/// The ticket in a path, if it is one of ours: `/u/NAME/port/PORT/~TICKET/…`.
fn ticket_in(path: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = path.strip_prefix("/u/")?.split_once("/port/")?;
    let (port, rest) = rest.split_once("/~")?;
    let (ticket, _) = rest.split_once('/')?;
    (!name.contains('/') && !port.contains('/')).then_some((name, port, ticket))
}

/// Whether a request brings its own proof in its path.
pub fn is_ticketed(path: &str) -> bool {
    ticket_in(path).is_some()
}

/// `/u/NAME/port/PORT/…` with a cookie: a ticket, and the way to what it is for.
///
/// # Errors
/// Not the owner; no such port.
pub fn enter(app: &App, access: &Access, rest: &str, request: &Request) -> Result<Response, Refusal> {
    let Right::Session(session) = &access.right else { return Err(Refusal::NotYours) };
    if access.look {
        return Err(Refusal::NotYours);
    }
    let (number, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let port = port_of(number).ok_or(Refusal::Missing)?;
    // Only what leads here gets a ticket: a picture or a script on a page is nobody's visit.
    let fetched = request.headers().get("sec-fetch-mode").is_some_and(|mode| mode != "navigate");
    if *request.method() != Method::GET || fetched {
        return Err(Refusal::Foreign);
    }
    let generation = *app.changed.borrow();
    let ticket = Ticket { access: access.clone(), login: session.login.id, port, asked: Instant::now(), generation };
    let token = app.tickets.make(ticket)?;
    let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
    let label = format!("{}-{port}", access.owner);
    let to = match app.origins.of_port(&label) {
        Some(site) => {
            let to = format!("/{rest}{query}");
            let to: String = percent_encoding::utf8_percent_encode(&to, percent_encoding::NON_ALPHANUMERIC).collect();
            format!("{site}{ENTER}?ticket={}&to={to}", token.reveal())
        }
        None => format!("/u/{}/port/{port}/~{}/{rest}{query}", access.owner, token.reveal()),
    };
    Ok(Redirect::to(&to).into_response())
}

/// The ticket that somebody shows, if it is good now.
async fn good(app: &App, shown: &str, owner: &str, port: u16, from: IpAddr) -> Result<Ticket, Refusal> {
    let hash = secret::Hash::of_shown(secret::Use::Ceremony, shown);
    let found = hash.and_then(|hash| app.tickets.all.lock().get(&hash).cloned().map(|ticket| (hash, ticket)));
    let Some((hash, ticket)) = found.filter(|(_, ticket)| ticket.access.owner == owner && ticket.port == port) else {
        app.record.refused("", from, "port", &format!("{owner}:{port}"), "no such ticket").await;
        return Err(Refusal::NotYours);
    };
    let changed = *app.changed.borrow();
    if ticket.generation == changed && ticket.asked.elapsed() < ASK {
        return Ok(ticket);
    }
    if !Watch::new(app, ticket.access.right.clone(), None).holds().await? {
        app.tickets.all.lock().remove(&hash);
        app.record.refused("", from, "port", &format!("{owner}:{port}"), "the session has ended").await;
        return Err(Refusal::NotYours);
    }
    if let Some(ticket) = app.tickets.all.lock().get_mut(&hash) {
        (ticket.asked, ticket.generation) = (Instant::now(), changed);
    }
    Ok(ticket)
}

/// `/u/NAME/port/PORT/~TICKET/…`
pub async fn sandboxed(app: &App, name: &str, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let Some((_, number, shown)) = ticket_in(&path) else { return Refusal::Missing.into_response() };
    let prefix = format!("/u/{name}/port/{number}/~{shown}");
    // What asks before it asks: anybody may, it is the ticket that counts.
    if *request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        let mut response = StatusCode::NO_CONTENT.into_response();
        open_to_null(response.headers_mut());
        for (name, asked) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, header::ACCESS_CONTROL_REQUEST_METHOD),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, header::ACCESS_CONTROL_REQUEST_HEADERS),
        ] {
            if let Some(value) = request.headers().get(asked) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        response.extensions_mut().insert(Foreign);
        return response;
    }
    let from = caller::address(&request);
    let answer = match port_of(number) {
        Some(port) => match good(app, shown, name, port, from).await {
            Ok(ticket) => pass(app, &ticket, &prefix, request).await,
            Err(refusal) => Err(refusal),
        },
        None => Err(Refusal::Missing),
    };
    let mut response = match answer {
        Ok(response) => response,
        // A page of ours, with our rules.
        Err(refusal) => return refusal.into_response(),
    };
    let headers = response.headers_mut();
    headers.append(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    open_to_null(headers);
    // A dialog of the browser would ask for a password in our name.
    headers.remove(header::WWW_AUTHENTICATE);
    // The ticket stands in the address.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response.extensions_mut().insert(Foreign);
    response
}

/// Fonts, modules and requests of a page without an origin need to be allowed to it; they carry no cookie.
fn open_to_null(headers: &mut HeaderMap) {
    let ours: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
    for name in ours {
        headers.remove(name);
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("null"));
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
}

/// Everything at a port's own site.
pub async fn own_site(app: &App, label: &str, request: Request) -> Response {
    let answer = own_site_answer(app, label, request).await;
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response.extensions_mut().insert(Foreign);
    response
}

async fn own_site_answer(app: &App, label: &str, request: Request) -> Result<Response, Refusal> {
    let (name, number) = label.rsplit_once('-').ok_or(Refusal::Missing)?;
    let port = port_of(number).ok_or(Refusal::Missing)?;
    let from = caller::address(&request);
    if request.uri().path() == ENTER {
        let url = url::Url::parse(&format!("https://x{}", request.uri())).map_err(|_| Refusal::Request)?;
        let of = |key: &str| url.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value.into_owned());
        let (shown, to) = (of("ticket").unwrap_or_default(), of("to").unwrap_or_else(|| "/".into()));
        good(app, &shown, name, port, from).await?;
        // Within this site.
        if !to.starts_with('/') || to.starts_with("//") || to.starts_with("/\\") {
            return Err(Refusal::Request);
        }
        let mut response = Redirect::to(&to).into_response();
        let cookie = cookie::set(COOKIE, &shown, SameSite::Lax, None);
        response
            .headers_mut()
            .append(header::SET_COOKIE, HeaderValue::try_from(cookie).map_err(|_| Refusal::Internal)?);
        return Ok(response);
    }
    // A page from elsewhere that asks in the visitor's name.
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok()).unwrap_or("none");
    let mode = request.headers().get("sec-fetch-mode").and_then(|mode| mode.to_str().ok()).unwrap_or("navigate");
    let own = app.origins.of_port(label).unwrap_or_default();
    let origin = request.headers().get(header::ORIGIN).map(HeaderValue::as_bytes);
    let same = matches!(site, "same-origin" | "none") || (mode == "navigate" && *request.method() == Method::GET);
    if !same || origin.is_some_and(|origin| origin != own.as_bytes()) {
        return Err(Refusal::Foreign);
    }
    let shown = caller::cookie_of(request.headers(), COOKIE).unwrap_or_default().to_owned();
    let ticket = match good(app, &shown, name, port, from).await {
        Ok(ticket) => ticket,
        // Back to where tickets are made, which asks who it is.
        Err(_) if mode == "navigate" => {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            return Ok(Redirect::to(&format!("{}/u/{name}/port/{port}{path}", app.origins.first())).into_response());
        }
        Err(refusal) => return Err(refusal),
    };
    pass(app, &ticket, "", request).await
}

/// What an answer may not say: it would count for the whole of this site, or of this host.
const SITE_WIDE: [HeaderName; 9] = [
    HeaderName::from_static("clear-site-data"),
    header::STRICT_TRANSPORT_SECURITY,
    header::ALT_SVC,
    HeaderName::from_static("service-worker-allowed"),
    HeaderName::from_static("report-to"),
    HeaderName::from_static("reporting-endpoints"),
    HeaderName::from_static("nel"),
    HeaderName::from_static("origin-agent-cluster"),
    HeaderName::from_static("set-login"),
];

/// Sends a request to a port, and its answer back, with what names places put right.
async fn pass(app: &App, ticket: &Ticket, prefix: &str, request: Request) -> Result<Response, Refusal> {
    let owner = &ticket.access.owner;
    let desk = app.desktops.open(owner).await.map_err(|_| Refusal::Unavailable)?;
    let websocket = upstream::wants_websocket(request.headers());
    let (mut parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let target = target.strip_prefix(prefix).ok_or(Refusal::Missing)?;
    let inner = Request::builder().method(parts.method.clone()).uri(if target.is_empty() { "/" } else { target });
    let mut inner = inner.body(super::pace::paced(body)).map_err(|_| Refusal::Request)?;
    upstream::strip_hop(&mut parts.headers);
    let kept = strict::foreign_cookies(&parts.headers);
    parts.headers.remove(header::COOKIE);
    if let Some(kept) = kept.and_then(|kept| HeaderValue::try_from(kept).ok()) {
        parts.headers.insert(header::COOKIE, kept);
    }
    // As if the browser were beside it: programs compare the two.
    let host = format!("localhost:{}", ticket.port);
    if parts.headers.contains_key(header::ORIGIN) {
        let origin = HeaderValue::try_from(format!("http://{host}")).map_err(|_| Refusal::Internal)?;
        parts.headers.insert(header::ORIGIN, origin);
    }
    parts.headers.remove(header::REFERER);
    parts.headers.insert(header::HOST, HeaderValue::try_from(&host).map_err(|_| Refusal::Internal)?);
    parts.headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
    if let Ok(prefix) = HeaderValue::try_from(prefix) {
        parts.headers.insert("x-forwarded-prefix", prefix);
    }
    *inner.headers_mut() = parts.headers;
    *inner.extensions_mut() = parts.extensions;
    let viewer = match websocket {
        true => app.desktops.viewer(owner).await.ok(),
        false => None,
    };
    let watch = ticket.access.watch(app);
    let ended = async move {
        watch.ended().await;
        drop(viewer);
    };
    let answer = match upstream::send(&desk, ticket.port, inner, websocket, ended).await {
        Ok(answer) => answer,
        Err(upstream::Failure::Refused) => return Ok(nobody(ticket.port)),
        Err(failure) => return Ok(StatusCode::from(failure).into_response()),
    };
    let mut answer: Response<Body> = answer;
    let headers = answer.headers_mut();
    for name in SITE_WIDE {
        headers.remove(name);
    }
    places(headers, prefix, &host);
    Ok(answer)
}

fn nobody(port: u16) -> Response {
    (StatusCode::BAD_GATEWAY, format!("Nothing listens on port {port} of this desktop.\n")).into_response()
}

/// Puts right what names places: where an answer leads, and where its cookies count.
fn places(headers: &mut HeaderMap, prefix: &str, host: &str) {
    if let Some(place) = headers.get(header::LOCATION).and_then(|place| place.to_str().ok()) {
        let place = place.strip_prefix(&format!("http://{host}")).unwrap_or(place);
        let place = if place.is_empty() { "/" } else { place };
        // One that leads elsewhere goes elsewhere; one that only looks like a path does too, and is kept here.
        let place = match place.starts_with('/') && !place.starts_with("//") {
            true => format!("{prefix}{place}"),
            false => place.to_owned(),
        };
        if let Ok(place) = HeaderValue::try_from(place) {
            headers.insert(header::LOCATION, place);
        }
    }
    let set: Vec<String> = headers
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .filter_map(|value| narrow(value, prefix))
        .collect();
    headers.remove(header::SET_COOKIE);
    for value in set {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.append(header::SET_COOKIE, value);
        }
    }
}

/// A cookie for its own port alone: below the prefix, for this host and no other.
fn narrow(cookie: &str, prefix: &str) -> Option<String> {
    let mut parts = cookie.split(';').map(str::trim);
    let pair = parts.next()?;
    let name = pair.split('=').next().unwrap_or_default().trim();
    // Those of ours, and those that a browser lets nobody else set.
    if name.is_empty() || name.to_ascii_lowercase().starts_with("__") {
        return None;
    }
    let mut path = "/".to_owned();
    let mut kept = vec![pair.to_owned()];
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key.trim().to_ascii_lowercase().as_str() {
            "path" if value.starts_with('/') => path = value.to_owned(),
            "domain" | "path" | "secure" | "partitioned" => {}
            _ => kept.push(part.to_owned()),
        }
    }
    kept.push(format!("Path={prefix}{path}"));
    kept.push("Secure".into());
    Some(kept.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ports_of_programs_are_ports() {
        for (text, port) in [("8888", Some(8888)), ("1", Some(1)), ("65535", Some(65535))] {
            assert_eq!(port_of(text), port);
        }
        for not in ["0", "9080", "09080", "65536", "-1", "+80", "", "80a", "8 0", "８０"] {
            assert_eq!(port_of(not), None, "{not}");
        }
    }

    #[test]
    fn a_ticket_is_found_in_its_place_only() {
        assert_eq!(ticket_in("/u/ada/port/80/~abc/x/~y"), Some(("ada", "80", "abc")));
        for not in ["/u/ada/port/80/x/~abc/", "/u/ada/~abc/port/80/", "/u/a/b/port/80/~abc/", "/u/ada/port/80/~abc"] {
            assert!(!is_ticketed(not), "{not}");
        }
    }

    #[test]
    fn cookies_stay_with_their_port() {
        let prefix = "/u/ada/port/80/~t";
        assert_eq!(
            narrow("a=1; Path=/app; Domain=example; HttpOnly", prefix).unwrap(),
            "a=1; HttpOnly; Path=/u/ada/port/80/~t/app; Secure"
        );
        assert_eq!(narrow("__Host-tos=stolen; Path=/; Secure", prefix), None);
        assert_eq!(narrow("__secure-x=1", prefix), None);
        assert_eq!(narrow("a=1", "").unwrap(), "a=1; Path=/; Secure");
    }

    #[test]
    fn ways_lead_back_below_the_port() {
        let moved = |place: &'static str| {
            let mut headers = HeaderMap::from_iter([(header::LOCATION, HeaderValue::from_static(place))]);
            places(&mut headers, "/u/ada/port/80/~t", "localhost:80");
            headers[header::LOCATION].to_str().unwrap().to_owned()
        };
        assert_eq!(moved("/login"), "/u/ada/port/80/~t/login");
        assert_eq!(moved("http://localhost:80/x"), "/u/ada/port/80/~t/x");
        assert_eq!(moved("next"), "next");
        assert_eq!(moved("https://elsewhere.example/"), "https://elsewhere.example/");
    }
}
