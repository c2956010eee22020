//! How pictures reach a page and messages come back: a thin boundary, so that the WebRTC library could be another one.
//!
//! [`Carrier::accept`] answers an SDP offer with a [`Peer`]; what happens to it arrives as [`PeerEvent`]s on a bounded
//! channel, whose back-pressure reaches the page's own data channels. Nothing else of the library shows.

pub mod codecs;
pub mod engine;
pub mod estimator;
pub mod packets;
pub mod sdpfrag;
pub mod webrtc;

mod channels;
mod keyframes;
mod ports;
mod public;

use std::{sync::Arc, time::Instant};

use bytes::Bytes;
use tokio::sync::mpsc;

use self::{codecs::Offered, packets::Unit};

/// Why a peer could not be made or used.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The other side's description is wrong: its fault.
    #[error("the session description cannot be used: {0}")]
    Description(String),
    /// No socket is to be had in the configured range.
    #[error("no free UDP port in {0}-{1}")]
    NoPort(u16, u16),
    /// Candidates did not come in time.
    #[error("gathering candidates took too long")]
    Gathering,
    /// The page said that it does not take messages so long.
    #[error("longer than the page's limit of {0} bytes")]
    TooLong(usize),
    /// The connection is over.
    #[error("the connection is closed")]
    Closed,
    /// The library failed.
    #[error("WebRTC: {0}")]
    Library(String),
}

/// What happens on a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerEvent {
    /// Media flows from now on.
    Connected,
    /// Messages can be sent from now on.
    Open,
    /// A message on either data channel.
    Message(Bytes),
    /// The page lost its picture (PLI or FIR).
    KeyWanted,
    /// It is over, for whatever reason.
    Gone,
}

/// One connected (or connecting) page.
#[async_trait::async_trait]
pub trait Peer: Send + Sync {
    /// Sends the packets of one access unit. Returns when the network has taken them, which a congested stream delays,
    /// and tells when it took the first.
    async fn send_unit(&self, unit: &Unit) -> Result<Instant, PeerError>;
    /// Sends a message on `input`. Waits while the page does not take them. [`PeerError::TooLong`] leaves the channel
    /// as it was.
    async fn send_message(&self, text: &str) -> Result<(), PeerError>;
    /// What the congestion controller allows now, bits a second.
    fn target_bitrate(&self) -> u32;
    /// Restarts ICE from the page's new credentials and answers with ours; adds candidates if they are the old ones.
    async fn patch(&self, fragment: &sdpfrag::Fragment) -> Result<Patched, PeerError>;
    /// Ends it, after what was sent has arrived if `politely`. [`PeerEvent::Gone`] may or may not follow.
    async fn close(&self, politely: bool);
}

/// What a PATCH did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patched {
    /// Candidates were added.
    Trickled,
    /// ICE restarted; this is our fragment.
    Restarted(String),
}

/// Makes peers from offers.
#[async_trait::async_trait]
pub trait Carrier: Send + Sync {
    /// Answers an offer with a peer that sends `codec`, and the SDP answer with all candidates in it.
    async fn accept(
        &self,
        offer: &str,
        codec: &Offered,
        events: mpsc::Sender<PeerEvent>,
    ) -> Result<(Arc<dyn Peer>, String), PeerError>;
}
