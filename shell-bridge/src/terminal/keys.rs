//! Keys → bytes, as xterm does it (<https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>, "PC-Style Function Keys").

use alacritty_terminal::term::TermMode;

use super::Terminal;

/// A key that has a name rather than a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are what is engraved on the keys")]
pub enum Named {
    Escape,
    Enter,
    Tab,
    Backspace,
    Insert,
    Delete,
    Left,
    Right,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    CapsLock,
    ScrollLock,
    NumLock,
    PrintScreen,
    Pause,
    Menu,
    /// F1 to F35.
    F(u8),
    /// A digit of the keypad, 0 to 9.
    Pad(u8),
    PadDecimal,
    PadDivide,
    PadMultiply,
    PadSubtract,
    PadAdd,
    PadEnter,
    PadEqual,
    PadSeparator,
    PadLeft,
    PadRight,
    PadUp,
    PadDown,
    PadPageUp,
    PadPageDown,
    PadHome,
    PadEnd,
    PadInsert,
    PadDelete,
    PadBegin,
    MediaPlay,
    MediaPause,
    MediaPlayPause,
    MediaReverse,
    MediaStop,
    MediaFastForward,
    MediaRewind,
    MediaNext,
    MediaPrevious,
    MediaRecord,
    VolumeDown,
    VolumeUp,
    VolumeMute,
    LeftShift,
    LeftControl,
    LeftAlt,
    LeftSuper,
    LeftHyper,
    LeftMeta,
    RightShift,
    RightControl,
    RightAlt,
    RightSuper,
    RightHyper,
    RightMeta,
    Level3Shift,
    Level5Shift,
}

/// Which key it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// The character that the layout gives, with the modifiers that it uses up: `A` for Shift+a.
    Char(char),
    /// A key with a name.
    Named(Named),
}

/// What is held down, and which locks are on. A modifier that the layout has used up for the character and that is no
/// shortcut's, such as AltGr, is none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the names are what is engraved on the keys")]
pub struct Modifiers {
    pub shift: bool,
    pub alt: bool,
    pub control: bool,
    pub logo: bool,
    pub hyper: bool,
    pub meta: bool,
    pub caps_lock: bool,
    pub num_lock: bool,
}

impl Modifiers {
    /// Nothing held.
    pub const NONE: Self = Self {
        shift: false,
        alt: false,
        control: false,
        logo: false,
        hyper: false,
        meta: false,
        caps_lock: false,
        num_lock: false,
    };

    /// As xterm counts: 1 and one bit for each of Shift, Alt, Control.
    fn xterm(self) -> u8 {
        1 + u8::from(self.shift) + 2 * u8::from(self.alt) + 4 * u8::from(self.control)
    }
}

/// What happened to the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeyState {
    /// It went down.
    #[default]
    Press,
    /// It is held, and repeats.
    Repeat,
    /// It came up.
    Release,
}

/// A key of the keyboard, as the layout understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEvent {
    /// Which one.
    pub key: Key,
    /// The character that the key gives without any modifier, `a` for Shift+a.
    pub plain: Option<char>,
    /// The character of the same place on a US keyboard, where the layout is another one.
    pub us: Option<char>,
    /// What is held with it.
    pub modifiers: Modifiers,
    /// Pressed, repeated or released.
    pub state: KeyState,
    /// The text that the key types; empty for one that types none.
    pub text: String,
}

impl KeyEvent {
    /// A key with a name, pressed.
    pub fn named(name: Named, modifiers: Modifiers) -> Self {
        Self { key: Key::Named(name), plain: None, us: None, modifiers, state: KeyState::Press, text: String::new() }
    }

    /// A character, pressed. `plain` is what the key gives without modifiers.
    pub fn char(c: char, plain: char, modifiers: Modifiers) -> Self {
        let types = !(modifiers.control || modifiers.alt || modifiers.logo);
        Self {
            key: Key::Char(c),
            plain: Some(plain),
            us: None,
            modifiers,
            state: KeyState::Press,
            text: if types { c.to_string() } else { String::new() },
        }
    }
}

impl Terminal {
    /// What a key sends to the program, in the mode that the program has asked for. Empty for a key that sends nothing.
    pub fn key(&self, key: &KeyEvent) -> Vec<u8> {
        let modes = self.screen.keyboard.modes();
        if !modes.is_empty() {
            return super::kitty::encode(key, modes, *self.screen.term.mode());
        }
        legacy(key, *self.screen.term.mode(), self.screen.modify_other_keys)
    }
}

/// What xterm sends for a key.
pub(super) fn legacy(key: &KeyEvent, modes: TermMode, modify_other_keys: u8) -> Vec<u8> {
    if key.state == KeyState::Release {
        return Vec::new();
    }
    match key.key {
        Key::Named(name) => named(name, key, modes, modify_other_keys),
        Key::Char(c) => character(c, key, modify_other_keys),
    }
}

fn named(name: Named, key: &KeyEvent, modes: TermMode, modify_other_keys: u8) -> Vec<u8> {
    let held = key.modifiers;
    let application = modes.contains(TermMode::APP_KEYPAD);
    if let Some((c, code)) = keypad(name) {
        if application && held.xterm() == 1 && !held.num_lock {
            return vec![0x1b, b'O', code];
        }
        return match c {
            '\r' => simple(b"\r", held),
            _ => simple(c.to_string().as_bytes(), held),
        };
    }
    if modify_other_keys == 2
        && held.xterm() > 1
        && let Some(code) = match name {
            Named::Enter => Some(13),
            Named::Escape => Some(27),
            Named::Tab => Some(9),
            Named::Backspace => Some(127),
            _ => None,
        }
    {
        return other_key(code, held);
    }
    match name {
        Named::Enter if modes.contains(TermMode::LINE_FEED_NEW_LINE) => simple(b"\r\n", held),
        Named::Enter => simple(b"\r", held),
        Named::Escape => simple(b"\x1b", held),
        Named::Tab if held.shift => simple(b"\x1b[Z", held),
        Named::Tab => simple(b"\t", held),
        Named::Backspace if held.control => simple(b"\x08", held),
        Named::Backspace => simple(b"\x7f", held),
        _ => match function(name) {
            Some(function) => function.encode(held.xterm(), modes.contains(TermMode::APP_CURSOR)),
            None => Vec::new(),
        },
    }
}

/// Bytes with an escape before them when Alt is held.
fn simple(bytes: &[u8], held: Modifiers) -> Vec<u8> {
    let mut all = Vec::with_capacity(bytes.len() + 1);
    if held.alt {
        all.push(0x1b);
    }
    all.extend_from_slice(bytes);
    all
}

/// `CSI 27 ; modifiers ; code ~`, what modifyOtherKeys gives.
fn other_key(code: u32, held: Modifiers) -> Vec<u8> {
    format!("\x1b[27;{};{code}~", held.xterm()).into_bytes()
}

/// How a function key is written.
pub(super) enum Function {
    /// `CSI 1 ; m X`, or `SS3 X` alone.
    Letter {
        letter: char,
        /// Without modifiers: always SS3 (F1 to F4), or SS3 only in application mode (arrows).
        always_ss3: bool,
    },
    /// `CSI n ; m ~`.
    Number(u8),
}

impl Function {
    fn encode(&self, modifiers: u8, application: bool) -> Vec<u8> {
        match self {
            Self::Letter { letter, always_ss3 } if modifiers == 1 && (*always_ss3 || application) => {
                format!("\x1bO{letter}")
            }
            Self::Letter { letter, .. } if modifiers == 1 => format!("\x1b[{letter}"),
            Self::Letter { letter, .. } => format!("\x1b[1;{modifiers}{letter}"),
            Self::Number(number) if modifiers == 1 => format!("\x1b[{number}~"),
            Self::Number(number) => format!("\x1b[{number};{modifiers}~"),
        }
        .into_bytes()
    }
}

/// The function keys that xterm knows.
pub(super) fn function(name: Named) -> Option<Function> {
    let arrow = |letter| Function::Letter { letter, always_ss3: false };
    let first = |letter| Function::Letter { letter, always_ss3: true };
    Some(match name {
        Named::Up | Named::PadUp => arrow('A'),
        Named::Down | Named::PadDown => arrow('B'),
        Named::Right | Named::PadRight => arrow('C'),
        Named::Left | Named::PadLeft => arrow('D'),
        Named::PadBegin => arrow('E'),
        Named::End | Named::PadEnd => arrow('F'),
        Named::Home | Named::PadHome => arrow('H'),
        Named::Insert | Named::PadInsert => Function::Number(2),
        Named::Delete | Named::PadDelete => Function::Number(3),
        Named::PageUp | Named::PadPageUp => Function::Number(5),
        Named::PageDown | Named::PadPageDown => Function::Number(6),
        Named::F(1) => first('P'),
        Named::F(2) => first('Q'),
        Named::F(3) => first('R'),
        Named::F(4) => first('S'),
        Named::F(5) => Function::Number(15),
        Named::F(number @ 6..=10) => Function::Number(11 + number),
        Named::F(number @ 11..=14) => Function::Number(12 + number),
        Named::F(number @ 15..=16) => Function::Number(13 + number),
        Named::F(number @ 17..=20) => Function::Number(14 + number),
        Named::Menu => Function::Number(29),
        _ => return None,
    })
}

/// The keypad's character, and its letter after SS3 in application mode.
fn keypad(name: Named) -> Option<(char, u8)> {
    Some(match name {
        Named::Pad(digit @ 0..=9) => (char::from(b'0' + digit), b'p' + digit),
        Named::PadDecimal => ('.', b'n'),
        Named::PadDivide => ('/', b'o'),
        Named::PadMultiply => ('*', b'j'),
        Named::PadSubtract => ('-', b'm'),
        Named::PadAdd => ('+', b'k'),
        Named::PadEnter => ('\r', b'M'),
        Named::PadEqual => ('=', b'X'),
        Named::PadSeparator => (',', b'l'),
        _ => return None,
    })
}

fn character(c: char, key: &KeyEvent, modify_other_keys: u8) -> Vec<u8> {
    let held = key.modifiers;
    if held.xterm() > 1 && modify_other_keys > 0 {
        let shifted_only = held.shift && !held.alt && !held.control;
        let well_known = match modify_other_keys {
            // Everything that has a byte of its own keeps it.
            1 => !held.control || control(c).is_some(),
            _ => shifted_only && !c.is_control() && c != ' ',
        };
        if !well_known {
            return other_key(u32::from(c), held);
        }
    }
    if held.control {
        // Ctrl on a key of another alphabet is Ctrl on the same place of a US keyboard.
        let byte = control(c).or_else(|| key.plain.and_then(control)).or_else(|| key.us.and_then(control));
        return match byte {
            Some(byte) => simple(&[byte], held),
            None => simple(c.to_string().as_bytes(), held),
        };
    }
    if held.alt || key.text.is_empty() {
        // Super and the like with a character are shortcuts, and type nothing.
        if held.logo || held.hyper || held.meta {
            return Vec::new();
        }
        return simple(c.to_string().as_bytes(), held);
    }
    key.text.clone().into_bytes()
}

/// The byte that Control makes of a character, as terminals have always done it.
pub(super) fn control(c: char) -> Option<u8> {
    Some(match c {
        ' ' | '2' | '@' | '`' => 0,
        'a'..='z' => c as u8 - b'a' + 1,
        'A'..='Z' => c as u8 - b'A' + 1,
        '3' | '[' | '{' => 27,
        '4' | '\\' | '|' => 28,
        '5' | ']' | '}' => 29,
        '6' | '^' | '~' => 30,
        '7' | '/' | '_' => 31,
        '8' | '?' => 127,
        _ => return None,
    })
}
