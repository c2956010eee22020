//! What the parser finds in the stream, done to the grid: what the grid does itself, and what it lacks or has otherwise.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::Column;
use alacritty_terminal::vte::ansi::{
    Attr, CharsetIndex, ClearMode, CursorShape, CursorStyle, Handler, Hyperlink, KeyboardModes,
    KeyboardModesApplyBehavior, LineClearMode, Mode, ModifyOtherKeys, PrivateMode, Rgb, StandardCharset,
    TabulationClearMode,
};

use super::Happening;
use super::cluster;
use super::kitty::Keyboard;
use super::mouse::{Encoding, Tracking};
use super::screen::{BLINK, MAX_COPY, MAX_LINK, MAX_LINKS, MAX_TITLE, MAX_TITLES, SLACK, Screen, Sync};

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
        insert_blank(count: usize);
        move_forward(columns: usize);
        move_backward(columns: usize);
        put_tab(count: u16);
        backspace();
        carriage_return();
        substitute();
        set_horizontal_tabstop();
        scroll_down(lines: usize);
        erase_chars(count: usize);
        delete_chars(count: usize);
        move_backward_tabs(count: u16);
        move_forward_tabs(count: u16);
        clear_line(mode: LineClearMode);
        clear_tabs(mode: TabulationClearMode);
        reverse_index();
        set_mode(mode: Mode);
        unset_mode(mode: Mode);
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
    }

    pass_and_collect! {
        report_mode(mode: Mode);
        text_area_size_chars();
    }

    fn goto_col(&mut self, column: usize) {
        self.move_to_column(column);
    }

    fn move_up(&mut self, lines: usize) {
        self.move_lines(-(lines as i64), None);
    }

    fn move_down(&mut self, lines: usize) {
        self.move_lines(lines as i64, None);
    }

    fn move_up_and_cr(&mut self, lines: usize) {
        self.move_lines(-(lines as i64), Some(0));
    }

    fn move_down_and_cr(&mut self, lines: usize) {
        self.move_lines(lines as i64, Some(0));
    }

    fn insert_blank_lines(&mut self, lines: usize) {
        self.term.insert_blank_lines(lines);
        self.return_within_region();
    }

    fn delete_lines(&mut self, lines: usize) {
        self.scrolling(|term| term.delete_lines(lines));
        self.return_within_region();
    }

    fn set_scrolling_region(&mut self, top: usize, bottom: Option<usize>) {
        self.set_region(top, bottom);
    }

    fn save_cursor_position(&mut self) {
        self.save_cursor();
    }

    fn restore_cursor_position(&mut self) {
        self.restore_cursor();
    }

    fn device_status(&mut self, what: usize) {
        if what == 6 {
            self.report_cursor();
        } else {
            self.term.device_status(what);
            self.collect();
        }
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
        self.margins_are_reset();
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
