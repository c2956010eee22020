//! The sectors that an app or a window can be sent to, each in its colour.

use super::super::Inputs;
use super::super::build::{Builder, Text, caption};
use super::dialog::{self, Choice, Kind, Pages};
use super::name_of;
use crate::geometry::{Rect, Size};
use crate::hierarchy::{NodeId, Sector};
use crate::operation::Operation;
use crate::scene::{Align, Key};
use crate::semantics::{Action, Node, Role, UiAction};

/// No pill is narrower.
const LEAST_PILL: f64 = 176.0;
/// The dialog is no wider.
const MOST_WIDTH: f64 = 640.0;

pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size, node: NodeId) -> Rect {
    let sectors = &inputs.desktop.tree().sectors;
    let from = inputs.desktop.tree().path_to(node).and_then(|path| path.sector());
    let room = dialog::room(b, output);
    let (gap, height) = (b.m.gap, dialog::button_height(b));
    let width = room.w.min(b.px(MOST_WIDTH));
    let columns = (((width + gap) / (b.px(LEAST_PILL) + gap)).floor()).clamp(1.0, 4.0);
    let around = dialog::heading_height(b) + dialog::footer_height(b);
    let most_rows = (((room.h - around + gap) / (height + gap)).floor()).clamp(1.0, 99.0);
    // Both are small and whole.
    let (columns_count, most_rows) = (columns as usize, most_rows as usize);
    let pages = Pages::new(sectors.len(), columns_count * most_rows, inputs.interface.page);
    let rows = pages.count.div_ceil(columns_count).max(1);
    let size = Size { w: width, h: around + rows as f64 * (height + gap) - gap };
    let dialog = dialog::open(b, output, size, &Kind::dialog(b, "send-to", "SEND TO SECTOR"));
    let content = dialog.content;
    let name = name_of(inputs, node).unwrap_or_default();
    b.within(dialog.place, |b| {
        let line = Rect { h: dialog::heading_height(b), ..content };
        b.node(Node::new(Key::part("sent"), Role::Heading, name.as_str(), line));
        b.text(Key::part("sent"), Text::label(line, name, b.m.cap_label, b.theme.text).aligned(Align::Left));
        let column = (content.w + gap) / columns;
        for (i, sector) in pages.of(sectors).iter().enumerate() {
            let x = b.snap(content.x + (i % columns_count) as f64 * column);
            let y = line.bottom() + (i / columns_count) as f64 * (height + gap);
            let mut choice = choice(b, node, sector);
            choice.disabled = from == Some(sector.id);
            choice.draw(b, Rect::new(x, y, b.snap(column - gap), height), Align::Right);
        }
        let cancel = Choice::ui("cancel", "CANCEL", b.theme.act_a, UiAction::Cancel);
        let left = dialog::footer(b, content, &[cancel]);
        dialog::pager(b, content, left, pages);
    });
    dialog.cover
}

fn choice(b: &Builder, node: NodeId, sector: &Sector) -> Choice {
    let to = Operation::SendToSector { node: Some(node), sector: sector.id, follow: false };
    let colour = b.theme.sector(sector.colour.number());
    Choice::new(Key::of("sector", sector.id.get()), caption(&sector.name), colour, Action::Do(to))
}
