//! X11 programs: a real X client and the real Xwayland, with the compositor in this process.
//!
//! [`program`] is the X client. It waits for the server's answers on a thread of its own, while the compositor is turned.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

#[path = "../protocols/client.rs"]
#[allow(dead_code, reason = "the tests of protocols need more of it")]
mod client;
#[path = "../protocols/fixture.rs"]
#[allow(dead_code, reason = "the tests of protocols need more of it")]
mod fixture;
#[path = "../protocols/input.rs"]
#[allow(dead_code, reason = "the tests of protocols need more of it")]
mod input;
#[path = "../protocols/picture.rs"]
#[allow(dead_code, reason = "the tests of protocols need more of it")]
mod picture;
#[path = "../protocols/window.rs"]
#[allow(dead_code, reason = "the tests of protocols need more of it")]
mod window;

mod drags;
mod hidpi;
mod hints;
mod input_events;
mod life;
mod menus;
mod primary;
mod program;
mod selection;
mod windows;
