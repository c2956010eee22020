//! `_NET_WM_STATE`: what a window is, as the desktop has it, and what its client has said of it beside.

use x11rb::protocol::xproto::{Atom, AtomEnum, ClientMessageEvent, PropMode};
use x11rb::wrapper::ConnectionExt as _;

use super::atoms::Atoms;
use super::{Failed, Manager};
use crate::x11::words::{Flags, Word, Xid};

/// States that are kept for a client.
const MOST: usize = 16;

/// The states that are the desktop's to set.
fn ours(atoms: &Atoms) -> [Atom; 5] {
    [
        atoms._NET_WM_STATE_MAXIMIZED_HORZ,
        atoms._NET_WM_STATE_MAXIMIZED_VERT,
        atoms._NET_WM_STATE_FULLSCREEN,
        atoms._NET_WM_STATE_FOCUSED,
        atoms._NET_WM_STATE_HIDDEN,
    ]
}

impl Manager {
    /// A window is about to be seen: what its client has said of it stays said.
    pub(super) fn keep_states(&mut self, window: Xid, states: &[Atom]) {
        let ours = ours(&self.atoms);
        if let Some(known) = self.windows.get_mut(&window) {
            known.said = states.iter().filter(|state| !ours.contains(state)).take(MOST).copied().collect();
        }
    }

    /// A client wants a state changed.
    pub(super) fn state_asked(&mut self, message: &ClientMessageEvent) -> Result<(), Failed> {
        let (window, [action, first, second, ..]) = (message.window, message.data.as_data32());
        let Some(known) = self.windows.get_mut(&window) else { return Ok(()) };
        let on = match action {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        };
        let (atoms, mut words) = (&self.atoms, Vec::new());
        for state in [first, second].into_iter().filter(|state| *state != x11rb::NONE) {
            if state == atoms._NET_WM_STATE_FULLSCREEN {
                words.push(Word::Fullscreen { window, on });
            } else if !ours(atoms).contains(&state) {
                let on = on.unwrap_or(!known.said.contains(&state));
                known.said.retain(|said| *said != state);
                if on && known.said.len() < MOST {
                    known.said.push(state);
                }
                if state == atoms._NET_WM_STATE_DEMANDS_ATTENTION {
                    words.push(Word::Urgent { window, on });
                }
            }
        }
        // What is not to be had is seen not to be had.
        let flags = known.flags;
        self.tell(window, flags)?;
        words.into_iter().try_for_each(|word| self.say(word))
    }

    /// A window got what it demanded.
    pub(super) fn attended(&mut self, window: Xid) -> Result<(), Failed> {
        let demands = self.atoms._NET_WM_STATE_DEMANDS_ATTENTION;
        let Some(known) = self.windows.get_mut(&window) else { return Ok(()) };
        if !known.said.contains(&demands) {
            return Ok(());
        }
        known.said.retain(|said| *said != demands);
        let flags = known.flags;
        self.tell(window, flags)
    }

    /// Tells a window what it is.
    pub(super) fn tell(&mut self, window: Xid, flags: Flags) -> Result<(), Failed> {
        let Some(known) = self.windows.get_mut(&window) else { return Ok(()) };
        known.flags = flags;
        let is = [flags.maximized, flags.maximized, flags.fullscreen, flags.activated, flags.hidden];
        let ours = ours(&self.atoms).into_iter().zip(is).filter_map(|(state, is)| is.then_some(state));
        let states: Vec<Atom> = ours.chain(known.said.iter().copied()).collect();
        let name = self.atoms._NET_WM_STATE;
        self.connection.change_property32(PropMode::REPLACE, window, name, AtomEnum::ATOM, &states)?;
        Ok(())
    }
}
