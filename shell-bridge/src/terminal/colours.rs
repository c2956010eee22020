//! Colours: what a terminal's theme gives, what a program has changed of it, and which of both a cell shows.

use alacritty_terminal::term::color::Colors;
use alacritty_terminal::vte::ansi::{Color, NamedColor, Rgb as VteRgb};

/// A colour in sRGB, 8 bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
}

impl Rgb {
    /// A colour of its three channels.
    pub const fn new(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b }
    }

    /// This colour, a third of the way to another one: what faint text looks like on its background.
    fn dimmed_towards(self, other: Self) -> Self {
        let mix = |a: u8, b: u8| ((u16::from(a) * 2 + u16::from(b)) / 3) as u8;
        Self::new(mix(self.r, other.r), mix(self.g, other.g), mix(self.b, other.b))
    }

    /// Whether this is nearer to black than to white, as the eye sees it.
    pub(super) fn is_dark(self) -> bool {
        u32::from(self.r) * 299 + u32::from(self.g) * 587 + u32::from(self.b) * 114 < 128_000
    }
}

impl From<VteRgb> for Rgb {
    fn from(colour: VteRgb) -> Self {
        Self::new(colour.r, colour.g, colour.b)
    }
}

/// The colours of a theme. A program may change what it sees of them (OSC 4, 10, 11, 12) until it resets them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    /// Text without a colour of its own.
    pub foreground: Rgb,
    /// What lies behind cells without a colour of their own.
    pub background: Rgb,
    /// The cursor.
    pub cursor: Rgb,
    /// Text below a block cursor.
    pub cursor_text: Rgb,
    /// Behind selected text.
    pub selection: Rgb,
    /// Selected text; none keeps the text's own colour.
    pub selection_text: Option<Rgb>,
    /// Behind what a search has found.
    pub found: Rgb,
    /// Behind the one of them that the search stands on.
    pub found_here: Rgb,
    /// Text of what a search has found.
    pub found_text: Rgb,
    /// Black, red, green, yellow, blue, magenta, cyan, white; then the same, bright.
    pub ansi: [Rgb; 16],
}

impl Default for Palette {
    fn default() -> Self {
        Self {
            foreground: Rgb::new(0xef, 0xe9, 0xf7),
            background: Rgb::new(0x00, 0x03, 0x0f),
            cursor: Rgb::new(0xff, 0xcc, 0x66),
            cursor_text: Rgb::new(0x00, 0x03, 0x0f),
            selection: Rgb::new(0x4a, 0x43, 0x6b),
            selection_text: None,
            found: Rgb::new(0x99, 0x66, 0x00),
            found_here: Rgb::new(0xff, 0x99, 0x00),
            found_text: Rgb::new(0x00, 0x03, 0x0f),
            ansi: [
                Rgb::new(0x1c, 0x1a, 0x24),
                Rgb::new(0xe0, 0x4f, 0x4f),
                Rgb::new(0x8f, 0xc9, 0x6a),
                Rgb::new(0xff, 0xb8, 0x4d),
                Rgb::new(0x7d, 0x9b, 0xf0),
                Rgb::new(0xc9, 0x8f, 0xd9),
                Rgb::new(0x6f, 0xc7, 0xd0),
                Rgb::new(0xcf, 0xc8, 0xdb),
                Rgb::new(0x6d, 0x66, 0x80),
                Rgb::new(0xff, 0x77, 0x6e),
                Rgb::new(0xb2, 0xe0, 0x8c),
                Rgb::new(0xff, 0xd5, 0x8a),
                Rgb::new(0xa6, 0xbd, 0xff),
                Rgb::new(0xe4, 0xb4, 0xf2),
                Rgb::new(0x9c, 0xe4, 0xec),
                Rgb::new(0xff, 0xff, 0xff),
            ],
        }
    }
}

impl Palette {
    /// The colour of an index as OSC 4 counts: 16 named ones, a cube of 216, 24 greys; then text, background and cursor.
    pub(super) fn indexed(&self, index: usize) -> Rgb {
        const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
        match index {
            0..16 => self.ansi[index],
            16..232 => {
                let at = index - 16;
                Rgb::new(STEPS[at / 36], STEPS[at / 6 % 6], STEPS[at % 6])
            }
            232..256 => {
                let grey = (8 + 10 * (index - 232)) as u8;
                Rgb::new(grey, grey, grey)
            }
            _ if index == NamedColor::Background as usize => self.background,
            _ if index == NamedColor::Cursor as usize => self.cursor,
            _ => self.foreground,
        }
    }

    /// What an index shows now: the program's colour if it has set one.
    pub(super) fn shown(&self, changed: &Colors, index: usize) -> Rgb {
        if index < alacritty_terminal::term::color::COUNT
            && let Some(colour) = changed[index]
        {
            return colour.into();
        }
        self.indexed(index)
    }

    /// A cell's colour, resolved.
    pub(super) fn resolve(&self, changed: &Colors, colour: Color) -> Rgb {
        match colour {
            Color::Spec(colour) => colour.into(),
            Color::Indexed(index) => self.shown(changed, usize::from(index)),
            Color::Named(name) => self.shown(changed, name as usize),
        }
    }

    /// Faint text in a colour on a background.
    pub(super) fn faint(colour: Rgb, background: Rgb) -> Rgb {
        colour.dimmed_towards(background)
    }
}
