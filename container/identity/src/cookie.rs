//! The cookies of a browser: how they are set, and how one is found in what a browser sends.
//!
//! All of them are `__Host-` cookies: the browser takes them over TLS only, for this host alone and for all of its paths, so
//! neither a neighbouring name nor a page on another path can plant one. A browser that sends two of one name is believed in
//! neither: somebody put one of them there.

use std::time::Duration;

/// The signed-in session.
pub const SESSION: &str = "__Host-tos";
/// A browser that its owner used before.
pub const DEVICE: &str = "__Host-tos-device";
/// A sign-in that is away at a provider.
pub const PROVIDER: &str = "__Host-tos-oidc";

/// A `Cookie:` header longer than this is not searched. Browsers stop at 4096 bytes a cookie.
const MAX_HEADER: usize = 16 * 1024;

/// Whether the browser sends it when another site leads here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// With links that are followed, as a provider's way back is one.
    Lax,
    /// Never.
    Strict,
}

/// The value of a `Set-Cookie` header. `life` of `None` ends with the browser's session.
pub fn set(name: &str, value: &str, same_site: SameSite, life: Option<Duration>) -> String {
    debug_assert!(name.starts_with("__Host-"), "no other prefix keeps neighbours out");
    debug_assert!(value.bytes().all(|b| b.is_ascii_graphic() && !b"\",;\\".contains(&b)), "not a cookie's value");
    let same_site = match same_site {
        SameSite::Lax => "Lax",
        SameSite::Strict => "Strict",
    };
    let mut cookie = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}");
    if let Some(life) = life {
        cookie.push_str(&format!("; Max-Age={}", life.as_secs()));
    }
    cookie
}

/// The value of a `Set-Cookie` header that takes it away.
pub fn clear(name: &str) -> String {
    set(name, "", SameSite::Lax, Some(Duration::ZERO))
}

/// The value of `name` in the `Cookie` headers of one request. `None` if there is none, or more than one.
pub fn find<'a>(headers: impl IntoIterator<Item = &'a [u8]>, name: &str) -> Option<&'a str> {
    let mut found = None;
    for header in headers {
        if header.len() > MAX_HEADER {
            return None;
        }
        for pair in header.split(|b| *b == b';') {
            let Some(at) = pair.iter().position(|b| *b == b'=') else { continue };
            let (key, value) = pair.split_at(at);
            if key.trim_ascii() != name.as_bytes() {
                continue;
            }
            if found.is_some() {
                return None;
            }
            found = Some(std::str::from_utf8(value.get(1..)?.trim_ascii()).ok()?);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_set_is_found_again() {
        let set = set(SESSION, "abc_-1", SameSite::Lax, Some(Duration::from_secs(60)));
        assert_eq!(set, "__Host-tos=abc_-1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60");
        let header = b"theme=dark; __Host-tos=abc_-1;__Host-tos-device=x".as_slice();
        assert_eq!(find([header], SESSION), Some("abc_-1"));
        assert_eq!(find([header], DEVICE), Some("x"));
        assert_eq!(find([header], PROVIDER), None);
        assert!(clear(SESSION).ends_with("Max-Age=0"));
    }

    #[test]
    fn two_of_one_name_are_none() {
        assert_eq!(find([b"__Host-tos=a; __Host-tos=b".as_slice()], SESSION), None);
        assert_eq!(find([b"__Host-tos=a".as_slice(), b"__Host-tos=a"], SESSION), None);
    }

    #[test]
    fn a_name_is_the_whole_name() {
        assert_eq!(find([b"x__Host-tos=a; __Host-tos2=b; __host-tos=c; __Host-tos".as_slice()], SESSION), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_harm(header in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = find([header.as_slice()], SESSION);
        }

        #[test]
        fn a_cookie_is_found_among_any_others(before in "[ -:<-~]{0,40}", value in "[A-Za-z0-9_-]{1,43}") {
            prop_assume!(!before.contains(SESSION));
            let header = format!("{before}; {SESSION}={value}; b=c");
            prop_assert_eq!(find([header.as_bytes()], SESSION), Some(value.as_str()));
        }
    }
}
