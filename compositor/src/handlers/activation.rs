//! `xdg_activation_v1`: a program asks for the focus. Granted only with a token that came of what the user did.

use std::time::Duration;

use smithay::delegate_xdg_activation;
use smithay::input::Seat;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::xdg_activation::{
    XdgActivationHandler, XdgActivationState, XdgActivationToken, XdgActivationTokenData,
};

use crate::state::State;

/// A program may take this long to start before its token is stale.
const TOKEN_LIFE: Duration = Duration::from_secs(30);

impl XdgActivationHandler for State {
    fn activation_state(&mut self) -> &mut XdgActivationState {
        &mut self.globals.activation
    }

    fn token_created(&mut self, _token: XdgActivationToken, data: XdgActivationTokenData) -> bool {
        let Some((serial, seat)) = data.serial else { return false };
        let Some(keyboard) = self.seat.get_keyboard() else { return false };
        // Serials can be guessed: the program must also have the focus that it gives away.
        let focused = keyboard.current_focus().and_then(|surface| surface.client());
        focused.is_some_and(|client| data.client_id == Some(client.id()))
            && Seat::from_resource(&seat).as_ref() == Some(&self.seat)
            && keyboard.last_enter().is_some_and(|enter| serial.is_no_older_than(&enter))
    }

    fn request_activation(&mut self, token: XdgActivationToken, data: XdgActivationTokenData, surface: WlSurface) {
        self.globals.activation.remove_token(&token);
        if data.timestamp.elapsed() < TOKEN_LIFE
            && let Some(id) = self.shell.window_of(&surface)
        {
            self.focus_window(id);
        }
    }
}

delegate_xdg_activation!(State);
