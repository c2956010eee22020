//! The scrolling region as the cursor sees it: where a movement stops, and where the first line is in origin mode.
//!
//! The grid scrolls by its region, but its relative movements pass the region's edges and count the origin twice.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::term::TermMode;
use alacritty_terminal::vte::ansi::{Handler, NamedPrivateMode};

use super::screen::Screen;

/// What DECSC, DECSTBM and DECOM leave behind.
#[derive(Debug, Default)]
pub(super) struct Margins {
    /// First line and last line of the region; none when it is the whole screen.
    region: Option<(i32, i32)>,
    /// Whether the origin was the region's when the cursor was saved, on the primary screen and on the alternate one.
    saved: [bool; 2],
}

impl Screen {
    fn region(&self) -> (i32, i32) {
        self.margins.region.unwrap_or((0, self.term.screen_lines() as i32 - 1))
    }

    /// The line that positions are counted from.
    fn origin(&self) -> i32 {
        if self.term.mode().contains(TermMode::ORIGIN) { self.region().0 } else { 0 }
    }

    /// Puts the cursor on a line of the screen, whatever positions are counted from.
    fn place(&mut self, line: i32, column: usize) {
        let line = line - self.origin();
        self.term.goto(line, column);
    }

    /// Moves the cursor by lines, as far as the edge of the region that it is in, or of the screen.
    pub(super) fn move_lines(&mut self, by: i64, column: Option<usize>) {
        let ((top, bottom), last) = (self.region(), self.term.screen_lines() as i32 - 1);
        let point = self.term.grid().cursor.point;
        let line = point.line.0;
        let first = if line >= top { top } else { 0 };
        let last = if line <= bottom { bottom } else { last };
        let to = (i64::from(line).saturating_add(by)).clamp(i64::from(first), i64::from(last)) as i32;
        self.place(to, column.unwrap_or(point.column.0));
    }

    pub(super) fn move_to_column(&mut self, column: usize) {
        let line = self.term.grid().cursor.point.line.0;
        self.place(line, column);
    }

    /// After lines were inserted or deleted within the region.
    pub(super) fn return_within_region(&mut self) {
        let ((top, bottom), line) = (self.region(), self.term.grid().cursor.point.line.0);
        if (top..=bottom).contains(&line) {
            self.term.carriage_return();
        }
    }

    pub(super) fn set_region(&mut self, top: usize, bottom: Option<usize>) {
        let lines = self.term.screen_lines();
        let bottom = bottom.filter(|bottom| *bottom > 0).unwrap_or(lines).min(lines);
        let top = top.max(1);
        if top < bottom {
            self.margins.region = (top > 1 || bottom < lines).then_some((top as i32 - 1, bottom as i32 - 1));
            self.term.set_scrolling_region(top, Some(bottom));
        }
    }

    /// The grid has made the region the whole screen.
    pub(super) fn region_is_gone(&mut self) {
        self.margins.region = None;
    }

    pub(super) fn margins_are_reset(&mut self) {
        self.margins = Margins::default();
    }

    pub(super) fn set_origin(&mut self, of_region: bool) {
        if of_region {
            self.term.set_private_mode(NamedPrivateMode::Origin.into());
        } else {
            self.term.unset_private_mode(NamedPrivateMode::Origin.into());
        }
        self.term.goto(0, 0);
    }

    pub(super) fn save_cursor(&mut self) {
        self.margins.saved[usize::from(self.alternate())] = self.term.mode().contains(TermMode::ORIGIN);
        self.term.save_cursor_position();
    }

    pub(super) fn restore_cursor(&mut self) {
        let of_region = self.margins.saved[usize::from(self.alternate())];
        self.set_origin(of_region);
        self.term.restore_cursor_position();
    }

    /// Says where the cursor is, as it would be sent there (CPR).
    pub(super) fn report_cursor(&mut self) {
        let point = self.term.grid().cursor.point;
        let (line, column) = (point.line.0 - self.origin() + 1, point.column.0 + 1);
        self.reply(format!("\x1b[{line};{column}R"));
    }
}
