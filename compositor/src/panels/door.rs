//! The display of one panel: a socket in a directory that only this user can enter. Engines connect more than once, to try
//! whether they can, so that a connection made for them would not do.

use std::io::{self, ErrorKind};
use std::os::unix::net::UnixListener;

use calloop::generic::Generic;
use calloop::{Interest, LoopHandle, Mode, PostAction, RegistrationToken};
use lcars_ui::hierarchy::WindowId;

use crate::state::State;
use crate::trust::Trust;

/// Connections of one engine, ever.
const MOST: usize = 16;

/// It closes with this; who is in stays.
pub(super) struct Door {
    handle: LoopHandle<'static, State>,
    token: RegistrationToken,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Door").field(&self.token).finish()
    }
}

impl Door {
    /// Lets in who comes to show a panel.
    ///
    /// # Errors
    /// If the loop cannot watch it.
    pub(super) fn open(
        handle: &LoopHandle<'static, State>,
        display: UnixListener,
        panel: WindowId,
    ) -> io::Result<Self> {
        let mut left = MOST;
        let source = Generic::new(display, Interest::READ, Mode::Level);
        let token = handle.insert_source(source, move |_, display, state| {
            match display.accept() {
                Ok((stream, _)) if left > 0 => {
                    left -= 1;
                    if let Err(error) = state.insert_client(stream, Trust::Panel(panel)) {
                        tracing::warn!(%error, "a panel's engine was not let in");
                    }
                }
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => tracing::warn!(%error, "a panel's engine was not let in"),
            }
            Ok(PostAction::Continue)
        });
        let token = token.map_err(|error| io::Error::other(error.error.to_string()))?;
        Ok(Self { handle: handle.clone(), token })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.handle.remove(self.token);
    }
}
