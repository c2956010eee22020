//! `KeyboardEvent.code` of the page (W3C *UI Events KeyboardEvent code Values*) to the key codes of Linux.
//!
//! A code names a key by its place on the keyboard, not by what is printed on it, and so does evdev; what the key types is
//! for the keyboard layout of the seat to say.

use std::collections::HashMap;
use std::sync::LazyLock;

use smithay::input::keyboard::Keycode;

/// XKB counts from eight, as X11 did, because its first codes meant something else.
const XKB_OFFSET: u32 = 8;

/// A key as evdev numbers it: the `KEY_` constants of `linux/input-event-codes.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EvdevKey(pub u16);

impl EvdevKey {
    /// The key that a page means by `code`; none for codes that no Linux keyboard has.
    pub fn from_code(code: &str) -> Option<Self> {
        static BY_CODE: LazyLock<HashMap<&str, EvdevKey>> =
            LazyLock::new(|| CODES.iter().chain(OLD_NAMES).map(|&(code, key)| (code, EvdevKey(key))).collect());
        BY_CODE.get(code).copied()
    }

    /// The same key as XKB and Wayland's keymaps number it.
    pub fn keycode(self) -> Keycode {
        Keycode::new(u32::from(self.0) + XKB_OFFSET)
    }
}

/// Every code with its key; each key stands here once.
///
/// Keys above 247 are missing on purpose, but for the microphone's: XKB's keymaps name none of them.
#[rustfmt::skip] // One group a paragraph reads better than one pair a line.
const CODES: &[(&str, u16)] = &[
    // Writing system keys.
    ("Backquote", 41), ("Backslash", 43), ("BracketLeft", 26), ("BracketRight", 27), ("Comma", 51), ("Digit0", 11),
    ("Digit1", 2), ("Digit2", 3), ("Digit3", 4), ("Digit4", 5), ("Digit5", 6), ("Digit6", 7), ("Digit7", 8),
    ("Digit8", 9), ("Digit9", 10), ("Equal", 13), ("IntlBackslash", 86), ("IntlRo", 89), ("IntlYen", 124),
    ("KeyA", 30), ("KeyB", 48), ("KeyC", 46), ("KeyD", 32), ("KeyE", 18), ("KeyF", 33), ("KeyG", 34), ("KeyH", 35),
    ("KeyI", 23), ("KeyJ", 36), ("KeyK", 37), ("KeyL", 38), ("KeyM", 50), ("KeyN", 49), ("KeyO", 24), ("KeyP", 25),
    ("KeyQ", 16), ("KeyR", 19), ("KeyS", 31), ("KeyT", 20), ("KeyU", 22), ("KeyV", 47), ("KeyW", 17), ("KeyX", 45),
    ("KeyY", 21), ("KeyZ", 44), ("Minus", 12), ("Period", 52), ("Quote", 40), ("Semicolon", 39), ("Slash", 53),
    // Functional keys.
    ("AltLeft", 56), ("AltRight", 100), ("Backspace", 14), ("CapsLock", 58), ("ContextMenu", 127),
    ("ControlLeft", 29), ("ControlRight", 97), ("Enter", 28), ("MetaLeft", 125), ("MetaRight", 126),
    ("ShiftLeft", 42), ("ShiftRight", 54), ("Space", 57), ("Tab", 15),
    // Japanese and Korean keyboards.
    ("Convert", 92), ("KanaMode", 93), ("Lang1", 122), ("Lang2", 123), ("Lang3", 90), ("Lang4", 91), ("Lang5", 85),
    ("NonConvert", 94),
    // Control pad and arrows.
    ("Delete", 111), ("End", 107), ("Help", 138), ("Home", 102), ("Insert", 110), ("PageDown", 109), ("PageUp", 104),
    ("ArrowDown", 108), ("ArrowLeft", 105), ("ArrowRight", 106), ("ArrowUp", 103),
    // Keypad.
    ("NumLock", 69), ("Numpad0", 82), ("Numpad1", 79), ("Numpad2", 80), ("Numpad3", 81), ("Numpad4", 75),
    ("Numpad5", 76), ("Numpad6", 77), ("Numpad7", 71), ("Numpad8", 72), ("Numpad9", 73), ("NumpadAdd", 78),
    ("NumpadChangeSign", 118), ("NumpadComma", 121), ("NumpadDecimal", 83), ("NumpadDivide", 98), ("NumpadEnter", 96),
    ("NumpadEqual", 117), ("NumpadMultiply", 55), ("NumpadParenLeft", 179), ("NumpadParenRight", 180),
    ("NumpadSubtract", 74),
    // Function keys.
    ("Escape", 1), ("F1", 59), ("F2", 60), ("F3", 61), ("F4", 62), ("F5", 63), ("F6", 64), ("F7", 65), ("F8", 66),
    ("F9", 67), ("F10", 68), ("F11", 87), ("F12", 88), ("F13", 183), ("F14", 184), ("F15", 185), ("F16", 186),
    ("F17", 187), ("F18", 188), ("F19", 189), ("F20", 190), ("F21", 191), ("F22", 192), ("F23", 193), ("F24", 194),
    ("PrintScreen", 99), ("ScrollLock", 70), ("Pause", 119),
    // Media, browser and system keys.
    ("AudioVolumeDown", 114), ("AudioVolumeMute", 113), ("AudioVolumeUp", 115), ("BrightnessDown", 224),
    ("BrightnessUp", 225), ("BrowserBack", 158), ("BrowserFavorites", 156), ("BrowserForward", 159),
    ("BrowserHome", 172), ("BrowserRefresh", 173), ("BrowserSearch", 217), ("BrowserStop", 128), ("Eject", 161),
    ("LaunchApp1", 144), ("LaunchApp2", 140), ("LaunchMail", 155), ("LaunchScreenSaver", 152), ("MailForward", 233),
    ("MailReply", 232), ("MailSend", 231), ("MediaFastForward", 208), ("MediaPause", 201), ("MediaPlay", 207),
    ("MediaPlayPause", 164), ("MediaRecord", 167), ("MediaRewind", 168), ("MediaSelect", 226), ("MediaStop", 166),
    ("MediaTrackNext", 163), ("MediaTrackPrevious", 165), ("MicrophoneMuteToggle", 248), ("Power", 116),
    ("ShowAllWindows", 120), ("Sleep", 142), ("Suspend", 205), ("WakeUp", 143),
    // Editing keys of Sun keyboards.
    ("Again", 129), ("Copy", 133), ("Cut", 137), ("Find", 136), ("Open", 134), ("Paste", 135), ("Props", 130),
    ("Undo", 131),
];

/// What older browsers call keys of the table above.
const OLD_NAMES: &[(&str, u16)] = &[
    ("AudioMute", 113),  // AudioVolumeMute
    ("Hiragana", 91),    // Lang4
    ("Katakana", 90),    // Lang3
    ("OSLeft", 125),     // MetaLeft
    ("OSRight", 126),    // MetaRight
    ("VolumeDown", 114), // AudioVolumeDown
    ("VolumeMute", 113), // AudioVolumeMute
    ("VolumeUp", 115),   // AudioVolumeUp
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn known_codes_give_the_keys_of_the_kernel() {
        let pairs = [
            ("KeyA", 30),             // KEY_A
            ("KeyZ", 44),             // KEY_Z
            ("Digit1", 2),            // KEY_1
            ("Digit0", 11),           // KEY_0
            ("Enter", 28),            // KEY_ENTER
            ("Space", 57),            // KEY_SPACE
            ("ShiftLeft", 42),        // KEY_LEFTSHIFT
            ("ShiftRight", 54),       // KEY_RIGHTSHIFT
            ("ControlRight", 97),     // KEY_RIGHTCTRL
            ("AltRight", 100),        // KEY_RIGHTALT
            ("MetaLeft", 125),        // KEY_LEFTMETA
            ("ContextMenu", 127),     // KEY_COMPOSE
            ("IntlBackslash", 86),    // KEY_102ND
            ("IntlRo", 89),           // KEY_RO
            ("IntlYen", 124),         // KEY_YEN
            ("Lang1", 122),           // KEY_HANGEUL
            ("Lang5", 85),            // KEY_ZENKAKUHANKAKU
            ("Convert", 92),          // KEY_HENKAN
            ("ArrowUp", 103),         // KEY_UP
            ("Numpad0", 82),          // KEY_KP0
            ("NumpadEnter", 96),      // KEY_KPENTER
            ("NumpadParenLeft", 179), // KEY_KPLEFTPAREN
            ("F1", 59),               // KEY_F1
            ("F11", 87),              // KEY_F11
            ("F12", 88),              // KEY_F12
            ("F13", 183),             // KEY_F13
            ("F24", 194),             // KEY_F24
            ("PrintScreen", 99),      // KEY_SYSRQ
            ("MediaPlayPause", 164),  // KEY_PLAYPAUSE
            ("AudioVolumeMute", 113), // KEY_MUTE
            ("BrowserBack", 158),     // KEY_BACK
            ("Undo", 131),            // KEY_UNDO
        ];
        for (code, key) in pairs {
            assert_eq!(EvdevKey::from_code(code), Some(EvdevKey(key)), "{code}");
        }
    }

    #[test]
    fn no_code_and_no_key_stands_twice() {
        let all: Vec<_> = CODES.iter().chain(OLD_NAMES).collect();
        let codes: HashSet<_> = all.iter().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), all.len());
        let keys: HashSet<_> = CODES.iter().map(|(_, key)| key).collect();
        assert_eq!(keys.len(), CODES.len());
        assert!(OLD_NAMES.iter().all(|(_, key)| keys.contains(key)), "an old name means a key of the table");
    }

    #[test]
    fn a_keymap_can_hold_every_key() {
        assert!(CODES.iter().all(|&(_, key)| EvdevKey(key).keycode().raw() <= 256));
        assert_eq!(EvdevKey(30).keycode(), Keycode::new(38));
    }

    #[test]
    fn what_is_no_code_gives_nothing() {
        for code in ["", "Unidentified", "keya", "KeyÄ", "KEY_A", "F25", "KeyA ", "KeyAA"] {
            assert_eq!(EvdevKey::from_code(code), None, "{code}");
        }
    }
}
