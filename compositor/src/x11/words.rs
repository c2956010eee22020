//! What the main thread and the window manager's thread say to each other.

use std::os::fd::OwnedFd;

use smithay::utils::{Physical, Point, Rectangle, Size};
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

/// Which of the X server's selections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Selected {
    Clipboard,
    Primary,
    /// What is dragged.
    Drag,
}

impl From<SelectionTarget> for Selected {
    fn from(target: SelectionTarget) -> Self {
        match target {
            SelectionTarget::Clipboard => Self::Clipboard,
            SelectionTarget::Primary => Self::Primary,
        }
    }
}

impl Selected {
    /// Which one it is for everybody else.
    pub(super) fn target(self) -> Option<SelectionTarget> {
        match self {
            Self::Clipboard => Some(SelectionTarget::Clipboard),
            Self::Primary => Some(SelectionTarget::Primary),
            Self::Drag => None,
        }
    }
}

/// What becomes of something that is let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Copy,
    Move,
}

/// What a window is told beside its place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub maximized: bool,
    pub fullscreen: bool,
    pub activated: bool,
    pub hidden: bool,
}

/// Which surface shows a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// The one with this id, which may stand for another one later.
    Id(u32),
    /// The one that says this of itself.
    Serial(u64),
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
    Copied { target: Selected, types: Vec<String> },
    /// What others drag is over this window, at this place of the root window; or over none.
    DragOver { over: Option<(Xid, Point<i32, Physical>)> },
    /// What X clients drag may be over windows of others: it is to be told, or not any more.
    Catch { on: bool },
    /// The program below what an X client drags would do this with it.
    DragAnswer { taken: Option<Taken> },
    /// The program that got what an X client dragged is done with it.
    DragDone { well: bool },
    /// What an X client has copied or drags is to be written there.
    Paste { target: Selected, mime: String, into: OwnedFd },
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
    Shown { window: Xid, surface: Shows },
    /// A window wants to cover the screen, or not any more; `None` for the contrary of what it does.
    Fullscreen { window: Xid, on: Option<bool> },
    /// A window has these pictures as its icon: sides, and pixels as numbers of alpha, red, green and blue.
    Icon { window: Xid, squares: Vec<(u32, Vec<u32>)> },
    /// A window wants attention, or not any more.
    Urgent { window: Xid, on: bool },
    /// A window's program does not listen, or does again.
    Hangs { window: Xid, on: bool },
    /// A window wants the keyboard.
    Activate { window: Xid },
    /// An X client has copied something of these types; of none: nothing any more.
    Copied { target: Selected, types: Vec<String> },
    /// The server has heard of what a program that is no X client has copied.
    Took,
    /// An X client wants what a program that is no X client has copied.
    Wanted { target: Selected, mime: String, into: OwnedFd },
    /// What is dragged by others is to be told to this surface while it is over X windows.
    Bridge { surface: u32 },
    /// An X client has something to drag, or has not any more.
    DragHeld { on: bool },
    /// What it drags is not over X windows, and of these types.
    Dragged { types: Vec<String> },
    /// It is elsewhere, or not dragged any more.
    DragLeft,
    /// It was let go there.
    DragDropped,
    /// The server is gone.
    Gone { well: bool },
}
