//! Shells, and what they say: a pty and its grid, the words that a shell module speaks, and the gate that a command passes
//! before it runs.
//!
//! Nothing in here knows of pictures, pages or Wayland.

pub mod api;
pub mod modules;
pub mod pty;
pub mod query;
pub mod stage;
pub mod terminal;
