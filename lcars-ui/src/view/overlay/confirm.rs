//! The question before something dangerous runs: what it is, what it would do, and a button that has to be held.

use super::super::Inputs;
use super::super::build::{Builder, Button, Shape, Text, caption, told};
use super::super::metrics::{label_width, mono_width};
use super::super::prompt::text::MONO_CAP;
use super::dialog::{self, Pages};
use crate::camera::Motion;
use crate::geometry::{Rect, Size};
use crate::hierarchy::Level;
use crate::label::in_one_line;
use crate::scene::{Align, Cut, Key};
use crate::semantics::{Action, Node, Role, UiAction};
use crate::shells::{Class, StagedView};

/// The rail with the classes.
const RAIL: f64 = 152.0;
/// From the dialog's top to the gap below its upper elbow.
const ELBOW: f64 = 80.0;
/// A line of what is known.
const LINE: f64 = 40.0;
/// From a line's label to what it says.
const COLUMN: f64 = 144.0;
/// A dialog with less room has no rail.
const LEAST_WIDE: f64 = 620.0;
/// Reduced motion fills in so many steps.
const STEPS: f64 = 4.0;

/// The height of a line of the command, by the size of its letters.
const LETTERS: f64 = 1.3;

const KEY: Key = Key::part("confirm");

/// Where everything in it goes.
struct Plan {
    rect: Rect,
    rail: f64,
    bar: f64,
    low: f64,
    radii: (f64, f64),
    content: Rect,
}

fn plan(b: &Builder, inputs: &Inputs, output: Size) -> Plan {
    let m = &b.m;
    // What the prompt leaves: the content of the pane with the focus where that has room, else everything.
    let bottom = output.h - m.margin - m.bar_prompt - m.gap;
    let whole = Rect::from_edges(m.margin, m.margin, output.w - m.margin, bottom);
    let own = inputs.desktop.output(inputs.output).and_then(|own| {
        let panes = super::super::pane::panes(b, inputs, own);
        let pane = panes.into_iter().find(|pane| pane.focused)?;
        let level = pane.viewport.path.level();
        let framed = !matches!(level, Level::Picker | Level::Focus);
        let content = pane.content(b, level);
        let open = super::super::prompt::is_over(inputs, &pane);
        (framed && !open && content.h >= b.px(440.0) && content.w >= b.px(LEAST_WIDE)).then_some(content)
    });
    let rect = own.unwrap_or(whole);
    let wide = rect.w >= b.px(LEAST_WIDE);
    let (rail, radii) = if wide {
        (b.px(RAIL), (m.elbow_outer_narrow, m.elbow_inner_narrow))
    } else {
        (m.slim_rail, (m.slim_outer, m.slim_inner))
    };
    let (bar, low) = (m.tile_bar, m.bar_inner);
    let left = rect.x + rail + if wide { b.px(40.0) } else { m.gap };
    let content = Rect::from_edges(left, rect.y + bar + m.gap, rect.right(), rect.bottom() - low - m.gap);
    Plan { rect, rail, bar, low, radii, content }
}

/// Draws it. What it covers.
pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size) -> Option<Rect> {
    let text = inputs.interface.prompt.text();
    let verdict = inputs.shells.prompt.verdict_on(text)?;
    let plan = plan(b, inputs, output);
    let title = if verdict.title.is_empty() { String::from("DANGER") } else { caption(&verdict.title) };
    let cover = dialog::around(plan.rect, b.m.gap, output);
    b.fill(KEY.piece(30), cover, [0.0; 4], b.theme.bg);
    let name = format!("{title}: {}", told(&in_one_line(text)));
    let mut node = Node::new(KEY, Role::AlertDialog, name, cover);
    node.states.modal = true;
    node.value = Some(verdict.reasons.join(". "));
    let place = b.node(node);
    b.within(place, |b| {
        frame(b, &plan, &title, verdict.class);
        let bottom = actions(b, inputs, &plan);
        facts(b, &plan, verdict, bottom, inputs.interface.page);
    });
    Some(cover)
}

fn frame(b: &mut Builder, plan: &Plan, title: &str, class: Class) {
    let (rect, gap) = (plan.rect, b.m.gap);
    let (outer, inner) = plan.radii;
    let (colour, bright) = (b.theme.danger, b.theme.frame_2);
    let stub = rect.x + plan.rail + b.px(112.0).min(rect.w / 6.0);
    let upper = rect.y + b.px(ELBOW).max(plan.bar + inner);
    let wide = plan.rail > b.m.slim_rail;
    let blocks = if wide { classes(b, plan, class, upper + gap) } else { rect.y + rect.h / 2.0 };
    let upper = if wide { upper } else { blocks - gap };
    let top = Rect::from_edges(rect.x, rect.y, stub, upper);
    let reach = inner + 1.0;
    let hole = Rect::from_edges(rect.x + plan.rail, rect.y + plan.bar, stub + reach, upper + reach);
    let cut = Cut { rect: hole, radii: [inner, 0.0, 0.0, 0.0] };
    b.cut(KEY.piece(20), top, [outer, 0.0, 0.0, 0.0], cut, colour);
    let low_end = b.snap(rect.x + 0.587 * rect.w);
    let below = Rect::from_edges(rect.x, blocks, low_end, rect.bottom());
    let hole = Rect::from_edges(rect.x + plan.rail, blocks - reach, low_end + reach, rect.bottom() - plan.low);
    let cut = Cut { rect: hole, radii: [0.0, 0.0, 0.0, inner] };
    b.cut(KEY.piece(21), below, [0.0, 0.0, 0.0, outer], cut, colour);
    let line = |from: f64, to: f64| Rect::from_edges(from, rect.bottom() - plan.low, to, rect.bottom());
    let end = line(rect.right() - plan.low, rect.right());
    b.fill(KEY.piece(23), line(low_end + gap, end.x - gap), [0.0; 4], bright);
    b.shape(KEY.piece(24), end, Shape::RoundRight, colour);
    let bar = |from: f64, to: f64| Rect::from_edges(from, rect.y, to, rect.y + plan.bar);
    let cap = bar(rect.right() - plan.bar, rect.right());
    b.shape(KEY.piece(25), cap, Shape::RoundRight, colour);
    let height = b.m.cap_tile;
    let room = (0.6 * (rect.right() - stub)).min(cap.x - stub - 4.0 * gap);
    let width = (label_width(title, height) + 0.12 * height).min(room);
    let words = bar(cap.x - 1.25 * gap - width, cap.x - 1.25 * gap);
    let tall = Rect::new(words.x, words.y - 0.3 * height, words.w, plan.bar + 0.6 * height);
    b.text(KEY.piece(26), Text::label(tall, title, height, b.theme.title).aligned(Align::Right));
    b.node(Node::new(Key::part("confirm-title"), Role::Heading, title, words));
    let (from, to) = (stub + gap, words.x - 1.25 * gap);
    let middle = b.snap(from + 0.53 * (to - from));
    b.fill(KEY.piece(27), bar(from, middle - gap), [0.0; 4], bright);
    b.fill(KEY.piece(28), bar(middle, to), [0.0; 4], colour);
}

/// The four classes in the rail, this one lit. Where the lower elbow begins.
fn classes(b: &mut Builder, plan: &Plan, class: Class, top: f64) -> f64 {
    let gap = b.m.gap;
    let least = plan.low + plan.radii.1 + plan.radii.0 / 2.0;
    let room = plan.rect.bottom() - least - top;
    let height = b.snap((room / 4.0 - gap).clamp(0.0, b.px(80.0)));
    if height < b.px(28.0) {
        return top;
    }
    let all = [Class::Safe, Class::Caution, Class::Danger, Class::Refused];
    for (place, one) in all.into_iter().enumerate() {
        let y = top + place as f64 * (height + gap);
        let rect = Rect::new(plan.rect.x, y, plan.rail, height);
        let (fill, ink) =
            if one == class { (b.theme.focus, b.theme.on_fill) } else { (b.theme.frame_inert, b.theme.text_muted) };
        let key = Key::of("confirm-class", place as u64 + 1);
        b.fill(key, rect, [0.0; 4], fill);
        let cap = b.m.cap_label;
        let middle = rect.bottom() - b.px(18.0);
        let line = Rect::from_edges(rect.x + gap, middle - cap, rect.right() - b.px(16.0), middle + cap);
        b.text(key.piece(1), Text::label(line, one.word(), cap, ink).aligned(Align::Right));
        if one == class {
            let mut node = Node::new(key, Role::Status, "CLASS", rect);
            node.value = Some(String::from(one.word()));
            b.node(node);
        }
    }
    top + 4.0 * (height + gap)
}

/// CANCEL and the button that has to be held. Where their row begins.
fn actions(b: &mut Builder, inputs: &Inputs, plan: &Plan) -> f64 {
    let content = plan.content;
    let gap = b.m.gap;
    let height = b.m.action_height.max(b.m.hit_min).min(content.h / 2.0);
    let bottom = content.bottom() - b.px(24.0).min(0.06 * content.h);
    let y = b.snap(bottom - height);
    let share = |wished: f64, part: f64| b.snap(b.px(wished).min(part * content.w));
    let hold = share(368.0, 0.56);
    let hold = Rect::new(content.right() - hold, y, hold, height);
    let cancel = share(224.0, 0.4);
    let cancel = Rect::new(hold.x - 2.0 * gap - cancel, y, cancel, height);
    let cap = b.m.cap_heading;
    let (narrow, small, most_inset) = (b.px(200.0), b.m.cap_small, b.px(32.0));
    let button = |part, rect: Rect, label: &str, colour, action| {
        let mut button = Button::pill(Key::part(part), rect, label, colour, Action::Ui(action));
        button.cap = Some(if rect.w < narrow { small } else { cap });
        button.inset = Some(most_inset.min(rect.w / 8.0));
        button
    };
    // The way back comes first, so that the keyboard is there.
    let way_back = button("cancel", cancel, "CANCEL", b.theme.focus, UiAction::Cancel);
    b.button(way_back);
    let key = Key::part("hold");
    let colour = b.theme.frame_inert;
    let mut held = button("hold", hold, "", colour, UiAction::Hold);
    held.name = Some(String::from("HOLD TO CONFIRM"));
    let level = inputs.interface.held_level(inputs.now);
    held.value = Some(format!("{:.0} %", 100.0 * level));
    let (inset, own) = (held.inset.unwrap_or(0.0), held.cap.unwrap_or(cap));
    b.button(held);
    let reduced = inputs.desktop.motion() == Motion::Reduced;
    let level = if reduced { (STEPS * level).floor() / STEPS } else { level };
    let filled = b.snap(hold.w * level);
    if filled > 0.0 {
        let round = hold.h / 2.0;
        // The pill's own round ends, as far as it is filled.
        let rect = Rect { w: filled, ..hold };
        let right = (filled - (hold.w - round)).max(0.0);
        let left = round.min(filled.max(round));
        if filled >= round {
            b.fill(key.piece(5), rect, [left, right, right, left], b.theme.danger);
        } else {
            // Narrower than the round end: the end itself, cut off where the fill ends.
            let whole = Rect { w: round, ..hold };
            let off = Rect::from_edges(hold.x + filled, hold.y, hold.x + round + 1.0, hold.bottom());
            let cut = Cut { rect: off, radii: [0.0; 4] };
            b.cut(key.piece(5), whole, [round, 0.0, 0.0, round], cut, b.theme.danger);
        }
    }
    let line = Rect::from_edges(hold.x + hold.h / 4.0, hold.y, hold.right() - inset, hold.bottom());
    let ink = if level > 0.6 { b.theme.text } else { b.theme.focus };
    let words = if label_width("HOLD TO CONFIRM", own) <= line.w { "HOLD TO CONFIRM" } else { "HOLD" };
    b.text(key.piece(6), Text::label(line, words, own, ink).aligned(Align::Right));
    let cap = b.m.cap_small;
    let hint = Rect::from_edges(content.x, hold.y, cancel.x - gap, hold.bottom());
    let seconds = inputs.interface.hold_times.fill.as_secs_f64();
    let lines = [String::from("ESC CANCELS"), format!("HOLD {seconds:.1} S")];
    if hint.w >= label_width(&lines[0], cap) {
        for (place, words) in lines.into_iter().enumerate() {
            let middle = hold.y + (0.34 + 0.41 * place as f64) * hold.h;
            let line = Rect::from_edges(hint.x, middle - cap, hint.right(), middle + cap);
            b.text(KEY.piece(44 + place as u16), Text::label(line, words, cap, b.theme.text_muted));
        }
    }
    y
}

/// The command, and what is known of what it would do.
fn facts(b: &mut Builder, plan: &Plan, verdict: &StagedView, bottom: f64, page: usize) {
    let content = plan.content;
    let (cap, gap) = (b.m.cap_small, b.m.gap);
    let y = content.y + b.px(23.0).min(0.05 * content.h);
    let line = |y: f64, height: f64| Rect::new(content.x, y, content.w, height);
    let lines = verdict.text.split('\n').count();
    let words = if lines > 1 { format!("STAGED COMMAND, {lines} LINES") } else { String::from("STAGED COMMAND") };
    let below = y + 2.0 * cap + b.px(6.0);
    // Where there is hardly any room, what will run goes before what it is called.
    let named = bottom - below >= LETTERS * b.m.mono_prompt * 28.0 / 24.0 + 2.0 * gap + pager(b);
    if named {
        b.text(KEY.piece(41), Text::label(line(y, 2.0 * cap), words.as_str(), cap, b.theme.text_muted));
    }
    let begin = if named { below } else { content.y };
    let top = command(b, content, begin, bottom, &verdict.text, page);
    let whole = Rect::from_edges(content.x, begin.min(y), content.right(), top);
    let mut node = Node::new(Key::part("confirm-command"), Role::Group, words, whole);
    node.value = Some(verdict.text.clone());
    b.node(node);
    let rule = b.snap(top + b.px(19.0));
    if rule + b.px(4.0) < bottom {
        b.fill(KEY.piece(42), Rect::new(content.x, rule, content.w, b.px(4.0)), [0.0; 4], b.theme.frame_inert);
    }
    let mut lines: Vec<(String, String)> =
        verdict.details.iter().map(|detail| (caption(&detail.label), crate::label::clean_told(&detail.text))).collect();
    lines.extend(verdict.reasons.iter().map(|reason| (String::from("WHY"), crate::label::clean_told(reason))));
    let mut top = rule + b.px(20.0);
    let end = bottom - gap;
    let size = b.m.mono_size;
    let column = b.px(COLUMN).min(0.3 * content.w);
    // What is known is read as a whole before something is confirmed, on a phone too: it goes on in further rows.
    let facts: Vec<_> = lines.iter().map(|(_, text)| wrapped(text, size, content.w - column)).collect();
    let further = LETTERS * size;
    let all_further = further * facts.iter().map(|rows| rows.len() - 1).sum::<usize>() as f64;
    let row = b.px(LINE).min(b.px(28.0).max((end - top - all_further) / lines.len().max(1) as f64));
    for (place, ((label, text), rows)) in lines.iter().zip(&facts).enumerate() {
        if top + row > end {
            break;
        }
        let fitting = 1 + ((end - top - row) / further).floor() as usize;
        let shown = rows.len().min(fitting);
        let rect = line(top, row + further * (shown - 1) as f64);
        let name = Rect { w: column - gap, h: row, ..rect };
        let key = Key::of("confirm-fact", place as u64 + 1);
        b.text(key, Text::label(name, label.as_str(), b.m.cap_label, b.theme.title));
        for (number, part) in rows.iter().take(shown).enumerate() {
            let y = rect.y + further * number as f64;
            let rest = Rect::from_edges(rect.x + column, y, rect.right(), y + row);
            // The last one there is room for says by its ellipsis that there is more.
            let cut = number + 1 == shown && shown < rows.len();
            let part = if cut { format!("{}…", part.text) } else { part.text.clone() };
            let text = Text::label(rest, part, size * MONO_CAP, b.theme.text).mono();
            b.text(key.piece(number as u16 + 1), text);
        }
        let mut node = Node::new(key, Role::ListItem, label.as_str(), rect);
        node.value = Some(text.clone());
        b.node(node);
        top = rect.bottom();
    }
}

/// The height of what turns its pages.
fn pager(b: &Builder) -> f64 {
    dialog::footer_height(b) - 2.0 * b.m.gap
}

/// The command itself, from `top`: each of its lines with its number where there are several, and page by page where they
/// do not fit, so that none hides. Where it ends.
fn command(b: &mut Builder, content: Rect, top: f64, bottom: f64, text: &str, page: usize) -> f64 {
    let lines = text.split('\n').count();
    // Several lines are a text to read rather than a title.
    let size = if lines > 1 { b.m.mono_size } else { b.m.mono_prompt * 28.0 / 24.0 };
    let share = if lines > 1 { 0.62 } else { 0.5 };
    let height = LETTERS * size;
    let marks = b.snap(super::super::prompt::text::marks_width(lines, mono_width("m", size)));
    let rows = wrapped(text, size, content.w - marks);
    let fitting = |room: f64| (share * room / height).floor().max(1.0) as usize;
    let mut pages = Pages::new(rows.len(), fitting(bottom - top), page);
    let pager = pager(b);
    if pages.pages > 1 {
        pages = Pages::new(rows.len(), fitting(bottom - top - pager / share), page);
    }
    let mut y = top;
    for (place, Row { number, text }) in pages.of(&rows).iter().enumerate() {
        let piece = 50 + 2 * place as u16;
        let rect = Rect::from_edges(content.x + marks, y, content.right(), y + height);
        if let Some(number) = number.filter(|_| marks > 0.0) {
            let mark = Rect::from_edges(content.x, y, rect.x - 0.4 * size, y + height);
            let label = Text::label(mark, number.to_string(), size * MONO_CAP, b.theme.title);
            b.text(KEY.piece(piece), label.aligned(Align::Right).mono());
        }
        b.text(KEY.piece(piece + 1), Text::label(rect, text.as_str(), size * MONO_CAP, b.theme.focus).mono());
        y += height;
    }
    if pages.pages > 1 {
        y += b.m.gap;
        let room = Rect::from_edges(content.x, y, content.right(), y + pager);
        dialog::pager(b, room, content.right(), pages);
        y = room.bottom();
    }
    y
}

/// What fits beside each other of a command.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    /// Of the line that begins here, counted from 1.
    number: Option<usize>,
    text: String,
}

/// A command in rows that fit, broken where there is a space if there is one.
fn wrapped(text: &str, size: f64, width: f64) -> Vec<Row> {
    let fitting = (width / mono_width("m", size).max(1.0)).floor().clamp(8.0, 400.0) as usize;
    let mut all = Vec::new();
    for (place, line) in text.split('\n').enumerate() {
        let mut rows = Vec::new();
        let mut row = String::new();
        for word in line.split_inclusive(' ') {
            let length = |text: &str| crate::interface::prompt::columns(text);
            if !row.is_empty() && length(&row) + length(word.trim_end()) > fitting {
                rows.push(std::mem::take(&mut row));
            }
            for c in word.chars() {
                if length(&row) >= fitting {
                    rows.push(std::mem::take(&mut row));
                }
                row.push(c);
            }
        }
        rows.push(row);
        let numbered = rows.into_iter().enumerate();
        all.extend(numbered.map(|(row, text)| Row { number: (row == 0).then_some(place + 1), text }));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_command_is_lost_when_it_is_broken_into_rows() {
        for text in ["rm -rf ~/projects/old-site", "a\nb  c", &"x".repeat(100), "日本語 日本語 日本語"] {
            let rows = wrapped(text, 10.0, 100.0);
            let begins = rows.iter().filter_map(|row| row.number);
            assert!(begins.eq(1..=text.split('\n').count()));
            let rows: Vec<String> = rows.into_iter().map(|row| row.text).collect();
            assert_eq!(rows.concat(), text.replace('\n', ""));
            assert!(rows.iter().all(|row| crate::interface::prompt::columns(row) <= 17), "{rows:?}");
        }
    }
}
