//! What the page asks before it connects, and what a monitoring system asks.

use axum::{Json, http::header, response::IntoResponse};
use serde::Serialize;

use super::{App, AppState};
use crate::{auth::Caller, protocol::Role, transport::webrtc::IceServer};

/// `GET /api/v1/config`.
#[derive(Serialize)]
pub struct Configuration {
    /// Of tos-comp.
    version: String,
    /// Of the caller's token.
    role: Role,
    /// Whose it is, where a grant said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<String>,
    /// As `RTCPeerConnection` takes them.
    ice_servers: Vec<IceServer>,
    /// What there is for a browser that cannot show video.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<&'static str>,
    /// Where the server in front has its own pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    portal: Option<String>,
    /// A dangerous command takes a proof of who confirms it, which the portal gives.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    step_up: bool,
}

/// A right token is answered with its role: the page tells a wrong one by the 401.
pub async fn config(app: AppState, caller: Caller) -> Json<Configuration> {
    let App(app) = &app.0;
    Json(Configuration {
        version: app.hub.version().to_owned(),
        role: caller.role,
        who: caller.who.as_deref().map(str::to_owned),
        ice_servers: app.ice_servers.clone(),
        fallback: app.fallback.as_ref().map(|_| "vnc"),
        portal: app.portal.clone(),
        step_up: app.step_up,
    })
}

/// `GET /metrics`.
pub async fn metrics(app: AppState, _: Caller) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.hub.metrics.exposition())
}
