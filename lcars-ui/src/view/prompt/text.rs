//! The text of the open prompt: its lines, the cursor, what is selected, the colours that the shell gives it.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::super::build::{Builder, Text};
use super::super::metrics::mono_width;
use super::super::{Inputs, PromptPlace};
use crate::geometry::{Rect, Size};
use crate::interface::prompt::columns;
use crate::scene::{Align, Key};
use crate::shells::{Colours, Syntax};
use crate::theme::{Colour, Theme};

/// Cap height of monospaced letters as a share of their size.
pub(in crate::view) const MONO_CAP: f64 = 0.728_75;
/// The height of a line.
pub(in crate::view) const LINE: f64 = 28.0;
/// No more lines are shown at once.
pub(in crate::view) const MOST_LINES: usize = 6;

/// How many lines of the prompt are shown.
pub(in crate::view) fn shown_lines(inputs: &Inputs) -> usize {
    inputs.interface.prompt.editor().lines().clamp(1, MOST_LINES)
}

/// The size of the letters: that of the measures, or what fits into a line.
fn size(b: &Builder) -> f64 {
    b.m.mono_prompt.min(b.px(LINE) * 24.0 / LINE)
}

/// The size of a letter's cell.
fn cell(b: &Builder) -> Size {
    Size { w: mono_width("m", size(b)), h: b.px(LINE) }
}

fn colour_of(theme: &Theme, syntax: Syntax) -> Colour {
    match syntax {
        Syntax::Command | Syntax::Keyword => theme.ok,
        Syntax::Option | Syntax::Escape => theme.frame_2,
        Syntax::Parameter => theme.text,
        Syntax::Quote => theme.caution,
        Syntax::Redirection | Syntax::Operator => theme.title,
        Syntax::Comment => theme.text_muted,
        Syntax::Path => theme.info,
        Syntax::Error => theme.danger,
    }
}

/// The colour of the letter that begins there: what the shell says of exactly this text, else that of all text.
fn colour_at(theme: &Theme, colours: Option<&Colours>, at: usize) -> Colour {
    let spans = colours.map(|colours| colours.spans.as_slice()).unwrap_or_default();
    let span = spans.iter().find(|(range, _)| range.contains(&at));
    span.map_or(theme.text, |(_, syntax)| colour_of(theme, *syntax))
}

/// Draws it. Where each letter went is kept for pointers.
pub(in crate::view) fn draw(b: &mut Builder, inputs: &Inputs, x: f64, top: f64, right: f64) -> PromptPlace {
    let prompt = &inputs.interface.prompt;
    let editor = prompt.editor();
    let cell = cell(b);
    let lines = shown_lines(inputs);
    let marks = b.snap(marks_width(editor.lines(), cell.w));
    let (from, x) = (x, (x + marks).min(right));
    let rect = Rect::from_edges(x, top, right.max(x), top + lines as f64 * cell.h);
    // Truncation is meant: a letter that does not fit as a whole is not shown.
    let fitting = ((rect.w / cell.w).floor().max(1.0)) as usize;
    let (line, column) = editor.place();
    let first = (line + 1).saturating_sub(lines);
    let left = (column + 1).saturating_sub(fitting);
    let place = PromptPlace { rect, cell, scrolled: (first, left) };
    let colours = inputs.shells.prompt.colours.as_ref().filter(|colours| colours.text == prompt.text());
    let selection = editor.selection();
    if marks > 0.0 {
        let rows = Rect::from_edges(from, top, x, rect.bottom());
        line_marks(b, rows, cell, first..first + lines);
    }
    let mut from = 0;
    let mut painter = Painter { b, place, fitting, count: 0 };
    for (number, text) in prompt.text().split('\n').enumerate() {
        if (first..first + lines).contains(&number) {
            painter.selection(number - first, text, from, selection.as_ref());
            painter.line(number - first, text, from, colours);
        }
        from += text.len() + 1;
    }
    let under = prompt.text().get(editor.cursor()..).and_then(|rest| rest.graphemes(true).next());
    painter.cursor(line - first, column, under.filter(|letter| *letter != "\n"), prompt.keyboard);
    place
}

/// How much room the numbers of lines take: none where there is but one.
pub(in crate::view) fn marks_width(lines: usize, cell: f64) -> f64 {
    if lines > 1 { (lines.ilog10() as f64 + 2.0) * cell } else { 0.0 }
}

/// The numbers of some lines, so that nobody takes one for the end of another, or thinks that the last in view is the last.
fn line_marks(b: &mut Builder, rows: Rect, cell: Size, lines: Range<usize>) {
    for (place, number) in lines.enumerate() {
        let top = rows.y + place as f64 * cell.h;
        let row = Rect::from_edges(rows.x, top, rows.right() - cell.w / 2.0, top + cell.h);
        let mark = Text::label(row, (number + 1).to_string(), MONO_CAP * size(b), b.theme.title);
        b.text(Key::of("prompt-line", number as u64 + 1), mark.aligned(Align::Right).mono());
    }
}

struct Painter<'b, 'a> {
    b: &'b mut Builder<'a>,
    place: PromptPlace,
    fitting: usize,
    count: u64,
}

impl Painter<'_, '_> {
    fn key(&mut self, part: &'static str) -> Key {
        self.count += 1;
        Key::of(part, self.count)
    }

    /// Where some columns of a line are, as far as they are in view.
    fn at(&self, line: usize, columns: Range<usize>) -> Option<Rect> {
        let left = self.place.scrolled.1;
        let from = columns.start.max(left);
        let to = columns.end.min(left + self.fitting);
        let PromptPlace { rect, cell, .. } = self.place;
        let x = |column: usize| rect.x + (column - left) as f64 * cell.w;
        (from < to).then(|| {
            Rect::from_edges(x(from), rect.y + line as f64 * cell.h, x(to), rect.y + (line + 1) as f64 * cell.h)
        })
    }

    fn selection(&mut self, line: usize, text: &str, offset: usize, selection: Option<&Range<usize>>) {
        let Some(selection) = selection else { return };
        let clip = |at: usize| at.saturating_sub(offset).min(text.len());
        let (from, to) = (clip(selection.start), clip(selection.end));
        let until = |at: usize| columns(text.get(..at).unwrap_or_default());
        if from < to
            && let Some(rect) = self.at(line, until(from)..until(to))
        {
            let (key, colour) = (self.key("prompt-selection"), self.b.theme.frame_inert);
            self.b.fill(key, rect, [0.0; 4], colour);
        }
    }

    /// Word by word, each where its first letter belongs, so that no face can drift away from the cursor.
    fn line(&mut self, line: usize, text: &str, offset: usize, colours: Option<&Colours>) {
        let mut run: Option<(usize, String, Colour)> = None;
        let mut column = 0;
        for (at, letter) in text.grapheme_indices(true) {
            let wide = columns(letter);
            let colour = colour_at(self.b.theme, colours, offset + at);
            let seen = column >= self.place.scrolled.1 && column + wide <= self.place.scrolled.1 + self.fitting;
            let goes_on = run.as_ref().is_some_and(|(_, _, own)| *own == colour);
            let blank = letter.chars().all(char::is_whitespace);
            if !goes_on || !seen || blank || wide > 1 {
                self.word(line, run.take());
            }
            if seen && !blank {
                run.get_or_insert_with(|| (column, String::new(), colour)).1.push_str(letter);
            }
            column += wide;
        }
        self.word(line, run);
    }

    fn word(&mut self, line: usize, run: Option<(usize, String, Colour)>) {
        let Some((column, text, colour)) = run else { return };
        let Some(rect) = self.at(line, column..column + columns(&text)) else { return };
        // A face that is a little wider than thought need not be cut for it.
        let rect = Rect { w: rect.w + self.place.cell.w, ..rect };
        let key = self.key("prompt-text");
        self.b.text(key, Text::label(rect, text, MONO_CAP * size(self.b), colour).mono());
    }

    fn cursor(&mut self, line: usize, column: usize, under: Option<&str>, lit: bool) {
        let wide = under.map_or(1, columns);
        let Some(rect) = self.at(line, column..column + wide) else { return };
        let height = self.b.px(24.0).min(rect.h);
        let block = Rect::new(
            self.b.snap(rect.x),
            self.b.snap(rect.y + (rect.h - height) / 2.0),
            self.b.snap(rect.w - self.b.px(2.0)).max(1.0),
            height,
        );
        let (fill, ink) = if lit {
            (self.b.theme.focus, self.b.theme.on_fill)
        } else {
            (self.b.theme.frame_inert, self.b.theme.text)
        };
        self.b.fill(Key::part("prompt-cursor"), block, [0.0; 4], fill);
        if let Some(letter) = under.filter(|letter| !letter.chars().all(char::is_whitespace)) {
            let rect = Rect { w: rect.w + self.place.cell.w, ..rect };
            let text = Text::label(rect, letter, MONO_CAP * size(self.b), ink).mono();
            self.b.text(Key::part("prompt-cursor").piece(1), text);
        }
    }
}
