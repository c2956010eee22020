//! What clients are told of the window manager.

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, PropMode};
use x11rb::wrapper::ConnectionExt as _;

use super::{Failed, Manager, settings};

impl Manager {
    /// Tells clients that there is a window manager, and what it can do. Until then the server lets none in.
    pub(super) fn announce(&self, scale: f64) -> Result<(), Failed> {
        let (connection, atoms) = (&self.connection, &self.atoms);
        let supported = [
            atoms._NET_ACTIVE_WINDOW,
            atoms._NET_CLIENT_LIST,
            atoms._NET_CLIENT_LIST_STACKING,
            atoms._NET_FRAME_EXTENTS,
            atoms._NET_REQUEST_FRAME_EXTENTS,
            atoms._NET_SUPPORTING_WM_CHECK,
            atoms._NET_WM_ICON,
            atoms._NET_WM_NAME,
            atoms._NET_WM_PING,
            atoms._NET_WM_STATE,
            atoms._NET_WM_STATE_DEMANDS_ATTENTION,
            atoms._NET_WM_STATE_FOCUSED,
            atoms._NET_WM_STATE_FULLSCREEN,
            atoms._NET_WM_STATE_HIDDEN,
            atoms._NET_WM_STATE_MAXIMIZED_HORZ,
            atoms._NET_WM_STATE_MAXIMIZED_VERT,
            atoms._NET_WM_STATE_MODAL,
        ];
        let replace = PropMode::REPLACE;
        connection.change_property32(replace, self.root, atoms._NET_SUPPORTED, AtomEnum::ATOM, &supported)?;
        for window in [self.root, self.own] {
            let check = atoms._NET_SUPPORTING_WM_CHECK;
            connection.change_property32(replace, window, check, AtomEnum::WINDOW, &[self.own])?;
        }
        connection.change_property8(replace, self.own, atoms._NET_WM_NAME, atoms.UTF8_STRING, b"TOS")?;
        connection.change_property32(replace, self.root, atoms._NET_ACTIVE_WINDOW, AtomEnum::WINDOW, &[x11rb::NONE])?;
        self.list()?;
        settings::set(connection, atoms, self.root, self.own, scale)?;
        connection.set_selection_owner(self.own, atoms._XSETTINGS_S0, x11rb::CURRENT_TIME)?;
        connection.set_selection_owner(self.own, atoms._NET_WM_CM_S0, x11rb::CURRENT_TIME)?;
        connection.set_selection_owner(self.own, atoms.WM_S0, x11rb::CURRENT_TIME)?;
        connection.flush()?;
        Ok(())
    }

    pub(super) fn list(&self) -> Result<(), Failed> {
        for name in [self.atoms._NET_CLIENT_LIST, self.atoms._NET_CLIENT_LIST_STACKING] {
            self.connection.change_property32(PropMode::REPLACE, self.root, name, AtomEnum::WINDOW, &self.managed)?;
        }
        Ok(())
    }
}
