//! WHEP (draft-ietf-wish-whep-03): a player posts its offer and gets the answer.
//!
//! All our candidates are in the answer, so nothing has to be trickled to the player. `PATCH` takes the player's own
//! late candidates (204) or new ICE credentials (200 with ours, and a new entity tag); `DELETE` ends the session.

use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use axum::{
    body::{Body, to_bytes},
    extract::{Path, Query},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::AppState;
use crate::{
    auth::Caller,
    hub::{JoinError, Wanted},
    transport::{Patched, PeerError, codecs, sdpfrag::Fragment, webrtc::IceServer},
    viewer::session::Viewer,
};

/// Largest offer. Chromium's with every codec has about 7 KB.
const MAX_BODY: usize = 64 << 10;
/// A body must be here this fast.
const BODY_TIME: Duration = Duration::from_secs(5);
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");
const SDP: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

/// What a caller did wrong, in one line.
type Refusal = (StatusCode, &'static str);

/// What comes with a `POST`.
#[derive(Deserialize)]
pub struct Wishes {
    /// `new`, or a picture's number.
    output: Option<String>,
}

/// `POST /whep`, `POST /whep?output=new`
pub async fn create(
    app: AppState,
    caller: Caller,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Response> {
    let wanted = Wanted::parse(wishes.output.as_deref());
    let offer = text(&headers, SDP, body).await.map_err(IntoResponse::into_response)?;
    let hub = Arc::clone(&app.hub);
    // A task of its own: a page that goes away meanwhile drops this handler, which must not leave half a session.
    let joining = tokio::spawn(async move { hub.join(caller, wanted, &offer, &codecs::offered(&offer)).await });
    let joined = joining.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())?;
    let welcome = joined.map_err(|error| {
        tracing::info!(%error, "an offer was not answered");
        let status = match error {
            JoinError::Full => StatusCode::SERVICE_UNAVAILABLE,
            JoinError::NoCodec(_) => StatusCode::NOT_ACCEPTABLE,
            JoinError::Peer(PeerError::Description(_)) => StatusCode::BAD_REQUEST,
            JoinError::Peer(_) | JoinError::Token(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, format!("{error}\n")).into_response()
    })?;
    let headers = [
        (header::CONTENT_TYPE, SDP.to_owned()),
        // Relative, so that it holds below any prefix of a server in front.
        (header::LOCATION, format!("whep/{}", welcome.resource)),
        (header::ETAG, tag(1)),
        (ACCEPT_PATCH, FRAGMENT.to_owned()),
    ];
    let mut response = (StatusCode::CREATED, headers, welcome.answer).into_response();
    for link in app.ice_servers.iter().flat_map(links) {
        response.headers_mut().append(header::LINK, link);
    }
    Ok(response)
}

/// How WHEP tells a player about STUN and TURN servers. One that does not fit into a header is left out.
fn links(server: &IceServer) -> Vec<HeaderValue> {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let secret = if server.username.is_empty() {
        String::new()
    } else {
        let (username, credential) = (quoted(&server.username), quoted(&server.credential));
        format!("; username=\"{username}\"; credential=\"{credential}\"; credential-type=\"password\"")
    };
    let link = |url: &String| HeaderValue::try_from(format!("<{url}>; rel=\"ice-server\"{secret}")).ok();
    server.urls.iter().filter_map(link).collect()
}

/// `PATCH /whep/{resource}`
pub async fn patch(
    app: AppState,
    _: Caller,
    Path(resource): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let viewer = app.hub.viewer_at(&resource).ok_or((StatusCode::NOT_FOUND, "no such session\n"))?;
    let body = text(&headers, FRAGMENT, body).await?;
    let fragment = Fragment::parse(&body).ok_or((StatusCode::BAD_REQUEST, "nothing in the fragment\n"))?;
    if !matches(&headers, &viewer) {
        return Err((StatusCode::PRECONDITION_FAILED, "another session description is in force\n"));
    }
    match viewer.peer.patch(&fragment).await {
        Ok(Patched::Trickled) => Ok(StatusCode::NO_CONTENT.into_response()),
        Ok(Patched::Restarted(fragment)) => {
            let generation = viewer.generation.fetch_add(1, SeqCst).wrapping_add(1);
            let headers = [(header::CONTENT_TYPE, FRAGMENT.to_owned()), (header::ETAG, tag(generation))];
            Ok((headers, fragment).into_response())
        }
        Err(PeerError::Description(reason)) => {
            tracing::debug!(reason, "a fragment was not taken");
            Err((StatusCode::UNPROCESSABLE_ENTITY, "the fragment cannot be applied\n"))
        }
        Err(error) => {
            tracing::warn!(%error, "ICE restart");
            Err((StatusCode::INTERNAL_SERVER_ERROR, "ICE restart failed\n"))
        }
    }
}

/// `DELETE /whep/{resource}`
pub async fn remove(app: AppState, _: Caller, Path(resource): Path<String>) -> Result<StatusCode, Refusal> {
    let viewer = app.hub.viewer_at(&resource).ok_or((StatusCode::NOT_FOUND, "no such session\n"))?;
    viewer.dismiss(&app.hub, None);
    Ok(StatusCode::OK)
}

/// `OPTIONS`: what is possible, also for a page of an allowed origin.
pub async fn options() -> impl IntoResponse {
    let headers = [
        (header::ALLOW, "POST, PATCH, DELETE, OPTIONS"),
        (HeaderName::from_static("accept-post"), SDP),
        (ACCEPT_PATCH, FRAGMENT),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST, PATCH, DELETE"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, if-match"),
    ];
    (StatusCode::NO_CONTENT, headers)
}

/// Without a condition, or with `*` (which a restart uses, RFC 8840), it is about whatever is in force.
fn matches(headers: &HeaderMap, viewer: &Viewer) -> bool {
    let wanted = headers.get(header::IF_MATCH).map(HeaderValue::as_bytes);
    wanted.is_none_or(|wanted| wanted == b"*" || wanted == tag(viewer.generation.load(SeqCst)).as_bytes())
}

fn tag(generation: u32) -> String {
    format!("\"{generation}\"")
}

async fn text(headers: &HeaderMap, kind: &str, body: Body) -> Result<String, Refusal> {
    let shown = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !shown.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(kind) {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong content type\n"));
    }
    let bytes = match tokio::time::timeout(BODY_TIME, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => return Err((StatusCode::PAYLOAD_TOO_LARGE, "too large, or broken off\n")),
        Err(_) => return Err((StatusCode::REQUEST_TIMEOUT, "too slow\n")),
    };
    String::from_utf8(bytes.into()).map_err(|_| (StatusCode::BAD_REQUEST, "not UTF-8\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ice_servers_become_links() {
        let server = |username: &str| IceServer {
            urls: vec!["stun:a:1".into(), "turn:b:2?transport=udp".into()],
            username: username.into(),
            credential: "s\"x".into(),
        };
        assert_eq!(
            links(&server("")),
            ["<stun:a:1>; rel=\"ice-server\"", "<turn:b:2?transport=udp>; rel=\"ice-server\""]
        );
        let with = links(&server("me"));
        assert!(
            with[1]
                .to_str()
                .unwrap()
                .ends_with("; username=\"me\"; credential=\"s\\\"x\"; credential-type=\"password\"")
        );
        assert_eq!(links(&server("a\nb")), [] as [HeaderValue; 0]);
    }
}
