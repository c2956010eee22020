//! What nobody needs more of. Whoever asks for more is told so; nothing is dropped silently.

/// Sectors of one desktop.
pub const MOST_SECTORS: usize = 256;
/// Windows of one desktop, dialogs counted.
pub const MOST_WINDOWS: usize = 4096;
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
/// Bytes of a name in a snapshot, long before it is cut to what a label shows.
pub const MOST_NAME_BYTES: usize = 1024;
