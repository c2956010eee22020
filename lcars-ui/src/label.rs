//! Text from strangers, made fit for a label.
//!
//! A window's title is whatever its program says. It must not be able to reverse the label beside it, to hide what it
//! says, or to cost much.

/// No label shows more characters than this; shaping more would be work for nothing.
const MOST_CHARS: usize = 96;

/// What somebody is told may be longer: where a file lies and what is wrong with it have to fit.
const MOST_TOLD: usize = 320;

/// Marks that stack on the letter before them; more than this many in a row are dropped.
const MOST_MARKS: usize = 3;

/// One line without control, bidirectional and invisible characters, white space collapsed, of bounded length.
pub fn clean(text: &str) -> String {
    clean_to(text, MOST_CHARS)
}

/// The same for what is read rather than glanced at, such as an alert: it may be longer.
pub fn clean_told(text: &str) -> String {
    clean_to(text, MOST_TOLD)
}

fn clean_to(text: &str, most: usize) -> String {
    let mut cleaned = String::new();
    let (mut chars, mut marks, mut gap) = (0, 0, false);
    // The bound on what is looked at keeps a megabyte of invisible characters from costing a megabyte of work.
    for c in text.chars().take(most * 16) {
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        if is_unwelcome(c) {
            continue;
        }
        marks = if is_mark(c) { marks + 1 } else { 0 };
        if marks > MOST_MARKS {
            continue;
        }
        let space = gap && !cleaned.is_empty();
        gap = false;
        chars += 1 + usize::from(space);
        if chars > most {
            break;
        }
        cleaned.extend(space.then_some(' '));
        cleaned.push(c);
    }
    cleaned
}

/// A text of several lines as one, with a mark where each ends.
pub fn in_one_line(text: &str) -> String {
    text.replace('\n', " ⏎ ")
}

/// Whether a character cannot be seen or changes how others are: one that a label leaves out.
pub fn is_unseen(c: char) -> bool {
    is_unwelcome(c)
}

fn is_unwelcome(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn honest_titles_stay_as_they_are() {
        for title in ["foot", "~/src — fish", "Éditeur de texte", "日本語", "Ωmega 🦀"] {
            assert_eq!(clean(title), title);
        }
    }

    #[test]
    fn a_title_cannot_reverse_or_hide_what_it_says() {
        assert_eq!(clean("safe\u{202e}exe.txt"), "safeexe.txt");
        assert_eq!(clean("a\u{200b}\u{feff}b\u{7}c\x1b[31m"), "abc[31m");
        assert_eq!(clean(" one \n\t two "), "one two");
    }

    #[test]
    fn what_is_told_may_be_longer_than_a_label_and_is_bounded_too() {
        let told = format!("the file is kept as /{}", "x".repeat(200));
        assert_eq!(clean_told(&told), told);
        assert_eq!(clean(&told).chars().count(), MOST_CHARS);
        assert_eq!(clean_told(&"x".repeat(1 << 20)).chars().count(), MOST_TOLD);
    }

    #[test]
    fn marks_cannot_pile_up_over_the_neighbours() {
        assert_eq!(clean(&format!("a{}b", "\u{301}".repeat(40))).chars().count(), 2 + MOST_MARKS);
    }

    proptest! {
        #[test]
        fn what_comes_out_is_bounded_and_clean_and_stays_so(title in "\\PC*|(?s:.{0,3000})") {
            let cleaned = clean(&title);
            prop_assert!(cleaned.chars().count() <= MOST_CHARS);
            prop_assert!(!cleaned.chars().any(|c| c.is_control() || is_unwelcome(c)));
            prop_assert_eq!(clean(&cleaned), cleaned);
        }
    }
}
