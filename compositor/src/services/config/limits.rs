//! How much a settings file may hold. More is a mistake, and reported as one.

/// Bytes of the file.
pub const MOST_BYTES: u64 = 256 << 10;
/// Bindings the user can make.
pub const MOST_BINDINGS: usize = 1024;
/// Sectors the user can name.
pub const MOST_SECTORS: usize = 256;
/// Words of a command.
pub const MOST_COMMAND_WORDS: usize = 256;
/// Bytes of a word of a command.
pub const MOST_WORD_BYTES: usize = 4096;
/// Bytes of a theme's or a font's name.
pub const MOST_NAME_BYTES: usize = 128;
