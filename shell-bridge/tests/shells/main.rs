//! Real shells on a real pty, with their modules.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bash;
mod every;
mod fish;
mod other;
mod session;
mod zsh;
