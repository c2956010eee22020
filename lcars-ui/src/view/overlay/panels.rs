//! The way out of what a program shows on the output itself, where that keeps the keyboard or covers everything.

use super::super::Inputs;
use super::super::build::{Builder, Button, caption};
use super::super::metrics::label_width;
use super::dialog::around;
use crate::geometry::{Rect, Size};
use crate::operation::Operation;
use crate::scene::{Align, Key};
use crate::semantics::Action;

/// No name makes the pill wider than this share of the output.
const MOST: f64 = 0.5;

/// Draws the pill that closes it. Returns what it covers.
pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size) -> Option<Rect> {
    let name = inputs.desktop.output(inputs.output)?.panels.grabbing.as_deref()?;
    let name = caption(name);
    let label = if name.is_empty() { String::from("CLOSE") } else { format!("CLOSE {name}") };
    let (gap, height) = (b.m.gap, b.m.hit_min);
    let width = (label_width(&label, b.m.cap_label) + 2.0 * height).min(MOST * output.w);
    let rect = Rect::new(b.snap((output.w - width) / 2.0), gap, b.snap(width), height);
    let cover = around(rect, gap, output);
    b.fill(Key::part("close-panel-ground"), cover, [0.0; 4], b.theme.bg);
    let action = Action::Do(Operation::ZoomOut);
    let mut button = Button::pill(Key::part("close-panel"), rect, label, b.theme.act_b, action);
    button.align = Align::Centre;
    b.button(button);
    Some(cover)
}
