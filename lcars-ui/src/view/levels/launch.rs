//! The row of what can be launched, below the tiles of a hub.

use super::super::build::{Builder, Button, Text, caption};
use super::super::metrics::label_width;
use super::super::pane::{Pane, Rail};
use crate::geometry::Rect;
use crate::hierarchy::Level;
use crate::scene::Key;
use crate::semantics::{Action, Node, Role, UiAction};

/// The row with its heading, from the tiles down.
const BLOCK: f64 = 88.0;
/// No pill is narrower.
const LEAST_PILL: f64 = 152.0;
/// No pill is narrower in a pane with little room.
const LEAST_CHIP: f64 = 112.0;
/// A content that is lower than this has no launch row, so that apps can be seen.
const LEAST_CONTENT: f64 = 150.0;
/// A content that is lower than this has a row without a heading.
const LEAST_HEADED: f64 = 280.0;
/// A launcher's icon.
const ICON: f64 = 24.0;

fn tall(b: &Builder, pane: &Pane, least: f64) -> bool {
    pane.content(b, Level::Hub).h >= least * b.factor()
}

/// What the row takes from the content.
pub(super) fn height(b: &Builder, pane: &Pane) -> f64 {
    match () {
        () if !tall(b, pane, LEAST_CONTENT) => 0.0,
        () if !tall(b, pane, LEAST_HEADED) || pane.rail == Rail::Slim => pane.chip(b) + 2.0 * b.m.gap,
        () => b.px(BLOCK),
    }
}

/// The entry that starts a terminal.
pub(super) fn terminal(pane: &Pane) -> String {
    let is_terminal = |entry: &str| {
        let entry = entry.to_lowercase();
        entry.contains("foot") || entry.contains("terminal")
    };
    let found = pane.inputs.launcher.iter().find(|one| is_terminal(&one.entry) || is_terminal(&one.category));
    found.map_or_else(|| String::from("foot"), |one| one.entry.clone())
}

/// Draws it.
pub(super) fn draw(b: &mut Builder, pane: &Pane) {
    let height = height(b, pane);
    if height <= 0.0 {
        return;
    }
    let content = pane.content(b, Level::Hub);
    let chip = pane.chip(b);
    let row = Rect::from_edges(content.x, content.bottom() - chip, content.right(), content.bottom());
    let group = b.node(Node::new(Key::part("launch"), Role::Group, "LAUNCH", row));
    if height >= b.px(BLOCK) {
        heading(b, pane, row);
    }
    let gap = b.m.gap;
    let least = b.px(if pane.rail == Rail::Slim { LEAST_CHIP } else { LEAST_PILL });
    // Truncation is meant: as many as fit, MORE among them.
    let slots = (((row.w + gap) / (least + gap)).floor().max(1.0)) as usize;
    let each = (row.w + gap) / slots as f64;
    let slots = slots.min(pane.inputs.launcher.len() + 1);
    let place = |slot: usize| {
        let from = b.snap(row.x + slot as f64 * each);
        Rect::from_edges(from, row.y, b.snap(row.x + (slot + 1) as f64 * each) - gap, row.bottom())
    };
    let rects: Vec<Rect> = (0..slots).map(place).collect();
    let Some((last, rest)) = rects.split_last() else { return };
    b.within(group, |b| {
        for (i, (one, rect)) in pane.inputs.launcher.iter().zip(rest).enumerate() {
            let colour = [b.theme.act_a, b.theme.act_b, b.theme.act_c][i % 3];
            let action = Action::Ui(UiAction::Launch { entry: one.entry.clone() });
            let key = Key::of("launcher", i as u64 + 1);
            let name = caption(&one.name);
            let needed = label_width(&name, b.m.cap_label) + b.m.rail_label_inset;
            b.button(sized(b, pane, Button::pill(key, *rect, name, colour, action)));
            let side = b.px(ICON);
            let off = (rect.h - side) / 2.0;
            if let Some(icon) = one.icon.as_deref().filter(|_| needed + side + 2.0 * off <= rect.w) {
                b.icon(key.piece(6), Rect::new(rect.x + 1.5 * off, rect.y + off, side, side), icon);
            }
        }
        let more = Button::pill(Key::part("more"), *last, "MORE", b.theme.act_d, Action::Ui(UiAction::Launcher));
        b.button(sized(b, pane, more));
    });
}

fn sized(b: &Builder, pane: &Pane, mut button: Button) -> Button {
    if pane.rail == Rail::Slim {
        button.cap = Some(b.m.cap_small);
        button.inset = Some(b.px(12.0));
    }
    button
}

fn heading(b: &mut Builder, pane: &Pane, row: Rect) {
    let middle = row.y - b.px(25.0);
    let cap = b.m.cap_small;
    let words = match pane.search() {
        Some(text) if pane.inputs.launcher.is_empty() => {
            format!("NO APP IS CALLED {}, ESC SHOWS ALL AGAIN", caption(&text))
        }
        Some(text) => format!("LAUNCH: {}", caption(&text)),
        None => String::from("LAUNCH"),
    };
    let width = (label_width(&words, cap) + 0.3 * cap).min(0.6 * row.w);
    let rect = Rect::new(row.x, middle - cap, width, 2.0 * cap);
    let key = Key::part("launch");
    b.text(key, Text::label(rect, words, cap, b.theme.text_muted));
    let line = Rect::from_edges(b.snap(rect.right() + b.px(10.0)), middle - b.px(2.0), row.right(), middle + b.px(2.0));
    b.fill(key.piece(1), line, [0.0; 4], b.theme.frame_inert);
}
