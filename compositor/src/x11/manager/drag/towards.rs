//! What others drag, over X windows: each window hears of it as of a drag of another X client.

use smithay::utils::{Physical, Point};
use wayland_client::protocol::wl_data_device_manager::DndAction;
use x11rb::protocol::xproto::{Atom, AtomEnum, PropMode};
use x11rb::wrapper::ConnectionExt as _;

use super::{Failed, Manager};
use crate::x11::manager::properties;
use crate::x11::words::{Selected, Xid};

/// The X window below a drag, and what it has said.
#[derive(Debug)]
pub(super) struct Target {
    window: Xid,
    /// Who hears of it: the window itself, or another in its place.
    to: Xid,
    version: u32,
    at: Point<i32, Physical>,
    entered: bool,
    /// It was told a place and has not answered.
    waits: bool,
    /// The place is another one since.
    moved: bool,
    accepts: bool,
    /// It is to be let go there, or was.
    dropped: Dropped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dropped {
    No,
    /// As soon as the window has answered.
    Awaited,
    Told,
}

impl Manager {
    /// A drag of others is over an X window at this place of the root window, or over none.
    pub(in crate::x11::manager) fn drag_over(
        &mut self,
        over: Option<(Xid, Point<i32, Physical>)>,
    ) -> Result<(), Failed> {
        if self.drags.target.as_ref().is_some_and(|target| target.dropped != Dropped::No) {
            return Ok(());
        }
        let before = self.drags.target.as_ref().map(|target| target.window);
        if before != over.map(|(window, _)| window) {
            self.leave_target()?;
            if let Some((window, at)) = over
                && let Some((to, version)) = self.aware(window)?
            {
                let (entered, waits, moved, accepts) = (false, false, false, false);
                let dropped = Dropped::No;
                let target = Target { window, to, version, at, entered, waits, moved, accepts, dropped };
                self.drags.target = Some(target);
            }
            self.consent(self.drags.target.as_ref().map(|_| DndAction::Copy));
        }
        if let (Some(target), Some((_, at))) = (&mut self.drags.target, over) {
            target.at = at;
            target.moved = true;
        }
        self.drag_moved()
    }

    /// The drag came over our surface.
    pub(super) fn drag_entered(&mut self) -> Result<(), Failed> {
        let offer = self.drags.bridge.as_ref().and_then(|bridge| bridge.offer.as_ref());
        let types = offer.map(|offer| offer.types.clone()).unwrap_or_default();
        self.copied(Selected::Drag, types)?;
        // Until the window has answered, it is taken to accept: a quick hand lets go before that.
        self.consent(self.drags.target.as_ref().map(|_| DndAction::Copy));
        self.drag_moved()
    }

    /// Tells the window where the drag is, once it has answered what it was told before.
    fn drag_moved(&mut self) -> Result<(), Failed> {
        if self.drags.bridge.as_ref().is_none_or(|bridge| bridge.offer.is_none()) {
            return Ok(());
        }
        let Some(target) = &mut self.drags.target else { return Ok(()) };
        let enters = !std::mem::replace(&mut target.entered, true);
        let (window, to, version, at) = (target.window, target.to, target.version, target.at);
        let moves = !target.waits && (std::mem::take(&mut target.moved) || enters);
        target.waits |= moves;
        let own = self.selections.drag_source();
        if enters {
            let types = self.dragged_types();
            let kind = AtomEnum::ATOM;
            self.connection.change_property32(PropMode::REPLACE, own, self.atoms.XdndTypeList, kind, &types)?;
            let first = |place: usize| types.get(place).copied().unwrap_or(x11rb::NONE);
            let words = [own, version << 24 | u32::from(types.len() > 3), first(0), first(1), first(2)];
            self.drag_send(to, window, self.atoms.XdndEnter, words)?;
        }
        if moves {
            let half = |value: i32| u32::from(value.clamp(0, i16::MAX.into()) as u16);
            let place = half(at.x) << 16 | half(at.y);
            let words = [own, 0, place, x11rb::CURRENT_TIME, self.atoms.XdndActionCopy];
            self.drag_send(to, window, self.atoms.XdndPosition, words)?;
        }
        Ok(())
    }

    fn dragged_types(&self) -> Vec<Atom> {
        let types = self.selections.dragged();
        let text = [self.atoms.UTF8_STRING, self.atoms.TEXT, AtomEnum::STRING.into()];
        let plain = types.iter().any(|(name, _)| name.starts_with("text/plain"));
        let others = types.iter().map(|(_, atom)| *atom).filter(|atom| !text.contains(atom));
        others.chain(text.into_iter().filter(|_| plain)).collect()
    }

    /// The window says whether it would take it.
    pub(super) fn drag_status(&mut self, data: [u32; 5]) -> Result<(), Failed> {
        let (copy, moves) = (self.atoms.XdndActionCopy, self.atoms.XdndActionMove);
        let Some(target) = self.drags.target.as_mut().filter(|target| target.window == data[0]) else { return Ok(()) };
        target.waits = false;
        target.accepts = data[1] & 1 != 0;
        let (accepts, dropped) = (target.accepts, target.dropped);
        if dropped == Dropped::Awaited {
            return self.drop_now();
        }
        self.consent(accepts.then(|| match data[4] {
            action if action == moves && action != copy => DndAction::Move,
            _ => DndAction::Copy,
        }));
        self.drag_moved()
    }

    /// The drag is not over our surface any more.
    pub(super) fn drag_left(&mut self) -> Result<(), Failed> {
        let offer = self.drags.bridge.as_ref().and_then(|bridge| bridge.offer.as_ref());
        // After a drop it leaves, too.
        if offer.is_some_and(|offer| offer.dropped) || offer.is_none() {
            return Ok(());
        }
        // Whether it was dropped is said in an idle callback that comes before this one.
        self.handle.insert_idle(|manager| {
            let bridge = manager.drags.bridge.as_ref();
            if bridge.and_then(|bridge| bridge.offer.as_ref()).is_some_and(|offer| !offer.dropped) {
                let left = manager.leave_target().and_then(|()| manager.drag_over_and_gone(false));
                manager.note(left);
            }
        });
        Ok(())
    }

    /// It was let go over our surface.
    pub(super) fn drag_dropped(&mut self) -> Result<(), Failed> {
        let bridge = self.drags.bridge.as_mut();
        let Some(offer) = bridge.and_then(|bridge| bridge.offer.as_mut()) else { return Ok(()) };
        offer.dropped = true;
        let Some(target) = &mut self.drags.target else { return self.drag_over_and_gone(false) };
        let (waits, window) = (target.waits, target.window);
        target.dropped = Dropped::Awaited;
        // A window that never answers keeps nothing.
        self.after_patience(move |manager| {
            let still = manager.drags.target.as_ref();
            if still.is_some_and(|target| target.window == window && target.dropped != Dropped::No) {
                manager.drags.target = None;
                return manager.drag_over_and_gone(false);
            }
            Ok(())
        })?;
        if waits { Ok(()) } else { self.drop_now() }
    }

    fn drop_now(&mut self) -> Result<(), Failed> {
        let Some(target) = &mut self.drags.target else { return Ok(()) };
        if !target.accepts {
            self.leave_target()?;
            return self.drag_over_and_gone(false);
        }
        target.dropped = Dropped::Told;
        let (to, window) = (target.to, target.window);
        self.drag_send(to, window, self.atoms.XdndDrop, [self.selections.drag_source(), 0, x11rb::CURRENT_TIME, 0, 0])
    }

    /// The window has what it wanted.
    pub(super) fn drag_finished(&mut self, data: [u32; 5]) -> Result<(), Failed> {
        let target = self.drags.target.take_if(|target| target.window == data[0] && target.dropped == Dropped::Told);
        let Some(target) = target else { return Ok(()) };
        // Older ones do not say whether they could use it.
        self.drag_over_and_gone(target.version < 5 || data[1] & 1 != 0)
    }

    fn leave_target(&mut self) -> Result<(), Failed> {
        match self.drags.target.take() {
            Some(target) if target.entered => self.drag_send(
                target.to,
                target.window,
                self.atoms.XdndLeave,
                [self.selections.drag_source(), 0, 0, 0, 0],
            ),
            _ => Ok(()),
        }
    }

    fn drag_over_and_gone(&mut self, well: bool) -> Result<(), Failed> {
        let bridge = self.drags.bridge.as_mut();
        if let Some(offer) = bridge.and_then(|bridge| bridge.offer.take()) {
            offer.end(well);
        }
        self.flush_bridge();
        self.copied(Selected::Drag, Vec::new())
    }

    fn consent(&self, preferred: Option<DndAction>) {
        if let Some(offer) = self.drags.bridge.as_ref().and_then(|bridge| bridge.offer.as_ref()) {
            offer.answer(preferred);
            self.flush_bridge();
        }
    }

    /// Whether a client may read what is dragged: the one that it is over.
    pub(in crate::x11::manager) fn may_read_drag(&self, requestor: Xid) -> bool {
        let client = |window| properties::client_of(&self.connection, window);
        self.drags.target.as_ref().is_some_and(|target| client(target.to) == client(requestor))
    }

    /// An X client reads what is dragged.
    pub(in crate::x11::manager) fn read_drag(&self, mime: &str, into: &std::os::fd::OwnedFd) {
        if let Some(offer) = self.drags.bridge.as_ref().and_then(|bridge| bridge.offer.as_ref()) {
            offer.receive(mime, into);
            self.flush_bridge();
        }
    }
}
