//! Where viewers, encoders and the compositor meet.
//!
//! For each picture ([`outputs`]) one [`Line`] (encoder and packetiser) for each codec in use, whoever watches; made when
//! the first viewer of the codec is answered, dropped when the last one leaves. The lock guards small tables only: no
//! encoder, socket or callback is called under it, so the compositor's thread never waits for anything here.

mod event;
mod outputs;
mod pictures;
mod rates;

use std::{
    collections::HashMap,
    sync::{Arc, Weak, atomic::Ordering::SeqCst},
    time::Instant,
};

use parking_lot::Mutex;
use tokio::{runtime::Handle, sync::mpsc};

use self::outputs::{Output, Seat};
pub use self::{
    event::{Event, Listener},
    outputs::{KEPT_FOR, MOST_OUTPUTS, OutputKey, Wanted},
};
use crate::{
    auth::{self, Caller},
    encoder::{EncoderError, Stage, StageEvent},
    line::Line,
    metrics::Metrics,
    protocol::{NoticeLevel, Role, SemanticNode, ToPage, semantics::bounded},
    transport::{Carrier, PeerError, codecs::Offered},
    video::Codec,
    viewer::{
        ViewerId, outbox,
        semantics::Nodes,
        session::{self, Place, Viewer},
    },
};

/// Viewers at once. Each costs a socket, a few tasks and its share of the uplink.
pub const MOST_VIEWERS: usize = 32;
/// Peer events that may wait for a viewer's task.
const EVENTS: usize = 64;

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
    fps: u32,
    me: Weak<Self>,
}

#[derive(Default)]
struct State {
    next_id: u64,
    next_output: u64,
    /// Pictures besides the first.
    most_outputs: usize,
    /// Answers under way, which count as viewers.
    joining: usize,
    viewers: HashMap<ViewerId, Arc<Viewer>>,
    /// The first is always there.
    outputs: HashMap<OutputKey, Output>,
    /// What was copied last, for who comes later.
    clipboard: Option<ToPage>,
    closing: bool,
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
        let outputs = HashMap::from([(OutputKey::FIRST, Output::new(parts.fps))]);
        let state = State { outputs, ..State::default() };
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
            fps: parts.fps,
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
    pub async fn join(
        &self,
        caller: Caller,
        wanted: Wanted,
        offer: &str,
        offered: &[Offered],
    ) -> Result<Welcome, JoinError> {
        let mut closed = None;
        let (id, seat) = {
            let mut state = self.state.lock();
            if state.closing || state.viewers.len() + state.joining >= MOST_VIEWERS {
                return Err(JoinError::Full);
            }
            state.joining += 1;
            state.next_id += 1;
            (ViewerId(state.next_id), state.enter(caller.role, wanted, self.fps, &mut closed))
        };
        closed.into_iter().for_each(|output| self.output_closed(output));
        let joining = Joining { hub: self, output: Some(seat.output), line: None };
        self.join_as(id, caller, seat, offer, offered, joining).await
    }

    async fn join_as(
        &self,
        id: ViewerId,
        caller: Caller,
        seat: Seat,
        offer: &str,
        offered: &[Offered],
        mut joining: Joining<'_>,
    ) -> Result<Welcome, JoinError> {
        let mut reason = "the page offers neither H.264 nor VP8".to_owned();
        let mut chosen = None;
        for candidate in offered {
            match self.seat(seat.output, candidate.codec).await {
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
        let Seat { output, instead } = seat;
        let guest = instead.is_some();
        let role = caller.role;
        let viewer = Arc::new(Viewer::new(id, caller, Place { output, line, guest }, resource.clone(), peer));
        if let Some(text) = instead {
            // Waits behind the greeting.
            viewer.tell(self, ToPage::Notice { level: NoticeLevel::Warning, text });
        }
        let Some(me) = self.me.upgrade() else { return Err(PeerError::Closed.into()) };
        let closing = {
            let mut state = self.state.lock();
            state.viewers.insert(id, Arc::clone(&viewer));
            // From here on the seat is the viewer's, and `left` gives it back.
            (joining.line, joining.output) = (None, None);
            state.closing
        };
        if closing {
            viewer.dismiss(self, None);
        }
        tracing::info!(viewer = %id, ?role, %output, codec = ?chosen.codec, "answered a page");
        self.runtime.spawn(session::run(me, viewer, events));
        Ok(Welcome { resource, answer })
    }

    /// A viewer's media flows. Does nothing the second time.
    pub fn connected(&self, viewer: &Viewer) {
        if viewer.connected.swap(true, SeqCst) {
            return;
        }
        self.metrics.joined.increment();
        self.count();
        if let Some(output) = self.state.lock().outputs.get_mut(&viewer.output) {
            output.known = true;
        }
        self.announce(Event::Joined { viewer: viewer.id, caller: viewer.caller.clone(), output: viewer.output });
        self.want_key(&viewer.line);
        if self.ready(viewer.output) {
            self.announce(Event::Idle);
        }
    }

    /// The first words on a data channel: who the page is, and the state of things.
    pub fn greet(&self, viewer: &Viewer) {
        let layout = self.layout.lock().clone();
        let (version, output) = (self.version.clone(), viewer.output.0);
        let hello = ToPage::Hello { version, role: viewer.caller.role, layout, output };
        let state = self.state.lock();
        // Under the lock: a broadcast comes either before, and is in the replay, or after Hello.
        if viewer.open.swap(true, SeqCst) {
            return;
        }
        let Some(output) = state.outputs.get(&viewer.output) else { return };
        let replay = output.replay.iter().chain([&state.clipboard]).flatten();
        let replay = replay.filter(|message| allowed(viewer.caller.role, message)).cloned();
        viewer.outbox.begin(std::iter::once(hello).chain(replay));
        if let Some(nodes) = &output.semantics {
            viewer.semantics.set(Arc::clone(nodes));
        }
    }

    /// A viewer is gone.
    pub fn left(&self, viewer: &Viewer) {
        if self.state.lock().viewers.remove(&viewer.id).is_none() {
            return;
        }
        self.unseat(viewer.output, &viewer.line);
        self.count();
        tracing::info!(viewer = %viewer.id, "a page left");
        if viewer.connected.load(SeqCst) {
            self.announce(Event::Left { viewer: viewer.id });
            // The line that nobody watches any more may have been the busy one.
            if self.ready(viewer.output) {
                self.announce(Event::Idle);
            }
        }
        self.exit(viewer.output, Instant::now());
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

    /// To all; a clipboard also to whoever comes later. What is about a picture is about the first one.
    pub fn broadcast(&self, message: ToPage) {
        if outbox::of_a_picture(&message) {
            return self.broadcast_to(OutputKey::FIRST, message);
        }
        let mut state = self.state.lock();
        for viewer in state.viewers.values().filter(|v| v.open.load(SeqCst) && allowed(v.caller.role, &message)) {
            viewer.tell(self, message.clone());
        }
        if matches!(message, ToPage::Clipboard { .. }) {
            state.clipboard = Some(message);
        }
    }

    /// To all who see a picture; what is true of it until the next such word also to whoever comes later.
    pub fn broadcast_to(&self, output: OutputKey, message: ToPage) {
        let mut state = self.state.lock();
        for viewer in state.viewers_of(output).filter(|v| v.open.load(SeqCst) && allowed(v.caller.role, &message)) {
            viewer.tell(self, message.clone());
        }
        let Some(output) = state.outputs.get_mut(&output) else { return };
        if let Some(slot) = outbox::state(&message).and_then(|slot| output.replay.get_mut(usize::from(slot))) {
            *slot = Some(message);
        }
    }

    /// What a picture means, to all who see it and to whoever comes later.
    pub fn set_semantics(&self, output: OutputKey, nodes: Vec<SemanticNode>) {
        let nodes = Nodes::from(bounded(nodes));
        let mut state = self.state.lock();
        for viewer in state.viewers_of(output).filter(|v| v.open.load(SeqCst)) {
            viewer.semantics.set(Arc::clone(&nodes));
        }
        if let Some(output) = state.outputs.get_mut(&output) {
            output.semantics = Some(nodes);
        }
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

impl State {
    fn viewers_of(&self, output: OutputKey) -> impl Iterator<Item = &Arc<Viewer>> {
        self.viewers.values().filter(move |viewer| viewer.output == output)
    }
}

/// An answer under way; gives its place and its seat back if nothing comes of it.
struct Joining<'a> {
    hub: &'a Hub,
    output: Option<OutputKey>,
    line: Option<Arc<Line>>,
}

impl Drop for Joining<'_> {
    fn drop(&mut self) {
        let mut state = self.hub.state.lock();
        state.joining = state.joining.saturating_sub(1);
        drop(state);
        let Some(output) = self.output else { return };
        if let Some(line) = &self.line {
            self.hub.unseat(output, line);
        }
        self.hub.exit(output, Instant::now());
    }
}
