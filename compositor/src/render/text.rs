//! A line of text as coverage.

use cosmic_text::{Attrs, Buffer, Ellipsize, EllipsizeHeightLimit, Metrics, Shaping, SwashContent, Wrap};
use lcars_ui::scene::{Align, Elide, Face};
use smithay::utils::{Physical, Size};

use super::fonts::Fonts;

/// Space between condensed capitals, in parts of the font's size.
const TRACKING: f32 = 0.02;

/// A line of text in device pixels.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    pub text: &'a str,
    pub face: Face,
    /// Of a capital letter.
    pub cap_height: f32,
    pub align: Align,
    pub elide: Elide,
    /// What it may cover. Capitals are centred in its height.
    pub size: Size<i32, Physical>,
}

/// One byte a pixel, row by row.
pub(super) fn coverage(fonts: &mut Fonts, line: &Line) -> Vec<u8> {
    let mut buffer = shape(fonts, line);
    let missing = |buffer: &Buffer| buffer.layout_runs().any(|run| run.glyphs.iter().any(|glyph| glyph.glyph_id == 0));
    if missing(&buffer) && fonts.complete() {
        buffer = shape(fonts, line);
    }
    let mut canvas = Canvas { size: line.size, coverage: vec![0; line.size.w as usize * line.size.h as usize] };
    let baseline = ((line.size.h as f32 + line.cap_height) / 2.0).round() as i32;
    let Some(run) = buffer.layout_runs().next() else { return canvas.coverage };
    // Letters are followed by the tracking, which is no part of the text.
    let tracking = run.glyphs.last().map_or(0.0, |last| tracking(line.face) * last.font_size);
    let room = line.size.w as f32 - run.line_w + tracking;
    let start = match line.align {
        Align::Left => 0.0,
        Align::Centre => room / 2.0,
        Align::Right => room,
    };
    for glyph in run.glyphs {
        let at = glyph.physical((start, 0.0), 1.0);
        let Some(image) = fonts.glyphs.get_image(&mut fonts.system, at.cache_key) else { continue };
        let (left, top) = (at.x + image.placement.left, baseline + at.y - image.placement.top);
        let bytes = match image.content {
            SwashContent::Mask => 1,
            SwashContent::Color | SwashContent::SubpixelMask => 4,
        };
        let width = image.placement.width as usize;
        for (i, pixel) in image.data.chunks_exact(bytes).enumerate() {
            // Coloured glyphs, such as emoji, are shown by their outline.
            let coverage = pixel.last().copied().unwrap_or(0);
            canvas.add(left.saturating_add((i % width) as i32), top.saturating_add((i / width) as i32), coverage);
        }
    }
    canvas.coverage
}

fn tracking(face: Face) -> f32 {
    if face == Face::Label { TRACKING } else { 0.0 }
}

fn shape(fonts: &mut Fonts, line: &Line) -> Buffer {
    let (family, weight, ratio) = fonts.face(line.face);
    let size = (line.cap_height / ratio).max(1.0);
    let mut attrs = Attrs::new().family(family).weight(weight);
    if line.face == Face::Label {
        attrs = attrs.letter_spacing(TRACKING);
    }
    let mut buffer = Buffer::new(&mut fonts.system, Metrics::new(size, size * 1.25));
    let mut buffer_with = buffer.borrow_with(&mut fonts.system);
    buffer_with.set_wrap(Wrap::None);
    let limit = EllipsizeHeightLimit::Lines(1);
    buffer_with.set_ellipsize(match line.elide {
        Elide::End => Ellipsize::End(limit),
        Elide::Middle => Ellipsize::Middle(limit),
    });
    buffer_with.set_size(Some(line.size.w as f32), None);
    buffer_with.set_text(line.text, &attrs, Shaping::Advanced, None);
    buffer_with.shape_until_scroll(false);
    buffer
}

struct Canvas {
    size: Size<i32, Physical>,
    coverage: Vec<u8>,
}

impl Canvas {
    fn add(&mut self, x: i32, y: i32, coverage: u8) {
        if (0..self.size.w).contains(&x) && (0..self.size.h).contains(&y) {
            let at = y as usize * self.size.w as usize + x as usize;
            if let Some(pixel) = self.coverage.get_mut(at) {
                *pixel = pixel.saturating_add(coverage);
            }
        }
    }
}
