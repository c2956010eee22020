//! noVNC, as it lies on this host: what the page of a desktop shows the fallback display with. Never a container's own copy,
//! which would run with the rights of whoever looks.

use std::path::{Path, PathBuf};

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

/// Largest file of it.
const LARGEST: u64 = 1 << 20;

/// One of its modules.
pub async fn file(folder: &Path, path: &str) -> Option<Response> {
    let file = module(folder, path)?;
    let about = tokio::fs::metadata(&file).await.ok()?;
    if !about.is_file() || about.len() > LARGEST {
        return None;
    }
    let text = tokio::fs::read(&file).await.ok()?;
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
    ];
    Some((headers, text).into_response())
}

/// Scripts below `core` and `vendor`, and nothing else that lies there.
fn module(folder: &Path, path: &str) -> Option<PathBuf> {
    let fits = |part: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(known)
    };
    let (first, _) = path.split_once('/')?;
    let script = matches!(first, "core" | "vendor") && path.ends_with(".js");
    (script && path.split('/').all(fits)).then(|| folder.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_of_its_own_are_found() {
        for good in ["core/rfb.js", "vendor/pako/lib/zlib/inflate.js"] {
            assert_eq!(module(Path::new("/n"), good), Some(Path::new("/n").join(good)));
        }
        for bad in
            ["core/../../etc/x.js", "core//x.js", "/core/rfb.js", "core/.x.js", "core/x.json", "app/ui.js", "core", ""]
        {
            assert_eq!(module(Path::new("/n"), bad), None, "{bad}");
        }
    }
}
