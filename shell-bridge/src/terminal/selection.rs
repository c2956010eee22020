//! What is selected: by the mouse, by the keyboard, or as a whole.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line, Point, Side as GridSide};
use alacritty_terminal::selection::{Selection, SelectionRange, SelectionType};
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::{Flags, LineLength};
use alacritty_terminal::vi_mode::{ViModeCursor, ViMotion};

use super::Terminal;
use super::screen::{Screen, in_grid};

/// By what a selection grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Select {
    /// Cells.
    Chars,
    /// Words, and what is between matching brackets.
    Words,
    /// Lines, over their wrapping.
    Lines,
    /// A rectangle.
    Block,
}

/// A place between two cells of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Line from the top of the view.
    pub line: u16,
    /// Column from the left.
    pub column: u16,
    /// The right half of the cell rather than the left.
    pub right: bool,
}

/// A move of the caret that selects by the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Motion {
    Left,
    Right,
    Up,
    Down,
    LineStart,
    LineEnd,
    WordLeft,
    WordRight,
    PageUp,
    PageDown,
    Top,
    Bottom,
}

impl Screen {
    /// The selected cells.
    pub fn selected(&self) -> Option<SelectionRange> {
        self.term.selection.as_ref()?.to_range(&self.term)
    }

    /// The text of whole lines, without what is blank at their ends.
    pub fn text_between(&self, start: Line, end: Line) -> String {
        let last = self.term.last_column();
        self.text_of(SelectionRange::new(Point::new(start, Column(0)), Point::new(end, last), false))
    }

    /// The text of some cells. Lines end with line feeds, but for those that are wrapped, and the last one.
    pub fn text_of(&self, range: SelectionRange) -> String {
        let mut text = String::new();
        let last_column = self.term.last_column();
        for line in range.start.line.0..=range.end.line.0 {
            let line = Line(line);
            let row = &self.term.grid()[line];
            let first = if range.is_block || line == range.start.line { range.start.column } else { Column(0) };
            let last = if range.is_block || line == range.end.line { range.end.column } else { last_column };
            self.push_cells(line, first, last, &mut text);
            let wrapped = !range.is_block && last == last_column && row[last].flags.contains(Flags::WRAPLINE);
            if range.is_block {
                text.truncate(text.trim_end_matches(' ').len());
            }
            if line != range.end.line && !wrapped {
                text.push('\n');
            }
        }
        text
    }

    fn push_cells(&self, line: Line, first: Column, last: Column, text: &mut String) {
        const TAB: usize = 8;
        let row = &self.term.grid()[line];
        let length = row.line_length().min(last + 1);
        let mut first = first;
        // The tail of a wide character stands for all of it.
        if first > Column(0) && row[first].flags.contains(Flags::WIDE_CHAR_SPACER) {
            first -= 1;
        }
        let mut in_tab = false;
        for column in first.0..length.0 {
            let cell = &row[Column(column)];
            if in_tab && cell.c == ' ' && column % TAB != 0 {
                continue;
            }
            in_tab = cell.c == '\t';
            if cell.flags.intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER) {
                continue;
            }
            text.push(cell.c);
            text.extend(cell.zerowidth().unwrap_or_default());
        }
    }
}

impl Terminal {
    fn point(&self, place: Place) -> (Point, GridSide) {
        let size = self.size();
        let line = in_grid(self.screen.offset(), place.line.min(size.lines - 1));
        let column = Column(usize::from(place.column.min(size.columns - 1)));
        let beyond = place.column >= size.columns;
        (Point::new(line, column), if place.right || beyond { GridSide::Right } else { GridSide::Left })
    }

    /// Begins a selection.
    pub fn select_from(&mut self, place: Place, by: Select) {
        // These may begin above the screen.
        if matches!(by, Select::Words | Select::Lines) {
            self.screen.take_back();
        }
        let (point, side) = self.point(place);
        let kind = match by {
            Select::Chars => SelectionType::Simple,
            Select::Words => SelectionType::Semantic,
            Select::Lines => SelectionType::Lines,
            Select::Block => SelectionType::Block,
        };
        self.screen.term.selection = Some(Selection::new(kind, point, side));
        self.touched = true;
    }

    /// Moves the end of the selection that was begun.
    pub fn select_to(&mut self, place: Place) {
        let (point, side) = self.point(place);
        if let Some(selection) = &mut self.screen.term.selection {
            selection.update(point, side);
            self.touched = true;
        }
    }

    /// Selects everything that there is, the history too.
    pub fn select_all(&mut self) {
        self.screen.take_back();
        let (top, bottom) = (self.screen.term.topmost_line(), self.screen.term.bottommost_line());
        self.select_lines(top, bottom);
    }

    pub(super) fn select_lines(&mut self, first: Line, last: Line) {
        let mut selection = Selection::new(SelectionType::Simple, Point::new(first, Column(0)), GridSide::Left);
        selection.update(Point::new(last, self.screen.term.last_column()), GridSide::Right);
        self.screen.term.selection = Some(selection);
        self.touched = true;
    }

    /// Selects nothing.
    pub fn clear_selection(&mut self) {
        if self.screen.term.selection.take().is_some() {
            self.touched = true;
        }
    }

    /// The text of the selection; none if it is empty. Lines are divided by line feeds; wrapped ones are whole.
    pub fn selected_text(&self) -> Option<String> {
        let range = self.screen.selected()?;
        let mut text = self.screen.text_of(range);
        if self.screen.term.selection.as_ref().is_some_and(|selection| selection.ty == SelectionType::Lines) {
            text.push('\n');
        }
        Some(text).filter(|text| !text.is_empty())
    }

    /// Begins or ends selecting by the keyboard: the cursor becomes a caret that [`Self::move_caret`] moves.
    pub fn caret(&mut self, on: bool) {
        if self.has_caret() == on {
            return;
        }
        self.screen.take_back();
        self.screen.term.toggle_vi_mode();
        if !on {
            self.screen.term.selection = None;
        }
        self.touched = true;
        self.screen.all_damaged = true;
    }

    /// Whether the keyboard selects.
    pub fn has_caret(&self) -> bool {
        self.screen.term.mode().contains(TermMode::VI)
    }

    /// Moves the caret; with `extend`, what it passes is selected, otherwise nothing is any longer.
    pub fn move_caret(&mut self, motion: Motion, extend: bool) {
        if !self.has_caret() {
            return;
        }
        let lines = i32::from(self.size().lines);
        let term = &mut self.screen.term;
        if !extend {
            term.selection = None;
        } else if term.selection.is_none() {
            let mut selection = Selection::new(SelectionType::Simple, term.vi_mode_cursor.point, GridSide::Left);
            selection.include_all();
            term.selection = Some(selection);
        }
        let far = |term: &alacritty_terminal::Term<_>, lines: i32| {
            let line = (term.vi_mode_cursor.point.line + lines).max(term.topmost_line()).min(term.bottommost_line());
            Point::new(line, term.vi_mode_cursor.point.column)
        };
        match motion {
            Motion::Left => term.vi_motion(ViMotion::Left),
            Motion::Right => term.vi_motion(ViMotion::Right),
            Motion::Up => term.vi_motion(ViMotion::Up),
            Motion::Down => term.vi_motion(ViMotion::Down),
            Motion::LineStart => term.vi_motion(ViMotion::First),
            Motion::LineEnd => term.vi_motion(ViMotion::Last),
            Motion::WordLeft => term.vi_motion(ViMotion::SemanticLeft),
            Motion::WordRight => term.vi_motion(ViMotion::SemanticRight),
            Motion::PageUp => term.vi_goto_point(far(term, -lines)),
            Motion::PageDown => term.vi_goto_point(far(term, lines)),
            Motion::Top => term.vi_goto_point(Point::new(term.topmost_line(), Column(0))),
            Motion::Bottom => term.vi_goto_point(Point::new(term.bottommost_line(), term.last_column())),
        }
        self.touched = true;
        self.screen.all_damaged = true;
    }

    /// Puts the caret at a place of the view, such as where a search has found something.
    pub(super) fn put_caret(&mut self, point: Point) {
        if self.has_caret() {
            self.screen.term.vi_mode_cursor = ViModeCursor::new(point);
        }
    }
}
