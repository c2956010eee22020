//! A sector's tile: a miniature of its hub.

use std::time::Duration;

use super::super::build::{Builder, Shape, Text, caption, faded};
use super::super::frame::{Frame, Part, Segment, Span, Title};
use super::super::metrics::label_width;
use super::super::pane::Pane;
use super::super::prompt::state::{ended, lasted, lasts};
use super::app::bar_of;
use super::{Mood, app_name, counted, fitted, thumbnail, tile_key};
use crate::geometry::Rect;
use crate::hierarchy::{Activity, HubMode, NodeId, Sector, Terminal};
use crate::operation::Operation;
use crate::scene::{Align, Key, Primitive};
use crate::semantics::{Action, Node, Role, UiAction};
use crate::theme::Colour;

/// How many modes a hub has to choose from, each with a pill at the side of the tile.
const MODES: usize = 4;

/// How much of a hub a tile has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// Everything.
    Full,
    /// No row of apps.
    Compact,
    /// A frame, a name, a picture.
    Mini,
    /// A name.
    Word,
}

/// The lengths of a tile.
#[derive(Debug, Clone, Copy)]
struct Lengths {
    detail: Detail,
    rail: f64,
    bar: f64,
    outer: f64,
    inner: f64,
    gap: f64,
    /// Height of the upper elbow.
    elbow: f64,
    /// Height of a pill at the side.
    pill: f64,
    cap: f64,
}

fn lengths(b: &Builder, rect: Rect) -> Lengths {
    let (w, h) = (rect.w / b.factor(), rect.h / b.factor());
    let m = &b.m;
    let detail = match () {
        () if w >= 270.0 && h >= 250.0 => Detail::Full,
        () if w >= 150.0 && h >= 130.0 => Detail::Compact,
        () if w >= 72.0 && h >= 44.0 => Detail::Mini,
        () => Detail::Word,
    };
    let gap = m.tile_inner_gap;
    let (bar, cap) = bar_of(b, rect);
    match detail {
        Detail::Full => Lengths {
            detail,
            rail: m.sector_tile_rail,
            bar,
            outer: m.sector_tile_outer,
            inner: m.sector_tile_inner,
            gap,
            elbow: b.px(72.0),
            pill: b.px(20.0),
            cap,
        },
        Detail::Compact => Lengths {
            detail,
            rail: b.px(24.0),
            bar,
            outer: b.px(28.0),
            inner: b.px(12.0),
            gap,
            elbow: b.px(52.0),
            pill: b.px(10.0),
            cap,
        },
        Detail::Mini | Detail::Word => {
            let bar = bar.min(b.snap(rect.h * 0.4)).max(1.0);
            Lengths {
                detail,
                rail: b.px(8.0),
                bar,
                outer: b.px(16.0).min(bar),
                inner: b.px(6.0),
                gap,
                elbow: b.snap(rect.h / 2.0 - gap / 2.0),
                pill: 0.0,
                cap: (bar * 0.7).min(cap),
            }
        }
    }
}

/// The terminal that a sector's tile tells of: one whose command failed unseen, else one that runs something, else the
/// one whose command ended.
fn told_of(sector: &Sector) -> Option<&Terminal> {
    let failed = |one: &&Terminal| one.unseen && one.last.as_ref().is_some_and(|last| !last.went_well());
    let all = || sector.terminals.iter();
    let shown = || sector.shown_terminal().filter(|one| one.last.is_some());
    all()
        .find(failed)
        .or_else(|| sector.shown_terminal().filter(|one| one.is_running()))
        .or_else(|| all().find(|one| one.is_running()))
        .or_else(|| all().find(|one| one.unseen && one.last.is_some()))
        .or_else(shown)
}

/// The name of the program that a command runs, and its first word that is no option.
fn short_command(command: &str) -> String {
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or(program);
    match words.next().filter(|word| word.chars().all(char::is_alphanumeric)) {
        Some(word) => caption(&format!("{program} {word}")),
        None => caption(program),
    }
}

/// What a sector's status strip says of its shells, and in which colour.
fn shell_status(b: &Builder, sector: &Sector, now: Duration) -> Option<(String, String, Colour)> {
    let terminal = told_of(sector)?;
    if let Activity::Running { command, since } = &terminal.activity {
        let state = format!("RUNNING {}", lasts(now.saturating_sub(*since)));
        return Some((state, short_command(command), b.theme.focus));
    }
    let last = terminal.last.as_ref()?;
    let colour = if last.went_well() { b.theme.ok } else { b.theme.danger };
    Some((ended(last.status), format!("{} {}", short_command(&last.command), lasted(last.took)), colour))
}

/// What a sector's status strip says: what waits for you, else what there is.
fn status(sector: &Sector) -> (String, String) {
    let urgent = |app: &&crate::hierarchy::App| app.windows.iter().any(|window| window.urgent);
    let unseen = |app: &&crate::hierarchy::App| app.notifications() > 0;
    if let Some(app) = sector.apps.iter().find(urgent) {
        return (String::from("ATTENTION"), caption(&app.title));
    }
    if let Some(app) = sector.apps.iter().find(unseen) {
        return (String::from("NEW"), caption(&app.title));
    }
    let windows = sector.apps.iter().map(|app| app.places().count()).sum();
    match sector.front() {
        None => (String::from("IDLE"), String::new()),
        Some(front) => (counted(windows, "WINDOW"), caption(&front.title)),
    }
}

fn status_colour(b: &Builder, sector: &Sector, own: Colour, now: Duration) -> Colour {
    let urgent = sector.apps.iter().any(|app| app.windows.iter().any(|window| window.urgent));
    if let Some((_, _, colour)) = shell_status(b, sector, now).filter(|_| !urgent) {
        return colour;
    }
    match (sector.notifications(), sector.apps.is_empty()) {
        (_, true) => b.theme.frame_inert,
        (0, false) => own,
        _ => b.theme.focus,
    }
}

/// A sector's name as its tile shows it.
fn name(sector: &Sector) -> String {
    caption(&sector.name)
}

/// The frame of a sector's tile.
pub(crate) fn sector_frame(b: &Builder, pane: &Pane, sector: &Sector, rect: Rect, mood: Mood) -> Frame {
    let l = lengths(b, rect);
    let own = mood.colour;
    let notices = sector.notifications() + sector.unseen_outcomes();
    let pad = 1.5 * l.gap;
    let (top, right, bottom) = (rect.y, rect.right(), rect.bottom());
    let badge_width = match (l.detail, notices) {
        (Detail::Word | Detail::Mini, _) => l.bar / 2.0,
        (_, 0) => l.bar,
        _ => 2.0 * l.bar,
    };
    let badge_colour = if notices > 0 { faded(b.theme.focus, mood.opacity) } else { own };
    let badge = Segment::cap(Rect::from_edges(right - badge_width, top, right, top + l.bar), badge_colour);
    let title_right = right - badge_width - pad;
    let room = (title_right - rect.x - l.rail - l.inner - pad).max(0.0);
    let spans = vec![Span::new(name(sector), faded(b.theme.title, mood.opacity))];
    let title = Title::new(spans, title_right, top + l.bar / 2.0, l.cap, room);
    let stub = (b.snap(title_right - title.width()) - pad).max(rect.x + l.rail);
    let side = top + l.elbow;
    let elbow = Rect::from_edges(rect.x, top, stub, side);
    let upper = Segment::elbow_top(elbow, l.rail, l.bar, (l.outer, l.inner), own);
    let pills = if l.pill > 0.0 { MODES as f64 * (l.pill + l.gap) } else { 0.0 };
    let lower_top = side + l.gap + pills;
    let lower_right = if l.pill > 0.0 { rect.x + l.rail + l.outer.max(b.px(36.0)) } else { right - l.bar };
    let lower_bar = if l.pill > 0.0 { l.bar } else { (l.bar / 2.0).min(rect.h / 4.0) };
    let elbow = Rect::from_edges(rect.x, lower_top, lower_right, bottom);
    let lower = Segment::elbow_bottom(elbow, l.rail, lower_bar, (l.outer, l.inner), own);
    let strip = if l.pill > 0.0 { status_colour(b, sector, own, pane.inputs.now) } else { own };
    let strip = if l.pill > 0.0 { faded(strip, mood.opacity) } else { strip };
    let cap_width = lower_bar;
    let cap = Segment::cap(Rect::from_edges(right - cap_width, bottom - lower_bar, right, bottom), strip);
    let strip_rect = Rect::from_edges(lower_right + l.gap, bottom - lower_bar, right - cap_width - l.gap, bottom);
    let strip = Segment::new(strip_rect, [0.0; 4], strip);
    let content = match l.detail {
        Detail::Full => {
            let (left, above) = (rect.x + l.rail + b.px(16.0), top + l.bar + b.px(16.0));
            Rect::from_edges(left, above, right, bottom - l.bar - b.px(75.0))
        }
        Detail::Compact => {
            let off = b.px(8.0);
            Rect::from_edges(rect.x + l.rail + off, top + l.bar + off, right, bottom - l.bar - off)
        }
        Detail::Mini => {
            let off = l.gap;
            Rect::from_edges(rect.x + l.rail + off, top + l.bar + off, right, bottom - lower_bar - off)
        }
        Detail::Word => Rect::new(right, bottom, 0.0, 0.0),
    };
    let nothing = |x: f64, y: f64, h: f64| Segment::nothing(x, y, h, own);
    let segments = [
        upper,
        nothing(stub, top, l.bar),
        nothing(stub, top, l.bar),
        badge,
        lower,
        strip,
        nothing(strip_rect.right(), bottom - lower_bar, lower_bar),
        cap,
    ];
    Frame::new(rect, segments, title, fitted(content, pane.window_area(b))).with_room(content)
}

/// Everything on a sector's tile but its frame, and the nodes of its apps.
pub(crate) fn sector_interior(b: &mut Builder, pane: &Pane, sector: &Sector, frame: &Frame, mood: Mood) {
    let key = tile_key(NodeId::Sector(sector.id));
    let l = lengths(b, frame.rect);
    let ink = faded(b.theme.on_fill, mood.opacity);
    if l.detail != Detail::Word {
        match sector.front().and_then(|app| app.front()) {
            Some(window) => thumbnail(b, pane, key.piece(1), window.id, frame, mood.opacity),
            None if terminal_thumbnail(b, pane, key.piece(1), sector, frame, mood.opacity) => {}
            None => {
                let colour = faded(b.theme.text_muted, mood.opacity);
                let line = Text::label(frame.content, "NO APPS", b.m.cap_small, colour).aligned(Align::Centre);
                b.text(key.piece(1), line);
            }
        }
    }
    if l.pill <= 0.0 {
        return;
    }
    mode_pills(b, pane, key, frame, &l, mood);
    let badge = frame.segment(Part::CapTop).rect;
    let notices = sector.notifications() + sector.unseen_outcomes();
    if notices > 0 {
        let number = Rect { w: badge.w - badge.h / 4.0, ..badge };
        let line = Text::label(number, notices.min(999).to_string(), b.m.cap_small, ink);
        b.text(key.piece(2), line.aligned(Align::Centre));
    }
    strip(b, pane, key, sector, frame.segment(Part::BarBottom).rect, mood);
    if l.detail == Detail::Full {
        apps(b, sector, frame, mood);
    }
}

fn mode_pills(b: &mut Builder, pane: &Pane, key: Key, frame: &Frame, l: &Lengths, mood: Mood) {
    let chosen = match pane.mode() {
        HubMode::Command => 0,
        HubMode::Directory => 1,
        HubMode::Apps => 2,
    };
    let mut top = frame.rect.y + l.elbow + l.gap;
    for place in 0..MODES {
        let rect = Rect::new(frame.rect.x, top, l.rail, l.pill);
        let colour = if place == chosen { faded(b.theme.focus, mood.opacity) } else { faded(mood.colour, 0.75) };
        b.shape(key.piece(4 + place as u16), rect, Shape::Pill, colour);
        top += l.pill + l.gap;
    }
}

fn strip(b: &mut Builder, pane: &Pane, key: Key, sector: &Sector, rect: Rect, mood: Mood) {
    let inset = b.px(10.0);
    let rect = Rect::from_edges(rect.x + inset, rect.y, rect.right() - inset, rect.bottom());
    let urgent = sector.apps.iter().any(|app| app.windows.iter().any(|window| window.urgent));
    let shell = shell_status(b, sector, pane.inputs.now).filter(|_| !urgent);
    let colour = if sector.apps.is_empty() && shell.is_none() { b.theme.text } else { b.theme.on_fill };
    let (state, of) = shell.map_or_else(|| status(sector), |(state, of, _)| (state, of));
    let (cap, colour) = (b.m.cap_small, faded(colour, mood.opacity));
    let width = label_width(&state, cap) + 0.3 * cap;
    b.text(key.piece(8), Text::label(Rect { w: width.min(rect.w), ..rect }, state, cap, colour));
    let rest = Rect::from_edges(rect.x + width + inset, rect.y, rect.right(), rect.bottom());
    // A word cut down to a letter or two says nothing.
    if rest.w >= label_width(&of, cap).min(4.0 * cap) {
        b.text(key.piece(9), Text::label(rest, of, cap, colour).aligned(Align::Right));
    }
}

/// The row that counts and names the apps, and where the last of them was started.
fn apps(b: &mut Builder, sector: &Sector, frame: &Frame, mood: Mood) {
    let key = tile_key(NodeId::Sector(sector.id));
    let rect = frame.rect;
    let left = rect.x + b.m.sector_tile_rail + b.px(16.0);
    let bar_top = rect.bottom() - b.m.sector_tile_bar;
    let (cap, top, height) = (b.m.cap_small, bar_top - b.px(61.5), b.px(24.0));
    let count = match (sector.apps.len(), sector.terminals.len()) {
        (apps, 0 | 1) => counted(apps, "APP"),
        (0, shells) => counted(shells, "SHELL"),
        (apps, shells) => format!("{}, {}", counted(apps, "APP"), counted(shells, "SHELL")),
    };
    let pill = Rect::new(left, top, b.snap(label_width(&count, cap)) + height, height);
    let own = if sector.apps.is_empty() { faded(b.theme.frame_inert, mood.opacity) } else { mood.colour };
    b.shape(key.piece(10), pill, Shape::Pill, own);
    let ink = if sector.apps.is_empty() { b.theme.text_muted } else { b.theme.on_fill };
    let ink = faded(ink, mood.opacity);
    b.text(key.piece(11), Text::label(pill, count, cap, ink).aligned(Align::Centre));
    let mut x = pill.right() + b.px(12.0);
    let mut named = 0;
    let apart = b.px(14.0);
    let more_width = label_width("+99", cap);
    for (i, app) in sector.apps.iter().enumerate() {
        let name = app_name(app);
        let width = label_width(&name, cap) + 0.2 * cap;
        let last = i + 1 == sector.apps.len();
        let room = rect.right() - x - if last { 0.0 } else { more_width + apart };
        if width > room {
            continue;
        }
        let chip = Rect::new(x, top, width, height);
        app_chip(b, app, name, chip, mood);
        x += width + apart;
        named += 1;
    }
    let more = sector.apps.len() - named;
    if more > 0 {
        let text =
            Text::label(Rect::from_edges(x, top, rect.right(), top + height), format!("+{more}"), cap, muted(b, mood));
        b.text(key.piece(12), text);
    }
    let of_app = || sector.front().and_then(|app| app.launch.as_ref()).and_then(|launch| launch.directory.as_deref());
    let directory = sector.shown_terminal().and_then(|terminal| terminal.directory.as_deref()).or_else(of_app);
    if let Some(directory) = directory {
        let line = Rect::from_edges(left, top + height + b.px(5.0), rect.right(), bar_top - b.px(4.0));
        let size = (b.m.mono_size * 0.875).min(line.h);
        let text = Text::label(line, crate::label::clean(directory), size * 0.728_75, muted(b, mood)).mono();
        b.text(key.piece(13), text);
    }
}

/// The picture of a sector's terminal where there is no window to stand for the sector. Whether there is one.
fn terminal_thumbnail(b: &mut Builder, pane: &Pane, key: Key, sector: &Sector, frame: &Frame, opacity: f64) -> bool {
    let Some(terminal) = sector.shown_terminal() else { return false };
    let full = pane.inputs.shells.faces.get(&terminal.id).map(|face| face.full).unwrap_or_default();
    if full.w < 1.0 || full.h < 1.0 || frame.content.is_empty() {
        return false;
    }
    let rect = fitted(frame.content, Rect::new(0.0, 0.0, full.w, full.h));
    let (key, clip) = (b.key(key), Some(frame.room));
    b.scene.push(Primitive::Terminal { key, terminal: terminal.id, rect, full, clip, opacity });
    true
}

fn muted(b: &Builder, mood: Mood) -> Colour {
    faded(b.theme.text_muted, mood.opacity)
}

/// An app's name on the tile of its sector: a way straight to it, and a handle to drag it elsewhere by.
fn app_chip(b: &mut Builder, app: &crate::hierarchy::App, name: String, rect: Rect, mood: Mood) {
    let key = Key::of("app-chip", app.id.get());
    let colour = b.tint(key, faded(b.theme.text_muted, mood.opacity));
    b.text(key, Text::label(rect, name.as_str(), b.m.cap_small, colour));
    let over = ((b.m.hit_min - rect.h) / 2.0).max(0.0);
    b.ring(key, rect, [0.0; 4]);
    let mut node = Node::new(key, Role::Button, name, rect);
    node.hit = Rect::new(rect.x - b.px(7.0), rect.y - over, rect.w + b.px(14.0), rect.h + 2.0 * over);
    node.action = Some(Action::Do(Operation::Jump { to: Some(app.id.into()) }));
    node.menu = Some(Action::Ui(UiAction::Menu { node: app.id.into() }));
    node.drag = Some(app.id.into());
    b.node(node);
}
