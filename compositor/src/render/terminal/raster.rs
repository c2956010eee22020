//! Draws rows of cells into memory.
//!
//! A pixel is alpha, red, green, blue from the highest byte, and opaque. Nothing of a row reaches into another, so that
//! each can be drawn for itself; within a row, letters may reach over their neighbours' backgrounds.

use shell_bridge::terminal::{Cell, Cursor, CursorShape, Rgb, Underline};

use super::super::fonts::Fonts;
use super::glyphs::{Glyph, Glyphs, Ink};
use super::metrics::Metrics;

/// No more cells are drawn together.
const MOST_JOINED: usize = 8;

/// What rows are drawn with.
pub(super) struct Brush<'a> {
    pub fonts: &'a mut Fonts,
    pub glyphs: &'a mut Glyphs,
    pub metrics: Metrics,
    /// Behind cells without a background.
    pub background: Rgb,
    /// Whether signs that stand together may be joined, as their font has it.
    pub ligatures: bool,
}

/// A row of pixels as high as a cell.
struct Canvas<'a> {
    pixels: &'a mut [u32],
    width: usize,
}

impl Brush<'_> {
    /// Draws a row. `pixels` are those of all its cells, tightly packed; what they held before does not matter. Cells for
    /// which there is no room are left out, and where there are too few, the background is shown. Returns whether all is
    /// there: a letter may have to wait for the next picture.
    pub(super) fn row(&mut self, pixels: &mut [u32], width: u32, cells: &[Cell], cursor: Option<&Cursor>) -> bool {
        let columns = (width / self.metrics.width) as usize;
        let cells = cells.get(..cells.len().min(columns)).unwrap_or_default();
        pixels.fill(opaque(self.background));
        let mut canvas = Canvas { pixels, width: width as usize };
        self.backgrounds(&mut canvas, cells);
        let cursor = cursor.filter(|cursor| usize::from(cursor.column) < columns);
        let block = cursor.filter(|cursor| cursor.shape == CursorShape::Block);
        let covered = block.map(|cursor| self.covered(cursor));
        if let (Some(cursor), Some(covered)) = (block, &covered) {
            canvas.fill(covered.clone(), 0..self.metrics.height, opaque(cursor.colour));
        }
        let mut complete = true;
        // Up to here the text is drawn.
        let mut joined = 0;
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.width > 0) {
            let x = column as u32 * self.metrics.width;
            let under = block.filter(|cursor| usize::from(cursor.column) == column).map(|cursor| cursor.text);
            if column >= joined {
                // What a cursor is on is seen as it was typed.
                let until = cursor.map(|cursor| usize::from(cursor.column)).filter(|at| *at >= column);
                let run = if self.ligatures { together(cells.get(column..).unwrap_or_default()) } else { 1 };
                let run = until.map_or(run, |until| run.min(until - column).max(1));
                joined = column + run;
                complete &= self.text(&mut canvas, x, cells.get(column..joined).unwrap_or_default(), under);
            }
            self.lines(&mut canvas, x, cell, under);
        }
        if let Some(cursor) = cursor {
            self.outline(&mut canvas, cursor);
        }
        complete
    }

    fn backgrounds(&self, canvas: &mut Canvas<'_>, cells: &[Cell]) {
        let mut start = 0;
        while let Some(first) = cells.get(start) {
            let run = cells.iter().skip(start).take_while(|cell| cell.bg == first.bg).count();
            if let Some(colour) = first.bg {
                let place = |column: usize| column as u32 * self.metrics.width;
                canvas.fill(place(start)..place(start + run), 0..self.metrics.height, opaque(colour));
            }
            start += run;
        }
    }

    /// The text of a cell, or of some that are drawn together. `colour` overrides their own. Returns whether it is there.
    fn text(&mut self, canvas: &mut Canvas<'_>, x: u32, cells: &[Cell], colour: Option<Rgb>) -> bool {
        let Some(first) = cells.first().filter(|cell| !cell.style.hidden && !cell.text.is_blank()) else { return true };
        let glyph = self.glyphs.get(self.fonts, &self.metrics, cells);
        glyph.map(|glyph| canvas.glyph(x, glyph, opaque(colour.unwrap_or(first.fg)))).is_some()
    }

    /// The lines below and through a cell's text. `colour` overrides its own.
    fn lines(&self, canvas: &mut Canvas<'_>, x: u32, cell: &Cell, colour: Option<Rgb>) {
        let style = &cell.style;
        if style.hidden {
            return;
        }
        let ink = opaque(colour.unwrap_or(cell.fg));
        let wide = x..x + self.metrics.width * u32::from(cell.width);
        if style.underline != Underline::None {
            let colour = colour.or(cell.underline).map_or(ink, opaque);
            self.underline(canvas, wide.clone(), style.underline, colour);
        }
        if style.strike {
            let Metrics { strike, stroke, .. } = self.metrics;
            canvas.fill(wide, strike..strike + stroke, ink);
        }
    }

    fn underline(&self, canvas: &mut Canvas<'_>, x: std::ops::Range<u32>, line: Underline, colour: u32) {
        let Metrics { underline: at, stroke, height, width, .. } = self.metrics;
        let row = at..at + stroke;
        match line {
            Underline::None => {}
            Underline::Single => canvas.fill(x, row, colour),
            Underline::Double => {
                // The second one below, or above where there is no room.
                let second = if at + 3 * stroke <= height { at + 2 * stroke } else { at.saturating_sub(2 * stroke) };
                canvas.fill(x.clone(), row, colour);
                canvas.fill(x, second..second + stroke, colour);
            }
            Underline::Dotted => {
                // As many dots in each cell, so that they are even across cells.
                let dots = (width / (2 * stroke)).max(1);
                for dot in 0..dots * x.len() as u32 / width {
                    let left = x.start + dot * width / dots;
                    canvas.fill(left..left + stroke, row.clone(), colour);
                }
            }
            Underline::Dashed => {
                let dash = (width * 3 / 5).max(1);
                for cell in 0..x.len() as u32 / width {
                    let left = x.start + cell * width + (width - dash) / 2;
                    canvas.fill(left..left + dash, row.clone(), colour);
                }
            }
            Underline::Curly => {
                // One wave in each cell, from the line that it stands for to as far below as there is room.
                let thick = stroke as f32;
                let reach = (3 * stroke).max(width / 3).min(height - at.min(height)).max(stroke);
                let top = at.min(height - reach);
                let swing = (reach as f32 - thick) / 2.0;
                for px in x {
                    let phase = ((px % width) as f32 + 0.5) / width as f32 * std::f32::consts::TAU;
                    let middle = reach as f32 / 2.0 - swing * phase.sin();
                    for row in 0..reach {
                        let (upper, lower) = (middle - thick / 2.0, middle + thick / 2.0);
                        let cover = (lower.min(row as f32 + 1.0) - upper.max(row as f32)).clamp(0.0, 1.0);
                        canvas.blend(px, top + row, colour, (cover * 255.0).round() as u32);
                    }
                }
            }
        }
    }

    /// The pixels that a cursor's cell takes.
    fn covered(&self, cursor: &Cursor) -> std::ops::Range<u32> {
        let left = u32::from(cursor.column) * self.metrics.width;
        left..left + self.metrics.width * u32::from(cursor.width.clamp(1, 2))
    }

    /// Cursors that are drawn over what is there.
    fn outline(&self, canvas: &mut Canvas<'_>, cursor: &Cursor) {
        let Metrics { stroke, height, width, .. } = self.metrics;
        let (x, colour) = (self.covered(cursor), opaque(cursor.colour));
        let thick = (2 * stroke).min(width / 2);
        match cursor.shape {
            CursorShape::Block => {}
            CursorShape::Beam => canvas.fill(x.start..x.start + thick, 0..height, colour),
            CursorShape::Underline => canvas.fill(x, height - thick.min(height)..height, colour),
            CursorShape::Hollow => {
                canvas.fill(x.clone(), 0..stroke, colour);
                canvas.fill(x.clone(), height - stroke..height, colour);
                canvas.fill(x.start..x.start + stroke, 0..height, colour);
                canvas.fill(x.end - stroke..x.end, 0..height, colour);
            }
        }
    }
}

/// How many of these cells are drawn together: signs of one look, which a font may join to arrows and the like. Letters
/// stand alone: nobody's names are to be set otherwise.
fn together(cells: &[Cell]) -> usize {
    let Some(first) = cells.first() else { return 1 };
    let alike = |cell: &&Cell| {
        let sign = cell.text.first().is_ascii_punctuation() && cell.text.combining().is_empty();
        sign && cell.width == 1 && !cell.style.hidden && cell.style == first.style && cell.fg == first.fg
    };
    cells.iter().take(MOST_JOINED).take_while(alike).count().max(1)
}

impl Canvas<'_> {
    /// Fills a rectangle, as far as it lies in the row.
    fn fill(&mut self, x: std::ops::Range<u32>, y: std::ops::Range<u32>, colour: u32) {
        let (left, right) = (x.start as usize, (x.end as usize).min(self.width));
        if left >= right {
            return;
        }
        let rows = self.pixels.chunks_exact_mut(self.width).skip(y.start as usize).take(y.len());
        rows.for_each(|row| row[left..right].fill(colour));
    }

    fn blend(&mut self, x: u32, y: u32, colour: u32, cover: u32) {
        if (x as usize) < self.width
            && let Some(pixel) = self.pixels.get_mut(y as usize * self.width + x as usize)
        {
            *pixel = mix(*pixel, colour, cover);
        }
    }

    /// Draws a glyph of a cell whose left edge is at `x`.
    fn glyph(&mut self, x: u32, glyph: &Glyph, colour: u32) {
        let left = i64::from(x) + i64::from(glyph.left);
        let skipped = (-left).clamp(0, i64::from(glyph.width)) as usize;
        let start = left.max(0) as usize;
        let shown = (glyph.width as usize - skipped).min(self.width.saturating_sub(start));
        if shown == 0 || glyph.top < 0 {
            return;
        }
        let rows = self.pixels.chunks_exact_mut(self.width).skip(glyph.top as usize);
        let rows = rows.map(|row| &mut row[start..start + shown]);
        let stride = glyph.width as usize;
        match &glyph.ink {
            Ink::Nothing => {}
            Ink::Mask(mask) => {
                for (row, mask) in rows.zip(mask.chunks_exact(stride)) {
                    for (pixel, cover) in row.iter_mut().zip(&mask[skipped..]) {
                        match *cover {
                            0 => {}
                            255 => *pixel = colour,
                            cover => *pixel = mix(*pixel, colour, u32::from(cover)),
                        }
                    }
                }
            }
            Ink::Coloured(colours) => {
                for (row, colours) in rows.zip(colours.chunks_exact(stride)) {
                    row.iter_mut().zip(&colours[skipped..]).for_each(|(pixel, above)| *pixel = over(*pixel, *above));
                }
            }
        }
    }
}

fn opaque(colour: Rgb) -> u32 {
    u32::from_be_bytes([255, colour.r, colour.g, colour.b])
}

/// A part of each of two colours, two channels at a time; 255 is all of the second.
fn mix(below: u32, above: u32, cover: u32) -> u32 {
    // Of 256, so that all is all.
    let cover = cover + (cover >> 7);
    let pair = |below: u32, above: u32| (below * (256 - cover) + above * cover + 0x0080_0080) >> 8 & 0x00FF_00FF;
    let low = pair(below & 0x00FF_00FF, above & 0x00FF_00FF);
    let high = pair(below >> 8 & 0x00FF_00FF, above >> 8 & 0x00FF_00FF);
    low | high << 8
}

/// A premultiplied colour over another.
fn over(below: u32, above: u32) -> u32 {
    let rest = 255 - (above >> 24);
    let channel = |shift: u32| {
        let (below, above) = (below >> shift & 0xFF, above >> shift & 0xFF);
        ((below * rest + 127) / 255 + above).min(255) << shift
    };
    channel(0) | channel(8) | channel(16) | channel(24)
}
