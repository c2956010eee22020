//! Level 2: one sector. Its running apps and what can be launched, or a terminal or a directory with the apps in a strip.

use super::super::build::{Builder, Button, Shape, Text, caption};
use super::super::frame::{Frame, Span};
use super::super::pane::{Pane, Rail};
use super::super::rail;
use super::rail_frame::{self, Parent};
use super::{Without, command, directory, draw_tiles, frame_colour, launch, title_colour, tree};
use crate::geometry::Rect;
use crate::hierarchy::{APP_TILE, Grid, HubMode, Level, Path, Sector};
use crate::interface::Overlay;
use crate::operation::Operation;
use crate::scene::{Align, Key};
use crate::semantics::{Action, Node, Role, UiAction};

/// A tile of the strip.
const STRIP_TILE: f64 = 136.0;
/// The strip's height.
const STRIP: f64 = 104.0;
/// Its height where there is little room.
const LOW_STRIP: f64 = 64.0;
/// The pill behind the strip.
const ALL_APPS: f64 = 144.0;

fn sector<'a>(pane: &Pane<'a>, path: &Path) -> Option<&'a Sector> {
    tree(pane).sector(path.sector()?)
}

fn mode_word(mode: HubMode) -> &'static str {
    match mode {
        HubMode::Command => "COMMAND",
        HubMode::Apps => "APPS",
        HubMode::Directory => "DIRECTORY",
    }
}

pub(super) fn frame(b: &Builder, pane: &Pane, path: &Path) -> Frame {
    let colour = frame_colour(b, pane, path);
    let own = sector(pane, path).map_or(b.theme.title, |sector| b.theme.sector(sector.colour.number()));
    let name = sector(pane, path).map(|sector| caption(&sector.name)).unwrap_or_default();
    let mut spans = vec![Span::new(name, own)];
    if pane.rail != Rail::Slim {
        let asks = pane.focused && matches!(pane.inputs.interface.overlay, Some(Overlay::Confirm { .. }));
        let word = if asks { "CONFIRM" } else { mode_word(pane.mode()) };
        spans.push(Span::new(word, title_colour(b, pane)));
    }
    rail_frame::lay_out(b, pane, path, colour, spans)
}

pub(super) fn tiles(b: &Builder, pane: &Pane, count: usize) -> Vec<Rect> {
    let content = pane.content(b, Level::Hub);
    if pane.mode() == HubMode::Directory && directory::is_shown(pane) {
        // The files take all of the room.
        return vec![Rect::default(); count];
    }
    if pane.mode() != HubMode::Apps {
        return strip_tiles(b, pane, count);
    }
    let below = launch::height(b, pane);
    let room = Rect::from_edges(content.x, content.y, content.right(), content.bottom() - below);
    let gaps = pane.tile_gaps(b, Level::Hub);
    Grid { room, gaps, least: b.m.tile_least, aspect: APP_TILE * pane.tallness(b, 1.8), step: b.m.unit }.place(count)
}

/// The strip of apps below something else.
pub(super) fn strip(b: &Builder, pane: &Pane) -> Rect {
    let content = pane.content(b, Level::Hub);
    let height = b.px(if content.h >= 260.0 * b.factor() { STRIP } else { LOW_STRIP });
    Rect::from_edges(content.x, (content.bottom() - height).max(content.y), content.right(), content.bottom())
}

fn all_apps_width(b: &Builder, pane: &Pane) -> f64 {
    b.px(if pane.rail == Rail::Full { ALL_APPS } else { 96.0 })
}

/// As many of them as fit; the rest have no place.
fn strip_tiles(b: &Builder, pane: &Pane, count: usize) -> Vec<Rect> {
    let strip = strip(b, pane);
    let (w, gap) = (b.px(STRIP_TILE), b.m.gap);
    let room = strip.w - all_apps_width(b, pane);
    let fitting = ((room / (w + gap)) + 1e-6).floor().max(0.0) as usize;
    let place = |i: usize| {
        if i < fitting { Rect::new(strip.x + i as f64 * (w + gap), strip.y, w, strip.h) } else { Rect::default() }
    };
    (0..count).map(place).collect()
}

pub(super) fn draw(b: &mut Builder, pane: &Pane, path: &Path, without: Without) {
    rail_frame::draw(b, pane, path, frame(b, pane, path), without, Some(Parent::OVERVIEW));
    rail::draw(b, pane, Level::Hub);
    let Some(sector) = sector(pane, path) else { return };
    match pane.mode() {
        HubMode::Apps => apps(b, pane, path, sector, without),
        HubMode::Directory if directory::draw(b, pane, sector) => {}
        HubMode::Command => {
            if !without.frame {
                command::draw_tabs(b, pane, path, sector, &frame(b, pane, path));
            }
            command::draw(b, pane, sector);
            let strip = strip(b, pane);
            tiles_of(b, pane, path, strip, without);
            all_apps(b, pane, strip);
        }
        HubMode::Directory => {
            nothing_yet(b, pane);
            let strip = strip(b, pane);
            tiles_of(b, pane, path, strip, without);
            all_apps(b, pane, strip);
        }
    }
}

fn tiles_of(b: &mut Builder, pane: &Pane, path: &Path, bounds: Rect, without: Without) {
    let list = b.node(Node::new(Key::part("apps"), Role::Group, "APPS", bounds));
    b.within(list, |b| draw_tiles(b, pane, path, without));
}

fn apps(b: &mut Builder, pane: &Pane, path: &Path, sector: &Sector, without: Without) {
    let content = pane.content(b, Level::Hub);
    let below = launch::height(b, pane);
    let room = Rect::from_edges(content.x, content.y, content.right(), content.bottom() - below);
    if sector.apps.is_empty() {
        let words = format!("NOTHING RUNS IN {}", caption(&sector.name));
        let launch = ("LAUNCH", Action::Ui(UiAction::Launcher));
        empty(b, pane, room, &words, "LAUNCH AN APP TO BEGIN", launch);
    } else {
        tiles_of(b, pane, path, room, without);
    }
    launch::draw(b, pane);
}

/// What a mode says that has nothing to show: that, and what can be done about it.
fn nothing_yet(b: &mut Builder, pane: &Pane) {
    let content = pane.content(b, Level::Hub);
    let strip = strip(b, pane);
    let room = Rect::from_edges(content.x, content.y, content.right(), strip.y - b.m.gap);
    let (words, hint) = ("NO DIRECTORY YET", "THE FILES OF A SHELL'S DIRECTORY ARE SHOWN HERE");
    let entry = launch::terminal(pane);
    empty(b, pane, room, words, hint, ("LAUNCH TERMINAL", Action::Ui(UiAction::Launch { entry })));
}

/// A heading that says that there is nothing, and one pill that offers the next step.
pub(super) fn empty(
    b: &mut Builder,
    pane: &Pane,
    room: Rect,
    words: &str,
    hint: &str,
    (label, action): (&str, Action),
) {
    let key = Key::part("empty");
    let mut y = room.y;
    let mut line = |height: f64| {
        let rect = Rect::new(room.x, y, room.w, height);
        y += height;
        rect
    };
    let heading = line(b.px(32.0));
    let caption = line(b.px(36.0));
    let pill = Rect { w: b.px(224.0).min(room.w), ..line(b.m.pill_height.max(b.m.hit_min - b.m.gap)) };
    // The pill is what must not be missing.
    let both = pill.bottom() <= room.bottom();
    let pill = if both { pill } else { Rect { y: room.y, ..pill } };
    if both {
        b.node(Node::new(key, Role::Heading, words, heading));
        b.text(key, Text::label(heading, words, b.m.cap_tile, b.theme.title));
        b.text(key.piece(1), Text::label(caption, hint, b.m.cap_small, b.theme.text_muted));
    }
    if pill.bottom() > room.bottom() || pill.bottom() > pane.rect.bottom() {
        return;
    }
    let button = Button::pill(Key::part("empty-launch"), pill, label, b.theme.act_a, action);
    b.button(button);
}

fn all_apps(b: &mut Builder, pane: &Pane, strip: Rect) {
    let width = all_apps_width(b, pane).min(strip.w);
    let rect = Rect::from_edges(strip.right() - width, strip.y, strip.right(), strip.bottom());
    let action = Action::Do(Operation::Mode { mode: HubMode::Apps });
    let mut button = Button::pill(Key::part("all-apps"), rect, "ALL APPS", b.theme.act_c, action);
    button.shape = Shape::RoundRight;
    button.align = Align::Right;
    button.inset = Some(b.px(28.0).min(rect.w / 6.0));
    button.cap = (pane.rail != Rail::Full).then_some(b.m.cap_small);
    b.button(button);
}
