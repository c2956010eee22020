//! A real bus, programs that leave signs in the tray, and some that mean no good.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bus::{Daemon, Tray, TrayAsk, TrayEntry, TrayId, TrayItem, TrayStatus, TrayWord, start_tray};
use futures::StreamExt;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zbus::connection::Builder;
use zbus::object_server::SignalEmitter;
use zbus::wire::{ObjectPath, OwnedObjectPath, OwnedVariant, Variant};
use zbus::{Connection, Proxy, fdo, interface};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
/// Ends a test that hangs; nothing takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

struct Session {
    // Dropped in this order: we leave before the bus ends.
    tray: Tray,
    words: Receiver<TrayWord>,
    daemon: Daemon,
    _folder: TempDir,
}

impl Session {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let daemon = Daemon::start(&folder.path().join("bus"), &[], None).unwrap();
        let (send, words) = channel();
        let tray = start_tray(daemon.address.clone(), move |word| send.send(word).unwrap_or(())).unwrap();
        Self { tray, words, daemon, _folder: folder }
    }

    /// Waits for a word; those before it do not matter.
    async fn says<T>(&self, mut wanted: impl FnMut(TrayWord) -> Option<T>) -> T {
        let end = std::time::Instant::now() + PATIENCE;
        loop {
            assert!(std::time::Instant::now() < end, "the tray does not say it");
            match self.words.try_recv() {
                Ok(word) => {
                    if let Some(found) = wanted(word) {
                        return found;
                    }
                }
                // The items of this test run on this thread.
                Err(_) => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
    }

    async fn shows(&self, mut wanted: impl FnMut(&[TrayItem]) -> bool) -> Vec<TrayItem> {
        self.says(|word| match word {
            TrayWord::Items(items) if wanted(&items) => Some(items),
            _ => None,
        })
        .await
    }

    async fn menu(&self, of: TrayId) -> Vec<TrayEntry> {
        self.says(|word| match word {
            TrayWord::Menu(item, entries) if item == of => Some(entries),
            _ => None,
        })
        .await
    }
}

/// What is done to an item, as it hears it.
type Heard = UnboundedReceiver<String>;

type Pixmaps = Vec<(i32, i32, Vec<u8>)>;

struct Item {
    heard: UnboundedSender<String>,
    title: String,
    status: &'static str,
    pixels: Pixmaps,
    /// Knows what it means to be pressed.
    activates: bool,
    only_menu: bool,
    menu: &'static str,
}

impl Item {
    fn new(title: &str) -> (Self, Heard) {
        let (heard, hear) = unbounded_channel();
        let pixels = vec![(2, 2, [255, 10, 20, 30].repeat(4)), (i32::MAX, i32::MAX, vec![])];
        let (status, activates, only_menu) = ("Active", true, false);
        (Self { heard, title: title.into(), status, pixels, activates, only_menu, menu: "/menu" }, hear)
    }
}

#[interface(name = "org.kde.StatusNotifierItem")]
impl Item {
    #[zbus(property)]
    fn id(&self) -> &str {
        "test"
    }
    #[zbus(property)]
    fn title(&self) -> &str {
        &self.title
    }
    #[zbus(property)]
    fn status(&self) -> &str {
        self.status
    }
    #[zbus(property)]
    fn icon_name(&self) -> &str {
        "mail-unread"
    }
    #[zbus(property)]
    fn icon_theme_path(&self) -> &str {
        "/usr/share/somewhere"
    }
    #[zbus(property)]
    fn icon_pixmap(&self) -> Pixmaps {
        self.pixels.clone()
    }
    #[zbus(property)]
    fn attention_icon_name(&self) -> &str {
        "mail-attention"
    }
    /// Of another kind than the specification says.
    #[zbus(property)]
    fn overlay_icon_name(&self) -> u32 {
        7
    }
    #[zbus(property)]
    fn tool_tip(&self) -> (String, Pixmaps, String, String) {
        ("".into(), vec![], "Letters".into(), "<b>3</b> of them &amp; more".into())
    }
    #[zbus(property)]
    fn item_is_menu(&self) -> bool {
        self.only_menu
    }
    #[zbus(property)]
    fn menu(&self) -> OwnedObjectPath {
        ObjectPath::try_from(self.menu).unwrap().into()
    }
    fn activate(&self, _x: i32, _y: i32) -> fdo::Result<()> {
        if !self.activates {
            return Err(fdo::Error::UnknownMethod("what?".into()));
        }
        self.heard.send("activate".into()).unwrap();
        Ok(())
    }
    fn secondary_activate(&self, _x: i32, _y: i32) {
        self.heard.send("secondary".into()).unwrap();
    }
    fn context_menu(&self, _x: i32, _y: i32) {
        self.heard.send("context".into()).unwrap();
    }
    fn scroll(&self, delta: i32, orientation: &str) {
        self.heard.send(format!("scroll {delta} {orientation}")).unwrap();
    }
    #[zbus(signal)]
    async fn new_status(emitter: &SignalEmitter<'_>, status: &str) -> zbus::Result<()>;
}

type Properties = HashMap<String, OwnedVariant>;
type Layout = (i32, Properties, Vec<OwnedVariant>);

struct Menu {
    heard: UnboundedSender<String>,
    entries: usize,
}

fn entry(id: i32, properties: &[(&str, Variant<'_>)], children: Vec<OwnedVariant>) -> Layout {
    let owned = |(name, value): &(&str, Variant<'_>)| ((*name).to_owned(), value.try_to_owned().unwrap());
    (id, properties.iter().map(owned).collect(), children)
}

fn child(layout: Layout) -> OwnedVariant {
    Variant::new(layout).try_to_owned().unwrap()
}

#[interface(name = "com.canonical.dbusmenu")]
impl Menu {
    fn about_to_show(&self, id: i32) -> bool {
        self.heard.send(format!("about {id}")).unwrap();
        false
    }
    fn get_layout(&self, _parent: i32, _depth: i32, _names: Vec<String>) -> (u32, Layout) {
        let quit = child(entry(12, &[("label", "_Quit".into())], vec![]));
        let toggle = [("label", "Mute".into()), ("toggle-type", "checkmark".into()), ("toggle-state", Variant::I32(1))];
        let sub = [("label", "More".into()), ("children-display", "submenu".into())];
        let mut children = vec![
            child(entry(10, &toggle, vec![])),
            child(entry(11, &[("type", "separator".into())], vec![])),
            child(entry(13, &sub, vec![quit])),
        ];
        children.extend(
            (100..100 + self.entries as i32).map(|id| child(entry(id, &[("label", "x".repeat(900).into())], vec![]))),
        );
        (1, entry(0, &[], children))
    }
    fn event(&self, id: i32, what: &str, _data: Variant<'_>, _time: u32) {
        self.heard.send(format!("{what} {id}")).unwrap();
    }
    #[zbus(signal)]
    async fn layout_updated(emitter: &SignalEmitter<'_>, revision: u32, parent: i32) -> zbus::Result<()>;
}

async fn program(session: &Session) -> Connection {
    Builder::address(session.daemon.address.as_str()).build().await.unwrap()
}

/// The watcher, as a program sees it; the bus may not have it yet.
async fn watcher(program: &Connection) -> Proxy<'static> {
    let bus = fdo::DBusProxy::new(program).await.unwrap();
    let mut changes = bus.receive_name_owner_changed_with_args(&[(0, WATCHER)]).await.unwrap();
    if !bus.name_has_owner(WATCHER.try_into().unwrap()).await.unwrap() {
        changes.next().await.unwrap();
    }
    Proxy::new(program, WATCHER, "/StatusNotifierWatcher", WATCHER).await.unwrap()
}

async fn register(program: &Connection, as_what: &str) -> zbus::Result<()> {
    watcher(program).await.call("RegisterStatusNotifierItem", &(as_what,)).await
}

async fn leaves_sign(session: &Session, item: Item, path: &'static str) -> Connection {
    let program = program(session).await;
    let menu = Menu { heard: item.heard.clone(), entries: 0 };
    program.object_server().at("/menu", menu).await.unwrap();
    program.object_server().at(path, item).await.unwrap();
    register(&program, path).await.unwrap();
    program
}

async fn hears(heard: &mut Heard, what: &str) {
    loop {
        let next = tokio::time::timeout(PATIENCE, heard.recv()).await;
        if next.expect("the item hears of it").unwrap() == what {
            return;
        }
    }
}

#[tokio::test]
async fn an_item_is_shown_pressed_changes_and_leaves() {
    let session = Session::new();
    let (item, mut heard) = Item::new("Post");
    let program = leaves_sign(&session, item, "/org/test/item").await;
    let shown = session.shows(|items| !items.is_empty()).await.remove(0);
    assert_eq!((shown.title.as_str(), shown.status, shown.has_menu), ("Post", TrayStatus::Active, true));
    assert_eq!(shown.tooltip, "Letters: 3 of them & more");
    assert_eq!((shown.icon.name.as_str(), shown.icon.folder), ("mail-unread", Some("/usr/share/somewhere".into())));
    let pixels = shown.icon.pixels.unwrap();
    assert_eq!((pixels.width, pixels.rgba[..4].to_vec()), (2, vec![10, 20, 30, 255]), "the liar is left out");
    assert!(shown.overlay.is_empty(), "a number is no name");

    session.tray.ask(TrayAsk::Activate(shown.id));
    hears(&mut heard, "activate").await;
    session.tray.ask(TrayAsk::Secondary(shown.id));
    hears(&mut heard, "secondary").await;
    session.tray.ask(TrayAsk::ContextMenu(shown.id));
    hears(&mut heard, "context").await;
    session.tray.ask(TrayAsk::Scroll { item: shown.id, steps: -2, sideways: false });
    hears(&mut heard, "scroll -2 vertical").await;

    let object = program.object_server().interface::<_, Item>("/org/test/item").await.unwrap();
    object.get_mut().await.status = "NeedsAttention";
    Item::new_status(object.signal_emitter(), "NeedsAttention").await.unwrap();
    let changed = session.shows(|items| items[0].status == TrayStatus::NeedsAttention).await.remove(0);
    assert_eq!((changed.id, changed.icon.name.as_str()), (shown.id, "mail-attention"));

    program.close().await.unwrap();
    session.shows(<[_]>::is_empty).await;
}

#[tokio::test]
async fn a_menu_is_read_told_of_clicks_and_follows_changes() {
    let session = Session::new();
    let (item, mut heard) = Item::new("Post");
    let program = leaves_sign(&session, item, "/StatusNotifierItem").await;
    let id = session.shows(|items| !items.is_empty()).await[0].id;
    session.tray.ask(TrayAsk::OpenMenu { item: id, entry: 0 });
    hears(&mut heard, "about 0").await;
    let menu = session.menu(id).await;
    assert_eq!(menu.len(), 3);
    assert!(menu[0].toggle.unwrap().on && menu[1].separator && menu[2].leads_on);
    assert_eq!((menu[2].children[0].id, menu[2].children[0].label.as_str()), (12, "Quit"));
    session.tray.ask(TrayAsk::OpenMenu { item: id, entry: 13 });
    hears(&mut heard, "about 13").await;
    session.tray.ask(TrayAsk::Click { item: id, entry: 12 });
    hears(&mut heard, "clicked 12").await;

    let object = program.object_server().interface::<_, Menu>("/menu").await.unwrap();
    object.get_mut().await.entries = 4;
    Menu::layout_updated(object.signal_emitter(), 2, 0).await.unwrap();
    while session.menu(id).await.len() != 7 {}
    session.tray.ask(TrayAsk::CloseMenu(id));
    hears(&mut heard, "closed 0").await;
}

#[tokio::test]
async fn who_can_do_nothing_but_show_a_menu_is_asked_for_it() {
    let session = Session::new();
    let (item, _heard) = Item::new("Post");
    let _program = leaves_sign(&session, Item { activates: false, only_menu: true, ..item }, "/item").await;
    let shown = session.shows(|items| !items.is_empty()).await.remove(0);
    assert!(shown.only_menu);
    session.tray.ask(TrayAsk::Activate(shown.id));
    session.says(|word| (word == TrayWord::ShowMenu(shown.id)).then_some(())).await;
}

#[tokio::test]
async fn nobody_registers_what_is_anothers_or_nothing() {
    let session = Session::new();
    let (one, other) = (program(&session).await, program(&session).await);
    // KDE's library registers by one connection what it serves by another.
    one.request_name("org.kde.StatusNotifierItem-1-1").await.unwrap();
    let own = one.unique_name().unwrap().to_string();
    let stranger = |service: &str| {
        let call = "org.kde.StatusNotifierWatcher.RegisterStatusNotifierItem";
        let mut stranger = std::process::Command::new("dbus-send");
        stranger.arg(format!("--bus={}", session.daemon.address)).args(["--print-reply", &format!("--dest={WATCHER}")]);
        stranger.args(["/StatusNotifierWatcher", call, &format!("string:{service}")]).output()
    };
    watcher(&one).await;
    for service in ["org.kde.StatusNotifierItem-1-1", &own] {
        let said = stranger(service).unwrap();
        assert!(String::from_utf8_lossy(&said.stderr).contains("AccessDenied"), "{said:?}");
    }
    for (who, what) in
        [(&one, "org.test.Nobody"), (&one, ""), (&one, "//"), (&one, "no name"), (&one, &"/x".repeat(9_999))]
    {
        assert!(register(who, what).await.is_err(), "{what:?}");
    }
    register(&other, "org.kde.StatusNotifierItem-1-1").await.unwrap();
    let listed: Vec<String> = watcher(&other).await.get_property("RegisteredStatusNotifierItems").await.unwrap();
    assert_eq!(listed, [format!("{}/StatusNotifierItem", one.unique_name().unwrap())]);
}

/// An item that never answers anything.
struct Dead;

#[interface(name = "org.kde.StatusNotifierItem")]
impl Dead {
    #[zbus(property)]
    async fn status(&self) -> String {
        std::future::pending().await
    }
}

#[tokio::test]
async fn the_dead_the_many_and_the_loud_keep_nobody_waiting() {
    let session = Session::new();
    let dead = program(&session).await;
    dead.object_server().at("/StatusNotifierItem", Dead).await.unwrap();
    let mut refused = None;
    for number in 0..10_000 {
        let came = register(&dead, &format!("/item/{number}")).await;
        refused = came.err();
        if refused.is_some() {
            assert_eq!(number, 8, "of one program");
            break;
        }
    }
    let refused = refused.expect("they are not taken without end");
    assert!(refused.to_string().contains("LimitsExceeded"), "{refused}");
    dead.close().await.unwrap();

    let silent = program(&session).await;
    silent.object_server().at("/StatusNotifierItem", Dead).await.unwrap();
    register(&silent, "/StatusNotifierItem").await.unwrap();
    let (loud, _heard) = Item::new(&"MB of text ".repeat(200_000));
    // A picture of 4 GB, one that is what it says and too large, and many.
    let claims = vec![(32_768, 32_768, vec![0; 16]), (1_100, 1_100, vec![0; 1_100 * 1_100 * 4])];
    let _loud = leaves_sign(&session, Item { pixels: claims, ..loud }, "/loud").await;
    let (item, _heard) = Item::new("Post");
    let _post = leaves_sign(&session, item, "/post").await;
    let shown = session.shows(|items| items.len() == 2).await;
    let titles: Vec<&str> = shown.iter().map(|item| item.title.as_str()).collect();
    assert_eq!(titles, ["Letters", "Post"], "what is too long is not read");
    assert_eq!(shown[0].icon.pixels, None);
}

#[tokio::test]
async fn a_menu_that_is_too_long_is_not_shown() {
    let session = Session::new();
    let (item, heard) = Item::new("Post");
    let program = leaves_sign(&session, item, "/item").await;
    let object = program.object_server().interface::<_, Menu>("/menu").await.unwrap();
    object.get_mut().await.entries = 10_000;
    let id = session.shows(|items| !items.is_empty()).await[0].id;
    session.tray.ask(TrayAsk::OpenMenu { item: id, entry: 0 });
    session.says(|word| (word == TrayWord::Silent(id)).then_some(())).await;
    object.get_mut().await.entries = 400;
    Menu::layout_updated(object.signal_emitter(), 2, 0).await.unwrap();
    let menu = session.menu(id).await;
    assert_eq!(menu.len(), 403);
    assert!(menu.iter().all(|entry| entry.label.chars().count() <= 65));
    drop(heard);
}
