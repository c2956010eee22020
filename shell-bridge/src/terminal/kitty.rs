//! The keyboard protocol of kitty (<https://sw.kovidgoyal.net/kitty/keyboard-protocol/>): modes and how keys are told in it.

use alacritty_terminal::vte::ansi::{KeyboardModes, KeyboardModesApplyBehavior};

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

use super::keys::{KeyEvent, legacy};

/// What a key sends in modes of this protocol.
pub(super) fn encode(key: &KeyEvent, _modes: KeyboardModes, term: alacritty_terminal::term::TermMode) -> Vec<u8> {
    legacy(key, term, 0)
}
