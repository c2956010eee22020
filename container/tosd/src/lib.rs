//! The session manager and gateway of TOS: who may have a desktop, that each has one and no more, and the way to it.
//!
//! 1. A user has at most one container. Whoever makes one has first written its name beside the user, and only one can.
//! 2. What a user had is never lost: a container is taken away once its snapshot is in the store, or when nothing of it
//!    can be had any more.
//! 3. tosd may be killed at any point. What is true is read from the runtime and the store at the start, and what was
//!    under way is gone on with or taken back.
//! 4. Policy (`lifecycle`) is values and the time as an argument; everything that waits for something is around it.

pub mod cli;
pub mod config;
pub mod control;
pub mod desktops;
pub mod doctor;
pub mod failpoint;
pub mod gateway;
pub mod lifecycle;
pub mod observe;
pub mod people;
pub mod plans;
pub mod runtimes;
pub mod serve;
pub mod volumes;
