//! A line of text as pixels.

use cosmic_text::{Attrs, Buffer, Ellipsize, EllipsizeHeightLimit, Metrics, Shaping, SwashContent, SwashImage, Wrap};
use lcars_ui::scene::{Elide, Face};
use smithay::utils::{Buffer as BufferPixels, Size};

use super::fonts::Fonts;

/// Space between condensed capitals, in parts of the font's size.
const TRACKING: f32 = 0.02;

/// No line is shaped beyond this. What comes from strangers was cut before; this is for what nobody thought of.
const MOST_BYTES: usize = 2048;

/// Glyphs that were drawn are kept until there are this many.
const MOST_GLYPHS: usize = 4096;

/// Which place of a text lies on a whole pixel: letters beside it are drawn for where they fall between pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Anchor {
    /// Its left end.
    Left,
    /// Its middle.
    Middle,
    /// Its middle is half a pixel to the right of it.
    MiddleAndHalf,
    /// Its right end.
    Right,
}

/// A line of text in device pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line<'a> {
    pub text: &'a str,
    pub face: Face,
    /// Of a capital letter.
    pub cap_height: f32,
    pub anchor: Anchor,
    /// What gives way, and how wide the rest may be; `None` where all of it fits.
    pub elide: Option<(Elide, i32)>,
}

/// A line that was drawn.
#[derive(Debug, Default)]
pub(super) struct Ink {
    /// What takes the text's colour: one byte a pixel.
    pub mask: Option<Bitmap>,
    /// What has its own, such as emoji: blue, green, red, alpha, premultiplied.
    pub coloured: Option<Bitmap>,
}

/// Pixels of a line.
#[derive(Debug)]
pub(super) struct Bitmap {
    /// From the anchor to its left edge.
    pub left: i32,
    /// From the baseline down to its top edge: negative.
    pub top: i32,
    pub size: Size<i32, BufferPixels>,
    /// Row by row.
    pub pixels: Vec<u8>,
}

/// How wide all of a text is.
pub(super) fn width(fonts: &mut Fonts, text: &str, face: Face, cap_height: f32) -> f32 {
    let line = Line { text, face, cap_height, anchor: Anchor::Left, elide: None };
    let buffer = shaped(fonts, &line);
    extent(&buffer, face).map_or(0.0, |(left, right)| right - left)
}

/// Draws a line.
pub(super) fn ink(fonts: &mut Fonts, line: &Line) -> Ink {
    let buffer = shaped(fonts, line);
    let Some((left, right)) = extent(&buffer, line.face) else { return Ink::default() };
    let start = match line.anchor {
        Anchor::Left => -left,
        Anchor::Middle => -(left + right) / 2.0,
        Anchor::MiddleAndHalf => 0.5 - (left + right) / 2.0,
        Anchor::Right => -right,
    };
    let Some(run) = buffer.layout_runs().next() else { return Ink::default() };
    if fonts.glyphs.image_cache.len() > MOST_GLYPHS {
        fonts.glyphs.image_cache.clear();
    }
    // Marks may pile up, and glyphs be as large as their font says: what is far from the line is left out.
    let reach = (line.cap_height.max(4.0) * 4.0) as i32;
    let wide = (right - left).ceil() as i32 + reach;
    let bounds = [-wide, -reach, wide, reach];
    let (mut mask, mut coloured) = (Extent::new(bounds), Extent::new(bounds));
    let mut places = Vec::with_capacity(run.glyphs.len());
    for glyph in run.glyphs {
        let at = glyph.physical((start, 0.0), 1.0);
        let Some(image) = fonts.glyphs.get_image(&mut fonts.system, at.cache_key) else { continue };
        let (x, y) = (at.x.saturating_add(image.placement.left), at.y.saturating_sub(image.placement.top));
        let extent = if image.content == SwashContent::Color { &mut coloured } else { &mut mask };
        extent.add(x, y, image);
        places.push((at.cache_key, x, y));
    }
    let mut ink = Ink { mask: mask.bitmap(1), coloured: coloured.bitmap(4) };
    for (key, x, y) in places {
        let Some(Some(image)) = fonts.glyphs.image_cache.get(&key) else { continue };
        match (&mut ink.mask, &mut ink.coloured, image.content) {
            (_, Some(coloured), SwashContent::Color) => coloured.colours(x, y, image),
            (Some(mask), _, SwashContent::Mask) => mask.covers(x, y, image),
            _ => {}
        }
    }
    ink
}

/// Where a line begins and ends, whichever way it is read. Letters are followed by the tracking, which is no part of it.
fn extent(buffer: &Buffer, face: Face) -> Option<(f32, f32)> {
    let run = buffer.layout_runs().next()?;
    let left = run.glyphs.iter().map(|glyph| glyph.x).reduce(f32::min)?;
    let (right, size) = run
        .glyphs
        .iter()
        .map(|glyph| (glyph.x + glyph.w, glyph.font_size))
        .reduce(|a, b| if b.0 > a.0 { b } else { a })?;
    Some((left, (right - tracking(face) * size).max(left)))
}

fn tracking(face: Face) -> f32 {
    if face == Face::Label { TRACKING } else { 0.0 }
}

/// Shapes a line, with every font of the system if the interface's own lack a letter.
fn shaped(fonts: &mut Fonts, line: &Line) -> Buffer {
    let buffer = shape(fonts, line);
    let missing = buffer.layout_runs().any(|run| run.glyphs.iter().any(|glyph| glyph.glyph_id == 0));
    if missing && fonts.complete() { shape(fonts, line) } else { buffer }
}

fn shape(fonts: &mut Fonts, line: &Line) -> Buffer {
    let style = fonts.style(line.face);
    let size = (line.cap_height / style.cap_ratio).clamp(1.0, 4096.0);
    let mut attrs = Attrs::new().family(style.family.as_family()).weight(style.weight);
    if line.face == Face::Label {
        attrs = attrs.letter_spacing(TRACKING);
    }
    let mut buffer = Buffer::new(&mut fonts.system, Metrics::new(size, size * 1.25));
    let mut buffer_with = buffer.borrow_with(&mut fonts.system);
    buffer_with.set_wrap(Wrap::None);
    if let Some((elide, room)) = line.elide {
        let limit = EllipsizeHeightLimit::Lines(1);
        buffer_with.set_ellipsize(match elide {
            Elide::End => Ellipsize::End(limit),
            Elide::Middle => Ellipsize::Middle(limit),
        });
        buffer_with.set_size(Some(room as f32), None);
    }
    let end = line.text.floor_char_boundary(MOST_BYTES);
    let text = line.text.get(..end).unwrap_or_default();
    buffer_with.set_text(text, &attrs, Shaping::Advanced, None);
    buffer_with.shape_until_scroll(false);
    buffer
}

/// What of a line is drawn into one bitmap.
struct Extent {
    bounds: [i32; 4],
    /// Left, top, right, bottom of what there is.
    edges: Option<[i32; 4]>,
}

impl Extent {
    fn new(bounds: [i32; 4]) -> Self {
        Self { bounds, edges: None }
    }

    fn add(&mut self, x: i32, y: i32, image: &SwashImage) {
        let (w, h) = (image.placement.width as i32, image.placement.height as i32);
        let [left, top, right, bottom] = self.bounds;
        let edges = [x.max(left), y.max(top), x.saturating_add(w).min(right), y.saturating_add(h).min(bottom)];
        if edges[0] >= edges[2] || edges[1] >= edges[3] {
            return;
        }
        let old = self.edges.unwrap_or(edges);
        let [a, b, c, d] = edges;
        self.edges = Some([old[0].min(a), old[1].min(b), old[2].max(c), old[3].max(d)]);
    }

    /// An empty bitmap of this extent.
    fn bitmap(self, bytes: usize) -> Option<Bitmap> {
        let [left, top, right, bottom] = self.edges?;
        let size = Size::new(right - left, bottom - top);
        Some(Bitmap { left, top, size, pixels: vec![0; size.w as usize * size.h as usize * bytes] })
    }
}

impl Bitmap {
    /// Adds a glyph to a mask.
    fn covers(&mut self, x: i32, y: i32, image: &SwashImage) {
        self.each(x, y, image, 1, |pixel, glyph| {
            if let ([pixel], [glyph]) = (pixel, glyph) {
                *pixel = pixel.saturating_add(*glyph);
            }
        });
    }

    /// Draws a coloured glyph over what is there.
    fn colours(&mut self, x: i32, y: i32, image: &SwashImage) {
        self.each(x, y, image, 4, |pixel, glyph| {
            let ([b, g, r, a], [red, green, blue, alpha]) = (pixel, glyph) else { return };
            let over = |below: &mut u8, above: u8| {
                let (above, alpha) = (u32::from(above), u32::from(*alpha));
                *below = ((above * alpha + u32::from(*below) * (255 - alpha) + 127) / 255) as u8;
            };
            over(b, *blue);
            over(g, *green);
            over(r, *red);
            over(a, 255);
        });
    }

    fn each(&mut self, x: i32, y: i32, image: &SwashImage, bytes: usize, mut put: impl FnMut(&mut [u8], &[u8])) {
        let width = image.placement.width as usize;
        if width == 0 {
            return;
        }
        for (i, glyph) in image.data.chunks_exact(bytes).enumerate() {
            let (x, y) = (x.saturating_add((i % width) as i32), y.saturating_add((i / width) as i32));
            let (x, y) = (x.saturating_sub(self.left), y.saturating_sub(self.top));
            if !(0..self.size.w).contains(&x) || !(0..self.size.h).contains(&y) {
                continue;
            }
            let at = (y as usize * self.size.w as usize + x as usize) * bytes;
            if let Some(pixel) = self.pixels.get_mut(at..at + bytes) {
                put(pixel, glyph);
            }
        }
    }
}
