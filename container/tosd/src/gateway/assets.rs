//! Pages out of the binary: the portal's own, and the page of a desktop.
//!
//! The page of a desktop is served from here and not from the container, though it is the same page: what runs in a
//! container may have changed what is served there, and would otherwise run with the rights of whoever looks, its owner or
//! an administrator. From a container come data only, never what a browser would run (see `desk`).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use include_dir::{Dir, File, include_dir};

static PORTAL: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/portal");
static PAGE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../streamer/page");

fn content_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        _ => return None,
    })
}

/// A file of the portal. Tokens, fonts and the icon are those of the desktop's page: one look.
pub fn portal(path: &str, headers: &HeaderMap) -> Option<Response> {
    let shared = path == "tokens.css" || path == "icon.svg" || path.starts_with("fonts/");
    serve(if shared { &PAGE } else { &PORTAL }, path, headers)
}

/// A file of a desktop's page.
pub fn desktop(path: &str, headers: &HeaderMap) -> Option<Response> {
    serve(&PAGE, if path.is_empty() { "index.html" } else { path }, headers)
}

fn serve(from: &'static Dir<'static>, path: &str, headers: &HeaderMap) -> Option<Response> {
    if path.starts_with("tests/") || path.split('/').any(|part| part.starts_with('.')) {
        return None;
    }
    let (file, kind) = (from.get_file(path)?, content_type(path)?);
    let tag = tag(file);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag);
    // Asked for again each time, and answered with 304: a new binary shows its own page at once.
    let about = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
    ];
    Some(match known {
        true => (StatusCode::NOT_MODIFIED, about).into_response(),
        false => (about, file.contents()).into_response(),
    })
}

/// Changes with the content; nobody can gain by forging one.
fn tag(file: &File<'_>) -> HeaderValue {
    let mut hash = DefaultHasher::new();
    file.contents().hash(&mut hash);
    HeaderValue::try_from(format!("\"{:016x}\"", hash.finish())).unwrap_or(HeaderValue::from_static("\"0\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_page_is_not_there() {
        let none = HeaderMap::new();
        for path in ["protocol.d.ts", "tests/x.js", ".git", "nothing.js", "fonts", "error.html.bak", "../Cargo.toml"] {
            assert!(desktop(path, &none).is_none() && portal(path, &none).is_none(), "{path}");
        }
        assert!(desktop("", &none).is_some() && desktop("main.js", &none).is_some());
        assert!(portal("index.html", &none).is_some() && portal("tokens.css", &none).is_some());
        assert!(portal("main.js", &none).is_none(), "the portal has its own modules only");
    }
}
