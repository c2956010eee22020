//! What lies above the levels: alerts, the way out of a window that fills its pane, and the one overlay that may be open. Nothing here changes a path.

mod alerts;
mod ask;
mod confirm;
mod dialog;
mod drag;
mod keys;
mod launcher;
mod locked;
mod log;
mod menu;
mod panels;
mod recolour;
mod remove;
mod rename;
mod send_to;
mod settings;
mod tray;
mod way_out;

#[cfg(test)]
mod tests;

use super::Inputs;
use super::build::Builder;
use crate::geometry::{Rect, Size};
use crate::interface::Overlay;

pub use keys::Binding;
pub(super) use locked::locked;

/// Draws what is open, what is dragged and the alerts, in this order.
pub(super) fn draw(inputs: &Inputs, b: &mut Builder) {
    let output = super::pane::whole(b.scale, inputs.size);
    b.enter_pane(None);
    let panels = panels::draw(b, inputs, output);
    b.covers.extend(panels);
    let way_out = way_out::draw(b, inputs, output);
    b.covers.extend(way_out);
    let open = open(inputs, b, output);
    b.covers.extend(open);
    drag::draw(b, inputs);
    let alerts = alerts::draw(b, inputs, output);
    b.covers.extend(alerts);
}

fn open(inputs: &Inputs, b: &mut Builder, output: Size) -> Option<Rect> {
    match inputs.interface.overlay.as_ref()? {
        Overlay::Ask => ask::draw(b, inputs, output),
        Overlay::Keys => Some(keys::draw(b, inputs, output)),
        Overlay::Launcher { category } => Some(launcher::draw(b, inputs, output, category.as_deref())),
        Overlay::Menu { node, at } => menu::draw(b, inputs, output, *node, *at),
        Overlay::SendTo { node } => Some(send_to::draw(b, inputs, output, *node)),
        Overlay::Rename { sector, text } => rename::draw(b, inputs, output, *sector, text),
        Overlay::Recolour { sector } => recolour::draw(b, inputs, output, *sector),
        Overlay::Remove { sector } => remove::draw(b, inputs, output, *sector),
        Overlay::Confirm { .. } => confirm::draw(b, inputs, output),
        Overlay::Settings => Some(settings::draw(b, inputs, output)),
        Overlay::Tray { item, within, at } => tray::draw(b, inputs, output, *item, within, *at),
        Overlay::Log => Some(log::draw(b, inputs, output)),
    }
}

/// What a node is called, in capitals.
fn name_of(inputs: &Inputs, node: crate::hierarchy::NodeId) -> Option<String> {
    use crate::hierarchy::NodeId;
    let tree = inputs.desktop.tree();
    let name = match node {
        NodeId::Sector(id) => &tree.sector(id)?.name,
        NodeId::App(id) => &tree.app(id)?.1.title,
        NodeId::Window(id) => &tree.window(id)?.2.title,
    };
    let name = super::build::caption(name);
    Some(if name.is_empty() { String::from("WINDOW") } else { name })
}
