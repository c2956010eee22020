//! Who a client is to us: by the door that it came through.
//!
//! A program that may look at the whole screen, type for the user or read every copied text is one that the user chose for
//! it. Such protocols are announced to clients of the trusted socket alone: [`trusted`] is the filter of their globals.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};
use lcars_ui::hierarchy::WindowId;
use smithay::reexports::wayland_server::Client;
use smithay::wayland::security_context::SecurityContext;

use crate::control::{self, Answer, Request};
use crate::state::ClientState;

/// What a client is taken for.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// A program like any other.
    #[default]
    Ordinary,
    /// It came through the trusted socket, or we started it as a part of the desktop.
    Trusted,
    /// We started it as a part of the desktop that looks at the screen and does nothing else.
    Watching,
    /// It is the X server. It speaks for programs, and is trusted as little as they are.
    XServer,
    /// We started it to show that panel. It sees what a sandbox sees.
    Panel(WindowId),
    /// A sandbox let it in, and says which program it is.
    Sandboxed(SecurityContext),
}

/// The filter of globals that only trusted clients may see.
pub fn trusted(client: &Client) -> bool {
    client.get_data::<ClientState>().is_some_and(|state| matches!(state.trust, Trust::Trusted))
}

/// The filter of globals that give pictures of the screen.
pub fn sees_screen(client: &Client) -> bool {
    client.get_data::<ClientState>().is_some_and(|state| matches!(state.trust, Trust::Trusted | Trust::Watching))
}

/// The filter of globals that only the X server may see.
pub fn is_x_server(client: &Client) -> bool {
    client.get_data::<ClientState>().is_some_and(|state| matches!(state.trust, Trust::XServer))
}

/// The filter of globals that are kept from sandboxes.
pub fn unconfined(client: &Client) -> bool {
    client.get_data::<ClientState>().is_some_and(|state| matches!(state.trust, Trust::Ordinary | Trust::Trusted))
}

/// In the environment of terminals: name of the trusted socket.
pub(crate) const VARIABLE: &str = "TOS_TRUSTED_DISPLAY";

/// Name of the trusted socket beside the one called `socket`.
pub fn socket_name(socket: &str) -> String {
    format!("{socket}-trusted")
}

/// Becomes `program`, connected by the trusted socket: of the session whose control socket was `given`, of the terminal
/// this is said in, or of the only session. Returns only if that fails.
///
/// # Errors
/// If no session runs, or there is no such program.
pub fn run(given: Option<PathBuf>, program: &[String]) -> anyhow::Result<()> {
    let name = match std::env::var(VARIABLE) {
        Ok(name) if given.is_none() => name,
        _ => match control::ask(&control::find(given)?, &Request::State)? {
            Answer::State { wayland_display, .. } => socket_name(&wayland_display),
            _ => bail!("the session does not tell its Wayland socket"),
        },
    };
    let socket = crate::runtime::directory()?.join(&name);
    let (program, arguments) = program.split_first().context("no program was named")?;
    // What we inherited may be another connection, which libraries would take before the socket's name.
    let error =
        Command::new(program).args(arguments).env("WAYLAND_DISPLAY", socket).env_remove("WAYLAND_SOCKET").exec();
    Err(error).with_context(|| format!("{program:?} could not be started"))
}
