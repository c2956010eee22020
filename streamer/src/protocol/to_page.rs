//! What a page is told.

use serde::{Deserialize, Serialize};

use super::{ClipboardForm, Role, SemanticNode};
#[cfg(doc)]
use super::{FromPage, MAX_NODES};

/// What the page should draw for the pointer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CursorImage {
    /// Nothing.
    Hidden,
    /// A CSS cursor keyword, which is also what `wp_cursor_shape_v1` uses.
    Named {
        /// Such as `text` or `grab`.
        name: String,
    },
    /// A picture that the application drew.
    Image {
        /// A PNG, Base64.
        png: String,
        /// Physical pixels of the picture.
        width: u32,
        /// Physical pixels of the picture.
        height: u32,
        /// The hot spot, physical pixels from the left.
        hotspot_x: i32,
        /// The hot spot, physical pixels from the top.
        hotspot_y: i32,
        /// Physical pixels of the picture per logical pixel.
        scale: f64,
    },
}

/// How urgent a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum NoticeLevel {
    /// Good to know.
    Info,
    /// Something works less well than it should.
    Warning,
}

/// A message to a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum ToPage {
    /// The first message: what this viewer may do.
    Hello {
        /// Of tos-comp.
        version: String,
        /// Of this viewer.
        role: Role,
        /// Layout in force, as XKB names it.
        layout: String,
        /// The picture's number; the first is 0. `?output=` and this number show it to another page.
        #[cfg_attr(test, ts(type = "number"))]
        output: u64,
    },
    /// The picture's size from the next key frame on.
    Size {
        /// Physical pixels.
        width: u32,
        /// Physical pixels.
        height: u32,
        /// Physical pixels per logical pixel.
        scale: f64,
    },
    /// Draw this pointer from now on.
    Cursor {
        /// Which.
        cursor: CursorImage,
    },
    /// An application locked the pointer, or let it go: the page locks its own as soon as it may, so that movements have no
    /// edges. They count all the same until then.
    PointerLock {
        /// Locked.
        locked: bool,
    },
    /// Where what is typed appears: the page keeps its text field there, and the browser's input method opens beside it.
    Caret {
        /// Something told. Else the rest means nothing.
        known: bool,
        /// Logical pixels of the picture.
        x: f64,
        /// Logical pixels of the picture.
        y: f64,
        /// Logical pixels of the picture.
        w: f64,
        /// Logical pixels of the picture.
        h: f64,
    },
    /// What the picture means: parts of it that say or do something, each after the one it is part of.
    Semantics {
        /// These are all the nodes there are; else each takes the place of the one with its `id`.
        whole: bool,
        /// More of the same follows; until then nothing is to be shown.
        more: bool,
        /// At most [`MAX_NODES`] with all that follow.
        nodes: Vec<SemanticNode>,
    },
    /// An application copied something.
    Clipboard {
        /// Plain text; empty where there is none, or it is one of `more`.
        text: String,
        /// Names it when one of `more` is fetched.
        offer: u32,
        /// What else it is there as, to be fetched over HTTP.
        more: Vec<ClipboardForm>,
    },
    /// A program pastes what this page's user copied: the page brings it over HTTP.
    ClipboardWanted {
        /// Names the answer.
        ask: u32,
        /// As the page named it.
        offer: u32,
        /// What it is wanted as.
        form: ClipboardForm,
    },
    /// Answers [`FromPage::Ping`].
    Pong {
        /// As it came.
        id: u32,
    },
    /// The first changed picture after input `id` has the RTP time stamp `rtp`: input→photon can be measured.
    Marker {
        /// Of the input message.
        id: u32,
        /// 90 kHz, as `requestVideoFrameCallback` shows it.
        rtp: u32,
    },
    /// Once a second while someone watches: what happens on this side.
    Stats {
        /// `H264` or `VP8`, and who encodes it.
        encoder: String,
        /// Frames drawn in the last second, of all outputs.
        drawn: u32,
        /// Frames encoded in the last second.
        encoded: u32,
        /// Damages that waited because an encoder was busy, last second, of all outputs.
        deferred: u32,
        /// Median of the encoder's time in the last second, milliseconds.
        encode_ms: f64,
        /// What the congestion controller allows, bits a second.
        target_bitrate: u32,
        /// Viewers of this output.
        viewers: u32,
    },
    /// Answers [`FromPage::Stage`], [`FromPage::Commit`] and [`FromPage::Discard`]: it was done, unless it was refused.
    Staging {
        /// As it came.
        ask: u32,
        /// What is to be said about a text that was staged.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        staged: Option<StagedText>,
        /// Why it was not done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        refused: Option<StagingRefused>,
    },
    /// Somebody at this page holds a dangerous command down. It runs when the page commits it with what the portal gives
    /// for this hash to whoever proves to be who they are.
    StepUp {
        /// Of the staged text.
        id: String,
        /// SHA-256 of the text, in hexadecimal digits.
        hash: String,
    },
    /// The user asked for files: the browser saves them.
    Download {
        /// Relative to the page; good once, and not for long.
        url: String,
    },
    /// The user left the desktop by its uppermost level: the page goes to the portal that it knows.
    Portal,
    /// For the user to read.
    Notice {
        /// How urgent.
        level: NoticeLevel,
        /// Plain text.
        text: String,
    },
    /// The server ends this connection on purpose.
    Bye {
        /// Plain text.
        reason: String,
    },
}

/// What is to be said about a staged text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StagedText {
    /// Names it.
    pub id: String,
    /// What would run.
    pub text: String,
    /// SHA-256 of the text, in hexadecimal digits.
    pub hash: String,
    /// `safe`, `caution`, `danger` or `refused`.
    pub class: String,
    /// Why it is of that class, the most serious first.
    pub reasons: Vec<String>,
    /// What is known of what it would do.
    pub details: Vec<StagedDetail>,
    /// In how many seconds it cannot be committed any more.
    pub expires_in: f64,
}

/// A line about a staged text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StagedDetail {
    /// Such as `WHERE`.
    pub label: String,
    /// Such as `/home/ada/projects`.
    pub text: String,
}

/// Why something about a staged text was not done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StagingRefused {
    /// For programs, such as `expired`.
    pub reason: String,
    /// For people.
    pub message: String,
}
