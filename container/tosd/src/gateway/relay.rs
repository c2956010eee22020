//! Media: datagrams between browsers and the insides of containers.
//!
//! Each desktop has a block of UDP ports of this host, bound only while somebody who is signed in sees that desktop; nobody
//! else gets so much as an answer. A datagram goes to the container through its gate, with the number of its flow in front,
//! and comes back the same way. Nothing is queued: a datagram that finds no room is lost, as datagrams are.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use gate::{Gate, Head, Media};
use parking_lot::Mutex;
use tokio::{
    net::UdpSocket,
    task::{JoinHandle, JoinSet},
};

use super::flows::Flows;
use crate::config::Ports;

/// Longest datagram that is passed on; see `GATE.md`.
const LONGEST: usize = 2048;

/// All the lines that are open.
#[derive(Debug)]
pub struct Relay {
    bind: IpAddr,
    open: Mutex<HashMap<PathBuf, Weak<Line>>>,
    /// What has passed, for figures.
    pub counts: Arc<Counts>,
}

/// What has passed.
#[derive(Debug, Default)]
pub struct Counts {
    /// Datagrams to containers.
    pub inward: AtomicU64,
    /// Datagrams from containers.
    pub outward: AtomicU64,
    /// Datagrams that found no room, or nobody.
    pub lost: AtomicU64,
}

/// The media of one desktop, for as long as it is kept.
#[derive(Debug)]
pub struct Line {
    shared: Arc<Shared>,
    passing: JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.passing.abort();
    }
}

#[derive(Debug)]
struct Shared {
    began: Instant,
    flows: Mutex<Flows>,
    /// When somebody who had been answered was heard, in milliseconds after `began`.
    heard: AtomicU64,
    counts: Arc<Counts>,
}

impl Relay {
    /// Binds on this address.
    pub fn new(bind: IpAddr) -> Self {
        Self { bind, open: Mutex::default(), counts: Arc::default() }
    }

    /// Opens the line of a desktop, or finds the one that is open.
    ///
    /// # Errors
    /// A port is taken, or the gate does not open.
    pub async fn open(&self, gate: &std::path::Path, ports: Ports) -> io::Result<Arc<Line>> {
        let known = |open: &HashMap<PathBuf, Weak<Line>>| open.get(gate).and_then(Weak::upgrade);
        if let Some(line) = known(&self.open.lock()).filter(|line| line.works()) {
            return Ok(line);
        }
        let media = Gate::new(gate).media().await.map_err(io::Error::other)?;
        let mut open = self.open.lock();
        // Somebody else may have been faster.
        if let Some(line) = known(&open).filter(|line| line.works()) {
            return Ok(line);
        }
        let line = Arc::new(Line::new(self.bind, ports, media, Arc::clone(&self.counts))?);
        open.retain(|_, line| line.strong_count() > 0);
        open.insert(gate.to_owned(), Arc::downgrade(&line));
        Ok(line)
    }
}

impl Line {
    fn new(bind: IpAddr, ports: Ports, media: Media, counts: Arc<Counts>) -> io::Result<Self> {
        let shared =
            Arc::new(Shared { began: Instant::now(), flows: Mutex::default(), heard: AtomicU64::new(0), counts });
        let media = Arc::new(media);
        let mut sockets = HashMap::new();
        let mut tasks = JoinSet::new();
        for port in ports.first..=ports.last {
            let socket = std::net::UdpSocket::bind(SocketAddr::new(bind, port))?;
            socket.set_nonblocking(true)?;
            let socket = Arc::new(UdpSocket::from_std(socket)?);
            sockets.insert(port, Arc::clone(&socket));
            tasks.spawn(inward(port, socket, Arc::clone(&media), Arc::clone(&shared)));
        }
        tasks.spawn(outward(sockets, media, Arc::clone(&shared)));
        // Any task that ends takes the others along, at once: the next container may be given the same ports.
        let passing = tokio::spawn(async move {
            tasks.join_next().await;
            tasks.shutdown().await;
        });
        Ok(Self { shared, passing })
    }

    /// Whether its container still holds the other end.
    pub fn works(&self) -> bool {
        !self.passing.is_finished()
    }

    /// For how long nobody whom the desktop answers has been heard.
    pub fn silence(&self) -> Duration {
        let heard = Duration::from_millis(self.shared.heard.load(Relaxed));
        self.shared.began.elapsed().saturating_sub(heard)
    }
}

async fn inward(port: u16, socket: Arc<UdpSocket>, media: Arc<Media>, shared: Arc<Shared>) {
    // One more byte than fits, to tell a long one from one that just fits.
    let mut buffer = vec![0; LONGEST + 1];
    loop {
        let (length, remote) = match socket.recv_from(&mut buffer).await {
            Ok(received) => received,
            // What an earlier answer came to, such as a closed port.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => continue,
            Err(error) => return tracing::debug!(%error, port, "media port"),
        };
        let Some(datagram) = buffer.get(..length).filter(|datagram| datagram.len() <= LONGEST) else {
            shared.counts.lost.fetch_add(1, Relaxed);
            continue;
        };
        let now = Instant::now();
        let (flow, answered) = shared.flows.lock().of(port, remote, now);
        if answered {
            let after = now.saturating_duration_since(shared.began).as_millis();
            shared.heard.store(u64::try_from(after).unwrap_or(u64::MAX), Relaxed);
        }
        match media.send(Head { port, flow }, datagram) {
            Ok(()) => shared.counts.inward.fetch_add(1, Relaxed),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => shared.counts.lost.fetch_add(1, Relaxed),
            Err(error) => return tracing::debug!(%error, "media channel"),
        };
    }
}

async fn outward(sockets: HashMap<u16, Arc<UdpSocket>>, media: Arc<Media>, shared: Arc<Shared>) {
    let mut buffer = Media::buffer();
    loop {
        let (head, datagram) = match media.recv(&mut buffer).await {
            Ok(Some(received)) => received,
            Ok(None) => return,
            Err(error) => return tracing::debug!(%error, "media channel"),
        };
        let remote = shared.flows.lock().answer(head.port, head.flow, Instant::now());
        let sent = match (sockets.get(&head.port), remote) {
            // Whether it has room or not: the next one is more important than this one.
            (Some(socket), Some(remote)) => socket.try_send_to(datagram, remote).is_ok(),
            _ => false,
        };
        let count = if sent { &shared.counts.outward } else { &shared.counts.lost };
        count.fetch_add(1, Relaxed);
    }
}
