//! Where a pane is, how much of a frame there is room for in it, and what that leaves.

use super::Inputs;
use super::build::Builder;
use crate::geometry::{Rect, Size};
use crate::hierarchy::{HubMode, Level, NodeId, Path, ViewportId};
use crate::theme::Measures;
use crate::viewport::{Output, PANE_GAP, Panels, Viewport};

/// A pane with less room than this within its frame is drawn without one, in the measures' own pixels.
const LEAST_CONTENT: Size = Size { w: 96.0, h: 64.0 };
/// The height of a window by its width at level 3 of a usual screen.
const USUAL_WINDOW: f64 = 632.0 / 1224.0;
/// From this width on, in the measures' own pixels, a pane has the full rail.
const FULL_RAIL: f64 = 960.0;
/// From this width on it has a narrow one.
const NARROW_RAIL: f64 = 560.0;
/// What the buttons of a rail and its elbows need from top to bottom.
const LEAST_RAIL: f64 = 360.0;
/// A frame that is lower than this leaves no room for the expanded prompt, nor for a second row of chips.
const LEAST_EXPANDED: f64 = 560.0;
/// What is written on a narrower chip cannot be read.
const READABLE_CHIP: f64 = 60.0;

/// How wide a pane's rail is, outside of level 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rail {
    /// With labels and readings.
    Full,
    /// With short labels.
    Narrow,
    /// As around a window; its buttons are chips above the content.
    Slim,
    /// There is no room for any frame.
    None,
}

/// One viewport's share of a picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pane<'a> {
    pub inputs: &'a Inputs<'a>,
    pub viewport: &'a Viewport,
    /// All of it.
    pub rect: Rect,
    /// The outer bounds of its frame, and where it is alone of the prompt's too.
    pub frame: Rect,
    pub rail: Rail,
    /// It has the output to itself, and its frame and the prompt are one.
    pub alone: bool,
    /// It has the keyboard, as far as its output does.
    pub focused: bool,
    /// Whether the prompt opens up in hubs.
    pub expands: bool,
    /// How high the prompt is while it is open: higher for a text of several lines.
    pub prompt_height: f64,
    /// The tile with the ring of the keys.
    pub chosen: Option<NodeId>,
}

/// What the prompt leaves of an output's room.
pub(super) fn shared(m: &Measures, room: Rect) -> Rect {
    let prompt = m.margin + m.bar_prompt + m.gap;
    Rect::from_edges(room.x, room.y, room.right(), room.bottom() - prompt)
}

/// What there is for panes and the prompt: the output without what panels reserve.
pub(super) fn room(scale: f64, size: Size, panels: &Panels) -> Rect {
    let size = whole(scale, size);
    panels.leave(Rect::new(0.0, 0.0, size.w, size.h))
}

/// A size cut down to whole device pixels, within bounds.
pub(super) fn whole(scale: f64, size: Size) -> Size {
    let scale = if scale.is_finite() { scale.clamp(0.25, 16.0) } else { 1.0 };
    let whole = |length: f64| {
        let length = if length.is_finite() { length.clamp(0.0, 65_536.0) } else { 0.0 };
        (length * scale).floor() / scale
    };
    Size { w: whole(size.w), h: whole(size.h) }
}

/// The panes of an output that are in sight.
pub(super) fn panes<'a>(b: &Builder, inputs: &'a Inputs<'a>, output: &Output) -> Vec<Pane<'a>> {
    let room = room(b.scale, inputs.size, &output.panels);
    let area = shared(&b.m, room);
    let panes = Output { area, ..output.clone() }.layout();
    let alone = panes.len() == 1;
    let with_viewport = |(id, rect): (ViewportId, Rect)| Some((inputs.desktop.viewport(id)?, rect));
    let lay_out = |(viewport, rect): (&'a Viewport, Rect)| {
        let m = &b.m;
        let snapped = || Rect::from_edges(b.snap(rect.x), b.snap(rect.y), b.snap(rect.right()), b.snap(rect.bottom()));
        let rect = if alone { room } else { snapped() };
        // Between two frames lie two gaps, of which the panes' own gap is a part.
        let inner = b.snap((m.gap - PANE_GAP / 2.0).max(0.0));
        let off = |at_edge: bool| if at_edge { m.margin } else { inner };
        let bottom = match (alone, rect.bottom() >= area.bottom()) {
            (true, _) => m.margin,
            (false, true) => 0.0,
            (false, false) => inner,
        };
        let frame = Rect::from_edges(
            rect.x + off(rect.x <= room.x),
            rect.y + off(rect.y <= room.y),
            rect.right() - off(rect.right() >= area.right()),
            rect.bottom() - bottom,
        );
        let focused = viewport.id == output.focused;
        let (rail, expands, chosen) = (Rail::None, false, viewport.selected);
        let more = super::prompt::text::shown_lines(inputs) - 1;
        let prompt_height = m.prompt_height + more as f64 * b.px(super::prompt::text::LINE);
        let mut pane = Pane { inputs, viewport, rect, frame, rail, alone, focused, expands, prompt_height, chosen };
        pane.rail = pane.rail_for(b);
        let tall = frame.h >= LEAST_EXPANDED * b.factor();
        pane.expands = alone && tall && matches!(pane.rail, Rail::Full | Rail::Narrow);
        pane
    };
    panes.into_iter().filter_map(with_viewport).map(lay_out).collect()
}

impl<'a> Pane<'a> {
    /// The pane as it shows a place where its viewport may not be, or not yet, or no longer.
    pub fn at(&self, place: &Path) -> Self {
        let path = &self.viewport.path;
        let on_the_way = path.nodes().get(place.nodes().len()).copied().filter(|_| path.is_within(place));
        let usual = || self.inputs.desktop.tree().usual_child(place);
        let chosen = if path == place { self.viewport.selected } else { on_the_way.or_else(usual) };
        Self { chosen, ..*self }
    }

    fn rail_for(&self, b: &Builder) -> Rail {
        let factor = b.factor();
        let window = self.window_room(b);
        if window.w < LEAST_CONTENT.w * factor || window.h < LEAST_CONTENT.h * factor {
            return Rail::None;
        }
        match self.frame.w / factor {
            _ if self.frame.h < LEAST_RAIL * factor => Rail::Slim,
            // The frame of a pane is a margin smaller on both sides than the pane the limits are meant for.
            w if w >= FULL_RAIL - 16.0 => Rail::Full,
            w if w >= NARROW_RAIL - 16.0 => Rail::Narrow,
            _ => Rail::Slim,
        }
    }

    /// The height of a window frame's top bar: never so low that its buttons could not be met with a finger.
    pub fn slim_bar(&self, b: &Builder) -> f64 {
        let above = self.frame.y - self.rect.y;
        b.snap(b.m.slim_bar.max(b.m.hit_min - above - b.m.gap))
    }

    /// The height of the lowest bar of a window's frame: the prompt's, where they are one.
    pub fn slim_bottom(&self, b: &Builder) -> f64 {
        if self.alone { b.m.bar_prompt } else { b.m.bar_inner }
    }

    /// Where a window goes at level 3.
    pub fn window_room(&self, b: &Builder) -> Rect {
        let (m, frame) = (&b.m, self.frame);
        Rect::from_edges(
            frame.x + m.slim_rail + m.gap,
            frame.y + self.slim_bar(b) + m.gap,
            frame.right(),
            frame.bottom() - self.slim_bottom(b) - m.gap,
        )
    }

    /// The same, or all of the pane where there is no room for a frame.
    pub fn window_area(&self, b: &Builder) -> Rect {
        if self.rail == Rail::None { self.rect } else { self.window_room(b) }
    }

    /// Whether the prompt is open at that level.
    pub fn expanded(&self, level: Level) -> bool {
        self.expands && level == Level::Hub
    }

    /// The lower end of the frame at that level, above an open prompt.
    pub fn frame_bottom(&self, b: &Builder, level: Level) -> f64 {
        if self.expanded(level) { self.frame.bottom() - self.prompt_height - b.m.gap } else { self.frame.bottom() }
    }

    /// The height of the lowest bar at that level.
    pub fn bottom_bar(&self, b: &Builder, level: Level) -> f64 {
        if self.alone && !self.expanded(level) { b.m.bar_prompt } else { b.m.bar_inner }
    }

    /// The width of the rail at levels 1 and 2.
    pub fn rail_width(&self, b: &Builder) -> f64 {
        match self.rail {
            Rail::Full => b.m.rail,
            Rail::Narrow => b.m.rail_narrow,
            Rail::Slim | Rail::None => b.m.slim_rail,
        }
    }

    /// Outer and inner radius of its elbows at levels 1 and 2.
    pub fn elbow_radii(&self, b: &Builder) -> (f64, f64) {
        match self.rail {
            Rail::Full => (b.m.elbow_outer, b.m.elbow_inner),
            Rail::Narrow => (b.m.elbow_outer_narrow, b.m.elbow_inner_narrow),
            Rail::Slim | Rail::None => (b.m.slim_outer, b.m.slim_inner),
        }
    }

    /// The height of the top bar at levels 1 and 2.
    pub fn top_bar(&self, b: &Builder) -> f64 {
        if self.rail == Rail::Slim { self.slim_bar(b) } else { b.m.bar_top }
    }

    /// What the frame leaves for content at levels 1 and 2.
    pub fn content(&self, b: &Builder, level: Level) -> Rect {
        let (m, frame) = (&b.m, self.frame);
        let bottom = self.frame_bottom(b, level) - self.bottom_bar(b, level);
        let (left, above, below) = match self.rail {
            Rail::Full => (m.content_inset_x, m.content_inset_y, self.below(b, level)),
            Rail::Narrow => (m.elbow_inner_narrow, m.content_inset_y, 2.0 * m.gap),
            Rail::Slim | Rail::None => (m.gap, m.gap, m.gap),
        };
        let rect = Rect::from_edges(
            frame.x + self.rail_width(b) + left,
            frame.y + self.top_bar(b) + above,
            frame.right(),
            bottom - below,
        );
        if self.rail == Rail::Slim {
            // Its buttons are a row of chips above the rest.
            return Rect::from_edges(rect.x, self.chips(b, level).bottom() + 2.0 * m.gap, rect.right(), rect.bottom());
        }
        rect
    }

    fn below(&self, b: &Builder, level: Level) -> f64 {
        if level == Level::Hub { 2.0 * b.m.gap } else { b.m.content_inset_y }
    }

    /// The height of a chip, which a finger can meet.
    pub fn chip(&self, b: &Builder) -> f64 {
        b.snap(b.m.chip_height.max(b.m.hit_min - b.m.gap))
    }

    /// The chips that stand for a rail: in a row, or in two where they could not be read in one.
    pub fn chips(&self, b: &Builder, level: Level) -> Rect {
        let (m, frame) = (&b.m, self.frame);
        let (left, top) = (frame.x + m.slim_rail + m.gap, frame.y + self.top_bar(b) + m.gap);
        let rows = self.chip_rows(b, level) as f64;
        let height = rows * (self.chip(b) + m.gap) - m.gap;
        Rect::from_edges(left, top, frame.right(), top + height)
    }

    /// In how many rows they stand.
    pub fn chip_rows(&self, b: &Builder, level: Level) -> usize {
        let room = self.frame.w - b.m.slim_rail;
        let wanted = super::rail::usual_chips(self, level) as f64 * (b.px(READABLE_CHIP) + b.m.gap);
        if wanted > room && self.frame.h >= LEAST_EXPANDED * b.factor() { 2 } else { 1 }
    }

    /// Between tiles, across and down.
    pub fn tile_gaps(&self, b: &Builder, level: Level) -> (f64, f64) {
        match (self.rail, level) {
            (Rail::Full, Level::Hub) => (b.m.tile_gap, b.m.tile_gap_narrow),
            (Rail::Full, _) => (b.m.tile_gap, b.m.tile_gap),
            _ => (b.m.tile_gap_narrow, b.m.tile_gap_narrow),
        }
    }

    /// How much higher than in the measures a tile is, so that a tall pane's windows have room in it.
    pub fn tallness(&self, b: &Builder, most: f64) -> f64 {
        let area = self.window_area(b);
        let tallness = area.h / area.w / USUAL_WINDOW;
        // What is nearly as in the measures is as in the measures.
        if !tallness.is_finite() || (0.9..1.1).contains(&tallness) { 1.0 } else { tallness.clamp(0.85, most) }
    }

    /// What is being looked for in its hub.
    pub fn search(&self) -> Option<String> {
        let search = crate::label::clean(&self.inputs.interface.search);
        (self.focused && !search.is_empty()).then_some(search)
    }

    /// What its hubs show.
    pub fn mode(&self) -> HubMode {
        self.viewport.mode
    }

    /// Whether the ring of the keys is on that tile, and shown as what is chosen.
    pub fn selects(&self, node: NodeId) -> bool {
        self.focused && self.chosen == Some(node)
    }
}
