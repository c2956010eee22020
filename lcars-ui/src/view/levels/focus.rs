//! Level 3: one window, in a slim frame, in the program's own, or in none.

use super::super::build::{Builder, caption};
use super::super::frame::{Frame, Part, Span};
use super::super::pane::{Pane, Rail};
use super::super::tile::window_icon;
use super::picker::window_name;
use super::{Without, frame_colour, own_frame, slim_frame, title_colour, tree};
use crate::geometry::Rect;
use crate::hierarchy::{Level, Path, WindowId};
use crate::scene::{Key, Look, Primitive};
use crate::semantics::{Node, Role};

/// What the frame says before how large something is seen.
const SCALED: &str = "SCALED ";

/// What the title says: the app's name, or the window's own where the app has several.
fn title(pane: &Pane, path: &Path) -> String {
    let found = path.window().and_then(|id| tree(pane).window(id));
    let Some((_, app, window)) = found else { return String::new() };
    let name = caption(&app.title);
    if app.badge().is_some() || name.is_empty() { window_name(pane, window) } else { name }
}

/// What the frame says of a window that is seen smaller than it is, be it the one with the focus or one of its dialogs.
pub(super) fn reduced(pane: &Pane, path: &Path) -> Option<String> {
    let (_, app, window) = tree(pane).window(path.window()?)?;
    let least = app.stack(window.id).filter_map(|member| member.reduced).min()?;
    Some(format!("{SCALED}{least}%"))
}

/// What is around a window at level 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Fit {
    /// Our frame.
    Framed,
    /// The program's own frame, and ours only as far as the way out needs.
    OwnFrame,
    /// Nothing: the window has the pane.
    Bare,
}

pub(super) fn frame(b: &Builder, pane: &Pane, path: &Path) -> Frame {
    let colour = frame_colour(b, pane, path);
    if fit(pane, path) == Fit::OwnFrame {
        return own_frame::lay_out(b, pane, path, colour);
    }
    let controls = slim_frame::controls(b, pane, path);
    let mut spans = vec![Span::new(title(pane, path), title_colour(b, pane))];
    spans.extend(reduced(pane, path).map(|words| {
        // The name counts for more where there is little room.
        let words = if slim_frame::is_tight(b, pane) { words.trim_start_matches(SCALED) } else { words.as_str() };
        Span::new(words, b.theme.text_muted)
    }));
    let mut frame = slim_frame::lay_out(b, pane, Level::Focus, colour, spans, &controls);
    frame.content = area(b, pane, path);
    frame
}

/// What is around the window that a path leads to.
pub(in super::super) fn fit(pane: &Pane, path: &Path) -> Fit {
    let window = path.window().and_then(|id| tree(pane).window(id)).map(|(_, _, window)| window);
    match window {
        _ if pane.rail == Rail::None => Fit::Bare,
        Some(window) if window.fullscreen => Fit::Bare,
        Some(window) if window.own_frame => Fit::OwnFrame,
        _ => Fit::Framed,
    }
}

/// Where that window goes.
pub(in super::super) fn area(b: &Builder, pane: &Pane, path: &Path) -> Rect {
    area_for(b, pane, fit(pane, path))
}

/// Where a window goes that has this around it.
pub(in super::super) fn area_for(b: &Builder, pane: &Pane, fit: Fit) -> Rect {
    match fit {
        _ if pane.rail == Rail::None => pane.rect,
        Fit::Bare => pane.rect,
        Fit::OwnFrame => own_frame::area(b, pane),
        Fit::Framed => pane.window_area(b),
    }
}

/// Whether the window fills the pane without our frame.
pub(in super::super) fn is_bare(pane: &Pane, path: &Path) -> bool {
    fit(pane, path) == Fit::Bare
}

pub(super) fn draw(b: &mut Builder, pane: &Pane, path: &Path, without: Without) {
    let frame = frame(b, pane, path);
    let bar = frame.segment(Part::BarTop).rect;
    match fit(pane, path) {
        _ if without.frame => {}
        Fit::Bare => {}
        Fit::OwnFrame => own_frame::draw(b, pane, path, frame, !without.bottom),
        Fit::Framed => {
            let controls = slim_frame::controls(b, pane, path);
            slim_frame::draw(b, pane, frame, !without.bottom, &controls);
        }
    }
    let Some(window) = path.window() else { return };
    if !without.frame && fit(pane, path) == Fit::Framed {
        window_icon(b, pane, Key::of("window-icon", window.get()), window, bar);
    }
    let area = area(b, pane, path);
    window_picture(b, window, area, area, Look::Live, 1.0);
    let panel = tree(pane).panel_of(window);
    let mut node = Node::new(Key::of("window", window.get()), Role::Application, title(pane, path), area);
    node.value = panel.and_then(super::panel::trouble).map(str::to_owned);
    let place = b.node(node);
    if let Some(panel) = panel {
        b.within(place, |b| super::panel::draw(b, pane, panel, area));
    }
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
