//! Where viewers, encoders and the compositor meet.
//!
//! One [`Line`] (encoder and packetiser) for each codec in use, whoever watches; made when the first viewer of the codec
//! is answered, dropped when the last one leaves. The lock guards small tables only: no encoder, socket or callback is
//! called under it, so the compositor's thread never waits for anything here.

mod pictures;
mod rates;

use std::{
    collections::HashMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use parking_lot::Mutex;
use tokio::{runtime::Handle, sync::mpsc};

use crate::{
    auth,
    encoder::{EncoderError, Stage, StageEvent},
    line::Line,
    metrics::Metrics,
    protocol::{FromPage, Role, SemanticNode, ToPage, semantics::bounded},
    rate::RateControl,
    session::{ApiRequest, Reply},
    transport::{Carrier, PeerError, codecs::Offered},
    video::Codec,
    viewer::{
        ViewerId, outbox,
        semantics::Nodes,
        session::{self, Viewer},
    },
};

/// Viewers at once. Each costs a socket, a few tasks and its share of the uplink.
pub const MOST_VIEWERS: usize = 32;
/// Peer events that may wait for a viewer's task.
const EVENTS: usize = 64;

/// What the compositor is told. The callback may come from any thread, must be quick, and must not call back into
/// [`crate::Streamer::submit`].
#[derive(Debug)]
pub enum Event {
    /// A viewer is connected.
    Joined {
        /// Who.
        viewer: ViewerId,
        /// What it may do.
        role: Role,
    },
    /// A viewer is gone. Whatever it holds down is to be released. Follows every `Joined`, once.
    Left {
        /// Who.
        viewer: ViewerId,
    },
    /// A message from a viewer that may send it: parsed, clamped, in order.
    Input {
        /// From whom.
        viewer: ViewerId,
        /// What.
        message: FromPage,
    },
    /// [`crate::Streamer::ready`] turned true.
    Idle,
    /// A key frame is due: a picture should be submitted even if nothing changed.
    PictureWanted,
    /// The link takes this many pictures a second from now on.
    Rate {
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
/// Makes an encoder for a codec; called where blocking is allowed.
pub type NewStage =
    Box<dyn Fn(Codec, Arc<dyn Fn(StageEvent) + Send + Sync>) -> Result<Stage, EncoderError> + Send + Sync>;

/// Why a page was not let in.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// [`MOST_VIEWERS`] are here.
    #[error("too many viewers")]
    Full,
    /// No codec of the offer can be encoded.
    #[error("no codec in common: {0}")]
    NoCodec(String),
    /// The peer connection failed.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// No randomness.
    #[error(transparent)]
    Token(#[from] auth::TokenError),
}

/// What a page needs to know of its session.
pub struct Welcome {
    /// The last part of its resource.
    pub resource: String,
    /// SDP.
    pub answer: String,
}

/// See the module.
pub struct Hub {
    /// All numbers.
    pub metrics: Arc<Metrics>,
    version: String,
    layout: Mutex<String>,
    on: Listener,
    new_stage: NewStage,
    carrier: Arc<dyn Carrier>,
    runtime: Handle,
    state: Mutex<State>,
    /// Encoders are made one after the other, so that ten pages at once make one.
    making: tokio::sync::Mutex<()>,
    retrying: AtomicBool,
    me: Weak<Self>,
}

#[derive(Default)]
struct State {
    next_id: u64,
    /// Answers under way, which count as viewers.
    joining: usize,
    viewers: HashMap<ViewerId, Arc<Viewer>>,
    lines: HashMap<Codec, Seats>,
    /// The last of each state message, for who comes later.
    replay: [Option<ToPage>; 3],
    /// What the picture means, for who comes later.
    semantics: Option<Nodes>,
    rate: Option<RateControl>,
    closing: bool,
}

struct Seats {
    line: Arc<Line>,
    /// Viewers of it, also those that are still connecting.
    taken: usize,
}

/// What a [`Hub`] is made from.
pub struct Parts {
    /// Shown in Hello.
    pub version: String,
    /// Shown in Hello.
    pub layout: String,
    /// Pictures a second.
    pub fps: u32,
    /// The compositor.
    pub on: Listener,
    /// Encoders.
    pub new_stage: NewStage,
    /// Peers.
    pub carrier: Arc<dyn Carrier>,
    /// Where tasks run.
    pub runtime: Handle,
}

impl Hub {
    /// Starts the ticking; ends when the last reference is dropped.
    pub fn new(parts: Parts) -> Arc<Self> {
        let metrics = Arc::new(Metrics::default());
        metrics.target_fps.set(parts.fps.into());
        let state = State { rate: Some(RateControl::new(parts.fps)), ..State::default() };
        let hub = Arc::new_cyclic(|me| Self {
            metrics,
            version: parts.version,
            layout: Mutex::new(parts.layout),
            on: parts.on,
            new_stage: parts.new_stage,
            carrier: parts.carrier,
            runtime: parts.runtime.clone(),
            state: Mutex::new(state),
            making: tokio::sync::Mutex::default(),
            retrying: AtomicBool::new(false),
            me: me.clone(),
        });
        parts.runtime.spawn(rates::tick(Arc::downgrade(&hub)));
        hub
    }

    /// Tells the compositor.
    pub fn announce(&self, event: Event) {
        (self.on)(event);
    }

    /// Of the program.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Answers an offer. `offered`: the codecs in it that this server knows, best first. To be run to its end, even if
    /// the asker is gone: the library does not stop a connection that is merely dropped.
    ///
    /// # Errors
    /// See [`JoinError`].
    pub async fn join(&self, role: Role, offer: &str, offered: &[Offered]) -> Result<Welcome, JoinError> {
        let id = {
            let mut state = self.state.lock();
            if state.closing || state.viewers.len() + state.joining >= MOST_VIEWERS {
                return Err(JoinError::Full);
            }
            state.joining += 1;
            state.next_id += 1;
            ViewerId(state.next_id)
        };
        let joining = Joining { hub: self, line: None };
        self.join_as(id, role, offer, offered, joining).await
    }

    async fn join_as(
        &self,
        id: ViewerId,
        role: Role,
        offer: &str,
        offered: &[Offered],
        mut joining: Joining<'_>,
    ) -> Result<Welcome, JoinError> {
        let mut reason = "the page offers neither H.264 nor VP8".to_owned();
        let mut chosen = None;
        for candidate in offered {
            match self.seat(candidate.codec).await {
                Ok(line) => {
                    joining.line = Some(Arc::clone(&line));
                    chosen = Some((candidate, line));
                    break;
                }
                Err(error) => reason = error.to_string(),
            }
        }
        let Some((chosen, line)) = chosen else { return Err(JoinError::NoCodec(reason)) };
        let resource = auth::secret()?;
        let (events_in, events) = mpsc::channel(EVENTS);
        let (peer, answer) = self.carrier.accept(offer, chosen, events_in).await?;
        let viewer = Arc::new(Viewer::new(id, role, line, resource.clone(), peer));
        let Some(me) = self.me.upgrade() else { return Err(PeerError::Closed.into()) };
        let closing = {
            let mut state = self.state.lock();
            state.viewers.insert(id, Arc::clone(&viewer));
            // From here on the seat is the viewer's, and `left` gives it back.
            joining.line = None;
            state.closing
        };
        if closing {
            viewer.dismiss(self, None);
        }
        tracing::info!(viewer = %id, ?role, codec = ?chosen.codec, "answered a page");
        self.runtime.spawn(session::run(me, viewer, events));
        Ok(Welcome { resource, answer })
    }

    /// Takes a seat on a codec's line, and makes the line if there is none.
    async fn seat(&self, codec: Codec) -> Result<Arc<Line>, EncoderError> {
        let _one_at_a_time = self.making.lock().await;
        if let Some(seats) = self.state.lock().lines.get_mut(&codec) {
            seats.taken += 1;
            return Ok(Arc::clone(&seats.line));
        }
        let me = self.me.clone();
        let made = self.runtime.spawn_blocking(move || {
            let Some(hub) = me.upgrade() else { return Err(stopped(codec)) };
            let on = Arc::new(move |event| {
                if let Some(hub) = me.upgrade() {
                    hub.stage_event(codec, event);
                }
            });
            (hub.new_stage)(codec, on)
        });
        let stage = made.await.map_err(|_| stopped(codec))??;
        tracing::info!(?codec, encoder = stage.encoder_name(), "an encoder starts");
        let bitrate = self.state.lock().rate.as_ref().map(RateControl::bitrate);
        if let Some(bitrate) = bitrate.filter(|bitrate| *bitrate > 0) {
            stage.set_bitrate(bitrate);
        }
        let line = Arc::new(Line::new(codec, stage));
        self.state.lock().lines.insert(codec, Seats { line: Arc::clone(&line), taken: 1 });
        Ok(line)
    }

    fn unseat(&self, line: &Arc<Line>) {
        let mut state = self.state.lock();
        // A line whose encoder died is no longer here; its codec may have another one by now.
        let Some(seats) = state.lines.get_mut(&line.codec).filter(|seats| Arc::ptr_eq(&seats.line, line)) else {
            return;
        };
        seats.taken = seats.taken.saturating_sub(1);
        if seats.taken == 0
            && let Some(seats) = state.lines.remove(&line.codec)
        {
            drop(state);
            // Stopping an encoder may take its time.
            self.runtime.spawn_blocking(move || drop(seats));
        }
    }

    /// A viewer's media flows. Does nothing the second time.
    pub fn connected(&self, viewer: &Viewer) {
        if viewer.connected.swap(true, SeqCst) {
            return;
        }
        self.metrics.joined.increment();
        self.count();
        self.announce(Event::Joined { viewer: viewer.id, role: viewer.role });
        self.want_key(&viewer.line);
        if self.ready() {
            self.announce(Event::Idle);
        }
    }

    /// The first words on a data channel: who the page is, and the state of things.
    pub fn greet(&self, viewer: &Viewer) {
        let layout = self.layout.lock().clone();
        let hello = ToPage::Hello { version: self.version.clone(), role: viewer.role, layout };
        let state = self.state.lock();
        // Under the lock: a broadcast comes either before, and is in the replay, or after Hello.
        if !viewer.open.swap(true, SeqCst) {
            let replay = state.replay.iter().flatten().filter(|message| allowed(viewer.role, message)).cloned();
            viewer.outbox.begin(std::iter::once(hello).chain(replay));
            if let Some(nodes) = &state.semantics {
                viewer.semantics.set(Arc::clone(nodes));
            }
        }
    }

    /// A viewer is gone.
    pub fn left(&self, viewer: &Viewer) {
        if self.state.lock().viewers.remove(&viewer.id).is_none() {
            return;
        }
        self.unseat(&viewer.line);
        self.count();
        tracing::info!(viewer = %viewer.id, "a page left");
        if viewer.connected.load(SeqCst) {
            self.announce(Event::Left { viewer: viewer.id });
            // The line that nobody watches any more may have been the busy one.
            if self.ready() {
                self.announce(Event::Idle);
            }
        }
    }

    fn count(&self) {
        let connected = self.state.lock().viewers.values().filter(|v| v.connected.load(SeqCst)).count();
        self.metrics.viewers.set(connected as u64);
    }

    /// The viewer of a WHEP resource.
    pub fn viewer_at(&self, resource: &str) -> Option<Arc<Viewer>> {
        self.state.lock().viewers.values().find(|viewer| viewer.resource == resource).cloned()
    }

    /// Says good-bye to everybody and lets nobody in any more.
    pub fn close(&self, reason: &str) {
        let viewers: Vec<_> = {
            let mut state = self.state.lock();
            state.closing = true;
            state.viewers.values().cloned().collect()
        };
        viewers.iter().for_each(|viewer| viewer.dismiss(self, Some(reason.to_owned())));
    }

    /// Nobody is here, and nobody is coming.
    pub fn is_empty(&self) -> bool {
        let state = self.state.lock();
        state.viewers.is_empty() && state.joining == 0
    }

    /// To one viewer; one that is gone is no error.
    pub fn send(&self, to: ViewerId, message: ToPage) {
        let viewer = self.state.lock().viewers.get(&to).cloned();
        // Also before its channel is open: then it waits behind Hello.
        if let Some(viewer) = viewer {
            viewer.tell(self, message);
        }
    }

    /// To all; a size, cursor or clipboard also to whoever comes later.
    pub fn broadcast(&self, message: ToPage) {
        let mut state = self.state.lock();
        for viewer in state.viewers.values().filter(|v| v.open.load(SeqCst) && allowed(v.role, &message)) {
            viewer.tell(self, message.clone());
        }
        if let Some(slot) = outbox::state(&message).and_then(|slot| state.replay.get_mut(usize::from(slot))) {
            *slot = Some(message);
        }
    }

    /// What the picture means, to all and to whoever comes later.
    pub fn set_semantics(&self, nodes: Vec<SemanticNode>) {
        let nodes = Nodes::from(bounded(nodes));
        let mut state = self.state.lock();
        for viewer in state.viewers.values().filter(|v| v.open.load(SeqCst)) {
            viewer.semantics.set(Arc::clone(&nodes));
        }
        state.semantics = Some(nodes);
    }

    /// The keyboard layout in force, for Hello.
    pub fn set_layout(&self, layout: String) {
        *self.layout.lock() = layout;
    }
}

/// A clipboard is for those who may use the session: it can hold a password.
fn allowed(role: Role, message: &ToPage) -> bool {
    !matches!(message, ToPage::Clipboard { .. }) || role >= Role::Control
}

fn stopped(codec: Codec) -> EncoderError {
    EncoderError::NoneLeft { codec, reason: "the server stops".to_owned() }
}

/// An answer under way; gives its place and its seat back if nothing comes of it.
struct Joining<'a> {
    hub: &'a Hub,
    line: Option<Arc<Line>>,
}

impl Drop for Joining<'_> {
    fn drop(&mut self) {
        let mut state = self.hub.state.lock();
        state.joining = state.joining.saturating_sub(1);
        drop(state);
        if let Some(line) = &self.line {
            self.hub.unseat(line);
        }
    }
}
