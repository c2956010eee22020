//! What the compositor is told.

use std::sync::Arc;

use super::OutputKey;
use crate::{
    auth::Caller,
    protocol::FromPage,
    session::{ApiRequest, Reply},
    viewer::ViewerId,
};

/// What the compositor is told. The callback may come from any thread, must be quick, and must not call back into
/// [`crate::Streamer::submit`].
#[derive(Debug)]
pub enum Event {
    /// A viewer is connected.
    Joined {
        /// Who.
        viewer: ViewerId,
        /// What it may do, and whose it is.
        caller: Caller,
        /// The picture that it sees. One that was never told before is new: it wants a size and pictures from now on.
        output: OutputKey,
    },
    /// A viewer is gone. Whatever it holds down is to be released. Follows every `Joined`, once.
    Left {
        /// Who.
        viewer: ViewerId,
    },
    /// The last viewer of a picture other than the first left a while ago: nobody will see it any more.
    OutputClosed {
        /// Which.
        output: OutputKey,
    },
    /// A message from a viewer that may send it: parsed, clamped, in order.
    Input {
        /// From whom.
        viewer: ViewerId,
        /// What.
        message: FromPage,
    },
    /// [`crate::Streamer::ready`] turned true, of whichever picture.
    Idle,
    /// A key frame is due, see [`crate::Streamer::wants_picture`]: of some output a picture should be submitted even if
    /// nothing changed.
    PictureWanted,
    /// The links take this many pictures a second from now on.
    Rate {
        /// Of which picture.
        output: OutputKey,
        /// At most the configured rate.
        fps: u32,
    },
    /// A program asks something of the session, over HTTP.
    Api {
        /// What.
        request: ApiRequest,
        /// Where the answer goes. Dropped, the program hears that nobody answers.
        reply: Reply,
    },
}

/// Takes events.
pub type Listener = Arc<dyn Fn(Event) + Send + Sync>;
