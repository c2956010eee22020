//! The list above the open prompt.

use super::super::Inputs;
use super::super::build::{Builder, Text};
use super::super::metrics::{label_width, mono_width};
use super::text::MONO_CAP;
use crate::geometry::Rect;
use crate::interface::prompt::{Item, ListKind, Sources};
use crate::scene::{Align, Key};
use crate::semantics::{Action, Node, Role, UiAction};

/// So many rows are in view at once.
const ROWS: usize = 8;

/// Draws it above a prompt, between two edges, no higher than there is room. What it covers.
pub(in crate::view) fn draw(b: &mut Builder, inputs: &Inputs, left: f64, right: f64, bottom: f64) -> Option<Rect> {
    let prompt = &inputs.interface.prompt;
    let list = prompt.list()?;
    let sources = Sources { tree: inputs.desktop.tree(), shells: inputs.shells, launcher: inputs.launcher };
    let items = prompt.items(&sources);
    let gap = b.m.gap;
    let row = b.m.hit_min.max(b.m.chip_height);
    // Truncation is meant: a row that does not fit as a whole is not shown, and where none fits there is no list.
    let room = ((bottom - 2.0 * gap) / (row + gap / 2.0)).max(0.0) as usize;
    let rows = items.len().min(ROWS).min(room);
    if rows == 0 || right - left < 4.0 * row {
        return None;
    }
    let chosen = list.chosen.min(items.len().saturating_sub(1));
    let first = (chosen + 1).saturating_sub(rows);
    let apart = b.snap(gap / 2.0);
    let height = rows as f64 * (row + apart) + apart;
    let bounds = Rect::from_edges(left, bottom - height, right, bottom);
    let ground = Rect::from_edges(bounds.x - gap, bounds.y - gap, bounds.right() + gap, bounds.bottom());
    b.fill(Key::part("prompt-list").piece(1), ground, [0.0; 4], b.theme.bg);
    let name = match list.kind {
        ListKind::Completions => "COMPLETIONS",
        ListKind::History => "HISTORY",
        ListKind::Search => "FOUND",
    };
    let mut node = Node::new(Key::part("prompt-list"), Role::List, name, bounds);
    node.value = Some(format!("{} OF {}", chosen + 1, items.len()));
    let place = b.node(node);
    b.within(place, |b| {
        for (slot, (number, item)) in items.iter().enumerate().skip(first).take(rows).enumerate() {
            let top = bounds.y + apart + slot as f64 * (row + apart);
            let rect = Rect::from_edges(bounds.x, top, bounds.right(), top + row);
            draw_item(b, item, number, rect, number == chosen);
        }
    });
    Some(ground)
}

fn draw_item(b: &mut Builder, item: &Item, number: usize, rect: Rect, chosen: bool) {
    let key = Key::of("prompt-item", number as u64 + 1);
    let (fill, ink, muted) = if chosen {
        (b.theme.focus, b.theme.on_fill, b.theme.on_fill)
    } else {
        (b.theme.track, b.theme.text, b.theme.text_muted)
    };
    let fill = b.tint(key, fill);
    b.fill(key, rect, [0.0; 4], fill);
    let inset = 1.5 * b.m.gap;
    let (cap, size) = (b.m.cap_small, b.m.mono_size);
    let about = item.about.to_uppercase();
    let about_width = (label_width(&about, cap) + 0.3 * cap).min(0.4 * rect.w);
    let about_rect = Rect::from_edges(rect.right() - inset - about_width, rect.y, rect.right() - inset, rect.bottom());
    let right = if about.is_empty() { rect.right() - inset } else { about_rect.x - inset };
    let room = Rect::from_edges(rect.x + inset, rect.y, right, rect.bottom());
    let words = crate::label::in_one_line(&item.text);
    let wished = mono_width(&words, size) * 1.03 + size;
    let text = Rect { w: wished.min(room.w), ..room };
    b.text(key.piece(1), Text::label(text, words, size * MONO_CAP, ink).mono());
    if !about.is_empty() && about_rect.x > rect.x + 0.3 * rect.w {
        b.text(key.piece(2), Text::label(about_rect, about.as_str(), cap, muted).aligned(Align::Right));
    }
    let mut node = Node::new(key, Role::ListItem, item.text.as_str(), rect);
    node.value = Some(about).filter(|about| !about.is_empty());
    node.states.selected = chosen;
    node.action = Some(Action::Ui(UiAction::Choose { number }));
    b.node(node);
}
