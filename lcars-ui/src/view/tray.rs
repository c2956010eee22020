//! The tray in the rail: a row of small pills between what reports and what acts.

use super::build::{Builder, Button, faded};
use super::pane::{Pane, Rail};
use crate::geometry::Rect;
use crate::interface::tray_key;
use crate::scene::{Align, Key};
use crate::semantics::{Action, UiAction};
use crate::theme::Colour;
use crate::tray::{TrayAct, TrayItem};

/// What the part of a sign is called.
pub const TRAY_ITEM: &str = "tray-item";
/// So many signs are side by side in a full rail; where there are more, the last pill leads to all.
const MOST_PILLS: usize = 4;
/// The side of an icon.
const ICON: f64 = 24.0;
/// That of the small sign over it.
const OVERLAY: f64 = 14.0;

/// Whether there is anything in the tray.
pub(super) fn is_there(pane: &Pane) -> bool {
    !pane.inputs.interface.tray.items.is_empty()
}

/// How high the row is.
pub(super) fn height(b: &Builder) -> f64 {
    b.m.chip_height.max(b.m.hit_min)
}

/// What shows all signs as a list.
pub(super) fn all() -> Action {
    Action::Ui(UiAction::Tray { act: TrayAct::All })
}

/// What those that are not in the row are called together.
pub(super) fn name(pane: &Pane) -> String {
    format!("TRAY {}", pane.inputs.interface.tray.items.len())
}

/// Draws the row.
pub(super) fn draw(b: &mut Builder, pane: &Pane, row: Rect) {
    let tray = &pane.inputs.interface.tray;
    let shown: Vec<&TrayItem> = tray.shown().collect();
    let (gap, whole) = (b.m.gap, shown.len() == tray.items.len() && shown.len() <= MOST_PILLS);
    let cells = if pane.rail == Rail::Full { MOST_PILLS } else { 1 };
    // The last place is for what has none.
    let signs = if whole && shown.len() <= cells { shown.len() } else { shown.len().min(cells - 1) };
    let step = (row.w + gap) / cells as f64;
    let cell = |b: &Builder, from: usize, to: usize| {
        let left = b.snap(row.x + from as f64 * step);
        Rect::from_edges(left, row.y, b.snap(row.x + to as f64 * step) - gap, row.bottom())
    };
    for (place, item) in shown.into_iter().take(signs).enumerate() {
        let rect = cell(b, place, place + 1);
        let colour = if item.urgent { b.theme.focus } else { b.theme.act(place) };
        sign(b, pane, item, rect, colour);
    }
    let mut used = signs;
    if signs < tray.items.len() {
        let rest = tray.items.len() - signs;
        // With a sign or two beside it there is room for a longer word.
        used = if signs == 0 { cells } else { (signs + 1).min(cells) };
        let rect = cell(b, signs, used);
        let label = if signs == 0 { String::from("TRAY") } else { format!("+{rest}") };
        let mut button = Button::pill(Key::part("tray-all"), rect, label, b.theme.act(signs), all());
        (button.name, button.align, button.cap) = (Some(name(pane)), Align::Centre, Some(b.m.cap_small));
        button.hit = Some(reach(b, pane, rect));
        b.button(button);
    }
    if used < cells {
        let rest = cell(b, used, cells);
        b.fill(Key::part("tray-filler"), rest, [0.0; 4], b.theme.frame_inert);
    }
}

fn sign(b: &mut Builder, pane: &Pane, item: &TrayItem, rect: Rect, colour: Colour) {
    let key = tray_key(item.id);
    let act = |act| Action::Ui(UiAction::Tray { act });
    let name = super::build::caption(&item.name);
    // Where there is no picture, its first letter has to do.
    let label = if item.icon.is_empty() { name.chars().take(1).collect() } else { String::new() };
    let mut button = Button::pill(key, rect, label, colour, act(TrayAct::Press { item: item.id }));
    button.menu = Some(act(TrayAct::Menu { item: item.id }));
    button.name = Some(if name.is_empty() { format!("SIGN {}", item.id) } else { name });
    button.value = Some(super::build::caption(&item.says)).filter(|says| !says.is_empty());
    button.align = Align::Centre;
    button.hit = Some(reach(b, pane, rect));
    b.button(button);
    let side = b.px(ICON).min(rect.w).min(rect.h);
    let icon = Rect::new(b.snap(rect.x + (rect.w - side) / 2.0), b.snap(rect.y + (rect.h - side) / 2.0), side, side);
    b.icon(key.piece(6), icon, &item.icon);
    if !item.overlay.is_empty() {
        let side = b.px(OVERLAY).min(icon.w);
        let corner = Rect::new(icon.right() - side * 0.75, icon.bottom() - side * 0.75, side, side);
        b.fill(key.piece(7), corner, [side / 2.0; 4], faded(b.theme.bg, 0.8));
        b.icon(key.piece(8), corner, &item.overlay);
    }
}

/// Over half a gap, and to the edge of the screen beside the rail.
fn reach(b: &Builder, pane: &Pane, rect: Rect) -> Rect {
    let hit = b.reach(rect);
    if rect.x <= pane.frame.x { Rect::from_edges(pane.rect.x, hit.y, hit.right(), hit.bottom()) } else { hit }
}
