//! The mouse: what a program hears of it, and what it does where the program does not listen.

use std::time::Duration;

use super::keys::{KeyEvent, Modifiers, Named};
use super::selection::{Place, Select};
use super::{Scroll, Terminal};

/// What of the mouse a program wants to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Tracking {
    /// Nothing: the mouse selects.
    Off,
    /// Mode 9: presses alone.
    Presses,
    /// Mode 1000: presses and releases.
    Clicks,
    /// Mode 1002: and motion while a button is down.
    Drags,
    /// Mode 1003: and all motion.
    Motion,
}

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Encoding {
    /// Three bytes; columns and lines up to 223.
    #[default]
    X10,
    /// Mode 1005: the same, with characters; up to 2015.
    Utf8,
    /// Mode 1006: decimal.
    Sgr,
    /// Mode 1015: decimal, without saying which button came up.
    Urxvt,
    /// Mode 1016: decimal, in pixels.
    SgrPixels,
}

/// A button of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "they are what they are")]
pub enum Button {
    Left,
    Middle,
    Right,
    Back,
    Forward,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MouseKind {
    /// A button went down.
    Press(Button),
    /// A button came up.
    Release(Button),
    /// The pointer moved; with the button that is held, if one is.
    Motion(Option<Button>),
    /// The wheel turned: lines down (positive) and columns to the right.
    Wheel {
        /// Lines; negative is up, towards older text.
        lines: f64,
        /// Columns; negative is to the left.
        columns: f64,
    },
}

/// Something that the mouse did over the terminal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MouseEvent {
    /// What.
    pub kind: MouseKind,
    /// Device pixels from the left edge of the first column. May lie outside while a button is held.
    pub x: f64,
    /// Device pixels from the top edge of the first line.
    pub y: f64,
    /// What is held on the keyboard.
    pub modifiers: Modifiers,
    /// When, by the clock that all events go by; makes double clicks.
    pub time: Duration,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mouse {
    /// It is the program's: these bytes are to be written to it.
    Bytes(Vec<u8>),
    /// The terminal has done with it what there was to do: a selection, a scroll.
    Handled,
    /// A link was followed; its scheme is one that is safe to open.
    Open(String),
    /// The primary selection is to be pasted here.
    PastePrimary,
    /// A selection has been made; its text is for the primary selection.
    Selected(String),
    /// Nothing of the terminal's.
    Ignored,
}

/// Time between the clicks of a double click, at most.
const DOUBLE: Duration = Duration::from_millis(400);
/// Lines of the wheel that make one step for a program.
const STEP: f64 = 3.0;
/// Steps of the wheel that are told at once, at most.
const MAX_STEPS: usize = 100;

/// Who has the mouse while a button is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grab {
    Program,
    Selection,
}

/// What the mouse has done so far.
#[derive(Debug, Default)]
pub(super) struct Pointer {
    grab: Option<Grab>,
    clicks: u8,
    clicked: Option<(Duration, Cellwise)>,
    /// What was last told of a motion.
    told: Option<(i64, i64)>,
    lines: f64,
    columns: f64,
}

/// A cell of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cellwise {
    line: u16,
    column: u16,
}

impl Terminal {
    /// Does what the mouse does here: gives it to the program if that wants it and Shift is not held; selects, follows
    /// links (Ctrl+click), scrolls otherwise.
    pub fn mouse(&mut self, event: MouseEvent) -> Mouse {
        if !event.x.is_finite() || !event.y.is_finite() {
            return Mouse::Ignored;
        }
        match event.kind {
            MouseKind::Wheel { lines, columns } => self.wheel(event, lines, columns),
            MouseKind::Press(button) => {
                let program = self.screen.tracking != Tracking::Off && !event.modifiers.shift;
                self.pointer.grab = Some(if program { Grab::Program } else { Grab::Selection });
                if program { self.tell(event) } else { self.press(event, button) }
            }
            MouseKind::Motion(Some(button)) => match self.pointer.grab {
                Some(Grab::Selection) if button == Button::Left => self.drag(event),
                Some(Grab::Selection) => Mouse::Ignored,
                _ => self.tell(event),
            },
            MouseKind::Motion(None) => self.tell(event),
            MouseKind::Release(button) => match self.pointer.grab.take() {
                Some(Grab::Selection) if button == Button::Left => {
                    self.selected_text().map_or(Mouse::Handled, Mouse::Selected)
                }
                Some(Grab::Selection) => Mouse::Ignored,
                _ => self.tell(event),
            },
        }
    }

    /// The cell below the pointer, and the nearest place between cells.
    fn below(&self, event: MouseEvent) -> (Cellwise, Place) {
        let size = self.size();
        let (width, height) = (f64::from(self.screen.cell.0.max(1)), f64::from(self.screen.cell.1.max(1)));
        let columns = (event.x / width).clamp(0.0, f64::from(size.columns) - 0.001);
        let line = (event.y / height).clamp(0.0, f64::from(size.lines) - 0.001) as u16;
        let column = columns as u16;
        let right = columns.fract() >= 0.5;
        (Cellwise { line, column }, Place { line, column, right })
    }

    fn press(&mut self, event: MouseEvent, button: Button) -> Mouse {
        let (cell, place) = self.below(event);
        match button {
            Button::Middle => return Mouse::PastePrimary,
            Button::Left => {}
            Button::Right | Button::Back | Button::Forward => return Mouse::Ignored,
        }
        let held = event.modifiers;
        if held.control
            && let Some(link) = self.link_at(cell.line, cell.column)
        {
            self.pointer.grab = None;
            return if link.safe { Mouse::Open(link.uri) } else { Mouse::Handled };
        }
        if held.shift && self.screen.term.selection.is_some() {
            self.select_to(place);
            return Mouse::Handled;
        }
        let again =
            self.pointer.clicked.is_some_and(|(at, there)| there == cell && event.time.saturating_sub(at) <= DOUBLE);
        self.pointer.clicks = if again { self.pointer.clicks % 3 + 1 } else { 1 };
        self.pointer.clicked = Some((event.time, cell));
        let by = match self.pointer.clicks {
            2 => Select::Words,
            3 => Select::Lines,
            _ if held.alt => Select::Block,
            _ => Select::Chars,
        };
        self.select_from(place, by);
        Mouse::Handled
    }

    fn drag(&mut self, event: MouseEvent) -> Mouse {
        let bottom = f64::from(self.screen.cell.1) * f64::from(self.size().lines);
        if event.y < 0.0 {
            self.scroll(Scroll::Lines(1));
        } else if event.y >= bottom {
            self.scroll(Scroll::Lines(-1));
        }
        let (_, place) = self.below(event);
        self.select_to(place);
        Mouse::Handled
    }

    fn wheel(&mut self, event: MouseEvent, lines: f64, columns: f64) -> Mouse {
        if !lines.is_finite() || !columns.is_finite() {
            return Mouse::Ignored;
        }
        let programs = self.screen.tracking != Tracking::Off && !event.modifiers.shift;
        let unit = if programs { STEP } else { 1.0 };
        let steps = |sum: &mut f64, by: f64| {
            // A turn the other way starts afresh.
            if *sum * by < 0.0 {
                *sum = 0.0;
            }
            *sum += by;
            let whole = (*sum / unit).trunc();
            *sum -= whole * unit;
            whole.clamp(-(MAX_STEPS as f64), MAX_STEPS as f64) as i32
        };
        let down = steps(&mut self.pointer.lines, lines);
        let right = steps(&mut self.pointer.columns, columns);
        if programs {
            if self.screen.tracking == Tracking::Presses {
                return Mouse::Handled;
            }
            let mut bytes = Vec::new();
            for (count, codes) in [(down, (64, 65)), (right, (66, 67))] {
                let code = if count < 0 { codes.0 } else { codes.1 };
                for _ in 0..count.unsigned_abs() {
                    bytes.extend(self.encode(code, event, true));
                }
            }
            return if bytes.is_empty() { Mouse::Handled } else { Mouse::Bytes(bytes) };
        }
        let modes = self.modes();
        if modes.alternate_screen && !event.modifiers.shift {
            if !modes.alternate_scroll || down == 0 {
                return Mouse::Handled;
            }
            let name = if down < 0 { Named::Up } else { Named::Down };
            let key = self.key(&KeyEvent::named(name, Modifiers::NONE));
            return Mouse::Bytes(key.repeat(down.unsigned_abs() as usize));
        }
        if down != 0 {
            self.scroll(Scroll::Lines(-down));
        }
        Mouse::Handled
    }

    /// Tells the program of a press, a release or a motion, if it wants to hear of it.
    fn tell(&mut self, event: MouseEvent) -> Mouse {
        let number = |button| match button {
            Button::Left => 0,
            Button::Middle => 1,
            Button::Right => 2,
            Button::Back => 128,
            Button::Forward => 129,
        };
        let tracking = self.screen.tracking;
        let (code, pressed) = match (event.kind, tracking) {
            (_, Tracking::Off) => return Mouse::Ignored,
            (MouseKind::Press(Button::Back | Button::Forward), Tracking::Presses) => return Mouse::Ignored,
            (MouseKind::Press(button), _) => (number(button), true),
            (_, Tracking::Presses) => return Mouse::Ignored,
            (MouseKind::Release(button), _) => (number(button), false),
            (MouseKind::Motion(Some(button)), Tracking::Drags | Tracking::Motion) => (number(button) + 32, true),
            (MouseKind::Motion(None), Tracking::Motion) => (3 + 32, true),
            _ => return Mouse::Ignored,
        };
        if matches!(event.kind, MouseKind::Motion(_)) {
            let (cell, _) = self.below(event);
            let place = match self.screen.encoding {
                Encoding::SgrPixels => (event.x as i64, event.y as i64),
                _ => (i64::from(cell.column), i64::from(cell.line)),
            };
            if self.pointer.told.replace(place) == Some(place) {
                return Mouse::Handled;
            }
        } else {
            self.pointer.told = None;
        }
        match self.encode(code, event, pressed) {
            bytes if bytes.is_empty() => Mouse::Handled,
            bytes => Mouse::Bytes(bytes),
        }
    }

    /// `code` at the pointer's place. Empty where the encoding has no number for the place.
    fn encode(&self, code: u8, event: MouseEvent, pressed: bool) -> Vec<u8> {
        let (cell, _) = self.below(event);
        let held = event.modifiers;
        let mut code = u32::from(code);
        if self.screen.tracking != Tracking::Presses {
            code += 4 * u32::from(held.shift) + 8 * u32::from(held.alt) + 16 * u32::from(held.control);
        }
        // Before SGR a release does not say of which button.
        let vague = if pressed { code } else { code & !0b1100_0011 | 3 };
        let (column, line) = (u32::from(cell.column) + 1, u32::from(cell.line) + 1);
        let last = if pressed { 'M' } else { 'm' };
        match self.screen.encoding {
            Encoding::Sgr => format!("\x1b[<{code};{column};{line}{last}").into_bytes(),
            Encoding::SgrPixels => {
                let size = self.size();
                let most = |count: u16, cell: u16| f64::from(count) * f64::from(cell) - 1.0;
                let x = event.x.clamp(0.0, most(size.columns, self.screen.cell.0).max(0.0)) as u32 + 1;
                let y = event.y.clamp(0.0, most(size.lines, self.screen.cell.1).max(0.0)) as u32 + 1;
                format!("\x1b[<{code};{x};{y}{last}").into_bytes()
            }
            Encoding::Urxvt => format!("\x1b[{};{column};{line}M", vague + 32).into_bytes(),
            Encoding::X10 | Encoding::Utf8 => {
                let most = if self.screen.encoding == Encoding::X10 { 223 } else { 2015 };
                if column > most || line > most {
                    return Vec::new();
                }
                let mut bytes = b"\x1b[M".to_vec();
                for number in [vague + 32, column + 32, line + 32] {
                    match (self.screen.encoding, char::from_u32(number)) {
                        (Encoding::Utf8, Some(c)) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                        _ => bytes.push(number as u8),
                    }
                }
                bytes
            }
        }
    }
}
