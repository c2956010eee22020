//! Which pages may talk to this server through a browser.
//!
//! A token is needed in any case; the check keeps a foreign page from using one that it somehow got, and a rebound DNS
//! name from being taken for ours: on loopback only names of this machine are.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::App;

/// Refuses requests of foreign pages, and adds the headers that an allowed one needs.
pub async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
        // Not a browser, or a browser that just looks at the page.
        return next.run(request).await;
    };
    let text = origin.to_str().unwrap_or_default();
    if own(text, request.headers(), app.secure, app.loopback) {
        return next.run(request).await;
    }
    if !app.allowed_origins.iter().any(|allowed| allowed == text) {
        tracing::debug!(origin = text, "refused a foreign origin");
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("location, etag"));
    response
}

/// The page came from this server: same scheme, and the name and port that the request was sent to.
fn own(origin: &str, headers: &HeaderMap, secure: bool, loopback: bool) -> bool {
    let scheme = if secure { "https://" } else { "http://" };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let Some(authority) = origin.strip_prefix(scheme) else { return false };
    host.is_some_and(|host| host.eq_ignore_ascii_case(authority)) && (!loopback || local(authority))
}

/// Any port: a tunnel (`ssh -L`, a container) changes it.
fn local(authority: &str) -> bool {
    let name = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::HOST, host.parse().unwrap())])
    }

    #[test]
    fn only_pages_of_this_server_are_its_own() {
        for (origin, host, secure, loopback, expected) in [
            ("http://127.0.0.1:80", "127.0.0.1:80", false, true, true),
            ("http://localhost:9", "LOCALHOST:9", false, true, true),
            ("http://[::1]:9", "[::1]:9", false, true, true),
            ("http://localhost:9", "localhost:8", false, true, false),
            ("https://localhost:9", "localhost:9", false, true, false),
            ("http://localhost:9", "localhost:9", true, false, false),
            // DNS rebinding: the name is the attacker's, the address is ours.
            ("http://evil.example:9", "evil.example:9", false, true, false),
            ("http://127.0.0.1.evil.example:9", "127.0.0.1.evil.example:9", false, true, false),
            ("https://desk.example", "desk.example", true, false, true),
            ("https://evil.example", "desk.example", true, false, false),
            ("null", "localhost:9", false, true, false),
            ("", "", false, true, false),
        ] {
            assert_eq!(own(origin, &headers(host), secure, loopback), expected, "{origin} at {host}");
        }
    }
}
