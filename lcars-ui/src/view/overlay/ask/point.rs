//! A point of the picture: all of it can be pressed but a bar that says so.

use super::super::super::build::{Builder, Text, caption};
use super::super::dialog::{self, Choice};
use super::act;
use crate::asking::Asking;
use crate::geometry::{Rect, Size};
use crate::scene::{Align, Key};
use crate::semantics::{AskAct, Node, Role};

pub(super) fn draw(b: &mut Builder, asking: &Asking, output: Size) -> Rect {
    let key = Key::part("ask-point");
    let whole = Rect::new(0.0, 0.0, output.w, output.h);
    let program = caption(&asking.asked.program);
    let words = if program.is_empty() { String::from("PICK A COLOUR") } else { format!("PICK A COLOUR FOR {program}") };
    let mut node = Node::new(key, Role::Dialog, words.as_str(), whole);
    node.states.modal = true;
    let place = b.node(node);
    b.within(place, |b| {
        let height = dialog::button_height(b);
        let bar = Rect::new(0.0, 0.0, output.w, height + 2.0 * b.m.gap);
        // Below the bar, so that the bar can be pressed too.
        let mut picture = Node::new(key.piece(1), Role::Img, "THE PICTURE", whole);
        picture.action = Some(act(AskAct::Point));
        b.node(picture);
        b.fill(key.piece(30), bar, [0.0; 4], b.theme.bg);
        let room = Rect::new(2.0 * b.m.gap, b.m.gap, output.w - b.px(160.0), height);
        b.text(key.piece(2), Text::label(room, words.as_str(), b.m.cap_label, b.theme.title));
        let cancel = Choice::new(Key::part("ask-cancel"), "CANCEL", b.theme.act_a, act(AskAct::Cancel));
        let width = b.px(128.0).min(output.w / 3.0);
        cancel.draw(b, Rect::new(output.w - width - b.m.gap, b.m.gap, width, height), Align::Centre);
    });
    whole
}
