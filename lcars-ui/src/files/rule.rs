//! Which files a program wants to be seen when one is chosen for it: by patterns of names and by types.

use super::entry::Entry;

/// So many steps may be taken for one directory. Patterns that need more are a stranger's joke: what is left is shown.
const MOST_STEPS: usize = 20_000_000;

/// Whether a file is to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// By its name, with `*`, `?` and `[…]`; capitals do not count.
    Glob(String),
    /// By its MIME type; `image/*` is every picture.
    Media(String),
}

/// The entries that one of some rules lets be seen; all folders, and everything where there is no rule. With
/// `only_folders` nothing else.
pub fn shown(entries: &[Entry], rules: &[Rule], only_folders: bool) -> Vec<Entry> {
    let mut steps = MOST_STEPS;
    let seen = |entry: &&Entry| {
        let fits = |rule: &Rule| match rule {
            Rule::Glob(pattern) => matches(pattern.as_bytes(), entry.name.bytes(), &mut steps),
            Rule::Media(media) => is_of(&entry.media, media),
        };
        entry.is_directory() || !only_folders && (rules.is_empty() || rules.iter().any(fits))
    };
    entries.iter().filter(seen).cloned().collect()
}

/// Whether a type is the wanted one, or of its kind.
fn is_of(media: &str, wanted: &str) -> bool {
    match wanted.strip_suffix("/*") {
        Some("*") => true,
        Some(kind) => media.split('/').next().is_some_and(|own| own.eq_ignore_ascii_case(kind)),
        // Every text is plain text too.
        None if wanted == "text/plain" => media.starts_with("text/"),
        None => wanted == "application/octet-stream" || media.eq_ignore_ascii_case(wanted),
    }
}

/// Whether a name fits a pattern. Also when there are no steps left.
fn matches(pattern: &[u8], name: &[u8], steps: &mut usize) -> bool {
    let (mut at, mut here) = (0, 0);
    // Where to go on when what follows the last star does not fit: the star takes one letter more.
    let mut star: Option<(usize, usize)> = None;
    loop {
        let Some(left) = steps.checked_sub(1) else { return true };
        *steps = left;
        let next = pattern.get(at..).unwrap_or_default();
        match (next.first(), name.get(here)) {
            (Some(b'*'), _) => {
                star = Some((at + 1, here));
                at += 1;
                continue;
            }
            (None, None) => return true,
            (Some(_), Some(letter)) => {
                if let Some(length) = one(next, *letter) {
                    at += length;
                    here += 1;
                    continue;
                }
            }
            (Some(_), None) => return false,
            (None, Some(_)) => {}
        }
        match star {
            Some((after, taken)) if taken < name.len() => {
                star = Some((after, taken + 1));
                (at, here) = (after, taken + 1);
            }
            _ => return false,
        }
    }
}

/// How many bytes of a pattern one letter of a name uses up; none where it does not fit.
fn one(pattern: &[u8], letter: u8) -> Option<usize> {
    match pattern {
        [b'?', ..] => Some(1),
        [b'[', rest @ ..] => {
            let (inverted, start) = if matches!(rest.first(), Some(b'!' | b'^')) { (true, 1) } else { (false, 0) };
            // A bracket right at the beginning is one of the set.
            let end = rest.iter().enumerate().skip(start + 1).find(|(_, byte)| **byte == b']').map(|(at, _)| at);
            let Some(end) = end else { return (letter == b'[').then_some(1) };
            let set = rest.get(start..end).unwrap_or_default();
            (in_set(set, letter) != inverted).then_some(end + 2)
        }
        [byte, ..] => byte.eq_ignore_ascii_case(&letter).then_some(1),
        [] => None,
    }
}

fn in_set(mut set: &[u8], letter: u8) -> bool {
    let (small, large) = (letter.to_ascii_lowercase(), letter.to_ascii_uppercase());
    loop {
        set = match set {
            [from, b'-', to, rest @ ..] => {
                if (*from..=*to).contains(&small) || (*from..=*to).contains(&large) {
                    return true;
                }
                rest
            }
            [byte, rest @ ..] => {
                if byte.eq_ignore_ascii_case(&letter) {
                    return true;
                }
                rest
            }
            [] => return false,
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::entry::{FileName, Kind};
    use super::*;

    fn fits(pattern: &str, name: &str) -> bool {
        matches(pattern.as_bytes(), name.as_bytes(), &mut MOST_STEPS.clone())
    }

    #[test]
    fn names_fit_patterns() {
        for (pattern, name) in [
            ("*", ""),
            ("*.png", "a.PNG"),
            ("*.[pP][nN][gG]", "a.b.png"),
            ("a?c*", "abc"),
            ("[a-c]x", "Bx"),
            ("[!a]*", "b"),
            ("[]]", "]"),
            ("[", "["),
            ("*a*b*", "xxaxxbxx"),
            ("?", "\u{7f}"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.png", "a.jpg"), ("", "a"), ("a", ""), ("[!a]", "A"), ("[a-c]", "d"), ("*a*b", "ba")]
        {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn files_are_seen_by_name_or_type_and_folders_always() {
        let named = |name: &str, kind| Entry::named(FileName::new(name.as_bytes()).unwrap(), kind);
        let picture = Entry { media: "image/png".into(), ..named("odd", Kind::File) };
        let entries = [named("src", Kind::Directory), named("a.txt", Kind::File), picture];
        let seen = |rules: &[Rule], folders| -> Vec<String> {
            shown(&entries, rules, folders).iter().map(|entry| entry.name.shown()).collect()
        };
        assert_eq!(seen(&[], false).len(), 3);
        assert_eq!(seen(&[], true), ["src"]);
        assert_eq!(seen(&[Rule::Glob("*.txt".into())], false), ["src", "a.txt"]);
        assert_eq!(seen(&[Rule::Media("image/*".into())], false), ["src", "odd"]);
        assert_eq!(seen(&[Rule::Media("image/png".into()), Rule::Glob("*.TXT".into())], false).len(), 3);
        assert_eq!(seen(&[Rule::Media("video/*".into())], false), ["src"]);
    }

    #[test]
    fn a_pattern_that_takes_for_ever_is_given_up() {
        let name = "a".repeat(255);
        let entries: Vec<Entry> =
            (0..2000).map(|_| Entry::named(FileName::new(name.as_bytes()).unwrap(), Kind::File)).collect();
        let rules = vec![Rule::Glob(format!("{}b", "*a".repeat(60))); 256];
        // It returns at all, and hides nothing that it did not look at.
        assert!(!shown(&entries, &rules, false).is_empty());
    }

    proptest! {
        #[test]
        fn no_pattern_and_no_name_is_too_odd(
            pattern in prop::collection::vec(prop::sample::select(b"ab*?[]!-^\xff".to_vec()), 0..12),
            name in prop::collection::vec(prop::sample::select(b"ab]\xff".to_vec()), 0..12),
        ) {
            let mut steps = 1_000_000;
            matches(&pattern, &name, &mut steps);
            prop_assert!(steps > 0);
        }
    }
}
