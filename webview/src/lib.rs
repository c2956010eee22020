//! Panels: HTML pages that are shown as a part of the desktop. What a page's file says of itself, the browser engine that
//! shows it, and the one server that this engine can reach.
//!
//! An engine is a process that draws into a Wayland surface; who gives it one, and where that is shown, is not known here.

mod bridge;
mod engine;
mod guard;
mod markup;
mod page;
mod serve;
mod tunnel;

pub use bridge::{Bridge, Host, Look};
pub use engine::{Engine, Start};
pub use page::{Page, PageError, Place};
