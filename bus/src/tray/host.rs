//! The thread that looks after the items: who there is, what they look like now, whose menu is open.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use zbus::connection::Builder;
use zbus::fdo::{DBusProxy, RequestNameFlags, RequestNameReply};
use zbus::message::Type;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, MatchRule, Message, MessageStream};

use super::fetch::{self, ITEM, MOST_PICTURES};
use super::menu::{self, MENU};
use super::watcher::{Address, Listed, Watcher};
use super::{MOST_ITEMS, TrayAsk, TrayEntry, TrayId, TrayItem, TrayWord};

/// Takes what the tray says.
pub(super) type Deliver = Arc<dyn Fn(TrayWord) + Send + Sync>;

/// A single answer may take this long.
const PATIENCE: Duration = Duration::from_secs(5);
/// All that an item says of itself may take this long.
const MOST_FETCH: Duration = Duration::from_secs(8);
/// An item is looked at no more often, whatever it says.
const PACE: Duration = Duration::from_millis(200);
/// One that did not answer is left alone for this long.
const SULK: Duration = Duration::from_secs(60);
/// Calls to items that are under way; past it the user's are dropped, which is written down.
const MOST_CALLS: usize = 128;

/// An item, as far as it is known.
struct Known {
    id: TrayId,
    address: Address,
    /// What it said last; nothing before the first time.
    item: Option<TrayItem>,
    menu: Option<String>,
    /// It is being asked.
    asked: bool,
    /// When it is to be asked again.
    due: Option<Instant>,
    /// Not sooner.
    not_before: Instant,
}

/// What came of something that was asked.
enum Done {
    Fetched(TrayId, Option<Box<(TrayItem, Option<String>)>>),
    Menu(TrayId, Option<Vec<TrayEntry>>),
    /// It was pressed, and does not know what that means.
    Unpressed(TrayId),
    Nothing,
}

/// The menu that somebody sees.
struct Open {
    item: TrayId,
    entry: i32,
    asked: bool,
    due: Option<Instant>,
    not_before: Instant,
}

struct Host {
    connection: Connection,
    deliver: Deliver,
    listed: Listed,
    pictures: Arc<Semaphore>,
    items: Vec<Known>,
    last: u64,
    open: Option<Open>,
    tasks: JoinSet<Done>,
}

/// Becomes the tray, and is it until nobody can ask any more.
pub(super) async fn serve(address: &str, deliver: Deliver, mut asks: Receiver<TrayAsk>) -> zbus::Result<()> {
    let (registered, mut registrations) = channel(MOST_ITEMS);
    let listed = Listed::default();
    let watcher = Watcher { listed: listed.clone(), registered };
    let connection =
        Builder::address(address).method_timeout(PATIENCE).serve_at(Watcher::PATH, watcher).build().await?;
    let signals = |interface| MatchRule::builder().msg_type(Type::Signal).interface(interface);
    let mut of_items = MessageStream::for_match_rule(signals(ITEM).build()?, &connection, None).await?;
    let mut of_menus = MessageStream::for_match_rule(signals(MENU).build()?, &connection, None).await?;
    let mut owners = DBusProxy::new(&connection).await?.receive_name_owner_changed().await?;
    match connection.request_name_with_flags(Watcher::NAME, RequestNameFlags::DO_NOT_QUEUE).await {
        Ok(RequestNameReply::PrimaryOwner) => {}
        Ok(_) | Err(zbus::Error::NameTaken) => {
            tracing::info!(name = Watcher::NAME, "is somebody else's on this bus");
            return Ok(());
        }
        Err(error) => return Err(error),
    }
    Watcher::status_notifier_host_registered(&SignalEmitter::new(&connection, Watcher::PATH)?).await?;
    let mut host = Host {
        connection,
        deliver,
        listed,
        pictures: Arc::new(Semaphore::new(MOST_PICTURES)),
        items: Vec::new(),
        last: 0,
        open: None,
        tasks: JoinSet::new(),
    };
    loop {
        let due = host.next_due();
        tokio::select! {
            Some(Ok(signal)) = of_items.next() => host.item_changed(&signal),
            Some(Ok(signal)) = of_menus.next() => host.menu_changed(&signal),
            Some(change) = owners.next() => {
                if let Ok(change) = change.args() && change.new_owner().is_none() {
                    host.left(change.name().as_str()).await;
                }
            }
            Some(address) = registrations.recv() => host.came(address),
            Some(done) = host.tasks.join_next(), if !host.tasks.is_empty() => {
                host.done(done.unwrap_or(Done::Nothing));
            }
            ask = asks.recv() => match ask {
                Some(ask) => host.asked(ask),
                None => return Ok(()),
            },
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            else => return Ok(()),
        }
        host.ask_who_is_due();
    }
}

impl Host {
    fn known(&mut self, id: TrayId) -> Option<&mut Known> {
        self.items.iter_mut().find(|known| known.id == id)
    }

    fn came(&mut self, address: Address) {
        self.last += 1;
        let now = Instant::now();
        let (id, due) = (TrayId(self.last), Some(now));
        self.items.push(Known { id, address, item: None, menu: None, asked: false, due, not_before: now });
    }

    /// A connection is gone, and all its items with it.
    async fn left(&mut self, owner: &str) {
        let gone: Vec<Known> = self.items.extract_if(.., |known| known.address.owner == owner).collect();
        if gone.is_empty() {
            return;
        }
        self.listed.lock().unwrap_or_else(PoisonError::into_inner).retain(|address| address.owner != owner);
        self.open = self.open.take().filter(|open| gone.iter().all(|known| known.id != open.item));
        if gone.iter().any(|known| known.item.is_some()) {
            self.tell_items();
        }
        let Ok(emitter) = SignalEmitter::new(&self.connection, Watcher::PATH) else { return };
        for known in gone {
            if let Err(error) = Watcher::status_notifier_item_unregistered(&emitter, &known.address.full()).await {
                tracing::debug!(%error, "other trays do not hear who left");
            }
        }
    }

    fn item_changed(&mut self, signal: &Message) {
        let header = signal.header();
        let (Some(sender), Some(path)) = (header.sender(), header.path()) else { return };
        let is_it = |known: &&mut Known| known.address.owner == sender.as_str() && known.address.path == path.as_str();
        if let Some(known) = self.items.iter_mut().find(is_it) {
            known.due = Some(known.not_before.max(Instant::now()));
        }
    }

    fn menu_changed(&mut self, signal: &Message) {
        let header = signal.header();
        let (Some(sender), Some(path)) = (header.sender(), header.path()) else { return };
        let Some(open) = &mut self.open else { return };
        let Some(known) = self.items.iter().find(|known| known.id == open.item) else { return };
        if known.address.owner == sender.as_str() && known.menu.as_deref() == Some(path.as_str()) {
            open.due = Some(open.not_before.max(Instant::now()));
        }
    }

    fn next_due(&self) -> Option<Instant> {
        let items = self.items.iter().filter(|known| !known.asked).filter_map(|known| known.due);
        let menu = self.open.iter().filter(|open| !open.asked).filter_map(|open| open.due);
        items.chain(menu).min()
    }

    fn ask_who_is_due(&mut self) {
        let now = Instant::now();
        let is_due = |asked: bool, due: Option<Instant>| !asked && due.is_some_and(|due| due <= now);
        for known in self.items.iter_mut().filter(|known| is_due(known.asked, known.due)) {
            (known.asked, known.due, known.not_before) = (true, None, now + PACE);
            let (connection, address) = (self.connection.clone(), known.address.clone());
            let (pictures, id) = (self.pictures.clone(), known.id);
            self.tasks.spawn(async move {
                let fetched = fetch::item(&connection, &address, &pictures, id);
                Done::Fetched(id, tokio::time::timeout(MOST_FETCH, fetched).await.ok().flatten().map(Box::new))
            });
        }
        let Some(open) = self.open.as_mut().filter(|open| is_due(open.asked, open.due)) else { return };
        (open.asked, open.due, open.not_before) = (true, None, now + PACE);
        let (id, entry) = (open.item, open.entry);
        let Some((owner, path)) = self.menu_of(id) else { return };
        let connection = self.connection.clone();
        self.tasks.spawn(async move { Done::Menu(id, menu::layout(&connection, &owner, &path, entry).await) });
    }

    fn menu_of(&self, id: TrayId) -> Option<(String, String)> {
        let known = self.items.iter().find(|known| known.id == id)?;
        Some((known.address.owner.clone(), known.menu.clone()?))
    }

    fn done(&mut self, done: Done) {
        match done {
            Done::Fetched(id, fetched) => {
                let Some(known) = self.known(id) else { return };
                known.asked = false;
                let Some((item, menu)) = fetched.map(|fetched| *fetched) else {
                    // What it said before still holds.
                    known.not_before = Instant::now() + SULK;
                    known.due = known.due.map(|_| known.not_before);
                    return;
                };
                known.menu = menu;
                if known.item.replace(item) != known.item {
                    self.tell_items();
                }
            }
            Done::Menu(id, entries) => {
                let Some(open) = self.open.as_mut().filter(|open| open.item == id) else { return };
                open.asked = false;
                match entries {
                    Some(entries) => (self.deliver)(TrayWord::Menu(id, entries)),
                    None => (self.deliver)(TrayWord::Silent(id)),
                }
            }
            Done::Unpressed(id) => {
                let word = if self.menu_of(id).is_some() { TrayWord::ShowMenu(id) } else { TrayWord::Silent(id) };
                (self.deliver)(word);
            }
            Done::Nothing => {}
        }
    }

    fn tell_items(&self) {
        (self.deliver)(TrayWord::Items(self.items.iter().filter_map(|known| known.item.clone()).collect()));
    }

    fn asked(&mut self, ask: TrayAsk) {
        if self.tasks.len() >= MOST_CALLS {
            return tracing::warn!(?ask, "the tray is busy");
        }
        match ask {
            TrayAsk::Activate(id) => {
                let call = self.call(id, "Activate", (0_i32, 0_i32));
                self.spawn(id, async move {
                    match call.await {
                        Some(false) => Done::Unpressed(id),
                        _ => Done::Nothing,
                    }
                });
            }
            TrayAsk::Secondary(id) => {
                let call = self.call(id, "SecondaryActivate", (0_i32, 0_i32));
                self.spawn(id, async move {
                    call.await;
                    Done::Nothing
                });
            }
            TrayAsk::ContextMenu(id) => {
                let call = self.call(id, "ContextMenu", (0_i32, 0_i32));
                self.spawn(id, async move {
                    call.await;
                    Done::Nothing
                });
            }
            TrayAsk::Scroll { item, steps, sideways } => {
                let call = self.call(item, "Scroll", (steps, if sideways { "horizontal" } else { "vertical" }));
                self.spawn(item, async move {
                    call.await;
                    Done::Nothing
                });
            }
            TrayAsk::OpenMenu { item, entry } => {
                let now = Instant::now();
                let asked = self.open.as_ref().is_some_and(|open| open.item == item && open.asked);
                self.open = Some(Open { item, entry, asked, due: Some(now), not_before: now });
                self.menu_event(item, entry, "opened");
            }
            TrayAsk::CloseMenu(item) => {
                self.open = None;
                self.menu_event(item, 0, "closed");
            }
            TrayAsk::Click { item, entry } => self.menu_event(item, entry, "clicked"),
        }
    }

    fn spawn(&mut self, id: TrayId, task: impl Future<Output = Done> + Send + 'static) {
        if self.known(id).is_some() {
            self.tasks.spawn(task);
        }
    }

    /// Calls a method of an item. Whether it has one of that name; nothing if that is not known.
    fn call<B>(&self, id: TrayId, member: &'static str, body: B) -> impl Future<Output = Option<bool>> + Send + 'static
    where
        B: serde::Serialize + zbus::DynamicType + Send + Sync + 'static,
    {
        let address = self.items.iter().find(|known| known.id == id).map(|known| known.address.clone());
        let connection = self.connection.clone();
        async move {
            let Address { owner, path } = address?;
            match connection.call_method(Some(owner), path, Some(ITEM), member, &body).await {
                Ok(_) => Some(true),
                Err(zbus::Error::MethodError(..) | zbus::Error::FDO(_)) => Some(false),
                Err(error) => {
                    tracing::debug!(%error, member, "an item of the tray does not answer");
                    None
                }
            }
        }
    }

    fn menu_event(&mut self, id: TrayId, entry: i32, what: &'static str) {
        let Some((owner, path)) = self.menu_of(id) else { return };
        let connection = self.connection.clone();
        self.tasks.spawn(async move {
            menu::event(&connection, &owner, &path, entry, what).await;
            Done::Nothing
        });
    }
}
