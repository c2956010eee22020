//! Where the children of a place have their tiles in a pane: what the eye steps through with the arrow keys, and what
//! grows into the whole pane when somebody zooms in.
//!
//! Everything that can be reached is in sight, for there is no panning: where the wished-for size would push tiles off
//! the content they become smaller, down to what still fits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::path::Level;
use crate::geometry::{Rect, Size};

/// What a hub shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HubMode {
    /// The terminal and what it suggests; running apps are a strip below it.
    Command,
    /// The running apps and the launcher.
    #[default]
    Apps,
    /// The files of the working directory; running apps are a strip below them.
    Directory,
}

/// The pane that the measures are written down for.
const USUAL: Size = Size { w: 1280.0, h: 680.0 };
/// The margin at the edge of a pane.
const MARGIN: f64 = 8.0;
/// From the top of a pane to its content: margin, title bar and the gaps around it.
const ABOVE: f64 = 64.0;
/// The bar below the content.
const BELOW: f64 = 16.0;
/// Between two tiles.
const GAP: f64 = 24.0;
/// Between two tiles in a pane with a narrow rail.
const NARROW_GAP: f64 = 16.0;
/// No more columns than leave each tile this width, unless some would not fit at all.
const LEAST_TILE: f64 = 240.0;
/// Height of a sector's tile by its width: 320 by 288.
pub const SECTOR_TILE: f64 = 288.0 / 320.0;
/// Height of an app's and a window's tile by its width: 320 by 208.
pub const APP_TILE: f64 = 208.0 / 320.0;
/// The strip of apps of a hub that shows something else.
const STRIP: Size = Size { w: 136.0, h: 104.0 };
/// Between two tiles of the strip, and below it.
const STRIP_GAP: f64 = 8.0;
/// From the strip's top to the bottom of the pane.
const STRIP_ABOVE_BOTTOM: f64 = 200.0;

/// The width of the rail, and of the space between it and the content, by the width of the pane.
fn rail(pane: Size) -> (f64, f64) {
    match pane.w {
        w if w >= 960.0 => (224.0, 32.0),
        w if w >= 560.0 => (88.0, 16.0),
        _ => (32.0, 8.0),
    }
}

/// How much larger than written down the measures are in a pane: a large screen shows the same, only larger.
fn fit(pane: Size) -> f64 {
    let fit = (pane.w / USUAL.w).min(pane.h / USUAL.h);
    if fit.is_finite() { ((fit * 8.0).round() / 8.0).clamp(0.75, 2.0) } else { 1.0 }
}

fn scaled(rect: Rect, factor: f64) -> Rect {
    Rect::new(rect.x * factor, rect.y * factor, rect.w * factor, rect.h * factor)
}

/// What a pane's frame leaves for content, in the pane's own coordinates.
pub fn content(pane: Size, level: Level) -> Rect {
    let fit = fit(pane);
    scaled(content_as_written(Size { w: pane.w / fit, h: pane.h / fit }, level), fit)
}

fn content_as_written(pane: Size, level: Level) -> Rect {
    let (rail, space) = if matches!(level, Level::Picker | Level::Focus) { (32.0, 32.0) } else { rail(pane) };
    Rect::from_edges(MARGIN + rail + space, ABOVE, pane.w - MARGIN, pane.h - BELOW)
}

/// The tiles of `count` children, in their order, in the pane's own coordinates, as far as they follow from the pane's
/// size alone; a view knows more and may place them a little otherwise. At level 3 there are none.
pub fn tiles(pane: Size, level: Level, mode: HubMode, count: usize) -> Vec<Rect> {
    let fit = fit(pane);
    let tiles = tiles_as_written(Size { w: pane.w / fit, h: pane.h / fit }, level, mode, count);
    tiles.into_iter().map(|tile| scaled(tile, fit)).collect()
}

fn tiles_as_written(pane: Size, level: Level, mode: HubMode, count: usize) -> Vec<Rect> {
    let room = content_as_written(pane, level);
    let gap = if pane.w >= 960.0 { GAP } else { NARROW_GAP };
    match level {
        Level::Overview => grid(room, gap, SECTOR_TILE, count),
        Level::Hub if mode == HubMode::Apps => grid(room, gap, APP_TILE, count),
        Level::Hub => strip(pane, room, count),
        Level::Picker => {
            Grid { room, gaps: (gap, gap), least: LEAST_TILE, aspect: APP_TILE, step: 8.0 }.place_wide(count)
        }
        Level::Focus | Level::Log => Vec::new(),
    }
}

/// A grid of equal tiles in some room.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// What they may fill.
    pub room: Rect,
    /// Between two columns, and between two rows.
    pub gaps: (f64, f64),
    /// No more columns than leave each tile this width, unless some would not fit at all.
    pub least: f64,
    /// The height of a tile by its width.
    pub aspect: f64,
    /// Heights are multiples of this.
    pub step: f64,
}

/// Below this height by its width a tile is too flat to show anything: there are more columns instead.
const FLATTEST: f64 = 0.5;
/// No more columns than this; the room would have to be larger than any screen.
const MOST_COLUMNS: f64 = 64.0;

impl Grid {
    /// How many columns the measures wish for.
    pub fn columns(&self) -> usize {
        let wished = ((self.room.w + self.gaps.0) / (self.least + self.gaps.0)).floor();
        // Truncation is meant; what is no number becomes 1.
        wished.clamp(1.0, MOST_COLUMNS).max(1.0) as usize
    }

    /// Rows of equal tiles from the top left, all of them in the room: with as few columns as the measures wish for,
    /// lower where rows would fall off, in more columns where that would make them too flat.
    pub fn place(&self, count: usize) -> Vec<Rect> {
        self.place_in(self.columns(), count)
    }

    /// The same with fewer columns where there are fewer tiles, which are wider then.
    pub fn place_wide(&self, count: usize) -> Vec<Rect> {
        self.place_in(self.columns().min(count.max(1)), count)
    }

    fn place_in(&self, columns: usize, count: usize) -> Vec<Rect> {
        let room = self.room;
        if count == 0 || room.is_empty() {
            return vec![Rect::default(); count];
        }
        let mut columns = columns;
        loop {
            let rows = count.div_ceil(columns);
            let across = self.gaps.0.min(room.w / (columns as f64 * 5.0));
            let down = self.gaps.1.min(room.h / (rows as f64 * 5.0));
            let w = (room.w - across * (columns - 1) as f64) / columns as f64;
            let highest = (room.h - down * (rows - 1) as f64) / rows as f64;
            let h = (w * self.aspect).min(highest);
            if h < w * FLATTEST && columns < count {
                columns += 1;
                continue;
            }
            let stepped = (h / self.step + 1e-6).floor() * self.step;
            let h = if h > 8.0 * self.step { stepped } else { h };
            return (0..count)
                .map(|i| {
                    let (column, row) = ((i % columns) as f64, (i / columns) as f64);
                    Rect::new(room.x + column * (w + across), room.y + row * (h + down), w, h)
                })
                .collect();
        }
    }
}

/// Rows of equal tiles, by the measures as they are written down.
fn grid(room: Rect, gap: f64, aspect: f64, count: usize) -> Vec<Rect> {
    Grid { room, gaps: (gap, gap), least: LEAST_TILE, aspect, step: 8.0 }.place(count)
}

fn strip(pane: Size, room: Rect, count: usize) -> Vec<Rect> {
    if count == 0 || room.is_empty() {
        return vec![Rect::default(); count];
    }
    let top = (pane.h - STRIP_ABOVE_BOTTOM).max(room.y);
    let gap = STRIP_GAP.min(room.w / (count as f64 * 5.0));
    let w = STRIP.w.min((room.w - gap * (count - 1) as f64) / count as f64);
    let h = STRIP.h.min(room.bottom() - top);
    (0..count).map(|i| Rect::new(room.x + i as f64 * (w + gap), top, w, h)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the frame of a 1280 by 720 output leaves above the prompt.
    const PANE: Size = Size { w: 1280.0, h: 680.0 };

    #[test]
    fn the_overview_has_the_measures_of_its_picture() {
        assert_eq!(content(PANE, Level::Overview), Rect::new(264.0, 64.0, 1008.0, 600.0));
        let tiles = tiles(PANE, Level::Overview, HubMode::Apps, 5);
        assert_eq!(tiles[0], Rect::new(264.0, 64.0, 320.0, 288.0));
        assert_eq!(tiles[4], Rect::new(608.0, 376.0, 320.0, 288.0));
    }

    #[test]
    fn the_strip_of_a_hub_has_the_measures_of_its_picture() {
        let tiles = tiles(PANE, Level::Hub, HubMode::Command, 2);
        assert_eq!(tiles, [Rect::new(264.0, 480.0, 136.0, 104.0), Rect::new(408.0, 480.0, 136.0, 104.0)]);
    }

    proptest! {
        #[test]
        fn every_tile_is_in_sight_and_none_covers_another(
            w in 200.0..4000.0f64, h in 150.0..3000.0f64, count in 0usize..300, level in 0usize..4, mode in 0usize..3,
        ) {
            let level = [Level::Overview, Level::Hub, Level::Picker, Level::Focus][level];
            let mode = [HubMode::Command, HubMode::Apps, HubMode::Directory][mode];
            let pane = Size { w, h };
            let room = content(pane, level);
            let tiles = tiles(pane, level, mode, count);
            prop_assert_eq!(tiles.len(), if level == Level::Focus { 0 } else { count });
            for (i, tile) in tiles.iter().enumerate() {
                prop_assert!(!tile.is_empty());
                prop_assert!(tile.x >= room.x - 1e-6 && tile.right() <= room.right() + 1e-6, "{:?} {:?}", tile, room);
                prop_assert!(tile.y >= room.y - 1e-6 && tile.bottom() <= room.bottom() + 1e-6, "{:?} {:?}", tile, room);
                for other in &tiles[..i] {
                    prop_assert!(!tile.overlaps(other));
                }
            }
        }
    }
}
