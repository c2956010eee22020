//! What is copied, between X clients and everybody else.
//!
//! Both ends of a transfer are strangers: each has a size it may not pass and a time it may not take.

mod incoming;
mod outgoing;

use std::time::Duration;

use calloop::LoopHandle;
use calloop::timer::{TimeoutAction, Timer};
use x11rb::connection::Connection as _;
use x11rb::protocol::xfixes::{ConnectionExt as _, SelectionEventMask, SelectionNotifyEvent as ChangeEvent};
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, Property, PropertyNotifyEvent,
    SelectionNotifyEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::atoms::Atoms;
use super::{Failed, Manager, properties};
use crate::clipboard::TEXT_TYPES;
use crate::x11::words::{Selected, Word, Xid};
use incoming::Incoming;
use outgoing::Outgoing;

/// Bytes that are carried at once.
const CHUNK: usize = 256 << 10;
/// Bytes that one transfer may have.
const MOST_BYTES: usize = 16 << 20;
/// Transfers that are under way, of each selection and in each direction.
const MOST_TRANSFERS: usize = 8;
/// Types that are passed on.
pub(super) const MOST_TYPES: usize = 64;
/// Bytes of the name of a type.
pub(super) const LONGEST_TYPE: usize = 255;
/// A transfer that is not done by then is given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// All selections.
#[derive(Debug)]
pub(super) struct Selections {
    clipboard: Selection,
    primary: Selection,
    drag: Selection,
    /// Counts transfers, to tell those that end late from those that took their place.
    count: u64,
}

#[derive(Debug)]
struct Selection {
    target: Selected,
    atom: Atom,
    window: Xid,
    /// What the X client that owns it offers, or what we offer to X clients.
    types: Vec<(String, Atom)>,
    since: u32,
    incoming: Vec<Incoming>,
    outgoing: Vec<Outgoing>,
}

impl Selections {
    pub(super) fn new(connection: &RustConnection, atoms: &Atoms, root: Xid) -> Result<Self, Failed> {
        let clipboard = Selection::new(connection, root, Selected::Clipboard, atoms.CLIPBOARD)?;
        let primary = Selection::new(connection, root, Selected::Primary, AtomEnum::PRIMARY.into())?;
        let drag = Selection::new(connection, root, Selected::Drag, atoms.XdndSelection)?;
        Ok(Self { clipboard, primary, drag, count: 0 })
    }

    fn each(&mut self) -> [&mut Selection; 3] {
        [&mut self.clipboard, &mut self.primary, &mut self.drag]
    }

    fn of(&mut self, target: Selected) -> &mut Selection {
        match target {
            Selected::Clipboard => &mut self.clipboard,
            Selected::Primary => &mut self.primary,
            Selected::Drag => &mut self.drag,
        }
    }

    fn by_atom(&mut self, atom: Atom) -> Option<&mut Selection> {
        self.each().into_iter().find(|selection| selection.atom == atom)
    }

    /// The types of what is dragged.
    pub(super) fn dragged(&self) -> &[(String, Atom)] {
        &self.drag.types
    }

    /// The window that has what others drag.
    pub(super) fn drag_source(&self) -> Xid {
        self.drag.window
    }

    /// An X client drags something of these types.
    pub(super) fn drag_told(&mut self, types: Vec<(String, Atom)>) {
        self.drag.types = types;
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
    fn new(connection: &RustConnection, root: Xid, target: Selected, atom: Atom) -> Result<Self, Failed> {
        let window = hidden_window(connection, root)?;
        let mask = SelectionEventMask::SET_SELECTION_OWNER
            | SelectionEventMask::SELECTION_WINDOW_DESTROY
            | SelectionEventMask::SELECTION_CLIENT_CLOSE;
        connection.xfixes_select_selection_input(window, atom, mask)?;
        let (incoming, outgoing) = (Vec::new(), Vec::new());
        Ok(Self { target, atom, window, types: Vec::new(), since: x11rb::CURRENT_TIME, incoming, outgoing })
    }
}

/// What everybody but X clients calls plain text, the best name first.
fn plain_text() -> impl Iterator<Item = &'static str> {
    TEXT_TYPES.into_iter().filter(|name| name.contains('/'))
}

fn hidden_window(connection: &RustConnection, root: Xid) -> Result<Xid, Failed> {
    let window = connection.generate_id()?;
    let aux = CreateWindowAux::new().override_redirect(1).event_mask(EventMask::PROPERTY_CHANGE);
    connection.create_window(0, window, root, -1, -1, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &aux)?;
    Ok(window)
}

impl Manager {
    /// Somebody else has a selection now, or nobody.
    pub(in crate::x11::manager) fn selection_changed(&mut self, change: &ChangeEvent) -> Result<(), Failed> {
        let Some(selection) = self.selections.by_atom(change.selection) else { return Ok(()) };
        selection.since = change.timestamp;
        if change.owner == selection.window {
            return Ok(());
        }
        selection.types.clear();
        if selection.target == Selected::Drag {
            // As what, the windows below are told.
            return self.say(Word::DragHeld { on: change.owner != x11rb::NONE });
        }
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
    pub(in crate::x11::manager) fn selection_answered(&mut self, answer: &SelectionNotifyEvent) -> Result<(), Failed> {
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
        if reply.type_ == x11rb::NONE {
            // Who copies twice at once answers twice, and both answers were read with the first.
            return Ok(());
        }
        let told: Vec<Atom> = reply.value32().into_iter().flatten().collect();
        let types = self.types_of(&told);
        let Some(selection) = self.selections.by_atom(answer.selection) else { return Ok(()) };
        let names = types.iter().map(|(name, _)| name.clone()).collect();
        selection.types = types;
        let target = selection.target;
        self.say(Word::Copied { target, types: names })
    }

    /// The types that everybody knows, of those that an X client names.
    pub(super) fn types_of(&self, told: &[Atom]) -> Vec<(String, Atom)> {
        let mut types = Vec::new();
        let text = [self.atoms.UTF8_STRING, self.atoms.TEXT, AtomEnum::STRING.into()];
        if let Some(best) = text.into_iter().find(|atom| told.contains(atom)) {
            types.extend(plain_text().map(|name| (name.to_owned(), best)));
        }
        for atom in told.iter().copied().filter(|atom| !text.contains(atom)).take(MOST_TYPES) {
            let Some(name) = properties::name_of(&self.connection, atom) else { continue };
            let fits = name.contains('/') && name.len() <= LONGEST_TYPE;
            if fits && !types.iter().any(|(known, _)| *known == name) {
                types.push((name, atom));
            }
        }
        types
    }

    /// Somebody who is no X client has copied something, or nothing any more.
    pub(in crate::x11::manager) fn copied(&mut self, target: Selected, types: Vec<String>) -> Result<(), Failed> {
        let fit = |name: &String| name.len() <= LONGEST_TYPE;
        let names: Vec<String> = types.into_iter().filter(fit).take(MOST_TYPES).collect();
        let selection = self.selections.of(target);
        let (window, atom) = (selection.window, selection.atom);
        if names.is_empty() {
            selection.types.clear();
            let owned = self.connection.get_selection_owner(atom)?.reply()?.owner == window;
            if owned {
                self.connection.set_selection_owner(x11rb::NONE, atom, x11rb::CURRENT_TIME)?;
            }
            return Ok(());
        }
        // First of all: the program in front may be about to paste. As what it is there it can ask only after this.
        self.connection.set_selection_owner(window, atom, x11rb::CURRENT_TIME)?;
        self.selections.of(target).types = properties::intern_all(&self.connection, names)?;
        // The answers to that came after the server had heard of it.
        Ok(())
    }

    /// A property was written or taken: a transfer in pieces may go on.
    pub(in crate::x11::manager) fn selection_property(&mut self, changed: &PropertyNotifyEvent) -> Result<(), Failed> {
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

    pub(super) fn after_patience(
        &self,
        then: impl FnOnce(&mut Manager) -> Result<(), Failed> + 'static,
    ) -> Result<(), Failed> {
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
}
