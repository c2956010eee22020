//! Pages out of the binary: the portal's own, and the page of a desktop.
//!
//! The page of a desktop is served from here and not from the container, though it is the same page: what runs in a
//! container may have changed what is served there, and would otherwise run with the rights of whoever looks, its owner or
//! an administrator. From a container come data only, never what a browser would run (see `desk`).

use axum::{http::HeaderMap, response::Response};
use httpd::assets::{answer, find, serve};
use include_dir::{Dir, include_dir};

static PORTAL: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/portal");
static PAGE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../streamer/page");

/// A file of the portal. What makes the look is that of the desktop's page: one look.
pub fn portal(path: &str, headers: &HeaderMap) -> Option<Response> {
    if path.ends_with(".html") {
        return Some(answer(super::portal::page(path)?.as_bytes(), "text/html; charset=utf-8", headers));
    }
    let shared = matches!(path, "tokens.css" | "lcars.css" | "icon.svg") || path.starts_with("fonts/");
    serve(if shared { &PAGE } else { &PORTAL }, path, headers)
}

/// The portal's pages as they are written, by name.
pub fn letters() -> impl Iterator<Item = (&'static str, &'static str)> {
    let texts = PORTAL.files().filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)));
    texts.filter(|(name, _)| name.ends_with(".html"))
}

/// A part of those pages.
pub fn part(name: &str) -> Option<&'static str> {
    Some(PORTAL.get_file(format!("parts/{name}.html"))?.contents_utf8()?.trim_end())
}

/// A file of a desktop's page, and what kind it is.
pub fn desktop(path: &str) -> Option<(&'static str, &'static [u8])> {
    let (file, kind) = find(&PAGE, path)?;
    Some((kind, file.contents()))
}

/// All of what [`desktop`] may give, by its path.
pub fn of_desktop() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let below = PAGE.dirs().flat_map(Dir::files);
    let paths = PAGE.files().chain(below).filter_map(|file| file.path().to_str());
    paths.filter_map(|path| Some((path, desktop(path)?.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_page_is_not_there() {
        let none = HeaderMap::new();
        for path in [
            "protocol.d.ts",
            "tests/x.js",
            ".git",
            "nothing.js",
            "fonts",
            "error.html.bak",
            "parts/frame.html",
            "../Cargo.toml",
        ] {
            assert!(desktop(path).is_none() && portal(path, &none).is_none(), "{path}");
        }
        assert!(desktop("main.js").is_some() && of_desktop().any(|(path, _)| path.starts_with("fonts/")));
        assert!(portal("index.html", &none).is_some() && portal("tokens.css", &none).is_some());
        assert!(portal("main.js", &none).is_none(), "the portal has its own modules only");
    }
}
