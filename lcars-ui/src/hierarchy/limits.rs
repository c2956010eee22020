//! What nobody needs more of. Whoever asks for more is told so; nothing is dropped silently.

/// Sectors of one desktop.
pub const MOST_SECTORS: usize = 256;
/// Windows of one desktop, dialogs counted.
pub const MOST_WINDOWS: usize = 4096;
/// Panels of one desktop.
pub const MOST_PANELS: usize = 32;
/// Terminals of one desktop.
pub const MOST_TERMINALS: usize = 256;
/// Terminals that can be asked for in one sector; those of a removed one may come on top.
pub const MOST_SECTOR_TERMINALS: usize = 32;
/// Bytes of a directory that a shell is in.
pub const MOST_DIRECTORY_BYTES: usize = 4096;
/// Characters that are kept of a command that runs or ran.
pub const MOST_COMMAND_LINE_CHARS: usize = 256;
/// Outputs of one desktop.
pub const MOST_OUTPUTS: usize = 16;
/// Viewports of one output.
pub const MOST_VIEWPORTS: usize = 16;
/// How deep dialogs of dialogs may go; one deeper becomes a window of its own.
pub const MOST_NESTED_DIALOGS: usize = 32;
/// Words of a command that started an app.
pub const MOST_COMMAND_WORDS: usize = 256;
/// Bytes of a command that started an app, all its words together.
pub const MOST_COMMAND_BYTES: usize = 64 * 1024;
/// Bytes of an `app_id`. It is a key as well as a label; a longer one is cut.
pub const MOST_APP_ID_BYTES: usize = 255;
/// Bytes of the name of an icon; a longer one is none.
pub const MOST_ICON_BYTES: usize = 1024;
/// Bytes of a name in a snapshot, long before it is cut to what a label shows.
pub const MOST_NAME_BYTES: usize = 1024;
