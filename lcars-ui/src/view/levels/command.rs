//! A hub's terminal: its cells with what became of each command beside them, what may be wanted next, what wants
//! attention.

mod column;
mod tabs;

use super::super::TerminalArea;
use super::super::build::{Builder, Button, Text, caption};
use super::super::metrics::{label_width, mono_width};
use super::super::pane::{Pane, Rail};
use super::super::prompt::state::{ended, lasted};
use super::super::prompt::text::MONO_CAP;
use super::hub::{empty, strip};
use super::tree;
use crate::geometry::{Rect, Size};
use crate::hierarchy::{Activity, HubMode, Level, Path, Sector, Terminal};
use crate::interface::Find;
use crate::interface::prompt::TERMINAL;
use crate::operation::Operation;
use crate::scene::{Align, Key, Primitive};
use crate::semantics::{Action, Node, Role, UiAction};
use crate::shells::{BlockOutcome, Face};

pub(super) use tabs::draw as draw_tabs;

/// The bar beside the lines of a command.
const GUTTER: f64 = 4.0;
/// From the gutter's left edge to the cells.
const INSET: f64 = 16.0;
/// The column of chips.
const COLUMN: f64 = 208.0;
/// Content that is narrower has no column.
const LEAST_WITH_COLUMN: f64 = 640.0;
/// What a shell that ended says needs so much.
const ENDED: f64 = 64.0;
/// The bar to search in lines.
const FIND: f64 = 48.0;
/// A terminal of fewer columns and lines is none.
const LEAST_CELLS: Size = Size { w: 8.0, h: 2.0 };
/// The cell of a terminal that nobody knows the size of.
const USUAL_CELL: Size = Size { w: 10.0, h: 20.0 };

/// Where everything of a hub's terminal goes.
#[derive(Debug, Clone, Copy)]
struct Plan {
    /// Everything above the apps.
    room: Rect,
    /// The row of terminals, where the frame has no room for it.
    tabs: Option<Rect>,
    /// The cells may fill this.
    area: Rect,
    /// The row below the cells that says that the shell has ended.
    ended: Option<Rect>,
    column: Option<Rect>,
}

fn sector<'a>(pane: &Pane<'a>, path: &Path) -> Option<&'a Sector> {
    tree(pane).sector(path.sector()?)
}

fn plan(b: &Builder, pane: &Pane, sector: &Sector) -> Plan {
    let content = pane.content(b, Level::Hub);
    let strip = strip(b, pane);
    let mut room = Rect::from_edges(content.x, content.y, content.right(), (strip.y - 2.0 * b.m.gap).max(content.y));
    let whole = room;
    let mut tabs = None;
    if !tabs::in_frame(pane) && sector.terminals.len() > 1 && room.h > 4.0 * pane.chip(b) {
        let row = Rect { h: pane.chip(b), ..room };
        tabs = Some(row);
        room = Rect::from_edges(room.x, row.bottom() + b.m.gap, room.right(), room.bottom());
    }
    let with_column = room.w >= LEAST_WITH_COLUMN * b.factor() && room.h >= 3.0 * (pane.chip(b) + b.m.gap);
    let column = with_column.then(|| {
        let left = room.right() - b.px(COLUMN);
        Rect::from_edges(left, whole.y, room.right(), room.bottom())
    });
    let inset = b.px(if pane.rail == Rail::Slim { 8.0 } else { INSET });
    let right = column.map_or(room.right(), |column| column.x - 2.0 * b.m.gap);
    let over = sector.shown_terminal().is_some_and(|terminal| !terminal.is_alive());
    let below = if over { b.px(ENDED).min(room.h / 2.0) } else { 0.0 };
    let area = Rect::from_edges(room.x + inset, room.y, right, room.bottom() - below);
    let ended = over.then(|| Rect::from_edges(room.x, area.bottom() + b.m.gap, right, room.bottom()));
    Plan { room, tabs, area, ended, column }
}

fn face<'a>(pane: &Pane<'a>, terminal: &Terminal) -> Option<&'a Face> {
    pane.inputs.shells.faces.get(&terminal.id)
}

/// The size of a terminal's cell, whole device pixels.
fn cell(b: &Builder, pane: &Pane, terminal: &Terminal) -> Size {
    let usable = |cell: &Size| [cell.w, cell.h].iter().all(|length| length.is_finite() && *length >= 1.0);
    let own = face(pane, terminal).map(|face| face.cell).filter(usable);
    let cell = own.or(Some(pane.inputs.shells.cell).filter(usable)).unwrap_or(USUAL_CELL);
    let whole = |length: f64| ((length * b.scale).round().max(1.0)) / b.scale;
    Size { w: whole(cell.w), h: whole(cell.h) }
}

/// As many whole cells as there is room for, from a whole device pixel on; nothing where that would be too few to be of
/// any use.
fn cells(b: &Builder, pane: &Pane, terminal: &Terminal, area: Rect) -> Option<Rect> {
    let cell = cell(b, pane, terminal);
    if area.w < LEAST_CELLS.w * cell.w || area.h < LEAST_CELLS.h * cell.h {
        return None;
    }
    let whole = |room: f64, cell: f64| ((room / cell) + 1e-6).floor().max(1.0) * cell;
    Some(Rect::new(b.snap(area.x), b.snap(area.y), whole(area.w, cell.w), whole(area.h, cell.h)))
}

/// Where the terminal of a pane's hub goes, as its grid is to be sized.
pub(in super::super) fn terminal_area(b: &Builder, pane: &Pane) -> Option<TerminalArea> {
    let path = &pane.viewport.path;
    if path.level() != Level::Hub || pane.mode() != HubMode::Command || pane.rail == Rail::None {
        return None;
    }
    let sector = sector(pane, path)?;
    let terminal = sector.shown_terminal()?;
    let rect = cells(b, pane, terminal, plan(b, pane, sector).area)?;
    Some(TerminalArea { viewport: pane.viewport.id, terminal: terminal.id, rect })
}

/// Draws it, above the strip of apps.
pub(super) fn draw(b: &mut Builder, pane: &Pane, sector: &Sector) {
    let plan = plan(b, pane, sector);
    let Some(terminal) = sector.shown_terminal() else {
        let new = Action::Do(Operation::NewTerminal { sector: None });
        let words = format!("NO TERMINAL IN {}", caption(&sector.name));
        return empty(b, pane, plan.room, &words, "A SHELL'S OUTPUT IS SHOWN HERE", ("NEW TERMINAL", new));
    };
    if let Some(row) = plan.tabs {
        tabs::row(b, sector, row);
    }
    let Some(rect) = cells(b, pane, terminal, plan.area) else { return };
    let face = face(pane, terminal);
    gutter(b, pane, terminal, face, plan.room.x, rect);
    let key = b.key(Key::of(TERMINAL, terminal.id.get()));
    let (clip, opacity) = (None, 1.0);
    b.scene.push(Primitive::Terminal { key, terminal: terminal.id, rect, full: rect.size(), clip, opacity });
    let place = b.node(node(terminal, face, rect, plan.area));
    if face.is_none() && terminal.is_alive() {
        let line = Rect { h: cell(b, pane, terminal).h, ..rect };
        b.text(Key::part("terminal-starting"), Text::label(line, "STARTING", b.m.cap_small, b.theme.text_muted));
    }
    b.within(place, |b| {
        let finds = pane.inputs.interface.find.as_ref().filter(|find| pane.focused && find.terminal == terminal.id);
        scrolled(b, pane, terminal, face, rect, plan.area, finds.is_some());
        if let Some(find) = finds {
            draw_find(b, pane, terminal, find, face, plan.area);
        }
    });
    if let Some(row) = plan.ended {
        over(b, terminal, row);
    }
    if let Some(column) = plan.column {
        column::draw(b, pane, sector, column);
    }
}

/// What a terminal is at, for those who do not see it.
fn activity(terminal: &Terminal) -> String {
    let last = || {
        let last = terminal.last.as_ref()?;
        let result = terminal.result.as_ref().map(|result| format!(", {result}")).unwrap_or_default();
        Some(format!("{}: {}{result}", last.command, ended(last.status)))
    };
    match &terminal.activity {
        Activity::Starting => String::from("STARTING"),
        Activity::AtPrompt => last().unwrap_or_else(|| String::from("WAITS FOR A COMMAND")),
        Activity::Running { command, .. } => format!("{command}: RUNNING"),
        Activity::Ended { status } => format!("SHELL {}", ended(*status)),
    }
}

fn node(terminal: &Terminal, face: Option<&Face>, rect: Rect, area: Rect) -> Node {
    let directory = terminal.directory.as_deref().map(crate::label::clean).unwrap_or_default();
    let name = format!("TERMINAL {directory}");
    let mut node = Node::new(Key::of(TERMINAL, terminal.id.get()), Role::Application, name.trim_end(), rect);
    let lines = face.map(|face| face.text.trim()).filter(|text| !text.is_empty());
    let activity = activity(terminal);
    node.value = Some(lines.map_or(activity.clone(), |text| format!("{activity}\n{text}")));
    // The room that is left of the last cell belongs to it, so that nothing else is met there.
    node.hit = area;
    node.action = Some(Action::Ui(UiAction::TerminalFocus));
    node
}

/// What became of each command in view: a bar beside its lines.
fn gutter(b: &mut Builder, pane: &Pane, terminal: &Terminal, face: Option<&Face>, x: f64, rect: Rect) {
    let Some(face) = face else { return };
    let cell = cell(b, pane, terminal);
    let lines = (rect.h / cell.h).round();
    let width = b.px(GUTTER);
    for (place, block) in face.blocks.iter().take(256).enumerate() {
        let (from, to) = (f64::from(block.from).min(lines), f64::from(block.to).min(lines));
        let colour = match block.outcome {
            BlockOutcome::Running => b.theme.focus,
            BlockOutcome::Ok => b.theme.ok,
            BlockOutcome::Failed(_) => b.theme.danger,
        };
        let apart = b.px(2.0);
        let bar = Rect::from_edges(x, rect.y + from * cell.h + apart, x + width, rect.y + to * cell.h - apart);
        b.fill(Key::of("gutter", place as u64 + 1), bar, [0.0; 4], colour);
    }
}

/// Where in its lines a terminal is that was scrolled back, and the way back to the end.
fn scrolled(
    b: &mut Builder,
    pane: &Pane,
    terminal: &Terminal,
    face: Option<&Face>,
    rect: Rect,
    area: Rect,
    finds: bool,
) {
    let Some((above, below)) = face.and_then(|face| face.scrolled) else { return };
    let lines = rect.h / cell(b, pane, terminal).h;
    let total = above as f64 + lines + below as f64;
    if below == 0 || !total.is_finite() || total <= 0.0 {
        return;
    }
    let track = Rect::new(area.right() + b.px(4.0), rect.y, b.px(4.0), rect.h);
    let least = b.px(16.0).min(track.h);
    let height = (track.h * lines / total).max(least);
    let top = track.y + (track.h - height) * above as f64 / (above + below).max(1) as f64;
    b.fill(Key::part("scroll").piece(1), track, [0.0; 4], b.theme.track);
    b.fill(
        Key::part("scroll").piece(2),
        Rect { y: b.snap(top), h: b.snap(height), ..track },
        [0.0; 4],
        b.theme.frame_2,
    );
    if finds {
        // The box to search in the lines is there.
        return;
    }
    let words = if below == 1 { String::from("1 LINE BELOW") } else { format!("{below} LINES BELOW") };
    let height = pane.chip(b);
    let width = (label_width(&words, b.m.cap_small) + 2.5 * b.m.rail_label_inset).min(area.w);
    let pill = Rect::new(area.right() - width, rect.bottom() - height - b.m.gap, width, height).meet(area);
    let ground = dilated(pill, b.m.gap / 2.0).meet(area);
    b.fill(Key::part("to-end").piece(9), ground, [0.0; 4], b.theme.bg);
    let action = Action::Ui(UiAction::ToEnd { terminal: terminal.id });
    let mut button = Button::pill(Key::part("to-end"), pill, words.as_str(), b.theme.act_a, action);
    button.cap = Some(b.m.cap_small);
    button.name = Some(String::from("TO THE END"));
    button.value = Some(words);
    b.button(button);
}

fn dilated(rect: Rect, by: f64) -> Rect {
    Rect::new(rect.x - by, rect.y - by, rect.w + 2.0 * by, rect.h + 2.0 * by)
}

/// The box to search in the terminal's lines, over the lowest of them.
fn draw_find(b: &mut Builder, pane: &Pane, terminal: &Terminal, find: &Find, face: Option<&Face>, area: Rect) {
    let height = b.px(FIND).min(area.h);
    let bar = Rect::from_edges(area.x, area.bottom() - height, area.right(), area.bottom());
    b.fill(Key::part("find").piece(9), bar, [0.0; 4], b.theme.bg);
    let gap = b.m.gap;
    let row = Rect::new(bar.x, bar.bottom() - pane.chip(b).min(height), bar.w, pane.chip(b).min(height));
    let each = b.px(72.0).min(row.w / 6.0);
    let button = |place: f64| {
        let right = row.right() - place * (each + gap);
        Rect::from_edges(right - each, row.y, right, row.bottom())
    };
    let field = Rect::from_edges(row.x, row.y, button(2.0).x - gap, row.bottom());
    b.fill(Key::part("find"), field, [0.0; 4], b.theme.track);
    let search = face.and_then(|face| face.search.as_ref()).filter(|search| search.text == find.text);
    let found = match search {
        Some(search) if search.hits == 0 => String::from("NOTHING"),
        Some(search) => {
            let all = format!("{}{}", search.hits, if search.more { "+" } else { "" });
            search.at.map_or_else(|| all.clone(), |at| format!("{at} OF {all}"))
        }
        None => String::new(),
    };
    let cap = b.m.cap_small;
    let count = label_width(&found, cap) + cap;
    let inset = 1.5 * gap;
    let words = Rect::from_edges(
        field.x + inset,
        field.y,
        (field.right() - count - inset).max(field.x + inset),
        field.bottom(),
    );
    let size = b.m.mono_size;
    let width = mono_width(&find.text, size);
    let shown: String = if width > words.w {
        let fitting = (words.w / mono_width("m", size)).floor().max(1.0) as usize;
        let skip = find.text.chars().count().saturating_sub(fitting);
        find.text.chars().skip(skip).collect()
    } else {
        find.text.clone()
    };
    let end = words.x + mono_width(&shown, size).min(words.w);
    if find.text.is_empty() {
        let hint = Rect { x: words.x + b.px(14.0), w: (words.w - b.px(14.0)).max(0.0), ..words };
        b.text(Key::part("find").piece(1), Text::label(hint, "FIND IN THE LINES ABOVE", cap, b.theme.text_muted));
    } else {
        let line = Rect { w: words.w + size, ..words };
        b.text(Key::part("find").piece(1), Text::label(line, shown, size * MONO_CAP, b.theme.text).mono());
    }
    let cursor = Rect::new(b.snap(end), field.y + field.h / 4.0, b.px(8.0), field.h / 2.0);
    b.fill(Key::part("find").piece(2), cursor, [0.0; 4], b.theme.focus);
    let right = Rect::from_edges(words.right(), field.y, field.right() - inset, field.bottom());
    b.text(
        Key::part("find").piece(3),
        Text::label(right, found.as_str(), cap, b.theme.text_muted).aligned(Align::Right),
    );
    let mut node = Node::new(Key::part("find"), Role::SearchBox, "FIND", field);
    node.value = Some(if found.is_empty() { find.text.clone() } else { format!("{}, {found}", find.text) });
    node.states.focused = true;
    node.action = Some(Action::Ui(UiAction::FindPrevious { terminal: terminal.id }));
    b.node(node);
    let id = terminal.id;
    for (place, part, label, name, colour, action) in [
        (2.0, "find-previous", "UP", "FIND ABOVE", b.theme.act_a, UiAction::FindPrevious { terminal: id }),
        (1.0, "find-next", "DOWN", "FIND BELOW", b.theme.act_a, UiAction::FindNext { terminal: id }),
        (0.0, "find-close", "CLOSE", "CLOSE", b.theme.act_c, UiAction::Find),
    ] {
        let mut pill = Button::pill(Key::part(part), button(place), label, colour, Action::Ui(action));
        (pill.cap, pill.align, pill.name) = (Some(cap), Align::Centre, Some(String::from(name)));
        b.button(pill);
    }
}

/// What is said of a shell that ended: with what, and what can be done about it.
fn over(b: &mut Builder, terminal: &Terminal, row: Rect) {
    let status = match terminal.activity {
        Activity::Ended { status } => status,
        _ => None,
    };
    let words =
        status.map_or_else(|| String::from("THE SHELL IS GONE"), |status| format!("THE SHELL ENDED WITH {status}"));
    let gap = b.m.gap;
    let height = b.m.pill_height.max(b.m.hit_min).min(row.h);
    let y = row.bottom() - height;
    let each = b.px(136.0).min((row.w - 2.0 * gap) / 3.0);
    let close = Rect::new(row.right() - each, y, each, height);
    let restart = Rect::new(close.x - gap - each, y, each, height);
    let heading = Rect::from_edges(row.x, y, restart.x - gap, row.bottom());
    let key = Key::part("terminal-ended");
    let colour = if status == Some(0) { b.theme.title } else { b.theme.danger };
    let cap = b.m.cap_heading.min(heading.w / label_width(&words, 1.0).max(1.0)).max(b.m.cap_micro);
    b.text(key, Text::label(heading, words.as_str(), cap, colour));
    b.node(Node::new(key, Role::Heading, words, heading));
    let id = Some(terminal.id);
    for (part, rect, label, colour, operation) in [
        ("restart", restart, "RESTART", b.theme.act_a, Operation::RestartTerminal { terminal: id }),
        ("close-terminal", close, "CLOSE", b.theme.act_c, Operation::CloseTerminal { terminal: id }),
    ] {
        let mut button = Button::pill(Key::part(part), rect, label, colour, Action::Do(operation));
        button.align = Align::Centre;
        button.cap = (each < b.px(120.0)).then_some(b.m.cap_small);
        b.button(button);
    }
}
