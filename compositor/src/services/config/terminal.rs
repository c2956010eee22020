//! The settings of terminals, `[terminal]`.

use super::error::Errors;
use super::values::{Table, kind};

/// Smallest and largest letters, in logical pixels.
pub const FONT_SIZES: (f64, f64) = (6.0, 72.0);
/// Most lines that are kept above what is in view. Each takes what its letters take, a hundred thousand some 20 MB.
const MOST_SCROLLBACK: u32 = 100_000;
/// Longest time after which a command is told to be long, in seconds: a day.
const LONGEST: f64 = 86_400.0;

/// How terminals look, and what runs in them.
#[derive(Debug, Clone, PartialEq)]
pub struct Terminal {
    /// A program by its name or path. Where nothing is said: Fish, else `$SHELL`, else Bash.
    pub shell: Option<String>,
    /// Of letters, in logical pixels.
    pub font_size: f64,
    /// Whether signs such as `->` are joined where the font has that.
    pub ligatures: bool,
    /// Lines that are kept above what is in view.
    pub scrollback: u32,
    /// A command that ran for as long, in seconds, and ends where nobody sees it is told. Never where it is 0.
    pub long_command: f64,
    /// What the user wants to have other colours than the theme gives.
    pub colours: Colours,
}

impl Default for Terminal {
    fn default() -> Self {
        let (font_size, scrollback, long_command) = (16.0, 10_000, 10.0);
        Self { shell: None, font_size, ligatures: false, scrollback, long_command, colours: Colours::default() }
    }
}

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// Colours that take the place of those of the theme.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Colours {
    /// Of letters that have none of their own.
    pub foreground: Option<Rgb>,
    /// Behind everything.
    pub background: Option<Rgb>,
    /// Of the cursor.
    pub cursor: Option<Rgb>,
    /// Behind what is selected.
    pub selection: Option<Rgb>,
    /// The sixteen that programs know by number: black, red, green, yellow, blue, magenta, cyan, white, and the same
    /// bright.
    pub palette: [Option<Rgb>; 16],
}

/// What the sixteen are called, in their order.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright_black",
    "bright_red",
    "bright_green",
    "bright_yellow",
    "bright_blue",
    "bright_magenta",
    "bright_cyan",
    "bright_white",
];

/// Reads `[terminal]`.
pub(super) fn read(mut table: Table<'_, '_>, errors: &mut Errors<'_>) -> Terminal {
    let mut terminal = Terminal { shell: table.name("shell", errors).map(|(shell, _)| shell), ..Terminal::default() };
    let (least, most) = FONT_SIZES;
    terminal.font_size = table.number("font_size", least, most, errors).unwrap_or(terminal.font_size);
    terminal.ligatures = table.boolean("ligatures", errors).unwrap_or(terminal.ligatures);
    terminal.scrollback = table.whole("scrollback", 0, MOST_SCROLLBACK, errors).unwrap_or(terminal.scrollback);
    terminal.long_command = table.number("long_command", 0.0, LONGEST, errors).unwrap_or(terminal.long_command);
    if let Some(value) = table.value("colours")
        && let Some(colours) = Table::of("colours", value, errors)
    {
        terminal.colours = read_colours(colours, errors);
    }
    table.done(errors);
    terminal
}

fn read_colours(mut table: Table<'_, '_>, errors: &mut Errors<'_>) -> Colours {
    let mut colour = |name: &'static str| {
        let value = table.value(name)?;
        let at = value.span().start;
        let Some(text) = value.get_ref().as_str() else {
            errors.add(at, format!("{name:?} is a colour such as \"#ff9900\", not {}", kind(value.get_ref())));
            return None;
        };
        let colour = parse(text);
        if colour.is_none() {
            errors.add(at, format!("{name:?} is a colour such as \"#ff9900\"; {text:?} is none"));
        }
        colour
    };
    let colours = Colours {
        foreground: colour("foreground"),
        background: colour("background"),
        cursor: colour("cursor"),
        selection: colour("selection"),
        palette: NAMES.map(&mut colour),
    };
    table.done(errors);
    colours
}

/// `#rrggbb`.
fn parse(text: &str) -> Option<Rgb> {
    let digits = text
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_digits() {
        assert_eq!(parse("#ff9900"), Some([0xff, 0x99, 0x00]));
        for text in ["", "#", "ff9900", "#ff990", "#ff99000", "#ff99zz", "#+f9900", "#ä9900", "red"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
