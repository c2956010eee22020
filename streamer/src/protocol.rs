//! The messages between page and server: one JSON object each, told apart by its `t` field.
//!
//! Page to server ([`FromPage`]) travels on two data channels: `input` (ordered, reliable) for all that must not be
//! lost, `motion` (unordered, no retransmission) for [`FromPage::Motion`] and [`FromPage::Relative`], where only the
//! newest counts. Server to page ([`ToPage`]) travels on `input`.
//!
//! Coordinates named `x`, `y` are **normalised**: 0 is the left or top edge of the shown picture, 1 the right or bottom
//! one, so a message stays right while the picture is being resized. Distances named `dx`, `dy` are **logical** pixels
//! of the output. Nothing here is trusted: [`FromPage::parse`] bounds what it reads and [`FromPage::sanitise`] clamps it.
//!
//! `PROTOCOL.md` shows one example of each; a test keeps the examples and these types together, and another writes
//! `page/protocol.d.ts` from them.

mod bounds;
mod from_page;
pub mod semantics;
mod to_page;

use serde::{Deserialize, Serialize};

pub use self::from_page::{FromPage, PenPhase, Phase, TouchPoint, WheelSource};
pub use self::semantics::{MAX_NODE_ID, MAX_NODES, SemanticNode};
pub use self::to_page::{CursorImage, NoticeLevel, StagedDetail, StagedText, StagingRefused, ToPage};

/// Largest message taken from a page, in bytes. Clipboard text is the only kind that comes near.
pub const MAX_MESSAGE: usize = 1 << 20;
/// Longest composed text taken in one message, in bytes.
pub const MAX_TEXT: usize = 16 << 10;
/// Most touch points in one message; no screen reports more.
pub const MAX_TOUCHES: usize = 32;
/// Longest id or hash of a staged text, in bytes.
pub const MAX_STAGED_NAME: usize = 128;
/// Longest proof that a command was confirmed, in bytes.
pub const MAX_PROOF: usize = 4 << 10;
/// Most forms of one thing copied.
pub const MAX_FORMS: usize = 8;
/// Most files that are dropped at once.
pub const MAX_DROPPED: usize = 256;
/// Longest operation taken from a page, in bytes of JSON.
pub const MAX_COMMAND: usize = 4 << 10;

/// What something copied is there as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ClipboardForm {
    /// Plain text, where it is too long for a message.
    Text,
    /// A piece of HTML.
    Html,
    /// A picture.
    Png,
}

impl ClipboardForm {
    /// Its MIME type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Text => "text/plain;charset=utf-8",
            Self::Html => "text/html",
            Self::Png => "image/png",
        }
    }
}

/// What a viewer may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// See the picture.
    View,
    /// Use it: keyboard, pointer, clipboard, size.
    Control,
    /// Also change and end the session.
    Admin,
}

/// Why a message was dropped. Counted by kind in `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Longer than [`MAX_MESSAGE`], or one of its parts is over its own limit.
    #[error("over the size limit")]
    Oversized,
    /// Not JSON, an unknown `t`, or a field of another type.
    #[error("not a message of this protocol")]
    Malformed,
    /// A motion that was overtaken by a newer one.
    #[error("out of order")]
    OutOfOrder,
    /// The viewer's role does not allow it.
    #[error("not allowed for this role")]
    Forbidden,
}
