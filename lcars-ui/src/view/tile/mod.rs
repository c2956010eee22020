//! Tiles: the places further in, as they are seen from further out. Each has the frame that becomes the frame of its
//! place, and an interior that only the tile has.

mod app;
mod sector;

pub(super) use app::{app_frame, app_interior, strip_frame, window_caption, window_icon};
pub(super) use sector::{sector_frame, sector_interior};

use super::build::{Builder, caption, faded};
use super::frame::Frame;
use super::pane::Pane;
use crate::geometry::Rect;
use crate::hierarchy::{App, NodeId, WindowId};
use crate::operation::Operation;
use crate::scene::{Key, Look, Primitive};
use crate::semantics::{Action, Node, Role, UiAction};
use crate::theme::Colour;

/// What a tile is like at the moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mood {
    /// Of its frame.
    pub colour: Colour,
    /// 1 is as usual; less where a search means others.
    pub opacity: f64,
}

/// The largest rectangle with a window's proportions in the middle of a box.
pub(super) fn fitted(into: Rect, like: Rect) -> Rect {
    if into.is_empty() || like.is_empty() {
        return Rect { w: 0.0, h: 0.0, ..into };
    }
    let factor = (into.w / like.w).min(into.h / like.h);
    let (w, h) = (like.w * factor, like.h * factor);
    Rect::new(into.x + (into.w - w) / 2.0, into.y + (into.h - h) / 2.0, w, h)
}

/// A window's picture in a tile.
pub(super) fn thumbnail(b: &mut Builder, pane: &Pane, key: Key, window: WindowId, frame: &Frame, opacity: f64) {
    let (rect, area) = (frame.content, pane.window_area(b));
    if rect.is_empty() || area.is_empty() {
        return;
    }
    let (key, full, clip) = (b.key(key), area.size(), Some(frame.room));
    b.scene.push(Primitive::Window { key, window, rect, full, clip, look: Look::Thumbnail, opacity });
}

/// What a tile's frame is drawn in: its own colour, or that of the place where you are.
pub(super) fn mood(b: &Builder, key: Key, own: Colour, chosen: bool, opacity: f64) -> Mood {
    let colour = if chosen || b.has_ring(key) { b.theme.focus } else { own };
    let colour = b.tint(key, colour);
    Mood { colour: faded(colour, opacity), opacity }
}

/// The node of a tile: press to zoom in, hold for what else can be done.
pub(super) fn tile_node(key: Key, node: NodeId, name: String, rect: Rect, gaps: (f64, f64)) -> Node {
    let mut tile = Node::new(key, Role::Button, name, rect);
    tile.hit = Rect::new(rect.x - gaps.0 / 2.0, rect.y - gaps.1 / 2.0, rect.w + gaps.0, rect.h + gaps.1);
    tile.action = Some(Action::Do(Operation::ZoomIn { into: Some(node) }));
    tile.menu = Some(Action::Ui(UiAction::Menu { node }));
    tile
}

/// The key of a tile, of whatever kind.
pub(super) fn tile_key(node: NodeId) -> Key {
    match node {
        NodeId::Sector(id) => Key::of("sector-tile", id.get()),
        NodeId::App(id) => Key::of("app-tile", id.get()),
        NodeId::Window(id) => Key::of("window-tile", id.get()),
        NodeId::Log => Key::part("log-tile"),
    }
}

/// An app's name with the number of its windows where there are several: `FIREFOX [3]`.
pub(super) fn app_name(app: &App) -> String {
    let name = caption(&app.title);
    let name = if name.is_empty() { String::from("APP") } else { name };
    app.badge().map_or_else(|| name.clone(), |count| format!("{name} [{count}]"))
}

/// A count with its word: `1 APP`, `3 APPS`.
pub(super) fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}S") }
}
