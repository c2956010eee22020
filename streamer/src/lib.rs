//! Encodes the pictures of a few outputs, carries them to any number of pages, and brings their input back.

pub mod auth;
pub mod encoder;
mod files;
mod http;
mod hub;
mod line;
pub mod metrics;
pub mod protocol;
#[cfg(test)]
mod protocol_tests;
mod rate;
mod server;
mod session;
#[cfg(test)]
mod tests;
pub mod tls;
mod transport;
pub mod video;
mod viewer;

pub use files::FileRules;
pub use hub::{Event, KEPT_FOR, Listener, MOST_OUTPUTS, OutputKey};
pub use server::{Bitrates, Config, Fallback, StartError, Streamer, start};
pub use session::{
    Answer, ApiRequest, ClipboardRequest, CommitStaged, DiscardStaged, Json, Refusal, RefusalKind, Reply, StageText,
    StagingRequest,
};
pub use transport::webrtc::IceServer;
pub use viewer::ViewerId;
