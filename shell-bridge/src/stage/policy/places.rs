//! Patterns of names and paths, held against words of which parts may be unknown.

use std::path::Path;

use crate::stage::syntax::{ANY, ONE, UNKNOWN};

/// One step of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Just(char),
    /// Any character but `/`.
    One,
    /// Any number of them.
    Any,
    /// Any number of any characters.
    All,
}

/// A word of a command as a pattern: what it could become.
fn of_word(word: &str) -> Vec<Token> {
    word.chars()
        .map(|c| match c {
            UNKNOWN => Token::All,
            ANY => Token::Any,
            ONE => Token::One,
            c => Token::Just(c),
        })
        .collect()
}

/// A pattern of a policy: `*` within a name.
fn of_pattern(pattern: &str) -> Vec<Token> {
    pattern.chars().map(|c| if c == '*' { Token::Any } else { Token::Just(c) }).collect()
}

/// Whether some text is meant by both.
fn overlap(a: &[Token], b: &[Token]) -> bool {
    let is_star = |token: Token| matches!(token, Token::Any | Token::All);
    // For so many steps of `a`: how many steps of `b` can mean the same.
    let mut reached = vec![false; b.len() + 1];
    reached[0] = true;
    for row in 0..=a.len() {
        let step = a.get(row).copied();
        let mut next = vec![false; b.len() + 1];
        for column in 0..=b.len() {
            if !reached[column] {
                continue;
            }
            let other = b.get(column).copied();
            if step.is_some_and(is_star) {
                next[column] = true;
            }
            if other.is_some_and(is_star) {
                reached[column + 1] = true;
            }
            if let (Some(step), Some(other)) = (step, other)
                && meets(step, other)
            {
                match (is_star(step), is_star(other)) {
                    (false, false) => next[column + 1] = true,
                    (true, false) => reached[column + 1] = true,
                    (false, true) => next[column] = true,
                    (true, true) => {}
                }
            }
        }
        if step.is_none() {
            break;
        }
        reached = next;
    }
    reached[b.len()]
}

/// Whether one character can be both.
fn meets(a: Token, b: Token) -> bool {
    match (a, b) {
        (Token::Just(a), Token::Just(b)) => a == b,
        (Token::All, _) | (_, Token::All) => true,
        (Token::Just(c), Token::One | Token::Any) | (Token::One | Token::Any, Token::Just(c)) => c != '/',
        (Token::One | Token::Any, Token::One | Token::Any) => true,
    }
}

/// Beginnings of a word's end that are tried one by one; a word with more counts as what it could be at all.
const MOST_ENDS: usize = 64;

/// Whether a word can be what a pattern with `*` means. What is only possible because nothing is known of it is nothing
/// that anybody meant: neither a word that is unknown as a whole, nor, for a pattern that begins with `*`, one whose end
/// is, like `line-$name` for `*/.envrc`.
pub(super) fn could_be(word: &str, pattern: &str) -> bool {
    let (word, pattern) = (of_word(word), of_pattern(pattern));
    let known = |part: &[Token]| part.iter().any(|token| matches!(token, Token::Just(_)));
    if !known(&word) || !overlap(&word, &pattern) {
        return false;
    }
    let [Token::Any, rest @ ..] = pattern.as_slice() else { return true };
    let Some(Token::Just(first)) = rest.first() else { return true };
    if !word.contains(&Token::All) {
        return true;
    }
    let names = |part: &[Token]| part.iter().any(|token| matches!(token, Token::Just(c) if *c != '/'));
    let begins = |end: &&[Token]| end.first().is_some_and(|token| meets(*token, Token::Just(*first)));
    let ends = (0..word.len()).filter_map(|from| word.get(from..)).filter(begins);
    let mut ends = ends.filter(|end| names(end));
    let tried = ends.by_ref().take(MOST_ENDS).any(|end| overlap(end, rest));
    tried || ends.next().is_some()
}

/// The path that a word means, absolute, without `.` and `..`; `None` where that cannot be told.
pub(super) fn absolute(word: &str, directory: &Path) -> Option<String> {
    let joined = match word.chars().next()? {
        '/' => word.to_owned(),
        UNKNOWN => return None,
        _ if directory.is_absolute() => format!("{}/{word}", directory.display()),
        // Where it begins is unknown, and still `..` leads nowhere above the root.
        _ => return None,
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

/// Whether an absolute path can be at a place: the place itself, or below it where it ends with `/**`. All that is in a
/// directory counts as the directory.
pub(super) fn is_at(path: &str, place: &str, home: &Path) -> bool {
    let place = match place.strip_prefix('~') {
        Some(rest) if home.is_absolute() => format!("{}{rest}", home.display().to_string().trim_end_matches('/')),
        Some(_) => return false,
        None => place.to_owned(),
    };
    let (place, below) = match place.strip_suffix("/**") {
        Some(place) => (place.to_owned(), true),
        None => (place, false),
    };
    let place = if place.is_empty() { "/".to_owned() } else { place };
    let itself = of_pattern(&place);
    if overlap(&of_word(path), &itself) {
        return true;
    }
    if let Some(directory) = everything_in(path)
        && overlap(&of_word(directory), &itself)
    {
        return true;
    }
    if !below {
        return false;
    }
    let mut tokens = itself;
    if tokens.last() != Some(&Token::Just('/')) {
        tokens.push(Token::Just('/'));
    }
    tokens.push(Token::All);
    overlap(&of_word(path), &tokens)
}

/// `/etc` of `/etc/*`.
pub(super) fn everything_in(path: &str) -> Option<&str> {
    let (directory, last) = path.rsplit_once('/')?;
    let everything = matches!(last.trim_start_matches('.').trim_start_matches(ONE), "\u{f8fe}" | "\u{f8fe}\u{f8fe}");
    everything.then_some(if directory.is_empty() { "/" } else { directory })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_meet_patterns_as_far_as_they_are_known() {
        for (word, pattern, meets) in [
            ("rm", "rm", true),
            ("rmdir", "rm", false),
            ("mkfs.ext4", "mkfs*", true),
            ("mkfs", "mkfs*", true),
            ("r\u{f8fe}m", "rm", true),
            ("r\u{f8fd}", "rm", true),
            ("r\u{f8fd}", "rmx", false),
            ("\u{f8ff}", "rm", false),
            ("r\u{f8ff}", "rm", true),
            ("\u{f8ff}s", "mkfs*", true),
            ("x\u{f8ff}", "mkfs*", false),
            ("line-\u{f8ff}", "*/.envrc", false),
            ("src/\u{f8ff}", "*/.envrc", false),
            ("src/.\u{f8ff}", "*/.envrc", true),
            ("\u{f8ff}/.envrc", "*/.envrc", true),
            ("\u{f8ff}rc", "*/.envrc", true),
            ("\u{f8ff}.txt", "*/.envrc", false),
            ("a/.git/hooks/\u{f8ff}", "*/.git/hooks/*", true),
            ("a/.git/\u{f8ff}/x", "*/.git/hooks/*", true),
        ] {
            assert_eq!(could_be(word, pattern), meets, "{word:?} {pattern}");
        }
    }

    #[test]
    fn paths_are_where_they_lead() {
        let home = Path::new("/home/ada");
        let directory = Path::new("/home/ada/work");
        for (word, place, there) in [
            ("/", "/", true),
            ("//.//", "/", true),
            ("../../../..", "/", true),
            ("/\u{f8fe}", "/", true),
            ("/home/..", "/", true),
            ("/tmp", "/", false),
            ("/etc/passwd", "/etc/**", true),
            ("/etc", "/etc/**", true),
            ("/etc/", "/etc/**", true),
            ("/etcetera", "/etc/**", false),
            ("/e\u{f8fe}", "/etc/**", true),
            ("/e\u{f8fe}", "/usr/**", false),
            ("/etc/\u{f8fe}", "/etc", true),
            ("/home/ada", "~", true),
            (".", "~", false),
            ("..", "~", true),
            ("../.ssh/id", "~/.ssh/**", true),
            ("/dev/sda1", "/dev/sd*", true),
            ("/dev/null", "/dev/sd*", false),
            ("\u{f8ff}/etc", "/etc/**", false),
            ("/tmp/\u{f8ff}", "/etc/**", false),
            ("/etc/\u{f8ff}", "/etc/**", true),
        ] {
            let is = absolute(word, directory).is_some_and(|path| is_at(&path, place, home));
            assert_eq!(is, there, "{word:?} {place}");
        }
        assert_eq!(absolute("x", Path::new("")), None);
    }

    #[test]
    fn a_long_word_is_quick() {
        let word = "\u{f8fe}a".repeat(5000);
        assert!(!could_be(&word, "*b*c*d*e"));
        assert!(could_be(&"\u{f8ff}a".repeat(5000), "*b*c*d*ea"));
    }
}
