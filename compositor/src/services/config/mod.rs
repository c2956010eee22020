//! The user's settings, `$XDG_CONFIG_HOME/tos/config.toml`.
//!
//! ```toml
//! [interface]
//! scale = 1.25                  # 0.75 to 3
//! theme = "high-contrast"
//! fonts = { label = "Antonio", mono = "DejaVu Sans Mono" }
//! reduced_motion = true
//! map = false                    # hubs and windows without the small map
//! hub = "command"               # what a sector shows first; or "apps", "directory"
//! texture_memory_mb = 256
//!
//! [terminal]
//! shell = "fish"                # a name or a path
//! font_size = 16                # 6 to 72
//! ligatures = true              # joins -> and the like, where the font does
//! scrollback = 10000            # lines
//! long_command = 10             # seconds; 0 for never
//! colours = { background = "#000000", bright_red = "#ff5555" }
//!
//! [files]
//! folder = "~/Downloads"        # where files go that pages bring
//! upload_limit_mb = 4096        # of one file; 0 takes none
//!
//! [bindings]
//! "Super+Up" = "zoom_out"
//! "Super+j" = { op = "move", direction = "down" }
//! "Super+e" = { run = ["foot", "-e", "vim"] }
//! "F5" = { run = ["foot"], when = "everywhere" }
//! "Super+x" = "none"
//!
//! [[sectors]]
//! name = "BUILD"
//! colour = 3
//! ```
//!
//! A file is taken as a whole or not at all: with one mistake in it the settings stay what they were, and every mistake
//! is told at once.

mod action;
mod bindings;
mod chord;
mod defaults;
mod error;
mod files;
mod limits;
mod read;
pub mod terminal;
mod values;

use std::io::ErrorKind;
use std::path::Path;

use lcars_ui::hierarchy::{HubMode, SectorColour};

pub use action::{Action, Bound};
pub use bindings::{Binding, Bindings, Holder, When};
pub use chord::{Chord, ChordError, Keysyms, Modifiers, Pressed};
pub use defaults::{DEFAULTS, StandardBinding};
pub use error::ConfigError;
pub use files::Files;
pub use terminal::Terminal;

use super::files::read_bounded;

/// The names of sectors that nobody has named.
const SECTORS: [&str; 5] = ["BUILD", "RESEARCH", "STUDIO", "COMMS", "LOGS"];

/// Smallest and largest scale of the interface.
const SCALES: (f64, f64) = (0.75, 3.0);
/// Least and most memory for textures, in MB.
const TEXTURE_MEMORY_MB: (u32, u32) = (16, 16_384);

/// Everything the user can set.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// What keys do.
    pub bindings: Bindings,
    /// The sectors of a desktop that starts for the first time, at least one.
    pub sectors: Vec<SectorConfig>,
    /// How the interface looks and moves.
    pub interface: Interface,
    /// How terminals look, and what runs in them.
    pub terminal: Terminal,
    /// Files that pages bring.
    pub files: Files,
}

/// A sector that is there from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectorConfig {
    /// Fit for a label, never empty.
    pub name: String,
    /// That of its place in the order where the user named none.
    pub colour: Option<SectorColour>,
}

/// How the interface looks and moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Interface {
    /// Times the natural size, from 0.75 to 3.
    pub scale: f64,
    /// One of [`Known::themes`].
    pub theme: String,
    /// The family of labels; the theme's own where nothing is said.
    pub label_font: Option<String>,
    /// The family of commands, paths and file names; the theme's own where nothing is said.
    pub mono_font: Option<String>,
    /// Zooms are cross-fades.
    pub reduced_motion: bool,
    /// Hubs and windows have the small map.
    pub map: bool,
    /// What hubs show first.
    pub hub: HubMode,
    /// How much memory textures may take, in MB.
    pub texture_memory_mb: u32,
}

impl Default for Interface {
    fn default() -> Self {
        Self {
            scale: 1.0,
            theme: "default".to_owned(),
            label_font: None,
            mono_font: None,
            reduced_motion: false,
            map: true,
            hub: HubMode::Command,
            texture_memory_mb: 128,
        }
    }
}

/// What has to be known to tell whether a settings file is right.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Names of keys.
    pub keysyms: Keysyms,
    /// Names of themes.
    pub themes: &'a [&'a str],
}

impl Config {
    /// What holds where there is no file.
    pub fn standard(known: Known<'_>) -> Self {
        let sector = |name: &str| SectorConfig { name: name.to_owned(), colour: None };
        Self {
            bindings: Bindings::new(Vec::new(), known.keysyms),
            sectors: SECTORS.map(sector).into(),
            interface: Interface::default(),
            terminal: Terminal::default(),
            files: Files::default(),
        }
    }

    /// Reads settings from a text. `file` is only named in errors.
    ///
    /// # Errors
    /// Every mistake in it, from its top to its end.
    pub fn parse(text: &str, file: &Path, known: Known<'_>) -> Result<Self, Vec<ConfigError>> {
        read::read(text.strip_prefix('\u{feff}').unwrap_or(text), file, known)
    }

    /// Reads settings from the disk. A file that is not there is no error.
    ///
    /// # Errors
    /// Every mistake in it; one if it cannot be read, is too long or no text.
    pub fn load(file: &Path, known: Known<'_>) -> Result<Self, Vec<ConfigError>> {
        let whole = |message: String| vec![ConfigError { file: file.to_owned(), line: 0, column: 0, message }];
        let bytes = match read_bounded(file, limits::MOST_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::standard(known)),
            Err(error) if error.kind() == ErrorKind::FileTooLarge => return Err(whole(error.to_string())),
            Err(error) => return Err(whole(format!("cannot be read: {error}"))),
        };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Self::parse(text, file, known),
            Err(error) => {
                let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let (line, column) = error::place(&String::from_utf8_lossy(valid), valid.len());
                let message = "this is not UTF-8 text".to_owned();
                Err(vec![ConfigError { file: file.to_owned(), line, column, message }])
            }
        }
    }
}

/// The word that somebody who wrote `name` most likely meant.
fn nearest<'a>(name: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > 64 {
        return None;
    }
    let name = name.to_ascii_lowercase().replace('-', "_");
    let near = words.map(|word| (distance(&name, word), word)).min()?;
    (near.0 <= name.len().div_ceil(3)).then_some(near.1)
}

/// How many letters have to be put in, taken out or changed to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, c) in one.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, &d) in row.iter_mut().skip(1).zip(&other) {
            let up = *cell;
            left = (diagonal + usize::from(c != d)).min(up + 1).min(left + 1);
            (diagonal, *cell) = (up, left);
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
