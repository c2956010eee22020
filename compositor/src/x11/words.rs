//! What the main thread and the window manager's thread say to each other.

use std::os::fd::OwnedFd;

use smithay::utils::{Physical, Rectangle, Size};
use smithay::wayland::selection::SelectionTarget;

/// A window of the X server; it means nothing elsewhere.
pub(super) type Xid = u32;
/// In X pixels, which are physical ones.
pub(super) type Place = Rectangle<i32, Physical>;

/// The names of a window and what it is to others; hostile texts, of bounded length.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Properties {
    pub title: String,
    pub class: String,
    pub instance: String,
    /// The window that it belongs to.
    pub transient_for: Option<Xid>,
    /// It calls itself a dialog, or the like.
    pub dialog: bool,
    /// What it can be at least and at most.
    pub smallest: Option<Size<i32, Physical>>,
    pub largest: Option<Size<i32, Physical>>,
    /// It wants to begin as one that covers the screen.
    pub fullscreen: bool,
    /// It wants no keyboard at all.
    pub deaf: bool,
    /// It wants attention.
    pub urgent: bool,
    /// It wants no frame: it draws its own, or has none.
    pub frameless: bool,
    /// The screen that its client believes to have changed to another mode: a window that covers it is as large as this,
    /// and the server has it shown larger.
    pub emulated: Option<Place>,
}

/// What a window is told beside its place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub maximized: bool,
    pub fullscreen: bool,
    pub activated: bool,
    pub hidden: bool,
}

/// To the window manager.
#[derive(Debug)]
pub(super) enum Order {
    /// The window may be seen.
    Show { window: Xid },
    /// The window is to be there. It is told even if it is there already.
    Place { window: Xid, place: Place },
    /// The window is to know.
    Tell { window: Xid, flags: Flags },
    /// The keyboard is this window's, or no X window's.
    Focus { window: Option<Xid> },
    /// The window is to be above the others.
    Raise { window: Xid },
    /// The window's program is asked to close it.
    Close { window: Xid },
    /// Physical pixels per logical pixel.
    Scale { scale: f64 },
    /// A program that is no X client has copied something of these types, or nothing any more.
    Copied { target: SelectionTarget, types: Vec<String> },
    /// What an X client has copied is to be written there.
    Paste { target: SelectionTarget, mime: String, into: OwnedFd },
}

/// From the window manager.
#[derive(Debug)]
pub(super) enum Word {
    /// The server runs, and is managed.
    Ready,
    /// A window wants to be seen. `pid` is what the server knows of its client.
    Wants { window: Xid, place: Place, properties: Properties, pid: Option<u32> },
    /// A window that minds no window manager is seen: a menu or the like.
    Popped { window: Xid, place: Place, properties: Properties, pid: Option<u32> },
    /// Such a window is elsewhere now.
    Moved { window: Xid, place: Place },
    /// A window wants to be of another size.
    Resize { window: Xid, place: Place },
    /// A window describes itself otherwise.
    Described { window: Xid, properties: Properties },
    /// A window is not seen any more.
    Hidden { window: Xid },
    /// A `wl_surface` of the server shows this window.
    Shown { window: Xid, surface: u32 },
    /// A window wants to cover the screen, or not any more; `None` for the contrary of what it does.
    Fullscreen { window: Xid, on: Option<bool> },
    /// A window wants attention, or not any more.
    Urgent { window: Xid, on: bool },
    /// A window's program does not listen, or does again.
    Hangs { window: Xid, on: bool },
    /// A window wants the keyboard.
    Activate { window: Xid },
    /// An X client has copied something of these types; of none: nothing any more.
    Copied { target: SelectionTarget, types: Vec<String> },
    /// An X client wants what a program that is no X client has copied.
    Wanted { target: SelectionTarget, mime: String, into: OwnedFd },
    /// The server is gone.
    Gone { well: bool },
}
