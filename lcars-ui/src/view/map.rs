//! What fills the free cell of the overview: what was last said, and a map of everything there is.

use std::ops::Range;

use super::build::{Builder, Shape, Text, faded};
use super::metrics::label_width;
use super::pane::Pane;
use super::tile::counted;
use crate::geometry::Rect;
use crate::hierarchy::{App, HubMode, Level, NodeId, Path, Sector};
use crate::operation::Operation;
use crate::scene::{Align, Key};
use crate::semantics::{Action, Node, Role};
use crate::theme::Colour;

/// The map: the bar of the root, a block a sector, rows of blocks for apps with ticks for windows.
const MAP: f64 = 124.0;
/// The line above the map.
const MAP_TITLE: f64 = 28.0;
/// The heading of the notices.
const HEADING: f64 = 40.0;
/// One notice with its gap.
const NOTICE: f64 = 36.0;
/// A narrower cell stays empty.
const LEAST_CELL: f64 = 160.0;
/// How many columns of apps a sector's column has.
const APP_COLUMNS: usize = 3;
/// How much of a colour is seen below the sectors.
const DEEPER: f64 = 0.75;

/// The small map takes no more of the bar that it lies in.
const MOST_OF_BAR: f64 = 0.7;
/// And has no more ticks for the apps of a sector.
const MOST_TICKS: usize = 6;

/// The same where the terminals of a hub are on the bar.
const MOST_BESIDE_TABS: f64 = 0.4;

/// Which sectors the small map of a place has, and how wide it is with the gap before it. Of more than there is room for
/// it has those around the one that is shown.
fn plan_small(b: &Builder, pane: &Pane, path: &Path, bar: Rect) -> Option<(Range<usize>, f64)> {
    let sectors = &pane.inputs.desktop.tree().sectors;
    let here = match path.level() {
        Level::Log => Some(0),
        _ => sectors.iter().position(|sector| path.sector() == Some(sector.id)),
    };
    let here = here.filter(|_| pane.inputs.map)?;
    let tabs = path.level() == Level::Hub && pane.mode() == HubMode::Command;
    let most = if tabs { MOST_BESIDE_TABS } else { MOST_OF_BAR };
    // Truncation is meant: a block that is cut off could not be met.
    let fitting = (most * bar.w / small_step(b)).floor().max(0.0) as usize;
    let count = sectors.len().min(fitting);
    let high = bar.bottom() + b.m.gap - pane.rect.y >= b.m.hit_min;
    let first = here.saturating_sub(count / 2).min(sectors.len() - count);
    (count > 1 && high).then(|| (first..first + count, count as f64 * small_step(b) - b.m.tile_inner_gap + b.m.gap))
}

/// From one block to the next: a finger meets each.
fn small_step(b: &Builder) -> f64 {
    b.snap(b.m.hit_min.max(b.px(40.0)))
}

/// What the small map leaves of a place's top bar.
pub(super) fn beside_small(b: &Builder, pane: &Pane, path: &Path, bar: Rect) -> Rect {
    let width = plan_small(b, pane, path, bar).map_or(0.0, |(_, width)| width);
    Rect { w: bar.w - width, ..bar }
}

/// The map of a hub or a window: at the right end of the top bar a block for each sector, to jump there, with a tick for
/// each of its apps.
pub(super) fn draw_small(b: &mut Builder, pane: &Pane, path: &Path, bar: Rect) {
    let Some((shown, width)) = plan_small(b, pane, path, bar) else { return };
    let all = Rect::from_edges(bar.right() - width, bar.y, bar.right(), bar.bottom());
    let key = Key::part("small-map");
    b.fill(key, all, [0.0; 4], b.theme.bg);
    let left = all.x + b.m.gap;
    let mut group = Node::new(key, Role::Group, "MAP", Rect::from_edges(left, all.y, all.right(), all.bottom()));
    group.value = Some(format!("YOU ARE AT LEVEL {}", path.level().label()));
    let group = b.node(group);
    let sectors = pane.inputs.desktop.tree().sectors.get(shown).unwrap_or_default();
    let (step, width) = (small_step(b), small_step(b) - b.m.tile_inner_gap);
    b.within(group, |b| {
        for (place, sector) in sectors.iter().enumerate() {
            let rect = Rect::new(left + place as f64 * step, bar.y, width, bar.h);
            let shape = match place {
                0 => Shape::RoundLeft,
                _ if place + 1 == sectors.len() => Shape::RoundRight,
                _ => Shape::Block,
            };
            small_sector(b, pane, path, sector, (rect, shape));
        }
    });
}

fn small_sector(b: &mut Builder, pane: &Pane, path: &Path, sector: &Sector, (rect, shape): (Rect, Shape)) {
    let key = Key::of("small-map-sector", sector.id.get());
    let own = b.theme.sector(sector.colour.number());
    let here = path.sector() == Some(sector.id);
    let colour = b.tint(key, if here { b.theme.focus } else { faded(own, DEEPER) });
    let radii = shape.radii(rect);
    b.fill(key, rect, radii, colour);
    let (side, apart) = (b.px(4.0), b.px(5.0));
    let count = sector.apps.len().min(MOST_TICKS);
    let mut x = b.snap(rect.x + (rect.w - (count as f64 * apart - (apart - side))) / 2.0);
    for (app, piece) in sector.apps.iter().take(count).zip(1..) {
        let height = if path.app() == Some(app.id) { 4.0 * side } else { 2.0 * side };
        let tick = Rect::new(x, rect.bottom() - b.px(6.0) - height, side, height);
        b.fill(key.piece(piece), tick, [0.0; 4], b.theme.on_fill);
        x += apart;
    }
    b.ring(key, rect, radii);
    let mut node = Node::new(key, Role::Button, format!("GO TO {}", super::build::caption(&sector.name)), rect);
    let half = b.m.tile_inner_gap / 2.0;
    node.hit = Rect::from_edges(rect.x - half, pane.rect.y, rect.right() + half, rect.bottom() + b.m.gap);
    node.value = Some(counted(sector.apps.len(), "APP"));
    node.states.selected = here;
    node.action = Some(Action::Do(Operation::Jump { to: Some(sector.id.into()) }));
    b.node(node);
}

/// The heading of the notices in a cell that has room for them.
pub(super) fn notices_in(b: &Builder, cell: Rect) -> Option<Rect> {
    let room = cell.h - b.px(MAP + MAP_TITLE + 16.0);
    (room >= b.px(HEADING + NOTICE) && cell.w >= b.px(LEAST_CELL)).then(|| notices_heading(b, cell))
}

fn notices_heading(b: &Builder, cell: Rect) -> Rect {
    Rect::new(cell.x, cell.y, cell.w, b.px(24.0))
}

/// Fills a cell with as much as there is room for.
pub(super) fn draw(b: &mut Builder, pane: &Pane, cell: Rect) {
    let (map, title) = (b.px(MAP), b.px(MAP_TITLE));
    if cell.h < map + title || cell.w < b.px(LEAST_CELL) {
        return;
    }
    let with_notices = notices_in(b, cell).is_some();
    let top = if with_notices { cell.bottom() - map } else { cell.y + title + b.px(12.0) };
    if with_notices {
        let bottom = top - title - b.px(16.0);
        notices(b, pane, Rect::from_edges(cell.x, cell.y, cell.right(), bottom));
    }
    let heading = Rect::from_edges(cell.x, top - title, cell.right(), top - b.px(4.0));
    let key = Key::part("map");
    let cap = b.m.cap_small;
    b.text(key, Text::label(heading, "MAP", cap, b.theme.text_muted));
    let here = "YOU ARE AT LEVEL 1";
    if label_width(here, cap) + label_width("MAP", cap) + b.px(24.0) <= cell.w && pane.focused {
        b.text(key.piece(1), Text::label(heading, here, cap, b.theme.focus).aligned(Align::Right));
    }
    draw_map(b, pane, Rect::new(cell.x, top, cell.w, (cell.bottom() - top).min(b.px(MAP + 60.0))));
    let mut node = Node::new(key, Role::Img, "MAP", Rect::from_edges(cell.x, heading.y, cell.right(), cell.bottom()));
    node.value = Some(String::from(here));
    b.node(node);
}

fn notices(b: &mut Builder, pane: &Pane, rect: Rect) {
    let alerts = &pane.inputs.interface.alerts;
    let all = alerts.log().count();
    let key = Key::part("notices");
    let heading = notices_heading(b, rect);
    let words = if all == 0 { String::from("NO NOTICES") } else { counted(all, "NOTICE") };
    let colour = if all == 0 { b.theme.text_muted } else { b.theme.title };
    let colour = b.tint(key, colour);
    b.text(key, Text::label(heading, words.as_str(), b.m.cap_tile, colour));
    b.ring(key, heading, [0.0; 4]);
    let mut node = Node::new(key, Role::Button, words, heading);
    let height = b.px(HEADING + 2.0).max(b.m.hit_min);
    node.hit = Rect { y: rect.y - b.px(8.0), h: height, ..rect };
    node.action = Some(Action::Do(Operation::Jump { to: Some(NodeId::Log) }));
    let group = b.node(node);
    // Truncation is meant: as many as fit.
    let fitting = ((rect.h - b.px(HEADING - 8.0)) / b.px(NOTICE)).floor().max(0.0) as usize;
    b.within(group, |b| {
        for (place, alert) in alerts.log().take(fitting.min(6)).enumerate() {
            let top = rect.y + b.px(HEADING) + place as f64 * b.px(NOTICE);
            let key = Key::of("notice", alert.id);
            let sector = alert.sector.and_then(|id| pane.inputs.desktop.tree().sector(id));
            let colour = sector.map_or(b.theme.info, |sector| b.theme.sector(sector.colour.number()));
            let word = sector.map_or_else(|| String::from(alert.level.word()), |one| super::build::caption(&one.name));
            let (height, block) = (b.px(28.0), b.px(88.0).min(0.3 * rect.w));
            let block = Rect::new(rect.x, top, block, height);
            b.fill(key, block, [0.0; 4], colour);
            let inner = Rect::from_edges(block.x + b.px(4.0), block.y, block.right() - b.px(10.0), block.bottom());
            let text = Text::label(inner, word, b.m.cap_small, b.theme.on_fill).aligned(Align::Right);
            b.text(key.piece(1), text);
            let bar = Rect::new(block.right() + b.px(4.0), top, b.px(4.0), height);
            b.fill(key.piece(2), bar, [0.0; 4], colour);
            let line = Rect::from_edges(bar.right() + b.px(12.0), top, rect.right(), top + height);
            let words = super::build::caption(&alert.text);
            b.text(key.piece(3), Text::label(line, words.as_str(), b.m.cap_small, b.theme.text));
            b.node(Node::new(key, Role::ListItem, words, Rect::from_edges(rect.x, top, rect.right(), top + height)));
        }
    });
}

fn draw_map(b: &mut Builder, pane: &Pane, rect: Rect) {
    let tree = pane.inputs.desktop.tree();
    let root = Rect::new(rect.x, rect.y, rect.w, b.px(20.0));
    b.shape(Key::part("map-root"), root, Shape::Pill, if pane.focused { b.theme.focus } else { b.theme.frame });
    let count = tree.sectors.len().max(1) as f64;
    let gap = b.m.gap.min(rect.w / (4.0 * count));
    let each = (rect.w + gap) / count;
    for (i, sector) in tree.sectors.iter().enumerate() {
        let x = rect.x + i as f64 * each;
        let block = Rect::new(x, rect.y + b.px(28.0), each - gap, b.px(24.0));
        if block.bottom() > rect.bottom() {
            return;
        }
        let key = Key::of("map-sector", sector.id.get());
        let chosen = pane.selects(NodeId::Sector(sector.id)) && pane.inputs.interface.ring;
        let own = b.theme.sector(sector.colour.number());
        b.fill(key, block, [0.0; 4], if chosen { b.theme.focus } else { own });
        let below = Rect::from_edges(block.x, block.bottom() + b.px(8.0), block.right(), rect.bottom());
        apps(b, sector, below, faded(own, DEEPER));
    }
}

/// The apps of a sector, with a tick for each of their windows; as many as there is room for.
fn apps(b: &mut Builder, sector: &Sector, rect: Rect, colour: Colour) {
    let gap = b.m.tile_inner_gap.min(rect.w / 8.0);
    let each = (rect.w + gap) / APP_COLUMNS as f64;
    let (height, row) = (b.px(16.0), b.px(32.0));
    for (i, app) in sector.apps.iter().enumerate() {
        let (column, line) = ((i % APP_COLUMNS) as f64, (i / APP_COLUMNS) as f64);
        let block = Rect::new(rect.x + column * each, rect.y + line * row, each - gap, height);
        if block.bottom() + b.px(8.0) > rect.bottom() {
            return;
        }
        let key = Key::of("map-app", app.id.get());
        b.fill(key, block, [0.0; 4], colour);
        windows(b, app, key, Rect::new(block.x, block.bottom() + b.px(4.0), block.w, b.px(4.0)), colour);
    }
}

fn windows(b: &mut Builder, app: &App, key: Key, rect: Rect, colour: Colour) {
    let gap = b.px(2.0).max(1.0 / b.scale);
    // Truncation is meant: more ticks than fit would run into one.
    let most = (((rect.w + gap) / (2.0 * gap)).floor().max(1.0)) as usize;
    let count = app.places().count().min(most);
    let each = (rect.w + gap) / count.max(1) as f64;
    for i in 0..count {
        let tick = Rect::new(rect.x + i as f64 * each, rect.y, each - gap, rect.h);
        b.fill(key.piece(i as u16 + 1), tick, [0.0; 4], colour);
    }
}
