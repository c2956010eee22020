//! The files that make Fish, Zsh and Bash speak the Shell API, and how a shell is started with them.

mod command;
mod files;
mod submit;

#[cfg(test)]
mod tests;

pub use command::{Kind, ShellCommand, prepare};
pub use files::{InstallError, ModuleFiles};
pub use submit::{NotSubmitted, Request, request, submit};
