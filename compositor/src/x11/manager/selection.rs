//! What is copied, between X clients and everybody else.
//!
//! Both ends of a transfer are strangers: each has a size it may not pass and a time it may not take.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::time::Duration;

use calloop::generic::Generic;
use calloop::timer::{TimeoutAction, Timer};
use calloop::{Interest, LoopHandle, Mode, PostAction, RegistrationToken};
use smithay::wayland::selection::SelectionTarget;
use x11rb::connection::Connection as _;
use x11rb::protocol::xfixes::{ConnectionExt as _, SelectionEventMask, SelectionNotifyEvent as ChangeEvent};
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, Property,
    PropertyNotifyEvent, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::atoms::Atoms;
use super::{Failed, Manager, properties};
use crate::x11::words::{Word, Xid};

/// Bytes that are carried at once.
const CHUNK: usize = 256 << 10;
/// Bytes that one transfer may have.
const MOST_BYTES: usize = 16 << 20;
/// Transfers that are under way, of each selection and in each direction.
const MOST_TRANSFERS: usize = 8;
/// Types that are passed on.
const MOST_TYPES: usize = 64;
/// Bytes of the name of a type.
const LONGEST_TYPE: usize = 255;
/// A transfer that is not done by then is given up.
const PATIENCE: Duration = Duration::from_secs(20);
/// What everybody but X clients calls plain text.
const TEXT: [&str; 2] = ["text/plain;charset=utf-8", "text/plain"];

/// Both selections.
#[derive(Debug)]
pub(super) struct Selections {
    clipboard: Selection,
    primary: Selection,
    /// Counts transfers, to tell those that end late from those that took their place.
    count: u64,
}

#[derive(Debug)]
struct Selection {
    target: SelectionTarget,
    atom: Atom,
    window: Xid,
    /// What the X client that owns it offers, or what we offer to X clients.
    types: Vec<(String, Atom)>,
    since: u32,
    incoming: Vec<Incoming>,
    outgoing: Vec<Outgoing>,
}

/// From an X client.
#[derive(Debug)]
struct Incoming {
    id: u64,
    /// The window that the client writes to.
    window: Xid,
    into: Option<OwnedFd>,
    waiting: Vec<u8>,
    total: usize,
    /// It comes piece by piece.
    pieces: bool,
    token: Option<RegistrationToken>,
}

/// To an X client.
#[derive(Debug)]
struct Outgoing {
    id: u64,
    request: SelectionRequestEvent,
    bytes: Vec<u8>,
    sent: usize,
    /// All is read, and it goes piece by piece.
    pieces: bool,
    token: Option<RegistrationToken>,
}

impl Selections {
    pub(super) fn new(connection: &RustConnection, atoms: &Atoms, root: Xid) -> Result<Self, Failed> {
        let clipboard = Selection::new(connection, root, SelectionTarget::Clipboard, atoms.CLIPBOARD)?;
        let primary = Selection::new(connection, root, SelectionTarget::Primary, AtomEnum::PRIMARY.into())?;
        Ok(Self { clipboard, primary, count: 0 })
    }

    fn each(&mut self) -> [&mut Selection; 2] {
        [&mut self.clipboard, &mut self.primary]
    }

    fn of(&mut self, target: SelectionTarget) -> &mut Selection {
        match target {
            SelectionTarget::Clipboard => &mut self.clipboard,
            SelectionTarget::Primary => &mut self.primary,
        }
    }

    fn by_atom(&mut self, atom: Atom) -> Option<&mut Selection> {
        self.each().into_iter().find(|selection| selection.atom == atom)
    }

    /// A window is gone, and whoever read there.
    pub(super) fn client_gone(&mut self, handle: &LoopHandle<'static, Manager>, window: Xid) {
        for selection in self.each() {
            let gone = selection.outgoing.iter().position(|transfer| transfer.request.requestor == window);
            if let Some(mut transfer) = gone.map(|place| selection.outgoing.swap_remove(place)) {
                transfer.token.take().into_iter().for_each(|token| handle.remove(token));
            }
        }
    }
}

impl Selection {
    fn new(connection: &RustConnection, root: Xid, target: SelectionTarget, atom: Atom) -> Result<Self, Failed> {
        let window = hidden_window(connection, root)?;
        let mask = SelectionEventMask::SET_SELECTION_OWNER
            | SelectionEventMask::SELECTION_WINDOW_DESTROY
            | SelectionEventMask::SELECTION_CLIENT_CLOSE;
        connection.xfixes_select_selection_input(window, atom, mask)?;
        let (incoming, outgoing) = (Vec::new(), Vec::new());
        Ok(Self { target, atom, window, types: Vec::new(), since: x11rb::CURRENT_TIME, incoming, outgoing })
    }
}

fn hidden_window(connection: &RustConnection, root: Xid) -> Result<Xid, Failed> {
    let window = connection.generate_id()?;
    let aux = CreateWindowAux::new().override_redirect(1).event_mask(EventMask::PROPERTY_CHANGE);
    connection.create_window(0, window, root, -1, -1, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &aux)?;
    Ok(window)
}

impl Manager {
    /// Somebody else has a selection now, or nobody.
    pub(super) fn selection_changed(&mut self, change: &ChangeEvent) -> Result<(), Failed> {
        let Some(selection) = self.selections.by_atom(change.selection) else { return Ok(()) };
        selection.since = change.timestamp;
        if change.owner == selection.window {
            return Ok(());
        }
        selection.types.clear();
        if change.owner == x11rb::NONE {
            let target = selection.target;
            return self.say(Word::Copied { target, types: Vec::new() });
        }
        let (window, atom) = (selection.window, selection.atom);
        let (targets, property) = (self.atoms.TARGETS, self.atoms._TOS_SELECTION);
        self.connection.convert_selection(window, atom, targets, property, change.timestamp)?;
        Ok(())
    }

    /// An X client answers what we asked of its selection.
    pub(super) fn selection_answered(&mut self, answer: &SelectionNotifyEvent) -> Result<(), Failed> {
        let Some(selection) = self.selections.by_atom(answer.selection) else { return Ok(()) };
        if answer.requestor == selection.window {
            return self.types_told(answer);
        }
        let window = answer.requestor;
        let Some(transfer) = selection.incoming.iter().find(|transfer| transfer.window == window) else {
            return Ok(());
        };
        if answer.property == x11rb::NONE {
            let id = transfer.id;
            return self.end_incoming(id);
        }
        self.receive(window)
    }

    fn types_told(&mut self, answer: &SelectionNotifyEvent) -> Result<(), Failed> {
        if answer.property == x11rb::NONE || answer.target != self.atoms.TARGETS {
            return Ok(());
        }
        let most = MOST_TYPES as u32;
        let cookie = self.connection.get_property(true, answer.requestor, answer.property, AtomEnum::ANY, 0, most)?;
        let Ok(reply) = cookie.reply() else { return Ok(()) };
        let told: Vec<Atom> = reply.value32().into_iter().flatten().collect();
        let mut types = Vec::new();
        let text = [self.atoms.UTF8_STRING, self.atoms.TEXT, AtomEnum::STRING.into()];
        if let Some(best) = text.into_iter().find(|atom| told.contains(atom)) {
            types.extend(TEXT.map(|name| (name.to_owned(), best)));
        }
        for atom in told.into_iter().filter(|atom| !text.contains(atom)) {
            let Some(name) = properties::name_of(&self.connection, atom) else { continue };
            let fits = name.contains('/') && name.len() <= LONGEST_TYPE;
            if fits && !types.iter().any(|(known, _)| *known == name) {
                types.push((name, atom));
            }
        }
        let Some(selection) = self.selections.by_atom(answer.selection) else { return Ok(()) };
        let names = types.iter().map(|(name, _)| name.clone()).collect();
        selection.types = types;
        let target = selection.target;
        self.say(Word::Copied { target, types: names })
    }

    /// Somebody who is no X client pastes what an X client has copied.
    pub(super) fn paste(&mut self, target: SelectionTarget, mime: &str, into: OwnedFd) -> Result<(), Failed> {
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
    fn receive(&mut self, window: Xid) -> Result<(), Failed> {
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

    fn incoming(&mut self, window: Xid) -> Option<&mut Incoming> {
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

    fn end_incoming(&mut self, id: u64) -> Result<(), Failed> {
        if let Some(mut transfer) = self.take_incoming(id) {
            transfer.token.take().into_iter().for_each(|token| self.handle.remove(token));
            self.connection.destroy_window(transfer.window)?;
        }
        Ok(())
    }

    /// Somebody who is no X client has copied something, or nothing any more.
    pub(super) fn copied(&mut self, target: SelectionTarget, types: Vec<String>) -> Result<(), Failed> {
        let mut known = Vec::new();
        for name in types.into_iter().filter(|name| name.len() <= LONGEST_TYPE).take(MOST_TYPES) {
            if let Some(atom) = properties::intern(&self.connection, &name) {
                known.push((name, atom));
            }
        }
        let selection = self.selections.of(target);
        let (window, atom) = (selection.window, selection.atom);
        let owner = if known.is_empty() {
            let owned = self.connection.get_selection_owner(atom)?.reply()?.owner == window;
            if !owned {
                return Ok(());
            }
            x11rb::NONE
        } else {
            window
        };
        self.selections.of(target).types = known;
        self.connection.set_selection_owner(owner, atom, x11rb::CURRENT_TIME)?;
        Ok(())
    }

    /// An X client pastes.
    pub(super) fn selection_requested(&mut self, wish: &SelectionRequestEvent) -> Result<(), Failed> {
        // Old clients name no property.
        let property = if wish.property == x11rb::NONE { wish.target } else { wish.property };
        let request = SelectionRequestEvent { property, ..*wish };
        let Some(selection) = self.selections.by_atom(wish.selection).filter(|ours| ours.window == wish.owner) else {
            return self.answer(&request, false);
        };
        let (atoms, string) = (&self.atoms, Atom::from(AtomEnum::STRING));
        let plain = TEXT.into_iter().find(|name| selection.types.iter().any(|(known, _)| known == name));
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
        let Some(mime) = mime.filter(|_| room) else { return self.answer(&request, false) };
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
        self.say(Word::Wanted { target, mime, into })?;
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

    /// A property was written or taken: a transfer in pieces may go on.
    pub(super) fn selection_property(&mut self, changed: &PropertyNotifyEvent) -> Result<(), Failed> {
        if changed.state == Property::NEW_VALUE {
            if changed.atom == self.atoms._TOS_SELECTION
                && self.incoming(changed.window).is_some_and(|transfer| transfer.pieces)
            {
                return self.receive(changed.window);
            }
            return Ok(());
        }
        let each = self.selections.each().into_iter().flat_map(|selection| &mut selection.outgoing);
        let mut theirs = each.filter(|transfer| {
            transfer.pieces && transfer.request.requestor == changed.window && transfer.request.property == changed.atom
        });
        let Some(transfer) = theirs.next() else { return Ok(()) };
        let (id, request) = (transfer.id, transfer.request);
        let piece: Vec<u8> = transfer.bytes.iter().skip(transfer.sent).take(CHUNK).copied().collect();
        transfer.sent += piece.len();
        drop(theirs);
        let (window, property) = (request.requestor, request.property);
        self.connection.change_property8(PropMode::REPLACE, window, property, request.target, &piece)?;
        if piece.is_empty() {
            // That was the sign of the end.
            self.take_outgoing(id);
        }
        Ok(())
    }

    fn outgoing(&mut self, id: u64) -> Option<&mut Outgoing> {
        let each = self.selections.each().into_iter();
        each.flat_map(|selection| &mut selection.outgoing).find(|transfer| transfer.id == id)
    }

    fn take_outgoing(&mut self, id: u64) -> Option<Outgoing> {
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

    fn after_patience(&self, then: impl FnOnce(&mut Manager) -> Result<(), Failed> + 'static) -> Result<(), Failed> {
        let mut then = Some(then);
        let inserted = self.handle.insert_source(Timer::from_duration(PATIENCE), move |_, (), manager| {
            if let Some(then) = then.take() {
                let done = then(manager);
                manager.note(done);
            }
            TimeoutAction::Drop
        });
        inserted.map(drop).map_err(|error| error.error.into())
    }

    /// Of a failure in a callback the loop hears afterwards.
    fn note(&mut self, done: Result<(), Failed>) {
        if let Err(error) = done {
            self.ended.get_or_insert(error);
        }
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
