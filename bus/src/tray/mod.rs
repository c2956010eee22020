//! The tray: small signs that programs leave behind while they have no window, by the StatusNotifierItem protocol of KDE,
//! which GTK, Qt and Electron speak too; and their menus, by `com.canonical.dbusmenu`.
//!
//! It has a connection and a thread of its own: whatever an item does, notifications and settings are not held up by it.

mod fetch;
mod host;
mod menu;
mod pixels;
mod watcher;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::runtime;
use tokio::sync::mpsc::{Sender, channel};

pub use menu::{TrayEntry, TrayToggle};
pub use pixels::Pixels;

use crate::Error;

/// So many items at most; who comes later is told so.
pub const MOST_ITEMS: usize = 64;
/// So much may wait to be asked of items; past it, it is lost, which is written down.
const WAITING: usize = 64;

/// Names an item for as long as the session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrayId(pub u64);

/// Whether an item wants to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrayStatus {
    /// It has nothing to say.
    Passive,
    /// It is there.
    #[default]
    Active,
    /// Something happened that the user should look at.
    NeedsAttention,
}

/// What an item or an entry looks like. All of it is a stranger's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct TrayIcon {
    /// In an icon theme; may be empty.
    pub name: String,
    /// Where to look for that name before the themes.
    pub folder: Option<PathBuf>,
    /// What is shown where there is no such name.
    pub pixels: Option<Arc<Pixels>>,
    /// The same, as a PNG file that nobody has looked into yet.
    pub png: Option<Arc<[u8]>>,
}

impl TrayIcon {
    /// Whether there is nothing to be shown.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.pixels.is_none() && self.png.is_none()
    }
}

/// One item. The texts are cut and free of markup, and hostile all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrayItem {
    /// Its name.
    pub id: TrayId,
    /// What it is called.
    pub title: String,
    /// What it says of itself at the moment; may be empty.
    pub tooltip: String,
    /// Whether it wants to be seen.
    pub status: TrayStatus,
    /// What it looks like at the moment.
    pub icon: TrayIcon,
    /// A small sign over its icon.
    pub overlay: TrayIcon,
    /// It has a menu that we can show.
    pub has_menu: bool,
    /// Pressing it means its menu.
    pub only_menu: bool,
}

/// What the tray says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrayWord {
    /// These are all items now, in the order in which they came.
    Items(Vec<TrayItem>),
    /// The menu of an item as it is now.
    Menu(TrayId, Vec<TrayEntry>),
    /// An item was pressed and can do nothing but show its menu.
    ShowMenu(TrayId),
    /// An item does not answer, or has no menu after all.
    Silent(TrayId),
}

/// What the user does with the tray.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrayAsk {
    /// Presses an item.
    Activate(TrayId),
    /// Presses it with the middle button.
    Secondary(TrayId),
    /// Wants its menu, and the item shows that itself.
    ContextMenu(TrayId),
    /// Turns the wheel over it, by steps; down and to the right are positive.
    Scroll {
        /// Which.
        item: TrayId,
        /// How far.
        steps: i32,
        /// Whether sideways.
        sideways: bool,
    },
    /// Opens its menu, or that of an entry; 0 is the menu itself. Until it is closed it is kept up to date.
    OpenMenu {
        /// Which.
        item: TrayId,
        /// Whose children are to be seen.
        entry: i32,
    },
    /// The menu is not seen any more.
    CloseMenu(TrayId),
    /// Chooses an entry.
    Click {
        /// Whose.
        item: TrayId,
        /// Which.
        entry: i32,
    },
}

/// The tray is ours for as long as this lives.
#[derive(Debug)]
pub struct Tray {
    asks: Option<Sender<TrayAsk>>,
    thread: Option<JoinHandle<()>>,
}

impl Tray {
    /// Asks something of an item. Does not wait.
    pub fn ask(&self, ask: TrayAsk) {
        if let Some(Err(error)) = self.asks.as_ref().map(|asks| asks.try_send(ask)) {
            tracing::warn!(%error, "an item of the tray is not asked");
        }
    }
}

impl Drop for Tray {
    fn drop(&mut self) {
        // The thread ends with its channel.
        self.asks = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::warn!("the tray's thread had failed");
        }
    }
}

/// Becomes the tray of the bus at `address`, on a thread of its own; waits for nothing. What it says goes to `deliver`, on
/// that thread, which must not wait. Where somebody else is the tray already it stays theirs, and nothing is said.
///
/// # Errors
/// If there is no thread to be had.
pub fn start_tray(address: String, deliver: impl Fn(TrayWord) + Send + Sync + 'static) -> Result<Tray, Error> {
    let (asks, asked) = channel(WAITING);
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let thread = std::thread::Builder::new().name("tray".into()).spawn(move || {
        if let Err(error) = runtime.block_on(host::serve(&address, Arc::new(deliver), asked)) {
            tracing::warn!(%error, "there is no tray any more");
        }
    })?;
    Ok(Tray { asks: Some(asks), thread: Some(thread) })
}
