//! The prompt at the bottom of an output: one bar, or opened up at a hub. Where a single pane fills the output, the bar is
//! the lower end of its frame.

mod list;
mod open;
pub(super) mod state;
pub(super) mod text;

use super::Inputs;
use super::build::{Builder, Shape, Text, caption, told};
use super::frame::{Part, Segment, between};
use super::levels;
use super::metrics::label_width;
use super::pane::Pane;
use crate::geometry::Rect;
use crate::hierarchy::{HubMode, Level, Path};
use crate::interface::Overlay;
use crate::interface::prompt::PROMPT;
use crate::scene::{Align, Key};
use crate::semantics::{Action, Node, Role, UiAction};
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
    /// The left edge of its frame, the width of the frame's rail, and its lower edge.
    left: f64,
    rail: f64,
    bottom: f64,
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
            left: frame.x,
            rail: pane.rail_width(b),
            bottom: frame.bottom(),
        };
    }
    let colour = state::state(b, pane).frame.unwrap_or(own.segment(Part::ElbowTop).colour);
    lay_open(b, frame, pane.rail_width(b), pane.prompt_height, colour)
}

/// An open prompt along the lower edge of a frame.
fn lay_open(b: &Builder, frame: Rect, rail: f64, height: f64, colour: Colour) -> Prompt {
    let m = &b.m;
    let top = frame.bottom() - height;
    let cap_width = if rail < m.rail_narrow { 0.0 } else { b.px(CAP) };
    let cap = Rect::from_edges(frame.right() - cap_width, top, frame.right(), frame.bottom());
    let right = if cap_width > 0.0 { cap.x - m.gap } else { cap.x };
    let elbow = Rect::from_edges(frame.x, top, right, frame.bottom());
    let round = (cap.h / 2.0).min(cap.w);
    let nothing = Segment::nothing(elbow.right(), frame.bottom() - m.bar_inner, m.bar_inner, colour);
    let x = frame.x + rail + b.px(if rail < m.rail_narrow { 12.0 } else { 24.0 });
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
        left: frame.x,
        rail,
        bottom: frame.bottom(),
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
            left: at(self.left, to.left),
            rail: at(self.rail, to.rail),
            bottom: at(self.bottom, to.bottom),
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
        return draw_collapsed(b, pane, rect);
    }
    prompt.draw_shapes(b);
    open::draw(b, pane, &prompt, true);
}

/// The words of the bar for a staged text: that it is staged, and what it is.
fn staged_words(pane: &Pane) -> Option<String> {
    let command = pane.inputs.interface.prompt.command()?;
    let more = command.trim_end_matches('\n').matches('\n').count();
    let first = told(command.lines().find(|line| !line.trim().is_empty()).unwrap_or_default());
    Some(match more {
        0 => format!("STAGED: {first}"),
        1 => format!("STAGED, WITH 1 MORE LINE: {first}"),
        more => format!("STAGED, WITH {more} MORE LINES: {first}"),
    })
}

/// The bar. It is a box all the same: pressing it opens it.
fn draw_collapsed(b: &mut Builder, pane: &Pane, rect: Rect) {
    if is_over(pane.inputs, pane) {
        return;
    }
    let staged = staged_words(pane);
    let colour = if staged.is_some() { b.theme.focus } else { b.theme.title };
    let words = staged.unwrap_or_else(|| collapsed_words(b, rect.w));
    let tall = Rect::new(rect.x, rect.y - b.m.gap, rect.w + 0.5 * b.m.gap, rect.h + 2.0 * b.m.gap);
    let key = Key::part(PROMPT);
    let colour = b.tint(key, colour);
    b.text(key.piece(1), Text::label(tall, words, b.m.cap_label, colour));
    let mut node = Node::new(key, Role::TextBox, NAME, rect);
    let typed = pane.inputs.interface.prompt.text();
    node.value = Some(if typed.is_empty() { String::from(STATE) } else { typed.to_owned() });
    node.hit = Rect::from_edges(rect.x, rect.y - b.m.gap, rect.right(), rect.bottom() + b.m.margin);
    node.action = Some(Action::Ui(UiAction::Prompt));
    b.ring(key, rect, [0.0; 4]);
    b.node(node);
}

/// Whether the prompt is open over a place that leaves no room for it.
pub(super) fn is_over(inputs: &Inputs, pane: &Pane) -> bool {
    // The question before something dangerous says itself what it is about.
    let asked = matches!(inputs.interface.overlay, Some(Overlay::Confirm { .. }));
    inputs.interface.prompt.keyboard && !asked && !pane.expanded(pane.viewport.path.level())
}

/// The prompt opened by hand over whatever is there. What it covers.
pub(super) fn draw_over(b: &mut Builder, room: Rect, pane: &Pane) -> Rect {
    let m = b.m;
    let wide = room.w / b.factor();
    let rail = match wide {
        _ if wide >= 960.0 => m.rail,
        _ if wide >= 560.0 => m.rail_narrow,
        _ => m.slim_rail,
    };
    let frame =
        Rect::from_edges(room.x + m.margin, room.y + m.margin, room.right() - m.margin, room.bottom() - m.margin);
    let state = state::state(b, pane);
    let colour = state.frame.unwrap_or_else(|| levels::place_colour(b, pane));
    let prompt = lay_open(b, frame, rail, pane.prompt_height, colour);
    let ground = Rect::from_edges(room.x, prompt.top - m.gap, room.right(), room.bottom());
    b.fill(Key::part("prompt-ground"), ground, [0.0; 4], b.theme.bg);
    prompt.draw_shapes(b);
    open::draw(b, pane, &prompt, true);
    ground
}

/// The word that names whose prompt it is: what a hub shows, else the sector.
fn place_word(pane: &Pane) -> String {
    let own = state::sector(pane).and_then(|id| levels::tree(pane).sector(id));
    match pane.viewport.path.level() {
        Level::Hub => String::from(match pane.mode() {
            HubMode::Command => "COMMAND",
            HubMode::Apps => "APPS",
            HubMode::Directory => "DIRECTORY",
        }),
        _ => own.map(|sector| caption(&sector.name)).unwrap_or_default(),
    }
}

/// What there is in an open prompt, as a picture of a zoom.
pub(super) fn draw_open(b: &mut Builder, pane: &Pane, prompt: &Prompt) {
    open::draw(b, pane, prompt, false);
}

impl Prompt {
    /// Where its end cap begins.
    fn cap_left(&self) -> f64 {
        self.segments[3].rect.x
    }

    /// How much of its words is seen.
    pub fn opacity(&self) -> f64 {
        ((self.open - 0.8) / 0.2).clamp(0.0, 1.0)
    }
}

/// The prompt of an output with several panes: a bar of its own that names the pane it is for.
pub(super) fn draw_shared(b: &mut Builder, room: Rect, pane: &Pane) {
    let m = b.m;
    let bottom = room.bottom() - m.margin;
    let (top, right, left) = (bottom - m.bar_prompt, room.right() - m.margin, room.x + m.margin);
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
    draw_collapsed(b, pane, Rect::from_edges(from, top, to, bottom));
}

/// What a pane is called: by its sector, and by the app or window it shows.
pub(super) fn place_name(pane: &Pane) -> String {
    let tree = levels::tree(pane);
    let path = &pane.viewport.path;
    let Some(sector) = path.sector().and_then(|id| tree.sector(id)) else {
        return String::from(if path.level() == Level::Log { "LOG" } else { "OVERVIEW" });
    };
    let sector_name = caption(&sector.name);
    match path.app().and_then(|id| tree.app(id)) {
        Some((_, app)) => format!("{sector_name} {}", caption(&app.title)),
        None if path.level() == Level::Hub => format!("{sector_name} {}", place_word(pane)),
        None => sector_name,
    }
}

/// Whether a frame is the prompt's at its lower end.
pub(super) fn is_merged(pane: &Pane, path: &Path) -> bool {
    pane.alone && !pane.expanded(path.level())
}
