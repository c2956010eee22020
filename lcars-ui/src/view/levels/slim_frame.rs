//! The slim frame: around a window, around the windows of an app, and around anything in a pane with little room.

use super::super::build::{Builder, Button, Shape};
use super::super::frame::{Frame, Part, Segment, Span, Title};
use super::super::metrics::label_width;
use super::super::pane::Pane;
use super::super::rail::{split, split_axis};
use super::rail_frame::{Lower, merged};
use super::{FRAME, tree};
use crate::geometry::Rect;
use crate::hierarchy::{Level, NodeId, Path};
use crate::operation::Operation;
use crate::scene::{Align, Key};
use crate::semantics::{Action, Node, Role, UiAction};
use crate::theme::Colour;

/// No title takes more of its bar.
const TITLE_SHARE: f64 = 0.4;
/// The same where there is room for little else.
const TIGHT_TITLE_SHARE: f64 = 0.6;
/// No title is shorter than this many times its cap height.
const LEAST_TITLE: f64 = 2.5;
/// A top bar is tight below this width, in the measures' own pixels.
const TIGHT: f64 = 420.0;
/// From the top of the frame to the gap between its elbows.
const UPPER_ELBOW: f64 = 312.0;

/// One button of the top bar.
#[derive(Debug, Clone)]
pub(super) struct Control {
    key: Key,
    label: &'static str,
    pub width: f64,
    colour: Colour,
    action: Action,
    disabled: bool,
}

/// The buttons of the top bar: some at its left, one at its right end.
#[derive(Debug, Clone, Default)]
pub(super) struct Controls {
    pub left: Vec<Control>,
    right: Option<Control>,
}

impl Controls {
    /// Those of a window whose program draws its own frame, and can close it there.
    pub fn of_own_frame(&self) -> impl Iterator<Item = &Control> {
        let closes = |control: &&Control| matches!(control.action, Action::Do(Operation::Close { .. }));
        self.left.iter().chain(self.right.iter().filter(move |control| !closes(control)))
    }
}

impl Control {
    /// Draws it as a pill there, to be met in `hit`.
    pub fn draw(&self, b: &mut Builder, rect: Rect, hit: Rect) {
        let mut button = Button::pill(self.key, rect, self.label, self.colour, self.action.clone());
        button.align = Align::Centre;
        button.hit = Some(hit);
        button.disabled = self.disabled;
        if self.label == "OUT" {
            button.name = Some(String::from("ZOOM OUT"));
        }
        b.button(button);
    }
}

/// The buttons of a level that there is room for, the way out before all others.
pub(super) fn controls(b: &Builder, pane: &Pane, path: &Path) -> Controls {
    let (theme, level) = (b.theme, path.level());
    let room = pane.frame.right() - stub(b, pane) - b.m.gap;
    let tight = is_tight(b, pane);
    let control = |part, label, width: f64, colour, action| {
        let (key, width) = (Key::part(part), b.px(width));
        Control { key, label, width, colour, action, disabled: false }
    };
    let out = if tight { ("OUT", 72.0) } else { ("ZOOM OUT", 120.0) };
    let way = if level == Level::Overview { Action::Ui(UiAction::Portal) } else { Action::Do(Operation::ZoomOut) };
    let out = control("zoom-out", out.0, out.1, theme.act_b, way);
    let out = Control { width: out.width.min(b.snap(room)), ..out };
    let wide = pane.frame.w >= 900.0 * b.factor();
    let close =
        |label, width| control("close", label, width, theme.danger, Action::Do(Operation::Close { node: None }));
    let leaf = path.leaf();
    let mut more = Vec::new();
    let mut right = None;
    let of_pane = |width| control("pane-menu", "PANE", width, theme.act_a, Action::Ui(UiAction::PaneMenu));
    match level {
        Level::Overview if !pane.inputs.portal => return Controls::default(),
        Level::Overview | Level::Hub | Level::Log => {}
        Level::Picker => {
            right = Some(if tight { close("CLOSE", 72.0) } else { close("CLOSE ALL", 120.0) });
            more.extend((!pane.alone).then(|| of_pane(80.0)));
            if let Some(node @ NodeId::App(_)) = leaf {
                more.push(control(
                    "new-window",
                    "NEW WINDOW",
                    136.0,
                    theme.act_a,
                    Action::Ui(UiAction::Another { node }),
                ));
            }
        }
        Level::Focus => {
            right = Some(close(
                "CLOSE",
                if tight {
                    72.0
                } else if wide {
                    104.0
                } else {
                    88.0
                },
            ));
            let able = split_axis(pane).is_some();
            more.push(if pane.alone {
                Control { disabled: !able, ..control("split", "SPLIT", 96.0, theme.act_a, split(pane)) }
            } else {
                of_pane(80.0)
            });
            if let Some(panel) = path.window().and_then(|window| tree(pane).panel_of(window)) {
                let restart = Action::Do(Operation::RestartPanel { name: Some(panel.name.clone()) });
                more.push(control("restart", "RESTART", 112.0, theme.act_c, restart));
            } else if let Some(node @ NodeId::Window(_)) = leaf {
                more.push(control("send-to", "SEND TO", 112.0, theme.act_c, Action::Ui(UiAction::SendTo { node })));
            }
        }
    }
    // With so little room that only one more button fits, the one leads to the others.
    if tight && !pane.alone && right.is_some() {
        (right, more) = (Some(of_pane(72.0)), Vec::new());
    }
    let mut left_over = room - out.width - b.m.gap;
    right = right.filter(|right| left_over >= right.width);
    left_over -= right.as_ref().map_or(0.0, |right| right.width + b.m.gap);
    // What is left for the title decides how much else there is.
    let title = if pane.alone { 240.0 } else { 180.0 } * b.factor();
    let mut left = vec![out];
    for control in more {
        left_over -= control.width + b.m.gap;
        if left_over < title {
            break;
        }
        left.push(control);
    }
    Controls { left, right }
}

/// Whether there is room for little more than the way out.
pub(super) fn is_tight(b: &Builder, pane: &Pane) -> bool {
    pane.frame.right() - stub(b, pane) < TIGHT * b.factor()
}

/// The right end of the upper elbow.
fn stub(b: &Builder, pane: &Pane) -> f64 {
    let m = &b.m;
    pane.frame.x + m.slim_rail + m.slim_inner + m.slim_outer
}

/// Lays it out with those buttons.
pub(super) fn lay_out(
    b: &Builder,
    pane: &Pane,
    level: Level,
    colour: Colour,
    spans: Vec<Span>,
    controls: &Controls,
) -> Frame {
    let m = &b.m;
    let frame = pane.frame;
    let (bar, low, gap) = (pane.slim_bar(b), pane.slim_bottom(b), m.gap);
    let (right, bottom) = (frame.right(), frame.bottom());
    let radii = (m.slim_outer, m.slim_inner);
    let pad = 1.5 * gap;
    let upper_height = b.px(UPPER_ELBOW).min(b.snap(frame.h / 2.0));
    let stub = stub(b, pane);
    let upper = Rect::from_edges(frame.x, frame.y, stub, frame.y + upper_height);
    let lower = lower_bars(b, pane);
    let lower_elbow = Rect::from_edges(frame.x, upper.bottom() + gap, lower.elbow, bottom);
    let (cap_width, cap_colour) = match &controls.right {
        Some(right) => (right.width, right.colour),
        None => (bar, if pane.alone || !pane.focused { b.theme.frame_3 } else { colour }),
    };
    let cap = Rect::from_edges(right - cap_width, frame.y, right, frame.y + bar);
    let title_right = cap.x - pad;
    let start = stub + gap + controls.left.iter().map(|control| control.width + gap).sum::<f64>();
    let share = if is_tight(b, pane) { TIGHT_TITLE_SHARE } else { TITLE_SHARE };
    let room = (share * (right - stub)).min((title_right - start - pad).max(0.0));
    // Of a title with less room nothing could be read.
    let room = if room < LEAST_TITLE * m.cap_title { 0.0 } else { room };
    let title = Title::new(spans, title_right, frame.y + bar / 2.0, m.cap_title, room);
    let bar_end = b.snap(title_right - title.width()) - pad;
    // A sliver of a bar is none.
    let bar_end = if bar_end - start < gap { start } else { bar_end };
    let bar_rect = Rect::from_edges(start, frame.y, bar_end, frame.y + bar);
    let line = |from: f64, to: f64| Rect::from_edges(from, bottom - low, to, bottom);
    let (segment_colour, end_colour) = if pane.alone { (b.theme.frame_2, b.theme.frame_3) } else { (colour, colour) };
    let segments = [
        Segment::elbow_top(upper, m.slim_rail, bar, radii, colour),
        Segment::nothing(start, frame.y, bar, colour),
        Segment::new(bar_rect, [0.0; 4], colour),
        Segment::cap(cap, cap_colour),
        Segment::elbow_bottom(lower_elbow, m.slim_rail, low, radii, colour),
        Segment::new(line(lower.bar.0, lower.bar.1), [0.0; 4], colour),
        Segment::new(line(lower.segment.0, lower.segment.1), [0.0; 4], segment_colour),
        Segment::cap(line(lower.cap, right), end_colour),
    ];
    let content =
        if matches!(level, Level::Focus | Level::Picker) { pane.window_area(b) } else { pane.content(b, level) };
    Frame::new(frame, segments, title, content)
}

/// The same while it is on its way: without room for buttons and for the prompt's label, which are not there yet.
pub(super) fn closed(b: &Builder, frame: &Frame) -> Frame {
    let gap = b.m.gap;
    let mut closed = frame.clone();
    let elbow = frame.segment(Part::ElbowTop).rect;
    stretch(&mut closed, Part::BarTop, elbow.right() + gap);
    let lower = closed.segment_mut(Part::ElbowBottom);
    let right = lower.rect.x + (0.55 * frame.rect.w).max(lower.rect.w);
    lower.rect.w = right - lower.rect.x;
    if let Some(cut) = &mut lower.cut {
        cut.rect.w = (right + b.m.slim_outer - cut.rect.x).max(cut.rect.w);
    }
    stretch(&mut closed, Part::BarBottom, right + gap);
    closed
}

/// Lets a bar begin elsewhere.
fn stretch(frame: &mut Frame, part: Part, left: f64) {
    let rect = &mut frame.segment_mut(part).rect;
    *rect = Rect::from_edges(left.min(rect.right()), rect.y, rect.right(), rect.bottom());
}

/// The lowest bar: the prompt's, or one of the pane's own.
pub(super) fn lower_bars(b: &Builder, pane: &Pane) -> Lower {
    let m = &b.m;
    let (frame, gap) = (pane.frame, m.gap);
    let least = frame.x + m.slim_rail + 2.0 * m.slim_inner;
    if pane.alone {
        return merged(b, pane, (frame.x + b.px(296.0).min(b.snap(0.235 * frame.w))).max(least));
    }
    let cap = frame.right() - pane.slim_bottom(b);
    let bar = b.px(288.0).min(b.snap(0.465 * frame.w));
    let bar = ((cap - gap - bar).max(least + gap), cap - gap);
    Lower { elbow: bar.0 - gap, bar, segment: (bar.1, bar.1), cap }
}

/// Draws the frame with its buttons and its title.
pub(super) fn draw(b: &mut Builder, pane: &Pane, mut frame: Frame, bottom: bool, controls: &Controls) {
    let bar = frame.segment(Part::CapTop).rect;
    let title = frame.title.clone();
    if controls.right.is_some() {
        frame.segment_mut(Part::CapTop).rect.w = 0.0;
    }
    if !bottom {
        frame = frame.without_bottom();
    }
    frame.draw(b, FRAME);
    let gap = b.m.gap;
    let mut x = stub(b, pane) + gap;
    let hit = |from: f64, to: f64| Rect::from_edges(from, pane.rect.y, to, bar.bottom() + gap);
    for control in &controls.left {
        let rect = Rect::new(x, bar.y, control.width, bar.h);
        control.draw(b, rect, hit(rect.x - gap / 2.0, rect.right() + gap / 2.0));
        x = rect.right() + gap;
    }
    let words: Vec<&str> = title.spans.iter().map(|span| span.text.as_str()).collect();
    let width = title.width().max(label_width("M", title.cap));
    let heading = Rect::new(title.right - width, bar.y, width, bar.h);
    b.node(Node::new(Key::part("title"), Role::Heading, words.join(" "), heading));
    if let Some(control) = &controls.right {
        let mut button = Button::pill(control.key, bar, control.label, control.colour, control.action.clone());
        button.shape = Shape::RoundRight;
        if is_tight(b, pane) {
            button.align = Align::Centre;
        }
        button.hit = Some(hit(bar.x, pane.rect.right()));
        b.button(button);
    }
}
