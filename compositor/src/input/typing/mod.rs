//! Types a text into a Wayland client with nothing but a keyboard.
//!
//! What an input method, an on-screen keyboard or another keyboard's layout gives is text, and a client without a text
//! input protocol takes keys only. Characters that the layout in force has are typed with its own keys, so shortcuts and
//! games see keys they know. For others a keymap is put into force that has them on keys without a meaning of their own
//! ([`extra`]). It does all that the old one does, and stays.
//!
//! [`plan`] says which keys, and [`super::typist`] presses them: exactly the modifiers of a [`Step::Key`] must be in force
//! while its key is pressed, whatever the user holds, and the layout must stay as it was.

pub mod extra;

use std::collections::{HashMap, HashSet};

use smithay::input::keyboard::{Keycode, Keysym, xkb};

use self::extra::{Extra, Places};

/// Real modifiers of XKB, which every keymap has at these places.
const SHIFT: xkb::ModMask = 1;
const MOD3: xkb::ModMask = 1 << 5;
const MOD5: xkb::ModMask = 1 << 7;

/// What characters are looked for with, the easier first. By custom Mod5 reaches the third level (AltGr) and Mod3 the
/// fifth; where a layout differs, its characters are typed with an extra keymap.
const MODIFIERS: [xkb::ModMask; 8] =
    [0, SHIFT, MOD5, SHIFT | MOD5, MOD3, SHIFT | MOD3, MOD5 | MOD3, SHIFT | MOD5 | MOD3];

/// What a client can be made to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Of the combinations of modifiers that characters are looked for with.
    pub modifiers: Vec<xkb::ModMask>,
    /// The highest code of a key.
    pub highest: u32,
}

impl Default for Reach {
    fn default() -> Self {
        Self { modifiers: MODIFIERS.to_vec(), highest: u32::MAX }
    }
}

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
}

/// What to do to type a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// In this order.
    pub steps: Vec<Step>,
    /// What the keymap has beside the layout afterwards.
    pub extra: Extra,
}

impl Plan {
    /// Whether the keymap lacks a character of the text.
    pub fn changes_keymap(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Keymap(_)))
    }
}

/// How to type `text` where the keymap in force is `base`, of which `layout` (an index) is, with `extra` on the `places` of
/// it, for a client with that `reach`.
///
/// Newline, tab and backspace press their keys. Other control characters, and what Unicode says is no character, are left out.
pub fn plan(text: &str, base: &xkb::Keymap, layout: xkb::LayoutIndex, extra: &Extra, reach: &Reach) -> Plan {
    let wanted: HashSet<char> = text.chars().filter(|c| types_at_all(*c)).collect();
    let keys = find_keys(&wanted, base, layout, reach);
    let mut plan = Plan { steps: Vec::new(), extra: extra.clone() };
    if wanted.is_empty() {
        return plan;
    }
    let places = Places::new(base, &reach.modifiers);
    for (at, c) in text.char_indices().filter(|(_, c)| wanted.contains(c)) {
        if let Some(&(code, mods)) = keys.get(&c) {
            plan.steps.push(Step::Key { code, mods });
            continue;
        }
        if plan.extra.key(c, &places).is_none() {
            let missing = text.get(at..).unwrap_or_default().chars();
            let missing = missing.filter(|c| wanted.contains(c) && !keys.contains_key(c));
            let extra = plan.extra.with(missing, &places);
            let Some(keymap) = extra.keymap(base, &places) else { continue };
            plan.extra = extra;
            plan.steps.push(Step::Keymap(keymap));
        }
        if let Some((code, mods)) = plan.extra.key(c, &places) {
            plan.steps.push(Step::Key { code, mods });
        }
    }
    plan
}

/// The key and modifiers for each of the characters that the layout has.
fn find_keys(
    wanted: &HashSet<char>,
    keymap: &xkb::Keymap,
    layout: xkb::LayoutIndex,
    reach: &Reach,
) -> HashMap<char, (Keycode, xkb::ModMask)> {
    let mut found = HashMap::new();
    let mut state = xkb::State::new(keymap);
    for &mods in &reach.modifiers {
        if found.len() == wanted.len() {
            break;
        }
        state.update_mask(mods, 0, 0, 0, 0, layout);
        for code in keymap.min_keycode().raw()..=keymap.max_keycode().raw().min(reach.highest) {
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
