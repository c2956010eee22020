//! From surface trees to pieces of the picture, and from a point in the picture back to a surface.
//!
//! Both walk the same trees in the same order, front to back, so that what is seen is what is hit.

use smithay::desktop::PopupManager;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Physical, Point, Rectangle, Scale, Size};
use smithay::wayland::compositor::{SurfaceData, TraversalAction, with_states, with_surface_tree_downward};
use smithay::wayland::shell::xdg::SurfaceCachedState;

use crate::render::{Piece, SurfacePiece, scaled, surface_to_buffer};
use crate::surface::{self, Content, SurfaceState};
use crate::x11::menus;

/// A toplevel or popup surface and where its window geometry's corner is, in the output's logical space.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Root of the tree.
    pub surface: WlSurface,
    /// Of the surface itself (not of its window geometry), logical.
    pub location: Point<i32, Logical>,
    /// It is larger than its place.
    pub reduced: Option<Reduced>,
}

/// How trees are shown smaller than they are: as what fills one rectangle is shown in another. Where they lie is told as
/// if they were as large as they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reduced {
    /// The window's geometry, as large as it is.
    pub from: Rectangle<i32, Logical>,
    /// Where that is seen.
    pub to: Rectangle<i32, Logical>,
}

impl Reduced {
    /// How many times larger things are than they are seen.
    fn factor(&self) -> Point<f64, Logical> {
        let along = |from: i32, to: i32| f64::from(from.max(1)) / f64::from(to.max(1));
        Point::from((along(self.from.size.w, self.to.size.w), along(self.from.size.h, self.to.size.h)))
    }

    /// Where what is seen at a point would be.
    pub fn back(&self, at: Point<f64, Logical>) -> Point<f64, Logical> {
        let (factor, offset) = (self.factor(), at - self.to.loc.to_f64());
        self.from.loc.to_f64() + Point::from((offset.x * factor.x, offset.y * factor.y))
    }

    /// Where a point is seen.
    pub fn shown(&self, at: Point<f64, Logical>) -> Point<f64, Logical> {
        let (factor, offset) = (self.factor(), at - self.from.loc.to_f64());
        self.to.loc.to_f64() + Point::from((offset.x / factor.x, offset.y / factor.y))
    }
}

/// A surface in sight, and what of the picture is what of it.
#[derive(Debug, Clone, Copy)]
pub struct Spot {
    origin: Point<f64, Logical>,
    location: Point<f64, Logical>,
    reduced: Option<Reduced>,
}

impl Spot {
    /// The place on the surface that is seen at a point of the picture.
    pub fn local(&self, at: Point<f64, Logical>) -> Point<f64, Logical> {
        let at = at - self.origin;
        self.reduced.map_or(at, |reduced| reduced.back(at)) - self.location
    }

    /// Where a place on the surface is seen.
    pub fn shown(&self, local: Point<f64, Logical>) -> Point<f64, Logical> {
        let at = local + self.location;
        self.origin + self.reduced.map_or(at, |reduced| reduced.shown(at))
    }

    /// The same in a space in which the picture begins there.
    pub fn on_screen_at(self, origin: Point<f64, Logical>) -> Self {
        Self { origin, ..self }
    }

    /// Whether it is seen smaller than it is.
    pub fn is_reduced(&self) -> bool {
        self.reduced.is_some()
    }
}

impl Placed {
    /// A tree that is seen as large as it is.
    pub fn new(surface: WlSurface, location: Point<i32, Logical>) -> Self {
        Self { surface, location, reduced: None }
    }

    /// Where a part of its root is seen.
    pub fn shown(&self, part: Rectangle<i32, Logical>) -> Rectangle<i32, Logical> {
        let spot = Spot { origin: Point::default(), location: self.location.to_f64(), reduced: self.reduced };
        let part = part.to_f64();
        let (from, to) = (spot.shown(part.loc), spot.shown(part.loc + part.size));
        let size = to - from;
        Rectangle::new(
            from.to_i32_round(),
            Size::from((size.x.round().max(0.0) as i32, size.y.round().max(0.0) as i32)),
        )
    }

    /// Where one of its surfaces is.
    pub fn spot(&self, of: &WlSurface) -> Option<Spot> {
        let mut found = None;
        walk(self, |surface, _, location| {
            if surface == of {
                let (origin, location) = (Point::default(), location.to_f64());
                found = Some(Spot { origin, location, reduced: self.reduced });
            }
        });
        found
    }
}

/// A popup and the tree under it, front to back: popups of a window before the window.
pub fn with_popups(surface: &WlSurface, geometry_location: Point<i32, Logical>) -> Vec<Placed> {
    let window = window_geometry(surface);
    let mut placed: Vec<Placed> =
        menus::above(surface).into_iter().map(|(menu, offset)| Placed::new(menu, geometry_location + offset)).collect();
    placed.extend(PopupManager::popups_for_surface(surface).map(|(popup, offset)| {
        Placed::new(popup.wl_surface().clone(), geometry_location + offset - popup.geometry().loc)
    }));
    placed.push(Placed::new(surface.clone(), geometry_location - window.loc));
    placed
}

/// The part of a surface tree that counts as the window, without shadows: what the client set, else the surface.
pub fn window_geometry(surface: &WlSurface) -> Rectangle<i32, Logical> {
    with_states(surface, |states| {
        let size = surface::size(states).unwrap_or_default();
        let set = states.cached_state.get::<SurfaceCachedState>().current().geometry;
        set.filter(|geometry| geometry.size.w > 0 && geometry.size.h > 0).unwrap_or_else(|| Rectangle::from_size(size))
    })
}

/// The surface that takes input at `point` (output logical), and the point that its corner would have if it were as large
/// as it is: how far it is from there to `point` is the place on the surface.
pub fn surface_under(placed: &Placed, point: Point<f64, Logical>) -> Option<(WlSurface, Point<f64, Logical>)> {
    let mut found = None;
    let within = placed.reduced.map_or(point, |reduced| reduced.back(point));
    walk(placed, |surface, states, location| {
        let local = within - location.to_f64();
        if found.is_none() && surface::takes_input(states, local) {
            found = Some((surface.clone(), point - local));
        }
    });
    found
}

/// The pieces of a tree, front to back. `clip` (physical) cuts what reaches outside.
pub fn pieces(placed: &Placed, scale: f64, clip: Option<Rectangle<i32, Physical>>, pieces: &mut Vec<Piece>) {
    let mut whole = Vec::new();
    let whole_clip = clip.filter(|_| placed.reduced.is_none());
    walk(placed, |_, states, location| {
        whole.extend(surface::with_state(states, |state| piece(state, location, scale, whole_clip)).flatten());
    });
    match placed.reduced {
        None => pieces.append(&mut whole),
        Some(Reduced { from, to }) => {
            let [from, to] = [from, to].map(|rect| to_physical(rect, scale).to_f64());
            pieces.extend(scaled(&whole, from, to, clip, 1.0));
        }
    }
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
