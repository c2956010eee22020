//! Emoji of several characters that are one picture: joined ones, flags, tones of skin. They take one cell of two columns,
//! as they do in foot; a grid that gave each part its own cells would show the parts.

use alacritty_terminal::Term;
use alacritty_terminal::event::EventListener;
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::Column;
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::{Cell, Flags};
use unicode_width::UnicodeWidthChar;

/// Characters that one picture may have.
const MOST: usize = 16;
const JOINER: char = '\u{200d}';

fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

fn is_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

/// Roughly what Unicode calls pictographic: enough, as only what stands beside a joiner or a tone is asked about.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{a9}' | '\u{ae}' | '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}') && !is_flag_letter(c)
}

/// Whether a character may continue a picture: what most characters are not is known without a look at the grid.
pub(super) fn may_join(c: char) -> bool {
    c >= '\u{a9}' && (is_picture(c) || is_flag_letter(c))
}

/// Whether `c` is one picture with what stands in a cell.
fn joins(cell: &Cell, c: char) -> bool {
    let more = cell.zerowidth().unwrap_or_default();
    if more.len() + 1 >= MOST {
        return false;
    }
    match c {
        c if is_flag_letter(c) => is_flag_letter(cell.c) && more.is_empty(),
        // Not behind another tone, nor behind a sign that is no emoji.
        c if is_tone(c) => is_picture(cell.c) && !more.last().is_some_and(|last| is_tone(*last)),
        c => more.last() == Some(&JOINER) && is_picture(cell.c) && is_picture(c),
    }
}

/// Puts a character into the cell before the cursor, if it is one picture with what stands there and there is room for two
/// columns. Whether it did.
pub(super) fn join<L: EventListener>(term: &mut Term<L>, c: char) -> bool {
    let columns = term.columns();
    let insert = term.mode().contains(TermMode::INSERT);
    let grid = term.grid_mut();
    let (line, mut column) = (grid.cursor.point.line, grid.cursor.point.column.0);
    let at_end = grid.cursor.input_needs_wrap;
    if !at_end {
        let Some(before) = column.checked_sub(1) else { return false };
        column = before;
    }
    if grid[line][Column(column)].flags.contains(Flags::WIDE_CHAR_SPACER) {
        let Some(before) = column.checked_sub(1) else { return false };
        column = before;
    }
    let cell = &grid[line][Column(column)];
    if !joins(cell, c) {
        return false;
    }
    if !cell.flags.contains(Flags::WIDE_CHAR) {
        // It becomes as wide as the picture is, over the cell that the cursor is in.
        if cell.c.width() != Some(1) || at_end || insert || column + 1 >= columns {
            return false;
        }
        let template = grid.cursor.template.clone();
        let next = &grid[line][Column(column + 1)];
        if next.flags.intersects(Flags::WIDE_CHAR | Flags::WIDE_CHAR_SPACER) {
            return false;
        }
        grid[line][Column(column)].flags.insert(Flags::WIDE_CHAR);
        let spacer = &mut grid[line][Column(column + 1)];
        *spacer = template;
        spacer.c = ' ';
        spacer.flags.insert(Flags::WIDE_CHAR_SPACER);
        if column + 2 >= columns {
            grid.cursor.input_needs_wrap = true;
        } else {
            grid.cursor.point.column = Column(column + 2);
        }
    }
    grid[line][Column(column)].push_zerowidth(c);
    true
}
