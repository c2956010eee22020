//! Types a text into a Wayland client with nothing but a keyboard.
//!
//! What an input method, an on-screen keyboard or another keyboard's layout gives is text, and a client without a text
//! input protocol takes keys only. Characters that the layout in force has are typed with its own keys, so shortcuts and
//! games see keys they know. For others a keymap is put into force that has them on keys without a meaning of their own
//! ([`extra`]), and after the text the old one again.
//!
//! [`plan`] says which keys, and [`super::typist`] presses them: exactly the modifiers of a [`Step::Key`] must be in force
//! while its key is pressed, whatever the user holds, and the layout must stay as it was.

pub mod extra;

use std::collections::{HashMap, HashSet};

use smithay::input::keyboard::{Keycode, Keysym, xkb};

use self::extra::Extra;

/// Real modifiers of XKB, which every keymap has at these places.
const SHIFT: xkb::ModMask = 1;
const MOD3: xkb::ModMask = 1 << 5;
const MOD5: xkb::ModMask = 1 << 7;

/// What characters are looked for with, the easier first. By custom Mod5 reaches the third level (AltGr) and Mod3 the
/// fifth; where a layout differs, its characters are typed with an extra keymap.
const MODIFIERS: [xkb::ModMask; 8] =
    [0, SHIFT, MOD5, SHIFT | MOD5, MOD3, SHIFT | MOD3, MOD5 | MOD3, SHIFT | MOD5 | MOD3];

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Press and release a key with exactly these modifiers (a mask of real modifiers) in force.
    Key {
        /// As XKB numbers it.
        code: Keycode,
        /// A mask of XKB's real modifiers.
        mods: xkb::ModMask,
    },
    /// Put this keymap (XKB text, version 1) into force.
    Keymap(String),
    /// Put the keymap into force that was there before.
    RestoreKeymap,
}

/// What to do to type a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// In this order.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Whether the layout lacks a character of the text.
    pub fn changes_keymap(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Keymap(_)))
    }
}

/// How to type `text` with `keymap`, of which `layout` (an index) is in force.
///
/// Newline, tab and backspace press their keys. Other control characters, and what Unicode says is no character, are left out.
pub fn plan(text: &str, keymap: &xkb::Keymap, layout: xkb::LayoutIndex) -> Plan {
    let wanted: HashSet<char> = text.chars().filter(|c| types_at_all(*c)).collect();
    let keys = find_keys(&wanted, keymap, layout);
    let mut steps = Vec::new();
    let mut extra = Extra::default();
    for (at, c) in text.char_indices().filter(|(_, c)| wanted.contains(c)) {
        if let Some(&(code, mods)) = keys.get(&c) {
            steps.push(Step::Key { code, mods });
            continue;
        }
        if extra.key(c).is_none() {
            let missing = text[at..].chars().filter(|c| wanted.contains(c) && !keys.contains_key(c));
            extra = Extra::new(missing, keymap);
            if let Some(text) = extra.take_text() {
                steps.push(Step::Keymap(text));
            }
        }
        if let Some((code, mods)) = extra.key(c) {
            steps.push(Step::Key { code, mods });
        }
    }
    let mut plan = Plan { steps };
    if plan.changes_keymap() {
        plan.steps.push(Step::RestoreKeymap);
    }
    plan
}

/// The key and modifiers for each of the characters that the layout has.
fn find_keys(
    wanted: &HashSet<char>,
    keymap: &xkb::Keymap,
    layout: xkb::LayoutIndex,
) -> HashMap<char, (Keycode, xkb::ModMask)> {
    let mut found = HashMap::new();
    let mut state = xkb::State::new(keymap);
    for mods in MODIFIERS {
        if found.len() == wanted.len() {
            break;
        }
        state.update_mask(mods, 0, 0, 0, 0, layout);
        for code in keymap.min_keycode().raw()..=keymap.max_keycode().raw() {
            let code = Keycode::new(code);
            if let Some(c) = character(&state, code).filter(|c| wanted.contains(c)) {
                found.entry(c).or_insert((code, mods));
            }
        }
    }
    found
}

/// What a key types in this state.
fn character(state: &xkb::State, code: Keycode) -> Option<char> {
    match state.key_get_one_sym(code) {
        Keysym::Return => return Some('\n'),
        Keysym::Tab => return Some('\t'),
        Keysym::BackSpace => return Some('\u{8}'),
        // Terminals tell the keypad's keys from others.
        keypad if (Keysym::KP_Space.raw()..=Keysym::KP_Equal.raw()).contains(&keypad.raw()) => return None,
        Keysym::NoSymbol => return None,
        _ => {}
    }
    let text = state.key_get_utf8(code);
    let mut characters = text.chars();
    let (first, rest) = (characters.next()?, characters.next());
    (rest.is_none() && !first.is_control()).then_some(first)
}

fn types_at_all(c: char) -> bool {
    matches!(c, '\n' | '\t' | '\u{8}') || (!c.is_control() && xkb::utf32_to_keysym(c.into()) != Keysym::NoSymbol)
}

#[cfg(test)]
mod tests;
