//! From a key of the seat to a key of a terminal.

use shell_bridge::terminal::{Key, KeyEvent, KeyState, Modifiers, Named};
use smithay::input::keyboard::{Keycode, Keysym, ModifiersState};

/// What a key is to a terminal. `modified` is its keysym with what is held, `plain` without. Nothing for keys that no
/// terminal knows.
pub(crate) fn event(
    code: Keycode,
    modified: Keysym,
    plain: Keysym,
    held: &ModifiersState,
    state: KeyState,
) -> Option<KeyEvent> {
    let modifiers = Modifiers {
        shift: held.shift,
        alt: held.alt,
        control: held.ctrl,
        logo: held.logo,
        caps_lock: held.caps_lock,
        num_lock: held.num_lock,
        ..Modifiers::NONE
    };
    if let Some(name) = named(modified) {
        return Some(KeyEvent { state, ..KeyEvent::named(name, modifiers) });
    }
    let letter = |keysym: Keysym| keysym.key_char().filter(|c| !c.is_control());
    let c = letter(modified)?;
    let types = !(held.ctrl || held.alt || held.logo);
    Some(KeyEvent {
        key: Key::Char(c),
        plain: letter(plain),
        us: us(code).filter(|us| letter(plain) != Some(*us)),
        modifiers,
        state,
        text: if types { c.to_string() } else { String::new() },
    })
}

/// The letter that a keyboard of the United States has in that place.
fn us(code: Keycode) -> Option<char> {
    /// Where the rows begin, as Linux counts keys.
    const ROWS: [(u32, &str); 4] =
        [(2, "1234567890-="), (16, "qwertyuiop[]"), (30, "asdfghjkl;'`"), (43, "\\zxcvbnm,./")];
    let linux = code.raw().checked_sub(8)?;
    ROWS.iter().find_map(|(first, row)| row.chars().nth(usize::try_from(linux.checked_sub(*first)?).ok()?))
}

/// Keys that have a name rather than a letter.
fn named(keysym: Keysym) -> Option<Named> {
    let raw = keysym.raw();
    if (Keysym::F1.raw()..=Keysym::F35.raw()).contains(&raw) {
        return u8::try_from(raw - Keysym::F1.raw() + 1).ok().map(Named::F);
    }
    if (Keysym::KP_0.raw()..=Keysym::KP_9.raw()).contains(&raw) {
        return u8::try_from(raw - Keysym::KP_0.raw()).ok().map(Named::Pad);
    }
    Some(match keysym {
        Keysym::Escape => Named::Escape,
        Keysym::Return => Named::Enter,
        Keysym::Tab | Keysym::ISO_Left_Tab => Named::Tab,
        Keysym::BackSpace => Named::Backspace,
        Keysym::Insert => Named::Insert,
        Keysym::Delete => Named::Delete,
        Keysym::Left => Named::Left,
        Keysym::Right => Named::Right,
        Keysym::Up => Named::Up,
        Keysym::Down => Named::Down,
        Keysym::Prior => Named::PageUp,
        Keysym::Next => Named::PageDown,
        Keysym::Home => Named::Home,
        Keysym::End => Named::End,
        Keysym::Caps_Lock => Named::CapsLock,
        Keysym::Scroll_Lock => Named::ScrollLock,
        Keysym::Num_Lock => Named::NumLock,
        Keysym::Print => Named::PrintScreen,
        Keysym::Pause => Named::Pause,
        Keysym::Menu => Named::Menu,
        Keysym::KP_Decimal => Named::PadDecimal,
        Keysym::KP_Divide => Named::PadDivide,
        Keysym::KP_Multiply => Named::PadMultiply,
        Keysym::KP_Subtract => Named::PadSubtract,
        Keysym::KP_Add => Named::PadAdd,
        Keysym::KP_Enter => Named::PadEnter,
        Keysym::KP_Equal => Named::PadEqual,
        Keysym::KP_Separator => Named::PadSeparator,
        Keysym::KP_Left => Named::PadLeft,
        Keysym::KP_Right => Named::PadRight,
        Keysym::KP_Up => Named::PadUp,
        Keysym::KP_Down => Named::PadDown,
        Keysym::KP_Prior => Named::PadPageUp,
        Keysym::KP_Next => Named::PadPageDown,
        Keysym::KP_Home => Named::PadHome,
        Keysym::KP_End => Named::PadEnd,
        Keysym::KP_Insert => Named::PadInsert,
        Keysym::KP_Delete => Named::PadDelete,
        Keysym::KP_Begin => Named::PadBegin,
        Keysym::XF86_AudioPlay => Named::MediaPlay,
        Keysym::XF86_AudioPause => Named::MediaPause,
        Keysym::XF86_AudioStop => Named::MediaStop,
        Keysym::XF86_AudioForward => Named::MediaFastForward,
        Keysym::XF86_AudioRewind => Named::MediaRewind,
        Keysym::XF86_AudioNext => Named::MediaNext,
        Keysym::XF86_AudioPrev => Named::MediaPrevious,
        Keysym::XF86_AudioRecord => Named::MediaRecord,
        Keysym::XF86_AudioLowerVolume => Named::VolumeDown,
        Keysym::XF86_AudioRaiseVolume => Named::VolumeUp,
        Keysym::XF86_AudioMute => Named::VolumeMute,
        Keysym::Shift_L => Named::LeftShift,
        Keysym::Control_L => Named::LeftControl,
        Keysym::Alt_L => Named::LeftAlt,
        Keysym::Super_L => Named::LeftSuper,
        Keysym::Hyper_L => Named::LeftHyper,
        Keysym::Meta_L => Named::LeftMeta,
        Keysym::Shift_R => Named::RightShift,
        Keysym::Control_R => Named::RightControl,
        Keysym::Alt_R => Named::RightAlt,
        Keysym::Super_R => Named::RightSuper,
        Keysym::Hyper_R => Named::RightHyper,
        Keysym::Meta_R => Named::RightMeta,
        Keysym::ISO_Level3_Shift => Named::Level3Shift,
        Keysym::ISO_Level5_Shift => Named::Level5Shift,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(linux: u32, modified: Keysym, plain: Keysym, held: ModifiersState) -> Option<KeyEvent> {
        event(Keycode::new(linux + 8), modified, plain, &held, KeyState::Press)
    }

    #[test]
    fn a_letter_is_told_with_and_without_what_is_held() {
        let shift = ModifiersState { shift: true, ..ModifiersState::default() };
        let key = press(30, Keysym::A, Keysym::a, shift).unwrap();
        assert_eq!((key.key, key.plain, key.us, key.text.as_str()), (Key::Char('A'), Some('a'), None, "A"));
        let ctrl = ModifiersState { ctrl: true, ..ModifiersState::default() };
        let key = press(46, Keysym::Cyrillic_es, Keysym::Cyrillic_es, ctrl).unwrap();
        assert_eq!((key.key, key.us, key.text.as_str()), (Key::Char('с'), Some('c'), ""));
    }

    #[test]
    fn keys_without_a_letter_have_names() {
        let none = ModifiersState::default();
        let name = |keysym| press(1, keysym, keysym, none).map(|key| key.key);
        assert_eq!(name(Keysym::F12), Some(Key::Named(Named::F(12))));
        assert_eq!(name(Keysym::KP_7), Some(Key::Named(Named::Pad(7))));
        assert_eq!(name(Keysym::Return), Some(Key::Named(Named::Enter)));
        assert_eq!(name(Keysym::XF86_AudioMute), Some(Key::Named(Named::VolumeMute)));
        assert_eq!(name(Keysym::XF86_MonBrightnessUp), None);
    }

    #[test]
    fn places_are_those_of_a_keyboard_of_the_united_states() {
        let at = |linux: u32| us(Keycode::new(linux + 8));
        assert_eq!(
            [at(2), at(16), at(30), at(41), at(43), at(44), at(53)].map(Option::unwrap),
            ['1', 'q', 'a', '`', '\\', 'z', '/']
        );
        assert_eq!([at(0), at(1), at(28), at(57), at(500)], [None; 5]);
    }
}
