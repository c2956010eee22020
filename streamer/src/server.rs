//! [`Streamer`]: all of this crate behind one handle.

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener},
    ops::RangeInclusive,
    path::PathBuf,
    sync::{Arc, mpsc},
    time::{Duration, Instant, SystemTime},
};

use httpd::tls::TlsError;
use parking_lot::Mutex;
use tokio::{runtime, sync::watch, task::JoinHandle};

use crate::{
    auth::{Authority, GrantError, Grants, Moment, Tokens},
    encoder::{Ladder, Stage},
    files::{FileRules, Files},
    http,
    hub::{Hub, Listener, NewStage, OutputKey, Parts},
    metrics::Metrics,
    protocol::{Role, SemanticNode, ToPage},
    session::{Feed, Json},
    tls::{self, Tls},
    transport::{
        PeerError,
        webrtc::{IceServer, WebRtc},
    },
    video::{I420, Timing},
    viewer::ViewerId,
};

pub use crate::{http::Fallback, transport::estimator::Bitrates};

/// Threads for HTTP and WebRTC.
const WORKERS: usize = 2;
/// How long good-byes may take.
const FAREWELL: Duration = Duration::from_millis(500);

/// What a [`Streamer`] is started with.
pub struct Config {
    /// Port 0: any free one.
    pub listen: SocketAddr,
    /// Who may do what.
    pub tokens: Tokens,
    /// Where a server in front says for each request who asks.
    pub grants: Option<Grants>,
    /// What protects it off this machine.
    pub tls: Tls,
    /// STUN and TURN, for the page and for us.
    pub ice_servers: Vec<IceServer>,
    /// Where media is sent from and ICE checks are answered; unspecified: every interface; `None`: as `listen`.
    pub media_address: Option<IpAddr>,
    /// Where a relay in front is reached that hands datagrams on to the same ports here: what pages are told instead of the
    /// address above. Without one, pages reach it themselves.
    pub media_public: Vec<IpAddr>,
    /// Where media comes from, such as a range that a firewall lets through; `None`: any.
    pub udp_ports: Option<RangeInclusive<u16>>,
    /// Pages of other servers that may connect, such as `https://portal.example`.
    pub allowed_origins: Vec<String>,
    /// Where a server in front has its own pages: a path of this host, or a whole URL.
    pub portal: Option<String>,
    /// Pages are to be told that a dangerous command takes a proof; see [`Streamer::check_proof`].
    pub step_up: bool,
    /// The session has not begun: whatever is about it is put off until [`Streamer::begin`].
    pub waiting: bool,
    /// Pictures a second at most.
    pub fps: u32,
    /// Bits a second.
    pub bitrates: Bitrates,
    /// Encoders of this machine.
    pub ladder: Ladder,
    /// Keyboard layout, as XKB names it.
    pub layout: String,
    /// Of the program.
    pub version: String,
    /// For browsers that cannot show video.
    pub fallback: Option<Fallback>,
}

/// Why a streamer does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else has the port.
    #[error("{address} is already in use: another session may be running there; choose another port")]
    InUse {
        /// As configured.
        address: SocketAddr,
    },
    /// The address cannot be listened on for another reason.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// As configured.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// No threads.
    #[error("no runtime: {0}")]
    Runtime(io::Error),
    /// WebRTC does not start.
    #[error(transparent)]
    Peer(#[from] PeerError),
}

/// A running server. Dropping it is a [`Streamer::shutdown`].
///
/// No method waits for the network or an encoder's frame; all may be called from any thread.
pub struct Streamer {
    hub: Arc<Hub>,
    feed: Arc<Feed>,
    files: Arc<Files>,
    address: SocketAddr,
    fingerprint: Option<String>,
    authority: Authority,
    waiting: http::Waiting,
    stop: watch::Sender<bool>,
    running: Mutex<Option<Running>>,
}

/// What ends with the streamer.
struct Running {
    runtime: runtime::Runtime,
    serving: JoinHandle<()>,
}

/// Starts serving. `on` is told what happens; see [`crate::Event`].
///
/// # Errors
/// See [`StartError`].
pub fn start(config: Config, on: Listener) -> Result<Streamer, StartError> {
    let (ladder, fps) = (config.ladder.clone(), config.fps);
    let new_stage: NewStage = Box::new(move |codec, on| Stage::new(codec, &ladder, fps, on));
    start_with(config, new_stage, on)
}

/// Like [`start`], with encoders from anywhere.
pub(crate) fn start_with(config: Config, new_stage: NewStage, on: Listener) -> Result<Streamer, StartError> {
    let listener = listen(config.listen)?;
    let failed = |source| StartError::Listen { address: config.listen, source };
    let address = listener.local_addr().map_err(failed)?;
    let tls = tls::server(&config.tls, address)?;
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("tos-net")
        .enable_all()
        .build()
        .map_err(StartError::Runtime)?;
    let inside = runtime.enter();
    let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
    let media_address = config.media_address.unwrap_or(address.ip());
    let carrier =
        WebRtc::new(media_address, config.media_public, config.udp_ports, config.ice_servers.clone(), config.bitrates)?;
    let feed = Arc::new(Feed::new(Arc::clone(&on)));
    let hub = Hub::new(Parts {
        version: config.version,
        layout: config.layout,
        fps: config.fps,
        on,
        new_stage,
        carrier: Arc::new(carrier),
        runtime: runtime.handle().clone(),
    });
    let files = Arc::new(Files::default());
    let waiting = http::Waiting::new(config.waiting);
    let authority = Authority::new(config.tokens, config.grants);
    let (stop, stopped) = watch::channel(false);
    let router = http::router(http::Inner {
        hub: Arc::clone(&hub),
        feed: Arc::clone(&feed),
        files: Arc::clone(&files),
        copies: http::Copies::default(),
        fallback: config.fallback.map(http::Bridges::new),
        stop: stopped.clone(),
        authority: authority.clone(),
        ice_servers: config.ice_servers,
        allowed_origins: config.allowed_origins,
        waiting: waiting.clone(),
        portal: config.portal,
        step_up: config.step_up,
        secure: tls.is_some(),
        loopback: address.ip().is_loopback(),
    });
    let (tls, fingerprint) = tls.map(|tls| (tls.config, tls.fingerprint)).unzip();
    let serving = runtime.spawn(http::serve(listener, router, tls, stopped));
    drop(inside);
    let running = Mutex::new(Some(Running { runtime, serving }));
    Ok(Streamer { hub, feed, files, address, fingerprint, authority, waiting, stop, running })
}

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let listener = TcpListener::bind(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::InUse { address },
        _ => StartError::Listen { address, source },
    })?;
    listener.set_nonblocking(true).map_err(|source| StartError::Listen { address, source })?;
    Ok(listener)
}

impl Streamer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to open in a browser, with the role's token in the fragment, which browsers do not send; `None` if the role
    /// has no token.
    pub fn url(&self, role: Role) -> Option<String> {
        let scheme = if self.fingerprint.is_some() { "https" } else { "http" };
        let token = self.authority.tokens().get(role)?;
        Some(format!("{scheme}://{}/#token={token}", self.address))
    }

    /// Who may do what.
    pub fn tokens(&self) -> &Tokens {
        self.authority.tokens()
    }

    /// Whether `proof` says that `who` has just confirmed the command with this hash, in person; whoever, where no name is
    /// known. It is used up by it.
    ///
    /// # Errors
    /// Why it does not.
    pub fn check_proof(&self, proof: &str, hash: &str, who: Option<&str>) -> Result<(), GrantError> {
        self.authority.proof(proof, hash, who, Moment::now())
    }

    /// The session has begun: see [`Config::waiting`].
    pub fn begin(&self) {
        self.waiting.end();
    }

    /// SHA-256 of the certificate, for the user to compare; `None` without TLS.
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// Nobody is here, and nobody is just being let in.
    pub fn is_empty(&self) -> bool {
        self.hub.is_empty()
    }

    /// How many pictures pages may have of their own, by `?output=new`: at most [`crate::MOST_OUTPUTS`], and none until
    /// this is called. A page that gets none sees the first picture and is told so.
    pub fn allow_outputs(&self, most: usize) {
        self.hub.allow_outputs(most);
    }

    /// Lets the time pass after which a picture that nobody sees any more goes.
    #[cfg(test)]
    pub(crate) fn expire_outputs(&self, now: Instant) {
        self.hub.expire_outputs(now);
    }

    /// Somebody watches the first picture.
    pub fn watched(&self) -> bool {
        self.watched_on(OutputKey::FIRST)
    }

    /// Somebody watches this picture.
    pub fn watched_on(&self, output: OutputKey) -> bool {
        self.hub.watched(output)
    }

    /// Somebody watches the first picture, and every encoder of it is idle: another one would be taken.
    pub fn ready(&self) -> bool {
        self.ready_on(OutputKey::FIRST)
    }

    /// See [`Streamer::ready`].
    pub fn ready_on(&self, output: OutputKey) -> bool {
        self.hub.ready(output)
    }

    /// A key frame of the first picture is due and allowed: it should be submitted even if nothing changed.
    pub fn wants_picture(&self, now: Instant) -> bool {
        self.wants_picture_on(OutputKey::FIRST, now)
    }

    /// See [`Streamer::wants_picture`].
    pub fn wants_picture_on(&self, output: OutputKey, now: Instant) -> bool {
        self.hub.wants_picture(output, now)
    }

    /// Encodes the first picture for everybody who sees it. `markers`: inputs whose effect it is the first to show, and
    /// whose they were. False if an encoder of it is busy or nobody watches: then nothing happened, and the damage and
    /// the markers are the caller's to keep.
    pub fn submit(&self, picture: &I420, timing: Timing, markers: &[(ViewerId, u32)]) -> bool {
        self.submit_to(OutputKey::FIRST, picture, timing, markers)
    }

    /// See [`Streamer::submit`]. Pictures may be of different sizes, and each has encoders of its own: one that is busy
    /// does not hold up another.
    pub fn submit_to(&self, output: OutputKey, picture: &I420, timing: Timing, markers: &[(ViewerId, u32)]) -> bool {
        self.hub.submit(output, picture, timing, markers)
    }

    /// To one viewer; one that is gone is no error.
    pub fn send(&self, viewer: ViewerId, message: ToPage) {
        self.hub.send(viewer, message);
    }

    /// To all viewers; but a size or a cursor to those of the first picture only. The last size, cursor and clipboard are
    /// also told to whoever joins later.
    pub fn broadcast(&self, message: ToPage) {
        self.hub.broadcast(message);
    }

    /// To all viewers of a picture. Its last size and cursor are also told to whoever joins later.
    pub fn broadcast_to(&self, output: OutputKey, message: ToPage) {
        self.hub.broadcast_to(output, message);
    }

    /// What the first picture means, for all who see it and whoever joins later; to be called whenever it has changed.
    /// More than [`crate::protocol::MAX_NODES`] nodes are cut off. Pages are told the difference, a few times a second at
    /// most.
    pub fn set_semantics(&self, nodes: Vec<SemanticNode>) {
        self.set_semantics_on(OutputKey::FIRST, nodes);
    }

    /// See [`Streamer::set_semantics`].
    pub fn set_semantics_on(&self, output: OutputKey, nodes: Vec<SemanticNode>) {
        self.hub.set_semantics(output, nodes);
    }

    /// The state of the session, for programs that listen: the newest is all they get. The same again is no news.
    pub fn publish(&self, state: Json) {
        self.feed.publish(state);
    }

    /// Something that happened, for programs that listen: an object with an `event` other than `state`, `answer` and
    /// `lost`, such as `refused`.
    pub fn report(&self, event: Json) {
        self.feed.report(event);
    }

    /// Some program listens. While none does, nothing needs to be published: who begins to listen asks for the state.
    pub fn listened(&self) -> bool {
        self.feed.listened()
    }

    /// What operations and state look like, as JSON Schema: served as it is.
    pub fn set_schema(&self, schema: Json) {
        self.feed.set_schema(schema);
    }

    /// Which files are taken from pages, and where they go; none until this is called.
    pub fn set_file_rules(&self, rules: Option<FileRules>) {
        self.files.uploads.set_rules(rules);
        let files = Arc::clone(&self.files);
        let sweep = move || files.uploads.sweep(Instant::now(), SystemTime::now());
        if let Some(running) = &*self.running.lock() {
            running.runtime.spawn_blocking(sweep);
        }
    }

    /// An address where a browser can fetch these once, for a minute: a file as it is, all else as a tar. `None` if there
    /// is nothing to fetch, or a path is not absolute.
    pub fn offer_files(&self, paths: Vec<PathBuf>) -> Option<String> {
        self.files.tickets.issue(paths, Instant::now()).map(|ticket| http::files::address(&ticket))
    }

    /// The keyboard layout in force, told to whoever joins from now on.
    pub fn set_layout(&self, layout: String) {
        self.hub.set_layout(layout);
    }

    /// Pictures a second that the slowest link of the first picture takes.
    pub fn fps(&self) -> u32 {
        self.fps_on(OutputKey::FIRST)
    }

    /// See [`Streamer::fps`].
    pub fn fps_on(&self, output: OutputKey) -> u32 {
        self.hub.fps(output)
    }

    /// Where the compositor counts what it draws.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.hub.metrics
    }

    /// Says good-bye to everybody and ends. Takes at most a second; the second time it does nothing.
    pub fn shutdown(&self) {
        let Some(Running { runtime, serving }) = self.running.lock().take() else { return };
        self.stop.send_replace(true);
        self.hub.close("The session ends.");
        let (hub, feed) = (Arc::clone(&self.hub), Arc::clone(&self.feed));
        let (done, ended) = mpsc::channel();
        runtime.spawn(async move {
            while !hub.is_empty() || feed.listened() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // The port is free for the next one from here on.
            let _ = serving.await;
            let _ = done.send(());
        });
        // Who does not take the good-bye in time goes without.
        let _ = ended.recv_timeout(FAREWELL);
        runtime.shutdown_background();
    }
}

impl Drop for Streamer {
    fn drop(&mut self) {
        self.shutdown();
    }
}
