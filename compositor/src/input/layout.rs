//! Which keyboard layouts may be asked for.
//!
//! A layout's name comes from a page or the command line and ends as a file name inside libxkbcommon, where `/`, `.` and
//! `%` have meanings, and in a C string, where NUL would panic. So only what names of layouts are made of is let through,
//! and then it has to compile.

use smithay::input::keyboard::xkb;

/// Longest name or list of names, in bytes; what the protocol allows too.
pub const MAX_LENGTH: usize = 64;
/// Most layouts in a list: XKB has four groups.
pub const MAX_LAYOUTS: usize = 4;

/// Why a layout was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Over [`MAX_LENGTH`].
    #[error("the name is longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// Something other than ASCII letters, digits, `_`, `-` and commas.
    #[error("the name has characters that no layout's name has")]
    Characters,
    /// Over [`MAX_LAYOUTS`], or more variants than layouts.
    #[error("too many layouts or variants; a keyboard has at most {MAX_LAYOUTS}")]
    TooMany,
    /// XKB cannot make a keymap of it.
    #[error("no such layout or variant is installed")]
    Unknown,
}

/// A layout that compiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    layout: String,
    variant: String,
}

impl Layout {
    /// Checks a layout (`us`, `de,ru`) and its variant (`neo`, or empty). An empty layout is the machine's default.
    ///
    /// # Errors
    /// [`LayoutError`] says which part is wrong.
    pub fn new(layout: &str, variant: &str) -> Result<Self, LayoutError> {
        for name in [layout, variant] {
            if name.len() > MAX_LENGTH {
                return Err(LayoutError::TooLong);
            }
            if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-,".contains(&byte)) {
                return Err(LayoutError::Characters);
            }
        }
        let layouts = layout.split(',').count();
        if layouts > MAX_LAYOUTS || variant.split(',').count() > layouts {
            return Err(LayoutError::TooMany);
        }
        let checked = Self { layout: layout.to_owned(), variant: variant.to_owned() };
        checked.keymap().map(|_| checked).ok_or(LayoutError::Unknown)
    }

    /// As XKB names it: one layout or several with commas between.
    pub fn layout(&self) -> &str {
        &self.layout
    }

    /// One for each layout, with commas between, or empty.
    pub fn variant(&self) -> &str {
        &self.variant
    }

    /// Compiles it, as smithay does for the seat.
    pub fn keymap(&self) -> Option<xkb::Keymap> {
        let mut context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
        // It would write to standard error what the caller gets as an error.
        context.set_log_level(xkb::LogLevel::Critical);
        let (layout, variant) = (self.layout.as_str(), self.variant.as_str());
        xkb::Keymap::new_from_names(&context, "", "", layout, variant, None, xkb::KEYMAP_COMPILE_NO_FLAGS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installed_layouts_are_let_through() {
        for (layout, variant) in [("us", ""), ("de", "neo"), ("us,ru", ""), ("us,de", ",nodeadkeys"), ("", "")] {
            let checked = Layout::new(layout, variant);
            assert!(
                checked.is_ok_and(|checked| (checked.layout(), checked.variant()) == (layout, variant)),
                "{layout}"
            );
        }
    }

    #[test]
    fn layouts_and_variants_that_do_not_exist_are_told() {
        assert_eq!(Layout::new("zz", ""), Err(LayoutError::Unknown));
        assert_eq!(Layout::new("us", "neo"), Err(LayoutError::Unknown));
        assert_eq!(Layout::new("us,zz", ""), Err(LayoutError::Unknown));
    }

    #[test]
    fn names_that_mean_more_than_a_layout_are_refused() {
        for name in ["../us", "%S/us", "us(intl)", "us+inet", "us:2", "us\0", "us\n", "ü", "us "] {
            assert_eq!(Layout::new(name, ""), Err(LayoutError::Characters), "{name:?}");
            assert_eq!(Layout::new("us", name), Err(LayoutError::Characters), "{name:?}");
        }
    }

    #[test]
    fn lists_are_bounded() {
        assert_eq!(Layout::new(&"u".repeat(MAX_LENGTH + 1), ""), Err(LayoutError::TooLong));
        assert_eq!(Layout::new("us,us,us,us,us", ""), Err(LayoutError::TooMany));
        assert_eq!(Layout::new("us", "intl,intl"), Err(LayoutError::TooMany));
    }
}
