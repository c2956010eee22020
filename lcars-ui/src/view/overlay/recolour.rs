//! The six colours that a sector can have.

use super::super::Inputs;
use super::super::build::{Builder, caption};
use super::dialog::{self, Choice, Kind};
use crate::geometry::{Rect, Size};
use crate::hierarchy::{SectorColour, SectorId};
use crate::operation::Operation;
use crate::scene::{Align, Key};
use crate::semantics::{Action, UiAction};

/// The dialog's content is no wider.
const MOST_WIDTH: f64 = 440.0;

pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size, sector: SectorId) -> Option<Rect> {
    let own = inputs.desktop.tree().sector(sector)?;
    let (gap, height) = (b.m.gap, dialog::button_height(b));
    let h = dialog::heading_height(b) + 2.0 * (height + gap) - gap + dialog::footer_height(b);
    let kind = Kind { colour: b.theme.sector(own.colour.number()), ..Kind::dialog(b, "recolour", "COLOUR") };
    let dialog = dialog::open(b, output, Size { w: b.px(MOST_WIDTH), h }, &kind);
    let content = dialog.content;
    b.within(dialog.place, |b| {
        let top = dialog::heading(b, "coloured", content, &caption(&own.name));
        let column = (content.w + gap) / 3.0;
        for (i, colour) in (1..=6).filter_map(SectorColour::new).enumerate() {
            let action = Action::Do(Operation::Recolour { sector, colour });
            let number = colour.number();
            let key = Key::of("colour", number.into());
            let mut choice = Choice::new(key, format!("COLOUR {number}"), b.theme.sector(number), action);
            choice.selected = colour == own.colour;
            let x = b.snap(content.x + (i % 3) as f64 * column);
            let y = top + (i / 3) as f64 * (height + gap);
            let rect = Rect::new(x, y, b.snap(column - gap), height);
            draw_swatch(b, &choice, rect);
        }
        let cancel = Choice::ui("cancel", "CANCEL", b.theme.act_a, UiAction::Cancel);
        dialog::footer(b, content, &[cancel]);
    });
    Some(dialog.cover)
}

/// A pill in the colour that it stands for; the one in force keeps its colour and has its cap cut off.
fn draw_swatch(b: &mut Builder, choice: &Choice, rect: Rect) {
    if !choice.selected {
        return choice.draw(b, rect, Align::Centre);
    }
    let cap = rect.h / 2.0;
    let body = Rect { w: rect.w - cap - b.m.gap, ..rect };
    let end = Rect::from_edges(rect.right() - cap, rect.y, rect.right(), rect.bottom());
    let fill = b.tint(choice.key, choice.colour);
    b.fill(choice.key.piece(2), end, [0.0, cap, cap, 0.0], fill);
    let mut button = super::super::build::Button::pill(
        choice.key,
        body,
        choice.label.as_str(),
        choice.colour,
        choice.action.clone(),
    );
    button.shape = super::super::build::Shape::RoundLeft;
    button.align = Align::Centre;
    button.value = Some(String::from("IN FORCE"));
    button.hit = Some(b.reach(rect));
    let place = b.button(button);
    if let Some(node) = b.nodes.get_mut(place) {
        node.states.selected = true;
    }
}
