//! What clients ask the window manager for by messages.

use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, PropMode};
use x11rb::wrapper::ConnectionExt as _;

use super::{Failed, Manager};
use crate::x11::words::{Shows, Word};

impl Manager {
    pub(super) fn asked(&mut self, message: &ClientMessageEvent) -> Result<(), Failed> {
        if self.drag_message(message)? {
            return Ok(());
        }
        let (window, atoms) = (message.window, &self.atoms);
        let data = message.data.as_data32();
        match message.type_ {
            kind if kind == atoms.WL_SURFACE_ID => self.say(Word::Shown { window, surface: Shows::Id(data[0]) }),
            kind if kind == atoms.WL_SURFACE_SERIAL => {
                let serial = u64::from(data[1]) << 32 | u64::from(data[0]);
                self.say(Word::Shown { window, surface: Shows::Serial(serial) })
            }
            kind if kind == atoms._NET_WM_STATE => self.state_asked(message),
            // The answer comes to the root window, and names its own.
            kind if kind == atoms.WM_PROTOCOLS && data[0] == atoms._NET_WM_PING => self.ponged(data[2]),
            kind if kind == atoms._NET_ACTIVE_WINDOW => self.say(Word::Activate { window }),
            kind if kind == atoms._NET_REQUEST_FRAME_EXTENTS => {
                // The frame is drawn around the pane, outside of the X server.
                let extents = atoms._NET_FRAME_EXTENTS;
                self.connection.change_property32(PropMode::REPLACE, window, extents, AtomEnum::CARDINAL, &[0; 4])?;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
