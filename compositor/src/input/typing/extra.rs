//! A keymap with characters that the layout in force does not have.
//!
//! It is the old keymap, in which keys that have a name but type nothing get characters. So the keys that someone holds
//! down keep their meaning, and only the low key codes are used that every client knows. Those are few, some thirty, so in a
//! long text each carries a character on each of eight levels, for every change of the keymap costs the client
//! milliseconds. The keys F13 to F24 go first: Chromium knows keys by their codes, and does not know the nameless ones.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use smithay::input::keyboard::{Keycode, xkb};

use super::MODIFIERS;

/// The key type with a level for each of [`MODIFIERS`], in their order.
const TYPE: &str = "\ttype \"TOS_EXTRA\" {
\t\tmodifiers= Shift+Mod3+Mod5;
\t\tmap[Shift]= 2;
\t\tmap[Mod5]= 3;
\t\tmap[Shift+Mod5]= 4;
\t\tmap[Mod3]= 5;
\t\tmap[Shift+Mod3]= 6;
\t\tmap[Mod5+Mod3]= 7;
\t\tmap[Shift+Mod5+Mod3]= 8;
\t};
";

/// F13 to F24, as XKB numbers them.
const FUNCTION_KEYS: RangeInclusive<u32> = 183 + 8..=194 + 8;

/// A keymap with extra characters, and the keys they are on.
#[derive(Debug, Default)]
pub struct Extra {
    text: Option<String>,
    keys: HashMap<char, (Keycode, xkb::ModMask)>,
}

impl Extra {
    /// Puts as many of `wanted` as there is room for, the first first, on free keys of `base`.
    pub fn new(wanted: impl Iterator<Item = char>, base: &xkb::Keymap) -> Self {
        let free = free_keys(base);
        let room = free.len() * MODIFIERS.len();
        let mut keys = HashMap::new();
        let mut levels: Vec<Vec<String>> = vec![Vec::new(); free.len()];
        // All keys' first levels, which need no modifier, then all their second ones.
        let mut places = (0..room).map(|index| (index % free.len(), index / free.len()));
        for c in wanted {
            if keys.contains_key(&c) {
                continue;
            }
            let Some((key, level)) = places.next() else { break };
            let (Some((code, _)), Some(mods), Some(symbols)) =
                (free.get(key), MODIFIERS.get(level), levels.get_mut(key))
            else {
                break;
            };
            symbols.push(symbol(c));
            keys.insert(c, (*code, *mods));
        }
        let mut lines = String::new();
        for ((_, name), symbols) in free.iter().zip(&levels) {
            let kind = if symbols.len() > 1 { "type= \"TOS_EXTRA\", " } else { "" };
            if !symbols.is_empty() {
                // Writing to a string cannot fail.
                let symbols = symbols.join(", ");
                let _ = writeln!(lines, "\treplace key <{name}> {{ {kind}symbols[Group1]= [ {symbols} ] }};");
            }
        }
        let text = insert(base.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1), "xkb_types", TYPE)
            .and_then(|text| insert(text, "xkb_symbols", &lines));
        if text.is_some() && !keys.is_empty() { Self { text, keys } } else { Self::default() }
    }

    /// The keymap's text (XKB, version 1), the first time it is asked for.
    pub fn take_text(&mut self) -> Option<String> {
        self.text.take()
    }

    /// The key that types `c`, and the real modifiers it takes.
    pub fn key(&self, c: char) -> Option<(Keycode, xkb::ModMask)> {
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

/// Keys with a name that type nothing: F13 to F24, which few keyboards have, then those without a symbol, from the highest
/// code down, for what a low one means without a symbol a client is more likely to know.
fn free_keys(keymap: &xkb::Keymap) -> Vec<(Keycode, String)> {
    let state = xkb::State::new(keymap);
    let functions = FUNCTION_KEYS.map(Keycode::new).filter(|code| state.key_get_utf8(*code).is_empty());
    let free = |code: &Keycode| keymap.num_layouts_for_key(*code) == 0 && !FUNCTION_KEYS.contains(&code.raw());
    // Codes above 255 cannot be told to X11 clients.
    let codes = keymap.min_keycode().raw()..=keymap.max_keycode().raw().min(255);
    let keys = functions.chain(codes.rev().map(Keycode::new).filter(free));
    keys.filter_map(|code| Some((code, keymap.key_get_name(code)?.to_owned()))).collect()
}

/// Adds lines at the end of a section.
fn insert(mut keymap: String, section: &str, lines: &str) -> Option<String> {
    let start = keymap.find(section)?;
    let end = start + keymap.get(start..)?.find("\n};")? + 1;
    keymap.insert_str(end, lines);
    Some(keymap)
}
