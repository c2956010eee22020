//! Drawing: from pieces (clients' surfaces and the parts of the frame) to a picture an encoder can take.
//!
//! The rules that the code keeps:
//!
//! 1. Only damage is drawn, read back and converted, as a list of rectangles, never as their union.
//! 2. What a pixel shows depends on the pieces and its position only. A frame that was drawn in damaged parts equals one
//!    that was drawn at once, to the bit; a test holds us to it.
//! 3. What is hidden behind something opaque is not drawn.
//! 4. On a software adapter, opaque pictures shown pixel for pixel are copied, not drawn: a copy is a `memcpy`, a draw runs
//!    a shader for every pixel.
//! 5. Nothing a client says about its buffers is believed without a check.
//!
//! ```text
//! SurfaceTexture ─► Piece… ─┬─► Thumbnails ─┐
//!                           └──► scaled ────┤
//! ScenePainter (shapes, Letters, Icons) ────┴─► Piece… ─► Target::draw ─► Tracker (what changed) ─► plan (what is seen)
//!                                                         ─► Canvas (copies, quads) ─► Readback::finish ─► I420
//! ```

mod canvas;
mod convert;
mod damage;
mod fonts;
mod gpu;
mod icon;
mod import;
mod letters;
mod mapping;
mod packed;
mod painter;
mod picture;
mod piece;
mod plan;
mod quads;
mod readback;
mod scaling;
mod shape;
mod sheet;
mod shelves;
mod target;
mod terminal;
mod text;
mod texture;
mod thumbnail;
mod track;
mod typeset;

pub(crate) use damage::tidy;
pub use fonts::{Families, has_font};
pub use gpu::{Gpu, GpuError};
pub use icon::{Icon, Icons};
pub use import::{Imported, LINEAR, NoImport, Refused, Support};
pub use letters::Letters;
pub use mapping::surface_to_buffer;
pub use packed::{Packed, Unread};
pub use painter::{IconShown, NoPictures, Pictures, ScenePainter, TerminalShown, WindowShown};
pub use picture::Picture;
pub use piece::{Piece, SurfacePiece};
pub use readback::{Converted, Readback, ReadbackError};
pub use scaling::scaled;
pub use target::{Drawn, Target};
pub use terminal::{TerminalPainter, Updated};
pub use texture::{PixelFormat, SurfaceTexture, TextureError, UploadError};
pub use thumbnail::{Renewed, THUMBNAIL_BYTES, Thumbnails, placed};

#[cfg(test)]
mod tests;
