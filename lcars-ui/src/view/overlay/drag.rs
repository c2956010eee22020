//! What is being dragged, as a pill under the pointer.

use super::super::Inputs;
use super::super::build::{Builder, Shape, Text, caption};
use super::super::metrics::label_width;
use super::name_of;
use crate::geometry::Rect;
use crate::scene::{Align, Key};
use crate::semantics::{Node, Role};

/// It is no wider.
const MOST_WIDTH: f64 = 280.0;

pub(super) fn draw(b: &mut Builder, inputs: &Inputs) {
    let Some(drag) = inputs.interface.drag.filter(|drag| drag.at.x.is_finite() && drag.at.y.is_finite()) else {
        return;
    };
    let Some(name) = name_of(inputs, drag.node) else { return };
    let to = drag.over.and_then(|id| inputs.desktop.tree().sector(id));
    let colour = to.map_or(b.theme.frame_inert, |sector| b.theme.sector(sector.colour.number()));
    let ink = if to.is_some() { b.theme.on_fill } else { b.theme.text };
    let key = Key::part("drag");
    let (cap, height) = (b.m.cap_label, b.m.chip_height);
    let width = (label_width(&name, cap) + height).min(b.px(MOST_WIDTH));
    // Beside the pointer, so that it is seen what lies under that.
    let (x, y) = (b.snap(drag.at.x + 1.5 * b.m.gap), b.snap(drag.at.y + 1.5 * b.m.gap));
    let rect = Rect::new(x, y, b.snap(width), height);
    let ground = Rect::new(rect.x - b.m.gap / 2.0, rect.y - b.m.gap / 2.0, rect.w + b.m.gap, rect.h + b.m.gap);
    b.fill(key.piece(30), ground, Shape::Pill.radii(ground), b.theme.bg);
    b.shape(key, rect, Shape::Pill, colour);
    let inner = Rect::from_edges(rect.x + height / 3.0, rect.y, rect.right() - height / 3.0, rect.bottom());
    b.text(key.piece(1), Text::label(inner, name.as_str(), cap, ink).aligned(Align::Centre));
    let words = match to {
        Some(sector) => format!("{name} GOES TO {}", caption(&sector.name)),
        None => format!("{name} STAYS WHERE IT IS"),
    };
    b.node(Node::new(key, Role::Status, words, rect));
}
