//! Surfaces that belong to an output and to no window: bars, launchers, selections, wallpapers.
//!
//! - They are no part of the hierarchy. Those of the layers top and overlay are seen above the windows at every level and
//!   below whatever the desktop itself opens. Those of background and bottom are seen where windows are, and only as far as a
//!   window at its own size leaves them: the levels' own ground is black, and stays so.
//! - What they reserve is taken from panes and prompt. A window that covers its output takes it back, and is seen above the
//!   layer top.
//! - One that wants the keyboard for itself, or covers the output, is named by a pill that closes it, and zooming out closes
//!   it too. For a while its program gets no other one of the kind.

mod arrange;
mod keyboard;

use lcars_ui::hierarchy::OutputId;
use lcars_ui::viewport::Panels;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_output::WlOutput;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Point, Rectangle, Size};
use smithay::wayland::compositor::{get_parent, with_states};
use smithay::wayland::shell::wlr_layer::{
    KeyboardInteractivity, Layer as Height, LayerSurface, LayerSurfaceCachedState, LayerSurfaceData,
};

use crate::banished::Banished;
use crate::compose::{self, Placed};
use crate::screen::Screen;
use crate::state::State;
use crate::surface;
use arrange::{Reserved, Wish, arrange};

/// A client with more of them gets no further one.
const MOST_OF_A_CLIENT: usize = 64;
/// One that has more of an output than this share covers it.
const COVERS: f64 = 0.8;

/// One surface.
#[derive(Debug)]
pub struct Layer {
    surface: LayerSurface,
    /// Which screen it is on.
    screen: OutputId,
    /// What its program calls it.
    name: String,
    /// Where it goes, screen logical.
    rect: Rectangle<i32, Logical>,
    /// A conformance suite put it there.
    put: Option<Point<i32, Logical>>,
    mapped: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Layers {
    /// In the order they came.
    list: Vec<Layer>,
    /// The one that was given the keyboard because it was touched.
    touched: Option<WlSurface>,
    /// Whose grabbing surfaces the user closed.
    banished: Option<Banished>,
}

impl Layer {
    fn state(&self) -> LayerSurfaceCachedState {
        with_states(self.surface.wl_surface(), |states| *states.cached_state.get::<LayerSurfaceCachedState>().current())
    }

    fn root(&self) -> &WlSurface {
        self.surface.wl_surface()
    }

    /// Above or below the windows.
    fn is_above(&self) -> bool {
        matches!(self.state().layer, Height::Top | Height::Overlay)
    }

    /// Whether it keeps the keyboard from everything else.
    fn is_exclusive(&self) -> bool {
        self.is_above() && self.state().keyboard_interactivity == KeyboardInteractivity::Exclusive
    }

    /// Whether it stands in the way on an output of this size.
    fn grabs(&self, output: Size<i32, Logical>) -> bool {
        let area = |size: Size<i32, Logical>| f64::from(size.w) * f64::from(size.h);
        let covers = || {
            // One that lets the pointer through to everything stands in nobody's way.
            let middle = Point::from((f64::from(self.rect.size.w) / 2.0, f64::from(self.rect.size.h) / 2.0));
            let takes = with_states(self.root(), |states| surface::takes_input(states, middle));
            takes && area(self.rect.size) >= COVERS * area(output)
        };
        self.mapped && (self.is_exclusive() || (self.is_above() && covers()))
    }
}

impl Layers {
    /// The one that a surface belongs to.
    fn of(&self, surface: &WlSurface) -> Option<&Layer> {
        let root = std::iter::successors(Some(surface.clone()), get_parent).last()?;
        self.list.iter().find(|layer| *layer.root() == root)
    }

    /// Those in sight on a screen, lowest first.
    fn on(&self, screen: OutputId, above: bool) -> Vec<&Layer> {
        let mut on: Vec<(&Layer, bool)> = self
            .list
            .iter()
            .filter(|layer| layer.screen == screen && layer.mapped)
            .map(|layer| (layer, layer.state().layer))
            .filter(|(_, height)| matches!(height, Height::Top | Height::Overlay) == above)
            .map(|(layer, height)| (layer, matches!(height, Height::Overlay | Height::Bottom)))
            .collect();
        on.sort_by_key(|(_, higher)| *higher);
        on.into_iter().map(|(layer, _)| layer).collect()
    }
}

impl State {
    /// A program asks for a surface on an output, or wherever the user is.
    pub(crate) fn add_layer(&mut self, surface: LayerSurface, output: Option<&WlOutput>, name: String) {
        let output = output.and_then(smithay::output::Output::from_resource);
        let named = output.and_then(|output| self.screens.iter().find(|screen| screen.output == output));
        let screen = named.unwrap_or_else(|| self.screen()).id;
        let client = surface.wl_surface().client().map(|client| client.id());
        let same = |layer: &&Layer| layer.root().client().map(|client| client.id()) == client;
        if client.is_none() || self.layers.list.iter().filter(same).count() >= MOST_OF_A_CLIENT {
            surface.send_close();
            return;
        }
        self.layers.list.push(Layer { surface, screen, name, rect: Rectangle::default(), put: None, mapped: false });
    }

    /// One is gone for good.
    pub(crate) fn remove_layer(&mut self, surface: &LayerSurface) {
        let Some(place) = self.layers.list.iter().position(|layer| layer.surface == *surface) else { return };
        let layer = self.layers.list.remove(place);
        if layer.mapped {
            self.layer_disappeared(layer.screen, layer.surface.wl_surface());
        }
    }

    /// Puts one where a conformance suite wants it.
    pub(crate) fn put_layer(&mut self, surface: &WlSurface, at: Point<i32, Logical>) {
        let Some(layer) = self.layers.list.iter_mut().find(|layer| layer.root() == surface) else { return };
        layer.put = Some(at);
        let screen = layer.screen;
        self.arrange_layers(screen);
    }

    /// A screen is gone, and what was on it.
    pub(crate) fn close_layers_on(&mut self, screen: OutputId) {
        let gone: Vec<Layer> = self.layers.list.extract_if(.., |layer| layer.screen == screen).collect();
        gone.iter().for_each(|layer| layer.surface.send_close());
        self.refocus_keyboard();
    }

    fn layer_disappeared(&mut self, screen: OutputId, surface: &WlSurface) {
        if self.layers.touched.as_ref() == Some(surface) {
            self.layers.touched = None;
        }
        self.arrange_layers(screen);
        self.refocus_keyboard();
        self.refresh_pointer_focus();
    }

    /// A surface tree committed: one of ours may have appeared, disappeared or changed its wishes.
    pub(crate) fn layer_committed(&mut self, root: &WlSurface) {
        let Some(place) = self.layers.list.iter().position(|layer| layer.root() == root) else { return };
        let Some(layer) = self.layers.list.get_mut(place) else { return };
        let screen = layer.screen;
        let configured = with_states(root, |states| {
            let data = states.data_map.get::<LayerSurfaceData>();
            data.is_some_and(|data| data.lock().is_ok_and(|data| data.initial_configure_sent))
        });
        let mapped = surface::is_mapped(root);
        // If it was never configured, it has been told that this is an error.
        if mapped && !self.shell.floats() && !layer.surface.ensure_configured() {
            return;
        }
        let was_mapped = std::mem::replace(&mut layer.mapped, mapped);
        if was_mapped && !mapped {
            // It begins anew: its next commit is answered with a configure.
            with_states(root, |states| {
                if let Some(Ok(mut data)) = states.data_map.get::<LayerSurfaceData>().map(|data| data.lock()) {
                    (data.initial_configure_sent, data.configured) = (false, false);
                }
            });
            self.layer_disappeared(screen, root);
            return;
        }
        self.arrange_layers(screen);
        if !configured {
            self.layers.list.iter().filter(|layer| layer.root() == root).for_each(|layer| {
                layer.surface.send_configure();
            });
        }
        if !mapped || self.is_banished(root) {
            return;
        }
        if !was_mapped {
            self.screens.get(screen).into_iter().for_each(|screen| screen.output.enter(root));
            self.refresh_pointer_focus();
        }
        // It may want the keyboard from now on, or no longer.
        self.refocus_keyboard();
    }

    /// Closes a surface that stands in the user's way again too soon. Whether it did.
    fn is_banished(&mut self, root: &WlSurface) -> bool {
        let banished = |banished: &Banished| root.client().is_some_and(|own| banished.is(&own, &self.display));
        if !self.layers.banished.as_ref().is_some_and(banished) {
            return false;
        }
        let Some(layer) = self.layers.list.iter().find(|layer| layer.root() == root) else { return false };
        let size = self.screens.get(layer.screen).map(Screen::logical_size);
        if !size.is_some_and(|size| layer.grabs(size)) {
            return false;
        }
        layer.surface.send_close();
        let surface = layer.surface.clone();
        self.remove_layer(&surface);
        true
    }

    /// Puts everything on a screen in its place and tells what is new. Returns what follows for the panes.
    pub(crate) fn arrange_layers(&mut self, id: OutputId) -> Panels {
        let Some(screen) = self.screens.get(id) else { return Panels::default() };
        let size = screen.logical_size();
        let places: Vec<usize> =
            self.layers.list.iter().enumerate().filter(|(_, layer)| layer.screen == id).map(|(at, _)| at).collect();
        let wish = |place: &usize| {
            self.layers.list.get(*place).map(|layer| Wish { state: layer.state(), mapped: layer.mapped })
        };
        let wishes: Vec<Wish> = places.iter().filter_map(wish).collect();
        let (rects, reserved) = arrange(size, &wishes);
        let mut moved = false;
        for (place, rect) in places.into_iter().zip(rects) {
            let Some(layer) = self.layers.list.get_mut(place) else { continue };
            let rect = Rectangle::new(layer.put.unwrap_or(rect.loc), rect.size);
            moved |= std::mem::replace(&mut layer.rect, rect) != rect;
            layer.surface.with_pending_state(|state| state.size = Some(rect.size));
            let sent = with_states(layer.surface.wl_surface(), |states| {
                let data = states.data_map.get::<LayerSurfaceData>();
                data.is_some_and(|data| data.lock().is_ok_and(|data| data.initial_configure_sent))
            });
            if sent {
                layer.surface.send_pending_configure();
            }
        }
        let panels = self.panels(id, reserved);
        let known = self.shell.desktop.output(id).map(|output| &output.panels);
        let outdated = known.is_some_and(|known| *known != panels);
        if let Some(screen) = self.screens.get_mut(id).filter(|_| outdated || moved) {
            screen.outdated |= outdated;
            screen.damage();
        }
        panels
    }

    fn panels(&self, id: OutputId, reserved: Reserved) -> Panels {
        let whole = self.is_covered(id);
        let above = self.layers_above(id);
        let lock = self.lock_on(id);
        let grabbing = self.grabbing_layer(id).map(|layer| layer.name.clone());
        let Reserved { left, top, right, bottom } = if whole { Reserved::default() } else { reserved };
        let reserved = [left, top, right, bottom].map(f64::from);
        Panels { reserved, shown: !above.is_empty(), lock, grabbing }
    }

    /// Whether one window covers all of an output.
    fn is_covered(&self, id: OutputId) -> bool {
        let desktop = &self.shell.desktop;
        let Some(output) = desktop.output(id) else { return false };
        let [(viewport, _)] = output.layout()[..] else { return false };
        let window = desktop.viewport(viewport).and_then(|viewport| viewport.path.window());
        window.and_then(|window| desktop.tree().window(window)).is_some_and(|(_, _, window)| window.fullscreen)
    }

    /// Those seen above the windows of a screen, lowest first.
    fn layers_above(&self, id: OutputId) -> Vec<&Layer> {
        let covered = self.is_covered(id);
        let mut above = self.layers.on(id, true);
        // A launcher that somebody called for is there all the same.
        above.retain(|layer| !covered || layer.state().layer == Height::Overlay || layer.is_exclusive());
        above
    }

    /// The topmost one that stands in the user's way.
    fn grabbing_layer(&self, id: OutputId) -> Option<&Layer> {
        let size = self.screens.get(id)?.logical_size();
        self.layers_above(id).into_iter().rev().find(|layer| layer.grabs(size))
    }

    /// Closes what a program has put in the user's way on the screen with the keyboard, all of it. Whether there was
    /// something.
    pub(crate) fn dismiss_layers(&mut self) -> bool {
        if self.layers.list.is_empty() {
            return false;
        }
        let id = self.screen().id;
        let Some(client) = self.grabbing_layer(id).and_then(|layer| layer.root().client()) else { return false };
        let (banished, size) = (Banished::new(&client, &self.display), self.screen().logical_size());
        let of_same = |layer: &&Layer| layer.root().client().is_some_and(|own| banished.is(&own, &self.display));
        let above = self.layers_above(id).into_iter().filter(|layer| layer.grabs(size)).filter(of_same);
        let gone: Vec<LayerSurface> = above.map(|layer| layer.surface.clone()).collect();
        self.layers.banished = Some(banished);
        self.end_popup_grab();
        for surface in gone {
            surface.send_close();
            self.remove_layer(&surface);
        }
        true
    }

    /// A layer with its popups, front to back.
    fn layer_trees(layer: &Layer) -> Vec<Placed> {
        compose::with_popups(layer.root(), layer.rect.loc)
    }

    /// The surface trees of the output itself above its windows, or below them, front to back.
    pub(crate) fn layers_placed(&self, id: OutputId, above: bool) -> Vec<Placed> {
        if self.layers.list.is_empty() {
            return Vec::new();
        }
        let layers = if above { self.layers_above(id) } else { self.layers.on(id, false) };
        layers.into_iter().rev().flat_map(Self::layer_trees).collect()
    }

    /// The surfaces of an output itself that are in sight at the moment, or those that are not, whatever they are for.
    pub(crate) fn layers_seen(&self, id: OutputId, seen: bool) -> Vec<WlSurface> {
        if self.lock.is_locked() {
            let lock = self.lock_placed(id).into_iter().filter(|_| seen).map(|tree| tree.surface);
            let others = self.layers.list.iter().filter(|layer| !seen && layer.screen == id);
            return lock.chain(others.flat_map(Self::layer_trees).map(|tree| tree.surface)).collect();
        }
        let below = self.shell.floats() || self.screens.get(id).is_some_and(Screen::shows_window_area);
        let on = self.layers.list.iter().filter(|layer| layer.screen == id);
        let above: Vec<&WlSurface> = self.layers_above(id).into_iter().map(Layer::root).collect();
        let visible = |layer: &Layer| above.contains(&layer.root()) || (below && layer.mapped && !layer.is_above());
        let trees = on.filter(|layer| visible(layer) == seen).flat_map(Self::layer_trees);
        trees.map(|tree| tree.surface).collect()
    }

    /// Where a surface of an output, or one that belongs to it, is, and on which screen.
    pub(crate) fn layer_placement(&self, surface: &WlSurface) -> Option<(&Screen, Rectangle<i32, Logical>)> {
        let layer = self.layers.of(surface)?;
        Some((self.screens.get(layer.screen)?, layer.rect))
    }

    /// All roots of such surfaces.
    pub(crate) fn layer_roots(&self) -> Vec<WlSurface> {
        self.layers.list.iter().map(|layer| layer.root().clone()).collect()
    }
}
