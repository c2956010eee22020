//! What is said beside the tiles: the path, what is picked, what there is to say about one file or about there being none.

use super::super::super::build::{Builder, Button, Shape, Text, caption, faded, told};
use super::super::super::metrics::{label_width, mono_width};
use super::super::super::pane::{Pane, Rail};
use super::plan::Plan;
use super::{act, counted, grouped};
use crate::files::{self, Browser, Failure, Progress};
use crate::geometry::Rect;
use crate::scene::{Align, Key};
use crate::semantics::{FilesAct, Node, Role};
use crate::theme::Colour;

/// The end caps of the path.
const CAP: f64 = 24.0;
/// A pill below the tiles.
const PILL: f64 = 160.0;
/// Where the columns of the details begin, as parts of the width.
const COLUMNS: [f64; 5] = [0.0, 0.198, 0.444, 0.595, 0.802];

/// What is said where there is nothing to show, and what can be done about it.
pub(super) fn message(b: &mut Builder, pane: &Pane, plan: &Plan, browser: &Browser) {
    let listing = browser.listing();
    let up = ("UP", act(FilesAct::Up));
    let (words, hint, pill) = match &listing.progress {
        Progress::Failed(failure) => {
            let words = match failure {
                Failure::Denied => "PERMISSION DENIED",
                Failure::Missing => "NO SUCH DIRECTORY",
                Failure::Loop => "LINKS IN A CIRCLE",
                Failure::NotADirectory => "NOT A DIRECTORY",
                _ => "THIS DIRECTORY CANNOT BE SHOWN",
            };
            (String::from(words), told(&failure.to_string()), up)
        }
        Progress::Gone => (String::from("THIS DIRECTORY IS GONE"), String::from("SOMEBODY REMOVED OR RENAMED IT"), up),
        _ if !browser.is_empty() => return,
        Progress::Reading => return,
        Progress::Whole if !browser.filter().is_empty() => {
            let words = format!("NOTHING HERE IS CALLED {}", caption(browser.filter()));
            (words, String::from("ESC SHOWS EVERYTHING AGAIN"), up)
        }
        Progress::Whole if browser.hidden_count() > 0 => {
            let count = browser.hidden_count();
            let files = if count == 1 { "1 HIDDEN FILE" } else { &format!("{} HIDDEN FILES", grouped(count)) };
            (String::from("NOTHING TO SEE"), format!("THERE ARE ONLY {files}"), ("SHOW HIDDEN", act(FilesAct::Hidden)))
        }
        Progress::Whole => {
            (String::from("THIS DIRECTORY IS EMPTY"), String::from("WHAT APPEARS IN IT APPEARS HERE"), up)
        }
    };
    if !browser.is_empty() {
        // What was there is still to be seen, but no longer to be believed.
        let shade = faded(b.theme.bg, 0.8);
        b.fill(Key::part("files-ground").piece(2), plan.list, [0.0; 4], shade);
    }
    super::super::hub::empty(b, pane, plan.list, &words, &hint, pill);
}

/// The path with the number of entries, and the way up.
pub(super) fn path(b: &mut Builder, pane: &Pane, plan: &Plan, browser: &Browser, own: Colour) {
    let (rect, gap) = (plan.path, b.m.gap);
    let key = Key::part("path");
    let full = pane.rail == Rail::Full;
    let up_width = b.px(if full { 136.0 } else { 72.0 });
    let up = Rect::from_edges(rect.right() - up_width, rect.y, rect.right(), rect.bottom());
    let cap = b.px(CAP).min(rect.h);
    let left = Rect::new(rect.x, rect.y, cap, rect.h);
    let right = Rect::new(up.x - gap - cap, rect.y, cap, rect.h);
    let block = Rect::from_edges(left.right() + gap, rect.y, right.x - gap, rect.bottom());
    b.shape(key.piece(1), left, Shape::RoundLeft, own);
    b.shape(key.piece(2), right, Shape::RoundRight, own);
    b.fill(key, block, [0.0; 4], b.theme.track);
    let pad = 2.0 * gap;
    let count = counted(browser);
    let count_width = label_width(&count, b.m.cap_small) + 0.5 * b.m.cap_small;
    let shows_count = block.w - 2.0 * pad - count_width >= b.px(120.0);
    if shows_count {
        let words = Rect::from_edges(block.x + pad, block.y, block.right() - pad, block.bottom());
        let text = Text::label(words, count.as_str(), b.m.cap_small, b.theme.text_muted).aligned(Align::Right);
        b.text(key.piece(3), text);
    }
    let end = block.right() - pad - if shows_count { count_width + gap } else { 0.0 };
    let room = Rect::from_edges(block.x + pad.min(block.w / 8.0), block.y, end, block.bottom());
    let shown = browser.listing().shown_path();
    let (before, last) = split_path(&shown, room.w, b.m.mono_size * 1.25);
    let size = 1.25 * b.m.cap_mono;
    let before_width = mono_width(&before, b.m.mono_size * 1.25);
    let text = |rect, text: &str, colour| Text::label(rect, text, size, colour).mono();
    // The two meet where the last name begins, also in a face that is a little wider than thought.
    let before_rect = Rect::from_edges(block.x, room.y, room.x + before_width, room.bottom());
    b.text(key.piece(4), text(before_rect, &before, b.theme.text_muted).aligned(Align::Right));
    let rest = Rect::from_edges(room.x + before_width, room.y, room.right(), room.bottom());
    b.text(key.piece(5), text(rest, &last, b.theme.text));
    let mut node = Node::new(key, Role::Status, shown, block);
    node.value = Some(count);
    b.node(node);
    let mut button = Button::pill(Key::part("files-up"), up, "UP", b.theme.act_a, act(FilesAct::Up));
    button.disabled = browser.listing().is_root();
    button.name = Some(String::from("UP TO THE DIRECTORY AROUND THIS ONE"));
    b.button(button);
}

/// A path in two parts, the last name apart, with its beginning left out where there is no room for it.
fn split_path(path: &str, room: f64, size: f64) -> (String, String) {
    let slash = path.trim_end_matches('/').rfind('/').map_or(0, |slash| slash + 1);
    let (before, last) = path.split_at(slash);
    let letters = (room / mono_width("m", size)).floor().max(0.0) as usize;
    let (before_count, last_count) = (before.chars().count(), last.chars().count());
    if before_count + last_count <= letters {
        return (String::from(before), String::from(last));
    }
    let kept = letters.saturating_sub(last_count + 1);
    let tail: String = before.chars().skip(before_count.saturating_sub(kept)).collect();
    // With no room for any of it the last name says it, as far as it goes.
    (if kept > 0 { format!("…{tail}") } else { String::new() }, String::from(last))
}

/// The bar that says that a tap picks.
pub(super) fn pick_bar(b: &mut Builder, pane: &Pane, bar: Rect, browser: &Browser) {
    let key = Key::part("pick-mode");
    let gap = b.m.gap;
    let count = browser.picks().len();
    let words = format!("{} PICKED", grouped(count));
    let width = (label_width(&words, b.m.cap_small) + b.px(56.0)).max(b.px(112.0)).min(bar.w / 2.0);
    let end = Rect::from_edges(bar.right() - b.snap(width), bar.y, bar.right(), bar.bottom());
    let body = Rect::from_edges(bar.x, bar.y, end.x - gap, bar.bottom());
    b.fill(key, body, [0.0; 4], b.theme.focus);
    let name = "PICK MODE";
    let name_width = label_width(name, b.m.cap_label) + 0.5 * b.m.cap_label;
    let inner = Rect::from_edges(body.x + 2.0 * gap, body.y, body.right() - gap, body.bottom());
    b.text(key.piece(1), Text::label(inner, name, b.m.cap_label, b.theme.on_fill));
    let hint = Rect::from_edges(inner.x + name_width + 1.5 * gap, inner.y, inner.right(), inner.bottom());
    let says = "SELECT FILES OR FOLDERS TO APPEND THEM. ESC LEAVES.";
    if pane.rail != Rail::Slim {
        b.text(key.piece(2), Text::label(hint, says, b.m.cap_small, b.theme.on_fill));
    }
    let mut node = Node::new(key, Role::Status, name, body);
    node.value = Some(words.clone());
    b.node(node);
    let mut leave = Button::pill(Key::part("pick-leave"), end, words, b.theme.focus, act(FilesAct::Picking));
    leave.shape = Shape::RoundRight;
    leave.cap = Some(b.m.cap_small);
    leave.name = Some(String::from("LEAVE PICK MODE"));
    let low = (b.m.hit_min - end.h).max(0.0) / 2.0;
    leave.hit = Some(Rect::new(end.x - gap / 2.0, end.y - low, end.w + gap, end.h + 2.0 * low));
    b.button(leave);
}

/// What there is to say about one file, or why something was not done.
pub(super) fn details(b: &mut Builder, pane: &Pane, rect: Rect, browser: &Browser) {
    let key = Key::part("file-details");
    b.fill(key, Rect { h: b.px(4.0), ..rect }, [0.0; 4], b.theme.frame_inert);
    let (upper, middle, lower) = (b.px(31.0), b.px(46.0), b.px(60.0));
    let line = |x: f64, end: f64, middle: f64, cap: f64| {
        Rect::from_edges(x, rect.y + middle - 1.1 * cap, end, rect.y + middle + 1.1 * cap)
    };
    if let Some(note) = browser.note() {
        let words = told(note);
        let (label, says) =
            (line(rect.x, rect.right(), upper, b.m.cap_small), line(rect.x, rect.right(), lower, b.m.cap_label));
        b.text(key.piece(1), Text::label(label, "NOT STAGED", b.m.cap_small, b.theme.caution));
        b.text(key.piece(2), Text::label(says, words.as_str(), b.m.cap_label, b.theme.text));
        b.node(Node::new(key, Role::Alert, format!("NOT STAGED: {words}"), rect));
        return;
    }
    let Some(entry) = browser.subject() else {
        let says = line(rect.x, rect.right(), middle, b.m.cap_small);
        let hint = "TYPE TO FIND A FILE. A TAP PUTS A COMMAND INTO THE PROMPT, HOLDING PICKS.";
        b.text(key.piece(1), Text::label(says, hint, b.m.cap_small, b.theme.text_muted));
        return;
    };
    let now = pane.inputs.directories.now;
    let size = if entry.kind == files::Kind::File { files::size(entry.size) } else { String::from("-") };
    let changed = entry.modified.map_or_else(|| String::from("-"), |moment| files::date(moment, now));
    let label = if browser.is_picking() && !browser.picks().is_empty() { "LAST PICKED" } else { "NAME" };
    let columns = [
        (label, entry.name.shown()),
        ("KIND", entry.kind_words()),
        ("SIZE", size),
        ("CHANGED", changed),
        ("MODE", entry.mode_words()),
    ];
    // In a narrow pane the last ones go.
    let count = if pane.rail == Rail::Full { columns.len() } else { 3 };
    let stretch = COLUMNS.get(count).map_or(1.0, |end| 1.0 / end);
    let mut told = Vec::new();
    for (place, (label, value)) in columns.iter().take(count).enumerate() {
        let at =
            |place: usize| COLUMNS.get(place).filter(|_| place < count).map_or(1.0, |part| (part * stretch).min(1.0));
        let (x, end) = (b.snap(rect.x + at(place) * rect.w), rect.x + at(place + 1) * rect.w - b.m.gap);
        let piece = 1 + 2 * place as u16;
        let text = Text::label(line(x, end, upper, b.m.cap_small), *label, b.m.cap_small, b.theme.text_muted);
        b.text(key.piece(piece), text);
        let text = Text::label(line(x, end, lower, b.m.cap_mono), value.as_str(), b.m.cap_mono, b.theme.text).mono();
        b.text(key.piece(piece + 1), text);
        told.push(format!("{label} {value}"));
    }
    b.node(Node { value: Some(told.join(", ")), ..Node::new(key, Role::Status, "DETAILS", rect) });
}

/// What can be done with all of them.
pub(super) fn pills(b: &mut Builder, pane: &Pane, row: Rect, browser: &Browser, alone: bool) {
    let full = pane.rail == Rail::Full;
    let hidden = match (browser.shows_hidden(), full) {
        (false, true) => "SHOW HIDDEN",
        (true, true) => "HIDE HIDDEN",
        (_, false) => "HIDDEN",
    };
    let sort = if full { format!("SORT BY {}", browser.sort().word()) } else { String::from(browser.sort().word()) };
    let picks = browser.is_picking() && !browser.picks().is_empty();
    let (last, last_act) = match (browser.is_picking(), picks) {
        (true, true) => (if full { "CLEAR PICKS" } else { "CLEAR" }, FilesAct::ClearPicks),
        (true, false) => (if full { "LEAVE PICKS" } else { "LEAVE" }, FilesAct::Picking),
        (false, _) => (if full { "PICK FILES" } else { "PICK" }, FilesAct::Picking),
    };
    let inspect = Button {
        disabled: browser.subject().is_none(),
        ..Button::pill(Key::part("files-inspect"), row, "INSPECT", b.theme.act_a, act(FilesAct::Inspect))
    };
    let download = Button {
        disabled: browser.subject().is_none() && browser.picks().is_empty(),
        name: Some(String::from("DOWNLOAD")),
        ..Button::pill(
            Key::part("files-download"),
            row,
            if full { "DOWNLOAD" } else { "GET" },
            b.theme.act_a,
            act(FilesAct::Download),
        )
    };
    let hide = Button {
        selected: browser.shows_hidden(),
        name: Some(String::from("SHOW HIDDEN FILES")),
        ..Button::pill(Key::part("files-hidden"), row, hidden, b.theme.act_c, act(FilesAct::Hidden))
    };
    let sort = Button {
        name: Some(format!("SORT BY {}", browser.sort().next().word())),
        value: Some(format!("SORTED BY {}", browser.sort().word())),
        ..Button::pill(Key::part("files-sort"), row, sort, b.theme.act_c, act(FilesAct::Sort))
    };
    let pick = Button::pill(Key::part("files-pick"), row, last, b.theme.act_d, act(last_act));
    let gap = b.m.gap;
    let buttons = [inspect, download, hide, sort, pick];
    let each = (row.w - 4.0 * gap) / 5.0;
    let width = b.px(PILL).min(b.snap(each));
    let count = buttons.len();
    for (place, mut button) in buttons.into_iter().enumerate() {
        let x = if place + 1 == count { row.right() - width } else { row.x + place as f64 * (width + gap) };
        button.rect = Rect::new(b.snap(x), row.y, width, row.h);
        if !full {
            button.align = Align::Centre;
            button.cap = Some(b.m.cap_small);
        }
        b.button(button);
    }
    if let Some(note) = browser.note().filter(|_| alone) {
        // Without room for details a reason is told all the same, if not seen.
        b.node(Node::new(Key::part("file-details"), Role::Alert, format!("NOT STAGED: {}", told(note)), row));
    }
}
