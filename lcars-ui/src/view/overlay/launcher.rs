//! Everything that can be launched: a search box, categories as tabs, a grid of pills, recently used ones first.

use super::super::Inputs;
use super::super::build::{Builder, Text, caption};
use super::super::{Launchable, metrics};
use super::dialog::{self, Choice, Kind, Pages};
use super::rename::Field;
use crate::geometry::{Rect, Size};
use crate::scene::{Align, Key};
use crate::semantics::{Action, Node, Role, UiAction};

/// No pill is narrower.
const LEAST_PILL: f64 = 200.0;
/// The dialog's content is no wider.
const MOST_WIDTH: f64 = 1040.0;
/// Tabs take no more rows than this; further categories are found by typing.
const MOST_TAB_ROWS: f64 = 2.0;

/// The categories there are, in the order of the alphabet, with the chosen one even if nothing is left of it.
fn categories(all: &[Launchable], chosen: Option<&str>) -> Vec<String> {
    let named = all.iter().map(|one| one.category.as_str()).chain(chosen).filter(|name| !name.is_empty());
    let mut names: Vec<String> = named.map(String::from).collect();
    names.sort();
    names.dedup();
    names
}

fn tabs(b: &Builder, inputs: &Inputs, chosen: Option<&str>) -> Vec<Choice> {
    let tab = |number: usize, name: Option<&str>| {
        let label = name.map_or_else(|| String::from("ALL"), caption);
        let action = Action::Ui(UiAction::Category { name: name.map(String::from) });
        let choice = Choice::new(Key::of("category", number as u64), label, b.theme.act_c, action);
        Choice { role: Role::Tab, selected: chosen == name, ..choice }
    };
    let names = categories(inputs.launcher, chosen);
    std::iter::once(tab(0, None)).chain(names.iter().enumerate().map(|(i, name)| tab(i + 1, Some(name)))).collect()
}

/// As many of the tabs as fit into a few rows, the chosen one among them.
fn fitting(b: &Builder, width: f64, mut tabs: Vec<Choice>, rows: f64) -> Vec<Choice> {
    let most = rows * (dialog::button_height(b) + b.m.gap);
    while tabs.len() > 1 && dialog::flow_height(b, width, &tabs) > most {
        let Some(last) = tabs.iter().rposition(|tab| !tab.selected) else { break };
        tabs.remove(last);
    }
    tabs
}

pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size, chosen: Option<&str>) -> Rect {
    let found: Vec<(usize, &Launchable)> = inputs.launcher.iter().enumerate().collect();
    let found: Vec<_> = found.into_iter().filter(|(_, one)| chosen.is_none_or(|name| one.category == name)).collect();
    let room = dialog::room(b, output);
    let width = room.w.min(b.px(MOST_WIDTH));
    let (gap, height) = (b.m.gap, dialog::button_height(b));
    let search = b.m.pill_height.max(b.m.hit_min) + 2.0 * gap;
    let tabs = tabs(b, inputs, chosen);
    // On a low output there are fewer rows of tabs, or none, so that something to launch is always in sight.
    let rest = room.h - search - dialog::footer_height(b) - height - 2.0 * gap;
    let tab_rows = (rest / (height + gap)).floor().min(MOST_TAB_ROWS);
    let tabs = if tab_rows >= 1.0 { fitting(b, width, tabs, tab_rows) } else { Vec::new() };
    let tabs_height = dialog::flow_height(b, width, &tabs);
    let above = search + if tabs.is_empty() { 0.0 } else { tabs_height + 2.0 * gap };
    let dialog = dialog::open(b, output, Size { w: width, h: room.h }, &Kind::dialog(b, "launcher", "LAUNCH"));
    let content = dialog.content;
    let columns = (((content.w + gap) / (b.px(LEAST_PILL) + gap)).floor()).clamp(1.0, 8.0);
    let grid_height = content.h - above - dialog::footer_height(b);
    let rows = (((grid_height + gap) / (height + gap)).floor()).clamp(1.0, 99.0);
    // Both are small and whole.
    let pages = Pages::new(found.len(), columns as usize * rows as usize, inputs.interface.page);
    b.within(dialog.place, |b| {
        let text = inputs.interface.search.as_str();
        let field = Field {
            key: Key::part("search"),
            role: Role::SearchBox,
            name: "SEARCH",
            hint: "TYPE TO SEARCH",
            text,
            mono: false,
        };
        field.draw(b, Rect { h: search - 2.0 * gap, ..content }, UiAction::Search);
        if !tabs.is_empty() {
            let row = Rect { y: content.y + search, h: tabs_height, ..content };
            let list = b.node(Node::new(Key::part("categories"), Role::TabList, "CATEGORIES", row));
            b.within(list, |b| dialog::flow(b, row, &tabs));
        }
        let grid = Rect::from_edges(content.x, content.y + above, content.right(), content.y + above + grid_height);
        if found.is_empty() {
            empty(b, grid, text, chosen);
        }
        let column = (grid.w + gap) / columns;
        for (i, (place, one)) in pages.of(&found).iter().enumerate() {
            let (across, down) = ((i % columns as usize) as f64, (i / columns as usize) as f64);
            let x = b.snap(grid.x + across * column);
            let rect = Rect::new(x, grid.y + down * (height + gap), b.snap(column - gap), height);
            pill(b, *place, one, i).draw(b, rect, Align::Right);
        }
        let close = Choice::ui("close-overlay", "CLOSE", b.theme.act_a, UiAction::Cancel);
        let left = dialog::footer(b, content, &[close]);
        dialog::pager(b, content, left, pages);
    });
    dialog.cover
}

/// A pill whose key stays the same while a search narrows what is around it.
fn pill(b: &Builder, place: usize, one: &Launchable, i: usize) -> Choice {
    let action = Action::Ui(UiAction::Launch { entry: one.entry.clone() });
    let name = caption(&one.name);
    let choice = Choice::new(Key::of("launch-entry", place as u64 + 1), name, b.theme.act(i), action);
    Choice { icon: one.icon.clone(), ..choice }
}

fn empty(b: &mut Builder, grid: Rect, text: &str, chosen: Option<&str>) {
    let text = caption(text);
    let (words, offer) = match (text.is_empty(), chosen) {
        (false, _) => (format!("NOTHING IS CALLED {text}"), None),
        (true, Some(name)) => (format!("NOTHING IN {}", caption(name)), Some("SHOW ALL")),
        (true, None) => (String::from("NOTHING CAN BE LAUNCHED HERE"), None),
    };
    let key = Key::part("launcher-empty");
    let line = Rect { h: b.px(40.0).min(grid.h), ..grid };
    b.node(Node::new(key, Role::Status, words.as_str(), line));
    let cap = if metrics::label_width(&words, b.m.cap_heading) < grid.w { b.m.cap_heading } else { b.m.cap_small };
    b.text(key, Text::label(line, words, cap, b.theme.title));
    if let Some(label) = offer {
        let all = Choice::ui("show-all", label, b.theme.act_b, UiAction::Category { name: None });
        dialog::flow(b, Rect::from_edges(line.x, line.bottom(), line.right(), grid.bottom()), &[all]);
    }
}
