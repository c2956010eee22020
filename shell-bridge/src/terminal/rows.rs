//! From the grid's cells to those that are drawn.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line, Point};
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::{Cell as GridCell, Flags};
use alacritty_terminal::vte::ansi::{Color, CursorShape as GridCursor, NamedColor};

use super::cells::{Cell, CellText, Cursor, CursorShape, Style, Underline};
use super::colours::Palette;
use super::screen::{BLINK, Screen, Sync, in_grid};
use super::{Rgb, Terminal};

impl Terminal {
    /// The cells of a line of the view, counted from its top; as many as there are columns. Empty below the last line.
    pub fn row(&self, line: u16, cells: &mut Vec<Cell>) {
        cells.clear();
        let term = &self.screen.term;
        if usize::from(line) >= term.screen_lines() {
            return;
        }
        let line = in_grid(self.screen.offset(), line);
        let row = &term.grid()[line];
        cells.reserve(row.len());
        for cell in row.into_iter() {
            cells.push(self.cell(cell));
        }
        pair(cells);
        self.highlight(line, cells);
    }

    /// Gives what is selected and what a search has found its colours.
    fn highlight(&self, line: Line, cells: &mut [Cell]) {
        let palette = &self.screen.palette;
        if let Some(search) = &self.search {
            let number = self.screen.absolute(line.0);
            for hit in &search.hits {
                if !(hit.first.line..=hit.last.line).contains(&number) {
                    continue;
                }
                let first = if hit.first.line == number { usize::from(hit.first.column) } else { 0 };
                let last = if hit.last.line == number { usize::from(hit.last.column) } else { cells.len() };
                let ground = if search.here == Some(*hit) { palette.found_here } else { palette.found };
                let mut within = false;
                for (column, cell) in cells.iter_mut().enumerate().skip(first) {
                    // The tail of a wide character goes with it.
                    if column > last && !(within && cell.width == 0) {
                        break;
                    }
                    within = cell.width == 2;
                    (cell.fg, cell.bg) = (palette.found_text, Some(ground));
                }
            }
        }
        let Some(range) = self.screen.selected() else { return };
        let mut tail = false;
        for (column, cell) in cells.iter_mut().enumerate() {
            // A wide character is selected as a whole.
            let inside = range.contains(Point::new(line, Column(column)))
                || cell.width == 2 && range.contains(Point::new(line, Column(column + 1)))
                || cell.width == 0 && tail;
            tail = inside && cell.width == 2;
            if inside {
                cell.bg = Some(palette.selection);
                cell.fg = palette.selection_text.unwrap_or(cell.fg);
            }
        }
    }

    /// What is behind cells without a background: the theme's, unless the program has set another.
    pub fn background(&self) -> Rgb {
        let colours = self.screen.term.colors();
        self.screen.palette.resolve(colours, Color::Named(NamedColor::Background))
    }

    fn cell(&self, cell: &GridCell) -> Cell {
        let screen = &self.screen;
        let colours = screen.term.colors();
        let palette = &screen.palette;
        let flags = cell.flags;
        let resolve = |colour| palette.resolve(colours, colour);

        let background = resolve(Color::Named(NamedColor::Background));
        let mut fg = resolve(cell.fg);
        let mut bg = resolve(cell.bg);
        if flags.contains(Flags::DIM) {
            fg = Palette::faint(fg, bg);
        }
        if flags.contains(Flags::INVERSE) != screen.reverse {
            (fg, bg) = (bg, fg);
        }
        let ground = if screen.reverse { resolve(Color::Named(NamedColor::Foreground)) } else { background };
        // The terminal's own ground is what is behind every cell; reversed, each cell has to say what it has.
        let bg = (bg != ground || screen.reverse).then_some(bg);

        let spacer = flags.intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER);
        let text = match cell.c {
            _ if spacer => CellText::BLANK,
            '\t' | '\0' => CellText::BLANK,
            c => CellText::new(c, cell.zerowidth().unwrap_or_default()),
        };
        let extra = cell.extra.is_some();
        Cell {
            text,
            width: match flags {
                _ if flags.contains(Flags::WIDE_CHAR) => 2,
                _ if flags.contains(Flags::WIDE_CHAR_SPACER) => 0,
                _ => 1,
            },
            fg,
            bg,
            style: Style {
                bold: flags.contains(Flags::BOLD),
                italic: flags.contains(Flags::ITALIC),
                dim: flags.contains(Flags::DIM),
                hidden: flags.contains(Flags::HIDDEN),
                strike: flags.contains(Flags::STRIKEOUT),
                blink: flags.contains(BLINK),
                link: extra && cell.hyperlink().is_some_and(|link| !link.uri().is_empty()),
                underline: underline(flags),
            },
            underline: if extra { cell.underline_color().map(resolve) } else { None },
        }
    }

    /// The cursor, if it is in view and shown. While a synchronized update is open, where it was before.
    pub fn cursor(&self) -> Option<Cursor> {
        match self.screen.sync {
            Sync::Open => self.screen.cursor(),
            _ => self.screen.held_cursor,
        }
    }
}

impl Screen {
    /// The cursor as the grid has it.
    pub fn cursor(&self) -> Option<Cursor> {
        let term = &self.term;
        if !term.mode().intersects(TermMode::SHOW_CURSOR | TermMode::VI) {
            return None;
        }
        let style = term.cursor_style();
        let shape = match style.shape {
            GridCursor::Hidden => return None,
            _ if !term.is_focused => CursorShape::Hollow,
            GridCursor::Block => CursorShape::Block,
            GridCursor::Beam => CursorShape::Beam,
            GridCursor::Underline => CursorShape::Underline,
            GridCursor::HollowBlock => CursorShape::Hollow,
        };
        let grid = term.grid();
        let caret = term.mode().contains(TermMode::VI);
        let mut point = if caret { term.vi_mode_cursor.point } else { grid.cursor.point };
        let line = point.line.0 + self.offset() as i32;
        if line < 0 || line >= term.screen_lines() as i32 {
            return None;
        }
        let flags_at = |line: Line, column: Column| grid[line][column].flags;
        if point.column > Column(0) && flags_at(point.line, point.column).contains(Flags::WIDE_CHAR_SPACER) {
            point.column -= 1;
        }
        let wide = flags_at(point.line, point.column).contains(Flags::WIDE_CHAR);
        let colours = term.colors();
        let cursor = colours[NamedColor::Cursor].map_or(self.palette.cursor, Rgb::from);
        Some(Cursor {
            line: line as u16,
            column: point.column.0 as u16,
            width: if wide { 2 } else { 1 },
            shape,
            blink: style.blinking,
            colour: cursor,
            text: self.palette.cursor_text,
        })
    }
}

/// Sees to it that each wide cell has its tail and each tail its cell: what is deleted may leave a half behind.
fn pair(cells: &mut [Cell]) {
    let mut wide = false;
    for at in 0..cells.len() {
        let tail = cells.get(at + 1).is_some_and(|next| next.width == 0);
        let Some(cell) = cells.get_mut(at) else { return };
        match cell.width {
            2 if !tail => cell.width = 1,
            0 if !wide => cell.width = 1,
            _ => {}
        }
        wide = cell.width == 2;
    }
}

fn underline(flags: Flags) -> Underline {
    match flags {
        _ if flags.contains(Flags::UNDERCURL) => Underline::Curly,
        _ if flags.contains(Flags::DOUBLE_UNDERLINE) => Underline::Double,
        _ if flags.contains(Flags::DOTTED_UNDERLINE) => Underline::Dotted,
        _ if flags.contains(Flags::DASHED_UNDERLINE) => Underline::Dashed,
        _ if flags.contains(Flags::UNDERLINE) => Underline::Single,
        _ => Underline::None,
    }
}
