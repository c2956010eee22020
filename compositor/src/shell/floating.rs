//! Windows at places of their own and in their own size.
//!
//! In the product every window has its place in the hierarchy. A conformance suite puts windows side by side at given
//! points instead, to see what goes to which: with [`State::float_windows`] the rest of the session stays as it is, and
//! only size, place and order of windows are settled here. What is drawn is the hierarchy all the same. A picture before
//! the first `ack_configure` is let pass: wlcs 1.5 sends one for nearly every window and panel it makes.

use lcars_ui::hierarchy::Shown;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{IsAlive, Logical, Point, Rectangle, Size};
use smithay::wayland::shell::xdg::ToplevelSurface;

use super::Window;
use super::toplevel::Told;
use crate::compose::{self, Placed};
use crate::screen::Screen;
use crate::state::State;

/// What is known of the windows that were put somewhere or asked for something, the topmost one last. All others are
/// above them, in the upper left corner.
#[derive(Debug, Default)]
pub(super) struct Floating(Vec<Kept>);

#[derive(Debug)]
struct Kept {
    surface: WlSurface,
    at: Point<i32, Logical>,
    maximized: bool,
}

impl Floating {
    fn of(&self, surface: &WlSurface) -> Option<&Kept> {
        self.0.iter().find(|kept| kept.surface == *surface)
    }

    /// The entry of a window, which is the topmost from now on.
    fn top(&mut self, surface: &WlSurface) -> Option<&mut Kept> {
        self.0.retain(|kept| kept.surface.alive());
        let kept = match self.0.iter().position(|kept| kept.surface == *surface) {
            Some(place) => self.0.remove(place),
            None => Kept { surface: surface.clone(), at: Point::default(), maximized: false },
        };
        self.0.push(kept);
        self.0.last_mut()
    }

    /// Windows are seen, whatever the hierarchy shows.
    pub(super) fn see(&self, windows: &[Window], screen: &mut Screen) {
        screen.seen.extend(windows.iter().filter_map(|window| Some((window.id?, Shown::Live))));
    }
}

impl super::Shell {
    /// Whether windows float.
    pub(crate) fn floats(&self) -> bool {
        self.floating.is_some()
    }
}

impl State {
    /// From now on windows are where [`State::put_window`] puts them.
    pub fn float_windows(&mut self) {
        self.shell.floating = Some(Floating::default());
        self.relayout();
    }

    /// Puts the upper left corner of a window's geometry at a point of the first screen, above all others, or that of a
    /// panel in its layer.
    pub fn put_window(&mut self, surface: &WlSurface, at: Point<i32, Logical>) {
        self.put_layer(surface, at);
        let Some(floating) = &mut self.shell.floating else { return };
        floating.top(surface).into_iter().for_each(|kept| kept.at = at);
        self.refresh_pointer_focus();
        self.screens.damage();
    }

    /// A window that floats is above all others.
    pub(crate) fn raise_floating(&mut self, surface: &WlSurface) {
        let root = std::iter::successors(Some(surface.clone()), smithay::wayland::compositor::get_parent).last();
        let window = self.shell.windows.iter().find(|window| Some(window.toplevel.wl_surface()) == root.as_ref());
        let Some(surface) = window.map(|window| window.toplevel.wl_surface().clone()) else { return };
        self.shell.floating.iter_mut().for_each(|floating| {
            floating.top(&surface);
        });
    }

    /// A window that floats fills its screen from now on, or no longer.
    pub(crate) fn maximize_floating(&mut self, toplevel: &ToplevelSurface, maximized: bool) {
        let Some(floating) = &mut self.shell.floating else { return };
        floating.top(toplevel.wl_surface()).into_iter().for_each(|kept| kept.maximized = maximized);
        self.relayout();
    }

    /// Where a window floats.
    pub(super) fn floats_at(&self, window: &Window) -> Option<Rectangle<i32, Logical>> {
        let kept = self.shell.floating.as_ref()?.of(window.toplevel.wl_surface());
        let at = match (self.shell.is_fullscreen(window), kept) {
            (false, Some(kept)) if kept.maximized => self.beside_panels().loc,
            (false, Some(kept)) => kept.at,
            _ => Point::default(),
        };
        Some(Rectangle::new(at, compose::window_geometry(window.toplevel.wl_surface()).size))
    }

    /// What panels leave of the first screen.
    fn beside_panels(&self) -> Rectangle<i32, Logical> {
        let screen = self.screens.first();
        let panels = self.shell.desktop.output(screen.id).map(|output| output.panels.reserved);
        let [left, top, right, bottom] = panels.unwrap_or_default().map(|side| side.round() as i32);
        let Size { w, h, .. } = screen.logical_size();
        Rectangle::from_extremities((left, top), (w - right, h - bottom))
    }

    /// Every surface tree that floats, front to back.
    pub(super) fn placed_floating(&self) -> Option<Vec<Placed>> {
        let order = &self.shell.floating.as_ref()?.0;
        let mut windows: Vec<&Window> = self.shell.windows.iter().filter(|window| window.id.is_some()).collect();
        windows.sort_by_key(|window| {
            order.iter().position(|kept| kept.surface == *window.toplevel.wl_surface()).unwrap_or(order.len())
        });
        let trees = windows
            .into_iter()
            .rev()
            .filter_map(|window| Some(compose::with_popups(window.toplevel.wl_surface(), self.floats_at(window)?.loc)));
        Some(trees.flatten().collect())
    }

    /// What a window is told that floats: its size is its own.
    pub(super) fn told_floating(&self, window: &Window) -> Option<Told> {
        let kept = self.shell.floating.as_ref()?.of(window.toplevel.wl_surface());
        let (fullscreen, maximized) = (self.shell.is_fullscreen(window), kept.is_some_and(|kept| kept.maximized));
        let (whole, bounds) = (self.screens.first().logical_size(), self.beside_panels().size);
        Some(Told {
            corner: window.id.and_then(|id| self.placement(id)).map(|(_, place)| place.rect.loc),
            size: if fullscreen { Some(whole) } else { maximized.then_some(bounds) },
            bounds,
            maximized,
            fullscreen,
            activated: window.id.is_some() && self.shell.focused() == window.id,
            suspended: false,
            answered: window.owed.take(),
        })
    }
}
