//! The LCARS interface as data.
//!
//! Layout, theme and the scene, a flat display list that a renderer paints. Nothing in here does I/O, reads a clock or
//! knows of a GPU or of Wayland, so that every rule of the interface can be tested with plain values.

pub mod asking;
pub mod camera;
pub mod files;
pub mod geometry;
pub mod hierarchy;
pub mod interface;
pub mod label;
pub mod operation;
pub mod scene;
pub mod semantics;
pub mod shells;
pub mod snapshot;
pub mod state;
pub mod theme;
pub mod tray;
pub mod view;
pub mod viewport;
