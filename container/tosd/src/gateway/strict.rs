//! What a request may look like before anybody thinks about what it wants.
//!
//! hyper parses what comes in and writes anew what goes on, so that no byte of a stranger's framing reaches a container.
//! What two parsers could still read in two ways is refused here: several hosts, an absolute target, a body whose length
//! is not told in one number, dots and slashes that are hidden by percent signs.

use axum::http::{HeaderMap, Method, Request, StatusCode, Version, header};
use percent_encoding::percent_decode_str;

/// Longest path with its query.
const TARGET: usize = 4096;

/// The one host that a request names.
///
/// # Errors
/// The status to refuse it with.
pub fn check<B>(request: &Request<B>) -> Result<&str, StatusCode> {
    let headers = request.headers();
    // Absolute and authority forms are for proxies, which this is not; `*` has no place here.
    let uri = request.uri();
    if uri.scheme().is_some() || uri.authority().is_some() || !uri.path().starts_with('/') {
        return Err(StatusCode::BAD_REQUEST);
    }
    if uri.path_and_query().is_some_and(|target| target.as_str().len() > TARGET) {
        return Err(StatusCode::URI_TOO_LONG);
    }
    if request.version() != Version::HTTP_11 {
        return Err(StatusCode::HTTP_VERSION_NOT_SUPPORTED);
    }
    if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    // Browsers tell a length. A stream of chunks beside it, or instead of it, is how requests are smuggled.
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return Err(StatusCode::LENGTH_REQUIRED);
    }
    for name in [header::CONTENT_LENGTH, header::HOST, header::CONTENT_TYPE, header::ORIGIN, header::AUTHORIZATION] {
        if headers.get_all(name).iter().count() > 1 {
            return Err(StatusCode::BAD_REQUEST);
        }
    }
    // A worker would go on answering for us after whoever brought it is gone.
    if headers.contains_key("service-worker") {
        return Err(StatusCode::FORBIDDEN);
    }
    plain(uri.path())?;
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).ok_or(StatusCode::BAD_REQUEST)
}

/// A path that means the same to whoever reads it: no dots as segments, however they are written, no hidden slashes,
/// no control characters.
///
/// # Errors
/// The status to refuse it with.
pub fn plain(path: &str) -> Result<(), StatusCode> {
    let lower = path.to_ascii_lowercase();
    if ["%2f", "%5c", "\\", "%00"].iter().any(|hidden| lower.contains(hidden)) {
        return Err(StatusCode::BAD_REQUEST);
    }
    for segment in path.split('/') {
        let decoded: Vec<u8> = percent_decode_str(segment).collect();
        // Once more, for those who decode twice: `%252e` hides what `%2e` does.
        let again: Vec<u8> = percent_encoding::percent_decode(&decoded).collect();
        for text in [&decoded, &again] {
            // Parameters after `;` are cut off by some servers before they look at dots.
            let name = text.split(|&byte| byte == b';').next().unwrap_or_default();
            let hidden = text.iter().any(|&byte| byte < 0x20 || byte == 0x7f || byte == b'/' || byte == b'\\');
            if matches!(name, b"." | b"..") || hidden {
                return Err(StatusCode::BAD_REQUEST);
            }
        }
    }
    Ok(())
}

/// The cookies but those whose names begin with `__Host-tos`: what a container may know.
pub fn foreign_cookies(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let kept: Vec<&str> = all
        .flat_map(|value| value.split(';'))
        .map(str::trim)
        .filter(|part| !part.is_empty() && !part.to_ascii_lowercase().starts_with("__host-tos"))
        .collect();
    (!kept.is_empty()).then(|| kept.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(build: axum::http::request::Builder) -> Result<String, StatusCode> {
        check(&build.body(()).unwrap()).map(str::to_owned)
    }

    #[test]
    fn a_browsers_request_passes() {
        assert_eq!(status(Request::get("/u/ada/?x=..").header("host", "a")), Ok("a".into()));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let bad = StatusCode::BAD_REQUEST;
        assert_eq!(status(Request::get("https://evil.example/").header("host", "a")), Err(bad));
        assert_eq!(status(Request::get("/").header("host", "a").header("host", "b")), Err(bad));
        assert_eq!(status(Request::get("/")), Err(bad));
        let chunked = Request::post("/").header("host", "a").header("transfer-encoding", "chunked");
        assert_eq!(status(chunked.header("content-length", "4")), Err(StatusCode::LENGTH_REQUIRED));
        let twice = Request::post("/").header("host", "a").header("content-length", "4").header("content-length", "5");
        assert_eq!(status(twice), Err(bad));
        assert_eq!(
            status(Request::get("/").header("host", "a").header("service-worker", "script")),
            Err(StatusCode::FORBIDDEN)
        );
        let old = Request::get("/").version(Version::HTTP_10).header("host", "a");
        assert_eq!(status(old), Err(StatusCode::HTTP_VERSION_NOT_SUPPORTED));
    }

    #[test]
    fn dots_do_not_pass_however_they_are_written() {
        for path in [
            "/a/../b",
            "/..",
            "/./a",
            "/%2e%2e/a",
            "/.%2E/a",
            "/%252e%252e/a",
            "/a%2fb",
            "/a%5cb",
            "/a\\b",
            "/..;x/a",
            "/%00",
            "/a%0d%0a",
        ] {
            assert_eq!(plain(path), Err(StatusCode::BAD_REQUEST), "{path}");
        }
        for path in ["/", "/a..b/c", "/.well-known/x", "/a%20b", "/%c3%a4", "/...", "/a;b"] {
            assert_eq!(plain(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn our_cookies_do_not_go_on() {
        let headers = |value: &str| HeaderMap::from_iter([(header::COOKIE, value.parse().unwrap())]);
        assert_eq!(foreign_cookies(&headers("__Host-tos=x; b=2;__host-TOS-guest=1; c=3")), Some("b=2; c=3".into()));
        assert_eq!(foreign_cookies(&headers("__Host-tos=x")), None);
    }
}
