//! Modes of a terminal that the grid itself does not know, and the way back to none.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::vte::ansi::{Attr, CharsetIndex, Handler, NamedPrivateMode, StandardCharset};

use super::kitty::Keyboard;
use super::mouse::{Encoding, Tracking};
use super::screen::{Screen, Sync};

impl Screen {
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
        self.margins_are_reset();
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
    pub(super) fn own_mode(&self, mode: u16) -> Option<bool> {
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
    pub(super) fn set_own_mode(&mut self, mode: u16, on: bool) -> bool {
        let tracking = |to| if on { to } else { Tracking::Off };
        match mode {
            // What else it does, the grid does.
            3 => {
                self.region_is_gone();
                return false;
            }
            5 => {
                self.all_damaged |= self.reverse != on;
                self.reverse = on;
            }
            6 => self.set_origin(on),
            9 => self.tracking = tracking(Tracking::Presses),
            1000 => self.tracking = tracking(Tracking::Clicks),
            1002 => self.tracking = tracking(Tracking::Drags),
            1003 => self.tracking = tracking(Tracking::Motion),
            1005 => self.set_encoding(Encoding::Utf8, on),
            1006 => self.set_encoding(Encoding::Sgr, on),
            1015 => self.set_encoding(Encoding::Urxvt, on),
            1016 => self.set_encoding(Encoding::SgrPixels, on),
            47 | 1047 => self.switch(on),
            1048 if on => self.save_cursor(),
            1048 => self.restore_cursor(),
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
