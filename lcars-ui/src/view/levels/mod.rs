//! The levels, each with the frame of its place, the tiles in it, and everything else that is drawn there.

mod command;
mod directory;
mod focus;
mod hub;
mod launch;
mod log;
mod overview;
mod own_frame;
mod panel;
mod picker;
mod rail_frame;
mod slim_frame;

use super::build::Builder;
use super::frame::{Frame, Part};
use super::map;
use super::pane::{Pane, Rail};
use super::tile::{Mood, app_frame, app_interior, mood, sector_frame, sector_interior, strip_frame, tile_key};
use crate::geometry::Rect;
use crate::hierarchy::{App, HubMode, Level, NodeId, Path, Sector, Tree, WindowId};
use crate::scene::Key;
use crate::theme::{Colour, Theme};

/// What of a place is drawn. In a zoom some of it is drawn by the zoom itself.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Without {
    /// A tile.
    pub tile: Option<NodeId>,
    /// All of the frame.
    pub frame: bool,
    /// The lower end of the frame, where that is one with the prompt.
    pub bottom: bool,
}

pub(super) use command::terminal_area;
pub(super) use directory::{area as files_area, counted as files_counted, draw_asked as draw_asked_files};
pub(super) use focus::{Fit, area, area_for, fit, is_bare, window_picture};
pub(super) use log::pills as log_pills;
pub(super) use overview::notices;

/// A frame that is being grown into opens for its buttons from here on.
const OPENS: f64 = 0.75;

/// The key of a pane's frame.
pub(super) const FRAME: Key = Key::part("frame");

/// The frame of a place at rest.
pub(super) fn frame(b: &Builder, pane: &Pane, path: &Path) -> Frame {
    match path.level() {
        Level::Overview => overview::frame(b, pane),
        Level::Hub => hub::frame(b, pane, path),
        Level::Log => log::frame(b, pane, path),
        Level::Picker => picker::frame(b, pane, path),
        Level::Focus => focus::frame(b, pane, path),
    }
}

/// The frame of a place as something grows into it: what opens it for buttons comes last.
pub(super) fn arriving(b: &Builder, pane: &Pane, path: &Path, progress: f64) -> Frame {
    let frame = frame(b, pane, path);
    let slim = matches!(path.level(), Level::Picker | Level::Focus) || pane.rail == Rail::Slim;
    let slim = slim && fit(pane, path) == Fit::Framed;
    let open = ((progress - OPENS) / (1.0 - OPENS)).clamp(0.0, 1.0);
    if slim && open < 1.0 { slim_frame::closed(b, &frame).between(&frame, open) } else { frame }
}

/// Draws a place.
pub(super) fn draw(b: &mut Builder, pane: &Pane, path: &Path, without: Without) {
    if pane.rail == Rail::None && path.level() != Level::Focus {
        return bare(b, pane, path, without);
    }
    match path.level() {
        Level::Overview => overview::draw(b, pane, path, without),
        Level::Hub => hub::draw(b, pane, path, without),
        Level::Log => log::draw(b, pane, path, without),
        Level::Picker => picker::draw(b, pane, path, without),
        Level::Focus => focus::draw(b, pane, path, without),
    }
    if !without.frame && fit(pane, path) == Fit::Framed {
        let bar = frame(b, pane, path).segment(Part::BarTop).rect;
        map::draw_small(b, pane, path, bar);
    }
}

/// The tiles of a place, with where they are.
pub(super) fn tiles(b: &Builder, pane: &Pane, path: &Path) -> Vec<(NodeId, Rect)> {
    let children = tree(pane).children(path);
    let rects = match path.level() {
        _ if pane.rail == Rail::None => {
            let room = pane.rect;
            let gaps = (b.m.gap, b.m.gap);
            crate::hierarchy::Grid { room, gaps, least: room.w, aspect: 0.6, step: 1.0 }.place(children.len())
        }
        Level::Overview => overview::tiles(b, pane, children.len()),
        Level::Hub => hub::tiles(b, pane, children.len()),
        Level::Picker => picker::tiles(b, pane, children.len()),
        Level::Focus | Level::Log => Vec::new(),
    };
    let snapped =
        |rect: Rect| Rect::from_edges(b.snap(rect.x), b.snap(rect.y), b.snap(rect.right()), b.snap(rect.bottom()));
    children.into_iter().zip(rects.into_iter().map(snapped)).collect()
}

/// A tile of a place, as its frame is while nothing moves. Some children have none: in a strip only as many have as fit.
pub(super) fn tile(b: &Builder, pane: &Pane, path: &Path, child: NodeId) -> Option<Frame> {
    let tile = tiles(b, pane, path).into_iter().find(|(node, rect)| *node == child && !rect.is_empty());
    let rect = tile.map(|(_, rect)| rect).or_else(|| super::rail::pill_of(b, pane, path, child))?;
    let kind = Kind::of(tree(pane), child)?;
    Some(tile_frame(b, pane, path, &kind, rect).0)
}

/// What a tile shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'a> {
    Sector(&'a Sector),
    App(Option<&'a Sector>, &'a App),
    Window(Option<&'a Sector>, &'a crate::hierarchy::Window),
    Log,
}

impl<'a> Kind<'a> {
    pub fn of(tree: &'a Tree, node: NodeId) -> Option<Self> {
        Some(match node {
            NodeId::Sector(id) => Self::Sector(tree.sector(id)?),
            NodeId::App(id) => tree.app(id).map(|(sector, app)| Self::App(sector, app))?,
            NodeId::Window(id) => tree.window(id).map(|(sector, _, window)| Self::Window(sector, window))?,
            NodeId::Log => Self::Log,
        })
    }

    fn node(&self) -> NodeId {
        match self {
            Self::Sector(sector) => sector.id.into(),
            Self::App(_, app) => app.id.into(),
            Self::Window(_, window) => window.id.into(),
            Self::Log => NodeId::Log,
        }
    }

    /// Of its sector; what is in none has the frame's.
    fn colour(&self, theme: &Theme) -> Colour {
        let sector = match self {
            Self::Sector(sector) => Some(*sector),
            Self::App(sector, _) | Self::Window(sector, _) => *sector,
            Self::Log => None,
        };
        sector.map_or(theme.frame, |sector| theme.sector(sector.colour.number()))
    }

    fn window(&self) -> Option<WindowId> {
        match self {
            Self::Sector(sector) => sector.front().and_then(App::front).map(|window| window.id),
            Self::App(_, app) => app.front().map(|window| window.id),
            Self::Window(_, window) => Some(window.id),
            Self::Log => None,
        }
    }
}

/// The frame of a tile, and the mood it is in.
pub(super) fn tile_frame(b: &Builder, pane: &Pane, path: &Path, kind: &Kind, rect: Rect) -> (Frame, Mood) {
    let node = kind.node();
    let own = kind.colour(b.theme);
    let opacity = match kind {
        Kind::App(_, app) if !found(pane, app) => b.theme.dim,
        _ => 1.0,
    };
    let interface = pane.inputs.interface;
    let dropped_on = |sector: &Sector| interface.drag.as_ref().is_some_and(|drag| drag.over == Some(sector.id));
    let chosen = match kind {
        Kind::Sector(sector) => dropped_on(sector) || (pane.selects(node) && interface.ring),
        Kind::App(..) => pane.selects(node) && pane.mode() == HubMode::Apps,
        Kind::Window(..) => pane.selects(node),
        Kind::Log => false,
    };
    let mood = mood(b, tile_key(node), own, chosen, opacity);
    let frame = match kind {
        Kind::Sector(sector) => sector_frame(b, pane, sector, rect, mood),
        Kind::App(_, app) => {
            let name = super::tile::app_name(app);
            let strip = path.level() == Level::Hub && pane.mode() != HubMode::Apps;
            if strip { strip_frame(b, pane, &name, rect, mood) } else { app_frame(b, pane, &name, rect, mood) }
        }
        Kind::Window(_, window) => app_frame(b, pane, &picker::window_name(pane, window), rect, mood),
        Kind::Log => app_frame(b, pane, log::NAME, rect, mood),
    };
    (frame, mood)
}

/// What is in a tile beside its frame.
pub(super) fn tile_interior(b: &mut Builder, pane: &Pane, kind: &Kind, frame: &Frame, mood: Mood) {
    match kind {
        Kind::Sector(sector) => sector_interior(b, pane, sector, frame, mood),
        Kind::App(_, app) => {
            app_interior(b, pane, tile_key(kind.node()), kind.window(), frame, mood);
            panel::draw_on_tile(b, tile_key(kind.node()), app, frame);
        }
        Kind::Window(..) => app_interior(b, pane, tile_key(kind.node()), kind.window(), frame, mood),
        // It grows from a pill, which has nothing in it.
        Kind::Log => {}
    }
}

/// How far tiles lie from each other, across and down, and at most as far as they would like to.
fn apart(b: &Builder, pane: &Pane, path: &Path, tiles: &[(NodeId, Rect)]) -> (f64, f64) {
    let wished = pane.tile_gaps(b, path.level());
    let Some((_, first)) = tiles.first() else { return wished };
    let right = tiles.iter().map(|(_, rect)| rect.x - first.right()).find(|gap| *gap >= 0.0);
    let below = tiles.iter().map(|(_, rect)| rect.y - first.bottom()).find(|gap| *gap >= 0.0);
    (right.map_or(wished.0, |gap| gap.min(wished.0)), below.map_or(wished.1, |gap| gap.min(wished.1)))
}

/// Draws the tiles of a place.
fn draw_tiles(b: &mut Builder, pane: &Pane, path: &Path, without: Without) {
    let tiles = tiles(b, pane, path);
    let gaps = apart(b, pane, path, &tiles);
    for (node, rect) in tiles {
        draw_tile(b, pane, path, (node, rect), gaps, without);
    }
}

/// Draws a tile that is a plain button to its place.
fn draw_tile(
    b: &mut Builder,
    pane: &Pane,
    path: &Path,
    (node, rect): (NodeId, Rect),
    gaps: (f64, f64),
    without: Without,
) {
    let Some(kind) = Kind::of(tree(pane), node) else { return };
    if rect.is_empty() {
        return;
    }
    let (frame, mood) = tile_frame(b, pane, path, &kind, rect);
    let key = tile_key(node);
    let (name, value) = match kind {
        Kind::Sector(sector) => {
            let apps = super::tile::counted(sector.apps.len(), "APP");
            let notices = sector.notifications();
            let value = if notices > 0 { format!("{apps}, {notices} NEW") } else { apps };
            (super::build::caption(&sector.name), Some(value))
        }
        Kind::App(_, app) => {
            let notices = app.notifications();
            let trouble = app.panel.as_ref().and_then(panel::trouble).map(str::to_owned);
            (super::tile::app_name(app), trouble.or_else(|| (notices > 0).then(|| format!("{notices} NEW"))))
        }
        Kind::Window(_, window) => (picker::window_name(pane, window), None),
        Kind::Log => (String::from(log::NAME), None),
    };
    let mut button = super::tile::tile_node(key, node, name, rect, gaps);
    button.value = value;
    button.states.selected = pane.viewport.selected == Some(node);
    match kind {
        Kind::Sector(sector) => button.drop = Some(sector.id),
        // Where a panel is, its file says.
        Kind::App(_, app) if app.is_panel() => {}
        Kind::App(..) | Kind::Window(..) => button.drag = Some(node),
        Kind::Log => {}
    }
    let place = b.node(button);
    if without.tile == Some(node) {
        return;
    }
    frame.draw(b, key);
    b.within(place, |b| tile_interior(b, pane, &kind, &frame, mood));
}

/// Whether an app is meant by what was typed, if anything was.
fn found(pane: &Pane, app: &App) -> bool {
    let Some(search) = pane.search() else { return true };
    let search = search.to_lowercase();
    app.title.to_lowercase().contains(&search) || app.app_id.to_lowercase().contains(&search)
}

/// A place in a pane that is too small for any frame: its tiles and nothing else.
fn bare(b: &mut Builder, pane: &Pane, path: &Path, without: Without) {
    draw_tiles(b, pane, path, without);
}

/// The tree that is shown.
pub(super) fn tree<'a>(pane: &Pane<'a>) -> &'a Tree {
    pane.inputs.desktop.tree()
}

/// What the frame of a place is drawn in: its sector's colour, or where you are while there are several panes.
fn frame_colour(b: &Builder, pane: &Pane, path: &Path) -> Colour {
    if !pane.alone && pane.focused {
        return b.theme.focus;
    }
    let sector = path.sector().and_then(|id| tree(pane).sector(id));
    sector.map_or(b.theme.frame, |sector| b.theme.sector(sector.colour.number()))
}

/// The colour of the sector that a pane is in, or has selected.
pub(super) fn place_colour(b: &Builder, pane: &Pane) -> Colour {
    let sector = super::prompt::state::sector(pane).and_then(|id| tree(pane).sector(id));
    sector.map_or(b.theme.frame, |sector| b.theme.sector(sector.colour.number()))
}

/// The colour of titles, which only the focused of several panes lights.
fn title_colour(b: &Builder, pane: &Pane) -> Colour {
    if pane.alone || pane.focused { b.theme.title } else { b.theme.text_muted }
}
