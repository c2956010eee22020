//! Where the windows in sight are, front to back: what is drawn there is what is hit there.

use std::collections::HashMap;

use lcars_ui::geometry::Rect;
use lcars_ui::hierarchy::{OutputId, Shown, ViewportId, WindowId};
use lcars_ui::operation::Operation;
use lcars_ui::scene::{Look, Primitive};
use lcars_ui::semantics::{Action, Node};
use smithay::reexports::wayland_server::Resource as _;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Point, Rectangle, Size};

use super::{fit, point};
use crate::compose::{self, Placed, Reduced, Spot};
use crate::screen::Screen;
use crate::state::State;
use crate::trust::trusted;

/// To whole logical pixels.
pub(super) fn rounded(rect: Rect) -> Rectangle<i32, Logical> {
    let (x, y) = (rect.x.round() as i32, rect.y.round() as i32);
    let (right, bottom) = (rect.right().round() as i32, rect.bottom().round() as i32);
    Rectangle::new((x, y).into(), ((right - x).max(1), (bottom - y).max(1)).into())
}

/// Where a window's geometry is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Geometry {
    /// As large as it is.
    pub(crate) rect: Rectangle<i32, Logical>,
    /// It is larger than its place.
    pub(crate) reduced: Option<Reduced>,
}

impl Geometry {
    /// The place in the window, from its corner, that is seen at a point of the picture.
    pub(crate) fn local(&self, at: Point<f64, Logical>) -> Point<f64, Logical> {
        self.reduced.map_or(at, |reduced| reduced.back(at)) - self.rect.loc.to_f64()
    }

    /// What of the window, from its corner, would be where a rectangle of the picture is.
    pub(crate) fn back(&self, rect: Rectangle<i32, Logical>) -> Rectangle<i32, Logical> {
        let (from, to) = (self.local(rect.loc.to_f64()), self.local((rect.loc + rect.size).to_f64()));
        Rectangle::from_extremities(from.to_i32_ceil::<i32>(), to.to_i32_floor::<i32>())
    }
}

/// How each window of a scene is seen.
pub(super) fn seen_in(scene: &[Primitive]) -> HashMap<WindowId, Shown> {
    let mut seen = HashMap::new();
    for primitive in scene {
        if let Primitive::Window { window, look, .. } = primitive {
            let best: &mut Shown = seen.entry(*window).or_default();
            *best = (*best).max(match look {
                Look::Live => Shown::Live,
                Look::Thumbnail => Shown::Thumbnail,
            });
        }
    }
    seen
}

impl Screen {
    /// Whether a window is seen at its own size, so that what is below it may be seen beside it.
    pub(crate) fn shows_window_area(&self) -> bool {
        self.full().next().is_some()
    }

    /// The windows that fill panes, in painting order, with pane and area of each.
    fn full(&self) -> impl DoubleEndedIterator<Item = (WindowId, ViewportId, Rectangle<i32, Logical>)> {
        self.view.scene.iter().filter_map(|primitive| match primitive {
            Primitive::Window { key, window, rect, full, look: Look::Live, .. }
                if (rect.w - full.w).abs() < 0.5 && (rect.h - full.h).abs() < 0.5 =>
            {
                Some((*window, ViewportId::from_raw(key.pane), rounded(*rect)))
            }
            _ => None,
        })
    }
}

impl State {
    /// Whether and how a window is seen at the moment, wherever it is seen best.
    pub fn seen(&self, id: WindowId) -> Shown {
        self.screens.seen(self.shell.place_of(id))
    }

    /// A surface tree has another picture, or waits for a frame.
    pub(crate) fn window_drew(&mut self, root: &WlSurface, changed: bool) {
        let Some(place) = self.shell.window_of(root).map(|id| self.shell.place_of(id)) else {
            return self.screens.damage();
        };
        if changed && self.screens.seen(place) == Shown::Hidden {
            self.watch_textures();
        }
        for id in self.screens.ids() {
            let Some(screen) = self.screens.get_mut(id) else { continue };
            match screen.seen.get(&place).copied().unwrap_or_default() {
                // It is seen when somebody looks; its frames come at their own pace.
                Shown::Hidden => {}
                Shown::Thumbnail if !changed => {}
                Shown::Thumbnail => self.thumbnail_changed(id),
                // A frame callback is answered by the next tick even if nothing was drawn.
                Shown::Live => screen.damage(),
            }
        }
    }

    /// The size that a window is made for, logical, if a pane other than this one has it: then this one shows it as it is
    /// there, reduced or enlarged.
    pub(crate) fn made_elsewhere(&self, place: WindowId, pane: ViewportId) -> Option<Size<i32, Logical>> {
        let (_, area) = self.made_for(place)?;
        (area.viewport != pane).then(|| rounded(area.rect).size)
    }

    /// Whether at a point of the space a window is seen that is made for another pane.
    pub(crate) fn is_made_elsewhere(&self, at: Point<f64, Logical>) -> bool {
        let screen = self.screens.at(at);
        let local = screen.local(at);
        let covered = screen.view.covers.iter().any(|cover| cover.contains(point(local)));
        let here = |(window, pane, area): (_, _, Rectangle<i32, Logical>)| {
            area.to_f64().contains(local) && self.made_elsewhere(window, pane).is_some()
        };
        !screen.moving() && !covered && screen.full().any(here)
    }

    /// The windows that a screen shows at their own size, in painting order, with the area that each has.
    fn live(&self, screen: &Screen) -> impl DoubleEndedIterator<Item = (WindowId, Rectangle<i32, Logical>)> {
        let own = |(window, pane, area)| self.made_elsewhere(window, pane).is_none().then_some((window, area));
        screen.full().filter_map(own)
    }

    /// Where a window's geometry is on the first screen that shows it at its own size, and which that is: it fills its
    /// area, or is in the middle of it. One that is larger than its area is seen whole, and smaller.
    pub(crate) fn placement(&self, id: WindowId) -> Option<(&Screen, Geometry)> {
        if let Some(rect) = self.shell.get(id).and_then(|window| self.floats_at(window)) {
            return Some((self.screens.first(), Geometry { rect, reduced: None }));
        }
        let place = self.shell.place_of(id);
        let area = |screen: &Screen| self.live(screen).find(|(window, _)| *window == place).map(|(_, area)| area);
        let (screen, area) = self.screens.iter().find_map(|screen| Some((screen, area(screen)?)))?;
        Some((screen, self.geometry_in(id, area)?))
    }

    /// Where a window's geometry is in an area.
    pub(super) fn geometry_in(&self, id: WindowId, area: Rectangle<i32, Logical>) -> Option<Geometry> {
        let window = self.shell.get(id)?;
        let geometry = compose::window_geometry(window.toplevel.wl_surface());
        let size = if geometry.size.is_empty() { area.size } else { geometry.size };
        let reduced = fit::reduced(size, area.size);
        let seen = reduced.map_or(size, |(_, to)| to);
        let centred = |start: i32, room: i32, length: i32| start + ((room - length) / 2).max(0);
        let loc = Point::from((centred(area.loc.x, area.size.w, seen.w), centred(area.loc.y, area.size.h, seen.h)));
        let reduced =
            reduced.map(|(from, to)| Reduced { from: Rectangle::new(loc, from), to: Rectangle::new(loc, to) });
        Some(Geometry { rect: Rectangle::new(loc, size), reduced })
    }

    /// A window with its dialogs and popups, front to back, in an area, with the clip that applies to each.
    pub(crate) fn stack_in(
        &self,
        place: WindowId,
        area: Rectangle<i32, Logical>,
        popups: bool,
    ) -> Vec<(Placed, Option<Rectangle<i32, Logical>>)> {
        let Some((_, app, _)) = self.shell.desktop.tree().window(place) else { return Vec::new() };
        let mut placed = Vec::new();
        for member in app.stack(place).rev() {
            let Some(window) = self.shell.get(member.id) else { continue };
            let Some(geometry) = self.geometry_in(member.id, area) else { continue };
            let surface = window.toplevel.wl_surface();
            // A shadow must not cover the frame; popups may.
            let clip = member.parent.is_none().then_some(area);
            for tree in compose::with_popups(surface, geometry.rect.loc) {
                let tree = Placed { reduced: geometry.reduced, ..tree };
                if tree.surface == *surface {
                    placed.push((tree, clip));
                } else if popups {
                    placed.push((tree, None));
                }
            }
        }
        placed
    }

    /// The size of the picture that input comes from, as windows see it.
    pub fn output_size(&self) -> Size<i32, Logical> {
        self.screens.get(self.input_from).unwrap_or_else(|| self.screens.first()).logical_size()
    }

    /// Every surface tree that a screen shows at its own size, front to back, with the clip that applies to it.
    pub fn placed(&self, screen: OutputId) -> Vec<(Placed, Option<Rectangle<i32, Logical>>)> {
        let Some(screen) = self.screens.get(screen) else { return Vec::new() };
        let popups = self.composing_popups(screen).into_iter().map(|placed| (placed, None));
        popups.chain(self.placed_windows(screen)).collect()
    }

    /// The same of windows alone.
    pub(crate) fn placed_windows(&self, screen: &Screen) -> Vec<(Placed, Option<Rectangle<i32, Logical>>)> {
        if let Some(floating) = self.placed_floating() {
            return floating.into_iter().map(|tree| (tree, None)).collect();
        }
        let live = self.live(screen).rev();
        live.flat_map(|(window, area)| self.stack_in(window, area, true)).collect()
    }

    /// A surface that is in sight on the screen at a point of the space that the screens lie in.
    pub(crate) fn spot_of(&self, surface: &WlSurface, near: Point<f64, Logical>) -> Option<Spot> {
        let screen = self.screens.at(near);
        let windows = self.placed(screen.id).into_iter().map(|(tree, _)| tree);
        let layers = [true, false].into_iter().flat_map(|above| self.layers_placed(screen.id, above));
        let trees = windows.chain(layers).chain(self.lock_placed(screen.id));
        let spot = trees.into_iter().find_map(|tree| tree.spot(surface));
        spot.map(|spot| spot.on_screen_at(screen.origin().to_f64()))
    }

    /// The surface at a point of the space that the screens lie in, and where its corner would be if it were as large as it
    /// is: how far it is from there to the point is the place on the surface. `None` over the interface.
    pub fn surface_at(&self, at: Point<f64, Logical>) -> Option<(WlSurface, Point<f64, Logical>)> {
        let screen = self.screens.at(at);
        let local = screen.local(at);
        let covered = || screen.view.covers.iter().any(|cover| cover.contains(point(local)));
        let floats = self.shell.floats();
        if !floats && (self.hold.is_some() || covered()) {
            return None;
        }
        if self.lock.is_locked() {
            let lock = self.lock_placed(screen.id);
            let (surface, corner) = lock.iter().find_map(|tree| compose::surface_under(tree, local))?;
            return Some((surface, corner + screen.origin().to_f64()));
        }
        // A menu or a panel may reach over the frame, but not take the way out away. What the user trusts may.
        let leads_out = |node: &&Node| matches!(&node.action, Some(Action::Do(Operation::ZoomOut)));
        let way_out = !floats && screen.view.nodes.iter().filter(leads_out).any(|node| node.hit.contains(point(local)));
        let above = self.layers_placed(screen.id, true);
        if let Some((surface, corner)) = above.iter().find_map(|tree| compose::surface_under(tree, local)) {
            let may = !way_out || surface.client().is_some_and(|client| trusted(&client));
            return may.then(|| (surface, corner + screen.origin().to_f64()));
        }
        if way_out || screen.moving() && !floats {
            return None;
        }
        let window = self.placed(screen.id).iter().find_map(|(tree, clip)| {
            if clip.is_some_and(|clip| !clip.to_f64().contains(local)) {
                return None;
            }
            compose::surface_under(tree, local)
        });
        if window.as_ref().is_some_and(|(surface, _)| self.modal_instead_of(surface).is_some()) {
            return None;
        }
        let in_sight = || floats || screen.full().any(|(_, _, area)| area.to_f64().contains(local));
        let below = || {
            let below = self.layers_placed(screen.id, false);
            below.iter().filter(|_| in_sight()).find_map(|tree| compose::surface_under(tree, local))
        };
        let (surface, corner) = window.or_else(below)?;
        Some((surface, corner + screen.origin().to_f64()))
    }
}
