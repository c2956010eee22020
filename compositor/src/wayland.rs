//! Joins the Wayland display to the event loop.

use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use anyhow::Context;
use calloop::generic::Generic;
use calloop::{EventLoop, Interest, LoopHandle, Mode, PostAction};
use smithay::reexports::wayland_server::{Display, ListeningSocket};

use crate::control::SocketFile;
use crate::door::Reserve;
use crate::state::State;
use crate::trust::{self, Trust};

/// Dispatches what clients send. The display lives in the loop.
///
/// # Errors
/// If the loop cannot watch it.
pub fn dispatch_clients(handle: &LoopHandle<'static, State>, display: Display<State>) -> anyhow::Result<()> {
    let source = Generic::new(display, Interest::READ, Mode::Level);
    handle
        .insert_source(source, |_, display, state| {
            state.floods.hears();
            // SAFETY: the display is not dropped or replaced here, only dispatched.
            let dispatched = unsafe { display.get_mut() }.dispatch_clients(state);
            state.floods.heard();
            if let Err(error) = dispatched {
                tracing::error!(%error, "the Wayland display failed");
                state.stop();
            }
            Ok(PostAction::Continue)
        })
        .map_err(|error| error.error)?;
    Ok(())
}

/// Lets in who waits at a socket.
fn let_in(
    reserve: &mut Reserve,
    state: &mut State,
    trust: &Trust,
    accept: impl Fn() -> io::Result<Option<UnixStream>>,
) {
    loop {
        match reserve.next(&accept) {
            Ok(Some(stream)) => {
                if let Err(error) = state.insert_client(stream, trust.clone()) {
                    tracing::warn!(%error, "a client was not let in");
                }
            }
            Ok(None) => return,
            // Whatever is the matter, those who are in stay. The loop comes back while somebody waits.
            Err(error) => {
                tracing::warn!(%error, "a client was turned away");
                return;
            }
        }
    }
}

/// Opens the first free `wayland-N` socket in `$XDG_RUNTIME_DIR` and lets clients in. Returns its name.
///
/// # Errors
/// If no name is free or the directory cannot be written to.
pub fn listen(handle: &LoopHandle<'static, State>) -> anyhow::Result<String> {
    // Some programs take wayland-0 for whatever desktop there is.
    let socket = ListeningSocket::bind_auto("wayland", 1..33)?;
    let name = socket.socket_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut reserve = Reserve::default();
    handle
        .insert_source(Generic::new(socket, Interest::READ, Mode::Level), move |_, socket, state| {
            let_in(&mut reserve, state, &Trust::Ordinary, || socket.accept());
            Ok(PostAction::Continue)
        })
        .map_err(|error| error.error)?;
    Ok(name)
}

/// Opens the socket beside `socket` whose clients are trusted. Only this user may open it (mode 0600, from its first
/// moment). Its file goes with the returned guard.
///
/// # Errors
/// If the directory cannot be written to.
pub fn listen_trusted(
    handle: &LoopHandle<'static, State>,
    directory: &Path,
    socket: &str,
) -> anyhow::Result<SocketFile> {
    let path = directory.join(trust::socket_name(socket));
    // Made where nobody else can look, since a socket has its mode only after it was made. Whoever has the name of
    // `socket`, has this one too: what lies there was left behind.
    let private = directory.join(format!(".{}", trust::socket_name(socket)));
    let _ = std::fs::remove_dir_all(&private);
    std::fs::DirBuilder::new().mode(0o700).create(&private)?;
    let made = private.join("socket");
    let listener = UnixListener::bind(&made).and_then(|listener| {
        std::fs::set_permissions(&made, std::fs::Permissions::from_mode(0o600))?;
        listener.set_nonblocking(true)?;
        std::fs::rename(&made, &path)?;
        Ok(listener)
    });
    let _ = std::fs::remove_dir_all(&private);
    let listener = listener.with_context(|| format!("trusted socket {}", path.display()))?;
    let mut reserve = Reserve::default();
    handle
        .insert_source(Generic::new(listener, Interest::READ, Mode::Level), move |_, listener, state| {
            let_in(&mut reserve, state, &Trust::Trusted, || match listener.accept() {
                Ok((stream, _)) => Ok(Some(stream)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
                Err(error) => Err(error),
            });
            Ok(PostAction::Continue)
        })
        .map_err(|error| error.error)?;
    Ok(SocketFile::new(path))
}

/// Runs the session until it is stopped.
///
/// # Errors
/// If the loop fails.
pub fn run(event_loop: &mut EventLoop<'static, State>, state: &mut State) -> anyhow::Result<()> {
    event_loop.run(None, state, State::after_dispatch)?;
    Ok(())
}
