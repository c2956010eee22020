//! Clients that never stop sending.
//!
//! What clients sent is handled until nothing is left, and a client that sends faster than it is heard leaves always
//! something: nobody else would be heard again, the user least of all. A thread looks on. It sleeps while nothing is heard,
//! and when one hearing takes too long, the client that is listened to is cut off.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use rustix::net::Shutdown;

/// A hearing that takes longer than this has no end.
const LIMIT: Duration = Duration::from_secs(2);
/// How often the thread looks while something is heard.
const LOOK: Duration = Duration::from_millis(250);
/// For so long it watches who is listened to.
const WATCH: Duration = Duration::from_millis(200);
/// Between two looks at the sockets.
const STEP: Duration = Duration::from_millis(1);
/// Who was listened to for fewer bytes meanwhile is not what takes so long.
const FLOOD: u64 = 16 << 10;

/// The other end of a client, for as long as it is connected.
#[derive(Debug, Default)]
pub(crate) struct Line(Mutex<Option<OwnedFd>>);

impl Line {
    /// The connection is no more.
    pub(crate) fn close(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Bytes that wait to be heard.
    fn waiting(&self) -> Option<u64> {
        let socket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rustix::io::ioctl_fionread(socket.as_ref()?).ok()
    }

    fn cut(&self) {
        if let Some(socket) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = rustix::net::shutdown(socket, Shutdown::Both);
        }
    }
}

#[derive(Debug)]
struct Shared {
    epoch: Instant,
    /// When the hearing began that is under way, in microseconds since the epoch; 0 for none.
    since: AtomicU64,
    /// The thread looks. If not, it sleeps until it is woken.
    awake: AtomicBool,
    lines: Mutex<Vec<Weak<Line>>>,
    over: AtomicBool,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Floods {
    shared: Arc<Shared>,
    /// `None` if there was no thread to be had. Then nobody looks on.
    thread: Option<Thread>,
}

impl Floods {
    /// Begins to look on.
    pub(crate) fn new() -> Self {
        let shared = Arc::new(Shared {
            epoch: Instant::now(),
            since: AtomicU64::new(0),
            awake: AtomicBool::new(false),
            lines: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let own = Arc::clone(&shared);
        let thread = thread::Builder::new().name("floods".into()).spawn(move || own.look_on());
        if let Err(error) = &thread {
            tracing::warn!(%error, "nobody looks on how long clients send");
        }
        Self { shared, thread: thread.ok().map(|thread| thread.thread().clone()) }
    }

    /// The line to a client that is about to connect. Without a descriptor to spare it is not looked at.
    pub(crate) fn line(&self, socket: &impl AsFd) -> Arc<Line> {
        let line = Arc::new(Line(Mutex::new(socket.as_fd().try_clone_to_owned().ok())));
        let mut lines = self.shared.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|line| line.strong_count() > 0);
        lines.push(Arc::downgrade(&line));
        line
    }

    /// What clients sent is heard from now on, until [`Floods::heard`].
    pub(crate) fn hears(&self) {
        let now = u64::try_from(self.shared.epoch.elapsed().as_micros()).unwrap_or(u64::MAX).max(1);
        self.shared.since.store(now, Ordering::SeqCst);
        if !self.shared.awake.swap(true, Ordering::SeqCst) {
            self.thread.iter().for_each(Thread::unpark);
        }
    }

    /// All of it was heard.
    pub(crate) fn heard(&self) {
        self.shared.since.store(0, Ordering::Relaxed);
    }
}

impl Drop for Floods {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        self.thread.iter().for_each(Thread::unpark);
    }
}

impl Shared {
    fn look_on(&self) {
        while !self.over.load(Ordering::Relaxed) {
            if !self.awake.load(Ordering::Relaxed) {
                thread::park();
                continue;
            }
            let before = self.since.load(Ordering::Relaxed);
            thread::sleep(LOOK);
            let since = self.since.load(Ordering::Relaxed);
            if since == 0 && before == 0 {
                self.awake.store(false, Ordering::SeqCst);
                // A hearing that began just now has seen it awake, and woke nobody.
                self.awake.store(self.since.load(Ordering::SeqCst) != 0, Ordering::SeqCst);
            } else if since != 0 && self.epoch.elapsed().saturating_sub(Duration::from_micros(since)) > LIMIT {
                self.cut_off(since);
            }
        }
    }

    /// Cuts off whoever is listened to.
    fn cut_off(&self, since: u64) {
        let lines: Vec<Arc<Line>> = {
            let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.iter().filter_map(Weak::upgrade).collect()
        };
        let mut waiting: Vec<Option<u64>> = lines.iter().map(|line| line.waiting()).collect();
        let mut heard = vec![0_u64; lines.len()];
        let begun = Instant::now();
        while begun.elapsed() < WATCH {
            thread::sleep(STEP);
            for ((line, before), heard) in lines.iter().zip(&mut waiting).zip(&mut heard) {
                // What waits becomes less only for somebody who is listened to.
                let now = line.waiting();
                *heard += before.unwrap_or(0).saturating_sub(now.unwrap_or(0));
                *before = now;
            }
        }
        let most = heard.into_iter().zip(&lines).max_by_key(|(heard, _)| *heard);
        let Some((bytes, line)) = most.filter(|(heard, _)| *heard >= FLOOD) else { return };
        if self.since.load(Ordering::Relaxed) == since {
            tracing::warn!(bytes, "a client that never stops sending is cut off");
            line.cut();
        }
    }
}
