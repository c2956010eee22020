//! `zwp_virtual_keyboard_v1`: a program that types, such as an on-screen keyboard. For trusted ones alone. What becomes of
//! its keys is decided in [`crate::seat`], as for those of pages.

use std::os::fd::OwnedFd;

use smithay::backend::input::KeyState;
use smithay::reexports::wayland_protocols_misc::zwp_virtual_keyboard_v1::server::{
    zwp_virtual_keyboard_manager_v1::{self, ZwpVirtualKeyboardManagerV1},
    zwp_virtual_keyboard_v1::{self, ZwpVirtualKeyboardV1},
};
use smithay::reexports::wayland_server::backend::{ClientId, GlobalId};
use smithay::reexports::wayland_server::protocol::wl_keyboard::KeymapFormat;
use smithay::reexports::wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};

use crate::seat::Masks;
use crate::state::State;
use crate::trust::trusted;

const VERSION: u32 = 1;
/// Longest keymap, bytes. Those of xkeyboard-config have some 60 KiB.
const MAX_KEYMAP: usize = 1 << 20;

// smithay's own module sends keys to the focused program, past the desktop.

/// Announces it.
pub(crate) fn announce(display: &DisplayHandle) -> GlobalId {
    display.create_global::<State, ZwpVirtualKeyboardManagerV1, ()>(VERSION, ())
}

impl GlobalDispatch<ZwpVirtualKeyboardManagerV1, ()> for State {
    fn bind(
        _state: &mut Self,
        _display: &DisplayHandle,
        _client: &Client,
        manager: New<ZwpVirtualKeyboardManagerV1>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        init.init(manager, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        trusted(&client)
    }
}

impl Dispatch<ZwpVirtualKeyboardManagerV1, ()> for State {
    fn request(
        state: &mut Self,
        _client: &Client,
        _manager: &ZwpVirtualKeyboardManagerV1,
        request: zwp_virtual_keyboard_manager_v1::Request,
        (): &(),
        _display: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        if let zwp_virtual_keyboard_manager_v1::Request::CreateVirtualKeyboard { id, .. } = request {
            state.virtual_keyboards.add(init.init(id, ()));
        }
    }
}

impl Dispatch<ZwpVirtualKeyboardV1, ()> for State {
    fn request(
        state: &mut Self,
        _client: &Client,
        keyboard: &ZwpVirtualKeyboardV1,
        request: zwp_virtual_keyboard_v1::Request,
        (): &(),
        _display: &DisplayHandle,
        _init: &mut DataInit<'_, Self>,
    ) {
        use zwp_virtual_keyboard_v1::{Error, Request};
        match request {
            Request::Keymap { format, fd, size } if format == u32::from(KeymapFormat::XkbV1) => {
                match read_keymap(fd, size) {
                    Ok(keymap) => state.virtual_keymap(keyboard, keymap),
                    Err(error) => tracing::debug!(%error, "the keymap of a virtual keyboard was not read"),
                }
            }
            Request::Key { .. } | Request::Modifiers { .. } if !state.virtual_keyboards.has_keymap(keyboard) => {
                keyboard.post_error(Error::NoKeymap, "there is no keymap yet");
            }
            Request::Key { key, state: pressed, .. } => {
                let pressed = if pressed == 0 { KeyState::Released } else { KeyState::Pressed };
                state.virtual_key(keyboard, key, pressed);
            }
            Request::Modifiers { mods_depressed, mods_latched, mods_locked, group } => {
                let masks = Masks { depressed: mods_depressed, latched: mods_latched, locked: mods_locked, group };
                state.virtual_modifiers(keyboard, masks);
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut Self, _client: ClientId, keyboard: &ZwpVirtualKeyboardV1, (): &()) {
        state.virtual_keyboard_gone(keyboard);
    }
}

/// Reads a keymap without mapping it: its file may shrink at any moment.
fn read_keymap(fd: OwnedFd, size: u32) -> std::io::Result<String> {
    let size = (size as usize).min(MAX_KEYMAP);
    let mut bytes = vec![0; size];
    let mut read = 0;
    while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match rustix::io::pread(&fd, rest, read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    bytes.truncate(read);
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(read);
    bytes.truncate(end);
    String::from_utf8(bytes).map_err(|_| std::io::ErrorKind::InvalidData.into())
}
