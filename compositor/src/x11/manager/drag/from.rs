//! What X clients drag, over windows that are none of the server's. In their place lies a window of ours that nobody
//! sees: the client takes that for its target, and what it says goes to the main thread.

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, PropMode, StackMode, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

use super::{Failed, Manager, VERSION};
use crate::x11::words::{Taken, Word, Xid};

/// As large as the server's pictures can be.
const EVERYWHERE: u16 = 16384;

/// See the module.
#[derive(Debug)]
pub(super) struct Catcher {
    pub(super) window: Xid,
    caught: Option<Caught>,
}

/// A drag over it.
#[derive(Debug)]
struct Caught {
    source: Xid,
    version: u32,
    /// What the program that is really below would do.
    taken: Option<Taken>,
    dropped: bool,
}

impl Manager {
    /// Lays our window over all others, or takes it away.
    pub(in crate::x11::manager) fn catch(&mut self, on: bool) -> Result<(), Failed> {
        if !on {
            let Some(catcher) = &mut self.drags.catcher else { return Ok(()) };
            let window = catcher.window;
            // One that was let go there waits for an answer.
            let left = catcher.caught.take_if(|caught| !caught.dropped);
            self.connection.unmap_window(window)?;
            return left.map_or(Ok(()), |_| self.say(Word::DragLeft));
        }
        let window = match &self.drags.catcher {
            Some(catcher) => catcher.window,
            None => {
                let window = self.connection.generate_id()?;
                let aux = CreateWindowAux::new().override_redirect(1);
                let (w, h) = (EVERYWHERE, EVERYWHERE);
                let (root, kind) = (self.root, WindowClass::INPUT_ONLY);
                self.connection.create_window(0, window, root, 0, 0, w, h, 0, kind, 0, &aux)?;
                let (name, kind) = (self.atoms.XdndAware, AtomEnum::ATOM);
                self.connection.change_property32(PropMode::REPLACE, window, name, kind, &[VERSION])?;
                self.drags.catcher = Some(Catcher { window, caught: None });
                window
            }
        };
        let above = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
        self.connection.configure_window(window, &above)?;
        self.connection.map_window(window)?;
        Ok(())
    }

    fn caught_by(&mut self, source: Xid) -> Option<&mut Caught> {
        let caught = self.drags.catcher.as_mut()?.caught.as_mut();
        caught.filter(|caught| caught.source == source && !caught.dropped)
    }

    /// A drag came over our window.
    pub(super) fn caught(&mut self, data: [u32; 5]) -> Result<(), Failed> {
        let [source, version, few @ ..] = data;
        let told: Vec<Atom> = match version & 1 {
            0 => few.into_iter().filter(|atom| *atom != x11rb::NONE).collect(),
            _ => self.listed_types(source)?,
        };
        let types = self.types_of(&told);
        let names = types.iter().map(|(name, _)| name.clone()).collect();
        self.selections.drag_told(types);
        if let Some(catcher) = &mut self.drags.catcher {
            catcher.caught =
                Some(Caught { source, version: (version >> 24).min(VERSION), taken: None, dropped: false });
        }
        self.say(Word::Dragged { types: names })
    }

    /// It moved there: what the program below has said so far is the answer.
    pub(super) fn caught_moved(&mut self, data: [u32; 5]) -> Result<(), Failed> {
        match self.caught_by(data[0]) {
            Some(_) => self.answer_caught(),
            None => Ok(()),
        }
    }

    fn answer_caught(&mut self) -> Result<(), Failed> {
        let Some(catcher) = &self.drags.catcher else { return Ok(()) };
        let (window, Some(caught)) = (catcher.window, &catcher.caught) else { return Ok(()) };
        // It is to say where it is with every movement.
        let words = [window, u32::from(caught.taken.is_some()) | 2, 0, 0, self.action_atom(caught.taken)];
        self.drag_send(caught.source, caught.source, self.atoms.XdndStatus, words)
    }

    /// What the program below would do with it.
    pub(in crate::x11::manager) fn drag_answered(&mut self, taken: Option<Taken>) -> Result<(), Failed> {
        let caught = self.drags.catcher.as_mut().and_then(|catcher| catcher.caught.as_mut());
        let Some(caught) = caught.filter(|caught| !caught.dropped && caught.taken != taken) else { return Ok(()) };
        caught.taken = taken;
        self.answer_caught()
    }

    /// It left our window.
    pub(super) fn caught_left(&mut self, data: [u32; 5]) -> Result<(), Failed> {
        if self.caught_by(data[0]).is_none() {
            return Ok(());
        }
        self.drags.catcher.iter_mut().for_each(|catcher| catcher.caught = None);
        self.say(Word::DragLeft)
    }

    /// It was let go on our window.
    pub(super) fn caught_dropped(&mut self, data: [u32; 5]) -> Result<(), Failed> {
        let Some(caught) = self.caught_by(data[0]) else { return Ok(()) };
        caught.dropped = true;
        self.say(Word::DragDropped)?;
        let source = data[0];
        self.after_patience(move |manager| {
            let caught = manager.drags.catcher.as_ref().and_then(|catcher| catcher.caught.as_ref());
            let waits = caught.is_some_and(|caught| caught.dropped && caught.source == source);
            if waits { manager.drag_done(false) } else { Ok(()) }
        })
    }

    /// The program below has what it wanted, or did not want it.
    pub(in crate::x11::manager) fn drag_done(&mut self, well: bool) -> Result<(), Failed> {
        let Some(catcher) = &mut self.drags.catcher else { return Ok(()) };
        let (window, Some(caught)) = (catcher.window, catcher.caught.take_if(|caught| caught.dropped)) else {
            return Ok(());
        };
        self.connection.unmap_window(window)?;
        let action = self.action_atom(caught.taken.filter(|_| well));
        let words = match caught.version {
            5.. => [window, u32::from(well), action, 0, 0],
            _ => [window, 0, 0, 0, 0],
        };
        self.drag_send(caught.source, caught.source, self.atoms.XdndFinished, words)
    }
}
