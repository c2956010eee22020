//! What the page asks before it connects, and what a monitoring system asks.

use axum::{Json, http::header, response::IntoResponse};
use serde::Serialize;

use super::{App, AppState, Caller};
use crate::{protocol::Role, transport::webrtc::IceServer};

/// `GET /api/v1/config`.
#[derive(Serialize)]
pub struct Configuration {
    /// Of tos-comp.
    version: String,
    /// Of the caller's token.
    role: Role,
    /// As `RTCPeerConnection` takes them.
    ice_servers: Vec<IceServer>,
    /// What there is for a browser that cannot show video.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<&'static str>,
}

/// A right token is answered with its role: the page tells a wrong one by the 401.
pub async fn config(app: AppState, Caller(role): Caller) -> Json<Configuration> {
    let App(app) = &app.0;
    Json(Configuration {
        version: app.hub.version().to_owned(),
        role,
        ice_servers: app.ice_servers.clone(),
        fallback: app.fallback.as_ref().map(|_| "vnc"),
    })
}

/// `GET /metrics`.
pub async fn metrics(app: AppState, _: Caller) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.hub.metrics.exposition())
}
