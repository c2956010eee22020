//! Which texts can be staged at all: those that show what they run.

use std::fmt;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Longest text that can be staged, in bytes of UTF-8.
pub const MOST_BYTES: usize = 16 << 10;
/// Most lines of a text that can be staged.
pub const MOST_LINES: usize = 64;

/// Why a text cannot be staged, fit for the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct TextRefused {
    /// Where, in bytes. Within the text, or its length.
    pub at: usize,
    /// Which character that is, counted from 1; 0 where the text as a whole is meant.
    pub character: usize,
    /// What is wrong there.
    pub problem: TextProblem,
}

impl fmt::Display for TextRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.character > 0 {
            write!(f, "character {} {}", self.character, self.problem)
        } else {
            write!(f, "the text {}", self.problem)
        }
    }
}

/// What can be wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextProblem {
    /// There is nothing in it but spaces.
    Empty,
    /// Longer than [`MOST_BYTES`].
    TooLong {
        /// How many bytes it has.
        bytes: usize,
    },
    /// More lines than [`MOST_LINES`].
    TooManyLines {
        /// How many lines it has.
        lines: usize,
    },
    /// These bytes are no text.
    NotUtf8,
    /// Ends a line for some and not for others. Lines are parted by line feeds alone, which everybody sees as lines.
    LineEnd(char),
    /// Escape and the like: it would steer the terminal.
    Control(char),
    /// Would show the text in another order than it runs.
    Bidirectional(char),
    /// Takes no room, so that nobody sees it.
    Invisible(char),
    /// Looks like a space and does not separate words.
    OtherSpace(char),
    /// Means nothing that everybody agrees on: private, unassigned, or no character at all.
    NoMeaning(char),
}

impl fmt::Display for TextProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = |c: char| format!("U+{:04X}", c as u32);
        match *self {
            Self::Empty => write!(f, "is empty"),
            Self::TooLong { bytes } => write!(f, "has {bytes} bytes; {MOST_BYTES} is the most"),
            Self::TooManyLines { lines } => write!(f, "has {lines} lines; {MOST_LINES} is the most"),
            Self::NotUtf8 => write!(f, "is not valid UTF-8"),
            Self::LineEnd(c) => write!(f, "ends a line without being a line feed ({})", code(c)),
            Self::Control(c) => write!(f, "is a control character ({})", code(c)),
            Self::Bidirectional(c) => write!(f, "changes the direction of writing ({})", code(c)),
            Self::Invisible(c) => write!(f, "is invisible ({})", code(c)),
            Self::OtherSpace(c) => write!(f, "looks like a space and is none ({})", code(c)),
            Self::NoMeaning(c) => write!(f, "is no character that can be shown ({})", code(c)),
        }
    }
}

/// The text, if it shows what it runs.
///
/// # Errors
/// The first thing that is wrong with it, and where.
pub fn check_text(text: &[u8]) -> Result<&str, TextRefused> {
    let whole = |problem| TextRefused { at: 0, character: 0, problem };
    if text.len() > MOST_BYTES {
        return Err(whole(TextProblem::TooLong { bytes: text.len() }));
    }
    let text = std::str::from_utf8(text).map_err(|error| {
        let at = error.valid_up_to();
        let before = text.get(..at).and_then(|before| std::str::from_utf8(before).ok()).unwrap_or_default();
        TextRefused { at, character: before.chars().count() + 1, problem: TextProblem::NotUtf8 }
    })?;
    let found = text.char_indices().enumerate().find_map(|(place, (at, c))| Some((place, at, problem(c)?)));
    match found {
        Some((place, at, problem)) => Err(TextRefused { at, character: place + 1, problem }),
        None if text.trim_matches([' ', '\n']).is_empty() => Err(whole(TextProblem::Empty)),
        None => match text.split('\n').count() {
            lines if lines > MOST_LINES => Err(whole(TextProblem::TooManyLines { lines })),
            _ => Ok(text),
        },
    }
}

/// What is wrong with one character.
fn problem(c: char) -> Option<TextProblem> {
    // The common case, and quick: staged text is checked on the main thread.
    if (' '..='~').contains(&c) || c == '\n' {
        return None;
    }
    match c {
        '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => return Some(TextProblem::LineEnd(c)),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            return Some(TextProblem::Bidirectional(c));
        }
        _ => {}
    }
    if invisible(c) {
        return Some(TextProblem::Invisible(c));
    }
    match c.general_category() {
        GeneralCategory::Control => Some(TextProblem::Control(c)),
        GeneralCategory::Format => Some(TextProblem::Invisible(c)),
        GeneralCategory::SpaceSeparator | GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => {
            Some(TextProblem::OtherSpace(c))
        }
        GeneralCategory::PrivateUse | GeneralCategory::Unassigned | GeneralCategory::Surrogate => {
            Some(TextProblem::NoMeaning(c))
        }
        _ => None,
    }
}

/// Characters that take no room though their category is that of letters, marks or symbols: Unicode's
/// Default_Ignorable_Code_Point, the blank Braille pattern, and the tags of plane 14.
fn invisible(c: char) -> bool {
    matches!(c,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: impl AsRef<[u8]>) -> TextRefused {
        check_text(text.as_ref()).unwrap_err()
    }

    #[test]
    fn ordinary_commands_pass_in_any_script() {
        for text in ["ls", "echo 'héllo wörld' | wc -c", "cd ~/日本語", "ls ελληνικά", "echo 🦊", "  ls  ", "rm עברית"]
        {
            assert_eq!(check_text(text.as_bytes()), Ok(text));
        }
    }

    #[test]
    fn what_could_steer_the_terminal_is_refused_with_its_place() {
        let told = refused("ls \u{1b}[2J");
        assert_eq!((told.at, told.character, told.problem), (3, 4, TextProblem::Control('\u{1b}')));
        assert_eq!(told.to_string(), "character 4 is a control character (U+001B)");
        assert_eq!(refused("é\u{9b}31m").to_string(), "character 2 is a control character (U+009B)");
        for c in ['\0', '\u{3}', '\u{7}', '\t', '\u{7f}', '\u{90}'] {
            assert_eq!(refused(format!("ls{c}")).problem, TextProblem::Control(c));
        }
    }

    #[test]
    fn lines_are_parted_by_line_feeds_and_by_nothing_else() {
        for text in ["echo a\necho b", "if true\n  echo é\nend\n", "\nls"] {
            assert_eq!(check_text(text.as_bytes()), Ok(text));
        }
        for c in ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'] {
            assert_eq!(refused(format!("ls{c}rm x")).problem, TextProblem::LineEnd(c));
        }
        assert_eq!(refused("a\r\nb").to_string(), "character 2 ends a line without being a line feed (U+000D)");
        assert_eq!(refused(" \n ").to_string(), "the text is empty");
        assert!(check_text("a\n".repeat(MOST_LINES - 1).as_bytes()).is_ok());
        assert_eq!(refused("a\n".repeat(MOST_LINES)).to_string(), "the text has 65 lines; 64 is the most");
    }

    #[test]
    fn what_shows_otherwise_than_it_runs_is_refused() {
        for c in ['\u{202e}', '\u{202a}', '\u{2066}', '\u{2069}', '\u{200f}', '\u{61c}'] {
            assert_eq!(refused(format!("echo {c}x")).problem, TextProblem::Bidirectional(c));
        }
        let hidden = [
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{2060}',
            '\u{feff}',
            '\u{ad}',
            '\u{34f}',
            '\u{115f}',
            '\u{3164}',
            '\u{ffa0}',
            '\u{2800}',
            '\u{fe0f}',
            '\u{180e}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{1d173}',
        ];
        for c in hidden {
            assert_eq!(refused(format!("rm{c} x")).problem, TextProblem::Invisible(c), "{:x}", c as u32);
        }
        for c in ['\u{a0}', '\u{2003}', '\u{202f}', '\u{205f}', '\u{3000}', '\u{1680}'] {
            assert_eq!(refused(format!("rm{c}x")).problem, TextProblem::OtherSpace(c), "{:x}", c as u32);
        }
        for c in ['\u{e000}', '\u{f8ff}', '\u{fffe}', '\u{ffff}', '\u{10ffff}', '\u{fdd0}', '\u{378}'] {
            assert_eq!(refused(format!("rm{c}x")).problem, TextProblem::NoMeaning(c), "{:x}", c as u32);
        }
    }

    #[test]
    fn no_text_and_too_much_text_are_refused() {
        assert_eq!(refused("").problem, TextProblem::Empty);
        assert_eq!(refused("   ").to_string(), "the text is empty");
        assert!(check_text(&vec![b'a'; MOST_BYTES]).is_ok());
        assert_eq!(refused(vec![b'a'; 1 << 20]).to_string(), "the text has 1048576 bytes; 16384 is the most");
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_where_they_stand() {
        let told = refused(b"\xc3\xa9 \xff\xfe");
        assert_eq!((told.at, told.character, told.problem), (3, 3, TextProblem::NotUtf8));
        assert_eq!(refused(b"\xed\xa0\x80").problem, TextProblem::NotUtf8, "half of a surrogate pair");
        assert_eq!(refused(b"\xc0\xaf").problem, TextProblem::NotUtf8, "an overlong form");
    }

    proptest! {
        #[test]
        fn what_passes_has_no_character_that_is_refused_alone(bytes: Vec<u8>) {
            if let Ok(text) = check_text(&bytes) {
                prop_assert!(text.chars().all(|c| c == '\n' || problem(c).is_none() && !c.is_control()));
            }
        }
    }
}
