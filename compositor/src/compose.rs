//! From surface trees to pieces of the picture, and from a point in the picture back to a surface.
//!
//! Both walk the same trees in the same order, front to back, so that what is seen is what is hit.

use smithay::desktop::PopupManager;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Physical, Point, Rectangle, Scale, Size};
use smithay::wayland::compositor::{SurfaceData, TraversalAction, with_states, with_surface_tree_downward};
use smithay::wayland::shell::xdg::SurfaceCachedState;

use crate::render::{Piece, SurfacePiece, surface_to_buffer};
use crate::surface::{self, Content, SurfaceState};
use crate::x11::menus;

/// A toplevel or popup surface and where its window geometry's corner is, in the output's logical space.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Root of the tree.
    pub surface: WlSurface,
    /// Of the surface itself (not of its window geometry), logical.
    pub location: Point<i32, Logical>,
}

/// A popup and the tree under it, front to back: popups of a window before the window.
pub fn with_popups(surface: &WlSurface, geometry_location: Point<i32, Logical>) -> Vec<Placed> {
    let window = window_geometry(surface);
    let mut placed: Vec<Placed> = menus::above(surface)
        .into_iter()
        .map(|(menu, offset)| Placed { surface: menu, location: geometry_location + offset })
        .collect();
    placed.extend(PopupManager::popups_for_surface(surface).map(|(popup, offset)| Placed {
        surface: popup.wl_surface().clone(),
        location: geometry_location + offset - popup.geometry().loc,
    }));
    placed.push(Placed { surface: surface.clone(), location: geometry_location - window.loc });
    placed
}

/// The part of a surface tree that counts as the window, without shadows: what the client set, else the surface.
pub fn window_geometry(surface: &WlSurface) -> Rectangle<i32, Logical> {
    with_states(surface, |states| {
        let size = surface::size(states).unwrap_or_default();
        let set = states.cached_state.get::<SurfaceCachedState>().current().geometry;
        set.filter(|geometry| !geometry.is_empty()).unwrap_or_else(|| Rectangle::from_size(size))
    })
}

/// The surface that takes input at `point` (output logical), and its own location.
pub fn surface_under(placed: &Placed, point: Point<f64, Logical>) -> Option<(WlSurface, Point<f64, Logical>)> {
    let mut found = None;
    walk(placed, |surface, states, location| {
        if found.is_none() && surface::takes_input(states, point - location.to_f64()) {
            found = Some((surface.clone(), location.to_f64()));
        }
    });
    found
}

/// The pieces of a tree, front to back. `clip` (physical) cuts what reaches outside.
pub fn pieces(placed: &Placed, scale: f64, clip: Option<Rectangle<i32, Physical>>, pieces: &mut Vec<Piece>) {
    walk(placed, |_, states, location| {
        pieces.extend(surface::with_state(states, |state| piece(state, location, scale, clip)).flatten());
    });
}

/// Visits the state of each mapped surface of a tree, front to back.
pub fn each(placed: &Placed, mut visit: impl FnMut(&WlSurface, &mut SurfaceState)) {
    walk(placed, |surface, states, _| {
        surface::with_state(states, |state| visit(surface, state));
    });
}

/// Visits the mapped surfaces of a tree, front to back, with their locations.
fn walk(placed: &Placed, mut visit: impl FnMut(&WlSurface, &SurfaceData, Point<i32, Logical>)) {
    let root = &placed.surface;
    let place = |surface: &WlSurface, states: &SurfaceData, parent: Point<i32, Logical>| {
        if surface == root {
            return parent;
        }
        let offset = surface::with_state(states, |state| state.position).unwrap_or_default();
        Point::from((parent.x.saturating_add(offset.x), parent.y.saturating_add(offset.y)))
    };
    with_surface_tree_downward(
        root,
        placed.location,
        |surface, states, parent| match surface::size(states) {
            Some(_) => TraversalAction::DoChildren(place(surface, states, *parent)),
            // An unmapped surface hides its children.
            None => TraversalAction::SkipChildren,
        },
        |surface, states, parent| {
            if surface::size(states).is_some() {
                visit(surface, states, place(surface, states, *parent));
            }
        },
        |_, _, _| true,
    );
}

fn piece(
    state: &mut SurfaceState,
    location: Point<i32, Logical>,
    scale: f64,
    clip: Option<Rectangle<i32, Physical>>,
) -> Option<Piece> {
    let geometry = to_physical(Rectangle::new(location, state.size), scale);
    let commit = state.damage.current_commit();
    if let Content::Solid(colour) = state.content.as_ref()? {
        return Some(Piece::solid(state.id.clone(), commit, geometry, colour.map(|part| part * state.alpha)));
    }
    let surface = state.texture()?;
    let natural = state.natural();
    let opaque = state.opaque.iter().map(|rect| {
        // Rounded inwards: what is called opaque hides what is below it.
        let from = rect.loc.to_f64().to_physical(scale).to_i32_ceil::<i32>();
        let to = (rect.loc + rect.size).to_f64().to_physical(scale).to_i32_floor::<i32>();
        Rectangle::new(from, Size::from(((to.x - from.x).max(0), (to.y - from.y).max(0))))
    });
    Some(Piece::surface(SurfacePiece {
        id: state.id.clone(),
        commit,
        damage: state.damage.snapshot(),
        texture: surface,
        src: surface_to_buffer(state.source, state.density(), state.transform, natural),
        geometry,
        transform: state.transform,
        alpha: state.alpha,
        opaque: opaque.collect(),
        clip,
    }))
}

/// Rounds both corners, so that neighbours meet without a seam at every scale.
pub fn to_physical(rect: Rectangle<i32, Logical>, scale: f64) -> Rectangle<i32, Physical> {
    let scale = Scale::from(scale);
    let from = rect.loc.to_f64().to_physical(scale).to_i32_round::<i32>();
    let to = (rect.loc + rect.size).to_f64().to_physical(scale).to_i32_round::<i32>();
    Rectangle::new(from, Size::from(((to.x - from.x).max(0), (to.y - from.y).max(0))))
}
