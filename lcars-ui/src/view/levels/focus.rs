//! Level 3: one window, in a slim frame.

use super::super::build::{Builder, caption};
use super::super::frame::{Frame, Span};
use super::super::pane::{Pane, Rail};
use super::picker::window_name;
use super::{Without, frame_colour, slim_frame, title_colour, tree};
use crate::geometry::Rect;
use crate::hierarchy::{Level, Path, WindowId};
use crate::scene::{Key, Look, Primitive};
use crate::semantics::{Node, Role};

/// What the title says: the app's name, or the window's own where the app has several.
fn title(pane: &Pane, path: &Path) -> String {
    let found = path.window().and_then(|id| tree(pane).window(id));
    let Some((_, app, window)) = found else { return String::new() };
    let name = caption(&app.title);
    if app.badge().is_some() || name.is_empty() { window_name(pane, window) } else { name }
}

pub(super) fn frame(b: &Builder, pane: &Pane, path: &Path) -> Frame {
    let controls = slim_frame::controls(b, pane, path);
    let spans = vec![Span::new(title(pane, path), title_colour(b, pane))];
    let mut frame = slim_frame::lay_out(b, pane, Level::Focus, frame_colour(b, pane, path), spans, &controls);
    if is_bare(pane, path) {
        frame.content = pane.rect;
    }
    frame
}

/// Whether the window fills the pane without our frame.
pub(in super::super) fn is_bare(pane: &Pane, path: &Path) -> bool {
    let fullscreen = path.window().and_then(|id| tree(pane).window(id)).is_some_and(|(_, _, window)| window.fullscreen);
    fullscreen || pane.rail == Rail::None
}

pub(super) fn draw(b: &mut Builder, pane: &Pane, path: &Path, without: Without) {
    let bare = is_bare(pane, path);
    if !without.frame && !bare {
        let controls = slim_frame::controls(b, pane, path);
        slim_frame::draw(b, pane, frame(b, pane, path), !without.bottom, &controls);
    }
    let Some(window) = path.window() else { return };
    let area = if bare { pane.rect } else { pane.window_area(b) };
    window_picture(b, window, area, area, Look::Live, 1.0);
    b.node(Node::new(Key::of("window", window.get()), Role::Application, title(pane, path), area));
}

/// A window as it is at level 3, or on its way there.
pub(in super::super) fn window_picture(
    b: &mut Builder,
    window: WindowId,
    rect: Rect,
    area: Rect,
    look: Look,
    opacity: f64,
) {
    if rect.is_empty() || area.is_empty() {
        return;
    }
    let key = b.key(Key::of("window", window.get()));
    b.scene.push(Primitive::Window { key, window, rect, full: area.size(), clip: None, look, opacity });
}
