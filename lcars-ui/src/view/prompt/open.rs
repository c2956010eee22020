//! What there is in an open prompt: its name, what it is at, the text, EXECUTE and CLEAR.

use super::super::build::{Builder, Button, Text};
use super::super::metrics::label_width;
use super::super::pane::Pane;
use super::state::{self, Run, State};
use super::{NAME, Prompt, list, text};
use crate::geometry::Rect;
use crate::interface::prompt::PROMPT;
use crate::scene::{Align, Key};
use crate::semantics::{Action, Node, Role, UiAction};

/// From the top of the prompt to its first line of text.
const TEXT_TOP: f64 = 37.0;

/// Draws everything in an open prompt but its frame. Without `live` there is no list and nothing is kept for pointers: it
/// is a picture of a zoom.
pub(in crate::view) fn draw(b: &mut Builder, pane: &Pane, prompt: &Prompt, live: bool) {
    let state = state::state(b, pane);
    let (m, gap) = (b.m, b.m.gap);
    word(b, prompt, &super::place_word(pane));
    let buttons = buttons(b, prompt, &state);
    let edge = buttons.iter().map(|(_, rect)| rect.x).fold(prompt.cap_left(), f64::min);
    let right = edge - gap;
    let area = Rect::from_edges(prompt.left + prompt.rail + gap, prompt.top, right, prompt.bottom - m.bar_inner);
    let mut node = Node::new(Key::part(PROMPT), Role::TextBox, NAME, area);
    let typed = pane.inputs.interface.prompt.text();
    node.value = Some(typed.to_owned());
    node.states.focused = pane.inputs.interface.prompt.keyboard;
    node.states.expanded = true;
    node.action = Some(Action::Ui(UiAction::Execute));
    let place = b.node(node);
    b.within(place, |b| {
        header(b, prompt, &state, right);
        let top = prompt.top + b.px(TEXT_TOP);
        let at = text::draw(b, pane.inputs, prompt.x, top, right);
        if live {
            b.prompt = Some(at);
        }
    });
    for (button, _) in buttons {
        b.button(button);
    }
    b.ring(Key::part(PROMPT), area, [0.0; 4]);
    if live && let Some(cover) = list::draw(b, pane.inputs, prompt.x, right, prompt.top - gap) {
        b.covers.push(cover);
    }
}

/// The word in the elbow: whose prompt it is.
fn word(b: &mut Builder, prompt: &Prompt, word: &str) {
    let m = b.m;
    let full = prompt.rail >= m.rail;
    let (cap, inset) = if full { (m.cap_label, m.rail_label_inset) } else { (m.cap_small, b.px(10.0)) };
    if prompt.rail < m.rail_narrow {
        return;
    }
    let middle = prompt.bottom - b.px(20.5);
    let line = Rect::from_edges(prompt.left + b.px(8.0), middle - cap, prompt.left + prompt.rail - inset, middle + cap);
    // As the rail itself shortens it.
    let word = match word {
        "COMMAND" if !full => "CMD",
        "DIRECTORY" if !full => "DIR",
        word => word,
    };
    b.text(Key::part(PROMPT).piece(2), Text::label(line, word, cap, b.theme.on_fill).aligned(Align::Right));
}

/// The buttons at the right end, with where they are.
fn buttons(b: &Builder, prompt: &Prompt, state: &State) -> Vec<(Button, Rect)> {
    let (m, gap) = (b.m, b.m.gap);
    let small = prompt.rail < m.rail_narrow;
    let end = prompt.cap_left() - if small { 0.0 } else { 2.0 * gap };
    let width = b.px(if small { 92.0 } else { 152.0 });
    let run = Rect::new(end - width, prompt.top + gap, width, m.pill_height);
    let can_clear = b.clearable;
    let (part, label, action, can) = match state.run {
        Run::Execute { can } => ("execute", "EXECUTE", UiAction::Execute, can),
        Run::Stop(terminal) => ("execute", "STOP", UiAction::Interrupt { terminal }, true),
    };
    let colour = if label == "STOP" { b.theme.danger } else { b.theme.focus };
    let button = |part, rect, label: &str, colour, action, can: bool| {
        let mut button = Button::pill(Key::part(part), rect, label, colour, Action::Ui(action));
        (button.disabled, button.align) = (!can, Align::Centre);
        if small {
            button.cap = Some(m.cap_small);
        }
        (button, rect)
    };
    let mut buttons = vec![button(part, run, label, colour, action, can)];
    let clear = Rect::new(run.x - gap - b.px(104.0), run.y, b.px(104.0), m.pill_height);
    if clear.x - prompt.x >= b.px(200.0) {
        buttons.insert(0, button("clear", clear, "CLEAR", b.theme.act_a, UiAction::ClearPrompt, can_clear));
    }
    buttons
}

/// The line above the text.
fn header(b: &mut Builder, prompt: &Prompt, state: &State, right: f64) {
    let m = b.m;
    let key = Key::part(PROMPT);
    let cap = m.cap_small;
    let middle = prompt.middle;
    let mut x = prompt.x;
    let width = label_width(NAME, cap) + 0.2 * cap;
    let blocks: f64 = state.blocks.iter().map(|block| block_width(b, &block.words) + b.px(4.0)).sum();
    // What it is at matters more than its name.
    if x + width + b.px(14.0) + blocks <= right {
        let colour = if state.muted { b.theme.text_muted } else { b.theme.title };
        let name = Rect::new(x, middle - cap, width, 2.0 * cap);
        b.text(key.piece(1), Text::label(name, NAME, cap, colour));
        x = b.snap(name.right() + b.px(14.0));
    }
    let mut words = Vec::new();
    for (place, block) in state.blocks.iter().enumerate() {
        let width = block_width(b, &block.words);
        if x + width > right {
            break;
        }
        let rect = Rect::new(x, prompt.top + b.px(2.0), width, b.px(22.0));
        let piece = 10 + 2 * place as u16;
        b.fill(key.piece(piece), rect, [0.0; 4], block.fill);
        let line = Text::label(rect, block.words.as_str(), cap, block.ink).aligned(Align::Centre);
        b.text(key.piece(piece + 1), line);
        x = rect.right() + b.px(4.0);
        words.push(block.words.as_str());
    }
    if let Some((notice, colour)) = &state.notice {
        let from = x + b.px(8.0);
        let rect = Rect::from_edges(from, middle - cap, right, middle + cap);
        if rect.w >= 6.0 * cap {
            b.text(key.piece(9), Text::label(rect, notice.as_str(), cap, *colour));
        }
        words.push(notice);
    }
    let bounds = Rect::from_edges(prompt.x, prompt.top, right, prompt.top + b.px(24.0));
    let mut node = Node::new(Key::part("prompt-state"), Role::Status, "PROMPT", bounds);
    node.value = Some(words.join(", "));
    b.node(node);
}

fn block_width(b: &Builder, words: &str) -> f64 {
    b.snap(label_width(words, b.m.cap_small) + b.px(24.0))
}
