//! The scene: a flat display list, painted in its order.

use std::fmt;

use crate::geometry::{Point, Rect, Size};
use crate::hierarchy::{TerminalId, WindowId};
use crate::theme::Colour;

/// Which part of the interface a primitive is, the same in every scene, so that a renderer can tell what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The part's role, such as `elbow-top-left`.
    pub part: &'static str,
    /// Whose part it is, such as a window's id; 0 where there is only one.
    pub of: u64,
    /// The viewport that it is in; 0 for what belongs to the output. One window may be seen in two panes.
    pub pane: u64,
    /// Which of the pieces that the part is drawn with; 0 is its body, and the part itself.
    pub piece: u16,
}

impl Key {
    /// The only part of its role.
    pub const fn part(part: &'static str) -> Self {
        Self { part, of: 0, pane: 0, piece: 0 }
    }

    /// The part that belongs to something with an id.
    pub const fn of(part: &'static str, of: u64) -> Self {
        Self { part, of, pane: 0, piece: 0 }
    }

    /// A piece of the same part, such as the label on a pill.
    pub const fn piece(self, piece: u16) -> Self {
        Self { piece, ..self }
    }

    /// The same part in a viewport.
    pub const fn in_pane(self, pane: u64) -> Self {
        Self { pane, ..self }
    }
}

/// As the page and tests name it: `pill:7:3`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.part, self.of, self.pane)
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
        /// 1 at rest. During a zoom the text is shaped once, `zoom` times smaller than it is shown, and then magnified, so
        /// that letters ride along instead of being set anew for every picture. `rect` and `cap_height` are as shown.
        zoom: f64,
    },
    /// A window's picture: live where it is shown at its own size, else a thumbnail, which the renderer keeps.
    Window {
        /// Which part it is.
        key: Key,
        /// Whose picture.
        window: WindowId,
        /// Where a window that fills its frame goes. A smaller one is centred, scaled by the same factor.
        rect: Rect,
        /// The size that the window has at level 3 in this pane; `rect` is this, scaled evenly.
        full: Size,
        /// Nothing of it is painted outside of this; popups at level 3 are not bound by it.
        clip: Option<Rect>,
        /// Which of its pictures.
        look: Look,
        /// 1 is opaque.
        opacity: f64,
    },
    /// A terminal's picture: its cells as they are now, scaled with `rect`.
    Terminal {
        /// Which part it is.
        key: Key,
        /// Whose picture.
        terminal: TerminalId,
        /// Where it goes; at rest on whole device pixels.
        rect: Rect,
        /// The size that it has at rest in this pane; `rect` is this, scaled evenly.
        full: Size,
        /// Nothing of it is painted outside of this.
        clip: Option<Rect>,
        /// 1 is opaque.
        opacity: f64,
    },
    /// What programs show on the output itself, above every window: bars, launchers, selections.
    Panels {
        /// Which part it is.
        key: Key,
        /// The whole output.
        rect: Rect,
    },
    /// An icon of the icon theme, a square in the middle of its bounds.
    Icon {
        /// Which part it is.
        key: Key,
        /// Its bounds.
        rect: Rect,
        /// As a desktop entry names it.
        name: String,
        /// 1 is opaque.
        opacity: f64,
    },
    /// A straight stroke with round ends, of which symbols are made.
    Line {
        /// Which part it is.
        key: Key,
        /// One end of its middle line.
        from: Point,
        /// The other.
        to: Point,
        /// Across.
        width: f64,
        /// What it is drawn in.
        colour: Colour,
    },
}

/// Which picture of a window is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Look {
    /// Its surfaces as they are now, with dialogs and popups above them.
    Live,
    /// The last thumbnail, which is renewed a few times a second while it is in sight.
    Thumbnail,
}

impl Primitive {
    /// Which part it is.
    pub fn key(&self) -> Key {
        match self {
            Self::Fill { key, .. }
            | Self::Text { key, .. }
            | Self::Window { key, .. }
            | Self::Terminal { key, .. }
            | Self::Panels { key, .. }
            | Self::Icon { key, .. }
            | Self::Line { key, .. } => *key,
        }
    }

    /// The same, to be changed.
    pub fn key_mut(&mut self) -> &mut Key {
        match self {
            Self::Fill { key, .. }
            | Self::Text { key, .. }
            | Self::Window { key, .. }
            | Self::Terminal { key, .. }
            | Self::Panels { key, .. }
            | Self::Icon { key, .. }
            | Self::Line { key, .. } => key,
        }
    }

    /// Its bounds.
    pub fn rect(&self) -> Rect {
        match self {
            Self::Fill { rect, .. }
            | Self::Text { rect, .. }
            | Self::Window { rect, .. }
            | Self::Terminal { rect, .. }
            | Self::Panels { rect, .. }
            | Self::Icon { rect, .. } => *rect,
            Self::Line { from, to, width, .. } => {
                let half = width / 2.0;
                Rect::from_edges(
                    from.x.min(to.x) - half,
                    from.y.min(to.y) - half,
                    from.x.max(to.x) + half,
                    from.y.max(to.y) + half,
                )
            }
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
