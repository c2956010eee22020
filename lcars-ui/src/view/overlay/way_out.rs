//! The way out of a window that fills its pane, at the pane's upper edge.

use super::super::Inputs;
use super::super::build::{Builder, Button};
use super::dialog::around;
use crate::geometry::{Rect, Size};
use crate::operation::Operation;
use crate::scene::{Align, Key};
use crate::semantics::{Action, Role};

/// Draws it where it is called for. Returns what it covers.
pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size) -> Option<Rect> {
    let pane = inputs.interface.way_out(inputs.now)?;
    let viewport = inputs.desktop.viewport(pane)?;
    let region = Key::part("pane").in_pane(pane.get());
    let room = b.nodes.iter().find(|node| node.key == region)?.rect;
    // The frame may be back, and the way out with it.
    b.nodes.iter().find(|node| node.role == Role::Application && node.rect == room)?;
    let window = viewport.path.window()?;
    let fullscreen = inputs.desktop.tree().window(window).is_some_and(|(_, _, window)| window.fullscreen);
    let out = ("way-out", "ZOOM OUT", 136.0, b.theme.act_b, Action::Do(Operation::ZoomOut));
    let back = Operation::Fullscreen { window: Some(window), on: Some(false) };
    let back = ("leave-fullscreen", "LEAVE FULLSCREEN", 208.0, b.theme.act_a, Action::Do(back));
    let parts: Vec<_> = if fullscreen { vec![out, back] } else { vec![out] };
    let (gap, height) = (b.m.gap, b.m.hit_min);
    let width = parts.iter().map(|part| b.px(part.2) + gap).sum::<f64>() - gap;
    let mut x = b.snap(room.x + ((room.w - width) / 2.0).max(0.0));
    let all = Rect::new(x, room.y + gap, width.min(room.right() - x), height);
    let cover = around(all, gap, output);
    b.enter_pane(Some(pane));
    b.fill(Key::part("way-out-ground"), cover, [0.0; 4], b.theme.bg);
    for (key, label, width, colour, action) in parts {
        let rect = Rect::new(x, all.y, b.px(width).min((room.right() - x).max(0.0)), height);
        let mut button = Button::pill(Key::part(key), rect, label, colour, action);
        button.align = Align::Centre;
        b.button(button);
        x = rect.right() + gap;
    }
    b.enter_pane(None);
    Some(cover)
}
