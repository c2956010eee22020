//! The prompt at the bottom of an output: one bar, or opened up at a hub. Where a single pane fills the output, the bar is
//! the lower end of its frame.

use super::build::{Builder, Button, Shape, Text, caption};
use super::frame::{Part, Segment, between};
use super::levels;
use super::metrics::label_width;
use super::pane::{Pane, Rail, whole};
use crate::geometry::{Rect, Size};
use crate::hierarchy::{HubMode, Level, Path};
use crate::scene::{Align, Key};
use crate::semantics::{Node, Role};
use crate::theme::Colour;

const NAME: &str = "PERSISTENT UNIFIED PROMPT";
const STATE: &str = "AWAITING INPUT";
/// Of a prompt that is open.
const CAP: f64 = 48.0;
/// The block that names the pane, where there are several.
const PANE_BLOCK: f64 = 176.0;
/// In a zoom the elbow makes room for the label in so much of the way.
const HURRY: f64 = 1.5;

/// The prompt, laid out in an output with a single pane.
#[derive(Debug, Clone)]
pub(super) struct Prompt {
    /// The elbow, a bar, a segment, the cap.
    segments: [Segment; 4],
    /// Where it begins.
    pub top: f64,
    /// Where its label begins.
    x: f64,
    /// No label is wider.
    room: f64,
    /// The middle of the label's capitals.
    middle: f64,
    cap: f64,
    /// 1 is wholly open, 0 a bar.
    open: f64,
}

/// The words of the bar, with as many as there is room for.
fn collapsed_words(b: &Builder, room: f64) -> String {
    let full = format!("{NAME}: {STATE}");
    let short = format!("PROMPT: {STATE}");
    let fits = |words: &str| label_width(words, b.m.cap_label) <= room + 0.1 * b.m.cap_label;
    [full, short].into_iter().find(|words| fits(words)).unwrap_or_else(|| String::from(STATE))
}

/// How wide the label of the bar would like to be.
pub(super) fn collapsed_width(b: &Builder) -> f64 {
    label_width(&format!("{NAME}: {STATE}"), b.m.cap_label)
}

/// The prompt as it is at a place. As what a zoom leads to, its elbow is only what the pane's own frame does not draw.
pub(super) fn lay_out(b: &Builder, pane: &Pane, path: &Path, inner: bool) -> Prompt {
    let (m, frame) = (&b.m, pane.frame);
    let level = path.level();
    let own = levels::frame(b, pane, path);
    if !pane.expanded(level) {
        let bar = own.segment(Part::BarBottom).rect;
        let mut elbow = *own.segment(Part::ElbowBottom);
        if inner {
            let height = elbow.radii[3].max(bar.h);
            let top = (elbow.rect.bottom() - height).max(elbow.rect.y);
            elbow.rect = Rect::from_edges(elbow.rect.x, top, elbow.rect.right(), elbow.rect.bottom());
        }
        let rest = [Part::BarBottom, Part::SegmentBottom, Part::CapBottom].map(|part| *own.segment(part));
        let [bar_segment, segment, cap] = rest;
        let x = elbow.rect.right() + 1.5 * m.gap;
        return Prompt {
            segments: [elbow, bar_segment, segment, cap],
            top: bar.y,
            x,
            room: (bar.x - 1.5 * m.gap - x).max(0.0),
            middle: bar.y + bar.h / 2.0,
            cap: m.cap_label,
            open: 0.0,
        };
    }
    let top = frame.bottom() - m.prompt_height;
    let colour = own.segment(Part::ElbowTop).colour;
    let cap = Rect::from_edges(frame.right() - b.px(CAP), top, frame.right(), frame.bottom());
    let rail = pane.rail_width(b);
    let elbow = Rect::from_edges(frame.x, top, cap.x - m.gap, frame.bottom());
    let round = (cap.h / 2.0).min(cap.w);
    let nothing = Segment::nothing(elbow.right(), frame.bottom() - m.bar_inner, m.bar_inner, colour);
    let x = frame.x + rail + b.px(24.0);
    Prompt {
        segments: [
            Segment::elbow_bottom(elbow, rail, m.bar_inner, (m.prompt_outer, m.prompt_inner), colour),
            nothing,
            nothing,
            Segment::new(cap, [0.0, round, round, 0.0], colour),
        ],
        top,
        x,
        room: (cap.x - 2.0 * m.gap - x).max(0.0),
        middle: top + b.px(12.5),
        cap: m.cap_small,
        open: 1.0,
    }
}

impl Prompt {
    /// What lies between two.
    pub fn between(&self, to: &Self, p: f64) -> Self {
        let mut segments = self.segments;
        // Where the prompt closes the elbow's end hurries ahead of its height, so that the label never lies on it.
        let hurried = if to.open < self.open { (HURRY * p).min(1.0) } else { (HURRY * p - HURRY + 1.0).max(0.0) };
        for (place, (segment, to)) in segments.iter_mut().zip(&to.segments).enumerate() {
            let from = *segment;
            *segment = from.lerp(to, p);
            if place < 3 {
                let right = between(from.rect.right(), to.rect.right(), hurried);
                let left = if place == 0 { segment.rect.x } else { between(from.rect.x, to.rect.x, hurried) };
                segment.rect = Rect::from_edges(left, segment.rect.y, right, segment.rect.bottom());
            }
        }
        let at = |a: f64, b: f64| between(a, b, p);
        Self {
            segments,
            top: at(self.top, to.top),
            x: between(self.x, to.x, hurried),
            room: at(self.room, to.room),
            middle: at(self.middle, to.middle),
            cap: at(self.cap, to.cap),
            open: at(self.open, to.open),
        }
    }

    /// Its shapes.
    pub fn draw_shapes(&self, b: &mut Builder) {
        for (piece, segment) in (1..).zip(&self.segments) {
            segment.draw(b, Key::part("prompt-frame").piece(piece));
        }
    }

    /// Its label during a zoom, when it is neither open nor closed.
    pub fn draw_label(&self, b: &mut Builder) {
        let width = (label_width(NAME, self.cap) + 0.2 * self.cap).min(self.room);
        let rect = Rect::new(self.x, self.middle - self.cap, width, 2.0 * self.cap);
        let text = Text::label(rect, NAME, self.cap, b.theme.title);
        b.text_zoomed(Key::part("prompt").piece(1), text, self.cap / b.m.cap_label.max(1.0));
    }
}

/// The prompt of an output with a single pane, at rest.
pub(super) fn draw_alone(b: &mut Builder, pane: &Pane, path: &Path) {
    if levels::is_bare(pane, path) {
        return;
    }
    let prompt = lay_out(b, pane, path, false);
    if !pane.expanded(path.level()) {
        let rect = Rect::new(prompt.x, prompt.top, prompt.room, b.m.bar_prompt);
        return draw_collapsed(b, rect);
    }
    let elbow = prompt.segments[0].rect;
    let rect = Rect::from_edges(elbow.x, elbow.y, pane.frame.right(), elbow.bottom());
    let place = b.node(node(rect));
    prompt.draw_shapes(b);
    b.within(place, |b| draw_open(b, pane, &prompt));
}

fn node(rect: Rect) -> Node {
    let mut node = Node::new(Key::part("prompt"), Role::TextBox, NAME, rect);
    node.value = Some(String::from(STATE));
    node.states.disabled = true;
    node
}

fn draw_collapsed(b: &mut Builder, rect: Rect) {
    let words = collapsed_words(b, rect.w);
    let tall = Rect::new(rect.x, rect.y - b.m.gap, rect.w + 0.5 * b.m.gap, rect.h + 2.0 * b.m.gap);
    b.text(Key::part("prompt").piece(1), Text::label(tall, words, b.m.cap_label, b.theme.title));
    b.node(node(rect));
}

/// What there is in an open prompt.
pub(super) fn draw_open(b: &mut Builder, pane: &Pane, prompt: &Prompt) {
    let key = Key::part("prompt");
    let m = b.m;
    let (rail, cap) = (pane.rail_width(b), prompt.segments[3].rect);
    let word = match pane.mode() {
        HubMode::Command => "COMMAND",
        HubMode::Apps => "APPS",
        HubMode::Directory => "DIRECTORY",
    };
    let full = pane.rail == Rail::Full;
    let (label_cap, inset) = if full { (m.cap_label, m.rail_label_inset) } else { (m.cap_small, b.px(10.0)) };
    let middle = cap.bottom() - b.px(20.5);
    let left = pane.frame.x + b.px(16.0);
    let line = Rect::from_edges(left, middle - label_cap, pane.frame.x + rail - inset, middle + label_cap);
    b.text(key.piece(2), Text::label(line, word, label_cap, b.theme.on_fill).aligned(Align::Right));

    let gap = m.gap;
    let execute = Rect::new(cap.x - b.px(168.0), prompt.top + gap, b.px(152.0), m.pill_height);
    let clear = Rect::new(execute.x - gap - b.px(104.0), execute.y, b.px(104.0), m.pill_height);
    let name_width = label_width(NAME, m.cap_small) + 0.2 * m.cap_small;
    let name = Rect::new(prompt.x, prompt.middle - m.cap_small, name_width, 2.0 * m.cap_small);
    let mut buttons = vec![("execute", "EXECUTE", execute)];
    if name.right() + gap <= clear.x {
        buttons.insert(0, ("clear", "CLEAR", clear));
    }
    let room = buttons.first().map_or(cap.x, |(_, _, rect)| rect.x) - gap;
    let name = Rect { w: name.w.min(room - name.x), ..name };
    b.text(key.piece(1), Text::label(name, NAME, m.cap_small, b.theme.title));
    let state_width = label_width(STATE, m.cap_small) + b.px(24.0);
    let state = Rect::new(b.snap(name.right() + b.px(14.0)), prompt.top + b.px(2.0), b.snap(state_width), b.px(22.0));
    if state.right() <= room {
        b.fill(key.piece(3), state, [0.0; 4], b.theme.frame_inert);
        let words = Text::label(state, STATE, m.cap_small, b.theme.text).aligned(Align::Centre);
        b.text(key.piece(4), words);
    }
    let cursor = Rect::new(prompt.x, prompt.top + b.px(39.0), b.px(12.0), b.px(24.0));
    b.fill(key.piece(5), cursor, [0.0; 4], b.theme.focus);
    for (part, label, rect) in buttons {
        let mut button = Button::pill(Key::part(part), rect, label, b.theme.frame_inert, nothing());
        button.disabled = true;
        button.align = Align::Centre;
        b.button(button);
    }
}

/// Of a button that cannot be used yet.
fn nothing() -> crate::semantics::Action {
    crate::semantics::Action::Ui(crate::semantics::UiAction::Cancel)
}

impl Prompt {
    /// How much of its words is seen.
    pub fn opacity(&self) -> f64 {
        ((self.open - 0.8) / 0.2).clamp(0.0, 1.0)
    }
}

/// The prompt of an output with several panes: a bar of its own that names the pane it is for.
pub(super) fn draw_shared(b: &mut Builder, size: Size, pane: &Pane) {
    let m = b.m;
    let size = whole(b.scale, size);
    let bottom = size.h - m.margin;
    let (top, right, left) = (bottom - m.bar_prompt, size.w - m.margin, m.margin);
    let words = place_name(pane);
    let cap = m.cap_small;
    let pad = 1.5 * m.gap;
    let wished = label_width(&words, cap) + pad + m.bar_prompt;
    let block_width = b.snap(wished.max(b.px(PANE_BLOCK)).min(0.3 * (right - left)));
    let block = Rect::new(left, top, block_width, m.bar_prompt);
    let colour: Colour = b.theme.focus;
    let key = Key::part("prompt-frame");
    b.shape(key.piece(1), block, Shape::RoundLeft, colour);
    let inner = Rect::from_edges(block.x + m.bar_prompt / 2.0, block.y, block.right() - pad, block.bottom());
    b.text(key.piece(5), Text::label(inner, words.as_str(), cap, b.theme.on_fill).aligned(Align::Right));
    let end = Rect::from_edges(right - m.bar_prompt, top, right, bottom);
    b.shape(key.piece(4), end, Shape::RoundRight, colour);
    let from = block.right() + pad;
    let to = (from + b.snap(collapsed_width(b))).min(end.x - m.gap - pad);
    let bar = Rect::from_edges(to + pad, top, end.x - m.gap, bottom);
    b.fill(key.piece(2), bar, [0.0; 4], colour);
    draw_collapsed(b, Rect::from_edges(from, top, to, bottom));
}

/// What a pane is called: by its sector, and by the app or window it shows.
pub(super) fn place_name(pane: &Pane) -> String {
    let tree = levels::tree(pane);
    let path = &pane.viewport.path;
    let Some(sector) = path.sector().and_then(|id| tree.sector(id)) else { return String::from("OVERVIEW") };
    let sector_name = caption(&sector.name);
    match path.app().and_then(|id| tree.app(id)) {
        Some((_, app)) => format!("{sector_name} {}", caption(&app.title)),
        None if path.level() == Level::Hub => format!("{sector_name} APPS"),
        None => sector_name,
    }
}

/// Whether a frame is the prompt's at its lower end.
pub(super) fn is_merged(pane: &Pane, path: &Path) -> bool {
    pane.alone && !pane.expanded(path.level())
}
