//! Drag and drop between X programs and all others: the main thread's side.
//!
//! What others drag, the window manager's thread hears of as a client with a surface of its own: over X windows the drag is
//! told to be over that one. What X programs drag goes on with the server, which keeps the pointer; [`super::offers`] tells
//! the windows below.

use std::time::Duration;

use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Physical, Point};

use super::offers::Offered;
use super::words::{Order, Word, Xid};
use crate::state::State;

/// What was let go and is not said to be anywhere by then is not dragged any more.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is dragged to X windows, and from them.
#[derive(Debug, Default)]
pub(super) struct Drags {
    /// The number of the window manager's surface.
    bridge: Option<u32>,
    /// Where the window manager was told that a drag is.
    over: Option<(Xid, Point<i32, Physical>)>,
    /// An X program has something to drag.
    held: bool,
    /// The window manager catches it where there are no X windows.
    catching: bool,
    /// What it caught.
    pub(super) carried: Option<Carried>,
}

/// What an X program drags over windows of others.
#[derive(Debug)]
pub(super) struct Carried {
    pub(super) types: Vec<String>,
    pub(super) offered: Option<Offered>,
    /// It was let go, and the program that got it is not done with it.
    pub(super) dropped: bool,
}

/// A surface, and where its corner is.
type Focus = (WlSurface, Point<f64, Logical>);

impl State {
    /// What a motion of the pointer or of a finger is over, as far as drags go: an X window below one of others is the
    /// window manager's surface.
    pub(crate) fn drag_focus(&mut self, focus: Option<Focus>, location: Point<f64, Logical>) -> Option<Focus> {
        if self.x11.server.is_none() {
            return focus;
        }
        if self.x11.dragging {
            return self.drag_to_x11(focus, location);
        }
        self.drag_from_x11(&focus, location);
        focus
    }

    /// A program that is no X client drags something that others may take, or the desktop does; or not any more.
    pub(crate) fn x11_others_drag(&mut self, on: bool) {
        self.x11.dragging = on;
        if let Some(server) = self.x11.server.as_mut().filter(|_| on) {
            server.drags.over = None;
            server.order(Order::DragOver { over: None });
        }
    }

    fn drag_to_x11(&mut self, focus: Option<Focus>, location: Point<f64, Logical>) -> Option<Focus> {
        let server = self.x11.server.as_mut()?;
        let below = focus.as_ref().filter(|(surface, _)| server.has(surface));
        let bridge = server
            .drags
            .bridge
            .and_then(|number| server.bridge.object_from_protocol_id::<WlSurface>(&self.display, number).ok());
        let over = below.filter(|_| bridge.is_some()).and_then(|(surface, corner)| {
            let window = server.by_surface(surface)?;
            let at: Point<f64, Physical> = (location - *corner).to_physical(server.scale.get());
            let place = server.place_of(window)?;
            Some((window, place.loc + at.to_i32_round()))
        });
        if std::mem::replace(&mut server.drags.over, over) != over {
            server.order(Order::DragOver { over });
        }
        match (over, bridge) {
            (Some(_), Some(bridge)) => focus.map(|(_, corner)| (bridge, corner)),
            _ => focus,
        }
    }

    /// What an X program may drag is over this.
    fn drag_from_x11(&mut self, focus: &Option<Focus>, location: Point<f64, Logical>) {
        let start = self.seat.get_pointer().and_then(|pointer| pointer.grab_start_data());
        let Some(server) = self.x11.server.as_mut().filter(|server| server.drags.held) else { return };
        let theirs = start.filter(|start| start.button != 0).and_then(|start| start.focus);
        if theirs.is_none_or(|(surface, _)| !server.has(&surface)) {
            return;
        }
        let catching = focus.as_ref().is_some_and(|(surface, _)| !server.has(surface));
        if std::mem::replace(&mut server.drags.catching, catching) != catching {
            server.order(Order::Catch { on: catching });
        }
        if !catching
            && let Some((surface, _)) = focus
            && let Some(window) = server.by_surface(surface)
        {
            // The server finds the window that is above the others there.
            if server.drags.over.map(|(window, _)| window) != Some(window) {
                server.drags.over = Some((window, Point::default()));
                server.order(Order::Raise { window });
            }
        } else {
            server.drags.over = None;
        }
        let focus = focus.clone().filter(|_| catching);
        self.carry(focus, location);
    }

    /// A button came up: what an X program dragged is let go, which it says itself.
    pub(crate) fn x11_let_go(&mut self) {
        let Some(server) = self.x11.server.as_ref().filter(|server| server.drags.catching) else { return };
        if server.drags.carried.is_none() {
            return self.stop_catching();
        }
        self.after(PATIENCE, "what an X program let go", |state| {
            let carried = state.x11.server.as_ref().and_then(|server| server.drags.carried.as_ref());
            if carried.is_none_or(|carried| !carried.dropped) {
                state.stop_catching();
            }
        });
    }

    fn stop_catching(&mut self) {
        self.leave_carried();
        let Some(server) = &mut self.x11.server else { return };
        server.drags.carried = None;
        if std::mem::take(&mut server.drags.catching) {
            server.order(Order::Catch { on: false });
        }
    }

    /// The window manager's word of drags.
    pub(super) fn x11_drag_said(&mut self, word: Word) {
        let Some(server) = &mut self.x11.server else { return };
        match word {
            Word::Bridge { surface } => server.drags.bridge = Some(surface),
            Word::DragHeld { on } => {
                server.drags.held = on;
                if !on && !server.drags.carried.as_ref().is_some_and(|carried| carried.dropped) {
                    self.stop_catching();
                }
            }
            // Without a button held over one of theirs and the pointer elsewhere, nobody drags.
            Word::Dragged { .. } | Word::DragDropped if !server.drags.catching => self.x11_drag_done(false),
            Word::Dragged { types } => {
                self.leave_carried();
                let Some(server) = &mut self.x11.server else { return };
                server.drags.carried = Some(Carried { types, offered: None, dropped: false });
                // It is somewhere already.
                let Some(location) = self.seat.get_pointer().map(|pointer| pointer.current_location()) else { return };
                let focus = self.surface_at(location);
                self.carry(focus, location);
            }
            Word::DragLeft => {
                self.leave_carried();
                if let Some(server) = &mut self.x11.server {
                    server.drags.carried = None;
                }
            }
            Word::DragDropped => self.drop_carried(),
            _ => {}
        }
    }

    /// What was let go is settled.
    pub(super) fn x11_drag_done(&mut self, well: bool) {
        let Some(server) = &mut self.x11.server else { return };
        server.drags.carried = None;
        server.drags.catching = false;
        server.order(Order::DragDone { well });
        server.order(Order::Catch { on: false });
    }
}
