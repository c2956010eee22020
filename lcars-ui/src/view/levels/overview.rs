//! Level 1: all sectors, as miniatures of their hubs.

use super::super::build::Builder;
use super::super::frame::{Frame, Span};
use super::super::map;
use super::super::pane::{Pane, Rail};
use super::super::rail;
use super::rail_frame::{self, Parent};
use super::{Without, draw_tiles, frame_colour, title_colour};
use crate::geometry::Rect;
use crate::hierarchy::{Grid, Level, Path, SECTOR_TILE};
use crate::scene::Key;
use crate::semantics::{Node, Role};

/// A pane that is narrower than this has no room for the whole title, in the measures' own pixels.
const LEAST_GLOBAL: f64 = 1120.0;
/// The height of a cell for the map below the tiles.
const CELL: f64 = 288.0;
/// A cell that is lower than this would hold no map.
const LEAST_CELL: f64 = 168.0;

pub(super) fn frame(b: &Builder, pane: &Pane) -> Frame {
    let wide = pane.rail == Rail::Full && pane.frame.w >= LEAST_GLOBAL * b.factor();
    let words = if wide { "GLOBAL OVERVIEW" } else { "OVERVIEW" };
    let spans = vec![Span::new(words, title_colour(b, pane))];
    rail_frame::lay_out(b, pane, &Path::root(), frame_colour(b, pane, &Path::root()), spans)
}

fn grid(b: &Builder, pane: &Pane) -> Grid {
    let (room, gaps) = (pane.content(b, Level::Overview), pane.tile_gaps(b, Level::Overview));
    Grid { room, gaps, least: b.m.tile_least, aspect: SECTOR_TILE * pane.tallness(b, 1.5), step: b.m.unit }
}

pub(super) fn tiles(b: &Builder, pane: &Pane, count: usize) -> Vec<Rect> {
    grid(b, pane).place(count)
}

pub(super) fn draw(b: &mut Builder, pane: &Pane, path: &Path, without: Without) {
    let parent = pane.inputs.portal.then_some(Parent::PORTAL);
    rail_frame::draw(b, pane, path, frame(b, pane), without, parent);
    rail::draw(b, pane, Level::Overview);
    let tiles = super::tiles(b, pane, path);
    let content = pane.content(b, Level::Overview);
    let list = b.node(Node::new(Key::part("sectors"), Role::Group, "SECTORS", content));
    b.within(list, |b| draw_tiles(b, pane, path, without));
    if let Some(cell) = free_cell(b, content, &tiles.iter().map(|(_, rect)| *rect).collect::<Vec<_>>()) {
        map::draw(b, pane, cell);
    }
}

/// The heading of the notices, where they are in view.
pub(in crate::view) fn notices(b: &Builder, pane: &Pane) -> Option<Rect> {
    if pane.rail == Rail::None {
        return None;
    }
    let tiles = super::tiles(b, pane, &Path::root());
    let tiles: Vec<Rect> = tiles.into_iter().map(|(_, rect)| rect).collect();
    map::notices_in(b, free_cell(b, pane.content(b, Level::Overview), &tiles)?)
}

/// The place right of the last tile, where the grid has one, else one below the tiles.
fn free_cell(b: &Builder, content: Rect, tiles: &[Rect]) -> Option<Rect> {
    let (first, last) = (tiles.first()?, tiles.last()?);
    let gap = tiles.get(1).filter(|second| second.y == first.y).map_or(first.w, |second| second.x - first.right());
    let x = last.right() + gap;
    let room = content.right() - x;
    let cell = |top: f64, bottom: f64| Rect::from_edges(content.right() - first.w, top, content.right(), bottom);
    if room >= first.w - 1.0 {
        return Some(cell(last.y, last.bottom()));
    }
    let top = last.bottom() + gap.max(b.m.gap);
    (content.bottom() - top >= b.px(LEAST_CELL)).then(|| cell(top, content.bottom().min(top + b.px(CELL))))
}
