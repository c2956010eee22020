//! Level 3 for a window whose program draws a frame of its own: it has the pane, but for one strip at the lower edge with
//! the way out. Where the pane is alone, the strip is the prompt's bar.
//!
//! It is at the bottom and has no title, so that nothing stands above the program's own title bar.

use super::super::build::{Builder, Text};
use super::super::frame::{Frame, Part, Segment, Title};
use super::super::metrics::label_width;
use super::super::pane::Pane;
use super::slim_frame::{self, Controls};
use super::{FRAME, focus, rail_frame};
use crate::geometry::Rect;
use crate::hierarchy::Path;
use crate::scene::Key;
use crate::semantics::{Node, Role};
use crate::theme::Colour;

/// Where the strip is.
fn strip(b: &Builder, pane: &Pane) -> Rect {
    let m = &b.m;
    let frame = pane.frame;
    // Between two panes nothing but the gap above belongs to its buttons too.
    let height = if pane.alone { m.bar_prompt } else { b.snap(m.slim_bar.max(m.hit_min - m.gap)) };
    Rect::from_edges(frame.x, (frame.bottom() - height).max(frame.y), frame.right(), frame.bottom())
}

/// Where the window goes.
pub(super) fn area(b: &Builder, pane: &Pane) -> Rect {
    let pane_rect = pane.rect;
    Rect::from_edges(pane_rect.x, pane_rect.y, pane_rect.right(), strip(b, pane).y - b.m.gap)
}

/// The right end of the buttons, and how many there is room for: the way out always.
fn fitting(b: &Builder, pane: &Pane, controls: &Controls) -> (f64, usize) {
    let strip = strip(b, pane);
    let label = if pane.alone { super::super::prompt::collapsed_width(b) + 3.0 * b.m.gap } else { 0.0 };
    let most = strip.right() - strip.h - b.m.gap - label;
    let ends = controls.of_own_frame().scan(strip.x - b.m.gap, |end, control| {
        *end += b.m.gap + control.width;
        Some(*end)
    });
    let fitting = (1..).zip(ends).take_while(|(count, end)| *count == 1 || *end <= most);
    fitting.last().map_or((strip.x, 0), |(count, end)| (end, count))
}

pub(super) fn lay_out(b: &Builder, pane: &Pane, path: &Path, colour: Colour) -> Frame {
    let m = &b.m;
    let (frame, strip) = (pane.frame, strip(b, pane));
    let right = strip.right();
    let buttons = fitting(b, pane, &slim_frame::controls(b, pane, path)).0;
    let lower = if pane.alone {
        rail_frame::merged(b, pane, buttons)
    } else {
        let cap = right - strip.h;
        let bar = ((buttons + m.gap).min(cap - m.gap), cap - m.gap);
        rail_frame::Lower { elbow: buttons, bar, segment: (bar.1, bar.1), cap }
    };
    let line = |from: f64, to: f64| Rect::from_edges(from, strip.y, to, strip.bottom());
    let round = strip.h / 2.0;
    let (segment_colour, end_colour) = if pane.alone { (b.theme.frame_2, b.theme.frame_3) } else { (colour, colour) };
    let corner = |x: f64| Segment::nothing(x, frame.y, 0.0, colour);
    let segments = [
        corner(frame.x),
        corner(frame.x),
        corner(frame.x),
        corner(right),
        Segment::new(line(strip.x, lower.elbow), [round, 0.0, 0.0, round], colour),
        Segment::new(line(lower.bar.0, lower.bar.1), [0.0; 4], colour),
        Segment::new(line(lower.segment.0, lower.segment.1), [0.0; 4], segment_colour),
        Segment::cap(line(lower.cap, right), end_colour),
    ];
    let title = Title::new(Vec::new(), right, frame.y, m.cap_title, 0.0);
    Frame::new(frame, segments, title, area(b, pane))
}

/// Draws the strip with its buttons.
pub(super) fn draw(b: &mut Builder, pane: &Pane, path: &Path, mut frame: Frame, bottom: bool) {
    let controls = slim_frame::controls(b, pane, path);
    let strip = strip(b, pane);
    let count = fitting(b, pane, &controls).1;
    // The buttons stand in its place.
    frame.segment_mut(Part::ElbowBottom).rect.w = 0.0;
    if !bottom {
        frame = frame.without_bottom();
    }
    frame.draw(b, FRAME);
    if bottom && let Some(words) = focus::reduced(pane, path) {
        tell_reduced(b, frame.segment(Part::BarBottom).rect, words);
    }
    let gap = b.m.gap;
    let mut x = strip.x;
    for (place, control) in controls.of_own_frame().take(count).enumerate() {
        let rect = Rect::new(x, strip.y, control.width.min(strip.right() - x), strip.h);
        let left = if place == 0 { pane.rect.x } else { rect.x - gap / 2.0 };
        let below = if pane.alone { pane.rect.bottom() } else { rect.bottom() };
        control.draw(b, rect, Rect::from_edges(left, rect.y - gap, rect.right() + gap / 2.0, below));
        x = rect.right() + gap;
    }
}

/// Writes on the bar of the strip that the window is seen smaller than it is, if there is room for that.
fn tell_reduced(b: &mut Builder, bar: Rect, words: String) {
    let (cap, pad) = (b.m.cap_small, 1.5 * b.m.gap);
    let room = Rect::from_edges(bar.x + pad, bar.y, bar.right() - pad, bar.bottom());
    if room.w < label_width(&words, cap) {
        return;
    }
    let key = Key::part("reduced");
    b.text(key, Text::label(room, words.as_str(), cap, b.theme.on_fill));
    b.node(Node::new(key, Role::Img, words, room));
}
