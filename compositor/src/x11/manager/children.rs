//! The children of the root window: they come, want to be seen or elsewhere, and go.

use smithay::utils::{Physical, Rectangle};
use x11rb::protocol::xproto::{ConfigureRequestEvent, ConfigureWindowAux, ConnectionExt as _};

use super::{Failed, Manager, properties};
use crate::x11::words::{Flags, Place, Word, Xid};

impl Manager {
    pub(super) fn map_requested(&mut self, window: Xid) -> Result<(), Failed> {
        let Some(known) = self.windows.get_mut(&window) else { return Ok(()) };
        known.free = false;
        let place = known.place;
        let (properties, states) = properties::read(&self.connection, &self.atoms, window)?;
        self.keep_states(window, &states);
        let pid = properties::pid(&self.connection, window);
        if !self.managed.contains(&window) {
            self.managed.push(window);
        }
        self.repainted.insert(window);
        self.say(Word::Wants { window, place, properties, pid })
    }

    pub(super) fn mapped(&mut self, window: Xid, free: bool) -> Result<(), Failed> {
        let Some(known) = self.windows.get_mut(&window) else { return Ok(()) };
        (known.mapped, known.free) = (true, free);
        let place = known.place;
        if free {
            let (properties, _) = properties::read(&self.connection, &self.atoms, window)?;
            let pid = properties::pid(&self.connection, window);
            return self.say(Word::Popped { window, place, properties, pid });
        }
        self.list()
    }

    pub(super) fn unmapped(&mut self, window: Xid) -> Result<(), Failed> {
        let Some(known) = self.windows.get_mut(&window) else { return Ok(()) };
        known.mapped = false;
        known.flags = Flags::default();
        known.said.clear();
        self.pings.forget(&self.handle, window);
        if self.managed.contains(&window) {
            self.managed.retain(|managed| *managed != window);
            // Withdrawn, in the words of the protocol.
            self.connection.delete_property(window, self.atoms.WM_STATE)?;
            self.connection.delete_property(window, self.atoms._NET_WM_STATE)?;
            self.list()?;
        }
        self.say(Word::Hidden { window })
    }

    pub(super) fn forget(&mut self, window: Xid) -> Result<(), Failed> {
        self.selections.client_gone(&self.handle, window);
        self.changed.remove(&window);
        self.repainted.remove(&window);
        self.pings.forget(&self.handle, window);
        if self.windows.remove(&window).is_none() {
            return Ok(());
        }
        self.managed.retain(|managed| *managed != window);
        self.list()?;
        self.say(Word::Hidden { window })
    }

    pub(super) fn configure_requested(&mut self, wish: &ConfigureRequestEvent) -> Result<(), Failed> {
        let Some(known) = self.windows.get_mut(&wish.window) else { return Ok(()) };
        let aux = ConfigureWindowAux::from_configure_request(wish);
        let mut place = known.place;
        place.loc.x = aux.x.unwrap_or(place.loc.x);
        place.loc.y = aux.y.unwrap_or(place.loc.y);
        place.size.w = aux.width.map_or(place.size.w, |width| width.min(u32::from(u16::MAX)) as i32);
        place.size.h = aux.height.map_or(place.size.h, |height| height.min(u32::from(u16::MAX)) as i32);
        if self.managed.contains(&wish.window) {
            return self.say(Word::Resize { window: wish.window, place });
        }
        // Nobody sees it yet: it may be what it likes.
        known.place = place;
        self.connection.configure_window(wish.window, &aux)?;
        Ok(())
    }
}

pub(super) fn placed(x: i16, y: i16, width: u16, height: u16) -> Place {
    Rectangle::<i32, Physical>::new((x.into(), y.into()).into(), (width.into(), height.into()).into())
}
