//! With which program something is to be opened: the one of the last time first.

use super::super::super::Inputs;
use super::super::super::build::{Builder, Text, caption, told};
use super::super::dialog::{self, Choice, Kind, Pages};
use super::super::rename::Field;
use super::{act, away, line};
use crate::asking::Asking;
use crate::geometry::{Rect, Size};
use crate::interface::asked::BOX;
use crate::scene::{Align, Key};
use crate::semantics::{AskAct, Node, Role, UiAction};
use crate::view::Launchable;

/// No pill is narrower.
const LEAST_PILL: f64 = 200.0;
/// The dialog's content is no wider, and no higher.
const MOST_WIDTH: f64 = 720.0;
const MOST_HEIGHT: f64 = 420.0;

pub(super) fn draw(b: &mut Builder, inputs: &Inputs, asking: &Asking, to_open: &str, output: Size) -> Rect {
    let room = dialog::room(b, output);
    let size = Size { w: room.w.min(b.px(MOST_WIDTH)), h: room.h.min(b.px(MOST_HEIGHT)) };
    let dialog = dialog::open(b, output, size, &Kind::dialog(b, "ask", "OPEN WITH"));
    let content = dialog.content;
    let (gap, height) = (b.m.gap, dialog::button_height(b));
    let found = asking.asked.programs(&asking.doing.text);
    b.within(dialog.place, |b| {
        let program = caption(&asking.asked.program);
        let who = if program.is_empty() { String::new() } else { format!("{program}: ") };
        let y = line(b, content, &format!("{who}OPEN {}", told(to_open)));
        let text = asking.doing.text.as_str();
        let (role, name, hint) = (Role::SearchBox, "SEARCH", "TYPE TO FIND A PROGRAM");
        let field = Field { key: Key::part(BOX), role, name, hint, text, mono: false };
        field.draw(b, Rect { y, h: height, ..content }, UiAction::Ask { act: AskAct::Accept });
        let top = y + height + 2.0 * gap;
        let grid = Rect::from_edges(content.x, top, content.right(), content.bottom() - dialog::footer_height(b));
        let columns = ((grid.w + gap) / (b.px(LEAST_PILL) + gap)).floor().clamp(1.0, 8.0);
        let rows = ((grid.h + gap) / (height + gap)).floor().clamp(1.0, 99.0);
        // Both are small and whole.
        let pages = Pages::new(found.len(), columns as usize * rows as usize, inputs.interface.page);
        if found.is_empty() {
            let (key, words) = (Key::part("ask-empty"), "NO PROGRAM IS CALLED THAT");
            b.node(Node::new(key, Role::Status, words, Rect { h: height, ..grid }));
            b.text(key, Text::label(Rect { h: height, ..grid }, words, b.m.cap_small, b.theme.title));
        }
        let column = (grid.w + gap) / columns;
        for (i, (place, one)) in pages.of(&found).iter().enumerate() {
            let (across, down) = ((i % columns as usize) as f64, (i / columns as usize) as f64);
            let x = b.snap(grid.x + across * column);
            pill(b, *place, one, i).draw(
                b,
                Rect::new(x, grid.y + down * (height + gap), b.snap(column - gap), height),
                Align::Right,
            );
        }
        let cancel = Choice::new(Key::part("ask-cancel"), "CANCEL", b.theme.act_a, act(AskAct::Cancel));
        let ending: Vec<Choice> = away(b, asking).into_iter().chain([cancel]).collect();
        let left = dialog::footer(b, content, &ending);
        dialog::pager(b, content, left, pages);
    });
    dialog.cover
}

fn pill(b: &Builder, place: usize, one: &Launchable, i: usize) -> Choice {
    let key = Key::of("ask-program", place as u64 + 1);
    let choice = Choice::new(key, caption(&one.name), b.theme.act(i), act(AskAct::Program { number: place }));
    Choice { icon: one.icon.clone(), ..choice }
}
