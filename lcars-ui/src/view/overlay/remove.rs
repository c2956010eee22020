//! The question before a sector goes that has windows: it says where they go.

use super::super::Inputs;
use super::super::build::{Builder, caption};
use super::dialog::{self, Choice, Kind};
use crate::geometry::{Rect, Size};
use crate::hierarchy::{Sector, SectorId, Tree};
use crate::scene::Key;
use crate::semantics::{Role, UiAction};

/// The dialog's content is no wider.
const MOST_WIDTH: f64 = 480.0;

/// The neighbour that takes the windows of a sector that goes.
fn heir(tree: &Tree, sector: SectorId) -> Option<&Sector> {
    let place = tree.sector_place(sector)?;
    tree.sectors.get(if place == 0 { 1 } else { place - 1 })
}

/// What will happen, in words.
fn words(tree: &Tree, sector: &Sector) -> String {
    let count: usize = sector.apps.iter().map(|app| app.places().count()).sum();
    let name = caption(&sector.name);
    let Some(heir) = heir(tree, sector.id).map(|heir| caption(&heir.name)) else {
        return format!("{name} IS THE LAST SECTOR AND STAYS.");
    };
    match count {
        0 => format!("{name} IS EMPTY."),
        1 => format!("{name} HAS 1 WINDOW. IT MOVES TO {heir} AND GOES ON RUNNING."),
        _ => format!("{name} HAS {count} WINDOWS. THEY MOVE TO {heir} AND GO ON RUNNING."),
    }
}

pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size, sector: SectorId) -> Option<Rect> {
    let tree = inputs.desktop.tree();
    let own = tree.sector(sector)?;
    let words = words(tree, own);
    let cap = b.m.cap_label;
    let width = dialog::room(b, output).w.min(b.px(MOST_WIDTH));
    let lines = dialog::wrap(&words, cap, width, 6).len();
    let h = lines as f64 * dialog::line_height(b, cap) + dialog::footer_height(b);
    let name = format!("REMOVE SECTOR: {words}");
    let kind = Kind { part: "remove", role: Role::AlertDialog, title: "REMOVE SECTOR", colour: b.theme.danger };
    let dialog = dialog::open(b, output, Size { w: width, h }, &kind);
    if let Some(node) = b.nodes.get_mut(dialog.place) {
        node.name = name;
    }
    let content = dialog.content;
    b.within(dialog.place, |b| {
        let room = Rect { h: content.h - dialog::footer_height(b), ..content };
        dialog::paragraph(b, Key::part("removed"), room, &words, cap, b.theme.text);
        // The way back comes first, so that the keyboard is there.
        let cancel = Choice::ui("cancel", "CANCEL", b.theme.act_a, UiAction::Cancel);
        let remove = Choice::ui("accept", "REMOVE", b.theme.danger, UiAction::Accept);
        dialog::footer(b, content, &[cancel, Choice { disabled: tree.sectors.len() < 2, ..remove }]);
    });
    Some(dialog.cover)
}
