//! What can be done with the focused pane: to share its room, to take more of it, to give it up.

use super::super::Inputs;
use super::super::build::Builder;
use super::dialog::Choice;
use super::menu::{self, Row, item};
use crate::geometry::{Point, Rect, Size};
use crate::hierarchy::ViewportId;
use crate::operation::{Axis, Operation, Refused};
use crate::scene::Key;
use crate::semantics::Action;
use crate::viewport::Output;

/// What one press gives a pane more or less of its split.
const STEP: f64 = 0.1;

/// Draws it with its corner where it was asked for, or as near to that as it fits.
pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size, at: Point) -> Option<Rect> {
    let rows = choices(b, inputs, inputs.desktop.output(inputs.output)?).into_iter().map(Row::Choice).collect();
    let rows = menu::page(b, inputs, output, rows);
    Some(menu::panel(b, output, Key::part("pane-menu"), "PANE", at, &rows))
}

fn choices(b: &Builder, inputs: &Inputs, output: &Output) -> Vec<Choice> {
    let pane = output.focused;
    let several = output.panes.viewports().len() > 1;
    let able = |change: &dyn Fn(&mut Output) -> Result<(), Refused>| change(&mut output.clone()).is_ok();
    let split = |number, label, axis| {
        // Nothing is ever called that.
        let new = ViewportId::from_raw(u64::MAX);
        let disabled = !able(&|output| output.split(pane, new, axis));
        Choice { disabled, ..item(number, label, Action::Do(Operation::Split { axis })) }
    };
    let share = output.share_of(pane).map_or(0.5, |(_, share)| share);
    let resize = |number, label, share: f64| {
        let disabled = !able(&|output| output.resize(pane, share));
        Choice { disabled, ..item(number, label, Action::Do(Operation::Resize { share })) }
    };
    let mut choices = vec![
        split(1, "SPLIT BESIDE", Axis::Horizontal),
        split(2, "SPLIT BELOW", Axis::Vertical),
        Choice { disabled: !several, ..item(3, "SWAP", Action::Do(Operation::Swap { with: None })) },
        resize(4, "LARGER", share + STEP),
        resize(5, "SMALLER", share - STEP),
    ];
    for (place, choice) in choices.iter_mut().enumerate() {
        choice.colour = b.theme.act(place);
    }
    let viewport = inputs.desktop.viewport(pane);
    let window = viewport.and_then(|viewport| viewport.path.window());
    let terminal = viewport.and_then(|viewport| inputs.desktop.commanded_terminal(viewport));
    let close = |window: crate::hierarchy::WindowId| {
        item(6, "CLOSE WINDOW", Action::Do(Operation::Close { node: Some(window.into()) }))
    };
    let end = |terminal| item(7, "CLOSE TERMINAL", Action::Do(Operation::CloseTerminal { terminal: Some(terminal) }));
    let leave = Choice { disabled: !several, ..item(8, "CLOSE PANE", Action::Do(Operation::CloseViewport)) };
    let ends = window.map(close).into_iter().chain(terminal.map(end)).chain([leave]);
    choices.extend(ends.map(|end| Choice { colour: b.theme.danger, ..end }));
    choices
}
