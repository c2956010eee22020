//! The keys in force, by where they count.

use super::super::Inputs;
use super::super::build::{Builder, Text, caption};
use super::super::metrics::label_width;
use super::dialog::{self, Choice, Kind, Pages};
use crate::geometry::{Rect, Size};
use crate::scene::{Align, Key};
use crate::semantics::{Node, Role, UiAction};

/// A chord and what it does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Binding {
    /// What is pressed: `Super+Up`.
    pub chord: String,
    /// What it does: `Zoom out`.
    pub label: String,
    /// Where it counts; bindings of one place follow each other.
    pub context: String,
}

/// No column is narrower.
const LEAST_COLUMN: f64 = 304.0;
/// The room for a chord.
const CHORD: f64 = 148.0;
/// A line.
const ROW: f64 = 26.0;
/// The dialog is no wider.
const MOST_WIDTH: f64 = 1120.0;

/// A line of the list.
enum Line<'a> {
    Context(&'a str),
    Binding(&'a Binding),
}

/// Every binding, with a line for the place before the first of each.
fn lines(bindings: &[Binding]) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut context = "";
    for binding in bindings {
        if binding.context != context {
            context = &binding.context;
            lines.push(Line::Context(context));
        }
        lines.push(Line::Binding(binding));
    }
    lines
}

pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size) -> Rect {
    let room = dialog::room(b, output);
    let lines = lines(inputs.bindings);
    let (row, gap) = (b.px(ROW), b.m.gap);
    let width = room.w.min(b.px(MOST_WIDTH));
    let columns = (((width + gap) / (b.px(LEAST_COLUMN) + gap)).floor()).clamp(1.0, 4.0);
    // Between 1 and 4, and as many rows as fit: bounded by the output's size.
    let columns_count = columns as usize;
    let most_rows = (((room.h - dialog::footer_height(b)) / row).floor()).clamp(1.0, 999.0) as usize;
    let rows = most_rows.min(lines.len().div_ceil(columns_count)).max(1);
    let pages = Pages::new(lines.len(), most_rows * columns_count, inputs.interface.page);
    let size = Size { w: width, h: rows as f64 * row + dialog::footer_height(b) };
    let dialog = dialog::open(b, output, size, &Kind::dialog(b, "keys", "KEYS"));
    let content = dialog.content;
    b.within(dialog.place, |b| {
        let list = b.node(Node::new(Key::part("bindings"), Role::List, "KEYS IN FORCE", content));
        b.within(list, |b| {
            let column = (content.w + 2.0 * gap) / columns;
            for (i, line) in pages.of(&lines).iter().enumerate() {
                let x = content.x + (i / rows) as f64 * column;
                let y = content.y + (i % rows) as f64 * row;
                draw_line(b, Rect::new(b.snap(x), y, column - 2.0 * gap, row), i as u64, line);
            }
        });
        let close = Choice::ui("close-overlay", "CLOSE", b.theme.act_a, UiAction::Cancel);
        let left = dialog::footer(b, content, &[close]);
        dialog::pager(b, content, left, pages);
    });
    dialog.cover
}

fn draw_line(b: &mut Builder, rect: Rect, place: u64, line: &Line) {
    let cap = b.m.cap_small;
    match line {
        Line::Context(context) => {
            let key = Key::of("context", place);
            let words = caption(context);
            b.node(Node::new(key, Role::Heading, words.as_str(), rect));
            let width = (label_width(&words, cap) + 0.3 * cap).min(rect.w);
            b.text(key, Text::label(Rect { w: width, ..rect }, words, cap, b.theme.title));
            let from = b.snap(rect.x + width + b.m.gap);
            let middle = b.snap(rect.y + rect.h / 2.0);
            let bar = Rect::from_edges(from, middle - b.px(2.0), rect.right(), middle + b.px(2.0));
            b.fill(key.piece(1), bar, [0.0; 4], b.theme.frame_inert);
        }
        Line::Binding(binding) => {
            let key = Key::of("binding", place);
            let (chord, label) = (caption(&binding.chord), caption(&binding.label));
            let mut node = Node::new(key, Role::ListItem, label.as_str(), rect);
            node.value = Some(crate::label::clean(&binding.chord));
            b.node(node);
            let block = Rect::new(rect.x, rect.y + b.px(2.0), b.px(CHORD).min(rect.w / 2.0), rect.h - b.px(4.0));
            b.fill(key, block, [0.0; 4], b.theme.track);
            let inner = Rect::from_edges(block.x + b.px(6.0), block.y, block.right() - b.px(6.0), block.bottom());
            b.text(key.piece(1), Text::label(inner, chord, cap, b.theme.text).aligned(Align::Right));
            let rest = Rect::from_edges(block.right() + 1.5 * b.m.gap, rect.y, rect.right(), rect.bottom());
            b.text(key.piece(2), Text::label(rest, label, cap, b.theme.text_muted));
        }
    }
}
