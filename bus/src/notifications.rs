//! `org.freedesktop.Notifications`, version 1.2 of the Desktop Notifications Specification: what programs tell the user
//! becomes alerts of the desktop.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use zbus::message::Header;
use zbus::names::BusName;
use zbus::object_server::SignalEmitter;
use zbus::wire::{OwnedVariant, Variant};
use zbus::{Connection, fdo, interface};

use crate::text::{cut, plain};
use crate::{Word, service::Deliver};

/// Characters of a program's name, a summary, a body; more is cut.
const MOST_NAME: usize = 48;
const MOST_SUMMARY: usize = 160;
const MOST_BODY: usize = 480;
/// So many a program may send within [`WHILE`]; it is told when it sends more.
const MOST_OFTEN: u32 = 20;
const WHILE: Duration = Duration::from_secs(10);
/// Programs whose pace is kept.
const MOST_SENDERS: usize = 256;

/// Names a notification; never 0, never given out twice while the numbers last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NotificationId(pub u32);

/// How much it presses, as the specification has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// 0
    Low,
    /// 1, and where nothing is said.
    Normal,
    /// 2: stays until the user has seen it.
    Critical,
}

/// Why one is on the screen no more, with the specification's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It had its time.
    Expired = 1,
    /// The user sent it away.
    Dismissed = 2,
    /// Its program took it back.
    Withdrawn = 3,
}

/// Something that a program tells the user. The texts are cut and free of markup, and hostile all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its name.
    pub id: NotificationId,
    /// It takes the place of an older one of the same name.
    pub replaces: bool,
    /// The program's own name.
    pub program: String,
    /// In a few words.
    pub summary: String,
    /// In more.
    pub body: String,
    /// How much it presses.
    pub urgency: Urgency,
    /// The program wants to hear when the user takes it up.
    pub activates: bool,
    /// The process that said it, where the bus knows.
    pub process: Option<u32>,
}

/// How often somebody spoke lately.
#[derive(Debug, Clone, Copy)]
struct Pace {
    since: Instant,
    count: u32,
}

impl Pace {
    /// Whether one more is too many.
    fn exceeds(&mut self, now: Instant) -> bool {
        if now.saturating_duration_since(self.since) > WHILE {
            *self = Self { since: now, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        self.count > MOST_OFTEN
    }
}

#[derive(Debug, Default)]
struct Account {
    last: u32,
    /// Whose they are: nobody else replaces or closes them.
    owners: HashMap<NotificationId, String>,
    paces: HashMap<String, Pace>,
}

impl Account {
    /// The name for what `sender` says now.
    fn name(&mut self, replaces: u32, sender: &str) -> (NotificationId, bool) {
        let old = NotificationId(replaces);
        if self.owners.get(&old).is_some_and(|owner| owner == sender) {
            return (old, true);
        }
        self.last = self.last.checked_add(1).unwrap_or(1);
        let id = NotificationId(self.last);
        self.owners.insert(id, sender.to_owned());
        (id, false)
    }

    fn too_often(&mut self, sender: &str, now: Instant) -> bool {
        if self.paces.len() >= MOST_SENDERS {
            self.paces.retain(|_, pace| now.saturating_duration_since(pace.since) <= WHILE);
        }
        self.paces.entry(sender.to_owned()).or_insert(Pace { since: now, count: 0 }).exceeds(now)
    }
}

/// The object on the bus.
pub(crate) struct Notifications {
    deliver: Deliver,
    account: Mutex<Account>,
}

impl Notifications {
    pub(crate) const PATH: &'static str = "/org/freedesktop/Notifications";
    pub(crate) const NAME: &'static str = "org.freedesktop.Notifications";

    pub(crate) fn new(deliver: Deliver) -> Self {
        Self { deliver, account: Mutex::default() }
    }

    /// One is closed: its name is nobody's any more. Whether it was anybody's.
    pub(crate) async fn forget(&self, id: NotificationId) -> bool {
        self.account.lock().await.owners.remove(&id).is_some()
    }
}

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    /// What is done with what is said.
    fn get_capabilities(&self) -> Vec<&'static str> {
        vec!["actions", "body", "persistence"]
    }

    /// Name, vendor, version, version of the specification.
    fn get_server_information(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        ("TOS", "TOS", env!("CARGO_PKG_VERSION"), "1.2")
    }

    #[expect(clippy::too_many_arguments, reason = "the specification has them")]
    async fn notify(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        app_name: &str,
        replaces_id: u32,
        _app_icon: &str,
        summary: &str,
        body: &str,
        actions: Vec<String>,
        hints: HashMap<String, OwnedVariant>,
        _expire_timeout: i32,
    ) -> fdo::Result<u32> {
        let sender = header.sender().ok_or_else(|| fdo::Error::AccessDenied("who are you?".into()))?.to_owned();
        let (id, replaces) = {
            let mut account = self.account.lock().await;
            if account.too_often(&sender, Instant::now()) {
                return Err(fdo::Error::LimitsExceeded(format!("more than {MOST_OFTEN} in {} s", WHILE.as_secs())));
            }
            account.name(replaces_id, &sender)
        };
        let process = match fdo::DBusProxy::new(connection).await {
            Ok(bus) => bus.get_connection_unix_process_id(BusName::from(sender.clone())).await.ok(),
            Err(_) => None,
        };
        (self.deliver)(Word::Notify(Notification {
            id,
            replaces,
            program: cut(app_name, MOST_NAME),
            summary: cut(summary, MOST_SUMMARY),
            body: plain(body, MOST_BODY),
            urgency: urgency(&hints),
            activates: actions.iter().step_by(2).any(|action| action == DEFAULT_ACTION),
            process,
        }));
        Ok(id.0)
    }

    async fn close_notification(&self, #[zbus(header)] header: Header<'_>, id: u32) -> fdo::Result<()> {
        let id = NotificationId(id);
        let sender = header.sender().map(|sender| sender.as_str());
        let theirs = self.account.lock().await.owners.get(&id).map(String::as_str) == sender;
        // Of what is gone already the specification wants silence.
        if theirs && sender.is_some() {
            (self.deliver)(Word::Withdraw(id));
        }
        Ok(())
    }

    /// One is on the screen no more.
    #[zbus(signal)]
    pub(crate) async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;

    /// The user took one up.
    #[zbus(signal)]
    pub(crate) async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action_key: &str) -> zbus::Result<()>;
}

/// What a program hears that the user took its notification up.
pub(crate) const DEFAULT_ACTION: &str = "default";

fn urgency(hints: &HashMap<String, OwnedVariant>) -> Urgency {
    match hints.get("urgency").map(|hint| &**hint) {
        Some(Variant::U8(0)) => Urgency::Low,
        Some(Variant::U8(2)) => Urgency::Critical,
        _ => Urgency::Normal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_replaced_by_its_owner_only() {
        let mut account = Account::default();
        let (first, _) = account.name(0, ":1.1");
        assert_eq!(account.name(first.0, ":1.1"), (first, true));
        let (other, replaces) = account.name(first.0, ":1.2");
        assert!(other != first && !replaces);
        assert_eq!(account.name(77, ":1.1"), (NotificationId(3), false), "nobody had 77");
    }

    #[test]
    fn who_speaks_too_often_waits() {
        let mut account = Account::default();
        let start = Instant::now();
        for _ in 0..MOST_OFTEN {
            assert!(!account.too_often(":1.1", start));
        }
        assert!(account.too_often(":1.1", start));
        assert!(!account.too_often(":1.2", start), "others may speak");
        assert!(!account.too_often(":1.1", start + WHILE + Duration::from_secs(1)));
        for sender in 0..3 * MOST_SENDERS as u32 {
            account.too_often(&sender.to_string(), start + WHILE * (sender + 3));
        }
        assert!(account.paces.len() <= MOST_SENDERS);
    }
}
