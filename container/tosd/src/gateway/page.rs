//! The page of a desktop: the same for everybody, below a path that changes with it.
//!
//! So a browser that was here before asks for none of its files again, and the portal has fetched them before anybody has
//! signed in: from a sign-in to a picture, these fifty files would be most of the time.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::LazyLock,
};

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::assets;

static PAGE: LazyLock<Page> = LazyLock::new(Page::new);

struct Page {
    version: String,
    /// `index.html`, its files with their whole path.
    html: String,
    /// The same files for the head of a page that comes before it.
    ahead: String,
}

impl Page {
    fn new() -> Self {
        let mut hash = DefaultHasher::new();
        for (path, contents) in assets::of_desktop() {
            (path, contents).hash(&mut hash);
        }
        let version = format!("{:016x}", hash.finish());
        let html = assets::of_desktop().find(|(path, _)| *path == "index.html");
        let html = html.and_then(|(_, html)| std::str::from_utf8(html).ok()).unwrap_or_default();
        let mut page = Self { version, html: String::new(), ahead: String::new() };
        for line in html.lines() {
            page.add(line);
        }
        page
    }

    /// One line of the page as it is without us: a file that it names is in its head, the only one of its line.
    fn add(&mut self, line: &str) {
        let named = ["<link ", "<script "].iter().any(|tag| line.starts_with(tag));
        let name = [" href=\"", " src=\""].into_iter().find_map(|name| Some((name, line.split_once(name)?)));
        match name.filter(|_| named).and_then(|(name, (before, rest))| Some((name, before, rest.split_once('"')?))) {
            Some((name, before, (file, after))) => {
                let path = format!("/page/{}/{file}", self.version);
                self.html += &format!("{before}{name}{path}\"{after}\n");
                self.ahead += &format!("<link rel=\"prefetch\" href=\"{path}\">\n");
            }
            None => self.html += &format!("{line}\n"),
        }
    }
}

/// The page itself, at somebody's desktop.
pub fn desktop() -> Response {
    page_of(&PAGE.html)
}

/// The portal, which asks for the files of a desktop's page after its own.
pub fn portal() -> Response {
    static PORTAL: LazyLock<String> = LazyLock::new(|| {
        let portal = super::portal::page("index.html").unwrap_or_default();
        portal.replacen("</head>", &format!("{}</head>", PAGE.ahead), 1)
    });
    page_of(&PORTAL)
}

fn page_of(html: &'static str) -> Response {
    ([(header::CACHE_CONTROL, "no-cache"), (header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// `GET /page/VERSION/…`
pub async fn file(Path((version, path)): Path<(String, String)>) -> Response {
    let Some((kind, contents)) = (version == PAGE.version).then(|| assets::desktop(&path)).flatten() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let about = [(header::CACHE_CONTROL, "public, max-age=31536000, immutable"), (header::CONTENT_TYPE, kind)];
    (about, contents).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_its_files_with_their_version_and_so_does_the_portal() {
        let main = format!("<script type=\"module\" src=\"/page/{}/main.js\"></script>", PAGE.version);
        assert!(PAGE.html.contains(&main), "{}", PAGE.html);
        assert!(!PAGE.html.contains("href=\"page.css\"") && PAGE.html.contains("<title>TOS</title>"));
        let ahead = format!("<link rel=\"prefetch\" href=\"/page/{}/connection.js\">", PAGE.version);
        assert!(PAGE.ahead.contains(&ahead), "{}", PAGE.ahead);
        let named = PAGE.ahead.lines().filter_map(|line| line.split('"').nth(3)?.splitn(4, '/').nth(3));
        for file in named {
            assert!(assets::desktop(file).is_some(), "{file}");
        }
    }

    #[tokio::test]
    async fn a_file_of_this_version_stays_for_good_and_of_another_is_not_there() {
        let ask = |version: &str, path: &str| file(Path((version.to_owned(), path.to_owned())));
        let ours = ask(&PAGE.version, "main.js").await;
        assert_eq!(ours.status(), StatusCode::OK);
        assert!(ours.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        for (version, path) in
            [("0000000000000000", "main.js"), (&PAGE.version, "tests/backoff.test.js"), (&PAGE.version, "no.js")]
        {
            assert_eq!(ask(version, path).await.status(), StatusCode::NOT_FOUND, "{version} {path}");
        }
    }
}
