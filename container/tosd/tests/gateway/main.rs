//! The gateway as browsers and those who attack it see it: real TLS, a real store, and behind the gate of each desktop a
//! server that tells what reached it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod attacks;
mod authenticator;
mod desktop;
#[path = "../common/disk.rs"]
mod disk;
mod faults;
mod house;
mod media;
mod passkeys;
mod providers;
#[path = "../../../store/tests/databases/servers.rs"]
#[allow(dead_code, reason = "the store's own tests use all of it")]
mod servers;
mod signing;
mod texts;
