//! How long texts are.

use crate::Error;

/// Refuses a text that is too long, or has the character 0, which PostgreSQL cannot keep.
pub(crate) fn fits(field: &'static str, text: &str, most: usize) -> Result<(), Error> {
    if text.contains('\0') {
        Err(Error::Invalid { field, rule: "may not contain the character 0" })
    } else if text.len() > most && text.chars().count() > most {
        Err(Error::Invalid { field, rule: "is too long" })
    } else {
        Ok(())
    }
}

/// Refuses an empty text too.
pub(crate) fn fits_and_says(field: &'static str, text: &str, most: usize) -> Result<(), Error> {
    if text.is_empty() { Err(Error::Invalid { field, rule: "may not be empty" }) } else { fits(field, text, most) }
}

/// Makes any text one that fits: the character 0 becomes U+FFFD, and what is too long is cut.
pub(crate) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).map(|c| if c == '\0' { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters() {
        assert!(fits("it", &"é".repeat(8), 8).is_ok());
        assert!(fits("it", &"é".repeat(9), 8).is_err());
        assert!(fits("it", "a\0", 8).is_err());
        assert!(fits_and_says("it", "", 8).is_err());
        assert_eq!(cut("a\0éb", 3), "a\u{fffd}é");
    }
}
