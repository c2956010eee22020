//! The scene: a flat display list, painted in its order.

use crate::geometry::Rect;
use crate::theme::Colour;

/// Which part of the interface a primitive is, the same in every scene, so that a renderer can tell what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The part's role, such as `elbow-top-left`.
    pub part: &'static str,
    /// Whose part it is, such as a window's id; 0 where there is only one.
    pub of: u64,
}

impl Key {
    /// The only part of its role.
    pub const fn part(part: &'static str) -> Self {
        Self { part, of: 0 }
    }

    /// The part that belongs to something with an id.
    pub const fn of(part: &'static str, of: u64) -> Self {
        Self { part, of }
    }
}

/// One thing to paint.
#[derive(Debug, Clone, PartialEq)]
pub enum Primitive {
    /// A filled shape.
    Fill {
        /// Which part it is.
        key: Key,
        /// Its bounds.
        rect: Rect,
        /// Corner radii: top left, top right, bottom right, bottom left.
        radii: [f64; 4],
        /// What is cut out of it; an elbow is a rounded block with a rounded block cut out.
        cut: Option<Cut>,
        /// What it is filled with.
        colour: Colour,
    },
    /// One line of text.
    Text {
        /// Which part it is.
        key: Key,
        /// Where it may be; capitals are centred in its height and nothing is painted outside of it.
        rect: Rect,
        /// What it says.
        text: String,
        /// Height of a capital letter in logical pixels; the font's size follows from it.
        cap_height: f64,
        /// Of the letters.
        colour: Colour,
        /// Where in the rectangle it stands.
        align: Align,
        /// Which kind of letters.
        face: Face,
        /// What gives way where there is too much of it.
        elide: Elide,
    },
}

impl Primitive {
    /// Which part it is.
    pub fn key(&self) -> Key {
        match self {
            Self::Fill { key, .. } | Self::Text { key, .. } => *key,
        }
    }

    /// Its bounds.
    pub fn rect(&self) -> Rect {
        match self {
            Self::Fill { rect, .. } | Self::Text { rect, .. } => *rect,
        }
    }
}

/// A rounded rectangle that is taken away from a fill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// Its bounds; they may reach over the fill's.
    pub rect: Rect,
    /// Corner radii: top left, top right, bottom right, bottom left.
    pub radii: [f64; 4],
}

/// Where text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the left edge, as in content.
    Left,
    /// In the middle.
    Centre,
    /// At the right edge, as in rails and bars.
    Right,
}

/// A kind of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Face {
    /// Condensed capitals, for names, states and actions.
    Label,
    /// Monospaced, for commands, paths and file names.
    Mono,
}

/// What gives way in a text that is too long. Text never shrinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elide {
    /// The end, as in a label.
    End,
    /// The middle, as in a file name.
    Middle,
}
