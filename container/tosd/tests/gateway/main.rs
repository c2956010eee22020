//! The gateway as browsers and those who attack it see it: real TLS, a real store, and behind the gate of each desktop a
//! server that tells what reached it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod attacks;
mod desktop;
mod house;
mod media;
mod signing;
