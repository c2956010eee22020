//! The HTTP side: the page, the signalling (WHEP), and a few things to look at.
//!
//! | path | who | what |
//! |---|---|---|
//! | `GET /`, `/…` | anybody | the page; it holds no secret |
//! | `GET /healthz` | anybody | `ok`, or `waiting` before the session has begun |
//! | `GET /api/v1/config` | view | what the page needs to connect |
//! | `GET /metrics` | view | Prometheus text |
//! | `POST /whep`, `PATCH` and `DELETE /whep/{id}` | view | see [`whep`] |
//! | `GET /api/v1/state`, `GET /api/v1/schema` | view | see [`session`] |
//! | `POST /api/v1/command`, `GET /api/v1/snapshot` | control | see [`session`] |
//! | `POST /api/v1/stage`, `/commit`, `/discard` | control | see [`session`] |
//! | `PUT /api/v1/snapshot` | admin | see [`session`] |
//! | `GET /api/v1/clipboard/{offer}/{form}`, `PUT /api/v1/clipboard/{ask}` | control | see [`clipboard`] |
//! | `POST /api/v1/upload`, `GET`, `PATCH` and `DELETE /api/v1/upload/{id}`, `POST /api/v1/download` | control | see [`files`] |
//! | `GET /api/v1/download/{ticket}` | whoever has the ticket | see [`files`] |
//! | `GET /vnc` | view | a WebSocket to the fallback display, see [`vnc`] |
//! | `GET /novnc/…` | anybody | what it is shown with |
//! | `GET /api/v1/events` | view, commands control | a WebSocket, see [`events`] |
//!
//! Everything a request may cost is bounded: header bytes and count, body bytes, time to send either, connections.

mod api;
mod assets;
mod clipboard;
mod events;
pub mod files;
mod origin;
mod session;
mod vnc;
mod waiting;
pub mod whep;

pub use self::{
    clipboard::Copies,
    vnc::{Bridges, Fallback},
    waiting::Waiting,
};

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{FromRequestParts, Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use httpd::listen::{self, Patience, Places};
use rustls::ServerConfig;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    auth::{Authority, Caller, Moment, REFUSAL_DELAY},
    files::Files,
    hub::Hub,
    session::Feed,
    transport::webrtc::IceServer,
};

/// What handlers see.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// See [`App`].
pub struct Inner {
    /// Viewers.
    pub hub: Arc<Hub>,
    /// The session, for programs.
    pub feed: Arc<Feed>,
    /// Files on their way.
    pub files: Arc<Files>,
    /// What is copied and on its way at once.
    pub copies: Copies,
    /// The fallback display, if there is one.
    pub fallback: Option<Bridges>,
    /// Turns true when the server ends.
    pub stop: watch::Receiver<bool>,
    /// Who may.
    pub authority: Authority,
    /// For the page's own peer connection.
    pub ice_servers: Vec<IceServer>,
    /// Besides the page's own.
    pub allowed_origins: Vec<String>,
    /// Whether the session has begun.
    pub waiting: Waiting,
    /// Where the server in front has its own pages.
    pub portal: Option<String>,
    /// A dangerous command takes a proof of who confirms it.
    pub step_up: bool,
    /// Served over TLS.
    pub secure: bool,
    /// Only reachable from this machine.
    pub loopback: bool,
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// All of it.
pub fn router(inner: Inner) -> Router {
    let app = App(Arc::new(inner));
    Router::new()
        .route("/healthz", get(waiting::health))
        .route("/metrics", get(api::metrics))
        .route("/api/v1/config", get(api::config))
        .route("/whep", post(whep::create).options(whep::options))
        .route("/whep/{resource}", axum::routing::patch(whep::patch).delete(whep::remove).options(whep::options))
        .route("/api/v1/state", get(session::state).options(session::options))
        .route("/api/v1/schema", get(session::schema).options(session::options))
        .route("/api/v1/command", post(session::command).options(session::options))
        .route("/api/v1/stage", post(session::stage).options(session::options))
        .route("/api/v1/commit", post(session::commit).options(session::options))
        .route("/api/v1/discard", post(session::discard).options(session::options))
        .route("/api/v1/snapshot", get(session::snapshot).put(session::put_snapshot).options(session::options))
        .route("/api/v1/clipboard/{ask}", axum::routing::put(clipboard::bring))
        .route("/api/v1/clipboard/{offer}/{form}", get(clipboard::fetch))
        .route("/api/v1/upload", post(files::begin))
        .route("/api/v1/upload/{id}", get(files::standing).patch(files::append).delete(files::cancel))
        .route("/api/v1/download", post(files::ticket))
        .route("/api/v1/download/{ticket}", get(files::download))
        .route("/api/v1/events", get(events::events))
        .route("/vnc", get(vnc::bridge))
        .route("/novnc/{*path}", get(vnc::novnc))
        .fallback(get(assets::serve))
        .layer(middleware::from_fn_with_state(app.clone(), waiting::check))
        .layer(middleware::from_fn_with_state(app.clone(), origin::check))
        .layer(middleware::from_fn(harden))
        .with_state(app)
}

/// On every answer, errors too.
async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    httpd::headers::harden(response.headers_mut());
    response
}

/// Connections at once. A page uses one or two.
const CONNECTIONS: usize = 256;
const PATIENCE: Patience =
    Patience { idle: None, life: Some(Duration::from_secs(120)), grace: Duration::from_secs(10) };

/// Serves until `stop` turns true. Without `tls` it is plain HTTP.
pub async fn serve(listener: TcpListener, router: Router, tls: Option<Arc<ServerConfig>>, stop: watch::Receiver<bool>) {
    // All may come from one address: that of a server in front.
    let places = Places::new(CONNECTIONS, CONNECTIONS);
    listen::run(listener, router, tls, places, PATIENCE, stop).await;
}

/// A caller with a right token or grant.
impl FromRequestParts<App> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let shown = parts.headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
        authorise(app, app.authority.bearer(shown, Moment::now())).await
    }
}

/// Who showed a right credential; a wrong one is answered slowly.
async fn authorise(app: &App, caller: Option<Caller>) -> Result<Caller, Response> {
    if let Some(caller) = caller {
        return Ok(caller);
    }
    app.hub.metrics.refused.increment();
    tokio::time::sleep(REFUSAL_DELAY).await;
    Err((StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response())
}

/// For handlers that only look.
type AppState = State<App>;
