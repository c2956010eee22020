//! Pages out of the binary.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use include_dir::{Dir, File};

/// What a browser needs; type declarations and tests lie in the same folders and stay here.
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

/// A file of a folder, by its path there without a slash in front, and what kind it is. `None` for whatever is no part of a
/// page.
pub fn find(folder: &'static Dir<'static>, path: &str) -> Option<(&'static File<'static>, &'static str)> {
    if path.starts_with("tests/") || path.split('/').any(|part| part.starts_with('.')) {
        return None;
    }
    Some((folder.get_file(path)?, content_type(path)?))
}

/// Answers with what [`find`] finds.
pub fn serve(folder: &'static Dir<'static>, path: &str, headers: &HeaderMap) -> Option<Response> {
    find(folder, path).map(|(file, kind)| answer(file.contents(), kind, headers))
}

/// Answers with a file of a page, or with word that it is still the one that the browser has.
pub fn answer(contents: &'static [u8], kind: &'static str, headers: &HeaderMap) -> Response {
    let tag = tag(contents);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag);
    // Asked for again each time, and answered with 304: a new binary shows its own page at once.
    let about = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
    ];
    match known {
        true => (StatusCode::NOT_MODIFIED, about).into_response(),
        false => (about, contents).into_response(),
    }
}

/// Changes with the content; nobody can gain by forging one.
fn tag(contents: &[u8]) -> HeaderValue {
    let mut hash = DefaultHasher::new();
    contents.hash(&mut hash);
    // Sixteen hexadecimal digits in quotes are a header value.
    HeaderValue::try_from(format!("\"{:016x}\"", hash.finish())).unwrap_or(HeaderValue::from_static("\"0\""))
}

#[cfg(test)]
mod tests {
    use include_dir::DirEntry;

    use super::*;

    const fn file(path: &'static str) -> DirEntry<'static> {
        DirEntry::File(File::new(path, b"content"))
    }

    static TESTS: [DirEntry<'_>; 1] = [file("tests/x.js")];
    static ALL: [DirEntry<'_>; 5] = [
        file("index.html"),
        file("page.d.ts"),
        file(".hidden.js"),
        file("README"),
        DirEntry::Dir(Dir::new("tests", &TESTS)),
    ];
    static FOLDER: Dir<'_> = Dir::new("", &ALL);

    #[test]
    fn what_is_no_part_of_a_page_is_not_there() {
        let none = HeaderMap::new();
        assert!(serve(&FOLDER, "index.html", &none).is_some());
        for path in ["", "page.d.ts", "tests/x.js", "tests", ".hidden.js", "README", "../Cargo.toml", "nothing.js"] {
            assert!(serve(&FOLDER, path, &none).is_none(), "{path}");
        }
    }

    #[test]
    fn a_page_is_served_once_and_then_only_confirmed() {
        let first = serve(&FOLDER, "index.html", &HeaderMap::new()).unwrap();
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        let known = HeaderMap::from_iter([(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone())]);
        assert_eq!(serve(&FOLDER, "index.html", &known).unwrap().status(), StatusCode::NOT_MODIFIED);
    }
}
