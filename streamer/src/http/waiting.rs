//! Before the session has begun: the server is up and everything that needs no user is being made ready.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{App, session::Failure};

/// Whether the session waits for its beginning. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Waiting(Arc<AtomicBool>);

impl Waiting {
    /// It waits, or it has begun.
    pub fn new(waits: bool) -> Self {
        Self(Arc::new(AtomicBool::new(waits)))
    }

    /// It has begun.
    pub fn end(&self) {
        self.0.store(false, Relaxed);
    }

    /// It waits.
    pub fn waits(&self) -> bool {
        self.0.load(Relaxed)
    }
}

/// `GET /healthz`
pub async fn health(State(app): State<App>) -> &'static str {
    if app.waiting.waits() { "waiting\n" } else { "ok\n" }
}

/// Puts off whatever is about the session.
pub async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    if app.waiting.waits() && is_of_the_session(request.uri().path()) {
        let failure = Failure::new(StatusCode::SERVICE_UNAVAILABLE, "waiting", "the session has not begun");
        let mut response = failure.into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        return response;
    }
    next.run(request).await
}

fn is_of_the_session(path: &str) -> bool {
    path.starts_with("/api/") || path == "/whep" || path.starts_with("/whep/") || path == "/vnc"
}
