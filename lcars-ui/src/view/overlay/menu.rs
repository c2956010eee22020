//! What can be done with a sector, an app or a window, where it was asked for.

use super::super::Inputs;
use super::super::build::{Builder, Text};
use super::super::metrics::label_width;
use super::dialog::{self, Choice, Pages};
use super::name_of;
use crate::geometry::{Point, Rect, Size};
use crate::hierarchy::{NodeId, SectorId, WindowId};
use crate::operation::Operation;
use crate::scene::{Align, Cut, Key};
use crate::semantics::{Action, Node, Role, UiAction};

/// Wide enough for the longest thing that can be done.
const WIDTH: f64 = 232.0;

pub(super) fn item(number: u64, label: &str, action: Action) -> Choice {
    // The colour is given by the place.
    Choice { role: Role::MenuItem, ..Choice::new(Key::of("menu-item", number), label, Default::default(), action) }
}

fn items(b: &Builder, inputs: &Inputs, node: NodeId) -> Vec<Choice> {
    let mut items = match node {
        NodeId::Sector(id) => of_sector(inputs, id),
        NodeId::App(_) | NodeId::Window(_) => of_program(inputs, node),
        NodeId::Log => Vec::new(),
    };
    for (place, item) in items.iter_mut().enumerate() {
        item.colour = b.theme.act(place);
    }
    // What ends something comes last, and looks like it.
    items.last_mut().into_iter().for_each(|item| item.colour = b.theme.danger);
    items
}

fn of_sector(inputs: &Inputs, sector: SectorId) -> Vec<Choice> {
    let tree = inputs.desktop.tree();
    let (count, node) = (tree.sectors.len(), NodeId::from(sector));
    let place = tree.sector_place(sector).unwrap_or_default();
    let moved = |number, label, to: Option<usize>| Choice {
        disabled: to.is_none(),
        ..item(number, label, Action::Do(Operation::Reorder { node, to: to.unwrap_or(place) }))
    };
    vec![
        item(1, "OPEN", Action::Do(Operation::Jump { to: Some(node) })),
        item(2, "RENAME", Action::Ui(UiAction::Rename { sector })),
        item(3, "COLOUR", Action::Ui(UiAction::Recolour { sector })),
        moved(4, "MOVE LEFT", place.checked_sub(1)),
        moved(5, "MOVE RIGHT", Some(place + 1).filter(|to| *to < count)),
        Choice { disabled: count < 2, ..item(6, "REMOVE", Action::Ui(UiAction::Remove { sector })) },
    ]
}

fn of_program(inputs: &Inputs, node: NodeId) -> Vec<Choice> {
    let tree = inputs.desktop.tree();
    let panel = match node {
        NodeId::Window(id) => tree.panel_of(id),
        NodeId::App(id) => tree.app(id).and_then(|(_, app)| app.panel.as_ref()),
        NodeId::Sector(_) | NodeId::Log => None,
    };
    if let Some(panel) = panel {
        let name = panel.name.clone();
        return vec![
            item(1, "OPEN", Action::Do(Operation::OpenPanel { name: name.clone() })),
            item(2, "RESTART", Action::Do(Operation::RestartPanel { name: Some(name.clone()) })),
            item(3, "CLOSE", Action::Do(Operation::ClosePanel { name: Some(name) })),
        ];
    }
    let window: Option<WindowId> = match node {
        NodeId::Window(id) => Some(id),
        NodeId::App(id) => tree.app(id).and_then(|(_, app)| {
            let recent = app.recent.filter(|recent| app.window(*recent).is_some());
            recent.or_else(|| app.places().next().map(|window| window.id))
        }),
        NodeId::Sector(_) | NodeId::Log => None,
    };
    let fills = window.and_then(|id| tree.window(id)).is_some_and(|(_, _, window)| window.fullscreen);
    let fullscreen = if fills { "LEAVE FULLSCREEN" } else { "FULLSCREEN" };
    vec![
        item(1, "OPEN", Action::Do(Operation::Jump { to: Some(node) })),
        item(2, "NEW WINDOW", Action::Ui(UiAction::Another { node })),
        Choice { disabled: tree.sectors.len() < 2, ..item(3, "SEND TO SECTOR", Action::Ui(UiAction::SendTo { node })) },
        Choice {
            disabled: window.is_none(),
            ..item(4, fullscreen, Action::Do(Operation::Fullscreen { window, on: Some(!fills) }))
        },
        item(5, "CLOSE", Action::Do(Operation::Close { node: Some(node) })),
    ]
}

/// Draws it with its corner where it was asked for, or as near to that as it fits. Nothing of something that has gone.
pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size, node: NodeId, at: Point) -> Option<Rect> {
    let name = name_of(inputs, node)?;
    let rows: Vec<Row> = items(b, inputs, node).into_iter().map(Row::Choice).collect();
    Some(panel(b, output, Key::part("menu"), &name, at, &rows))
}

/// What is in a menu.
#[derive(Debug, Clone)]
pub(super) enum Row {
    /// Something that can be chosen.
    Choice(Choice),
    /// A line between what does not belong together.
    Gap,
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
pub(super) fn page(b: &Builder, inputs: &Inputs, output: Size, rows: Vec<Row>) -> Vec<Row> {
    let rows = without_idle_gaps(rows);
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

/// Draws a menu with its corner at a point, or as near to that as it fits.
pub(super) fn panel(b: &mut Builder, output: Size, key: Key, name: &str, at: Point, rows: &[Row]) -> Rect {
    let gap = b.m.gap;
    let (rail, bar) = (b.m.tile_rail, b.m.tile_bar);
    let height = dialog::button_height(b);
    let wanted = |row: &Row| match row {
        Row::Choice(_) => height + gap,
        Row::Gap => 2.0 * gap,
    };
    let inner = Size { w: b.px(WIDTH), h: rows.iter().map(wanted).sum() };
    let w = (inner.w + rail + gap).min(output.w - 2.0 * gap);
    // Where even the buttons do not fit at their height, the gaps between them go first.
    let h = (bar + gap + inner.h).min(output.h - 2.0 * gap);
    let corner = |at: f64, length: f64, most: f64| b.snap(at.min(most - length - gap).max(gap));
    let at = if at.x.is_finite() && at.y.is_finite() { at } else { Point::default() };
    let rect = Rect::new(corner(at.x, w, output.w), corner(at.y, h, output.h), w, h);
    let cover = dialog::around(rect, gap, output);
    b.fill(key.piece(30), cover, [0.0; 4], b.theme.bg);
    let mut menu = Node::new(key, Role::Menu, name, cover);
    menu.states.modal = true;
    let place = b.node(menu);
    frame(b, key, rect, name);
    let less = ((rect.bottom() - rect.y - bar - gap) / inner.h.max(1.0)).min(1.0);
    let mut from = rect.y + bar + gap;
    b.within(place, |b| {
        for (i, row) in rows.iter().enumerate() {
            let step = wanted(row) * less;
            let (x, y) = (rect.x + rail + gap, b.snap(from));
            let w = rect.w - rail - gap;
            match row {
                Row::Choice(item) => {
                    item.draw(b, Rect::new(x, y, w, (step - gap).max(step * 0.8).min(height)), Align::Right);
                }
                Row::Gap => {
                    let line = Rect::new(x, b.snap(from + (step - gap) / 2.0 - gap / 4.0), w, b.snap(gap / 2.0));
                    b.fill(Key::of("menu-gap", i as u64), line, [0.0; 4], b.theme.frame_inert);
                }
            }
            from += step;
        }
    });
    cover
}

/// One elbow with a bar, and the name that the bar meets.
fn frame(b: &mut Builder, key: Key, rect: Rect, name: &str) {
    let (rail, bar, gap) = (b.m.tile_rail, b.m.tile_bar, b.m.gap);
    let cap = b.m.cap_heading.min(bar);
    let width = (label_width(name, cap) + 0.3 * cap).min(rect.w - rail - 5.0 * gap);
    let title = Rect::from_edges(rect.right() - width, rect.y - 0.2 * cap, rect.right(), rect.y + bar + 0.2 * cap);
    b.text(key.piece(1), Text::label(title, name, cap, b.theme.title).aligned(Align::Right));
    let elbow = Rect::from_edges(rect.x, rect.y, title.x - gap, rect.bottom() - gap);
    let inner = b.m.tile_inner;
    let hole =
        Rect::from_edges(elbow.x + rail, elbow.y + bar, elbow.right() + 2.0 * inner, elbow.bottom() + 2.0 * inner);
    let cut = Cut { rect: hole, radii: [inner, 0.0, 0.0, 0.0] };
    b.cut(key.piece(20), elbow, [b.m.tile_outer, 0.0, 0.0, 0.0], cut, b.theme.focus);
}
