//! Everything that was said, newest first.

use std::time::Duration;

use super::super::Inputs;
use super::super::build::{Builder, Text, told};
use super::alerts;
use super::dialog::{self, Choice, Kind, Pages};
use crate::geometry::{Rect, Size};
use crate::interface::Alert;
use crate::scene::{Align, Key};
use crate::semantics::{Node, Role, UiAction};

/// A line.
const ROW: f64 = 40.0;
/// A line where there is little room: the words go below the rest.
const TALL_ROW: f64 = 60.0;
/// The dialog's content is no wider.
const MOST_WIDTH: f64 = 900.0;
/// A content narrower than this has tall lines.
const LEAST_WIDE: f64 = 480.0;
/// The block that says how serious it was.
const WORD: f64 = 112.0;
/// The room for the sector and the time.
const BESIDE: f64 = 168.0;

/// How long ago something was.
fn ago(at: Duration, now: Duration) -> String {
    match now.saturating_sub(at).as_secs() {
        0..60 => String::from("NOW"),
        seconds @ 60..3600 => format!("{} MIN AGO", seconds / 60),
        seconds @ 3600..86_400 => format!("{} H AGO", seconds / 3600),
        seconds => format!("{} D AGO", seconds / 86_400),
    }
}

pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size) -> Rect {
    let all: Vec<&Alert> = inputs.interface.alerts.log().collect();
    let room = dialog::room(b, output);
    let width = room.w.min(b.px(MOST_WIDTH));
    let wide = width >= LEAST_WIDE * b.factor();
    let row = b.px(if wide { ROW } else { TALL_ROW });
    let footer = dialog::footer_height(b);
    // As many as the output has room for, which is a small number.
    let most = (((room.h - footer) / row).floor()).clamp(1.0, 99.0) as usize;
    let pages = Pages::new(all.len(), most, inputs.interface.page);
    let size = Size { w: width, h: pages.count.max(1) as f64 * row + footer };
    let dialog = dialog::open(b, output, size, &Kind::dialog(b, "log", "LOG"));
    let content = dialog.content;
    b.within(dialog.place, |b| {
        if all.is_empty() {
            dialog::heading(b, "log-empty", content, "NOTHING WAS SAID YET");
        }
        let list = b.node(Node::new(Key::part("alerts"), Role::List, "ALERTS", content));
        b.within(list, |b| {
            for (i, alert) in pages.of(&all).iter().enumerate() {
                let rect = Rect::new(content.x, content.y + i as f64 * row, content.w, row - b.m.gap);
                draw_row(b, inputs, alert, rect, wide);
            }
        });
        let close = Choice::ui("close-overlay", "CLOSE", b.theme.act_a, UiAction::Cancel);
        let left = dialog::footer(b, content, &[close]);
        dialog::pager(b, content, left, pages);
    });
    dialog.cover
}

fn draw_row(b: &mut Builder, inputs: &Inputs, alert: &Alert, rect: Rect, wide: bool) {
    let key = Key::of("logged", alert.id);
    let (said, when) = (told(&alert.text), ago(alert.at, inputs.now));
    let place = alerts::place(inputs, alert);
    let beside = place.map_or_else(|| when.clone(), |place| format!("{place}, {when}"));
    let mut node = Node::new(key, Role::ListItem, format!("{}: {said}", alerts::word(alert)), rect);
    node.value = Some(beside.clone());
    b.node(node);
    let cap = b.m.cap_small;
    let line = if wide { rect } else { Rect { h: rect.h / 2.0, ..rect } };
    let block = Rect { w: b.px(WORD), ..line };
    b.fill(key, block, [0.0; 4], alerts::colour(b, alert.level));
    let inner = Rect::from_edges(block.x, block.y, block.right() - b.px(8.0), block.bottom());
    b.text(key.piece(1), Text::label(inner, alerts::word(alert), cap, b.theme.on_fill).aligned(Align::Right));
    let from = block.right() + 1.5 * b.m.gap;
    let beside_width = if wide { b.px(BESIDE) } else { (rect.right() - from).max(0.0) };
    let right = Rect::from_edges(rect.right() - beside_width, line.y, rect.right(), line.bottom());
    b.text(key.piece(2), Text::label(right, beside, cap, b.theme.text_muted).aligned(Align::Right));
    let words = if wide {
        Rect::from_edges(from, line.y, right.x - b.m.gap, line.bottom())
    } else {
        Rect::from_edges(rect.x, line.bottom(), rect.right(), rect.bottom())
    };
    b.text(key.piece(3), Text::label(words, said, cap, b.theme.text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_round_words() {
        let at = |seconds: u64| ago(Duration::from_secs(10), Duration::from_secs(10 + seconds));
        assert_eq!([at(0), at(59), at(60), at(7200), at(200_000)], ["NOW", "NOW", "1 MIN AGO", "2 H AGO", "2 D AGO"]);
        assert_eq!(ago(Duration::from_secs(9), Duration::ZERO), "NOW");
    }
}
