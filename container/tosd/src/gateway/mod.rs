//! The one way in: one HTTPS port for the portal, sign-in, everybody's desktop and its ports, and one range of UDP ports
//! for their media.
//!
//! | path | who | what |
//! |---|---|---|
//! | `/`, `/account`, `/admin/`, `/join`, `/portal/…` | anybody | pages; they hold no secret |
//! | `/auth/…` | see [`auth`] | signing in, and what belongs to somebody's account |
//! | `/admin/api/…` | operators, administrators | see [`admin`] |
//! | `/g/SECRET` | whoever has the link | a guest comes in |
//! | `/u/NAME/…` | its owner, guests, who was allowed to look | a desktop, see [`desk`] |
//! | `/u/NAME/port/PORT/…` | its owner | a port of the container, see [`ports`] |
//! | `/healthz` | anybody | `ok` |
//!
//! 1. Whatever comes in is hostile until [`strict`] has read it, and whatever comes from a container stays so: it is data,
//!    never something that a browser runs with our visitors' rights ([`assets`], [`ports`]).
//! 2. A browser proves who it is by a cookie that no script can read; a container hears of that by a grant for one request.
//! 3. A refusal says nothing of what is there. What it was is a line of the audit log.
//! 4. Who is signed out is out at once: whatever is open for a session ends with it ([`caller::Watch`]).

mod acme;
pub mod admin;
mod answers;
mod assets;
pub mod auth;
mod caller;
mod desk;
mod desks;
mod events;
mod flows;
mod novnc;
mod origins;
mod pace;
mod page;
mod portal;
mod ports;
mod record;
pub mod relay;
mod seats;
mod strict;
mod tls;
mod turn;
mod upstream;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{any, get},
};
use httpd::listen::{self, Patience, Places};
use identity::grant;
use parking_lot::RwLock;
use store::Store;
use tokio::{net::TcpListener, sync::watch};

pub use self::desks::Desks;
use self::{
    origins::{Origins, Site},
    record::Recorder,
    relay::Relay,
    seats::Seats,
    tls::Certificates,
};
use crate::config::Config;

/// What the gateway works with.
pub struct Gateway {
    /// The whole configuration.
    pub config: Arc<Config>,
    /// Users, logins, credentials, audit.
    pub store: Store,
    /// Everybody's desktops.
    pub desktops: Arc<dyn Desks>,
    /// What signs grants.
    pub keys: Arc<RwLock<grant::Keys>>,
    /// Names of the plans there are, for whoever invites somebody.
    pub plans: Arc<dyn Fn() -> Vec<String> + Send + Sync>,
}

/// What handlers see.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// See [`App`].
pub struct Inner {
    config: Arc<Config>,
    store: Store,
    desktops: Arc<dyn Desks>,
    keys: Arc<RwLock<grant::Keys>>,
    plans: Arc<dyn Fn() -> Vec<String> + Send + Sync>,
    origins: Origins,
    /// Tells whoever holds something open that a session may have changed.
    changed: watch::Sender<u64>,
    record: Recorder,
    seats: Arc<Seats>,
    relay: Arc<Relay>,
    turn: Option<turn::Secret>,
    auth: auth::Means,
    tickets: ports::Tickets,
    looks: admin::Looks,
    acme: acme::Answers,
    stop: watch::Receiver<bool>,
    /// The certificate is one that browsers believe: they may remember to come by TLS only.
    believed: bool,
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// Where somebody with a one-time link goes. The secret is in the fragment, which browsers do not send.
pub fn join_url(config: &Config, secret: &str) -> String {
    format!("{}/join#{secret}", config.origin())
}

/// A gateway that listens.
pub struct Served {
    /// Where HTTPS is.
    pub address: SocketAddr,
    /// SHA-256 of the certificate, as browsers show it.
    pub fingerprint: Option<String>,
    /// Ends when `stop` turns true.
    pub task: tokio::task::JoinHandle<()>,
    /// For figures.
    pub relay: Arc<Relay>,
}

impl Gateway {
    /// Listens, and goes on until `stop` turns true.
    ///
    /// # Errors
    /// A port that is taken, a certificate that cannot be used, what does not go together in the configuration.
    pub async fn serve(self, stop: watch::Receiver<bool>) -> anyhow::Result<Served> {
        let Self { config, store, desktops, keys, plans } = self;
        let settings = &config.gateway;
        let listener =
            TcpListener::bind(settings.listen).await.with_context(|| format!("listening on {}", settings.listen))?;
        let address = listener.local_addr()?;
        let port = settings.public_port.unwrap_or(address.port());
        let origins =
            Origins::new(&settings.names, port, settings.ports_origin.as_deref()).map_err(anyhow::Error::msg)?;
        let certificates = Arc::new(Certificates::default());
        let turn = turn::Secret::load(&config.media)?;
        let relay = Arc::new(Relay::new(config.media.bind.unwrap_or_else(|| config.media_address())));
        let auth = auth::Means::new(&config, &origins).await?;
        let (changed, _) = watch::channel(0);
        let app = App(Arc::new(Inner {
            record: Recorder::new(store.clone()),
            seats: Seats::new(stop.clone()),
            turn,
            auth,
            tickets: ports::Tickets::default(),
            looks: admin::Looks::default(),
            acme: acme::Answers::default(),
            stop: stop.clone(),
            believed: settings.certificate.is_some() || settings.acme.is_some(),
            changed,
            origins,
            relay: Arc::clone(&relay),
            config: Arc::clone(&config),
            store,
            desktops,
            keys,
            plans,
        }));
        let fingerprint = acme::certificates(&app, &certificates).await?;
        let tls = Arc::new(certificates.server()?);
        let places = Places::new(CONNECTIONS, usize::try_from(settings.connections_each).unwrap_or(usize::MAX));
        if let Some(redirect) = settings.redirect {
            let plain = TcpListener::bind(redirect).await.with_context(|| format!("listening on {redirect}"))?;
            let router = Router::new().fallback(any(plain_http)).with_state(app.clone());
            tokio::spawn(listen::run(plain, router, None, Arc::clone(&places), PATIENCE, stop.clone()));
        }
        events::follow(&app);
        let task = tokio::spawn(listen::run(listener, router(app), Some(tls), places, PATIENCE, stop));
        Ok(Served { address, fingerprint, task, relay })
    }
}

/// Connections at once, over all.
const CONNECTIONS: usize = 4096;
const PATIENCE: Patience = Patience { idle: Some(Duration::from_secs(60)), life: None, grace: Duration::from_secs(5) };

/// All of it.
fn router(app: App) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/", get(|| async { page::portal() }))
        .route("/account", get(|headers: HeaderMap| async move { portal("account.html", &headers) }))
        .route("/join", get(|headers: HeaderMap| async move { portal("join.html", &headers) }))
        .route("/admin", get(|| async { Redirect::permanent("/admin/") }))
        .route("/admin/", get(|headers: HeaderMap| async move { portal("admin.html", &headers) }))
        .route("/portal/{*path}", get(portal_file))
        .route("/page/{version}/{*path}", get(page::file))
        .route("/g/{secret}", get(auth::guests::enter))
        .nest("/auth", auth::router())
        .nest("/admin/api", admin::router())
        .route("/u/{name}", get(desk::bare))
        .route("/u/{name}/", any(desk::serve))
        .route("/u/{name}/{*rest}", any(desk::serve))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(middleware::from_fn_with_state(app.clone(), first))
        .with_state(app)
}

fn portal(file: &str, headers: &HeaderMap) -> Response {
    assets::portal(file, headers).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

async fn portal_file(axum::extract::Path(path): axum::extract::Path<String>, headers: HeaderMap) -> Response {
    // Pages have addresses of their own.
    if path.ends_with(".html") { StatusCode::NOT_FOUND.into_response() } else { portal(&path, &headers) }
}

/// Plain HTTP: what ACME asks, and the way to HTTPS.
async fn plain_http(State(app): State<App>, request: Request) -> Response {
    let Ok(host) = strict::check(&request) else { return StatusCode::BAD_REQUEST.into_response() };
    if let Some(token) = request.uri().path().strip_prefix("/.well-known/acme-challenge/") {
        return match app.acme.of(token) {
            Some(answer) => answer.into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    let bare = host.split(':').next().unwrap_or_default();
    if !app.origins.hosts().iter().any(|ours| ours.eq_ignore_ascii_case(bare)) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    // To the name that counts, never to the one that was asked for.
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    Redirect::permanent(&format!("{}{path}", app.origins.first())).into_response()
}

/// Besides what every answer says.
const HEADERS: [(HeaderName, &str); 2] = [
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

/// Before anything else, and around every answer, errors too.
async fn first(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let pages = wants_page(request.method(), request.headers());
    let from = caller::address(&request);
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(caller::Whole(path.clone()));
    let (site, mut response) = match admit(&app, &request) {
        Ok(Site::Main) => (Site::Main, next.run(request).await),
        Ok(Site::Other) => {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            (Site::Other, Redirect::permanent(&format!("{}{path}", app.origins.first())).into_response())
        }
        Ok(Site::Port { label }) => {
            let answer = ports::own_site(&app, &label, request).await;
            (Site::Port { label }, answer)
        }
        Err(status) => {
            app.record.refused("", from, "request", &path, status.as_str()).await;
            let mut response = status.into_response();
            // What cannot be read has no end that one could rely on.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            (Site::Main, response)
        }
    };
    let status = response.status();
    let foreign = response.extensions().get::<ports::Foreign>().is_some();
    if pages && !foreign && (status.is_client_error() || status.is_server_error()) {
        // Frames, cookies and the like of the first answer stay.
        let (before, _) = response.into_parts();
        response = answers::page(status);
        for name in [header::SET_COOKIE, header::CONNECTION, header::RETRY_AFTER] {
            if let Some(value) = before.headers.get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
    }
    let headers = response.headers_mut();
    if app.believed {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // What comes out of a port has its own rules; they are set there.
    if foreign || matches!(site, Site::Port { .. }) {
        return response;
    }
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    httpd::headers::harden(headers);
    response
}

/// Whether a request is one that is looked at at all, and for which site.
fn admit(app: &App, request: &Request<Body>) -> Result<Site, StatusCode> {
    let host = strict::check(request)?;
    let site = app.origins.site(host).ok_or(StatusCode::MISDIRECTED_REQUEST)?;
    // A ticket in the path is proof enough for what runs in a sandbox, whose origin is none.
    let sandboxed = ports::is_ticketed(request.uri().path());
    if site == Site::Main && !sandboxed && !own(app, request) {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(site)
}

/// Whether a request that changes something, or stays open, comes from our own pages.
fn own(app: &App, request: &Request<Body>) -> bool {
    let headers = request.headers();
    let safe = matches!(*request.method(), Method::GET | Method::HEAD) && !headers.contains_key(header::UPGRADE);
    if safe {
        return true;
    }
    let origin = headers.get(header::ORIGIN).map(HeaderValue::as_bytes);
    match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        Some(site) if site != b"same-origin" => false,
        // An origin that is told must be ours, whatever else is said; `null` is none.
        Some(_) => origin.is_none_or(|origin| origin == app.origins.first().as_bytes()),
        None => origin == Some(app.origins.first().as_bytes()),
    }
}

fn wants_page(method: &Method, headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    *method == Method::GET && accept.contains("text/html")
}
