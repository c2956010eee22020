//! From one directory to another.

use super::super::super::build::{Builder, faded};
use super::super::super::frame::rect_between;
use super::super::super::zoom::{Bounds, Ride, add, set_apart};
use super::Shown;
use super::plan::Plan;
use super::tile::tiles;
use crate::files::{self, Stop};
use crate::geometry::Rect;
use crate::interface::files::TILE;
use crate::scene::{Cut, Key};

/// In a zoom neighbours fade with this power of what is left of the way.
const FADE: f64 = 0.8;
/// From here on what is in a directory appears in its growing tile.
const APPEARS: f64 = 0.25;

/// Between two directories: the tile of the inner one grows over the outer one, and what is in it appears in it.
pub(super) fn zoom(b: &mut Builder, shown: &Shown, (outer, inner): (&Stop, &Stop), progress: f64) {
    let (plan, own) = (&shown.plan, shown.own);
    let p = progress.clamp(0.0, 1.0);
    let from = tile_of(b, plan, outer, inner);
    let now = rect_between(from, plan.list, p);
    let bounds = Bounds { pane: plan.list, clip: plan.list };
    let child = files::step_towards(&outer.listing, &inner.listing).map(|name| name.id());
    let around = b.sketch(|b| tiles(b, shown, outer));
    let (grown, around): (Vec<_>, Vec<_>) = around.into_iter().partition(|primitive| {
        let key = primitive.key();
        key.part == TILE && Some(key.of) == child
    });
    add(b, around, Some(Ride::onto(from, now, true)), (1.0 - p).powf(FADE), bounds);
    let key = Key::part("files-zoom");
    let round = b.px(16.0);
    let seen = now.meet(plan.list);
    b.fill(key, seen, [round; 4], b.theme.track.mix(b.theme.bg, p));
    let line = b.m.ring;
    let hollow = Rect::new(now.x + line, now.y + line, now.w - 2.0 * line, now.h - 2.0 * line);
    let cut = Cut { rect: hollow, radii: [(round - line).max(0.0); 4] };
    b.cut(key.piece(1), seen, [round; 4], cut, faded(own, 1.0 - p));
    add(b, grown, Some(Ride::onto(from, now, false)), 1.0 - 3.0 * p, bounds);
    let opacity = (p - APPEARS) / (1.0 - APPEARS);
    let inside = b.sketch(|b| tiles(b, shown, inner));
    let before = b.scene.len();
    add(b, inside, Some(Ride::onto(plan.list, now, false)), opacity, Bounds { pane: seen, clip: seen });
    set_apart(b, before);
}

/// The tile of a directory that leads to another; in the middle where it is not in sight.
fn tile_of(b: &Builder, plan: &Plan, outer: &Stop, inner: &Stop) -> Rect {
    let child = files::step_towards(&outer.listing, &inner.listing);
    let in_sight = plan.in_sight(outer.top, outer.order.len());
    let is_it = |place: &usize| {
        let entry = outer.order.get(*place).and_then(|place| outer.listing.entries.get(*place as usize));
        entry.is_some_and(|entry| Some(&entry.name) == child.as_ref())
    };
    let found = in_sight.into_iter().find(is_it).map(|place| plan.place(b, place, outer.top));
    found.unwrap_or_else(|| {
        let (w, h) = plan.tile;
        Rect::new(plan.list.x + (plan.list.w - w) / 2.0, plan.list.y + (plan.list.h - h) / 2.0, w, h)
    })
}

/// A directory at rest, where no ground covers what reaches over its room.
pub(super) fn clipped(b: &mut Builder, shown: &Shown, stop: &Stop) {
    let list = shown.plan.list;
    let picture = b.sketch(|b| tiles(b, shown, stop));
    add(b, picture, None, 1.0, Bounds { pane: list, clip: list });
}

/// One directory fades into another.
pub(super) fn fade(b: &mut Builder, shown: &Shown, from: &Stop, to: &Stop, progress: f64) {
    let list = shown.plan.list;
    for (stop, opacity, inner) in [(from, 1.0 - progress, false), (to, progress, true)] {
        let picture = b.sketch(|b| tiles(b, shown, stop));
        let before = b.scene.len();
        add(b, picture, None, opacity, Bounds { pane: list, clip: list });
        if inner {
            set_apart(b, before);
        }
    }
}
