//! What is typed into a box. The caret is always at its end.

use unicode_segmentation::UnicodeSegmentation;

use crate::label;

/// No box takes more characters; no label shows more.
pub const MOST_CHARS: usize = 96;

/// Puts text at the end, as far as it is fit for a label: on one line, nothing in it that hides or reverses.
pub fn insert(text: &mut String, typed: &str) {
    // A megabyte that is pasted is not looked at beyond what there could be room for.
    text.extend(typed.chars().take(MOST_CHARS * 16));
    let ends_in_space = text.ends_with(char::is_whitespace);
    *text = label::clean(text);
    if ends_in_space && !text.is_empty() && text.chars().count() < MOST_CHARS {
        text.push(' ');
    }
}

/// Takes the last letter away, with all its marks.
pub fn backspace(text: &mut String) {
    let last = text.grapheme_indices(true).next_back().map_or(0, |(at, _)| at);
    text.truncate(last);
}

/// Takes the last word away, with the spaces behind it.
pub fn delete_word(text: &mut String) {
    text.truncate(text.trim_end().len());
    let last = text.split_word_bound_indices().next_back().map_or(0, |(at, _)| at);
    text.truncate(last);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(text: &str, change: impl Fn(&mut String)) -> String {
        let mut text = String::from(text);
        change(&mut text);
        text
    }

    #[test]
    fn what_is_typed_is_put_at_the_end() {
        assert_eq!(after("gi", |text| insert(text, "mp")), "gimp");
        assert_eq!(after("text", |text| insert(text, " ")), "text ");
        assert_eq!(after("", |text| insert(text, " ")), "");
        assert_eq!(after("", |text| insert(text, "two\nlines\u{202e}\u{0}\ttabs")), "two lines tabs");
    }

    #[test]
    fn backspace_takes_a_whole_letter() {
        assert_eq!(after("abe\u{301}", backspace), "ab");
        assert_eq!(after("a🇩🇪", backspace), "a");
        assert_eq!(after("", backspace), "");
    }

    #[test]
    fn a_word_goes_with_the_spaces_behind_it() {
        assert_eq!(after("text editor  ", delete_word), "text ");
        assert_eq!(after("text", delete_word), "");
        assert_eq!(after("   ", delete_word), "");
    }

    proptest! {
        #[test]
        fn a_box_is_bounded_and_can_always_be_emptied(typed in prop::collection::vec("\\PC{0,20}|(?s:.{0,300})", 0..8)) {
            let mut text = String::new();
            for typed in &typed {
                insert(&mut text, typed);
                prop_assert!(text.chars().count() <= MOST_CHARS && !text.chars().any(char::is_control));
            }
            for _ in 0..MOST_CHARS {
                let before = text.len();
                backspace(&mut text);
                prop_assert!(before == 0 || text.len() < before);
            }
            prop_assert_eq!(text, "");
        }
    }
}
