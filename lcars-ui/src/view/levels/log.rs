//! The log: everything that was said, newest first. Beside the hubs it is the one place at level 2; each entry leads to the
//! sector where it happened.

use std::time::Duration;

use super::super::build::{Builder, Button, Shape, Text, caption, told};
use super::super::frame::{Frame, Span};
use super::super::overlay::{
    Choice, alert_answers, alert_colour, alert_place, alert_word, flow, flow_height, line_height, wrap,
};
use super::super::pane::Pane;
use super::super::rail::{self, Pill, of_pane, pill};
use super::rail_frame::{self, Parent};
use super::{Without, frame_colour, hub, title_colour};
use crate::geometry::Rect;
use crate::hierarchy::{Level, Path};
use crate::interface::Alert;
use crate::operation::Operation;
use crate::scene::{Align, Key};
use crate::semantics::{Action, Node, Role, UiAction};

/// What it is called.
pub(super) const NAME: &str = "ALERT LOG";
/// No entry is lower.
const ROW: f64 = 40.0;
/// A content narrower than this has the words of an entry below the rest of it.
const LEAST_WIDE: f64 = 640.0;
/// The block that says how serious it was.
const WORD: f64 = 112.0;
/// The pill that leads to the sector.
const SECTOR: f64 = 144.0;
/// The room for the time.
const TIME: f64 = 136.0;
/// The words have at most so many lines, which is room for the longest of them on all but the smallest screens.
const MOST_LINES: usize = 8;
/// The line below the entries that says which they are.
const FOOT: f64 = 24.0;

/// How long ago something was.
fn ago(at: Duration, now: Duration) -> String {
    match now.saturating_sub(at).as_secs() {
        0..60 => String::from("NOW"),
        seconds @ 60..3600 => format!("{} MIN AGO", seconds / 60),
        seconds @ 3600..86_400 => format!("{} H AGO", seconds / 3600),
        seconds => format!("{} D AGO", seconds / 86_400),
    }
}

/// How the entries are laid out.
struct Plan {
    /// Where they go.
    room: Rect,
    /// Everything is in one line.
    wide: bool,
    /// The words' room.
    words: f64,
}

/// An entry with its words in lines.
struct Row<'a> {
    alert: &'a Alert,
    lines: Vec<String>,
    /// What may be done about it while it is fresh, below the words.
    answers: Vec<Choice>,
    /// Of the answers, with the gap above them.
    below: f64,
    /// All of it.
    height: f64,
}

/// The entries in view.
struct Page<'a> {
    rows: Vec<Row<'a>>,
    first: usize,
    total: usize,
}

impl Plan {
    fn of(b: &Builder, pane: &Pane) -> Self {
        let content = pane.content(b, Level::Log);
        let foot = b.px(FOOT).min(content.h / 4.0);
        let room = Rect { h: content.h - foot, ..content };
        let wide = room.w >= LEAST_WIDE * b.factor();
        let beside = if wide { b.px(WORD) + b.px(TIME) + b.px(SECTOR) + 4.0 * b.m.gap } else { 0.0 };
        Self { room, wide, words: (room.w - beside).max(0.0) }
    }

    /// The width of what may be done, and where it begins: below the words.
    fn answers(&self, b: &Builder) -> Rect {
        let x = if self.wide { self.room.x + b.px(WORD) + 1.5 * b.m.gap } else { self.room.x };
        Rect { x, w: self.words, ..self.room }
    }

    fn row<'a>(&self, b: &Builder, alert: &'a Alert) -> Row<'a> {
        let lines = wrap(&told(&alert.text), b.m.cap_small, self.words, MOST_LINES);
        let words = lines.len() as f64 * line_height(b, b.m.cap_small);
        let head = b.px(ROW).max(b.m.hit_min);
        let height = if self.wide { head.max(words + b.m.gap) } else { head + b.m.gap / 2.0 + words };
        let answers = if alert.shown { alert_answers(b, alert) } else { Vec::new() };
        let below = if answers.is_empty() { 0.0 } else { b.m.gap + flow_height(b, self.answers(b).w, &answers) };
        Row { alert, lines, answers, below, height: b.snap(height + below) }
    }

    /// As many of these as there is room for, at least one.
    fn fill<'a>(&self, b: &Builder, alerts: impl Iterator<Item = &'a Alert>) -> Vec<Row<'a>> {
        let mut left = self.room.h;
        let mut rows = Vec::new();
        for row in alerts.map(|alert| self.row(b, alert)) {
            if row.height > left && !rows.is_empty() {
                break;
            }
            left -= row.height + b.m.gap;
            rows.push(row);
        }
        rows
    }
}

/// Only what is in view is laid out, and what would be one page back.
fn page<'a>(b: &Builder, pane: &Pane<'a>, plan: &Plan) -> Page<'a> {
    let alerts = &pane.inputs.interface.alerts;
    let total = alerts.log().count();
    let first = pane.inputs.interface.log_page.min(total.saturating_sub(1));
    Page { rows: plan.fill(b, alerts.log().skip(first)), first, total }
}

pub(super) fn frame(b: &Builder, pane: &Pane, path: &Path) -> Frame {
    let spans = vec![Span::new(NAME, title_colour(b, pane))];
    rail_frame::lay_out(b, pane, path, frame_colour(b, pane, path), spans)
}

/// What stands in the rail: from page to page, and the end of what is fresh.
pub(in crate::view) fn pills(b: &Builder, pane: &Pane) -> Vec<Pill> {
    let theme = b.theme;
    let plan = Plan::of(b, pane);
    let Page { rows, first, total } = page(b, pane, &plan);
    let alerts = &pane.inputs.interface.alerts;
    let newer = (first > 0).then(|| {
        // From what is in view backwards, until a page is full.
        let before: Vec<&Alert> = alerts.log().take(first).collect();
        first - plan.fill(b, before.into_iter().rev()).len()
    });
    let older = Some(first + rows.len()).filter(|next| *next < total);
    let turn = |part, label, short, colour, number: Option<usize>| Pill {
        disabled: number.is_none(),
        ..pill(part, label, short, colour, Action::Ui(UiAction::Page { number: number.unwrap_or(first) }))
    };
    let dismiss = Action::Ui(UiAction::DismissAll);
    let mut pills = vec![
        turn("page-previous", "NEWER", "NEWER", theme.act_a, newer),
        turn("page-next", "OLDER", "OLDER", theme.act_b, older),
        Pill {
            disabled: alerts.shown().next().is_none(),
            ..pill("dismiss-all", "DISMISS ALL", "CLEAR", theme.act_c, dismiss)
        },
    ];
    pills.extend((!pane.alone).then(|| of_pane(b)));
    pills
}

pub(super) fn draw(b: &mut Builder, pane: &Pane, path: &Path, without: Without) {
    rail_frame::draw(b, pane, path, frame(b, pane, path), without, Some(Parent::OVERVIEW));
    rail::draw(b, pane, Level::Log);
    let plan = Plan::of(b, pane);
    let page = page(b, pane, &plan);
    if page.total == 0 {
        let hint = "WHAT PROGRAMS AND THE DESKTOP TELL YOU IS KEPT HERE";
        let back = ("OVERVIEW", Action::Do(Operation::ZoomOut));
        return hub::empty(b, pane, plan.room, "NOTHING WAS SAID YET", hint, back);
    }
    let list = b.node(Node::new(Key::part("alerts"), Role::List, "ALERTS", plan.room));
    let (first, last) = (page.first + 1, page.first + page.rows.len());
    b.within(list, |b| {
        let mut y = plan.room.y;
        for row in page.rows {
            // The last one may be cut off where the screen is hardly higher than it.
            let rect = Rect { y, h: row.height.min(plan.room.bottom() - y), ..plan.room };
            y += row.height + b.m.gap;
            entry(b, pane, &plan, &row, rect);
        }
    });
    let content = pane.content(b, Level::Log);
    let foot = Rect::from_edges(content.x, plan.room.bottom(), content.right(), content.bottom());
    let words = format!("{first} TO {last} OF {}", page.total);
    let key = Key::part("log-page");
    b.text(key, Text::label(foot, words.as_str(), b.m.cap_small.min(0.7 * foot.h), b.theme.text_muted));
    b.node(Node::new(key, Role::Status, words, foot));
}

fn entry(b: &mut Builder, pane: &Pane, plan: &Plan, row: &Row, rect: Rect) {
    let alert = row.alert;
    let key = Key::of("logged", alert.id);
    let (gap, cap) = (b.m.gap, b.m.cap_small);
    let place = alert_place(pane.inputs, alert);
    let when = ago(alert.at, pane.inputs.now);
    let when = if alert.shown { format!("NEW, {when}") } else { when };
    // What is fresh stands here in the place of the overlay, and is announced as that would be.
    let role = if alert.shown { Role::Alert } else { Role::ListItem };
    let said = told(&alert.text);
    let mut node = Node::new(key, role, format!("{}: {said}", alert_word(alert)), rect);
    node.value = Some(place.as_ref().map_or_else(|| when.clone(), |place| format!("{place}, {when}")));
    let node = b.node(node);
    let whole = rect;
    let rect = Rect { h: rect.h - row.below, ..rect };

    let head = Rect { h: if plan.wide { rect.h } else { b.px(ROW).max(b.m.hit_min).min(rect.h) }, ..rect };
    let block = Rect { w: b.px(WORD).min(0.4 * head.w), ..head };
    b.fill(key, block, [0.0; 4], alert_colour(b, alert.level));
    let inner = Rect::from_edges(block.x, block.y, block.right() - gap, block.bottom());
    b.text(key.piece(1), Text::label(inner, alert_word(alert), cap, b.theme.on_fill).aligned(Align::Right));
    let pill = Rect::from_edges(head.right() - b.px(SECTOR).min(0.3 * head.w), head.y, head.right(), head.bottom());
    let left = if plan.wide { pill.x - gap - b.px(TIME) } else { block.right() + gap };
    let time = Rect::from_edges(left, head.y, pill.x - gap, head.bottom());
    let ink = if alert.shown { b.theme.focus } else { b.theme.text_muted };
    let align = if plan.wide { Align::Right } else { Align::Left };
    b.text(key.piece(2), Text::label(time, when, cap, ink).aligned(align));
    if let (Some(name), Some(sector)) = (place, alert.sector) {
        let sector = pane.inputs.desktop.tree().sector(sector);
        let colour = sector.map_or(b.theme.frame, |sector| b.theme.sector(sector.colour.number()));
        let mut button = Button::pill(
            Key::of("log-attend", alert.id),
            pill,
            name,
            colour,
            Action::Ui(UiAction::Attend { alert: alert.id }),
        );
        button.shape = Shape::RoundRight;
        (button.cap, button.inset) = (Some(cap), Some(b.px(14.0)));
        button.name = Some(format!("GO TO {}", caption(&said)));
        let half = gap / 2.0;
        button.hit = Some(Rect::from_edges(rect.x, rect.y - half, rect.right() + half, rect.bottom() + half));
        b.within(node, |b| b.button(button));
    }
    let height = line_height(b, cap);
    let (x, top) = if plan.wide {
        let all = row.lines.len() as f64 * height;
        (block.right() + 1.5 * gap, rect.y + ((rect.h - all) / 2.0).max(0.0))
    } else {
        (rect.x, head.bottom() + gap / 2.0)
    };
    for (place, line) in (0u16..).zip(&row.lines) {
        let y = top + f64::from(place) * height;
        if y + height > rect.bottom() + 1.0 {
            break;
        }
        let line = Text::label(Rect::new(x, b.snap(y), plan.words, height), line.as_str(), cap, b.theme.text);
        b.text(key.piece(8 + place), line);
    }
    let room = Rect { y: rect.bottom() + gap, h: row.below - gap, ..plan.answers(b) };
    // Half of a button is none: what the screen has no room for waits for a larger one, or for the overlay of another level.
    if room.bottom() <= whole.bottom() + 1.0 {
        b.within(node, |b| flow(b, room, &row.answers));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_round_words() {
        let at = |seconds: u64| ago(Duration::from_secs(10), Duration::from_secs(10 + seconds));
        assert_eq!([at(0), at(59), at(60), at(7200), at(200_000)], ["NOW", "NOW", "1 MIN AGO", "2 H AGO", "2 D AGO"]);
        assert_eq!(ago(Duration::from_secs(9), Duration::ZERO), "NOW");
    }
}
