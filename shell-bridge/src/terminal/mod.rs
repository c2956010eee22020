//! A terminal as a value: bytes in, a grid of cells out.
//!
//! The grid, its reflow and its history are Alacritty's. What is here is a surface without I/O and without a clock, that
//! keeps within bounds whatever a program writes.

mod attic;
mod cells;
mod cluster;
mod colours;
mod handler;
mod keys;
mod kitty;
mod links;
mod margins;
mod marks;
mod modes;
mod mouse;
mod paste;
mod reports;
mod rows;
mod scan;
mod screen;
mod search;
mod selection;

use std::time::Duration;

use alacritty_terminal::grid::{Dimensions, Scroll as GridScroll};
use alacritty_terminal::selection::SelectionRange;
use alacritty_terminal::term::{TermDamage, TermMode};
use alacritty_terminal::vte::ansi::{Processor, Timeout};

pub use cells::{Cell, CellText, Cursor, CursorShape, Style, Underline};
pub use colours::{Palette, Rgb};
pub use keys::{Key, KeyEvent, KeyState, Modifiers, Named};
pub use links::{Link, is_safe};
pub use marks::{Block, Jump, Outcome};
pub use mouse::{Button, Mouse, MouseEvent, MouseKind};
pub use paste::Paste;
pub use search::{Count, MOST_COUNTED, SearchError, SearchStep, Towards};
pub use selection::{Motion, Place, Select};

use scan::{Found, Scanner, Verdict};
use screen::{Extent, Screen, Sync};

/// How long a program may take for a synchronized update.
const SYNC_LIMIT: Duration = Duration::from_millis(150);

/// Columns and lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GridSize {
    /// Columns, at least 2: a wide character has to fit.
    pub columns: u16,
    /// Lines, at least 1.
    pub lines: u16,
}

impl GridSize {
    /// Most columns, and most lines.
    pub const MOST: u16 = 1000;

    /// A size, brought within what a terminal can have.
    pub fn new(columns: u16, lines: u16) -> Self {
        Self { columns: columns.clamp(2, Self::MOST), lines: lines.clamp(1, Self::MOST) }
    }

    fn clamped(self) -> Self {
        Self::new(self.columns, self.lines)
    }
}

/// What a terminal is made with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Lines kept above the screen.
    pub scrollback: usize,
    /// The theme.
    pub palette: Palette,
    /// A cell in device pixels, width and height, for programs that ask.
    pub cell: (u16, u16),
    /// Characters that end a word for a double click.
    pub separators: String,
}

impl Options {
    /// Most lines of scrollback that can be asked for.
    pub const MOST_SCROLLBACK: usize = 200_000;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scrollback: 10_000,
            palette: Palette::default(),
            cell: (10, 20),
            separators: ",│`|:;\"' ()[]{}<>\t".to_owned(),
        }
    }
}

/// What a program has done besides drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// Bytes for the program: an answer to what it asked.
    Reply(Vec<u8>),
    /// It has named its window; empty when it took the name back.
    Title(String),
    /// It has rung the bell.
    Bell,
    /// It wants a text on the clipboard, or in the primary selection.
    Copy {
        /// The text; bounded, and anything at all.
        text: String,
        /// For the primary selection rather than the clipboard.
        primary: bool,
    },
    /// It has chosen a pointer, by the name that CSS has for it.
    Pointer(&'static str),
}

/// What of the view has changed since it was last asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// Nothing.
    Nothing,
    /// These lines of the view, in ascending order.
    Lines(Vec<u16>),
    /// Everything.
    All,
}

/// A move of the view over the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scroll {
    /// Lines, positive towards older text.
    Lines(i32),
    /// Screens, positive towards older text.
    Pages(i32),
    /// To the oldest line.
    Top,
    /// To the newest line.
    Bottom,
}

/// Where the view stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scrolled {
    /// Lines above the view.
    pub above: usize,
    /// Lines below it; none when it shows the newest.
    pub below: usize,
}

/// What the program has switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modes {
    /// The screen without a history is shown, as full-screen programs use it.
    pub alternate_screen: bool,
    /// The program wants the mouse.
    pub mouse: bool,
    /// Pastes are bracketed.
    pub bracketed_paste: bool,
    /// The program wants to know of the focus.
    pub focus: bool,
    /// The wheel gives arrow keys on the alternate screen.
    pub alternate_scroll: bool,
    /// Arrow keys are in application mode.
    pub application_cursor: bool,
    /// The keypad is in application mode.
    pub application_keypad: bool,
    /// Key releases are told too (kitty's protocol).
    pub key_releases: bool,
    /// A synchronized update is open.
    pub synchronized: bool,
}

/// Updates are held back by us, not by the parser: it would keep bytes, and have them all at once.
#[derive(Default)]
struct NoTimeout;

impl Timeout for NoTimeout {
    fn set_timeout(&mut self, _: Duration) {}
    fn clear_timeout(&mut self) {}
    fn pending_timeout(&self) -> bool {
        false
    }
}

/// A terminal: a parser and the grid that it fills.
pub struct Terminal {
    /// The beginning of a character whose end has not come yet.
    split: Vec<u8>,
    scanner: Scanner,
    parser: Processor<NoTimeout>,
    screen: Screen,
    /// Something may have changed since damage was last taken.
    touched: bool,
    pointer: mouse::Pointer,
    search: Option<search::Search>,
    /// What was selected when damage was last taken.
    selected: Option<SelectionRange>,
}

impl Terminal {
    /// An empty terminal.
    pub fn new(size: GridSize, options: Options) -> Self {
        let Options { scrollback, palette, cell, separators } = options;
        let scrollback = scrollback.min(Options::MOST_SCROLLBACK);
        Self {
            split: Vec::new(),
            scanner: Scanner::default(),
            parser: Processor::new(),
            screen: Screen::new(size.clamped(), scrollback, separators, palette, cell),
            touched: true,
            pointer: mouse::Pointer::default(),
            search: None,
            selected: None,
        }
    }

    /// Takes what the program has written, at any boundaries.
    pub fn feed(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.touched = true;
        let mut bytes = bytes;
        while !self.split.is_empty()
            && let Some((next, rest)) = bytes.split_first()
        {
            self.split.push(*next);
            bytes = rest;
            if !scan::is_unfinished(&self.split) {
                let joined = std::mem::take(&mut self.split);
                self.advance_characters(&joined);
            }
        }
        self.advance_characters(bytes);
    }

    /// Advances over whole characters. The parser loses text when a character is split, so it never sees a part of one at
    /// the end: the beginning of one waits for the rest, and what another one has cut short is shown as what it is.
    fn advance_characters(&mut self, bytes: &[u8]) {
        let (whole, split) = scan::split_character(bytes);
        self.split.extend_from_slice(split);
        let (whole, cut_short) = if split.is_empty() { (whole, split) } else { scan::split_character(whole) };
        self.advance(whole);
        if !cut_short.is_empty() {
            // In a sequence bytes are bytes.
            self.advance(if self.scanner.is_in_text() { "\u{fffd}".as_bytes() } else { cut_short });
        }
    }

    fn advance(&mut self, bytes: &[u8]) {
        let (parser, screen) = (&mut self.parser, &mut self.screen);
        self.scanner.feed(bytes, &mut |found| {
            match found {
                Found::Bytes(bytes) => parser.advance(screen, bytes),
                Found::Csi(sequence) => {
                    let verdict = screen.control(sequence);
                    if verdict == Verdict::Swallow {
                        let instead = format!("\x18\x1b[{}b", screen.most_repeats());
                        parser.advance(screen, instead.as_bytes());
                    }
                    return verdict;
                }
                Found::Dcs(string) => screen.device_control(string),
                Found::Drop => parser.advance(screen, b"\x18"),
            }
            Verdict::Pass
        });
    }

    /// Tells the time, from any fixed moment on. To be called after [`Self::feed`], and again at the time that this
    /// gives, if it gives one: until then a synchronized update holds back what is shown.
    pub fn tick(&mut self, now: Duration) -> Option<Duration> {
        match self.screen.sync {
            Sync::Open => None,
            Sync::Held => {
                let until = now + SYNC_LIMIT;
                self.screen.sync = Sync::Until(until);
                Some(until)
            }
            Sync::Until(until) if now >= until => {
                self.screen.sync = Sync::Open;
                self.touched = true;
                None
            }
            Sync::Until(until) => Some(until),
        }
    }

    /// What the program has done besides drawing, in order. Bounded: of a flood the first ones are given.
    pub fn take_happenings(&mut self) -> Vec<Happening> {
        self.screen.take_happenings()
    }

    /// What of the view has changed since the last call. The cursor's lines, old and new, are among it.
    pub fn take_damage(&mut self) -> Damage {
        if self.screen.sync != Sync::Open || !std::mem::take(&mut self.touched) {
            return Damage::Nothing;
        }
        self.refresh_hits();
        let all = std::mem::take(&mut self.screen.all_damaged);
        let selected = self.screen.selected();
        let before = std::mem::replace(&mut self.selected, selected);
        let mut lines: Vec<u16> = match self.screen.term.damage() {
            TermDamage::Full => Vec::new(),
            TermDamage::Partial(lines) if !all => lines.map(|bounds| bounds.line as u16).collect(),
            TermDamage::Partial(_) => Vec::new(),
        };
        let all = all || matches!(self.screen.term.damage(), TermDamage::Full);
        self.screen.term.reset_damage();
        if all {
            return Damage::All;
        }
        if selected != before {
            lines.extend(self.lines_between(before, selected));
            lines.sort_unstable();
            lines.dedup();
        }
        if lines.is_empty() { Damage::Nothing } else { Damage::Lines(lines) }
    }

    /// Lines of the view that look different after a change of the selection.
    fn lines_between(&self, before: Option<SelectionRange>, after: Option<SelectionRange>) -> Vec<u16> {
        let offset = self.screen.offset() as i32;
        let most = i32::from(self.size().lines) - 1;
        let mut spans = Vec::new();
        match (before, after) {
            (Some(before), Some(after)) if before.is_block == after.is_block && !after.is_block => {
                if before.start != after.start {
                    spans.push((before.start.line.min(after.start.line), before.start.line.max(after.start.line)));
                }
                if before.end != after.end {
                    spans.push((before.end.line.min(after.end.line), before.end.line.max(after.end.line)));
                }
            }
            _ => spans.extend([before, after].into_iter().flatten().map(|range| (range.start.line, range.end.line))),
        }
        let mut lines = Vec::new();
        for (first, last) in spans {
            let (first, last) = ((first.0 + offset).max(0), (last.0 + offset).min(most));
            lines.extend((first..=last).map(|line| line as u16));
        }
        lines
    }

    /// Replies alone; what else has happened stays to be taken.
    pub(crate) fn take_replies(&mut self) -> Vec<u8> {
        self.screen.take_replies()
    }

    /// A cell's width and height in device pixels, as it was last told.
    pub fn cell_size(&self) -> (u16, u16) {
        self.screen.cell
    }

    /// Columns and lines.
    pub fn size(&self) -> GridSize {
        GridSize { columns: self.screen.term.columns() as u16, lines: self.screen.term.screen_lines() as u16 }
    }

    /// What the program has switched on.
    pub fn modes(&self) -> Modes {
        use alacritty_terminal::vte::ansi::KeyboardModes;
        let modes = self.screen.term.mode();
        Modes {
            alternate_screen: modes.contains(TermMode::ALT_SCREEN),
            mouse: self.screen.tracking != mouse::Tracking::Off,
            bracketed_paste: modes.contains(TermMode::BRACKETED_PASTE),
            focus: modes.contains(TermMode::FOCUS_IN_OUT),
            alternate_scroll: modes.contains(TermMode::ALTERNATE_SCROLL),
            application_cursor: modes.contains(TermMode::APP_CURSOR),
            application_keypad: modes.contains(TermMode::APP_KEYPAD),
            key_releases: self.screen.keyboard.modes().contains(KeyboardModes::REPORT_EVENT_TYPES),
            synchronized: self.screen.sync != Sync::Open,
        }
    }

    /// Gives the terminal another size; lines that were wrapped are wrapped anew. `cell` is a cell's width and height in
    /// device pixels. The size it has then is [`Self::size`].
    pub fn resize(&mut self, size: GridSize, cell: (u16, u16)) {
        let size = size.clamped();
        let changed = size != self.size() || cell != self.screen.cell;
        self.screen.cell = cell;
        if size != self.size() {
            self.screen.take_back();
            self.screen.take_back_behind();
            self.screen.region_is_gone();
            // What was shown has another size now: there is nothing to hold back.
            self.screen.sync = Sync::Open;
            if self.screen.alternate() {
                self.screen.tags_moved();
                self.screen.term.resize(Extent(size));
            } else {
                self.screen.tag();
                self.screen.tags_moved();
                self.screen.term.resize(Extent(size));
                self.screen.untag();
            }
            self.screen.trim();
            if let Some(search) = &mut self.search {
                search.forget();
            }
            self.touched = true;
        }
        if changed && self.screen.tell_size {
            self.screen.report_size();
        }
    }

    /// Gives it another theme.
    pub fn set_palette(&mut self, palette: Palette) {
        let turned = palette.background.is_dark() != self.screen.palette.background.is_dark();
        self.screen.palette = palette;
        self.screen.all_damaged = true;
        self.touched = true;
        if turned && self.screen.tell_theme {
            self.screen.report_theme();
        }
    }

    /// Says whether keys go to this terminal now, and gives what the program is to be told of it.
    pub fn focus(&mut self, focused: bool) -> Vec<u8> {
        if self.screen.term.is_focused == focused {
            return Vec::new();
        }
        self.screen.term.is_focused = focused;
        self.touched = true;
        match (self.modes().focus, focused) {
            (false, _) => Vec::new(),
            (true, true) => b"\x1b[I".to_vec(),
            (true, false) => b"\x1b[O".to_vec(),
        }
    }

    /// Whether keys go to this terminal, as it was told last.
    pub fn has_focus(&self) -> bool {
        self.screen.term.is_focused
    }

    /// Moves the view over the history.
    pub fn scroll(&mut self, by: Scroll) {
        self.screen.take_back();
        let lines = i32::from(self.size().lines);
        self.screen.term.scroll_display(match by {
            Scroll::Lines(count) => GridScroll::Delta(count.clamp(-1_000_000, 1_000_000)),
            Scroll::Pages(count) => GridScroll::Delta(count.clamp(-1000, 1000) * lines),
            Scroll::Top => GridScroll::Top,
            Scroll::Bottom => GridScroll::Bottom,
        });
        self.touched = true;
    }

    /// Where the view stands in the history.
    pub fn scrolled(&self) -> Scrolled {
        let below = self.screen.offset();
        let away = if self.screen.alternate() { 0 } else { self.screen.attic.rows() };
        Scrolled { above: away + self.screen.term.history_size() - below, below }
    }
}

#[cfg(test)]
mod tests;
