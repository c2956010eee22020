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
pub mod semantics;

use serde::{Deserialize, Serialize};

pub use self::semantics::{MAX_NODE_ID, MAX_NODES, SemanticNode};

/// Largest message taken from a page, in bytes. Clipboard text is the only kind that comes near.
pub const MAX_MESSAGE: usize = 1 << 20;
/// Longest composed text taken in one message, in bytes.
pub const MAX_TEXT: usize = 16 << 10;
/// Most touch points in one message; no screen reports more.
pub const MAX_TOUCHES: usize = 32;
/// Longest id or hash of a staged text, in bytes.
pub const MAX_STAGED_NAME: usize = 128;
/// Most forms of one thing copied.
pub const MAX_FORMS: usize = 8;
/// Most files that are dropped at once.
pub const MAX_DROPPED: usize = 256;
/// Longest operation taken from a page, in bytes of JSON.
pub const MAX_COMMAND: usize = 4 << 10;

/// A phase of a touch point or a gesture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It touches now.
    Begin,
    /// It moved.
    Update,
    /// It was lifted; the action counts.
    End,
    /// It was taken away by the system; the action does not count.
    Cancel,
}

/// One finger of a touch message.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TouchPoint {
    /// Names the finger for as long as it touches; the page reuses small numbers.
    pub id: u8,
    /// What it does.
    pub phase: Phase,
    /// Normalised.
    pub x: f64,
    /// Normalised.
    pub y: f64,
}

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

/// What a pen does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PenPhase {
    /// Near the surface, not touching.
    Hover,
    /// The tip touches.
    Down,
    /// Moves while touching.
    Move,
    /// The tip is lifted.
    Up,
    /// Out of range.
    Leave,
}

/// What the wheel event came from, as `wl_pointer.axis_source` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum WheelSource {
    /// A wheel with notches; `v120` counts.
    #[default]
    Wheel,
    /// A touch pad; only pixels count.
    Finger,
}

/// A message from a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum FromPage {
    /// The pointer is here. `seq` grows by one a message; an older one than the last seen is dropped.
    Motion {
        /// Normalised.
        x: f64,
        /// Normalised.
        y: f64,
        /// Order on the unordered channel.
        seq: u32,
    },
    /// The pointer moved by this much; sent instead of `motion` while the page holds the pointer lock.
    Relative {
        /// Logical pixels.
        dx: f64,
        /// Logical pixels.
        dy: f64,
        /// Order on the unordered channel, shared with `motion`.
        seq: u32,
    },
    /// A mouse button. Carries the position, since motion travels on another channel.
    Button {
        /// DOM `MouseEvent.button`: 0 left, 1 middle, 2 right, 3 back, 4 forward.
        button: u8,
        /// Down or up.
        pressed: bool,
        /// Normalised; absent while the pointer is locked.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        x: Option<f64>,
        /// Normalised; absent while the pointer is locked.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        y: Option<f64>,
        /// Names the input for [`ToPage::Marker`].
        #[serde(default)]
        id: u32,
    },
    /// The wheel or a two-finger scroll.
    Wheel {
        /// Logical pixels to the right.
        dx: f64,
        /// Logical pixels down.
        dy: f64,
        /// 120ths of a notch to the right; 0 when unknown.
        #[serde(default)]
        v120_x: i32,
        /// 120ths of a notch down; 0 when unknown.
        #[serde(default)]
        v120_y: i32,
        /// What it came from.
        #[serde(default)]
        source: WheelSource,
        /// The fingers were lifted: kinetic scrolling may begin.
        #[serde(default)]
        stop: bool,
    },
    /// A physical key, by position.
    Key {
        /// `KeyboardEvent.code`, such as `KeyA`.
        code: String,
        /// Down or up. Repeats are not sent: clients repeat by themselves.
        pressed: bool,
        /// Names the input for [`ToPage::Marker`].
        #[serde(default)]
        id: u32,
    },
    /// Text from an input method, an on-screen keyboard, or a key that the layout does not have.
    Text {
        /// At most [`MAX_TEXT`] bytes.
        text: String,
    },
    /// What the fingers do now; one message is one `wl_touch.frame`.
    Touch {
        /// At most [`MAX_TOUCHES`].
        points: Vec<TouchPoint>,
        /// Names the input for [`ToPage::Marker`].
        #[serde(default)]
        id: u32,
    },
    /// Two or more fingers drawn together or apart.
    Pinch {
        /// Begin, update, end or cancel.
        phase: Phase,
        /// How many.
        fingers: u8,
        /// Movement of the centre since the last message, logical pixels.
        dx: f64,
        /// Movement of the centre since the last message, logical pixels.
        dy: f64,
        /// Distance between the fingers over that at the beginning.
        scale: f64,
        /// Degrees clockwise since the last message.
        rotation: f64,
    },
    /// Three or more fingers moved together.
    Swipe {
        /// Begin, update, end or cancel.
        phase: Phase,
        /// How many.
        fingers: u8,
        /// Movement since the last message, logical pixels.
        dx: f64,
        /// Movement since the last message, logical pixels.
        dy: f64,
    },
    /// A stylus.
    Pen {
        /// What it does.
        phase: PenPhase,
        /// Normalised.
        x: f64,
        /// Normalised.
        y: f64,
        /// 0 to 1.
        pressure: f64,
        /// Degrees from upright, -90 to 90, to the right.
        #[serde(default)]
        tilt_x: f64,
        /// Degrees from upright, -90 to 90, towards the user.
        #[serde(default)]
        tilt_y: f64,
        /// It is the pen's other end, which erases.
        #[serde(default)]
        eraser: bool,
    },
    /// The page wants a picture of this size.
    Resize {
        /// Physical pixels.
        width: u32,
        /// Physical pixels.
        height: u32,
        /// Physical pixels per logical pixel (`devicePixelRatio`).
        scale: f64,
    },
    /// The page lost the focus: whatever it holds down is released.
    Blur,
    /// The user left the pointer lock that [`ToPage::PointerLock`] asked for: the application is not to have the pointer.
    LeaveLock,
    /// The user copied this outside; it becomes the selection inside.
    Clipboard {
        /// Plain text; empty where there is none, or it is one of `more`.
        text: String,
        /// Names it when one of `more` is asked for.
        #[serde(default)]
        offer: u32,
        /// What else it is there as, to be had with [`ToPage::ClipboardWanted`]; at most [`MAX_FORMS`].
        #[serde(default)]
        more: Vec<ClipboardForm>,
    },
    /// The user holds files over the picture.
    FileDrag {
        /// Still, or no longer.
        over: bool,
        /// Normalised.
        x: f64,
        /// Normalised.
        y: f64,
    },
    /// Files that were let go over the picture have arrived.
    FileDrop {
        /// Where they were let go, normalised.
        x: f64,
        /// Where they were let go, normalised.
        y: f64,
        /// As they are called now; at most [`MAX_DROPPED`], of at most 255 bytes each.
        names: Vec<String>,
    },
    /// The user's keyboard layout, as XKB names it.
    Layout {
        /// Such as `us` or `de,ru`.
        layout: String,
        /// Such as `neo`; empty for the plain one.
        #[serde(default)]
        variant: String,
    },
    /// A node of [`ToPage::Semantics`] was pressed by assistive technology, without a pointer.
    Activate {
        /// Of the node.
        id: String,
        /// What the secondary button does.
        #[serde(default)]
        secondary: bool,
    },
    /// Assistive technology went to a node: the desktop's keyboard goes there too.
    FocusNode {
        /// Of the node.
        id: String,
    },
    /// An operation of the session, from a button of the page.
    Command {
        /// One JSON object of at most [`MAX_COMMAND`] bytes; what it means, only the session knows.
        #[cfg_attr(test, ts(type = "Record<string, unknown>"))]
        command: serde_json::Value,
    },
    /// Puts a text into the prompt, where it is looked at; answered with [`ToPage::Staging`].
    Stage {
        /// Comes back in the answer.
        ask: u32,
        /// One line. What cannot be staged is refused with the reason.
        text: String,
        /// In whose terminal it is to run; that of the focused pane where none is named.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        sector: Option<u32>,
    },
    /// Lets a staged text run; answered with [`ToPage::Staging`].
    Commit {
        /// Comes back in the answer.
        ask: u32,
        /// Of the staged text, at most [`MAX_STAGED_NAME`] bytes.
        id: String,
        /// SHA-256 of the text that was shown, in hexadecimal digits, at most [`MAX_STAGED_NAME`] bytes.
        hash: String,
        /// Somebody confirmed it, where it is dangerous; takes the role admin.
        #[serde(default)]
        confirm: bool,
    },
    /// Takes a staged text away; answered with [`ToPage::Staging`].
    Discard {
        /// Comes back in the answer.
        ask: u32,
        /// Of the staged text, at most [`MAX_STAGED_NAME`] bytes.
        id: String,
    },
    /// Whether the user wants little on the screen to move.
    ReducedMotion {
        /// `prefers-reduced-motion: reduce`.
        on: bool,
    },
    /// Asks for [`ToPage::Pong`], to measure the round trip.
    Ping {
        /// Comes back.
        id: u32,
    },
}

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
    /// The user asked for files: the browser saves them.
    Download {
        /// On this server; good once, and not for long.
        url: String,
    },
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
