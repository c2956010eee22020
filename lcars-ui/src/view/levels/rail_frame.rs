//! The frame of levels 1 and 2: a rail between two elbows, a bar with the time and the title on top, a bar below.

use super::super::build::{Builder, Text};
use super::super::frame::{Frame, Part, Segment, Span, Title};
use super::super::pane::{Pane, Rail};
use super::super::rail;
use super::{FRAME, Without, slim_frame};
use crate::geometry::{Point, Rect};
use crate::hierarchy::{Level, Path};
use crate::operation::Operation;
use crate::scene::{Align, Key};
use crate::semantics::{Action, Node, Role, UiAction};
use crate::theme::Colour;

/// No title takes more of its bar.
const TITLE_SHARE: f64 = 0.4;

/// The frame of a place at level 1 or 2.
pub(super) fn lay_out(b: &Builder, pane: &Pane, path: &Path, colour: Colour, spans: Vec<Span>) -> Frame {
    let level = path.level();
    if matches!(pane.rail, Rail::Slim | Rail::None) {
        return slim_frame::lay_out(b, pane, level, colour, spans, &slim_frame::controls(b, pane, path));
    }
    let m = &b.m;
    let frame = pane.frame;
    let content = pane.content(b, level);
    let plan = rail::plan(b, pane, level);
    let (rail, radii, bar) = (pane.rail_width(b), pane.elbow_radii(b), pane.top_bar(b));
    let (right, bottom) = (frame.right(), pane.frame_bottom(b, level));
    let pad = 1.5 * m.gap;
    let bright = !pane.alone && pane.focused;
    let other = |own: Colour| if bright { colour } else { own };

    let stub = content.x + b.px(if pane.rail == Rail::Full { 160.0 } else { 72.0 });
    let upper = Rect::from_edges(frame.x, frame.y, stub, frame.y + plan.elbow_top);
    let cap = Rect::from_edges(right - bar, frame.y, right, frame.y + bar);
    let title_right = cap.x - pad;
    let room = TITLE_SHARE * (right - stub);
    let title = Title::new(spans, title_right, frame.y + bar / 2.0, m.cap_title, room);
    let bar_end = b.snap(title_right - title.width()) - pad;
    let accent_width = b.px(112.0);
    let with_accent = pane.rail == Rail::Full && bar_end - stub >= accent_width + 4.0 * m.gap;
    let accent = if with_accent {
        Segment::new(Rect::new(stub + m.gap, frame.y, accent_width, bar), [0.0; 4], other(b.theme.frame_3))
    } else {
        Segment::nothing(stub, frame.y, bar, other(b.theme.frame_3))
    };
    let bar_rect = Rect::from_edges(accent.rect.right() + m.gap, frame.y, bar_end, frame.y + bar);

    let low = pane.bottom_bar(b, level);
    let lower_end = lower_bars(b, pane, level);
    let lower = Rect::from_edges(frame.x, plan.elbow_bottom, lower_end.elbow, bottom);
    // Above an open prompt the frame ends in a bar; the prompt has the round corner.
    let lower_radii = (if pane.expanded(level) { 0.0 } else { radii.0 }, radii.1);
    let line = |from: f64, to: f64| Rect::from_edges(from, bottom - low, to, bottom);
    let end = line(lower_end.cap, right);
    let end = if pane.expanded(level) {
        Segment::new(end, [0.0; 4], other(b.theme.frame_3))
    } else {
        Segment::cap(end, other(b.theme.frame_3))
    };
    let segments = [
        Segment::elbow_top(upper, rail, bar, radii, colour),
        accent,
        Segment::new(bar_rect, [0.0; 4], other(b.theme.frame_2)),
        Segment::cap(cap, other(b.theme.frame_3)),
        Segment::elbow_bottom(lower, rail, low, lower_radii, colour),
        Segment::new(line(lower_end.bar.0, lower_end.bar.1), [0.0; 4], colour),
        Segment::new(line(lower_end.segment.0, lower_end.segment.1), [0.0; 4], other(b.theme.frame_2)),
        end,
    ];
    let bounds = Rect::from_edges(frame.x, frame.y, right, bottom);
    Frame::new(bounds, segments, title, content)
}

/// Where the parts of a frame's lowest bar begin and end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lower {
    /// The right end of the elbow.
    pub elbow: f64,
    /// A bar in the frame's colour.
    pub bar: (f64, f64),
    /// One in another.
    pub segment: (f64, f64),
    /// Where the end cap begins.
    pub cap: f64,
}

/// The lowest bar of a place at level 1 or 2.
pub(super) fn lower_bars(b: &Builder, pane: &Pane, level: Level) -> Lower {
    let m = &b.m;
    let frame = pane.frame;
    let content = pane.content(b, level);
    let low = pane.bottom_bar(b, level);
    if pane.alone && !pane.expanded(level) {
        return merged(b, pane, content.x + b.px(64.0));
    }
    let wide = frame.w;
    let (cap, segment) = if pane.expanded(level) {
        (b.px(168.0).min(b.snap(0.14 * wide)), b.px(360.0).min(b.snap(0.3 * wide)))
    } else {
        (low, b.px(224.0).min(b.snap(0.4 * wide)))
    };
    let cap = frame.right() - cap;
    let segment = (cap - m.gap - segment, cap - m.gap);
    let elbow = segment.0 - m.gap;
    Lower { elbow, bar: (elbow, elbow), segment, cap }
}

/// The lowest bar of a frame that is one with the collapsed prompt: the label stands between the elbow and a bar.
pub(super) fn merged(b: &Builder, pane: &Pane, elbow: f64) -> Lower {
    let m = &b.m;
    let right = pane.frame.right();
    let low = m.bar_prompt;
    let pad = 1.5 * m.gap;
    let cap = right - low;
    let wished = super::super::prompt::collapsed_width(b);
    let from = elbow + pad;
    let to = (from + b.snap(wished)).min(cap - m.gap - pad);
    let mut next = to + pad;
    let segment_width = b.px(144.0);
    let segment = if cap - m.gap - next >= 2.0 * segment_width {
        (cap - m.gap - segment_width, cap - m.gap)
    } else {
        (cap - m.gap, cap - m.gap)
    };
    let bar_end = if segment.0 < segment.1 { segment.0 - m.gap } else { cap - m.gap };
    next = next.min(bar_end);
    Lower { elbow, bar: (next, bar_end), segment, cap }
}

/// What is above a level, and what leads there.
pub(super) struct Parent {
    pub name: &'static str,
    pub way: Action,
}

impl Parent {
    pub const OVERVIEW: Self = Self { name: "OVERVIEW", way: Action::Do(Operation::ZoomOut) };
    /// Outside of the desktop.
    pub const PORTAL: Self = Self { name: "PORTAL", way: Action::Ui(UiAction::Portal) };
}

/// Draws the frame and what is on it: the way out, the time, the title.
pub(super) fn draw(
    b: &mut Builder,
    pane: &Pane,
    path: &Path,
    mut frame: Frame,
    without: Without,
    parent: Option<Parent>,
) {
    if matches!(pane.rail, Rail::Slim | Rail::None) {
        if !without.frame {
            let controls = slim_frame::controls(b, pane, path);
            slim_frame::draw(b, pane, frame, !without.bottom, &controls);
        }
        return;
    }
    let key = Key::part("zoom-out");
    let elbow = frame.segment(Part::ElbowTop).rect;
    let rail = pane.rail_width(b);
    let side = Rect::from_edges(elbow.x, elbow.y, elbow.x + rail, elbow.bottom());
    let ink = b.theme.on_fill;
    if parent.is_some() {
        let upper = frame.segment_mut(Part::ElbowTop);
        upper.colour = b.tint(key, upper.colour);
    }
    let title = frame.title.clone();
    let words: Vec<&str> = title.spans.iter().map(|span| span.text.as_str()).collect();
    let heading = Rect::new(title.right - title.width(), elbow.y, title.width(), pane.top_bar(b));
    b.node(Node::new(Key::part("title"), Role::Heading, words.join(" "), heading));
    let accent = frame.segment(Part::Accent).rect;
    if without.bottom {
        frame = frame.without_bottom();
    }
    if !without.frame {
        frame.draw(b, FRAME);
    }

    let full = pane.rail == Rail::Full;
    let (cap, inset) = if full { (b.m.cap_label, b.m.rail_label_inset) } else { (b.m.cap_small, b.px(10.0)) };
    let middle = elbow.bottom() - b.px(20.5);
    let line = Rect::from_edges(side.x + b.px(8.0), middle - cap, side.right() - inset, middle + cap);
    let label = Text::label(line, parent.as_ref().map_or("TOS", |parent| parent.name), cap, ink).aligned(Align::Right);
    b.text(key.piece(1), label);
    match parent {
        None => {
            b.node(Node::new(Key::part("home"), Role::Img, "TOS", side));
        }
        Some(Parent { name, way }) => {
            let (x, y) = if full { (39.0, 18.5) } else { (44.0, 46.0) };
            let at = Point { x: side.x + b.px(x), y: elbow.bottom() - b.px(y) };
            b.chevron(key, at, b.px(22.0), ink);
            let mut way_out = Node::new(key, Role::Button, format!("ZOOM OUT TO {name}"), side);
            let edge = b.m.gap / 2.0;
            way_out.hit = Rect::from_edges(pane.rect.x, pane.rect.y, side.right(), side.bottom() + edge);
            way_out.action = Some(way);
            b.ring(key, line, [0.0; 4]);
            b.node(way_out);
        }
    }
    if accent.w > 0.0 {
        let rect = Rect::from_edges(accent.x + b.m.gap, accent.y, accent.right() - 1.5 * b.m.gap, accent.bottom());
        let clock = pane.inputs.clock;
        let key = Key::part("clock");
        b.text(key, Text::label(rect, clock, b.m.cap_label, ink).aligned(Align::Right));
        let mut node = Node::new(key, Role::Img, "TIME", accent);
        node.value = Some(String::from(clock));
        b.node(node);
    }
}
