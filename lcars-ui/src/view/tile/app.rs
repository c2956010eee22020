//! An app's tile, a window's tile, and the small tiles of the strip below a terminal or a directory.

use super::super::build::{Builder, Text, caption, faded};
use super::super::frame::{Frame, Part, Segment, Span, Title};
use super::super::pane::Pane;
use super::{Mood, fitted, thumbnail};
use crate::geometry::Rect;
use crate::hierarchy::WindowId;
use crate::scene::{Align, Key};

/// A tile that is smaller than this, in the measures' own pixels, has no frame but a label below its picture.
const LEAST_FRAMED: (f64, f64) = (150.0, 108.0);
/// A tile that is narrower than this has a lower bar.
const SMALL: f64 = 220.0;
/// The pieces of a key that are a window's icon and the gap around it.
const ICON: u16 = 48;
const ICON_GAP: u16 = 49;

/// The frame of an app's or a window's tile: the window frame, seen from further out.
pub(crate) fn app_frame(b: &Builder, pane: &Pane, name: &str, rect: Rect, mood: Mood) -> Frame {
    if rect.w < LEAST_FRAMED.0 * b.factor() || rect.h < LEAST_FRAMED.1 * b.factor() {
        return strip_frame(b, pane, name, rect, mood);
    }
    let m = &b.m;
    let (gap, low) = (m.tile_inner_gap, m.tile_bottom);
    let (bar, cap_height) = bar_of(b, rect);
    let (pad, radii, own) = (1.5 * gap, (m.tile_outer, m.tile_inner), mood.colour);
    let (right, bottom) = (rect.right(), rect.bottom());
    let half = rect.y + b.snap(rect.h / 2.0);
    let stub = rect.x + (m.tile_outer + b.px(48.0)).min(b.snap(0.3 * rect.w));
    let cap = Rect::from_edges(right - bar, rect.y, right, rect.y + bar);
    let title_right = cap.x - pad;
    let spans = vec![Span::new(caption(name), faded(b.theme.title, mood.opacity))];
    let room = title_right - stub - gap - pad;
    let title = Title::new(spans, title_right, rect.y + bar / 2.0, cap_height, room);
    let bar_end = b.snap(title_right - title.width()) - pad;
    let upper = Rect::from_edges(rect.x, rect.y, stub, half - gap / 2.0);
    let low_stub = rect.x + b.snap(0.55 * rect.w);
    let lower = Rect::from_edges(rect.x, half + gap / 2.0, low_stub, bottom);
    let low_cap = Rect::from_edges(right - low, bottom - low, right, bottom);
    let low_bar = Rect::from_edges(low_stub + gap, bottom - low, low_cap.x - gap, bottom);
    let segments = [
        Segment::elbow_top(upper, m.tile_rail, bar, radii, own),
        Segment::nothing(stub + gap, rect.y, bar, own),
        Segment::new(Rect::from_edges(stub + gap, rect.y, bar_end, rect.y + bar), [0.0; 4], own),
        Segment::cap(cap, own),
        Segment::elbow_bottom(lower, m.tile_rail, low, radii, own),
        Segment::new(low_bar, [0.0; 4], own),
        Segment::nothing(low_bar.right(), bottom - low, low, own),
        Segment::cap(low_cap, own),
    ];
    let off = b.px(8.0);
    let content = Rect::from_edges(rect.x + m.tile_rail + off, rect.y + bar + off, right, bottom - low - off);
    Frame::new(rect, segments, title, fitted(content, pane.window_area(b))).with_room(content)
}

/// The height of a tile's bar and of the title in it: a small tile has a lower one, of which more is seen.
pub(super) fn bar_of(b: &Builder, tile: Rect) -> (f64, f64) {
    if tile.w < SMALL * b.factor() { (b.px(18.0), b.m.cap_label) } else { (b.m.tile_bar, b.m.cap_tile) }
}

/// A picture over a label: an app in the strip, or where tiles are small. Its label becomes the lower end of the frame.
pub(crate) fn strip_frame(b: &Builder, pane: &Pane, name: &str, rect: Rect, mood: Mood) -> Frame {
    let m = &b.m;
    let height = b.px(28.0).min(rect.h);
    let gap = m.tile_inner_gap;
    let own = mood.colour;
    let label = Rect::from_edges(rect.x, rect.bottom() - height, rect.right(), rect.bottom());
    let round = b.px(14.0).min(height / 2.0).min(rect.w / 2.0);
    let spans = vec![Span::new(caption(name), faded(b.theme.on_fill, mood.opacity))];
    let (cap_height, room) = (m.cap_small.min(0.8 * height), (rect.w - 1.5 * round).max(0.0));
    let title = Title::new(spans, rect.right() - round, label.y + height / 2.0, cap_height, room);
    let nothing = |x: f64, y: f64| Segment::nothing(x, y, 0.0, own);
    let segments = [
        nothing(rect.x, rect.y),
        nothing(rect.x, rect.y),
        nothing(rect.x, rect.y),
        nothing(rect.right(), rect.y),
        nothing(rect.x, label.y),
        nothing(rect.x, label.y),
        nothing(rect.x, label.y),
        Segment::new(label, [0.0, round, round, 0.0], own),
    ];
    let content = Rect::from_edges(rect.x, rect.y, rect.right(), label.y - gap);
    Frame::new(rect, segments, title, fitted(content, pane.window_area(b))).with_room(content)
}

/// What is in an app's or a window's tile.
pub(crate) fn app_interior(
    b: &mut Builder,
    pane: &Pane,
    key: Key,
    window: Option<WindowId>,
    frame: &Frame,
    mood: Mood,
) {
    let Some(window) = window else { return };
    thumbnail(b, pane, key.piece(1), window, frame, mood.opacity);
    let top = frame.segment(Part::BarTop).rect;
    // A tile without a frame has its name at the lower end, and the room beside it.
    let low = frame.segment(Part::CapBottom).rect;
    let beside = Rect { w: low.w - frame.title.width() - low.h, ..low };
    window_icon(b, pane, key, window, if top.w > 0.0 { top } else { beside });
}

/// The icon of a window at the left end of a bar, if there is room for both.
pub(crate) fn window_icon(b: &mut Builder, pane: &Pane, key: Key, window: WindowId, bar: Rect) {
    let found = pane.inputs.desktop.tree().window(window);
    let Some(icon) = found.and_then(|(_, _, window)| window.icon.clone()) else { return };
    let side = b.snap(0.9 * bar.h);
    let gap = b.m.tile_inner_gap;
    let cell = Rect { w: side + gap, ..bar };
    if bar.w < cell.w + side {
        return;
    }
    b.fill(key.piece(ICON_GAP), cell, [0.0; 4], b.theme.bg);
    b.icon(key.piece(ICON), Rect::new(bar.x, b.snap(bar.y + (bar.h - side) / 2.0), side, side), &icon);
}

/// The two captions below a window's tile: what it is called in full, and what there is to say about it.
pub(crate) fn window_caption(b: &mut Builder, key: Key, tile: Rect, (left, right): (&str, &str), chosen: bool) {
    let cap = b.m.cap_small;
    let rect =
        Rect::from_edges(tile.x + b.m.tile_outer, tile.bottom() + b.px(10.0), tile.right(), tile.bottom() + b.px(40.0));
    let note = super::super::metrics::label_width(right, cap) + 0.3 * cap;
    let (ink, accent) = if chosen { (b.theme.text, b.theme.focus) } else { (b.theme.text_muted, b.theme.text_muted) };
    let name = Rect::from_edges(rect.x, rect.y, rect.right() - note - b.m.gap, rect.bottom());
    b.text(key.piece(2), Text::label(name, caption(left), cap, ink));
    if note < rect.w {
        b.text(key.piece(3), Text::label(rect, right, cap, accent).aligned(Align::Right));
    }
}
