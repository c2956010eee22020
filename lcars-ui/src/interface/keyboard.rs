//! Keys that are for the interface.

use std::time::Duration;

use super::prompt::PROMPT;
use super::{Interface, Overlay, Request, Sight, text_box};
use crate::asking::Asking;
use crate::hierarchy::Level;
use crate::operation::{Direction, Operation};
use crate::semantics::{Action, Node, Role, UiAction};

/// What a key means in the layout in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Symbol {
    Tab,
    Enter,
    Escape,
    Backspace,
    Delete,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
    /// The key for menus, as Shift+F10 is elsewhere.
    Menu,
    /// A letter, a digit, a sign, a space.
    Char(char),
}

impl Symbol {
    /// Which way an arrow points.
    pub(super) fn direction(self) -> Option<Direction> {
        Some(match self {
            Self::Left => Direction::Left,
            Self::Right => Direction::Right,
            Self::Up => Direction::Up,
            Self::Down => Direction::Down,
            _ => return None,
        })
    }
}

/// Modifiers that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Held {
    pub shift: bool,
    pub ctrl: bool,
    pub alt: bool,
    pub logo: bool,
}

impl Held {
    fn is_chord(self) -> bool {
        self.ctrl || self.alt || self.logo
    }
}

impl Interface {
    /// A key went down. `None` if it is not for the interface: it may be bound to something, or belong to a program.
    pub fn key(&mut self, symbol: Symbol, held: Held, sight: &Sight, now: Duration) -> Option<Vec<Request>> {
        self.forget(sight);
        self.holds_by_itself = false;
        if symbol == Symbol::Escape && !held.is_chord() && (self.drag.is_some() || self.press.is_some()) {
            self.cancel();
            return Some(Vec::new());
        }
        if self.overlay.is_none() {
            if self.prompt.keyboard {
                return self.prompt_key(symbol, held, sight);
            }
            if self.find.is_some() {
                return self.find_key(symbol, held, sight);
            }
            if sight.level == Level::Focus || self.shell_has_keyboard(sight).is_some() {
                return None;
            }
        } else if self.holds_by_key(symbol, held, sight, now) {
            return Some(Vec::new());
        }
        if held.is_chord() {
            return self.edit_by_chord(symbol, held, sight);
        }
        if let Some(requests) = self.ask_key(symbol, sight, now) {
            return Some(requests);
        }
        if let Some(requests) = self.files_key(symbol, sight, now) {
            return Some(requests);
        }
        match symbol {
            Symbol::Escape => self.escape(sight),
            Symbol::Tab => Some(self.step(held.shift, sight)),
            Symbol::Left | Symbol::Right | Symbol::Up | Symbol::Down => {
                symbol.direction().map(|direction| self.go_towards(direction, sight))
            }
            Symbol::Home => Some(self.go_to_end(false, sight)),
            Symbol::End => Some(self.go_to_end(true, sight)),
            Symbol::PageUp => self.turn_page("page-previous", sight),
            Symbol::PageDown => self.turn_page("page-next", sight),
            Symbol::Enter => Some(self.enter(sight)),
            Symbol::Menu => self.menu_by_key(sight),
            Symbol::Delete => None,
            Symbol::Backspace => {
                let text = self.text_box(sight)?;
                text_box::backspace(text);
                Some(Vec::new())
            }
            Symbol::Char(' ') if self.presses_by_space(sight) => {
                let node = self.here(sight)?;
                Some(self.activate(node, Some(node.rect.middle()), sight))
            }
            Symbol::Char(c) => self.type_char(c, sight),
        }
    }

    /// Text that no single key typed: pasted, or from an input method. Whether there was a box for it.
    pub fn text(&mut self, text: &str, sight: &Sight) -> bool {
        self.forget(sight);
        if self.overlay.is_none() && self.prompt.keyboard {
            self.prompt_text(text);
            return true;
        }
        if self.overlay.is_none() && self.find_text(text) {
            return true;
        }
        if self.terminal_has_keyboard(sight).is_some() {
            return false;
        }
        let Some(typed) = self.text_box(sight) else { return false };
        text_box::insert(typed, text);
        true
    }

    /// The box that what is typed goes to.
    fn text_box(&mut self, sight: &Sight) -> Option<&mut String> {
        match self.overlay.as_mut() {
            Some(Overlay::Rename { text, .. }) => Some(text),
            Some(Overlay::Launcher { .. }) => Some(&mut self.search),
            Some(Overlay::Ask) => self.asking.as_mut().and_then(Asking::text_box),
            Some(_) => None,
            None => (sight.level == Level::Hub && sight.terminal().is_none()).then_some(&mut self.search),
        }
    }

    fn type_char(&mut self, c: char, sight: &Sight) -> Option<Vec<Request>> {
        let searching = !self.search.is_empty() || self.overlay.is_some();
        // Asked for with nothing typed yet, this is a question about keys.
        if c.is_control() || (c == '?' && !searching) {
            return None;
        }
        let text = self.text_box(sight)?;
        let before = text.len();
        text_box::insert(text, c.encode_utf8(&mut [0; 4]));
        // The tile or button that the keyboard was at may be gone from what is found; what is typed is what counts now.
        let in_box = self.focused.and_then(|key| sight.node(key)).is_some_and(is_box);
        let typed = self.text_box(sight).is_some_and(|text| text.len() != before);
        if typed && !in_box {
            self.focused = sight.stops().find(|node| is_box(node) && Self::is_near(node, sight)).map(|node| node.key);
        }
        Some(Vec::new())
    }

    /// In the overlay, or in the focused pane.
    pub(super) fn is_near(node: &Node, sight: &Sight) -> bool {
        sight.modal().is_some() || node.key.pane == sight.pane.get()
    }

    fn edit_by_chord(&mut self, symbol: Symbol, held: Held, sight: &Sight) -> Option<Vec<Request>> {
        if held.alt || held.logo {
            return None;
        }
        let text = self.text_box(sight)?;
        match symbol {
            Symbol::Backspace | Symbol::Char('w' | 'W') => text_box::delete_word(text),
            Symbol::Char('u' | 'U') => text.clear(),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn escape(&mut self, sight: &Sight) -> Option<Vec<Request>> {
        if self.overlay.is_some() {
            self.close();
        } else if sight.terminal().is_some_and(|terminal| sight.has_shell(terminal)) {
            // Out of the parts around it back into the terminal.
            (self.focused, self.ring) = (None, false);
        } else if !self.search.is_empty() {
            self.search.clear();
        } else if sight.level != Level::Overview {
            return Some(vec![(None, Action::Do(Operation::ZoomOut))]);
        }
        Some(Vec::new())
    }

    fn enter(&mut self, sight: &Sight) -> Vec<Request> {
        let typed = self.text_box(sight).is_some_and(|text| !text.is_empty());
        let node = self.here(sight).filter(|_| self.ring || self.overlay.is_some());
        if let Some(over) = self.terminal_has_keyboard(sight).filter(|_| node.is_none()) {
            return vec![(None, Action::Do(Operation::RestartTerminal { terminal: Some(over) }))];
        }
        match node {
            _ if typed && (!self.ring || self.is_in_box(sight)) => self.accept_typed(sight),
            Some(node) if node.key.part == PROMPT => self.act(&UiAction::Prompt, sight),
            Some(node) if is_box(node) => self.accept_typed(sight),
            Some(node) => {
                self.ring = true;
                self.activate(node, Some(node.rect.middle()), sight)
            }
            None if self.overlay.is_some() => Vec::new(),
            None => vec![(None, Action::Do(Operation::ZoomIn { into: None }))],
        }
    }

    /// A key came up: what was held with it is let go.
    pub fn key_released(&mut self, symbol: Symbol, now: Duration) {
        if matches!(symbol, Symbol::Enter | Symbol::Char(' ')) {
            self.let_go(now);
        }
    }

    /// Holds what has to be held, with the key that would press it. Any other key lets go.
    fn holds_by_key(&mut self, symbol: Symbol, held: Held, sight: &Sight, now: Duration) -> bool {
        let presses = matches!(symbol, Symbol::Enter | Symbol::Char(' ')) && !held.is_chord();
        let on_it = self.here(sight).is_some_and(|node| node.action == Some(Action::Ui(UiAction::Hold)));
        if presses && on_it {
            self.ring = true;
            self.take_hold(now);
            return true;
        }
        self.let_go(now);
        false
    }

    fn accept_typed(&mut self, sight: &Sight) -> Vec<Request> {
        self.act(&UiAction::Accept, sight)
    }

    /// Presses what turns the pages of what is open.
    fn turn_page(&mut self, part: &str, sight: &Sight) -> Option<Vec<Request>> {
        if self.overlay.is_none() && sight.level != Level::Log {
            return None;
        }
        let button = sight.stops().find(|node| node.key.part == part);
        Some(button.map(|node| self.activate(node, None, sight)).unwrap_or_default())
    }

    fn menu_by_key(&mut self, sight: &Sight) -> Option<Vec<Request>> {
        let node = self.here(sight).filter(|node| node.menu.is_some())?;
        self.ring = true;
        Some(self.show_menu(node, node.rect.middle(), sight))
    }

    /// Whether a space presses what the keyboard is at, and is not typed.
    fn presses_by_space(&self, sight: &Sight) -> bool {
        let on_button = self.here(sight).is_some_and(|node| !is_box(node));
        let types =
            matches!(self.overlay, Some(Overlay::Rename { .. } | Overlay::Launcher { .. } | Overlay::Ask) | None);
        on_button
            && self.ring
            && (self.focused.is_some() || !types)
            && (self.search.is_empty() || self.overlay.is_some())
    }

    fn is_in_box(&self, sight: &Sight) -> bool {
        self.focused.and_then(|key| sight.node(key)).is_none_or(is_box)
    }
}

pub(super) fn is_box(node: &Node) -> bool {
    matches!(node.role, Role::SearchBox | Role::TextBox)
}
