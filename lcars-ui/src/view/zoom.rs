//! What lies between two places: a tile's border becomes the frame of what is in it, while everything around it rides
//! along and fades.
//!
//! At its ends a zoom is the same picture as the place there at rest. In between every length is an interpolation, so
//! that nothing jumps however the progress moves.

use super::build::{Builder, faded};
use super::frame::Frame;
use super::levels::{self, Fit, Kind, Without};
use super::pane::{Pane, Rail};
use super::prompt::{self, Prompt};
use super::tile::{fitted, tile_key};
use crate::geometry::{Point, Rect};
use crate::hierarchy::{Level, NodeId, Path};
use crate::scene::{Cut, Key, Look, Primitive};

/// Neighbours fade with this power of what is left of the way.
const FADE: f64 = 0.8;
/// A window that is shown smaller than this is its thumbnail, larger it is live.
const LIVE: f64 = 0.5;
/// From here on the inner place's own content appears.
const APPEARS: f64 = 0.25;
/// Added to the pieces of the inner place's keys.
const INNER: u16 = 1024;

/// Scales around a point, which comes to lie on another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ride {
    factor: f64,
    from: Point,
    to: Point,
}

impl Ride {
    /// Takes the middle of one rectangle to that of another, scaled evenly by how much larger it is: by the larger of
    /// width and height, or by the smaller.
    pub(super) fn onto(from: Rect, to: Rect, larger: bool) -> Self {
        let middle = |rect: Rect| Point { x: rect.x + rect.w / 2.0, y: rect.y + rect.h / 2.0 };
        let (x, y) = (to.w / from.w, to.h / from.h);
        let factor = if larger { x.max(y) } else { x.min(y) };
        let factor = if factor.is_finite() && factor > 0.0 { factor } else { 1.0 };
        Self { factor, from: middle(from), to: middle(to) }
    }

    fn point(&self, at: Point) -> Point {
        Point { x: self.to.x + (at.x - self.from.x) * self.factor, y: self.to.y + (at.y - self.from.y) * self.factor }
    }

    fn rect(&self, rect: Rect) -> Rect {
        let corner = self.point(Point { x: rect.x, y: rect.y });
        Rect::new(corner.x, corner.y, rect.w * self.factor, rect.h * self.factor)
    }

    fn radii(&self, radii: [f64; 4]) -> [f64; 4] {
        radii.map(|radius| radius * self.factor)
    }

    fn cut(&self, cut: Cut) -> Cut {
        Cut { rect: self.rect(cut.rect), radii: self.radii(cut.radii) }
    }
}

/// Whatever leaves a pane is not seen, least of all in the pane beside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub pane: Rect,
    /// The pane, and beyond it whatever is no other pane's.
    pub clip: Rect,
}

impl Bounds {
    fn of(pane: &Pane) -> Self {
        if pane.alone {
            let far = 1e5;
            let clip = Rect::new(-far, -far, 2.0 * far, 2.0 * far);
            return Self { pane: pane.rect, clip };
        }
        Self { pane: pane.rect, clip: pane.rect }
    }
}

fn lies_within(inner: Rect, outer: Rect) -> bool {
    inner.x >= outer.x && inner.y >= outer.y && inner.right() <= outer.right() && inner.bottom() <= outer.bottom()
}

/// Adds a picture, moved, faded and cut off at the pane's edges.
pub(super) fn add(b: &mut Builder, picture: Vec<Primitive>, ride: Option<Ride>, opacity: f64, bounds: Bounds) {
    if opacity <= 0.0 {
        return;
    }
    let still = Ride { factor: 1.0, from: Point::default(), to: Point::default() };
    let ride = ride.unwrap_or(still);
    let moved = picture.into_iter().filter_map(|primitive| change(primitive, ride, opacity, bounds));
    b.scene.extend(moved);
}

fn change(primitive: Primitive, ride: Ride, opacity: f64, bounds: Bounds) -> Option<Primitive> {
    let shown = ride.rect(primitive.rect());
    if !shown.overlaps(&bounds.pane) {
        return None;
    }
    let whole = lies_within(shown, bounds.clip);
    Some(match primitive {
        Primitive::Fill { key, radii, cut, colour, .. } => {
            let rect = shown.meet(bounds.clip);
            let mut radii = ride.radii(radii);
            let gone = [
                rect.x > shown.x || rect.y > shown.y,
                rect.right() < shown.right() || rect.y > shown.y,
                rect.right() < shown.right() || rect.bottom() < shown.bottom(),
                rect.x > shown.x || rect.bottom() < shown.bottom(),
            ];
            radii.iter_mut().zip(gone).filter(|(_, gone)| *gone).for_each(|(radius, _)| *radius = 0.0);
            Primitive::Fill { key, rect, radii, cut: cut.map(|cut| ride.cut(cut)), colour: faded(colour, opacity) }
        }
        // Words that are cut through would be set anew for every picture; they go as a whole.
        Primitive::Text { .. } | Primitive::Icon { .. } | Primitive::Line { .. } if !whole => return None,
        Primitive::Text { key, text, cap_height, colour, align, face, elide, zoom, .. } => {
            let (cap_height, zoom) = (cap_height * ride.factor, zoom * ride.factor);
            Primitive::Text {
                key,
                rect: shown,
                text,
                cap_height,
                colour: faded(colour, opacity),
                align,
                face,
                elide,
                zoom,
            }
        }
        Primitive::Window { key, window, full, clip, look, opacity: own, .. } => {
            let clip = clip.map_or(shown, |clip| ride.rect(clip)).meet(bounds.pane);
            Primitive::Window { key, window, rect: shown, full, clip: Some(clip), look, opacity: own * opacity }
        }
        Primitive::Terminal { key, terminal, full, clip, opacity: own, .. } => {
            let clip = clip.map_or(shown, |clip| ride.rect(clip)).meet(bounds.pane);
            Primitive::Terminal { key, terminal, rect: shown, full, clip: Some(clip), opacity: own * opacity }
        }
        // Not a part of any level.
        Primitive::Panels { .. } => return None,
        Primitive::Icon { key, name, opacity: own, .. } => {
            Primitive::Icon { key, rect: shown, name, opacity: own * opacity }
        }
        Primitive::Line { key, from, to, width, colour } => {
            let (from, to) = (ride.point(from), ride.point(to));
            Primitive::Line { key, from, to, width: width * ride.factor, colour: faded(colour, opacity) }
        }
    })
}

/// The child of `outer` that `inner` lies in.
fn child_of(outer: &Path, inner: &Path) -> Option<NodeId> {
    inner.nodes().get(outer.nodes().len()).copied().filter(|_| inner.is_within(outer))
}

/// Draws a picture of a zoom.
pub(super) fn draw(b: &mut Builder, pane: &Pane, outer: &Path, inner: &Path, progress: f64) {
    let p = if progress.is_finite() { progress.clamp(0.0, 1.0) } else { 1.0 };
    let child = child_of(outer, inner);
    let outside = Pane { chosen: child, ..*pane };
    let tree = levels::tree(pane);
    let found = child.and_then(|child| Some((child, Kind::of(tree, child)?, levels::tile(b, &outside, outer, child)?)));
    let Some((child, kind, tile)) = found else { return fade(b, pane, outer, inner, p) };
    let inside = pane.at(inner);
    let frame = levels::frame(b, &inside, inner);
    let mut now = tile.between(&levels::arriving(b, &inside, inner, p), p);
    let bounds = Bounds::of(pane);
    let fullscreen = levels::is_bare(pane, inner);
    match levels::fit(pane, inner) {
        _ if fullscreen => now.paint(|colour| faded(colour, 1.0 - p)),
        Fit::OwnFrame => now.paint_top(|colour| faded(colour, 1.0 - p)),
        Fit::Framed | Fit::Bare => {}
    }

    let merged = prompt::is_merged(pane, outer);
    let without = Without { tile: Some(child), bottom: merged, frame: false };
    let around = b.sketch(|b| levels::draw(b, &outside, outer, without));
    add(b, around, Some(Ride::onto(tile.rect, now.rect, true)), (1.0 - p).powf(FADE), bounds);
    let prompt = (pane.alone && pane.rail != Rail::None).then(|| prompt_between(b, pane, outer, inner, p));
    // A frame slides in behind a prompt that is a part of it; above an open one it only comes to stand.
    let (behind, before) = if pane.expanded(inner.level()) { (None, prompt) } else { (prompt, None) };
    if let Some(prompt) = &before {
        draw_prompt(b, pane, outer, inner, prompt);
    }
    ground(b, &now, bounds);
    content(b, &inside, inner, &frame, &now, p, bounds);
    let growing = b.sketch(|b| now.draw_zoomed(b, tile_key(child), tile.title.cap));
    add(b, growing, None, 1.0, bounds);
    match inner.window() {
        Some(window) => window_in(b, &inside, inner, window, &now, bounds),
        None => {
            let interior = b.sketch(|b| {
                let (_, mood) = levels::tile_frame(b, &outside, outer, &kind, tile.rect);
                levels::tile_interior(b, &outside, &kind, &tile, mood);
            });
            // Words would run into the frame that grows unevenly around them; the picture stays until it is replaced.
            let (pictures, words): (Vec<_>, Vec<_>) = interior
                .into_iter()
                .partition(|primitive| matches!(primitive, Primitive::Window { .. } | Primitive::Terminal { .. }));
            let ride = Some(Ride::onto(tile.content, now.content, false));
            add(b, pictures, ride, 1.0 - 1.5 * p, bounds);
            add(b, words, ride, 1.0 - 4.0 * p, bounds);
        }
    }
    let covered = fullscreen && p > 0.5;
    if let Some(prompt) = behind.as_ref().filter(|_| !covered) {
        draw_prompt(b, pane, outer, inner, prompt);
    }
    if let Some(prompt) = before.or(behind).filter(|_| !covered) {
        prompt.draw_label(b);
    }
}

/// The window that grows, or shrinks.
fn window_in(
    b: &mut Builder,
    pane: &Pane,
    path: &Path,
    window: crate::hierarchy::WindowId,
    now: &Frame,
    bounds: Bounds,
) {
    let area = levels::area(b, pane, path);
    let rect = fitted(now.content, area);
    let look = if rect.w < LIVE * area.w { Look::Thumbnail } else { Look::Live };
    let picture = b.sketch(|b| levels::window_picture(b, window, rect, area, look, 1.0));
    add(b, picture, None, 1.0, Bounds { pane: bounds.pane.meet(now.room), ..bounds });
}

/// What is behind the growing frame: its neighbours never reach in there, but the prompt's elbow does.
fn ground(b: &mut Builder, now: &Frame, bounds: Bounds) {
    let rect = now.rect.meet(bounds.clip);
    let radii = now.corner_radii();
    b.fill(Key::part("zoom-ground"), rect, radii, b.theme.bg);
}

/// What the inner place has beside its frame, as far as it is there yet.
fn content(b: &mut Builder, pane: &Pane, inner: &Path, frame: &Frame, now: &Frame, p: f64, bounds: Bounds) {
    let opacity = (p - APPEARS) / (1.0 - APPEARS);
    if opacity <= 0.0 || inner.level() == Level::Focus {
        return;
    }
    let without = Without { frame: true, ..Without::default() };
    let picture = b.sketch(|b| levels::draw(b, pane, inner, without));
    let before = b.scene.len();
    add(b, picture, Some(Ride::onto(frame.content, now.content, false)), opacity, bounds);
    set_apart(b, before);
}

/// The prompt stays where it is; only its height changes.
fn prompt_between(b: &Builder, pane: &Pane, outer: &Path, inner: &Path, p: f64) -> Prompt {
    prompt::lay_out(b, pane, outer, false).between(&prompt::lay_out(b, pane, inner, true), p)
}

/// Draws the prompt over whatever rides away behind it.
fn draw_prompt(b: &mut Builder, pane: &Pane, outer: &Path, inner: &Path, now: &Prompt) {
    let rect = Rect::from_edges(pane.rect.x, now.top - b.m.gap, pane.rect.right(), pane.rect.bottom());
    b.fill(Key::part("prompt-ground"), rect, [0.0; 4], b.theme.bg);
    now.draw_shapes(b);
    let opacity = now.opacity();
    if opacity > 0.0 {
        let expanded = [outer, inner].into_iter().find(|path| pane.expanded(path.level()));
        let open = prompt::lay_out(b, pane, expanded.unwrap_or(outer), false);
        let mut words = b.sketch(|b| prompt::draw_open(b, pane, &open));
        // The label is drawn on its way; the rest only fades.
        words.retain(|primitive| primitive.key().piece != 1 || primitive.key().part != "prompt");
        add(b, words, None, opacity, Bounds::of(pane));
    }
}

/// One picture over the other: with reduced motion, and where no tile could grow.
pub(super) fn fade(b: &mut Builder, pane: &Pane, from: &Path, to: &Path, progress: f64) {
    let p = if progress.is_finite() { progress.clamp(0.0, 1.0) } else { 1.0 };
    let tree = levels::tree(pane);
    let bounds = Bounds::of(pane);
    for (path, opacity) in [(from, 1.0 - p), (to, p)] {
        if !tree.is_valid(path) {
            continue;
        }
        let pane = pane.at(path);
        let picture = b.sketch(|b| {
            levels::draw(b, &pane, path, Without::default());
            if pane.alone {
                prompt::draw_alone(b, &pane, path);
            }
        });
        let before = b.scene.len();
        add(b, picture, None, opacity, bounds);
        if path == to {
            set_apart(b, before);
        }
    }
}

/// Two places may have the same parts, but a key names one primitive: those of one place get keys of their own.
pub(super) fn set_apart(b: &mut Builder, from: usize) {
    for primitive in b.scene.iter_mut().skip(from) {
        let key = primitive.key_mut();
        *key = key.piece(key.piece + INNER);
    }
}
