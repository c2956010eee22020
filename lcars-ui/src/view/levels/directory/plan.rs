//! Where the parts of a hub's files go.

use super::super::super::build::Builder;
use super::super::super::pane::{Pane, Rail};
use crate::files::Shape as Tiles;
use crate::geometry::Rect;
use crate::hierarchy::Level;

/// A tile, in the measures' own pixels; none is narrower.
const WIDTH: f64 = 128.0;
/// The same in a pane with little room.
const NARROW: f64 = 96.0;
/// How high it is.
pub(super) const HEIGHT: f64 = 136.0;
/// The bar of the pick mode.
const BAR: f64 = 32.0;
/// From the rule above the details to the pills below them.
const DETAILS: f64 = 88.0;
/// A content that is lower than this has no details.
const LEAST_DETAILED: f64 = 420.0;
/// A content that is lower than this has no pills.
const LEAST_PILLS: f64 = 200.0;

/// Where everything goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub path: Rect,
    pub bar: Option<Rect>,
    pub list: Rect,
    pub details: Option<Rect>,
    pub pills: Option<Rect>,
    pub tile: (f64, f64),
    pub gap: f64,
    pub shape: Tiles,
}

/// How large tiles are, and how many there is room for, when none is narrower than `least`.
fn tiles(b: &Builder, list: Rect, least: f64) -> ((f64, f64), Tiles) {
    let gap = b.m.gap;
    let columns = ((list.w + gap) / (least + gap) + 1e-6).floor().clamp(1.0, 64.0);
    let height = b.px(HEIGHT).min(list.h.max(1.0));
    let rows = ((list.h + gap) / (height + gap) + 1e-6).floor().clamp(1.0, 64.0);
    let width = ((list.w + gap) / columns - gap).max(1.0);
    // Both were clamped to what a usize holds.
    ((width, height), Tiles { columns: columns as usize, rows: rows as usize })
}

/// What there is room for: a path stands a little nearer to the frame than tiles do.
pub(super) fn room(b: &Builder, pane: &Pane) -> Rect {
    let content = pane.content(b, Level::Hub);
    let higher = if pane.rail == Rail::Full { b.m.gap } else { 0.0 };
    Rect::from_edges(content.x, content.y - higher, content.right(), content.bottom())
}

impl Plan {
    pub fn new(b: &Builder, pane: &Pane, picking: bool) -> Self {
        let content = room(b, pane);
        let (gap, chip) = (b.m.gap, pane.chip(b));
        let path = Rect::from_edges(content.x, content.y, content.right(), content.y + chip);
        let high = |least: f64| content.h >= least * b.factor();
        let spacious = if pane.rail == Rail::Full { 2.0 * gap } else { gap };
        let bar = picking.then(|| Rect::new(content.x, path.bottom() + gap, content.w, b.px(BAR)));
        let top = bar.map_or(path.bottom(), |bar| bar.bottom()) + spacious;
        let pills = high(LEAST_PILLS)
            .then(|| Rect::from_edges(content.x, content.bottom() - chip, content.right(), content.bottom()));
        let mut bottom = pills.map_or(content.bottom(), |pills| pills.y - spacious);
        let details = pills.filter(|_| high(LEAST_DETAILED) && pane.rail != Rail::Slim).map(|pills| {
            let rule = pills.y - b.px(DETAILS);
            bottom = rule - spacious;
            Rect::from_edges(content.x, rule, content.right(), pills.y - gap)
        });
        let list = Rect::from_edges(content.x, top, content.right(), bottom.max(top));
        let least = b.px(if pane.rail == Rail::Slim { NARROW } else { WIDTH });
        let (tile, shape) = tiles(b, list, least);
        Self { path, bar, list, details, pills, tile, gap, shape }
    }

    /// Tiles alone, in a place of their own.
    pub fn within(b: &Builder, list: Rect) -> Self {
        let (tile, shape) = tiles(b, list, b.px(NARROW.midpoint(WIDTH)));
        Self { path: Rect::default(), bar: None, list, details: None, pills: None, tile, gap: b.m.gap, shape }
    }

    pub fn pitch(&self) -> f64 {
        self.tile.1 + self.gap
    }

    /// A tile by its place, with that many rows scrolled off.
    pub fn place(&self, b: &Builder, place: usize, top: f64) -> Rect {
        let (column, row) = (place % self.shape.columns, place / self.shape.columns);
        let left = |column: usize| b.snap(self.list.x + column as f64 * (self.tile.0 + self.gap));
        let y = b.snap(self.list.y + (row as f64 - top) * self.pitch());
        Rect::from_edges(left(column), y, left(column + 1) - self.gap, y + self.tile.1)
    }

    /// The places that are in sight, also in part, with that many rows scrolled off.
    pub fn in_sight(&self, top: f64, count: usize) -> std::ops::Range<usize> {
        let first = top.max(0.0).floor() as usize;
        let whole = (top - top.floor()).abs() < 1e-9;
        let rows = self.shape.rows + usize::from(!whole);
        let at = |row: usize| row.saturating_mul(self.shape.columns).min(count);
        at(first)..at(first.saturating_add(rows))
    }
}
