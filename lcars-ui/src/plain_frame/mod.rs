//! One window in a slim frame, with a bar to switch between windows.
//!
//! It stands in for the zoom hierarchy and goes when that comes. It looks like level 3 of it: an elbow pair on the left,
//! a bar of pills on top, a line of readings at the bottom.

use crate::geometry::{Rect, Size};
use crate::label;
use crate::scene::{Align, Cut, Elide, Face, Key, Primitive};
use crate::theme::{Colour, Measures, Theme};

/// A window as the frame shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Names it in [`Action`]s; never 0 twice.
    pub id: u64,
    /// As its program says; not to be trusted.
    pub title: String,
    /// As its program says; shown where there is no title.
    pub app_id: String,
}

/// What the pointer can do on the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Show this window.
    Focus(u64),
    /// Ask this window to close.
    Close(u64),
}

/// What there is to show.
#[derive(Debug, Clone, PartialEq)]
pub struct View<'a> {
    /// Logical size of the output.
    pub size: Size,
    /// Device pixels for each logical one.
    pub scale: f64,
    /// In the order of their pills.
    pub windows: &'a [Window],
    /// Which of them is shown.
    pub focused: Option<u64>,
    /// Where the pointer is.
    pub hovered: Option<Action>,
    /// Name of the Wayland socket, for the hint that tells how to start a program.
    pub wayland_display: &'a str,
}

/// The frame, laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// What is behind everything.
    pub background: Colour,
    /// Where the shown window goes, on whole device pixels.
    pub window: Rect,
    /// To be painted; no part of it overlaps `window` while there is one.
    pub scene: Vec<Primitive>,
    /// What can be pressed where; they do not overlap.
    pub hits: Vec<(Rect, Action)>,
}

impl Frame {
    /// What a press at this place would do.
    pub fn hit(&self, at: crate::geometry::Point) -> Option<Action> {
        self.hits.iter().find(|(rect, _)| rect.contains(at)).map(|(_, action)| *action)
    }
}

/// A frame that leaves the window less than this is not drawn at all.
const LEAST_WINDOW: Size = Size { w: 96.0, h: 64.0 };

/// Lays the frame out.
pub fn lay_out(theme: &Theme, view: &View) -> Frame {
    let size = Size { w: finite(view.size.w), h: finite(view.size.h) };
    let scale = if view.scale.is_finite() { view.scale.clamp(0.25, 16.0) } else { 1.0 };
    let m = theme.measures.scaled(size.w, size.h, scale);
    let floor = |v: f64| (v * scale).floor() / scale;
    let window = Rect::from_edges(
        m.margin + m.slim_rail + m.gap,
        m.margin + m.slim_bar + m.gap,
        floor(size.w) - m.margin,
        floor(size.h) - m.margin - m.slim_bottom - m.gap,
    );
    let mut frame = Frame { background: theme.bg, window, scene: Vec::new(), hits: Vec::new() };
    if window.w < LEAST_WINDOW.w || window.h < LEAST_WINDOW.h {
        frame.window = Rect::new(0.0, 0.0, floor(size.w), floor(size.h));
        return frame;
    }
    let mut builder = Builder { theme, view, m, scale, frame };
    builder.elbows();
    builder.top_bar();
    builder.bottom_bar();
    if view.windows.is_empty() {
        builder.empty();
    }
    builder.frame
}

fn finite(length: f64) -> f64 {
    if length.is_finite() { length.clamp(0.0, 65_536.0) } else { 0.0 }
}

struct Builder<'a> {
    theme: &'a Theme,
    view: &'a View<'a>,
    m: Measures,
    scale: f64,
    frame: Frame,
}

impl Builder<'_> {
    /// The first pill starts here, right of the top elbow.
    fn elbow_end(&self) -> f64 {
        let m = &self.m;
        m.margin + m.slim_rail + m.slim_inner + m.slim_outer
    }

    fn elbows(&mut self) {
        let m = self.m;
        let (left, window) = (m.margin, self.frame.window);
        let middle = self.snap(window.y + window.h / 2.0);
        let inner = left + m.slim_rail;
        let top = Rect::from_edges(left, m.margin, self.elbow_end(), middle - m.gap);
        self.frame.scene.push(Primitive::Fill {
            key: Key::part("elbow-top-left"),
            rect: top,
            radii: [m.slim_outer, 0.0, 0.0, 0.0],
            cut: Some(Cut {
                rect: Rect::from_edges(inner, m.margin + m.slim_bar, top.right() + m.slim_outer, middle + m.slim_outer),
                radii: [m.slim_inner, 0.0, 0.0, 0.0],
            }),
            colour: self.theme.frame,
        });
        let bottom = Rect::from_edges(left, middle, self.elbow_end(), window.bottom() + m.gap + m.slim_bottom);
        self.frame.scene.push(Primitive::Fill {
            key: Key::part("elbow-bottom-left"),
            rect: bottom,
            radii: [0.0, 0.0, 0.0, m.slim_outer],
            cut: Some(Cut {
                rect: Rect::from_edges(
                    inner,
                    middle - m.slim_outer,
                    bottom.right() + m.slim_outer,
                    window.bottom() + m.gap,
                ),
                radii: [0.0, 0.0, 0.0, m.slim_inner],
            }),
            colour: self.theme.frame,
        });
    }

    /// Pills from the left, CLOSE at the right end, a filler between them.
    fn top_bar(&mut self) {
        let m = self.m;
        let (top, height, right) = (m.margin, m.slim_bar, self.frame.window.right());
        let focused = self.view.focused.filter(|id| self.view.windows.iter().any(|window| window.id == *id));
        let close_width = self.snap(3.25 * height);
        let start = self.elbow_end() + m.gap;
        let round = height / 2.0;
        let end = match focused {
            Some(id) if right - start >= close_width + m.gap + height => {
                let rect = Rect::from_edges(right - close_width, top, right, top + height);
                let action = Action::Close(id);
                self.fill(Key::part("close"), rect, [0.0, round, round, 0.0], self.theme.danger, Some(action));
                self.label(Key::part("close-label"), self.inset(rect), "CLOSE", self.theme.on_fill, Align::Right);
                self.hit(Rect::from_edges(rect.x, top, self.view.size.w, top + height), action);
                rect.x - m.gap
            }
            _ => {
                let cap = self.snap(0.75 * height);
                let rect = Rect::from_edges(right - cap, top, right, top + height);
                self.fill(Key::part("end-cap-top"), rect, [0.0, round, round, 0.0], self.theme.frame_3, None);
                rect.x - m.gap
            }
        };
        let filler = self.pills(start, end);
        if end - filler >= m.gap {
            let rect = Rect::from_edges(filler, top, end, top + height);
            self.fill(Key::part("bar-top"), rect, [0.0; 4], self.theme.frame, None);
        }
    }

    /// One pill a window, as many as fit, always with the focused one among them. Returns where the next part begins.
    fn pills(&mut self, start: f64, end: f64) -> f64 {
        let m = self.m;
        let (least, most) = (2.0 * m.slim_bar, 6.0 * m.slim_bar);
        let room = ((end - start + m.gap) / (least + m.gap)).floor().max(0.0) as usize;
        let windows = self.view.windows;
        let count = windows.len().min(room);
        if count == 0 {
            return start;
        }
        let at = windows.iter().position(|window| Some(window.id) == self.view.focused).unwrap_or(0);
        let first = at.saturating_sub(count / 2).min(windows.len() - count);
        let each = ((end - start + m.gap) / count as f64 - m.gap).min(most);
        let each = (each * self.scale).floor() / self.scale;
        let mut x = start;
        for window in windows.iter().skip(first).take(count) {
            let rect = Rect::new(x, m.margin, each, m.slim_bar);
            self.pill(window, rect);
            x = rect.right() + m.gap;
        }
        x
    }

    fn pill(&mut self, window: &Window, rect: Rect) {
        let (m, round) = (self.m, rect.h / 2.0);
        let action = Action::Focus(window.id);
        let mut text = rect;
        if self.view.focused == Some(window.id) {
            // Selected: orange, its right cap cut off by one gap.
            let cap = Rect::from_edges(rect.right() - round, rect.y, rect.right(), rect.bottom());
            let body = Rect::from_edges(rect.x, rect.y, cap.x - m.gap, rect.bottom());
            let colour = self.theme.focus;
            self.fill(Key::of("pill", window.id), body, [round, 0.0, 0.0, round], colour, Some(action));
            self.fill(Key::of("pill-cap", window.id), cap, [0.0, round, round, 0.0], colour, Some(action));
            text = body;
        } else {
            self.fill(Key::of("pill", window.id), rect, [round; 4], self.theme.act_a, Some(action));
        }
        let name = [&window.title, &window.app_id].map(|name| label::clean(name)).into_iter().find(|n| !n.is_empty());
        let name = name.unwrap_or_else(|| String::from("window")).to_uppercase();
        self.label(Key::of("pill-label", window.id), self.inset(text), &name, self.theme.on_fill, Align::Right);
        let half = m.gap / 2.0;
        self.hit(Rect::from_edges(rect.x - half, rect.y, rect.right() + half, rect.bottom()), action);
    }

    fn bottom_bar(&mut self) {
        let m = self.m;
        let window = self.frame.window;
        let (top, bottom) = (window.bottom() + m.gap, window.bottom() + m.gap + m.slim_bottom);
        let round = m.slim_bottom / 2.0;
        let count = self.view.windows.len();
        let words = match count {
            0 => String::from("TOS: NO WINDOW"),
            1 => String::from("TOS: 1 WINDOW"),
            _ => format!("TOS: {count} WINDOWS"),
        };
        let mut x = self.elbow_end();
        let mut end = window.right();
        let cap = self.snap(m.slim_bottom);
        let accent = self.snap(6.0 * m.slim_bottom);
        let words_width = self.snap(words.chars().count() as f64 * m.cap_label * 0.56);
        if end - x >= words_width + 3.0 * m.gap + cap {
            let rect = Rect::from_edges(x + 1.5 * m.gap, top, x + 1.5 * m.gap + words_width, bottom);
            self.label(Key::part("reading"), rect, &words, self.theme.title, Align::Left);
            x = self.snap(rect.right() + m.gap);
        } else {
            x += m.gap;
        }
        if end - x >= cap {
            let rect = Rect::from_edges(end - cap, top, end, bottom);
            self.fill(Key::part("end-cap-bottom"), rect, [0.0, round, round, 0.0], self.theme.frame_3, None);
            end = rect.x - m.gap;
        }
        if end - x >= 2.0 * accent {
            let rect = Rect::from_edges(end - accent, top, end, bottom);
            self.fill(Key::part("bar-bottom-segment"), rect, [0.0; 4], self.theme.frame_2, None);
            end = rect.x - m.gap;
        }
        if end - x >= m.gap {
            let rect = Rect::from_edges(x, top, end, bottom);
            self.fill(Key::part("bar-bottom"), rect, [0.0; 4], self.theme.frame, None);
        }
    }

    /// Says that nothing runs and how to change that.
    fn empty(&mut self) {
        let (m, window) = (self.m, self.frame.window);
        let (left, right) = (window.x + m.content_inset_x, window.right() - m.content_inset_x);
        let command = format!("WAYLAND_DISPLAY={} foot", label::clean(self.view.wayland_display));
        let mut y = window.y + m.content_inset_y;
        let lines = [
            ("empty-heading", "NO PROGRAM IS RUNNING", m.cap_title, self.theme.title, Face::Label),
            ("empty-caption", "START ONE IN THIS CONTAINER:", m.cap_label, self.theme.text_muted, Face::Label),
            ("empty-command", command.as_str(), m.cap_mono, self.theme.text, Face::Mono),
        ];
        for (part, text, cap_height, colour, face) in lines {
            let rect = Rect::from_edges(left, y, right, y + self.snap(1.5 * cap_height + m.gap));
            if rect.bottom() > window.bottom() || rect.is_empty() {
                return;
            }
            let (key, text) = (Key::part(part), String::from(text));
            let (align, elide) = (Align::Left, Elide::End);
            self.frame.scene.push(Primitive::Text { key, rect, text, cap_height, colour, align, face, elide, zoom: 1.0 });
            y = rect.bottom();
        }
    }

    fn fill(&mut self, key: Key, rect: Rect, radii: [f64; 4], colour: Colour, action: Option<Action>) {
        let hovered = action.is_some() && action == self.view.hovered;
        let colour = if hovered { colour.mix(Colour::WHITE, self.theme.hover_mix) } else { colour };
        self.frame.scene.push(Primitive::Fill { key, rect, radii, cut: None, colour });
    }

    fn label(&mut self, key: Key, rect: Rect, text: &str, colour: Colour, align: Align) {
        let (text, cap_height) = (String::from(text), self.m.cap_label);
        let (face, elide) = (Face::Label, Elide::End);
        self.frame.scene.push(Primitive::Text { key, rect, text, cap_height, colour, align, face, elide, zoom: 1.0 });
    }

    /// The place for a label in a pill.
    fn inset(&self, rect: Rect) -> Rect {
        let inset = self.snap(0.4 * rect.h);
        Rect::from_edges(rect.x + inset, rect.y, rect.right() - inset, rect.bottom())
    }

    /// Reaches over the margin to the screen's edge, so that it needs no aim, but never over the window.
    fn hit(&mut self, rect: Rect, action: Action) {
        let bottom = (rect.bottom() + self.m.gap / 2.0).max(self.m.hit_min).min(self.frame.window.y);
        self.frame.hits.push((Rect::from_edges(rect.x, 0.0, rect.right(), bottom), action));
    }

    /// To whole device pixels.
    fn snap(&self, length: f64) -> f64 {
        (length * self.scale).round() / self.scale
    }
}

#[cfg(test)]
mod tests;
