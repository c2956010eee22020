//! What programs do with their windows, told to the hierarchy.

use std::cell::Cell;

use lcars_ui::hierarchy::{NewWindow, WindowId};
use lcars_ui::operation::{Effect, Effects, Operation};
use smithay::desktop::PopupManager;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Rectangle, SERIAL_COUNTER};

use super::{Shell, Toplevel, Window, fit};
use crate::state::{ClientState, State};
use crate::surface;
use crate::trust::Trust;

impl Shell {
    /// A new toplevel; it joins the hierarchy once it has a picture.
    pub fn add(&mut self, toplevel: impl Into<Toplevel>) {
        let home = self.desktop.focused_output().id;
        self.windows.push(Window {
            id: None,
            toplevel: toplevel.into(),
            fullscreen: false,
            own_frame: false,
            home,
            icon: None,
            owed: Cell::default(),
            scale: Cell::default(),
            least: Cell::default(),
        });
    }

    /// Lets the next layout answer a request of the window with that surface, once for all that came until then.
    pub fn owe_configure(&mut self, root: &WlSurface) {
        if let Some(window) = self.windows.iter().find(|window| window.toplevel.wl_surface() == root) {
            window.owed.set(true);
            self.outdated = true;
        }
    }
}

impl State {
    /// A surface tree committed: its window may have appeared or disappeared.
    pub fn window_committed(&mut self, root: &WlSurface) {
        let Some(window) = self.shell.windows.iter().find(|window| window.toplevel.wl_surface() == root) else {
            return;
        };
        match (surface::is_mapped(root), window.id) {
            // If it was never configured, it has been told that this is an error.
            (true, None) if self.shell.floats() || window.toplevel.ensure_configured() => self.window_appeared(root),
            (false, Some(id)) => self.window_disappeared(id),
            (true, Some(id)) => self.window_may_need_room(id),
            _ => {}
        }
        self.icon_committed(root);
    }

    /// A window may be larger than its place since its last commit, or say that it has to be.
    fn window_may_need_room(&mut self, id: WindowId) {
        let Some(window) = self.shell.get(id) else { return };
        // While it has not answered, what it shows is on its way to another size.
        if window.toplevel.answered() {
            let area = Rectangle::from_size(self.full_size(window));
            let reduced = self.geometry_in(id, area).and_then(|geometry| geometry.reduced);
            let reduced = reduced.map(|reduced| fit::hundredths(reduced.from.size, reduced.to.size));
            self.shell.outdated |= self.shell.desktop.set_reduced(id, reduced);
        }
        if let Some(window) = self.shell.get(id)
            && window.least.get() != window.toplevel.least()
        {
            self.shell.outdated = true;
        }
    }

    fn window_appeared(&mut self, root: &WlSurface) {
        let Some(place) = self.shell.windows.iter().position(|window| window.toplevel.wl_surface() == root) else {
            return;
        };
        let Some(window) = self.shell.windows.get(place) else { return };
        let (toplevel, fullscreen, own_frame) = (window.toplevel.clone(), window.fullscreen, window.own_frame);
        if let Some(Trust::Panel(panel)) = root.client().map(|client| ClientState::of(&client).trust.clone()) {
            return self.panel_window_appeared(place, panel);
        }
        let (title, app_id) = toplevel.title();
        let provenance = self.provenance(root);
        let name = self.app_name(&app_id);
        let new = NewWindow {
            app_id: &app_id,
            title: &title,
            name: name.as_deref(),
            parent: toplevel.parent().and_then(|parent| self.shell.window_of(&parent)),
            sector: provenance.sector,
            launch: provenance.launch,
            expected: provenance.expected,
        };
        let now = self.shell.now();
        let id = match self.shell.desktop.add_window(new, now) {
            Ok((id, effects)) => {
                self.shell.windows.iter_mut().skip(place).take(1).for_each(|window| window.id = Some(id));
                self.carry_out(effects);
                id
            }
            Err(refused) => {
                tracing::warn!(%refused, "a window is not shown");
                toplevel.send_close();
                return;
            }
        };
        if fullscreen {
            self.shell.desktop.set_fullscreen(id, true);
        }
        self.shell.desktop.set_own_frame(id, own_frame);
        self.window_may_need_room(id);
        self.show_icon(id);
        if self.options.follow {
            self.focus_window(id);
        }
        self.shell.outdated = true;
        self.remember();
    }

    /// The engine of a panel shows its page. The panel has a place already, and one window is all that it is.
    fn panel_window_appeared(&mut self, place: usize, panel: WindowId) {
        let is_panel = self.shell.desktop.tree().panel_of(panel).is_some();
        let Some(window) = self.shell.windows.get(place) else { return };
        if !is_panel || self.shell.get(panel).is_some() {
            tracing::warn!("a panel's page opens no windows");
            window.toplevel.send_close();
            return;
        }
        self.shell.windows.iter_mut().skip(place).take(1).for_each(|window| window.id = Some(panel));
        self.panel_appeared(panel);
        if self.shell.focused() == Some(panel) {
            self.give_keyboard(Some(panel));
        }
        self.shell.outdated = true;
        self.refresh_pointer_focus();
    }

    fn window_disappeared(&mut self, id: WindowId) {
        let Some(window) = self.shell.windows.iter_mut().find(|window| window.id == Some(id)) else { return };
        window.id = None;
        window.fullscreen = false;
        window.toplevel.begin_anew();
        let surface = window.toplevel.wl_surface().clone();
        self.screens.iter().for_each(|screen| screen.output.leave(&surface));
        self.lose_window(id);
    }

    /// A toplevel is gone for good.
    pub fn remove_toplevel(&mut self, surface: &WlSurface) {
        let Some(place) = self.shell.windows.iter().position(|window| window.toplevel.wl_surface() == surface) else {
            return;
        };
        let window = self.shell.windows.remove(place);
        if let Some(id) = window.id {
            self.lose_window(id);
        }
    }

    fn lose_window(&mut self, id: WindowId) {
        if self.shell.focused() == Some(id) {
            self.end_popup_grab();
        }
        self.end_window_capture(id);
        let now = self.shell.now();
        let effects = self.shell.desktop.remove_window(id, now);
        self.gallery.iter_mut().for_each(|gallery| gallery.thumbnails.forget(id.get()));
        self.carry_out(effects);
        if self.options.follow {
            // A kiosk shows what there is.
            let newest = self.shell.windows.iter().rev().find_map(|window| window.id);
            let shown = self.shell.focused().or(newest);
            shown.into_iter().for_each(|id| self.focus_window(id));
        }
        self.shell.outdated = true;
        self.remember();
        self.refresh_pointer_focus();
    }

    /// A program changed what its window is called, grouped by, or a dialog of.
    pub fn window_described(&mut self, surface: &WlSurface) {
        let Some((id, toplevel)) =
            self.shell.window_of(surface).and_then(|id| Some((id, &self.shell.get(id)?.toplevel)))
        else {
            return;
        };
        let (title, app_id) = toplevel.title();
        let parent = toplevel.parent().and_then(|parent| self.shell.window_of(&parent));
        let now = self.shell.now();
        let desktop = &mut self.shell.desktop;
        desktop.set_title(id, &title);
        let mut effects = desktop.set_app_id(id, &app_id, now);
        match desktop.set_parent(id, parent, now) {
            Ok(more) => effects.extend(more),
            Err(refused) => tracing::debug!(%refused, "a dialog stays what it was"),
        }
        self.carry_out(effects);
        self.show_icon(id);
    }

    /// Lets a window cover its pane, or puts it back.
    pub fn set_fullscreen(&mut self, surface: &WlSurface, fullscreen: bool) {
        let mut windows = self.shell.windows.iter_mut();
        let Some(window) = windows.find(|window| window.toplevel.wl_surface() == surface) else { return };
        window.fullscreen = fullscreen;
        if let Some(id) = window.id {
            self.shell.desktop.set_fullscreen(id, fullscreen);
        }
        self.relayout();
    }

    /// A program draws the frame of the window with that surface itself, or leaves it to us. It is told in its protocol's
    /// own words by whoever calls this; its new size comes with the next layout.
    pub fn set_own_frame(&mut self, root: &WlSurface, own_frame: bool) {
        let mut windows = self.shell.windows.iter_mut();
        let Some(window) = windows.find(|window| window.toplevel.wl_surface() == root) else { return };
        if std::mem::replace(&mut window.own_frame, own_frame) == own_frame {
            return;
        }
        if let Some(id) = window.id {
            self.shell.desktop.set_own_frame(id, own_frame);
        }
        self.shell.outdated = true;
    }

    /// Shows a window at once and gives it the keyboard: what a program with a right to it asks for, or a test.
    pub fn focus_window(&mut self, id: WindowId) {
        let now = self.shell.now();
        let jump = Operation::Jump { to: Some(id.into()) };
        match self.shell.desktop.apply(&jump, now) {
            Ok(effects) => self.carry_out(effects),
            Err(refused) => tracing::debug!(%refused, "a window was not shown"),
        }
        self.shell.desktop.arrive_at_once();
        self.relayout();
        self.refresh_pointer_focus();
    }

    /// Asks a window's program to close it.
    pub fn close_window(&mut self, id: WindowId) -> bool {
        let window = self.shell.get(id);
        window.inspect(|window| window.toplevel.send_close()).is_some()
    }

    /// Does something with the desktop.
    ///
    /// # Errors
    /// If it cannot be done, and why; nothing has changed then.
    pub fn operate(&mut self, operation: &Operation) -> Result<(), lcars_ui::operation::Refused> {
        let now = self.shell.now();
        let effects = self.shell.desktop.apply(operation, now)?;
        self.carry_out(effects);
        // The keyboard is in one pane; the ring is not left behind in another.
        let pane = self.shell.desktop.focused_viewport().id.get();
        let interface = &mut self.screen_mut().interface;
        interface.focused = interface.focused.filter(|key| key.pane == 0 || key.pane == pane);
        interface.done(operation);
        self.shell.outdated = true;
        self.screen_mut().damage();
        self.remember();
        Ok(())
    }

    /// Does what the hierarchy says has to be done.
    pub(crate) fn carry_out(&mut self, effects: Effects) {
        for effect in effects {
            match effect {
                Effect::AskToClose { window } => {
                    self.close_window(window);
                }
                // Told with the next layout.
                Effect::SetFullscreen { .. } => self.shell.outdated = true,
                Effect::Focus { window } => self.give_keyboard(window),
                Effect::StartTerminal { terminal, sector, directory } => {
                    self.start_terminal(terminal, sector, directory);
                }
                Effect::EndTerminal { terminal } => self.end_terminal(terminal),
                Effect::EndPanel { window } => self.end_panel(window),
                Effect::RestartPanel { window } => self.restart_panel(window),
            }
        }
    }

    /// The keyboard belongs to this window now, or to the interface.
    fn give_keyboard(&mut self, window: Option<WindowId>) {
        self.end_popup_grab();
        self.end_repeat();
        self.compose.reset();
        self.layers_forget_touch();
        let window = window.map(|id| self.shell.modal_over(id));
        let surface = window.and_then(|id| self.shell.get(id)).map(|window| window.toplevel.wl_surface().clone());
        let surface = self.keyboard_instead_of(surface);
        if let Some(keyboard) = self.seat.get_keyboard() {
            keyboard.set_focus(self, surface, SERIAL_COUNTER.next_serial());
        }
        self.shell.outdated = true;
    }

    /// Dismisses the popups that hold keyboard and pointer. Their grab would keep the keyboard from every other window.
    pub fn end_popup_grab(&mut self) {
        let Some(keyboard) = self.seat.get_keyboard().filter(|keyboard| keyboard.is_grabbed()) else { return };
        let windows = self.shell.windows.iter().map(|window| window.toplevel.wl_surface().clone());
        for root in windows.chain(self.layer_roots()) {
            for (popup, _) in PopupManager::popups_for_surface(&root) {
                // It fails only for a window that is gone, whose popups are gone too.
                let _ = PopupManager::dismiss_popup(&root, &popup);
            }
        }
        if let Some(pointer) = self.seat.get_pointer() {
            pointer.unset_grab(self, SERIAL_COUNTER.next_serial(), self.clock.now().as_millis());
        }
        keyboard.unset_grab(self);
    }
}
