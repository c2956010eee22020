//! A keymap with characters that the layout in force does not have.
//!
//! It is the old keymap, in which keys that have a name but type nothing get a character each. So the keys that someone
//! holds down keep their meaning, and only the low key codes are used that every client knows.

use std::collections::HashMap;
use std::fmt::Write as _;

use smithay::input::keyboard::{Keycode, xkb};

/// A keymap with extra characters, and the keys they are on.
#[derive(Debug, Default)]
pub struct Extra {
    text: Option<String>,
    keys: HashMap<char, Keycode>,
}

impl Extra {
    /// Puts as many of `wanted` as there are free keys, the first first, on keys of `base`.
    pub fn new(wanted: impl Iterator<Item = char>, base: &xkb::Keymap) -> Self {
        let mut free = free_keys(base).into_iter();
        let mut keys = HashMap::new();
        let mut symbols = String::new();
        for c in wanted {
            if keys.contains_key(&c) {
                continue;
            }
            let Some((code, name)) = free.next() else { break };
            // Writing to a string cannot fail.
            let _ = writeln!(symbols, "\tkey <{name}> {{ [ {} ] }};", symbol(c));
            keys.insert(c, code);
        }
        match insert_symbols(&base.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1), &symbols) {
            Some(text) if !keys.is_empty() => Self { text: Some(text), keys },
            _ => Self::default(),
        }
    }

    /// The keymap's text (XKB, version 1), the first time it is asked for.
    pub fn take_text(&mut self) -> Option<String> {
        self.text.take()
    }

    /// The key that types `c` without modifiers.
    pub fn code(&self, c: char) -> Option<Keycode> {
        self.keys.get(&c).copied()
    }
}

/// The keysym's name that types `c`.
fn symbol(c: char) -> String {
    match c {
        '\n' => "Return".to_owned(),
        '\t' => "Tab".to_owned(),
        '\u{8}' => "BackSpace".to_owned(),
        _ => format!("U{:04X}", u32::from(c)),
    }
}

/// Keys with a name and no symbol, from the highest code down: the low ones are more likely to be known to a client.
fn free_keys(keymap: &xkb::Keymap) -> Vec<(Keycode, String)> {
    let free = |code: Keycode| keymap.num_layouts_for_key(code) == 0;
    // Codes above 255 cannot be told to X11 clients.
    let codes = keymap.min_keycode().raw()..=keymap.max_keycode().raw().min(255);
    let keys = codes.rev().map(Keycode::new).filter(|code| free(*code));
    keys.filter_map(|code| Some((code, keymap.key_get_name(code)?.to_owned()))).collect()
}

/// Adds lines at the end of the symbols' section.
fn insert_symbols(keymap: &str, lines: &str) -> Option<String> {
    let section = keymap.find("xkb_symbols")?;
    let end = section + keymap.get(section..)?.find("\n};")? + 1;
    Some([keymap.get(..end)?, lines, keymap.get(end..)?].concat())
}
