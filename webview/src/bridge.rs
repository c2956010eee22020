//! What a running panel and the desktop say to each other.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::page::Page;
use crate::serve;

/// The thread that all panels are served on.
#[derive(Debug)]
pub struct Host {
    runtime: Runtime,
}

/// How a page is to look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// The theme's custom properties, as a style sheet.
    pub css: String,
    /// The user wants no motion.
    pub reduced: bool,
}

/// What the server of a panel knows.
#[derive(Debug)]
pub(crate) struct Shared {
    pub page: Mutex<Page>,
    pub look: watch::Sender<Look>,
    pub data: watch::Sender<String>,
    pub ping: watch::Sender<u64>,
    pub edition: watch::Sender<u64>,
    pong: AtomicU64,
    /// How many pages listen, and whether one ever did.
    listening: Mutex<(usize, bool)>,
    pub stop: watch::Sender<bool>,
}

/// One panel's server. It ends when this is dropped.
#[derive(Debug)]
pub struct Bridge {
    shared: Arc<Shared>,
    address: SocketAddr,
}

impl Host {
    /// Starts the thread.
    ///
    /// # Errors
    /// If there are no more of them.
    pub fn new() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("panels").enable_all().build()?;
        Ok(Self { runtime })
    }

    /// Begins to serve a page.
    ///
    /// # Errors
    /// If there are no more ports or file descriptors.
    pub fn open(&self, page: Page, look: Look) -> io::Result<Bridge> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            page: Mutex::new(page),
            look: watch::Sender::new(look),
            data: watch::Sender::new(String::new()),
            ping: watch::Sender::new(0),
            edition: watch::Sender::new(0),
            pong: AtomicU64::new(0),
            listening: Mutex::default(),
            stop: watch::Sender::new(false),
        });
        let _inside = self.runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener)?;
        self.runtime.spawn(serve::run(listener, address, Arc::clone(&shared)));
        Ok(Bridge { shared, address })
    }
}

impl Shared {
    /// The page says that it is alive.
    pub(crate) fn answer(&self, ping: u64) {
        // It cannot answer what it was not asked.
        if ping <= *self.ping.borrow() {
            self.pong.fetch_max(ping, Ordering::Relaxed);
        }
    }
}

/// A page that hears what is said, for as long as this lives.
pub(crate) struct Listening(Arc<Shared>);

impl Listening {
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        let mut listening = shared.listening.lock();
        *listening = (listening.0 + 1, true);
        Self(Arc::clone(shared))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut listening = self.0.listening.lock();
        listening.0 = listening.0.saturating_sub(1);
    }
}

impl Bridge {
    /// Of this machine: everything that the engine asks for goes there.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Lets the page look otherwise.
    pub fn set_look(&self, look: Look) {
        self.shared.look.send_if_modified(|known| {
            let changed = *known != look;
            *known = look;
            changed
        });
    }

    /// Tells the page how the system does, as JSON.
    pub fn set_data(&self, data: String) {
        self.shared.data.send_replace(data);
    }

    /// Its file has changed: it is loaded again.
    pub fn set_page(&self, page: Page) {
        *self.shared.page.lock() = page;
        self.shared.edition.send_modify(|edition| *edition += 1);
    }

    /// Asks the page whether it is alive. Numbers grow.
    pub fn ping(&self, number: u64) {
        self.shared.ping.send_replace(number);
    }

    /// The last question that it answered; 0 for none.
    pub fn answered(&self) -> u64 {
        self.shared.pong.load(Ordering::Relaxed)
    }

    /// Whether its page was there and is not any more: it is being loaded again, or has gone elsewhere.
    pub fn left(&self) -> bool {
        matches!(*self.shared.listening.lock(), (0, true))
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.shared.stop.send_replace(true);
    }
}
