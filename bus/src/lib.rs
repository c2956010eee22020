//! What the desktop is on D-Bus: the session bus itself, where the host has none; notifications of programs, and that
//! somebody watches what they show; and what they ask a portal for: settings, files, programs, permissions, pictures of the
//! screen, who the user is.
//!
//! All of it runs on one thread of its own. Programs' [`Word`]s go out through a function; what becomes of notifications
//! comes back by [`Bus::tell`].

mod ask;
mod choose;
mod daemon;
mod inhibit;
mod keeper;
mod notifications;
mod options;
mod permit;
mod portal;
mod requests;
mod sandboxed;
mod service;
mod services;
mod text;
mod toolkit;
mod tray;
mod uri;

pub use ask::{Answer, Ask, AskId, Choice, Filter, Parent, Question, Rule, Terms};
pub use daemon::Daemon;
pub use keeper::Keeper;
pub use notifications::{Closed, Notification, NotificationId, Urgency};
pub use portal::{Appearance, Portals, write_portals};
pub use service::{Bus, start};
pub use toolkit::Toolkit;
pub use tray::{
    Pixels, Tray, TrayAsk, TrayEntry, TrayIcon, TrayId, TrayItem, TrayStatus, TrayToggle, TrayWord, start_tray,
};

use thiserror::Error;

/// What programs say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// The user is to be told something.
    Notify(Notification),
    /// A program takes back what it told.
    Withdraw(NotificationId),
    /// The user is asked something. It is to be answered by [`Told::Answered`].
    Ask(Ask),
    /// A question is not open any more: its program took it back or has left.
    Unask(AskId),
    /// There is no program for something that was to be opened: what that is, in words.
    Unopened(String),
    /// Some program says that somebody watches; none any more.
    Watched(bool),
}

/// What the desktop says.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// A notification is not on the screen any more.
    Closed(NotificationId, Closed),
    /// The user took one up, or chose what is done about it: which of its choices.
    Activated(NotificationId, Option<usize>),
    /// What came of a question.
    Answered(AskId, Answer),
    /// How the desktop looks has changed.
    Appearance(Appearance),
}

/// Why there is no bus.
#[derive(Debug, Error)]
pub enum Error {
    /// It is Debian's package `dbus-daemon`.
    #[error("dbus-daemon is not installed")]
    Missing,
    /// It did not start.
    #[error("dbus-daemon did not start: {0}")]
    Daemon(String),
    /// It is there, and we are not on it.
    #[error("the session bus: {0}")]
    Bus(#[from] zbus::Error),
    /// The machine gives no thread, file or pipe.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
