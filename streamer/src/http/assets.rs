//! The page, out of the binary.

use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use include_dir::{Dir, include_dir};

static PAGE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/page");

/// Any `GET` that is nothing else.
pub async fn serve(request: Request) -> Response {
    let path = match request.uri().path().trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    httpd::assets::serve(&PAGE, path, request.headers()).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[tokio::test]
    async fn what_is_not_the_page_is_not_found() {
        let get = async |path: &str| serve(Request::get(path).body(Body::empty()).unwrap()).await.status();
        assert_eq!((get("/").await, get("/main.js").await), (StatusCode::OK, StatusCode::OK));
        for path in ["/protocol.d.ts", "/../Cargo.toml", "/tests/x.js", "/.git", "/nothing.js", "/fonts"] {
            assert_eq!(get(path).await, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
