//! The page, out of the binary.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use include_dir::{Dir, File, include_dir};

static PAGE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/page");

/// What a browser needs; type declarations and tests lie in the same folder and stay here.
fn content_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        _ => return None,
    })
}

/// Any `GET` that is nothing else.
pub async fn serve(request: Request) -> Response {
    let path = match request.uri().path().trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    let hidden = path.starts_with("tests/") || path.split('/').any(|part| part.starts_with('.'));
    let (Some(file), Some(kind)) = (PAGE.get_file(path).filter(|_| !hidden), content_type(path)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = tag(file);
    let known = request.headers().get(header::IF_NONE_MATCH).is_some_and(|known| known == tag);
    // Asked for again each time, and answered with 304: a new binary shows its own page at once.
    let headers = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
    ];
    match known {
        true => (StatusCode::NOT_MODIFIED, headers).into_response(),
        false => (headers, file.contents()).into_response(),
    }
}

/// Changes with the content; nobody can gain by forging one.
fn tag(file: &File<'_>) -> HeaderValue {
    let mut hash = DefaultHasher::new();
    file.contents().hash(&mut hash);
    // Sixteen hexadecimal digits in quotes are a header value.
    HeaderValue::try_from(format!("\"{:016x}\"", hash.finish())).unwrap_or(HeaderValue::from_static("\"0\""))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn get(path: &str) -> Response {
        serve(Request::get(path).body(Body::empty()).unwrap()).await
    }

    #[tokio::test]
    async fn what_is_not_the_page_is_not_found() {
        for path in ["/protocol.d.ts", "/../Cargo.toml", "/tests/x.js", "/.git", "/nothing.js", "/fonts"] {
            assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn the_page_is_served_once_and_then_only_confirmed() {
        let first = get("/").await;
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        let again = Request::get("/").header(header::IF_NONE_MATCH, &first.headers()[header::ETAG]);
        let again = serve(again.body(Body::empty()).unwrap()).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }
}
