//! What stands in the rail of a full frame: readings that report and pills that act, from the top elbow to the lower one.

use super::Readings;
use super::build::{Builder, Button, Text, caption, faded};
use super::metrics::label_width;
use super::pane::{Pane, Rail};
use super::tray;
use crate::geometry::Rect;
use crate::hierarchy::{App, HubMode, Level, NodeId, Path};
use crate::operation::{Axis, Operation};
use crate::scene::{Align, Key};
use crate::semantics::{Action, Node, Role, UiAction};
use crate::theme::Colour;
use crate::viewport::{LEAST_PANE, PANE_GAP};

/// Of how many cells a meter is.
const CELLS: usize = 14;
/// No more panels have pills; the others are gone to by name.
const MOST_PANELS: usize = 2;
/// The pills that places grow from.
const LOG: &str = "log";
const PANEL: &str = "panel";
/// How much of an unlit cell is seen.
const UNLIT: f64 = 0.22;
/// An upper elbow that is lower would cut its label off.
const LEAST_UPPER: f64 = 80.0;
/// A filler that is lower than this would only be a fat gap, in the measures' own pixels.
const LEAST_FILLER: f64 = 24.0;

/// A pill.
#[derive(Debug, Clone)]
pub(super) struct Pill {
    pub key: Key,
    /// In a full rail, and what it is announced as.
    pub label: String,
    /// Where there is less room.
    pub short: &'static str,
    pub colour: Colour,
    pub action: Action,
    /// What a long press does.
    pub menu: Option<Action>,
    pub selected: bool,
    pub disabled: bool,
    pub role: Role,
    pub value: Option<String>,
}

/// A reading.
#[derive(Debug, Clone)]
struct Reading {
    key: Key,
    name: &'static str,
    value: String,
    /// In a narrow rail, below its name.
    short: String,
    /// How much of its meter is lit, 0 to 1.
    part: f64,
    colour: Colour,
}

/// Where everything in a rail goes.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Height of the upper elbow.
    pub elbow_top: f64,
    /// Top of the lower elbow.
    pub elbow_bottom: f64,
    readings: Vec<(Reading, Rect)>,
    pills: Vec<Rect>,
    tray: Option<Rect>,
    filler: Option<Rect>,
}

pub(super) fn pill(part: &'static str, label: &str, short: &'static str, colour: Colour, action: Action) -> Pill {
    let (menu, selected, disabled, role, value) = (None, false, false, Role::Button, None);
    let (key, label) = (Key::part(part), String::from(label));
    Pill { key, label, short, colour, action, menu, selected, disabled, role, value }
}

/// The pills of a level, from the top.
pub(super) fn pills(b: &Builder, pane: &Pane, level: Level) -> Vec<Pill> {
    let theme = b.theme;
    if level == Level::Overview {
        let new = Action::Do(Operation::NewSector { name: None, colour: None });
        let split = if pane.alone {
            Pill {
                disabled: split_axis(pane).is_none(),
                ..pill("split", "SPLIT VIEW", "SPLIT", theme.act_a, split(pane))
            }
        } else {
            of_pane(b)
        };
        let mut pills = vec![
            pill("new-sector", "NEW SECTOR", "NEW", theme.act_b, new),
            split,
            pill("settings", "SETTINGS", "SETUP", theme.act_c, Action::Ui(UiAction::Settings)),
            pill("keys", "KEYS", "KEYS", theme.act_d, Action::Ui(UiAction::Keys)),
        ];
        // Where the notices are in view, they are the way to all of them.
        if pane.alone && super::levels::notices(b, pane).is_none() {
            let jump = Action::Do(Operation::Jump { to: Some(NodeId::Log) });
            pills.push(pill(LOG, "ALERT LOG", "LOG", theme.act_a, jump));
        }
        pills.extend(panels(pane).map(|app| {
            let name = app.panel.as_ref().map(|panel| panel.name.clone()).unwrap_or_default();
            let open = Action::Do(Operation::OpenPanel { name });
            let label = caption(&app.title);
            let menu = Some(Action::Ui(UiAction::Menu { node: app.id.into() }));
            Pill { key: Key::of(PANEL, app.id.get()), menu, ..pill(PANEL, &label, "PANEL", theme.act_a, open) }
        }));
        return pills;
    }
    if level == Level::Log {
        return super::levels::log_pills(b, pane);
    }
    let mode = |part, label, short, colour, mode: HubMode| Pill {
        selected: pane.mode() == mode,
        role: Role::Tab,
        ..pill(part, label, short, colour, Action::Do(Operation::Mode { mode }))
    };
    let search = pane.search();
    let mut searching = pill("search", "SEARCH", "FIND", theme.act_d, Action::Ui(UiAction::Search));
    if let Some(text) = search {
        searching = Pill { selected: true, value: Some(text), ..searching };
    }
    let mut pills = vec![
        mode("mode-command", "COMMAND", "CMD", theme.act_a, HubMode::Command),
        mode("mode-directory", "DIRECTORY", "DIR", theme.act_b, HubMode::Directory),
        mode("mode-apps", "APPS", "APPS", theme.act_c, HubMode::Apps),
        Pill { role: Role::SearchBox, ..searching },
    ];
    pills.extend((!pane.alone).then(|| of_pane(b)));
    pills
}

/// Where panes share an output: what can be done with this one.
pub(super) fn of_pane(b: &Builder) -> Pill {
    pill("pane-menu", "PANE", "PANE", b.theme.act_a, Action::Ui(UiAction::PaneMenu))
}

/// The panels that have pills on the overview.
fn panels<'a>(pane: &Pane<'a>) -> impl Iterator<Item = &'a App> {
    pane.inputs.desktop.tree().place_panels().take(MOST_PANELS)
}

/// How many chips stand for a rail: without the one for the log, which most often is seen elsewhere.
pub(super) fn usual_chips(pane: &Pane, level: Level) -> usize {
    let own = match level {
        Level::Overview => 4 + panels(pane).count(),
        Level::Hub => 4 + usize::from(!pane.alone),
        Level::Log => 3 + usize::from(!pane.alone),
        Level::Focus | Level::Picker => return 0,
    };
    own + usize::from(tray::is_there(pane))
}

/// What a place grows from that has no tile: its pill, or the notices.
pub(super) fn pill_of(b: &Builder, pane: &Pane, path: &Path, node: NodeId) -> Option<Rect> {
    if path.level() != Level::Overview || !matches!(pane.rail, Rail::Full | Rail::Narrow) {
        return None;
    }
    if let Some(notices) = super::levels::notices(b, pane).filter(|_| node == NodeId::Log) {
        return Some(notices);
    }
    let key = match node {
        NodeId::Log => Key::part(LOG),
        NodeId::App(id) => Key::of(PANEL, id.get()),
        NodeId::Sector(_) | NodeId::Window(_) => return None,
    };
    let at = pills(b, pane, Level::Overview).iter().position(|pill| pill.key == key)?;
    plan(b, pane, Level::Overview).pills.get(at).copied()
}

/// How a pane would be split: side by side, or one above the other where it is tall; not at all where it is too small.
pub(super) fn split_axis(pane: &Pane) -> Option<Axis> {
    let half = |length: f64| (length - PANE_GAP) / 2.0 - 1.0;
    let rect = pane.rect;
    let across = half(rect.w) >= LEAST_PANE.w && rect.h >= LEAST_PANE.h;
    // The prompt takes its share of a pane that is alone only once there are two.
    let below = half(rect.h - if pane.alone { 80.0 } else { 0.0 }) >= LEAST_PANE.h && rect.w >= LEAST_PANE.w;
    match (across, below) {
        (true, true) if rect.h > rect.w => Some(Axis::Vertical),
        (true, _) => Some(Axis::Horizontal),
        (false, true) => Some(Axis::Vertical),
        (false, false) => None,
    }
}

/// What a pane's SPLIT does.
pub(super) fn split(pane: &Pane) -> Action {
    Action::Do(Operation::Split { axis: split_axis(pane).unwrap_or(Axis::Horizontal) })
}

fn readings(b: &Builder, pane: &Pane, level: Level) -> Vec<Reading> {
    let now: &Readings = pane.inputs.readings;
    let theme = b.theme;
    let share = |part: f64| format!("{:.0} %", 100.0 * part);
    let (used, total) = (now.memory_used as f64, now.memory_total as f64);
    let cpu = part(now.cpu);
    let mem = part(used / total);
    let cpu = Reading {
        key: Key::part("reading-cpu"),
        name: "CPU",
        value: share(cpu),
        short: share(cpu),
        part: cpu,
        colour: theme.frame_2,
    };
    let whole = now.memory_total > 0;
    let mem = Reading {
        key: Key::part("reading-memory"),
        name: "MEM",
        value: if whole && level == Level::Overview {
            format!("{} / {} GB", gigabytes(used), gigabytes(total))
        } else {
            format!("{} GB", gigabytes(used))
        },
        short: if whole { share(mem) } else { gigabytes(used) },
        part: mem,
        colour: theme.frame,
    };
    if level != Level::Overview {
        return vec![cpu, mem];
    }
    let (number, unit) = rate(now.network);
    let network = Reading {
        key: Key::part("reading-network"),
        name: "NET",
        value: format!("{number} {unit}/S"),
        short: format!("{number} {}", unit.chars().next().unwrap_or('B')),
        // A network has no whole to be a part of: the meter goes from a kilobyte a second to a gigabyte, by magnitude.
        part: part((now.network.max(1.0).log10() - 3.0) / 6.0),
        colour: theme.frame_3,
    };
    vec![cpu, mem, network]
}

fn part(part: f64) -> f64 {
    if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
}

fn gigabytes(bytes: f64) -> String {
    short_number(bytes / f64::from(1 << 30))
}

/// One decimal below ten, none above, and no decimal that is a zero.
fn short_number(number: f64) -> String {
    let number = if number.is_finite() { number.max(0.0) } else { 0.0 };
    let text = if number < 9.95 { format!("{number:.1}") } else { format!("{number:.0}") };
    text.strip_suffix(".0").map_or(text.clone(), String::from)
}

fn rate(bytes: f64) -> (String, &'static str) {
    let steps = [(1e9, "GB"), (1e6, "MB"), (1e3, "KB")];
    let step = steps.into_iter().find(|(size, _)| bytes >= 0.9995 * size);
    let (size, unit) = step.unwrap_or((1.0, "B"));
    let number = bytes / size;
    (if size == 1.0 { format!("{:.0}", number.max(0.0)) } else { short_number(number) }, unit)
}

/// Places everything. Where there is too little room the readings go first, then the elbows become lower.
pub(super) fn plan(b: &Builder, pane: &Pane, level: Level) -> Plan {
    let m = &b.m;
    let full = pane.rail == Rail::Full;
    let (top, bottom) = (pane.frame.y, pane.frame_bottom(b, level));
    let (mut upper, mut lower) = match (full, level) {
        (true, Level::Overview) => (m.elbow_height, if pane.alone { b.px(152.0) } else { b.px(120.0) }),
        (true, _) => (m.elbow_height, b.px(64.0)),
        (false, Level::Overview) => (b.px(88.0), b.px(120.0)),
        (false, _) => (b.px(88.0), b.px(64.0)),
    };
    let reading = if full { m.readout_height } else { b.px(56.0) };
    let count = pills(b, pane, level).len();
    let pill_room = count as f64 * (m.pill_height + m.gap);
    let least_lower = pane.bottom_bar(b, level) + pane.elbow_radii(b).1;
    let rest = |upper: f64, lower: f64| bottom - top - upper - lower - m.gap - pill_room;
    if rest(upper, lower) < 0.0 {
        lower = least_lower.max(lower + rest(upper, lower)).min(lower);
        upper = b.px(60.0).max(upper + rest(upper, lower)).min(upper);
    }
    let mut readings = readings(b, pane, level);
    let sign = if tray::is_there(pane) { tray::height(b) } else { 0.0 };
    // The elbows make room for the tray and the readings before one of those goes.
    let of_tray = if sign > 0.0 { sign + m.gap } else { 0.0 };
    let wanted = of_tray + readings.len() as f64 * (reading + m.gap);
    lower = least_lower.max(lower + (rest(upper, lower) - wanted).min(0.0)).min(lower);
    upper = b.px(LEAST_UPPER).max(upper + (rest(upper, lower) - wanted).min(0.0)).min(upper);
    let has_tray = sign > 0.0 && rest(upper, lower) >= sign + m.gap;
    let pill_room = if has_tray { pill_room + sign + m.gap } else { pill_room };
    let rest = |upper: f64, lower: f64| bottom - top - upper - lower - m.gap - pill_room;
    while !readings.is_empty() && readings.len() as f64 * (reading + m.gap) > rest(upper, lower) {
        readings.pop();
    }
    let (x, w) = (pane.frame.x, pane.rail_width(b));
    let mut y = top + upper + m.gap;
    let mut next = |height: f64| {
        let rect = Rect::new(x, y, w, height);
        y += height + m.gap;
        rect
    };
    let mut placed = Vec::new();
    let mut place_readings = |next: &mut dyn FnMut(f64) -> Rect| {
        placed = readings.drain(..).map(|one| (one, next(reading))).collect();
    };
    let place_tray = |next: &mut dyn FnMut(f64) -> Rect| has_tray.then(|| next(sign));
    let mut tray = None;
    if level == Level::Overview {
        place_readings(&mut next);
        tray = place_tray(&mut next);
    }
    let pills = (0..count).map(|_| next(m.pill_height)).collect();
    if level != Level::Overview {
        place_readings(&mut next);
        tray = place_tray(&mut next);
    }
    let room = bottom - lower - y;
    let filler = (room - m.gap >= LEAST_FILLER * b.factor()).then(|| Rect::new(x, y, w, b.snap(room - m.gap)));
    let elbow_bottom = filler.map_or(y, |filler| filler.bottom() + m.gap);
    Plan { elbow_top: upper, elbow_bottom, readings: placed, pills, tray, filler }
}

/// Draws the rail, or where that is slim its pills as a row of chips.
pub(super) fn draw(b: &mut Builder, pane: &Pane, level: Level) {
    let plan = match pane.rail {
        Rail::Full | Rail::Narrow => plan(b, pane, level),
        Rail::Slim => return chips(b, pane, level),
        Rail::None => return,
    };
    if level == Level::Overview {
        plan.readings.iter().for_each(|(reading, rect)| draw_reading(b, pane, reading, *rect));
    }
    if let Some(row) = plan.tray.filter(|_| level == Level::Overview) {
        tray::draw(b, pane, row);
    }
    let list = pills(b, pane, level);
    let tabs = tab_list(b, level, plan.pills.iter().take(3).copied());
    for (pill, rect) in list.into_iter().zip(&plan.pills) {
        let half = b.m.gap / 2.0;
        let hit = Rect::from_edges(pane.rect.x, rect.y - half, rect.right() + half, rect.bottom() + half);
        draw_pill(b, pane, pill, *rect, hit, tabs);
    }
    if level != Level::Overview {
        plan.readings.iter().for_each(|(reading, rect)| draw_reading(b, pane, reading, *rect));
    }
    if let Some(row) = plan.tray.filter(|_| level != Level::Overview) {
        tray::draw(b, pane, row);
    }
    if let Some(filler) = plan.filler {
        b.fill(Key::part("rail-filler"), filler, [0.0; 4], b.theme.frame_inert);
    }
}

/// The node that the modes of a hub are the tabs of.
fn tab_list(b: &mut Builder, level: Level, rects: impl Iterator<Item = Rect>) -> Option<usize> {
    let bounds = rects.reduce(|a, c| {
        Rect::from_edges(a.x.min(c.x), a.y.min(c.y), a.right().max(c.right()), a.bottom().max(c.bottom()))
    });
    let bounds = bounds.filter(|_| level == Level::Hub)?;
    Some(b.node(Node::new(Key::part("modes"), Role::TabList, "MODE", bounds)))
}

fn draw_pill(b: &mut Builder, pane: &Pane, pill: Pill, rect: Rect, hit: Rect, tabs: Option<usize>) {
    let full = pane.rail == Rail::Full;
    let typed = pill.value.as_deref().map(caption);
    let cut = if pill.selected { rect.h / 2.0 + b.m.gap } else { 0.0 };
    let wished = label_width(&pill.label, b.m.cap_small) + 2.0 * b.px(20.0) + cut;
    let fits = pane.rail == Rail::Slim && wished <= rect.w;
    let label = typed.unwrap_or_else(|| if full || fits { pill.label.clone() } else { String::from(pill.short) });
    let mut button = Button::pill(pill.key, rect, label, pill.colour, pill.action);
    button.name = Some(pill.label);
    button.value = pill.value;
    button.menu = pill.menu;
    button.role = pill.role;
    button.selected = pill.selected;
    button.disabled = pill.disabled;
    button.hit = Some(hit);
    if !full {
        button.cap = Some(b.m.cap_small);
        button.inset = Some(b.px(14.0));
    }
    if pane.rail == Rail::Slim {
        button.align = Align::Centre;
    }
    match tabs.filter(|_| pill.role == Role::Tab) {
        Some(tabs) => b.within(tabs, |b| b.button(button)),
        None => b.button(button),
    };
}

fn chips(b: &mut Builder, pane: &Pane, level: Level) {
    let (all, rows) = (pane.chips(b, level), pane.chip_rows(b, level));
    let mut list = pills(b, pane, level);
    if tray::is_there(pane) {
        list.push(pill("tray-all", &tray::name(pane), "TRAY", b.theme.act_a, tray::all()));
    }
    let gap = b.m.gap;
    let in_row = list.len().div_ceil(rows).max(1);
    let rects: Vec<Rect> = (0..list.len())
        .map(|i| {
            let (row, place) = (i / in_row, i % in_row);
            let w = (all.w + gap) / in_row.min(list.len() - row * in_row) as f64;
            let (left, right) = (b.snap(all.x + place as f64 * w), b.snap(all.x + (place + 1) as f64 * w) - gap);
            let top = all.y + row as f64 * (pane.chip(b) + gap);
            Rect::from_edges(left, top, right, top + pane.chip(b))
        })
        .collect();
    let tabs = tab_list(b, level, rects.iter().take(3).copied());
    for (pill, rect) in list.into_iter().zip(rects) {
        let hit = b.reach(rect);
        draw_pill(b, pane, pill, rect, hit, tabs);
    }
}

fn draw_reading(b: &mut Builder, pane: &Pane, reading: &Reading, rect: Rect) {
    let key = reading.key;
    b.fill(key, rect, [0.0; 4], reading.colour);
    let ink = b.theme.on_fill;
    let mut node = Node::new(key, Role::Meter, reading.name, rect);
    node.value = Some(reading.value.clone());
    b.node(node);
    if pane.rail != Rail::Full {
        let cap = b.m.cap_small;
        let (right, left) = (rect.right() - b.px(10.0), rect.x + b.px(6.0));
        for (piece, text, middle) in [(1, reading.name, 19.0), (2, reading.short.as_str(), 41.0)] {
            let middle = rect.y + b.px(middle);
            let line = Rect::from_edges(left, middle - cap, right, middle + cap);
            b.text(key.piece(piece), Text::label(line, text, cap, ink).aligned(Align::Right));
        }
        return;
    }
    let (left, right) = (rect.x + b.px(16.0), rect.right() - b.m.rail_label_inset);
    let middle = rect.y + b.px(43.5);
    let line = Rect::from_edges(left, middle - b.m.cap_label, right, middle + b.m.cap_label);
    b.text(key.piece(1), Text::label(Rect { w: b.px(60.0), ..line }, reading.name, b.m.cap_label, ink));
    let line = Rect::from_edges(left + b.px(60.0), line.y, right, line.bottom());
    b.text(key.piece(2), Text::label(line, reading.value.as_str(), b.m.cap_label, ink).aligned(Align::Right));
    let step = (right - left + b.m.tile_inner_gap) / CELLS as f64;
    let lit = (reading.part * CELLS as f64).round() as usize;
    for cell in 0..CELLS {
        let (from, to) = (left + cell as f64 * step, left + (cell + 1) as f64 * step);
        let (from, to) = (b.snap(from), b.snap(to) - b.m.tile_inner_gap);
        let cell_rect = Rect::from_edges(from, rect.y + b.px(12.0), to, rect.y + b.px(24.0));
        let colour = if cell < lit { ink } else { faded(ink, UNLIT) };
        b.fill(key.piece(8 + cell as u16), cell_rect, [0.0; 4], colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_true() {
        assert_eq!(gigabytes(3.1 * f64::from(1 << 30)), "3.1");
        assert_eq!(gigabytes(8.0 * f64::from(1 << 30)), "8");
        assert_eq!(gigabytes(9.97 * f64::from(1 << 30)), "10");
        assert_eq!(gigabytes(f64::NAN), "0");
        assert_eq!(rate(4.2e6), (String::from("4.2"), "MB"));
        assert_eq!(rate(999.9e3), (String::from("1"), "MB"));
        assert_eq!(rate(12.0), (String::from("12"), "B"));
        assert_eq!(rate(0.0), (String::from("0"), "B"));
    }

    #[test]
    fn a_reading_that_is_no_number_lights_nothing() {
        assert_eq!(part(f64::NAN), 0.0);
        assert_eq!(part(7.0), 1.0);
    }
}
