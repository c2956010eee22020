//! What goes around a place: two elbows, the bars between them and their caps, and the title that the top bar meets.
//!
//! A tile and the frame that it grows into are the same kind of value, so that any picture between the two is a plain
//! interpolation: nothing is magnified, nothing jumps.

use super::build::{Builder, Text, faded};
use super::metrics::label_width;
use crate::geometry::Rect;
use crate::scene::{Align, Cut, Key};
use crate::theme::Colour;

/// The piece of a key that is its frame's first segment; the others follow.
pub(super) const SEGMENTS: u16 = 16;
/// The pieces of a key that are its frame's title, one a span.
pub(super) const TITLE: u16 = 32;

/// The parts of a frame, in the order in which a [`Frame`] holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    ElbowTop,
    /// The block with the clock.
    Accent,
    BarTop,
    CapTop,
    ElbowBottom,
    BarBottom,
    SegmentBottom,
    CapBottom,
}

/// A word that is coming is seen once it is this far.
const WORD_SEEN: f64 = 0.6;
/// Between two words of a title, as a part of the cap height.
const SPACE: f64 = 0.25;
/// How many parts there are.
const PARTS: usize = 8;

/// One shape of a frame. What a frame lacks is an empty one, at the place from which it would grow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Segment {
    pub rect: Rect,
    pub radii: [f64; 4],
    pub cut: Option<Cut>,
    pub colour: Colour,
}

/// A word in a top bar.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub text: String,
    pub colour: Colour,
    /// How much of it is there: in a zoom a word may only be coming.
    presence: f64,
}

impl Span {
    pub fn new(text: impl Into<String>, colour: Colour) -> Self {
        Self { text: text.into(), colour, presence: 1.0 }
    }

    /// How much room it takes: all of it before anything of it is seen.
    fn width(&self, cap: f64) -> f64 {
        label_width(&self.text, cap) * (self.presence / WORD_SEEN).min(1.0)
    }

    fn seen(&self) -> Colour {
        faded(self.colour, (self.presence - WORD_SEEN) / (1.0 - WORD_SEEN))
    }
}

/// The words in a top bar, from left to right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Title {
    pub spans: Vec<Span>,
    /// The right end of the last letter.
    pub right: f64,
    /// The middle of the capitals.
    pub middle: f64,
    pub cap: f64,
    /// No title is wider.
    pub room: f64,
    /// What is kept free for it while other words take its place, instead of what it needs itself.
    kept: Option<f64>,
    /// How much of its letters is seen.
    opacity: f64,
}

/// A frame, laid out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frame {
    /// Its outer bounds.
    pub rect: Rect,
    segments: [Segment; PARTS],
    pub title: Title,
    /// Where the window goes, or its picture.
    pub content: Rect,
    /// What a picture may fill that has other proportions.
    pub room: Rect,
}

impl Segment {
    pub fn new(rect: Rect, radii: [f64; 4], colour: Colour) -> Self {
        Self { rect, radii, cut: None, colour }
    }

    /// Nothing yet, at a corner.
    pub fn nothing(x: f64, y: f64, h: f64, colour: Colour) -> Self {
        Self::new(Rect::new(x, y, 0.0, h), [0.0; 4], colour)
    }

    /// A rounded block at the top left with a bar to the right and a rail downwards.
    pub fn elbow_top(rect: Rect, rail: f64, bar: f64, radii: (f64, f64), colour: Colour) -> Self {
        let (outer, inner) = fitting(rect, radii);
        let reach = inner + 1.0;
        let cut = Rect::from_edges(rect.x + rail, rect.y + bar, rect.right() + reach, rect.bottom() + reach);
        let cut = Some(Cut { rect: cut, radii: [inner, 0.0, 0.0, 0.0] });
        Self { rect, radii: [outer, 0.0, 0.0, 0.0], cut, colour }
    }

    /// The same upside down.
    pub fn elbow_bottom(rect: Rect, rail: f64, bar: f64, radii: (f64, f64), colour: Colour) -> Self {
        let (outer, inner) = fitting(rect, radii);
        let reach = inner + 1.0;
        let cut = Rect::from_edges(rect.x + rail, rect.y - reach, rect.right() + reach, rect.bottom() - bar);
        let cut = Some(Cut { rect: cut, radii: [0.0, 0.0, 0.0, inner] });
        Self { rect, radii: [0.0, 0.0, 0.0, outer], cut, colour }
    }

    /// The end of a bar: half-round.
    pub fn cap(rect: Rect, colour: Colour) -> Self {
        let round = (rect.h / 2.0).min(rect.w);
        Self::new(rect, [0.0, round, round, 0.0], colour)
    }

    pub fn lerp(&self, to: &Self, p: f64) -> Self {
        let cut = match (self.cut, to.cut) {
            (None, None) => None,
            (a, b) => {
                let none = |of: &Self, other: Cut| Cut { rect: beyond(of.rect, other.rect), radii: other.radii };
                let (a, b) = (a.or_else(|| b.map(|b| none(self, b))), b.or_else(|| a.map(|a| none(to, a))));
                a.zip(b).map(|(a, b)| Cut {
                    rect: rect_between(a.rect, b.rect, p),
                    radii: radii_between(a.radii, b.radii, p),
                })
            }
        };
        let (rect, radii) = (rect_between(self.rect, to.rect, p), radii_between(self.radii, to.radii, p));
        Self { rect, radii, cut, colour: self.colour.mix(to.colour, p) }
    }
}

/// A cut that takes nothing away: as large as the other's, right of the shape.
fn beyond(shape: Rect, cut: Rect) -> Rect {
    Rect { x: shape.right(), y: shape.y, ..cut }
}

/// Radii that fit into a block.
fn fitting(rect: Rect, (outer, inner): (f64, f64)) -> (f64, f64) {
    let most = rect.w.min(rect.h);
    (outer.min(most), inner.min(most))
}

pub(super) fn between(a: f64, b: f64, p: f64) -> f64 {
    // The ends are exact.
    if p >= 1.0 { b } else { a + (b - a) * p }
}

pub(super) fn rect_between(a: Rect, b: Rect, p: f64) -> Rect {
    Rect::new(between(a.x, b.x, p), between(a.y, b.y, p), between(a.w, b.w, p), between(a.h, b.h, p))
}

fn radii_between(a: [f64; 4], b: [f64; 4], p: f64) -> [f64; 4] {
    let mut radii = a;
    radii.iter_mut().zip(b).for_each(|(radius, to)| *radius = between(*radius, to, p));
    radii
}

impl Title {
    pub fn new(spans: Vec<Span>, right: f64, middle: f64, cap: f64, room: f64) -> Self {
        Self { spans, right, middle, cap, room, kept: None, opacity: 1.0 }
    }

    /// How wide its words are.
    pub fn width(&self) -> f64 {
        if let Some(kept) = self.kept {
            return kept;
        }
        let apart: f64 = self.spans.iter().skip(1).map(|span| span.presence * SPACE * self.cap).sum();
        let width: f64 = self.spans.iter().map(|span| span.width(self.cap)).sum();
        (width + apart).min(self.room)
    }

    fn between(&self, to: &Self, p: f64) -> Self {
        // A word that both begin with stays, and the other comes; altogether other words take each other's place.
        let first = |title: &Self| title.spans.first().map(|span| span.text.clone());
        let same = first(self) == first(to);
        let spans = if same {
            let (longer, shorter, p) =
                if to.spans.len() > self.spans.len() { (to, self, p) } else { (self, to, 1.0 - p) };
            let presence = |place: usize| if place < shorter.spans.len() { 1.0 } else { p };
            let mix = |(place, span): (usize, &Span)| {
                let colour = shorter.spans.get(place).map_or(span.colour, |other| other.colour.mix(span.colour, p));
                Span { text: span.text.clone(), colour, presence: presence(place) }
            };
            longer.spans.iter().enumerate().map(mix).collect()
        } else {
            if p < 0.5 { self } else { to }.spans.clone()
        };
        Self {
            spans,
            right: between(self.right, to.right, p),
            middle: between(self.middle, to.middle, p),
            cap: between(self.cap, to.cap, p),
            room: between(self.room, to.room, p),
            kept: (!same).then(|| between(self.width(), to.width(), p)),
            opacity: if same { 1.0 } else { (2.0 * p - 1.0).abs() },
        }
    }
}

impl Frame {
    pub fn new(rect: Rect, segments: [Segment; PARTS], title: Title, content: Rect) -> Self {
        Self { rect, segments, title, content, room: content }
    }

    /// The same with more room around its picture.
    pub fn with_room(self, room: Rect) -> Self {
        Self { room, ..self }
    }

    /// One of its shapes.
    pub fn segment(&self, part: Part) -> &Segment {
        &self.segments[part as usize]
    }

    pub fn segment_mut(&mut self, part: Part) -> &mut Segment {
        &mut self.segments[part as usize]
    }

    /// Changes the colour of all of it.
    pub fn paint(&mut self, paint: impl Fn(Colour) -> Colour) {
        self.segments.iter_mut().for_each(|segment| segment.colour = paint(segment.colour));
    }

    /// Changes the colour of what is above its content.
    pub fn paint_top(&mut self, paint: impl Fn(Colour) -> Colour) {
        for part in [Part::ElbowTop, Part::Accent, Part::BarTop, Part::CapTop] {
            let segment = self.segment_mut(part);
            segment.colour = paint(segment.colour);
        }
    }

    /// What lies between two frames: every length of one becomes that of the other.
    pub fn between(&self, to: &Self, p: f64) -> Self {
        let mut segments = self.segments;
        segments.iter_mut().zip(&to.segments).for_each(|(segment, to)| *segment = segment.lerp(to, p));
        let title = self.title.between(&to.title, p);
        // Whatever the words are at the moment, no bar runs into them.
        let words = title.right - title.width() - 0.2 * title.cap;
        for part in [Part::ElbowTop, Part::BarTop] {
            let rect = &mut segments[part as usize].rect;
            rect.w = rect.w.min((words - rect.x).max(0.0));
        }
        Self {
            rect: rect_between(self.rect, to.rect, p),
            segments,
            title,
            content: rect_between(self.content, to.content, p),
            room: rect_between(self.room, to.room, p),
        }
    }

    /// The radii of its outer corners, for what is laid under it.
    pub fn corner_radii(&self) -> [f64; 4] {
        [self.segment(Part::ElbowTop).radii[0], 0.0, 0.0, self.segment(Part::ElbowBottom).radii[3]]
    }

    /// The same without its lower parts, where something else draws them.
    pub fn without_bottom(mut self) -> Self {
        for part in [Part::ElbowBottom, Part::BarBottom, Part::SegmentBottom, Part::CapBottom] {
            self.segment_mut(part).rect.w = 0.0;
        }
        self
    }

    /// Paints it as the pieces of a key.
    pub fn draw(&self, b: &mut Builder, key: Key) {
        self.draw_zoomed(b, key, self.title.cap);
    }

    /// The same in a zoom: its title is set with another cap height and magnified.
    pub fn draw_zoomed(&self, b: &mut Builder, key: Key, set_with: f64) {
        for (piece, segment) in (SEGMENTS..).zip(&self.segments) {
            segment.draw(b, key.piece(piece));
        }
        let title = &self.title;
        let mut right = title.right;
        let left = title.right - title.width();
        // Capitals fill the bar; what hangs below them needs room too.
        let over = 0.3 * title.cap;
        let (top, bottom) = (title.middle - title.cap / 2.0 - over, title.middle + title.cap / 2.0 + over);
        for (i, span) in title.spans.iter().enumerate().rev() {
            let width = span.width(title.cap).min((right - left).max(0.0));
            let colour = faded(span.seen(), title.opacity);
            if width <= 0.0 {
                break;
            }
            // A face that is a little wider than thought need not be cut for it.
            let rect = Rect::from_edges(right - width - 0.12 * title.cap, top, right, bottom);
            let line = Text::label(rect, span.text.as_str(), title.cap, colour).aligned(Align::Right);
            b.text_zoomed(key.piece(TITLE + i as u16), line, title.cap / set_with.max(1.0));
            right -= width + SPACE * span.presence * title.cap;
            if right <= left {
                break;
            }
        }
    }
}

impl Segment {
    pub fn draw(&self, b: &mut Builder, key: Key) {
        match self.cut {
            Some(cut) => b.cut(key, self.rect, self.radii, cut, self.colour),
            None => b.fill(key, self.rect, self.radii, self.colour),
        }
    }
}
