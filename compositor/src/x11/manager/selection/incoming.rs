//! From an X client to somebody who is none.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::fd::OwnedFd;

use calloop::generic::Generic;
use calloop::{Interest, Mode, PostAction, RegistrationToken};
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};

use super::{CHUNK, MOST_BYTES, MOST_TRANSFERS, hidden_window};
use crate::x11::manager::{Failed, Manager};
use crate::x11::words::{Selected, Xid};

#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) id: u64,
    /// The window that the client writes to.
    pub(super) window: Xid,
    pub(super) into: Option<OwnedFd>,
    pub(super) waiting: Vec<u8>,
    pub(super) total: usize,
    /// It comes piece by piece.
    pub(super) pieces: bool,
    pub(super) token: Option<RegistrationToken>,
}

impl Manager {
    /// Somebody who is no X client pastes what an X client has copied.
    pub(in crate::x11::manager) fn paste(&mut self, target: Selected, mime: &str, into: OwnedFd) -> Result<(), Failed> {
        let selection = self.selections.of(target);
        let Some(kind) = selection.types.iter().find(|(name, _)| name == mime).map(|(_, atom)| *atom) else {
            return Ok(());
        };
        if selection.incoming.len() >= MOST_TRANSFERS {
            return Ok(());
        }
        rustix::io::ioctl_fionbio(&into, true).map_err(std::io::Error::from)?;
        let window = hidden_window(&self.connection, self.root)?;
        self.selections.count += 1;
        let id = self.selections.count;
        let selection = self.selections.of(target);
        let (atom, into) = (selection.atom, Some(into));
        let transfer = Incoming { id, window, into, waiting: Vec::new(), total: 0, pieces: false, token: None };
        selection.incoming.push(transfer);
        self.connection.convert_selection(window, atom, kind, self.atoms._TOS_SELECTION, x11rb::CURRENT_TIME)?;
        self.after_patience(move |manager| manager.end_incoming(id))
    }

    /// Reads what a client has written for us.
    pub(super) fn receive(&mut self, window: Xid) -> Result<(), Failed> {
        let mut offset = 0;
        loop {
            let (property, words) = (self.atoms._TOS_SELECTION, (CHUNK / 4) as u32);
            let cookie = self.connection.get_property(false, window, property, AtomEnum::ANY, offset, words)?;
            let Ok(reply) = cookie.reply() else { return Ok(()) };
            let incr = reply.type_ == self.atoms.INCR;
            let Some(transfer) = self.incoming(window) else { return Ok(()) };
            if incr && !transfer.pieces {
                transfer.pieces = true;
                self.connection.delete_property(window, property)?;
                return Ok(());
            }
            transfer.total += reply.value.len();
            let id = transfer.id;
            if transfer.total > MOST_BYTES {
                tracing::warn!(limit = MOST_BYTES, "an X client copied more than it may");
                return self.end_incoming(id);
            }
            let last_piece = transfer.pieces && reply.value.is_empty() && offset == 0;
            transfer.waiting.extend(&reply.value);
            if last_piece {
                return self.end_incoming(id);
            }
            if reply.bytes_after == 0 {
                return self.pass_on(window);
            }
            offset += words;
        }
    }

    pub(super) fn incoming(&mut self, window: Xid) -> Option<&mut Incoming> {
        let each = self.selections.each().into_iter();
        each.flat_map(|selection| &mut selection.incoming).find(|transfer| transfer.window == window)
    }

    /// Writes what was received for as long as the reader takes it; the client is asked for more only then.
    fn pass_on(&mut self, window: Xid) -> Result<(), Failed> {
        let Some(transfer) = self.incoming(window) else { return Ok(()) };
        let (id, Some(fd)) = (transfer.id, transfer.into.take()) else { return Ok(()) };
        let source = Generic::new(File::from(fd), Interest::WRITE, Mode::Level);
        let inserted = self.handle.insert_source(source, move |_, file, manager: &mut Manager| {
            let Some(transfer) = manager.incoming(window) else { return Ok(PostAction::Remove) };
            // SAFETY: the file is not dropped or replaced, only written to.
            match unsafe { file.get_mut() }.write(&transfer.waiting) {
                Ok(written) => drop(transfer.waiting.drain(..written)),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                // Nobody reads any more.
                Err(_) => return manager.finish_incoming(id),
            }
            if !transfer.waiting.is_empty() {
                return Ok(PostAction::Continue);
            }
            if !transfer.pieces {
                return manager.finish_incoming(id);
            }
            // The next piece.
            transfer.token = None;
            transfer.into = file.try_clone().ok().map(OwnedFd::from);
            let property = manager.atoms._TOS_SELECTION;
            let asked = manager.connection.delete_property(window, property).map(drop);
            manager.note(asked.map_err(Failed::from));
            Ok(PostAction::Remove)
        });
        let token = inserted.map_err(|error| error.error)?;
        if let Some(transfer) = self.incoming(window) {
            transfer.token = Some(token);
        }
        Ok(())
    }

    fn finish_incoming(&mut self, id: u64) -> std::io::Result<PostAction> {
        if let Some(transfer) = self.take_incoming(id) {
            let gone = self.connection.destroy_window(transfer.window).map(drop);
            self.note(gone.map_err(Failed::from));
        }
        Ok(PostAction::Remove)
    }

    fn take_incoming(&mut self, id: u64) -> Option<Incoming> {
        self.selections.each().into_iter().find_map(|selection| {
            let place = selection.incoming.iter().position(|transfer| transfer.id == id)?;
            Some(selection.incoming.swap_remove(place))
        })
    }

    pub(super) fn end_incoming(&mut self, id: u64) -> Result<(), Failed> {
        if let Some(mut transfer) = self.take_incoming(id) {
            transfer.token.take().into_iter().for_each(|token| self.handle.remove(token));
            self.connection.destroy_window(transfer.window)?;
        }
        Ok(())
    }
}
