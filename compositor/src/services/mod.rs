//! What the desktop asks of the machine it runs on: what can be started and how, the user's settings, what the machine
//! is busy with, and files that survive a crash.
//!
//! Nothing in here knows Wayland or the GPU. What touches the disk says so; which thread waits for it is the caller's
//! choice.

pub mod config;
pub mod cursors;
pub mod descriptors;
pub mod directory;
pub mod dirs;
pub mod entries;
pub mod files;
pub mod heap;
pub mod icons;
pub mod launch;
pub mod persist;
pub mod priority;
pub mod readings;
pub mod recent;
pub mod watch;
