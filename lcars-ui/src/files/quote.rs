//! How a name is written on a command line, so that the shell takes it for that name and nothing else.

use thiserror::Error;

use super::entry::FileName;
use crate::label;

/// Why a name cannot be put into a command. The text is fit for the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the texts say it")]
pub enum Unquotable {
    #[error("its name is not text; rename it in a terminal first")]
    NotText,
    #[error("its name has a character in it that cannot be seen; rename it in a terminal first")]
    Unseen,
}

/// A name as one word of Fish, Bash or Zsh. One that begins with a dash gets `./` in front, so that no program takes it
/// for an option.
///
/// # Errors
/// If it is not UTF-8, or has control or invisible characters in it: what is staged is to be what is seen, and a line
/// break in it could never be committed.
pub fn quoted(name: &FileName) -> Result<String, Unquotable> {
    let text = name.text().ok_or(Unquotable::NotText)?;
    let dashed = if text.starts_with('-') { "./" } else { "" };
    quoted_text(&format!("{dashed}{text}"))
}

/// Any text as one word of Fish, Bash or Zsh.
///
/// # Errors
/// If it has control or invisible characters in it.
pub(super) fn quoted_text(text: &str) -> Result<String, Unquotable> {
    if text.chars().any(|c| c.is_control() || label::is_unseen(c)) {
        return Err(Unquotable::Unseen);
    }
    // A word that needs no quotes is easier to read without them. A letter or a digit of any script is plain.
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | ',' | ':' | '@');
    if !text.is_empty() && text.chars().all(plain) {
        return Ok(String::from(text));
    }
    // Within single quotes all three know no magic, except that Fish takes a backslash before a quote or another
    // backslash. So those two are put outside of them, where all three agree about them.
    let mut word = String::with_capacity(text.len() + 2);
    let mut open = false;
    for c in text.chars() {
        let outside = matches!(c, '\'' | '\\');
        if open == outside {
            word.push('\'');
            open = !outside;
        }
        if outside {
            word.push('\\');
        }
        word.push(c);
    }
    if open {
        word.push('\'');
    }
    if word.is_empty() {
        word.push_str("''");
    }
    Ok(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quote(name: &[u8]) -> Result<String, Unquotable> {
        quoted(&FileName::new(name).unwrap())
    }

    #[test]
    fn plain_names_stay_as_they_are_and_others_are_quoted() {
        let words = [
            ("Cargo.toml", "Cargo.toml"),
            ("naïve_日本.txt", "naïve_日本.txt"),
            ("two words", "'two words'"),
            ("it's", "'it'\\''s'"),
            ("'", "\\'"),
            ("back\\slash", "'back'\\\\'slash'"),
            ("$HOME", "'$HOME'"),
            ("*.rs", "'*.rs'"),
            ("~", "'~'"),
            ("-rf", "./-rf"),
            ("-r f", "'./-r f'"),
            ("a;b", "'a;b'"),
            ("#note", "'#note'"),
            ("{a,b}", "'{a,b}'"),
            ("%1", "'%1'"),
            ("a=b", "'a=b'"),
        ];
        for (name, word) in words {
            assert_eq!(quote(name.as_bytes()).unwrap(), word);
        }
    }

    #[test]
    fn what_cannot_be_shown_is_refused_with_the_reason() {
        assert_eq!(quote(b"latin\xe91"), Err(Unquotable::NotText));
        assert_eq!(quote(b"two\nlines"), Err(Unquotable::Unseen));
        assert_eq!(quote("a\u{202e}b".as_bytes()), Err(Unquotable::Unseen));
        assert_eq!(quote("a\u{200b}b".as_bytes()), Err(Unquotable::Unseen));
    }

    /// What all three shells make of a word out of quotes and backslashes.
    fn unquoted(word: &str) -> Option<String> {
        let (mut text, mut open, mut chars) = (String::new(), false, word.chars());
        while let Some(c) = chars.next() {
            match (c, open) {
                ('\'', _) => open = !open,
                ('\\', false) => text.push(chars.next()?),
                // In Fish this could mean something; it is never written.
                ('\\', true) => return None,
                (c, false) if c.is_whitespace() || "$*?~#;&|<>(){}[]\"!^%=`".contains(c) => return None,
                (c, _) => text.push(c),
            }
        }
        (!open).then_some(text)
    }

    proptest! {
        #[test]
        fn any_name_comes_back_as_it_was(name in "[^/\0]{1,30}") {
            let Some(name) = FileName::new(name.as_bytes()) else { return Ok(()) };
            if let Ok(word) = quoted(&name) {
                let text = unquoted(&word);
                let text = text.as_deref().map(|text| if name.bytes().starts_with(b"-") { text.strip_prefix("./").unwrap_or(text) } else { text });
                prop_assert_eq!(text, name.text());
            }
        }
    }
}
