//! The one way into a container, as `GATE.md` tells it: what both of its sides have to know, and the outer side.
//!
//! [`Gate`] is what a session manager holds of a container: control requests, streams to its ports, the channel of its
//! media. [`relay::Relay`] remembers which remote address is which flow. Whatever is at the other end is hostile: each
//! answer has a bound and a deadline, and nothing that a container puts into its directory leads anywhere else.

pub mod client;
pub mod control;
pub mod flows;
pub mod plan;
pub mod relay;
pub mod seqpacket;
pub mod wire;

pub use crate::{
    client::{Error, Gate, Media},
    control::Phase,
    relay::Relay,
    wire::Head,
};
