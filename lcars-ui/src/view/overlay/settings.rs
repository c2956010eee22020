//! What can be set up: theme, size, motion. What is chosen is seen at once.

use super::super::Inputs;
use super::super::build::{Builder, caption};
use super::dialog::{self, Choice, Kind};
use crate::camera::Motion;
use crate::geometry::{Rect, Size};
use crate::hierarchy::NodeId;
use crate::operation::Operation;
use crate::scene::Key;
use crate::semantics::{Action, UiAction};
use crate::theme::Theme;

/// The sizes that are offered.
const SCALES: [f64; 7] = [0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0];
/// The dialog's content is no wider.
const MOST_WIDTH: f64 = 736.0;

/// Headings, and what can be chosen below each.
fn sections(b: &Builder, inputs: &Inputs) -> Vec<(&'static str, &'static str, Vec<Choice>)> {
    let colour = b.theme.act_a;
    let choice = |part, number: usize, label: String, action, selected| Choice {
        selected,
        ..Choice::new(Key::of(part, number as u64), label, colour, Action::Ui(action))
    };
    let themes = Theme::names().into_iter().enumerate().map(|(i, name)| {
        let action = UiAction::Theme { name: name.to_owned() };
        choice("theme", i + 1, caption(name), action, inputs.theme.name() == name)
    });
    let scales = SCALES.into_iter().enumerate().map(|(i, factor)| {
        let selected = (inputs.ui_scale - factor).abs() < 0.01;
        choice("scale", i + 1, format!("{:.0} %", 100.0 * factor), UiAction::Scale { factor }, selected)
    });
    let reduced = inputs.desktop.motion() == Motion::Reduced;
    let motion = [("FULL", false), ("REDUCED", true)].into_iter().enumerate().map(|(i, (label, on))| {
        choice("motion", i + 1, String::from(label), UiAction::ReducedMotion { on }, reduced == on)
    });
    let log = Choice {
        action: Action::Do(Operation::Jump { to: Some(NodeId::Log) }),
        ..choice("see", 2, String::from("ALERT LOG"), UiAction::Cancel, false)
    };
    let more = vec![choice("see", 1, String::from("KEYS"), UiAction::Keys, false), log];
    vec![
        ("themes", "THEME", themes.collect()),
        ("scales", "SIZE", scales.collect()),
        ("motions", "MOTION", motion.collect()),
        ("more", "SEE ALSO", more),
    ]
}

pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size) -> Rect {
    let sections = sections(b, inputs);
    let room = dialog::room(b, output);
    let width = room.w.min(b.px(MOST_WIDTH));
    let heading = dialog::heading_height(b);
    let height = |b: &Builder, choices: &[Choice]| heading + dialog::flow_height(b, width, choices);
    let all: f64 = sections.iter().map(|(_, _, choices)| height(b, choices)).sum();
    let footer = dialog::footer_height(b);
    let size = Size { w: width, h: all + footer };
    let dialog = dialog::open(b, output, size, &Kind::dialog(b, "settings", "SETTINGS"));
    let content = dialog.content;
    b.within(dialog.place, |b| {
        let mut y = content.y;
        for (part, words, choices) in &sections {
            // On a very low output what does not fit is left out; keys do the same.
            if y + height(b, choices) > content.bottom() - footer + 1.0 {
                break;
            }
            y = dialog::heading(b, part, Rect { y, ..content }, words);
            y = dialog::flow(b, Rect { y, ..content }, choices);
        }
        let close = Choice::ui("close-overlay", "CLOSE", b.theme.act_b, UiAction::Cancel);
        dialog::footer(b, content, &[close]);
    });
    dialog.cover
}
