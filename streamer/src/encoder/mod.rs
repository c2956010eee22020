//! From a raw picture to the bytes of one frame.
//!
//! A [`Stage`] is what the rest of the server holds: one codec, one encoder at work, **one slot**. A picture is taken
//! if the slot is free and refused otherwise; there is no queue anywhere, since a queued picture is an old picture. The
//! encoder behind it comes from the [`Ladder`]: hardware first, then software, each tried in a child process before it
//! is trusted, because a driver that crashes must not take the desktop with it. If an encoder fails while it works, the
//! stage goes on with the next rung and says so.
//!
//! ```text
//! I420 ─ Stage::submit ─▶ [slot] ─▶ appsrc ! x264enc … ! appsink ─▶ StageEvent::Unit, StageEvent::Idle
//!          │                 ▲
//!          │ KeyFrames       │ Watchdog, errors on the bus: the next rung
//! ```
//!
//! Everything that decides (when a key frame is allowed, when an encoder is given up, which rung comes next) is plain
//! code that takes the time as an argument; only [`gst`] talks to GStreamer.

use std::sync::Arc;

use crate::video::{AccessUnit, I420, Timing};

pub mod clock;
pub mod gst;
pub mod keyframes;
pub mod ladder;
mod layout;
pub mod measure;
mod nal;
pub mod probe;
pub mod rung;
mod stage;
#[cfg(test)]
mod tests;
mod watchdog;

pub use clock::rtp_time;
pub use ladder::{Candidate, Ladder, RungReport};
pub use probe::probe_main;
pub use stage::Stage;

/// What a new encoder starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Pictures a second that the rate control reckons with.
    pub fps: u32,
    /// Bits a second.
    pub bitrate: u32,
}

/// One encoder at work. Pictures go in here, access units come out of the [`Output`] it was made with, one for each
/// picture and in order. Dropping it must not wait for a picture under way: a driver may hang for good.
pub trait Encoder: Send {
    /// Copies the picture and returns; the encoding happens elsewhere. `key`: the frame must be one that a decoder can
    /// start at, with all its headers. A change of size is taken as it comes and always gives such a frame.
    ///
    /// # Errors
    /// The encoder is of no use any more.
    fn submit(&mut self, picture: &I420, timing: Timing, key: bool) -> Result<(), EncoderError>;

    /// Bits a second from the next picture on.
    fn set_bitrate(&mut self, bitrate: u32);
}

/// Where an encoder puts what it made, or what went wrong. Called from the encoder's own threads, and from the thread
/// that starts it: it must not call back into the encoder.
pub type Output = Arc<dyn Fn(Result<AccessUnit, EncoderError>) + Send + Sync>;

/// What a [`Stage`] tells its owner. Comes from the encoder's threads and, for the last two, from the caller's own
/// thread inside `submit` and `tick`.
#[derive(Debug, Clone)]
pub enum StageEvent {
    /// A frame for every viewer.
    Unit(AccessUnit),
    /// The slot is free again. Follows each `Unit`, and an encoder's failure.
    Idle,
    /// An encoder failed and the next one took over. The picture it had is lost: the next one is a key frame, and
    /// [`Stage::wants_key`] asks for it.
    FellBack {
        /// The element that failed.
        from: String,
        /// The element that works now.
        to: String,
        /// For a person to read.
        reason: String,
    },
    /// No encoder is left for this codec; the stage takes no more pictures.
    Dead {
        /// For a person to read.
        reason: String,
    },
}

/// Why an encoder is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncoderError {
    /// GStreamer itself does not start.
    #[error("GStreamer does not start: {0}")]
    Init(String),
    /// The element or its device does not open.
    #[error("{element} does not start: {reason}")]
    Start {
        /// GStreamer's name of it.
        element: String,
        /// What GStreamer or the driver said.
        reason: String,
    },
    /// It reported an error while it worked.
    #[error("{element} failed: {reason}")]
    Failed {
        /// GStreamer's name of it.
        element: String,
        /// What GStreamer or the driver said.
        reason: String,
    },
    /// A picture went in and nothing came out.
    #[error("{element} did not answer within {millis} ms")]
    Stalled {
        /// GStreamer's name of it.
        element: String,
        /// How long it was given.
        millis: u128,
    },
    /// Every rung was rejected, or has failed.
    #[error("no encoder is left for {codec:?}; {reason}")]
    NoneLeft {
        /// The codec asked for.
        codec: crate::video::Codec,
        /// Why the last or the best one is out.
        reason: String,
    },
}
