//! ICE fragments (RFC 8840), the body of WHEP's PATCH: new credentials for a restart, or more candidates.
//!
//! A restart is carried out by offering the page's description again with the new credentials in it; nothing else of
//! the session may change, so nothing else is taken from the fragment.

/// Most candidates taken from one fragment.
const MAX_CANDIDATES: usize = 64;

/// What a fragment says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fragment {
    /// `ice-ufrag` and `ice-pwd`.
    pub credentials: Option<(String, String)>,
    /// Candidate lines without `a=`, with the `mid` of their section.
    pub candidates: Vec<(Option<String>, String)>,
}

impl Fragment {
    /// Reads a fragment; unknown lines are skipped, as the RFC wants. `None` if there is nothing in it.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut ufrag, mut password, mut mid) = (None, None, None);
        let mut candidates = Vec::new();
        for line in text.lines().map(str::trim_end) {
            let Some((key, value)) = line.strip_prefix("a=").and_then(|a| a.split_once(':')) else { continue };
            match key {
                "ice-ufrag" if ice_chars(value, 4) => ufrag = Some(value.to_owned()),
                "ice-pwd" if ice_chars(value, 22) => password = Some(value.to_owned()),
                "mid" => mid = Some(value.to_owned()),
                "candidate" if candidates.len() < MAX_CANDIDATES && printable(value) => {
                    candidates.push((mid.clone(), format!("candidate:{value}")));
                }
                _ => {}
            }
        }
        let fragment = Self { credentials: ufrag.zip(password), candidates };
        (fragment != Self::default()).then_some(fragment)
    }

    /// Whether these are other credentials than those in `sdp`.
    pub fn restarts(&self, sdp: &str) -> bool {
        match &self.credentials {
            Some((ufrag, password)) => {
                values(sdp, "a=ice-ufrag:").next() != Some(ufrag) || values(sdp, "a=ice-pwd:").next() != Some(password)
            }
            None => false,
        }
    }

    /// The page's description with these credentials and candidates in the place of the old ones.
    pub fn apply_to(&self, sdp: &str) -> String {
        let (mut out, mut sections, mut added) = (String::with_capacity(sdp.len()), 0, false);
        let add = |out: &mut String, added: &mut bool| {
            if !std::mem::replace(added, true) {
                // With bundling all sections share the transport of the first one.
                self.candidates.iter().for_each(|(_, candidate)| push(out, &format!("a={candidate}")));
            }
        };
        for line in sdp.lines() {
            if line.starts_with("m=") {
                if sections == 1 {
                    add(&mut out, &mut added);
                }
                sections += 1;
            }
            match (&self.credentials, line) {
                (Some((ufrag, _)), line) if line.starts_with("a=ice-ufrag:") => {
                    push(&mut out, &format!("a=ice-ufrag:{ufrag}"))
                }
                (Some((_, password)), line) if line.starts_with("a=ice-pwd:") => {
                    push(&mut out, &format!("a=ice-pwd:{password}"))
                }
                (_, line) if line.starts_with("a=candidate:") || line == "a=end-of-candidates" => {}
                (_, line) => push(&mut out, line),
            }
        }
        add(&mut out, &mut added);
        out
    }
}

/// The fragment of our own description: credentials, then the candidates of the first section.
pub fn from_description(sdp: &str) -> String {
    let mut out = String::new();
    for prefix in ["a=ice-ufrag:", "a=ice-pwd:"] {
        if let Some(value) = values(sdp, prefix).next() {
            push(&mut out, &format!("{prefix}{value}"));
        }
    }
    let mut sections = 0;
    for line in sdp.lines() {
        if line.starts_with("m=") {
            sections += 1;
        }
        let wanted = ["m=", "a=mid:", "a=candidate:", "a=end-of-candidates"].iter().any(|p| line.starts_with(p));
        if sections == 1 && wanted {
            push(&mut out, line);
        }
    }
    out
}

fn values<'a>(sdp: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    sdp.lines().filter_map(move |line| line.strip_prefix(prefix)).map(str::trim_end)
}

fn push(out: &mut String, line: &str) {
    out.push_str(line);
    out.push_str("\r\n");
}

/// RFC 8839: `ice-char`, and the bounds on the lengths.
fn ice_chars(value: &str, least: usize) -> bool {
    (least..=256).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
}

fn printable(value: &str) -> bool {
    value.len() <= 512 && value.bytes().all(|b| (0x20..0x7f).contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "0123456789abcdefghijkl";
    const OFFER: &str = "v=0\r\na=group:BUNDLE 0 1\r\nm=video 9 X 96\r\na=mid:0\r\na=ice-ufrag:old1\r\na=ice-pwd:oldoldoldoldoldoldoldol\r\n\
        a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=end-of-candidates\r\na=fingerprint:sha-256 AA\r\n\
        m=application 9 X y\r\na=mid:1\r\na=ice-ufrag:old1\r\na=ice-pwd:oldoldoldoldoldoldoldol\r\n";

    fn fragment() -> Fragment {
        let text = format!(
            "a=ice-ufrag:new1\r\na=ice-pwd:{PASSWORD}\r\nm=video 9 X 0\r\na=mid:0\r\na=candidate:7 1 udp 1 10.0.0.2 9 typ host\r\n"
        );
        Fragment::parse(&text).unwrap()
    }

    #[test]
    fn a_fragment_is_read_with_its_sections() {
        let fragment = fragment();
        assert_eq!(fragment.credentials, Some(("new1".into(), PASSWORD.into())));
        assert_eq!(fragment.candidates, [(Some("0".into()), "candidate:7 1 udp 1 10.0.0.2 9 typ host".into())]);
        assert!(fragment.restarts(OFFER));
    }

    #[test]
    fn a_restart_changes_credentials_and_candidates_and_nothing_else() {
        let changed = fragment().apply_to(OFFER);
        let expected = OFFER
            .replace("old1", "new1")
            .replace("oldoldoldoldoldoldoldol", PASSWORD)
            .replace("a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=end-of-candidates\r\n", "")
            .replace("AA\r\n", "AA\r\na=candidate:7 1 udp 1 10.0.0.2 9 typ host\r\n");
        assert_eq!(changed, expected);
        assert!(!fragment().restarts(&changed));
    }

    #[test]
    fn injected_lines_and_wrong_credentials_are_not_taken() {
        for bad in ["", "hello", "a=ice-ufrag:new1", "a=ice-ufrag:x\r\na=ice-pwd:short", "a=fingerprint:sha-256 BB"] {
            assert_eq!(Fragment::parse(bad), None, "{bad:?}");
        }
        let many = "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n".repeat(1000);
        assert_eq!(Fragment::parse(&many).unwrap().candidates.len(), MAX_CANDIDATES);
    }

    #[test]
    fn our_answer_becomes_a_fragment() {
        let text = from_description(OFFER);
        assert!(text.starts_with("a=ice-ufrag:old1\r\na=ice-pwd:"));
        assert!(text.contains("a=candidate:1") && !text.contains("fingerprint") && !text.contains("mid:1"));
        assert!(!Fragment::parse(&text).unwrap().restarts(OFFER));
    }
}
