//! The signs of the tray as a list, and the menu of one: what its program says is in it.

use super::super::Inputs;
use super::super::build::{Builder, caption};
use super::dialog::Choice;
use super::menu::{self, Row};
use crate::geometry::{Point, Rect, Size};
use crate::scene::Key;
use crate::semantics::{Action, Role, UiAction};
use crate::tray::{TrayAct, TrayEntry, TrayItem};

fn row(key: Key, label: String, act: TrayAct) -> Choice {
    let action = Action::Ui(UiAction::Tray { act });
    // The colour is given by the place.
    Choice { role: Role::MenuItem, ..Choice::new(key, label, Default::default(), action) }
}

fn named(text: &str, otherwise: &str) -> String {
    let text = caption(text);
    if text.is_empty() { String::from(otherwise) } else { text }
}

/// Draws all signs, or the menu of one; nothing of one that has gone.
pub(super) fn draw(
    b: &mut Builder,
    inputs: &Inputs,
    output: Size,
    item: Option<u64>,
    within: &[i32],
    at: Point,
) -> Option<Rect> {
    let tray = &inputs.interface.tray;
    let (name, rows) = match item {
        None => (String::from("TRAY"), tray.items.iter().map(|item| Row::Choice(sign(item))).collect()),
        Some(id) => {
            let item = tray.item(id)?;
            let label = tray.label(id, within);
            let name = named(label.unwrap_or(&item.name), "MENU");
            let mut rows = Vec::new();
            if !within.is_empty() {
                rows.push(Row::Choice(row(Key::part("tray-back"), String::from("BACK"), TrayAct::Back)));
                rows.push(Row::Gap);
            }
            match tray.entries(id, within) {
                Some(entries) => rows.extend(entries.iter().map(|one| entry(id, one))),
                None => rows.push(Row::Choice(waits())),
            }
            if rows.is_empty() {
                rows.push(Row::Choice(Choice { label: String::from("NOTHING"), ..waits() }));
            }
            (name, rows)
        }
    };
    let mut rows = menu::page(b, inputs, output, rows);
    for (place, row) in rows.iter_mut().enumerate() {
        if let Row::Choice(choice) = row {
            choice.colour = b.theme.act(place);
        }
    }
    Some(menu::panel(b, output, Key::part("tray-menu"), &name, at, &rows))
}

fn sign(item: &TrayItem) -> Choice {
    let choice = row(Key::of("tray-listed", item.id), named(&item.name, "SIGN"), TrayAct::Press { item: item.id });
    Choice { icon: Some(item.icon.clone()).filter(|icon| !icon.is_empty()), ..choice }
}

/// Its program has not told its menu yet.
fn waits() -> Choice {
    Choice { disabled: true, ..row(Key::part("tray-waits"), String::from("…"), TrayAct::Back) }
}

fn entry(item: u64, entry: &TrayEntry) -> Row {
    if entry.separator {
        return Row::Gap;
    }
    // An id is any number; as a key it has to be a positive one.
    let key = Key::of("tray-entry", u64::from(entry.id.cast_unsigned()));
    let label = named(&entry.label, "ENTRY");
    let choice = if entry.leads_on {
        row(key, format!("{label} …"), TrayAct::Into { entry: entry.id })
    } else {
        row(key, label, TrayAct::Choose { item, entry: entry.id })
    };
    Row::Choice(Choice {
        selected: entry.on == Some(true),
        disabled: entry.disabled,
        icon: Some(entry.icon.clone()).filter(|icon| !icon.is_empty()),
        ..choice
    })
}
