//! The terminals of a sector to choose from, and the way to one more: on the frame's top bar where that has room, else in
//! a row of their own; and beside them where the shell is.

use super::super::super::build::{Builder, Button, Text, caption};
use super::super::super::frame::{Frame, Part};
use super::super::super::map;
use super::super::super::metrics::{label_width, mono_width};
use super::super::super::pane::{Pane, Rail};
use super::super::super::prompt::text::MONO_CAP;
use crate::geometry::{Point, Rect};
use crate::hierarchy::{Level, Path, Sector, Terminal};
use crate::operation::Operation;
use crate::scene::{Align, Key, Primitive};
use crate::semantics::{Action, Node, Role};

/// A bar with less room has no tabs.
const LEAST_BAR: f64 = 96.0;
/// Letters of a directory on the bar.
const LETTERS: f64 = 16.0;
/// No tab is wider.
const MOST_TAB: f64 = 136.0;

/// Whether the frame has a bar for them.
pub(super) fn in_frame(pane: &Pane) -> bool {
    matches!(pane.rail, Rail::Full | Rail::Narrow)
}

/// What a terminal is called beside others: by its title, what runs in it, or its number.
fn name(terminal: &Terminal, place: usize) -> String {
    let running = match &terminal.activity {
        crate::hierarchy::Activity::Running { command, .. } => command.split_whitespace().next().map(caption),
        _ => None,
    };
    let word = running.filter(|word| !word.is_empty()).unwrap_or_default();
    if word.is_empty() { format!("{}", place + 1) } else { format!("{} {word}", place + 1) }
}

/// Draws them over the frame's top bar, with the directory behind them.
pub(in super::super) fn draw(b: &mut Builder, pane: &Pane, path: &Path, sector: &Sector, frame: &Frame) {
    let bar = map::beside_small(b, pane, path, frame.segment(Part::BarTop).rect);
    if !in_frame(pane) || bar.w < LEAST_BAR * b.factor() || sector.terminals.is_empty() {
        return;
    }
    let over = bar.y - pane.rect.y;
    // Down to the content, but not into it.
    let under = (pane.content(b, Level::Hub).y - bar.bottom()).max(0.0);
    let end = tabs(b, sector, bar, (over, under));
    let rest = Rect::from_edges(end, bar.y, bar.right(), bar.bottom());
    if let Some(directory) = sector.shown_terminal().and_then(|terminal| terminal.directory.as_deref()) {
        capsule(b, directory, rest);
    }
}

/// The same in a row of the content.
pub(super) fn row(b: &mut Builder, sector: &Sector, row: Rect) {
    tabs(b, sector, row, (b.m.gap / 2.0, b.m.gap / 2.0));
}

/// Draws the tabs from the left of a bar, and the pill for one more; they are met so far over the bar and below it.
/// Where the rest of the bar begins.
fn tabs(b: &mut Builder, sector: &Sector, bar: Rect, (over, under): (f64, f64)) -> f64 {
    let (gap, cap) = (b.m.gap, b.m.cap_small);
    let least = b.m.hit_min;
    // Half of each gap beside it is its own.
    let narrowest = b.px(48.0).max(least - gap);
    let plus = narrowest;
    let hit = |rect: Rect| {
        let below = (least - over - rect.h).max(gap / 2.0).min(under);
        Rect::from_edges(rect.x - gap / 2.0, rect.y - over, rect.right() + gap / 2.0, rect.bottom() + below)
    };
    let several = sector.terminals.len() > 1;
    let mut x = bar.x;
    let ground = |b: &mut Builder, from: f64, to: f64| {
        b.fill(Key::part("tabs").piece(1), Rect::from_edges(from, bar.y, to, bar.bottom()), [0.0; 4], b.theme.bg);
    };
    if !several {
        ground(b, x, x + plus + gap);
        more(b, Rect::new(x, bar.y, plus, bar.h), hit);
        return x + plus + gap;
    }
    let names: Vec<String> = sector.terminals.iter().enumerate().map(|(at, terminal)| name(terminal, at)).collect();
    let width = |name: &str| b.snap((label_width(name, cap) + 2.0 * b.px(18.0)).clamp(narrowest, b.px(MOST_TAB)));
    let shown = sector.terminals.iter().position(|terminal| Some(terminal.id) == sector.terminal).unwrap_or(0);
    // The shown one's right end is cut off: it needs the room.
    let cut = |place: usize| if place == shown { bar.h / 2.0 + gap } else { 0.0 };
    let room = bar.w - plus - gap;
    let most = b.snap((room - gap).max(0.0));
    let widths: Vec<f64> = names.iter().enumerate().map(|(place, name)| (width(name) + cut(place)).min(most)).collect();
    let (first, last) = window(&widths, shown, room, gap);
    let total: f64 = widths.get(first..last).unwrap_or_default().iter().map(|width| width + gap).sum();
    ground(b, x, (x + total + plus + gap).min(bar.right()));
    let bounds = Rect::new(x, bar.y, total + plus, bar.h);
    let list = b.node(Node::new(Key::part("tabs"), Role::TabList, "TERMINALS", bounds));
    b.within(list, |b| {
        for (place, terminal) in sector.terminals.iter().enumerate().take(last).skip(first) {
            let (Some(name), Some(width)) = (names.get(place), widths.get(place)) else { continue };
            let rect = Rect::new(x, bar.y, *width, bar.h);
            let failed = terminal.unseen && terminal.last.as_ref().is_some_and(|last| !last.went_well());
            let colour = match () {
                () if failed => b.theme.danger,
                () if terminal.unseen => b.theme.ok,
                () => b.theme.act_a,
            };
            let show = Operation::ShowTerminal { terminal: terminal.id };
            let key = Key::of("tab", terminal.id.get());
            let mut button = Button::pill(key, rect, name.as_str(), colour, Action::Do(show));
            (button.role, button.align, button.cap) = (Role::Tab, Align::Centre, Some(cap));
            button.selected = place == shown;
            button.inset = Some(b.px(12.0));
            button.hit = Some(hit(rect));
            button.name = Some(format!("TERMINAL {name}"));
            b.button(button);
            x += width + gap;
        }
    });
    more(b, Rect::new(x, bar.y, plus, bar.h), hit);
    x + plus + gap
}

/// As many of a row as there is room for, this one among them.
fn window(widths: &[f64], shown: usize, room: f64, gap: f64) -> (usize, usize) {
    let (mut first, mut last) = (shown, (shown + 1).min(widths.len()));
    let mut taken: f64 = widths.get(first..last).unwrap_or_default().iter().map(|width| width + gap).sum();
    loop {
        let before = first.checked_sub(1).and_then(|at| widths.get(at)).filter(|width| taken + **width + gap <= room);
        if let Some(width) = before {
            (first, taken) = (first - 1, taken + width + gap);
            continue;
        }
        match widths.get(last).filter(|width| taken + **width + gap <= room) {
            Some(width) => (last, taken) = (last + 1, taken + width + gap),
            None => return (first, last),
        }
    }
}

/// The pill with a drawn plus.
fn more(b: &mut Builder, rect: Rect, hit: impl Fn(Rect) -> Rect) {
    let key = Key::part("new-terminal");
    let mut button = Button::pill(key, rect, "", b.theme.act_b, Action::Do(Operation::NewTerminal { sector: None }));
    button.name = Some(String::from("NEW TERMINAL"));
    button.hit = Some(hit(rect));
    b.button(button);
    let middle = Point { x: rect.x + rect.w / 2.0, y: rect.y + rect.h / 2.0 };
    let (arm, width, colour) = (b.px(7.0), b.px(4.0), b.theme.on_fill);
    let ends = [(4, arm, 0.0), (5, 0.0, arm)];
    for (piece, x, y) in ends {
        let from = Point { x: middle.x - x, y: middle.y - y };
        let to = Point { x: middle.x + x, y: middle.y + y };
        let key = b.key(key.piece(piece));
        b.scene.push(Primitive::Line { key, from, to, width, colour });
    }
}

/// Where the shell is, on the bar.
fn capsule(b: &mut Builder, directory: &str, bar: Rect) {
    let words = crate::label::clean_told(directory);
    let size = b.px(LETTERS).min(0.6 * bar.h);
    let inset = b.px(16.0);
    let room = bar.w - 2.0 * inset;
    if room < mono_width("mmmmmm", size) {
        return;
    }
    let width = (mono_width(&words, size) * 1.02 + 2.0).min(room);
    let rect = Rect::new(bar.right() - inset - width, bar.y, width, bar.h);
    let key = Key::part("path");
    b.text(key, Text::label(rect, words.as_str(), size * MONO_CAP, b.theme.on_fill).mono());
    let mut node = Node::new(key, Role::Status, "DIRECTORY", rect);
    node.value = Some(words);
    b.node(node);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shown_one_is_always_among_those_in_view() {
        let widths = [50.0; 20];
        for shown in 0..20 {
            let (first, last) = window(&widths, shown, 300.0, 10.0);
            assert!((first..last).contains(&shown));
            assert_eq!(last - first, 5);
        }
        assert_eq!(window(&widths[..2], 1, 10.0, 10.0), (1, 2), "however little room there is");
        assert_eq!(window(&[], 0, 100.0, 10.0), (0, 0));
    }
}
