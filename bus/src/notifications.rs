//! `org.freedesktop.Notifications`, version 1.2 of the Desktop Notifications Specification: what programs tell the user
//! becomes alerts of the desktop.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use zbus::message::Header;
use zbus::names::BusName;
use zbus::object_server::SignalEmitter;
use zbus::wire::{OwnedVariant, Variant};
use zbus::{Connection, fdo, interface};

use crate::options::MOST_LABEL;
use crate::text::{cut, plain};
use crate::{Word, service::Deliver};

/// Characters of a program's name, a summary, a body; more is cut.
pub(crate) const MOST_NAME: usize = 48;
pub(crate) const MOST_SUMMARY: usize = 160;
pub(crate) const MOST_BODY: usize = 480;
/// So much may be done about one; the rest is left out.
pub(crate) const MOST_ACTIONS: usize = 3;
/// Bytes of what a program calls an action.
pub(crate) const LONGEST_ACTION: usize = 256;
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
    /// What else may be done about it, in words for buttons.
    pub choices: Vec<String>,
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

/// One that is open.
#[derive(Debug, Default)]
struct Open {
    /// Whose it is: nobody else replaces or closes it.
    owner: String,
    /// What its program calls what may be done about it.
    actions: Vec<String>,
}

/// Which there are, and how often each program speaks.
#[derive(Debug, Default)]
pub(crate) struct Account {
    last: u32,
    open: HashMap<NotificationId, Open>,
    paces: HashMap<String, Pace>,
}

impl Account {
    /// The name for what `sender` says now.
    pub(crate) fn name(&mut self, replaces: u32, sender: &str) -> (NotificationId, bool) {
        let old = NotificationId(replaces);
        if self.is_of(old, sender) {
            return (old, true);
        }
        self.last = self.last.checked_add(1).unwrap_or(1);
        let id = NotificationId(self.last);
        self.open.insert(id, Open { owner: sender.to_owned(), actions: Vec::new() });
        (id, false)
    }

    /// Whether one is open, and somebody's.
    fn is_of(&self, id: NotificationId, sender: &str) -> bool {
        self.open.get(&id).is_some_and(|open| open.owner == sender)
    }

    /// One is closed: its name is nobody's any more. Whether it was anybody's.
    fn forget(&mut self, id: NotificationId) -> bool {
        self.open.remove(&id).is_some()
    }

    pub(crate) fn too_often(&mut self, sender: &str, now: Instant) -> bool {
        if self.paces.len() >= MOST_SENDERS {
            self.paces.retain(|_, pace| now.saturating_duration_since(pace.since) <= WHILE);
        }
        self.paces.entry(sender.to_owned()).or_insert(Pace { since: now, count: 0 }).exceeds(now)
    }
}

/// The object on the bus.
pub(crate) struct Notifications {
    deliver: Deliver,
    account: Arc<Mutex<Account>>,
}

impl Notifications {
    pub(crate) const PATH: &'static str = "/org/freedesktop/Notifications";
    pub(crate) const NAME: &'static str = "org.freedesktop.Notifications";

    pub(crate) fn new(deliver: Deliver, account: Arc<Mutex<Account>>) -> Self {
        Self { deliver, account }
    }

    /// One is closed. Whether it was there.
    pub(crate) async fn forget(&self, id: NotificationId) -> bool {
        self.account.lock().await.forget(id)
    }

    /// What its program calls what the user does about one: takes it up, or a choice.
    pub(crate) async fn action(&self, id: NotificationId, choice: Option<usize>) -> Option<String> {
        let Some(choice) = choice else { return Some(DEFAULT_ACTION.to_owned()) };
        self.account.lock().await.open.get(&id)?.actions.get(choice).cloned()
    }
}

/// What may be done about a notification besides taking it up: what its program calls it, and in words.
fn choices(actions: &[String]) -> Vec<(String, String)> {
    let pairs = actions.chunks_exact(2).filter_map(|pair| pair.first().zip(pair.get(1)));
    let fits = |(key, label): &(&String, &String)| {
        *key != DEFAULT_ACTION && key.len() <= LONGEST_ACTION && !label.trim().is_empty()
    };
    pairs.filter(fits).take(MOST_ACTIONS).map(|(key, label)| (key.clone(), cut(label.trim(), MOST_LABEL))).collect()
}

/// The process that speaks, where the bus knows.
pub(crate) async fn process_of(connection: &Connection, sender: &str) -> Option<u32> {
    let bus = fdo::DBusProxy::new(connection).await.ok()?;
    bus.get_connection_unix_process_id(BusName::try_from(sender).ok()?).await.ok()
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
        let sender = sender(&header)?;
        let (keys, labels) = choices(&actions).into_iter().unzip();
        let (id, replaces) = {
            let mut account = self.account.lock().await;
            if account.too_often(&sender, Instant::now()) {
                return Err(too_often());
            }
            let (id, replaces) = account.name(replaces_id, &sender);
            account.open.entry(id).and_modify(|open| open.actions = keys);
            (id, replaces)
        };
        let process = process_of(connection, &sender).await;
        (self.deliver)(Word::Notify(Notification {
            id,
            replaces,
            program: cut(app_name, MOST_NAME),
            summary: cut(summary, MOST_SUMMARY),
            body: plain(body, MOST_BODY),
            urgency: urgency(&hints),
            activates: actions.iter().step_by(2).any(|action| action == DEFAULT_ACTION),
            choices: labels,
            process,
        }));
        Ok(id.0)
    }

    async fn close_notification(&self, #[zbus(header)] header: Header<'_>, id: u32) -> fdo::Result<()> {
        let id = NotificationId(id);
        // Of what is gone already the specification wants silence.
        if self.account.lock().await.is_of(id, &sender(&header)?) {
            (self.deliver)(Word::Withdraw(id));
        }
        Ok(())
    }

    /// One is on the screen no more.
    #[zbus(signal)]
    pub(crate) async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;

    /// The user took one up, or chose what is done about it.
    #[zbus(signal)]
    pub(crate) async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action_key: &str) -> zbus::Result<()>;
}

/// What a program hears that the user took its notification up.
const DEFAULT_ACTION: &str = "default";

/// Who speaks.
pub(crate) fn sender(header: &Header<'_>) -> fdo::Result<String> {
    let sender = header.sender().ok_or_else(|| fdo::Error::AccessDenied("who are you?".into()))?;
    Ok(sender.to_string())
}

/// What somebody hears that speaks too often.
pub(crate) fn too_often() -> fdo::Error {
    fdo::Error::LimitsExceeded(format!("more than {MOST_OFTEN} in {} s", WHILE.as_secs()))
}

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
    fn what_may_be_done_is_bounded_and_has_words() {
        let said = |actions: &[&str]| choices(&actions.iter().map(ToString::to_string).collect::<Vec<_>>());
        let pair = |key: &str, label: &str| (key.to_owned(), label.to_owned());
        assert_eq!(said(&["default", "Open", "r", " Reply ", "odd", " ", "l"]), [pair("r", "Reply")]);
        let many: Vec<String> = (0..100_000).map(|number| number.to_string()).collect();
        assert_eq!(choices(&many), [pair("0", "1"), pair("2", "3"), pair("4", "5")]);
        assert_eq!(said(&[&"k".repeat(LONGEST_ACTION + 1), "Reply"]), []);
        assert!(said(&["r", &"x".repeat(1_000_000)])[0].1.chars().count() <= MOST_LABEL + 1);
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
