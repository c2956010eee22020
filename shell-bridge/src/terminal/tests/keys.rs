use super::*;

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers { shift: true, ..NONE };
const ALT: Modifiers = Modifiers { alt: true, ..NONE };
const CONTROL: Modifiers = Modifiers { control: true, ..NONE };
const SHIFT_CONTROL: Modifiers = Modifiers { shift: true, control: true, ..NONE };
const ALT_CONTROL: Modifiers = Modifiers { alt: true, control: true, ..NONE };
const SUPER: Modifiers = Modifiers { logo: true, ..NONE };

fn sent(terminal: &Terminal, key: &KeyEvent) -> String {
    String::from_utf8(terminal.key(key)).unwrap()
}

fn named(name: Named, modifiers: Modifiers) -> KeyEvent {
    KeyEvent::named(name, modifiers)
}

/// A key of a US keyboard.
fn key(plain: char, modifiers: Modifiers) -> KeyEvent {
    let shifted = match plain {
        '1' => '!',
        '/' => '?',
        '[' => '{',
        ';' => ':',
        c => c.to_ascii_uppercase(),
    };
    KeyEvent::char(if modifiers.shift { shifted } else { plain }, plain, modifiers)
}

fn state(mut key: KeyEvent, state: KeyState) -> KeyEvent {
    key.state = state;
    key
}

#[test]
fn keys_are_sent_as_xterm_does() {
    let terminal = terminal(80, 24);
    for (key, wanted) in [
        (key('a', NONE), "a"),
        (key('a', SHIFT), "A"),
        (key('a', CONTROL), "\x01"),
        (key('a', SHIFT_CONTROL), "\x01"),
        (key('a', ALT), "\x1ba"),
        (key('a', ALT_CONTROL), "\x1b\x01"),
        (key(' ', CONTROL), "\0"),
        (key('/', CONTROL), "\x1f"),
        (key('/', SHIFT_CONTROL), "\x7f"),
        (key('[', CONTROL), "\x1b"),
        (key('1', CONTROL), "1"),
        (key(';', CONTROL), ";"),
        (key('a', SUPER), ""),
        (named(Named::Enter, NONE), "\r"),
        (named(Named::Enter, SHIFT), "\r"),
        (named(Named::Enter, ALT), "\x1b\r"),
        (named(Named::Tab, NONE), "\t"),
        (named(Named::Tab, SHIFT), "\x1b[Z"),
        (named(Named::Backspace, NONE), "\x7f"),
        (named(Named::Backspace, CONTROL), "\x08"),
        (named(Named::Backspace, ALT), "\x1b\x7f"),
        (named(Named::Escape, NONE), "\x1b"),
        (named(Named::Escape, ALT), "\x1b\x1b"),
        (named(Named::Up, NONE), "\x1b[A"),
        (named(Named::Up, SHIFT), "\x1b[1;2A"),
        (named(Named::Left, CONTROL), "\x1b[1;5D"),
        (named(Named::Home, NONE), "\x1b[H"),
        (named(Named::End, ALT), "\x1b[1;3F"),
        (named(Named::Insert, NONE), "\x1b[2~"),
        (named(Named::Delete, CONTROL), "\x1b[3;5~"),
        (named(Named::PageUp, NONE), "\x1b[5~"),
        (named(Named::PageDown, SHIFT), "\x1b[6;2~"),
        (named(Named::F(1), NONE), "\x1bOP"),
        (named(Named::F(4), SHIFT), "\x1b[1;2S"),
        (named(Named::F(5), NONE), "\x1b[15~"),
        (named(Named::F(6), NONE), "\x1b[17~"),
        (named(Named::F(10), NONE), "\x1b[21~"),
        (named(Named::F(11), NONE), "\x1b[23~"),
        (named(Named::F(12), CONTROL), "\x1b[24;5~"),
        (named(Named::F(13), NONE), "\x1b[25~"),
        (named(Named::F(14), NONE), "\x1b[26~"),
        (named(Named::F(15), NONE), "\x1b[28~"),
        (named(Named::F(16), NONE), "\x1b[29~"),
        (named(Named::F(17), NONE), "\x1b[31~"),
        (named(Named::F(20), NONE), "\x1b[34~"),
        (named(Named::Pad(5), NONE), "5"),
        (named(Named::PadEnter, NONE), "\r"),
        (named(Named::PadUp, NONE), "\x1b[A"),
        (named(Named::LeftShift, SHIFT), ""),
        (named(Named::CapsLock, NONE), ""),
    ] {
        assert_eq!(sent(&terminal, &key), wanted, "{key:?}");
        assert_eq!(sent(&terminal, &state(key.clone(), KeyState::Repeat)), wanted);
        assert_eq!(sent(&terminal, &state(key, KeyState::Release)), "");
    }
}

#[test]
fn application_modes_change_cursor_and_keypad() {
    let terminal = fed(80, 24, "\x1b[?1h\x1b=");
    assert_eq!(sent(&terminal, &named(Named::Up, NONE)), "\x1bOA");
    assert_eq!(sent(&terminal, &named(Named::Home, NONE)), "\x1bOH");
    assert_eq!(sent(&terminal, &named(Named::Up, CONTROL)), "\x1b[1;5A");
    assert_eq!(sent(&terminal, &named(Named::Pad(5), NONE)), "\x1bOu");
    assert_eq!(sent(&terminal, &named(Named::PadEnter, NONE)), "\x1bOM");
    let locked = Modifiers { num_lock: true, ..NONE };
    assert_eq!(sent(&terminal, &named(Named::Pad(5), locked)), "5");
    assert_eq!(sent(&fed(80, 24, "\x1b[20h"), &named(Named::Enter, NONE)), "\r\n");
}

#[test]
fn other_keys_are_modified_where_that_is_asked_for() {
    let first = fed(80, 24, "\x1b[>4;1m");
    assert_eq!(sent(&first, &key(';', CONTROL)), "\x1b[27;5;59~");
    assert_eq!(sent(&first, &key('a', CONTROL)), "\x01");
    let second = fed(80, 24, "\x1b[>4;2m");
    assert_eq!(sent(&second, &key('a', CONTROL)), "\x1b[27;5;97~");
    assert_eq!(sent(&second, &key('a', ALT)), "\x1b[27;3;97~");
    assert_eq!(sent(&second, &key('a', SHIFT)), "A");
    assert_eq!(sent(&second, &named(Named::Enter, SHIFT)), "\x1b[27;2;13~");
    assert_eq!(sent(&second, &named(Named::Enter, NONE)), "\r");
    assert_eq!(sent(&second, &named(Named::Up, SHIFT)), "\x1b[1;2A");
}

#[test]
fn another_alphabet_has_the_control_keys_of_its_places() {
    let mut es = KeyEvent::char('с', 'с', CONTROL);
    es.us = Some('c');
    assert_eq!(sent(&terminal(80, 24), &es), "\x03");
    assert_eq!(sent(&fed(80, 24, "\x1b[=5u"), &es), "\x1b[1089::99;5u");
}

#[test]
fn text_is_sent_as_it_is_typed() {
    let mut composed = key('e', NONE);
    composed.key = Key::Char('é');
    composed.text = "é".to_owned();
    assert_eq!(sent(&terminal(80, 24), &composed), "é");
    assert_eq!(sent(&fed(80, 24, "\x1b[=1u"), &composed), "é");
}

#[test]
fn kitty_disambiguates() {
    let terminal = fed(80, 24, "\x1b[=1u");
    for (key, wanted) in [
        (key('a', NONE), "a"),
        (key('a', SHIFT), "A"),
        (key('a', CONTROL), "\x1b[97;5u"),
        (key('a', SHIFT_CONTROL), "\x1b[97;6u"),
        (key('a', ALT), "\x1b[97;3u"),
        (key('a', SUPER), "\x1b[97;9u"),
        (key('[', ALT), "\x1b[91;3u"),
        (named(Named::Escape, NONE), "\x1b[27u"),
        (named(Named::Enter, NONE), "\r"),
        (named(Named::Enter, SHIFT), "\x1b[13;2u"),
        (named(Named::Tab, NONE), "\t"),
        (named(Named::Tab, SHIFT), "\x1b[9;2u"),
        (named(Named::Tab, SHIFT_CONTROL), "\x1b[9;6u"),
        (named(Named::Backspace, NONE), "\x7f"),
        (named(Named::Backspace, CONTROL), "\x1b[127;5u"),
        (named(Named::Up, NONE), "\x1b[A"),
        (named(Named::Up, SHIFT), "\x1b[1;2A"),
        (named(Named::Delete, NONE), "\x1b[3~"),
        (named(Named::F(1), NONE), "\x1b[P"),
        (named(Named::F(3), NONE), "\x1b[13~"),
        (named(Named::F(12), NONE), "\x1b[24~"),
        (named(Named::F(13), NONE), "\x1b[57376u"),
        (named(Named::F(35), NONE), "\x1b[57398u"),
        (named(Named::PadEnter, NONE), "\x1b[57414u"),
        (named(Named::PadLeft, NONE), "\x1b[57417u"),
        (named(Named::Pad(7), NONE), "\x1b[57406u"),
        (named(Named::Menu, NONE), "\x1b[57363u"),
        (named(Named::MediaPlay, NONE), "\x1b[57428u"),
        (named(Named::LeftShift, SHIFT), ""),
    ] {
        assert_eq!(sent(&terminal, &key), wanted, "{key:?}");
        assert_eq!(sent(&terminal, &state(key, KeyState::Release)), "");
    }
}

#[test]
fn kitty_tells_repeats_and_releases() {
    let terminal = fed(80, 24, "\x1b[=3u");
    assert!(terminal.modes().key_releases);
    for (key, press, repeat, release) in [
        (key('a', NONE), "a", "a", ""),
        (key('a', CONTROL), "\x1b[97;5u", "\x1b[97;5:2u", "\x1b[97;5:3u"),
        (named(Named::Enter, NONE), "\r", "\r", ""),
        (named(Named::Up, NONE), "\x1b[A", "\x1b[1;1:2A", "\x1b[1;1:3A"),
        (named(Named::F(5), NONE), "\x1b[15~", "\x1b[15;1:2~", "\x1b[15;1:3~"),
        (named(Named::Escape, NONE), "\x1b[27u", "\x1b[27;1:2u", "\x1b[27;1:3u"),
    ] {
        let states = [KeyState::Press, KeyState::Repeat, KeyState::Release];
        assert_eq!(states.map(|to| sent(&terminal, &state(key.clone(), to))), [press, repeat, release], "{key:?}");
    }
}

#[test]
fn kitty_tells_alternates() {
    let terminal = fed(80, 24, "\x1b[=5u");
    assert_eq!(sent(&terminal, &key('a', SHIFT_CONTROL)), "\x1b[97:65;6u");
    assert_eq!(sent(&terminal, &key('a', CONTROL)), "\x1b[97;5u");
    let mut cyrillic = KeyEvent::char('С', 'с', SHIFT_CONTROL);
    cyrillic.us = Some('c');
    assert_eq!(sent(&terminal, &cyrillic), "\x1b[1089:1057:99;6u");
}

#[test]
fn kitty_tells_all_keys_and_their_text() {
    let all = fed(80, 24, "\x1b[=8u");
    for (key, wanted) in [
        (key('a', NONE), "\x1b[97u"),
        (key('a', SHIFT), "\x1b[97;2u"),
        (named(Named::Enter, NONE), "\x1b[13u"),
        (named(Named::Tab, NONE), "\x1b[9u"),
        (named(Named::Backspace, NONE), "\x1b[127u"),
        (named(Named::LeftShift, SHIFT), "\x1b[57441;2u"),
        (named(Named::Level3Shift, NONE), "\x1b[57453u"),
        (named(Named::Pad(1), Modifiers { num_lock: true, ..NONE }), "\x1b[57400;129u"),
        (key('a', Modifiers { caps_lock: true, ..NONE }), "\x1b[97;65u"),
    ] {
        assert_eq!(sent(&all, &key), wanted, "{key:?}");
    }
    let text = fed(80, 24, "\x1b[=24u");
    assert_eq!(sent(&text, &key('a', SHIFT)), "\x1b[97;2;65u");
    assert_eq!(sent(&text, &key('a', NONE)), "\x1b[97;;97u");
    assert_eq!(sent(&text, &key('a', CONTROL)), "\x1b[97;5u");
    let mut ring = key('a', NONE);
    ring.text = "a\u{30a}".to_owned();
    assert_eq!(sent(&text, &ring), "\x1b[97;;97:778u");
    let everything = fed(80, 24, "\x1b[=31u");
    assert_eq!(sent(&everything, &state(key('a', NONE), KeyState::Repeat)), "\x1b[97;1:2;97u");
    assert_eq!(sent(&everything, &state(key('a', NONE), KeyState::Release)), "\x1b[97;1:3u");
    assert_eq!(sent(&everything, &key('a', SHIFT)), "\x1b[97:65;2;65u");
}
