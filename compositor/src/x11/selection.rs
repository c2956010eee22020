//! What is copied, between X clients and everybody else: the main thread's side.

use std::os::fd::OwnedFd;

use smithay::wayland::selection::SelectionTarget;

use super::words::Order;
use crate::state::State;

/// As what somebody who is no X client has something.
#[derive(Debug, Default)]
pub(super) struct Offers {
    clipboard: Vec<String>,
    primary: Vec<String>,
}

impl Offers {
    fn of(&mut self, target: SelectionTarget) -> &mut Vec<String> {
        match target {
            SelectionTarget::Clipboard => &mut self.clipboard,
            SelectionTarget::Primary => &mut self.primary,
        }
    }
}

impl State {
    /// A program that is no X client, the page or the desktop copied something: X clients can paste it.
    pub(crate) fn offer_to_x11(&mut self, target: SelectionTarget, types: &[String]) {
        types.clone_into(self.x11.offers.of(target));
        if let Some(server) = self.x11.server.as_ref().filter(|server| server.ready) {
            server.order(Order::Copied { target: target.into(), types: types.to_vec() });
            self.x11_takes();
        }
    }

    /// An X client has copied something: it is theirs.
    pub(crate) fn x11_has(&mut self, target: SelectionTarget) {
        self.x11.offers.of(target).clear();
    }

    /// The server has just come: it hears of what was copied before.
    pub(super) fn offer_all_to_x11(&self) {
        let Some(server) = &self.x11.server else { return };
        let offers = &self.x11.offers;
        for (target, types) in
            [(SelectionTarget::Clipboard, &offers.clipboard), (SelectionTarget::Primary, &offers.primary)]
        {
            server.order(Order::Copied { target: target.into(), types: types.clone() });
        }
    }

    /// What an X client has copied is to be written there.
    pub(crate) fn paste_from_x11(&self, target: SelectionTarget, mime: String, into: OwnedFd) {
        if let Some(server) = &self.x11.server {
            server.order(Order::Paste { target: target.into(), mime, into });
        }
    }

    /// Whether X clients may read what was copied: not while a program of another kind has the keyboard.
    pub(crate) fn x11_may_paste(&self) -> bool {
        let focus = self.seat.get_keyboard().and_then(|keyboard| keyboard.current_focus());
        self.x11.server.is_some() && (focus.is_none() || self.x11_has_keyboard())
    }

    /// Whether an X window has the keyboard.
    pub(crate) fn x11_has_keyboard(&self) -> bool {
        let focus = self.seat.get_keyboard().and_then(|keyboard| keyboard.current_focus());
        let server = self.x11.server.as_ref();
        server.is_some_and(|server| focus.is_some_and(|surface| server.has(&surface)))
    }
}
