//! What a page says.

use serde::{Deserialize, Serialize};

use super::ClipboardForm;
#[cfg(doc)]
use super::{MAX_COMMAND, MAX_DROPPED, MAX_FORMS, MAX_STAGED_NAME, MAX_TEXT, MAX_TOUCHES, ToPage};

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
        /// What the portal gave for it, at most [`MAX_PROOF`] bytes; see [`ToPage::StepUp`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional = nullable))]
        proof: Option<String>,
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
