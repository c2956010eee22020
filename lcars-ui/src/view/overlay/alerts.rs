//! The alerts at the top right, above everything: a strip that says how serious it is, and the words below.

use super::super::Inputs;
use super::super::build::{Builder, Button, Shape, Text, caption, told};
use super::super::metrics::label_width;
use super::dialog::{self, Choice, around, line_height, wrap};
use crate::geometry::{Point, Rect, Size};
use crate::interface::{Alert, AlertLevel};
use crate::scene::{Align, Key, Primitive};
use crate::semantics::{Action, Node, Role, UiAction};
use crate::theme::Colour;

/// No alert is wider.
const WIDTH: f64 = 320.0;
/// The words have at most so many lines.
const MOST_LINES: usize = 9;
/// The end of the strip, which takes the alert away.
const DISMISS: f64 = 48.0;

/// What an alert of this level is drawn in.
pub(in crate::view) fn colour(b: &Builder, level: AlertLevel) -> Colour {
    match level {
        AlertLevel::Info => b.theme.info,
        AlertLevel::Caution => b.theme.caution,
        AlertLevel::Danger => b.theme.danger,
    }
}

/// What it says of itself: `CAUTION x3`.
pub(in crate::view) fn word(alert: &Alert) -> String {
    if alert.count > 1 { format!("{} x{}", alert.level.word(), alert.count) } else { alert.level.word().to_owned() }
}

/// The name of the sector where it happened.
pub(in crate::view) fn place(inputs: &Inputs, alert: &Alert) -> Option<String> {
    Some(caption(&inputs.desktop.tree().sector(alert.sector?)?.name))
}

/// Draws them. Returns what they cover.
pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size) -> Vec<Rect> {
    let gap = b.m.gap;
    let width = b.px(WIDTH).min(output.w - 2.0 * b.m.margin - 2.0 * gap);
    let x = b.snap(output.w - b.m.margin - gap - width);
    let mut y = b.m.margin + b.m.bar_top.max(b.m.hit_min) + 2.0 * gap;
    let mut covers = Vec::new();
    for alert in inputs.interface.alerts.shown() {
        let cap = b.m.cap_small;
        let lines = wrap(&told(&alert.text), cap, width, MOST_LINES);
        let strip = b.m.tile_bar.max(b.px(24.0));
        let words = strip + gap + lines.len() as f64 * line_height(b, cap);
        let choices = answers(b, alert);
        let height = if choices.is_empty() { words } else { words + gap + dialog::flow_height(b, width, &choices) };
        let rect = Rect::new(x, y, width, height);
        if rect.bottom() + gap > output.h {
            break;
        }
        let cover = around(rect, gap, output);
        covers.push(cover);
        draw_one(b, inputs, alert, rect, cover, &lines);
        dialog::flow(b, Rect { y: y + words + gap, h: height - words - gap, ..rect }, &choices);
        y = rect.bottom() + 2.0 * gap;
    }
    covers
}

/// What may be done about one. A choice without words is left out.
pub(in crate::view) fn answers(b: &Builder, alert: &Alert) -> Vec<Choice> {
    let choice = |(place, label): (usize, &String)| {
        // No alert has so many.
        let key = Key::of("answer", alert.id.wrapping_mul(16).wrapping_add(place as u64));
        Choice::new(key, caption(label), b.theme.act_a, Action::Ui(UiAction::Answer { alert: alert.id, choice: place }))
    };
    alert.choices.iter().enumerate().filter(|(_, label)| !label.is_empty()).map(choice).collect()
}

fn draw_one(b: &mut Builder, inputs: &Inputs, alert: &Alert, rect: Rect, cover: Rect, lines: &[String]) {
    let key = Key::of("alert", alert.id);
    let gap = b.m.gap / 2.0;
    b.fill(key.piece(30), cover, [0.0; 4], b.theme.bg);
    let place_name = place(inputs, alert);
    let said = told(&alert.text);
    let mut node = Node::new(key, Role::Alert, format!("{}: {said}", word(alert)), rect);
    node.value = place_name.clone();
    let node = b.node(node);
    let lit = inputs.interface.alerts.lit(alert, inputs.now);
    let own = colour(b, alert.level);
    let (fill, ink) = if lit { (own, b.theme.on_fill) } else { (b.theme.frame_inert, b.theme.text_muted) };
    let strip = Rect { h: b.m.tile_bar.max(b.px(24.0)), ..rect };
    let dismiss =
        Rect::from_edges(strip.right() - b.px(DISMISS).max(b.m.hit_min), strip.y, strip.right(), strip.bottom());
    let body = Rect::from_edges(strip.x, strip.y, dismiss.x - gap, strip.bottom());
    match alert.sector {
        Some(_) => b.within(node, |b| {
            let attend = Action::Ui(UiAction::Attend { alert: alert.id });
            let mut button = Button::pill(Key::of("attend", alert.id), body, "", fill, attend);
            button.shape = Shape::Block;
            button.name = Some(format!("GO TO {said}"));
            button.hit = Some(Rect::from_edges(cover.x, cover.y, dismiss.x - gap, cover.bottom()));
            b.button(button);
        }),
        None => b.fill(key, body, [0.0; 4], fill),
    }
    let cap = b.m.cap_small;
    let inner = Rect::from_edges(body.x + b.px(10.0), body.y, body.right() - b.px(10.0), body.bottom());
    let words = word(alert);
    let words_width = label_width(&words, cap) + 0.3 * cap;
    b.text(
        key.piece(1),
        Text::label(Rect { x: inner.right() - words_width, w: words_width, ..inner }, words, cap, ink)
            .aligned(Align::Right),
    );
    if let Some(place) = place_name {
        let room = Rect { w: (inner.w - words_width - b.m.gap).max(0.0), ..inner };
        b.text(key.piece(2), Text::label(room, place, cap, ink));
    }
    for (piece, line) in (8..).zip(lines) {
        let height = line_height(b, cap);
        let y = strip.bottom() + b.m.gap + f64::from(piece - 8) * height;
        let line = Text::label(Rect::new(rect.x, y, rect.w, height), line.as_str(), cap, b.theme.text);
        b.text(key.piece(piece), line);
    }
    b.within(node, |b| draw_dismiss(b, alert, dismiss, cover, &said, fill, ink));
}

fn draw_dismiss(b: &mut Builder, alert: &Alert, rect: Rect, cover: Rect, said: &str, fill: Colour, ink: Colour) {
    let key = Key::of("dismiss", alert.id);
    let mut button = Button::pill(key, rect, "", fill, Action::Ui(UiAction::Dismiss { alert: alert.id }));
    button.shape = Shape::RoundRight;
    button.name = Some(format!("DISMISS {said}"));
    // The strip is lower than a finger; what lies below it says something and is not pressed.
    let least = b.m.hit_min.max(rect.h);
    button.hit = Some(Rect::new(
        rect.x - b.m.gap / 2.0,
        cover.y,
        cover.right() - rect.x + b.m.gap / 2.0,
        least + rect.y - cover.y,
    ));
    b.button(button);
    let (x, y, half) = (rect.x + 0.42 * rect.w, rect.y + rect.h / 2.0, 0.2 * rect.h);
    for (piece, slope) in [(4, 1.0), (5, -1.0)] {
        let from = Point { x: x - half, y: y - slope * half };
        let to = Point { x: x + half, y: y + slope * half };
        let (key, width) = (b.key(key.piece(piece)), b.px(3.0));
        b.scene.push(Primitive::Line { key, from, to, width, colour: ink });
    }
}
