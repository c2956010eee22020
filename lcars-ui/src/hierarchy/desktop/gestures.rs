//! Pinch and wheel: fingers move a camera as far as they like, over as many levels as they like, and let go of it. The
//! path follows when they do.

use std::time::Duration;

use super::super::id::{NodeId, ViewportId};
use super::{Desktop, Path};
use crate::camera::Pose;
use crate::operation::{Effects, Refused};

impl Desktop {
    /// Fingers take hold of a viewport's camera. `into` is the tile below them, which is to grow if they spread;
    /// the selected one if it is none.
    pub fn grab(&mut self, viewport: ViewportId, into: Option<NodeId>, now: Duration) -> Result<(), Refused> {
        let held = self.viewports.get(&viewport).ok_or(Refused::NoSuchViewport { viewport })?;
        let (mut stops, into_route) = match held.camera.pose(now) {
            Pose::Rest(path) | Pose::Fade { to: path, .. } => (vec![path], 0.0),
            Pose::Zoom { outer, inner, progress } => (vec![outer, inner], progress),
        };
        stops.retain(|path| self.tree.is_valid(path));
        if let Some(node) = into.filter(|node| !self.tree.contains(*node)) {
            return Err(Refused::NoSuchNode { node });
        }
        if stops.is_empty() {
            stops.push(held.path.clone());
        }
        let into_route = if stops.len() == 2 { into_route } else { 0.0 };
        let into = into.or(held.selected);
        while let Some(further_in) = stops.last().and_then(|place| self.way_in(place, into)) {
            stops.push(further_in);
        }
        let outwards: Vec<Path> =
            std::iter::successors(stops.first().and_then(|place| self.tree.exit(place)), |place| self.tree.exit(place))
                .collect();
        let position = outwards.len() as f64 + into_route;
        let route = outwards.into_iter().rev().chain(stops).collect();
        let motion = self.motion;
        if let Some(held) = self.viewports.get_mut(&viewport) {
            held.camera.hold(route, position, motion, now);
        }
        Ok(())
    }

    /// Fingers that hold a viewport's camera move it by so many levels, inwards where positive.
    pub fn pull(&mut self, viewport: ViewportId, amount: f64, _now: Duration) -> Result<(), Refused> {
        let held = self.viewports.get_mut(&viewport).ok_or(Refused::NoSuchViewport { viewport })?;
        if !amount.is_finite() {
            return Err(Refused::NotFinite);
        }
        if held.camera.pull(amount) { Ok(()) } else { Err(Refused::NoGesture) }
    }

    /// Fingers let go of a viewport's camera at a speed in levels a second. It goes to the nearest place that way, and
    /// further where they were fast. A speed that is no number is none.
    pub fn release(&mut self, viewport: ViewportId, velocity: f64, now: Duration) -> Result<Effects, Refused> {
        let timing = self.timing;
        let held = self.viewports.get_mut(&viewport).ok_or(Refused::NoSuchViewport { viewport })?;
        let to = held.camera.release(velocity, now, &timing).ok_or(Refused::NoGesture)?;
        self.arrive(viewport, &to);
        Ok(self.settle(None, now))
    }

    /// One zoom further in: to that tile if it is one here, else where it usually goes.
    fn way_in(&self, place: &Path, into: Option<NodeId>) -> Option<Path> {
        let children = self.tree.children(place);
        let meant = into.filter(|node| children.contains(node));
        self.tree.entrance(meant.or_else(|| self.tree.usual_child(place))?)
    }
}
