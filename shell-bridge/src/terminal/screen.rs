//! The grid as its parser drives it: Alacritty's, with bounds on what a program may make it keep, and with what it lacks.

use std::sync::Arc;

use alacritty_terminal::event::{Event, EventListener};
use alacritty_terminal::grid::{Dimensions, Scroll};
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::term::{ClipboardType, Config, Osc52, Term, TermMode};
use parking_lot::Mutex;

use super::attic::Attic;
use super::cells::Cursor;
use super::colours::Palette;
use super::kitty::Keyboard;
use super::margins::Margins;
use super::marks::Marks;
use super::mouse::{Encoding, Tracking};
use super::{GridSize, Happening};

/// The grid's spare flag, for text that blinks.
pub(super) const BLINK: Flags = Flags::from_bits_retain(1 << 15);

/// Bytes of a title that are kept.
pub(super) const MAX_TITLE: usize = 1024;
/// Titles that a program can put aside.
pub(super) const MAX_TITLES: usize = 64;
/// Characters that can combine with one cell's.
const MAX_COMBINING: usize = 16;
/// Bytes of a link's address; what browsers take.
pub(super) const MAX_LINK: usize = 2083;
/// Bytes of links for each scrollback's worth of lines.
pub(super) const MAX_LINKS: usize = 4 << 20;
/// Happenings that wait to be taken.
const MAX_HAPPENINGS: usize = 1024;
/// Bytes of replies that wait to be taken.
const MAX_REPLIES: usize = 64 << 10;
/// Bytes that a program may put on the clipboard at once.
pub(super) const MAX_COPY: usize = 1 << 20;
/// Lines that the history may be over its limit before it is cut back.
pub(super) const SLACK: usize = 512;

/// What the grid sends while it works, until it is picked up.
#[derive(Clone, Default)]
pub(super) struct Mailbox(Arc<Mutex<Vec<Happening>>>);

impl EventListener for Mailbox {
    fn send_event(&self, event: Event) {
        let happening = match event {
            Event::PtyWrite(text) => Happening::Reply(text.into_bytes()),
            Event::ClipboardStore(kind, text) => {
                Happening::Copy { text, primary: matches!(kind, ClipboardType::Selection) }
            }
            _ => return,
        };
        self.0.lock().push(happening);
    }
}

/// Rows and columns for Alacritty.
pub(super) struct Extent(pub GridSize);

impl Dimensions for Extent {
    fn total_lines(&self) -> usize {
        self.screen_lines()
    }

    fn screen_lines(&self) -> usize {
        usize::from(self.0.lines)
    }

    fn columns(&self) -> usize {
        usize::from(self.0.columns)
    }
}

/// A synchronized update (mode 2026) that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sync {
    /// No update is open: what is in the grid may be shown.
    Open,
    /// The program draws; when it has to be done is not known yet.
    Held,
    /// The program draws, and has until then.
    Until(std::time::Duration),
}

/// The grid and what goes with it.
pub(super) struct Screen {
    pub term: Term<Mailbox>,
    mailbox: Mailbox,
    pub happenings: Vec<Happening>,
    replies: usize,
    pub(super) title: Option<String>,
    pub(super) titles: Vec<Option<String>>,
    pub keyboard: Keyboard,
    /// 0, 1 or 2, as xterm's modifyOtherKeys.
    pub modify_other_keys: u8,
    pub tracking: Tracking,
    pub encoding: Encoding,
    /// DECSCNM: text and background change places.
    pub reverse: bool,
    /// Mode 2031: the program wants to know when the theme turns dark or light.
    pub tell_theme: bool,
    /// Mode 2048: the program wants to know each new size in the stream.
    pub tell_size: bool,
    pub sync: Sync,
    /// The cursor as it was when a synchronized update began.
    pub held_cursor: Option<Cursor>,
    /// Lines that have left the history for good.
    pub gone: u64,
    pub(super) limit: usize,
    pub(super) link_bytes: usize,
    pub(super) links_since: u64,
    pub palette: Palette,
    /// A cell in device pixels.
    pub cell: (u16, u16),
    /// Something to be drawn has changed that the grid's own damage does not know of.
    pub all_damaged: bool,
    pub(super) margins: Margins,
    pub marks: Marks,
    pub attic: Attic,
}

impl Screen {
    pub fn new(size: GridSize, limit: usize, separators: String, palette: Palette, cell: (u16, u16)) -> Self {
        let mailbox = Mailbox::default();
        let config = Config {
            scrolling_history: Self::ceiling(limit),
            semantic_escape_chars: separators,
            kitty_keyboard: false,
            osc52: Osc52::OnlyCopy,
            ..Config::default()
        };
        let mut term = Term::new(config, &Extent(size), mailbox.clone());
        term.is_focused = true;
        Self {
            term,
            mailbox,
            happenings: Vec::new(),
            replies: 0,
            title: None,
            titles: Vec::new(),
            keyboard: Keyboard::default(),
            modify_other_keys: 0,
            tracking: Tracking::Off,
            encoding: Encoding::default(),
            reverse: false,
            tell_theme: false,
            tell_size: false,
            sync: Sync::Open,
            held_cursor: None,
            gone: 0,
            limit,
            link_bytes: 0,
            links_since: 0,
            palette,
            cell,
            all_damaged: true,
            margins: Margins::default(),
            marks: Marks::default(),
            attic: Attic::default(),
        }
    }

    /// Lines that the grid itself may keep: never reached, so that no line leaves without being counted.
    fn ceiling(limit: usize) -> usize {
        limit + SLACK + 2 * usize::from(GridSize::MOST)
    }

    pub fn alternate(&self) -> bool {
        self.term.mode().contains(TermMode::ALT_SCREEN)
    }

    /// Cuts the history back to its limit, and puts away what is much of it. What leaves the grid is counted.
    pub fn trim(&mut self) {
        let history = self.term.history_size();
        if history < SLACK || self.alternate() {
            return;
        }
        self.spill();
        let history = self.term.history_size();
        if history + self.attic.rows() <= self.limit + SLACK {
            return;
        }
        // Lines that are put away are the oldest, and counted already.
        self.attic.trim(self.limit.saturating_sub(history));
        if history > self.limit + SLACK {
            self.forget_oldest(history - self.limit);
        }
    }

    /// Lets the oldest lines leave the grid, and counts them.
    pub fn forget_oldest(&mut self, lines: usize) {
        let (history, ceiling) = (self.term.history_size(), Self::ceiling(self.limit));
        let lines = lines.min(history);
        let grid = self.term.grid_mut();
        grid.update_history(history - lines);
        grid.update_history(ceiling);
        self.gone += lines as u64;
    }

    /// Lines that have left for good; those that are put away have not.
    pub fn lost(&self) -> u64 {
        self.gone - self.attic.rows() as u64
    }

    /// Lines that the view is above the newest.
    pub fn offset(&self) -> usize {
        self.term.grid().display_offset().min(self.term.history_size())
    }

    /// Lets the grid scroll. A view of older text stays on it: the grid moves it by lines that went nowhere, too.
    pub(super) fn scrolling(&mut self, scroll: impl FnOnce(&mut Term<Mailbox>)) {
        let (offset, history) = (self.term.grid().display_offset(), self.term.history_size());
        scroll(&mut self.term);
        if offset != 0 {
            let wanted = offset + self.term.history_size() - history;
            let by = wanted as i32 - self.term.grid().display_offset() as i32;
            if by != 0 {
                self.term.scroll_display(Scroll::Delta(by));
            }
        }
        self.trim();
    }

    /// The number, counted from the first line ever, of a line of the screen; negative lines are history.
    pub fn absolute(&self, line: i32) -> u64 {
        (self.gone + self.term.history_size() as u64).saturating_add_signed(i64::from(line))
    }

    pub fn happen(&mut self, happening: Happening) {
        match (&happening, self.happenings.last_mut()) {
            (Happening::Bell, Some(Happening::Bell)) => return,
            (Happening::Title(new), Some(Happening::Title(last))) => {
                last.clone_from(new);
                return;
            }
            (Happening::Reply(bytes), last) => {
                self.replies += bytes.len();
                if self.replies > MAX_REPLIES {
                    self.replies -= bytes.len();
                    return;
                }
                if let Some(Happening::Reply(waiting)) = last {
                    waiting.extend_from_slice(bytes);
                    return;
                }
            }
            _ => {}
        }
        if self.happenings.len() < MAX_HAPPENINGS {
            self.happenings.push(happening);
        }
    }

    pub fn reply(&mut self, text: impl Into<String>) {
        self.happen(Happening::Reply(text.into().into_bytes()));
    }

    pub fn take_happenings(&mut self) -> Vec<Happening> {
        self.replies = 0;
        std::mem::take(&mut self.happenings)
    }

    pub fn take_replies(&mut self) -> Vec<u8> {
        self.replies = 0;
        let mut replies = Vec::new();
        self.happenings.retain_mut(|happening| match happening {
            Happening::Reply(bytes) => {
                replies.append(bytes);
                false
            }
            _ => true,
        });
        replies
    }

    pub(super) fn collect(&mut self) {
        let sent = std::mem::take(&mut *self.mailbox.0.lock());
        for happening in sent {
            self.happen(happening);
        }
    }

    pub(super) fn change_title(&mut self, title: Option<String>) {
        self.title = title;
        self.happen(Happening::Title(self.title.clone().unwrap_or_default()));
    }

    pub(super) fn switch(&mut self, alternate: bool) {
        if self.alternate() != alternate {
            if alternate {
                self.tag();
            }
            self.term.swap_alt();
            if !alternate {
                self.untag();
            }
            self.keyboard.switch(alternate);
        }
    }

    /// Takes back what is put away of the primary screen while the alternate one is shown.
    pub fn take_back_behind(&mut self) {
        if !self.alternate() || self.attic.rows() == 0 {
            return;
        }
        // The grid clears the alternate screen when it is entered: it is put aside meanwhile.
        let cursors = (self.term.grid().cursor.clone(), self.term.grid().saved_cursor.clone());
        let lines = 0..self.term.screen_lines() as i32;
        let grid = self.term.grid_mut();
        let shown: Vec<_> = lines.clone().map(|line| grid[Line(line)].clone()).collect();
        self.term.swap_alt();
        self.untag();
        self.take_back();
        self.tag();
        self.term.swap_alt();
        let grid = self.term.grid_mut();
        for (line, row) in lines.zip(shown) {
            grid[Line(line)] = row;
        }
        (grid.cursor, grid.saved_cursor) = cursors;
    }

    /// Whether the cell that a combining character would go to has room for one more.
    pub(super) fn has_room(&self) -> bool {
        let grid = self.term.grid();
        let cursor = &grid.cursor;
        let mut column = cursor.point.column.0;
        if !cursor.input_needs_wrap {
            column = column.saturating_sub(1);
        }
        let row = &grid[cursor.point.line];
        if row[Column(column)].flags.contains(Flags::WIDE_CHAR_SPACER) {
            column = column.saturating_sub(1);
        }
        row[Column(column)].zerowidth().is_none_or(|waiting| waiting.len() < MAX_COMBINING)
    }
}

/// The line of the grid that is shown at a line of the view.
pub(super) fn in_grid(offset: usize, line: u16) -> Line {
    Line(i32::from(line) - offset as i32)
}
