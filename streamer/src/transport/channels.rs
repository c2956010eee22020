//! The two data channels, both opened by the page: `input` (ordered, reliable) and `motion` (neither).

use std::sync::{Arc, OnceLock};

use tokio::sync::mpsc;
use webrtc::data_channel::{DataChannel, DataChannelEvent};

use super::PeerEvent;

/// The label of the channel that messages to the page travel on.
const INPUT: &str = "input";
const MOTION: &str = "motion";

/// Where the channel to the page is kept once it is open.
pub type Input = Arc<OnceLock<Arc<dyn DataChannel>>>;

/// Reads a channel until it closes. A channel of another name, or a second one of a name, is closed at once: each costs
/// a task, and a page could open thousands.
pub async fn read(
    channel: Arc<dyn DataChannel>,
    input: Input,
    motion: Arc<OnceLock<()>>,
    events: mpsc::Sender<PeerEvent>,
) {
    let label = channel.label().await.unwrap_or_default();
    let welcome = match label.as_str() {
        INPUT => input.set(Arc::clone(&channel)).is_ok(),
        MOTION => motion.set(()).is_ok(),
        _ => false,
    };
    if !welcome {
        tracing::debug!(%label, "closed a data channel that nobody asked for");
        // It is the page's loss if even that fails.
        let _ = channel.close().await;
        return;
    }
    while let Some(event) = channel.poll().await {
        let event = match event {
            DataChannelEvent::OnOpen if label == INPUT => PeerEvent::Open,
            DataChannelEvent::OnMessage(message) => PeerEvent::Message(message.data.freeze()),
            // Without `input` nothing works any more; the page opens a new connection.
            DataChannelEvent::OnClose if label == INPUT => PeerEvent::Gone,
            _ => continue,
        };
        // Waiting here is the back-pressure: the library stops reading, and SCTP slows the page down.
        if events.send(event).await.is_err() {
            return;
        }
    }
}
