//! The server as pages see it: real sockets and a second WebRTC peer on 127.0.0.1, with an encoder made of paper.

mod clipboard;
mod encoder;
mod faults;
mod files;
mod grants;
mod http;
mod input;
mod outputs;
mod page;
mod picture;
mod relay;
mod session;

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::mpsc;

use self::{
    encoder::Paper,
    page::{Page, Plan},
};
use crate::{
    Bitrates, Config, Event, Streamer,
    auth::Tokens,
    encoder::{Ladder, Stage},
    protocol::Role,
    server,
    tls::Tls,
    video::{I420, Timing},
};

/// Long enough for a machine that does ten other things; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server, what it told, and how many encoders it made.
struct Desk {
    streamer: Streamer,
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Event>>,
    stages: Arc<AtomicUsize>,
    /// What the papers are told.
    paper: Arc<Paper>,
    picture: Mutex<I420>,
}

fn config() -> Config {
    Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        tokens: Tokens::generate().unwrap(),
        grants: None,
        tls: Tls::Automatic,
        ice_servers: Vec::new(),
        media_address: None,
        media_public: Vec::new(),
        udp_ports: None,
        allowed_origins: vec!["https://portal.example".into()],
        portal: None,
        step_up: false,
        waiting: false,
        fps: 60,
        bitrates: Bitrates::default(),
        ladder: Ladder::unprobed(),
        layout: "us".into(),
        version: "test".into(),
        fallback: None,
    }
}

impl Desk {
    fn start() -> Self {
        Self::with(config(), Paper::default())
    }

    fn with(config: Config, paper: Paper) -> Self {
        let (tell, events) = mpsc::unbounded_channel();
        let (stages, paper) = (Arc::new(AtomicUsize::new(0)), Arc::new(paper));
        let (counted, papers) = (Arc::clone(&stages), Arc::clone(&paper));
        let new_stage = Box::new(move |codec, on| {
            counted.fetch_add(1, SeqCst);
            Stage::with(codec, papers.candidates(codec), 60, on)
        });
        let streamer = server::start_with(config, new_stage, Arc::new(move |event| drop(tell.send(event)))).unwrap();
        let picture = Mutex::new(I420::black(64, 64));
        Self { streamer, events: tokio::sync::Mutex::new(events), stages, paper, picture }
    }

    /// A page that is connected, with both channels open.
    async fn page(&self, role: Role) -> Page {
        Page::connect(self, role, &Plan::default()).await
    }

    fn token(&self, role: Role) -> &str {
        self.streamer.tokens().get(role).unwrap()
    }

    /// Waits for an event, passing over others.
    async fn event<T>(&self, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
        let mut events = self.events.lock().await;
        soon("an event", async {
            loop {
                let event = events.recv().await.expect("the server lives");
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
        })
        .await
    }

    /// Draws as a compositor does, until the future is done.
    async fn drawing<T>(&self, until: impl Future<Output = T>) -> T {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        tokio::pin!(until);
        loop {
            tokio::select! {
                done = &mut until => return done,
                _ = ticks.tick() => {
                    self.draw(&[]);
                }
            }
        }
    }

    fn draw(&self, markers: &[(crate::ViewerId, u32)]) -> bool {
        let now = Instant::now();
        let picture = self.picture.lock();
        self.streamer.submit(&picture, Timing { damaged: now, drawn: now }, markers)
    }
}

/// Fails instead of hanging.
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("{what} did not come"))
}
