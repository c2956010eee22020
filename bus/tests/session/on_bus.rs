//! A session on a bus of its own.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bus::{Appearance, Bus, Daemon, Toolkit, Word};
use futures::StreamExt;
use tempfile::TempDir;
use zbus::connection::Builder;
use zbus::{Connection, Proxy, fdo};

pub const LOOKS: Appearance = Appearance { dark: true, contrast: false, accent: [1.0, 0.5, 0.25] };
/// Ends a test that hangs; nothing takes this long.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Session {
    // Dropped in this order: we leave before the bus ends.
    pub bus: Bus,
    pub words: Receiver<Word>,
    daemon: Daemon,
    _folder: TempDir,
}

impl Session {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let daemon = Daemon::start(&folder.path().join("bus"), &[], None).unwrap();
        let (send, words) = channel();
        let bus = bus::start(daemon.address.clone(), (LOOKS, Toolkit::default()), move |word| send.send(word).is_ok())
            .unwrap();
        Self { bus, words, daemon, _folder: folder }
    }

    pub async fn program(&self) -> Connection {
        Builder::address(self.daemon.address.as_str()).build().await.unwrap()
    }

    pub fn word(&self) -> Word {
        self.words.recv_timeout(PATIENCE).unwrap()
    }
}

/// The proxy of an object; the bus may not have it yet.
pub async fn object(
    program: &Connection,
    name: &'static str,
    path: &'static str,
    interface: &'static str,
) -> Proxy<'static> {
    let bus = fdo::DBusProxy::new(program).await.unwrap();
    let mut changes = bus.receive_name_owner_changed_with_args(&[(0, name)]).await.unwrap();
    if !bus.name_has_owner(name.try_into().unwrap()).await.unwrap() {
        changes.next().await.unwrap();
    }
    Proxy::new(program, name, path, interface).await.unwrap()
}
