//! Joins the Wayland display to the event loop.

use calloop::generic::Generic;
use calloop::{EventLoop, Interest, LoopHandle, Mode, PostAction};
use smithay::reexports::wayland_server::Display;
use smithay::wayland::socket::ListeningSocketSource;

use crate::state::State;

/// Dispatches what clients send. The display lives in the loop.
///
/// # Errors
/// If the loop cannot watch it.
pub fn dispatch_clients(handle: &LoopHandle<'static, State>, display: Display<State>) -> anyhow::Result<()> {
    let source = Generic::new(display, Interest::READ, Mode::Level);
    handle
        .insert_source(source, |_, display, state| {
            // SAFETY: the display is not dropped or replaced here, only dispatched.
            let dispatched = unsafe { display.get_mut() }.dispatch_clients(state);
            if let Err(error) = dispatched {
                tracing::error!(%error, "the Wayland display failed");
                state.stop();
            }
            Ok(PostAction::Continue)
        })
        .map_err(|error| error.error)?;
    Ok(())
}

/// Opens the first free `wayland-N` socket and lets clients in. Returns its name.
///
/// # Errors
/// If no name is free or the directory cannot be written to.
pub fn listen(handle: &LoopHandle<'static, State>) -> anyhow::Result<String> {
    let source = ListeningSocketSource::new_auto()?;
    let name = source.socket_name().to_string_lossy().into_owned();
    handle
        .insert_source(source, |stream, (), state| {
            if let Err(error) = state.insert_client(stream) {
                tracing::warn!(%error, "a client was not let in");
            }
        })
        .map_err(|error| error.error)?;
    Ok(name)
}

/// Runs the session until it is stopped.
///
/// # Errors
/// If the loop fails.
pub fn run(event_loop: &mut EventLoop<'static, State>, state: &mut State) -> anyhow::Result<()> {
    event_loop.run(None, state, State::after_dispatch)?;
    Ok(())
}
