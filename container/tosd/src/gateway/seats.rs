//! Who has a picture just now. A seat holds the line of the media and counts as a viewer; it ends when the page says so,
//! when nothing comes from the page any more, or when the right to it does.

use std::{collections::HashMap, sync::Arc, time::Duration};

use httpd::listen::stopped;
use parking_lot::Mutex;
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

use super::{desks::Viewer, relay::Line};

/// Seats at one desktop.
const MOST: usize = 16;
/// A browser that has a picture says so every few seconds (RFC 7675). After this silence nobody has one.
const SILENCE: Duration = Duration::from_secs(45);
const LOOK: Duration = Duration::from_secs(5);

/// The key of a seat: whose desktop, and the resource that the container gave.
type Key = (String, String);

/// All of them.
pub struct Seats {
    taken: Mutex<HashMap<Key, oneshot::Sender<()>>>,
    stop: watch::Receiver<bool>,
}

impl Seats {
    /// None is taken.
    pub fn new(stop: watch::Receiver<bool>) -> Arc<Self> {
        Arc::new(Self { taken: Mutex::default(), stop })
    }

    /// Whether there is one more at a desktop.
    pub fn room(&self, user: &str) -> bool {
        self.taken.lock().keys().filter(|(owner, _)| owner == user).count() < MOST
    }

    /// Takes one. `cut` tells the container, and is asked only if the right ends before the page goes.
    pub fn take(
        self: &Arc<Self>,
        key: Key,
        viewer: Viewer,
        line: Arc<Line>,
        ended: impl Future<Output = ()> + Send + 'static,
        cut: impl Future<Output = ()> + Send + 'static,
    ) {
        let (left, leaves) = oneshot::channel();
        self.taken.lock().insert(key.clone(), left);
        let (seats, mut stop) = (Arc::clone(self), self.stop.clone());
        tokio::spawn(async move {
            let began = Instant::now();
            let silent = async {
                loop {
                    tokio::time::sleep(LOOK).await;
                    if !line.works() || (began.elapsed() > SILENCE && line.silence() > SILENCE) {
                        return;
                    }
                }
            };
            tokio::select! {
                _ = leaves => {}
                () = silent => {}
                () = ended => cut.await,
                () = stopped(&mut stop) => {}
            }
            seats.taken.lock().remove(&key);
            drop((viewer, line));
        });
    }

    /// The page has left it.
    pub fn leave(&self, user: &str, resource: &str) {
        // Whoever waits for it hears of it by the sender's end.
        self.taken.lock().remove(&(user.to_owned(), resource.to_owned()));
    }
}
