//! Drag and drop between X clients and everybody else, in the words of XDND.
//!
//! [`bridge`] is where what others drag comes from, [`towards`] what the X window below hears of it, and [`from`] what
//! becomes of what X clients drag. Between X clients nobody is needed.

pub(super) mod bridge;
mod from;
mod towards;

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask};

use super::{Failed, Manager, properties};
use crate::x11::words::{Taken, Xid};
use bridge::Bridge;
use from::Catcher;
use towards::Target;

/// The version that is spoken; the oldest that still says what is to become of the data is 2.
const VERSION: u32 = 5;
const OLDEST: u32 = 2;

/// All drags that are under way: one at most in each direction.
#[derive(Debug, Default)]
pub(super) struct Drags {
    pub(super) bridge: Option<Bridge>,
    target: Option<Target>,
    catcher: Option<Catcher>,
}

impl Manager {
    /// A message of drag and drop. Whether it was one.
    pub(super) fn drag_message(&mut self, message: &ClientMessageEvent) -> Result<bool, Failed> {
        let (atoms, data, own) = (&self.atoms, message.data.as_data32(), self.selections.drag_source());
        let catches = self.drags.catcher.as_ref().is_some_and(|catcher| catcher.window == message.window);
        match message.type_ {
            kind if kind == atoms.XdndStatus && message.window == own => self.drag_status(data)?,
            kind if kind == atoms.XdndFinished && message.window == own => self.drag_finished(data)?,
            kind if kind == atoms.XdndEnter && catches => self.caught(data)?,
            kind if kind == atoms.XdndPosition && catches => self.caught_moved(data)?,
            kind if kind == atoms.XdndLeave && catches => self.caught_left(data)?,
            kind if kind == atoms.XdndDrop && catches => self.caught_dropped(data)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn action_atom(&self, taken: Option<Taken>) -> Atom {
        match taken {
            Some(Taken::Copy) => self.atoms.XdndActionCopy,
            Some(Taken::Move) => self.atoms.XdndActionMove,
            None => x11rb::NONE,
        }
    }

    /// Whether a window takes drops: in which version of the protocol, and who is to hear of them.
    fn aware(&self, window: Xid) -> Result<Option<(Xid, u32)>, Failed> {
        let proxy = properties::words(&self.connection, window, self.atoms.XdndProxy)?.first().copied();
        let mut to = window;
        if let Some(proxy) = proxy
            && properties::words(&self.connection, proxy, self.atoms.XdndProxy)?.first() == Some(&proxy)
        {
            to = proxy;
        }
        let aware = properties::words(&self.connection, to, self.atoms.XdndAware)?;
        let version = aware.first().copied().filter(|version| *version >= OLDEST);
        Ok(version.map(|version| (to, version.min(VERSION))))
    }

    fn drag_send(&self, to: Xid, window: Xid, kind: Atom, data: [u32; 5]) -> Result<(), Failed> {
        let message = ClientMessageEvent::new(32, window, kind, data);
        self.connection.send_event(false, to, EventMask::NO_EVENT, message)?;
        self.connection.flush()?;
        Ok(())
    }

    /// The types that a client lists in a property.
    fn listed_types(&self, window: Xid) -> Result<Vec<Atom>, Failed> {
        let most = super::selection::MOST_TYPES as u32;
        let list = self.atoms.XdndTypeList;
        let cookie = self.connection.get_property(false, window, list, AtomEnum::ATOM, 0, most)?;
        Ok(cookie.reply().ok().and_then(|reply| Some(reply.value32()?.collect())).unwrap_or_default())
    }
}
