//! What lies above the levels: alerts, the way out of a window that fills its pane, and the one overlay that may be open. Nothing here changes a path.

mod alerts;
mod ask;
mod confirm;
mod dialog;
mod drag;
mod keys;
mod launcher;
mod locked;
mod menu;
mod pane_menu;
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
use crate::hierarchy::Level;
use crate::interface::Overlay;

pub(super) use alerts::{answers as alert_answers, colour as alert_colour, place as alert_place, word as alert_word};
pub(super) use dialog::{Choice, flow, flow_height, line_height, wrap};
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
    if !shows_log(inputs) {
        let alerts = alerts::draw(b, inputs, output);
        b.covers.extend(alerts);
    }
}

/// Whether the log has an output to itself: what is fresh stands in it, and would only be hidden by itself.
fn shows_log(inputs: &Inputs) -> bool {
    let panes = inputs.desktop.output(inputs.output).map(crate::viewport::Output::layout).unwrap_or_default();
    let logs = |(id, _): &(_, Rect)| inputs.desktop.viewport(*id).is_some_and(|one| one.path.level() == Level::Log);
    inputs.interface.overlay.is_none() && panes.len() == 1 && panes.iter().all(logs)
}

fn open(inputs: &Inputs, b: &mut Builder, output: Size) -> Option<Rect> {
    match inputs.interface.overlay.as_ref()? {
        Overlay::Ask => ask::draw(b, inputs, output),
        Overlay::Keys => Some(keys::draw(b, inputs, output)),
        Overlay::Launcher { category } => Some(launcher::draw(b, inputs, output, category.as_deref())),
        Overlay::Menu { node, at } => menu::draw(b, inputs, output, *node, *at),
        Overlay::Pane { at } => pane_menu::draw(b, inputs, output, *at),
        Overlay::SendTo { node } => Some(send_to::draw(b, inputs, output, *node)),
        Overlay::Rename { sector, text } => rename::draw(b, inputs, output, *sector, text),
        Overlay::Recolour { sector } => recolour::draw(b, inputs, output, *sector),
        Overlay::Remove { sector } => remove::draw(b, inputs, output, *sector),
        Overlay::Confirm { .. } => confirm::draw(b, inputs, output),
        Overlay::Settings => Some(settings::draw(b, inputs, output)),
        Overlay::Tray { item, within, at } => tray::draw(b, inputs, output, *item, within, *at),
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
        NodeId::Log => return None,
    };
    let name = super::build::caption(name);
    Some(if name.is_empty() { String::from("WINDOW") } else { name })
}
