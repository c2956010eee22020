//! Whether the programs of windows still listen. A window that says that it answers is asked when it gets the keyboard,
//! every few seconds while it has it, and when it is to close.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use calloop::timer::{TimeoutAction, Timer};
use calloop::{LoopHandle, RegistrationToken};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt as _, EventMask};

use super::{Failed, Manager, properties};
use crate::x11::words::{Word, Xid};

/// A program that has not answered by then hangs.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the window with the keyboard is asked.
const EVERY: Duration = Duration::from_secs(10);

/// Who was asked, and who did not answer.
#[derive(Debug, Default)]
pub(super) struct Pings {
    /// Asked, and not late yet.
    asked: BTreeMap<Xid, RegistrationToken>,
    hung: BTreeSet<Xid>,
    /// Asks the window with the keyboard again.
    again: Option<RegistrationToken>,
}

impl Pings {
    /// Whether a window was asked and did not answer.
    pub(super) fn hangs(&self, window: Xid) -> bool {
        self.hung.contains(&window)
    }

    /// A window is gone.
    pub(super) fn forget(&mut self, handle: &LoopHandle<'static, Manager>, window: Xid) {
        self.hung.remove(&window);
        self.asked.remove(&window).into_iter().for_each(|token| handle.remove(token));
    }
}

impl Manager {
    /// Asks a window's program whether it listens, if it says that it answers.
    pub(super) fn ping(&mut self, window: Xid) -> Result<(), Failed> {
        if self.pings.asked.contains_key(&window) || !self.windows.contains_key(&window) {
            return Ok(());
        }
        let manners = properties::manners(&self.connection, &self.atoms, window)?;
        if !manners.answers {
            return Ok(());
        }
        let words = [self.atoms._NET_WM_PING, x11rb::CURRENT_TIME, window, 0, 0];
        let message = ClientMessageEvent::new(32, window, self.atoms.WM_PROTOCOLS, words);
        self.connection.send_event(false, window, EventMask::NO_EVENT, message)?;
        let inserted = self.handle.insert_source(Timer::from_duration(PATIENCE), move |_, (), manager| {
            if manager.pings.asked.remove(&window).is_some() && manager.pings.hung.insert(window) {
                let said = manager.say(Word::Hangs { window, on: true });
                manager.note(said);
            }
            TimeoutAction::Drop
        });
        let token = inserted.map_err(|error| error.error)?;
        self.pings.asked.insert(window, token);
        Ok(())
    }

    /// A window's program has answered.
    pub(super) fn ponged(&mut self, window: Xid) -> Result<(), Failed> {
        self.pings.asked.remove(&window).into_iter().for_each(|token| self.handle.remove(token));
        if self.pings.hung.remove(&window) {
            return self.say(Word::Hangs { window, on: false });
        }
        Ok(())
    }

    /// The window with the keyboard is asked again and again, and no other.
    pub(super) fn ping_focused(&mut self, focused: Option<Xid>) -> Result<(), Failed> {
        self.pings.again.take().into_iter().for_each(|token| self.handle.remove(token));
        let Some(window) = focused else { return Ok(()) };
        self.ping(window)?;
        let inserted = self.handle.insert_source(Timer::from_duration(EVERY), move |_, (), manager| {
            let asked = manager.ping(window).and_then(|()| Ok(manager.connection.flush()?));
            manager.note(asked);
            TimeoutAction::ToDuration(EVERY)
        });
        self.pings.again = Some(inserted.map_err(|error| error.error)?);
        Ok(())
    }
}
