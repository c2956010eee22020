//! From somebody who is no X client to one.

use std::fs::File;
use std::io::{ErrorKind, Read};

use calloop::generic::Generic;
use calloop::{Interest, Mode, PostAction, RegistrationToken};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, PropMode, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, SelectionRequestEvent,
};
use x11rb::wrapper::ConnectionExt as _;

use super::{CHUNK, MOST_BYTES, MOST_TRANSFERS, plain_text};
use crate::x11::manager::{Failed, Manager};
use crate::x11::words::{Selected, Word, Xid};

#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) id: u64,
    pub(super) request: SelectionRequestEvent,
    pub(super) bytes: Vec<u8>,
    pub(super) sent: usize,
    /// All is read, and it goes piece by piece.
    pub(super) pieces: bool,
    pub(super) token: Option<RegistrationToken>,
}

impl Manager {
    /// An X client pastes.
    pub(in crate::x11::manager) fn selection_requested(&mut self, wish: &SelectionRequestEvent) -> Result<(), Failed> {
        // Old clients name no property.
        let property = if wish.property == x11rb::NONE { wish.target } else { wish.property };
        let request = SelectionRequestEvent { property, ..*wish };
        let Some(selection) = self.selections.by_atom(wish.selection).filter(|ours| ours.window == wish.owner) else {
            return self.answer(&request, false);
        };
        let (atoms, string) = (&self.atoms, Atom::from(AtomEnum::STRING));
        let plain = plain_text().find(|name| selection.types.iter().any(|(known, _)| known == name));
        if wish.target == atoms.TARGETS {
            let mut targets = vec![atoms.TARGETS, atoms.TIMESTAMP];
            targets.extend(plain.iter().flat_map(|_| [atoms.UTF8_STRING, atoms.TEXT, string]));
            targets.extend(selection.types.iter().map(|(_, atom)| *atom));
            let kind = AtomEnum::ATOM;
            self.connection.change_property32(PropMode::REPLACE, wish.requestor, property, kind, &targets)?;
            return self.answer(&request, true);
        }
        if wish.target == atoms.TIMESTAMP {
            let (kind, since) = (AtomEnum::INTEGER, [selection.since]);
            self.connection.change_property32(PropMode::REPLACE, wish.requestor, property, kind, &since)?;
            return self.answer(&request, true);
        }
        let mime = if [atoms.UTF8_STRING, atoms.TEXT, string].contains(&wish.target) {
            plain.map(ToOwned::to_owned)
        } else {
            selection.types.iter().find(|(_, atom)| *atom == wish.target).map(|(name, _)| name.clone())
        };
        // Who asks again has given up what it asked before.
        self.give_up(wish.requestor)?;
        let Some(selection) = self.selections.by_atom(wish.selection) else { return Ok(()) };
        let (target, room) = (selection.target, selection.outgoing.len() < MOST_TRANSFERS);
        let may = target != Selected::Drag || self.may_read_drag(wish.requestor);
        let Some(mime) = mime.filter(|_| room && may) else { return self.answer(&request, false) };
        let flags = rustix::pipe::PipeFlags::CLOEXEC;
        let (reader, into) = rustix::pipe::pipe_with(flags).map_err(std::io::Error::from)?;
        rustix::io::ioctl_fionbio(&reader, true).map_err(std::io::Error::from)?;
        self.selections.count += 1;
        let id = self.selections.count;
        let source = Generic::new(File::from(reader), Interest::READ, Mode::Level);
        let inserted = self.handle.insert_source(source, move |_, file, manager: &mut Manager| {
            // SAFETY: the file is not dropped or replaced, only read from.
            manager.gather(id, unsafe { file.get_mut() })
        });
        let token = Some(inserted.map_err(|error| error.error)?);
        let transfer = Outgoing { id, request, bytes: Vec::new(), sent: 0, pieces: false, token };
        self.selections.of(target).outgoing.push(transfer);
        match target {
            Selected::Drag => self.read_drag(&mime, &into),
            _ => self.say(Word::Wanted { target, mime, into })?,
        }
        self.after_patience(move |manager| manager.end_outgoing(id))
    }

    /// Reads what an X client is to get.
    fn gather(&mut self, id: u64, file: &mut File) -> std::io::Result<PostAction> {
        let mut chunk = vec![0; 64 << 10];
        loop {
            let Some(transfer) = self.outgoing(id) else { return Ok(PostAction::Remove) };
            match file.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) if transfer.bytes.len() + read > MOST_BYTES => {
                    tracing::warn!(limit = MOST_BYTES, "an X client wants more than it may");
                    transfer.token = None;
                    let ended = self.end_outgoing(id);
                    self.note(ended);
                    return Ok(PostAction::Remove);
                }
                Ok(read) => transfer.bytes.extend(chunk.iter().take(read)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(PostAction::Continue),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        let handed = self.hand_over(id);
        self.note(handed);
        Ok(PostAction::Remove)
    }

    /// All is read: it is written into the client's window, or the first piece of it is announced.
    fn hand_over(&mut self, id: u64) -> Result<(), Failed> {
        let Some(transfer) = self.outgoing(id) else { return Ok(()) };
        transfer.token = None;
        let request = transfer.request;
        if request.target == u32::from(AtomEnum::STRING) {
            transfer.bytes = to_latin(&transfer.bytes);
        }
        let length = transfer.bytes.len();
        if length <= CHUNK {
            let bytes = std::mem::take(&mut transfer.bytes);
            let (window, property) = (request.requestor, request.property);
            self.connection.change_property8(PropMode::REPLACE, window, property, request.target, &bytes)?;
            self.take_outgoing(id);
            return self.answer(&request, true);
        }
        transfer.pieces = true;
        let aux = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        self.connection.change_window_attributes(request.requestor, &aux)?;
        let (kind, most) = (self.atoms.INCR, [length as u32]);
        self.connection.change_property32(PropMode::REPLACE, request.requestor, request.property, kind, &most)?;
        self.answer(&request, true)
    }

    pub(super) fn outgoing(&mut self, id: u64) -> Option<&mut Outgoing> {
        let each = self.selections.each().into_iter();
        each.flat_map(|selection| &mut selection.outgoing).find(|transfer| transfer.id == id)
    }

    pub(super) fn take_outgoing(&mut self, id: u64) -> Option<Outgoing> {
        self.selections.each().into_iter().find_map(|selection| {
            let place = selection.outgoing.iter().position(|transfer| transfer.id == id)?;
            Some(selection.outgoing.swap_remove(place))
        })
    }

    fn end_outgoing(&mut self, id: u64) -> Result<(), Failed> {
        let Some(mut transfer) = self.take_outgoing(id) else { return Ok(()) };
        transfer.token.take().into_iter().for_each(|token| self.handle.remove(token));
        if transfer.pieces { Ok(()) } else { self.answer(&transfer.request, false) }
    }

    fn give_up(&mut self, requestor: Xid) -> Result<(), Failed> {
        let each = self.selections.each().into_iter().flat_map(|selection| &selection.outgoing);
        let theirs: Vec<u64> =
            each.filter(|transfer| transfer.request.requestor == requestor).map(|transfer| transfer.id).collect();
        theirs.into_iter().try_for_each(|id| self.end_outgoing(id))
    }

    /// Tells a client that what it asked for is there, or that it is not to be had.
    fn answer(&self, request: &SelectionRequestEvent, there: bool) -> Result<(), Failed> {
        let word = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if there { request.property } else { x11rb::NONE },
        };
        self.connection.send_event(false, request.requestor, EventMask::NO_EVENT, word)?;
        self.connection.flush()?;
        Ok(())
    }
}

/// As far as the old encoding has the letters.
fn to_latin(text: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(text).chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_clients_get_the_letters_that_they_know() {
        assert_eq!(to_latin("Käse → 1".as_bytes()), b"K\xe4se ? 1");
    }
}
