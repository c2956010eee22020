//! From X windows to the hierarchy: what their clients want of them, and what becomes of it.

use std::sync::Arc;

use lcars_ui::hierarchy::WindowId;
use lcars_ui::interface::AlertLevel;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{IsAlive, Logical, Physical, Point, Size};
use smithay::wayland::compositor::give_role;

use super::Server;
use super::menus;
use super::window::{X11Window, physical_size, wanted};
use super::words::{Order, Place, Properties, Shows, Word, Xid};
use crate::shell::WindowIcon;
use crate::state::State;

/// What a surface is that shows an X window.
pub(crate) const ROLE: &str = "x11_window";
/// Windows between a menu and the window that it belongs to.
const MOST_STEPS: usize = 16;

/// What is known of an X window.
#[derive(Debug)]
pub(super) struct Known {
    /// It minds no window manager.
    free: bool,
    /// It wants to be seen, or is.
    mapped: bool,
    pub(super) place: Place,
    /// It covers its pane from the moment it is there; what it says of itself meanwhile does not change that.
    covers: bool,
    properties: Properties,
    pid: Option<u32>,
    /// Which surface shows it; it may not be there yet.
    by: Option<Shows>,
    surface: Option<WlSurface>,
    /// It is a window of the hierarchy.
    pub(super) shown: Option<X11Window>,
    icon: Option<Arc<WindowIcon>>,
    /// It is drawn above this one.
    above: Option<WlSurface>,
}

impl Known {
    fn new(place: Place) -> Self {
        Self {
            free: false,
            mapped: false,
            place,
            covers: false,
            properties: Properties::default(),
            pid: None,
            by: None,
            surface: None,
            shown: None,
            icon: None,
            above: None,
        }
    }
}

impl Server {
    /// Whether a surface is one of the server's.
    pub(super) fn has(&self, surface: &WlSurface) -> bool {
        surface.client().is_some_and(|client| client.id() == self.client.id())
    }

    /// Where the server has a window.
    pub(super) fn place_of(&self, window: Xid) -> Option<Place> {
        let known = self.windows.get(&window)?;
        Some(known.shown.as_ref().map_or(known.place, X11Window::place))
    }

    pub(super) fn by_surface(&self, surface: &WlSurface) -> Option<Xid> {
        self.windows.iter().find(|(_, known)| known.surface.as_ref() == Some(surface)).map(|(id, _)| *id)
    }

    /// The window of the hierarchy that a window belongs to: the one that it names, else the one that the same program
    /// used last, else the one with the keyboard.
    fn owner_of(&self, window: Xid) -> Option<X11Window> {
        let mut at = window;
        for _ in 0..MOST_STEPS {
            let Some(next) = self.windows.get(&at).and_then(|known| known.properties.transient_for) else { break };
            if let Some(shown) = self.windows.get(&next).and_then(|known| known.shown.clone()) {
                return (next != window).then_some(shown);
            }
            at = next;
        }
        let pid = self.windows.get(&window).and_then(|known| known.pid);
        let shown = |id: &Xid| self.windows.get(id).and_then(|known| Some((known.pid, known.shown.clone()?)));
        let used = self.used.iter().rev().filter(|id| **id != window).filter_map(shown);
        let theirs = used.clone().find(|(theirs, _)| pid.is_some() && *theirs == pid).map(|(_, window)| window);
        let any = || self.windows.values().filter(|known| pid.is_some() && known.pid == pid);
        let unused = || any().filter_map(|known| known.shown.clone()).find(|shown| shown.id() != window);
        let focused = || self.focused.as_ref().filter(|id| **id != window).and_then(shown).map(|(_, window)| window);
        theirs.or_else(unused).or_else(focused)
    }
}

impl State {
    /// The surface of an X window that its program names.
    pub(crate) fn x11_surface(&self, window: u32) -> Option<WlSurface> {
        let known = self.x11.server.as_ref()?.windows.get(&window)?;
        Some(known.shown.as_ref()?.wl_surface().clone())
    }

    /// A surface's X window.
    pub(crate) fn x11_window(&self, surface: &WlSurface) -> Option<&X11Window> {
        let server = self.x11.server.as_ref()?;
        server.windows.get(&server.by_surface(surface)?)?.shown.as_ref()
    }

    pub(super) fn x11_window_said(&mut self, word: Word) {
        match word {
            Word::Wants { window, place, properties, pid } => self.x11_wants(window, place, properties, pid),
            Word::Popped { window, place, properties, pid } => {
                let Some(server) = &mut self.x11.server else { return };
                let known = server.windows.entry(window).or_insert_with(|| Known::new(place));
                (known.free, known.mapped, known.place) = (true, true, place);
                (known.properties, known.pid) = (properties, pid);
                self.x11_join(window);
            }
            Word::Moved { window, place } => {
                if let Some(known) = self.x11_known(window) {
                    known.place = place;
                }
                self.x11_put(window);
            }
            Word::Resize { window, place } => {
                let Some(known) = self.x11_known(window) else { return };
                match &known.shown {
                    Some(shown) => shown.wishes(place.size),
                    None => {
                        known.place = place;
                        self.x11_order(Order::Place { window, place });
                    }
                }
            }
            Word::Described { window, properties } => self.x11_described(window, properties),
            Word::Hidden { window } => {
                self.x11_leave(window);
                let Some(server) = &mut self.x11.server else { return };
                server.windows.remove(&window);
                server.used.retain(|used| *used != window);
                server.focused = server.focused.filter(|focused| *focused != window);
            }
            Word::Shown { window, surface } => {
                let Some(server) = &mut self.x11.server else { return };
                let known = server.windows.entry(window).or_insert_with(|| Known::new(Place::default()));
                if known.surface.is_some() {
                    // It is another one from now on.
                    self.x11_leave(window);
                }
                if let Some(known) = self.x11_known(window) {
                    known.by = Some(surface);
                }
                self.x11_join(window);
            }
            Word::Fullscreen { window, on } => {
                let Some(known) = self.x11_known(window) else { return };
                match &known.shown {
                    Some(shown) => {
                        let surface = shown.wl_surface().clone();
                        let on = on.unwrap_or(!shown.covers());
                        self.set_fullscreen(&surface, on);
                    }
                    None => known.covers = on.unwrap_or(!known.covers),
                }
            }
            Word::Urgent { window, on } => {
                let shown = self.x11_known(window).and_then(|known| {
                    known.properties.urgent = on;
                    known.shown.clone()
                });
                shown.into_iter().for_each(|shown| self.x11_urgent(&shown, on));
            }
            Word::Icon { window, squares } => {
                let icon = WindowIcon::of_numbers(squares.into_iter());
                let icon = (!icon.is_empty()).then(|| Arc::new(icon));
                let Some(known) = self.x11_known(window) else { return };
                known.icon.clone_from(&icon);
                if let Some(shown) = known.shown.clone() {
                    self.give_icon(shown.wl_surface(), icon);
                }
            }
            Word::Hangs { window, on } => self.x11_hangs(window, on),
            Word::Activate { window } => self.x11_activate(window),
            // The others are not of windows.
            _ => {}
        }
    }

    fn x11_known(&mut self, window: Xid) -> Option<&mut Known> {
        self.x11.server.as_mut()?.windows.get_mut(&window)
    }

    fn x11_order(&self, order: Order) {
        if let Some(server) = &self.x11.server {
            server.order(order);
        }
    }

    /// A window wants to be seen: it is told the size that it will have, and may.
    fn x11_wants(&mut self, window: Xid, place: Place, properties: Properties, pid: Option<u32>) {
        let screen = self.screen();
        // How games of old say that they want to cover the screen. Others that wish to be that large mean all there is.
        let as_large = place.size == screen.size() && place.loc == Point::default();
        let covers = properties.fullscreen || !properties.dialog && properties.frameless && as_large;
        let focused = self.shell.desktop.focused_viewport().id;
        let area = screen.view().areas.iter().find(|area| area.viewport == focused);
        let logical = match area {
            _ if covers => screen.logical_size(),
            Some(area) => Size::from((area.framed.w.round() as i32, area.framed.h.round() as i32)),
            None => screen.logical_size(),
        };
        let Some(server) = &mut self.x11.server else { return };
        let given = physical_size(logical, server.scale.get());
        let size = wanted(&properties, place.size, (!properties.dialog).then_some(given), covers);
        let known = server.windows.entry(window).or_insert_with(|| Known::new(place));
        (known.free, known.mapped, known.covers) = (false, true, covers);
        (known.pid, known.properties) = (pid, properties);
        // What it wished for is remembered: it gets that where the choice is its own.
        known.place = place;
        server.order(Order::Place { window, place: Place::new(place.loc, size) });
        server.order(Order::Show { window });
        self.x11_join(window);
    }

    /// Lets a window into the picture that has all it needs for it: the surface that shows it, and the wish to be seen.
    fn x11_join(&mut self, window: Xid) {
        let Some(server) = &mut self.x11.server else { return };
        let Some(by) = server.windows.get(&window).filter(|known| known.mapped).and_then(|known| known.by) else {
            return;
        };
        let surface = match by {
            Shows::Id(id) => server.client.object_from_protocol_id::<WlSurface>(&self.display, id).ok(),
            Shows::Serial(serial) => server.serials.remove(&serial),
        };
        let Some(surface) = surface else { return };
        let taken = server.by_surface(&surface).is_some();
        // A client can say what it likes of its windows: that one is shown by the surface of another, or by a pointer's.
        if taken || give_role(&surface, ROLE).is_err() {
            return;
        }
        let owner = server.owner_of(window);
        let (orders, scale) = (server.orders.clone(), server.scale.clone());
        let Some(known) = server.windows.get_mut(&window) else { return };
        known.by = None;
        known.surface = Some(surface.clone());
        if let (true, Some(owner)) = (known.free, &owner) {
            known.above = Some(owner.wl_surface().clone());
            return self.x11_put(window);
        }
        // One that belongs to nobody is a window, whatever it minds.
        let properties = known.properties.clone();
        let (dialog, covers, free) = (properties.dialog, known.covers, known.free);
        let (frameless, urgent, icon) = (properties.frameless, properties.urgent, known.icon.clone());
        let shown = X11Window::new(window, surface.clone(), known.pid, (orders, scale), properties, known.place, free);
        shown.set_parent(owner.filter(|_| dialog).map(|owner| owner.wl_surface().clone()));
        known.shown = Some(shown.clone());
        self.shell.add(shown.clone());
        self.set_own_frame(&surface, frameless);
        self.give_icon(&surface, icon);
        if covers {
            self.set_fullscreen(&surface, true);
        }
        // It may have been drawn already.
        self.window_committed(&surface);
        if urgent {
            self.x11_urgent(&shown, true);
        }
        self.shell.outdated = true;
    }

    /// A surface of the server came: a window may have waited for it.
    pub(crate) fn x11_surface_came(&mut self, surface: &WlSurface) {
        let Some(server) = self.x11.server.as_ref().filter(|server| server.has(surface)) else { return };
        let by = Some(Shows::Id(surface.id().protocol_id()));
        let waiting = server.windows.iter().find(|(_, known)| known.mapped && known.by == by);
        if let Some(window) = waiting.map(|(id, _)| *id) {
            // By its number it can be found only after this request.
            self.handle.insert_idle(move |state| state.x11_join(window));
        }
    }

    /// A surface of the server says by which number its window knows it.
    pub(crate) fn x11_surface_says(&mut self, surface: WlSurface, serial: u64) {
        let Some(server) = self.x11.server.as_mut().filter(|server| server.has(&surface)) else { return };
        server.serials.retain(|_, known| known.alive());
        server.serials.insert(serial, surface);
        let by = Some(Shows::Serial(serial));
        let waiting = server.windows.iter().find(|(_, known)| known.mapped && known.by == by).map(|(id, _)| *id);
        if let Some(window) = waiting {
            self.x11_join(window);
        }
    }

    /// A surface is gone, before its window or after it.
    pub(crate) fn x11_surface_gone(&mut self, surface: &WlSurface) {
        let window = self.x11.server.as_ref().and_then(|server| server.by_surface(surface));
        if let Some(window) = window {
            self.x11_leave(window);
        }
    }

    /// Takes a window out of the picture.
    fn x11_leave(&mut self, window: Xid) {
        let Some(known) = self.x11_known(window) else { return };
        let (shown, above, surface) = (known.shown.take(), known.above.take(), known.surface.take());
        if let Some(shown) = shown {
            self.remove_toplevel(shown.wl_surface());
        }
        if let (Some(surface), Some(above)) = (surface, above) {
            menus::take(&surface, &above);
            self.screens.damage();
            self.refresh_pointer_focus();
        }
    }

    /// Puts a menu where it is in relation to its window.
    fn x11_put(&mut self, window: Xid) {
        let Some(server) = &self.x11.server else { return };
        let Some(known) = server.windows.get(&window) else { return };
        let (Some(surface), Some(above)) = (&known.surface, &known.above) else { return };
        let owner = server.by_surface(above).and_then(|id| server.windows.get(&id)?.shown.as_ref());
        let Some(owner) = owner else { return };
        let offset: Point<i32, Physical> = known.place.loc - owner.place().loc;
        let offset: Point<i32, Logical> = offset.to_f64().to_logical(server.scale.get()).to_i32_round();
        menus::put(surface, above, offset);
        self.screens.damage();
        self.refresh_pointer_focus();
    }

    fn x11_described(&mut self, window: Xid, properties: Properties) {
        let Some(server) = &mut self.x11.server else { return };
        let Some(known) = server.windows.get_mut(&window) else { return };
        let (dialog, frameless) = (properties.dialog, properties.frameless);
        let urgent = (properties.urgent != known.properties.urgent).then_some(properties.urgent);
        known.properties = properties.clone();
        let Some(shown) = known.shown.clone() else { return };
        let owner = server.owner_of(window).filter(|_| dialog);
        shown.set_parent(owner.map(|owner| owner.wl_surface().clone()));
        shown.describe(properties);
        self.set_own_frame(shown.wl_surface(), frameless);
        self.window_described(shown.wl_surface());
        urgent.into_iter().for_each(|urgent| self.x11_urgent(&shown, urgent));
    }

    /// A window wants attention, or not any more.
    fn x11_urgent(&mut self, window: &X11Window, urgent: bool) {
        if let Some(id) = self.shell.window_of(window.wl_surface()) {
            self.shell.desktop.set_urgent(id, urgent);
            self.shell.outdated = true;
        }
    }

    /// A window's program does not listen, or does again.
    fn x11_hangs(&mut self, window: Xid, hangs: bool) {
        let Some(shown) = self.x11_known(window).and_then(|known| known.shown.clone()) else { return };
        let (title, class) = shown.title();
        shown.set_hangs(hangs);
        self.window_described(shown.wl_surface());
        if hangs {
            let name = [title, class].into_iter().find(|name| !name.is_empty());
            let name = name.unwrap_or_else(|| "A window".to_owned());
            self.tell_user(AlertLevel::Caution, &format!("{name} does not answer. Closing it now ends its program."));
        }
    }

    /// A window asks for the keyboard: it gets it from another window of its program, as a gift. Another is marked as one
    /// that wants attention.
    fn x11_activate(&mut self, window: Xid) {
        let Some(server) = &self.x11.server else { return };
        let pid_of = |id: &Xid| server.windows.get(id).and_then(|known| known.pid);
        let giver = server.focused.as_ref().and_then(pid_of);
        let shown = server.windows.get(&window).and_then(|known| known.shown.as_ref());
        let Some(shown) = shown.cloned() else { return };
        if giver.is_none() || giver != pid_of(&window) {
            return self.x11_urgent(&shown, true);
        }
        let id: Option<WindowId> = self.shell.window_of(shown.wl_surface());
        if let Some(id) = id.filter(|id| self.shell.focused() != Some(*id)) {
            self.focus_window(id);
        }
    }

    /// The keyboard of the X server follows ours. Runs after every turn: smithay says only where the keyboard goes to, and
    /// not that it goes to nobody.
    pub(crate) fn x11_focus(&mut self) {
        if self.x11.server.is_none() {
            return;
        }
        let focused = self.seat.get_keyboard().and_then(|keyboard| keyboard.current_focus());
        let window = focused.and_then(|surface| self.x11_window(&surface)).map(X11Window::id);
        let Some(server) = self.x11.server.as_mut().filter(|server| server.focused != window) else { return };
        server.focused = window;
        server.order(Order::Focus { window });
        if let Some(window) = window {
            server.used.retain(|used| *used != window);
            server.used.push(window);
            server.order(Order::Raise { window });
        }
    }
}
