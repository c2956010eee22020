//! The history of a terminal that rests, put away in little room.
//!
//! A row of the grid takes 24 bytes for each column, whatever is in it: 20 MB for ten thousand lines. Put away, a row is
//! its text and what sets its cells apart, run by run. Lines that are put away count as gone, until something wants to
//! see them and they are taken back as they were.

use std::collections::VecDeque;
use std::sync::Arc;

use alacritty_terminal::grid::{Dimensions, Row};
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::{Cell, CellExtra, Flags};
use alacritty_terminal::vte::ansi::{Color, NamedColor, Rgb};

use super::Terminal;
use super::screen::Screen;

/// Rows of one bundle.
const BUNDLE: usize = 500;
/// Rows of the history that stay in the grid while output comes.
const KEPT: usize = 500;

/// Some rows.
struct Bundle {
    rows: usize,
    bytes: Box<[u8]>,
    /// Links, combining characters and colours of underlines, in their order.
    extras: Box<[Arc<CellExtra>]>,
}

/// What is put away, oldest first.
#[derive(Default)]
pub(super) struct Attic {
    bundles: VecDeque<Bundle>,
    rows: usize,
}

impl Attic {
    /// Rows that are put away.
    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Forgets the oldest rows, by bundles, but keeps `least` of them.
    pub fn trim(&mut self, least: usize) {
        while let Some(bundle) = self.bundles.front()
            && self.rows - bundle.rows >= least
        {
            self.rows -= bundle.rows;
            self.bundles.pop_front();
        }
    }
}

impl Screen {
    /// Puts the whole history away.
    pub fn put_away(&mut self) {
        if self.alternate() {
            return;
        }
        while self.term.history_size() > 0 {
            self.put_away_oldest(BUNDLE);
        }
        self.term.grid_mut().truncate();
    }

    /// Puts what is more than [`KEPT`] of the history away, if nothing looks at it. So output goes through a part of the
    /// memory that the processor keeps at hand.
    pub fn spill(&mut self) {
        let looked_at = self.offset() != 0 || self.term.selection.is_some() || self.term.mode().contains(TermMode::VI);
        while !looked_at && self.term.history_size() >= KEPT + BUNDLE {
            self.put_away_oldest(BUNDLE);
        }
    }

    fn put_away_oldest(&mut self, rows: usize) {
        let history = self.term.history_size();
        let rows = rows.min(history);
        let top = self.term.topmost_line().0;
        let mut pack = Pack::default();
        for line in top..top + rows as i32 {
            pack.row(&self.term.grid()[Line(line)]);
        }
        pack.bytes.shrink_to_fit();
        let bundle = Bundle { rows, bytes: pack.bytes.into_boxed_slice(), extras: pack.extras.into_boxed_slice() };
        self.attic.bundles.push_back(bundle);
        self.attic.rows += rows;
        self.forget_oldest(rows);
    }

    /// Takes back what is put away.
    pub fn take_back(&mut self) {
        let attic = std::mem::take(&mut self.attic);
        if attic.rows == 0 || self.alternate() {
            self.attic = attic;
            return;
        }
        let (columns, lines) = (self.term.columns(), self.term.screen_lines());
        let grid = self.term.grid_mut();
        // Makes room below, and then puts everything below what comes back.
        grid.scroll_up(&(Line(0)..Line(lines as i32)), attic.rows);
        let (top, bottom) = (grid.topmost_line().0, grid.bottommost_line().0);
        let mut rows: VecDeque<Row<Cell>> = (top..=bottom).map(|line| std::mem::take(&mut grid[Line(line)])).collect();
        rows.rotate_right(attic.rows);
        let mut back = attic.bundles.iter().flat_map(Unpack::rows);
        for (line, mut row) in (top..=bottom).zip(rows) {
            if let Some(cells) = back.next() {
                for (column, cell) in cells.into_iter().take(columns).enumerate() {
                    row[Column(column)] = cell;
                }
            }
            grid[Line(line)] = row;
        }
        self.gone -= attic.rows as u64;
        self.all_damaged = true;
    }
}

impl Terminal {
    /// Puts the history away in little room, as long as nothing needs it. To be called when nothing has come for a while.
    pub fn rest(&mut self) {
        let idle = self.screen.offset() == 0 && self.screen.term.selection.is_none() && !self.has_caret();
        if idle {
            self.screen.put_away();
        }
    }
}

/// Writes rows.
#[derive(Default)]
struct Pack {
    bytes: Vec<u8>,
    extras: Vec<Arc<CellExtra>>,
}

impl Pack {
    fn number(&mut self, mut number: u32) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    fn colour(&mut self, colour: Color) {
        match colour {
            Color::Named(name) => self.number(name as u32 * 4),
            Color::Indexed(index) => self.number(u32::from(index) * 4 + 1),
            Color::Spec(Rgb { r, g, b }) => {
                self.bytes.extend([2, r, g, b]);
            }
        }
    }

    /// The cells up to the last one that is not as new, in runs that look the same.
    fn row(&mut self, row: &Row<Cell>) {
        let new = Cell::default();
        let cells = &row[Column(0)..Column(row.len())];
        let length = cells.iter().rposition(|cell| *cell != new).map_or(0, |last| last + 1);
        self.number(length as u32);
        let mut rest = &cells[..length];
        while let Some(first) = rest.first() {
            let alike = |cell: &Cell| {
                let extra = match (&cell.extra, &first.extra) {
                    (None, None) => true,
                    (Some(one), Some(other)) => Arc::ptr_eq(one, other),
                    _ => false,
                };
                extra && cell.fg == first.fg && cell.bg == first.bg && cell.flags == first.flags
            };
            let count = rest.iter().take_while(|cell| alike(cell)).count();
            let (run, later) = rest.split_at(count);
            rest = later;
            self.number(count as u32 * 2 + u32::from(first.extra.is_some()));
            if let Some(extra) = &first.extra {
                self.number(self.extras.len() as u32);
                self.extras.push(Arc::clone(extra));
            }
            self.colour(first.fg);
            self.colour(first.bg);
            self.number(u32::from(first.flags.bits()));
            for cell in run {
                self.number(u32::from(cell.c));
            }
        }
    }
}

/// Reads rows. What it reads was written here.
struct Unpack<'a> {
    bundle: &'a Bundle,
    rest: &'a [u8],
    left: usize,
}

impl<'a> Unpack<'a> {
    fn rows(bundle: &'a Bundle) -> Self {
        Self { bundle, rest: &bundle.bytes, left: bundle.rows }
    }

    fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((byte, rest)) => {
                self.rest = rest;
                *byte
            }
            None => 0,
        }
    }

    fn number(&mut self) -> u32 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= u32::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 || shift > 28 {
                return number;
            }
        }
    }

    fn colour(&mut self) -> Color {
        let number = self.number();
        match number % 4 {
            0 => Color::Named(named(number / 4)),
            1 => Color::Indexed((number / 4) as u8),
            _ => Color::Spec(Rgb { r: self.byte(), g: self.byte(), b: self.byte() }),
        }
    }
}

impl Iterator for Unpack<'_> {
    type Item = Vec<Cell>;

    fn next(&mut self) -> Option<Vec<Cell>> {
        self.left = self.left.checked_sub(1)?;
        let length = (self.number() as usize).min(1 << 16);
        let mut cells = Vec::with_capacity(length);
        while cells.len() < length {
            let head = self.number();
            let count = (head / 2) as usize;
            if count == 0 {
                break;
            }
            let extra = if head % 2 == 1 { Some(self.number() as usize) } else { None };
            let extra = extra.and_then(|index| self.bundle.extras.get(index).cloned());
            let (fg, bg) = (self.colour(), self.colour());
            let flags = Flags::from_bits_retain(self.number() as u16);
            for _ in 0..count.min(length - cells.len()) {
                let c = char::from_u32(self.number()).unwrap_or(' ');
                cells.push(Cell { c, fg, bg, flags, extra: extra.clone() });
            }
        }
        Some(cells)
    }
}

/// The colour of a number.
fn named(number: u32) -> NamedColor {
    const NAMES: [NamedColor; 16] = [
        NamedColor::Black,
        NamedColor::Red,
        NamedColor::Green,
        NamedColor::Yellow,
        NamedColor::Blue,
        NamedColor::Magenta,
        NamedColor::Cyan,
        NamedColor::White,
        NamedColor::BrightBlack,
        NamedColor::BrightRed,
        NamedColor::BrightGreen,
        NamedColor::BrightYellow,
        NamedColor::BrightBlue,
        NamedColor::BrightMagenta,
        NamedColor::BrightCyan,
        NamedColor::BrightWhite,
    ];
    match NAMES.get(number as usize) {
        Some(name) => *name,
        None if number == NamedColor::Background as u32 => NamedColor::Background,
        None if number == NamedColor::Cursor as u32 => NamedColor::Cursor,
        None => NamedColor::Foreground,
    }
}

#[cfg(test)]
impl Attic {
    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        let bundles = self.bundles.iter();
        bundles.map(|bundle| size_of::<Bundle>() + bundle.bytes.len() + size_of_val(&*bundle.extras)).sum()
    }
}
