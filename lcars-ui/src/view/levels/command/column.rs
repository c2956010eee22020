//! The column beside a terminal: what may be wanted next as chips, and below what wants attention.

use super::super::super::build::{Builder, Button, Shape, Text, told};
use super::super::super::metrics::label_width;
use super::super::super::pane::Pane;
use super::super::super::prompt::text::MONO_CAP;
use super::{ended, lasted};
use crate::geometry::Rect;
use crate::hierarchy::{NodeId, Sector};
use crate::interface::AlertLevel;
use crate::operation::Operation;
use crate::scene::{Align, Key};
use crate::semantics::{Action, UiAction};
use crate::theme::Colour;

/// The round end of a chip that is cut off.
const CAP: f64 = 24.0;
/// No more chips, so that there is room for what wants attention.
const MOST_CHIPS: usize = 5;
/// No more of what wants attention.
const MOST_NOTICES: usize = 4;
/// Letters of a chip.
const LETTERS: f64 = 14.0;

/// Something that wants attention.
struct Notice {
    key: Key,
    words: String,
    colour: Colour,
    action: Action,
}

/// The latest alerts of a sector, and commands of its terminals that failed, newest first.
fn notices(b: &Builder, pane: &Pane, sector: &Sector) -> Vec<Notice> {
    let colour = |level| match level {
        AlertLevel::Info => b.theme.info,
        AlertLevel::Caution => b.theme.caution,
        AlertLevel::Danger => b.theme.danger,
    };
    let failed =
        sector.terminals.iter().filter(|terminal| Some(terminal.id) != sector.terminal).filter_map(|terminal| {
            let last = terminal.last.as_ref().filter(|last| !last.went_well())?;
            let program = last.command.split_whitespace().next().unwrap_or("COMMAND");
            Some(Notice {
                key: Key::of("failed", terminal.id.get()),
                words: told(&format!("{program} {} AFTER {}", ended(last.status), lasted(last.took))),
                colour: b.theme.danger,
                action: Action::Do(Operation::ShowTerminal { terminal: terminal.id }),
            })
        });
    let alerts = pane.inputs.interface.alerts.log();
    let of_sector = |alert: &&crate::interface::Alert| {
        alert.level != AlertLevel::Info && alert.sector.is_none_or(|id| id == sector.id)
    };
    let alerts = alerts.filter(of_sector).map(|alert| Notice {
        key: Key::of("attention", alert.id),
        words: told(&alert.text),
        colour: colour(alert.level),
        action: Action::Do(Operation::Jump { to: Some(NodeId::Log) }),
    });
    failed.chain(alerts).take(MOST_NOTICES).collect()
}

/// Draws it, as much as there is room for.
pub(super) fn draw(b: &mut Builder, pane: &Pane, sector: &Sector, column: Rect) {
    let (gap, height) = (b.m.gap, pane.chip(b));
    let step = height + gap;
    let fitting = |room: f64| (((room + gap) / step) + 1e-6).floor().max(0.0) as usize;
    let notices = notices(b, pane, sector);
    let heading = b.px(48.0);
    let suggestions = if pane.focused { pane.inputs.shells.prompt.suggestions.as_slice() } else { &[] };
    // One notice is worth a chip.
    let reserved = if notices.is_empty() { 0.0 } else { heading + step };
    let chips = suggestions.len().min(MOST_CHIPS).min(fitting(column.h - reserved));
    for (place, suggestion) in suggestions.iter().take(chips).enumerate() {
        let rect = Rect::new(column.x, column.y + place as f64 * step, column.w, height);
        chip(b, pane, place, &suggestion.text, rect);
    }
    let top = column.y + chips as f64 * step;
    let room = column.bottom() - top - heading;
    let shown = notices.len().min(fitting(room));
    if shown == 0 {
        return;
    }
    // The heading stands in the middle between the chips and the notices.
    let middle = top + heading / 2.0 + if chips == 0 { -0.25 * heading } else { 0.0 };
    line(b, "ATTENTION", Rect::new(column.x, middle - b.m.cap_small, column.w, 2.0 * b.m.cap_small));
    let top = if chips == 0 { middle + b.m.cap_small + gap } else { top + heading };
    for (place, notice) in notices.into_iter().take(shown).enumerate() {
        let rect = Rect::new(column.x, b.snap(top + place as f64 * step), column.w, height);
        attention(b, notice, rect);
    }
}

/// A word with a rule behind it.
fn line(b: &mut Builder, words: &str, rect: Rect) {
    let key = Key::part("attention-heading");
    let cap = b.m.cap_small;
    let width = label_width(words, cap) + 0.2 * cap;
    b.text(key, Text::label(Rect { w: width.min(rect.w), ..rect }, words, cap, b.theme.text_muted));
    let middle = rect.y + rect.h / 2.0;
    let rule =
        Rect::from_edges(b.snap(rect.x + width + b.px(10.0)), middle - b.px(2.0), rect.right(), middle + b.px(2.0));
    b.fill(key.piece(1), rule, [0.0; 4], b.theme.frame_inert);
    b.node(crate::semantics::Node::new(key, crate::semantics::Role::Heading, words, rect));
}

/// A command that can be staged. What it says is as it would be typed.
fn chip(b: &mut Builder, pane: &Pane, place: usize, text: &str, rect: Rect) {
    let key = Key::of("suggestion", place as u64 + 1);
    let staged = pane.inputs.interface.prompt.text() == text;
    let (cap_width, apart) = (b.px(CAP), b.px(4.0));
    let cap = Rect { w: cap_width, ..rect };
    let fill = if staged { b.theme.focus } else { b.theme.act_a };
    let fill = b.tint(key, fill);
    b.shape(key.piece(7), cap, Shape::RoundLeft, fill);
    let body = Rect::from_edges(cap.right() + apart, rect.y, rect.right(), rect.bottom());
    let action = Action::Ui(UiAction::Stage { text: text.to_owned() });
    let mut button = Button::pill(key, body, "", b.theme.act_a, action);
    button.shape = Shape::RoundRight;
    button.name = Some(crate::label::clean_told(text));
    button.value = staged.then(|| String::from("STAGED"));
    button.hit = Some(b.reach(rect));
    b.button(button);
    let size = b.px(LETTERS);
    let inset = b.px(12.0);
    let words = Rect::from_edges(body.x + inset, body.y, body.right() - inset, body.bottom());
    let line = Text::label(words, crate::label::clean_told(text), size * MONO_CAP, b.theme.on_fill).mono();
    b.text(key.piece(8), line);
}

fn attention(b: &mut Builder, notice: Notice, rect: Rect) {
    let Notice { key, words, colour, action } = notice;
    let (cap_width, apart) = (b.px(CAP), b.px(4.0));
    let cap = Rect { w: cap_width, ..rect };
    let fill = b.tint(key, colour);
    b.shape(key.piece(7), cap, Shape::RoundLeft, fill);
    let body = Rect::from_edges(cap.right() + apart, rect.y, rect.right(), rect.bottom());
    let mut button = Button::pill(key, body, words, colour, action);
    (button.shape, button.align) = (Shape::RoundRight, Align::Right);
    (button.cap, button.inset) = (Some(b.m.cap_small), Some(b.px(16.0)));
    button.hit = Some(b.reach(rect));
    b.button(button);
}
