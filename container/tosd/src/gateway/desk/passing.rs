//! What passes between a browser and a container: headers that are on a list, and nothing else.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{Access, bearer};
use crate::{
    desktops::Desk,
    gateway::{App, answers::Refusal, pace::paced},
};

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

/// The request as the container sees it: its own paths, a grant, and nothing of the way here.
pub(super) fn inner(app: &App, desk: &Desk, access: &Access, request: Request) -> Result<Request<Body>, Refusal> {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let target = target.strip_prefix("/u/").and_then(|target| target.split_once('/')).ok_or(Refusal::Missing)?.1;
    let mut inner = Request::builder()
        .method(parts.method)
        .uri(format!("/{target}"))
        .body(paced(body))
        .map_err(|_| Refusal::Request)?;
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
pub(super) fn clean(answer: axum::http::Response<Body>, owner: &str) -> Response {
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

pub(super) fn resource(headers: &HeaderMap) -> Option<String> {
    headers.get(header::LOCATION)?.to_str().ok()?.rsplit('/').next().map(str::to_owned)
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
}
