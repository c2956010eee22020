//! The thread that is on the bus.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;
use std::time::Duration;

use futures::StreamExt;
use tokio::runtime;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use zbus::Connection;
use zbus::connection::Builder;
use zbus::fdo::{DBusProxy, RequestNameFlags, RequestNameReply};

use crate::choose::{AppChooser, FileChooser};
use crate::inhibit::{Inhibit, Inhibitors, ScreenSaver};
use crate::notifications::Notifications;
use crate::permit::{Access, Account, Screenshot};
use crate::portal::Settings;
use crate::requests::Requests;
use crate::sandboxed::PortalNotifications;
use crate::{Appearance, Error, Told, Toolkit, Word};

/// Takes what programs say, and tells whether it could; called on the bus's thread, must not wait.
pub(crate) type Deliver = Arc<dyn Fn(Word) -> bool + Send + Sync>;

/// So much may wait to be told to programs. Past it they are not told, which is written down.
const WAITING: usize = 256;
/// So long a desktop that starts waits for a bus that does not answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// We are on the bus for as long as this lives.
#[derive(Debug)]
pub struct Bus {
    tell: Option<Sender<Told>>,
    thread: Option<JoinHandle<()>>,
}

impl Bus {
    /// Tells programs something. Does not wait.
    pub fn tell(&self, told: Told) {
        if let Some(Err(error)) = self.tell.as_ref().map(|tell| tell.try_send(told)) {
            tracing::warn!(%error, "programs on the bus are not told");
        }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        // The thread ends with its channel.
        self.tell = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::warn!("the bus's thread had failed");
        }
    }
}

/// Goes onto the bus at `address`, on a thread of its own, and waits a moment until it is there. What programs say goes to `deliver`, on that thread. Names that
/// somebody else has there already (a desktop around this one) stay theirs.
///
/// # Errors
/// If there is no thread to be had. What goes wrong later is written down: a desktop works without.
pub fn start(
    address: String,
    looks: (Appearance, Toolkit),
    deliver: impl Fn(Word) -> bool + Send + Sync + 'static,
) -> Result<Bus, Error> {
    let (tell, told) = channel(WAITING);
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let deliver: Deliver = Arc::new(deliver);
    let (ready, is_there) = std::sync::mpsc::sync_channel(1);
    let thread = std::thread::Builder::new().name("bus".into()).spawn(move || {
        if let Err(error) = runtime.block_on(serve(&address, looks, deliver, ready, told)) {
            tracing::warn!(%error, "the session bus is not served any more");
        }
    })?;
    // So that the first program finds us. It goes on without if the bus is slow; a failure drops the channel.
    let _ = is_there.recv_timeout(PATIENCE);
    Ok(Bus { tell: Some(tell), thread: Some(thread) })
}

async fn serve(
    address: &str,
    looks: (Appearance, Toolkit),
    deliver: Deliver,
    ready: SyncSender<()>,
    mut told: Receiver<Told>,
) -> zbus::Result<()> {
    let requests = Requests::new(deliver.clone());
    let inhibitors = Inhibitors::new(deliver.clone());
    let (notices, saver) = (Arc::new(Mutex::default()), || ScreenSaver { inhibitors: inhibitors.clone() });
    let connection = Builder::address(address)
        .serve_at(Notifications::PATH, Notifications::new(deliver.clone(), Arc::clone(&notices)))
        .serve_at(Settings::PATH, PortalNotifications::new(deliver.clone(), notices))
        .serve_at(Settings::PATH, Inhibit { inhibitors: inhibitors.clone() })
        .serve_at(ScreenSaver::PATHS[0], saver())
        .serve_at(ScreenSaver::PATHS[1], saver())
        .serve_at(Settings::PATH, Settings { appearance: looks.0, toolkit: looks.1 })
        .serve_at(Settings::PATH, FileChooser { requests: requests.clone() })
        .serve_at(Settings::PATH, AppChooser { requests: requests.clone(), deliver })
        .serve_at(Settings::PATH, Access { requests: requests.clone() })
        .serve_at(Settings::PATH, Account { requests: requests.clone() })
        .serve_at(Settings::PATH, Screenshot { requests: requests.clone() })
        .build()
        .await?;
    for name in [Notifications::NAME, Settings::NAME, ScreenSaver::NAME] {
        let flags = RequestNameFlags::DO_NOT_QUEUE;
        match connection.request_name_with_flags(name, flags).await {
            Ok(RequestNameReply::PrimaryOwner) => {}
            Ok(_) | Err(zbus::Error::NameTaken) => tracing::info!(name, "is somebody else's on this bus"),
            Err(error) => return Err(error),
        }
    }
    let mut leaving = DBusProxy::new(&connection).await?.receive_name_owner_changed().await?;
    let _ = ready.try_send(());
    loop {
        tokio::select! {
            told = told.recv() => {
                let Some(told) = told else { return Ok(()) };
                if let Err(error) = pass_on(&connection, &requests, told).await {
                    tracing::debug!(%error, "programs were not told");
                }
            }
            change = leaving.next() => match change.as_ref().map(|change| change.args()) {
                Some(Ok(change)) if change.new_owner().is_none() => {
                    requests.left(change.name().as_str());
                    inhibitors.left(&connection, change.name().as_str()).await;
                }
                Some(_) => {}
                // The bus has ended.
                None => return Ok(()),
            },
        }
    }
}

async fn pass_on(connection: &Connection, requests: &Requests, told: Told) -> zbus::Result<()> {
    let objects = connection.object_server();
    match told {
        Told::Closed(id, why) => {
            let notifications = objects.interface::<_, Notifications>(Notifications::PATH).await?;
            let known = notifications.get().await.forget(id).await;
            let portal = objects.interface::<_, PortalNotifications>(Settings::PATH).await?;
            // A portal's programs hear nothing of it.
            if known && !portal.get_mut().await.forget(id) {
                Notifications::notification_closed(notifications.signal_emitter(), id.0, why as u32).await?;
            }
            Ok(())
        }
        Told::Activated(id, choice) => {
            let portal = objects.interface::<_, PortalNotifications>(Settings::PATH).await?;
            if portal.get().await.invoke(portal.signal_emitter(), id, choice).await? {
                return Ok(());
            }
            let notifications = objects.interface::<_, Notifications>(Notifications::PATH).await?;
            let action = notifications.get().await.action(id, choice).await;
            match action {
                Some(action) => Notifications::action_invoked(notifications.signal_emitter(), id.0, &action).await,
                None => Ok(()),
            }
        }
        Told::Answered(id, answer) => {
            requests.answer(id, answer);
            Ok(())
        }
        Told::Appearance(new) => {
            let settings = objects.interface::<_, Settings>(Settings::PATH).await?;
            let old = std::mem::replace(&mut settings.get_mut().await.appearance, new);
            Settings::tell(settings.signal_emitter(), old, new).await
        }
    }
}
