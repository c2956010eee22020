//! The signs of the tray as a list, and the menu of one: what its program says is in it.

use super::super::Inputs;
use super::super::build::{Builder, caption};
use super::dialog::{self, Choice, Pages};
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
    let mut rows = page(b, inputs, output, without_idle_gaps(rows));
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

/// No gap at an end, and none beside another.
fn without_idle_gaps(rows: Vec<Row>) -> Vec<Row> {
    let mut kept: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        if !matches!((kept.last(), &row), (None | Some(Row::Gap), Row::Gap)) {
            kept.push(row);
        }
    }
    if matches!(kept.last(), Some(Row::Gap)) {
        kept.pop();
    }
    kept
}

/// As many of them as there is room for, and what turns the page.
fn page(b: &Builder, inputs: &Inputs, output: Size, rows: Vec<Row>) -> Vec<Row> {
    let room = output.h - 2.0 * b.m.gap - b.m.tile_bar - b.m.gap;
    let most = (room / (dialog::button_height(b) + b.m.gap)).floor().clamp(3.0, 99.0) as usize;
    if rows.len() <= most {
        return rows;
    }
    let pages = Pages::new(rows.len(), most - 2, inputs.interface.page);
    let mut page = without_idle_gaps(pages.of(&rows).to_vec());
    let turn = |part, label: &str, number: Option<usize>| {
        let action = Action::Ui(UiAction::Page { number: number.unwrap_or(pages.page) });
        let choice = Choice::new(Key::part(part), label, Default::default(), action);
        Row::Choice(Choice { role: Role::MenuItem, disabled: number.is_none(), ..choice })
    };
    page.push(turn("page-previous", "PREVIOUS", pages.page.checked_sub(1)));
    page.push(turn("page-next", "NEXT", Some(pages.page + 1).filter(|next| *next < pages.pages)));
    page
}
