//! `org.freedesktop.impl.portal.Inhibit`, version 1, and `org.freedesktop.ScreenSaver`: programs say that somebody watches
//! though nobody does anything. Of what else the portal knows, users that change and machines that sleep, there is nothing
//! here to keep from happening.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zbus::message::Header;
use zbus::wire::ObjectPath;
use zbus::{Connection, fdo, interface};

use crate::notifications::sender;
use crate::options::Options;
use crate::requests::{ENDED, is_request};
use crate::{Word, service::Deliver};

/// What may be held at once, and by one on the bus, which may be the portal that speaks for many.
const MOST_HELD: usize = 256;
const MOST_OF_ONE: usize = 64;
/// The portal's number for "do not rest".
const IDLE: u32 = 8;

/// One that somebody holds.
#[derive(Debug, PartialEq, Eq)]
struct Held {
    owner: String,
    /// By which its owner knows it; never given out twice while the numbers last.
    cookie: u32,
    /// Where its request is, if it came by the portal.
    handle: Option<String>,
}

#[derive(Debug, Default)]
struct Account {
    last: u32,
    held: Vec<Held>,
}

/// All that are held.
#[derive(Clone)]
pub(crate) struct Inhibitors {
    deliver: Deliver,
    account: Arc<Mutex<Account>>,
}

impl Inhibitors {
    pub(crate) fn new(deliver: Deliver) -> Self {
        Self { deliver, account: Arc::default() }
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        // Whoever failed with it held left whole values behind.
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more, unless that is too much.
    fn hold(&self, owner: String, handle: Option<String>) -> fdo::Result<u32> {
        let (cookie, first) = {
            let mut account = self.account();
            let own = account.held.iter().filter(|held| held.owner == owner).count();
            if account.held.len() >= MOST_HELD || own >= MOST_OF_ONE {
                return Err(fdo::Error::LimitsExceeded(format!("more than {MOST_OF_ONE} are held")));
            }
            account.last = account.last.checked_add(1).unwrap_or(1);
            let cookie = account.last;
            account.held.push(Held { owner, cookie, handle });
            (cookie, account.held.len() == 1)
        };
        if first {
            (self.deliver)(Word::Watched(true));
        }
        Ok(cookie)
    }

    /// Lets go of some; where the requests of those were.
    fn release(&self, is_it: impl Fn(&Held) -> bool) -> Vec<String> {
        let (released, empty) = {
            let mut account = self.account();
            let released: Vec<Held> = account.held.extract_if(.., |held| is_it(held)).collect();
            (released, account.held.is_empty())
        };
        if empty && !released.is_empty() {
            (self.deliver)(Word::Watched(false));
        }
        released.into_iter().filter_map(|held| held.handle).collect()
    }

    /// Somebody has left the bus.
    pub(crate) async fn left(&self, connection: &Connection, name: &str) {
        for handle in self.release(|held| held.owner == name) {
            take_away(connection, handle).await;
        }
    }
}

async fn take_away(connection: &Connection, handle: String) {
    if let Err(error) = connection.object_server().remove::<Request, _>(handle).await {
        tracing::debug!(%error, "a request stays on the bus");
    }
}

/// The portal's object on the bus.
pub(crate) struct Inhibit {
    pub(crate) inhibitors: Inhibitors,
}

#[interface(name = "org.freedesktop.impl.portal.Inhibit")]
impl Inhibit {
    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    async fn inhibit(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        handle: ObjectPath<'_>,
        _app_id: &str,
        _window: &str,
        flags: u32,
        _options: Options,
    ) -> fdo::Result<()> {
        if flags & IDLE == 0 {
            return Ok(());
        }
        if !is_request(&handle) {
            return Err(fdo::Error::InvalidArgs("this is no request".into()));
        }
        let owner = sender(&header)?;
        let cookie = self.inhibitors.hold(owner.clone(), Some(handle.to_string()))?;
        let request = Request { inhibitors: self.inhibitors.clone(), cookie, owner };
        if !matches!(connection.object_server().at(&handle, request).await, Ok(None)) {
            // Somebody has a request of this name already.
            self.inhibitors.release(|held| held.cookie == cookie);
            return Err(fdo::Error::Failed("there is such a request".into()));
        }
        Ok(())
    }

    /// Nothing ever happens here that could be told: nobody else's session takes this one's place.
    fn create_monitor(
        &self,
        _handle: ObjectPath<'_>,
        _session_handle: ObjectPath<'_>,
        _app_id: &str,
        _window: &str,
    ) -> u32 {
        ENDED
    }

    fn query_end_response(&self, _session_handle: ObjectPath<'_>) {}

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        1
    }
}

/// What a program lets go with.
struct Request {
    inhibitors: Inhibitors,
    cookie: u32,
    owner: String,
}

#[interface(name = "org.freedesktop.impl.portal.Request")]
impl Request {
    /// It is held no longer. Only who held it may say so.
    fn close(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> fdo::Result<()> {
        if sender(&header)? != self.owner {
            return Err(fdo::Error::AccessDenied("somebody else holds it".into()));
        }
        for handle in self.inhibitors.release(|held| held.cookie == self.cookie) {
            let connection = connection.clone();
            // Not from within itself.
            tokio::spawn(async move { take_away(&connection, handle).await });
        }
        Ok(())
    }
}

/// What players without a portal and without Wayland ask.
pub(crate) struct ScreenSaver {
    pub(crate) inhibitors: Inhibitors,
}

impl ScreenSaver {
    pub(crate) const NAME: &'static str = "org.freedesktop.ScreenSaver";
    /// Some know the one, some the other.
    pub(crate) const PATHS: [&'static str; 2] = ["/org/freedesktop/ScreenSaver", "/ScreenSaver"];
}

#[interface(name = "org.freedesktop.ScreenSaver")]
impl ScreenSaver {
    fn inhibit(&self, #[zbus(header)] header: Header<'_>, _program: &str, _reason: &str) -> fdo::Result<u32> {
        self.inhibitors.hold(sender(&header)?, None)
    }

    fn un_inhibit(&self, #[zbus(header)] header: Header<'_>, cookie: u32) -> fdo::Result<()> {
        let owner = sender(&header)?;
        self.inhibitors.release(|held| held.handle.is_none() && held.cookie == cookie && held.owner == owner);
        Ok(())
    }

    /// There is none that could be.
    fn get_active(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inhibitors() -> (Inhibitors, Arc<Mutex<Vec<Word>>>) {
        let words: Arc<Mutex<Vec<Word>>> = Arc::default();
        let into = Arc::clone(&words);
        (Inhibitors::new(Arc::new(move |word| into.lock().map(|mut words| words.push(word)).is_ok())), words)
    }

    #[test]
    fn the_first_and_the_last_are_told() {
        let (all, words) = inhibitors();
        let first = all.hold(":1.1".into(), None).unwrap();
        let second = all.hold(":1.2".into(), Some("/request".into())).unwrap();
        assert_eq!(all.release(|held| held.cookie == first), [""; 0]);
        assert_eq!(*words.lock().unwrap(), [Word::Watched(true)]);
        assert_eq!(all.release(|held| held.cookie == second), ["/request"]);
        assert_eq!(all.release(|_| true), [""; 0], "there is none");
        assert_eq!(*words.lock().unwrap(), [Word::Watched(true), Word::Watched(false)]);
    }

    #[test]
    fn nobody_holds_without_end() {
        let (all, _) = inhibitors();
        assert_eq!((0..1000).filter(|_| all.hold(":1.1".into(), None).is_ok()).count(), MOST_OF_ONE);
        assert!(all.hold(":1.2".into(), None).is_ok());
        for number in 0..1000 {
            let _ = all.hold(format!(":2.{number}"), None);
        }
        assert_eq!(all.account().held.len(), MOST_HELD);
    }
}
