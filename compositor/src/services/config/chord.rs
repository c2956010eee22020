//! Key chords: `Super+Up`, `Ctrl+Shift+T`, `question`.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

/// Gives the keysym of an XKB name whatever its case, the lower-case letter where there are two; nothing if there is no
/// key of that name. `xkb::keysym_from_name` with `KEYSYM_CASE_INSENSITIVE` is one.
pub type Keysyms = fn(&str) -> Option<u32>;

/// `ISO_Left_Tab`, which is what keyboards make of Tab with Shift.
const LEFT_TAB: u32 = 0xfe20;
/// `Tab`.
const TAB: u32 = 0xff09;

/// The modifiers that are held; locks do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Modifiers {
    /// The key with the logo.
    #[serde(rename = "super")]
    pub logo: bool,
    /// Control.
    pub ctrl: bool,
    /// Alt, not AltGr.
    pub alt: bool,
    /// Shift.
    pub shift: bool,
}

impl Modifiers {
    /// Whether nothing but Shift is held, so that a key with it may type something.
    pub fn types(self) -> bool {
        !(self.logo || self.ctrl || self.alt)
    }
}

impl fmt::Display for Modifiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [(self.logo, "Super+"), (self.ctrl, "Ctrl+"), (self.alt, "Alt+"), (self.shift, "Shift+")];
        words.iter().filter(|(held, _)| *held).try_for_each(|(_, word)| f.write_str(word))
    }
}

/// A key with modifiers. Two chords are equal if the same fingers play them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Chord {
    /// What is held.
    #[serde(flatten)]
    pub modifiers: Modifiers,
    /// An XKB keysym; letters in lower case.
    #[serde(rename = "keysym")]
    pub key: u32,
}

/// Why a text is no chord.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the texts say it")]
pub enum ChordError {
    #[error("{0:?} names no key; write it like \"Super+Up\", and the plus key as \"plus\"")]
    NoKey(String),
    #[error("there is no modifier {0:?}; there are Super, Ctrl, Alt and Shift")]
    NoSuchModifier(String),
    #[error("{0} stands there twice")]
    Twice(String),
    #[error("there is no key called {0:?}; keys have their XKB names, such as Up, Return, slash or F1")]
    NoSuchKey(String),
    #[error("a chord cannot be longer than {MOST_BYTES} bytes")]
    TooLong,
}

/// No chord is longer.
const MOST_BYTES: usize = 80;

impl Chord {
    /// Reads a chord: modifiers in any order and any case, then a key.
    pub fn parse(text: &str, keysyms: Keysyms) -> Result<Self, ChordError> {
        if text.len() > MOST_BYTES {
            return Err(ChordError::TooLong);
        }
        let mut parts: Vec<&str> = text.split('+').map(str::trim).collect();
        let key = parts.pop().filter(|key| !key.is_empty()).ok_or_else(|| ChordError::NoKey(text.to_owned()))?;
        let mut modifiers = Modifiers::default();
        for word in parts {
            let held = match word.to_ascii_lowercase().as_str() {
                "super" | "logo" | "meta" => &mut modifiers.logo,
                "ctrl" | "control" => &mut modifiers.ctrl,
                "alt" => &mut modifiers.alt,
                "shift" => &mut modifiers.shift,
                _ => return Err(ChordError::NoSuchModifier(word.to_owned())),
            };
            if std::mem::replace(held, true) {
                return Err(ChordError::Twice(word.to_owned()));
            }
        }
        // xkbcommon takes C strings; a NUL in the middle would be the end of more than the name.
        let name = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some(key);
        let keysym = name.and_then(keysyms).filter(|keysym| *keysym != 0);
        let key = keysym.ok_or_else(|| ChordError::NoSuchKey(key.to_owned()))?;
        Ok(Self { modifiers, key }.normal())
    }

    /// The form in which chords are compared.
    fn normal(mut self) -> Self {
        if self.key == LEFT_TAB {
            self.key = TAB;
            self.modifiers.shift = true;
        }
        // Letters of Latin 1, in case the keysyms were given in upper case.
        if matches!(self.key, 0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde) {
            self.key += 0x20;
        }
        self
    }
}

/// A key as it went down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pressed {
    /// What is held.
    pub modifiers: Modifiers,
    /// Its keysym as if nothing were held.
    pub raw: u32,
    /// Its keysym with what is held.
    pub modified: u32,
}

impl Pressed {
    /// The chords this may be meant as, the likeliest first: the bare key with its modifiers, or the sign that Shift
    /// has made of it. `question` is one key here and Shift with another there; both are to open the same.
    pub fn chords(self) -> impl Iterator<Item = Chord> {
        let bare = Chord { modifiers: self.modifiers, key: self.raw }.normal();
        let without_shift = Modifiers { shift: false, ..self.modifiers };
        let sign = Chord { modifiers: without_shift, key: self.modified };
        let made_by_shift = self.modifiers.shift && sign.normal().key != bare.key;
        std::iter::once(bare).chain(made_by_shift.then_some(sign))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use smithay::input::keyboard::xkb;

    use super::*;

    pub fn keysyms(name: &str) -> Option<u32> {
        let keysym = xkb::keysym_from_name(name, xkb::KEYSYM_CASE_INSENSITIVE).raw();
        (keysym != 0).then_some(keysym)
    }

    pub fn chord(text: &str) -> Chord {
        Chord::parse(text, keysyms).unwrap()
    }

    const SHIFT: Modifiers = Modifiers { logo: false, ctrl: false, alt: false, shift: true };

    #[test]
    fn the_order_of_modifiers_and_the_case_of_letters_make_no_difference() {
        assert_eq!(chord("Ctrl+Shift+T"), chord("shift+control+t"));
        assert_eq!(chord("Super + Up"), chord("super+up"));
        assert_ne!(chord("Super+t"), chord("Super+Shift+t"));
        assert_eq!(chord("ISO_Left_Tab"), chord("Shift+Tab"));
    }

    #[test]
    fn what_is_no_chord_is_refused_with_a_reason() {
        let error = |text: &str| Chord::parse(text, keysyms).unwrap_err();
        assert_eq!(error("Supr+Up"), ChordError::NoSuchModifier("Supr".into()));
        assert_eq!(error("Ctrl+control+x"), ChordError::Twice("control".into()));
        assert_eq!(error("Super+Upp"), ChordError::NoSuchKey("Upp".into()));
        assert!(matches!(error("Super++"), ChordError::NoKey(_)));
        assert!(matches!(error(""), ChordError::NoKey(_)));
        assert_eq!(error(&"x".repeat(5000)), ChordError::TooLong);
        assert!(matches!(error("Super+a\0b"), ChordError::NoSuchKey(_)));
    }

    #[test]
    fn a_sign_is_found_whether_shift_is_needed_for_it_or_not() {
        let (slash, question) = (0x2f, 0x3f);
        let shifted = Pressed { modifiers: SHIFT, raw: slash, modified: question };
        assert!(shifted.chords().any(|played| played == chord("question")));
        assert!(shifted.chords().any(|played| played == chord("Shift+slash")));
        let bare = Pressed { modifiers: Modifiers::default(), raw: question, modified: question };
        assert!(bare.chords().any(|played| played == chord("question")));
    }

    #[test]
    fn shift_with_a_letter_is_not_the_letter_alone() {
        let played = Pressed { modifiers: SHIFT, raw: 0x74, modified: 0x54 };
        assert!(played.chords().all(|played| played != chord("t")));
        assert_eq!(played.chords().next(), Some(chord("Shift+T")));
    }
}
