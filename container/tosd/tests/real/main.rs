//! tosd as a process, with real containers: killed, with an engine that is killed, under a clock that jumps.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

mod clock;
mod engine;
#[path = "../../../runtime/tests/common/mod.rs"]
mod engines;
mod host;
mod killed;
