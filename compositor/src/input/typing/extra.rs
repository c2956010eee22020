//! A keymap with characters that the layout in force does not have.
//!
//! It is the old keymap, in which keys that have a name but type nothing get characters. So the keys that someone holds
//! down keep their meaning, and only the low key codes are used that every client knows. Those are few, some thirty, so in a
//! long text each carries a character on each level that there is, for every change of the keymap costs the client
//! milliseconds. The keys F13 to F24 go first: Chromium knows keys by their codes, and does not know the nameless ones.
//!
//! Such a keymap stays in force: a client may look up a key long after it was pressed, and X clients do. For the same
//! reason a character keeps its key in the keymaps that follow, until there is no room left for new ones.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use smithay::input::keyboard::{Keycode, xkb};

use super::MODIFIERS;

/// The key type with a level for each of [`MODIFIERS`], in their order. The levels have names: libxkbcommon reads no keymap
/// from an X server whose levels have none, and Qt would have no keyboard any more.
const TYPE: &str = "\ttype \"TOS_EXTRA\" {
\t\tmodifiers= Shift+Mod3+Mod5;
\t\tmap[Shift]= 2;
\t\tmap[Mod5]= 3;
\t\tmap[Shift+Mod5]= 4;
\t\tmap[Mod3]= 5;
\t\tmap[Shift+Mod3]= 6;
\t\tmap[Mod5+Mod3]= 7;
\t\tmap[Shift+Mod5+Mod3]= 8;
\t\tlevel_name[1]= \"1\";
\t\tlevel_name[2]= \"2\";
\t\tlevel_name[3]= \"3\";
\t\tlevel_name[4]= \"4\";
\t\tlevel_name[5]= \"5\";
\t\tlevel_name[6]= \"6\";
\t\tlevel_name[7]= \"7\";
\t\tlevel_name[8]= \"8\";
\t};
";

/// F13 to F24, as XKB numbers them.
const FUNCTION_KEYS: RangeInclusive<u32> = 183 + 8..=194 + 8;

/// Characters, each on a key and level of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extra {
    /// The first ones are on the first level of each free key, which needs no modifier, the next on the second.
    characters: Vec<char>,
    /// The place that is used again next, once all are taken.
    oldest: usize,
}

impl Extra {
    /// These characters and as many of `wanted` as there is room for, the first first. What is wanted stays where it is.
    #[must_use]
    pub fn with(&self, wanted: impl Iterator<Item = char>, places: &Places) -> Self {
        let room = places.room();
        let mut extra = self.clone();
        extra.characters.truncate(room);
        let (mut needed, mut new) = (HashSet::new(), Vec::new());
        for c in wanted {
            if needed.len() == room {
                break;
            }
            if needed.insert(c) && !extra.characters.contains(&c) {
                new.push(c);
            }
        }
        for c in new {
            if extra.characters.len() < room {
                extra.characters.push(c);
                continue;
            }
            let mut turn = (0..room).map(|step| (extra.oldest + step) % room);
            let free = turn.find(|place| extra.characters.get(*place).is_some_and(|old| !needed.contains(old)));
            let Some(place) = free else { break };
            extra.characters.iter_mut().skip(place).take(1).for_each(|old| *old = c);
            extra.oldest = (place + 1) % room;
        }
        extra
    }

    /// The text (XKB, version 1) of the keymap that has them.
    pub fn keymap(&self, base: &xkb::Keymap, places: &Places) -> Option<String> {
        let keys = places.keys.len();
        let mut lines = String::new();
        for (key, (_, name)) in places.keys.iter().enumerate() {
            let symbols: Vec<String> = self.characters.iter().skip(key).step_by(keys).map(|c| symbol(*c)).collect();
            let kind = if symbols.len() > 1 { "type= \"TOS_EXTRA\", " } else { "" };
            if !symbols.is_empty() {
                // Writing to a string cannot fail.
                let symbols = symbols.join(", ");
                let _ = writeln!(lines, "\treplace key <{name}> {{ {kind}symbols[Group1]= [ {symbols} ] }};");
            }
        }
        let text = insert(base.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1), "xkb_types", TYPE);
        text.and_then(|text| insert(text, "xkb_symbols", &lines)).filter(|_| !lines.is_empty())
    }

    /// The key that types `c`, and the real modifiers it takes.
    pub fn key(&self, c: char, places: &Places) -> Option<(Keycode, xkb::ModMask)> {
        let place = self.characters.iter().position(|known| *known == c)?;
        let (code, _) = places.keys.get(place % places.keys.len().max(1))?;
        Some((*code, *places.levels.get(place / places.keys.len().max(1))?))
    }
}

/// Where a keymap has room for characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    keys: Vec<(Keycode, String)>,
    /// The modifiers of each level that can be reached.
    levels: Vec<xkb::ModMask>,
}

impl Places {
    /// The room in `base`, where just these of [`MODIFIERS`] can be put into force.
    pub fn new(base: &xkb::Keymap, reachable: &[xkb::ModMask]) -> Self {
        // Levels are counted from the first: behind one that cannot be reached there is none.
        let pairs = MODIFIERS.iter().take_while(|mods| reachable.contains(mods));
        Self { keys: free_keys(base), levels: pairs.copied().collect() }
    }

    fn room(&self) -> usize {
        self.keys.len() * self.levels.len()
    }

    /// Whether a key may have characters.
    pub fn has(&self, code: Keycode) -> bool {
        self.keys.iter().any(|(known, _)| *known == code)
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
