//! X11 programs: their windows are windows like any other.
//!
//! An X server, Xwayland, shows each X window as a `wl_surface`. It is started when the first X program connects, ends
//! with the last one, and is started again if it dies. We are its window manager as well, on a thread of its own
//! ([`manager`]): the server answers when it likes, and a client may keep it from answering.
//!
//! X clients count in physical pixels and are told how fine the screen is, so that they are sharp at every scale: a
//! logical pixel of everybody else is [`scale`](Server::scale) of theirs.

mod backoff;
mod display;
mod drags;
mod manager;
pub(crate) mod menus;
mod offers;
mod selection;
mod server;
pub(crate) mod taking;
mod window;
mod windows;
mod words;

pub(crate) use backoff::Backoff;
pub(crate) use server::Server;
pub use server::installed;
pub use window::X11Window;
pub(crate) use windows::ROLE;

use calloop::RegistrationToken;

use display::Display;

/// X11 programs, if they are let in at all.
#[derive(Debug, Default)]
pub(crate) struct X11 {
    display: Option<Display>,
    /// What waits for the first program.
    waiting: Vec<RegistrationToken>,
    server: Option<Server>,
    backoff: Backoff,
    offers: selection::Offers,
    /// Something is dragged that X programs may take.
    dragging: bool,
    taking: taking::Taking,
}
