//! What a program asks the user for.

mod files;
mod permit;
mod point;
mod programs;

use super::super::Inputs;
use super::super::build::{Builder, caption, told};
use super::dialog::{self, Choice};
use crate::asking::{Asked, Asking, What};
use crate::geometry::{Rect, Size};
use crate::operation::Operation;
use crate::scene::Key;
use crate::semantics::{Action, AskAct, Node, Role, UiAction};

fn act(act: AskAct) -> Action {
    Action::Ui(UiAction::Ask { act })
}

/// Draws it. Nothing where there is no question any more.
pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size) -> Option<Rect> {
    let asking = inputs.interface.asking.as_ref()?;
    match &asking.asked.what {
        _ if asking.doing.over.is_some() => permit::over(b, asking, output),
        What::Open { .. } | What::Folder | What::Save | What::SaveAll { .. } => {
            Some(files::draw(b, inputs, asking, output))
        }
        What::Program { to_open, .. } => Some(programs::draw(b, inputs, asking, to_open, output)),
        What::Permit { text, deny } => Some(permit::draw(b, asking, (text, deny.as_deref()), output)),
        What::Point => Some(point::draw(b, asking, output)),
    }
}

/// Who asks, and for what, in their own words.
fn about(asked: &Asked, otherwise: &str) -> String {
    let title = if asked.title.trim().is_empty() { otherwise } else { asked.title.as_str() };
    let program = caption(&asked.program);
    if program.is_empty() { told(title) } else { format!("{program}: {}", told(title)) }
}

/// A line with that. Returns where what is below it begins.
fn line(b: &mut Builder, room: Rect, words: &str) -> f64 {
    dialog::heading(b, "asked", room, words)
}

/// The pill that leaves the window with its question, which waits there.
fn away(b: &Builder, asking: &Asking) -> Option<Choice> {
    asking.window?;
    let out = Choice::new(Key::part("ask-away"), "ZOOM OUT", b.theme.act_c, Action::Do(Operation::ZoomOut));
    Some(out)
}

/// The buttons that end it: the way back first, so that the keyboard is there.
fn ending(b: &Builder, asking: &Asking, accept: &str) -> Vec<Choice> {
    let cancel = Choice::new(Key::part("ask-cancel"), "CANCEL", b.theme.act_a, act(AskAct::Cancel));
    let label = asking.asked.accept.as_deref().map(caption).filter(|label| !label.is_empty());
    let label = label.unwrap_or_else(|| accept.to_owned());
    let accept = Choice::new(Key::part("ask-accept"), label, b.theme.act_b, act(AskAct::Accept));
    away(b, asking).into_iter().chain([cancel, accept]).collect()
}

/// Buttons for what else there is to choose.
fn choices(b: &Builder, asking: &Asking) -> Vec<Choice> {
    let button = |(place, choice): (usize, &crate::asking::Choice)| {
        let chosen = asking.doing.chosen.get(place).and_then(|at| choice.options.get(*at));
        let value = caption(chosen.map_or("", String::as_str));
        let label = format!("{}: {value}", caption(&choice.label));
        Choice::new(Key::of("ask-choice", place as u64 + 1), label, b.theme.act_d, act(AskAct::Turn { choice: place }))
    };
    asking.asked.choices.iter().enumerate().map(button).collect()
}

/// Why the last thing was not done, where the user is told at once.
fn note(b: &mut Builder, asking: &Asking, room: Rect) {
    let Some(note) = &asking.doing.note else { return };
    let (key, words) = (Key::part("ask-note"), told(note));
    b.node(Node::new(key, Role::Alert, words.as_str(), room));
    b.text(key, super::super::build::Text::label(room, words, b.m.cap_small, b.theme.caution));
}
