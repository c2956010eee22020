//! The keyboard protocol of kitty (<https://sw.kovidgoyal.net/kitty/keyboard-protocol/>): modes and how keys are told in it.

use alacritty_terminal::term::TermMode;
use alacritty_terminal::vte::ansi::{KeyboardModes, KeyboardModesApplyBehavior};

use super::keys::{Key, KeyEvent, KeyState, Named, legacy};

/// Modes that a program can put aside, on each of the two screens. The oldest is dropped.
const MAX_STACK: usize = 32;

/// The modes in force, for the primary and the alternate screen.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    now: [KeyboardModes; 2],
    saved: [Vec<KeyboardModes>; 2],
    alternate: bool,
}

impl Keyboard {
    fn at(&self) -> usize {
        usize::from(self.alternate)
    }

    /// The modes that keys are told in.
    pub fn modes(&self) -> KeyboardModes {
        self.now[self.at()]
    }

    pub fn switch(&mut self, alternate: bool) {
        self.alternate = alternate;
    }

    pub fn push(&mut self, modes: KeyboardModes) {
        let at = self.at();
        if self.saved[at].len() == MAX_STACK {
            self.saved[at].remove(0);
        }
        self.saved[at].push(self.now[at]);
        self.now[at] = modes;
    }

    /// Takes modes back; past the last one, none is left.
    pub fn pop(&mut self, count: u16) {
        let at = self.at();
        for _ in 0..usize::from(count).min(MAX_STACK + 1) {
            self.now[at] = self.saved[at].pop().unwrap_or(KeyboardModes::NO_MODE);
        }
    }

    pub fn set(&mut self, modes: KeyboardModes, how: KeyboardModesApplyBehavior) {
        let now = &mut self.now[usize::from(self.alternate)];
        *now = match how {
            KeyboardModesApplyBehavior::Replace => modes,
            KeyboardModesApplyBehavior::Union => *now | modes,
            KeyboardModesApplyBehavior::Difference => *now - modes,
        };
    }
}

/// How a key is written: its number and the letter at the end.
struct Form {
    number: u32,
    last: char,
}

/// What a key sends in modes of this protocol.
pub(super) fn encode(key: &KeyEvent, modes: KeyboardModes, term: TermMode) -> Vec<u8> {
    let all = modes.contains(KeyboardModes::REPORT_ALL_KEYS_AS_ESC);
    let events = modes.contains(KeyboardModes::REPORT_EVENT_TYPES);
    let released = key.state == KeyState::Release;
    if released && !events {
        return Vec::new();
    }
    if !all {
        if types_text(key) {
            return if released { Vec::new() } else { key.text.clone().into_bytes() };
        }
        // So that a shell can be typed into after a program has left its modes behind.
        if let Key::Named(name @ (Named::Enter | Named::Tab | Named::Backspace)) = key.key
            && held(key, false) == 0
        {
            return match name {
                _ if released => Vec::new(),
                Named::Enter if term.contains(TermMode::LINE_FEED_NEW_LINE) => b"\r\n".to_vec(),
                Named::Enter => b"\r".to_vec(),
                Named::Tab => b"\t".to_vec(),
                _ => b"\x7f".to_vec(),
            };
        }
        let disambiguates = modes.contains(KeyboardModes::DISAMBIGUATE_ESC_CODES);
        if !disambiguates && !events && !released {
            return legacy(key, term, 0);
        }
    }
    let (form, alternates) = match key.key {
        Key::Named(name) => match form(name, all) {
            Some(form) => (form, String::new()),
            None => return Vec::new(),
        },
        Key::Char(c) => {
            let plain = key.plain.unwrap_or_else(|| c.to_lowercase().next().unwrap_or(c));
            let number = u32::from(plain);
            let wanted = modes.contains(KeyboardModes::REPORT_ALTERNATE_KEYS);
            let shifted = Some(c).filter(|c| wanted && key.modifiers.shift && *c != plain);
            let us = key.us.filter(|us| wanted && *us != plain);
            let alternates = match (shifted, us) {
                (None, None) => String::new(),
                (Some(shifted), None) => format!(":{}", u32::from(shifted)),
                (None, Some(us)) => format!("::{}", u32::from(us)),
                (Some(shifted), Some(us)) => format!(":{}:{}", u32::from(shifted), u32::from(us)),
            };
            (Form { number, last: 'u' }, alternates)
        }
    };
    // Locks change what text keys type; a program that does not want all keys is not to take them for shortcuts.
    let locks = all || matches!(key.key, Key::Named(_));
    let event = match key.state {
        KeyState::Repeat if events => ":2",
        KeyState::Release => ":3",
        _ => "",
    };
    let mut held = match held(key, locks) {
        0 if event.is_empty() => String::new(),
        held => format!("{}{event}", 1 + held),
    };
    let mut text = String::new();
    if all && modes.contains(KeyboardModes::REPORT_ASSOCIATED_TEXT) && !released {
        for c in key.text.chars().filter(|c| !c.is_control()) {
            text.push(if text.is_empty() { ';' } else { ':' });
            text.push_str(&u32::from(c).to_string());
        }
    }
    if !held.is_empty() || !text.is_empty() {
        held.insert(0, ';');
    }
    let number = match form {
        // A letter says which key it is; the number only holds its place.
        Form { number: 1, .. } if held.is_empty() => String::new(),
        Form { number, .. } => number.to_string(),
    };
    format!("\x1b[{number}{alternates}{held}{text}{}", form.last).into_bytes()
}

/// Whether a key types text rather than giving an order.
fn types_text(key: &KeyEvent) -> bool {
    let held = key.modifiers;
    let orders = held.alt || held.control || held.logo || held.hyper || held.meta;
    !orders && !key.text.is_empty() && !key.text.chars().any(char::is_control)
}

/// The bits of what is held.
fn held(key: &KeyEvent, locks: bool) -> u32 {
    let held = key.modifiers;
    let bits = [
        held.shift,
        held.alt,
        held.control,
        held.logo,
        held.hyper,
        held.meta,
        locks && held.caps_lock,
        locks && held.num_lock,
    ];
    bits.iter().enumerate().map(|(bit, on)| u32::from(*on) << bit).sum()
}

/// The form of a key that has a name. Keys that only modify have none unless all keys are told.
fn form(name: Named, all: bool) -> Option<Form> {
    let letter = |last| Form { number: 1, last };
    let tilde = |number| Form { number, last: '~' };
    let own = |number| Form { number, last: 'u' };
    Some(match name {
        Named::Escape => own(27),
        Named::Enter => own(13),
        Named::Tab => own(9),
        Named::Backspace => own(127),
        Named::Insert => tilde(2),
        Named::Delete => tilde(3),
        Named::Left => letter('D'),
        Named::Right => letter('C'),
        Named::Up => letter('A'),
        Named::Down => letter('B'),
        Named::PageUp => tilde(5),
        Named::PageDown => tilde(6),
        Named::Home => letter('H'),
        Named::End => letter('F'),
        Named::CapsLock => own(57358),
        Named::ScrollLock => own(57359),
        Named::NumLock => own(57360),
        Named::PrintScreen => own(57361),
        Named::Pause => own(57362),
        Named::Menu => own(57363),
        Named::F(1) => letter('P'),
        Named::F(2) => letter('Q'),
        // CSI R would be a report of the cursor's place.
        Named::F(3) => tilde(13),
        Named::F(4) => letter('S'),
        Named::F(5) => tilde(15),
        Named::F(number @ 6..=10) => tilde(u32::from(number) + 11),
        Named::F(number @ 11..=12) => tilde(u32::from(number) + 12),
        Named::F(number @ 13..=35) => own(57363 + u32::from(number)),
        Named::F(_) => return None,
        Named::Pad(digit @ 0..=9) => own(57399 + u32::from(digit)),
        Named::Pad(_) => return None,
        Named::PadDecimal => own(57409),
        Named::PadDivide => own(57410),
        Named::PadMultiply => own(57411),
        Named::PadSubtract => own(57412),
        Named::PadAdd => own(57413),
        Named::PadEnter => own(57414),
        Named::PadEqual => own(57415),
        Named::PadSeparator => own(57416),
        Named::PadLeft => own(57417),
        Named::PadRight => own(57418),
        Named::PadUp => own(57419),
        Named::PadDown => own(57420),
        Named::PadPageUp => own(57421),
        Named::PadPageDown => own(57422),
        Named::PadHome => own(57423),
        Named::PadEnd => own(57424),
        Named::PadInsert => own(57425),
        Named::PadDelete => own(57426),
        Named::PadBegin => letter('E'),
        Named::MediaPlay => own(57428),
        Named::MediaPause => own(57429),
        Named::MediaPlayPause => own(57430),
        Named::MediaReverse => own(57431),
        Named::MediaStop => own(57432),
        Named::MediaFastForward => own(57433),
        Named::MediaRewind => own(57434),
        Named::MediaNext => own(57435),
        Named::MediaPrevious => own(57436),
        Named::MediaRecord => own(57437),
        Named::VolumeDown => own(57438),
        Named::VolumeUp => own(57439),
        Named::VolumeMute => own(57440),
        _ if !all => return None,
        Named::LeftShift => own(57441),
        Named::LeftControl => own(57442),
        Named::LeftAlt => own(57443),
        Named::LeftSuper => own(57444),
        Named::LeftHyper => own(57445),
        Named::LeftMeta => own(57446),
        Named::RightShift => own(57447),
        Named::RightControl => own(57448),
        Named::RightAlt => own(57449),
        Named::RightSuper => own(57450),
        Named::RightHyper => own(57451),
        Named::RightMeta => own(57452),
        Named::Level3Shift => own(57453),
        Named::Level5Shift => own(57454),
    })
}
