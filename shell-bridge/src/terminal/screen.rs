//! The grid as its parser drives it: Alacritty's, with bounds on what a program may make it keep, and with what it lacks.

use std::sync::Arc;

use alacritty_terminal::event::{Event, EventListener};
use alacritty_terminal::grid::{Dimensions, Scroll};
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::term::{ClipboardType, Config, Osc52, Term, TermMode};
use alacritty_terminal::vte::ansi::{
    Attr, CharsetIndex, ClearMode, CursorShape, CursorStyle, Handler, Hyperlink, KeyboardModes,
    KeyboardModesApplyBehavior, LineClearMode, Mode, ModifyOtherKeys, NamedPrivateMode, PrivateMode, Rgb,
    StandardCharset, TabulationClearMode,
};
use parking_lot::Mutex;

use super::attic::Attic;
use super::cells::Cursor;
use super::cluster;
use super::colours::Palette;
use super::kitty::Keyboard;
use super::marks::Marks;
use super::mouse::{Encoding, Tracking};
use super::{GridSize, Happening};

/// The grid's spare flag, for text that blinks.
pub(super) const BLINK: Flags = Flags::from_bits_retain(1 << 15);

/// Bytes of a title that are kept.
const MAX_TITLE: usize = 1024;
/// Titles that a program can put aside.
const MAX_TITLES: usize = 64;
/// Characters that can combine with one cell's.
const MAX_COMBINING: usize = 16;
/// Bytes of a link's address; what browsers take.
const MAX_LINK: usize = 2083;
/// Bytes of links for each scrollback's worth of lines.
const MAX_LINKS: usize = 4 << 20;
/// Happenings that wait to be taken.
const MAX_HAPPENINGS: usize = 1024;
/// Bytes of replies that wait to be taken.
const MAX_REPLIES: usize = 64 << 10;
/// Bytes that a program may put on the clipboard at once.
const MAX_COPY: usize = 1 << 20;
/// Lines that the history may be over its limit before it is cut back.
const SLACK: usize = 512;

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
    title: Option<String>,
    titles: Vec<Option<String>>,
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
    limit: usize,
    link_bytes: usize,
    links_since: u64,
    pub palette: Palette,
    /// A cell in device pixels.
    pub cell: (u16, u16),
    /// Something to be drawn has changed that the grid's own damage does not know of.
    pub all_damaged: bool,
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
    fn scrolling(&mut self, scroll: impl FnOnce(&mut Term<Mailbox>)) {
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

    fn collect(&mut self) {
        let sent = std::mem::take(&mut *self.mailbox.0.lock());
        for happening in sent {
            self.happen(happening);
        }
    }

    fn change_title(&mut self, title: Option<String>) {
        self.title = title;
        self.happen(Happening::Title(self.title.clone().unwrap_or_default()));
    }

    fn switch(&mut self, alternate: bool) {
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
    fn has_room(&self) -> bool {
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

    /// Modes as after power-on, without a change of what is on the screen (DECSTR).
    pub fn soft_reset(&mut self) {
        use alacritty_terminal::vte::ansi::NamedMode;
        let term = &mut self.term;
        term.set_private_mode(NamedPrivateMode::ShowCursor.into());
        term.unset_mode(NamedMode::Insert.into());
        term.unset_private_mode(NamedPrivateMode::Origin.into());
        term.set_private_mode(NamedPrivateMode::LineWrap.into());
        term.unset_private_mode(NamedPrivateMode::CursorKeys.into());
        term.unset_keypad_application_mode();
        let cursor = term.grid().cursor.point;
        term.set_scrolling_region(1, None);
        term.goto(cursor.line.0, cursor.column.0);
        term.terminal_attribute(Attr::Reset);
        for index in [CharsetIndex::G0, CharsetIndex::G1, CharsetIndex::G2, CharsetIndex::G3] {
            term.configure_charset(index, StandardCharset::Ascii);
        }
        term.set_active_charset(CharsetIndex::G0);
        term.set_cursor_style(None);
        term.grid_mut().saved_cursor = Default::default();
        self.keyboard = Keyboard::default();
        self.keyboard.switch(self.alternate());
        self.modify_other_keys = 0;
    }

    /// Says a size in cells and pixels as mode 2048 wants it.
    pub fn report_size(&mut self) {
        let (lines, columns) = (self.term.screen_lines(), self.term.columns());
        let (height, width) = (lines * usize::from(self.cell.1), columns * usize::from(self.cell.0));
        self.reply(format!("\x1b[48;{lines};{columns};{height};{width}t"));
    }

    /// Says whether the theme is dark (1) or light (2).
    pub fn report_theme(&mut self) {
        let theme = if self.palette.background.is_dark() { 1 } else { 2 };
        self.reply(format!("\x1b[?997;{theme}n"));
    }

    /// The private modes that the grid does not know. None where this does not either.
    fn own_mode(&self, mode: u16) -> Option<bool> {
        Some(match mode {
            5 => self.reverse,
            9 => self.tracking == Tracking::Presses,
            1000 => self.tracking == Tracking::Clicks,
            1002 => self.tracking == Tracking::Drags,
            1003 => self.tracking == Tracking::Motion,
            1005 => self.encoding == Encoding::Utf8,
            1006 => self.encoding == Encoding::Sgr,
            1015 => self.encoding == Encoding::Urxvt,
            1016 => self.encoding == Encoding::SgrPixels,
            47 | 1047 => self.alternate(),
            2026 => self.sync != Sync::Open,
            2031 => self.tell_theme,
            2048 => self.tell_size,
            _ => return None,
        })
    }

    /// Sets a private mode that the grid does not know; says whether it was one.
    fn set_own_mode(&mut self, mode: u16, on: bool) -> bool {
        let tracking = |to| if on { to } else { Tracking::Off };
        match mode {
            5 => {
                self.all_damaged |= self.reverse != on;
                self.reverse = on;
            }
            9 => self.tracking = tracking(Tracking::Presses),
            1000 => self.tracking = tracking(Tracking::Clicks),
            1002 => self.tracking = tracking(Tracking::Drags),
            1003 => self.tracking = tracking(Tracking::Motion),
            1005 => self.set_encoding(Encoding::Utf8, on),
            1006 => self.set_encoding(Encoding::Sgr, on),
            1015 => self.set_encoding(Encoding::Urxvt, on),
            1016 => self.set_encoding(Encoding::SgrPixels, on),
            47 | 1047 => self.switch(on),
            1048 if on => self.term.save_cursor_position(),
            1048 => self.term.restore_cursor_position(),
            1049 => self.switch(on),
            2026 if !on => self.sync = Sync::Open,
            2026 => {
                if self.sync == Sync::Open {
                    self.held_cursor = self.cursor();
                }
                self.sync = Sync::Held;
            }
            2031 => self.tell_theme = on,
            2048 => {
                self.tell_size = on;
                if on {
                    self.report_size();
                }
            }
            _ => return false,
        }
        true
    }

    fn set_encoding(&mut self, encoding: Encoding, on: bool) {
        if on {
            self.encoding = encoding;
        } else if self.encoding == encoding {
            self.encoding = Encoding::default();
        }
    }
}

/// Hands calls on to the grid.
macro_rules! pass {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(#[inline] fn $name(&mut self, $($argument: $kind),*) { Handler::$name(&mut self.term, $($argument),*) })*
    };
}

/// Hands calls on to the grid that may push lines into its history.
macro_rules! pass_and_trim {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(#[inline] fn $name(&mut self, $($argument: $kind),*) {
            self.scrolling(|term| Handler::$name(term, $($argument),*));
        })*
    };
}

/// Hands calls on to the grid that may make it reply.
macro_rules! pass_and_collect {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(fn $name(&mut self, $($argument: $kind),*) {
            Handler::$name(&mut self.term, $($argument),*);
            self.collect();
        })*
    };
}

impl Handler for Screen {
    pass! {
        set_cursor_style(style: Option<CursorStyle>);
        set_cursor_shape(shape: CursorShape);
        goto(line: i32, column: usize);
        goto_line(line: i32);
        goto_col(column: usize);
        insert_blank(count: usize);
        move_up(lines: usize);
        move_down(lines: usize);
        move_forward(columns: usize);
        move_backward(columns: usize);
        move_down_and_cr(lines: usize);
        move_up_and_cr(lines: usize);
        put_tab(count: u16);
        backspace();
        carriage_return();
        substitute();
        set_horizontal_tabstop();
        scroll_down(lines: usize);
        insert_blank_lines(lines: usize);
        erase_chars(count: usize);
        delete_chars(count: usize);
        move_backward_tabs(count: u16);
        move_forward_tabs(count: u16);
        save_cursor_position();
        restore_cursor_position();
        clear_line(mode: LineClearMode);
        clear_tabs(mode: TabulationClearMode);
        reverse_index();
        set_mode(mode: Mode);
        unset_mode(mode: Mode);
        set_scrolling_region(top: usize, bottom: Option<usize>);
        set_keypad_application_mode();
        unset_keypad_application_mode();
        set_active_charset(index: CharsetIndex);
        configure_charset(index: CharsetIndex, charset: StandardCharset);
        set_color(index: usize, colour: Rgb);
        reset_color(index: usize);
        decaln();
    }

    pass_and_trim! {
        linefeed();
        newline();
        scroll_up(lines: usize);
        delete_lines(lines: usize);
    }

    pass_and_collect! {
        device_status(what: usize);
        report_mode(mode: Mode);
        text_area_size_chars();
    }

    #[inline]
    fn input(&mut self, c: char) {
        if c >= '\u{300}' && unicode_width::UnicodeWidthChar::width(c) == Some(0) && !self.has_room() {
            return;
        }
        if cluster::may_join(c) && cluster::join(&mut self.term, c) {
            // Where the cursor was before may be drawn anew, what lies before it is not known to have changed.
            self.all_damaged = true;
            return;
        }
        if self.term.grid().cursor.input_needs_wrap {
            self.scrolling(|term| term.input(c));
        } else {
            self.term.input(c);
        }
    }

    fn terminal_attribute(&mut self, attribute: Attr) {
        let flags = &mut self.term.grid_mut().cursor.template.flags;
        match attribute {
            Attr::BlinkSlow | Attr::BlinkFast => flags.insert(BLINK),
            Attr::CancelBlink => flags.remove(BLINK),
            // SGR 21 is a double underline everywhere but on the Linux console.
            Attr::CancelBold => self.term.terminal_attribute(Attr::DoubleUnderline),
            _ => self.term.terminal_attribute(attribute),
        }
    }

    fn set_tabs(&mut self, interval: u16) {
        self.term.clear_tabs(TabulationClearMode::All);
        let here = self.term.grid().cursor.point.column;
        for column in (0..self.term.columns()).step_by(usize::from(interval.max(1))) {
            self.term.grid_mut().cursor.point.column = Column(column);
            self.term.set_horizontal_tabstop();
        }
        self.term.grid_mut().cursor.point.column = here;
    }

    fn clear_screen(&mut self, mode: ClearMode) {
        let history = self.term.history_size();
        let clears_history = matches!(mode, ClearMode::Saved);
        self.term.clear_screen(mode);
        if clears_history && !self.alternate() {
            self.attic.clear();
            self.gone += (history - self.term.history_size()) as u64;
        }
        self.trim();
    }

    fn reset_state(&mut self) {
        self.switch(false);
        self.gone += self.term.history_size() as u64;
        self.attic.clear();
        self.term.reset_state();
        self.marks.clear();
        self.titles.clear();
        self.keyboard = Keyboard::default();
        self.modify_other_keys = 0;
        self.tracking = Tracking::Off;
        self.encoding = Encoding::default();
        self.reverse = false;
        self.tell_theme = false;
        self.tell_size = false;
        self.sync = Sync::Open;
        self.all_damaged = true;
        if self.title.is_some() {
            self.change_title(None);
        }
        for index in 0..alacritty_terminal::term::color::COUNT {
            self.term.reset_color(index);
        }
    }

    fn set_title(&mut self, title: Option<String>) {
        let title = title.map(|mut title| {
            title.retain(|c| !c.is_control());
            let end = title.floor_char_boundary(MAX_TITLE);
            title.truncate(end);
            title
        });
        self.change_title(title.filter(|title| !title.is_empty()));
    }

    fn push_title(&mut self) {
        if self.titles.len() == MAX_TITLES {
            self.titles.remove(0);
        }
        self.titles.push(self.title.clone());
    }

    fn pop_title(&mut self) {
        if let Some(title) = self.titles.pop() {
            self.change_title(title);
        }
    }

    fn bell(&mut self) {
        self.happen(Happening::Bell);
    }

    fn identify_terminal(&mut self, intermediate: Option<char>) {
        match intermediate {
            // A VT220 with colours (22) and a clipboard that can be written (52).
            None => self.reply("\x1b[?62;22;52c"),
            Some('>') => self.reply("\x1b[>1;1;0c"),
            Some('=') => self.reply("\x1bP!|544F5300\x1b\\"),
            Some(_) => {}
        }
    }

    fn set_private_mode(&mut self, mode: PrivateMode) {
        if !self.set_own_mode(mode.raw(), true) {
            self.term.set_private_mode(mode);
        }
    }

    fn unset_private_mode(&mut self, mode: PrivateMode) {
        if !self.set_own_mode(mode.raw(), false) {
            self.term.unset_private_mode(mode);
        }
    }

    fn report_private_mode(&mut self, mode: PrivateMode) {
        match self.own_mode(mode.raw()) {
            Some(on) => self.reply(format!("\x1b[?{};{}$y", mode.raw(), if on { 1 } else { 2 })),
            None => {
                self.term.report_private_mode(mode);
                self.collect();
            }
        }
    }

    fn text_area_size_pixels(&mut self) {
        let height = self.term.screen_lines() * usize::from(self.cell.1);
        let width = self.term.columns() * usize::from(self.cell.0);
        self.reply(format!("\x1b[4;{height};{width}t"));
    }

    fn dynamic_color_sequence(&mut self, prefix: String, index: usize, terminator: &str) {
        let c = self.palette.shown(self.term.colors(), index);
        self.reply(format!(
            "\x1b]{prefix};rgb:{0:02x}{0:02x}/{1:02x}{1:02x}/{2:02x}{2:02x}{terminator}",
            c.r, c.g, c.b
        ));
    }

    fn clipboard_store(&mut self, clipboard: u8, base64: &[u8]) {
        if base64.len() / 4 * 3 <= MAX_COPY {
            self.term.clipboard_store(clipboard, base64);
            self.collect();
        }
    }

    // What is on the clipboard is nobody's business: no reply.
    fn clipboard_load(&mut self, _: u8, _: &str) {}

    fn set_hyperlink(&mut self, link: Option<Hyperlink>) {
        let now = self.absolute(0);
        if now.saturating_sub(self.links_since) > (self.limit + SLACK) as u64 {
            self.links_since = now;
            self.link_bytes = 0;
        }
        let link = link.filter(|link| {
            let id = link.id.as_ref().map_or(0, String::len);
            link.uri.len() <= MAX_LINK && id <= 256 && {
                self.link_bytes += link.uri.len() + id + 64;
                self.link_bytes <= MAX_LINKS
            }
        });
        self.term.set_hyperlink(link);
    }

    fn set_mouse_cursor_icon(&mut self, icon: alacritty_terminal::vte::ansi::cursor_icon::CursorIcon) {
        self.happen(Happening::Pointer(icon.name()));
    }

    fn report_keyboard_mode(&mut self) {
        let modes = self.keyboard.modes().bits();
        self.reply(format!("\x1b[?{modes}u"));
    }

    fn push_keyboard_mode(&mut self, modes: KeyboardModes) {
        self.keyboard.push(modes);
    }

    fn pop_keyboard_modes(&mut self, count: u16) {
        self.keyboard.pop(count);
    }

    fn set_keyboard_mode(&mut self, modes: KeyboardModes, how: KeyboardModesApplyBehavior) {
        self.keyboard.set(modes, how);
    }

    fn set_modify_other_keys(&mut self, mode: ModifyOtherKeys) {
        self.modify_other_keys = mode as u8;
    }

    fn report_modify_other_keys(&mut self) {
        self.reply(format!("\x1b[>4;{}m", self.modify_other_keys));
    }
}

/// The line of the grid that is shown at a line of the view.
pub(super) fn in_grid(offset: usize, line: u16) -> Line {
    Line(i32::from(line) - offset as i32)
}
