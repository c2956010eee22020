//! A program that locks the pointer, or keeps it in a region.
//!
//! In force only while the window has the keyboard and the pointer is on the surface, within the region. The user gets out
//! at any time: a key that zooms out takes the window away, a press beside the surface frees the pointer, and so does
//! whoever leaves the browser's own pointer lock. Who clicks on the surface again gives the pointer back to it.

use lcars_ui::hierarchy::OutputId;
use smithay::input::pointer::{PointerHandle, RelativeMotionEvent};
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Point, Rectangle};
use smithay::wayland::compositor::{RectangleKind, RegionAttributes, with_states};
use smithay::wayland::pointer_constraints::{PointerConstraint, with_pointer_constraint};
use streamer::protocol::ToPage;

use crate::services::config::Holder;
use crate::state::State;
use crate::surface;

/// Regions of more rectangles than this are held by letting nothing out of them; a nearest point is not looked for.
const MAX_RECTANGLES: usize = 64;

/// What is kept between one motion and the next.
#[derive(Debug, Default)]
pub(crate) struct Constraints {
    /// The user took the pointer from this surface.
    freed: Option<WlSurface>,
    /// Where a hand is that tells places, which are further away than a locked pointer.
    hand: Option<Point<f64, Logical>>,
    /// Something has moved the pointer; until then it is nowhere.
    somewhere: bool,
    /// Pages of this screen were told that the pointer is locked.
    told: Option<OutputId>,
}

/// A constraint that is in force.
struct InForce {
    surface: WlSurface,
    locked: bool,
    region: Option<RegionAttributes>,
}

impl State {
    /// Whether nothing has moved the pointer yet, so that it is over nothing.
    pub(super) fn pointer_is_nowhere(&self) -> bool {
        !self.constraints.somewhere
    }

    /// The pointer is somewhere from now on.
    pub(super) fn pointer_appears(&mut self) {
        self.constraints.somewhere = true;
    }

    /// What holds the pointer, if something does.
    fn constraint(&self, pointer: &PointerHandle<Self>) -> Option<InForce> {
        let surface = pointer.current_focus()?;
        let (locked, region) = with_pointer_constraint(&surface, pointer, |constraint| {
            let constraint = constraint.filter(|constraint| constraint.is_active())?;
            Some((matches!(*constraint, PointerConstraint::Locked(_)), constraint.region().cloned()))
        })?;
        Some(InForce { surface, locked, region })
    }

    /// Whether a program holds the pointer where it is.
    pub fn pointer_is_locked(&self) -> bool {
        let pointer = self.seat.get_pointer();
        pointer.and_then(|pointer| self.constraint(&pointer)).is_some_and(|held| held.locked)
    }

    /// The hand is at this place. Tells how far it moved, and lets through only what no program holds back.
    pub(super) fn hand_moved(
        &mut self,
        pointer: &PointerHandle<Self>,
        to: Point<f64, Logical>,
        utime: u64,
    ) -> Option<Point<f64, Logical>> {
        // Out of nowhere is no distance either.
        let before = || if self.pointer_is_nowhere() { to } else { pointer.current_location() };
        let from = self.constraints.hand.unwrap_or_else(before);
        self.constraints.hand = Some(to);
        // From one screen to another is no distance.
        let delta = if self.screens.at(from).id == self.screens.at(to).id { to - from } else { Point::default() };
        self.tell_distance(pointer, delta, delta, utime);
        self.held_back(pointer, to)
    }

    /// Something moved by this much. Tells so, and lets through only what no program holds back.
    pub(super) fn hand_pushed(
        &mut self,
        pointer: &PointerHandle<Self>,
        (delta, unaccelerated): (Point<f64, Logical>, Point<f64, Logical>),
        utime: u64,
    ) -> Option<Point<f64, Logical>> {
        self.constraints.hand = None;
        let from = pointer.current_location();
        self.tell_distance(pointer, delta, unaccelerated, utime);
        let to = self.clamp(from, from + delta);
        self.held_back(pointer, to)
    }

    fn tell_distance(
        &mut self,
        pointer: &PointerHandle<Self>,
        delta: Point<f64, Logical>,
        delta_unaccel: Point<f64, Logical>,
        utime: u64,
    ) {
        if delta != Point::default() || delta_unaccel != Point::default() {
            let focus = self.surface_at(pointer.current_location());
            pointer.relative_motion(self, focus, &RelativeMotionEvent { delta, delta_unaccel, utime });
        }
    }

    /// Where the pointer may go on its way to a place; nowhere while it is locked.
    fn held_back(&mut self, pointer: &PointerHandle<Self>, to: Point<f64, Logical>) -> Option<Point<f64, Logical>> {
        let Some(held) = self.constraint(pointer) else { return Some(to) };
        if held.locked {
            pointer.frame(self);
            return None;
        }
        let from = pointer.current_location();
        let on_it = self.surface_at(from).is_some_and(|(surface, _)| surface == held.surface);
        let Some(spot) = self.spot_of(&held.surface, from).filter(|_| on_it) else { return Some(to) };
        let inside = |at: Point<f64, Logical>| within(&held.surface, held.region.as_ref(), at);
        let rects = rectangles(&held.surface, held.region.as_ref());
        Some(spot.shown(nearest(spot.local(to), &rects, inside).unwrap_or(spot.local(from))))
    }

    /// A button goes down: at a place that is not the constrained surface it means that place.
    pub(super) fn press_frees(&mut self, pointer: &PointerHandle<Self>) {
        let Some(held) = self.constraint(pointer) else {
            // Whoever clicks on it gives it the pointer back.
            self.constraints.freed = None;
            return;
        };
        let Some(hand) = self.constraints.hand else { return };
        if self.surface_at(hand).is_none_or(|(surface, _)| surface != held.surface) {
            self.free_pointer();
            self.move_pointer(hand, self.clock.now().as_millis());
        }
    }

    /// The user wants the pointer back, until the next click on the surface that has it.
    pub fn free_pointer(&mut self) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        let Some(held) = self.constraint(&pointer) else { return };
        deactivate(&held.surface, &pointer);
        self.constraints.freed = Some(held.surface);
    }

    /// A program says where it draws the pointer that is locked: there it is when it is let go.
    pub(crate) fn pointer_hinted(&mut self, surface: &WlSurface, location: Point<f64, Logical>) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        let held = self.constraint(&pointer).filter(|held| held.locked && held.surface == *surface);
        if held.is_some()
            && let Some(to) = self.on_own_surface(surface, pointer.current_location(), location)
        {
            pointer.set_location(to);
        }
    }

    /// Where a place on a surface is seen, if the pointer is over that surface and would be there, too.
    pub(crate) fn on_own_surface(
        &self,
        surface: &WlSurface,
        from: Point<f64, Logical>,
        place: Point<f64, Logical>,
    ) -> Option<Point<f64, Logical>> {
        let under = |at| self.surface_at(at).is_some_and(|(under, _)| under == *surface);
        let to = self.spot_of(surface, from).filter(|_| under(from))?.shown(place);
        under(to).then_some(to)
    }

    /// Runs after every turn of the loop: puts constraints into force and ends them, and tells the pages.
    pub(crate) fn keep_constraints(&mut self) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        let focus = pointer.current_focus();
        self.constraints.freed.take_if(|freed| Some(&*freed) != focus.as_ref() || !freed.is_alive());
        let mut locked = false;
        if let Some(surface) = focus {
            let known = with_pointer_constraint(&surface, &pointer, |constraint| {
                constraint.map(|constraint| {
                    let locks = matches!(*constraint, PointerConstraint::Locked(_));
                    (constraint.is_active(), locks, constraint.region().cloned())
                })
            });
            if let Some((active, locks, region)) = known {
                let may = self.may_constrain(&surface);
                let in_force = may && (active || self.constrain(&surface, &pointer, region.as_ref()));
                locked = locks && in_force;
                if active && !may {
                    deactivate(&surface, &pointer);
                } else if active && !locks {
                    self.bring_back(&pointer);
                }
            }
        }
        self.tell_lock(locked.then_some(self.pointer_on));
    }

    fn may_constrain(&mut self, surface: &WlSurface) -> bool {
        let window = self.shell.window_of(surface);
        let focused = window.is_some() && window == self.shell.focused() && self.holder() == Holder::Window;
        focused && self.constraints.freed.as_ref() != Some(surface)
    }

    /// Puts a constraint into force if the pointer is where it has to be.
    fn constrain(&self, surface: &WlSurface, pointer: &PointerHandle<Self>, region: Option<&RegionAttributes>) -> bool {
        let location = pointer.current_location();
        let under = self.surface_at(location).filter(|(under, _)| under == surface);
        let inside = under.is_some_and(|(_, origin)| within(surface, region, location - origin));
        if inside {
            with_pointer_constraint(surface, pointer, |constraint| {
                constraint.into_iter().for_each(|constraint| constraint.activate());
            });
        }
        inside
    }

    /// The region may have changed around a confined pointer.
    fn bring_back(&mut self, pointer: &PointerHandle<Self>) {
        let location = pointer.current_location();
        if let Some(to) = self.held_back(pointer, location).filter(|to| *to != location) {
            self.move_pointer(to, self.clock.now().as_millis());
        }
    }

    fn tell_lock(&mut self, locked: Option<OutputId>) {
        let told = std::mem::replace(&mut self.constraints.told, locked);
        if told == locked {
            return;
        }
        for (screen, locked) in told.map(|told| (told, false)).into_iter().chain(locked.map(|on| (on, true))) {
            if let Some(stream) = self.screens.get(screen).and_then(|screen| screen.stream.as_ref()) {
                stream.broadcast(ToPage::PointerLock { locked });
            }
        }
    }
}

fn deactivate(surface: &WlSurface, pointer: &PointerHandle<State>) {
    with_pointer_constraint(surface, pointer, |constraint| {
        constraint
            .filter(|constraint| constraint.is_active())
            .into_iter()
            .for_each(|constraint| constraint.deactivate());
    });
}

/// Whether a constraint of a surface holds at a point of it.
fn within(surface: &WlSurface, region: Option<&RegionAttributes>, at: Point<f64, Logical>) -> bool {
    region.is_none_or(|region| region.contains(at.to_i32_floor()))
        && with_states(surface, |states| surface::takes_input(states, at))
}

/// What a region is made of, within the surface.
fn rectangles(surface: &WlSurface, region: Option<&RegionAttributes>) -> Vec<Rectangle<i32, Logical>> {
    let whole = Rectangle::from_size(with_states(surface, surface::size).unwrap_or_default());
    match region {
        None => vec![whole],
        Some(region) if region.rects.len() > MAX_RECTANGLES => Vec::new(),
        Some(region) => {
            let added = region.rects.iter().filter(|(kind, _)| matches!(kind, RectangleKind::Add));
            added.filter_map(|(_, rect)| whole.intersection(*rect)).collect()
        }
    }
}

/// The point nearest to `to` that is `inside`: itself, or the nearest one of a rectangle.
fn nearest(
    to: Point<f64, Logical>,
    rects: &[Rectangle<i32, Logical>],
    inside: impl Fn(Point<f64, Logical>) -> bool,
) -> Option<Point<f64, Logical>> {
    if inside(to) {
        return Some(to);
    }
    // The right and bottom edges are no part of a rectangle.
    let along = |at: f64, from: i32, length: i32| {
        let (from, last) = (f64::from(from), f64::from(from.saturating_add(length)) - 1.0 / 256.0);
        at.clamp(from, last.max(from))
    };
    let distance = |at: &Point<f64, Logical>| (at.x - to.x).powi(2) + (at.y - to.y).powi(2);
    let reachable = rects
        .iter()
        .map(|rect| Point::from((along(to.x, rect.loc.x, rect.size.w), along(to.y, rect.loc.y, rect.size.h))));
    reachable.filter(|at| inside(*at)).min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_outside_goes_to_the_nearest_part() {
        let rects = [Rectangle::new((0, 0).into(), (10, 10).into()), Rectangle::new((100, 0).into(), (10, 10).into())];
        let inside = |at: Point<f64, Logical>| rects.iter().any(|rect| rect.to_f64().contains(at));
        assert_eq!(nearest((5.0, 5.0).into(), &rects, inside), Some((5.0, 5.0).into()));
        assert_eq!(nearest((-7.0, 5.0).into(), &rects, inside), Some((0.0, 5.0).into()));
        assert_eq!(nearest((90.0, 3.0).into(), &rects, inside), Some((100.0, 3.0).into()));
        let right = nearest((500.0, 3.0).into(), &rects, inside).unwrap();
        assert!(right.x < 110.0 && right.x > 109.9, "{right:?}");
    }

    #[test]
    fn a_region_that_is_nowhere_leads_nowhere() {
        assert_eq!(nearest((5.0, 5.0).into(), &[], |_| false), None);
        let empty = [Rectangle::new((i32::MAX, 0).into(), (0, 0).into())];
        assert_eq!(nearest((f64::MAX, 5.0).into(), &empty, |_| false), None);
    }
}
