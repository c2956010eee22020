//! One viewer: what it may send, what waits for it, and whether it is still there.
//!
//! Each part is a plain state machine that takes the time as an argument; [`crate::hub`] joins them to a peer.

pub mod inbox;
pub mod outbox;
pub mod semantics;
pub mod session;
pub mod video;

/// Names a viewer for as long as the streamer lives; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ViewerId(pub(crate) u64);

impl std::fmt::Display for ViewerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
