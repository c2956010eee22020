//! The life of one viewer: from the answer to its offer until it leaves, with or without a word.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{sleep_until, timeout},
};

use super::{
    ViewerId,
    inbox::{Inbox, Refused},
    outbox::{Outbox, Pushed},
    semantics::{Semantics, Told},
    video::Handover,
};
use crate::{
    auth::Caller,
    hub::{Event, Hub, OutputKey},
    line::Line,
    metrics::Stage,
    protocol::{FromPage, NoticeLevel, Role, ToPage},
    transport::{Peer, PeerError, PeerEvent},
};

/// A page that was answered and does not connect is given up after this long.
const CONNECT: Duration = Duration::from_secs(15);
/// A last word may take this long to go out.
const FAREWELL: Duration = Duration::from_millis(300);

/// One viewer.
pub struct Viewer {
    /// Its name.
    pub id: ViewerId,
    /// What it may do, and whose it is.
    pub caller: Caller,
    /// The picture that it sees.
    pub output: OutputKey,
    /// Where its pictures come from.
    pub line: Arc<Line>,
    /// It did not get the picture that it asked for: this one keeps its size.
    pub guest: bool,
    /// The unguessable last part of its WHEP resource.
    pub resource: String,
    /// Counts ICE restarts: the entity tag of its session description.
    pub generation: AtomicU32,
    /// The connection.
    pub peer: Arc<dyn Peer>,
    /// Pictures on their way to it.
    pub video: Handover,
    /// Messages on their way to it.
    pub outbox: Outbox,
    /// What the picture means, on its way to it.
    pub semantics: Semantics,
    /// Media flows.
    pub connected: AtomicBool,
    /// Messages flow, and the first of them was Hello.
    pub open: AtomicBool,
    end: watch::Sender<bool>,
}

/// Where a viewer sits; see [`Viewer`].
pub struct Place {
    /// The picture.
    pub output: OutputKey,
    /// Its encoder.
    pub line: Arc<Line>,
    /// Not the picture that it asked for.
    pub guest: bool,
}

impl Viewer {
    /// A viewer whose peer was just made.
    pub fn new(id: ViewerId, caller: Caller, place: Place, resource: String, peer: Arc<dyn Peer>) -> Self {
        let Place { output, line, guest } = place;
        Self {
            id,
            caller,
            output,
            line,
            guest,
            resource,
            generation: AtomicU32::new(1),
            peer,
            video: Handover::default(),
            outbox: Outbox::default(),
            semantics: Semantics::default(),
            connected: AtomicBool::new(false),
            open: AtomicBool::new(false),
            end: watch::channel(false).0,
        }
    }

    /// Puts a message on its way; never waits.
    pub fn tell(&self, hub: &Hub, message: ToPage) {
        if self.outbox.push(message) == Pushed::Dropped {
            hub.metrics.outbox_dropped.increment();
        }
    }

    /// Ends the session, after a last word if there is one.
    pub fn dismiss(&self, hub: &Hub, reason: Option<String>) {
        if let Some(reason) = reason {
            self.tell(hub, ToPage::Bye { reason });
        }
        self.end.send_replace(true);
    }

    async fn dismissed(&self) {
        // The sender lives in `self`: this cannot fail, only wait.
        let _ = self.end.subscribe().wait_for(|end| *end).await;
    }
}

/// Runs a viewer to its end.
pub async fn run(hub: Arc<Hub>, viewer: Arc<Viewer>, mut events: mpsc::Receiver<PeerEvent>) {
    let now = Instant::now();
    let mut inbox = Inbox::new(viewer.caller.role, now);
    let video = tokio::spawn(send_video(Arc::clone(&hub), Arc::clone(&viewer)));
    let mut writer: Option<JoinHandle<()>> = None;
    loop {
        let silent = match (&writer, viewer.connected.load(SeqCst)) {
            (Some(_), _) => Some(inbox.deadline()),
            // No data channel: a plain WHEP player. ICE notices when it goes.
            (None, true) => None,
            (None, false) => Some(now + CONNECT),
        };
        let event = tokio::select! {
            event = events.recv() => event,
            () = sleep_or_never(silent) => {
                tracing::info!(viewer = %viewer.id, "a page fell silent");
                None
            }
            () = viewer.dismissed() => None,
        };
        match event {
            None | Some(PeerEvent::Gone) => break,
            Some(PeerEvent::Connected) => hub.connected(&viewer),
            Some(PeerEvent::KeyWanted) => hub.want_key(&viewer.line),
            Some(PeerEvent::Message(bytes)) => receive(&hub, &viewer, &mut inbox, &bytes),
            Some(PeerEvent::Open) => {
                hub.connected(&viewer);
                hub.greet(&viewer);
                writer.get_or_insert_with(|| tokio::spawn(send_messages(Arc::clone(&hub), Arc::clone(&viewer))));
            }
        }
    }
    let dismissed = *viewer.end.borrow();
    if !dismissed {
        // Whoever went silently may hold keys down: first of all they are let go.
        hub.left(&viewer);
    }
    if let Some(mut writer) = writer {
        if dismissed {
            // Only for a last word; who is gone does not hear it.
            let _ = timeout(FAREWELL, &mut writer).await;
        }
        writer.abort();
    }
    video.abort();
    viewer.peer.close(dismissed).await;
    hub.left(&viewer);
}

async fn sleep_or_never(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

fn receive(hub: &Hub, viewer: &Viewer, inbox: &mut Inbox, bytes: &Bytes) {
    hub.metrics.messages.increment();
    match inbox.take(bytes, Instant::now()) {
        Ok(FromPage::Ping { id }) => viewer.tell(hub, ToPage::Pong { id }),
        // A viewer without control holds nothing down that could be let go.
        Ok(FromPage::Blur) if viewer.caller.role == Role::View => {}
        Ok(FromPage::Resize { .. }) if viewer.guest => {}
        Ok(message) => hub.announce(Event::Input { viewer: viewer.id, message }),
        Err(Refused::Flood) => hub.metrics.reject_flood(),
        Err(Refused::Rejected(why)) => {
            tracing::debug!(viewer = %viewer.id, %why, "dropped a message");
            hub.metrics.reject(why);
        }
    }
}

async fn send_video(hub: Arc<Hub>, viewer: Arc<Viewer>) {
    loop {
        let unit = viewer.video.next().await;
        let Ok(first) = viewer.peer.send_unit(&unit).await else { return };
        let metrics = &hub.metrics;
        metrics.stage(Stage::Send).observe(first.saturating_duration_since(unit.encoded));
        metrics.stage(Stage::Total).observe(first.saturating_duration_since(unit.timing.damaged));
        metrics.packets.add(unit.payloads.len() as u64);
        metrics.bytes.add(unit.len() as u64);
        for (_, id) in unit.markers.iter().filter(|(to, _)| *to == viewer.id) {
            viewer.tell(&hub, ToPage::Marker { id: *id, rtp: unit.rtp_time });
        }
    }
}

async fn send_messages(hub: Arc<Hub>, viewer: Arc<Viewer>) {
    let mut told = Told::default();
    loop {
        let message = tokio::select! {
            // Hello is there before this runs, and a long list lets other messages through between its parts.
            biased;
            message = viewer.outbox.next() => message,
            message = told.next(&viewer.semantics) => message,
        };
        // Our own types: no map with keys that are not strings, nothing that fails.
        let Ok(text) = serde_json::to_string(&message) else { continue };
        match viewer.peer.send_message(&text).await {
            Ok(()) if matches!(message, ToPage::Bye { .. }) => return,
            Ok(()) => {}
            // Only a copied text or a picture of a pointer can be so long.
            Err(PeerError::TooLong(limit)) => {
                hub.metrics.outbox_dropped.increment();
                if matches!(message, ToPage::Clipboard { .. }) {
                    let text = format!("What was copied is longer than this browser takes ({limit} bytes).");
                    viewer.tell(&hub, ToPage::Notice { level: NoticeLevel::Warning, text });
                }
            }
            Err(_) => return,
        }
    }
}
