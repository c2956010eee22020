//! The mouse: what a program hears of it, and what it does where the program does not listen.

use std::time::Duration;

use super::keys::Modifiers;

/// What of the mouse a program wants to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Tracking {
    /// Nothing: the mouse selects.
    Off,
    /// Mode 9: presses alone.
    Presses,
    /// Mode 1000: presses and releases.
    Clicks,
    /// Mode 1002: and motion while a button is down.
    Drags,
    /// Mode 1003: and all motion.
    Motion,
}

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Encoding {
    /// Three bytes; columns and lines up to 223.
    #[default]
    X10,
    /// Mode 1005: the same, with characters; up to 2015.
    Utf8,
    /// Mode 1006: decimal.
    Sgr,
    /// Mode 1015: decimal, without saying which button came up.
    Urxvt,
    /// Mode 1016: decimal, in pixels.
    SgrPixels,
}

/// A button of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "they are what they are")]
pub enum Button {
    Left,
    Middle,
    Right,
    Back,
    Forward,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MouseKind {
    /// A button went down.
    Press(Button),
    /// A button came up.
    Release(Button),
    /// The pointer moved; with the button that is held, if one is.
    Motion(Option<Button>),
    /// The wheel turned: lines down (positive) and columns to the right.
    Wheel {
        /// Lines; negative is up, towards older text.
        lines: f64,
        /// Columns; negative is to the left.
        columns: f64,
    },
}

/// Something that the mouse did over the terminal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MouseEvent {
    /// What.
    pub kind: MouseKind,
    /// Device pixels from the left edge of the first column. May lie outside while a button is held.
    pub x: f64,
    /// Device pixels from the top edge of the first line.
    pub y: f64,
    /// What is held on the keyboard.
    pub modifiers: Modifiers,
    /// When, by the clock that all events go by; makes double clicks.
    pub time: Duration,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mouse {
    /// It is the program's: these bytes are to be written to it.
    Bytes(Vec<u8>),
    /// The terminal has done with it what there was to do: a selection, a scroll.
    Handled,
    /// A link was followed; its scheme is one that is safe to open.
    Open(String),
    /// The primary selection is to be pasted here.
    PastePrimary,
    /// A selection has been made; its text is for the primary selection.
    Selected(String),
    /// Nothing of the terminal's.
    Ignored,
}
