//! The windows, and where they are: one fills the frame at a time, its dialogs above it.
//!
//! The frame is [`lcars_ui::plain_frame`]; this module tells it what windows there are and does what it is told by it.

use lcars_ui::geometry;
use lcars_ui::plain_frame::{self, Action, Frame, View};
use lcars_ui::theme::Theme;
use smithay::desktop::PopupManager;
use smithay::reexports::wayland_protocols::xdg::shell::server::xdg_toplevel;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Point, Rectangle, SERIAL_COUNTER, Size};
use smithay::wayland::compositor::{get_parent, get_role, with_states};
use smithay::wayland::shell::xdg::{ToplevelSurface, XDG_POPUP_ROLE, XdgToplevelSurfaceData};

use crate::compose::{self, Placed};
use crate::state::State;
use crate::surface;

/// Names a window for as long as the session runs.
pub type WindowId = u64;

/// One toplevel.
#[derive(Debug)]
pub struct Window {
    /// Its name.
    pub id: WindowId,
    /// Its protocol object.
    pub toplevel: ToplevelSurface,
    /// It has shown something.
    pub mapped: bool,
    /// It covers the whole picture, frame and all.
    pub fullscreen: bool,
}

/// The windows of the session, in the order they came.
#[derive(Debug)]
pub struct Shell {
    windows: Vec<Window>,
    focused: Option<WindowId>,
    next: WindowId,
    /// What the pointer is over, if it is over the frame.
    hovered: Option<Action>,
    frame: Frame,
    /// The layout is to be made again before the next frame; a client may change its title a thousand times between.
    pub(crate) outdated: bool,
}

impl Default for Shell {
    fn default() -> Self {
        let view = View {
            size: geometry::Size { w: 0.0, h: 0.0 },
            scale: 1.0,
            windows: &[],
            focused: None,
            hovered: None,
            wayland_display: "",
        };
        let frame = plain_frame::lay_out(&Theme::default(), &view);
        Self { windows: Vec::new(), focused: None, next: 0, hovered: None, frame, outdated: false }
    }
}

impl Shell {
    /// A new toplevel; it is shown once it has a picture.
    pub fn add(&mut self, toplevel: ToplevelSurface) -> WindowId {
        self.next += 1;
        self.windows.push(Window { id: self.next, toplevel, mapped: false, fullscreen: false });
        self.next
    }

    /// All windows, in the order they came.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// One window.
    pub fn get(&self, id: WindowId) -> Option<&Window> {
        self.windows.iter().find(|window| window.id == id)
    }

    fn get_mut(&mut self, id: WindowId) -> Option<&mut Window> {
        self.windows.iter_mut().find(|window| window.id == id)
    }

    /// The window that a surface belongs to, be it its own or a subsurface.
    pub fn window_of(&self, surface: &WlSurface) -> Option<WindowId> {
        let mut root = surface.clone();
        while let Some(parent) = get_parent(&root) {
            root = parent;
        }
        self.windows.iter().find(|window| *window.toplevel.wl_surface() == root).map(|window| window.id)
    }

    /// The window that has the keyboard.
    pub fn focused(&self) -> Option<WindowId> {
        self.focused
    }

    /// The frame as it was last laid out.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The window that `id` is a dialog of, if it is one.
    fn parent(&self, id: WindowId) -> Option<WindowId> {
        self.get(id)?.toplevel.parent().and_then(|parent| self.window_of(&parent))
    }

    /// The window at the root of a chain of dialogs. Chains are short; a client that ties a loop gets its first link.
    pub fn root(&self, id: WindowId) -> WindowId {
        let mut root = id;
        for _ in 0..self.windows.len() {
            match self.parent(root) {
                Some(parent) if parent != id => root = parent,
                _ => break,
            }
        }
        root
    }

    /// What is shown, bottom to top: the root of the focused window, then its dialogs in the order they came.
    pub fn visible(&self) -> Vec<WindowId> {
        let Some(focused) = self.focused else { return Vec::new() };
        let root = self.root(focused);
        let mut visible = vec![root];
        visible.extend(
            self.windows
                .iter()
                .filter(|window| window.mapped && window.id != root && self.root(window.id) == root)
                .map(|window| window.id),
        );
        visible
    }

    /// What has a place in the bar: every window that is nobody's dialog.
    fn labels(&self) -> Vec<plain_frame::Window> {
        self.windows
            .iter()
            .filter(|window| window.mapped && self.parent(window.id).is_none())
            .map(|window| {
                let (title, app_id) = title(&window.toplevel);
                plain_frame::Window { id: window.id, title, app_id }
            })
            .collect()
    }
}

/// Title and app id, as the client gave them: hostile text.
pub fn title(toplevel: &ToplevelSurface) -> (String, String) {
    with_states(toplevel.wl_surface(), |states| {
        let Some(data) = states.data_map.get::<XdgToplevelSurfaceData>() else { return Default::default() };
        let Ok(data) = data.lock() else { return Default::default() };
        (data.title.clone().unwrap_or_default(), data.app_id.clone().unwrap_or_default())
    })
}

impl State {
    /// Lays the frame out again and tells every window its size.
    pub fn relayout(&mut self) {
        self.shell.outdated = false;
        let size = self.screen.logical_size();
        let labels = self.shell.labels();
        let focused = self.shell.focused.map(|id| self.shell.root(id));
        let view = View {
            size: geometry::Size { w: f64::from(size.w), h: f64::from(size.h) },
            scale: self.screen.scale(),
            windows: &labels,
            focused,
            hovered: self.shell.hovered,
            wayland_display: &self.socket,
        };
        self.shell.frame = plain_frame::lay_out(&self.theme, &view);
        let visible = self.shell.visible();
        for window in &self.shell.windows {
            self.configure(window, &visible);
        }
        self.screen.damage();
    }

    /// Where the one full window goes, output logical.
    fn window_area(&self) -> Rectangle<i32, Logical> {
        let area = self.shell.frame.window;
        let (x, y) = (area.x.round() as i32, area.y.round() as i32);
        let (right, bottom) = (area.right().round() as i32, area.bottom().round() as i32);
        Rectangle::new((x, y).into(), ((right - x).max(1), (bottom - y).max(1)).into())
    }

    fn configure(&self, window: &Window, visible: &[WindowId]) {
        use xdg_toplevel::State as Flag;
        let area = self.window_area();
        let dialog = self.shell.parent(window.id).is_some();
        let shown = visible.contains(&window.id);
        window.toplevel.with_pending_state(|state| {
            state.bounds = Some(area.size);
            state.size = match (window.fullscreen, dialog) {
                (true, _) => Some(self.screen.logical_size()),
                (false, false) => Some(area.size),
                (false, true) => None,
            };
            let mut set = |flag, on| if on { state.states.set(flag) } else { state.states.unset(flag) };
            set(Flag::Maximized, !dialog && !window.fullscreen);
            set(Flag::Fullscreen, window.fullscreen);
            set(Flag::Activated, self.shell.focused == Some(window.id));
            set(Flag::Suspended, !shown && window.mapped);
        });
        if window.toplevel.is_initial_configure_sent() {
            window.toplevel.send_pending_configure();
        }
    }

    /// Sends what a new toplevel or popup waits for after its first commit.
    pub fn ensure_configured(&mut self, surface: &WlSurface) {
        if let Some(window) = self.shell.windows.iter().find(|window| window.toplevel.wl_surface() == surface) {
            if !window.toplevel.is_initial_configure_sent() {
                self.configure(window, &[window.id]);
                window.toplevel.send_configure();
            }
        } else if let Some(smithay::desktop::PopupKind::Xdg(popup)) = self.popups.find_popup(surface) {
            if !popup.is_initial_configure_sent()
                && let Err(error) = popup.send_configure()
            {
                tracing::debug!(%error, "a popup could not be configured");
            }
        } else if get_role(surface) == Some(XDG_POPUP_ROLE) {
            // It has no parent, and so no place to be.
            let popups = self.globals.xdg_shell.popup_surfaces();
            popups.iter().filter(|popup| popup.wl_surface() == surface).for_each(|popup| popup.send_popup_done());
        }
    }

    /// A surface tree committed: its window may have appeared or disappeared.
    pub fn window_committed(&mut self, root: &WlSurface) {
        let Some(window) = self.shell.windows.iter_mut().find(|window| window.toplevel.wl_surface() == root) else {
            return;
        };
        let (id, mapped) = (window.id, surface::is_mapped(root));
        if mapped == window.mapped {
            return;
        }
        if mapped && !window.toplevel.ensure_configured() {
            // It has been told that this is an error.
            return;
        }
        window.mapped = mapped;
        if mapped {
            self.screen.output.enter(root);
            self.focus_window(id);
        } else {
            // It begins anew: its next commit is answered with a configure. smithay would know by itself only if it
            // kept the buffers.
            window.toplevel.reset_initial_configure_sent();
            window.fullscreen = false;
            self.screen.output.leave(root);
            let parent = self.shell.parent(id);
            self.lose_window(id, parent);
        }
    }

    /// Shows a window and gives it the keyboard.
    pub fn focus_window(&mut self, id: WindowId) {
        let Some(window) = self.shell.get(id).filter(|window| window.mapped) else { return };
        let surface = window.toplevel.wl_surface().clone();
        if self.shell.focused != Some(id) {
            self.end_popup_grab();
        }
        self.shell.focused = Some(id);
        self.relayout();
        if let Some(keyboard) = self.seat.get_keyboard() {
            keyboard.set_focus(self, Some(surface), SERIAL_COUNTER.next_serial());
        }
        self.refresh_pointer_focus();
    }

    /// Dismisses the popups that hold keyboard and pointer. Their grab would keep the keyboard from every other window.
    pub fn end_popup_grab(&mut self) {
        let Some(keyboard) = self.seat.get_keyboard().filter(|keyboard| keyboard.is_grabbed()) else { return };
        for window in &self.shell.windows {
            let root = window.toplevel.wl_surface();
            for (popup, _) in PopupManager::popups_for_surface(root) {
                // It fails only for a window that is gone, whose popups are gone too.
                let _ = PopupManager::dismiss_popup(root, &popup);
            }
        }
        if let Some(pointer) = self.seat.get_pointer() {
            pointer.unset_grab(self, SERIAL_COUNTER.next_serial(), self.clock.now().as_millis());
        }
        keyboard.unset_grab(self);
    }

    /// Brings a root window to the front, with the newest of its dialogs focused.
    pub fn show_window(&mut self, id: WindowId) {
        let newest = self.shell.windows.iter().rev().find(|window| window.mapped && self.shell.root(window.id) == id);
        let id = newest.map_or(id, |window| window.id);
        self.focus_window(id);
    }

    /// Asks a window's program to close it.
    pub fn close_window(&self, id: WindowId) -> bool {
        let window = self.shell.get(id);
        window.inspect(|window| window.toplevel.send_close()).is_some()
    }

    /// A window is gone for good.
    pub fn remove_window(&mut self, id: WindowId) {
        let parent = self.shell.parent(id);
        self.shell.windows.retain(|window| window.id != id);
        self.lose_window(id, parent);
    }

    /// Passes the focus on from a window that no longer shows anything: to the window that it was a dialog of.
    fn lose_window(&mut self, id: WindowId, parent: Option<WindowId>) {
        if self.shell.focused == Some(id) {
            self.end_popup_grab();
            self.shell.focused = None;
            let parent = parent.filter(|parent| self.shell.get(*parent).is_some_and(|w| w.mapped));
            let next = parent.or_else(|| self.shell.windows.iter().rev().find(|w| w.mapped).map(|w| w.id));
            match next {
                Some(next) => return self.focus_window(next),
                None => {
                    if let Some(keyboard) = self.seat.get_keyboard() {
                        keyboard.set_focus(self, None, SERIAL_COUNTER.next_serial());
                    }
                }
            }
        }
        self.relayout();
        self.refresh_pointer_focus();
    }

    /// Lets a window cover the frame, or puts it back.
    pub fn set_fullscreen(&mut self, toplevel: &ToplevelSurface, fullscreen: bool) {
        if let Some(id) = self.shell.window_of(toplevel.wl_surface())
            && let Some(window) = self.shell.get_mut(id)
        {
            window.fullscreen = fullscreen;
            self.relayout();
        }
    }

    /// Where a window's geometry is, output logical: it fills its area, or is in the middle of it.
    pub fn placement(&self, id: WindowId) -> Option<Rectangle<i32, Logical>> {
        let window = self.shell.get(id)?;
        let area =
            if window.fullscreen { Rectangle::from_size(self.screen.logical_size()) } else { self.window_area() };
        let geometry = compose::window_geometry(window.toplevel.wl_surface());
        let size = if geometry.is_empty() { area.size } else { geometry.size };
        let centred = |start: i32, room: i32, length: i32| start + ((room - length) / 2).max(0);
        let dialog = self.shell.parent(id).is_some();
        let loc = if dialog || size.w < area.size.w || size.h < area.size.h {
            Point::from((centred(area.loc.x, area.size.w, size.w), centred(area.loc.y, area.size.h, size.h)))
        } else {
            area.loc
        };
        Some(Rectangle::new(loc, size))
    }

    /// Every surface tree that is shown, front to back, with the clip that applies to it.
    pub fn placed(&self) -> Vec<(Placed, Option<Rectangle<i32, Logical>>)> {
        let mut placed = Vec::new();
        for id in self.shell.visible().into_iter().rev() {
            let (Some(window), Some(geometry)) = (self.shell.get(id), self.placement(id)) else { continue };
            let surface = window.toplevel.wl_surface();
            let dialog = self.shell.parent(id).is_some();
            // A full window that draws larger than it was told must not cover the frame; popups and shadows may.
            let clip = (!dialog && !window.fullscreen).then(|| self.window_area());
            for tree in compose::with_popups(surface, geometry.loc) {
                let clip = if tree.surface == *surface { clip } else { None };
                placed.push((tree, clip));
            }
        }
        placed
    }

    /// The surface at a point of the picture, and where it is; `None` over the frame.
    pub fn surface_at(&self, point: Point<f64, Logical>) -> Option<(WlSurface, Point<f64, Logical>)> {
        self.placed().iter().find_map(|(tree, clip)| {
            if clip.is_some_and(|clip| !clip.to_f64().contains(point)) {
                return None;
            }
            compose::surface_under(tree, point)
        })
    }

    /// What the frame does if pressed at a point.
    pub fn frame_action(&self, point: Point<f64, Logical>) -> Option<Action> {
        let covered = self.shell.focused.and_then(|id| self.shell.get(id)).is_some_and(|window| window.fullscreen);
        if covered { None } else { self.shell.frame.hit(geometry::Point { x: point.x, y: point.y }) }
    }

    /// The pointer is over this part of the frame, or over none.
    pub fn hover_frame(&mut self, action: Option<Action>) {
        if self.shell.hovered != action {
            self.shell.hovered = action;
            self.relayout();
        }
    }

    /// Does what a part of the frame stands for.
    pub fn act(&mut self, action: Action) {
        match action {
            Action::Focus(id) => self.show_window(id),
            Action::Close(id) => {
                self.close_window(id);
            }
        }
    }

    /// The size of the whole picture as windows see it.
    pub fn output_size(&self) -> Size<i32, Logical> {
        self.screen.logical_size()
    }
}
