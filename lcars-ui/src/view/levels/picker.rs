//! Level 3a: the windows of one app.

use super::super::build::{Builder, Text, caption};
use super::super::frame::{Frame, Span};
use super::super::pane::{Pane, Rail};
use super::super::tile::{app_name, counted, tile_key, window_caption};
use super::{Without, draw_tiles, frame_colour, slim_frame, title_colour, tree};
use crate::geometry::Rect;
use crate::hierarchy::{APP_TILE, App, Grid, Level, NodeId, Path, Window};
use crate::scene::Key;
use crate::semantics::{Node, Role};

/// From the heading to the tiles, in the measures' own pixels.
const HEADING: f64 = 112.0;
/// Below each row of tiles for its captions.
const CAPTION: f64 = 40.0;

fn app<'a>(pane: &Pane<'a>, path: &Path) -> Option<&'a App> {
    tree(pane).app(path.app()?).map(|(_, app)| app)
}

/// What a window is called: by its title, or its app's where it has none.
pub(super) fn window_name(pane: &Pane, window: &Window) -> String {
    let title = caption(&window.title);
    let app = || tree(pane).window(window.id).map(|(_, app, _)| caption(&app.title));
    if title.is_empty() {
        app().filter(|title| !title.is_empty()).unwrap_or_else(|| String::from("WINDOW"))
    } else {
        title
    }
}

pub(super) fn frame(b: &Builder, pane: &Pane, path: &Path) -> Frame {
    let name = app(pane, path).map(app_name).unwrap_or_default();
    let controls = slim_frame::controls(b, pane, path);
    let spans = vec![Span::new(name, title_colour(b, pane))];
    slim_frame::lay_out(b, pane, Level::Picker, frame_colour(b, pane, path), spans, &controls)
}

/// What the heading and the tiles may fill.
fn content(b: &Builder, pane: &Pane) -> Rect {
    let area = pane.window_area(b);
    let (side, top) = match pane.rail {
        Rail::Full | Rail::Narrow => (b.m.content_inset_y, 2.0 * b.m.gap),
        Rail::Slim | Rail::None => (b.m.gap, b.m.gap),
    };
    Rect::from_edges(area.x + side, area.y + top, area.right(), area.bottom())
}

/// Whether there is room for words beside the tiles.
fn spacious(b: &Builder, pane: &Pane) -> bool {
    content(b, pane).h >= 400.0 * b.factor()
}

pub(super) fn tiles(b: &Builder, pane: &Pane, count: usize) -> Vec<Rect> {
    let content = content(b, pane);
    let (across, down) = pane.tile_gaps(b, Level::Picker);
    let words = spacious(b, pane);
    let (heading, captions) = if words { (b.px(HEADING), b.px(CAPTION)) } else { (0.0, 0.0) };
    let room = Rect::from_edges(content.x, content.y + heading, content.right(), content.bottom() - captions);
    let grid = Grid {
        room,
        gaps: (across, down + captions),
        least: b.m.tile_least,
        aspect: APP_TILE * pane.tallness(b, 1.8),
        step: b.m.unit,
    };
    let mut tiles = grid.place_wide(count);
    if words {
        // A few tiles hang a little above the middle, with the heading right above them.
        let bottom = tiles.iter().map(Rect::bottom).fold(room.y, f64::max);
        let lower = b.px(64.0).min(b.snap((room.bottom() - bottom) / 2.0)).max(0.0);
        tiles.iter_mut().for_each(|tile| tile.y += lower);
    }
    tiles
}

pub(super) fn draw(b: &mut Builder, pane: &Pane, path: &Path, without: Without) {
    if !without.frame {
        let controls = slim_frame::controls(b, pane, path);
        slim_frame::draw(b, pane, frame(b, pane, path), !without.bottom, &controls);
    }
    let Some(app) = app(pane, path) else { return };
    let tiles = super::tiles(b, pane, path);
    let content = content(b, pane);
    if let Some((_, first)) = tiles.first().filter(|_| spacious(b, pane)) {
        let heading = Rect::from_edges(content.x, first.y - b.px(112.0), content.right(), first.y - b.px(88.0));
        let words = counted(app.places().count(), "WINDOW");
        let key = Key::part("windows-heading");
        b.node(Node::new(key, Role::Heading, words.as_str(), heading));
        b.text(key, Text::label(heading, words, b.m.cap_tile, b.theme.title));
        let hint = Rect::from_edges(content.x, first.y - b.px(74.0), content.right(), first.y - b.px(52.0));
        let text = Text::label(hint, "CHOOSE ONE TO BRING IT INTO FOCUS", b.m.cap_small, b.theme.text_muted);
        b.text(key.piece(1), text);
    }
    let list = b.node(Node::new(Key::part("windows"), Role::Group, "WINDOWS", content));
    b.within(list, |b| {
        draw_tiles(b, pane, path, without);
        for (node, rect) in &tiles {
            let NodeId::Window(id) = node else { continue };
            let Some(window) = app.window(*id).filter(|_| spacious(b, pane) && without.tile != Some(*node)) else {
                continue;
            };
            let note = match () {
                () if window.urgent => "ATTENTION",
                () if !window.seen => "NEW",
                () if app.recent == Some(*id) => "LAST USED",
                () => "",
            };
            let (chosen, name) = (pane.selects(*node), window_name(pane, window));
            window_caption(b, tile_key(*node), *rect, (&name, note), chosen);
        }
    });
}
