//! The compositor of TOS: Wayland clients in, one picture out, and the input of pages and devices back.
//!
//! [`state::State`] is everything the main thread knows. Handlers in [`handlers`] translate what clients ask; [`seat`]
//! what people do; [`frame`] decides when to draw; [`render`] draws; [`video`] carries the picture off the main thread.

pub mod api;
mod banished;
mod begin;
mod capture;
pub mod children;
pub mod cli;
pub mod clipboard;
pub mod compose;
pub mod composing;
pub mod control;
pub mod cursor;
pub mod doctor;
mod door;
mod downloads;
mod dropping;
mod environment;
pub mod fallback;
mod floods;
mod foreign;
pub mod frame;
mod gallery;
pub mod globals;
mod handlers;
mod idle;
mod imports;
pub mod input;
mod layers;
mod leave;
mod lock;
mod mirror;
pub mod opening;
pub mod pacing;
mod panels;
pub mod pipe;
pub mod remote;
pub mod render;
pub mod run;
pub mod runtime;
pub mod screen;
pub mod seat;
pub mod services;
pub mod session;
pub mod shell;
mod signals;
pub mod state;
pub mod surface;
mod textures;
mod timer;
pub mod trust;
pub mod video;
pub mod wayland;
pub mod x11;
