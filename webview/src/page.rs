//! What a panel's file says of itself in its `<meta>` elements, and what is made of it for the engine.

use crate::markup::{doctype_end, elements};

/// Bytes of a panel's file.
pub const MOST_BYTES: usize = 2 << 20;
/// Origins that a page may name.
const MOST_ORIGINS: usize = 16;
/// Characters of a title, a sector's name or an origin.
const MOST_CHARS: usize = 256;

/// A panel's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What its file is called without the ending: letters, digits, `-`, `_`.
    pub name: String,
    /// Its `<title>`; its name where it has none.
    pub title: String,
    /// `<meta name="tos-level">`.
    pub place: Place,
    /// `<meta name="tos-sector">`.
    pub sector: Option<String>,
    /// `<meta name="tos-data" content="system">`: it is told how the system does.
    pub data: bool,
    /// `<meta name="tos-network">`: the hosts and ports that it may reach, by TLS alone.
    pub network: Vec<(String, u16)>,
    html: String,
}

/// Where a page wants to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// A tile on the overview.
    #[default]
    Overview,
    /// A tile in a hub.
    Hub,
    /// No tile.
    Place,
}

/// Why a file is no panel. The text is fit for the screen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Its name would not be one of a host.
    #[error("a panel's file is called by letters, digits, - and _ and then .html, up to 40 of them")]
    Name,
    /// It is larger than any page need be.
    #[error("a panel's file may have {MOST_BYTES} bytes")]
    Size,
    /// It is not UTF-8.
    #[error("a panel's file is UTF-8")]
    Text,
    /// A level that there is not.
    #[error("tos-level is overview, hub or place")]
    Level,
    /// Something that is no origin.
    #[error("tos-network names up to {MOST_ORIGINS} origins such as https://example.com, with spaces between")]
    Network,
}

impl Page {
    /// Reads a panel's file.
    ///
    /// # Errors
    /// If it is not one.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, PageError> {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || name.len() > 40 || !name.chars().all(fine) {
            return Err(PageError::Name);
        }
        if bytes.len() > MOST_BYTES {
            return Err(PageError::Size);
        }
        let html = std::str::from_utf8(bytes).map_err(|_| PageError::Text)?;
        let mut page = Self {
            name: name.to_owned(),
            title: name.to_owned(),
            place: Place::default(),
            sector: None,
            data: false,
            network: Vec::new(),
            html: html.to_owned(),
        };
        for element in elements(html) {
            let content =
                || element.attribute("content").unwrap_or_default().chars().take(MOST_CHARS).collect::<String>();
            match element.attribute("name").as_deref() {
                _ if element.name == "title" => {
                    let title: String = element.text.trim().chars().take(MOST_CHARS).collect();
                    page.title = Some(title).filter(|title| !title.is_empty()).unwrap_or(page.title);
                }
                Some("tos-level") => page.place = place(&content())?,
                Some("tos-sector") => page.sector = Some(content()),
                Some("tos-data") => page.data |= content().trim() == "system",
                Some("tos-network") => page.network = network(&element.attribute("content").unwrap_or_default())?,
                _ => {}
            }
        }
        Ok(page)
    }

    /// The host that it is served under.
    pub fn host(&self) -> String {
        format!("{}.panel", self.name.to_ascii_lowercase())
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}/", self.host())
    }

    /// Whether it may reach that host at that port.
    pub fn may_reach(&self, host: &str, port: u16) -> bool {
        self.network.iter().any(|(known, at)| known.eq_ignore_ascii_case(host) && *at == port)
    }

    /// What it may load: itself, what is written in it, and what its file names.
    pub fn policy(&self) -> String {
        let origins: String = self.network.iter().map(|(host, port)| format!(" https://{host}:{port}")).collect();
        format!(
            "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'{origins}; \
             img-src 'self' data: blob:{origins}; font-src 'self' data:{origins}; media-src data: blob:{origins}; \
             connect-src 'self'{origins}; form-action 'none'; frame-src 'none'; worker-src blob:; object-src 'none'; \
             base-uri 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-same-origin"
        )
    }

    /// The page as the engine gets it: the theme and what connects it to the desktop come before anything of its own.
    pub fn html(&self) -> String {
        const OURS: &str = "<link rel=\"stylesheet\" href=\"/tos/theme.css\" id=\"tos-theme\"><script src=\"/tos/bridge.js\"></script>";
        let (before, after) = self.html.split_at(doctype_end(&self.html));
        let doctype = if before.is_empty() { "<!doctype html>" } else { "" };
        format!("{doctype}{before}<meta charset=\"utf-8\">{OURS}{after}")
    }
}

fn place(word: &str) -> Result<Place, PageError> {
    match word.trim() {
        "overview" => Ok(Place::Overview),
        "hub" => Ok(Place::Hub),
        "place" => Ok(Place::Place),
        _ => Err(PageError::Level),
    }
}

fn network(words: &str) -> Result<Vec<(String, u16)>, PageError> {
    let origins: Vec<_> =
        words.split_ascii_whitespace().map(origin).collect::<Option<_>>().ok_or(PageError::Network)?;
    if origins.len() > MOST_ORIGINS { Err(PageError::Network) } else { Ok(origins) }
}

/// `https://host` or `https://host:port`. An address by numbers is none: what listens on this machine is not the network.
fn origin(word: &str) -> Option<(String, u16)> {
    let rest = word.strip_prefix("https://")?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) =
        rest.split_once(':').map_or(Some((rest, 443)), |(host, port)| Some((host, port.parse().ok()?)))?;
    let label = |label: &str| {
        let fine = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !label.is_empty() && label.len() <= 63 && label.chars().all(fine)
    };
    let last = host.rsplit('.').next()?;
    let named = host.len() <= MOST_CHARS && host.contains('.') && host.split('.').all(label);
    let local = ["localhost", "local", "internal", "panel"].contains(&last.to_ascii_lowercase().as_str());
    let is_named = named && !local && last.chars().any(|c| c.is_ascii_alphabetic());
    (is_named && port != 0).then(|| (host.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Result<Page, PageError> {
        Page::read("weather", html.as_bytes())
    }

    #[test]
    fn a_page_says_what_it_is_and_where_it_belongs() {
        let page = read(
            "<!DOCTYPE html><html><head><TITLE> Wind &amp; rain </TITLE><meta name='tos-level' content=hub>\
             <meta content=\"Studio\" name=\"tos-sector\"/><meta name=tos-data content=system>",
        )
        .unwrap();
        assert_eq!((page.title.as_str(), page.place), ("Wind & rain", Place::Hub));
        assert_eq!((page.sector.as_deref(), page.data), (Some("Studio"), true));
        let plain = read("hello").unwrap();
        assert_eq!((plain.title.as_str(), plain.place, plain.data), ("weather", Place::Overview, false));
    }

    #[test]
    fn what_stands_in_comments_and_scripts_is_not_said() {
        let page =
            read("<!-- <meta name=tos-level content=hub> --><script>'<meta name=tos-data content=system>'</script>");
        let page = page.unwrap();
        assert_eq!((page.place, page.data), (Place::Overview, false));
    }

    #[test]
    fn without_a_word_about_it_nothing_can_be_reached() {
        let page = read("x").unwrap();
        assert!(!page.may_reach("example.com", 443));
        assert!(page.policy().contains("default-src 'none'") && !page.policy().contains("https:"));
        let page = read("<meta name=tos-network content='https://api.example.com https://x.org:8443/'>").unwrap();
        assert!(page.may_reach("API.example.com", 443) && page.may_reach("x.org", 8443));
        assert!(!page.may_reach("x.org", 443) && !page.may_reach("evil.example.com", 443));
        assert!(page.policy().contains("connect-src 'self' https://api.example.com:443 https://x.org:8443;"));
    }

    #[test]
    fn what_is_no_origin_of_the_network_is_a_mistake_that_is_told() {
        let odd = [
            "http://example.com",
            "https://",
            "https://127.0.0.1",
            "https://localhost",
            "https://a.localhost:9080",
            "https://[::1]",
            "https://example",
            "https://e.com; script-src *",
            "*",
            "https://*.com",
            "https://a..com",
            "https://e.com:0",
            "https://e.com:99999",
            "https://e.com/path",
            "https://u@e.com",
            "https://x.panel",
        ];
        for origin in odd {
            let html = format!("<meta name=tos-network content=\"{origin}\">");
            // A semicolon ends no attribute, a space begins another origin.
            assert_eq!(read(&html).unwrap_err(), PageError::Network, "{origin}");
        }
        assert_eq!(read("<meta name=tos-level content=attic>").unwrap_err(), PageError::Level);
    }

    #[test]
    fn names_and_sizes_have_bounds() {
        for name in ["", "a.b", "../x", "a b", "ä", &"x".repeat(41)] {
            assert_eq!(Page::read(name, b"x").unwrap_err(), PageError::Name, "{name}");
        }
        assert_eq!(Page::read("x", &vec![b' '; MOST_BYTES + 1]).unwrap_err(), PageError::Size);
        assert_eq!(Page::read("x", b"\xff").unwrap_err(), PageError::Text);
    }

    #[test]
    fn ours_comes_behind_the_doctype_and_before_the_page() {
        let html = read("<!-- x --><!DOCTYPE html><title>T</title>").unwrap().html();
        assert!(html.starts_with("<!-- x --><!DOCTYPE html><meta charset=\"utf-8\"><link rel"), "{html}");
        assert!(html.ends_with("</script><title>T</title>"));
        assert!(read("plain").unwrap().html().starts_with("<!doctype html><meta"));
    }
}
