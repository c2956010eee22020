//! What is in a cell, ready to be drawn.

use std::fmt;

use super::colours::Rgb;

/// The text of a cell: one character, and what combines with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CellText {
    first: char,
    rest: Option<Box<str>>,
}

impl CellText {
    pub(super) fn new(first: char, combining: &[char]) -> Self {
        let rest = (!combining.is_empty()).then(|| combining.iter().collect::<String>().into_boxed_str());
        Self { first, rest }
    }

    /// A cell with nothing in it.
    pub const BLANK: Self = Self { first: ' ', rest: None };

    /// The character that stands in the cell; a space where there is none.
    pub fn first(&self) -> char {
        self.first
    }

    /// Combining marks, joiners and variation selectors after it; mostly empty.
    pub fn combining(&self) -> &str {
        self.rest.as_deref().unwrap_or_default()
    }

    /// Whether nothing is to be drawn for the text.
    pub fn is_blank(&self) -> bool {
        self.first == ' ' && self.rest.is_none()
    }

    /// Appends the whole text to a string.
    pub fn push_to(&self, text: &mut String) {
        text.push(self.first);
        text.push_str(self.combining());
    }
}

impl fmt::Display for CellText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.first, self.combining())
    }
}

/// The line below a cell's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Underline {
    /// None.
    #[default]
    None,
    /// One line.
    Single,
    /// Two lines.
    Double,
    /// A wave, as below a misspelt word.
    Curly,
    /// Dots.
    Dotted,
    /// Dashes.
    Dashed,
}

/// How a cell's text is set. Reverse video is not here: it is in the colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Style {
    /// Heavier.
    pub bold: bool,
    /// Slanted.
    pub italic: bool,
    /// Faint; the text's colour has it already.
    pub dim: bool,
    /// Not to be drawn, though it can be selected and copied.
    pub hidden: bool,
    /// Struck through.
    pub strike: bool,
    /// Shown and hidden in turn.
    pub blink: bool,
    /// Part of a hyperlink (OSC 8).
    pub link: bool,
    /// Underlined, and how.
    pub underline: Underline,
}

/// One cell as it is to be drawn: colours are resolved, and selection, search and reverse video are in them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cell {
    /// What stands in it.
    pub text: CellText,
    /// Columns it takes: 1, 2, or 0 for the second column of a wide one.
    pub width: u8,
    /// The text's colour.
    pub fg: Rgb,
    /// The background; none is the terminal's own background.
    pub bg: Option<Rgb>,
    /// How the text is set.
    pub style: Style,
    /// The underline's colour; none is the text's.
    pub underline: Option<Rgb>,
}

/// How a cursor looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CursorShape {
    /// The whole cell.
    Block,
    /// A line at its left.
    Beam,
    /// A line at its bottom.
    Underline,
    /// The cell's outline: a terminal without the keyboard.
    Hollow,
}

/// The cursor in view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Line from the top of what is in view.
    pub line: u16,
    /// Column from the left.
    pub column: u16,
    /// Columns it covers: 2 on a wide character.
    pub width: u8,
    /// What it looks like.
    pub shape: CursorShape,
    /// Whether the program asked for one that blinks.
    pub blink: bool,
    /// Its colour.
    pub colour: Rgb,
    /// The text's colour below a block.
    pub text: Rgb,
}
