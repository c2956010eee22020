//! What all dialogs are made of: a black ground, two elbows with bars, a title, rows of pills, pages.

use super::super::build::{Builder, Button, Text};
use super::super::metrics::label_width;
use crate::geometry::{Rect, Size};
use crate::scene::{Align, Cut, Key};
use crate::semantics::{Action, Node, Role, UiAction};
use crate::theme::Colour;

/// An output narrower than this, in the measures' own pixels, has slim dialogs.
const LEAST_WIDE: f64 = 560.0;
/// The rail of a dialog that is not slim.
const RAIL: f64 = 88.0;
/// How far a bar goes on behind its elbow.
const STUB: f64 = 96.0;
/// No button is narrower.
const LEAST_BUTTON: f64 = 72.0;
/// A dialog that takes more of both sides of the output covers all of it.
const MOST_SHARE: f64 = 0.65;
/// A title takes at most this share of its bar.
const TITLE_SHARE: f64 = 0.6;

/// What a dialog is.
#[derive(Debug, Clone)]
pub(super) struct Kind<'a> {
    pub part: &'static str,
    pub role: Role,
    pub title: &'a str,
    pub colour: Colour,
}

impl<'a> Kind<'a> {
    /// A dialog in the frame's colour.
    pub fn dialog(b: &Builder, part: &'static str, title: &'a str) -> Self {
        Self { part, role: Role::Dialog, title, colour: b.theme.frame }
    }
}

/// A dialog that is being drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialog {
    /// What it covers.
    pub cover: Rect,
    /// Where its content goes.
    pub content: Rect,
    /// Its node.
    pub place: usize,
}

/// The lengths of a dialog's frame.
struct Frame {
    rail: f64,
    bar: f64,
    low: f64,
    inset: Size,
    radii: (f64, f64),
    slim: bool,
}

impl Frame {
    fn of(b: &Builder, output: Size) -> Self {
        let m = &b.m;
        let slim = output.w < LEAST_WIDE * b.factor();
        let (bar, low) = (m.tile_bar, m.bar_inner);
        if slim {
            let (inset, radii) = (Size { w: 1.5 * m.gap, h: 1.5 * m.gap }, (m.slim_outer, m.slim_inner));
            return Self { rail: m.slim_rail, bar, low, inset, radii, slim };
        }
        let inset = Size { w: m.elbow_inner_narrow, h: 2.0 * m.gap };
        Self { rail: b.px(RAIL), bar, low, inset, radii: (m.elbow_outer_narrow, m.elbow_inner_narrow), slim }
    }
}

/// How much room the content of a dialog has at most.
pub(super) fn room(b: &Builder, output: Size) -> Size {
    let (frame, margin) = (Frame::of(b, output), b.m.margin);
    Size {
        w: (output.w - 2.0 * margin - frame.rail - frame.inset.w).max(0.0),
        h: (output.h - 2.0 * margin - frame.bar - frame.low - 2.0 * frame.inset.h).max(0.0),
    }
}

/// Draws the ground and the frame of a dialog whose content is of that size, in the middle of the output.
pub(super) fn open(b: &mut Builder, output: Size, content: Size, kind: &Kind) -> Dialog {
    let (frame, most) = (Frame::of(b, output), room(b, output));
    let w = content.w.min(most.w) + frame.rail + frame.inset.w;
    let h = content.h.min(most.h) + frame.bar + frame.low + 2.0 * frame.inset.h;
    let (w, h) = (b.snap(w), b.snap(h));
    let rect = Rect::new(b.snap((output.w - w) / 2.0), b.snap((output.h - h) / 2.0), w, h);
    // A fringe of what lies behind would only be noise.
    let nearly_all = w >= MOST_SHARE * output.w && h >= MOST_SHARE * output.h;
    let cover = if nearly_all { Rect::new(0.0, 0.0, output.w, output.h) } else { around(rect, 2.0 * b.m.gap, output) };
    let key = Key::part(kind.part);
    b.fill(key.piece(30), cover, [0.0; 4], b.theme.bg);
    let mut node = Node::new(key, kind.role, kind.title, cover);
    node.states.modal = true;
    let place = b.node(node);
    let left = rect.x + frame.rail + frame.inset.w;
    let (top, bottom) = (rect.y + frame.bar + frame.inset.h, rect.bottom() - frame.low - frame.inset.h);
    elbows(b, key, rect, &frame, kind.colour);
    top_bar(b, key, rect, &frame, kind);
    Dialog { cover, content: Rect::from_edges(left, top, rect.right(), bottom), place }
}

/// A rectangle with some room around it, within the output.
pub(super) fn around(rect: Rect, by: f64, output: Size) -> Rect {
    let (left, top) = ((rect.x - by).max(0.0), (rect.y - by).max(0.0));
    Rect::from_edges(left, top, (rect.right() + by).min(output.w), (rect.bottom() + by).min(output.h))
}

fn stub(b: &Builder, rect: Rect, frame: &Frame) -> f64 {
    let wide = if frame.slim { frame.radii.0 } else { b.px(STUB) };
    rect.x + (frame.rail + wide).min(rect.w / 2.0)
}

/// The elbows and what lies between them in the rail, and the lower bar.
fn elbows(b: &mut Builder, key: Key, rect: Rect, frame: &Frame, colour: Colour) {
    let (gap, stub) = (b.m.gap, stub(b, rect, frame));
    let (outer, inner) = frame.radii;
    let part = |share: f64| b.snap(rect.y + share * rect.h);
    let (upper, lower) = (part(0.42), part(0.58));
    let filled = !frame.slim && lower - upper > 3.0 * gap;
    let (upper, lower) = if filled { (upper, lower) } else { (part(0.5), part(0.5) + gap) };
    let top = Rect::from_edges(rect.x, rect.y, stub, upper);
    let reach = inner + 1.0;
    let hole = Rect::from_edges(rect.x + frame.rail, rect.y + frame.bar, stub + reach, upper + reach);
    let cut = Cut { rect: hole, radii: [inner, 0.0, 0.0, 0.0] };
    b.cut(key.piece(20), top, [outer, 0.0, 0.0, 0.0], cut, colour);
    let below = Rect::from_edges(rect.x, lower, stub, rect.bottom());
    let hole = Rect::from_edges(rect.x + frame.rail, lower - reach, stub + reach, rect.bottom() - frame.low);
    let cut = Cut { rect: hole, radii: [0.0, 0.0, 0.0, inner] };
    b.cut(key.piece(21), below, [0.0, 0.0, 0.0, outer], cut, colour);
    if filled {
        let filler = Rect::from_edges(rect.x, upper + gap, rect.x + frame.rail, lower - gap);
        b.fill(key.piece(22), filler, [0.0; 4], b.theme.frame_inert);
    }
    let round = frame.low / 2.0;
    let line = |from: f64, to: f64| Rect::from_edges(from, rect.bottom() - frame.low, to, rect.bottom());
    let cap = line(rect.right() - frame.low, rect.right());
    b.fill(key.piece(23), line(stub + gap, cap.x - gap), [0.0; 4], b.theme.frame_2);
    b.fill(key.piece(24), cap, [0.0, round, round, 0.0], colour);
}

/// The bar with the title.
fn top_bar(b: &mut Builder, key: Key, rect: Rect, frame: &Frame, kind: &Kind) {
    let (gap, stub) = (b.m.gap, stub(b, rect, frame));
    let (bar, round) = (frame.bar, frame.bar / 2.0);
    let line = |from: f64, to: f64| Rect::from_edges(from, rect.y, to, rect.y + bar);
    let cap = line(rect.right() - bar, rect.right());
    b.fill(key.piece(25), cap, [0.0, round, round, 0.0], kind.colour);
    let height = b.m.cap_tile;
    let room = TITLE_SHARE * (rect.right() - stub);
    let width = (label_width(kind.title, height) + 0.12 * height).min(room);
    let title = line(cap.x - 1.5 * gap - width, cap.x - 1.5 * gap);
    let tall = Rect::new(title.x, title.y - 0.3 * height, title.w, bar + 0.6 * height);
    b.text(key.piece(26), Text::label(tall, kind.title, height, b.theme.title).aligned(Align::Right));
    b.fill(key.piece(27), line(stub + gap, title.x - 1.5 * gap), [0.0; 4], b.theme.frame_2);
}

/// The height of a row of buttons that a finger can meet.
pub(super) fn button_height(b: &Builder) -> f64 {
    b.m.chip_height.max(b.m.hit_min)
}

/// The height of the row of buttons at the end of a dialog, with the gap above.
pub(super) fn footer_height(b: &Builder) -> f64 {
    b.m.pill_height.max(b.m.hit_min) + 2.0 * b.m.gap
}

/// A button of a row.
#[derive(Debug, Clone)]
pub(in crate::view) struct Choice {
    pub key: Key,
    pub label: String,
    pub colour: Colour,
    pub action: Action,
    pub selected: bool,
    pub disabled: bool,
    pub role: Role,
    pub icon: Option<String>,
}

impl Choice {
    pub fn new(key: Key, label: impl Into<String>, colour: Colour, action: Action) -> Self {
        let (selected, disabled, role, icon) = (false, false, Role::Button, None);
        Self { key, label: label.into(), colour, action, selected, disabled, role, icon }
    }

    pub fn ui(part: &'static str, label: &str, colour: Colour, action: UiAction) -> Self {
        Self::new(Key::part(part), label, colour, Action::Ui(action))
    }

    /// How wide it wants to be.
    fn width(&self, b: &Builder) -> f64 {
        let cap = if self.selected { b.m.pill_height / 2.0 } else { 0.0 };
        let width = label_width(&self.label, b.m.cap_label) + 2.2 * b.m.rail_label_inset + cap;
        b.snap(width.max(b.px(LEAST_BUTTON)))
    }

    pub fn draw(&self, b: &mut Builder, rect: Rect, align: Align) {
        let mut button = Button::pill(self.key, rect, self.label.as_str(), self.colour, self.action.clone());
        (button.selected, button.disabled, button.role, button.align) =
            (self.selected, self.disabled, self.role, align);
        // Lower than a finger is nothing, whatever the theme says about gaps.
        let reach = b.reach(rect);
        let more = ((b.m.hit_min - reach.h) / 2.0).max(0.0);
        button.hit = Some(Rect::new(reach.x, reach.y - more, reach.w, reach.h + 2.0 * more));
        let side = b.px(24.0).min(rect.h);
        let off = (rect.h - side) / 2.0;
        let label = label_width(&self.label, b.m.cap_label) + b.m.rail_label_inset;
        let icon = self.icon.clone().filter(|_| label + side + 2.5 * off <= rect.w);
        let (key, with_cap) = (self.key, button.selected);
        button.inset = Some(b.m.rail_label_inset.min(rect.w / 6.0)).filter(|_| !with_cap);
        b.button(button);
        if let Some(icon) = icon {
            b.icon(key.piece(6), Rect::new(rect.x + 1.5 * off, rect.y + off, side, side), &icon);
        }
    }
}

/// Draws buttons side by side from the left, in as many rows as they need. Returns where the last row ends.
pub(in crate::view) fn flow(b: &mut Builder, room: Rect, choices: &[Choice]) -> f64 {
    for (choice, rect) in choices.iter().zip(flow_rects(b, room, choices)) {
        choice.draw(b, rect, Align::Centre);
    }
    room.y + flow_height(b, room.w, choices)
}

/// How high they are together.
pub(in crate::view) fn flow_height(b: &Builder, w: f64, choices: &[Choice]) -> f64 {
    flow_rects(b, Rect::new(0.0, 0.0, w, 0.0), choices).last().map_or(0.0, Rect::bottom)
}

fn flow_rects(b: &Builder, room: Rect, choices: &[Choice]) -> Vec<Rect> {
    let (gap, height) = (b.m.gap, button_height(b));
    let (mut x, mut y) = (room.x, room.y);
    let mut place = |choice: &Choice| {
        let width = choice.width(b).min(room.w);
        if x > room.x && x + width > room.right() {
            (x, y) = (room.x, y + height + gap);
        }
        let rect = Rect::new(x, y, width, height);
        x += width + gap;
        rect
    };
    choices.iter().map(&mut place).collect()
}

/// Draws the buttons that end a dialog, at the right of its last row. Returns where the first begins.
pub(super) fn footer(b: &mut Builder, content: Rect, choices: &[Choice]) -> f64 {
    let height = footer_height(b) - 2.0 * b.m.gap;
    let total: f64 = choices.iter().map(|choice| choice.width(b) + b.m.gap).sum::<f64>() - b.m.gap;
    let squeeze = (content.w / total).min(1.0);
    let mut x = content.right() - total.min(content.w);
    let start = x;
    for choice in choices {
        let width = b.snap(choice.width(b) * squeeze);
        choice.draw(b, Rect::new(x, content.bottom() - height, width, height), Align::Centre);
        x += width + b.m.gap * squeeze;
    }
    start
}

/// Which of many things are on the wanted page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pages {
    /// The first of them.
    pub first: usize,
    /// How many.
    pub count: usize,
    /// The page, from 0.
    pub page: usize,
    /// How many pages there are, at least one.
    pub pages: usize,
}

impl Pages {
    pub fn new(total: usize, on_one: usize, wanted: usize) -> Self {
        let on_one = on_one.max(1);
        let pages = total.div_ceil(on_one).max(1);
        let page = wanted.min(pages - 1);
        let first = page * on_one;
        Self { first, count: on_one.min(total.saturating_sub(first)), page, pages }
    }

    /// Those of them.
    pub fn of<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        all.get(self.first..self.first + self.count).unwrap_or_default()
    }
}

/// Draws what turns the pages, at the left of the last row, up to `right`; nothing where there is only one.
pub(super) fn pager(b: &mut Builder, content: Rect, right: f64, pages: Pages) {
    if pages.pages < 2 {
        return;
    }
    let height = footer_height(b) - 2.0 * b.m.gap;
    let y = content.bottom() - height;
    let width = b.snap(b.px(LEAST_BUTTON).min((right - content.x - 3.0 * b.m.gap) / 3.0));
    let turn = |part, label, number: Option<usize>| Choice {
        disabled: number.is_none(),
        ..Choice::ui(part, label, b.theme.act_c, UiAction::Page { number: number.unwrap_or(pages.page) })
    };
    let next = Some(pages.page + 1).filter(|next| *next < pages.pages);
    let both = [turn("page-previous", "BACK", pages.page.checked_sub(1)), turn("page-next", "NEXT", next)];
    for (place, choice) in both.iter().enumerate() {
        let x = content.x + place as f64 * (width + b.m.gap);
        choice.draw(b, Rect::new(x, y, width, height), Align::Centre);
    }
    let x = content.x + 2.0 * (width + b.m.gap);
    let rect = Rect::from_edges(x, y, right - b.m.gap, y + height);
    let words = format!("{} / {}", pages.page + 1, pages.pages);
    let key = Key::part("page");
    b.node(Node::new(key, Role::Status, format!("PAGE {} OF {}", pages.page + 1, pages.pages), rect));
    b.text(key, Text::label(rect, words, b.m.cap_small, b.theme.text_muted));
}

/// A line that names what is below it. Returns where that begins.
pub(super) fn heading(b: &mut Builder, part: &'static str, room: Rect, words: &str) -> f64 {
    let key = Key::part(part);
    let rect = Rect { h: heading_height(b), ..room };
    b.node(Node::new(key, Role::Heading, words, rect));
    b.text(key, Text::label(rect, words, b.m.cap_small, b.theme.text_muted));
    rect.bottom()
}

/// The height of such a line.
pub(super) fn heading_height(b: &Builder) -> f64 {
    b.px(28.0)
}

/// The height of a line of text with this cap height.
pub(in crate::view) fn line_height(b: &Builder, cap: f64) -> f64 {
    b.snap(1.5 * cap)
}

/// Breaks words into lines of that width. What is left over stands in the last one, which ends in an ellipsis then.
pub(in crate::view) fn wrap(text: &str, cap: f64, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace().flat_map(|word| broken(word, cap, width)) {
        let full = lines.len() >= most.max(1);
        match lines.last_mut() {
            Some(line) if full || label_width(line, cap) + label_width(word, cap) + 0.25 * cap <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The pieces of a word that is wider than a line, such as a path.
fn broken(word: &str, cap: f64, width: f64) -> Vec<&str> {
    if label_width(word, cap) <= width {
        return vec![word];
    }
    let (mut pieces, mut from) = (Vec::new(), 0);
    for (at, _) in word.char_indices().skip(1) {
        let upto = |to: usize| word.get(from..to).unwrap_or_default();
        let next = at + word.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        if label_width(upto(next), cap) > width {
            pieces.push(upto(at));
            from = at;
        }
    }
    pieces.extend(word.get(from..).filter(|rest| !rest.is_empty()));
    pieces
}

/// Draws text in lines. Returns where the last one ends.
pub(super) fn paragraph(b: &mut Builder, key: Key, room: Rect, text: &str, cap: f64, colour: Colour) -> f64 {
    let height = line_height(b, cap);
    // No dialog has a hundred lines; the cast of a finite, bounded number is exact enough.
    let most = (room.h / height).floor().clamp(1.0, 99.0) as usize;
    let mut y = room.y;
    for (piece, line) in (8..).zip(wrap(text, cap, room.w, most)) {
        b.text(key.piece(piece), Text::label(Rect { y, h: height, ..room }, line, cap, colour));
        y += height;
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_hold_everything_once() {
        let all: Vec<usize> = (0..23).collect();
        let seen: Vec<usize> = (0..3).flat_map(|page| Pages::new(23, 10, page).of(&all).to_vec()).collect();
        assert_eq!(seen, all);
        assert_eq!(Pages::new(23, 10, 9), Pages::new(23, 10, 2));
        assert_eq!(Pages::new(0, 0, 5), Pages { first: 0, count: 0, page: 0, pages: 1 });
    }

    #[test]
    fn words_are_broken_into_lines_and_none_is_lost() {
        let lines = wrap("the quick brown fox jumps over the lazy dog", 14.0, 120.0, 9);
        assert!(lines.len() > 2 && lines.iter().all(|line| label_width(line, 14.0) <= 120.0), "{lines:?}");
        let two = wrap("the quick brown fox jumps over the lazy dog", 14.0, 120.0, 2);
        assert_eq!((two.len(), two.join(" ")), (2, lines.join(" ")));
    }

    #[test]
    fn a_word_that_is_wider_than_a_line_is_broken_and_nothing_of_it_is_lost() {
        let path = "/home/user/.local/state/tos/desktop.json.damaged-1";
        let lines = wrap(path, 14.0, 120.0, 9);
        assert!(lines.len() > 2 && lines.iter().all(|line| label_width(line, 14.0) <= 120.0), "{lines:?}");
        assert_eq!(lines.concat(), path);
        assert_eq!(wrap(path, 14.0, 0.0, 99).concat().replace(' ', ""), path, "not even where there is no room");
    }
}
